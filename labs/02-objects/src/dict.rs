//! `dict`: keys and values. Given.
//!
//! A dict is two blocks: a header, and a table of [`keys`] with the values in its
//! entries. The empty dict has no table. (`Objects/dictobject.c`, 3.11.)

use memory::object::{DictKeysKind, PyDictKeysObject, PyDictObject};
use memory::{Addr, Heap, MemoryError};

use crate::error::ObjectError;
use crate::types::{index, is_exact, type_at};
use crate::{hash, keys, operate};

/// References that a dict let go, which now belong to the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Replaced {
    /// The key that was given, if the dict had an equal one and kept that.
    pub key: Option<Addr>,
    /// The value that the key had before.
    pub value: Option<Addr>,
}

/// A new empty dict, a new reference. (`PyDict_New`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap) -> Result<Addr, MemoryError> {
    heap.alloc(type_at(heap, index::DICT), 0)
}

/// The number of pairs in the dict at `op`.
pub fn len(heap: &Heap, op: Addr) -> u64 {
    PyDictObject::at(heap.memory, op).ma_used().get()
}

/// The value of `key`, borrowed, or `None` if the dict has no such key.
///
/// # Errors
/// [`ObjectError::Type`] if `key` cannot be hashed.
pub fn get_item(heap: &Heap, op: Addr, key: Addr) -> Result<Option<Addr>, ObjectError> {
    let hash = hash::hash(heap, key)?;
    Ok(get_hashed(heap, op, key, hash))
}

/// The value of the `str` `name`, borrowed, or `None` if the dict has no such key.
pub fn get_str(heap: &Heap, op: Addr, name: Addr) -> Option<Addr> {
    get_hashed(heap, op, name, hash::hash_str(heap, name))
}

/// Makes `value` the value of `key`. Steals both references.
///
/// # Errors
/// [`ObjectError::Type`] if `key` cannot be hashed, and those of [`Heap::malloc`]; the dict is then
/// as it was, and both references are still the caller's.
pub fn set_item(heap: &Heap, op: Addr, key: Addr, value: Addr) -> Result<Replaced, ObjectError> {
    let hash = hash::hash(heap, key)?;
    Ok(set_hashed(heap, op, key, hash, value)?)
}

/// [`set_item`] for a key that is a `str`.
///
/// # Errors
/// Those of [`Heap::malloc`], as there.
pub fn set_str(heap: &Heap, op: Addr, name: Addr, value: Addr) -> Result<Replaced, MemoryError> {
    set_hashed(heap, op, name, hash::hash_str(heap, name), value)
}

/// Takes `key` and its value out of the dict; the references to both, key first, are now the
/// caller's. The key is borrowed.
///
/// # Errors
/// [`ObjectError::Key`] if the dict has no such key; [`ObjectError::Type`] if it cannot be hashed.
pub fn del_item(heap: &Heap, op: Addr, key: Addr) -> Result<(Addr, Addr), ObjectError> {
    let hash = hash::hash(heap, key)?;
    let missing = || ObjectError::Key(operate::repr(heap, key));
    let dict = PyDictObject::at(heap.memory, op);
    let table = dict.ma_keys().get().ok_or_else(missing)?;
    let entry = keys::find(heap, table, key, hash).ok_or_else(missing)?;
    keys::forget(heap.memory, table, hash, entry);
    let table = PyDictKeysObject::at(heap.memory, table);
    let old = (
        table.me_key(entry).replace(None),
        table.me_value(entry).replace(None),
    );
    dict.ma_used().set(dict.ma_used().get() - 1);
    match old {
        (Some(key), Some(value)) => Ok((key, value)),
        _ => Err(missing()),
    }
}

/// All pairs of the dict at `op` in the order of their insertion, borrowed.
pub fn items(heap: &Heap, op: Addr) -> Vec<(Addr, Addr)> {
    let Some(table) = PyDictObject::at(heap.memory, op).ma_keys().get() else {
        return Vec::new();
    };
    let table = PyDictKeysObject::at(heap.memory, table);
    let pair = |entry| Some((table.me_key(entry).get()?, table.me_value(entry).get()?));
    (0..table.dk_nentries().get()).filter_map(pair).collect()
}

