//! Free lists: a dead object waits for the next one of its type.
//!
//! A type has its own allocator above the object allocator. When one of its objects dies, the block is
//! not given back but kept, header and all, and the next object of the type takes it: no size class to
//! compute, no pool to find, few words to write.
//!
//! ```text
//!    alloc slot         free slot
//!        |                  ^
//!        v                  |
//!    free list of the type  (100 floats, 80 lists, 80 dicts, 2000 tuples of each length 1 to 20)
//!        |                  ^
//!        v  empty           |  full
//!    object allocator: pools, arenas
//!        |                  ^
//!        v  over 512 bytes  |
//!    raw allocator
//! ```
//!
//! An object on a free list is dead: its count is 0, it owns nothing, and no name refers to it. For the
//! pools it is alive, since its block was never given back.

use cycles::track::{track, untrack};
use generations::alloc::{counting_del, dict_alloc, gc_alloc};
use memory::manager::{
    FreeFloat, FreeLists, FreeStack, FreeTuples, PYFLOAT_MAXFREELIST, PYTUPLE_MAXFREELIST,
    PYTUPLE_NFREELISTS,
};
use memory::object::{PyDictObject, PyListObject, PyObject, PyTupleObject};
use memory::{Addr, Heap, MemoryError, WORD};
use objects::object::{generic_alloc, init};

/// The `alloc` slot of floats: the first float of the free list if there is one, and otherwise a new
/// one ([`generic_alloc`]).
///
/// A float on the list is linked to the next one through the word of its type ([`FreeFloat`]), so its
/// header is written anew: [`init`]. Its value is still the old one: who asked for the object writes
/// its own. (`PyFloat_FromDouble`, `Objects/floatobject.c`, 3.11.)
///
/// # Errors
/// Those of [`generic_alloc`].
pub fn float_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    // task 8.2: the first one of the list
    let lists = FreeLists::of(heap.memory);
    let Some(op) = lists.float_free_list().get() else {
        return generic_alloc(heap, ty, nitems);
    };
    let next = FreeFloat::at(heap.memory, op).next().get();
    lists.float_free_list().set(next);
    let numfree = lists.float_numfree();
    numfree.set(numfree.get() - 1);
    init(heap, op, ty);
    Ok(op)
    // end task 8.2
}

/// The `free` slot of floats: puts the dead float in front of the free list, unless
/// [`PYFLOAT_MAXFREELIST`] are there already; then its block goes back with [`Heap::free`].
/// (`float_dealloc`.)
pub fn float_free(heap: &Heap, op: Addr) {
    // task 8.2: in front of the list, if there is room
    let lists = FreeLists::of(heap.memory);
    let numfree = lists.float_numfree();
    if numfree.get() >= PYFLOAT_MAXFREELIST {
        return heap.free(op);
    }
    let first = lists.float_free_list().replace(Some(op));
    FreeFloat::at(heap.memory, op).next().set(first);
    numfree.set(numfree.get() + 1);
    // end task 8.2
}

/// Puts `op` on top of `stack`, if there is room for it. Returns whether there was.
pub fn push(stack: FreeStack, op: Addr) -> bool {
    // task 8.3: the next free place
    let numfree = stack.numfree().get();
    if numfree == FreeStack::ROOM {
        return false;
    }
    stack.op(numfree).set(Some(op));
    stack.numfree().set(numfree + 1);
    true
    // end task 8.3
}

/// Takes the topmost object off `stack`; `None` if there is none. What the place holds afterwards says
/// nothing.
pub fn pop(stack: FreeStack) -> Option<Addr> {
    // task 8.3: the last place in use
    let numfree = stack.numfree().get().checked_sub(1)?;
    stack.numfree().set(numfree);
    stack.op(numfree).get()
    // end task 8.3
}

/// Makes the dead container `op`, of `size` bytes from its header on, an empty new one: everything
/// behind the words of count and type is 0, and the count is 1. The type is still there, and so is the
/// head in front. Then [`track`]s it if `tracked`. Given. (`_Py_NewReference`, `Objects/object.c`.)
///
/// It was never given back, so it is no new container for lab 7: nothing is counted, and no collection
/// begins.
pub fn revive(heap: &Heap, op: Addr, size: u64, tracked: bool) -> Addr {
    heap.memory
        .fill(op.plus(PyObject::SIZE), size - PyObject::SIZE, 0);
    PyObject::at(heap.memory, op).ob_refcnt().set(1);
    if tracked {
        track(heap, op);
    }
    op
}

/// The `alloc` slot of lists: a kept one ([`pop`], [`revive`], tracked), or else a new one from lab 7's
/// [`gc_alloc`]. (`PyList_New`, `Objects/listobject.c`, 3.11.)
///
/// # Errors
/// Those of [`gc_alloc`].
pub fn list_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    // task 8.3: a kept list, or a new one
    match pop(FreeLists::of(heap.memory).lists()) {
        Some(op) => Ok(revive(heap, op, PyListObject::SIZE, true)),
        None => gc_alloc(heap, ty, nitems),
    }
    // end task 8.3
}

/// The `free` slot of lists: [`untrack`]s `op`, and keeps it ([`push`]); if there is no room, lab 7's
/// [`counting_del`] takes it. (`list_dealloc`.)
pub fn list_free(heap: &Heap, op: Addr) {
    // task 8.3: keep it, or give it back
    untrack(heap, op);
    if !push(FreeLists::of(heap.memory).lists(), op) {
        counting_del(heap, op);
    }
    // end task 8.3
}

