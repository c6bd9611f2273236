//! `set`: items without values. Given.
//!
//! Up to four items live in a table inside the object; a larger set has a second block. The search
//! looks at ten neighbours before it jumps. (`Objects/setobject.c`, 3.11.)

use memory::object::{PySetObject, SetEntry};
use memory::{Addr, Heap, MemoryError};

use crate::error::ObjectError;
use crate::types::{index, type_at};
use crate::{hash, operate};

/// How many neighbours a search looks at before it jumps (`LINEAR_PROBES`).
const LINEAR_PROBES: u64 = 9;

/// The number of entries of the table inside the object (`PySet_MINSIZE`).
const MINSIZE: u64 = 8;

/// A new empty set, a new reference. (`PySet_New`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap) -> Result<Addr, MemoryError> {
    let op = heap.alloc(type_at(heap, index::SET), 0)?;
    let set = PySetObject::at(heap.memory, op);
    set.mask().set(MINSIZE - 1);
    set.table().set(set.smalltable());
    set.hash().set(-1);
    Ok(op)
}

/// The number of items of the set at `op`.
pub fn len(heap: &Heap, op: Addr) -> u64 {
    PySetObject::at(heap.memory, op).used().get()
}

/// Whether the set at `op` has an item that equals `key`.
///
/// # Errors
/// [`ObjectError::Type`] if `key` cannot be hashed.
pub fn contains(heap: &Heap, op: Addr, key: Addr) -> Result<bool, ObjectError> {
    let hash = hash::hash(heap, key)?;
    Ok(matches!(search(heap, op, key, hash), Search::Found(_)))
}

/// Adds `key` and steals the reference to it. If the set has an equal item already, it keeps that
/// one and returns `key`, whose reference is then still the caller's. (`set_add_entry`.)
///
/// # Errors
/// [`ObjectError::Type`] if `key` cannot be hashed, and those of [`Heap::malloc`] if the table must
/// grow: the item is in the set then, and the table is as it was.
pub fn add(heap: &Heap, op: Addr, key: Addr) -> Result<Option<Addr>, ObjectError> {
    let hash = hash::hash(heap, key)?;
    let set = PySetObject::at(heap.memory, op);
    let entry = match search(heap, op, key, hash) {
        Search::Found(_) => return Ok(Some(key)),
        Search::Free(entry) => entry,
    };
    entry.key().set(Some(key));
    entry.hash().set(hash);
    set.fill().set(set.fill().get() + 1);
    set.used().set(set.used().get() + 1);
    if set.fill().get() * 5 >= set.mask().get() * 3 {
        let used = set.used().get();
        let minsize = if used > 50_000 { used * 2 } else { used * 4 };
        resize(heap, op, minsize)?;
    }
    Ok(None)
}

/// Takes the item that equals `key` out of the set and returns it: its reference is now the
/// caller's. `None` if there is none. (`set_discard_entry`.)
///
/// # Errors
/// [`ObjectError::Type`] if `key` cannot be hashed.
pub fn discard(heap: &Heap, op: Addr, key: Addr) -> Result<Option<Addr>, ObjectError> {
    let hash = hash::hash(heap, key)?;
    let Search::Found(entry) = search(heap, op, key, hash) else {
        return Ok(None);
    };
    let set = PySetObject::at(heap.memory, op);
    set.used().set(set.used().get() - 1);
    entry.hash().set(-1);
    Ok(entry.key().replace(Some(op)))
}

/// All items of the set at `op` in the order of its table, borrowed.
pub fn items(heap: &Heap, op: Addr) -> Vec<Addr> {
    let set = PySetObject::at(heap.memory, op);
    let item = |index| set.entry(index).key().get().filter(|&key| key != op);
    (0..=set.mask().get()).filter_map(item).collect()
}

/// Empties the set at `op`: each reference that it held is given to `drop` after the set has
/// forgotten it, and a table of its own is freed. (`set_clear_internal`.)
pub fn clear(heap: &Heap, op: Addr, drop: &mut dyn FnMut(Addr)) {
    let set = PySetObject::at(heap.memory, op);
    let items = items(heap, op);
    let table = set.table().replace(set.smalltable());
    if table != set.smalltable() {
        heap.free(table);
    }
    set.fill().set(0);
    set.used().set(0);
    set.mask().set(MINSIZE - 1);
    heap.memory
        .fill(set.smalltable(), SetEntry::SIZE * MINSIZE, 0);
    items.into_iter().for_each(drop);
}

enum Search<'m> {
    /// The entry that has the item.
    Found(SetEntry<'m>),
    /// The entry where the item would go.
    Free(SetEntry<'m>),
}

/// (`set_lookkey`.)
fn search<'m>(heap: &Heap<'m>, op: Addr, key: Addr, hash: i64) -> Search<'m> {
    let set = PySetObject::at(heap.memory, op);
    let mask = set.mask().get();
    let mut perturb = hash.cast_unsigned();
    let mut index = perturb & mask;
    loop {
        let more = match index + LINEAR_PROBES <= mask {
            true => LINEAR_PROBES,
            false => 0,
        };
        for index in index..=index + more {
            let entry = set.entry(index);
            match entry.key().get() {
                None => return Search::Free(entry),
                Some(found) if found == op => {}
                Some(found) if found == key => return Search::Found(entry),
                Some(found) => {
                    if entry.hash().get() == hash && operate::equal(heap, found, key) {
                        return Search::Found(entry);
                    }
                }
            }
        }
        perturb >>= 5;
        index = index.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
    }
}

/// (`set_table_resize`.)
fn resize(heap: &Heap, op: Addr, minsize: u64) -> Result<(), MemoryError> {
    let set = PySetObject::at(heap.memory, op);
    let mut size = MINSIZE;
    while size <= minsize {
        size *= 2;
    }
    let entries: Vec<(Addr, i64)> = (0..=set.mask().get())
        .map(|index| set.entry(index))
        .filter_map(|entry| Some((entry.key().get()?, entry.hash().get())))
        .filter(|&(key, _)| key != op)
        .collect();
    let bytes = SetEntry::SIZE * size;
    let table = match size {
        MINSIZE => set.smalltable(),
        _ => heap.malloc(bytes)?,
    };
    heap.memory.fill(table, bytes, 0);
    let old = set.table().replace(table);
    set.mask().set(size - 1);
    set.fill().set(set.used().get());
    for (key, hash) in entries {
        if let Search::Free(entry) = search(heap, op, key, hash) {
            entry.key().set(Some(key));
            entry.hash().set(hash);
        }
    }
    if old != set.smalltable() && old != table {
        heap.free(old);
    }
    Ok(())
}
