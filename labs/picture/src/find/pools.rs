//! Pools: their headers, their blocks, and the lists that they are on.

use std::collections::{BTreeMap, BTreeSet};

use memory::pool::{DUMMY_SIZE_IDX, PoolHeader, USED_POOLS};
use memory::root::ROOT;
use memory::{Addr, PAGE, Region, Root};

use super::Finder;
use crate::blocks::Found;
use crate::bytes::offset;
use crate::model::{
    MAX_BLOCKS, MAX_POOLS, PoolList, PoolPart, PoolState, Pools, ProblemKind, UsedList,
};

const COUNT: u64 = offset(PoolHeader::FIELDS, "count");
const FREEBLOCK: u64 = offset(PoolHeader::FIELDS, "freeblock");
const NEXTPOOL: u64 = offset(PoolHeader::FIELDS, "nextpool");
const PREVPOOL: u64 = offset(PoolHeader::FIELDS, "prevpool");
const ARENAINDEX: u64 = offset(PoolHeader::FIELDS, "arenaindex");
const SZIDX: u64 = offset(PoolHeader::FIELDS, "szidx");
const NEXTOFFSET: u64 = offset(PoolHeader::FIELDS, "nextoffset");
const MAXNEXTOFFSET: u64 = offset(PoolHeader::FIELDS, "maxnextoffset");

/// The size of a list's head in `usedpools`.
const HEAD: u64 = 32;
/// Requests of more bytes are not served by pools.
const LARGEST: u64 = memory::geometry::SMALL_REQUEST_THRESHOLD;

