//! Looks at every record of a heap of pools, and says which two do not agree. Uses nothing of the lab.

use std::collections::BTreeSet;

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory, Root};

/// No list of the tests is longer.
const LONGEST: usize = 100_000;

/// The pools on the list of class `szidx`, from the head on, or what is wrong with it.
pub(crate) fn ring(memory: &Memory, szidx: u64) -> Result<Vec<Addr>, String> {
    let head = PoolHeader::used(memory, szidx).addr();
    let mut pools = Vec::new();
    let mut last = head;
    loop {
        let name = match last == head {
            true => format!("the head of class {szidx}"),
            false => format!("the pool {last}, on the list of class {szidx},"),
        };
        let Some(next) = PoolHeader::at(memory, last).nextpool().get() else {
            return Err(format!(
                "nextpool of {name} is NULL; the list is a ring, which ends at its head {head}"
            ));
        };
        if next.get() >= memory.size() || !next.is_aligned(32) {
            return Err(format!("nextpool of {name} is {next}, where no pool is"));
        }
        let back = PoolHeader::at(memory, next).prevpool().get();
        if back != Some(last) {
            let back = back.map_or("NULL".to_owned(), |back| back.to_string());
            return Err(format!(
                "nextpool of {name} is {next}, but prevpool there is {back}, not {last}"
            ));
        }
        if next == head {
            return Ok(pools);
        }
        if pools.len() == LONGEST || pools.contains(&next) {
            return Err(format!(
                "the list of class {szidx} never comes back to its head: {next} is on it twice"
            ));
        }
        pools.push(next);
        last = next;
    }
}

/// The list of empty pools, or what is wrong with it.
pub(crate) fn freepools(memory: &Memory) -> Result<Vec<Addr>, String> {
    let mut pools = Vec::new();
    let mut next = Root::of(memory).freepools().get();
    while let Some(pool) = next {
        if pool.get() >= memory.size() || pools.len() == LONGEST {
            return Err(format!(
                "the list of empty pools names {pool}, where no pool is"
            ));
        }
        if pools.contains(&pool) {
            return Err(format!(
                "the pool {pool} is twice on the list of empty pools"
            ));
        }
        pools.push(pool);
        next = PoolHeader::at(memory, pool).nextpool().get();
    }
    Ok(pools)
}

/// The free blocks of `pool`, in the order of its list, or what is wrong with it.
pub(crate) fn free_list<G: Geometry>(memory: &Memory, pool: Addr) -> Result<Vec<Addr>, String> {
    let header = PoolHeader::at(memory, pool);
    let size = (u64::from(header.szidx().get()) + 1) * G::ALIGNMENT;
    let carved = u64::from(header.nextoffset().get());
    let mut blocks = Vec::new();
    let mut next = header.freeblock().get();
    while let Some(block) = next {
        let behind = block.get().checked_sub(pool.get() + PoolHeader::SIZE);
        let number = behind.filter(|behind| behind.is_multiple_of(size));
        if number.is_none_or(|behind| PoolHeader::SIZE + behind >= carved) {
            return Err(format!(
                "the free list of the pool {pool} names {block}, which is no carved block of it"
            ));
        }
        if blocks.contains(&block) {
            return Err(format!(
                "the block {block} is twice on the free list of the pool {pool}"
            ));
        }
        blocks.push(block);
        next = Addr::new(memory.load(block));
    }
    Ok(blocks)
}

/// Whether all records of these pools agree, which are all that there are.
pub(crate) fn audit<G: Geometry>(memory: &Memory, pools: &BTreeSet<Addr>) -> Result<(), String> {
    let empty = freepools(memory)?;
    let mut lists = Vec::new();
    for szidx in 0..G::CLASSES {
        lists.push(ring(memory, szidx)?);
    }
    for &pool in pools {
        let header = PoolHeader::at(memory, pool);
        let (count, szidx) = (header.count().get(), u64::from(header.szidx().get()));
        let on: Vec<u64> = (0..G::CLASSES)
            .filter(|&szidx| lists[szidx as usize].contains(&pool))
            .collect();
        if szidx >= G::CLASSES {
            if count == 0 && on.is_empty() && empty.contains(&pool) {
                continue;
            }
            return Err(format!(
                "the pool {pool} is in use and has the class {szidx}"
            ));
        }
        let size = (szidx + 1) * G::ALIGNMENT;
        let capacity = (G::POOL_SIZE - PoolHeader::SIZE) / size;
        let free = free_list::<G>(memory, pool)?;
        let carved = (u64::from(header.nextoffset().get()) - PoolHeader::SIZE) / size;
        if count + free.len() as u64 != carved {
            return Err(format!(
                "the pool {pool} has carved {carved} blocks; {count} are allocated and {} on its free \
                 list",
                free.len()
            ));
        }
        let state = match count {
            0 => "empty",
            full if full == capacity => "full",
            _ => "used",
        };
        match (state, on.as_slice()) {
            ("used", [on]) if *on == szidx => {}
            ("full" | "empty", []) => {}
            ("used", []) => {
                return Err(format!(
                    "the pool {pool} is used ({count} of {capacity} blocks are allocated), and on no \
                     list: its free blocks are lost"
                ));
            }
            (state, on) => {
                return Err(format!(
                    "the pool {pool} of class {szidx} is {state} ({count} of {capacity} blocks are \
                     allocated), and on the list of class {on:?}"
                ));
            }
        }
        if state == "used" && free.is_empty() {
            return Err(format!(
                "the pool {pool} is used, and has no free block on its list: the next one was not \
                 carved in time"
            ));
        }
        if (state == "empty") != empty.contains(&pool) {
            let is = match state {
                "empty" => "not on the list of empty pools",
                _ => "on the list of empty pools",
            };
            return Err(format!("the pool {pool} is {state}, and {is}"));
        }
    }
    for pool in lists.iter().flatten().chain(&empty) {
        if !pools.contains(pool) {
            return Err(format!("{pool} is on a list, and is no pool"));
        }
    }
    Ok(())
}
