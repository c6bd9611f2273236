//! Types are objects: a header, and what the manager must know of each object of the type.

use memory::object::{
    PyDictObject, PyFloatObject, PyFunctionObject, PyInstance, PyListObject, PyLongObject,
    PyObject, PySetObject, PyTupleObject, PyTypeObject, TPFLAGS_HAVE_GC,
};
use memory::{Addr, Heap, MemoryError, Root, Slots, WORD, frame};
use regions::{load_c_string, static_alloc};

use crate::object::{clear_nothing, free, generic_alloc, leak, traverse_nothing};
use crate::{dict, str};

/// The places of the types in the slot table. A later lab's table keeps them, and adds its own
/// behind [`COUNT`](index::COUNT).
pub mod index {
    /// `type`
    pub const TYPE: u64 = 0;
    /// `object`
    pub const OBJECT: u64 = 1;
    /// `NoneType`
    pub const NONE: u64 = 2;
    /// `int`
    pub const INT: u64 = 3;
    /// `bool`
    pub const BOOL: u64 = 4;
    /// `float`
    pub const FLOAT: u64 = 5;
    /// `str`
    pub const STR: u64 = 6;
    /// `tuple`
    pub const TUPLE: u64 = 7;
    /// `list`
    pub const LIST: u64 = 8;
    /// `dict`
    pub const DICT: u64 = 9;
    /// `set`
    pub const SET: u64 = 10;
    /// `function`
    pub const FUNCTION: u64 = 11;
    /// What all classes share that a class statement makes. There is no type object for it.
    pub const INSTANCE: u64 = 12;
    /// How many entries this lab's table has.
    pub const COUNT: usize = 13;
}

/// `object`: what the other types are made from.
pub const OBJECT: Slots = Slots {
    name: "object",
    basicsize: PyObject::SIZE,
    itemsize: 0,
    gc: false,
    alloc: generic_alloc,
    dealloc: leak,
    traverse: traverse_nothing,
    clear: clear_nothing,
    free,
    ..Slots::BASE
};

/// `type`, the type of types.
pub const TYPE: Slots = Slots {
    name: "type",
    basicsize: PyTypeObject::SIZE,
    gc: true,
    ..OBJECT
};

/// `NoneType`, whose only object is `None`.
pub const NONE: Slots = Slots {
    name: "NoneType",
    ..OBJECT
};

/// `int`: its items are digits of 4 bytes.
pub const INT: Slots = Slots {
    name: "int",
    basicsize: PyLongObject::SIZE,
    itemsize: 4,
    ..OBJECT
};

/// `bool`, a subtype of `int` with two objects.
pub const BOOL: Slots = Slots {
    name: "bool",
    ..INT
};

/// `float`.
pub const FLOAT: Slots = Slots {
    name: "float",
    basicsize: PyFloatObject::SIZE,
    ..OBJECT
};

/// `str`. Its objects have several layouts, so `str` takes its memory itself.
pub const STR: Slots = Slots {
    name: "str",
    basicsize: str::BASICSIZE,
    ..OBJECT
};

/// `tuple`: its items are addresses behind the header.
pub const TUPLE: Slots = Slots {
    name: "tuple",
    basicsize: PyTupleObject::SIZE,
    itemsize: WORD,
    gc: true,
    ..OBJECT
};

/// `list`: its items are in a block of their own.
pub const LIST: Slots = Slots {
    name: "list",
    basicsize: PyListObject::SIZE,
    gc: true,
    ..OBJECT
};

/// `dict`.
pub const DICT: Slots = Slots {
    name: "dict",
    basicsize: PyDictObject::SIZE,
    gc: true,
    ..OBJECT
};

/// `set`.
pub const SET: Slots = Slots {
    name: "set",
    basicsize: PySetObject::SIZE,
    gc: true,
    ..OBJECT
};

/// `function`.
pub const FUNCTION: Slots = Slots {
    name: "function",
    basicsize: PyFunctionObject::SIZE,
    gc: true,
    ..OBJECT
};

/// What all classes share that a class statement makes.
pub const INSTANCE: Slots = Slots {
    name: "instance",
    basicsize: PyInstance::SIZE,
    gc: true,
    ..OBJECT
};

/// The slot table of this lab, in the order of [`index`].
pub const TYPES: &[Slots] = &[
    TYPE, OBJECT, NONE, INT, BOOL, FLOAT, STR, TUPLE, LIST, DICT, SET, FUNCTION, INSTANCE,
];

