//! What the manager can say about itself.

use std::fmt::Write;

use arenas::malloc_stats;
use cycles::gc_list::gc_list_size;
use memory::manager::{FreeLists, PYTUPLE_NFREELISTS, Pauses, Statistics};
use memory::object::{PyDictObject, PyFloatObject, PyListObject, PyTupleObject};
use memory::{GcState, Geometry, Heap, Region, Root, WORD};

use crate::pauses::percentile;

/// Objects that wait on the free lists of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What they are: `PyFloatObject`, or `2-sized PyTupleObject`.
    pub name: String,
    /// How many there are.
    pub count: u64,
    /// The size of one in bytes, from its header on.
    pub size: u64,
}

impl Kept {
    /// A row. Given.
    #[must_use]
    pub fn new(name: &str, count: u64, size: u64) -> Kept {
        Kept {
            name: name.to_owned(),
            count,
            size,
        }
    }
}

/// What is on the free lists: dicts, floats, lists, and tuples of 1, 2, … items, in this order. All of
/// them, those with nothing on them too. The size of a tuple counts its items. Writes nothing.
/// (`_PyObject_DebugTypeStats`, `Objects/object.c`, 3.11.)
#[must_use]
pub fn kept(heap: &Heap) -> Vec<Kept> {
    // task 8.7: 23 rows
    let free = FreeLists::of(heap.memory);
    let [dicts, lists] = [free.dicts(), free.lists()].map(|stack| stack.numfree().get());
    let floats = free.float_numfree().get();
    let mut rows = vec![
        Kept::new("PyDictObject", dicts, PyDictObject::SIZE),
        Kept::new("PyFloatObject", floats, PyFloatObject::SIZE),
        Kept::new("PyListObject", lists, PyListObject::SIZE),
    ];
    for length in 1..=PYTUPLE_NFREELISTS {
        let name = format!("{length}-sized PyTupleObject");
        let count = free.tuples(length).numfree().get();
        rows.push(Kept::new(&name, count, PyTupleObject::SIZE + WORD * length));
    }
    rows
    // end task 8.7
}

/// The figures of the whole manager: see [`Statistics`]. Writes nothing.
///
/// * Blocks, their bytes and the arenas are lab 6's [`malloc_stats`]; the peak is its `highwater`, in
///   bytes.
/// * The heap is the region's length.
/// * Kept objects are the sum of [`kept`].
/// * Tracked are the lengths of the three generations' lists and of the permanent one's
///   ([`gc_list_size`]). Collections are those of the three [`GcState::stats`]; collected is the sum of
///   theirs.
/// * The pauses are those of all generations ([`Pauses`]): the sum of the totals, the longest of all,
///   and the [`percentile`] 990.
#[must_use]
pub fn statistics<G: Geometry>(heap: &Heap) -> Statistics {
    // task 8.7: from the places where the labs keep them
    let malloc = malloc_stats::<G>(heap.memory);
    let state = GcState::of(heap.memory);
    let lists = [
        state.generation(0),
        state.generation(1),
        state.generation(2),
        state.permanent_generation(),
    ];
    let stats = [0, 1, 2].map(|number| state.stats(number));
    let pauses = [0, 1, 2].map(|number| Pauses::of(heap.memory, number));
    let longest = pauses.map(|pauses| pauses.longest().get());
    let classes = malloc.pools.classes.iter();
    Statistics {
        blocks: malloc.allocated_blocks(),
        allocated: classes.map(|class| class.blocks_in_use * class.size).sum(),
        arenas: malloc.current,
        arenas_peak: malloc.highwater * G::ARENA_SIZE,
        heap: Root::of(heap.memory).region(Region::Heap).len(),
        kept: kept(heap).iter().map(|row| row.count).sum(),
        tracked: lists.map(|list| gc_list_size(heap, list.addr())),
        collections: stats.map(|stats| stats.collections().get()),
        collected: stats.iter().map(|stats| stats.collected().get()).sum(),
        pause_total: pauses.iter().map(|pauses| pauses.total().get()).sum(),
        pause_longest: longest.into_iter().fold(0, u64::max),
        pause_p99: percentile(heap.memory, 990),
    }
    // end task 8.7
}

/// What `sys._debugmallocstats()` prints: lab 6's table, then a line for each free list. Given.
/// (`sys__debugmallocstats_impl`, `Python/sysmodule.c`, 3.11.)
#[must_use]
pub fn debug_malloc_stats<G: Geometry>(heap: &Heap) -> String {
    let mut text = malloc_stats::<G>(heap.memory).to_string();
    text.push('\n');
    for Kept { name, count, size } in kept(heap) {
        let words = format!("{count} free {name}s * {size} bytes each");
        let bytes = with_commas(count * size);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{words:>48} = {bytes:>20}");
    }
    text
}

/// A number with a comma after each three digits from the right: `2,400`. (`printone`,
/// `Objects/obmalloc.c`.)
fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
