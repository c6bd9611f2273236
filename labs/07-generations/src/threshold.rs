//! Thresholds, counts and the switch: the numbers that decide when a collection begins.
//!
//! | generation | `count` | `threshold` |
//! |---|---|---|
//! | 0 | containers made, less containers freed, since its last collection | 700 |
//! | 1 | collections of generation 0 since its last collection | 10 |
//! | 2 | collections of generation 1 since its last collection | 10 |
//!
//! A collection of an older generation is one of all younger ones too: their counts begin anew with it.
//! So only the first count is about objects, and even that is not how many objects the generation has.

use memory::{GcState, Heap};

/// `gc.get_threshold()`: the thresholds of the three generations, the youngest first.
/// (`gc_get_threshold_impl`, `Modules/gcmodule.c`, 3.11.)
#[must_use]
pub fn get_threshold(heap: &Heap) -> [u64; 3] {
    todo!("7.1 one number from each generation")
}

/// `gc.set_threshold(…)`: `thresholds` are those of the first generations, one to three of them; a
/// generation that has none there keeps its own. Nothing else changes, and nothing is collected now.
/// Threshold 0 of generation 0 means that no collection begins by itself: that is for
/// [`alloc::gc_link`](crate::alloc::gc_link) to obey. (`gc_set_threshold`.)
pub fn set_threshold(heap: &Heap, thresholds: &[u64]) {
    todo!("7.1 as many as were given")
}

/// `gc.get_count()`: the counts of the three generations, the youngest first.
/// (`gc_get_count_impl`.)
#[must_use]
pub fn get_count(heap: &Heap) -> [u64; 3] {
    todo!("7.1 one number from each generation")
}

/// `gc.enable()`: collections begin by themselves. (`gc_enable_impl`.)
pub fn enable(heap: &Heap) {
    todo!("7.1 one word")
}

/// `gc.disable()`: no collection begins by itself; `gc.collect()` still collects, and counting frees
/// as before. (`gc_disable_impl`.)
pub fn disable(heap: &Heap) {
    todo!("7.1 one word")
}

/// `gc.isenabled()`: whether collections begin by themselves. (`gc_isenabled_impl`.)
#[must_use]
pub fn isenabled(heap: &Heap) -> bool {
    todo!("7.1 one word")
}
