//! Pools out of arenas, and back.

use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Geometry, Memory, MemoryError, Root};
use pools::PoolSource;

use crate::arena::{arena_at, new_arena, nfp2lasta};
use crate::usable::{insert_only, one_free_pool_less, one_free_pool_more, unlink};

/// Where lab 5's allocator gets its pools from now on.
#[must_use]
pub const fn arena_pools<G: Geometry>() -> PoolSource {
    PoolSource {
        allocate: allocate_pool::<G>,
        free: free_pool::<G>,
    }
}

/// A pool of the fullest usable arena: the first of its `freepools`, or else one that is carved
/// ([`carve_pool`]). If there is no usable arena, makes one. (`allocate_from_new_pool`.)
///
/// # Errors
/// Those of [`new_arena`].
pub fn allocate_pool<G: Geometry>(memory: &Memory) -> Result<Addr, MemoryError> {
    // task 6.7: of the first usable arena
    let root = Root::of(memory);
    let arena = match root.usable_arenas().get() {
        Some(first) => ArenaObject::at(memory, first),
        None => {
            let arena = new_arena::<G>(memory)?;
            insert_only(arena);
            root.nempty_arenas().set(root.nempty_arenas().get() + 1);
            arena
        }
    };
    if arena.nfreepools().get() == arena.ntotalpools().get() {
        root.nempty_arenas().set(root.nempty_arenas().get() - 1);
    }
    one_free_pool_less(arena);
    match arena.freepools().get() {
        Some(pool) => {
            let next = PoolHeader::at(memory, pool).nextpool().get();
            arena.freepools().set(next);
            Ok(pool)
        }
        None => carve_pool::<G>(arena).ok_or(MemoryError::NoMemory {
            requested: G::POOL_SIZE,
        }),
    }
    // end task 6.7
}

/// Carves the next pool of `arena`, at `pool_address`, which moves on by the size of a pool. Its header
/// gets its `arenaindex` and [`DUMMY_SIZE_IDX`]; nothing else of the pool is written.
pub fn carve_pool<G: Geometry>(arena: ArenaObject<'_>) -> Option<Addr> {
    // task 6.6: the next bytes that nobody has touched
    let pool = arena.pool_address().get()?;
    arena.pool_address().set(Some(pool.plus(G::POOL_SIZE)));
    let header = PoolHeader::at(arena.memory(), pool);
    header.arenaindex().set((pool.get() / G::ARENA_SIZE) as u32);
    header.szidx().set(DUMMY_SIZE_IDX);
    Some(pool)
    // end task 6.6
}

/// Takes the empty pool at `pool` back: puts it in front of its arena's `freepools`. If all pools of the
/// arena are free then, the arena is empty, and may go ([`arena_is_empty`]). (`insert_to_freepool`.)
pub fn free_pool<G: Geometry>(memory: &Memory, pool: Addr) {
    // task 6.8: in front of its arena's list
    let arena = arena_at::<G>(memory, pool);
    let next = arena.freepools().replace(Some(pool));
    PoolHeader::at(memory, pool).nextpool().set(next);
    one_free_pool_more(arena);
    if arena.nfreepools().get() == arena.ntotalpools().get() {
        arena_is_empty::<G>(arena);
    }
    // end task 6.8
}

/// No pool of `arena` is in use. It stays if it is the last of the usable arenas, so that a program
/// at the edge of an arena does not get and give back one again and again. Otherwise it goes back to
/// the operating system ([`give_arena_back`]). (`insert_to_freepool`, since 3.9.)
///
/// *Going further*: up to `G::KEPT_ARENAS` empty arenas stay. If `G::RECARVE`, one that stays forgets
/// its `freepools`, and is carved again from its start.
pub fn arena_is_empty<G: Geometry>(arena: ArenaObject<'_>) {
    // task 6.9: keep it, or let it go
    let empty = Root::of(arena.memory()).nempty_arenas();
    if arena.nextarena().get().is_some() && empty.get() + 1 >= G::KEPT_ARENAS {
        give_arena_back::<G>(arena);
        return;
    }
    empty.set(empty.get() + 1);
    if G::RECARVE {
        arena.freepools().set(None);
        arena.pool_address().set(arena.address().get());
    }
    // end task 6.9
}

/// Gives the empty arena back: takes it off the list of usable arenas and out of the table
/// `nfp2lasta`, gives its pages back ([`Memory::give_back`]), sets its `address` to NULL, and puts its
/// record in front of [`Root::unused_arena_objects`]. There is one arena less
/// (`narenas_currently_allocated`).
pub fn give_arena_back<G: Geometry>(arena: ArenaObject<'_>) {
    // task 6.9: out of every list, then its pages
    let memory = arena.memory();
    let root = Root::of(memory);
    let nf = arena.nfreepools().get();
    if nfp2lasta(memory, nf).get() == Some(arena.addr()) {
        let before = arena.prevarena().get();
        let equal = before.filter(|&a| ArenaObject::at(memory, a).nfreepools().get() == nf);
        nfp2lasta(memory, nf).set(equal);
    }
    unlink(arena);
    if let Some(address) = arena.address().replace(None) {
        memory.give_back(address, G::ARENA_SIZE);
    }
    arena
        .nextarena()
        .set(root.unused_arena_objects().replace(Some(arena.addr())));
    let count = root.narenas_currently_allocated();
    count.set(count.get() - 1);
    // end task 6.9
}
