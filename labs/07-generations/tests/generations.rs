//! Lab 7's tests: one module for each step of the collector.

#[path = "generations/automatic.rs"]
mod automatic;
#[path = "generations/callbacks.rs"]
mod callbacks;
#[path = "generations/collections.rs"]
mod collections;
#[path = "generations/counts.rs"]
mod counts;
#[path = "generations/due.rs"]
mod due;
#[path = "generations/freezing.rs"]
mod freezing;
#[path = "generations/inspecting.rs"]
mod inspecting;
#[path = "generations/legacies.rs"]
mod legacies;
#[path = "generations/lists.rs"]
mod lists;
#[path = "generations/oracle.rs"]
mod oracle;
#[path = "generations/programs.rs"]
mod programs;
#[path = "generations/support.rs"]
mod support;
