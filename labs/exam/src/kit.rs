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
    /// `None`, but where a later lab runs these tests once more on a heap of its own.
    pub again: Option<Again>,
}

/// An earlier lab's test, run once more by a later lab. Its failures are that lab's: they name its
/// task, and say whose test it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// The later lab's task: `"8.1"`.
    pub task: &'static str,
    /// What is different now; it finishes the sentence *this is lab 3's test, and now …*.
    pub now: &'static str,
}

impl Again {
    /// The line that a failure of the test of task `id` shows.
    pub(crate) fn line(self, id: &str) -> String {
        let lab = id.split('.').next().unwrap_or(id);
        format!(
            "this is lab {lab}'s test of task {id}, and now {}",
            self.now
        )
    }
}