impl Finder<'_> {
    /// The pools and arenas, once the root record has a size of pools. Their blocks join those of
    /// the plain allocator.
    pub(super) fn pools(&mut self) -> Option<Pools> {
        let word = |field| self.bytes.word(ROOT.get() + field).unwrap_or(0);
        let pool_size = word(offset(Root::FIELDS, "pool_size"));
        let alignment = word(offset(Root::FIELDS, "alignment"));
        if pool_size == 0 {
            return None;
        }
        if !pool_size.is_power_of_two() || pool_size < PAGE || pool_size > self.bytes.size() {
            let words = format!("the root's pool_size is {pool_size}: no size of pools");
            self.problem(ROOT, ProblemKind::Pool, words);
            return None;
        }
        if alignment != 8 && alignment != 16 {
            let words = format!("the root's alignment is {alignment}, and not 8 or 16");
            self.problem(ROOT, ProblemKind::Pool, words);
            return None;
        }
        let mut pools = Pools {
            alignment,
            pool_size,
            arena_size: None,
            used: Vec::new(),
            freepools: Vec::new(),
            pools: BTreeMap::new(),
            arenas: BTreeMap::new(),
            usable: Vec::new(),
            nfp2lasta: Vec::new(),
            unused: Vec::new(),
        };
        self.arenas(&mut pools);
        let mut lists = Lists::default();
        self.used_lists(&mut pools, &mut lists);
        self.free_lists(&mut pools, &mut lists);
        for at in self.places(&pools, &lists) {
            if pools.pools.len() >= MAX_POOLS {
                self.truncated = true;
                self.has_blocks = false;
                break;
            }
            let on = lists.remove(&at).unwrap_or_default();
            if let Some(pool) = self.pool(&pools, at, on) {
                pools.pools.insert(pool.addr, pool);
            }
        }
        self.check_arenas(&mut pools);
        self.pool_blocks(&pools);
        Some(pools)
    }

    /// Where pools are: on a list, carved from an arena, or, in lab 5, on pages of the heap that look
    /// like one. A full pool is on no list.
    fn places(&self, pools: &Pools, lists: &Lists) -> BTreeSet<u64> {
        let mut places: BTreeSet<u64> = lists.keys().copied().collect();
        for arena in pools.arenas.values().filter(|arena| arena.in_heap) {
            let carved = (0..arena.carved).map(|index| arena.addr.get() + index * pools.pool_size);
            places.extend(carved.take(MAX_POOLS + 1 - places.len().min(MAX_POOLS)));
        }
        if pools.arena_size.is_none()
            && let Some(heap) = self.regions.get(Region::Heap as usize)
        {
            let first = heap.start.div_ceil(pools.pool_size);
            let last = heap.end.min(self.bytes.size()) / pools.pool_size;
            let pages = (first..last).map(|page| page * pools.pool_size);
            let found = pages.filter(|&at| self.looks_like_a_pool(pools, at));
            places.extend(found.take(MAX_POOLS + 1));
        }
        places
    }

    /// Whether most of the header at `at` is that of a pool.
    fn looks_like_a_pool(&self, pools: &Pools, at: u64) -> bool {
        let half = |field| u64::from(self.bytes.u32(at + field).unwrap_or(0));
        let (szidx, nextoffset) = (half(SZIDX), half(NEXTOFFSET));
        let freeblock = self.bytes.word(at + FREEBLOCK).unwrap_or(0);
        let is_new = szidx == u64::from(DUMMY_SIZE_IDX);
        let size = (szidx + 1) * pools.alignment;
        let offsets = (PoolHeader::SIZE + 1..=pools.pool_size).contains(&nextoffset)
            && half(MAXNEXTOFFSET) == pools.pool_size.saturating_sub(size);
        let block = freeblock == 0 || (at..at + pools.pool_size).contains(&freeblock);
        let is_pool = is_new || size <= LARGEST && (offsets || block && nextoffset > 0);
        is_pool && !self.is_plain(at, pools.pool_size)
    }

    /// Whether the plain allocator has some of these bytes.
    fn is_plain(&self, at: u64, bytes: u64) -> bool {
        let behind = self
            .blocks
            .partition_point(|block| block.start < at + bytes);
        let last = behind
            .checked_sub(1)
            .and_then(|index| self.blocks.get(index));
        last.is_some_and(|block| block.start + block.size > at)
    }

    /// Why no pool can begin at `at`, if so.
    fn no_pool(&self, pools: &Pools, at: u64) -> Option<&'static str> {
        if !at.is_multiple_of(pools.pool_size) {
            return Some("no multiple of the size of a pool");
        }
        let last = at.saturating_add(pools.pool_size - 1);
        let inside = |at| self.region_of(at) == Some(Region::Heap);
        if !inside(at) || !inside(last) || !self.bytes.holds(at, pools.pool_size) {
            return Some("outside the heap");
        }
        None
    }

    /// The lists of used pools.
    fn used_lists(&mut self, pools: &mut Pools, lists: &mut Lists) {
        let mut missing: Vec<u64> = Vec::new();
        for szidx in 0..LARGEST / pools.alignment {
            let head = USED_POOLS.get() + HEAD * szidx;
            let next = |bytes: crate::bytes::Bytes<'_>, at: u64| bytes.word(at + NEXTPOOL);
            let prev = |bytes: crate::bytes::Bytes<'_>, at: u64| bytes.word(at + PREVPOOL);
            let mut at = next(self.bytes, head).unwrap_or(0);
            if at == 0 && prev(self.bytes, head) == Some(0) {
                missing.push(szidx);
                continue;
            }
            let name = format!("usedpools[{szidx}]");
            let mut list: Vec<Addr> = Vec::new();
            let mut known: BTreeSet<Addr> = BTreeSet::new();
            let mut before = head;
            let mut whole = true;
            while at != head {
                let from = Addr::new(before).unwrap_or(ROOT);
                let seen = Addr::new(at).is_some_and(|at| known.contains(&at));
                let wrong = match (Addr::new(at), self.no_pool(pools, at)) {
                    (None, _) => Some(format!("the list {name} breaks off here: nextpool is NULL")),
                    (Some(at), Some(why)) => {
                        Some(format!("the list {name} leads from here to {at}: {why}"))
                    }
                    (Some(at), None) if seen => Some(format!(
                        "the list {name} runs in a circle that its head is not on: from here to {at}"
                    )),
                    (Some(_), None) => None,
                };
                if let Some(words) = wrong {
                    self.problem(from, ProblemKind::Pool, words);
                    whole = false;
                    break;
                }
                let Some(pool) = Addr::new(at) else { break };
                self.check_back(pool, before, &name);
                lists
                    .entry(at)
                    .or_default()
                    .push((PoolList::Used(szidx), list.len()));
                list.push(pool);
                known.insert(pool);
                if list.len() > MAX_POOLS {
                    self.truncated = true;
                    whole = false;
                    break;
                }
                before = at;
                at = next(self.bytes, at).unwrap_or(0);
            }
            if whole && let Some(head) = Addr::new(head) {
                self.check_back(head, before, &name);
            }
            if !list.is_empty() {
                pools.used.push(UsedList {
                    szidx,
                    block_size: (szidx + 1) * pools.alignment,
                    pools: list,
                });
            }
        }
        if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
            let words = match missing.len() {
                1 => format!("the head usedpools[{first}] has no links"),
                n => {
                    format!("{n} heads from usedpools[{first}] to usedpools[{last}] have no links")
                }
            };
            self.problem(USED_POOLS, ProblemKind::Pool, words);
        }
    }

    fn check_back(&mut self, pool: Addr, before: u64, name: &str) {
        let prev = self.bytes.word(pool.get() + PREVPOOL).unwrap_or(0);
        if prev != before {
            let words = format!(
                "its prevpool is {prev:#06x}, and the one before it in {name} is {before:#06x}"
            );
            self.problem(pool, ProblemKind::Pool, words);
        }
    }

    /// The lists of empty pools: the root's, and that of each arena.
    fn free_lists(&mut self, pools: &mut Pools, lists: &mut Lists) {
        let first = self.root_word("freepools");
        pools.freepools = self.free_list(pools, ROOT, first, None, lists);
        let arenas: Vec<_> = pools.arenas.values().cloned().collect();
        for arena in arenas {
            let at = arena.record.get() + super::arenas::FREEPOOLS;
            let first = self.bytes.addr(at);
            let span = arena.addr.get()..arena.addr.get() + arena.carved * pools.pool_size;
            let list = self.free_list(pools, arena.addr, first, Some(span), lists);
            if let Some(arena) = pools.arenas.get_mut(&arena.addr) {
                arena.freepools = list;
            }
        }
    }

    fn free_list(
        &mut self,
        pools: &Pools,
        owner: Addr,
        first: Option<Addr>,
        span: Option<std::ops::Range<u64>>,
        lists: &mut Lists,
    ) -> Vec<Addr> {
        let mut list = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = first;
        while let Some(pool) = next {
            let at = pool.get();
            let outside = span.as_ref().is_some_and(|span| !span.contains(&at));
            let why = match self.no_pool(pools, at) {
                Some(why) => Some(why),
                None if outside => Some("no carved pool of this arena"),
                None if seen.contains(&pool) => Some("it runs in a circle"),
                None => None,
            };
            if let Some(why) = why {
                let words = format!("its list freepools leads to {pool}: {why}");
                self.problem(owner, ProblemKind::Pool, words);
                break;
            }
            if list.len() >= MAX_POOLS {
                self.truncated = true;
                break;
            }
            lists
                .entry(at)
                .or_default()
                .push((PoolList::Free, list.len()));
            seen.insert(pool);
            list.push(pool);
            next = self.bytes.addr(at + NEXTPOOL);
        }
        list
    }

    /// Reads the pool at `at`, which is on the lists `on`.
    fn pool(&mut self, pools: &Pools, at: u64, on: Vec<(PoolList, usize)>) -> Option<PoolPart> {
        let addr = Addr::new(at)?;
        let half = |field| self.bytes.u32(at + field).map_or(0, u64::from);
        let mut pool = PoolPart {
            addr,
            size: pools.pool_size,
            count: self.bytes.word(at + COUNT).unwrap_or(0),
            freeblock: self.bytes.addr(at + FREEBLOCK),
            nextpool: self.bytes.addr(at + NEXTPOOL),
            prevpool: self.bytes.addr(at + PREVPOOL),
            arenaindex: half(ARENAINDEX),
            szidx: half(SZIDX),
            nextoffset: half(NEXTOFFSET),
            maxnextoffset: half(MAXNEXTOFFSET),
            block_size: 0,
            capacity: 0,
            carved: 0,
            free: Vec::new(),
            state: PoolState::Empty,
            lists: on,
        };
        if self.is_plain(at, pools.pool_size) {
            let words = "it lies in memory of the plain allocator";
            self.problem(addr, ProblemKind::Overlap, words);
            self.has_blocks = false;
        }
        self.check_arena_of(pools, &pool);
        if !pool.is_new() {
            self.carved(pools, &mut pool);
            self.free_chain(&mut pool);
        }
        pool.state = state(&pool);
        self.check_lists(&pool);
        Some(pool)
    }

    /// How many blocks were carved.
    fn carved(&mut self, pools: &Pools, pool: &mut PoolPart) {
        if pool.szidx >= LARGEST / pools.alignment {
            let words = format!("its szidx is {}: no size class", pool.szidx);
            self.problem(pool.addr, ProblemKind::Pool, words);
            self.has_blocks = false;
            return;
        }
        let size = (pool.szidx + 1) * pools.alignment;
        pool.block_size = size;
        pool.capacity = (pools.pool_size - PoolHeader::SIZE) / size;
        let offset = pool.nextoffset;
        let right = offset
            .checked_sub(PoolHeader::SIZE)
            .filter(|bytes| bytes % size == 0 && bytes / size <= pool.capacity);
        match right {
            Some(bytes) => pool.carved = bytes / size,
            None => {
                let words =
                    format!("its nextoffset is {offset}: no block of {size} bytes begins there");
                self.problem(pool.addr, ProblemKind::Pool, words);
                let bytes = offset.saturating_sub(PoolHeader::SIZE);
                pool.carved = (bytes / size).min(pool.capacity);
            }
        }
        let most = pools.pool_size - size;
        if pool.maxnextoffset != most {
            let words = format!(
                "its maxnextoffset is {}, and with blocks of {size} bytes it is {most}",
                pool.maxnextoffset
            );
            self.problem(pool.addr, ProblemKind::Pool, words);
        }
    }

    /// Follows the free list.
    fn free_chain(&mut self, pool: &mut PoolPart) {
        if pool.block_size == 0 {
            return;
        }
        let mut seen = BTreeSet::new();
        let mut from = "freeblock".to_owned();
        let mut next = pool.freeblock;
        while let Some(block) = next {
            let wrong = match pool.index_of(block.get()) {
                None => Some("leads out of the pool"),
                Some(index) if pool.block(index) != block => Some("leads to no block's start"),
                Some(index) if index >= pool.carved => Some("holds a block that was not carved"),
                Some(_) if !seen.insert(block) => Some("runs in a circle"),
                Some(_) => None,
            };
            if let Some(wrong) = wrong {
                let words = format!("its free list {wrong}: {from} is {block}");
                self.problem(pool.addr, ProblemKind::Pool, words);
                return;
            }
            pool.free.push(block);
            from = format!("the link in {block}");
            next = self.bytes.addr(block.get());
        }
        if is_fresh(pool) && pool.lists.is_empty() {
            // Its count is set when it comes into a list.
        } else if pool.allocated() != pool.count {
            let words = format!(
                "its count is {}, and {} of its blocks are allocated: {} carved, {} in the free list",
                pool.count,
                pool.allocated(),
                pool.carved,
                pool.free.len()
            );
            self.problem(pool.addr, ProblemKind::Pool, words);
        } else if pool.free.is_empty() && pool.carved < pool.capacity && pool.count > 0 {
            let left = pool.capacity - pool.carved;
            let words = format!("its free list is empty, and {left} of its blocks are not carved");
            self.problem(pool.addr, ProblemKind::Pool, words);
        }
    }

    /// Whether the pool is on the list that it belongs to.
    fn check_lists(&mut self, pool: &PoolPart) {
        let mut wrong = Vec::new();
        if let [(one, _), (other, _), ..] = pool.lists.as_slice() {
            wrong.push(format!("it is on two lists: {one} and {other}"));
        }
        for (list, place) in &pool.lists {
            match (list, pool.state) {
                (PoolList::Used(szidx), _) if *szidx != pool.szidx => wrong.push(format!(
                    "it is on {list}, and its szidx is {:#x}",
                    pool.szidx
                )),
                (PoolList::Used(_), PoolState::Full) => {
                    wrong.push(format!("it is full, and still on {list}"));
                }
                // A pool that was just put in front of the list has not given its first block yet.
                (PoolList::Used(_), PoolState::Empty | PoolState::Used)
                    if pool.count == 0
                        && pool.allocated() == 0
                        && *place > 0
                        && !is_fresh(pool)
                        && self.root_word("keep_last_pool").is_none() =>
                {
                    wrong.push(format!("it is empty, and still on {list}"));
                }
                (PoolList::Free, PoolState::Used | PoolState::Full) => wrong.push(format!(
                    "it is on freepools, and {} of its blocks are allocated",
                    pool.allocated()
                )),
                _ => {}
            }
        }
        if pool.lists.is_empty() {
            match pool.state {
                PoolState::Full => {}
                PoolState::Used => {
                    wrong.push(format!(
                        "it has blocks to give, and is not on usedpools[{}]",
                        pool.szidx
                    ));
                }
                // One that was just handed out, or made ready for its class, is on its way to a list.
                PoolState::Empty if pool.is_new() || is_fresh(pool) => {}
                PoolState::Empty => wrong.push("it is empty, and not on freepools".to_owned()),
            }
        }
        for words in wrong {
            self.problem(pool.addr, ProblemKind::Pool, words);
        }
    }

    /// The blocks of the pools join the others.
    fn pool_blocks(&mut self, pools: &Pools) {
        for pool in pools.pools.values() {
            let free: BTreeSet<Addr> = pool.free.iter().copied().collect();
            for index in 0..pool.carved {
                if self.blocks.len() >= MAX_BLOCKS {
                    self.truncated = true;
                    self.has_blocks = false;
                    break;
                }
                let block = pool.block(index);
                self.blocks.push(Found {
                    start: block.get(),
                    size: pool.block_size,
                    free: free.contains(&block),
                });
            }
        }
        self.blocks.sort_by_key(|block| block.start);
    }
}

/// On which lists the pool at an address is.
pub(super) type Lists = BTreeMap<u64, Vec<(PoolList, usize)>>;

/// Whether the pool was made ready for its class, and has not given a block yet.
fn is_fresh(pool: &PoolPart) -> bool {
    pool.carved == 1 && pool.free.len() == 1
}

fn state(pool: &PoolPart) -> PoolState {
    let used = |(list, _): &(PoolList, usize)| matches!(list, PoolList::Used(_));
    if pool.is_new() {
        PoolState::Empty
    } else if pool.freeblock.is_none() && pool.carved == pool.capacity {
        PoolState::Full
    } else if pool.allocated() == 0 && !pool.lists.iter().any(used) {
        PoolState::Empty
    } else {
        PoolState::Used
    }
}
