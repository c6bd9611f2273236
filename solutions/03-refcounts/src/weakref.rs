//! Weak references: objects that know another one without keeping it alive.
//!
//! An object that can be weakly referenced has a word at `tp_weaklistoffset`, which begins a doubly
//! linked list of its weak references:
//!
//! ```text
//! object.weaklist --> without callback --> newest with callback --> ... --> oldest with callback
//!                     (at most one)        wr_next / wr_prev
//! ```

use memory::object::{PyObject, PyTypeObject, PyWeakReference};
use memory::{Addr, Field, Heap, Root};
use objects::{ObjectError, tuple, types};

use crate::count::{decref, new_ref, xdecref};
use crate::tables::index;

/// The word of `op` that begins the list of its weak references, or `None` if objects of its type
/// can have none: `tp_weaklistoffset` bytes into the object, where that is not 0. Given.
/// (`PyObject_GET_WEAKREFS_LISTPTR`.)
pub fn weaklist<'m>(heap: &Heap<'m>, op: Addr) -> Option<Field<'m, Option<Addr>>> {
    let ty = PyTypeObject::at(heap.memory, heap.type_of(op));
    match ty.tp_weaklistoffset().get() {
        0 => None,
        offset => Some(Field::at(heap.memory, op.plus(offset))),
    }
}

/// A weak reference to `op`, a new reference: `weakref.ref(op, callback)`.
///
/// * Without a callback: if the first in `op`'s list has no callback either, that one with one more
///   reference. Otherwise a fresh one, at the head of the list.
/// * With a callback: always a fresh one. It stands at the head of the list, or directly behind the
///   one without callback if there is one. It owns a reference to the callback, of its own.
///
/// A fresh one comes from `heap.alloc` of type [`index::WEAKREF`] (count 1, all fields NULL); its
/// `wr_object` is `op`, which is *not* counted, and its `hash` -1. [`insert`] links it.
///
/// From lab 7 on `heap.alloc` may run other code first, and that may change the list. So look at the
/// list again after it ([`basic`]). If there is one without callback by then, and the fresh one has
/// none either, [`give_up`] the fresh one for it.
/// (`PyWeakref_NewRef`, `Objects/weakrefobject.c`, 3.11.)
///
/// # Errors
/// A `TypeError` ([`no_weak_references`]) if `op`'s type has no list; those of `heap.alloc`.
pub fn new(heap: &Heap, op: Addr, callback: Option<Addr>) -> Result<Addr, ObjectError> {
    // task 3.9: the one that is there, or a fresh one in its place
    let list = weaklist(heap, op).ok_or_else(|| no_weak_references(heap, op))?;
    if let (Some(basic), None) = (basic(heap, list), callback) {
        return Ok(new_ref(heap, basic));
    }
    let wr = heap.alloc(types::type_at(heap, index::WEAKREF), 0)?;
    if let (Some(basic), None) = (basic(heap, list), callback) {
        return Ok(give_up(heap, wr, basic));
    }
    let fresh = PyWeakReference::at(heap.memory, wr);
    fresh.wr_object().set(op);
    fresh.hash().set(-1);
    (fresh.wr_callback()).set(callback.map(|op| new_ref(heap, op)));
    insert(heap, list, basic(heap, list), wr);
    Ok(wr)
    // end task 3.9
}

/// The weak reference without callback in the list that begins at `list`, if there is one: then it is
/// the first. Given. (`get_basic_refs`.)
pub fn basic(heap: &Heap, list: Field<'_, Option<Addr>>) -> Option<Addr> {
    let callback = |wr| PyWeakReference::at(heap.memory, wr).wr_callback().get();
    list.get().filter(|&wr| callback(wr).is_none())
}

/// Frees the fresh weak reference `wr`, which nobody needs, and returns a new reference to `other`
/// instead. Given.
pub fn give_up(heap: &Heap, wr: Addr, other: Addr) -> Addr {
    let object = PyWeakReference::at(heap.memory, wr).wr_object();
    object.set(borrowed_none(heap));
    decref(heap, wr);
    new_ref(heap, other)
}

/// Links `wr` into the list that begins at `list`: directly behind `prev`, or at the head if `prev`
/// is NULL. Both neighbours' links change too. (`insert_after`, `insert_head`.)
pub fn insert(heap: &Heap, list: Field<'_, Option<Addr>>, prev: Option<Addr>, wr: Addr) {
    // task 3.9: four links
    let at = |wr| PyWeakReference::at(heap.memory, wr);
    let place = prev.map_or(list, |prev| at(prev).wr_next());
    let next = place.replace(Some(wr));
    at(wr).wr_prev().set(prev);
    at(wr).wr_next().set(next);
    if let Some(next) = next {
        at(next).wr_prev().set(Some(wr));
    }
    // end task 3.9
}

