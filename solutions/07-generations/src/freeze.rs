//! `gc.freeze()`: objects that no collection looks at any more.
//!
//! A server loads its program, freezes what it has made so far, and forks its workers. Without it
//! the first full collection in each worker would write to the head of every container, and the
//! pages that all workers share would be copied for each of them.

use cycles::gc_list::{gc_list_merge, gc_list_size};
use memory::{GcState, Heap, gc};

use crate::lists::OLDEST;

/// `gc.freeze()`: moves all tracked objects to the permanent generation: generation 0's to the end of
/// its list, then 1's, then 2's. The three counts become 0. (`gc_freeze_impl`,
/// `Modules/gcmodule.c`, 3.11.)
///
/// They stay tracked, and counting frees them as before.
pub fn freeze(heap: &Heap) {
    // task 7.14: three lists into the fourth
    let state = GcState::of(heap.memory);
    let permanent = state.permanent_generation().addr();
    for number in 0..gc::NUM_GENERATIONS {
        let generation = state.generation(number);
        gc_list_merge(heap, generation.addr(), permanent);
        generation.count().set(0);
    }
    // end task 7.14
}

/// `gc.unfreeze()`: moves the objects of the permanent generation to the end of the oldest one.
/// (`gc_unfreeze_impl`.)
pub fn unfreeze(heap: &Heap) {
    // task 7.14: back, but not where they were
    let state = GcState::of(heap.memory);
    let permanent = state.permanent_generation().addr();
    gc_list_merge(heap, permanent, state.generation(OLDEST).addr());
    // end task 7.14
}

/// `gc.get_freeze_count()`: how many objects are in the permanent generation.
/// (`gc_get_freeze_count_impl`.)
#[must_use]
pub fn get_freeze_count(heap: &Heap) -> u64 {
    // task 7.14: how long is the list?
    gc_list_size(heap, GcState::of(heap.memory).permanent_generation().addr())
    // end task 7.14
}
