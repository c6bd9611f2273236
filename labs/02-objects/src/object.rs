//! The header that every object begins with, and the memory for it.
//!
//! ```text
//!  plain object            container                  instance of a class
//!                                                     -32  values, dict     (PreHeader)
//!                          -16  GC head               -16  GC head
//!    0  ob_refcnt            0  ob_refcnt               0  ob_refcnt
//!    8  ob_type              8  ob_type                 8  ob_type
//!   16  …                   16  …                      16  weaklist
//! ```
//!
//! The address of an object is the address of its header. What stands in front belongs to the same
//! block.

use memory::object::{
    PreHeader, PyGC_Head, PyObject, PyTypeObject, PyVarObject, TPFLAGS_HAVE_GC, TPFLAGS_HEAPTYPE,
    TPFLAGS_MANAGED_DICT,
};
use memory::{Addr, Heap, MemoryError};

/// How many bytes stand in front of each object of type `ty`, in the same block: 16 for a GC head
/// if the type's `tp_flags` have [`TPFLAGS_HAVE_GC`], and 16 more for the [`PreHeader`] if they
/// have [`TPFLAGS_MANAGED_DICT`]. (`_PyType_PreHeaderSize`, `Include/internal/pycore_object.h`.)
pub fn presize(heap: &Heap, ty: Addr) -> u64 {
    todo!("2.1 add up what the type's flags ask for")
}

/// Makes the bytes at `op` an object: writes its count, 1, and its type. An object of a class made
/// by a class statement ([`TPFLAGS_HEAPTYPE`]) also holds a reference to its class: [`new_ref`].
/// (`_PyObject_Init`, `Include/internal/pycore_object.h`.)
pub fn init(heap: &Heap, op: Addr, ty: Addr) {
    todo!("2.1 write the two words of the header")
}

/// Makes an object of type `ty` that is `size` bytes long, header included, and returns its
/// address, a new reference.
///
/// It takes one block of `size` bytes and what [`presize`] says, sets all of it to zero, so that
/// the GC head says *not tracked* and every reference is NULL, and writes the header.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, ty: Addr, size: u64) -> Result<Addr, MemoryError> {
    todo!("2.1 take a block, clear it, and find the object in it")
}

/// The `alloc` slot of most types: [`new`] with the type's `tp_basicsize` and `nitems` times its
/// `tp_itemsize`. For a type that has items, `ob_size` is `nitems`.
/// (`PyType_GenericAlloc`, `Objects/typeobject.c`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn generic_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    todo!("2.1 ask the type for the size")
}

/// The `free` slot of all types: gives the block back that the object lies in, which begins with
/// what stands in front of the object. (`PyObject_Free`, `PyObject_GC_Del`.)
pub fn free(heap: &Heap, op: Addr) {
    heap.free(op.minus(presize(heap, heap.type_of(op))));
}

/// Another reference to an object that exists already: its count grows by one. Returns `op`.
/// (`Py_NewRef`, `Include/object.h`.) Chapter 3 is about this line.
pub fn new_ref(heap: &Heap, op: Addr) -> Addr {
    let count = PyObject::at(heap.memory, op).ob_refcnt();
    count.set(count.get().wrapping_add(1));
    op
}

/// The `dealloc` slot of all types until chapter 3: it does nothing. The object stays, with all
/// that it refers to, and the watched memory reports it as leaked.
pub fn leak(_heap: &Heap, _op: Addr) {}

/// The `traverse` slot of all types until chapter 4: it visits nothing.
pub fn traverse_nothing(_heap: &Heap, _op: Addr, _visit: &mut dyn FnMut(Addr)) {}

/// The `clear` slot of all types until chapter 4: it does nothing.
pub fn clear_nothing(_heap: &Heap, _op: Addr) {}