/// The type object with this place in the slot table: `type_at(heap, index::LIST)` is `list`.
///
/// # Panics
/// If there is none: [`start`](crate::start()) has not run, or it is [`index::INSTANCE`].
#[track_caller]
pub fn type_at(heap: &Heap, index: u64) -> Addr {
    let types = Root::of(heap.memory).types().get();
    let place = types.and_then(|types| Addr::new(heap.memory.load(types.plus(WORD * index))));
    match place {
        Some(ty) => ty,
        None => {
            let name = heap
                .types
                .get(index as usize)
                .map_or("", |slots| slots.name);
            panic!("there is no type object {name} (yet): number {index} of the slot table")
        }
    }
}

/// Fills in the type object at `ty` for entry `index` of the slot table (`heap.types`).
///
/// The bytes at `ty` are static storage and read as zeros; what is NULL or 0 in a type needs no
/// writing. `type_type` is the type object `type`, and `base` the base class, NULL for `object`.
///
/// * It is an object with one reference, and its type is `type_type`. (It is static, so its header
///   is written here and not by [`object::init`](crate::object::init), which needs a finished type.)
/// * `tp_name` is the address of the slots' name as a C string ([`regions::load_c_string`]).
/// * `tp_basicsize` and `tp_itemsize` are the slots'; `tp_slots` is `index`; `tp_base` is `base`.
/// * `tp_flags` has [`TPFLAGS_HAVE_GC`] if the slots say `gc`, and nothing else.
///
/// # Errors
/// Those of [`regions::load_c_string`].
pub fn init_type(
    heap: &Heap,
    ty: Addr,
    index: u64,
    type_type: Addr,
    base: Option<Addr>,
) -> Result<(), MemoryError> {
    todo!("2.2 a header, and what the slots say")
}

/// Makes the static types: a type object in the data region for each entry of the slot table, and
/// the table of their addresses that the root's `types` and `ntypes` name.
///
/// The table comes first: one word for each entry of `heap.types`, in static storage
/// ([`static_alloc`]). Then the type objects, in the order of the slot table, each
/// [`PyTypeObject::SIZE`] bytes of static storage, filled in by [`init_type`]. There is none for
/// [`index::INSTANCE`], whose word in the table stays 0. `ntypes` is the number of entries,
/// `INSTANCE`'s included. [`base_of`] says which base class each has.
///
/// `type` is the first of them. Its own type is `type`: the address is known before the object is
/// finished. `object` is the base of `type` in the same way: take all the addresses first.
///
/// # Errors
/// Those of [`static_alloc`] and [`init_type`].
pub fn init_types(heap: &Heap) -> Result<(), MemoryError> {
    todo!("2.2 the table of types, and a type object for each entry")
}

/// The base class of the static type with this place in the slot table, once the table of the types
/// is there: NULL for `object`, `int` for `bool`, `object` for every other. Given.
pub fn base_of(heap: &Heap, index: u64) -> Option<Addr> {
    match index {
        index::OBJECT => None,
        index::BOOL => Some(type_at(heap, index::INT)),
        _ => Some(type_at(heap, index::OBJECT)),
    }
}

/// Whether `ty` is `ancestor` or has it among its base classes. (`PyType_IsSubtype`,
/// `Objects/typeobject.c`.) `bool` is a subtype of `int`.
pub fn is_subtype(heap: &Heap, ty: Addr, ancestor: Addr) -> bool {
    todo!("2.2 follow the base classes")
}

/// Whether `op` is an object of exactly the type with this place in the slot table
/// (`PyList_CheckExact` and its like).
pub fn is_exact(heap: &Heap, op: Addr, index: u64) -> bool {
    heap.type_of(op) == type_at(heap, index)
}

/// The name of the type at `ty`, for messages.
pub fn name(heap: &Heap, ty: Addr) -> String {
    frame::c_string(
        heap.memory,
        PyTypeObject::at(heap.memory, ty).tp_name().get(),
    )
}

/// What the class at `ty` or one of its base classes has under the interned name `name`, borrowed.
/// (`_PyType_Lookup`, `Objects/typeobject.c`.)
pub fn lookup(heap: &Heap, ty: Addr, name: Addr) -> Option<Addr> {
    let mut class = Some(ty);
    while let Some(ty) = class {
        let object = PyTypeObject::at(heap.memory, ty);
        let found = (object.tp_dict().get()).and_then(|names| dict::get_str(heap, names, name));
        if found.is_some() {
            return found;
        }
        class = object.tp_base().get();
    }
    None
}
