//! The lab's public tests, run on the reference.
extern crate generations_solution as generations;
#[path = "../../../labs/07-generations/tests/generations.rs"]
mod lab;
