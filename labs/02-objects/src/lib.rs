//! Lab 2: everything is an object.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`object`] | 2.1 | the header that every object begins with, and the memory for it |
//! | [`types`] | 2.2 | types, which are objects too |
//! | [`singletons`] | 2.3 | `None`, `True` and `False` |
//! | [`int`] | 2.4 | ints in digits of 30 bits, and the small ones that are made once |
//! | [`str`](mod@str) | 2.5 | characters behind a header |
//! | [`tuple`](mod@tuple) | 2.6 | references behind a header: one block |
//! | [`list`] | 2.7, 2.8 | references in a block of their own, which grows |
//! | [`names`] | 2.9 | names in frames, and the global names |
//! | [`instance`] | 2.10, 2.11 | `Car(4)`: attributes, and what `self` is |
//! | [`operate`] | 2.12 | the same or equal; what `+=` does |
//! | [`sizes`] | 2.13 | what an object costs in bytes |
//!
//! Given, to be read and not written: [`float`], [`dict`] and [`set`] with their probing, [`keys`],
//! [`digits`], [`hash`], [`class`], [`function`], [`allocator`], [`error`] and [`mod@start`].
//!
//! # Who owns a reference
//!
//! A *new* reference belongs to whoever gets it. A *borrowed* one belongs to somebody else, and is
//! good as long as that one keeps it. A function that *steals* a reference takes over what belonged
//! to its caller. In this lab:
//!
//! * What makes an object returns a new reference: the object's count is 1, or, if the object
//!   existed before (a small int, `None`), one more than before.
//! * What reads (an item, a name, an attribute) returns a borrowed reference.
//! * What writes steals the new value's reference and returns the old value, whose reference then
//!   belongs to the caller.
//!
//! Nobody lets a reference go yet, so nothing is ever freed: chapter 3 mends that.
#![forbid(unsafe_code)]

pub mod allocator;
pub mod class;
pub mod dict;
pub mod digits;
pub mod error;
pub mod float;
pub mod function;
pub mod hash;
pub mod instance;
pub mod int;
pub mod keys;
pub mod list;
pub mod names;
pub mod object;
pub mod operate;
pub mod set;
pub mod singletons;
pub mod sizes;
pub mod start;
pub mod str;
pub mod tuple;
pub mod types;

pub use allocator::PLAIN;
pub use error::ObjectError;
pub use start::start;
pub use types::{
    BOOL, DICT, FLOAT, FUNCTION, INSTANCE, INT, LIST, NONE, OBJECT, SET, STR, TUPLE, TYPE, TYPES,
    index, type_at,
};
