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
    todo!("8.7 23 rows")
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
    todo!("8.7 from the places where the labs keep them")
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
