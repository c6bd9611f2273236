//! Arenas: their records, the list of usable ones, the table `nfp2lasta`.

use std::collections::BTreeSet;

use memory::pool::{ArenaObject, NFP2LASTA};
use memory::root::ROOT;
use memory::{Addr, Region, Root, WORD};

use super::Finder;
use crate::bytes::offset;
use crate::model::{ArenaPart, MAX_POOLS, PoolPart, Pools, ProblemKind};

const ADDRESS: u64 = offset(ArenaObject::FIELDS, "address");
const POOL_ADDRESS: u64 = offset(ArenaObject::FIELDS, "pool_address");
const NFREEPOOLS: u64 = offset(ArenaObject::FIELDS, "nfreepools");
const NTOTALPOOLS: u64 = offset(ArenaObject::FIELDS, "ntotalpools");
pub(super) const FREEPOOLS: u64 = offset(ArenaObject::FIELDS, "freepools");
const NEXTARENA: u64 = offset(ArenaObject::FIELDS, "nextarena");
const PREVARENA: u64 = offset(ArenaObject::FIELDS, "prevarena");

/// The largest number of free pools that `nfp2lasta` has an entry for.
const MOST: u64 = 64;

/// The row of arena records.
#[derive(Clone, Copy)]
struct Row {
    start: u64,
    count: u64,
}

impl Row {
    /// The number of the record at `at`.
    fn number(self, at: Addr) -> Option<u64> {
        let offset = at.get().checked_sub(self.start)?;
        let number = offset / ArenaObject::SIZE;
        (offset % ArenaObject::SIZE == 0 && number < self.count).then_some(number)
    }

    fn record(self, number: u64) -> u64 {
        self.start + ArenaObject::SIZE * number
    }
}

