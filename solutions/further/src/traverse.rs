//! What an object refers to, without a call for each reference.
//!
//! A slot is called through a pointer, and calls a visitor through another one for each reference.
//! The types that most objects have are known here, so that the compiler puts traversal and visitor
//! into one loop. Any other type goes through its slot.

use memory::object::{
    DictKeysKind, PreHeader, PyDictKeysObject, PyDictObject, PyDictValues, PyGC_Head,
    PyTupleObject, PyTypeObject,
};
use memory::{Addr, Field, Heap, WORD, record};
use objects::types::type_at;

use cycles::index;

/// The types that are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `list`
    List,
    /// `tuple`
    Tuple,
    /// `dict`
    Dict,
    /// An instance of a class that a class statement made.
    Instance,
    /// Any other.
    Other,
}

/// The addresses of the known types.
#[derive(Clone, Copy, Debug)]
pub struct Kinds {
    list: Addr,
    tuple: Addr,
    dict: Addr,
}

impl Kinds {
    /// Those of `heap`.
    #[must_use]
    pub fn of(heap: &Heap) -> Kinds {
        Kinds {
            list: type_at(heap, index::LIST),
            tuple: type_at(heap, index::TUPLE),
            dict: type_at(heap, index::DICT),
        }
    }

    /// Whether `ty` is `list`.
    #[inline(always)]
    #[must_use]
    pub fn is_list(self, ty: u64) -> bool {
        ty == self.list.get()
    }

    /// Which kind an object of type `ty` is.
    #[inline(always)]
    #[must_use]
    pub fn kind(self, heap: &Heap, ty: u64) -> Kind {
        if ty == self.list.get() {
            Kind::List
        } else if ty == self.tuple.get() {
            Kind::Tuple
        } else if ty == self.dict.get() {
            Kind::Dict
        } else if PyTypeObject::at_offset(heap.memory, ty).tp_slots().get() == index::INSTANCE {
            Kind::Instance
        } else {
            Kind::Other
        }
    }
}

record! {
    /// A container, beginning with its head.
    pub struct Container[48] {
        /// As in [`PyGC_Head`](memory::object::PyGC_Head).
        0 => _gc_next: u64,
        /// As there.
        8 => _gc_prev: u64,
        /// As in [`PyObject`](memory::object::PyObject).
        16 => ob_refcnt: u64,
        /// As there, but a number: nobody asks whether it is NULL.
        24 => ob_type: u64,
        /// Of a list.
        32 => ob_size: u64,
        /// Of a list.
        40 => ob_item: u64,
    }
}

impl Container<'_> {
    /// The object behind the head.
    #[inline(always)]
    #[must_use]
    pub fn op(self) -> Addr {
        self.addr().plus(PyGC_Head::SIZE)
    }

    /// The same, as an offset of the range.
    #[inline(always)]
    #[must_use]
    pub fn op_at(self) -> u64 {
        self.addr().get().wrapping_add(PyGC_Head::SIZE)
    }
}

/// Calls `visit` for each reference of `container`, which is of kind `kind`, in the order of its
/// `traverse` slot.
#[inline(always)]
pub fn traverse(heap: &Heap, container: Container, kind: Kind, visit: &mut impl FnMut(Addr)) {
    if kind == Kind::List {
        traverse_list(heap, container, &mut |item| {
            Addr::new(item).into_iter().for_each(&mut *visit);
        });
    } else {
        traverse_other(heap, container.op(), kind, visit);
    }
}

/// [`traverse`] for a list, in the caller's own loop. `visit` gets the items as they stand there, NULL
/// included.
#[inline(always)]
pub fn traverse_list(heap: &Heap, container: Container, visit: &mut impl FnMut(u64)) {
    let items = container.ob_item().get();
    for number in (0..container.ob_size().get()).rev() {
        visit(Field::<u64>::behind(heap.memory, items, WORD.wrapping_mul(number)).get());
    }
}

/// [`traverse`] for an object that is no list, in a function of its own.
#[inline(never)]
pub fn traverse_other(heap: &Heap, op: Addr, kind: Kind, visit: &mut impl FnMut(Addr)) {
    match kind {
        Kind::Tuple => {
            let tuple = PyTupleObject::at(heap.memory, op);
            let items = op.get().wrapping_add(PyTupleObject::SIZE);
            each_reversed(heap, items, tuple.ob_size().get() as u64, visit);
        }
        Kind::Dict => dict(heap, op, visit),
        Kind::Instance => instance(heap, op, visit),
        Kind::List | Kind::Other => (heap.slots(op).traverse)(heap, op, visit),
    }
}

#[inline(always)]
fn each_reversed(heap: &Heap, items: u64, count: u64, visit: &mut impl FnMut(Addr)) {
    for number in (0..count).rev() {
        let item = Field::<Option<Addr>>::behind(heap.memory, items, WORD.wrapping_mul(number));
        if let Some(item) = item.get() {
            visit(item);
        }
    }
}

#[inline]
fn dict(heap: &Heap, op: Addr, visit: &mut impl FnMut(Addr)) {
    let Some(table) = PyDictObject::at(heap.memory, op).ma_keys().get() else {
        return;
    };
    let keys = PyDictKeysObject::at(heap.memory, table);
    let kind = keys.dk_kind().get();
    let size = PyDictKeysObject::entry_size(kind);
    // An entry ends with its key and its value.
    let mut entry = keys.entry(0).get().wrapping_add(size - 2 * WORD);
    for _ in 0..keys.dk_nentries().get() {
        if let Some(value) = Field::<Option<Addr>>::behind(heap.memory, entry, WORD).get() {
            visit(value);
            if kind != DictKeysKind::UNICODE
                && let Some(key) = Field::<Option<Addr>>::behind(heap.memory, entry, 0).get()
            {
                visit(key);
            }
        }
        entry = entry.wrapping_add(size);
    }
}

#[inline]
fn instance(heap: &Heap, op: Addr, visit: &mut impl FnMut(Addr)) {
    let front = PreHeader::of(heap.memory, op);
    let class = heap.type_of(op);
    if let Some(values) = front.values().get() {
        let values = PyDictValues::at(heap.memory, values);
        for number in 0..shared_count(heap, class) {
            if let Some(value) = values.value(number).get() {
                visit(value);
            }
        }
    }
    if let Some(dict) = front.dict().get() {
        visit(dict);
    }
    visit(class);
}

/// How many names the instances of `class` share.
#[inline]
pub(crate) fn shared_count(heap: &Heap, class: Addr) -> u64 {
    let keys = PyTypeObject::at(heap.memory, class).ht_cached_keys().get();
    keys.map_or(0, |keys| {
        PyDictKeysObject::at(heap.memory, keys).dk_nentries().get()
    })
}
