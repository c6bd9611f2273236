//! What the allocator's own records say: `sys._debugmallocstats` for this heap.

use std::fmt;

use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, PoolHeader};
use memory::{Geometry, Memory, Region, Root, plain};

use crate::block::Numbers;

const CLASSES: usize = Numbers::CLASSES as usize;

/// The heap at one moment, in numbers. It owns no memory, so taking it changes none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The size of the range, in bytes of address space.
    pub range: u64,
    /// How many bytes of it the heap region has taken so far.
    pub heap: u64,
    /// How many arenas there are now.
    pub arenas: u64,
    /// How many there were at most.
    pub arenas_at_most: u64,
    /// How many were ever made.
    pub arenas_ever: u64,
    /// Pools that no size class uses, carved or not.
    pub free_pools: u64,
    /// The size classes, the smallest blocks first.
    pub classes: [SizeClass; CLASSES],
    /// How many blocks of the plain allocator are handed out: all over 512 bytes.
    pub large_blocks: u64,
    /// How many bytes they have.
    pub large_bytes: u64,
    /// How many bytes of the plain allocator's are free.
    pub large_free: u64,
}

/// The pools of one size class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeClass {
    /// The size of its blocks, in bytes.
    pub block_size: u64,
    /// How many pools it has, one that is empty and kept for it included.
    pub pools: u64,
    /// How many blocks are handed out.
    pub blocks: u64,
    /// How many more its pools could hand out.
    pub free_blocks: u64,
}

impl Statistics {
    /// Counts what the records in the range say. Allocates nothing: the lock is held.
    pub(crate) fn of(memory: &Memory) -> Statistics {
        let root = Root::of(memory);
        let heap = root.region(Region::Heap);
        let mut all = Statistics {
            range: memory.size(),
            heap: heap.len(),
            arenas: root.narenas_currently_allocated().get(),
            arenas_at_most: root.narenas_highwater().get(),
            arenas_ever: root.ntimes_arena_allocated().get(),
            ..Statistics::default()
        };
        for (szidx, class) in all.classes.iter_mut().enumerate() {
            class.block_size = pools::block_size::<Numbers>(szidx as u64);
        }
        // No arena lies behind the end of the heap.
        if let Some(row) = root.arenas().get() {
            for number in 0..heap.end().get() / Numbers::ARENA_SIZE {
                all.count(ArenaObject::at(
                    memory,
                    row.plus(number * ArenaObject::SIZE),
                ));
            }
        }
        for block in plain::blocks(memory).flatten() {
            if block.live {
                all.large_blocks += 1;
                all.large_bytes += block.size;
            } else {
                all.large_free += block.size;
            }
        }
        all
    }

    /// Adds the pools of one arena.
    fn count(&mut self, arena: ArenaObject<'_>) {
        let (Some(address), Some(carved)) = (arena.address().get(), arena.pool_address().get())
        else {
            return;
        };
        self.free_pools += u64::from(arena.nfreepools().get());
        for number in 0..carved.since(address) / Numbers::POOL_SIZE {
            let place = address.plus(number * Numbers::POOL_SIZE);
            let pool = PoolHeader::at(arena.memory(), place);
            let (szidx, blocks) = (pool.szidx().get(), pool.count().get());
            // A pool that went back to its arena has no class (`RECARVE`).
            if szidx == DUMMY_SIZE_IDX {
                continue;
            }
            if let Some(class) = self.classes.get_mut(szidx as usize) {
                let capacity = pools::capacity::<Numbers>(u64::from(szidx));
                class.pools += 1;
                class.blocks += blocks;
                class.free_blocks += capacity.saturating_sub(blocks);
            }
        }
    }

    /// How many blocks are handed out, small and large ones.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        let small: u64 = self.classes.iter().map(|class| class.blocks).sum();
        small + self.large_blocks
    }
}

/// A table, without the classes that have no pool.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "class   block size   pools   blocks in use   free blocks"
        )?;
        let used = |class: &&SizeClass| class.pools > 0;
        let total = SizeClass {
            block_size: 0,
            pools: self.classes.iter().map(|class| class.pools).sum(),
            blocks: self.classes.iter().map(|class| class.blocks).sum(),
            free_blocks: self.classes.iter().map(|class| class.free_blocks).sum(),
        };
        for class in self.classes.iter().filter(used) {
            let szidx = class.block_size / Numbers::ALIGNMENT - 1;
            let SizeClass {
                block_size,
                pools,
                blocks,
                free_blocks,
            } = class;
            writeln!(
                f,
                "{szidx:>5}   {block_size:>10}   {pools:>5}   {blocks:>13}   {free_blocks:>11}"
            )?;
        }
        let SizeClass {
            pools,
            blocks,
            free_blocks,
            ..
        } = total;
        writeln!(
            f,
            "  all                {pools:>5}   {blocks:>13}   {free_blocks:>11}"
        )?;
        writeln!(f)?;
        let Statistics {
            arenas,
            arenas_at_most,
            arenas_ever,
            free_pools,
            ..
        } = self;
        writeln!(
            f,
            "arenas         {arenas} now, {arenas_at_most} at most, {arenas_ever} ever made; {free_pools} free pools"
        )?;
        let Statistics {
            large_blocks,
            large_bytes,
            large_free,
            ..
        } = self;
        writeln!(
            f,
            "large blocks   {large_blocks} of {large_bytes} bytes together; {large_free} bytes free"
        )?;
        let Statistics { heap, range, .. } = self;
        write!(f, "the heap       {heap} of {range} bytes of address space")
    }
}
