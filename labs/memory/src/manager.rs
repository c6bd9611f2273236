//! The whole manager, seen from outside: the trait that lab 8 completes, and what it keeps in the
//! range.
//!
//! [`Manager`] is the one page that a program needs: whoever has one can run Python objects on it and
//! need not know a single lab.

use crate::{Addr, Heap, Memory, MemoryError, Root, record};

/// What memory is asked for (`PyMemAllocatorDomain`, `Include/cpython/pymem.h`, 3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// `PYMEM_DOMAIN_RAW`: memory that is needed without the GIL.
    Raw,
    /// `PYMEM_DOMAIN_MEM`: memory of Python that is no object, such as the items of a list.
    Mem,
    /// `PYMEM_DOMAIN_OBJ`: objects.
    Object,
}

// ANCHOR: manager
/// A memory manager for Python. Each group of methods is what one part of the course has built.
pub trait Manager {
    /// The range, and the behaviour of the types in it. Labs 1 and 2.
    fn heap(&self) -> Heap<'_>;

    // Memory. Labs 5 and 6.

    /// A block of at least `size` bytes (`PyMem_RawMalloc`, `PyMem_Malloc`, `PyObject_Malloc`).
    ///
    /// # Errors
    /// [`NoMemory`](MemoryError::NoMemory).
    fn malloc(&self, domain: Domain, size: u64) -> Result<Addr, MemoryError>;
    /// A block made at least `size` bytes large, perhaps at another address. It must come from the same
    /// domain.
    ///
    /// # Errors
    /// [`NoMemory`](MemoryError::NoMemory); the block is then as it was.
    fn realloc(&self, domain: Domain, block: Addr, size: u64) -> Result<Addr, MemoryError>;
    /// Takes a block back, which must come from the same domain.
    fn free(&self, domain: Domain, block: Addr);

    // Objects and their counts. Labs 2 and 3.

    /// A new object of type `ty` with `nitems` items, a new reference: from a free list, from a pool, or
    /// from the raw allocator (`tp_alloc`).
    ///
    /// # Errors
    /// [`NoMemory`](MemoryError::NoMemory).
    fn alloc(&self, ty: Addr, nitems: u64) -> Result<Addr, MemoryError>;
    /// One more reference to `op` (`Py_NewRef`).
    fn new_ref(&self, op: Addr) -> Addr;
    /// One reference to `op` less; the last one ends it (`Py_DECREF`).
    fn decref(&self, op: Addr);

    // Cycles and generations. Labs 4 and 7.

    /// `gc.collect(generation)`: how many objects it found dead. `None` if there is no such generation.
    fn collect(&self, generation: u64) -> Option<u64>;
    /// `gc.set_threshold(*thresholds)`.
    fn set_threshold(&self, thresholds: &[u64]);
    /// `gc.get_count()`.
    fn get_count(&self) -> [u64; 3];
    /// `gc.is_tracked(op)`.
    fn is_tracked(&self, op: Addr) -> bool;

    // The manager as a whole. Lab 8.

    /// When collections begin.
    fn set_policy(&self, policy: Policy);
    /// The program says where it is; perhaps a collection begins. How many objects it found dead.
    fn safe_point(&self, event: Event) -> u64;
    /// The process is about to fork. It chose [`Policy::Never`] before it loaded its program.
    fn before_fork(&self);
    /// This is the new process: collections are automatic from now on, unless it chooses another policy.
    fn after_fork(&self);
    /// What the manager can say about itself.
    fn statistics(&self) -> Statistics;
}
// ANCHOR_END: manager

/// When collections begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// By themselves, in an allocation, when a count is over its threshold: what CPython does.
    #[default]
    Automatic,
    /// Time-based: at the first safe point that is at least `interval` nanoseconds after the end of the
    /// last one.
    Every {
        /// In nanoseconds.
        interval: u64,
        /// Which generation is collected, with all younger ones.
        generation: u64,
    },
    /// Event-based: when `events` units of work are done since the last one.
    After {
        /// How many.
        events: u64,
        /// Which generation is collected, with all younger ones.
        generation: u64,
    },
    /// Only when the program asks.
    Never,
}

/// What a program says at a safe point: a place where a pause would do no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It waits, or has a moment.
    Idle,
    /// A unit of work is over: a request, a frame of a game, an input file.
    Done,
}

