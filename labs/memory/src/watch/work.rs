//! Counted work: the same on every machine, unlike time.

use std::ops::{Add, Sub};

/// What one side did to the memory: the allocator inside its own calls, or everybody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Words read. An access to less than a word counts as one; bytes count as the words that
    /// they would fill.
    pub loads: u64,
    /// Words written, counted likewise.
    pub stores: u64,
    /// Logical pages of 4 KiB that were touched for the first time, or for the first time since
    /// they were given back: page faults, on a machine with such pages.
    pub pages: u64,
}

impl Side {
    /// Words read and written together.
    #[must_use]
    pub fn words(self) -> u64 {
        self.loads + self.stores
    }
}

impl Add for Side {
    type Output = Side;
    fn add(self, other: Side) -> Side {
        Side {
            loads: self.loads + other.loads,
            stores: self.stores + other.stores,
            pages: self.pages + other.pages,
        }
    }
}

impl Sub for Side {
    type Output = Side;
    fn sub(self, earlier: Side) -> Side {
        Side {
            loads: self.loads - earlier.loads,
            stores: self.stores - earlier.stores,
            pages: self.pages - earlier.pages,
        }
    }
}

/// All work since the memory was made. The work of a part of a run is the difference of two:
/// `watched.work() - before`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Inside calls of `heap.malloc`, `heap.realloc` and `heap.free`.
    pub manager: Side,
    /// Everywhere else.
    pub program: Side,
}

impl Work {
    /// Both sides together.
    #[must_use]
    pub fn total(self) -> Side {
        self.manager + self.program
    }
}

impl Sub for Work {
    type Output = Work;
    fn sub(self, earlier: Work) -> Work {
        Work {
            manager: self.manager - earlier.manager,
            program: self.program - earlier.program,
        }
    }
}
