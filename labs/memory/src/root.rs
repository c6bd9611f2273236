//! The root record: from its address alone, everything else can be found.
//!
//! It is our `_PyRuntime` (CPython 3.11: `Include/internal/pycore_runtime.h`), and it holds what
//! CPython keeps in `_PyRuntimeState`, `PyInterpreterState` and `PyThreadState`.

use crate::{Addr, Memory, PAGE, Region, RegionRecord, record};

/// `"PRIVHEAP"` as one little-endian word: the first word of the root record.
pub const MAGIC: u64 = u64::from_le_bytes(*b"PRIVHEAP");

/// The version of the layout that this crate reads and writes. A snapshot of another version is
/// refused: its offsets mean other things.
pub const VERSION: u64 = 1;

/// Where the root record lies. Page 0 is never used, so that NULL and what lies just after it
/// (a field of a record at NULL) belong to nobody; the root has page 1 to itself.
pub const ROOT: Addr = Addr::at(PAGE);

/// The first address after the root's page: where the text region may start. The root record is
/// 1024 bytes long; two tables of [`pool`](crate::pool) share the page with it.
pub const FIRST_FREE: Addr = Addr::at(2 * PAGE);

record! {
    /// The root record, at [`ROOT`]. One word per field; a table that is not built yet is `None`.
    pub struct Root[1024] {
        /// [`MAGIC`].
        0 => magic: u64,
        /// [`VERSION`].
        8 => version: u64,
        /// The size of the range in bytes, a power of two.
        16 => size: u64,
        /// The step of the size classes and the alignment of blocks, in bytes: 8 or 16
        /// (`ALIGNMENT` in `Objects/obmalloc.c`).
        24 => alignment: u64,
        /// The size of an arena in bytes; 0 until lab 6.
        32 => arena_size: u64,
        /// The size of a pool in bytes; 0 until lab 5.
        40 => pool_size: u64,
        // 48..144: the four region records; see `region`.
        /// The plain allocator's record (see `plain`), once it has handed out its first block.
        144 => plain: Option<Addr>,
        /// The table of the static types' addresses, in the data region: one word for each,
        /// [`ntypes`](Root::ntypes) words. 0 is an entry without a type object.
        152 => types: Option<Addr>,
        /// How many words that table has: one for each entry of the slot table.
        160 => ntypes: u64,
        /// The object `None` (`_Py_NoneStruct`).
        168 => none: Option<Addr>,
        /// The object `True` (`_Py_TrueStruct`).
        176 => true_: Option<Addr>,
        /// The object `False` (`_Py_FalseStruct`).
        184 => false_: Option<Addr>,
        /// The small int -5; the others up to 256 follow it, 32 bytes apart
        /// (`_PyRuntime.global_objects.singletons.small_ints`).
        192 => small_ints: Option<Addr>,
        /// The empty tuple.
        200 => empty_tuple: Option<Addr>,
        /// The dict of interned strings (`interned` in `Objects/unicodeobject.c`).
        208 => interned: Option<Addr>,
        /// The dict of the module `__main__`: the global names.
        216 => globals: Option<Addr>,
        /// The frame that runs now (`tstate->cframe->current_frame`).
        224 => frame: Option<Addr>,
        /// How deep calls of `dealloc` are nested right now.
        232 => dealloc_nesting: u64,
        /// How deep the trashcan is nested (`tstate->trash.delete_nesting`).
        240 => trash_delete_nesting: u64,
        /// The first object that the trashcan put off (`tstate->trash.delete_later`).
        248 => trash_delete_later: Option<Addr>,
        // 256..768: for labs 4 and 7 (the collector and its generations).
        /// The row of arena records, one for each place that the range has for an arena
        /// ([`ArenaObject`](crate::pool::ArenaObject)). `None` until lab 6.
        768 => arenas: Option<Addr>,
        /// How many records that row has (`maxarenas`).
        776 => maxarenas: u64,
        /// Arena records whose address range was given back and can be used again, linked by
        /// `nextarena` (`unused_arena_objects`).
        784 => unused_arena_objects: Option<Addr>,
        /// Arenas with at least one free pool, those with the fewest first (`usable_arenas`).
        792 => usable_arenas: Option<Addr>,
        /// How many arenas there are now (`narenas_currently_allocated`).
        800 => narenas_currently_allocated: u64,
        /// How many there were at most (`narenas_highwater`).
        808 => narenas_highwater: u64,
        /// How many were ever made (`ntimes_arena_allocated`).
        816 => ntimes_arena_allocated: u64,
        /// How many arenas have no pool in use: those that are kept.
        824 => nempty_arenas: u64,
        /// Empty pools, linked by `nextpool`. Only lab 5 has this list: from lab 6 on each arena has
        /// its own.
        832 => freepools: Option<Addr>,
        /// 1 if the last used pool of a class stays on its list when it is empty
        /// ([`Geometry::KEEP_LAST_POOL`](crate::Geometry::KEEP_LAST_POOL)): what reads the lists must
        /// know it.
        840 => keep_last_pool: u64,
        /// The free lists of the types ([`FreeLists`](crate::manager::FreeLists)). `None` until lab 8.
        848 => free_lists: Option<Addr>,
        /// How long collections took ([`Pauses`](crate::manager::Pauses)), for each generation. `None`
        /// until lab 8.
        856 => pauses: Option<Addr>,
        /// When collections begin ([`Schedule`](crate::manager::Schedule)). `None` until lab 8.
        864 => schedule: Option<Addr>,
        /// The time of a clock that only tests move ([`Ticks`](crate::manager::Ticks)).
        872 => ticks: u64,
        /// From how many bytes on a freed chunk of the plain allocator gives its pages back; 0 until one has
        /// ([`plain::LARGE`](crate::plain::LARGE)).
        880 => give_back_from: u64,
        // 888..1024: free.
    }
}

impl<'m> Root<'m> {
    /// The root record of `memory`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of(memory: &'m Memory) -> Root<'m> {
        Root::at(memory, ROOT)
    }

    /// The record of one of the four regions.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn region(self, region: Region) -> RegionRecord<'m> {
        RegionRecord::at(
            self.memory(),
            ROOT.plus(48 + RegionRecord::SIZE * region as u64),
        )
    }
}
