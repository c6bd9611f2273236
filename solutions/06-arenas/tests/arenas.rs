//! The lab's public tests, run on the reference.
extern crate arenas_solution as arenas;
#[path = "../../../labs/06-arenas/tests/arenas.rs"]
mod lab;
