//! The list of usable arenas: those with a free pool, the one with the fewest first.
//!
//! So pools are always taken from the fullest arena, and an arena that is nearly empty gets a chance to
//! become empty. The list is kept in order in constant time, since the number of free pools of an arena
//! changes by one only: it moves behind the last arena that has as many as it had before. The table
//! [`nfp2lasta`] knows which that is.
//!
//! ```text
//! usable_arenas -> 3 free <-> 3 free <-> 7 free <-> 64 free
//!                                ^          ^          ^
//!                nfp2lasta[3] ---+      [7]-+     [64]-+        all others NULL
//! ```

use memory::pool::ArenaObject;
use memory::{Addr, Root};

use crate::arena::nfp2lasta;

/// Makes `arena` the only usable one. The list must be empty.
pub fn insert_only(arena: ArenaObject<'_>) {
    // task 6.4: the list's only member, and the last with its number of free pools
    let memory = arena.memory();
    Root::of(memory).usable_arenas().set(Some(arena.addr()));
    nfp2lasta(memory, arena.nfreepools().get()).set(Some(arena.addr()));
    // end task 6.4
}

/// The first usable arena has one free pool less: counts that in its `nfreepools`, and keeps the list
/// and the table right. If none is left, the arena leaves the list. (`allocate_from_new_pool`.)
///
/// The arena stays first: no other has fewer.
pub fn one_free_pool_less(arena: ArenaObject<'_>) {
    // task 6.4: one less, and out of the list at 0
    let memory = arena.memory();
    let nf = arena.nfreepools().get();
    if nfp2lasta(memory, nf).get() == Some(arena.addr()) {
        nfp2lasta(memory, nf).set(None);
    }
    arena.nfreepools().set(nf - 1);
    if nf > 1 {
        // It is the first, so it is the only one with so few.
        nfp2lasta(memory, nf - 1).set(Some(arena.addr()));
    } else {
        unlink(arena);
    }
    // end task 6.4
}

/// `arena` has one free pool more: counts that in its `nfreepools`, and keeps the list and the table
/// right. An arena that had none goes to the front of the list; any other moves behind the last one
/// that has as many free pools as it had before. (`insert_to_freepool`.)
pub fn one_free_pool_more(arena: ArenaObject<'_>) {
    // task 6.5: behind the last one of its equals
    let memory = arena.memory();
    let nf = arena.nfreepools().get();
    let me = Some(arena.addr());
    arena.nfreepools().set(nf + 1);
    if nf == 0 {
        let first = Root::of(memory).usable_arenas().replace(me);
        arena.prevarena().set(None);
        arena.nextarena().set(first);
        if let Some(first) = first {
            ArenaObject::at(memory, first).prevarena().set(me);
        }
    } else {
        let last = nfp2lasta(memory, nf).get();
        if last == me {
            let before = arena.prevarena().get();
            let equal = before.filter(|&a| ArenaObject::at(memory, a).nfreepools().get() == nf);
            nfp2lasta(memory, nf).set(equal);
        } else if let Some(last) = last {
            unlink(arena);
            link_behind(arena, last);
        }
    }
    // It is in front of all that have as many as it has now, so the last only if it is alone.
    let entry = nfp2lasta(memory, nf + 1);
    entry.set(entry.get().or(me));
    // end task 6.5
}

/// Takes `arena` off the list of usable ones; the table is not looked at.
pub fn unlink(arena: ArenaObject<'_>) {
    // task 6.4: the neighbours close the gap; either may be missing
    let memory = arena.memory();
    let (next, prev) = (arena.nextarena().get(), arena.prevarena().get());
    match prev {
        Some(prev) => ArenaObject::at(memory, prev).nextarena().set(next),
        None => Root::of(memory).usable_arenas().set(next),
    }
    if let Some(next) = next {
        ArenaObject::at(memory, next).prevarena().set(prev);
    }
    // end task 6.4
}

/// Puts `arena`, which is on no list, behind the usable arena at `last`.
fn link_behind(arena: ArenaObject<'_>, last: Addr) {
    // task 6.5: between it and the one behind it, if there is one
    let memory = arena.memory();
    let next = ArenaObject::at(memory, last)
        .nextarena()
        .replace(Some(arena.addr()));
    arena.prevarena().set(Some(last));
    arena.nextarena().set(next);
    if let Some(next) = next {
        ArenaObject::at(memory, next)
            .prevarena()
            .set(Some(arena.addr()));
    }
    // end task 6.5
}