/// Empties the dict at `op`: each reference that it held, keys and values, is given to `drop` after
/// the dict has forgotten it, and the table is freed. (`PyDict_Clear`.)
pub fn clear(heap: &Heap, op: Addr, drop: &mut dyn FnMut(Addr)) {
    let dict = PyDictObject::at(heap.memory, op);
    let pairs = items(heap, op);
    dict.ma_used().set(0);
    if let Some(table) = dict.ma_keys().replace(None) {
        heap.free(table);
    }
    for (key, value) in pairs {
        drop(key);
        drop(value);
    }
}

fn get_hashed(heap: &Heap, op: Addr, key: Addr, hash: i64) -> Option<Addr> {
    let table = PyDictObject::at(heap.memory, op).ma_keys().get()?;
    let entry = keys::find(heap, table, key, hash)?;
    PyDictKeysObject::at(heap.memory, table)
        .me_value(entry)
        .get()
}

/// (`insertdict`.)
fn set_hashed(
    heap: &Heap,
    op: Addr,
    key: Addr,
    hash: i64,
    value: Addr,
) -> Result<Replaced, MemoryError> {
    let dict = PyDictObject::at(heap.memory, op);
    let is_str = is_exact(heap, key, index::STR);
    let table = match dict.ma_keys().get() {
        Some(table) => table,
        None => {
            let kind = [DictKeysKind::GENERAL, DictKeysKind::UNICODE][usize::from(is_str)];
            let table = keys::new(heap, keys::LOG_MINSIZE, kind)?;
            dict.ma_keys().set(Some(table));
            table
        }
    };
    if let Some(entry) = keys::find(heap, table, key, hash) {
        let table = PyDictKeysObject::at(heap.memory, table);
        let old = table.me_value(entry).replace(Some(value));
        (heap.slots(op).maintain_tracking)(heap, op, key, value);
        return Ok(Replaced {
            key: Some(key),
            value: old,
        });
    }
    let old = PyDictKeysObject::at(heap.memory, table);
    let must_widen = old.dk_kind().get() == DictKeysKind::UNICODE && !is_str;
    let table = match must_widen || old.dk_usable().get() == 0 {
        true => resize(heap, op, is_str)?,
        false => table,
    };
    let entry = keys::insert(heap.memory, table, key, hash);
    PyDictKeysObject::at(heap.memory, table)
        .me_value(entry)
        .set(Some(value));
    dict.ma_used().set(dict.ma_used().get() + 1);
    (heap.slots(op).maintain_tracking)(heap, op, key, value);
    Ok(Replaced::default())
}

/// Moves the pairs into a new table with room for three times as many (`GROWTH_RATE`), without the
/// deleted entries. (`insertion_resize` and `dictresize`.)
fn resize(heap: &Heap, op: Addr, adds_str: bool) -> Result<Addr, MemoryError> {
    let dict = PyDictObject::at(heap.memory, op);
    let pairs = items(heap, op);
    let Some(old) = dict.ma_keys().get() else {
        return keys::new(heap, keys::LOG_MINSIZE, DictKeysKind::GENERAL);
    };
    let was_unicode =
        PyDictKeysObject::at(heap.memory, old).dk_kind().get() == DictKeysKind::UNICODE;
    let kind = match was_unicode && adds_str {
        true => DictKeysKind::UNICODE,
        false => DictKeysKind::GENERAL,
    };
    let table = keys::new(heap, keys::log2_for(3 * dict.ma_used().get()), kind)?;
    for (key, value) in pairs {
        // A key that is in a dict has a hash.
        let hash = hash::hash(heap, key).unwrap_or_default();
        let entry = keys::insert(heap.memory, table, key, hash);
        PyDictKeysObject::at(heap.memory, table)
            .me_value(entry)
            .set(Some(value));
    }
    dict.ma_keys().set(Some(table));
    heap.free(old);
    Ok(table)
}
