//! Who owns what when objects go into containers: CPython's contracts, function by function.
//!
//! Lab 2's functions steal each reference that they store, and return each one that they replace.
//! Here both get their owner.

use memory::{Addr, Heap, MemoryError};
use objects::{ObjectError, dict, instance, list, set, tuple};

use crate::count::{decref, new_ref, xdecref};

/// `op[index] = item` as C code writes it: *steals* the reference to `item` and gives up the one to
/// the old item. It steals on an error too: `item` is then given up.
/// (`PyList_SetItem`, `Objects/listobject.c`.)
///
/// # Errors
/// Those of [`list::set_item`].
pub fn list_set_item(heap: &Heap, op: Addr, index: i64, item: Addr) -> Result<(), ObjectError> {
    todo!("3.5 replace, and drop one of the two")
}

/// `op.append(item)`: the list takes a reference of its own, and `item` stays borrowed. On an error
/// every count is as it was. (`PyList_Append`, `Objects/listobject.c`.)
///
/// # Errors
/// Those of [`list::append`].
pub fn list_append(heap: &Heap, op: Addr, item: Addr) -> Result<(), MemoryError> {
    todo!("3.5 one more reference, which the list steals")
}

/// The tuple of these items, a new reference. It takes references of its own; the items stay
/// borrowed. On an error every count is as it was. (`PyTuple_Pack`, `Objects/tupleobject.c`.)
///
/// # Errors
/// Those of [`tuple::new`], which steals.
pub fn tuple_pack(heap: &Heap, items: &[Addr]) -> Result<Addr, MemoryError> {
    todo!("3.5 one more reference for each item")
}

/// `op[key] = value`: the dict takes references of its own to both, and gives up the value that it
/// replaces. If it has an equal key, it keeps that one and takes none to `key`. On an error every
/// count is as it was. (`PyDict_SetItem`, `Objects/dictobject.c`.)
///
/// # Errors
/// Those of [`dict::set_item`]. It steals both references, and gives back those that it has no use
/// for in a [`dict::Replaced`]: `key`, if it had an equal one, and `value`, the one from before.
pub fn dict_set_item(heap: &Heap, op: Addr, key: Addr, value: Addr) -> Result<(), ObjectError> {
    todo!("3.5 two more references; drop what is given back")
}

/// `del op[key]`: gives up the dict's references to the key and to the value. `key` is borrowed.
/// (`PyDict_DelItem`.) Given.
///
/// # Errors
/// Those of [`dict::del_item`].
pub fn dict_del_item(heap: &Heap, op: Addr, key: Addr) -> Result<(), ObjectError> {
    let (key, value) = dict::del_item(heap, op, key)?;
    decref(heap, value);
    decref(heap, key);
    Ok(())
}

/// `op.add(item)`: the set takes a reference of its own, if it has no equal item yet. On an error
/// every count is as it was. (`PySet_Add`, `Objects/setobject.c`.) Given.
///
/// # Errors
/// [`ObjectError::Type`] if `item` cannot be hashed, and [`ObjectError::Memory`].
pub fn set_add(heap: &Heap, op: Addr, item: Addr) -> Result<(), ObjectError> {
    let had = set::contains(heap, op, item)?;
    let added = set::add(heap, op, new_ref(heap, item));
    if had {
        decref(heap, item);
    }
    added.map(|_| ())
}

/// `op.name = value`: the instance takes a reference of its own to the value, and gives up the one
/// to the old value. `name` is an interned `str`. On an error every count is as it was.
/// (`PyObject_SetAttr`, `Objects/object.c`.)
///
/// # Errors
/// Those of [`instance::set_attr`].
pub fn set_attr(heap: &Heap, op: Addr, name: Addr, value: Addr) -> Result<(), MemoryError> {
    todo!("3.5 one more reference, and one less to the old value")
}

/// `op.name`: a *new* reference, since the attribute may be replaced while the value is in use.
/// (`PyObject_GetAttr`.)
///
/// # Errors
/// Those of [`instance::get_attr`], which borrows.
pub fn get_attr(heap: &Heap, op: Addr, name: Addr) -> Result<Addr, ObjectError> {
    todo!("3.5 own what was borrowed")
}

/// `del op.name`: gives up the instance's reference to the value. (`PyObject_SetAttr` with NULL.)
/// Given.
///
/// # Errors
/// Those of [`instance::delete_attr`].
pub fn del_attr(heap: &Heap, op: Addr, name: Addr) -> Result<(), ObjectError> {
    decref(heap, instance::delete_attr(heap, op, name)?);
    Ok(())
}
