//! Start-up. Given.

use memory::{Heap, MemoryError};

use crate::callbacks::make_lists;

/// Lab 4's [`start`](cycles::start()), then the lists `gc.garbage` and `gc.callbacks`
/// ([`make_lists`]).
///
/// The containers that are made meanwhile count: generation 0's count is not 0 afterwards.
///
/// # Errors
/// Those of lab 4's `start` and [`Heap::malloc`].
pub fn start(heap: &Heap) -> Result<(), MemoryError> {
    cycles::start(heap)?;
    make_lists(heap)
}
