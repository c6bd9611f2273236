//! What is measured: an allocator behind a small trait, and the trait behind one that can be boxed.

use std::hint::black_box;

use crate::allocator::replay::{Quick, Whole, replay};
use crate::allocator::workload::Workload;

/// An allocator. The replay is compiled for each one, so the calls cost no more than in its own
/// programs.
pub trait Subject {
    /// What a block is known by: a pointer, or an address in our range.
    type Block: Copy;
    /// A value for empty slots.
    const NO_BLOCK: Self::Block;

    /// A block of at least `size` bytes and of at least 8.
    fn alloc(&mut self, size: usize) -> Self::Block;
    /// The block, made `size` bytes large; it had `old` bytes.
    fn realloc(&mut self, block: Self::Block, old: usize, size: usize) -> Self::Block;
    /// The block is given back.
    fn free(&mut self, block: Self::Block);

    /// Writes the block's first word, and its second one if it has 16 bytes: as much as the header of
    /// a new object takes.
    fn write(&self, block: Self::Block, size: usize);
    /// Reads the block's first word.
    fn read(&self, block: Self::Block) -> u64;
    /// Writes all of the block's `size` bytes.
    fn fill(&self, block: Self::Block, size: usize);

    /// All blocks were given back: for allocators that free nothing before that.
    fn emptied(&mut self) {}
}

/// A subject with its slots, whatever its type.
pub trait Runner {
    /// `reference`, `cpython-3.11`.
    fn name(&self) -> &str;
    /// Allocates blocks of all small sizes, and never frees them. An allocator that was in use before, as
    /// a started Python's was, would otherwise have free blocks that cost nothing, and a fresh one pays
    /// for its first page of every size.
    fn fill_up(&mut self);
    /// Makes room for the workload's slots, so that the replay does not have to.
    fn prepare(&mut self, workload: &Workload);
    /// Replays the workload as it is timed.
    fn replay(&mut self, workload: &Workload);
    /// Replays it and writes every requested byte.
    fn replay_and_touch(&mut self, workload: &Workload);
}

/// So many bytes of each size: more than a started Python has free of any.
const FILL_UP: usize = 256 << 10;

/// The one kind of [`Runner`].
pub struct Running<S: Subject> {
    name: String,
    subject: S,
    slots: Vec<S::Block>,
}

impl<S: Subject + 'static> Running<S> {
    /// A subject under its name.
    pub fn boxed(name: &str, subject: S) -> Box<dyn Runner> {
        Box::new(Running {
            name: name.to_owned(),
            subject,
            slots: Vec::new(),
        })
    }
}

impl<S: Subject> Runner for Running<S> {
    fn name(&self) -> &str {
        &self.name
    }

    fn fill_up(&mut self) {
        for size in (16..=512).step_by(16) {
            for _ in 0..FILL_UP / size {
                let block = black_box(self.subject.alloc(size));
                self.subject.fill(block, size);
            }
        }
    }

    fn prepare(&mut self, workload: &Workload) {
        // Freed first: a slot's page must have been touched by all or by none.
        self.slots = Vec::new();
        self.slots.resize(workload.slots, S::NO_BLOCK);
    }

    fn replay(&mut self, workload: &Workload) {
        replay::<S, Quick>(&mut self.subject, workload, &mut self.slots);
    }

    fn replay_and_touch(&mut self, workload: &Workload) {
        replay::<S, Whole>(&mut self.subject, workload, &mut self.slots);
    }
}
