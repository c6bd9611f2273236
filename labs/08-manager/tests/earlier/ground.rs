//! What the earlier tests' heaps stand on now: lab 8's domain for objects, which is pools.

use arenas::arena::start as start_arenas;
use exam::{Again, Kit};
use manager::start::{allocator, make_records};
use memory::{Allocator, Classic, Domain, Geometry, Heap, Memory, MemoryError, Modern, Root};

/// Blocks from your pools: with 8-byte steps from [`Classic`] ones, with 16-byte steps from [`Modern`]
/// ones. Each test runs with both.
pub(crate) const POOLS: Kit = Kit {
    object: Allocator {
        malloc: |memory, size| (objects(memory).malloc)(memory, size),
        realloc: |memory, block, size| (objects(memory).realloc)(memory, block, size),
        free: |memory, block| (objects(memory).free)(memory, block),
    },
    types: &[],
    start,
    alignments: &[Classic::ALIGNMENT, Modern::ALIGNMENT],
    again: Some(Again {
        task: "8.1",
        now: "its objects live in your pools",
    }),
};

/// The size of a small range: one that has room for a few arenas of 1 MiB.
pub(crate) const SIZE: u64 = 1 << 22;

fn is_classic(memory: &Memory) -> bool {
    Root::of(memory).alignment().get() == Classic::ALIGNMENT
}

fn objects(memory: &Memory) -> Allocator {
    match is_classic(memory) {
        true => allocator::<Classic>(Domain::Object),
        false => allocator::<Modern>(Domain::Object),
    }
}

/// The regions, the arenas and this lab's records, in this order: what the earlier labs' starts do next
/// asks for blocks.
fn start(heap: &Heap) -> Result<(), MemoryError> {
    let memory = heap.memory;
    objects::start::lay_out(memory)?;
    match is_classic(memory) {
        true => start_arenas::<Classic>(memory)?,
        false => start_arenas::<Modern>(memory)?,
    }
    make_records(memory)?;
    from_a_pool(heap)
}

/// Takes one block, and gives it back: a pool must have been made for it, and an arena for the pool.
fn from_a_pool(heap: &Heap) -> Result<(), MemoryError> {
    let block = heap.malloc(32)?;
    assert!(
        Root::of(heap.memory).narenas_currently_allocated().get() > 0,
        "start::allocator(Domain::Object) gave a block of 32 bytes, and no arena was made for it: it \
         does not come from a pool"
    );
    heap.free(block);
    Ok(())
}
