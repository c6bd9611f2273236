//! Looks at every record of pools and arenas, and says which one cannot be right.
//!
//! What a pool is can be told in two ways: by its own header, and by the list that it is on. In a
//! heap that is in order both agree, nothing is reached twice, and each count is the length of
//! something. [`walk()`] looks at all of it, in a memory or in a snapshot of one, without a trace in the
//! counted work.

use std::collections::BTreeMap;
use std::fmt;

use super::{DUMMY_SIZE_IDX, NFP2LASTA, PoolHeader, USED_POOLS};
use crate::geometry::SMALL_REQUEST_THRESHOLD;
use crate::pool::ArenaObject;
use crate::root::ROOT;
use crate::{Addr, Memory, PAGE, Root, Snapshot, WORD};

/// Where words can be read without being watched: a [`Memory`], or a [`Snapshot`] of one.
pub trait Words {
    /// The word at `at`; 0 where there is nothing.
    fn word(&self, at: u64) -> u64;
    /// The size of the range in bytes.
    fn size(&self) -> u64;
}

impl Words for Memory {
    fn word(&self, at: u64) -> u64 {
        match Addr::new(at) {
            Some(addr) if at < Memory::size(self) => self.peek_word(addr),
            _ => 0,
        }
    }
    fn size(&self) -> u64 {
        Memory::size(self)
    }
}

impl Words for Snapshot {
    fn word(&self, at: u64) -> u64 {
        Addr::new(at).map_or(0, |addr| Snapshot::word(self, addr))
    }
    fn size(&self) -> u64 {
        Snapshot::size(self)
    }
}

/// A record that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where the record, or the word of it that is wrong, lies.
    pub at: Addr,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Broken {}

/// Pools and arenas as [`walk()`] found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The step of the size classes in bytes.
    pub alignment: u64,
    /// The size of a pool in bytes.
    pub pool_size: u64,
    /// The size of an arena in bytes.
    pub arena_size: u64,
    /// The arenas that there are, in the order of their addresses.
    pub arenas: Vec<Arena>,
    /// Where the usable ones begin, in the order of the list.
    pub usable: Vec<Addr>,
    /// For each size class the pools of its list, in its order.
    pub used: Vec<Vec<Addr>>,
}

/// An arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arena {
    /// Where it begins.
    pub addr: Addr,
    /// Where its record lies.
    pub record: Addr,
    /// How many of its pools are free, carved or not.
    pub nfreepools: u64,
    /// The pools that were carved, in the order of their addresses.
    pub pools: Vec<Pool>,
    /// The pools of its list `freepools`, in its order.
    pub freepools: Vec<Addr>,
    /// Where the next pool is carved.
    pub pool_address: Addr,
}

/// A pool that was carved from its arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Where it begins.
    pub addr: Addr,
    /// What can be done with it.
    pub state: State,
    /// Its size class; `None` if it was never used, or forgot what it was.
    pub szidx: Option<u64>,
    /// The size of its blocks in bytes; 0 without a class.
    pub block_size: u64,
    /// How many blocks it has room for.
    pub capacity: u64,
    /// How many blocks are allocated.
    pub count: u64,
    /// The free blocks, in the order in which they will be handed out.
    pub free: Vec<Addr>,
    /// Where the next block is carved: nothing behind it was ever touched by the pool.
    pub untouched: Addr,
}

/// The three states of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Some blocks are allocated, and more can be.
    Used,
    /// All blocks are allocated.
    Full,
    /// No block is allocated.
    Empty,
}

impl Walk {
    /// The allocated blocks of all pools: where each begins and how large it is, in the order of the
    /// addresses.
    pub fn blocks(&self) -> impl Iterator<Item = (Addr, u64)> + '_ {
        self.pools().flat_map(Pool::blocks)
    }

    /// All pools that were carved, in the order of their addresses.
    pub fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.arenas.iter().flat_map(|arena| &arena.pools)
    }
}