/// The `alloc` slot of dicts: as [`list_alloc`], but a dict is not tracked at first, and a new one comes
/// from lab 7's [`dict_alloc`]. (`new_dict`, `Objects/dictobject.c`.)
///
/// # Errors
/// Those of lab 7's `dict_alloc`.
pub fn kept_dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    // task 8.3: a kept dict, or a new one
    match pop(FreeLists::of(heap.memory).dicts()) {
        Some(op) => Ok(revive(heap, op, PyDictObject::SIZE, false)),
        None => dict_alloc(heap, ty, nitems),
    }
    // end task 8.3
}

/// The `free` slot of dicts: as [`list_free`]. (`dict_dealloc`.)
pub fn dict_free(heap: &Heap, op: Addr) {
    // task 8.3: keep it, or give it back
    untrack(heap, op);
    if !push(FreeLists::of(heap.memory).dicts(), op) {
        counting_del(heap, op);
    }
    // end task 8.3
}

/// The list of kept tuples of this length; `None` if tuples of that length are not kept: 0 items (there
/// is one empty tuple, and it never dies), and more than [`PYTUPLE_NFREELISTS`]. Given.
///
/// CPython 3.11 and 3.12 keep dead tuples of 20 items too, and never take one of them: where a tuple is
/// made, the length is compared with `<`. 3.13 takes them, and so do you.
pub fn tuples<'m>(heap: &Heap<'m>, length: u64) -> Option<FreeTuples<'m>> {
    let kept = (1..=PYTUPLE_NFREELISTS).contains(&length);
    kept.then(|| FreeLists::of(heap.memory).tuples(length))
}

/// The `alloc` slot of tuples: the first kept tuple of `nitems` items ([`tuples`]) if there is one, and
/// otherwise a new one from lab 7's [`gc_alloc`].
///
/// The first item of a kept tuple is the link to the next one. So read it before the tuple is
/// [`revive`]d (tracked), and write `ob_size` after that. (`maybe_freelist_pop`,
/// `Objects/tupleobject.c`, 3.11.)
///
/// # Errors
/// Those of [`gc_alloc`].
pub fn tuple_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    // task 8.4: the first tuple of this length
    let Some(kept) = tuples(heap, nitems) else {
        return gc_alloc(heap, ty, nitems);
    };
    let Some(op) = kept.free_list().get() else {
        return gc_alloc(heap, ty, nitems);
    };
    let tuple = PyTupleObject::at(heap.memory, op);
    kept.free_list().set(tuple.ob_item(0).get());
    kept.numfree().set(kept.numfree().get() - 1);
    revive(heap, op, PyTupleObject::SIZE + WORD * nitems, true);
    tuple.ob_size().set(nitems as i64);
    Ok(op)
    // end task 8.4
}

/// The `free` slot of tuples: [`untrack`]s `op`, and puts it in front of the kept tuples of its length
/// if there are fewer than [`PYTUPLE_MAXFREELIST`]; otherwise lab 7's [`counting_del`] takes it.
/// (`maybe_freelist_push`.)
pub fn tuple_free(heap: &Heap, op: Addr) {
    // task 8.4: in front of the tuples of its length
    untrack(heap, op);
    let tuple = PyTupleObject::at(heap.memory, op);
    match tuples(heap, tuple.ob_size().get() as u64) {
        Some(kept) if kept.numfree().get() < PYTUPLE_MAXFREELIST => {
            let first = kept.free_list().replace(Some(op));
            tuple.ob_item(0).set(first);
            kept.numfree().set(kept.numfree().get() + 1);
        }
        _ => counting_del(heap, op),
    }
    // end task 8.4
}

/// Gives all kept floats back ([`Heap::free`]): the free list is empty afterwards.
///
/// Lab 2's `free` would ask the object for its type. A kept float has none: that word is a link. So read
/// the link, and give the block back by its address. (`_PyFloat_ClearFreeList`.)
pub fn clear_floats(heap: &Heap) {
    // task 8.5: one after the other
    let lists = FreeLists::of(heap.memory);
    while let Some(op) = lists.float_free_list().get() {
        let next = FreeFloat::at(heap.memory, op).next().get();
        lists.float_free_list().set(next);
        heap.free(op);
    }
    lists.float_numfree().set(0);
    // end task 8.5
}

/// Gives all objects of `stack` back, the topmost first, each with [`counting_del`]. So now, long after
/// they died, lab 7 counts them. (`_PyList_ClearFreeList`, `_PyDict_ClearFreeList`.)
pub fn clear_stack(heap: &Heap, stack: FreeStack) {
    // task 8.5: from the top
    while let Some(op) = pop(stack) {
        counting_del(heap, op);
    }
    // end task 8.5
}

/// Gives all kept tuples of all lengths back, each with [`counting_del`].
/// (`_PyTuple_ClearFreeList`.)
pub fn clear_tuples(heap: &Heap) {
    // task 8.5: each length, one after the other
    for length in 1..=PYTUPLE_NFREELISTS {
        let kept = FreeLists::of(heap.memory).tuples(length);
        while let Some(op) = kept.free_list().get() {
            let next = PyTupleObject::at(heap.memory, op).ob_item(0).get();
            kept.free_list().set(next);
            counting_del(heap, op);
        }
        kept.numfree().set(0);
    }
    // end task 8.5
}
