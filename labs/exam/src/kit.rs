//! What a test's heap is made of.

use memory::{Allocator, Heap, MemoryError, Slots};

/// The parts of a heap: code of the labs, no state. Each lab has one, in its tests.
#[derive(Clone, Copy, Debug)]
pub struct Kit {
    /// Where objects get their blocks.
    pub object: Allocator,
    /// The slot table.
    pub types: &'static [Slots],
    /// Makes everything that must be there before the first event: regions, static types, `None`.
    /// The root record's `alignment` is set already.
    pub start: fn(&Heap) -> Result<(), MemoryError>,
    /// The alignments of blocks in bytes with which each test runs: `&[8, 16]`.
    pub alignments: &'static [u64],
}
