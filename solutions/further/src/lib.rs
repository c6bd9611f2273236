//! *Going further* with the collector: the same collections, faster.
//!
//! CPython's collector, and that of labs 4 and 7 with it, does each thing in a pass of its own. This crate does
//! what CPython does not: see the modules. Everything that a program can see stays as it is: what is
//! freed, which callbacks and finalizers run and in what order, what comes back, what is returned, and
//! the order of the objects in the lists. `tests/same.rs` runs random programs on both.
//!
//! | module | what it does |
//! |---|---|
//! | [`side`] | counts references in a table of bytes, and not in the objects' heads |
//! | [`mod@traverse`] | knows the commonest types, so that no function is called for a reference |
//! | [`passes`] | two walks along the list instead of six |
//! | [`care`] | weak references and finalizers, without a question to lists, tuples and dicts |
//! | [`mod@clear`] | frees the dead in one walk where nobody can see in which order they go |
//! | [`mod@collect`] | leaves out the passes that cannot change anything |
//! | [`alloc`] | puts it into the slots of the types |
//!
//! All state is in the range; nothing is kept between collections but an address.
#![forbid(unsafe_code)]

pub mod alloc;
pub mod care;
pub mod clear;
pub mod collect;
pub mod passes;
pub mod side;
pub mod traverse;

pub use alloc::TYPES;
pub use collect::collect;
pub use generations::{PLAIN, index, start};
