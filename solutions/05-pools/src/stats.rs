//! Where the bytes of the pools are: the table that `sys._debugmallocstats()` prints.

use std::fmt;

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory};

use crate::classes::{block_size, capacity};

/// A row of the table: what the pools of one size class hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassStats {
    /// The size of a block in bytes.
    pub size: u64,
    /// How many pools have at least one allocated block.
    pub num_pools: u64,
    /// How many blocks are allocated in them.
    pub blocks_in_use: u64,
    /// How many more they have room for, carved or not.
    pub avail_blocks: u64,
}

/// Statistics of pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// A row for each size class, `classes[szidx]`.
    pub classes: Vec<ClassStats>,
    /// How many pools have no allocated block. They belong to no class, whatever their header says.
    pub unused_pools: u64,
}

/// Where all bytes of the pools are. Together they are the size of all pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes in allocated blocks.
    pub allocated: u64,
    /// Bytes in blocks that could still be allocated, in pools that have a class.
    pub available: u64,
    /// Bytes of unused pools.
    pub unused: u64,
    /// Bytes in the headers of pools that have a class.
    pub headers: u64,
    /// Bytes at the end of such pools, where no whole block fits any more. CPython calls them *lost to
    /// quantization*. What a block has more than was asked for is not among them: nobody counts that.
    pub quantization: u64,
}

/// Counts the pools at `pools`, each of which is named once. A pool with count 0 is unused. A full pool
/// is on no list, so lists would not do: whoever calls this must know where all pools are.
/// (`_PyObject_DebugMallocStats`, `Objects/obmalloc.c`, 3.11, which goes through all arenas.)
#[must_use]
pub fn statistics<G: Geometry>(memory: &Memory, pools: impl IntoIterator<Item = Addr>) -> Stats {
    // task 5.13: each pool adds to the row of its class
    let mut stats = Stats::default();
    for szidx in 0..G::CLASSES {
        stats.classes.push(ClassStats {
            size: block_size::<G>(szidx),
            ..ClassStats::default()
        });
    }
    for pool in pools {
        let header = PoolHeader::at(memory, pool);
        let count = header.count().get();
        if count == 0 {
            stats.unused_pools += 1;
            continue;
        }
        let szidx = u64::from(header.szidx().get());
        let row = &mut stats.classes[szidx as usize];
        row.num_pools += 1;
        row.blocks_in_use += count;
        row.avail_blocks += capacity::<G>(szidx) - count;
    }
    stats
    // end task 5.13
}

impl Stats {
    /// Adds the rows up.
    #[must_use]
    pub fn totals<G: Geometry>(&self) -> Totals {
        // task 5.13: every byte of every pool is somewhere
        let mut totals = Totals {
            unused: self.unused_pools * G::POOL_SIZE,
            ..Totals::default()
        };
        for row in &self.classes {
            let behind = G::POOL_SIZE - PoolHeader::SIZE;
            totals.allocated += row.blocks_in_use * row.size;
            totals.available += row.avail_blocks * row.size;
            totals.headers += row.num_pools * PoolHeader::SIZE;
            totals.quantization += row.num_pools * (behind % row.size);
        }
        totals
        // end task 5.13
    }
}

impl fmt::Display for Stats {
    /// The table, as CPython prints it. Given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "class   size   num pools   blocks in use  avail blocks")?;
        writeln!(f, "-----   ----   ---------   -------------  ------------")?;
        for (szidx, row) in self.classes.iter().enumerate() {
            if row.num_pools > 0 {
                writeln!(
                    f,
                    "{szidx:>5} {:>6} {:>11} {:>15} {:>13}",
                    row.size, row.num_pools, row.blocks_in_use, row.avail_blocks
                )?;
            }
        }
        Ok(())
    }
}
