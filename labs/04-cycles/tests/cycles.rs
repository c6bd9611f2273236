//! Lab 4's tests: one module for each step of the collector.

/// What the tests' heaps stand on: regions, and who gives the blocks. Lab 8 runs the same tests on
/// another ground, its pools.
const GROUND: exam::Kit = exam::Kit {
    object: cycles::PLAIN,
    types: &[],
    start: |heap| objects::start::lay_out(heap.memory),
    alignments: &[8, 16],
    again: None,
};

/// The size of a range that a test fills.
pub(crate) const SIZE: u64 = 1 << 18;

#[path = "cycles/clearing.rs"]
mod clearing;
#[path = "cycles/cpython.rs"]
mod cpython;
#[path = "cycles/finalizers.rs"]
mod finalizers;
#[path = "cycles/heads.rs"]
mod heads;
#[path = "cycles/passes.rs"]
mod passes;
#[path = "cycles/programs.rs"]
mod programs;
#[path = "cycles/support.rs"]
mod support;
#[path = "cycles/tracking.rs"]
mod tracking;
#[path = "cycles/traversal.rs"]
mod traversal;
#[path = "cycles/untracking.rs"]
mod untracking;
#[path = "cycles/weak_references.rs"]
mod weak_references;
#[path = "cycles/whole.rs"]
mod whole;
