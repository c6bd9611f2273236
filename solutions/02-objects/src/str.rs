//! `str`: characters behind a header, in one block.
//!
//! | characters | header | bytes per character | bytes of the object |
//! |---|---|---|---|
//! | all below 128 (ASCII) | 48 | 1 | 48 + n + 1 |
//! | all below 256 | 72 | 1 | 72 + n + 1 |
//! | all below 65,536 | 72 | 2 | 72 + 2 (n + 1) |
//! | others | 72 | 4 | 72 + 4 (n + 1) |
//!
//! The one character more is a 0 at the end, as C wants it.

use memory::object::{PyASCIIObject, PyCompactUnicodeObject, str_state};
use memory::{Addr, Heap, MemoryError, Root};

use crate::types::{index, type_at};
use crate::{dict, object};

/// `str.__basicsize__`, the size of `PyUnicodeObject`, a layout that the course does not use.
pub const BASICSIZE: u64 = 80;

/// The `str` with the characters of `text`, a new reference. (`PyUnicode_New` and
/// `PyUnicode_FromString`, `Objects/unicodeobject.c`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, text: &str) -> Result<Addr, MemoryError> {
    match text.is_ascii() {
        true => new_ascii(heap, text),
        false => new_wide(heap, text),
    }
}

/// The `str` with the characters of `text`, all of them ASCII, a new reference.
///
/// It is an object of type `str` ([`object::new`]) of 48 bytes, one for each character, and one
/// more for the 0 at the end. `length` is the number of characters and `hash` -1, *not known yet*.
/// `state` says: one byte per character ([`str_state::KIND_SHIFT`]), [`str_state::COMPACT`],
/// [`str_state::ASCII`] and [`str_state::READY`], and not interned. The characters stand at
/// [`data`](PyASCIIObject::data). Write `state` before you ask for that: it reads it.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new_ascii(heap: &Heap, text: &str) -> Result<Addr, MemoryError> {
    // task 2.5: the header, and the characters behind it
    let length = text.len() as u64;
    let ty = type_at(heap, index::STR);
    let op = object::new(heap, ty, PyASCIIObject::SIZE + length + 1)?;
    let object = PyASCIIObject::at(heap.memory, op);
    object.length().set(length);
    object.hash().set(-1);
    let kind = 1 << str_state::KIND_SHIFT;
    let state = kind | str_state::COMPACT | str_state::ASCII | str_state::READY;
    object.state().set(state);
    heap.memory.write_bytes(object.data(), text.as_bytes());
    Ok(op)
    // end task 2.5
}

/// The `str` with the characters of `text`, not all of them ASCII, a new reference. Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new_wide(heap: &Heap, text: &str) -> Result<Addr, MemoryError> {
    let largest = text.chars().map(u32::from).max().unwrap_or(0);
    let kind: u64 = match largest {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    };
    let length = text.chars().count() as u64;
    let size = PyCompactUnicodeObject::SIZE + kind * (length + 1);
    let op = object::new(heap, type_at(heap, index::STR), size)?;
    let object = PyASCIIObject::at(heap.memory, op);
    object.length().set(length);
    object.hash().set(-1);
    let kind_bits = (kind as u32) << str_state::KIND_SHIFT;
    object
        .state()
        .set(kind_bits | str_state::COMPACT | str_state::READY);
    let mut bytes = Vec::new();
    for character in text.chars() {
        bytes.extend_from_slice(&u32::from(character).to_le_bytes()[..kind as usize]);
    }
    heap.memory.write_bytes(object.data(), &bytes);
    Ok(op)
}

/// The number of characters of the `str` at `op`.
pub fn len(heap: &Heap, op: Addr) -> u64 {
    PyASCIIObject::at(heap.memory, op).length().get()
}

/// The bytes of the characters of the `str` at `op`, without the 0 at the end.
pub fn bytes(heap: &Heap, op: Addr) -> Vec<u8> {
    let object = PyASCIIObject::at(heap.memory, op);
    let size = object.length().get() * object.kind();
    heap.memory.read_bytes(object.data(), size)
}

/// The characters of the `str` at `op`, as Rust text.
pub fn to_string(heap: &Heap, op: Addr) -> String {
    let kind = PyASCIIObject::at(heap.memory, op).kind().max(1) as usize;
    let character = |bytes: &[u8]| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        char::from_u32(u32::from_le_bytes(word)).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    bytes(heap, op).chunks(kind).map(character).collect()
}

/// Whether the two `str` at `a` and `b` have the same characters. (`unicode_eq`.)
pub fn equal(heap: &Heap, a: Addr, b: Addr) -> bool {
    let (x, y) = (
        PyASCIIObject::at(heap.memory, a),
        PyASCIIObject::at(heap.memory, b),
    );
    a == b
        || x.length().get() == y.length().get()
            && x.kind() == y.kind()
            && bytes(heap, a) == bytes(heap, b)
}

/// The interned `str` with the characters of `text`: the only one of them that serves as a name.
/// Borrowed: the table of interned strings keeps it for as long as the process lives.
/// (`PyUnicode_InternFromString`, `Objects/unicodeobject.c`. CPython's table is not counted, and an
/// interned `str` that nobody else needs goes; names in code stay.)
///
/// The table is the dict that the root's `interned` names: each key is its own value. If it has an
/// equal `str` ([`dict::get_str`]), that one is the answer, and the `str` made for the look-up is given back
/// through [`object::free`]. Otherwise that `str` enters the table with [`dict::set_str`], which
/// steals both references (so the value's needs [`object::new_ref`]), and its state becomes
/// *interned* (1 in [`str_state::INTERNED`]). A new key replaces nothing, so what `set_str` returns
/// may go (`let _ =`). If the table cannot take the `str`, it is given back too.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn intern(heap: &Heap, text: &str) -> Result<Addr, MemoryError> {
    // task 2.5: one str for each spelling
    let table = Root::of(heap.memory).interned().get();
    let table = table.expect("the table of interned strings is made at start-up");
    let op = new(heap, text)?;
    if let Some(found) = dict::get_str(heap, table, op) {
        object::free(heap, op);
        return Ok(found);
    }
    if let Err(error) = dict::set_str(heap, table, op, object::new_ref(heap, op)) {
        object::free(heap, op);
        return Err(error);
    }
    let state = PyASCIIObject::at(heap.memory, op).state();
    state.set(state.get() | 1);
    Ok(op)
    // end task 2.5
}
