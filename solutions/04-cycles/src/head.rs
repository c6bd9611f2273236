//! The GC head: two words in front of an object, and what is packed into them.
//!
//! ```text
//!            63                                        2      1            0
//! _gc_prev   the head before it in its list            | COLLECTING | FINALIZED
//!            …or, while a collection counts: gc_refs   |
//!
//! _gc_next   the head after it in its list                          | UNREACHABLE
//!            …or 0: the object is not tracked
//! ```
//!
//! A head lies at a multiple of 8, so the lowest bits of its address are always 0, and free to hold
//! flags. (`Include/internal/pycore_gc.h`, `Modules/gcmodule.c`, 3.11.)

use memory::object::{
    PyGC_Head, PyListObject, PyTypeObject, TPFLAGS_HAVE_GC, TPFLAGS_HEAPTYPE, TPFLAGS_TYPE_SUBCLASS,
};
use memory::{Addr, Heap, Memory, record};

/// Bit 0 of `_gc_prev`: the finalizer has run (`_PyGC_PREV_MASK_FINALIZED`).
pub use refcounts::finalize::FINALIZED;

/// Bit 1 of `_gc_prev`: the object is being collected (`PREV_MASK_COLLECTING`). The upper bits are
/// `gc_refs`, until it is moved to the list of the dead: there they are the head before it again.
pub const COLLECTING: u64 = 2;

/// How far `gc_refs` is shifted (`_PyGC_PREV_SHIFT`).
pub const PREV_SHIFT: u32 = 2;

/// The bits of `_gc_prev` that are no flags (`_PyGC_PREV_MASK`).
pub const PREV_MASK: u64 = !(FINALIZED | COLLECTING);

/// Bit 0 of `_gc_next`: the object is in the list of those that seem to be dead
/// (`NEXT_MASK_UNREACHABLE`).
pub const UNREACHABLE: u64 = 1;

record! {
    /// A GC head and the beginning of the object behind it, as one record. Given.
    ///
    /// The passes ask each object for fields of both. As one record they need one address.
    pub struct Container[48] {
        /// As in [`PyGC_Head`].
        0 => _gc_next: u64,
        /// As in [`PyGC_Head`].
        8 => _gc_prev: u64,
        /// As in [`PyObject`](memory::object::PyObject).
        16 => ob_refcnt: u64,
        /// As there, but as a number: to compare it, nobody need know whether it is NULL.
        24 => ob_type: u64,
        /// Of a list: as in [`PyListObject`].
        32 => ob_size: u64,
        /// Of a list: as in [`PyListObject`].
        40 => ob_item: u64,
    }
}

