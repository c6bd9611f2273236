//! The collector's benchmark: who collects what, and how fast.
//!
//! Each measurement is a process of its own, which prints its numbers: [`subject`] says who can be
//! measured, [`child`] starts one and reads what it prints. So each subject has a fresh heap, what it
//! takes from the system can be seen from outside, and one that overflows its stack ends only itself.

pub mod bound;
pub mod child;
pub mod graph;
pub mod manager;
pub mod peers;
pub mod report;
pub mod subject;
pub mod verdict;
