//! Three passes over a list of objects: which of them does nobody outside of the list refer to?
//!
//! There is no set of roots to start from. Instead, count: an object's `ob_refcnt` is all references
//! to it, `tp_traverse` shows those that come from the list itself, and what is left must come from
//! outside: a frame, a variable of C, an object that is not in the list. Who is left with something
//! is a root, and what roots refer to lives.
//!
//! No pass recurses or takes memory.

use memory::object::{PyGC_Head, PyObject};
use memory::{Addr, Heap};

use crate::gc_list::{gc_list_append, gc_list_init};
use crate::head::{
    COLLECTING, Container, FINALIZED, PREV_SHIFT, UNREACHABLE, as_gc, clear_collecting, get_refs,
    is_gc, next, prev, reset_refs, set_next, set_prev, set_refs,
};
use crate::traversal::{Seen, Traversal};

/// First pass: `gc_refs` of each object of `list` becomes its reference count, and each one is
/// marked as collecting ([`reset_refs`]). [`Container`] shows head and count together.
/// (`update_refs`.)
///
/// From now on `_gc_prev` holds `gc_refs`: the list has only its way forward.
pub fn update_refs(heap: &Heap, list: Addr) {
    todo!("4.4 gc_refs = ob_refcnt, for each object")
}

/// Second pass: for each reference from an object of `list` to an object of `list`, `gc_refs` of
/// the latter is one less. Traverses each object once, with [`visit_decref`]: a [`Traversal`] does that.
/// Its [`next`](Traversal::next) goes from one object to the next.
/// (`subtract_refs`.)
///
/// Then `gc_refs` is the number of references from outside of the list.
pub fn subtract_refs(heap: &Heap, list: Addr) {
    todo!("4.4 traverse each object")
}

/// One reference to `op` from the list. If `op` is a container that is collecting, its `gc_refs` is
/// one less; everything else is left alone: it has no head, or is in another list.
/// (`visit_decref`.)
///
/// # Panics
/// Through [`refcount_is_too_small`], if `gc_refs` is 0 already: nothing is written then.
#[inline]
pub fn visit_decref(heap: &Heap, op: Addr) {
    todo!("4.4 one reference is explained")
}

/// Third pass: moves the objects of `young` that nothing outside of it leads to, to `unreachable`,
/// an empty list.
///
/// Goes through `young` from its beginning to its end, which may move away meanwhile. `prev` is the
/// object before, in what will be left of the list: `young` itself at first.
///
/// * If `gc_refs` is not 0, the object lives: it is traversed ([`Traversal`]) with
///   [`visit_reachable`]. Then it gets its way back, to `prev`, and is collecting no longer. It is
///   the next object's `prev`. Its `_gc_next` is read only after the traversal, which may have put
///   an object behind it.
/// * If `gc_refs` is 0, it seems dead so far: it leaves `young` (`prev`'s link goes past it) and
///   goes to the end of `unreachable`. Its way back is set there, the flags stay, and [`UNREACHABLE`]
///   is set in its `_gc_next` and in the link that leads to it.
///
/// At the end `young`'s way back is the last `prev`, and [`UNREACHABLE`] is taken out of the
/// `_gc_next` of `unreachable` itself, the only word of a list's head that may have it.
///
/// Returns what it has traversed ([`Traversal::seen`]): all that lives. (`move_unreachable`.)
pub fn move_unreachable(heap: &Heap, young: Addr, unreachable: Addr) -> Seen {
    todo!("4.6 keep what lives, move what seems dead")
}

/// A reference to `op` from an object that lives: so `op` lives too. (`visit_reachable`.)
///
/// Only a container that is collecting is of interest: the others have been looked at, or are in
/// another list.
///
/// * If it is marked as [`UNREACHABLE`], it was taken for dead too early: it leaves that list (its
///   neighbours link to each other; the link that led on from it is copied whole, with its mark),
///   goes to the end of `young` with [`gc_list_append`], which clears its mark, and gets `gc_refs` 1,
///   so that [`move_unreachable`] comes to it once more. Do this in [`bring_back`].
/// * If its `gc_refs` is 0, it gets 1: `move_unreachable` will come to it, and find it alive.
#[inline]
pub fn visit_reachable(heap: &Heap, op: Addr, young: Addr) {
    todo!("4.5 back into the list, or kept in it")
}

/// The part of [`visit_reachable`] for what was taken for dead too early: see there. It is rare, and
/// so a function of its own: the rest is then small enough to become a part of the loop that calls it.
#[cold]
#[inline(never)]
pub fn bring_back(heap: &Heap, op: Addr, young: Addr) {
    todo!("4.5 out of one list, into the other")
}

/// Splits `base`: what nothing outside of it leads to goes to `unreachable`, which is made an empty
/// list first. The rest stays, perhaps in another order, and is an ordinary list again.
/// (`deduce_unreachable`.)
///
/// The objects in `unreachable` are still marked: [`COLLECTING`] in
/// `_gc_prev`, [`UNREACHABLE`] in `_gc_next`.
///
/// Returns what [`move_unreachable`] does.
pub fn deduce_unreachable(heap: &Heap, base: Addr, unreachable: Addr) -> Seen {
    todo!("4.6 the three passes")
}

/// Makes `unreachable` an ordinary list: takes [`UNREACHABLE`] out of the `_gc_next` of all its
/// objects. (`clear_unreachable_mask`.)
pub fn clear_unreachable_mask(heap: &Heap, unreachable: Addr) {
    todo!("4.6 each link without its mark")
}

/// Makes `next` the head after `gc` and marks the link as [`UNREACHABLE`]. Given.
#[inline]
pub fn mark_next(heap: &Heap, gc: Addr, next: Addr) {
    let word = PyGC_Head::at(heap.memory, gc)._gc_next();
    word.set(next.get() | UNREACHABLE);
}

/// Takes [`UNREACHABLE`] out of the `_gc_next` of `gc`. Given.
#[inline]
pub fn unmark_next(heap: &Heap, gc: Addr) {
    let word = PyGC_Head::at(heap.memory, gc)._gc_next();
    word.set(word.get() & !UNREACHABLE);
}

/// The head after `gc`, whose link may be marked as [`UNREACHABLE`]. Given.
///
/// # Panics
/// If there is none.
#[inline]
#[must_use]
#[track_caller]
pub fn next_unmarked(heap: &Heap, gc: Addr) -> Addr {
    let word = PyGC_Head::at(heap.memory, gc)._gc_next().get();
    match Addr::new(word & !UNREACHABLE) {
        Some(next) => next,
        None => panic!("the head {gc} is in no list: its _gc_next is {word:#x}"),
    }
}

/// Stops at a container with more references from the list than its count says. Given. (CPython's
/// words: "refcount is too small", in debug builds.)
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
pub fn refcount_is_too_small(heap: &Heap, op: Addr) -> ! {
    let count = PyObject::at(heap.memory, op).ob_refcnt().get();
    panic!(
        "the count of {op} is {count}, and the objects of the list refer to it more often: a \
         traverse visits what is not owned or visits it twice, gc_refs began too low, or a \
         reference was never counted"
    );
}
