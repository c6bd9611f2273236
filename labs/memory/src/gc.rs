//! What the cycle collector keeps: the heads of its lists, its counts and its switches.
//!
//! CPython 3.11: `struct _gc_runtime_state`, `Include/internal/pycore_gc.h`. It lies in the root
//! record, bytes [`GC`] to [`GC_END`]. All zeros is a collector that was not started: its lists are
//! no lists yet, not even empty ones.

use crate::object::PyGC_Head;
use crate::root::ROOT;
use crate::{Addr, Memory, Root, record};

/// The number of generations (`NUM_GENERATIONS`).
pub const NUM_GENERATIONS: u64 = 3;

/// Where the collector's record begins in the root record, in bytes.
pub const GC: u64 = 256;

/// Where the part of the root record ends that belongs to the collector.
pub const GC_END: u64 = 768;

record! {
    /// One generation (`struct gc_generation`).
    ///
    /// Its first two words are a [`PyGC_Head`]: the head of a circular, doubly linked list. So the
    /// record's address is that of the list.
    pub struct GcGeneration[32] {
        /// The first object's head; the generation itself if it is empty.
        0 => _gc_next: u64,
        /// The last object's head; the generation itself if it is empty.
        8 => _gc_prev: u64,
        /// A collection is due when `count` is larger. 0 in generation 0: never.
        16 => threshold: u64,
        /// Generation 0: how many containers were made less those that died, since its last
        /// collection. The others: how many collections of the next younger generation there were
        /// since their own last one.
        24 => count: u64,
    }

    /// What collections of one generation did, since the start (`struct gc_generation_stats`).
    pub struct GcGenerationStats[24] {
        /// How many there were.
        0 => collections: u64,
        /// How many objects they found dead, with the weak references that their callbacks freed.
        8 => collected: u64,
        /// How many objects they found dead and could not free.
        16 => uncollectable: u64,
    }

    /// The collector's state (`struct _gc_runtime_state`), in the root record: [`Root::gc`].
    pub struct GcState[512] {
        /// Whether collections begin by themselves: 1 or 0 (`gc.enable()`, `gc.disable()`).
        0 => enabled: u64,
        /// The debugging flags of `gc.set_debug()`; see [`debug`].
        8 => debug: u64,
        /// Whether a collection is running: 1 or 0.
        16 => collecting: u64,
        /// The list `gc.garbage`.
        24 => garbage: Option<Addr>,
        /// The list `gc.callbacks`.
        32 => callbacks: Option<Addr>,
        /// How many objects survived the last full collection.
        40 => long_lived_total: u64,
        /// How many objects came into the oldest generation since then.
        48 => long_lived_pending: u64,
        // 64..160: the three generations; see `generation`.
        // 160..192: the permanent generation; see `permanent_generation`.
        // 192..264: the three generations' statistics; see `stats`.
        // 272..368: list heads that are in use while a collection runs; see `list`.
    }
}

/// The lists that exist only while a collection runs. CPython has their heads in local variables of
/// `gc_collect_main` and of the functions that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GcList {
    /// Objects that seem to be dead (`unreachable`).
    Unreachable,
    /// Objects that stay dead although finalizers have run (`final_unreachable`).
    FinalUnreachable,
    /// Dead objects that a legacy finalizer keeps (`finalizers`). Lab 7.
    Finalizers,
    /// Weak references whose callbacks are to be called (`wrcb_to_call`).
    WrcbToCall,
    /// Objects whose finalizers have been called (`seen`).
    Seen,
    /// Free for your own use.
    Spare,
}

/// The bits of [`GcState::debug`] (`Modules/gcmodule.c`).
pub mod debug {
    /// Print statistics (`DEBUG_STATS`).
    pub const STATS: u64 = 1;
    /// Print what is found dead (`DEBUG_COLLECTABLE`).
    pub const COLLECTABLE: u64 = 2;
    /// Print what cannot be freed (`DEBUG_UNCOLLECTABLE`).
    pub const UNCOLLECTABLE: u64 = 4;
    /// Keep all that is found dead in `gc.garbage` (`DEBUG_SAVEALL`).
    pub const SAVEALL: u64 = 32;
}

impl<'m> Root<'m> {
    /// The collector's state.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn gc(self) -> GcState<'m> {
        GcState::at(self.memory(), ROOT.plus(GC))
    }
}

impl<'m> GcState<'m> {
    /// The state of the collector in `memory`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of(memory: &'m Memory) -> GcState<'m> {
        Root::of(memory).gc()
    }

    /// Generation `number`: 0, the youngest, to 2.
    ///
    /// # Panics
    /// If there is no such generation.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn generation(self, number: u64) -> GcGeneration<'m> {
        assert!(number < NUM_GENERATIONS, "there is no generation {number}");
        let at = ROOT.plus(GC + 64 + GcGeneration::SIZE * number);
        GcGeneration::at(self.memory(), at)
    }

    /// The objects that `gc.freeze()` put aside. No collection looks at them.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn permanent_generation(self) -> GcGeneration<'m> {
        GcGeneration::at(self.memory(), ROOT.plus(GC + 160))
    }

    /// What collections of generation `number` did.
    ///
    /// # Panics
    /// If there is no such generation.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn stats(self, number: u64) -> GcGenerationStats<'m> {
        assert!(number < NUM_GENERATIONS, "there is no generation {number}");
        let at = ROOT.plus(GC + 192 + GcGenerationStats::SIZE * number);
        GcGenerationStats::at(self.memory(), at)
    }

    /// The head of one of the lists that exist only while a collection runs.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn list(self, list: GcList) -> Addr {
        ROOT.plus(GC + 272 + PyGC_Head::SIZE * list as u64)
    }
}
