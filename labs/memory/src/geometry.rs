//! The numbers that an allocator of pools and arenas is built with.
//!
//! They are a type parameter of labs 5 and 6, not constants in the code, so that the same code can be
//! tested with the numbers of two ages. The book's pictures are [`Classic`], benchmarks are
//! [`Modern`].

/// A request of more bytes goes to the plain allocator (`SMALL_REQUEST_THRESHOLD`,
/// `Include/internal/pycore_obmalloc.h`; in 3.11 still in `Objects/obmalloc.c`).
pub const SMALL_REQUEST_THRESHOLD: u64 = 512;

/// The sizes that an allocator is built with, in bytes, and what it does beyond CPython.
///
/// The last constants are the switches of the sections *Going further*. As they stand here,
/// the allocator does what CPython 3.11 does.
pub trait Geometry: Copy + Send + Sync + 'static {
    /// What reports and pictures call it.
    const NAME: &'static str;
    /// The step from one size class to the next, and the alignment of every block: 8 or 16
    /// (`ALIGNMENT`).
    const ALIGNMENT: u64;
    /// The size of a pool, a power of two and a multiple of a page (`POOL_SIZE`).
    const POOL_SIZE: u64;
    /// The size of an arena, a power of two and a multiple of a pool (`ARENA_SIZE`).
    const ARENA_SIZE: u64;

    /// How many empty arenas are kept at least. CPython has no such number: an empty arena goes back
    /// to the operating system unless it is the last usable one, so one is kept at most. With a
    /// number here, it goes only if so many others are empty already.
    const KEPT_ARENAS: u64 = 0;
    /// Whether a pool that becomes empty forgets its free list, so that its blocks are carved again in
    /// the order of their addresses. CPython keeps the list, in the order in which blocks were freed.
    const RECARVE: bool = false;
    /// How many blocks are carved at once, as far as they begin on the same page. CPython carves one.
    const CARVE_AT_ONCE: u64 = 1;
    /// Whether a pool that becomes empty stays on the list of its class while it is the only one
    /// there: a program that takes and gives back one block again and again then moves no pool.
    /// CPython gives it to its arena.
    const KEEP_LAST_POOL: bool = false;

    /// How many size classes there are (`NB_SMALL_SIZE_CLASSES`): 64 or 32.
    const CLASSES: u64 = SMALL_REQUEST_THRESHOLD / Self::ALIGNMENT;
    /// How many pools an arena has (`MAX_POOLS_IN_ARENA`).
    const POOLS_IN_ARENA: u64 = Self::ARENA_SIZE / Self::POOL_SIZE;
}

/// CPython before 3.10: arenas of 256 KiB and pools of 4 KiB, here with the 8-byte steps of 32-bit builds and
/// of 64-bit builds before 3.8. These are the numbers of the comments that still stand in the source.
#[derive(Clone, Copy, Debug)]
pub struct Classic;

impl Geometry for Classic {
    const NAME: &'static str = "Classic";
    const ALIGNMENT: u64 = 8;
    const POOL_SIZE: u64 = 4 << 10;
    const ARENA_SIZE: u64 = 256 << 10;
}

/// CPython since 3.10 on 64-bit machines: arenas of 1 MiB, pools of 16 KiB, steps of 16 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Modern;

impl Geometry for Modern {
    const NAME: &'static str = "Modern";
    const ALIGNMENT: u64 = 16;
    const POOL_SIZE: u64 = 16 << 10;
    const ARENA_SIZE: u64 = 1 << 20;
}

/// A geometry with the two switches of *Going further* that labs 5 and 6 ask for.
#[derive(Clone, Copy, Debug)]
pub struct Further<G>(std::marker::PhantomData<fn() -> G>);

impl<G: Geometry> Geometry for Further<G> {
    const NAME: &'static str = G::NAME;
    const ALIGNMENT: u64 = G::ALIGNMENT;
    const POOL_SIZE: u64 = G::POOL_SIZE;
    const ARENA_SIZE: u64 = G::ARENA_SIZE;
    const KEPT_ARENAS: u64 = 16;
    const RECARVE: bool = true;
}

/// A geometry with every switch of *Going further* turned on: what the benchmarks call `reference`, and
/// what `labs/edge` runs programs on.
#[derive(Clone, Copy, Debug)]
pub struct Furthest<G>(std::marker::PhantomData<fn() -> G>);

impl<G: Geometry> Geometry for Furthest<G> {
    const NAME: &'static str = G::NAME;
    const ALIGNMENT: u64 = G::ALIGNMENT;
    const POOL_SIZE: u64 = G::POOL_SIZE;
    const ARENA_SIZE: u64 = G::ARENA_SIZE;
    const KEPT_ARENAS: u64 = Further::<G>::KEPT_ARENAS;
    const RECARVE: bool = Further::<G>::RECARVE;
    const CARVE_AT_ONCE: u64 = 16;
    const KEEP_LAST_POOL: bool = true;
}
