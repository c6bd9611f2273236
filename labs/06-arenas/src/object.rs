//! The object allocator: small requests from pools, all others from the plain allocator.

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory, MemoryError, plain};
use pools::block_size;

use crate::arena::address_in_range;
use crate::source::arena_pools;

/// A block of at least `size` bytes (`_PyObject_Malloc`, `Objects/obmalloc.c`, 3.11).
///
/// Requests of 1 to 512 bytes are served from pools ([`pools::malloc()`] with
/// [`arena_pools`]). A larger one, one of 0 bytes, and one for which no pool can be had any more go to
/// the plain allocator ([`plain::malloc`] with [`regions::grow_heap`]), which serves 0 bytes as 1.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) when neither has room. The heap is then as it was.
#[inline(always)] // a large program must not make a call of it
pub fn malloc<G: Geometry>(memory: &Memory, size: u64) -> Result<Addr, MemoryError> {
    todo!("6.11 small ones from pools, the rest from the plain allocator")
}

/// Takes the block at `block` back, to where it came from: a pool ([`address_in_range`]) or the
/// plain allocator. (`_PyObject_Free`.)
#[inline(always)] // a large program must not make a call of it
pub fn free<G: Geometry>(memory: &Memory, block: Addr) {
    todo!("6.11 whose block is this?")
}

/// The block at `block`, made at least `size` bytes large, perhaps at another address. The bytes up
/// to the smaller of the two sizes stay. (`_PyObject_Realloc`.)
///
/// A block of the plain allocator stays with it ([`plain::realloc`]), whatever the new size is: nobody
/// else knows how large it is. A block of a pool is as large as its pool's class says. It stays where it
/// is if `size` bytes fit into it and fill more than three quarters of it. Otherwise a new block is
/// taken ([`malloc`]), the bytes that both have room for are copied, and the old one is freed. Nothing
/// behind the old block's end is read.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory); the old block is then as it was.
pub fn realloc<G: Geometry>(memory: &Memory, block: Addr, size: u64) -> Result<Addr, MemoryError> {
    todo!("6.12 in place, or moved")
}
