//! How fast the reference is, beside the allocators that people use.
//!
//! `cargo bench -p bench --bench allocator` measures, `cargo run -p bench --bin record-trace` records
//! what a Python program asks of its allocator.
//!
//! What every benchmark here needs stands in small modules: the [`clock`], whose turn it is
//! ([`rotation`]), [`quartiles`], a [`table`] for people, [`json`] for machines, and where the
//! installed Pythons are ([`python`]).

#[cfg(unix)]
pub mod allocator;
#[cfg(unix)]
pub mod clock;
#[cfg(unix)]
pub mod collector;
#[cfg(unix)]
pub mod edge;
pub mod json;
#[cfg(unix)]
pub mod python;
pub mod quartiles;
pub mod rotation;
#[cfg(unix)]
pub mod service;
pub mod table;
