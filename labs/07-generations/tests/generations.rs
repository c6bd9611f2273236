//! Lab 7's tests: one module for each step of the collector.

/// What the tests' heaps stand on: regions, and who gives the blocks. Lab 8 runs the same tests on
/// another ground, its pools.
const GROUND: exam::Kit = exam::Kit {
    object: generations::PLAIN,
    types: &[],
    start: |heap| objects::start::lay_out(heap.memory),
    alignments: &[8, 16],
    again: None,
};

/// The size of a range that a test fills.
pub(crate) const SIZE: u64 = 1 << 18;

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
