//! What the tests run on: a heap of pools for each geometry, and looks at a pool's header that use
//! nothing of the lab.

use exam::{HeapExam, Kit};
use memory::pool::PoolHeader;
use memory::{Addr, Allocator, Classic, Geometry, Heap, MemoryError, Modern, Root, plain};
use pools::fresh_pools;

/// A geometry and the heaps of the tests that are built with it.
pub(crate) trait Kits: Geometry {
    /// The regions are laid out; nothing else is done. The heap begins at 0x4000.
    const BARE: Kit = Kit {
        object: Allocator {
            malloc: |memory, size| pools::malloc::<Self>(memory, size, &fresh_pools::<Self>()),
            realloc: |_, _, size| Err(MemoryError::NoMemory { requested: size }),
            free: |memory, block| pools::free::<Self>(memory, block, &fresh_pools::<Self>()),
        },
        types: &[],
        start: lay_out,
        alignments: &[Self::ALIGNMENT],
        again: None,
    };
    /// Ready for pools.
    const POOLS: Kit = Kit {
        start: |heap| {
            lay_out(heap)?;
            pools::start::<Self>(heap.memory);
            Ok(())
        },
        ..Self::BARE
    };
}

impl<G: Geometry> Kits for G {}

fn lay_out(heap: &Heap) -> Result<(), MemoryError> {
    let sizes = regions::Sizes {
        text: 0,
        data: 0x2000,
    };
    regions::layout(heap.memory, sizes)
}

/// Heaps whose regions are laid out, for tests of what comes before `pools::start`.
pub(crate) const BARE: [(&str, Kit); 2] =
    [(Classic::NAME, Classic::BARE), (Modern::NAME, Modern::BARE)];

/// Heaps of pools.
pub(crate) const HEAPS: [(&str, Kit); 2] = [
    (Classic::NAME, Classic::POOLS),
    (Modern::NAME, Modern::POOLS),
];

/// Reads the header of `pool`, unwatched.
pub(crate) fn header<T>(exam: &HeapExam, pool: Addr, read: impl FnOnce(PoolHeader<'_>) -> T) -> T {
    exam.quietly(|heap| read(PoolHeader::at(heap.memory, pool)))
}

/// `freeblock` of `pool`.
pub(crate) fn freeblock(exam: &HeapExam, pool: Addr) -> Option<Addr> {
    header(exam, pool, |header| header.freeblock().get())
}

/// `count` of `pool`.
pub(crate) fn count(exam: &HeapExam, pool: Addr) -> u64 {
    header(exam, pool, |header| header.count().get())
}

/// The pool that `block` lies in.
pub(crate) fn pool_of<G: Geometry>(block: Addr) -> Addr {
    Addr::at(block.get() / G::POOL_SIZE * G::POOL_SIZE)
}

/// The pools on the list of class `szidx`. A list that is no ring fails the test.
pub(crate) fn ring(exam: &HeapExam, szidx: u64) -> Vec<Addr> {
    match exam.quietly(|heap| super::audit::ring(heap.memory, szidx)) {
        Ok(pools) => pools,
        Err(words) => exam.fail(&words),
    }
}

/// The list of empty pools.
pub(crate) fn freepools(exam: &HeapExam) -> Vec<Addr> {
    match exam.quietly(|heap| super::audit::freepools(heap.memory)) {
        Ok(pools) => pools,
        Err(words) => exam.fail(&words),
    }
}

/// Every record of these pools agrees with every other, or the test fails.
pub(crate) fn audit<G: Geometry>(exam: &HeapExam, pools: impl IntoIterator<Item = Addr>) {
    let pools = pools.into_iter().collect();
    if let Err(words) = exam.quietly(|heap| super::audit::audit::<G>(heap.memory, &pools)) {
        exam.fail(&words);
    }
}

/// The start of block number `number` of a pool with blocks of `size` bytes.
pub(crate) fn block(pool: Addr, size: u64, number: u64) -> Addr {
    pool.plus(PoolHeader::SIZE + number * size)
}

/// Pages for a pool, as the source gets them, with the name `name`. None is touched.
pub(crate) fn pages<G: Geometry>(exam: &HeapExam, name: &str) -> Addr {
    let label = format!("{name} = pages for a pool");
    let pool = exam.manager_event(label.clone(), |heap| {
        plain::aligned_pages(heap.memory, G::POOL_SIZE, regions::grow_heap)
    });
    let pool = exam.ok(&label, pool);
    exam.name(pool, name);
    pool
}

/// A pool of class `szidx` on no list. One block is carved, none allocated.
pub(crate) fn carved<G: Geometry>(exam: &HeapExam, name: &str, szidx: u64) -> Addr {
    let pool = pages::<G>(exam, name);
    exam.manager_event(format!("init_pool({name}, {szidx})"), |heap| {
        pools::pool::init_pool::<G>(heap.memory, pool, szidx);
    });
    pool
}

/// A used pool of class `szidx`, in front of its list.
pub(crate) fn used<G: Geometry>(exam: &HeapExam, name: &str, szidx: u64) -> Addr {
    let pool = carved::<G>(exam, name, szidx);
    exam.manager_event(format!("link_front({name}, {szidx})"), |heap| {
        pools::used::link_front(heap.memory, pool, szidx);
    });
    pool
}

/// A block for `size` bytes, from `heap.malloc`, with the name `name`.
pub(crate) fn malloc(exam: &HeapExam, name: &str, size: u64) -> Addr {
    let block = exam.try_event(format!("{name} = malloc({size})"), |heap| heap.malloc(size));
    exam.name(block, name);
    block
}

/// Frees the block with the name `name`.
pub(crate) fn free(exam: &HeapExam, name: &str, block: Addr) {
    exam.event(format!("free({name})"), |heap| heap.free(block));
}

/// So many blocks for `size` bytes, in one event.
pub(crate) fn mallocs(exam: &HeapExam, number: u64, size: u64) -> Vec<Addr> {
    exam.try_event(format!("malloc({size}), {number} times"), |heap| {
        (0..number)
            .map(|_| heap.malloc(size))
            .collect::<Result<Vec<_>, _>>()
    })
}

/// Frees these blocks in this order, in one event.
pub(crate) fn frees(exam: &HeapExam, what: &str, blocks: &[Addr]) {
    exam.event(format!("free: {what}"), |heap| {
        for &block in blocks {
            heap.free(block);
        }
    });
}

/// A step of the class that serves requests of 42 bytes: 5 with steps of 8, 2 with steps of 16. Its
/// blocks have 48 bytes.
pub(crate) const fn class_of_42<G: Geometry>() -> u64 {
    48 / G::ALIGNMENT - 1
}

/// How many blocks of `size` bytes fit into a pool.
pub(crate) const fn capacity<G: Geometry>(size: u64) -> u64 {
    (G::POOL_SIZE - PoolHeader::SIZE) / size
}

/// The words of the root record that the allocator may write.
pub(crate) fn first_empty(exam: &HeapExam) -> Option<Addr> {
    exam.quietly(|heap| Root::of(heap.memory).freepools().get())
}
