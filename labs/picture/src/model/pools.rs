//! Pools and arenas, and the lists that they are on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use memory::Addr;
use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};

/// The small-block allocator: what labs 5 and 6 build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pools {
    /// The step of the size classes in bytes.
    pub alignment: u64,
    /// The size of a pool in bytes.
    pub pool_size: u64,
    /// The size of an arena in bytes; `None` while there are no arenas (lab 5).
    pub arena_size: Option<u64>,
    /// The lists of used pools that have any, by class.
    pub used: Vec<UsedList>,
    /// The list of empty pools that lab 5 has, in its order.
    pub freepools: Vec<Addr>,
    /// Every pool that was carved from an arena, or that a list leads to, by address.
    pub pools: BTreeMap<Addr, PoolPart>,
    /// The arenas, by address.
    pub arenas: BTreeMap<Addr, ArenaPart>,
    /// The addresses of the arenas in the list `usable_arenas`, in its order.
    pub usable: Vec<Addr>,
    /// The entries of `nfp2lasta` that are not NULL: the number of free pools, and the number of the
    /// arena record that the entry leads to (`Err`: the address, if it is no record's).
    pub nfp2lasta: Vec<(u64, Result<u64, Addr>)>,
    /// The numbers of the records in the list `unused_arena_objects`, in its order.
    pub unused: Vec<u64>,
}

impl Pools {
    /// The pool whose bytes hold `at`.
    #[must_use]
    pub fn pool_of(&self, at: u64) -> Option<&PoolPart> {
        let start = Addr::new(at - at % self.pool_size)?;
        self.pools.get(&start)
    }

    /// The arena whose bytes hold `at`.
    #[must_use]
    pub fn arena_of(&self, at: u64) -> Option<&ArenaPart> {
        let start = Addr::new(at - at % self.arena_size?)?;
        self.arenas.get(&start)
    }
}

/// Which parts of the allocator a face draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolParts {
    /// Arenas, as rows of pools.
    pub arenas: bool,
    /// The lists: `usedpools`, `freepools`, `usable_arenas`, `nfp2lasta`, `unused_arena_objects`.
    pub lists: bool,
    /// Pools, as rows of blocks.
    pub pools: bool,
    /// Draw only these pools and arenas; empty: all.
    pub only: Vec<Addr>,
    /// So many blocks side by side that are alike and have no name become one cell.
    pub fold: usize,
}

impl PoolParts {
    /// Nothing.
    pub const NONE: PoolParts = PoolParts::of(false, false, false);
    /// Everything.
    pub const ALL: PoolParts = PoolParts::of(true, true, true);
    /// Pools only.
    pub const POOLS: PoolParts = PoolParts::of(false, false, true);
    /// Lists only.
    pub const LISTS: PoolParts = PoolParts::of(false, true, false);
    /// Arenas and lists.
    pub const ARENAS: PoolParts = PoolParts::of(true, true, false);

    const fn of(arenas: bool, lists: bool, pools: bool) -> PoolParts {
        PoolParts {
            arenas,
            lists,
            pools,
            only: Vec::new(),
            fold: 3,
        }
    }

    /// Whether anything is drawn.
    #[must_use]
    pub fn any(&self) -> bool {
        self.arenas || self.lists || self.pools
    }

    /// Whether the pool or arena at `addr` is drawn.
    #[must_use]
    pub fn has(&self, addr: Addr) -> bool {
        self.only.is_empty() || self.only.contains(&addr)
    }
}

/// The list of used pools of one size class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedList {
    /// The class.
    pub szidx: u64,
    /// The size of its blocks in bytes.
    pub block_size: u64,
    /// The pools, the first one first.
    pub pools: Vec<Addr>,
}

