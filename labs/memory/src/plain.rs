//! The allocator that is given. Under construction: a first version that only hands out.

use crate::{Addr, Memory, MemoryError, Root};

/// Grows the heap region by so many bytes, a multiple of a page, and returns where they begin:
/// the reader's `regions::grow_heap`.
pub type GrowFn = fn(&Memory, u64) -> Result<Addr, MemoryError>;

/// A block of at least `size` bytes.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) when `grow` cannot give more.
pub fn malloc(memory: &Memory, size: u64, grow: GrowFn) -> Result<Addr, MemoryError> {
    let _ = Root::of(memory);
    let pages = (size.max(1)).div_ceil(crate::PAGE) * crate::PAGE;
    grow(memory, pages)
}

/// The block made at least `size` bytes large.
///
/// # Errors
/// As [`malloc`].
pub fn realloc(memory: &Memory, block: Addr, size: u64, grow: GrowFn) -> Result<Addr, MemoryError> {
    let moved = malloc(memory, size, grow)?;
    memory.copy(block, moved, size);
    Ok(moved)
}

/// Takes a block back.
pub fn free(_memory: &Memory, _block: Addr) {}
