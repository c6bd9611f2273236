//! The slot tables of this lab: lab 2's types with your deallocators in them. Given.
//!
//! Each table adds to the one before it what the next tasks are about, so that your manager works at
//! every step. [`TYPES`] is the last one, with everything.

use memory::heap::DeallocFn;
use memory::object::PyWeakReference;
use memory::{Addr, Heap, Slots};

use crate::dealloc::{
    dict_dealloc, func_dealloc, list_dealloc, object_dealloc, set_dealloc, tuple_dealloc,
    type_dealloc,
};
use crate::finalize::{slot_tp_finalize, subtype_dealloc};
use crate::instance::instance_dealloc;
use crate::trash::trashcan;
use crate::weakref::{clear_weakrefs, weakref_dealloc};

/// The places of the types in the slot tables.
pub mod index {
    pub use objects::index::{
        BOOL, DICT, FLOAT, FUNCTION, INSTANCE, INT, LIST, NONE, OBJECT, SET, STR, TUPLE, TYPE,
    };

    /// `weakref`, a weak reference.
    pub const WEAKREF: u64 = objects::index::COUNT as u64;
    /// How many entries this lab's tables have.
    pub const COUNT: usize = objects::index::COUNT + 1;
}

/// `list`, with its deallocator.
pub const LIST: Slots = Slots {
    dealloc: list_dealloc,
    ..objects::LIST
};

/// `weakref`. It holds a reference to its callback, so it has a GC head.
pub const WEAKREF: Slots = Slots {
    name: "weakref",
    basicsize: PyWeakReference::SIZE,
    gc: true,
    dealloc: weakref_dealloc,
    ..objects::OBJECT
};

/// Tasks 3.1 to 3.5: every type's objects are freed alone, whatever they refer to.
pub const COUNTING: [Slots; index::COUNT] = {
    let mut types = [WEAKREF; index::COUNT];
    let mut at = 0;
    while at < objects::TYPES.len() {
        types[at] = Slots {
            dealloc: object_dealloc,
            ..objects::TYPES[at]
        };
        at += 1;
    }
    types
};

/// Tasks 3.6 and 3.7: each type has its own deallocator.
pub const FREEING: [Slots; index::COUNT] = {
    let mut types = COUNTING;
    types[index::LIST as usize] = LIST;
    types[index::TUPLE as usize].dealloc = tuple_dealloc;
    types[index::DICT as usize].dealloc = dict_dealloc;
    types[index::SET as usize].dealloc = set_dealloc;
    types[index::FUNCTION as usize].dealloc = func_dealloc;
    types[index::INSTANCE as usize].dealloc = instance_dealloc;
    types[index::TYPE as usize].dealloc = type_dealloc;
    types
};

/// Tasks 3.8 and 3.9: the deallocators of containers in the trashcan.
pub const TRASHCAN: [Slots; index::COUNT] = {
    let mut types = FREEING;
    types[index::LIST as usize].dealloc = list_in_trashcan;
    types[index::TUPLE as usize].dealloc = tuple_in_trashcan;
    types[index::DICT as usize].dealloc = dict_in_trashcan;
    types[index::SET as usize].dealloc = set_in_trashcan;
    types[index::INSTANCE as usize].dealloc = instance_in_trashcan;
    types
};

/// Task 3.10: an instance ends its weak references.
pub const WEAKREFS: [Slots; index::COUNT] = {
    let mut types = TRASHCAN;
    types[index::INSTANCE as usize].dealloc = weakly_referenced_in_trashcan;
    types
};

/// Task 3.11: everything.
pub const TYPES: [Slots; index::COUNT] = {
    let mut types = WEAKREFS;
    types[index::INSTANCE as usize].dealloc = subtype_in_trashcan;
    types[index::INSTANCE as usize].finalize = Some(slot_tp_finalize);
    types
};

fn list_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, list_dealloc);
}

fn tuple_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, tuple_dealloc);
}

fn dict_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, dict_dealloc);
}

fn set_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, set_dealloc);
}

fn instance_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, instance_dealloc);
}

fn weakly_referenced_in_trashcan(heap: &Heap, op: Addr) {
    let dealloc: DeallocFn = |heap, op| {
        clear_weakrefs(heap, op);
        instance_dealloc(heap, op);
    };
    trashcan(heap, op, dealloc);
}

fn subtype_in_trashcan(heap: &Heap, op: Addr) {
    trashcan(heap, op, subtype_dealloc);
}