impl Pool {
    /// The allocated blocks: where each begins and how large it is.
    pub fn blocks(&self) -> impl Iterator<Item = (Addr, u64)> + '_ {
        let mut free: Vec<Addr> = self.free.clone();
        free.sort_unstable();
        let carved = match self.state {
            State::Empty => 0,
            _ => self.count + self.free.len() as u64,
        };
        (0..carved)
            .map(|index| self.addr.plus(PoolHeader::SIZE + index * self.block_size))
            .filter(move |block| free.binary_search(block).is_err())
            .map(|block| (block, self.block_size))
    }
}

/// Looks at every arena, pool, list and count.
///
/// # Errors
/// The first record that does not agree with the others. A memory without arenas is in order.
pub fn walk(words: &impl Words) -> Result<Walk, Broken> {
    let look = Look { words };
    let sizes = look.sizes()?;
    let mut walk = Walk {
        alignment: sizes.alignment,
        pool_size: sizes.pool,
        arena_size: sizes.arena,
        arenas: Vec::new(),
        usable: Vec::new(),
        used: Vec::new(),
    };
    if sizes.arena == 0 {
        return Ok(walk);
    }
    look.arenas(&mut walk)?;
    look.used(&mut walk)?;
    look.pools(&mut walk)?;
    look.usable(&mut walk)?;
    look.unused(&walk)?;
    look.counts(&walk)?;
    Ok(walk)
}

struct Sizes {
    alignment: u64,
    pool: u64,
    arena: u64,
}

struct Look<'w, W> {
    words: &'w W,
}

fn broken<T>(at: u64, what: String) -> Result<T, Broken> {
    let at = Addr::new(at).unwrap_or(ROOT);
    Err(Broken { at, what })
}

/// The offset of a field, by the name that its record gives it.
fn offset(fields: &[(&str, u64)], name: &str) -> u64 {
    fields
        .iter()
        .find(|field| field.0 == name)
        .map_or(0, |field| field.1)
}

