//! Classes: what a class statement makes. Given.

use memory::object::{
    DictKeysKind, PyASCIIObject, PyDictKeysObject, PyInstance, PyTypeObject, TPFLAGS_HAVE_GC,
    TPFLAGS_HEAPTYPE, TPFLAGS_MANAGED_DICT,
};
use memory::{Addr, Heap, MemoryError};

use crate::object::new_ref;
use crate::types::{index, type_at};
use crate::{dict, keys, str};

/// The binary logarithm of the number of indices of shared keys (`NEXT_LOG2_KEYS_MAX_SIZE`).
const LOG2_SHARED_KEYS: u8 = 6;

/// How many attributes can share keys (`SHARED_KEYS_MAX_SIZE`).
const SHARED_KEYS_MAX_SIZE: u64 = 30;

/// `class name: …`: a new class, a new reference. (`type_new`, `Objects/typeobject.c`.)
///
/// A class is a type object in the heap, with a GC head in front. It has a `str` with its name,
/// a dict for its own attributes, such as its methods, and a table of shared keys: the names of its
/// instances' attributes. It holds a reference to its base class.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, name: &str, base: Option<Addr>) -> Result<Addr, MemoryError> {
    let base = base.unwrap_or_else(|| type_at(heap, index::OBJECT));
    let ty = heap.alloc(type_at(heap, index::TYPE), 0)?;
    let class = PyTypeObject::at(heap.memory, ty);
    let name = str::new(heap, name)?;
    class.ht_name().set(Some(name));
    let characters = PyASCIIObject::at(heap.memory, name).data();
    class.tp_name().set(characters);
    class.tp_basicsize().set(PyInstance::SIZE);
    class.tp_slots().set(index::INSTANCE);
    let flags = TPFLAGS_HEAPTYPE | TPFLAGS_HAVE_GC | TPFLAGS_MANAGED_DICT;
    class.tp_flags().set(flags);
    class.tp_base().set(Some(new_ref(heap, base)));
    class.tp_weaklistoffset().set(PyInstance::SIZE - 8);
    class.tp_dict().set(Some(dict::new(heap)?));
    let shared = keys::new(heap, LOG2_SHARED_KEYS, DictKeysKind::SPLIT)?;
    let table = PyDictKeysObject::at(heap.memory, shared);
    table.dk_usable().set(SHARED_KEYS_MAX_SIZE);
    class.ht_cached_keys().set(Some(shared));
    Ok(ty)
}

/// Gives the class at `ty` an attribute of its own, such as a method: `name` is an interned `str`,
/// and the reference to `value` is stolen. Returns the old value's reference.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn set_attr(
    heap: &Heap,
    ty: Addr,
    name: Addr,
    value: Addr,
) -> Result<Option<Addr>, MemoryError> {
    let class = PyTypeObject::at(heap.memory, ty);
    let names = match class.tp_dict().get() {
        Some(names) => names,
        None => {
            let names = dict::new(heap)?;
            class.tp_dict().set(Some(names));
            names
        }
    };
    let is_new = dict::get_str(heap, names, name).is_none();
    let old = dict::set_str(heap, names, name, value)?.value;
    if is_new {
        new_ref(heap, name);
    }
    Ok(old)
}
