//! Lab 5: pools. Small blocks of one size come from one pool, and a free block costs nothing.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`classes`] | 5.1 | size classes, and how many blocks a pool has |
//! | [`used`] | 5.2 | the lists of used pools, one for each class |
//! | [`pool`] | 5.3 to 5.5 | carving blocks lazily, and taking one |
//! | [`source`] | 5.6 | the list of empty pools |
//! | [`mod@malloc`] | 5.7, 5.8 | an empty pool gets a class; `malloc` |
//! | [`mod@free`] | 5.9, 5.10 | `free`, and a pool that is not full any more, or empty |
//! | [`inspect`] | 5.11, 5.12 | what each block is, and which address may be freed |
//! | [`stats`] | 5.13 | the table of `sys._debugmallocstats()` |
//!
//! # Geometry
//!
//! Every function that depends on the sizes of pools and blocks has a type parameter
//! [`G: Geometry`](memory::Geometry): `G::POOL_SIZE`, `G::ALIGNMENT`, `G::CLASSES`. The tests run your
//! code with two of them, [`Classic`](memory::geometry::Classic) and
//! [`Modern`](memory::geometry::Modern). To call another function that has the parameter, name it:
//! `block_size::<G>(szidx)`.
#![forbid(unsafe_code)]

pub mod classes;
pub mod free;
pub mod inspect;
pub mod malloc;
pub mod pool;
pub mod source;
pub mod stats;
pub mod used;

pub use classes::{block_size, capacity, size_class};
pub use free::free;
pub use malloc::malloc;
pub use source::{PoolSource, fresh_pools, start};
