//! Lab 7: generations. The collector of lab 4 looks at everything each time; this one looks at the
//! young objects often and at the old ones rarely, and begins by itself.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`threshold`] | 7.1 | thresholds, counts, on and off |
//! | [`alloc`] | 7.2, 7.8 | what an allocation counts, and the collection that begins in it |
//! | [`lists`] | 7.3, 7.4 | merging the younger lists; survivors grow old |
//! | [`collect`](mod@collect) | 7.5, 7.6 | a collection of one generation; `gc.collect(n)` |
//! | [`due`] | 7.7 | which generation is due, and the 25 % rule |
//! | [`inspect`] | 7.9, 7.10 | what the module `gc` shows |
//! | [`callbacks`] | 7.11 | telling a program when a collection starts and stops |
//! | [`legacy`] | 7.12, 7.13 | finalizers that a collection dares not call, and `gc.garbage` |
//! | [`mod@freeze`] | 7.14 | objects that no collection looks at any more |
//!
//! Given: [`tables`], which put your functions into the slots of the types, step by step, and
//! [`mod@start`].
//!
//! # Words
//!
//! * A *generation* is a list of tracked objects, 0 (the youngest) to 2: [`GcState::generation`].
//!   Each tracked object is in exactly one of them, or in the permanent generation.
//! * Its `threshold` and its `count` are numbers beside the list. A collection of it is *due* when
//!   the count is larger than the threshold.
//! * To collect generation n is to collect it and all younger ones. A *full* collection is one of
//!   generation 2.
//!
//! [`GcState::generation`]: memory::GcState::generation
#![forbid(unsafe_code)]

pub mod alloc;
pub mod callbacks;
pub mod collect;
pub mod due;
pub mod freeze;
pub mod inspect;
pub mod legacy;
pub mod lists;
pub mod start;
pub mod tables;
pub mod threshold;

pub use collect::collect;
pub use cycles::PLAIN;
pub use start::start;
pub use tables::{AUTOMATIC, COUNTING, TYPES, UNCOUNTED, index};
