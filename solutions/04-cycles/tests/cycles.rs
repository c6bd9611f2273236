//! The lab's public tests, run on the reference.
extern crate cycles_solution as cycles;
#[path = "../../../labs/04-cycles/tests/cycles.rs"]
mod lab;
