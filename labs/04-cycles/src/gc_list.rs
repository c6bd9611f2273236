//! Circular, doubly linked lists of GC heads (`gc_list_…`, `Modules/gcmodule.c`, 3.11).
//!
//! ```text
//!      +-------------------------------------------------------+
//!      v                                                       |
//!    list --_gc_next--> head of a --_gc_next--> head of b --_gc_next
//!     |  <---_gc_prev--            <---_gc_prev--           ^
//!     +----------------------_gc_prev-----------------------+
//! ```
//!
//! `list` is a head without an object. An empty list is a head that links to itself both ways.
//! Putting an object into a list takes no memory: the links are in the head that the object has
//! anyway.
//!
//! The flags in an object's `_gc_prev` belong to the object. They stay, whatever happens to its
//! links: [`set_prev`] sees to that.

use memory::object::PyGC_Head;
use memory::{Addr, Heap};

use crate::head::{next, prev, set_next, set_prev};

/// Makes `list` an empty list: both its words become its own address, without flags.
/// (`gc_list_init`.)
pub fn gc_list_init(heap: &Heap, list: Addr) {
    todo!("4.1 a head that links to itself")
}

/// Whether `list` is empty. (`gc_list_is_empty`.)
#[must_use]
pub fn gc_list_is_empty(heap: &Heap, list: Addr) -> bool {
    todo!("4.1 what comes after the head?")
}

/// How many objects `list` has. (`gc_list_size`.)
#[must_use]
pub fn gc_list_size(heap: &Heap, list: Addr) -> u64 {
    todo!("4.1 once around")
}

/// Puts `gc`, which is in no list, at the end of `list`. Its flags stay. (`gc_list_append`.)
pub fn gc_list_append(heap: &Heap, gc: Addr, list: Addr) {
    todo!("4.1 four links")
}

/// Takes `gc` out of the list that it is in, whichever that is. Its `_gc_next` becomes 0: it is in
/// no list. Its flags stay; the rest of its `_gc_prev` means nothing then. (`gc_list_remove`.)
pub fn gc_list_remove(heap: &Heap, gc: Addr) {
    todo!("4.1 its neighbours link to each other")
}

/// Moves `gc` from the list that it is in to the end of `list`. Its flags stay. (`gc_list_move`.)
pub fn gc_list_move(heap: &Heap, gc: Addr, list: Addr) {
    todo!("4.1 out of one, into the other")
}

/// Moves all objects of `from` to the end of `to`, in their order; `from` is empty then. However
/// many there are, only a few links change. (`gc_list_merge`.)
pub fn gc_list_merge(heap: &Heap, from: Addr, to: Addr) {
    todo!("4.1 join the ends")
}
