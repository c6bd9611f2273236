//! Lab 6: arenas. Pools come from large pieces of memory, and go back to the operating system with them.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`arena`] | 6.1 to 6.3 | the row of arena records, whose address this is, a new arena |
//! | [`source`] | 6.4, 6.7 | a pool out of an arena |
//! | [`usable`] | 6.5, 6.6, 6.8 | usable arenas in order, in constant time |
//! | [`source`] | 6.9, 6.10 | a pool back, and an arena back |
//! | [`object`] | 6.11, 6.12 | `malloc`, `free` and `realloc` of the object allocator |
//! | [`domain`] | 6.13 | the three domains |
//! | [`stats`] | 6.14 | what the allocator can say about itself |
//!
//! Pools and their blocks are lab 5's. What changes is where its pools come from and where they go:
//! its [`PoolSource`](pools::PoolSource) is [`source::arena_pools`] now.
#![forbid(unsafe_code)]

pub mod arena;
pub mod domain;
pub mod object;
pub mod source;
pub mod stats;
pub mod usable;

pub use domain::{AllocatorName, Domains, domains, pymalloc};
pub use object::{free, malloc, realloc};
pub use source::arena_pools;
pub use stats::{MallocStats, malloc_stats};
