//! Which generation is due.

use memory::{GcState, Heap, gc};

use crate::collect::gc_collect_with_callback;

/// Collects the oldest generation that is due, and with it all younger ones, with
/// [`gc_collect_with_callback`]. Returns what that does; 0 if none is due.
///
/// A generation is due if its count is larger than its threshold. The oldest must also pass
/// [`enough_pending`]; if it does not, the next younger one is looked at.
/// (`gc_collect_generations`, `Modules/gcmodule.c`, 3.11.)
pub fn gc_collect_generations(heap: &Heap) -> u64 {
    // task 7.7: from the oldest down
    let state = GcState::of(heap.memory);
    for number in (0..gc::NUM_GENERATIONS).rev() {
        let generation = state.generation(number);
        if generation.count().get() <= generation.threshold().get() {
            continue;
        }
        if number == gc::NUM_GENERATIONS - 1 && !enough_pending(heap) {
            continue;
        }
        return gc_collect_with_callback(heap, number);
    }
    0
    // end task 7.7
}

/// The 25 % rule: whether so many objects wait in the oldest generation for their first full
/// collection (`long_lived_pending`) that one is worth while: at least a quarter of those that
/// survived the last one (`long_lived_total`). A quarter is rounded down.
///
/// A full collection looks at all objects. Without the rule there would be one for every 93,000 new
/// objects or so, and a program that builds up n objects would look at them n / 93,000 times: its
/// time would grow with the square of n. With it, a quarter as many objects as there were must have
/// come in between.
#[must_use]
pub fn enough_pending(heap: &Heap) -> bool {
    // task 7.7: a quarter
    let state = GcState::of(heap.memory);
    state.long_lived_pending().get() >= state.long_lived_total().get() / 4
    // end task 7.7
}
