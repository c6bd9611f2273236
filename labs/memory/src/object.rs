//! The structs of objects, as CPython 3.11 lays them out on a 64-bit machine.
//!
//! Offsets count from the address of the object, which is the address of its `PyObject` header.
//! What stands *in front of* it has negative offsets and a view of its own: the GC head
//! ([`PyGC_Head`]), and before that, for instances, two more words ([`PreHeader`]).

#![allow(non_camel_case_types)]

use crate::{Addr, Field, Memory, WORD, record};

/// `Py_TPFLAGS_HEAPTYPE`: the type was made by a class statement (`Include/object.h`). Each of its
/// instances holds a reference to it.
pub const TPFLAGS_HEAPTYPE: u64 = 1 << 9;
/// `Py_TPFLAGS_HAVE_GC`: a GC head stands in front of each object of the type.
pub const TPFLAGS_HAVE_GC: u64 = 1 << 14;
/// `Py_TPFLAGS_TYPE_SUBCLASS`: the objects of the type are types themselves. Of these only the ones
/// made by a class statement have a GC head (CPython asks `tp_is_gc`). Lab 4 sets it for `type`.
pub const TPFLAGS_TYPE_SUBCLASS: u64 = 1 << 31;
/// `Py_TPFLAGS_MANAGED_DICT`: two words for attributes stand in front of the GC head (3.11).
pub const TPFLAGS_MANAGED_DICT: u64 = 1 << 4;

record! {
    // ANCHOR: py_object
    /// What every object begins with (`struct _object`, `Include/object.h`).
    pub struct PyObject[16] {
        /// How many references to the object exist.
        0 => ob_refcnt: u64,
        /// The type of the object, itself an object.
        8 => ob_type: Addr,
    }
    // ANCHOR_END: py_object

