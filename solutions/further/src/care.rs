//! Weak references to the dead, and their finalizers: lab 4's passes, which pass over lists, tuples and
//! dicts without a question. Those have neither, and most objects are of their types.

use memory::{Addr, GcList, GcState, Heap};

use cycles::gc_list::{gc_list_init, gc_list_is_empty, gc_list_merge};
use cycles::head::{FINALIZED, next, prev, set_next, set_prev};
use cycles::weakrefs::{call_callbacks, clear_all, is_weakref};
use memory::object::PyGC_Head;
use refcounts::finalize::{has_finalizer, is_finalized};
use refcounts::weakref::unlink;
use refcounts::{decref, incref};

use crate::traverse::{Container, Kind, Kinds};

/// [`cycles::weakrefs::handle_weakrefs`].
pub fn handle_weakrefs(heap: &Heap, unreachable: Addr, old: Addr) -> u64 {
    let to_call = GcState::of(heap.memory).list(GcList::WrcbToCall);
    gc_list_init(heap, to_call);
    each_with_care(heap, unreachable, |op, kind| {
        if kind == Kind::Other && is_weakref(heap, op) {
            unlink(heap, op);
        }
        clear_all(heap, op, to_call);
    });
    call_callbacks(heap, to_call, old)
}

/// Calls `work` for each object of `list` that may have weak references or a finalizer. `work` leaves
/// the list as it is.
fn each_with_care(heap: &Heap, list: Addr, mut work: impl FnMut(Addr, Kind)) {
    let kinds = Kinds::of(heap);
    let mut gc = list;
    while let Some((found, kind)) = next_with_care(heap, kinds, gc, list) {
        work(Container::at(heap.memory, found).op(), kind);
        gc = found;
    }
}

/// The first object behind `gc` in `list` that is no list, tuple or dict, and its kind.
#[inline]
fn next_with_care(heap: &Heap, kinds: Kinds, gc: Addr, list: Addr) -> Option<(Addr, Kind)> {
    let mut gc = next(heap, gc);
    while gc != list {
        let ty = Container::at(heap.memory, gc).ob_type().get();
        match kinds.kind(heap, ty) {
            Kind::List | Kind::Tuple | Kind::Dict => gc = next(heap, gc),
            kind => return Some((gc, kind)),
        }
    }
    None
}

/// [`cycles::finalizers::finalize_garbage`]. It moves the objects that have been looked at to
/// [`GcList::Seen`] together, up to the next one with a finalizer, and not one by one.
pub fn finalize_garbage(heap: &Heap, collectable: Addr) {
    let kinds = Kinds::of(heap);
    let seen = GcState::of(heap.memory).list(GcList::Seen);
    gc_list_init(heap, seen);
    while !gc_list_is_empty(heap, collectable) {
        let mut gc = collectable;
        let to_finalize = loop {
            let Some((found, _)) = next_with_care(heap, kinds, gc, collectable) else {
                break None;
            };
            let op = Container::at(heap.memory, found).op();
            if let Some(finalize) = heap.slots(op).finalize
                && !is_finalized(heap, op)
                && has_finalizer(heap, op)
            {
                break Some((found, op, finalize));
            }
            gc = found;
        };
        let Some((gc, op, finalize)) = to_finalize else {
            break;
        };
        move_up_to(heap, collectable, gc, seen);
        let flags = PyGC_Head::at(heap.memory, gc)._gc_prev();
        flags.set(flags.get() | FINALIZED);
        incref(heap, op);
        finalize(heap, op);
        decref(heap, op);
    }
    gc_list_merge(heap, collectable, seen);
    gc_list_merge(heap, seen, collectable);
}

/// Moves the objects of `from`, its first one up to `last`, to the end of `to`.
fn move_up_to(heap: &Heap, from: Addr, last: Addr, to: Addr) {
    let (first, after) = (next(heap, from), next(heap, last));
    set_next(heap, from, after);
    set_prev(heap, after, from);
    let tail = prev(heap, to);
    set_next(heap, tail, first);
    set_prev(heap, first, tail);
    set_next(heap, last, to);
    set_prev(heap, to, last);
}
