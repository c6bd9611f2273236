//! `__del__`: a last call before an instance is freed, from which it may come back.

use memory::object::{
    PyASCIIObject, PyDictKeysObject, PyDictObject, PyGC_Head, PyObject, PyTypeObject,
};
use memory::{Addr, Heap};

use crate::count::{decref, new_ref};
use crate::instance::instance_dealloc;
use crate::weakref::clear_weakrefs;

/// Bit 0 of `_gc_prev`: the object's finalizer has run (`_PyGC_PREV_MASK_FINALIZED`,
/// `Include/internal/pycore_gc.h`).
pub const FINALIZED: u64 = 1;

/// Whether the finalizer of `op`, an object with a GC head, has run: `gc.is_finalized(op)`.
/// (`_PyGC_FINALIZED`.)
pub fn is_finalized(heap: &Heap, op: Addr) -> bool {
    todo!("3.11 look at one bit")
}

/// Whether `op` has a finalizer: its type has a `finalize` slot and its class a `__del__`. Given.
/// (CPython fills the slot `tp_finalize` when a class with a `__del__` is made.)
pub fn has_finalizer(heap: &Heap, op: Addr) -> bool {
    heap.slots(op).finalize.is_some() && method(heap, op, "__del__").is_some()
}

/// Calls the finalizer of `op` through its type's `finalize` slot, unless it has none
/// ([`has_finalizer`]) or it has run before ([`is_finalized`]). Afterwards sets [`FINALIZED`] in the
/// object's `_gc_prev`; the other bits stay. (`PyObject_CallFinalizer`, `Objects/object.c`.)
pub fn call_finalizer(heap: &Heap, op: Addr) {
    todo!("3.11 once, and remember it")
}

/// [`call_finalizer`] for an object whose count is 0. Whether it may be freed: false if it is alive
/// again.
///
/// The count is 1 while the finalizer runs, since a method needs a live object. Afterwards that
/// reference is taken back by writing the count and not with [`decref`], which would end the object
/// a second time. If a count is left, somebody else owns the object now.
/// (`PyObject_CallFinalizerFromDealloc`, `Objects/object.c`.)
#[must_use]
pub fn call_finalizer_from_dealloc(heap: &Heap, op: Addr) -> bool {
    todo!("3.11 alive for one call")
}

/// The `finalize` slot of instances: calls the class's `__del__` through the `call` slot of its
/// type, with `op` as its argument, and gives up what it returns. The class's `__del__` is kept
/// alive by a new reference meanwhile, which is given up at the end. An error of the call is lost
/// (CPython prints it). Without `__del__` nothing happens.
/// (`slot_tp_finalize`, `Objects/typeobject.c`.)
pub fn slot_tp_finalize(heap: &Heap, op: Addr) {
    todo!("3.11 find it, call it, drop what it returns")
}

/// The `dealloc` slot of instances, complete: finalizer, weak references, attributes, memory, class.
///
/// Calls [`call_finalizer_from_dealloc`] and returns if the object is alive again. Then
/// [`clear_weakrefs`], then [`instance_dealloc`].
/// (`subtype_dealloc`, `Objects/typeobject.c`, 3.11.)
pub fn subtype_dealloc(heap: &Heap, op: Addr) {
    todo!("3.11 in this order")
}

/// What the class of `op` or one of its base classes has under the name `name`, borrowed. Given.
/// (`lookup_maybe_method`, `Objects/typeobject.c`; it allocates nothing.)
fn method(heap: &Heap, op: Addr, name: &str) -> Option<Addr> {
    let mut class = Some(heap.type_of(op));
    while let Some(ty) = class {
        let ty = PyTypeObject::at(heap.memory, ty);
        let keys = (ty.tp_dict().get())
            .and_then(|names| PyDictObject::at(heap.memory, names).ma_keys().get());
        if let Some(keys) = keys {
            let keys = PyDictKeysObject::at(heap.memory, keys);
            let named = |&entry: &u64| {
                let key = keys.me_key(entry).get();
                key.is_some_and(|key| is_named(heap, key, name))
            };
            let entry = (0..keys.dk_nentries().get()).find(named);
            if let Some(value) = entry.and_then(|entry| keys.me_value(entry).get()) {
                return Some(value);
            }
        }
        class = ty.tp_base().get();
    }
    None
}

/// Whether the `str` at `key` is `name`, byte for byte. Each dying instance asks: nothing is copied.
fn is_named(heap: &Heap, key: Addr, name: &str) -> bool {
    let key = PyASCIIObject::at(heap.memory, key);
    let data = key.data();
    key.is_ascii()
        && key.length().get() == name.len() as u64
        && (0..)
            .zip(name.bytes())
            .all(|(at, byte)| heap.memory.load_u8(data.plus(at)) == byte)
}
