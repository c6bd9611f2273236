//! The cycle collector: heads of containers, and the lists that they are in.

use memory::Addr;

/// The lists of the collector, once it was started (labs 4 and 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    /// The generations, the permanent one, and those lists of a collection that hold anything.
    pub lists: Vec<GcListPart>,
}

/// One of the collector's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcListPart {
    /// Which one.
    pub name: GcListName,
    /// Where its head lies, in the root record.
    pub head: Addr,
    /// Of a generation, its `count`.
    pub count: u64,
    /// Of a generation, its `threshold`.
    pub threshold: u64,
    /// The objects in it, in order, as far as the list could be followed.
    pub objects: Vec<Addr>,
}

/// What a list of the collector is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GcListName {
    /// That of a generation.
    Generation(u64),
    /// What `gc.freeze()` put aside.
    Permanent,
    /// A list that exists only while a collection runs, under its name in CPython.
    Pass(&'static str),
}

/// The two words in front of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GcHead {
    /// `_gc_next`.
    pub next: u64,
    /// `_gc_prev`.
    pub prev: u64,
    /// The references that a running collection has not explained yet, while `_gc_prev` holds that
    /// number instead of an address.
    pub gc_refs: Option<u64>,
}

impl GcHead {
    /// Whether the collector looks at the object (`_PyObject_GC_IS_TRACKED`).
    #[must_use]
    pub fn is_tracked(self) -> bool {
        self.next != 0
    }

    /// Whether its finalizer was called (`_PyGC_PREV_MASK_FINALIZED`).
    #[must_use]
    pub fn is_finalized(self) -> bool {
        self.prev & FINALIZED != 0
    }

    /// Whether the running collection looks at it (`PREV_MASK_COLLECTING`).
    #[must_use]
    pub fn is_collecting(self) -> bool {
        self.prev & COLLECTING != 0
    }

    /// Whether the running collection takes it for dead (`NEXT_MASK_UNREACHABLE`).
    #[must_use]
    pub fn is_unreachable(self) -> bool {
        self.next & UNREACHABLE != 0
    }

    /// Its marks, as CPython calls them.
    #[must_use]
    pub fn marks(self) -> Vec<&'static str> {
        let mut marks = Vec::new();
        if self.is_finalized() {
            marks.push("FINALIZED");
        }
        if self.is_collecting() {
            marks.push("COLLECTING");
        }
        if self.is_unreachable() {
            marks.push("UNREACHABLE");
        }
        marks
    }
}

pub(crate) const FINALIZED: u64 = 1;
pub(crate) const COLLECTING: u64 = 2;
/// How far `gc_refs` is shifted in `_gc_prev`.
pub(crate) const PREV_SHIFT: u32 = 2;
/// The bits of `_gc_prev` that are no part of an address.
pub(crate) const PREV_FLAGS: u64 = FINALIZED | COLLECTING;
/// The mark in `_gc_next`.
pub(crate) const UNREACHABLE: u64 = 1;
