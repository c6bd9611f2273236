//! Pools out of arenas, and back.

use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Geometry, Memory, MemoryError, Root};
use pools::PoolSource;

use crate::arena::{arena_at, new_arena};
use crate::usable::{insert_only, leave_equals, one_free_pool_less, one_free_pool_more, unlink};

/// Where lab 5's allocator gets its pools from now on, and where it takes empty ones.
#[must_use]
pub const fn arena_pools<G: Geometry>() -> PoolSource {
    PoolSource {
        allocate: allocate_pool::<G>,
        free: free_pool::<G>,
    }
}

/// Carves the next pool of `arena`, at its `pool_address`, which moves on by the size of a pool. Behind
/// the last pool it is the arena's end, and stays there: it is not NULL while the arena exists. `None`
/// if `pool_address` is NULL, since then there is no arena. Whether a pool is left is for the caller to
/// know.
///
/// The pool's header gets its `arenaindex` (its address divided by the size of an arena) and
/// [`DUMMY_SIZE_IDX`], since it was never used. Nothing else of the pool is written, so one page of it
/// is touched. `nfreepools` is not counted here. (`allocate_from_new_pool`, `Objects/obmalloc.c`, 3.11.)
pub fn carve_pool<G: Geometry>(arena: ArenaObject<'_>) -> Option<Addr> {
    // task 6.4: the next bytes that nobody has touched
    let pool = arena.pool_address().get()?;
    arena.pool_address().set(Some(pool.plus(G::POOL_SIZE)));
    let header = PoolHeader::at(arena.memory(), pool);
    header.arenaindex().set((pool.get() / G::ARENA_SIZE) as u32);
    header.szidx().set(DUMMY_SIZE_IDX);
    Some(pool)
    // end task 6.4
}

/// A free pool of the first usable arena, which is the fullest one: the first of its `freepools`, or
/// one that is carved now ([`carve_pool`]) if that list is empty. The arena has one free pool less
/// ([`one_free_pool_less`]). If no arena is usable, a new one is made and becomes the only one
/// ([`new_arena`], [`insert_only`]). (`allocate_from_new_pool`.)
///
/// A pool from `freepools` is handed out as it is: header, free list and all.
///
/// `nempty_arenas` in the root record is the number of usable arenas of which no pool is in use. One
/// that is taken from here is not among them any more. A new arena never was: nobody has counted it.
///
/// # Errors
/// Those of [`new_arena`].
pub fn allocate_pool<G: Geometry>(memory: &Memory) -> Result<Addr, MemoryError> {
    // task 6.7: of the first usable arena
    let root = Root::of(memory);
    let arena = match root.usable_arenas().get() {
        Some(first) => {
            let arena = ArenaObject::at(memory, first);
            if arena.nfreepools().get() == arena.ntotalpools().get() {
                root.nempty_arenas().set(root.nempty_arenas().get() - 1);
            }
            arena
        }
        None => {
            let arena = new_arena::<G>(memory)?;
            insert_only(arena);
            arena
        }
    };
    one_free_pool_less(arena);
    if let Some(pool) = arena.freepools().get() {
        let next = PoolHeader::at(memory, pool).nextpool().get();
        arena.freepools().set(next);
        return Ok(pool);
    }
    carve_pool::<G>(arena).ok_or(MemoryError::NoMemory {
        requested: G::POOL_SIZE,
    })
    // end task 6.7
}

/// Takes the empty pool at `pool` back: puts it in front of its arena's list `freepools`, which is
/// linked by `nextpool`. Nothing else of the pool is written: it keeps its size class and its free
/// list. (`insert_to_freepool`.)
///
/// If it was the only pool of its arena in use (all others are counted in `nfreepools` already),
/// [`arena_is_empty`] does the rest. Otherwise the arena has one free pool more
/// ([`one_free_pool_more`]).
pub fn free_pool<G: Geometry>(memory: &Memory, pool: Addr) {
    // task 6.9: in front of its arena's list
    let arena = arena_at::<G>(memory, pool);
    let next = arena.freepools().replace(Some(pool));
    PoolHeader::at(memory, pool).nextpool().set(next);
    if arena.nfreepools().get() + 1 == arena.ntotalpools().get() {
        arena_is_empty::<G>(arena);
    } else {
        one_free_pool_more(arena);
    }
    // end task 6.9
}

/// The last pool of `arena` that was in use is in its `freepools` now, and not yet counted: keeps the
/// arena or gives it back. (`insert_to_freepool`, since 3.9.)
///
/// It stays if no other usable arena is behind it in the list, so that a program that needs
/// one pool more than its arenas have does not get an arena and give it back again and again. Then it has
/// one free pool more ([`one_free_pool_more`]), and `nempty_arenas` in the root record counts it.
/// Otherwise it goes ([`give_arena_back`]).
///
/// *Going further*: it stays too if fewer than `G::KEPT_ARENAS` arenas are empty already. If `G::RECARVE`,
/// and only then, an arena that stays forgets its `freepools`, and is carved again from its start.
pub fn arena_is_empty<G: Geometry>(arena: ArenaObject<'_>) {
    // task 6.10: keep it, or let it go
    let empty = Root::of(arena.memory()).nempty_arenas();
    let last = arena.nextarena().get().is_none();
    if !last && empty.get() >= G::KEPT_ARENAS {
        give_arena_back::<G>(arena);
        return;
    }
    one_free_pool_more(arena);
    empty.set(empty.get() + 1);
    if G::RECARVE {
        arena.freepools().set(None);
        arena.pool_address().set(arena.address().get());
    }
    // end task 6.10
}

/// Gives the arena, whose pools are all free, back: takes it out of the table `nfp2lasta`
/// ([`leave_equals`]) and off the list of usable arenas, gives its pages back ([`Memory::give_back`]),
/// and sets its `address` to NULL. Its record goes to the front of [`Root::unused_arena_objects`],
/// linked by `nextarena`. There is one arena less (`narenas_currently_allocated`).
///
/// After its pages were given back, no word of them is touched.
pub fn give_arena_back<G: Geometry>(arena: ArenaObject<'_>) {
    // task 6.10: out of every list, then its pages
    let memory = arena.memory();
    let root = Root::of(memory);
    leave_equals(arena);
    unlink(arena);
    if let Some(address) = arena.address().replace(None) {
        memory.give_back(address, G::ARENA_SIZE);
    }
    let unused = root.unused_arena_objects().replace(Some(arena.addr()));
    arena.nextarena().set(unused);
    let count = root.narenas_currently_allocated();
    count.set(count.get() - 1);
    // end task 6.10
}
