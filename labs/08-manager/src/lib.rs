//! Lab 8: the whole manager. All labs become one thing: one trait, one start, one table of figures.
//!
//! | module | tasks | what you write |
//! |---|---|---|
//! | [`mod@start`] | 8.1 | who serves which domain; everything started in an order that works |
//! | [`freelist`] | 8.2 to 8.5 | dead floats, lists, dicts and tuples that wait for the next one |
//! | [`pauses`] | 8.6 | how long collections take |
//! | [`stats`] | 8.7 | what the manager can say about itself |
//! | [`policy`] | 8.8 | time-based and event-based collection |
//! | [`fork`] | 8.9 | pages that two processes share |
//! | [`race`] | 8.10 | what two threads do to one count |
//! | [`gil`] | 8.11 to 8.13 | the lock that lets one thread in, and its order |
//! | [`tune`] | 8.14 | your thresholds for a service |
//! | [`manager`] | 8.15 | the trait: one line for each thing that you have built |
//!
//! Given: [`tables`], which put your functions into the slots of the types, and [`service`], a program
//! to measure.
#![forbid(unsafe_code)]

pub mod fork;
pub mod freelist;
pub mod gil;
pub mod manager;
pub mod pauses;
pub mod policy;
pub mod race;
pub mod service;
pub mod start;
pub mod stats;
pub mod tables;
pub mod tune;

pub use gil::Gil;
pub use manager::PrivateHeap;
pub use start::start;
pub use tables::{Table, index};
