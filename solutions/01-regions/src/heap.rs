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
    // task 1.11: move the break up by whole pages
    let root = Root::of(memory);
    let heap = root.region(Region::Heap);
    let end = heap.end().get();
    let available = heap.limit().get().saturating_sub(end);
    match (Addr::new(end), round_up(bytes, PAGE)) {
        (Some(begin), Some(rounded)) if rounded <= available => {
            heap.end().set(end + rounded);
            root.region(Region::Stack).limit().set(end + rounded);
            Ok(begin)
        }
        _ => Err(MemoryError::RegionFull {
            region: Region::Heap,
            requested: bytes,
            available,
        }),
    }
    // end task 1.11
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
    // task 1.12: move the break down and give whole pages back
    let root = Root::of(memory);
    let region = Region::Heap;
    let heap = root.region(region);
    let old = heap.end().get();
    if end.get() < heap.start().get() || end.get() > old {
        return Err(MemoryError::OutsideRegion { addr: end, region });
    }
    let kept = round_up(end.get(), PAGE).unwrap_or(old);
    let bytes = old.saturating_sub(kept);
    if let Some(first) = Addr::new(kept)
        && bytes > 0
    {
        memory.give_back(first, bytes);
        heap.end().set(kept);
        root.region(Region::Stack).limit().set(kept);
    }
    Ok(bytes)
    // end task 1.12
}
