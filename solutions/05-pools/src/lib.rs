//! Lab 5: pools. Small blocks of one size come from one page, and a free block costs nothing.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`classes`] | 5.1, 5.2 | size classes, and how many blocks a pool has |
//! | [`used`] | 5.3, 5.4 | the lists of used pools, one for each class |
//! | [`pool`] | 5.5 to 5.7 | carving blocks lazily, and taking one |
//! | [`mod@malloc`] | 5.8, 5.9 | where the next pool comes from |
//! | [`mod@free`] | 5.10 to 5.12 | giving a block back, and what that does to its pool |
//!
//! Given: [`source`], which hands out empty pools until you build arenas in lab 6.
//!
//! # Geometry
//!
//! Every function that depends on the sizes of pools and blocks has a type parameter
//! [`G: Geometry`](memory::Geometry): `G::POOL_SIZE`, `G::ALIGNMENT`, `G::CLASSES`. The tests run your
//! code with two of them.
#![forbid(unsafe_code)]

pub mod classes;
pub mod free;
pub mod malloc;
pub mod pool;
pub mod source;
pub mod used;

pub use classes::{block_size, capacity, size_class};
pub use free::free;
pub use malloc::malloc;
pub use source::{PoolSource, fresh_pools, start};