/// What the call `wr()` gives: a new reference to the object, or to `None` ([`borrowed_none`]) once
/// it is gone. (`weakref_call`, and `PyWeakref_GET_OBJECT`, `Include/cpython/weakrefobject.h`.)
///
/// An object whose count is 0 is as good as gone: it is dying, and perhaps the trashcan put it off.
pub fn get(heap: &Heap, wr: Addr) -> Addr {
    // task 3.9: a reference that counts
    let op = PyWeakReference::at(heap.memory, wr).wr_object().get();
    let dying = PyObject::at(heap.memory, op).ob_refcnt().get() == 0;
    new_ref(heap, if dying { borrowed_none(heap) } else { op })
    // end task 3.9
}

/// Makes `wr` a dead weak reference: takes it off its object's list, makes its object `None`
/// ([`borrowed_none`], not counted) and its links NULL. One that is dead already is left alone; its
/// object is `None`, which has no list. Its callback stays.
/// (`clear_weakref`, which drops the callback too.)
pub fn unlink(heap: &Heap, wr: Addr) {
    // task 3.9: out of the list, and nothing to refer to
    let at = |wr| PyWeakReference::at(heap.memory, wr);
    let op = at(wr).wr_object().replace(borrowed_none(heap));
    let Some(list) = weaklist(heap, op) else {
        return;
    };
    let prev = at(wr).wr_prev().replace(None);
    let next = at(wr).wr_next().replace(None);
    (prev.map_or(list, |prev| at(prev).wr_next())).set(next);
    if let Some(next) = next {
        at(next).wr_prev().set(prev);
    }
    // end task 3.9
}

/// The `dealloc` slot of weak references: one that dies before its object. [`unlink`]s it, drops
/// its callback, which is never called, and frees it. (`weakref_dealloc`.)
pub fn weakref_dealloc(heap: &Heap, wr: Addr) {
    // task 3.9: off the list, the callback, the memory
    unlink(heap, wr);
    let callback = PyWeakReference::at(heap.memory, wr).wr_callback();
    xdecref(heap, callback.replace(None));
    (heap.slots(wr).free)(heap, wr);
    // end task 3.9
}

/// The `TypeError` of an object whose type has no list of weak references. Given.
pub fn no_weak_references(heap: &Heap, op: Addr) -> ObjectError {
    let name = types::name(heap, heap.type_of(op));
    ObjectError::Type(format!("cannot create weak reference to '{name}' object"))
}

/// `None`, borrowed. Given.
pub fn borrowed_none(heap: &Heap) -> Addr {
    let none = Root::of(heap.memory).none().get();
    none.expect("None is made at start-up")
}

/// Ends all weak references to `op`, whose count is 0, and calls their callbacks.
///
/// 1. Walks the list from its head. Each weak reference is [`unlink`]ed. If it has a callback, a new
///    reference to the weak reference and the reference that it held to its callback (its
///    `wr_callback` becomes NULL) go into one tuple: weak reference, callback, weak reference,
///    callback, in the order of the list.
/// 2. Then, when every weak reference is dead, [`handle_callback`] for each pair of the tuple, in
///    order.
/// 3. Gives up the tuple, and with it all that it holds.
///
/// Without any callback there is no tuple. If there is no memory for it, no callback is called and
/// the references collected for it are given up. A type without a list is left alone.
/// (`PyObject_ClearWeakRefs`, `Objects/weakrefobject.c`, 3.11.)
pub fn clear_weakrefs(heap: &Heap, op: Addr) {
    // task 3.10: first end all of them, then call
    let Some(list) = weaklist(heap, op) else {
        return;
    };
    let mut pairs = Vec::new();
    while let Some(wr) = list.get() {
        unlink(heap, wr);
        let callback = PyWeakReference::at(heap.memory, wr).wr_callback();
        if let Some(callback) = callback.replace(None) {
            pairs.extend([new_ref(heap, wr), callback]);
        }
    }
    if pairs.is_empty() {
        return;
    }
    match tuple::new(heap, &pairs) {
        Ok(pairs) => {
            for pair in tuple::items(heap, pairs).chunks_exact(2) {
                handle_callback(heap, pair[0], pair[1]);
            }
            decref(heap, pairs);
        }
        Err(_) => pairs.into_iter().for_each(|op| decref(heap, op)),
    }
    // end task 3.10
}

/// Calls `callback` with `wr` as its argument, through the `call` slot of the callback's type, and
/// gives up what it returns. An error of the call is lost: there is nobody to tell (CPython prints
/// it, `PyErr_WriteUnraisable`). A type without `call` is left alone. (`handle_callback`.)
pub fn handle_callback(heap: &Heap, wr: Addr, callback: Addr) {
    // task 3.10: call, and drop the result
    if let Some(call) = heap.slots(callback).call
        && let Ok(result) = call(heap, callback, &[wr])
    {
        decref(heap, result);
    }
    // end task 3.10
}
