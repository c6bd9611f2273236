//! Instances of classes: what is freed when one dies.

use memory::object::{PreHeader, PyDictKeysObject, PyDictValues, PyTypeObject};
use memory::{Addr, Heap};

use crate::count::{decref, xdecref};

/// Ends an instance that has no finalizer and no weak references left:
///
/// 1. gives up its attributes ([`free_attributes`]);
/// 2. frees the instance through the `free` slot of its type;
/// 3. gives up one reference to its class, the one that the instance held since it was made.
///
/// The class is needed until its instance is freed, and must be read before.
/// (The second half of `subtype_dealloc`, `Objects/typeobject.c`, 3.11.)
pub fn instance_dealloc(heap: &Heap, op: Addr) {
    todo!("3.7 attributes, memory, class")
}

/// Gives up the attributes of the instance at `op`, which lie in one of two places, named in its
/// [`PreHeader`]:
///
/// * In a dict: gives up the dict.
/// * In a block of values: gives up each value that is not NULL, in the order of the class's shared
///   keys, that is value 0 up to `dk_nentries` ([`shared_keys`]). Then frees the block, which begins
///   at [`PyDictValues::block`].
///
/// Either field is NULL before anything is given up. (`_PyObject_FreeInstanceAttributes`,
/// `Objects/dictobject.c`, 3.11.)
pub fn free_attributes(heap: &Heap, op: Addr) {
    todo!("3.7 the dict, or each value and their block")
}

/// The shared keys of the class of the instance at `op`. Given.
pub fn shared_keys<'m>(heap: &Heap<'m>, op: Addr) -> PyDictKeysObject<'m> {
    let class = PyTypeObject::at(heap.memory, heap.type_of(op));
    let keys = class.ht_cached_keys().get();
    let keys = keys.expect("a class made by a class statement has shared keys");
    PyDictKeysObject::at(heap.memory, keys)
}