    /// What objects with a varying number of items begin with (`PyVarObject`).
    pub struct PyVarObject[24] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of items; of an int, its digits, negative for a negative int.
        16 => ob_size: i64,
    }

    /// A type (`struct _typeobject`, `Include/cpython/object.h`): those of CPython's fields that the
    /// course uses, in CPython's order. (CPython's own struct is 408 bytes.)
    pub struct PyTypeObject[112] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`]; the type of `type` is `type`.
        8 => ob_type: Addr,
        /// As in [`PyVarObject`].
        16 => ob_size: i64,
        /// The address of the type's name, a C string.
        24 => tp_name: Addr,
        /// The size of an instance in bytes, without its items.
        32 => tp_basicsize: u64,
        /// The size of one item in bytes.
        40 => tp_itemsize: u64,
        /// The index into the slot table. It stands for CPython's function pointers.
        48 => tp_slots: u64,
        /// The `Py_TPFLAGS_…`.
        56 => tp_flags: u64,
        /// The base class.
        64 => tp_base: Option<Addr>,
        /// The class's own attributes, a dict.
        72 => tp_dict: Option<Addr>,
        /// Where in an instance the list of its weak references begins, in bytes; 0 if it has none.
        80 => tp_weaklistoffset: u64,
        /// The names of the instances' attributes, shared by all of them (`ht_cached_keys`).
        88 => ht_cached_keys: Option<Addr>,
        /// The weak references to this type (`tp_weaklist`).
        96 => tp_weaklist: Option<Addr>,
        /// The class's name, a `str`; NULL for a static type (`ht_name`).
        104 => ht_name: Option<Addr>,
    }

    /// `int`: its value in digits of 30 bits, the lowest first, each in 4 bytes
    /// (`struct _longobject`, `Include/cpython/longintrepr.h`).
    pub struct PyLongObject[24] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of digits; negative for a negative int, 0 for zero.
        16 => ob_size: i64,
        // 24: ob_digit
    }

    /// `float` (`Include/cpython/floatobject.h`).
    pub struct PyFloatObject[24] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The value.
        16 => ob_fval: f64,
    }

    /// A `str` of ASCII characters: the characters follow at offset 48, one byte each, and a 0 byte
    /// (`PyASCIIObject`, `Include/cpython/unicodeobject.h`).
    pub struct PyASCIIObject[48] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of characters.
        16 => length: u64,
        /// The hash, or -1 while it was never needed.
        24 => hash: i64,
        /// A set of bits: interned 0..2, kind 2..5 (bytes per character), compact 5, ascii 6,
        /// ready 7. See [`str_state`].
        32 => state: u32,
        /// Unused (`wstr`); CPython 3.12 dropped it.
        40 => wstr: Option<Addr>,
    }

    /// A `str` with other characters: they follow at offset 72, 1, 2 or 4 bytes each, and a 0
    /// (`PyCompactUnicodeObject`).
    pub struct PyCompactUnicodeObject[72] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of characters.
        16 => length: u64,
        /// As in [`PyASCIIObject`].
        24 => hash: i64,
        /// As in [`PyASCIIObject`].
        32 => state: u32,
        /// Unused.
        40 => wstr: Option<Addr>,
        /// Bytes of the UTF-8 form, if it was ever needed.
        48 => utf8_length: u64,
        /// The UTF-8 form, or NULL.
        56 => utf8: Option<Addr>,
        /// Unused.
        64 => wstr_length: u64,
    }

    // ANCHOR: py_list
    /// `list`: its items are in a block of their own (`Include/cpython/listobject.h`).
    pub struct PyListObject[40] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of items, `len(list)`.
        16 => ob_size: i64,
        /// The block with the addresses of the items, or NULL while there are none.
        24 => ob_item: Option<Addr>,
        /// How many addresses that block has room for.
        32 => allocated: u64,
    }
    // ANCHOR_END: py_list

    /// `tuple`: the addresses of its items follow (`Include/cpython/tupleobject.h`).
    pub struct PyTupleObject[24] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of items.
        16 => ob_size: i64,
        // 24: ob_item
    }

    /// `dict` (`Include/cpython/dictobject.h`).
    pub struct PyDictObject[48] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The number of pairs, `len(dict)`.
        16 => ma_used: u64,
        /// Unused (a number that changes with the dict).
        24 => ma_version_tag: u64,
        /// The table of keys.
        32 => ma_keys: Option<Addr>,
        /// The values, where the keys are shared with other instances; otherwise NULL.
        40 => ma_values: Option<Addr>,
    }

    /// The table of keys of a `dict` (`struct _dictkeysobject`, `Include/internal/pycore_dict.h`).
    ///
    /// Behind these fields follow `2^dk_log2_index_bytes` bytes of indices, then the entries, in the
    /// order of their insertion. See the methods for both.
    pub struct PyDictKeysObject[32] {
        /// How many dicts, classes and instances share the table.
        0 => dk_refcnt: u64,
        /// The binary logarithm of the number of indices.
        8 => dk_log2_size: u8,
        /// The binary logarithm of the bytes that the indices take.
        9 => dk_log2_index_bytes: u8,
        /// Which kind of entries it has: one of [`DictKeysKind`]'s numbers.
        10 => dk_kind: u8,
        /// Unused (a number that changes with the keys).
        12 => dk_version: u32,
        /// How many entries can still be added.
        16 => dk_usable: u64,
        /// How many entries were added, those included that were deleted again.
        24 => dk_nentries: u64,
    }

    /// `set` (`Include/cpython/setobject.h`). A set of up to four items needs no block of its own:
    /// its table is `smalltable`.
    pub struct PySetObject[200] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// Entries in use and deleted ones.
        16 => fill: u64,
        /// Entries in use, `len(set)`.
        24 => used: u64,
        /// The number of entries in the table less one.
        32 => mask: u64,
        /// The table: where `smalltable` lies, or a block of its own.
        40 => table: Addr,
        /// Unused (the hash of a frozenset).
        48 => hash: i64,
        /// Unused (where `pop` looks next).
        56 => finger: u64,
        // 64..192: smalltable, eight entries
        /// The first of the weak references to it.
        192 => weakreflist: Option<Addr>,
    }

    /// One entry of a set's table.
    pub struct SetEntry[16] {
        /// The item; NULL if the entry was never used. The address of the set itself stands for a
        /// deleted item (CPython has a `dummy` object for that).
        0 => key: Option<Addr>,
        /// The item's hash; -1 for a deleted one.
        8 => hash: i64,
    }

    /// `function` (`Include/cpython/funcobject.h`).
    pub struct PyFunctionObject[136] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The dict of the module's global names.
        16 => func_globals: Option<Addr>,
        /// Unused: the dict of the built-in names.
        24 => func_builtins: Option<Addr>,
        /// `__name__`, a `str`.
        32 => func_name: Option<Addr>,
        /// `__qualname__`, a `str`.
        40 => func_qualname: Option<Addr>,
        /// The code. In CPython an object in the heap; here a [`Code`](crate::Code) record in the
        /// text region, which is not counted.
        48 => func_code: Addr,
        /// The default values of the last parameters, a tuple, or NULL.
        56 => func_defaults: Option<Addr>,
        /// The default values of keyword-only parameters, a dict, or NULL.
        64 => func_kwdefaults: Option<Addr>,
        /// The cells of an enclosing function, a tuple, or NULL.
        72 => func_closure: Option<Addr>,
        /// `__doc__`.
        80 => func_doc: Option<Addr>,
        /// `__dict__`, or NULL.
        88 => func_dict: Option<Addr>,
        /// The first of the weak references to it.
        96 => func_weakreflist: Option<Addr>,
        /// `__module__`.
        104 => func_module: Option<Addr>,
        /// `__annotations__`, or NULL.
        112 => func_annotations: Option<Addr>,
        // 120: vectorcall, 128: func_version
    }

    /// An instance of a class (`class Car: …`): nothing but the header and its weak references. Its
    /// attributes are found from in front of it ([`PreHeader`]).
    pub struct PyInstance[24] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The first of the weak references to it.
        16 => weaklist: Option<Addr>,
    }

    /// A weak reference (`struct _PyWeakReference`, `Include/cpython/weakrefobject.h`).
    pub struct PyWeakReference[64] {
        /// As in [`PyObject`].
        0 => ob_refcnt: u64,
        /// As in [`PyObject`].
        8 => ob_type: Addr,
        /// The object that it refers to without being counted; `None` the object once that is gone.
        16 => wr_object: Addr,
        /// What is called when the object is gone, or NULL.
        24 => wr_callback: Option<Addr>,
        /// The hash of the object, or -1.
        32 => hash: i64,
        /// The weak reference before it in the object's list.
        40 => wr_prev: Option<Addr>,
        /// The weak reference after it.
        48 => wr_next: Option<Addr>,
        // 56: vectorcall
    }

    /// The head of an object that the cycle collector looks at: two words in front of the object
    /// (`PyGC_Head`, `Include/internal/pycore_gc.h`). Both 0: the object is not tracked.
    pub struct PyGC_Head[16] {
        /// The next object's head in its generation's list.
        0 => _gc_next: u64,
        /// The previous one's, and flags in its low bits.
        8 => _gc_prev: u64,
    }

    /// The two words in front of an instance's GC head (3.11, `Objects/dictobject.c`,
    /// `_PyObject_ValuesPointer` and `_PyObject_ManagedDictPointer`).
    pub struct PreHeader[16] {
        /// The block with the values of the attributes, in the order of the class's shared keys; NULL
        /// once the instance has a dict.
        0 => values: Option<Addr>,
        /// The instance's dict, or NULL until `__dict__` is touched.
        8 => dict: Option<Addr>,
    }
}

/// The bits of [`PyASCIIObject`]'s `state` in CPython 3.11.
pub mod str_state {
    /// The two bits that say whether the str is interned: not 0 if it is.
    pub const INTERNED: u32 = 0b11;
    /// How far the `kind` is shifted: 1, 2 or 4 bytes per character, in three bits.
    pub const KIND_SHIFT: u32 = 2;
    /// The characters follow the struct directly.
    pub const COMPACT: u32 = 1 << 5;
    /// Every character is ASCII.
    pub const ASCII: u32 = 1 << 6;
    /// The characters are in place.
    pub const READY: u32 = 1 << 7;
}

/// The kinds of a dict's table of keys (`DictKeysKind`, `Include/internal/pycore_dict.h`).
pub struct DictKeysKind;

impl DictKeysKind {
    /// Keys of any type. An entry is hash, key and value: 24 bytes.
    pub const GENERAL: u8 = 0;
    /// Keys of type `str` only. An entry is key and value, 16 bytes; the hash is in the `str`.
    pub const UNICODE: u8 = 1;
    /// Keys of type `str`, shared by the instances of a class; the values lie elsewhere
    /// ([`PyDictValues`]). An entry is 16 bytes.
    pub const SPLIT: u8 = 2;
}

impl<'m> PyDictKeysObject<'m> {
    /// The size in bytes of one entry of a table of kind `kind`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn entry_size(kind: u8) -> u64 {
        if kind == DictKeysKind::GENERAL {
            24
        } else {
            16
        }
    }

    /// The size in bytes of the whole table: the struct, the indices, and room for two entries for
    /// every three indices (of shared keys as well, though no more than 30 are used).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn size_for(log2_size: u8, log2_index_bytes: u8, kind: u8) -> u64 {
        let entries = (2 << log2_size) / 3;
        PyDictKeysObject::SIZE + (1 << log2_index_bytes) + Self::entry_size(kind) * entries
    }

    /// The size in bytes of this table.
    #[must_use]
    pub fn size(self) -> u64 {
        Self::size_for(
            self.dk_log2_size().get(),
            self.dk_log2_index_bytes().get(),
            self.dk_kind().get(),
        )
    }

    /// The place of index `slot`, as bytes: its address and how many bytes it has (1, 2 or 4). It
    /// holds a signed number: that of an entry, -1 for an empty slot, -2 for a deleted entry's.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn index_place(self, slot: u64) -> (Addr, u64) {
        let bytes = 1 << (self.dk_log2_index_bytes().get() - self.dk_log2_size().get());
        (
            self.addr().plus(PyDictKeysObject::SIZE + bytes * slot),
            bytes,
        )
    }

    /// Where entry `index` begins.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn entry(self, index: u64) -> Addr {
        let indices = 1 << self.dk_log2_index_bytes().get();
        let size = Self::entry_size(self.dk_kind().get());
        self.addr()
            .plus(PyDictKeysObject::SIZE + indices + size * index)
    }

    /// The key of entry `index`; NULL if the entry was deleted.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn me_key(self, index: u64) -> Field<'m, Option<Addr>> {
        let before = Self::entry_size(self.dk_kind().get()) - 16;
        Field::at(self.memory(), self.entry(index).plus(before))
    }

    /// The value of entry `index`; NULL if the entry was deleted, or the keys are shared.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn me_value(self, index: u64) -> Field<'m, Option<Addr>> {
        let before = Self::entry_size(self.dk_kind().get()) - 8;
        Field::at(self.memory(), self.entry(index).plus(before))
    }

    /// The stored hash of entry `index`, for a table of kind [`DictKeysKind::GENERAL`].
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn me_hash(self, index: u64) -> Field<'m, i64> {
        Field::at(self.memory(), self.entry(index))
    }
}

/// The values of an instance's attributes, in the order of the class's shared keys
/// (`PyDictValues`, `Include/internal/pycore_dict.h`; `new_values` in `Objects/dictobject.c`, 3.11).
///
/// The address is that of value 0. In front of it, in the same block, stands a prefix of bytes: the
/// last one is the prefix's size, the one before it counts the values that are set, and before that,
/// backwards, stands the index of each of these in the order in which they were set.
#[derive(Clone, Copy, Debug)]
pub struct PyDictValues<'m> {
    memory: &'m Memory,
    addr: Addr,
}

impl<'m> PyDictValues<'m> {
    /// The values at `addr`. Nothing is read or written.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn at(memory: &'m Memory, addr: Addr) -> Self {
        PyDictValues { memory, addr }
    }

    /// The size of the prefix for room for `capacity` values, in bytes.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn prefix_for(capacity: u64) -> u64 {
        (capacity + 2).next_multiple_of(WORD)
    }

    /// The size of the whole block for room for `capacity` values, in bytes.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn size_for(capacity: u64) -> u64 {
        Self::prefix_for(capacity) + WORD * capacity
    }

    /// Where value 0 lies.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn addr(self) -> Addr {
        self.addr
    }

    /// The size of the prefix in bytes. The block begins so many bytes before the values.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn prefix(self) -> Field<'m, u8> {
        Field::at(self.memory, self.addr.minus(1))
    }

    /// How many values are set.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn used(self) -> Field<'m, u8> {
        Field::at(self.memory, self.addr.minus(2))
    }

    /// The index of the value that was set as number `n` (the first is number 0).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn order(self, n: u64) -> Field<'m, u8> {
        Field::at(self.memory, self.addr.minus(3 + n))
    }

    /// The place of value `index`; NULL if the instance does not have this attribute.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn value(self, index: u64) -> Field<'m, Option<Addr>> {
        Field::at(self.memory, self.addr.plus(WORD * index))
    }

    /// Where the block begins.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn block(self) -> Addr {
        self.addr.minus(u64::from(self.prefix().get()))
    }
}

impl<'m> PySetObject<'m> {
    /// Where the set's own table of eight entries lies.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn smalltable(self) -> Addr {
        self.addr().plus(64)
    }

    /// Entry `index` of the table.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn entry(self, index: u64) -> SetEntry<'m> {
        let table = self.table().get();
        SetEntry::at(self.memory(), table.plus(SetEntry::SIZE * index))
    }
}

impl<'m> PyASCIIObject<'m> {
    /// How many bytes each character takes: 1, 2 or 4.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn kind(self) -> u64 {
        u64::from(self.state().get() >> str_state::KIND_SHIFT & 0b111)
    }

    /// Whether every character is ASCII.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn is_ascii(self) -> bool {
        self.state().get() & str_state::ASCII != 0
    }

    /// Where the first character lies: behind this struct, or behind the larger
    /// [`PyCompactUnicodeObject`] if not every character is ASCII.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn data(self) -> Addr {
        let header = match self.is_ascii() {
            true => PyASCIIObject::SIZE,
            false => PyCompactUnicodeObject::SIZE,
        };
        self.addr().plus(header)
    }
}

impl<'m> PyLongObject<'m> {
    /// Digit `index`, 30 bits.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn ob_digit(self, index: u64) -> Field<'m, u32> {
        Field::at(
            self.memory(),
            self.addr().plus(PyLongObject::SIZE + 4 * index),
        )
    }
}

impl<'m> PyTupleObject<'m> {
    /// The place of item `index`; NULL while the tuple is being filled.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn ob_item(self, index: u64) -> Field<'m, Option<Addr>> {
        let offset = PyTupleObject::SIZE.wrapping_add(WORD.wrapping_mul(index));
        Field::behind(self.memory, self.at, offset)
    }
}

impl<'m> PyListObject<'m> {
    /// The place of item `index` in the block at `ob_item`.
    ///
    /// # Panics
    /// If the list has no such block.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn item(self, index: u64) -> Field<'m, Option<Addr>> {
        match self.ob_item().get() {
            Some(items) => Field::behind(self.memory, items.get(), WORD.wrapping_mul(index)),
            None => panic!("the list at {} has no block for items", self.addr()),
        }
    }
}

impl<'m> PyGC_Head<'m> {
    /// The head of the object at `op` (`AS_GC`).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of(memory: &'m Memory, op: Addr) -> PyGC_Head<'m> {
        PyGC_Head::at_offset(memory, op.get().wrapping_sub(PyGC_Head::SIZE))
    }
}

impl<'m> PreHeader<'m> {
    /// The words in front of the GC head of the instance at `op`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of(memory: &'m Memory, op: Addr) -> PreHeader<'m> {
        PreHeader::at_offset(
            memory,
            op.get().wrapping_sub(PyGC_Head::SIZE + PreHeader::SIZE),
        )
    }
}
