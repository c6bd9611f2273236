//! Dynamic storage: the heap region grows and shrinks by whole pages, as with `brk` and `sbrk`.

use memory::{Addr, Memory, MemoryError, PAGE, Region, Root, addr::round_up};

/// Grows the heap by `bytes` bytes, rounded up to whole pages, and returns where the new bytes
/// begin: the old `end`, which Unix calls the *break*. They read as zeros. `bytes` may be 0, which
/// asks where the break is.
///
/// The stack's `limit` becomes the new end. No page of the heap is touched: the operating system
/// makes a page when the program first uses it, and not when the heap grows.
///
/// # Errors
/// [`RegionFull`](MemoryError::RegionFull) when the new end would lie beyond the heap's `limit`.
/// `requested` is `bytes`, `available` how many bytes lie between the end and the limit. Nothing is
/// written then.
pub fn grow_heap(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    todo!("1.11 move the break up by whole pages")
}

/// Shrinks the heap so that it ends at `end`, rounded up to a page: gives the pages behind it back
/// to the operating system ([`Memory::give_back`]), and moves the heap's `end` and the stack's
/// `limit` there. Returns how many bytes were given back, perhaps 0.
///
/// It writes these two words and nothing else; the pages are not cleared by hand. Whoever grows the
/// heap over them again finds zeros in them, since the operating system gives fresh ones.
///
/// # Errors
/// [`OutsideRegion`](MemoryError::OutsideRegion), naming `end`, when `end` lies before the start of
/// the heap's used part or behind its end; both are allowed themselves. Nothing is written or given back then.
pub fn shrink_heap(memory: &Memory, end: Addr) -> Result<u64, MemoryError> {
    todo!("1.12 move the break down and give whole pages back")
}