/// What a manager can say about itself. Sizes are in bytes, times in the clock's nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Blocks that are allocated in pools, those of objects on free lists included.
    pub blocks: u64,
    /// Their bytes.
    pub allocated: u64,
    /// All arenas that there are now.
    pub arenas: u64,
    /// The bytes of the most arenas that there were at once.
    pub arenas_peak: u64,
    /// The heap region: arenas, large blocks, tables. It never shrinks.
    pub heap: u64,
    /// Objects on free lists: dead, and kept.
    pub kept: u64,
    /// Containers in each generation, and in the permanent one.
    pub tracked: [u64; 4],
    /// Collections of each generation.
    pub collections: [u64; 3],
    /// Objects that they found dead.
    pub collected: u64,
    /// The time of all measured collections.
    pub pause_total: u64,
    /// The longest of them.
    pub pause_longest: u64,
    /// 99 of 100 measured collections took no longer, to a sixteenth.
    pub pause_p99: u64,
}

/// A clock, in nanoseconds from any beginning. The labs ask no operating system: whoever runs the
/// manager brings one.
pub trait Clock {
    /// What time it is.
    fn now(memory: &Memory) -> u64;
}

/// A clock that stands still until it is moved: the word [`Root::ticks`]. For tests.
#[derive(Clone, Copy, Debug)]
pub struct Ticks;

impl Clock for Ticks {
    fn now(memory: &Memory) -> u64 {
        Root::of(memory).ticks().get()
    }
}

/// The time since the first question, as the operating system counts it.
#[cfg(not(target_family = "wasm"))]
#[derive(Clone, Copy, Debug)]
pub struct Wall;

#[cfg(not(target_family = "wasm"))]
impl Clock for Wall {
    fn now(_memory: &Memory) -> u64 {
        static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let first = FIRST.get_or_init(std::time::Instant::now);
        u64::try_from(first.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// How many tuples of each length are kept (`PyTuple_MAXFREELIST`).
pub const PYTUPLE_MAXFREELIST: u64 = 2000;
/// Tuples of 1 to so many items are kept (`PyTuple_NFREELISTS`).
pub const PYTUPLE_NFREELISTS: u64 = 20;
/// How many floats are kept (`PyFloat_MAXFREELIST`).
pub const PYFLOAT_MAXFREELIST: u64 = 100;
/// How many lists are kept (`PyList_MAXFREELIST`).
pub const PYLIST_MAXFREELIST: u64 = 80;
/// How many dicts are kept (`PyDict_MAXFREELIST`).
pub const PYDICT_MAXFREELIST: u64 = 80;

record! {
    /// The free lists of all types: [`Root::free_lists`].
    /// (`Include/internal/pycore_interp.h`, 3.11: the states of the types in `PyInterpreterState`.)
    pub struct FreeLists[1632] {
        /// How many floats are kept (`struct _Py_float_state`).
        0 => float_numfree: u64,
        /// The first of them; each is linked to the next through its first word but one: [`FreeFloat`].
        8 => float_free_list: Option<Addr>,
        // 16..336: tuples by length; see `tuples`.
        // 336..984: lists; see `lists`.
        // 984..1632: dicts; see `dicts`.
    }

    /// A float on the free list. Its type is known, so that word is the link
    /// (`Py_TYPE(op)` in `PyFloat_FromDouble`, `Objects/floatobject.c`).
    pub struct FreeFloat[24] {
        /// The next float, or NULL, where the type was.
        8 => next: Option<Addr>,
    }

    /// The tuples of one length (a place of `free_list` and `numfree`, `struct _Py_tuple_state`). The
    /// first item of each is the link to the next.
    pub struct FreeTuples[16] {
        /// The first one.
        0 => free_list: Option<Addr>,
        /// How many there are.
        8 => numfree: u64,
    }

    /// Kept lists, or kept dicts: a stack of addresses (`struct _Py_list_state`,
    /// `struct _Py_dict_state`).
    pub struct FreeStack[648] {
        // 0..640: see `op`.
        /// How many there are.
        640 => numfree: u64,
    }

    /// Pauses of one generation's collections: [`Root::pauses`].
    pub struct Pauses[32] {
        /// How many were measured.
        0 => count: u64,
        /// Their sum, in nanoseconds.
        8 => total: u64,
        /// The longest.
        16 => longest: u64,
        /// When the one began that is running.
        24 => started: u64,
        // 32..7840: how many there were of each size; see `bucket`.
    }

    /// The policy: [`Root::schedule`].
    pub struct Schedule[32] {
        /// 0 [`Automatic`](Policy::Automatic), 1 [`Every`](Policy::Every), 2 [`After`](Policy::After),
        /// 3 [`Never`](Policy::Never).
        0 => policy: u64,
        /// The policy's `interval` or `events`.
        8 => every: u64,
        /// The policy's `generation`.
        16 => generation: u64,
        /// When the last collection ended, or how many events there were since then.
        24 => last: u64,
    }
}

impl<'m> FreeLists<'m> {
    /// The free lists of `memory`.
    ///
    /// # Panics
    /// Before lab 8's start has made them.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn of(memory: &'m Memory) -> FreeLists<'m> {
        let at = Root::of(memory).free_lists().get();
        FreeLists::at(memory, at.expect("the free lists are made at start-up"))
    }

    /// The kept tuples of `length` items, 1 to [`PYTUPLE_NFREELISTS`].
    ///
    /// # Panics
    /// If tuples of that length are not kept.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn tuples(self, length: u64) -> FreeTuples<'m> {
        assert!(
            (1..=PYTUPLE_NFREELISTS).contains(&length),
            "tuples of {length} items are not kept"
        );
        let at = 16 + FreeTuples::SIZE * (length - 1);
        FreeTuples::at(self.memory, self.addr().plus(at))
    }

    /// The kept lists.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn lists(self) -> FreeStack<'m> {
        FreeStack::at(self.memory, self.addr().plus(336))
    }