/// A pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolPart {
    /// Where it begins: at its header.
    pub addr: Addr,
    /// Its size in bytes.
    pub size: u64,
    /// `count` of its header: how many blocks are allocated.
    pub count: u64,
    /// `freeblock`.
    pub freeblock: Option<Addr>,
    /// `nextpool`.
    pub nextpool: Option<Addr>,
    /// `prevpool`.
    pub prevpool: Option<Addr>,
    /// `arenaindex`.
    pub arenaindex: u64,
    /// `szidx`.
    pub szidx: u64,
    /// `nextoffset`.
    pub nextoffset: u64,
    /// `maxnextoffset`.
    pub maxnextoffset: u64,
    /// The size of its blocks in bytes; 0 if it was never used or its class is none.
    pub block_size: u64,
    /// How many blocks it has room for.
    pub capacity: u64,
    /// How many of them were carved.
    pub carved: u64,
    /// The free blocks in the order of the free list, as far as that could be followed.
    pub free: Vec<Addr>,
    /// What it is.
    pub state: PoolState,
    /// The lists that it is on, and its place there, from 0 on. One at most, in a correct heap.
    pub lists: Vec<(PoolList, usize)>,
}

impl PoolPart {
    /// Whether it was handed out to no class yet: only part of its header means something.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.szidx == u64::from(DUMMY_SIZE_IDX)
    }

    /// How many blocks are carved and not in the free list.
    #[must_use]
    pub fn allocated(&self) -> u64 {
        self.carved.saturating_sub(self.free.len() as u64)
    }

    /// Where block number `index` begins.
    #[must_use]
    pub fn block(&self, index: u64) -> Addr {
        self.addr.plus(PoolHeader::SIZE + index * self.block_size)
    }

    /// The number of the block that `at` lies in.
    #[must_use]
    pub fn index_of(&self, at: u64) -> Option<u64> {
        let offset = at.checked_sub(self.addr.get() + PoolHeader::SIZE)?;
        let index = offset.checked_div(self.block_size)?;
        (index < self.capacity).then_some(index)
    }

    /// Every block and its state, by address.
    pub fn blocks(&self) -> impl Iterator<Item = (Addr, BlockState)> + '_ {
        let free: BTreeSet<Addr> = self.free.iter().copied().collect();
        (0..self.capacity).map(move |index| {
            let addr = self.block(index);
            let state = if index >= self.carved {
                BlockState::Untouched
            } else if free.contains(&addr) {
                BlockState::Free
            } else {
                BlockState::Allocated
            };
            (addr, state)
        })
    }
}

/// What a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolState {
    /// It has blocks to give.
    Used,
    /// It has none to give.
    Full,
    /// None of its blocks is allocated.
    Empty,
}

/// A list that a pool can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoolList {
    /// That of the used pools of a class.
    Used(u64),
    /// The empty pools of an arena or, in lab 5, of all.
    Free,
}

impl fmt::Display for PoolList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PoolList::Used(szidx) => write!(f, "usedpools[{szidx}]"),
            PoolList::Free => f.write_str("freepools"),
        }
    }
}

/// What a block of a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// Handed out.
    Allocated,
    /// Given back: it is in the pool's free list.
    Free,
    /// Not carved yet.
    Untouched,
}

/// An arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaPart {
    /// Where it begins.
    pub addr: Addr,
    /// Its size in bytes.
    pub size: u64,
    /// The number of its record in the row of arena records.
    pub number: u64,
    /// Where its record lies.
    pub record: Addr,
    /// `pool_address`: where the next pool is carved.
    pub pool_address: u64,
    /// `nfreepools`.
    pub nfreepools: u64,
    /// `ntotalpools`.
    pub ntotalpools: u64,
    /// How many pools were carved.
    pub carved: u64,
    /// Its list `freepools`, in its order.
    pub freepools: Vec<Addr>,
    /// Its place in `usable_arenas`, from 0 on.
    pub usable: Option<usize>,
    /// Whether its bytes lie in the heap. If not, it has a record only, and no pools are read.
    pub in_heap: bool,
}
