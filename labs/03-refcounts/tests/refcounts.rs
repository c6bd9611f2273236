//! Lab 3's tests: one module for each step of the manager.

#[path = "refcounts/attributes.rs"]
mod attributes;
#[path = "refcounts/calls.rs"]
mod calls;
#[path = "refcounts/containers.rs"]
mod containers;
#[path = "refcounts/counts.rs"]
mod counts;
#[path = "refcounts/finalizers.rs"]
mod finalizers;
#[path = "refcounts/freeing.rs"]
mod freeing;
#[path = "refcounts/programs.rs"]
mod programs;
#[path = "refcounts/support.rs"]
mod support;
#[path = "refcounts/trashcan.rs"]
mod trashcan;
#[path = "refcounts/weakrefs.rs"]
mod weakrefs;
