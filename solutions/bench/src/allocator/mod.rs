//! The benchmark of allocators: what real programs and some artificial ones ask, and how long each
//! allocator takes to answer.
//!
//! All times are measured in one process. In each repetition every subject replays the workload
//! once, in an order that changes ([`crate::rotation`]). What one allocator's history could change for
//! another, memory and instructions, is measured in a process for each ([`child`]), with the same
//! subjects as the times.
//!
//! Two traps that this avoids: an optimizer that sees a block that nobody uses deletes `malloc` and
//! `free` together, so every pointer goes through `black_box`, and bytes are written and read; and
//! whoever always comes first pays for the cold trace.

pub mod bench;
pub mod child;
pub mod instructions;
pub mod options;
pub mod replay;
pub mod resident;
pub mod subject;
pub mod subjects;
pub mod verdict;
pub mod workload;

pub use bench::run;
pub use options::Options;
