//! The benchmark of the whole manager: a service in miniature, on lab 8's manager and on CPython.
//!
//! It is one program, written twice: `labs/08-manager/src/service.rs` and `labs/08-manager/service.py`. Each
//! run is a process of its own, which prints one [`Outcome`](outcome::Outcome).

pub mod manager;
pub mod outcome;
pub mod report;
pub mod verdict;
