//! A collection: everything in its order.

use memory::{Addr, GcList, GcState, Heap};

use crate::clear::delete_garbage;
use crate::finalizers::{finalize_garbage, handle_resurrected_objects};
use crate::gc_list::gc_list_size;
use crate::passes::{clear_unreachable_mask, deduce_unreachable};
use crate::untrack::{untrack_dicts, untrack_tuples};
use crate::weakrefs::handle_weakrefs;

/// `gc.collect()`: collects all tracked objects, and returns how many were found dead, as
/// [`gc_collect_main`] counts them.
///
/// The root's `collecting` is 1 meanwhile. If it is 1 already, a finalizer or a callback asks for a
/// collection in the middle of one: nothing happens, and the answer is 0.
/// (`gc_collect_impl`, `Modules/gcmodule.c`, 3.11.)
pub fn collect(heap: &Heap) -> u64 {
    todo!("4.13 never two at once")
}

/// A full collection of the list `young`; what comes back from the dead goes to `old`, which may be
/// the same list. (`gc_collect_main`, `Modules/gcmodule.c`, 3.11.)
///
/// 1. [`deduce_unreachable`], into [`GcList::Unreachable`].
/// 2. Among those that live: [`untrack_tuples`], [`untrack_dicts`]; each only if there may be one
///    ([`Seen`](crate::traversal::Seen)).
/// 3. [`clear_unreachable_mask`].
/// 4. [`handle_weakrefs`]: `m` is what it returns.
/// 5. [`finalize_garbage`].
/// 6. [`handle_resurrected_objects`], into [`GcList::FinalUnreachable`]; `m` grows by the size of
///    that list. So what a finalizer brought back is not counted.
/// 7. [`delete_garbage`] frees it.
///
/// Returns `m`.
pub fn gc_collect_main(heap: &Heap, young: Addr, old: Addr) -> u64 {
    todo!("4.13 seven steps")
}
