//! The lab's public tests, run on the reference.
extern crate refcounts_solution as refcounts;
#[path = "../../../labs/03-refcounts/tests/refcounts.rs"]
mod lab;
