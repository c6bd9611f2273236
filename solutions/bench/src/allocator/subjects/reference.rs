//! The course's own: the reference of lab 6, on a range with a constant mask.

use std::marker::PhantomData;

use anyhow::Result;
use memory::{Addr, Geometry, Memory, record};
use regions::Sizes;

use crate::allocator::subject::Subject;

record! {
    /// The two words that are written.
    struct Header[16] {
        /// The first.
        0 => first: u64,
        /// The second.
        8 => second: u64,
    }
}

/// The reference with one geometry, and a range of its own.
pub(crate) struct Reference<G> {
    memory: Memory,
    geometry: PhantomData<G>,
}

impl<G: Geometry> Reference<G> {
    pub(crate) fn start() -> Result<Reference<G>> {
        let memory = Memory::new(Memory::FIXED_SIZE)?;
        regions::layout(&memory, Sizes { text: 0, data: 0 })?;
        arenas::arena::start::<G>(&memory)?;
        Ok(Reference {
            memory,
            geometry: PhantomData,
        })
    }
}

impl<G: Geometry> Subject for Reference<G> {
    type Block = Addr;
    const NO_BLOCK: Addr = Addr::at(8);

    #[inline(always)]
    fn alloc(&mut self, size: usize) -> Addr {
        match arenas::malloc::<G>(&self.memory, size as u64) {
            Ok(block) => block,
            Err(error) => panic!("the reference: {error}"),
        }
    }

    #[inline(always)]
    fn realloc(&mut self, block: Addr, _old: usize, size: usize) -> Addr {
        match arenas::realloc::<G>(&self.memory, block, size as u64) {
            Ok(block) => block,
            Err(error) => panic!("the reference: {error}"),
        }
    }

    #[inline(always)]
    fn free(&mut self, block: Addr) {
        arenas::free::<G>(&self.memory, block);
    }

    #[inline(always)]
    fn write(&self, block: Addr, size: usize) {
        // Masked once, as the allocator masks its own headers: this is the loop's work.
        let header = Header::at_offset(&self.memory, block.get() & (self.memory.size() - 16));
        header.first().set(size as u64);
        if size >= 16 {
            header.second().set(size as u64);
        }
    }

    #[inline(always)]
    fn read(&self, block: Addr) -> u64 {
        self.memory.load(block)
    }

    fn fill(&self, block: Addr, size: usize) {
        self.memory.fill(block, size as u64, 1);
    }
}
