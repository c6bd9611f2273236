//! The slot tables of this lab: lab 7's types with your functions in them. Given.
//!
//! Each table adds to the one before it what the next tasks are about, so that your manager works at
//! every step. [`Table::TYPES`] is the last one, with everything.

use std::marker::PhantomData;

use memory::manager::FreeLists;
use memory::{Clock, Slots};
use refcounts::dealloc::object_dealloc;

use crate::freelist::{
    clear_floats, clear_stack, clear_tuples, dict_free, float_alloc, float_free, kept_dict_alloc,
    list_alloc, list_free, tuple_alloc, tuple_free,
};
use crate::pauses::meter_call;

/// The places of the types in the slot tables.
pub mod index {
    pub use generations::index::{
        BOOL, DICT, FLOAT, FUNCTION, INSTANCE, INT, LEGACY, LIST, NONE, OBJECT, SET, STR, TUPLE,
        TYPE, WEAKREF,
    };

    /// `meter`, whose one object measures collections.
    pub const METER: u64 = generations::index::COUNT as u64;
    /// How many entries this lab's tables have.
    pub const COUNT: usize = generations::index::COUNT + 1;
}

/// The tables, for a manager whose clock is `C`.
#[derive(Clone, Copy, Debug)]
pub struct Table<C>(PhantomData<fn() -> C>);

impl<C: Clock> Table<C> {
    /// Task 8.1: lab 7's types, and the type of the meter.
    pub const PLAIN: [Slots; index::COUNT] = {
        let mut types = [Slots {
            name: "meter",
            dealloc: object_dealloc,
            ..objects::OBJECT
        }; index::COUNT];
        let mut at = 0;
        while at < generations::TYPES.len() {
            types[at] = generations::TYPES[at];
            at += 1;
        }
        types
    };

    /// Task 8.2: dead floats are kept.
    pub const FLOATS: [Slots; index::COUNT] = {
        let mut types = Self::PLAIN;
        types[index::FLOAT as usize].alloc = float_alloc;
        types[index::FLOAT as usize].free = float_free;
        types
    };

    /// Task 8.3: lists and dicts too.
    pub const LISTS: [Slots; index::COUNT] = {
        let mut types = Self::FLOATS;
        types[index::LIST as usize].alloc = list_alloc;
        types[index::LIST as usize].free = list_free;
        types[index::DICT as usize].alloc = kept_dict_alloc;
        types[index::DICT as usize].free = dict_free;
        types
    };

    /// Task 8.4: and tuples.
    pub const TUPLES: [Slots; index::COUNT] = {
        let mut types = Self::LISTS;
        types[index::TUPLE as usize].alloc = tuple_alloc;
        types[index::TUPLE as usize].free = tuple_free;
        types
    };

    /// Task 8.5: a full collection gives them back.
    pub const CLEARING: [Slots; index::COUNT] = {
        let mut types = Self::TUPLES;
        types[index::FLOAT as usize].clear_freelist = clear_floats;
        types[index::LIST as usize].clear_freelist =
            |heap| clear_stack(heap, FreeLists::of(heap.memory).lists());
        types[index::DICT as usize].clear_freelist =
            |heap| clear_stack(heap, FreeLists::of(heap.memory).dicts());
        types[index::TUPLE as usize].clear_freelist = clear_tuples;
        types
    };

    /// From task 8.6 on: everything.
    pub const TYPES: [Slots; index::COUNT] = {
        let mut types = Self::CLEARING;
        types[index::METER as usize].call = Some(meter_call::<C>);
        types
    };
}
