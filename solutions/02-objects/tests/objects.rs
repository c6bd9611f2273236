//! The lab's public tests, run on the reference.
extern crate objects_solution as objects;
#[path = "../../../labs/02-objects/tests/objects.rs"]
mod lab;