impl<'m> Container<'m> {
    /// The record around the object `op`. If `op` is no container, only the fields of the object
    /// mean anything.
    #[inline]
    #[must_use]
    pub fn of(memory: &'m Memory, op: Addr) -> Container<'m> {
        Container::around(memory, op.get())
    }

    /// The same for the object at the offset `op` of the range: for addresses that nobody has looked at.
    #[inline]
    #[must_use]
    pub fn around(memory: &'m Memory, op: u64) -> Container<'m> {
        Container::at_offset(memory, op.wrapping_sub(PyGC_Head::SIZE))
    }

    /// The object, which is a list.
    #[inline]
    #[must_use]
    pub fn as_list(self) -> PyListObject<'m> {
        PyListObject::at_offset(self.memory, self.at.wrapping_add(PyGC_Head::SIZE))
    }

    /// Asks the processor for the head and for the type: [`Memory::prefetch`].
    #[inline]
    pub fn prefetch(self) {
        self.memory.prefetch(self.at);
        self.memory.prefetch(self.at.wrapping_add(PyGC_Head::SIZE));
    }
}

/// The head in front of the container `op`. Given. (`AS_GC`.)
#[inline]
#[must_use]
pub fn as_gc(op: Addr) -> Addr {
    op.minus(PyGC_Head::SIZE)
}

/// The container behind the head `gc`. Given. (`FROM_GC`.)
#[inline]
#[must_use]
pub fn from_gc(gc: Addr) -> Addr {
    gc.plus(PyGC_Head::SIZE)
}

/// Whether `op` is a container: there is a GC head in front of it. Given. (`_PyObject_IS_GC`.)
///
/// Its type says so, with one exception: a type is a container only if it was made by a class
/// statement. The static types, like `list`, lie in the data region without a head.
#[inline]
#[must_use]
pub fn is_gc(heap: &Heap, op: Addr) -> bool {
    let flags = |ty| PyTypeObject::at_offset(heap.memory, ty).tp_flags().get();
    // As a part of a container, since what comes next is a look at its head.
    let ty = Container::of(heap.memory, op).ob_type().get();
    let kind = flags(ty) & (TPFLAGS_HAVE_GC | TPFLAGS_TYPE_SUBCLASS);
    if kind == TPFLAGS_HAVE_GC {
        return true;
    }
    kind != 0 && kind != TPFLAGS_TYPE_SUBCLASS && flags(op.get()) & TPFLAGS_HEAPTYPE != 0
}

/// The head after `gc` in its list. Given. (`GC_NEXT`.)
///
/// # Panics
/// If there is none: the object is not tracked.
#[inline]
#[must_use]
#[track_caller]
pub fn next(heap: &Heap, gc: Addr) -> Addr {
    match Addr::new(PyGC_Head::at(heap.memory, gc)._gc_next().get()) {
        Some(next) => next,
        None => no_next(gc),
    }
}

/// The head before `gc` in its list: `_gc_prev` without the flags. Given. (`GC_PREV`.)
///
/// # Panics
/// If there is none.
#[inline]
#[must_use]
#[track_caller]
pub fn prev(heap: &Heap, gc: Addr) -> Addr {
    match Addr::new(PyGC_Head::at(heap.memory, gc)._gc_prev().get() & PREV_MASK) {
        Some(prev) => prev,
        None => no_prev(gc),
    }
}

// Out of line, and with their arguments by value: the walks keep them in registers.

#[cold]
#[inline(never)]
#[track_caller]
fn no_next(gc: Addr) -> ! {
    panic!("the head {gc} is in no list: its _gc_next is 0")
}

#[cold]
#[inline(never)]
#[track_caller]
fn no_prev(gc: Addr) -> ! {
    panic!("the head {gc} has no head before it: its _gc_prev is 0, flags aside")
}

/// Makes `next` the head after `gc`: the whole word, without a flag. Given.
/// (`_PyGCHead_SET_NEXT`.)
#[inline]
pub fn set_next(heap: &Heap, gc: Addr, next: Addr) {
    PyGC_Head::at(heap.memory, gc)._gc_next().set(next.get());
}

/// Makes `prev` the head before `gc`; the flags stay. Given. (`_PyGCHead_SET_PREV`.)
#[inline]
pub fn set_prev(heap: &Heap, gc: Addr, prev: Addr) {
    let word = PyGC_Head::at(heap.memory, gc)._gc_prev();
    word.set(word.get() & !PREV_MASK | prev.get());
}

/// Whether `gc` is being collected: the flag [`COLLECTING`]. Given. (`gc_is_collecting`.)
#[inline]
#[must_use]
pub fn is_collecting(heap: &Heap, gc: Addr) -> bool {
    PyGC_Head::at(heap.memory, gc)._gc_prev().get() & COLLECTING != 0
}

/// Takes the flag [`COLLECTING`] away; the other bits stay. Given. (`gc_clear_collecting`.)
#[inline]
pub fn clear_collecting(heap: &Heap, gc: Addr) {
    let word = PyGC_Head::at(heap.memory, gc)._gc_prev();
    word.set(word.get() & !COLLECTING);
}

/// Whether `gc` is marked as [`UNREACHABLE`]. Given.
#[inline]
#[must_use]
pub fn is_unreachable(heap: &Heap, gc: Addr) -> bool {
    PyGC_Head::at(heap.memory, gc)._gc_next().get() & UNREACHABLE != 0
}

/// `gc_refs` of the head `gc`: how many references to its object are not explained yet. It is the
/// upper 62 bits of `_gc_prev`. (`gc_get_refs`.)
#[inline]
#[must_use]
pub fn get_refs(heap: &Heap, gc: Addr) -> u64 {
    // task 4.4: the word without its two flags
    PyGC_Head::at(heap.memory, gc)._gc_prev().get() >> PREV_SHIFT
    // end task 4.4
}

/// Writes `refs` to `gc_refs` of the head `gc`; both flags stay. (`gc_set_refs`.)
#[inline]
pub fn set_refs(heap: &Heap, gc: Addr, refs: u64) {
    // task 4.4: the number above the flags
    let word = PyGC_Head::at(heap.memory, gc)._gc_prev();
    word.set(word.get() & !PREV_MASK | refs << PREV_SHIFT);
    // end task 4.4
}

/// Begins the counting for the head `gc`: `gc_refs` becomes `refs`, [`COLLECTING`] is set, and
/// [`FINALIZED`] stays as it was. The way back through the list is lost. (`gc_reset_refs`.)
#[inline]
pub fn reset_refs(heap: &Heap, gc: Addr, refs: u64) {
    // task 4.4: the number, one flag set, one kept
    let word = PyGC_Head::at(heap.memory, gc)._gc_prev();
    word.set(word.get() & FINALIZED | COLLECTING | refs << PREV_SHIFT);
    // end task 4.4
}
