//! Lab 1: where things are in a process, and a small process of your own.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`maps`] | 1.1 to 1.3 | read what Linux shows of a real process, and find an address in it |
//! | [`kind`] | 1.4, 1.5 | say what each mapping is for, and which of them grow |
//! | [`mod@layout`] | 1.6 to 1.8 | the four regions, and what lives as long as the process: text and data |
//! | [`stack`] | 1.9, 1.10 | a frame for each call |
//! | [`heap`] | 1.11, 1.12 | a heap that grows and shrinks by pages |
//!
//! From task 1.6 on, all that a function must remember stands in the memory that it is given: in the
//! root, a region's record, a frame. Use no `static` and no `thread_local!`. The tests do the same
//! calls again in a copy of the memory, where they must do the same.
#![forbid(unsafe_code)]

pub mod heap;
pub mod kind;
pub mod layout;
pub mod maps;
pub mod stack;

pub use heap::{grow_heap, shrink_heap};
pub use kind::{Kind, Part, classify, growth, sizes};
pub use layout::{Sizes, layout, load_c_string, load_code, reserve, static_alloc};
pub use maps::{
    Backing, Expected, Malformed, Mapping, MapsError, Perms, find, parse_line, parse_maps,
};
pub use stack::{pop_frame, push_frame};
