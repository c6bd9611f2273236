//! A laid-out memory, and the plain allocator in it.

use memory::{Addr, Allocator, Heap, Memory, MemoryError, Region, Root, plain};

/// Where the heap region of [`lay_out`] starts.
pub(crate) const HEAP: u64 = 0x5000;

/// Smaller under Miri, which keeps notes on each byte.
pub(crate) const SIZE: u64 = if cfg!(miri) {
    1 << 18
} else {
    Memory::TEST_SIZE
};

pub(crate) const PLAIN: Allocator = Allocator {
    malloc: |memory, size| plain::malloc(memory, size, grow),
    realloc: |memory, block, size| plain::realloc(memory, block, size, grow),
    free: plain::free,
};

/// Lays the regions out, each with a limit and most with a gap behind it:
/// text 0x2000..0x2400, data 0x3000..0x3800, the heap from 0x5000 for `heap` bytes, 16 KiB of stack.
pub(crate) fn lay_out(memory: &Memory, heap: u64) {
    let size = memory.size();
    for (region, start, end, limit) in [
        (Region::Text, 0x2000, 0x2400, 0x3000),
        (Region::Data, 0x3000, 0x3800, 0x4000),
        (Region::Heap, HEAP, HEAP, HEAP + heap),
        (Region::Stack, size, size, size - 0x4000),
    ] {
        let record = Root::of(memory).region(region);
        record.start().set(start);
        record.end().set(end);
        record.limit().set(limit);
    }
}

/// What lab 1's reader writes.
pub(crate) fn grow(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    let heap = Root::of(memory).region(Region::Heap);
    let end = heap.end().get();
    let available = heap.limit().get() - end;
    if bytes > available {
        return Err(MemoryError::RegionFull {
            region: Region::Heap,
            requested: bytes,
            available,
        });
    }
    heap.end().set(end + bytes);
    Ok(Addr::at(end))
}

pub(crate) fn heap(memory: &Memory) -> Heap<'_> {
    Heap {
        memory,
        object: PLAIN,
        types: &[],
    }
}

/// Numbers that only look random: the same on every machine.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
