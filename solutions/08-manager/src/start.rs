//! Start-up of the whole manager, and who serves whom.

use arenas::{AllocatorName, domains};
use memory::manager::{FreeLists, Pauses, Schedule};
use memory::{Allocator, Domain, Geometry, Heap, Memory, MemoryError, Root};
use objects::start::lay_out;
use regions::static_alloc;

/// The allocator that serves `domain` in this manager: what lab 6's [`domains`] says for
/// [`Pymalloc`](AllocatorName::Pymalloc).
#[must_use]
pub fn allocator<G: Geometry>(domain: Domain) -> Allocator {
    // task 8.1: one of three
    let domains = domains::<G>(AllocatorName::Pymalloc);
    match domain {
        Domain::Raw => domains.raw,
        Domain::Mem => domains.mem,
        Domain::Object => domains.object,
    }
    // end task 8.1
}

/// Starts everything, in a range that is new:
///
/// 1. the regions: lab 2's [`lay_out`];
/// 2. the row of arenas: lab 6's [`start`](arenas::arena::start()). It also says in the root how blocks
///    and static storage are aligned: [`Root::alignment`];
/// 3. this lab's records: [`make_records`];
/// 4. objects, counts, lists of the collector: lab 7's [`start`](generations::start()). It makes the
///    first objects, and finds the regions laid out.
///
/// Before a step has run, nothing may ask for what it makes: the first object needs an arena, and may
/// ask for a free list.
///
/// # Errors
/// Those of the four.
pub fn start<G: Geometry>(heap: &Heap) -> Result<(), MemoryError> {
    // task 8.1: from the ground up
    lay_out(heap.memory)?;
    arenas::arena::start::<G>(heap.memory)?;
    make_records(heap.memory)?;
    generations::start(heap)
    // end task 8.1
}

/// Makes what this lab keeps, in static storage: the free lists, the pauses of each generation, the
/// policy. All zeros, which is: nothing kept, nothing measured, automatic collection. Given.
///
/// # Errors
/// Those of [`static_alloc`].
pub fn make_records(memory: &Memory) -> Result<(), MemoryError> {
    let root = Root::of(memory);
    let free_lists = static_alloc(memory, FreeLists::SIZE)?;
    let pauses = static_alloc(memory, 3 * Pauses::BYTES)?;
    let schedule = static_alloc(memory, Schedule::SIZE)?;
    root.free_lists().set(Some(free_lists));
    root.pauses().set(Some(pauses));
    root.schedule().set(Some(schedule));
    Ok(())
}
