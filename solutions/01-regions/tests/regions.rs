//! The lab's public tests, run on the reference.
extern crate regions_solution as regions;

#[path = "../../../labs/01-regions/tests/regions.rs"]
mod lab;
