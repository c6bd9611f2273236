//! What real Python programs asked of CPython's object allocator, recorded call by call.
//!
//! A *trace* is a row of [`Event`]s: a block is allocated, resized or freed. There are no addresses
//! and no contents in it, so any allocator can be asked the same again, in the same order. The
//! traces in `files/` were recorded with `cargo run -p bench --bin record-trace` from the programs
//! in `solutions/bench/programs`, from the interpreter's start to its end; [`ALL`] lists them.
//!
//! ```
//! use traces::{ALL, Event};
//!
//! let trace = ALL[0].read();
//! let mut live = vec![None; trace.slots()];
//! for event in trace.head(1000) {
//!     match event {
//!         Event::Alloc { id, size } => live[id as usize] = Some(size), // a real one calls malloc
//!         Event::Realloc { id, size } => live[id as usize] = Some(size),
//!         Event::Free { id } => live[id as usize] = None,
//!     }
//! }
//! assert!(live.iter().all(Option::is_none), "head() frees what is left");
//! ```
//!
//! # The format, version 1
//!
//! Numbers are written seven bits to a byte, the lowest first, and every byte but the last has its
//! top bit set (LEB128).
//!
//! | part | what it is |
//! |---|---|
//! | `PHTR` | four bytes that say what the file is |
//! | version | one byte, 1 |
//! | program | a number n, and n bytes of UTF-8: what was run |
//! | python | the same: the Python that ran it |
//! | events | how many events follow |
//! | slots | how many blocks were live at once at most: ids are smaller than this |
//! | length | how many bytes the events take before they are compressed |
//! | the rest | the events, compressed (zlib, with its checksum) |
//!
//! Each event is one byte, sometimes with numbers behind it:
//!
//! | byte | event |
//! |---|---|
//! | 0 to 64 | a block of 8 times so many bytes is allocated |
//! | 65, size | a block of `size` bytes is allocated |
//! | 66, size, age | the block of this age is made `size` bytes large |
//! | 67, age | the block of this age is freed; the age is 128 more than the number says |
//! | 128 to 255 | the block whose age is 128 less than the byte is freed |
//!
//! A block's *age* is how many blocks were allocated after it. Most blocks die young, and loops free
//! blocks of the same ages again and again, so the compression finds much to repeat.
//!
//! Ids are not written at all. A new block gets the id that was freed last, or the smallest that was
//! never used: they stay dense, so a table of [`Trace::slots`] entries holds all live blocks.

mod encode;
mod error;
mod files;
mod text;
mod trace;
mod wire;

pub use encode::Encoder;
pub use error::{NotLive, TextError, TextProblem, TraceError};
pub use files::{ALL, File};
pub use text::{from_text, to_text};
pub use trace::{Events, Head, Trace};

/// One call of the allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new block: `malloc`, `calloc`, or `realloc` of NULL. No live block has this id.
    Alloc {
        /// Names the block until it is freed; then another one may get the same id.
        id: u32,
        /// The size in bytes, as it was asked for: 0 is possible.
        size: u32,
    },
    /// A live block changes its size, and perhaps its place.
    Realloc {
        /// The block, which keeps its id.
        id: u32,
        /// The new size in bytes.
        size: u32,
    },
    /// A live block is given back.
    Free {
        /// The block.
        id: u32,
    },
}