    /// The kept dicts.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn dicts(self) -> FreeStack<'m> {
        FreeStack::at(self.memory, self.addr().plus(984))
    }
}

impl<'m> FreeStack<'m> {
    /// How many addresses it has room for: of lists, and as many of dicts ([`PYDICT_MAXFREELIST`]).
    pub const ROOM: u64 = PYLIST_MAXFREELIST;

    /// Place `index` of the stack, 0 to 79 (`free_list[index]`).
    ///
    /// # Panics
    /// If there is no such place.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn op(self, index: u64) -> crate::Field<'m, Option<Addr>> {
        assert!(index < Self::ROOM, "free_list[{index}] of {}", Self::ROOM);
        crate::Field::at(self.memory, self.addr().plus(crate::WORD * index))
    }
}

impl<'m> Pauses<'m> {
    /// How many buckets there are.
    pub const BUCKETS: u64 = 976;
    /// The bytes of a record and its buckets.
    pub const BYTES: u64 = Pauses::SIZE + crate::WORD * Pauses::BUCKETS;

    /// The pauses of the collections of generation `generation`.
    ///
    /// # Panics
    /// Before lab 8's start has made them, and if there is no such generation.
    #[must_use]
    #[track_caller]
    pub fn of(memory: &'m Memory, generation: u64) -> Pauses<'m> {
        let at = Root::of(memory).pauses().get();
        let at = at.expect("the pauses are made at start-up");
        assert!(generation < 3, "there is no generation {generation}");
        Pauses::at(memory, at.plus(Pauses::BYTES * generation))
    }

    /// How many pauses fell into bucket `bucket`.
    ///
    /// # Panics
    /// If there is no such bucket.
    #[must_use]
    #[track_caller]
    pub fn bucket(self, bucket: u64) -> crate::Field<'m, u64> {
        assert!(bucket < Self::BUCKETS, "there is no bucket {bucket}");
        let at = Pauses::SIZE + crate::WORD * bucket;
        crate::Field::at(self.memory, self.addr().plus(at))
    }
}

impl<'m> Schedule<'m> {
    /// The policy's record in `memory`.
    ///
    /// # Panics
    /// Before lab 8's start has made it.
    #[must_use]
    #[track_caller]
    pub fn of(memory: &'m Memory) -> Schedule<'m> {
        let at = Root::of(memory).schedule().get();
        Schedule::at(memory, at.expect("the schedule is made at start-up"))
    }
}