impl<W: Words> Look<'_, W> {
    fn word(&self, at: u64) -> u64 {
        self.words.word(at)
    }

    fn root(&self, field: &str) -> u64 {
        self.word(ROOT.get() + offset(Root::FIELDS, field))
    }

    fn arena(&self, record: u64, field: &str) -> u64 {
        let offset = offset(ArenaObject::FIELDS, field);
        self.part(
            record + offset,
            field.starts_with('n') && field.ends_with("pools"),
        )
    }

    fn pool(&self, pool: u64, field: &str) -> u64 {
        let half = matches!(
            field,
            "arenaindex" | "szidx" | "nextoffset" | "maxnextoffset"
        );
        self.part(pool + offset(PoolHeader::FIELDS, field), half)
    }

    /// The word at `at`, or the 4 bytes.
    fn part(&self, at: u64, half: bool) -> u64 {
        let word = self.word(at / WORD * WORD);
        match (half, at % WORD) {
            (false, _) => word,
            (true, 0) => word & 0xffff_ffff,
            (true, _) => word >> 32,
        }
    }

    fn sizes(&self) -> Result<Sizes, Broken> {
        let sizes = Sizes {
            alignment: self.root("alignment"),
            pool: self.root("pool_size"),
            arena: self.root("arena_size"),
        };
        if sizes.arena == 0 {
            return Ok(sizes);
        }
        let power = |size: u64| size.is_power_of_two();
        if !matches!(sizes.alignment, 8 | 16)
            || !power(sizes.pool)
            || !power(sizes.arena)
            || sizes.pool < PAGE
            || sizes.arena < sizes.pool
            || sizes.arena / sizes.pool > 64
            || self.words.size() < sizes.arena
        {
            return broken(
                ROOT.get(),
                format!(
                    "the root record names sizes that no allocator has: blocks in steps of {}, pools of \
                     {}, arenas of {} bytes",
                    sizes.alignment, sizes.pool, sizes.arena
                ),
            );
        }
        Ok(sizes)
    }

    /// The record of each arena, its carved pools and its list of free ones.
    fn arenas(&self, walk: &mut Walk) -> Result<(), Broken> {
        let (row, places) = (self.root("arenas"), self.root("maxarenas"));
        let size = self.words.size();
        let fits =
            |room: u64| places <= size / walk.arena_size && places * ArenaObject::SIZE <= room;
        if row == 0 || !size.checked_sub(row).is_some_and(fits) {
            return broken(
                ROOT.get(),
                format!("the row of arena records cannot be at {row:#x} with {places} records"),
            );
        }
        for index in 0..places {
            let record = row + index * ArenaObject::SIZE;
            let address = self.arena(record, "address");
            if address == 0 {
                continue;
            }
            if address != index * walk.arena_size {
                return broken(
                    record,
                    format!(
                        "the arena record number {index} has the address {address:#x}, but its place \
                         begins at {:#x}",
                        index * walk.arena_size
                    ),
                );
            }
            let arena = self.one_arena(walk, address, record)?;
            walk.arenas.push(arena);
        }
        Ok(())
    }

    fn one_arena(&self, walk: &Walk, address: u64, record: u64) -> Result<Arena, Broken> {
        let (size, end) = (walk.pool_size, address + walk.arena_size);
        let pool_address = self.arena(record, "pool_address");
        if pool_address < address || pool_address > end || !pool_address.is_multiple_of(size) {
            return broken(
                record,
                format!(
                    "the arena at {address:#x} carves its next pool at {pool_address:#x}, where none of \
                     its pools begins"
                ),
            );
        }
        let total = self.arena(record, "ntotalpools");
        if total != walk.arena_size / size {
            return broken(
                record,
                format!(
                    "the arena at {address:#x} says that it has {total} pools, and has {}",
                    walk.arena_size / size
                ),
            );
        }
        let mut freepools = Vec::new();
        let mut next = self.arena(record, "freepools");
        while let Some(pool) = Addr::new(next) {
            if next < address || next >= pool_address || !next.is_multiple_of(size) {
                return broken(
                    record,
                    format!(
                        "the list freepools of the arena at {address:#x} leads to {next:#x}, where no \
                         carved pool of that arena begins"
                    ),
                );
            }
            if freepools.contains(&pool) {
                return broken(
                    next,
                    format!("the pool at {next:#x} is twice in its arena's list freepools"),
                );
            }
            freepools.push(pool);
            next = self.pool(next, "nextpool");
        }
        let nfreepools = self.arena(record, "nfreepools");
        let uncarved = (end - pool_address) / size;
        if nfreepools != uncarved + freepools.len() as u64 {
            return broken(
                record,
                format!(
                    "the arena at {address:#x} counts {nfreepools} free pools, but {uncarved} are not \
                     carved and {} are in its list freepools",
                    freepools.len()
                ),
            );
        }
        Ok(Arena {
            addr: Addr::at(address),
            record: Addr::at(record),
            nfreepools,
            pools: Vec::new(),
            freepools,
            pool_address: Addr::at(pool_address),
        })
    }

    /// The rings of used pools.
    fn used(&self, walk: &mut Walk) -> Result<(), Broken> {
        let classes = SMALL_REQUEST_THRESHOLD / walk.alignment;
        let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
        for szidx in 0..classes {
            let head = USED_POOLS.get() + 32 * szidx;
            if self.pool(head, "freeblock") != 0 {
                return broken(
                    head,
                    format!("the head of the used pools of class {szidx} has a free block"),
                );
            }
            let mut list = Vec::new();
            let (mut before, mut pool) = (head, self.pool(head, "nextpool"));
            while pool != head {
                let Some(arena) = carved(walk, pool) else {
                    return broken(
                        before,
                        format!(
                            "the list of used pools of class {szidx} leads to {pool:#x}, where no pool \
                             of an arena begins"
                        ),
                    );
                };
                if let Some(other) = seen.insert(pool, szidx) {
                    return broken(
                        pool,
                        format!(
                            "the pool at {pool:#x} is on the list of used pools of class {szidx}, and \
                             was reached on that of class {other} before"
                        ),
                    );
                }
                if arena.freepools.iter().any(|free| free.get() == pool) {
                    return broken(
                        pool,
                        format!(
                            "the pool at {pool:#x} is on the list of used pools of class {szidx} and in \
                             its arena's list freepools"
                        ),
                    );
                }
                list.push(Addr::at(pool));
                self.links_back(before, pool)?;
                (before, pool) = (pool, self.pool(pool, "nextpool"));
            }
            self.links_back(before, head)?;
            walk.used.push(list);
        }
        Ok(())
    }

    fn links_back(&self, before: u64, pool: u64) -> Result<(), Broken> {
        let found = self.pool(pool, "prevpool");
        if found == before {
            return Ok(());
        }
        broken(
            pool,
            format!(
                "the used pool at {pool:#x} follows {before:#x} in its list, but its prevpool is \
                 {found:#x}"
            ),
        )
    }

    /// Each carved pool, against the list that it is on.
    fn pools(&self, walk: &mut Walk) -> Result<(), Broken> {
        let mut used: BTreeMap<u64, u64> = BTreeMap::new();
        for (szidx, list) in (0..).zip(&walk.used) {
            used.extend(list.iter().map(|pool| (pool.get(), szidx)));
        }
        let mut arenas = std::mem::take(&mut walk.arenas);
        for arena in &mut arenas {
            let mut at = arena.addr;
            while at < arena.pool_address {
                let free = arena.freepools.contains(&at);
                let pool = self.one_pool(walk, at, free, used.get(&at.get()).copied())?;
                arena.pools.push(pool);
                at = at.plus(walk.pool_size);
            }
        }
        walk.arenas = arenas;
        Ok(())
    }

    fn one_pool(
        &self,
        walk: &Walk,
        pool: Addr,
        free: bool,
        used: Option<u64>,
    ) -> Result<Pool, Broken> {
        let at = pool.get();
        let (szidx, count) = (self.pool(at, "szidx"), self.pool(at, "count"));
        let index = self.pool(at, "arenaindex");
        if index != at / walk.arena_size {
            return broken(
                at,
                format!(
                    "the pool at {pool} lies in arena number {}, but its arenaindex is {index}",
                    at / walk.arena_size
                ),
            );
        }
        let dummy = szidx == u64::from(DUMMY_SIZE_IDX);
        if !dummy && szidx >= SMALL_REQUEST_THRESHOLD / walk.alignment {
            return broken(
                at,
                format!("the pool at {pool} has the size class {szidx}, which does not exist"),
            );
        }
        if free && dummy {
            return Ok(Pool {
                addr: pool,
                state: State::Empty,
                szidx: None,
                block_size: 0,
                capacity: 0,
                count: 0,
                free: Vec::new(),
                untouched: pool.plus(PoolHeader::SIZE),
            });
        }
        if dummy {
            return broken(
                at,
                format!(
                    "the pool at {pool} has no size class, and is not in its arena's list freepools"
                ),
            );
        }
        let block_size = (szidx + 1) * walk.alignment;
        let capacity = (walk.pool_size - PoolHeader::SIZE) / block_size;
        let state = match count {
            0 => State::Empty,
            _ if count == capacity => State::Full,
            _ => State::Used,
        };
        let wrong = match (state, free, used) {
            _ if count > capacity => format!(
                "counts {count} allocated blocks of {block_size} bytes, and has room for {capacity}"
            ),
            (State::Empty, false, Some(list))
                if list == szidx && self.root("keep_last_pool") != 0 =>
            {
                String::new()
            }
            (State::Empty, false, _) => {
                "has no allocated block, and is not in its arena's list freepools".to_owned()
            }
            (_, true, _) if count > 0 => {
                format!("is in its arena's list freepools with {count} allocated blocks")
            }
            (State::Full, _, Some(list)) => {
                format!("is full, and still on the list of used pools of class {list}")
            }
            (State::Used, _, None) => format!(
                "has {count} of {capacity} blocks allocated, and is not on the list of used pools of \
                 its class {szidx}"
            ),
            (State::Used, _, Some(list)) if list != szidx => format!(
                "has the size class {szidx}, and is on the list of used pools of class {list}"
            ),
            _ => String::new(),
        };
        if !wrong.is_empty() {
            return broken(at, format!("the pool at {pool} {wrong}"));
        }
        let (blocks, untouched) = self.free_blocks(walk, pool, block_size, count)?;
        Ok(Pool {
            addr: pool,
            state,
            szidx: Some(szidx),
            block_size,
            capacity,
            count,
            free: blocks,
            untouched,
        })
    }

    /// The free list of a pool, and where it carves its next block.
    fn free_blocks(
        &self,
        walk: &Walk,
        pool: Addr,
        block_size: u64,
        count: u64,
    ) -> Result<(Vec<Addr>, Addr), Broken> {
        let at = pool.get();
        let first = at + PoolHeader::SIZE;
        let offset = self.pool(at, "nextoffset");
        let max = self.pool(at, "maxnextoffset");
        if max != walk.pool_size - block_size {
            return broken(
                at,
                format!(
                    "the last block of {block_size} bytes that fits into the pool at {pool} begins at \
                     {} at the latest, but its maxnextoffset is {max}",
                    walk.pool_size - block_size
                ),
            );
        }
        let carved = offset.saturating_sub(PoolHeader::SIZE) / block_size;
        if offset != PoolHeader::SIZE + carved * block_size || offset > walk.pool_size {
            return broken(
                at,
                format!(
                    "the pool at {pool} carves its next block at offset {offset}, where no block of \
                     {block_size} bytes begins"
                ),
            );
        }
        let mut free = Vec::new();
        let mut is_free = vec![false; carved as usize];
        let mut next = self.pool(at, "freeblock");
        while let Some(block) = Addr::new(next) {
            let index = next.wrapping_sub(first) / block_size;
            if next < first || index >= carved || !(next - first).is_multiple_of(block_size) {
                return broken(
                    at,
                    format!(
                        "the free list of the pool at {pool} leads to {next:#x}, where none of its \
                         carved blocks begins"
                    ),
                );
            }
            if std::mem::replace(&mut is_free[index as usize], true) {
                return broken(
                    next,
                    format!("the block at {block} is twice in the free list of its pool"),
                );
            }
            free.push(block);
            next = self.word(next);
        }
        if carved - free.len() as u64 != count {
            return broken(
                at,
                format!(
                    "the pool at {pool} counts {count} allocated blocks, but {carved} are carved and {} \
                     of them free",
                    free.len()
                ),
            );
        }
        if free.is_empty() && offset <= max {
            return broken(
                at,
                format!(
                    "the pool at {pool} has no free block, but room to carve another one: nobody \
                     would find it"
                ),
            );
        }
        Ok((free, Addr::at(at + offset)))
    }

    /// The list of usable arenas, and the table of its last ones.
    fn usable(&self, walk: &mut Walk) -> Result<(), Broken> {
        let (mut before, mut next) = (0, self.root("usable_arenas"));
        let mut last = 0;
        let mut fingers: BTreeMap<u64, u64> = BTreeMap::new();
        while next != 0 {
            let Some(arena) = walk.arenas.iter().find(|arena| arena.record.get() == next) else {
                return broken(
                    next,
                    format!(
                        "the list of usable arenas leads to {next:#x}, where no record of an arena \
                         begins that exists"
                    ),
                );
            };
            let (addr, nf) = (arena.addr, arena.nfreepools);
            if walk.usable.contains(&addr) {
                return broken(
                    next,
                    format!("the arena at {addr} is twice in the list of usable arenas"),
                );
            }
            if nf == 0 {
                return broken(
                    next,
                    format!(
                        "the arena at {addr} has no free pool, and is on the list of usable arenas"
                    ),
                );
            }
            if nf < last {
                return broken(
                    next,
                    format!(
                        "the list of usable arenas is out of order: the arena at {addr} with {nf} free \
                         pools follows one with {last}"
                    ),
                );
            }
            let back = self.arena(next, "prevarena");
            if back != before {
                return broken(
                    next,
                    format!(
                        "the prevarena of the arena at {addr} is {back:#x}, and the record in front of it \
                         is at {before:#x}"
                    ),
                );
            }
            fingers.insert(nf, next);
            walk.usable.push(addr);
            (before, last, next) = (next, nf, self.arena(next, "nextarena"));
        }
        let lost = |arena: &&Arena| arena.nfreepools > 0 && !walk.usable.contains(&arena.addr);
        if let Some(arena) = walk.arenas.iter().find(lost) {
            return broken(
                arena.record.get(),
                format!(
                    "the arena at {} has {} free pools, and is not on the list of usable arenas",
                    arena.addr, arena.nfreepools
                ),
            );
        }
        for nf in 0..=64 {
            let at = NFP2LASTA.get() + WORD * nf;
            let found = self.word(at);
            let expected = fingers.get(&nf).copied().unwrap_or(0);
            if found != expected {
                return broken(
                    at,
                    format!(
                        "nfp2lasta[{nf}] is {found:#x}, and the last usable arena with {nf} free pools \
                         has its record at {expected:#x}"
                    ),
                );
            }
        }
        Ok(())
    }

    /// The list of records whose places can be used again.
    fn unused(&self, walk: &Walk) -> Result<(), Broken> {
        let (row, places) = (self.root("arenas"), self.root("maxarenas"));
        let mut seen = Vec::new();
        let mut next = self.root("unused_arena_objects");
        while next != 0 {
            let number = next.wrapping_sub(row) / ArenaObject::SIZE;
            if next < row || number >= places || !(next - row).is_multiple_of(ArenaObject::SIZE) {
                return broken(
                    ROOT.get(),
                    format!(
                        "the list of unused arena records leads to {next:#x}, where none of them begins"
                    ),
                );
            }
            if walk.arenas.iter().any(|arena| arena.record.get() == next) {
                return broken(
                    next,
                    format!(
                        "the record of the arena at {:#x} is on the list of unused records, and its \
                         address is not 0",
                        number * walk.arena_size
                    ),
                );
            }
            if seen.contains(&next) {
                return broken(
                    next,
                    format!("the arena record at {next:#x} is twice in the list of unused ones"),
                );
            }
            seen.push(next);
            next = self.arena(next, "nextarena");
        }
        for number in 0..places {
            let record = row + number * ArenaObject::SIZE;
            let was = self.arena(record, "ntotalpools") > 0 && self.arena(record, "address") == 0;
            if was && !seen.contains(&record) {
                return broken(
                    record,
                    format!(
                        "the arena at {:#x} was given back, and its record is not on the list of unused \
                         ones: its place is lost",
                        number * walk.arena_size
                    ),
                );
            }
        }
        Ok(())
    }

    /// The numbers of the root record.
    fn counts(&self, walk: &Walk) -> Result<(), Broken> {
        let now = walk.arenas.len() as u64;
        let whole = walk.arena_size / walk.pool_size;
        let empty = walk
            .arenas
            .iter()
            .filter(|arena| arena.nfreepools == whole)
            .count() as u64;
        for (field, expected) in [
            ("narenas_currently_allocated", now),
            ("nempty_arenas", empty),
        ] {
            let found = self.root(field);
            if found != expected {
                return broken(
                    ROOT.get() + offset(Root::FIELDS, field),
                    format!("{field} is {found}, and there are {expected} such arenas"),
                );
            }
        }
        let (most, ever) = (
            self.root("narenas_highwater"),
            self.root("ntimes_arena_allocated"),
        );
        if most < now || ever < most {
            return broken(
                ROOT.get() + offset(Root::FIELDS, "narenas_highwater"),
                format!(
                    "{now} arenas now, {most} at most (narenas_highwater) and {ever} ever \
                     (ntimes_arena_allocated): each of these must be at least as large as the one before"
                ),
            );
        }
        Ok(())
    }
}

/// The arena that has a carved pool at `pool`.
fn carved(walk: &Walk, pool: u64) -> Option<&Arena> {
    let found = walk
        .arenas
        .iter()
        .find(|arena| arena.addr.get() == pool / walk.arena_size * walk.arena_size)?;
    (pool.is_multiple_of(walk.pool_size) && pool < found.pool_address.get()).then_some(found)
}
