//! Looking at a pool: what each of its blocks is, and whether a block may be freed.
//!
//! The allocator never does any of this. It is what debuggers, statistics and pictures do, and it shows
//! that a pool's bytes say everything about it.

use std::fmt;

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory};

use crate::classes::{block_size, capacity};

/// What a block of a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// It was never handed out: it lies at `nextoffset` or behind it.
    Untouched,
    /// It is on the pool's free list.
    Free,
    /// It belongs to the program.
    Allocated,
}

/// Where an address lies among the blocks of its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the block, counted from 0.
    pub number: u64,
    /// How many bytes the address lies behind the start of that block.
    pub offset: u64,
}

/// A free list that the allocator did not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenFreeList {
    /// What the list names: no start of a block, one that was never carved, or one that is on the list
    /// already.
    pub link: Addr,
}

impl fmt::Display for BrokenFreeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the pool's free list names {}, which is no carved block of it, or is on the list already",
            self.link
        )
    }
}

impl std::error::Error for BrokenFreeList {}

/// Why an address must not be freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadFree {
    /// No block was ever handed out there: it is in the header of a pool, behind its last block, or
    /// in an untouched one.
    NeverAllocated,
    /// It is not the start of a block.
    MiddleOfBlock {
        /// Where the block begins.
        start: Addr,
    },
    /// The block is free already.
    DoubleFree,
    /// Nothing can be said: the pool's free list is broken.
    Broken(BrokenFreeList),
}

impl fmt::Display for BadFree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadFree::NeverAllocated => f.write_str("no block was ever handed out there"),
            BadFree::MiddleOfBlock { start } => {
                write!(f, "that is in the middle of the block at {start}")
            }
            BadFree::DoubleFree => f.write_str("this block is free already"),
            BadFree::Broken(list) => list.fmt(f),
        }
    }
}

impl std::error::Error for BadFree {}

/// In which block of its pool `addr` lies, whatever that block's state is. `None` for an address in the
/// pool's header, for one behind its last block, and in a pool that was never used: one whose `szidx` is
/// no class.
///
/// `addr` must lie in a pool: [`PoolHeader::of`] is that pool's header.
#[must_use]
pub fn place<G: Geometry>(memory: &Memory, addr: Addr) -> Option<Place> {
    // task 5.11: a division and its remainder
    let header = PoolHeader::of::<G>(memory, addr);
    let szidx = u64::from(header.szidx().get());
    if szidx >= G::CLASSES {
        return None;
    }
    let behind = addr.get() % G::POOL_SIZE;
    let bytes = behind.checked_sub(PoolHeader::SIZE)?;
    let size = block_size::<G>(szidx);
    let place = Place {
        number: bytes / size,
        offset: bytes % size,
    };
    (place.number < capacity::<G>(szidx)).then_some(place)
    // end task 5.11
}

/// The state of each block of the pool at `pool`, in the order of their addresses: as many as
/// [`capacity`] says, or none if the pool was never used.
///
/// The blocks from `nextoffset` on are untouched, those on the free list are free, all others are
/// allocated. The walk along the free list comes to an end in a broken pool, too, and looks at nothing
/// that is no block of this pool.
///
/// # Errors
/// [`BrokenFreeList`] at the first link of the list that is not the start of a carved block of this
/// pool, or that the list has named before.
pub fn block_states<G: Geometry>(
    memory: &Memory,
    pool: Addr,
) -> Result<Vec<BlockState>, BrokenFreeList> {
    // task 5.11: what is carved, what is on the list, and the rest
    let header = PoolHeader::at(memory, pool);
    let szidx = u64::from(header.szidx().get());
    if szidx >= G::CLASSES {
        return Ok(Vec::new());
    }
    let carved_to = u64::from(header.nextoffset().get());
    let offset_of = |number| PoolHeader::SIZE + number * block_size::<G>(szidx);
    let mut states: Vec<_> = (0..capacity::<G>(szidx))
        .map(|number| match offset_of(number) < carved_to {
            true => BlockState::Allocated,
            false => BlockState::Untouched,
        })
        .collect();
    let mut free = header.freeblock().get();
    while let Some(link) = free {
        let here = Some(link).filter(|link| link.align_down(G::POOL_SIZE) == Some(pool));
        let place = here.and_then(|link| place::<G>(memory, link));
        let start = place.filter(|place| place.offset == 0);
        match start.and_then(|place| states.get_mut(place.number as usize)) {
            Some(state) if *state == BlockState::Allocated => *state = BlockState::Free,
            _ => return Err(BrokenFreeList { link }),
        }
        free = Addr::new(memory.load(link));
    }
    Ok(states)
    // end task 5.11
}

/// Whether the block at `block`, an address in a pool, may be freed: whether it is the start of a block
/// that is allocated. Writes nothing.
///
/// [`free`](crate::free()) asks nothing of the kind, nor does CPython's, unless its debug hooks are on
/// (`PYTHONMALLOC=debug`), which find most of these mistakes in another way.
///
/// # Errors
/// The first of these that is true. [`NeverAllocated`](BadFree::NeverAllocated): `block` is at no
/// [`place`]. [`Broken`](BadFree::Broken): the pool's free list is. `NeverAllocated`: the block is
/// untouched. [`MiddleOfBlock`](BadFree::MiddleOfBlock), and [`DoubleFree`](BadFree::DoubleFree).
pub fn check_free<G: Geometry>(memory: &Memory, block: Addr) -> Result<(), BadFree> {
    // task 5.12: the three ways to free what is not yours
    let place = place::<G>(memory, block).ok_or(BadFree::NeverAllocated)?;
    let pool = PoolHeader::of::<G>(memory, block).addr();
    let states = block_states::<G>(memory, pool).map_err(BadFree::Broken)?;
    match states.get(place.number as usize) {
        None | Some(BlockState::Untouched) => Err(BadFree::NeverAllocated),
        _ if place.offset > 0 => Err(BadFree::MiddleOfBlock {
            start: block.minus(place.offset),
        }),
        Some(BlockState::Free) => Err(BadFree::DoubleFree),
        Some(BlockState::Allocated) => Ok(()),
    }
    // end task 5.12
}
