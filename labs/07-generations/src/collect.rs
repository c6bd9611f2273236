//! A collection of one generation, and `gc.collect(n)`.

use cycles::clear::delete_garbage;
use cycles::finalizers::{finalize_garbage, handle_resurrected_objects};
use cycles::gc_list::gc_list_size;
use cycles::passes::deduce_unreachable;
use cycles::untrack::untrack_tuples;
use cycles::weakrefs::handle_weakrefs;
use memory::{GcList, GcState, Heap};
use objects::ObjectError;

use crate::callbacks::tell;
use crate::legacy::{keep_uncollectable, split_off_uncollectable};
use crate::lists::{OLDEST, merge_younger, older, promote};

/// What a collection found dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Objects that it freed, and weak references that their callbacks freed.
    pub collected: u64,
    /// Objects that it could not free.
    pub uncollectable: u64,
}

/// Collects generation `generation` and all younger ones. (`gc_collect_main`,
/// `Modules/gcmodule.c`, 3.11.)
///
/// The lists that it needs meanwhile are [`GcList::Unreachable`], [`GcList::FinalUnreachable`] and
/// [`GcList::Finalizers`]; `old` is the list that [`older`] names.
///
/// 1. [`merge_younger`]: what it returns is the list `young`.
/// 2. [`deduce_unreachable`], from `young` into `Unreachable`.
/// 3. Those that live: [`untrack_tuples`] in `young`, if there may be one
///    ([`Seen`](cycles::traversal::Seen)), then [`promote`]. Only now, since from here on
///    other code runs, and what that makes is younger than the survivors.
/// 4. [`split_off_uncollectable`], from `Unreachable` into `Finalizers`. It also makes `Unreachable`
///    an ordinary list.
/// 5. As in lab 4, with `old`: [`handle_weakrefs`], [`finalize_garbage`],
///    [`handle_resurrected_objects`] into `FinalUnreachable`, [`delete_garbage`]. Collected are the
///    weak references that the first of these freed, and the objects in `FinalUnreachable`, counted
///    before they are cleared.
/// 6. Uncollectable are the objects in `Finalizers`: count them, then [`keep_uncollectable`].
/// 7. After a full collection: [`clear_freelists`].
/// 8. The generation's statistics ([`GcState::stats`]): one collection more, and what it found.
pub fn gc_collect_main(heap: &Heap, generation: u64) -> Found {
    todo!("7.5 everything in its order")
}

/// [`gc_collect_main`], and the callbacks before and after it: [`tell`] of `"start"`, with nothing
/// found yet, and of `"stop"`. Returns how many objects it found dead, the uncollectable ones
/// included. (`gc_collect_with_callback`.)
pub fn gc_collect_with_callback(heap: &Heap, generation: u64) -> u64 {
    todo!("7.6 tell, collect, tell")
}

/// `gc.collect(generation)`: collects it and all younger ones, whether the collector is enabled or
/// not and whatever the counts say. Returns what [`gc_collect_with_callback`] does.
///
/// The root's `collecting` is 1 meanwhile. If it is 1 already, a finalizer or a callback asks for a
/// collection in the middle of one: nothing happens, and the answer is 0. (`gc_collect_impl`.)
///
/// # Errors
/// [`ObjectError::Value`] with the words [`INVALID`], if there is no such generation; that is looked
/// at first.
pub fn collect(heap: &Heap, generation: i64) -> Result<u64, ObjectError> {
    todo!("7.6 never two at once")
}

/// What Python says about a generation that there is not.
pub const INVALID: &str = "invalid generation";

/// Empties the free lists of all types, through their `clear_freelist` slots. Given: no type has one
/// until lab 8. (`clear_freelists`.)
pub fn clear_freelists(heap: &Heap) {
    for slots in heap.types {
        (slots.clear_freelist)(heap);
    }
}
