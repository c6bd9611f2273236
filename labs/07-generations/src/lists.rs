//! Three lists, and how objects get from one to the next.

use cycles::gc_list::gc_list_merge;
use cycles::traversal::Seen;
use cycles::untrack::untrack_dicts;
use memory::{Addr, GcState, Heap, gc};

/// The number of the oldest generation.
pub const OLDEST: u64 = gc::NUM_GENERATIONS - 1;

/// Prepares a collection of generation `generation`, and returns its list.
///
/// 1. The count of the next older generation, if there is one, is one more. The counts of this
///    generation and of all younger ones become 0.
/// 2. The objects of all younger generations come to the end of this one's list, generation 0's
///    first.
///
/// (The first lines of `gc_collect_main`, `Modules/gcmodule.c`, 3.11.)
pub fn merge_younger(heap: &Heap, generation: u64) -> Addr {
    todo!("7.3 counts, then lists")
}

/// The list that survivors of a collection of `generation` go to: the next older generation's, or,
/// if there is none, its own.
#[must_use]
pub fn older(heap: &Heap, generation: u64) -> Addr {
    todo!("7.4 one older, but not older than the oldest")
}

/// What is left in the list of `generation` has survived a collection of it. `alive` is what was seen
/// of it before its tuples were untracked.
///
/// * Generation 0 or 1: the survivors come to the end of the [`older`] list. If that is the oldest
///   generation's, `long_lived_pending` of the collector's record grows by how many they are.
/// * The oldest: they stay. [`untrack_dicts`], if there may be one ([`Seen::dicts`]); then
///   `long_lived_pending` is 0, and `long_lived_total` is how many objects the list has.
///
/// [`Seen::left_in`] knows how many objects the list has, mostly without counting them.
/// (`gc_collect_main`: "Move reachable objects to next generation".)
pub fn promote(heap: &Heap, generation: u64, alive: Seen) {
    todo!("7.4 one generation older")
}
