//! The lab's public tests, run on the reference.

extern crate warmup_solution as warmup;

#[path = "../../../labs/00-warmup/tests/warmup.rs"]
mod lab;
