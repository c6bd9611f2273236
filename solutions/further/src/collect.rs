//! A collection: lab 4's, without what cannot change its outcome.

use memory::{Addr, GcList, GcState, Heap, gc};

use cycles::clear::delete_garbage;
use cycles::finalizers::finalize_garbage;
use cycles::gc_list::{gc_list_is_empty, gc_list_merge};
use cycles::head::{clear_collecting, next};
use cycles::untrack::{untrack_dicts, untrack_tuples};
use cycles::weakrefs::handle_weakrefs;

use crate::clear::free_all;
use crate::passes::{Found, deduce_unreachable, mark_collecting};
use crate::side::Side;

/// [`cycles::collect()`], faster. `heap.types` is [`TYPES`](crate::TYPES).
pub fn collect(heap: &Heap) -> u64 {
    let state = GcState::of(heap.memory);
    if state.collecting().get() != 0 {
        return 0;
    }
    state.collecting().set(1);
    let young = state.generation(0).addr();
    let found = gc_collect_main(heap, young, young);
    state.collecting().set(0);
    found
}

/// [`cycles::collect::gc_collect_main`], faster: the same objects are freed, the same code of the
/// program runs in the same order, and the lists end in the same order.
pub fn gc_collect_main(heap: &Heap, young: Addr, old: Addr) -> u64 {
    let state = GcState::of(heap.memory);
    let unreachable = state.list(GcList::Unreachable);
    let Some((side, found)) = try_deduce(heap, young, unreachable) else {
        return cycles::collect::gc_collect_main(heap, young, old);
    };
    if found.tuples {
        untrack_tuples(heap, young);
    }
    if found.dicts {
        untrack_dicts(heap, young);
    }
    if found.dead == 0 {
        side.clear();
        return 0;
    }
    if !found.care {
        delete(heap, Some(side), found, unreachable, old);
        return found.dead;
    }
    side.clear();
    mark_collecting(heap, unreachable);
    let freed = handle_weakrefs(heap, unreachable, old);
    finalize_garbage(heap, unreachable);
    freed + delete_what_stayed_dead(heap, unreachable, old)
}

/// [`deduce_unreachable`], if there is a side table and it suffices.
fn try_deduce<'m>(heap: &Heap<'m>, base: Addr, unreachable: Addr) -> Option<(Side<'m>, Found)> {
    let side = Side::of(heap)?;
    match deduce_unreachable(heap, side, base, unreachable) {
        Some(found) => Some((side, found)),
        None => {
            side.clear();
            None
        }
    }
}

/// [`cycles::finalizers::handle_resurrected_objects`], and the end of those that it leaves. Returns
/// how many they were.
fn delete_what_stayed_dead(heap: &Heap, unreachable: Addr, old: Addr) -> u64 {
    let dead = GcState::of(heap.memory).list(GcList::FinalUnreachable);
    let mut gc = next(heap, unreachable);
    while gc != unreachable {
        clear_collecting(heap, gc);
        gc = next(heap, gc);
    }
    let (side, found) = match try_deduce(heap, unreachable, dead) {
        Some((side, found)) => (Some(side), found),
        None => (None, deduce_as_in_lab_4(heap, unreachable, dead)),
    };
    gc_list_merge(heap, unreachable, old);
    delete(heap, side, found, dead, old);
    found.dead
}

/// For a graph that the side table cannot hold.
fn deduce_as_in_lab_4(heap: &Heap, base: Addr, unreachable: Addr) -> Found {
    cycles::passes::deduce_unreachable(heap, base, unreachable);
    cycles::passes::clear_unreachable_mask(heap, unreachable);
    Found {
        dead: cycles::gc_list::gc_list_size(heap, unreachable),
        care: true,
        ..Found::default()
    }
}

/// Frees the objects of `dead`: at once, if that cannot run code of the program.
///
/// Nobody sees in which order they end if none of them needs care, and if an object that only they
/// keep alive, and that the collection did not look at, needs none either. There are no such objects
/// when the collection looked at all that are tracked. (An untracked one refers to no container.)
fn delete(heap: &Heap, side: Option<Side<'_>>, found: Found, dead: Addr, old: Addr) {
    let state = GcState::of(heap.memory);
    let saved = state.debug().get() & gc::debug::SAVEALL != 0;
    let frozen = state.permanent_generation().addr();
    let at_once = !found.care && !saved && gc_list_is_empty(heap, frozen);
    match side {
        Some(side) if at_once => {
            free_all(heap, side, dead);
            side.clear();
        }
        side => {
            if let Some(side) = side {
                side.clear();
            }
            delete_garbage(heap, dead, old);
        }
    }
}
