//! The list of usable arenas: those with a free pool, the one with the fewest first.
//!
//! So pools are always taken from the fullest arena, and an arena that is nearly empty gets a chance to
//! become empty. The list is kept in order in constant time, since the number of free pools of an arena
//! changes by one only: the arena moves behind the last one that has as many as it had before. The
//! table [`nfp2lasta`] knows which that is.
//!
//! ```text
//! usable_arenas -> 3 free <-> 3 free <-> 7 free <-> 64 free
//!                                ^          ^          ^
//!                nfp2lasta[3] ---+      [7]-+     [64]-+        all others NULL
//! ```
//!
//! Nothing here walks along the list: each function looks at an arena, at its neighbours, and at
//! entries of the table.

use memory::pool::{ArenaObject, NFP2LASTA};
use memory::{Addr, Field, Memory, Root, WORD};

/// The entry of the table `nfp2lasta` for `nfreepools`: the last arena in the list of usable ones
/// that has so many free pools, or NULL. Given.
pub fn nfp2lasta(memory: &Memory, nfreepools: u32) -> Field<'_, Option<Addr>> {
    Field::at(memory, NFP2LASTA.plus(WORD * u64::from(nfreepools)))
}

/// Puts `arena`, which is on no list, in front of all usable ones. The table is not looked at.
///
/// Its `prevarena` becomes NULL, its `nextarena` the arena that was first, or NULL.
pub fn link_front(arena: ArenaObject<'_>) {
    todo!("6.5 the new first one")
}

/// Puts `arena`, which is on no list, behind the usable arena whose record is at `last`. The table is
/// not looked at.
pub fn link_behind(arena: ArenaObject<'_>, last: Addr) {
    todo!("6.5 between it and the one behind it, if there is one")
}

/// Takes `arena` off the list of usable ones. The table is not looked at.
///
/// Its own two links stay as they were; nobody reads them any more.
pub fn unlink(arena: ArenaObject<'_>) {
    todo!("6.5 the neighbours close the gap; either may be missing")
}

/// `arena` stops to be one with its number of free pools; for the table alone, nothing else is
/// written.
///
/// If the table says that it is the last one with that number, the arena in front of it is the last
/// one now, if it has as many; otherwise there is none any more, and the entry becomes NULL. If another
/// arena is the last, the table stays as it is.
pub fn leave_equals(arena: ArenaObject<'_>) {
    todo!("6.6 who is the last one now?")
}

/// Makes `arena` the only usable one, on the list and in the table. The list must be empty.
pub fn insert_only(arena: ArenaObject<'_>) {
    todo!("6.6 the first one, and the last one with its number of free pools")
}

/// A pool was taken from `arena`, the *first* usable one: counts one free pool less in its
/// `nfreepools`, and keeps the list and the table right. If none is left, the arena leaves the list.
/// (`allocate_from_new_pool`, `Objects/obmalloc.c`, 3.11.)
///
/// The arena need not move: it had the fewest free pools, and has fewer now. So it is the only one with
/// so few.
pub fn one_free_pool_less(arena: ArenaObject<'_>) {
    todo!("6.6 one less, and off the list at 0")
}

/// A pool of `arena` became free: counts one free pool more in its `nfreepools`, and keeps the list
/// and the table right. (`insert_to_freepool`.)
///
/// An arena that had none was on no list, and goes to the front of it. One that was the last of those
/// with its number of free pools stays where it is. Any other moves behind the last of those.
/// Then it stands in front of all that have as many as it has now: in the table it becomes the last of
/// them only if there is no other.
pub fn one_free_pool_more(arena: ArenaObject<'_>) {
    todo!("6.8 behind the last one of its equals")
}
