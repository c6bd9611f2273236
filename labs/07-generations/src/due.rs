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
    todo!("7.7 from the oldest down")
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
    todo!("7.7 a quarter")
}
