//! Large blocks give their pages back when they are freed.
//!
//! A dict that grows moves to a table twice as large, and leaves the old one behind. The plain allocator
//! keeps it for the next large block; until one comes it occupies memory for nothing. The C library maps
//! such a block for itself and gives it back (`M_MMAP_THRESHOLD`, 128 KiB); this does the same with
//! the pages that lie wholly in the block.

use arenas::arena::address_in_range;
use arenas::{arena_pools, pymalloc};
use memory::addr::round_up;
use memory::plain::{Chunk, FENCE, FREE, PREV_FREE};
use memory::{Addr, Allocator, Geometry, Memory, PAGE, WORD, plain};

/// Blocks of at least so many bytes give their pages back.
pub const LARGE: u64 = 128 << 10;

/// Lab 6's [`pymalloc`], with this module's [`free`].
#[must_use]
pub const fn allocator<G: Geometry>() -> Allocator {
    Allocator {
        free: free::<G>,
        ..pymalloc::<G>()
    }
}

/// Lab 6's [`arenas::free`]; the pages of a block of at least [`LARGE`] bytes go back to the system.
#[inline]
pub fn free<G: Geometry>(memory: &Memory, block: Addr) {
    if address_in_range::<G>(memory, block) {
        pools::free::<G>(memory, block, const { &arena_pools::<G>() });
    } else {
        give_back(memory, block);
        plain::free(memory, block);
    }
}

fn give_back(memory: &Memory, block: Addr) {
    let head = Chunk::at(memory, block.minus(WORD)).head().get();
    let size = (head & !(FREE | PREV_FREE | FENCE)).saturating_sub(WORD);
    // What is no live block, `plain::free` will say.
    if head & (FREE | FENCE) == 0
        && size >= LARGE
        && let Some(first) = round_up(block.get(), PAGE)
        && let Some(end) = block.get().checked_add(size)
        && end <= memory.size()
    {
        memory.give_back(Addr::at(first), (end - first) / PAGE * PAGE);
    }
}

#[cfg(test)]
mod tests {
    use memory::Modern;

    use super::*;

    #[test]
    fn the_pages_of_a_large_block_are_zeros_again_and_its_neighbours_stay() -> Result<(), String> {
        let memory = Memory::new(Memory::TEST_SIZE).map_err(|error| error.to_string())?;
        let heap = memory::Heap {
            memory: &memory,
            object: allocator::<Modern>(),
            types: &generations::TYPES,
        };
        objects::start(&heap).map_err(|error| error.to_string())?;
        arenas::arena::start::<Modern>(&memory).map_err(|error| error.to_string())?;
        let malloc = |size| heap.malloc(size).map_err(|error| error.to_string());
        let (before, large, behind) = (malloc(1000)?, malloc(LARGE)?, malloc(1000)?);
        for (block, size) in [(before, 1000), (large, LARGE), (behind, 1000)] {
            memory.fill(block, size, 0xee);
        }
        heap.free(large);
        assert_eq!(memory.load(large.plus(LARGE / 2)), 0);
        for block in [before, behind] {
            assert_eq!(memory.read_bytes(block, 1000), [0xee; 1000]);
        }
        assert_eq!(plain::check(&memory), Ok(()));
        assert_eq!(malloc(LARGE)?, large);
        Ok(())
    }
}
