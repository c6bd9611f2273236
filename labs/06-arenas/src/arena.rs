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
/// records it has ([`Root::maxarenas`]), and the size of an arena ([`Root::arena_size`]). Then makes the
/// lists of used pools ([`pools::start`]). The regions must be laid out.
///
/// The row is whole pages from [`regions::grow_heap`], as few as it fits into. They read as zeros, which
/// is what records look like that were never used, and none of them is touched.
///
/// # Errors
/// Those of [`regions::grow_heap`]; nothing is written then.
pub fn start<G: Geometry>(memory: &Memory) -> Result<(), MemoryError> {
    todo!("6.1 one record for each place in the range")
}

/// The record of the arena that `addr` lies in, or would lie in: number `addr / G::ARENA_SIZE` of the
/// row ([`arena_number`]). An address beyond the range is masked into it, as in every access.
#[inline]
#[must_use]
pub fn arena_at<G: Geometry>(memory: &Memory, addr: Addr) -> ArenaObject<'_> {
    todo!("6.2 the record with the number of the place")
}

/// Whether `addr` lies in an arena, and so in a block that a pool handed out. Everything else came from
/// the plain allocator. (`address_in_range`, `Objects/obmalloc.c`, 3.11.)
#[inline]
#[must_use]
pub fn address_in_range<G: Geometry>(memory: &Memory, addr: Addr) -> bool {
    todo!("6.2 is there an arena?")
}

/// A new arena, of which nothing is carved. (`new_arena`.)
///
/// Its place is that of an arena that was given back, the first of the list
/// [`Root::unused_arena_objects`] (linked by `nextarena`), if there is one. Otherwise it comes from
/// [`plain::aligned_pages`]: `G::ARENA_SIZE` bytes, from [`regions::grow_heap`].
///
/// In its record `address` and `pool_address` are where it begins, all of its `ntotalpools` pools are
/// free (`nfreepools`), and the other fields are NULL. Of the arena itself no word is touched. It is
/// neither on the list of usable arenas nor in the table `nfp2lasta`: both are the caller's work.
///
/// The root record counts it: `narenas_currently_allocated` (how many there are) and
/// `ntimes_arena_allocated` (how many were ever made) are one more, and `narenas_highwater` is the
/// largest value that the first of them ever had.
///
/// # Errors
/// Those of [`plain::aligned_pages`]; nothing is written then.
pub fn new_arena<G: Geometry>(memory: &Memory) -> Result<ArenaObject<'_>, MemoryError> {
    todo!("6.3 a place that was given back, or a new one")
}

/// Where the arena begins whose record is at `record`, if there is one now, and where it would begin
/// otherwise. Given.
#[must_use]
pub fn place_of<G: Geometry>(memory: &Memory, record: Addr) -> Addr {
    let row = Root::of(memory).arenas().get().map_or(0, Addr::get);
    let number = record.get().wrapping_sub(row) / ArenaObject::SIZE;
    Addr::new(number * G::ARENA_SIZE).unwrap_or(record)
}

/// The record with this number in the row. Given.
#[inline]
#[must_use]
pub fn arena_number(memory: &Memory, number: u64) -> ArenaObject<'_> {
    let row = Root::of(memory).arenas().get().map_or(0, Addr::get);
    ArenaObject::at_offset(memory, row + number * ArenaObject::SIZE)
}
