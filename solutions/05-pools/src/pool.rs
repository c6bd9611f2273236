//! Blocks are carved from a pool when they are needed, and not before.
//!
//! ```text
//! pool                 nextoffset                       pool + POOL_SIZE
//! | header | A | B | C |  never touched                          |
//!                ^
//!                freeblock: B is free, and its first word is the address of the next free block
//! ```
//!
//! A pool that has blocks to give always has one in its free list. When the last one is taken, the
//! next one is carved at `nextoffset`, and is then the only free block. When nothing is left to
//! carve, the pool is full.

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory, PAGE};

use crate::classes::block_size;
use crate::used::unlink;

/// Makes the empty pool at `pool` one of class `szidx`, and carves its first block, which becomes its
/// only free one: its first word is 0. Sets `szidx`, `freeblock`, `nextoffset` (behind the first
/// block) and `maxnextoffset` (the largest offset at which a whole block still fits).
///
/// The first block lies right behind the header. These four fields and the first word of that block are
/// all that is written: the count and the links are not, and the rest of the pool stays untouched.
/// (`allocate_from_new_pool`, `Objects/obmalloc.c`, 3.11, which carves two blocks at once: it hands the
/// first one out.)
pub fn init_pool<G: Geometry>(memory: &Memory, pool: Addr, szidx: u64) {
    // task 5.3: the first block is free, the second is where carving goes on
    let header = PoolHeader::at(memory, pool);
    let size = block_size::<G>(szidx);
    let first = pool.plus(PoolHeader::SIZE);
    header.szidx().set(szidx as u32);
    header.freeblock().set(Some(first));
    header.nextoffset().set((PoolHeader::SIZE + size) as u32);
    header.maxnextoffset().set((G::POOL_SIZE - size) as u32);
    memory.store(first, 0);
    // end task 5.3
}

/// Takes the first free block of the used pool `header`, of class `szidx`, and counts it. If it was
/// the last one on the free list, calls [`pool_extend`]. `None`, and nothing is written, if `header` has
/// no free block: it is then the head of an empty list. (`pymalloc_alloc`.)
///
/// Three words of memory are looked at, two of them in the header: `freeblock` and `count`, which are
/// read once and written once, and the block's first word, which is read: it is the next free block, or 0.
#[inline]
pub fn take_block<G: Geometry>(header: PoolHeader<'_>, szidx: u64) -> Option<Addr> {
    // task 5.4: off the free list
    let block = header.freeblock().get()?;
    header.count().set(header.count().get() + 1);
    let next = Addr::new(header.memory().load(block));
    header.freeblock().set(next);
    if next.is_none() {
        pool_extend::<G>(header, szidx);
    }
    Some(block)
    // end task 5.4
}

/// The pool `header` has no free block left: carves one more at `nextoffset`, which becomes its only
/// free one and is marked as the last by a 0 in its first word; `nextoffset` moves on by the size of a
/// block. If no whole block fits any more, the pool is full: it leaves its list, and nothing of the pool
/// is written. (`pymalloc_pool_extend`.)
#[cold]
#[inline(never)]
pub fn pool_extend<G: Geometry>(header: PoolHeader<'_>, szidx: u64) {
    // Given; skip it: a switch of *Going further* that is off in every test of the lab.
    if G::CARVE_AT_ONCE > 1 {
        return carve_several::<G>(header, szidx);
    }
    // task 5.5: carve one more, or off the list
    let offset = header.nextoffset().get();
    if offset > header.maxnextoffset().get() {
        unlink(header.memory(), header.addr());
        return;
    }
    let block = header.addr().plus(u64::from(offset));
    header.memory().store(block, 0);
    header.freeblock().set(Some(block));
    header
        .nextoffset()
        .set(offset + block_size::<G>(szidx) as u32);
    // end task 5.5
}

/// *Going further*: given, and you can skip it, since no task and no test of the lab needs it. What
/// [`pool_extend`] does where `G::CARVE_AT_ONCE` is more than 1. It carves up to so many blocks, linked in the order of their
/// addresses, as long as they begin on the page that the first one begins on. So no page is touched early.
fn carve_several<G: Geometry>(header: PoolHeader<'_>, szidx: u64) {
    let memory = header.memory();
    let size = block_size::<G>(szidx);
    let first = u64::from(header.nextoffset().get());
    let limit = u64::from(header.maxnextoffset().get()) + 1;
    if first >= limit {
        return unlink(memory, header.addr());
    }
    let page_end = (first | (PAGE - 1)) + 1;
    let end = page_end.min(limit).min(first + G::CARVE_AT_ONCE * size);
    let mut last = header.addr().plus(first);
    header.freeblock().set(Some(last));
    let mut next = first + size;
    while next < end {
        let block = header.addr().plus(next);
        memory.store(last, block.get());
        last = block;
        next += size;
    }
    memory.store(last, 0);
    header.nextoffset().set(next as u32);
}
