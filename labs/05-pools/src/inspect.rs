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
    todo!("5.11 a division and its remainder")
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
    todo!("5.11 what is carved, what is on the list, and the rest")
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
    todo!("5.12 the three ways to free what is not yours")
}
