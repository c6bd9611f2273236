//! Size classes: requests of similar size get blocks of the same size.
//!
//! ```text
//! request   1 ... 16   17 ... 32   33 ... 48   ...   497 ... 512        steps of 16 bytes
//! class         0          1           2       ...        31
//! block        16         32          48       ...       512
//! ```

use memory::geometry::{Geometry, SMALL_REQUEST_THRESHOLD};
use memory::pool::PoolHeader;

/// The size class of a request of `size` bytes: 0 for the smallest blocks. `None` for a request of 0
/// bytes and for one over [`SMALL_REQUEST_THRESHOLD`]: pools do not serve them.
///
/// With steps of 16 bytes, requests of 1 to 16 bytes are class 0, 17 to 32 class 1, and so on.
/// (`pymalloc_alloc`, `Objects/obmalloc.c`, 3.11: `(nbytes - 1) >> ALIGNMENT_SHIFT`.)
#[inline]
#[must_use]
pub fn size_class<G: Geometry>(size: u64) -> Option<u64> {
    todo!("5.1 which class serves this request?")
}

/// The size in bytes of the blocks of class `szidx`: the largest request that the class serves.
/// (`INDEX2SIZE`.)
#[inline]
#[must_use]
pub fn block_size<G: Geometry>(szidx: u64) -> u64 {
    todo!("5.1 the largest request that the class serves")
}

/// How many blocks of class `szidx` a pool has room for. Its header takes the first
/// [`PoolHeader::SIZE`] of its `G::POOL_SIZE` bytes, and no block is cut off at the end. (`NUMBLOCKS`.)
#[must_use]
pub fn capacity<G: Geometry>(szidx: u64) -> u64 {
    todo!("5.1 how often does a block fit behind the header?")
}
