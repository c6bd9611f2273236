//! What lab 2 promises. Tests of task *n.k* are called `task_n_k_…`.
//!
//! Sizes, growth and hashes are compared with what a CPython 3.11.7 said: `data/`.

/// What the tests' heaps stand on: regions, and who gives the blocks. Lab 8 runs the same tests on
/// another ground, its pools.
const GROUND: exam::Kit = exam::Kit {
    object: objects::PLAIN,
    types: &[],
    start: |heap| objects::start::lay_out(heap.memory),
    alignments: &[8, 16],
    again: None,
};

/// The size of the range: small, since each test makes several.
pub(crate) const SIZE: u64 = 1 << 20;

#[path = "objects/common.rs"]
mod common;
#[path = "objects/headers.rs"]
mod headers;
#[path = "objects/instances.rs"]
mod instances;
#[path = "objects/lists.rs"]
mod lists;
#[path = "objects/names.rs"]
mod names;
#[path = "objects/python.rs"]
mod python;
#[path = "objects/values.rs"]
mod values;
