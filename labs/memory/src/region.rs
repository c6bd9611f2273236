//! The four regions of a process: text, data, heap and stack.

use std::fmt;

use crate::{Addr, Memory, Root, record};

/// One of the four regions that the textbook divides a process into.
///
/// ```text
/// low addresses                                                      high addresses
/// | page 0 | root | text | data | heap ->            <- stack |
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Region {
    /// The program's code. Written once when the program is loaded, then only read.
    Text = 0,
    /// What exists as long as the process: static storage.
    Data = 1,
    /// What is created and destroyed while the program runs. Grows towards high addresses.
    Heap = 2,
    /// The frames of the calls that are running. Grows towards low addresses.
    Stack = 3,
}

impl Region {
    /// The four regions in the order of their addresses.
    pub const ALL: [Region; 4] = [Region::Text, Region::Data, Region::Heap, Region::Stack];

    /// The region whose used part holds `addr`, as the root record says; `None` for page 0, the
    /// root's page, a gap, and what lies beyond the range.
    #[must_use]
    pub fn of(memory: &Memory, addr: Addr) -> Option<Region> {
        Region::ALL
            .into_iter()
            .find(|&region| Root::of(memory).region(region).contains(addr))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Region::Text => "text",
            Region::Data => "data",
            Region::Heap => "heap",
            Region::Stack => "stack",
        })
    }
}

record! {
    /// Where a region lies. Its used part is `start..end`, whichever way it grows.
    ///
    /// Text, data and heap grow upwards: `end` moves up, at most to `limit`. The stack grows
    /// downwards: `start`, the top of the stack, moves down, at least to `limit`. All three are 0
    /// until the regions are laid out. They are plain numbers of bytes, not `Addr`s, since the end
    /// of the range is no address.
    // ANCHOR: record
    pub struct RegionRecord[24] {
        /// The first byte of the used part; of the stack, its top.
        0 => start: u64,
        /// The first byte after the used part; of the heap, the *break*.
        8 => end: u64,
        /// How far the region may grow.
        16 => limit: u64,
    }
    // ANCHOR_END: record
}

impl RegionRecord<'_> {
    /// Whether `addr` lies in the used part.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn contains(self, addr: Addr) -> bool {
        (self.start().get()..self.end().get()).contains(&addr.get())
    }

    /// The length of the used part in bytes.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn len(self) -> u64 {
        self.end().get().saturating_sub(self.start().get())
    }

    /// Whether nothing of the region is used.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}
