//! Weak references to objects that are about to be freed, and their callbacks.
//!
//! On the path of counting the order is: finalizer, weak references, callbacks. Here it is the other
//! way round. A callback can be any code, and the dead are still whole: whatever it could reach, it
//! could bring back to life. So first of all every weak reference to every dead object is cleared;
//! then a callback can reach nothing of them.

use memory::object::PyWeakReference;
use memory::{Addr, GcList, GcState, Heap};
use refcounts::weakref::{unlink, weaklist};
use refcounts::{decref, incref, new_ref};

use crate::gc_list::{gc_list_init, gc_list_is_empty, gc_list_move};
use crate::head::{as_gc, from_gc, is_collecting, next};
use crate::tables::index;

/// Clears all weak references to and among the objects of `unreachable`, an ordinary list, and then
/// calls the callbacks that are to be called. Returns how many weak references were freed by that.
/// (`handle_weakrefs`, `Modules/gcmodule.c`, 3.11.)
///
/// 1. [`clear_all`] for each object of `unreachable`, in order, with [`GcList::WrcbToCall`], made
///    empty before. An object that is itself a weak reference is also cleared ([`unlink`]), before
///    its own list.
/// 2. [`call_callbacks`] for what was gathered.
pub fn handle_weakrefs(heap: &Heap, unreachable: Addr, old: Addr) -> u64 {
    todo!("4.10 first clear all of them, then call")
}

/// Clears every weak reference in the list of `op` ([`weaklist`]; there may be none) with lab 3's
/// [`unlink`], from the list's head on. It keeps its callback.
///
/// If it has a callback, and is not itself dead (its head is not collecting), its callback is to be
/// called: the collector takes a reference to the weak reference, so that it stays, and moves it to
/// the end of `to_call`.
///
/// The callback of a weak reference that is dead itself is never called: nobody can be waiting for
/// it, and its callback might be dead too.
pub fn clear_all(heap: &Heap, op: Addr, to_call: Addr) {
    todo!("4.10 each weak reference of one object")
}

/// Calls the callbacks of the weak references in `to_call`, from its first on, and empties it.
/// Returns how many of the weak references were freed.
///
/// Always takes the first of the list: [`call_callback`], then gives up the collector's reference.
/// If the weak reference is still the first of the list then, it is alive, and moves to the end of
/// `old`. Otherwise it is gone, and is counted.
pub fn call_callbacks(heap: &Heap, to_call: Addr, old: Addr) -> u64 {
    todo!("4.10 call, let go, and look whether it is still there")
}

/// Calls the callback of the weak reference `wr` with `wr` as its argument, if it has one: through
/// the `call` slot of the callback's type. What it returns is given up, and an error is lost. Given.
pub fn call_callback(heap: &Heap, wr: Addr) {
    let Some(callback) = PyWeakReference::at(heap.memory, wr).wr_callback().get() else {
        return;
    };
    let callback = new_ref(heap, callback);
    if let Some(call) = heap.slots(callback).call
        && let Ok(result) = call(heap, callback, &[wr])
    {
        decref(heap, result);
    }
    decref(heap, callback);
}

/// Whether `op` is a weak reference. Given. (`PyWeakref_Check`.)
#[must_use]
pub fn is_weakref(heap: &Heap, op: Addr) -> bool {
    objects::types::is_exact(heap, op, index::WEAKREF)
}
