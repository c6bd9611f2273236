//! One range of memory, and everything that lives in it.
//!
//! A [`Memory`] is a reserved range of real pages. All state of the manager that you build in this
//! course lives inside it: regions, frames, objects, free lists, counts. Rust values outside the
//! range are only *views*: a `&Memory` and an [`Addr`]. So a copy of the bytes is a copy of the
//! whole manager, any heap can be drawn, and no mistake in a lab is undefined behaviour.
//!
//! | module | what it gives |
//! |---|---|
//! | [`addr`] | [`Addr`], an offset into the range, never zero |
//! | [`mod@memory`] | [`Memory`]: words and bytes of the range, pages given back |
//! | [`mod@record`] | [`record!`](crate::record!) and [`Field`]: named, typed views of structs |
//! | [`root`] | [`Root`]: the record from which everything else is found |
//! | [`region`] | [`Region`]: text, data, heap, stack |
//! | [`frame`] | [`Code`] and [`Frame`]: functions and their calls |
//! | [`object`] | `PyObject` and the structs of the built-in types |
//! | [`heap`] | [`Heap`], [`Slots`], [`Allocator`]: how objects get memory and behaviour |
//! | [`geometry`] | [`Classic`], [`Modern`]: the sizes of blocks, pools and arenas |
//! | [`pool`] | the headers of pools and arenas, and the tables that find them |
//! | [`gc`] | [`GcState`]: what the cycle collector keeps |
//! | [`manager`] | [`Manager`]: the whole, and what lab 8 keeps |
//! | [`plain`] | the allocator that is given: CPython's `PYTHONMALLOC=malloc` |
//! | [`mod@snapshot`] | [`Snapshot`]: a copy of the touched pages, and attaching to it |
//! | `watch` | shadow state: every access checked and counted (feature `watch`) |
//!
//! Small functions are `inline` in release builds only. A debug build of a lab calls them instead:
//! this crate is optimized there too, and the lab is not.
//!
//! This is the only crate below the labs that contains `unsafe` code; every use has its reason.

pub mod addr;
pub mod error;
pub mod frame;
pub mod gc;
pub mod geometry;
pub mod heap;
pub mod manager;
pub mod memory;
pub mod object;
mod os;
pub mod plain;
pub mod pool;
pub mod record;
pub mod region;
pub mod root;
pub mod snapshot;
#[cfg(feature = "watch")]
pub mod watch;

pub use addr::{Addr, PAGE, WORD};
pub use error::MemoryError;
pub use frame::{Code, Frame};
pub use gc::{GcGeneration, GcGenerationStats, GcList, GcState};
pub use geometry::{Classic, Further, Furthest, Geometry, Modern};
pub use heap::{Allocator, Heap, Slots};
pub use manager::{Clock, Domain, Manager, Ticks};
pub use memory::Memory;
pub use record::{Field, Scalar};
pub use region::{Region, RegionRecord};
pub use root::Root;
pub use snapshot::{Snapshot, SnapshotError};
