//! The slot tables of this lab: lab 4's types with your functions in them. Given.
//!
//! Each table adds to the one before it what the next tasks are about, so that your manager works at
//! every step. [`TYPES`] is the last one, with everything.

use cycles::track::{track, untrack_then};
use memory::{Addr, Heap, MemoryError, Slots};
use objects::object::generic_alloc;
use refcounts::trash::trashcan;

use crate::alloc::{count_alloc, counting_del, dict_alloc, gc_alloc};
use crate::legacy::{slot_tp_del, subtype_dealloc};

/// The places of the types in the slot tables.
pub mod index {
    pub use cycles::index::{
        BOOL, DICT, FLOAT, FUNCTION, INSTANCE, INT, LIST, NONE, OBJECT, SET, STR, TUPLE, TYPE,
        WEAKREF,
    };

    /// What classes share that have a legacy finalizer: `INSTANCE` with a `del` slot. (The type
    /// object of this number is never used.)
    pub const LEGACY: u64 = cycles::index::COUNT as u64;
    /// How many entries this lab's tables have.
    pub const COUNT: usize = cycles::index::COUNT + 1;
}

/// Task 7.1: lab 4's types, and one entry more.
pub const UNCOUNTED: [Slots; index::COUNT] = {
    let mut types = [cycles::TYPES[index::INSTANCE as usize]; index::COUNT];
    let mut at = 0;
    while at < cycles::TYPES.len() {
        types[at] = cycles::TYPES[at];
        at += 1;
    }
    types
};

/// Tasks 7.2 to 7.7: containers are counted, and nothing is collected by itself.
pub const COUNTING: [Slots; index::COUNT] = {
    let mut types = UNCOUNTED;
    let mut at = 0;
    while at < types.len() {
        if types[at].gc {
            types[at].alloc = counting_alloc;
            types[at].free = counting_del;
        }
        at += 1;
    }
    types[index::DICT as usize].alloc = counting_dict_alloc;
    types
};

/// Tasks 7.8 to 7.11: collections begin by themselves.
// ANCHOR: table
pub const AUTOMATIC: [Slots; index::COUNT] = {
    let mut types = COUNTING;
    let mut at = 0;
    while at < types.len() {
        if types[at].gc {
            types[at].alloc = gc_alloc;
        }
        at += 1;
    }
    types[index::DICT as usize].alloc = dict_alloc;
    types
};
// ANCHOR_END: table

/// Tasks 7.12 to 7.14: everything.
pub const TYPES: [Slots; index::COUNT] = {
    let mut types = AUTOMATIC;
    types[index::LEGACY as usize].name = "instance with tp_del";
    types[index::LEGACY as usize].del = Some(slot_tp_del);
    types[index::LEGACY as usize].dealloc = subtype_in_trashcan;
    types
};

fn counting_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let op = counting_dict_alloc(heap, ty, nitems)?;
    track(heap, op);
    Ok(op)
}

fn counting_dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let op = generic_alloc(heap, ty, nitems)?;
    count_alloc(heap);
    Ok(op)
}

fn subtype_in_trashcan(heap: &Heap, op: Addr) {
    untrack_then(heap, op, |heap, op| trashcan(heap, op, subtype_dealloc));
}
