//! The slot tables of this lab: lab 3's types with your functions in them. Given.
//!
//! Each table adds to the one before it what the next tasks are about, so that your manager works at
//! every step. [`TYPES`] is the last one, with everything.

use memory::heap::DeallocFn;
use memory::{Addr, Heap, Slots};
use refcounts::trash::trashcan;
use refcounts::weakref::clear_weakrefs;

use crate::clear::{
    dict_clear, func_clear, instance_clear, list_clear, set_clear, type_clear, weakref_clear,
};
use crate::finalizers::subtype_dealloc;
use crate::track::{gc_alloc, gc_del, untrack_then};
use crate::traverse::{
    dict_traverse, func_traverse, instance_traverse, list_traverse, set_traverse, tuple_traverse,
    type_traverse, weakref_traverse,
};
use crate::untrack::{dict_alloc, maintain_tracking};

/// The places of the types in the slot tables.
pub mod index {
    pub use refcounts::index::{
        BOOL, COUNT, DICT, FLOAT, FUNCTION, INSTANCE, INT, LIST, NONE, OBJECT, SET, STR, TUPLE,
        TYPE, WEAKREF,
    };
}

const fn dealloc_of(index: u64) -> DeallocFn {
    refcounts::TYPES[index as usize].dealloc
}

/// `list`, as the collector sees it.
pub const LIST: Slots = Slots {
    alloc: gc_alloc,
    dealloc: list_dealloc,
    traverse: list_traverse,
    clear: list_clear,
    free: gc_del,
    ..refcounts::TYPES[index::LIST as usize]
};

/// Task 4.2: containers are tracked.
pub const TRACKING: [Slots; index::COUNT] = {
    let mut types = refcounts::TYPES;
    let mut at = 0;
    while at < index::COUNT {
        if types[at].gc {
            types[at].alloc = gc_alloc;
            types[at].free = gc_del;
        }
        at += 1;
    }
    types[index::LIST as usize].dealloc = list_dealloc;
    types[index::TUPLE as usize].dealloc = tuple_dealloc;
    types[index::DICT as usize].dealloc = dict_dealloc;
    types[index::SET as usize].dealloc = set_dealloc;
    types[index::FUNCTION as usize].dealloc = func_dealloc;
    types[index::TYPE as usize].dealloc = type_dealloc;
    types[index::WEAKREF as usize].dealloc = weakref_dealloc;
    types[index::INSTANCE as usize].dealloc = instance_dealloc;
    types
};

/// Tasks 4.3 to 4.6: containers show what they refer to.
pub const TRAVERSING: [Slots; index::COUNT] = {
    let mut types = TRACKING;
    types[index::LIST as usize].traverse = list_traverse;
    types[index::TUPLE as usize].traverse = tuple_traverse;
    types[index::DICT as usize].traverse = dict_traverse;
    types[index::SET as usize].traverse = set_traverse;
    types[index::FUNCTION as usize].traverse = func_traverse;
    types[index::TYPE as usize].traverse = type_traverse;
    types[index::WEAKREF as usize].traverse = weakref_traverse;
    types[index::INSTANCE as usize].traverse = instance_traverse;
    types
};

/// Tasks 4.7 and 4.8: containers can be cleared; not tuples, which never change.
pub const CLEARING: [Slots; index::COUNT] = {
    let mut types = TRAVERSING;
    types[index::LIST as usize].clear = list_clear;
    types[index::DICT as usize].clear = dict_clear;
    types[index::SET as usize].clear = set_clear;
    types[index::FUNCTION as usize].clear = func_clear;
    types[index::TYPE as usize].clear = type_clear;
    types[index::WEAKREF as usize].clear = weakref_clear;
    types[index::INSTANCE as usize].clear = instance_clear;
    types
};

/// Tasks 4.9 to 4.11: dicts are tracked when they must be.
pub const LAZY: [Slots; index::COUNT] = {
    let mut types = CLEARING;
    types[index::DICT as usize].alloc = dict_alloc;
    types[index::DICT as usize].maintain_tracking = maintain_tracking;
    types
};

/// Tasks 4.12 and 4.13: everything.
pub const TYPES: [Slots; index::COUNT] = {
    let mut types = LAZY;
    types[index::INSTANCE as usize].dealloc = subtype_in_trashcan;
    types
};

fn list_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, const { dealloc_of(index::LIST) });
}

fn tuple_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, const { dealloc_of(index::TUPLE) });
}

fn dict_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, const { dealloc_of(index::DICT) });
}

fn weakref_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, const { dealloc_of(index::WEAKREF) });
}

fn instance_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, const { dealloc_of(index::INSTANCE) });
}

// Sets, functions and classes can be weakly referenced too.

fn set_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, |heap, op| {
        trashcan(heap, op, |heap, op| {
            clear_weakrefs(heap, op);
            refcounts::dealloc::set_dealloc(heap, op);
        });
    });
}

fn func_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, |heap, op| {
        clear_weakrefs(heap, op);
        (const { dealloc_of(index::FUNCTION) })(heap, op);
    });
}

fn type_dealloc(heap: &Heap, op: Addr) {
    untrack_then(heap, op, |heap, op| {
        clear_weakrefs(heap, op);
        (const { dealloc_of(index::TYPE) })(heap, op);
    });
}

fn subtype_in_trashcan(heap: &Heap, op: Addr) {
    untrack_then(heap, op, |heap, op| trashcan(heap, op, subtype_dealloc));
}
