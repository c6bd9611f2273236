//! What making and freeing a container does to the count of generation 0, and the collection that
//! begins in the middle of an allocation.

use cycles::track::{gc_del, track};
use memory::{Addr, GcState, Heap, MemoryError};
use objects::object::generic_alloc;

use crate::due::gc_collect_generations;

/// A container was made: the count of generation 0 is one more.
pub fn count_alloc(heap: &Heap) {
    todo!("7.2 one more")
}

/// The `free` slot of containers: the count of generation 0 is one less, unless it is 0 already;
/// then lab 4's [`gc_del`] takes the object out of its list and gives its block back.
///
/// The object may be older than the last collection, so the count says nothing about which objects
/// are young: it is only a measure of how much was made. (`PyObject_GC_Del`,
/// `Modules/gcmodule.c`, 3.11.)
pub fn counting_del(heap: &Heap, op: Addr) {
    todo!("7.2 one less, and never below 0")
}

/// Is told of each container that is made: [`count_alloc`], and then perhaps a collection
/// ([`gc_collect_generations`]), with the root's `collecting` 1 while it runs.
///
/// A collection begins if all of this holds:
///
/// * the count of generation 0, with the new object, is larger than its threshold,
/// * the collector is enabled,
/// * the threshold of generation 0 is not 0,
/// * no collection is running.
///
/// (`_PyObject_GC_Link`, `Modules/gcmodule.c`, 3.11. CPython also waits while an exception is on its
/// way. From 3.12 on the collection does not run here but at the next safe point of the interpreter.)
pub fn gc_link(heap: &Heap) {
    todo!("7.8 count it, and collect if it is time")
}

/// The `alloc` slot of containers: makes the object with lab 2's [`generic_alloc`], then
/// [`gc_link`], and [`track`]s it last. (`PyType_GenericAlloc`, `Objects/typeobject.c`, 3.11.)
///
/// So the collection that an object causes does not look at the object: it is in no list yet. And it
/// may run any code: finalizers, callbacks.
///
/// # Errors
/// Those of `generic_alloc`: an object that was not made is not counted.
pub fn gc_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    todo!("7.8 make it, tell of it, track it")
}

/// The `alloc` slot of dicts: as [`gc_alloc`], but the dict is not tracked. It counts all the same.
/// (`new_dict`, `Objects/dictobject.c`.)
///
/// # Errors
/// As [`gc_alloc`].
pub fn dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    todo!("7.8 make it, tell of it")
}
