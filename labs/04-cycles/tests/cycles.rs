//! Lab 4's tests: one module for each step of the collector.

#[path = "cycles/heads.rs"]
mod heads;
#[path = "cycles/support.rs"]
mod support;
#[path = "cycles/tracking.rs"]
mod tracking;
#[path = "cycles/traversal.rs"]
mod traversal;
