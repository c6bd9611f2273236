//! The lab's public tests, run on the reference.
extern crate manager_solution as manager;
#[path = "../../../labs/08-manager/tests/manager.rs"]
mod lab;
