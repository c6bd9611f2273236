//! Arenas and their records.
//!
//! An arena begins at a multiple of its size. So the number of an arena is its address divided by
//! its size, and the record of the arena that an address would lie in is found without a search:
//!
//! ```text
//! arenas       | record 0 | record 1 | record 2 | ...      address != 0: there is an arena
//!
//! the range    | place 0  | place 1  | place 2  | ...      ARENA_SIZE bytes each
//! ```

use memory::addr::round_up;
use memory::pool::ArenaObject;
use memory::{Addr, Geometry, Memory, MemoryError, PAGE, Root, plain};

/// Makes a range ready for arenas: reserves the row of records, one for each place of `G::ARENA_SIZE`
/// bytes that the range has, and notes in the root record where it is ([`Root::arenas`]), how many
/// records it has ([`Root::maxarenas`]), and the size of an arena ([`Root::arena_size`]). Also makes the
/// lists of used pools ([`pools::start`]).
///
/// The row is whole pages from [`regions::grow_heap`]. They read as zeros, which is what
/// unused records look like, and none of them is touched.
///
/// # Errors
/// Those of [`regions::grow_heap`]; the root record is then as it was.
pub fn start<G: Geometry>(memory: &Memory) -> Result<(), MemoryError> {
    // task 6.1: one record for each place in the range
    let places = memory.size() / G::ARENA_SIZE;
    let bytes = round_up(places * ArenaObject::SIZE, PAGE).unwrap_or(u64::MAX);
    let row = regions::grow_heap(memory, bytes)?;
    let root = Root::of(memory);
    root.arenas().set(Some(row));
    root.maxarenas().set(places);
    root.arena_size().set(G::ARENA_SIZE);
    pools::start::<G>(memory);
    Ok(())
    // end task 6.1
}

/// The record of the arena that `addr` lies in, or would lie in: number `addr / G::ARENA_SIZE` of the
/// row. An address beyond the range is masked into it, as in every access.
#[inline]
#[must_use]
pub fn arena_at<G: Geometry>(memory: &Memory, addr: Addr) -> ArenaObject<'_> {
    // task 6.2: the record with the number of the place
    let row = Root::of(memory).arenas().get().map_or(0, Addr::get);
    let number = addr.get() % memory.size() / G::ARENA_SIZE;
    ArenaObject::at_offset(memory, row + number * ArenaObject::SIZE)
    // end task 6.2
}

/// Whether `addr` lies in an arena, and so in a block that a pool handed out. Everything else came from
/// the plain allocator. (`address_in_range`, `Objects/obmalloc.c`, 3.11.)
#[inline]
#[must_use]
pub fn address_in_range<G: Geometry>(memory: &Memory, addr: Addr) -> bool {
    // task 6.2: is there an arena?
    arena_at::<G>(memory, addr).address().get().is_some()
    // end task 6.2
}

/// A new arena, and the only usable one: nothing in it is carved. (`new_arena`.)
///
/// Its place is that of an arena that was given back, the one most recently given back, if there is one
/// ([`Root::unused_arena_objects`], linked by `nextarena`). Otherwise it comes from
/// [`plain::aligned_pages`]. All of its pools are free, and the next one to be carved is the first.
/// Neither list nor table is touched: that is [`usable::insert_only`](crate::usable::insert_only).
/// `narenas_currently_allocated` and `ntimes_arena_allocated` count it, and `narenas_highwater` is the
/// largest value that the first of them ever had.
///
/// # Errors
/// Those of [`plain::aligned_pages`].
pub fn new_arena<G: Geometry>(memory: &Memory) -> Result<ArenaObject<'_>, MemoryError> {
    // task 6.3: a place that was given back, or a new one
    let root = Root::of(memory);
    let unused = root.unused_arena_objects();
    let (arena, address) = match unused.get() {
        Some(record) => {
            let arena = ArenaObject::at(memory, record);
            unused.set(arena.nextarena().get());
            (arena, place_of::<G>(memory, record))
        }
        None => {
            let address = plain::aligned_pages(memory, G::ARENA_SIZE, regions::grow_heap)?;
            (arena_at::<G>(memory, address), address)
        }
    };
    arena.address().set(Some(address));
    arena.pool_address().set(Some(address));
    arena.nfreepools().set(G::POOLS_IN_ARENA as u32);
    arena.ntotalpools().set(G::POOLS_IN_ARENA as u32);
    arena.freepools().set(None);
    arena.nextarena().set(None);
    arena.prevarena().set(None);
    let count = root.narenas_currently_allocated().get() + 1;
    root.narenas_currently_allocated().set(count);
    let times = root.ntimes_arena_allocated();
    times.set(times.get() + 1);
    if count > root.narenas_highwater().get() {
        root.narenas_highwater().set(count);
    }
    Ok(arena)
    // end task 6.3
}

/// The place of the arena whose record is at `record`, in use or not. Given.
pub(crate) fn place_of<G: Geometry>(memory: &Memory, record: Addr) -> Addr {
    let row = Root::of(memory).arenas().get().map_or(0, Addr::get);
    let number = (record.get() - row) / ArenaObject::SIZE;
    Addr::at(number * G::ARENA_SIZE)
}
