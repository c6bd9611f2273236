//! The records of pools and arenas, which labs 5 and 6 fill with life.
//!
//! ```text
//! the root's page   | root record | usedpools: 64 heads, 32 bytes each | nfp2lasta: 65 words |
//! 0x1000                          0x1400                               0x1c00                0x1e08
//!
//! arena             | pool | pool | pool | ... not yet carved ...             |
//! pool              | header, 48 bytes | block | block | block | ... not yet carved ... |
//! free block        | next | ...            |
//! ```

pub mod walk;

use crate::root::ROOT;
use crate::{Addr, Geometry, Memory, record};

/// The heads of the lists of used pools, 32 bytes for each size class (`usedpools`): see
/// [`PoolHeader::used`].
pub const USED_POOLS: Addr = ROOT.plus(1024);

/// The table `nfp2lasta`, one word for each number of free pools from 0 to 64: the last usable
/// arena with so many free pools, or 0.
pub const NFP2LASTA: Addr = ROOT.plus(3072);

/// `szidx` of a pool that has never been used: no size class.
pub const DUMMY_SIZE_IDX: u32 = 0xffff;

record! {
    /// What stands at the start of each pool (`struct pool_header`). 48 bytes.
    pub struct PoolHeader[48] {
        /// How many blocks of the pool are allocated.
        0 => count: u64,
        /// The first free block. Each free block's first word is the address of the next one, or 0.
        8 => freeblock: Option<Addr>,
        /// The next pool in the same list.
        16 => nextpool: Option<Addr>,
        /// The previous pool in the same list, where that is a list of used pools.
        24 => prevpool: Option<Addr>,
        /// Which arena the pool is part of: the arena's address divided by the size of an arena.
        32 => arenaindex: u32,
        /// The size class of its blocks, or [`DUMMY_SIZE_IDX`].
        36 => szidx: u32,
        /// Where the next block is carved, in bytes from the start of the pool.
        40 => nextoffset: u32,
        /// The largest `nextoffset` at which a whole block still fits.
        44 => maxnextoffset: u32,
    }

    /// What is known of an arena (`struct arena_object`). CPython has 48 bytes of them in a row that
    /// grows; here a row as long as the range has places for arenas is reserved once, and the arena
    /// at address `a` has the record number `a / ARENA_SIZE`.
    pub struct ArenaObject[64] {
        /// Where the arena begins, or 0 if there is none.
        0 => address: Option<Addr>,
        /// Where the next pool is carved.
        8 => pool_address: Option<Addr>,
        /// How many pools are free: those not yet carved, and those in `freepools`.
        16 => nfreepools: u32,
        /// How many pools the arena has.
        20 => ntotalpools: u32,
        /// Pools that were carved and are empty, linked by `nextpool`.
        24 => freepools: Option<Addr>,
        /// The next arena in the list of usable ones, or of unused records.
        32 => nextarena: Option<Addr>,
        /// The previous arena in the list of usable ones.
        40 => prevarena: Option<Addr>,
    }
}

impl<'m> PoolHeader<'m> {
    /// The header of the pool that the block at `block` lies in. Pools begin at multiples of their
    /// size, so it is enough to clear the low bits (`POOL_ADDR`).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of<G: Geometry>(memory: &'m Memory, block: Addr) -> PoolHeader<'m> {
        PoolHeader::at_offset(memory, block.get() & !(G::POOL_SIZE - 1))
    }

    /// The head of the list of used pools of size class `szidx`: the first half of a pool header, without
    /// a pool behind it. Its two links are those of the list, and its `freeblock` is NULL for ever: a
    /// pool that has no block to give. `szidx` and what follows it do not exist.
    ///
    /// (CPython: `usedpools[szidx + szidx]`. There a head has nothing but the two links, and the rest of
    /// the header is imagined; so every request asks first whether the list is empty.)
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn used(memory: &'m Memory, szidx: u64) -> PoolHeader<'m> {
        PoolHeader::at_offset(memory, USED_POOLS.get() + 32 * szidx)
    }

    /// The header behind this one in a list of used pools, which is a ring: the head's, at its end.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn next(self) -> PoolHeader<'m> {
        let next = self.nextpool().get().map_or(0, Addr::get);
        PoolHeader::at_offset(self.memory(), next)
    }
}
