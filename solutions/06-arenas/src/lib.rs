//! Lab 6: arenas. Pools come from large pieces of memory, and go back to the operating system with them.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`arena`] | 6.1 to 6.3 | the row of arena records, whose address this is, a new arena |
//! | [`usable`] | 6.4, 6.5 | usable arenas in order, in constant time |
//! | [`source`] | 6.6 to 6.9 | a pool out of an arena, a pool back, an arena back |
//! | [`object`] | 6.10 to 6.12 | `malloc`, `free` and `realloc` of the object allocator |
//! | [`domain`] | 6.13 | the three domains |
#![forbid(unsafe_code)]

pub mod arena;
pub mod domain;
pub mod object;
pub mod source;
pub mod usable;

pub use domain::{Domain, allocator};
pub use object::{free, malloc, realloc};
pub use source::arena_pools;
