//! Where empty pools come from, and start-up. Given.

use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Geometry, Memory, MemoryError, Root, plain};

use crate::used::init_used;

/// Where pools come from and where empty ones go: two functions. Lab 6 has others.
#[derive(Clone, Copy, Debug)]
pub struct PoolSource {
    /// Returns an empty pool, aligned to `G::POOL_SIZE`. Its `szidx` is [`DUMMY_SIZE_IDX`] if it was
    /// never used, and otherwise that of the class that it served last: its free list is then still
    /// right.
    pub allocate: fn(&Memory) -> Result<Addr, MemoryError>,
    /// Takes an empty pool back.
    pub free: fn(&Memory, Addr),
}

/// Pools from pages of the heap region, one by one. Empty ones go on one list,
/// [`Root::freepools`], and are the first to be handed out again.
#[must_use]
pub const fn fresh_pools<G: Geometry>() -> PoolSource {
    PoolSource {
        allocate: allocate_pool::<G>,
        free: free_pool,
    }
}

/// Makes a range ready for pools: writes the geometry into the root record, and the heads of the used
/// pools' lists. The regions must be laid out.
pub fn start<G: Geometry>(memory: &Memory) {
    let root = Root::of(memory);
    root.alignment().set(G::ALIGNMENT);
    root.pool_size().set(G::POOL_SIZE);
    init_used::<G>(memory);
}

fn allocate_pool<G: Geometry>(memory: &Memory) -> Result<Addr, MemoryError> {
    let freepools = Root::of(memory).freepools();
    if let Some(pool) = freepools.get() {
        freepools.set(PoolHeader::at(memory, pool).nextpool().get());
        return Ok(pool);
    }
    let pool = plain::aligned_pages(memory, G::POOL_SIZE, regions::grow_heap)?;
    PoolHeader::at(memory, pool).szidx().set(DUMMY_SIZE_IDX);
    Ok(pool)
}

fn free_pool(memory: &Memory, pool: Addr) {
    let freepools = Root::of(memory).freepools();
    let next = freepools.replace(Some(pool));
    PoolHeader::at(memory, pool).nextpool().set(next);
}
