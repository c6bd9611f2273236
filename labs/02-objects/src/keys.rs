//! The table of keys that dicts, classes and instances use: open addressing, entries in the order of
//! their insertion. Given.
//!
//! ```text
//!  header | indices: 2^log2_size small numbers | entries: hash?, key, value | …room for more…
//! ```
//!
//! An index is the number of an entry, [`EMPTY`] or [`DUMMY`]. A key's first index is its hash
//! modulo the number of indices; if another key is there, the search goes on to `5 i + 1 + perturb`,
//! where `perturb` brings in the higher bits of the hash. (`Objects/dictobject.c`, 3.11.)

use memory::object::{DictKeysKind, PyDictKeysObject};
use memory::{Addr, Heap, Memory, MemoryError};

use crate::types::{index, is_exact};
use crate::{hash, operate, str};

/// The index of a slot that was never used (`DKIX_EMPTY`).
pub const EMPTY: i64 = -1;

/// The index of a slot whose entry was deleted (`DKIX_DUMMY`): a search goes on behind it.
pub const DUMMY: i64 = -2;

/// The binary logarithm of the smallest table's number of indices (`PyDict_LOG_MINSIZE`).
pub const LOG_MINSIZE: u8 = 3;

/// A new, empty table, which one owner holds. (`new_keys_object`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, log2_size: u8, kind: u8) -> Result<Addr, MemoryError> {
    let log2_index_bytes = match log2_size {
        ..8 => log2_size,
        8..16 => log2_size + 1,
        16.. => log2_size + 2,
    };
    let size = PyDictKeysObject::size_for(log2_size, log2_index_bytes, kind);
    let addr = heap.malloc(size)?;
    heap.memory.fill(addr, size, 0);
    let keys = PyDictKeysObject::at(heap.memory, addr);
    keys.dk_refcnt().set(1);
    keys.dk_log2_size().set(log2_size);
    keys.dk_log2_index_bytes().set(log2_index_bytes);
    keys.dk_kind().set(kind);
    keys.dk_usable().set((2 << log2_size) / 3);
    let indices = addr.plus(PyDictKeysObject::SIZE);
    heap.memory.fill(indices, 1 << log2_index_bytes, 0xff);
    Ok(addr)
}

/// The binary logarithm of the smallest number of indices that is a power of two and at least
/// `minsize`. (`calculate_log2_keysize`.)
pub fn log2_for(minsize: u64) -> u8 {
    let least = (1 << LOG_MINSIZE) - 1;
    let bits = u64::BITS - (minsize.saturating_sub(1) | least).leading_zeros();
    bits as u8
}

/// The number of the entry that has `key`, whose hash is `hash`.
pub fn find(heap: &Heap, keys: Addr, key: Addr, hash: i64) -> Option<u64> {
    let table = PyDictKeysObject::at(heap.memory, keys);
    let general = table.dk_kind().get() == DictKeysKind::GENERAL;
    let is_str = |op| is_exact(heap, op, index::STR);
    let equal = |found| match is_str(found) && is_str(key) {
        true => str::equal(heap, found, key),
        false => operate::equal(heap, found, key),
    };
    for slot in probe(table, hash) {
        let entry = match get_index(table, slot) {
            EMPTY => return None,
            DUMMY => continue,
            entry => entry as u64,
        };
        let Some(found) = table.me_key(entry).get() else {
            continue;
        };
        let same_hash = || match general {
            true => table.me_hash(entry).get() == hash,
            false => hash::hash_str(heap, found) == hash,
        };
        if found == key || same_hash() && equal(found) {
            return Some(entry);
        }
    }
    None
}

/// Adds an entry behind the last one; the table has room for it (`dk_usable` is not 0) and does not
/// have the key. It stores the reference to `key`. Returns the entry's number; its value is NULL.
pub fn insert(memory: &Memory, keys: Addr, key: Addr, hash: i64) -> u64 {
    let table = PyDictKeysObject::at(memory, keys);
    let entry = table.dk_nentries().get();
    place_index(table, hash, entry);
    if table.dk_kind().get() == DictKeysKind::GENERAL {
        table.me_hash(entry).set(hash);
    }
    table.me_key(entry).set(Some(key));
    table.dk_nentries().set(entry + 1);
    table.dk_usable().set(table.dk_usable().get() - 1);
    entry
}

/// Marks the slot that names `entry` as [`DUMMY`].
pub fn forget(memory: &Memory, keys: Addr, hash: i64, entry: u64) {
    let table = PyDictKeysObject::at(memory, keys);
    let slot = probe(table, hash).find(|&slot| get_index(table, slot) == entry as i64);
    if let Some(slot) = slot {
        set_index(table, slot, DUMMY);
    }
}

/// Writes `entry` into the first free slot for `hash`. (`find_empty_slot`.)
fn place_index(table: PyDictKeysObject, hash: i64, entry: u64) {
    let slot = probe(table, hash).find(|&slot| get_index(table, slot) < 0);
    if let Some(slot) = slot {
        set_index(table, slot, entry as i64);
    }
}

/// The slots in the order in which a key with this hash looks at them. The first `2^log2_size + 13`
/// of them visit each slot: `perturb` is 0 after 13 steps, and `5 i + 1` runs through all.
fn probe(table: PyDictKeysObject, hash: i64) -> impl Iterator<Item = u64> {
    let size = 1u64 << table.dk_log2_size().get();
    let mask = size - 1;
    let mut perturb = hash.cast_unsigned();
    let mut slot = perturb & mask;
    (0..size + 13).map(move |_| {
        let now = slot;
        perturb >>= 5;
        slot = slot.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1) & mask;
        now
    })
}

fn get_index(table: PyDictKeysObject, slot: u64) -> i64 {
    let memory = table.memory();
    match table.index_place(slot) {
        (place, 1) => i64::from(memory.load_u8(place) as i8),
        (place, 2) => {
            let bytes = [memory.load_u8(place), memory.load_u8(place.plus(1))];
            i64::from(i16::from_le_bytes(bytes))
        }
        (place, _) => i64::from(memory.load_u32(place) as i32),
    }
}

fn set_index(table: PyDictKeysObject, slot: u64, index: i64) {
    let memory = table.memory();
    match table.index_place(slot) {
        (place, 1) => memory.store_u8(place, index as u8),
        (place, 2) => memory.write_bytes(place, &(index as i16).to_le_bytes()),
        (place, _) => memory.store_u32(place, index as u32),
    }
}