impl Finder<'_> {
    fn row(&self, pools: &Pools) -> Option<Row> {
        let count = offset(Root::FIELDS, "maxarenas");
        let row = Row {
            start: self.root_word("arenas")?.get(),
            count: self.bytes.word(ROOT.get() + count)?,
        };
        let most = self.bytes.size() / pools.arena_size?;
        let bytes = row.count.checked_mul(ArenaObject::SIZE)?;
        (row.count <= most && self.bytes.holds(row.start, bytes)).then_some(row)
    }

    /// The arenas, without their pools.
    pub(super) fn arenas(&mut self, pools: &mut Pools) {
        if self.root_word("arenas").is_none() {
            return;
        }
        let at = ROOT.get() + offset(Root::FIELDS, "arena_size");
        let size = self.bytes.word(at).unwrap_or(0);
        let fits = (pools.pool_size..=self.bytes.size()).contains(&size);
        if !size.is_power_of_two() || !fits {
            let words = format!("the root's arena_size is {size}: no size of arenas");
            self.problem(ROOT, ProblemKind::Arena, words);
            return;
        }
        pools.arena_size = Some(size);
        let Some(row) = self.row(pools) else {
            let words = "the root's row of arena records does not lie in the range";
            self.problem(ROOT, ProblemKind::Arena, words);
            return;
        };
        for number in 0..row.count {
            let record = row.record(number);
            let Some(address) = self.bytes.addr(record + ADDRESS) else {
                continue;
            };
            let half = |field| self.bytes.u32(record + field).map_or(0, u64::from);
            let arena = ArenaPart {
                addr: address,
                size,
                number,
                record: ROOT.plus(record - ROOT.get()),
                pool_address: self.bytes.word(record + POOL_ADDRESS).unwrap_or(0),
                nfreepools: half(NFREEPOOLS),
                ntotalpools: half(NTOTALPOOLS),
                carved: 0,
                freepools: Vec::new(),
                usable: None,
                in_heap: true,
            };
            self.arena(pools, arena);
        }
    }

    fn arena(&mut self, pools: &mut Pools, mut arena: ArenaPart) {
        let (addr, size) = (arena.addr, arena.size);
        let place = arena.number * size;
        if addr.get() != place {
            let words = format!(
                "record {} says that its arena is at {addr}; it is the record of {place:#06x}",
                arena.number
            );
            self.problem(arena.record, ProblemKind::Arena, words);
            return;
        }
        let heap = |at| self.region_of(at) == Some(Region::Heap);
        arena.in_heap = heap(addr.get()) && heap(addr.get() + size - 1);
        let carved = arena.pool_address.checked_sub(addr.get());
        match carved.filter(|bytes| bytes % pools.pool_size == 0 && *bytes <= size) {
            Some(bytes) => arena.carved = bytes / pools.pool_size,
            None => {
                let words = format!(
                    "its pool_address is {:#06x}: no pool of it begins there",
                    arena.pool_address
                );
                self.problem(addr, ProblemKind::Arena, words);
                self.has_blocks = false;
            }
        }
        let total = size / pools.pool_size;
        if arena.ntotalpools != total {
            let words = format!(
                "its ntotalpools is {}, and it has {total}",
                arena.ntotalpools
            );
            self.problem(addr, ProblemKind::Arena, words);
        }
        pools.arenas.insert(addr, arena);
    }

    /// Whether a pool says the truth about its arena.
    pub(super) fn check_arena_of(&mut self, pools: &Pools, pool: &PoolPart) {
        let Some(size) = pools.arena_size else { return };
        let at = pool.addr.get();
        let carved = |arena: &ArenaPart| (at - arena.addr.get()) / pools.pool_size < arena.carved;
        if !pools.arena_of(at).is_some_and(carved) {
            let words = "it is no pool that was carved from an arena";
            self.problem(pool.addr, ProblemKind::Pool, words);
        } else if pool.arenaindex != at / size {
            let words = format!(
                "its arenaindex is {}, and it lies in arena {}",
                pool.arenaindex,
                at / size
            );
            self.problem(pool.addr, ProblemKind::Pool, words);
        }
    }

    /// The lists of arenas, and whether all that is known of the arenas is right.
    pub(super) fn check_arenas(&mut self, pools: &mut Pools) {
        let Some(row) = self.row(pools) else { return };
        self.usable_list(pools, row);
        self.unused_list(pools, row);
        let total = pools.arena_size.unwrap_or(0) / pools.pool_size;
        let arenas: Vec<ArenaPart> = pools.arenas.values().cloned().collect();
        // Records alone, without any bytes, are an exercise.
        let any = arenas.iter().any(|arena| arena.in_heap);
        for arena in &arenas {
            if any && !arena.in_heap {
                let words = "the arena does not lie in the heap";
                self.problem(arena.addr, ProblemKind::Arena, words);
            }
            let uncarved = total.saturating_sub(arena.carved);
            let listed = arena.freepools.len() as u64;
            if arena.in_heap && arena.nfreepools != uncarved + listed {
                let words = format!(
                    "its nfreepools is {}, and {uncarved} pools are not carved and {listed} are in \
                     freepools",
                    arena.nfreepools
                );
                self.problem(arena.addr, ProblemKind::Arena, words);
            }
            let words = match (arena.usable, arena.nfreepools) {
                (Some(_), 0) => "it has no free pool, and is in usable_arenas",
                // A new one is put into the list by whoever asked for it.
                (None, 1..) if arena.carved > 0 => "it has free pools, and is not in usable_arenas",
                _ => continue,
            };
            self.problem(arena.addr, ProblemKind::Arena, words);
        }
        self.check_order(pools);
        self.check_nfp2lasta(pools, row);
        let at = ROOT.get() + offset(Root::FIELDS, "narenas_currently_allocated");
        let said = self.bytes.word(at).unwrap_or(0);
        if said != arenas.len() as u64 {
            let words = format!(
                "the root's narenas_currently_allocated is {said}, and there are {}",
                arenas.len()
            );
            self.problem(ROOT, ProblemKind::Arena, words);
        }
    }

    fn usable_list(&mut self, pools: &mut Pools, row: Row) {
        let mut before: Option<Addr> = None;
        let mut next = self.root_word("usable_arenas");
        let mut seen = BTreeSet::new();
        while let Some(record) = next {
            let number = row.number(record);
            let place = number.and_then(|number| Addr::new(number * pools.arena_size?));
            let arena = place.and_then(|place| pools.arenas.get_mut(&place));
            let wrong = match &arena {
                None => Some(format!(
                    "usable_arenas leads to {record}: no record of an arena"
                )),
                Some(arena) if !seen.insert(arena.addr) => Some(format!(
                    "usable_arenas runs in a circle: it comes back to arena {}",
                    arena.addr
                )),
                _ => None,
            };
            let (Some(arena), None) = (arena, &wrong) else {
                let words = wrong.unwrap_or_default();
                self.problem(before.unwrap_or(ROOT), ProblemKind::Arena, words);
                return;
            };
            arena.usable = Some(pools.usable.len());
            pools.usable.push(arena.addr);
            let addr = arena.addr;
            let prev = self.bytes.addr(record.get() + PREVARENA);
            if prev != before {
                let text = |at: Option<Addr>| at.map_or("NULL".to_owned(), |at| at.to_string());
                let words = format!(
                    "its prevarena is {}, and the record before it in usable_arenas is {}",
                    text(prev),
                    text(before)
                );
                self.problem(addr, ProblemKind::Arena, words);
            }
            before = Some(record);
            next = self.bytes.addr(record.get() + NEXTARENA);
        }
    }

    fn unused_list(&mut self, pools: &mut Pools, row: Row) {
        let mut seen = BTreeSet::new();
        let mut next = self.root_word("unused_arena_objects");
        while let Some(record) = next {
            let wrong = match row.number(record) {
                None => Some("no arena record"),
                Some(number) if !seen.insert(number) => Some("it runs in a circle"),
                Some(number)
                    if pools
                        .arena_of(number * pools.arena_size.unwrap_or(0))
                        .is_some() =>
                {
                    Some("the record of an arena that exists")
                }
                Some(number) => {
                    pools.unused.push(number);
                    None
                }
            };
            if let Some(wrong) = wrong {
                let words = format!("unused_arena_objects leads to {record}: {wrong}");
                self.problem(ROOT, ProblemKind::Arena, words);
                return;
            }
            if pools.unused.len() > MAX_POOLS {
                self.truncated = true;
                return;
            }
            next = self.bytes.addr(record.get() + NEXTARENA);
        }
    }

    /// The one with the fewest free pools comes first.
    fn check_order(&mut self, pools: &Pools) {
        for pair in pools.usable.windows(2) {
            let (Some(one), Some(next)) = (pools.arenas.get(&pair[0]), pools.arenas.get(&pair[1]))
            else {
                continue;
            };
            if one.nfreepools > next.nfreepools {
                let words = format!(
                    "usable_arenas is out of order: {} free pools here, and {} in the next one, {}",
                    one.nfreepools, next.nfreepools, next.addr
                );
                self.problem(one.addr, ProblemKind::Arena, words);
            }
        }
    }

    fn check_nfp2lasta(&mut self, pools: &mut Pools, row: Row) {
        for number in 0..=MOST {
            let at = NFP2LASTA.plus(WORD * number);
            let entry = self.bytes.addr(at.get());
            let last = pools
                .usable
                .iter()
                .filter_map(|addr| pools.arenas.get(addr))
                .rfind(|arena| arena.nfreepools == number);
            let words = match (entry, last) {
                (Some(entry), Some(last)) if entry == last.record => None,
                (None, None) => None,
                (None, Some(last)) => Some(format!(
                    "nfp2lasta[{number}] is NULL, and the last arena with so many free pools is {}",
                    last.addr
                )),
                (Some(entry), last) => {
                    let found = match row.number(entry) {
                        Some(n) => format!("{:#06x}", n * pools.arena_size.unwrap_or(0)),
                        None => format!("{entry}, no arena record"),
                    };
                    Some(match last {
                        Some(last) => format!(
                            "nfp2lasta[{number}] is arena {found}, and the last with so many free \
                             pools is {}",
                            last.addr
                        ),
                        None => format!(
                            "nfp2lasta[{number}] is arena {found}, and no usable arena has so many \
                             free pools"
                        ),
                    })
                }
            };
            if let Some(words) = words {
                self.problem(at, ProblemKind::Arena, words);
            }
            if let Some(entry) = entry {
                let record = row.number(entry).ok_or(entry);
                pools.nfp2lasta.push((number, record));
            }
        }
    }
}
