//! What can go wrong with the range, in words that say what to do.

use std::fmt;

use crate::{Addr, Region};

/// An error of the range, its regions or an allocator in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemoryError {
    /// The range has a size that it cannot have.
    BadSize {
        /// The size that was asked for, in bytes.
        size: u64,
    },
    /// The operating system did not give the range.
    NotReserved {
        /// The size that was asked for, in bytes.
        size: u64,
        /// The operating system's own words.
        reason: String,
    },
    /// The regions do not fit into the range.
    DoesNotFit {
        /// Bytes that the regions need together.
        needed: u64,
        /// Bytes that the range has.
        size: u64,
    },
    /// A region is full: it cannot grow by so many bytes.
    RegionFull {
        /// The region that was to grow.
        region: Region,
        /// By how many bytes.
        requested: u64,
        /// How many bytes it can still grow.
        available: u64,
    },
    /// The stack and the heap would meet.
    StackMeetsHeap {
        /// Where the top of the stack would have been.
        top: u64,
        /// The end of the heap, or the lowest address that the stack may use.
        limit: u64,
    },
    /// A frame was to be popped, and there is none.
    NoFrame,
    /// An address lies outside the region that it was said to be in.
    OutsideRegion {
        /// The address.
        addr: Addr,
        /// The region.
        region: Region,
    },
    /// An allocator has no block of this size: the heap is full, or no request can be so large.
    NoMemory {
        /// The size that was asked for, in bytes.
        requested: u64,
    },
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MemoryError::BadSize { size } => write!(
                f,
                "a range of {size} bytes: the size must be a power of two, at least 64 KiB"
            ),
            MemoryError::NotReserved { size, reason } => write!(
                f,
                "the operating system did not reserve {size} bytes ({reason}): \
                 a smaller range may do, or a higher limit of address space (ulimit -v)"
            ),
            MemoryError::DoesNotFit { needed, size } => write!(
                f,
                "the regions need {needed} bytes and the range has {size}"
            ),
            MemoryError::RegionFull {
                region,
                requested,
                available,
            } => write!(
                f,
                "the {region} region cannot grow by {requested} bytes: {available} are left"
            ),
            MemoryError::StackMeetsHeap { top, limit } => write!(
                f,
                "stack overflow: the top of the stack would be {top:#06x}, below its limit {limit:#06x}"
            ),
            MemoryError::NoFrame => write!(f, "no frame to pop: the stack is empty"),
            MemoryError::OutsideRegion { addr, region } => {
                write!(f, "{addr} lies outside the {region} region")
            }
            MemoryError::NoMemory { requested } => {
                write!(f, "no memory for {requested} bytes: the heap is full")
            }
        }
    }
}

impl std::error::Error for MemoryError {}
