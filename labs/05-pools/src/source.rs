//! Where empty pools come from, and where they go.

use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Geometry, Memory, MemoryError, Root, plain};

use crate::used::init_used;

/// Where pools come from and where empty ones go: two functions. Lab 6 has others, and the rest of
/// this lab stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct PoolSource {
    /// Returns an empty pool, aligned to `G::POOL_SIZE`. Its `szidx` is [`DUMMY_SIZE_IDX`] if it was
    /// never used, and otherwise that of the class that it served last: its free list is then still
    /// right.
    pub allocate: fn(&Memory) -> Result<Addr, MemoryError>,
    /// Takes an empty pool back.
    pub free: fn(&Memory, Addr),
}

/// Pools from pages of the heap region, one by one: [`allocate_pool`] and [`free_pool`].
#[must_use]
pub const fn fresh_pools<G: Geometry>() -> PoolSource {
    PoolSource {
        allocate: allocate_pool::<G>,
        free: free_pool,
    }
}

/// Makes a range ready for pools: writes the geometry into the root record, and the heads of the used
/// pools' lists. The regions must be laid out. Given.
pub fn start<G: Geometry>(memory: &Memory) {
    let root = Root::of(memory);
    root.alignment().set(G::ALIGNMENT);
    root.pool_size().set(G::POOL_SIZE);
    root.keep_last_pool().set(u64::from(G::KEEP_LAST_POOL));
    init_used::<G>(memory);
}

/// An empty pool: the first one of the list of empty pools ([`Root::freepools`], linked by
/// `nextpool`), which leaves the list, with its header as it is. If the list is empty, fresh pages from
/// [`plain::aligned_pages`] with [`regions::grow_heap`]: a new pool. Its `szidx` becomes
/// [`DUMMY_SIZE_IDX`], and nothing else of it is touched.
///
/// # Errors
/// Those of [`plain::aligned_pages`]; the memory is then as it was.
pub fn allocate_pool<G: Geometry>(memory: &Memory) -> Result<Addr, MemoryError> {
    todo!("5.6 an old pool, or a new one")
}

/// Takes the empty pool at `pool` back: it becomes the first of the list of empty pools. Its
/// `nextpool` is the one that was first, or NULL. Nothing else of it changes.
pub fn free_pool(memory: &Memory, pool: Addr) {
    todo!("5.6 in front of the list of empty pools")
}
