//! A large table of zeros that costs only where it is used.

use std::ops::{Deref, Range};

/// Cells in a part: what is copied as one.
const PART: usize = 4096;

/// A table of numbers, zeros at first. The operating system makes its pages when they are written
/// to, and a copy of the table writes only the parts that were written to.
#[derive(Debug)]
pub(super) struct Zeros<T> {
    cells: Vec<T>,
    /// For each part: whether it was given out to be written to.
    used: Vec<bool>,
}

impl<T: Copy + Default> Zeros<T> {
    pub(super) fn new(len: usize) -> Zeros<T> {
        Zeros {
            // Zeros come from the operating system as they are.
            cells: vec![T::default(); len],
            used: vec![false; len.div_ceil(PART)],
        }
    }

    /// Cell `index`, to be written to.
    #[inline]
    pub(super) fn cell(&mut self, index: usize) -> &mut T {
        self.used[index / PART] = true;
        &mut self.cells[index]
    }

    /// Several cells, to be written to.
    #[inline]
    pub(super) fn range(&mut self, range: Range<usize>) -> &mut [T] {
        if range.start < range.end {
            self.used[range.start / PART..range.end.div_ceil(PART)].fill(true);
        }
        &mut self.cells[range]
    }

    /// Copies the cells of `from` to those from `to` on; the two may overlap.
    pub(super) fn copy_within(&mut self, from: Range<usize>, to: usize) {
        self.range(to..to + from.len());
        self.cells.copy_within(from, to);
    }
}

impl<T> Deref for Zeros<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        &self.cells
    }
}

impl<T: Copy + Default> Clone for Zeros<T> {
    fn clone(&self) -> Zeros<T> {
        let mut copy = Zeros::new(self.cells.len());
        for (part, _) in self.used.iter().enumerate().filter(|(_, used)| **used) {
            let range = part * PART..((part + 1) * PART).min(self.cells.len());
            copy.range(range.clone())
                .copy_from_slice(&self.cells[range]);
        }
        copy
    }
}
