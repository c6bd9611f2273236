//! The lab's public tests, run on the reference.
extern crate pools_solution as pools;
#[path = "../../../labs/05-pools/tests/pools.rs"]
mod lab;
