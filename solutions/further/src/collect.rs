//! A collection: lab 7's, without what cannot change its outcome.

use memory::{Addr, Field, GcList, GcState, Heap, gc};
use objects::ObjectError;

use cycles::clear::delete_garbage;
use cycles::gc_list::{gc_list_init, gc_list_is_empty, gc_list_merge, gc_list_size};
use cycles::head::{clear_collecting, next};
use cycles::untrack::{untrack_dicts, untrack_tuples};
use generations::callbacks::tell;
use generations::collect::{Found as Collected, INVALID, clear_freelists};
use generations::due::enough_pending;
use generations::legacy::{keep_uncollectable, split_off_uncollectable};
use generations::lists::{OLDEST, merge_younger, older};

use crate::ahead::Log;
use crate::care::{finalize_garbage, handle_weakrefs};
use crate::clear::{all_can_go, free_all};
use crate::passes::{Found, Untracking, deduce_unreachable, mark_collecting};
use crate::side::Side;

/// [`generations::collect()`], faster.
///
/// # Errors
/// As there.
pub fn collect(heap: &Heap, generation: i64) -> Result<u64, ObjectError> {
    if !(0..=OLDEST as i64).contains(&generation) {
        return Err(ObjectError::Value(INVALID.to_owned()));
    }
    let collecting = GcState::of(heap.memory).collecting();
    if collecting.get() != 0 {
        return Ok(0);
    }
    collecting.set(1);
    let found = gc_collect_with_callback(heap, generation as u64);
    collecting.set(0);
    Ok(found)
}

/// [`generations::due::gc_collect_generations`], with the collections of this crate.
pub fn gc_collect_generations(heap: &Heap) -> u64 {
    let state = GcState::of(heap.memory);
    let due = (0..gc::NUM_GENERATIONS).rev().find(|&number| {
        let generation = state.generation(number);
        generation.count().get() > generation.threshold().get()
            && (number != OLDEST || enough_pending(heap))
    });
    due.map_or(0, |number| gc_collect_with_callback(heap, number))
}

/// [`generations::collect::gc_collect_with_callback`], with the collections of this crate.
pub fn gc_collect_with_callback(heap: &Heap, generation: u64) -> u64 {
    let nothing = Collected {
        collected: 0,
        uncollectable: 0,
    };
    tell(heap, "start", generation, nothing);
    let found = gc_collect_main(heap, generation);
    tell(heap, "stop", generation, found);
    found.collected + found.uncollectable
}

/// [`generations::collect::gc_collect_main`], faster: the same objects are freed, the same code of
/// the program runs in the same order, and the lists end in the same order.
pub fn gc_collect_main(heap: &Heap, generation: u64) -> Collected {
    let state = GcState::of(heap.memory);
    let unreachable = state.list(GcList::Unreachable);
    let young = merge_younger(heap, generation);
    let old = older(heap, generation);
    let untracking = match generation {
        OLDEST => Untracking::TuplesAndDicts,
        _ => Untracking::Tuples,
    };
    let log = Log::of(heap);
    if generation == 1
        && let Some(log) = log
    {
        log.fetch(heap);
    }
    let scan = Scan::of(heap, generation, young, unreachable, untracking);
    promote(heap, generation, young, log, scan.found);
    // Without care: no finalizer, no weak reference, nobody who could come back. What is dead stays so.
    let collected = if scan.found.care {
        collect_with_care(heap, generation, scan.found, unreachable, old)
    } else {
        scan.delete(heap, unreachable, old);
        Collected {
            collected: scan.found.dead,
            uncollectable: 0,
        }
    };
    if generation == OLDEST {
        clear_freelists(heap);
    }
    let stats = state.stats(generation);
    let add = |total: Field<'_, u64>, more| total.set(total.get() + more);
    add(stats.collections(), 1);
    add(stats.collected(), collected.collected);
    add(stats.uncollectable(), collected.uncollectable);
    collected
}

/// The passes in which code of the program may run, as in lab 7, on the objects of `unreachable`.
fn collect_with_care(
    heap: &Heap,
    generation: u64,
    found: Found,
    unreachable: Addr,
    old: Addr,
) -> Collected {
    let state = GcState::of(heap.memory);
    let dead = state.list(GcList::FinalUnreachable);
    let finalizers = state.list(GcList::Finalizers);
    gc_list_init(heap, finalizers);
    if found.others {
        // Lab 4 and lab 7 ask whether a weak reference, and what a legacy finalizer reaches, is dead.
        mark_collecting(heap, unreachable);
        split_off_uncollectable(heap, unreachable, finalizers);
    }
    let freed = handle_weakrefs(heap, unreachable, old);
    finalize_garbage(heap, unreachable);
    // `handle_resurrected_objects`
    if found.others {
        let mut gc = next(heap, unreachable);
        while gc != unreachable {
            clear_collecting(heap, gc);
            gc = next(heap, gc);
        }
    }
    let scan = Scan::of(heap, generation, unreachable, dead, Untracking::Nothing);
    gc_list_merge(heap, unreachable, old);
    scan.delete(heap, dead, old);
    let uncollectable = gc_list_size(heap, finalizers);
    keep_uncollectable(heap, finalizers, old);
    Collected {
        collected: freed + scan.found.dead,
        uncollectable,
    }
}

