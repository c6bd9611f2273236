//! Finalizers from before Python 3.4, and `gc.garbage`.
//!
//! `__del__` runs when the dead are still whole, and once: so a collection can call it. `tp_del` runs
//! when an object is ended, in the middle of it, and each time. In a cycle there is no good order for
//! that: the collector lets such objects be, with all that they refer to, and puts them where the
//! program can find them. No class that Python makes has a `tp_del`; an old C extension may, and
//! CPython's tests have a function that gives a class one ([`with_tp_del`]).

use cycles::finalizers::clear_late_weakrefs;
use cycles::gc_list::{gc_list_init, gc_list_is_empty, gc_list_merge, gc_list_move};
use cycles::head::{as_gc, clear_collecting, from_gc, is_collecting, is_gc, next};
use cycles::passes::{clear_unreachable_mask, unmark_next};
use cycles::track::{track, untrack};
use memory::object::{PyObject, PyTypeObject};
use memory::{Addr, GcState, Heap, gc};
use objects::{dict, str};
use refcounts::finalize::{call_finalizer_from_dealloc, has_finalizer};
use refcounts::instance::instance_dealloc;
use refcounts::weakref::clear_weakrefs;
use refcounts::{decref, new_ref};

use crate::inspect::append;
use crate::tables::index;

/// Whether `op` has a legacy finalizer: its type has a `del` slot. Given. (`has_legacy_finalizer`,
/// `Modules/gcmodule.c`, 3.11.)
#[must_use]
pub fn has_legacy_finalizer(heap: &Heap, op: Addr) -> bool {
    heap.slots(op).del.is_some()
}

/// Takes the mark out of the `_gc_next` of each object of `unreachable` ([`unmark_next`]), which is
/// an ordinary list then, and moves those with a legacy finalizer to the end of `finalizers`, in
/// their order. They are collecting no longer. (`move_legacy_finalizers`.)
///
/// An object that moves leaves the list: know the next one before, without its mark.
pub fn move_legacy_finalizers(heap: &Heap, unreachable: Addr, finalizers: Addr) {
    todo!("7.12 each one without its mark, some into the other list")
}

/// What an object of `finalizers` refers to may be needed by its finalizer, so it cannot be freed
/// either: each container that is still collecting goes to the end of `finalizers`, and is collecting
/// no longer. Goes on until the end of the list, which moves away meanwhile; nothing recurses.
/// (`move_legacy_finalizer_reachable`, `visit_move`.)
pub fn move_legacy_finalizer_reachable(heap: &Heap, finalizers: Addr) {
    todo!("7.12 traverse a list that grows")
}

/// Puts each object of `finalizers` that has a legacy finalizer into the list `garbage`, with a
/// reference of its own ([`append`]); all of them, if the debugging flag `DEBUG_SAVEALL` is set
/// ([`GcState::debug`], [`gc::debug::SAVEALL`]). If there is no memory for one, stops there. Then all
/// objects of `finalizers` go to the end of `old`. (`handle_legacy_finalizers`.)
pub fn handle_legacy_finalizers(heap: &Heap, garbage: Addr, finalizers: Addr, old: Addr) {
    todo!("7.12 for the program to find")
}

/// The `del` slot of a class that [`with_tp_del`] gave one: calls the class's method `__tp_del__`.
/// The object's count is 0.
///
/// The count is 1 while the method runs, and afterwards that reference is taken back by writing the
/// count, as in lab 3's `call_finalizer_from_dealloc`. Unlike there, nothing notes that it has run.
/// The method is called through the `call` slot of its type, with `op` as its argument; a new
/// reference keeps it alive meanwhile; what it returns is given up, and an error is lost. A class
/// without `__tp_del__` ([`tp_del_method`]) does nothing. (`slot_tp_del`, `Modules/_testcapimodule.c`,
/// 3.11.)
pub fn slot_tp_del(heap: &Heap, op: Addr) {
    todo!("7.13 alive for one call")
}

