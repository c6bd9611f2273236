//! The structs of objects, as CPython 3.11 lays them out on a 64-bit machine.
//!
//! Offsets count from the address of the object, which is the address of its `PyObject` header.
//! What stands *in front of* it has negative offsets and a view of its own: the GC head
//! ([`PyGC_Head`]), and before that, for instances, two more words ([`PreHeader`]).

#![allow(non_camel_case_types)]

use crate::{Addr, Field, Memory, WORD, record};

/// `Py_TPFLAGS_HEAPTYPE`: the type was made by a class statement (`Include/object.h`).
pub const TPFLAGS_HEAPTYPE: u64 = 1 << 9;
/// `Py_TPFLAGS_HAVE_GC`: a GC head stands in front of each object of the type.
pub const TPFLAGS_HAVE_GC: u64 = 1 << 14;
/// `Py_TPFLAGS_MANAGED_DICT`: two words for attributes stand in front of the GC head (3.11).
pub const TPFLAGS_MANAGED_DICT: u64 = 1 << 4;

record! {
    /// What every object begins with (`struct _object`, `Include/object.h`).
    pub struct PyObject[16] {
        /// How many references to the object exist.
        0 => ob_refcnt: u64,
        /// The type of the object, itself an object.
        8 => ob_type: Addr,
    }

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
        // 104..112: unused, so that the struct is a multiple of 16 bytes.
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
        /// A set of bits: interned 0..2, kind 2..5 (bytes per character), compact 5, ascii 6.
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

impl<'m> PyLongObject<'m> {
    /// Digit `index`, 30 bits.
    #[inline]
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
    #[inline]
    #[must_use]
    pub fn ob_item(self, index: u64) -> Field<'m, Option<Addr>> {
        Field::at(
            self.memory(),
            self.addr().plus(PyTupleObject::SIZE + WORD * index),
        )
    }
}

impl<'m> PyListObject<'m> {
    /// The place of item `index` in the block at `ob_item`.
    ///
    /// # Panics
    /// If the list has no such block.
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn item(self, index: u64) -> Field<'m, Option<Addr>> {
        match self.ob_item().get() {
            Some(items) => Field::at(self.memory(), items.plus(WORD * index)),
            None => panic!("the list at {} has no block for items", self.addr()),
        }
    }
}

impl<'m> PyGC_Head<'m> {
    /// The head of the object at `op` (`AS_GC`).
    #[inline]
    #[must_use]
    pub fn of(memory: &'m Memory, op: Addr) -> PyGC_Head<'m> {
        PyGC_Head::at(memory, op.minus(PyGC_Head::SIZE))
    }
}

impl<'m> PreHeader<'m> {
    /// The words in front of the GC head of the instance at `op`.
    #[inline]
    #[must_use]
    pub fn of(memory: &'m Memory, op: Addr) -> PreHeader<'m> {
        PreHeader::at(memory, op.minus(PyGC_Head::SIZE + PreHeader::SIZE))
    }
}
