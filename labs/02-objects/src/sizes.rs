//! What an object costs in bytes.
//!
//! `sys.getsizeof` counts the object's own bytes, what stands in front of it, and the block that
//! only it uses. It does not count what the object refers to, nor what the allocator adds.

use memory::object::{
    DictKeysKind, PyASCIIObject, PyCompactUnicodeObject, PyDictKeysObject, PyDictObject,
    PyListObject, PyLongObject, PySetObject, PyTypeObject, PyVarObject, SetEntry, TPFLAGS_HEAPTYPE,
};
use memory::{Addr, Heap, WORD};

use crate::object;
use crate::types::index;

/// `sys.getsizeof(op)`: the bytes of the object at `op` and of what stands in front of it
/// ([`object::presize`]; [`is_static_type`] has nothing in front).
///
/// The object's own bytes are its type's `tp_basicsize` and `tp_itemsize` times `ob_size` (only types
/// with items have an `ob_size`: where `tp_itemsize` is 0, do not read it), except for these types (a type's `tp_slots` is its place in the slot table: [`index`]):
///
/// | type | bytes |
/// |---|---|
/// | `int`, `bool` | the basic size, and one digit of 4 bytes even for 0, and no sign |
/// | `str` | the header for its characters, and each of them and the 0 at the end in its kind |
/// | `list` | the basic size, and a word for each place of its block ([`PyListObject::allocated`]) |
/// | `dict` | the basic size, and its table of keys ([`dict_table`]) |
/// | `set` | the basic size, and a table of its own ([`set_table`]) |
///
/// (`_PySys_GetSizeOf`, `Python/sysmodule.c`, and each type's `__sizeof__`. Types differ: CPython's
/// type objects are larger than those of this course.)
pub fn getsizeof(heap: &Heap, op: Addr) -> u64 {
    todo!("2.13 what stands in front, the object, and what only it uses")
}

/// Whether `op` is a type object in static storage. `type` has the flag of the GC head, but only
/// classes made by a class statement have one. (`type_is_gc`, `Objects/typeobject.c`.) Given.
pub fn is_static_type(heap: &Heap, op: Addr) -> bool {
    let ty = PyTypeObject::at(heap.memory, heap.type_of(op));
    ty.tp_slots().get() == index::TYPE
        && PyTypeObject::at(heap.memory, op).tp_flags().get() & TPFLAGS_HEAPTYPE == 0
}

/// The size in bytes of the table of keys of the dict at `op`: 0 for an empty one, and for a table
/// that it shares. Given.
pub fn dict_table(heap: &Heap, op: Addr) -> u64 {
    let Some(keys) = PyDictObject::at(heap.memory, op).ma_keys().get() else {
        return 0;
    };
    let keys = PyDictKeysObject::at(heap.memory, keys);
    match keys.dk_kind().get() {
        DictKeysKind::SPLIT => 0,
        _ => keys.size(),
    }
}

/// The size in bytes of the second block of the set at `op`, 0 if it has none. Given.
pub fn set_table(heap: &Heap, op: Addr) -> u64 {
    let set = PySetObject::at(heap.memory, op);
    match set.table().get() == set.smalltable() {
        true => 0,
        false => SetEntry::SIZE * (set.mask().get() + 1),
    }
}
