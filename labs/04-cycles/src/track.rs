//! Which objects the collector knows: those in its list.
//!
//! A container is put into the list when it is made, and taken out when it dies. The list is
//! generation 0 of the root record ([`GcState::generation`]), the only one until lab 7.

use memory::heap::DeallocFn;
use memory::object::PyGC_Head;
use memory::{Addr, GcState, Heap, MemoryError};
use objects::object::generic_alloc;

use crate::gc_list::{gc_list_append, gc_list_remove};
use crate::head::{FINALIZED, as_gc, is_gc};

/// Whether the collector knows `op`: it is a container, and its `_gc_next` is not 0.
/// (`gc.is_tracked`.)
#[must_use]
pub fn is_tracked(heap: &Heap, op: Addr) -> bool {
    todo!("4.2 a head, and a link in it")
}

/// Puts the container `op`, which is not tracked, at the end of generation 0. Its flags stay.
/// (`_PyObject_GC_TRACK`, `Include/internal/pycore_object.h`.)
pub fn track(heap: &Heap, op: Addr) {
    todo!("4.2 at the end of the youngest generation")
}

/// Takes the container `op` out of the list that it is in, and of its head leaves nothing but
/// [`FINALIZED`]. If it is not tracked, nothing happens. (`PyObject_GC_UnTrack`,
/// `Modules/gcmodule.c`.)
pub fn untrack(heap: &Heap, op: Addr) {
    todo!("4.2 out of its list, and one flag stays")
}

/// The `alloc` slot of containers: makes the object with lab 2's [`generic_alloc`] and tracks it.
/// (`PyType_GenericAlloc`, `Objects/typeobject.c`.)
///
/// The object is in the list before its maker has filled it in. That does no harm: all its
/// references are still NULL, and `traverse` must cope with that.
///
/// # Errors
/// Those of `generic_alloc`.
pub fn gc_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    todo!("4.2 make it, track it")
}

/// The `free` slot of containers: takes the object out of its list if it is still in one, and gives
/// its block back with lab 2's [`objects::object::free`]. (`PyObject_GC_Del`.)
pub fn gc_del(heap: &Heap, op: Addr) {
    todo!("4.2 out of the list, back to the allocator")
}

/// What the `dealloc` slot of each container does from now on: [`untrack`]s `op`, and then ends it
/// with `dealloc`, the slot that it had in lab 3.
///
/// A dying object gives up what it owns, one reference after the other, and each time any code may
/// run: a callback, a finalizer, a whole collection. None of them may find it in the list, half
/// ended and with count 0.
pub fn untrack_then(heap: &Heap, op: Addr, dealloc: DeallocFn) {
    todo!("4.2 first out of the list")
}
