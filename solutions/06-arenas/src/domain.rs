//! The three domains of CPython's C API, and who serves each.

use memory::{Addr, Allocator, Geometry, Memory, MemoryError, plain};

use crate::object;

/// What a request is for (`PyMemAllocatorDomain`, `Include/cpython/pymem.h`, 3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// `PyMem_RawMalloc`: memory that needs no GIL.
    Raw,
    /// `PyMem_Malloc`: memory of Python that is no object, such as a list's items.
    Mem,
    /// `PyObject_Malloc`: objects.
    Object,
}

/// The allocator that serves a domain, as CPython sets it up (`PYTHONMALLOC=pymalloc`): pools for
/// objects and for memory of Python, the plain allocator for raw memory.
#[must_use]
pub const fn allocator<G: Geometry>(domain: Domain) -> Allocator {
    // task 6.13: two of the three are served from pools
    match domain {
        Domain::Raw => Allocator {
            malloc: raw_malloc,
            realloc: raw_realloc,
            free: plain::free,
        },
        Domain::Mem | Domain::Object => Allocator {
            malloc: object::malloc::<G>,
            realloc: object::realloc::<G>,
            free: object::free::<G>,
        },
    }
    // end task 6.13
}

fn raw_malloc(memory: &Memory, size: u64) -> Result<Addr, MemoryError> {
    plain::malloc(memory, size, regions::grow_heap)
}

fn raw_realloc(memory: &Memory, block: Addr, size: u64) -> Result<Addr, MemoryError> {
    plain::realloc(memory, block, size, regions::grow_heap)
}
