//! The benchmark of whole programs: the reference as a program's only allocator, beside the system's
//! and mimalloc.
//!
//! Each run is a process of its own, so start-up and the first touch of every page count. The three
//! programs (`src/bin/edge-*.rs`) differ in nothing but their `#[global_allocator]`, and print what they
//! found, which must be the same. The order of the runs changes ([`crate::rotation`]).

pub mod child;
pub mod options;
pub mod programs;
pub mod run;

pub use options::Options;
pub use run::{Programs, run};
