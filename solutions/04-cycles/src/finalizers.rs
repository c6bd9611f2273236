//! Finalizers of dead objects, and what they bring back to life.

use memory::object::PyGC_Head;
use memory::{Addr, GcList, GcState, Heap};
use refcounts::finalize::{call_finalizer_from_dealloc, has_finalizer, is_finalized};
use refcounts::instance::instance_dealloc;
use refcounts::weakref::{clear_weakrefs, unlink, weaklist};
use refcounts::{decref, incref};

use crate::gc_list::{gc_list_init, gc_list_is_empty, gc_list_merge, gc_list_move};
use crate::head::{FINALIZED, from_gc, next};
use crate::passes::{clear_unreachable_mask, deduce_unreachable};
use crate::track::{track, untrack};

/// Calls the finalizer of each object in `collectable`, an ordinary list, that has one
/// ([`has_finalizer`]) which has not run yet ([`is_finalized`]). (`finalize_garbage`,
/// `Modules/gcmodule.c`, 3.11.)
///
/// A finalizer is any code: objects of the list may be gone after it. So always take the first, move
/// it to the list [`GcList::Seen`] (made empty at the start), and go on until `collectable` is empty;
/// at the end, what is left of `Seen` becomes `collectable` again.
///
/// To finalize one: first set its flag [`FINALIZED`], so that nothing ever does it again. Then take
/// a reference, call the `finalize` slot of its type, and give the reference up.
pub fn finalize_garbage(heap: &Heap, collectable: Addr) {
    // task 4.11: each one once, always the first of the list
    let seen = GcState::of(heap.memory).list(GcList::Seen);
    gc_list_init(heap, seen);
    while !gc_list_is_empty(heap, collectable) {
        let gc = next(heap, collectable);
        let op = from_gc(gc);
        gc_list_move(heap, gc, seen);
        if let Some(finalize) = heap.slots(op).finalize
            && !is_finalized(heap, op)
            && has_finalizer(heap, op)
        {
            let flags = PyGC_Head::at(heap.memory, gc)._gc_prev();
            flags.set(flags.get() | FINALIZED);
            incref(heap, op);
            finalize(heap, op);
            decref(heap, op);
        }
    }
    gc_list_merge(heap, seen, collectable);
    // end task 4.11
}

/// After the finalizers: which objects of `unreachable`, an ordinary list, are still dead? They go
/// to `still_unreachable`, an ordinary list then, whose objects are marked as collecting. The others,
/// which a finalizer brought back to life, and all that those refer to, go to the end of `old`.
/// `unreachable` is empty at the end. (`handle_resurrected_objects`, `Modules/gcmodule.c`, 3.11.)
///
/// 1. Runs the three passes again, on `unreachable` alone ([`deduce_unreachable`]), and makes
///    `still_unreachable` an ordinary list.
/// 2. What is left in `unreachable` lives.
pub fn handle_resurrected_objects(
    heap: &Heap,
    unreachable: Addr,
    still_unreachable: Addr,
    old: Addr,
) {
    // task 4.12: the same question once more
    deduce_unreachable(heap, unreachable, still_unreachable);
    clear_unreachable_mask(heap, still_unreachable);
    gc_list_merge(heap, unreachable, old);
    // end task 4.12
}

/// Ends an instance on the path of counting, in the trashcan; it is not tracked. Lab 3's order, with
/// the collector in mind:
///
/// 1. Its finalizer runs while it is tracked: [`track`], [`call_finalizer_from_dealloc`]. If it is
///    alive again, return: it stays tracked, or no collection would ever see it. If not, [`untrack`]
///    it.
/// 2. [`clear_weakrefs`], and [`clear_late_weakrefs`].
/// 3. [`instance_dealloc`].
///
/// (`subtype_dealloc`, `Objects/typeobject.c`, 3.11.)
pub fn subtype_dealloc(heap: &Heap, op: Addr) {
    // task 4.12: tracked while its finalizer runs
    if has_finalizer(heap, op) {
        track(heap, op);
        if !call_finalizer_from_dealloc(heap, op) {
            return;
        }
        untrack(heap, op);
    }
    clear_weakrefs(heap, op);
    clear_late_weakrefs(heap, op);
    instance_dealloc(heap, op);
    // end task 4.12
}

/// Clears weak references to `op` that a callback made just now; nobody is told. Given.
pub fn clear_late_weakrefs(heap: &Heap, op: Addr) {
    if let Some(list) = weaklist(heap, op) {
        while let Some(wr) = list.get() {
            unlink(heap, wr);
        }
    }
}