/// Ends an instance on the path of counting, in the trashcan; it is not tracked. Lab 4's order, and
/// one step more, the third:
///
/// 1. Its finalizer runs while it is tracked: [`track`], [`call_finalizer_from_dealloc`]. If it is
///    alive again, return; if not, [`untrack`] it.
/// 2. [`clear_weakrefs`].
/// 3. The `del` slot of its type, if it has one, runs while it is tracked. If its count is not 0
///    afterwards, it is alive again: return; if not, [`untrack`] it.
/// 4. [`clear_late_weakrefs`], then [`instance_dealloc`].
///
/// So `__del__` sees live weak references, and `tp_del` dead ones.
/// (`subtype_dealloc`, `Objects/typeobject.c`, 3.11.)
pub fn subtype_dealloc(heap: &Heap, op: Addr) {
    todo!("7.13 lab 4's steps, and tp_del")
}

/// Gives the class at `class`, made by a class statement, a `tp_del`, which calls its method
/// `__tp_del__`: from now on its `tp_slots` is another entry of the slot table. Given.
/// (`_testcapi.with_tp_del`.)
pub fn with_tp_del(heap: &Heap, class: Addr) {
    let slots = PyTypeObject::at(heap.memory, class).tp_slots();
    slots.set(index::LEGACY);
}

/// The method `__tp_del__` of the class of `op` or of one of its bases, borrowed. Given.
#[must_use]
pub fn tp_del_method(heap: &Heap, op: Addr) -> Option<Addr> {
    let mut class = Some(heap.type_of(op));
    while let Some(ty) = class {
        let ty = PyTypeObject::at(heap.memory, ty);
        let names = ty.tp_dict().get().map(|names| dict::items(heap, names));
        let mut found = names.into_iter().flatten();
        if let Some((_, value)) = found.find(|&(key, _)| str::to_string(heap, key) == "__tp_del__")
        {
            return Some(value);
        }
        class = ty.tp_base().get();
    }
    None
}

/// Step 4 of a collection: makes `finalizers` an empty list, then [`move_legacy_finalizers`] and
/// [`move_legacy_finalizer_reachable`]. Where no type has a `del` slot, it only makes `unreachable` an
/// ordinary list ([`clear_unreachable_mask`]). Given.
pub fn split_off_uncollectable(heap: &Heap, unreachable: Addr, finalizers: Addr) {
    gc_list_init(heap, finalizers);
    if heap.types.iter().all(|slots| slots.del.is_none()) {
        clear_unreachable_mask(heap, unreachable);
        return;
    }
    move_legacy_finalizers(heap, unreachable, finalizers);
    move_legacy_finalizer_reachable(heap, finalizers);
}

/// Step 6 of a collection: [`handle_legacy_finalizers`] with the list `gc.garbage`, unless
/// `finalizers` is empty. Given.
pub fn keep_uncollectable(heap: &Heap, finalizers: Addr, old: Addr) {
    if !gc_list_is_empty(heap, finalizers) {
        handle_legacy_finalizers(heap, garbage(heap), finalizers, old);
    }
}

/// The list `gc.garbage`, borrowed. Given.
///
/// # Panics
/// Before [`start`](crate::start()).
#[must_use]
pub fn garbage(heap: &Heap) -> Addr {
    let garbage = GcState::of(heap.memory).garbage().get();
    garbage.expect("gc.garbage is made at start-up")
}

/// `gc.set_debug(flags)`: bits of [`gc::debug`]. Only `SAVEALL` does something here: the others
/// print. Given. (`gc_set_debug_impl`.)
pub fn set_debug(heap: &Heap, flags: u64) {
    GcState::of(heap.memory).debug().set(flags);
}

/// `gc.get_debug()`. Given. (`gc_get_debug_impl`.)
#[must_use]
pub fn get_debug(heap: &Heap) -> u64 {
    GcState::of(heap.memory).debug().get()
}
