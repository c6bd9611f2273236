//! The trashcan: long chains of objects are freed without deep recursion.
//!
//! The list of objects that were put off is kept in those objects. Nobody needs the GC head of a
//! container that is being freed, so `_gc_prev` holds the address of the next one. Bit 0 of that
//! word is a flag ([`FINALIZED`](crate::finalize::FINALIZED)) and stays what it was.
//!
//! ```text
//! Root.trash_delete_later --> object          object          object
//!                             _gc_prev -----> _gc_prev -----> _gc_prev = 0
//! ```

use memory::heap::DeallocFn;
use memory::object::PyGC_Head;
use memory::{Addr, Heap, Root};

/// The bits of `_gc_prev` that are flags and not part of an address: the lowest two
/// (`~_PyGC_PREV_MASK`).
pub const PREV_FLAGS: u64 = 3;

/// How deep deallocators of containers may be nested (`_PyTrash_UNWIND_LEVEL`, `Objects/object.c`).
pub const UNWIND_LEVEL: u64 = 50;

/// Ends the container `op` with `dealloc`, its type's deallocator, in the trashcan: between
/// [`trash_begin`] and [`trash_end`]. If `trash_begin` puts it off, nothing else happens now.
/// (`Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END`, `Include/cpython/object.h`.)
pub fn trashcan(heap: &Heap, op: Addr, dealloc: DeallocFn) {
    // task 3.8: begin, end the object, end
    if trash_begin(heap, op) {
        return;
    }
    dealloc(heap, op);
    trash_end(heap);
    // end task 3.8
}

/// Whether `op` is put off: the deallocator must then not run now.
///
/// The root's `trash_delete_nesting` says how many deallocators are between their `trash_begin` and
/// their `trash_end`. If that is [`UNWIND_LEVEL`] or more, [`deposit`]s `op`. Otherwise adds one to
/// it. (`_PyTrash_begin`, `Objects/object.c`, 3.11.)
#[must_use]
pub fn trash_begin(heap: &Heap, op: Addr) -> bool {
    // task 3.8: too deep: put the object off; otherwise one deeper
    let nesting = Root::of(heap.memory).trash_delete_nesting();
    if nesting.get() >= UNWIND_LEVEL {
        deposit(heap, op);
        return true;
    }
    nesting.set(nesting.get() + 1);
    false
    // end task 3.8
}

/// After a deallocator has run: subtracts one from the nesting, and if that makes it 0 and objects
/// were put off, ends them with [`destroy_chain`]. (`_PyTrash_end`.)
pub fn trash_end(heap: &Heap) {
    // task 3.8: one less deep; outermost: end what was put off
    let root = Root::of(heap.memory);
    let nesting = root.trash_delete_nesting();
    nesting.set(nesting.get() - 1);
    if nesting.get() == 0 && root.trash_delete_later().get().is_some() {
        destroy_chain(heap);
    }
    // end task 3.8
}

/// Puts `op`, a container with count 0, in front of the root's list `trash_delete_later`: its
/// `_gc_prev` becomes the address of the object that was first, 0 for none, and keeps its
/// [`PREV_FLAGS`]. (`_PyTrash_thread_deposit_object`.)
pub fn deposit(heap: &Heap, op: Addr) {
    // task 3.8: link the object in front of the list
    let first = Root::of(heap.memory).trash_delete_later();
    let link = PyGC_Head::of(heap.memory, op)._gc_prev();
    let next = first.get().map_or(0, Addr::get);
    link.set(link.get() & PREV_FLAGS | next);
    first.set(Some(op));
    // end task 3.8
}

/// Ends all objects that were put off, also those that are put off meanwhile.
///
/// While there is a first one: takes it off the list (its `_gc_prev` keeps nothing but its flags)
/// and ends it with [`Heap::dealloc`]. The nesting is one higher while that runs, or the first
/// object would begin a loop inside this one. (`_PyTrash_thread_destroy_chain`.)
pub fn destroy_chain(heap: &Heap) {
    // task 3.8: take them off one by one and end them
    let root = Root::of(heap.memory);
    let nesting = root.trash_delete_nesting();
    nesting.set(nesting.get() + 1);
    while let Some(op) = root.trash_delete_later().get() {
        let link = PyGC_Head::of(heap.memory, op)._gc_prev();
        let next = Addr::new(link.get() & !PREV_FLAGS);
        link.set(link.get() & PREV_FLAGS);
        root.trash_delete_later().set(next);
        heap.dealloc(op);
    }
    nesting.set(nesting.get() - 1);
    // end task 3.8
}
