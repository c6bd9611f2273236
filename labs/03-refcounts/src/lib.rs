//! Lab 3: reference counts. Every object is freed at the moment when the last reference to it goes.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`count`] | 3.1 to 3.3 | take a reference, give one up, replace one |
//! | [`calls`] | 3.4 | what names and calls own |
//! | [`containers`] | 3.5 | what lists, tuples, dicts and attributes own |
//! | [`dealloc`] | 3.6 | the end of a list and of a tuple |
//! | [`instance`] | 3.7 | the end of an instance |
//! | [`trash`] | 3.8 | the trashcan, for long chains |
//! | [`weakref`] | 3.9, 3.10 | weak references, and their callbacks |
//! | [`finalize`] | 3.11 | `__del__`, and coming back |
//!
//! Given: [`tables`], which put your deallocators into the slots of the types, step by step.
//!
//! # Who owns a reference
//!
//! The words are those of lab 2: a *new* reference belongs to whoever gets it, a *borrowed* one to
//! somebody else, a *stolen* one to the function from now on. Where a contract does not say
//! otherwise, the arguments of a function are borrowed. Every owned reference is given up exactly
//! once.
#![forbid(unsafe_code)]

pub mod calls;
pub mod containers;
pub mod count;
pub mod dealloc;
pub mod finalize;
pub mod instance;
pub mod tables;
pub mod trash;
pub mod weakref;

pub use count::{decref, get_refcount, incref, new_ref, set_ref, xdecref};
pub use objects::{PLAIN, start};
pub use tables::{COUNTING, FREEING, TRASHCAN, TYPES, WEAKREF, WEAKREFS, index};
