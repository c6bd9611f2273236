//! The deallocators of built-in types: each type frees its objects in its own way.
//!
//! A deallocator is called when the count of `op` is 0. It gives up the references that the object
//! owns, then the blocks that belong to it, and last the object itself through its type's `free`
//! slot. Nothing may be read from the object after that.

use memory::object::{PyFunctionObject, PyListObject, PyTupleObject, PyTypeObject};
use memory::{Addr, Heap};
use objects::{dict, set};

use crate::count::{decref, xdecref};

/// The `dealloc` slot of types whose objects own nothing but their block: int, float, str. Gives
/// the block back through the `free` slot of the object's type. Given.
/// (`object_dealloc`, `Objects/typeobject.c`.)
pub fn object_dealloc(heap: &Heap, op: Addr) {
    (heap.slots(op).free)(heap, op);
}

/// Ends a list: gives up the items from the last to the first, then frees the block of items if
/// there is one ([`Heap::free`]), then the list through the `free` slot of its type.
/// (`list_dealloc`, `Objects/listobject.c`, 3.11.)
pub fn list_dealloc(heap: &Heap, op: Addr) {
    todo!("3.6 the items from the back, their block, the list")
}

/// Ends a tuple: gives up the items from the last to the first, then frees the tuple. An item is
/// NULL in a tuple that was never filled. (`tupledealloc`, `Objects/tupleobject.c`, 3.11.)
pub fn tuple_dealloc(heap: &Heap, op: Addr) {
    todo!("3.6 the items from the back, the tuple")
}

/// Ends a dict: gives up each key and its value from the first to the last, then frees the dict.
/// Given. (`dict_dealloc`, `Objects/dictobject.c`.)
pub fn dict_dealloc(heap: &Heap, op: Addr) {
    dict::clear(heap, op, &mut |held| decref(heap, held));
    (heap.slots(op).free)(heap, op);
}

/// Ends a set: gives up its items, then frees it. Given. (`set_dealloc`, `Objects/setobject.c`.)
pub fn set_dealloc(heap: &Heap, op: Addr) {
    set::clear(heap, op, &mut |held| decref(heap, held));
    (heap.slots(op).free)(heap, op);
}

/// Ends a function: gives up what it refers to, then frees it. Given.
/// (`func_dealloc`, `Objects/funcobject.c`.)
pub fn func_dealloc(heap: &Heap, op: Addr) {
    let function = PyFunctionObject::at(heap.memory, op);
    xdecref(heap, function.func_globals().replace(None));
    xdecref(heap, function.func_name().replace(None));
    xdecref(heap, function.func_defaults().replace(None));
    xdecref(heap, function.func_qualname().replace(None));
    (heap.slots(op).free)(heap, op);
}

/// Ends a class: gives up its base, its dict and its name, then frees its shared keys and the class.
/// The shared keys borrow the names in them. Given. (`type_dealloc`, `Objects/typeobject.c`.)
///
/// In CPython a class stands in the tuple of its own `__mro__`, so its count never falls to 0 by
/// itself. Here there is no such tuple.
pub fn type_dealloc(heap: &Heap, op: Addr) {
    let class = PyTypeObject::at(heap.memory, op);
    xdecref(heap, class.tp_base().replace(None));
    xdecref(heap, class.tp_dict().replace(None));
    xdecref(heap, class.ht_name().replace(None));
    if let Some(keys) = class.ht_cached_keys().replace(None) {
        heap.free(keys);
    }
    (heap.slots(op).free)(heap, op);
}
