//! What the allocator can say about itself: `sys._debugmallocstats()`.
//!
//! Nothing is counted for this while the program runs. The numbers are in the headers already, and are
//! added up when somebody asks: `_PyObject_DebugMallocStats`, `Objects/obmalloc.c`, 3.11. Lab 5 adds up
//! pools that somebody names; now it is known where all of them are, the full ones too.

use std::fmt;

use memory::{Addr, Geometry, Memory, Root};
use pools::stats::{Stats, statistics};

use crate::arena::arena_number;

/// What all arenas hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MallocStats {
    /// The pools and blocks of each size class, and how many pools are unused: here, all that a new
    /// size class could take, carved or not.
    pub pools: Stats,
    /// How many arenas were ever made (`arenas allocated total`).
    pub total: u64,
    /// How many of them were given back (`arenas reclaimed`).
    pub reclaimed: u64,
    /// How many there were at once at most (`arenas highwater mark`).
    pub highwater: u64,
    /// How many there are (`arenas allocated current`).
    pub current: u64,
}

/// Every pool that was carved from an arena that there is, in the order of addresses: those from the
/// arena's `address` on, before its `pool_address`. Full arenas, which are not in `usable_arenas`, are
/// among them; one that was given back has no `address`, and is no arena. Writes nothing.
#[must_use]
pub fn carved_pools<G: Geometry>(memory: &Memory) -> Vec<Addr> {
    // task 6.14: each arena, from its first pool to the last carved one
    let mut pools = Vec::new();
    for number in 0..Root::of(memory).maxarenas().get() {
        let arena = arena_number(memory, number);
        if let (Some(mut pool), Some(end)) = (arena.address().get(), arena.pool_address().get()) {
            while pool < end {
                pools.push(pool);
                pool = pool.plus(G::POOL_SIZE);
            }
        }
    }
    pools
    // end task 6.14
}

/// Adds up what all arenas hold: lab 5's [`statistics`] of all [`carved_pools`], and the counts of the
/// root record. The unused pools are the sum of the `nfreepools` of all arenas that there are (the
/// record of one that was given back keeps an old number). Writes nothing.
#[must_use]
pub fn malloc_stats<G: Geometry>(memory: &Memory) -> MallocStats {
    // task 6.14: the pools of all arenas, and the root's counts
    let root = Root::of(memory);
    let mut pools = statistics::<G>(memory, carved_pools::<G>(memory));
    pools.unused_pools = 0;
    for number in 0..root.maxarenas().get() {
        let arena = arena_number(memory, number);
        if arena.address().get().is_some() {
            pools.unused_pools += u64::from(arena.nfreepools().get());
        }
    }
    let total = root.ntimes_arena_allocated().get();
    let current = root.narenas_currently_allocated().get();
    MallocStats {
        pools,
        total,
        reclaimed: total - current,
        highwater: root.narenas_highwater().get(),
        current,
    }
    // end task 6.14
}

impl MallocStats {
    /// How many blocks are allocated in pools. (`sys.getallocatedblocks()` adds those that the C
    /// library's allocator serves.) Given.
    #[must_use]
    pub fn allocated_blocks(&self) -> u64 {
        let classes = &self.pools.classes;
        classes.iter().map(|class| class.blocks_in_use).sum()
    }
}

impl fmt::Display for MallocStats {
    /// The table, as CPython prints it. Given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.pools)?;
        for (what, number) in [
            ("arenas allocated total", self.total),
            ("arenas reclaimed", self.reclaimed),
            ("arenas highwater mark", self.highwater),
            ("arenas allocated current", self.current),
            ("unused pools", self.pools.unused_pools),
        ] {
            writeln!(f, "# {what:<32} = {number:>8}")?;
        }
        Ok(())
    }
}
