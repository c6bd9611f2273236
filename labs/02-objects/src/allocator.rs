//! Where blocks come from in this lab. Given.
//!
//! CPython has the same choice under the name `PYTHONMALLOC=malloc`: no pools and arenas yet, only
//! an ordinary allocator that takes pages from the heap region that you built in lab 1.

use memory::{Addr, Allocator, Memory, MemoryError, plain};

/// The plain allocator on the heap region of lab 1.
pub const PLAIN: Allocator = Allocator {
    malloc,
    realloc,
    free,
};

fn malloc(memory: &Memory, size: u64) -> Result<Addr, MemoryError> {
    plain::malloc(memory, size, regions::grow_heap)
}

fn realloc(memory: &Memory, block: Addr, size: u64) -> Result<Addr, MemoryError> {
    plain::realloc(memory, block, size, regions::grow_heap)
}

fn free(memory: &Memory, block: Addr) {
    plain::free(memory, block);
}
