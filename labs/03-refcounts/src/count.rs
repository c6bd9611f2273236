//! One word per object: how many references to it are owned.
//!
//! An `Addr` in a Rust variable is not counted by itself. You count it when you own it: a slot in
//! the memory that holds it, or code that must keep the object alive for a while.

use memory::object::PyObject;
use memory::{Addr, Field, Heap, Region};

/// Takes one more reference to the object at `op`: adds one to its count.
///
/// One load and one store, whatever the object is: this line runs more often than any other.
/// (`Py_INCREF`, `Include/object.h`.)
pub fn incref(heap: &Heap, op: Addr) {
    todo!("3.1 add one to the count")
}

/// A *new* reference to the object at `op`: takes one more and returns `op`.
/// (`Py_NewRef`, `Include/object.h`.)
pub fn new_ref(heap: &Heap, op: Addr) -> Addr {
    todo!("3.1 take the reference and return the object")
}

/// What `sys.getrefcount(op)` shows: the count while `op` is the argument of a call.
///
/// The argument is a reference of its own. So take one as the caller does, read the count, and give
/// the one up again: the result is one more than the count before and after.
/// (`sys_getrefcount`, `Python/sysmodule.c`.)
pub fn get_refcount(heap: &Heap, op: Addr) -> u64 {
    todo!("3.1 pass the argument, read the count, drop the argument")
}

/// Gives up one reference to the object at `op`: subtracts one from its count. If that was the last
/// one, ends the object at once with [`Heap::dealloc`].
///
/// `dealloc` can run any amount of code. Use nothing afterwards that you read before, unless you
/// own it. (`Py_DECREF`, `Include/object.h`.)
///
/// # Panics
/// Through [`negative_refcount`], if the count is 0 already: nothing is written then.
pub fn decref(heap: &Heap, op: Addr) {
    todo!("3.2 subtract one; at zero, end the object")
}

/// [`decref`], where there is an object at all; NULL is left alone. (`Py_XDECREF`.)
pub fn xdecref(heap: &Heap, op: Option<Addr>) {
    todo!("3.2 NULL has no count")
}

/// Stores `new` in a slot, whose reference it *steals*, and gives up the reference that the slot
/// held before. Either may be NULL.
///
/// The slot must be right at every moment that other code can look at it, and [`decref`] may run
/// any code: a finalizer may well read this slot. (`Py_XSETREF`, `Include/cpython/object.h`.)
pub fn set_ref(heap: &Heap, slot: Field<'_, Option<Addr>>, new: Option<Addr>) {
    todo!("3.3 store the new reference, then drop the old one")
}

/// Stops at a reference that nobody owned: `op`'s count is 0 and was to be made smaller. Says what
/// stands at that address. Given. (`_Py_NegativeRefcount`, `Objects/object.c`, in debug builds.)
///
/// # Panics
/// Always.
#[track_caller]
pub fn negative_refcount(heap: &Heap, op: Addr) -> ! {
    let place = match Region::of(heap.memory, op) {
        Some(Region::Heap | Region::Data) => "the object there has no reference left to give up",
        Some(Region::Text | Region::Stack) | None => "no object can be there",
    };
    panic!("decref({op}): its count is 0 already, and {place}");
}
