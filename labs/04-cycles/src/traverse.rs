//! `tp_traverse`: what an object refers to.
//!
//! This is all that the collector ever learns about an object. Each function calls `visit` once for
//! each reference that the object *owns*, that is, that its deallocator would give up. What is NULL
//! is left out. Borrowed addresses, like the object of a weak reference, are no references.

use memory::object::{
    DictKeysKind, PreHeader, PyDictKeysObject, PyDictObject, PyDictValues, PyFunctionObject,
    PyListObject, PySetObject, PyTupleObject, PyTypeObject, PyWeakReference,
};
use memory::{Addr, Field, Heap, WORD};
use refcounts::instance::shared_keys;

/// The `traverse` slot of lists: [`each_item`]. Given. (`list_traverse`, `Objects/listobject.c`,
/// 3.11.)
pub fn list_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    each_item(heap, PyListObject::at(heap.memory, op), visit);
}

/// Visits the items of `list` from the last to the first. A list without a block has none.
#[inline]
pub fn each_item(heap: &Heap, list: PyListObject<'_>, visit: &mut (impl FnMut(Addr) + ?Sized)) {
    todo!("4.3 each item")
}

/// The place of item `index` in the block of items at `items`. Given.
#[inline]
#[must_use]
pub fn item_at<'m>(heap: &Heap<'m>, items: Addr, index: u64) -> Field<'m, Option<Addr>> {
    Field::behind(heap.memory, items.get(), WORD.wrapping_mul(index))
}

/// The `traverse` slot of tuples: [`each_tuple_item`]. Given. (`tupletraverse`,
/// `Objects/tupleobject.c`, 3.11.)
pub fn tuple_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    each_tuple_item(heap, op, visit);
}

/// Visits the items of a tuple from the last to the first; an item is NULL while the tuple is being
/// filled.
#[inline]
pub fn each_tuple_item(heap: &Heap, op: Addr, visit: &mut (impl FnMut(Addr) + ?Sized)) {
    todo!("4.3 each item")
}

/// The `traverse` slot of instances: [`each_attribute`]. Given. (`subtype_traverse`,
/// `Objects/typeobject.c`, 3.11.)
pub fn instance_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    each_attribute(heap, op, visit);
}

/// Visits what an instance owns: its values in the order of the class's shared keys, value 0 up to
/// `dk_nentries` ([`shared_keys`]), if it has a block of them; then its dict, if it has one; then
/// its class. (`subtype_traverse` and `_PyObject_VisitInstanceAttributes`, `Objects/dictobject.c`.)
#[inline]
pub fn each_attribute(heap: &Heap, op: Addr, visit: &mut (impl FnMut(Addr) + ?Sized)) {
    todo!("4.3 values, dict, class")
}

/// The `traverse` slot of dicts: [`each_entry`]. Given. (`dict_traverse`, `Objects/dictobject.c`,
/// 3.11.)
pub fn dict_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    each_entry(heap, op, visit);
}

/// Visits the values of a dict from the first to the last, and the keys with them unless they are
/// all strings, which refer to nothing. Given.
#[inline]
pub fn each_entry(heap: &Heap, op: Addr, visit: &mut (impl FnMut(Addr) + ?Sized)) {
    let Some(table) = PyDictObject::at(heap.memory, op).ma_keys().get() else {
        return;
    };
    let keys = PyDictKeysObject::at(heap.memory, table);
    let are_strings = keys.dk_kind().get() == DictKeysKind::UNICODE;
    for entry in 0..keys.dk_nentries().get() {
        let Some(value) = keys.me_value(entry).get() else {
            continue;
        };
        visit(value);
        if let (false, Some(key)) = (are_strings, keys.me_key(entry).get()) {
            visit(key);
        }
    }
}

/// Visits the items of a set. Given. (`set_traverse`, `Objects/setobject.c`.)
pub fn set_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    let set = PySetObject::at(heap.memory, op);
    // A set that is being made has no table yet.
    if set.table().checked().is_none() {
        return;
    }
    for index in 0..=set.mask().get() {
        // The set's own address stands for an item that was taken out.
        if let Some(item) = set.entry(index).key().get().filter(|&item| item != op) {
            visit(item);
        }
    }
}

/// Visits what a function refers to. Given. (`func_traverse`, `Objects/funcobject.c`, 3.11.)
pub fn func_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    let function = PyFunctionObject::at(heap.memory, op);
    let held = [
        function.func_globals(),
        function.func_module(),
        function.func_defaults(),
        function.func_kwdefaults(),
        function.func_doc(),
        function.func_name(),
        function.func_dict(),
        function.func_closure(),
        function.func_annotations(),
        function.func_qualname(),
    ];
    held.into_iter()
        .filter_map(|field| field.get())
        .for_each(visit);
}

/// Visits what a class made by a class statement refers to. Given. (`type_traverse`,
/// `Objects/typeobject.c`.)
pub fn type_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    let class = PyTypeObject::at(heap.memory, op);
    let held = [class.tp_dict().get(), class.tp_base().get()];
    held.into_iter().flatten().for_each(visit);
}

/// Visits the callback of a weak reference. Given. (`gc_traverse`, `Objects/weakrefobject.c`.)
///
/// Not its object: the weak reference does not own it.
pub fn weakref_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    if let Some(callback) = PyWeakReference::at(heap.memory, op).wr_callback().get() {
        visit(callback);
    }
}
