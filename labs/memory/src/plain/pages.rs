//! Whole pages: for somebody else, what `mmap` is to CPython's arenas, and back to the system.

use super::{GrowFn, HUGE, MIN_CHUNK, Plain, new_pages};
use crate::addr::round_up;
use crate::{Addr, Memory, MemoryError, PAGE, Root, WORD};

/// `bytes` bytes of fresh pages that begin at a multiple of `bytes`, a power of two and at least a
/// page. They come from `grow`, read as zeros, and none of them is touched.
///
/// Up to `bytes` bytes more must be taken so that they lie at such a multiple. Those in front of them
/// go to the plain allocator: nothing is lost.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) when `grow` does not give so many bytes.
pub fn aligned_pages(memory: &Memory, bytes: u64, grow: GrowFn) -> Result<Addr, MemoryError> {
    let no_memory = MemoryError::NoMemory { requested: bytes };
    if !bytes.is_power_of_two() || bytes < PAGE {
        return Err(no_memory);
    }
    let end = grow(memory, 0).map_err(|_| no_memory.clone())?;
    let gap = round_up(end.get(), bytes).map(|start| start - end.get());
    // One request for both, so that a full heap is left as it was.
    let begin = gap
        .and_then(|gap| new_pages(memory, gap.checked_add(bytes)?, grow))
        .ok_or(no_memory.clone())?;
    let start = round_up(begin.get(), bytes)
        .and_then(Addr::new)
        .filter(|start| gap == Some(start.since(begin)))
        .ok_or(no_memory)?;
    adopt(memory, begin, start.since(begin));
    Ok(start)
}

/// Gives the pages that lie in the chunk at `chunk`, `size` bytes, back to the operating system, unless a
/// chunk as large did so before ([`LARGE`](super::LARGE)). The words that make it a free chunk will lie
/// beside them: three at its start, one at its end.
#[cold]
pub(super) fn give_back(memory: &Memory, chunk: Addr, size: u64) {
    let from = Root::of(memory).give_back_from();
    if size < from.get() {
        return;
    }
    from.set((size + 1).min(HUGE));
    let first = chunk.plus(3 * WORD).get().next_multiple_of(PAGE);
    let end = chunk.plus(size - WORD).get() & !(PAGE - 1);
    if first < end {
        memory.give_back(Addr::at(first), end - first);
    }
}

/// Gives pages to the plain allocator.
fn adopt(memory: &Memory, start: Addr, bytes: u64) {
    match Root::of(memory).plain().get() {
        Some(record) if bytes > 0 => {
            Plain::at(memory, record).append(start, bytes);
        }
        None if bytes >= round_up(Plain::SIZE + MIN_CHUNK + 2 * WORD, PAGE).unwrap_or(PAGE) => {
            Plain::start_at(memory, start, bytes);
        }
        _ => {}
    }
}
