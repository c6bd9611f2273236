//! Lab 4: the cycle collector. It finds the objects that counting can never free, and frees them.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`gc_list`] | 4.1 | lists of objects, linked through the heads in front of them |
//! | [`track`](mod@track) | 4.2 | which objects the collector knows |
//! | [`traverse`] | 4.3 | what an object refers to |
//! | [`head`], [`passes`] | 4.4 to 4.6 | three passes over a list: what is dead? |
//! | [`clear`] | 4.7, 4.8 | breaking cycles; a first collector |
//! | [`untrack`](mod@untrack) | 4.9 | tuples and dicts that can be in no cycle |
//! | [`weakrefs`] | 4.10 | weak references to the dead, and their callbacks |
//! | [`finalizers`] | 4.11, 4.12 | `__del__`, and what comes back |
//! | [`collect`](mod@collect) | 4.13 | everything in its order |
//!
//! Given: [`traversal`], which the passes call for each object; [`tables`], which put your functions
//! into the slots of the types, step by step, and [`mod@start`].
//!
//! # Words
//!
//! * A *container* is an object with a GC head in front: `is_gc` ([`head::is_gc`]).
//! * `op` is an object, `gc` the head in front of it; both are addresses.
//! * A *list* is the address of a head that belongs to no object: it begins a circular list.
#![forbid(unsafe_code)]

pub mod clear;
pub mod collect;
pub mod finalizers;
pub mod gc_list;
pub mod head;
pub mod passes;
pub mod start;
pub mod tables;
pub mod track;
pub mod traversal;
pub mod traverse;
pub mod untrack;
pub mod weakrefs;

pub use collect::collect;
pub use objects::PLAIN;
pub use start::start;
pub use tables::{CLEARING, LAZY, TRACKING, TRAVERSING, TYPES, index};
pub use track::{is_tracked, track, untrack};
