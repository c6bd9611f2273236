//! The allocator called by hand: layouts, threads, and what its records say. (`program.rs` is a program
//! that runs on it.)

mod block;
mod layouts;
mod statistics;
mod threads;