/// [`generations::lists::promote`], after [`untrack_tuples`] if the search for the dead has not done that
/// already.
fn promote(heap: &Heap, generation: u64, young: Addr, log: Option<Log>, found: Found) {
    let state = GcState::of(heap.memory);
    if found.tuples {
        untrack_tuples(heap, young);
    }
    if generation == OLDEST && found.dicts {
        untrack_dicts(heap, young);
    }
    match (log, generation) {
        (None, _) => {}
        (Some(log), 0) => log.note(heap, young),
        (Some(log), _) => log.clear(),
    }
    let size = || match found.tuples || found.dicts {
        true => gc_list_size(heap, young),
        false => found.alive,
    };
    if generation == OLDEST {
        state.long_lived_pending().set(0);
        state.long_lived_total().set(size());
        return;
    }
    if generation + 1 == OLDEST {
        let pending = state.long_lived_pending();
        pending.set(pending.get() + size());
    }
    gc_list_merge(heap, young, older(heap, generation));
}

/// What a search for the dead has found, and whether the dead can be freed at once.
#[derive(Clone, Copy)]
struct Scan<'m> {
    found: Found,
    /// The table in which the dead are marked, if they can be freed at once.
    at_once: Option<Side<'m>>,
    is_full: bool,
}

impl<'m> Scan<'m> {
    /// Splits `base` as lab 4's `deduce_unreachable` and `clear_unreachable_mask` do.
    ///
    /// Where nobody can see in which order the dead end, they will be freed at once: none of them needs
    /// care, and no other object ends with them that does. In a full collection there is no such
    /// other object, unless some are frozen: it looks at all tracked ones, and an untracked one
    /// refers to no container.
    fn of(
        heap: &Heap<'m>,
        generation: u64,
        base: Addr,
        unreachable: Addr,
        untracking: Untracking,
    ) -> Scan<'m> {
        let is_full = generation == OLDEST;
        let found = try_deduce(heap, base, unreachable, untracking, is_full);
        let Some((side, found)) = found else {
            return Scan {
                found: deduce_as_in_lab_4(heap, base, unreachable),
                at_once: None,
                is_full,
            };
        };
        let state = GcState::of(heap.memory);
        let saved = state.debug().get() & gc::debug::SAVEALL != 0;
        let frozen = state.permanent_generation().addr();
        let alone = is_full && gc_list_is_empty(heap, frozen);
        let at_once = found.dead > 0
            && !found.care
            && !saved
            && (alone || all_can_go(heap, side, unreachable));
        if !at_once {
            side.clear(is_full);
        }
        Scan {
            is_full,
            found,
            at_once: at_once.then_some(side),
        }
    }

    /// Frees the objects of `dead`, a list that this has made.
    fn delete(self, heap: &Heap, dead: Addr, old: Addr) {
        match self.at_once {
            Some(side) => {
                free_all(heap, side, dead);
                side.clear(self.is_full);
            }
            None => delete_garbage(heap, dead, old),
        }
    }
}

/// [`deduce_unreachable`], if there is a side table and it suffices.
fn try_deduce<'m>(
    heap: &Heap<'m>,
    base: Addr,
    unreachable: Addr,
    untracking: Untracking,
    is_full: bool,
) -> Option<(Side<'m>, Found)> {
    let side = Side::of(heap)?;
    match deduce_unreachable(heap, side, base, unreachable, untracking, is_full) {
        Some(found) => Some((side, found)),
        None => {
            side.clear(is_full);
            None
        }
    }
}

/// For a graph that the side table cannot hold.
fn deduce_as_in_lab_4(heap: &Heap, base: Addr, unreachable: Addr) -> Found {
    cycles::passes::deduce_unreachable(heap, base, unreachable);
    cycles::passes::clear_unreachable_mask(heap, unreachable);
    Found {
        dead: gc_list_size(heap, unreachable),
        tuples: true,
        dicts: true,
        care: true,
        others: true,
        ..Found::default()
    }
}
