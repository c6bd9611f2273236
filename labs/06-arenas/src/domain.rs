//! The three domains of CPython's C API, and who serves each.
//!
//! C code that needs memory says what it is for:
//!
//! | domain | functions | what it is for |
//! |---|---|---|
//! | raw | `PyMem_RawMalloc`, … | memory that is needed without the GIL |
//! | mem | `PyMem_Malloc`, … | memory of Python that is no object: a list's items |
//! | object | `PyObject_Malloc`, … | objects: a list's header |
//!
//! Who serves a domain is decided once, when Python starts, by the environment variable
//! `PYTHONMALLOC`.

use memory::{Allocator, Geometry, plain};

use crate::object;

/// What `PYTHONMALLOC` can choose (`PyMemAllocatorName`, `Include/cpython/pymem.h`, 3.11; the names
/// that end in `_debug` are not built here).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocatorName {
    /// `malloc`: the C library's allocator for everything. Here, the plain allocator.
    Malloc,
    /// `pymalloc`: pools for objects and for memory of Python. What Python does by itself.
    Pymalloc,
}

/// An allocator for each domain (`PyMemAllocatorDomain`, `Include/cpython/pymem.h`, 3.11).
#[derive(Clone, Copy, Debug)]
pub struct Domains {
    /// `PYMEM_DOMAIN_RAW`: memory that needs no GIL (`_PyMem_Raw`).
    pub raw: Allocator,
    /// `PYMEM_DOMAIN_MEM`: memory of Python that is no object, such as a list's items (`_PyMem`).
    pub mem: Allocator,
    /// `PYMEM_DOMAIN_OBJ`: objects (`_PyObject`).
    pub object: Allocator,
}

/// The plain allocator as an [`Allocator`]. Given.
pub const MALLOC: Allocator = Allocator {
    malloc: |memory, size| plain::malloc(memory, size, regions::grow_heap),
    realloc: |memory, block, size| plain::realloc(memory, block, size, regions::grow_heap),
    free: plain::free,
};

/// What the value of `PYTHONMALLOC` chooses: `malloc`, `pymalloc`, or `default`. An empty value, and a
/// variable that is not set (`None`), are as `default`, which is [`Pymalloc`](AllocatorName::Pymalloc).
/// `None` for any other value: Python does not start then. (`_PyMem_GetAllocatorName`,
/// `Objects/obmalloc.c`, 3.11.)
#[must_use]
pub fn allocator_name(value: Option<&str>) -> Option<AllocatorName> {
    todo!("6.13 three words, and none")
}

/// The object allocator of this lab as an [`Allocator`]: [`object::malloc`], [`object::realloc`] and
/// [`object::free`]. Given.
#[must_use]
pub const fn pymalloc<G: Geometry>() -> Allocator {
    Allocator {
        malloc: object::malloc::<G>,
        realloc: object::realloc::<G>,
        free: object::free::<G>,
    }
}

/// Who serves each domain. With [`Malloc`](AllocatorName::Malloc), the plain allocator ([`MALLOC`])
/// serves all three. With [`Pymalloc`](AllocatorName::Pymalloc), it serves raw memory alone, since
/// pools are safe only under the GIL; the other two are served from pools ([`pymalloc`]).
/// (`_PyMem_SetupAllocators`.)
#[must_use]
pub fn domains<G: Geometry>(name: AllocatorName) -> Domains {
    todo!("6.13 pools for two of the three")
}
