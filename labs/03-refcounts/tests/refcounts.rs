//! Lab 3's tests: one module for each step of the manager.

/// What the tests' heaps stand on: regions, and who gives the blocks. Lab 8 runs the same tests on
/// another ground, its pools.
const GROUND: exam::Kit = exam::Kit {
    object: refcounts::PLAIN,
    types: &[],
    start: |heap| objects::start::lay_out(heap.memory),
    alignments: &[8, 16],
    again: None,
};

/// The size of a range that a test fills.
pub(crate) const SIZE: u64 = 1 << 18;

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
