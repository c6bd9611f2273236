//! A byte for each place where an object can begin: what a collection knows about the object there.
//!
//! CPython keeps `gc_refs` in the object's own head. Then each visited reference costs two lines of
//! memory, one with the type (has it a head?) and one with the head, and both are written back. Here
//! it costs one byte of a table that has a 32nd of the heap's size: most of it stays in the cache,
//! and nothing is written to an object.
//!
//! A byte is asked for by address, whatever lies there. What has no head, and what is in another
//! list, is counted as well; nobody reads it.
//!
//! ```text
//! the heap   | list             | int      | list             |
//! the table  | 2     .          | 7        | 1     .          |    one byte for 32 bytes
//! ```
//!
//! No container shares its byte with another object: a container is at least 40 bytes long with its
//! head, and with blocks aligned to 16 bytes no object begins less than 32 bytes before it or behind
//! it. (Where they are aligned to 8, there is no table.)
//!
//! The table lies in the range, behind what the heap had when the first collection began. Between
//! two collections it is all zeros.

use memory::addr::round_up;
use memory::{Addr, Field, Heap, Memory, PAGE, Region, Root, WORD, record};

use crate::ahead::Log;

/// In pass one a byte is the number of references to its object that were seen, up to this one.
/// What goes beyond it is counted in the overflow table.
pub const MANY: u8 = 253;
/// In pass two: something that lives refers to the object.
pub const REACHED: u8 = 254;
/// In pass two: the object was looked at, and seems dead so far.
pub const DEAD: u8 = 255;

/// One byte stands for so many bytes of the heap.
const STEP: u64 = 32;

/// So many bytes of the table are cleared together after a collection of the young, which touches few
/// pieces of a large table. For each piece a byte of a third table says whether anything was written there.
const PIECE: u64 = 512;

/// Up to so many bytes are set to zero: the table of a heap of 256 MiB. More are given back to the system,
/// which frees the pages, but each must be made again: mostly in the collections of young objects that
/// follow, which are to be short.
const KEPT: u64 = 8 << 20;

/// How many objects can have more references than a byte counts. Each costs 16 bytes.
const OVERFLOWS: u64 = 4096;

record! {
    /// Where the table is: the last words of the collector's part of the root record.
    struct Place[32] {
        /// The byte for address 0.
        0 => table: Option<Addr>,
        /// Whether the overflow table has entries: 1 or 0.
        8 => overflowed: u64,
        /// How many entries the [log](crate::ahead::Log) has.
        16 => logged: u64,
    }

    /// An entry of the overflow table.
    struct Overflow[16] {
        /// The object, or 0.
        0 => op: u64,
        /// How many references to it were seen.
        8 => count: u64,
    }
}

/// The table of one collection: a view.
#[derive(Clone, Copy, Debug)]
pub struct Side<'m> {
    memory: &'m Memory,
    table: u64,
    /// Objects below this address are static: they have no head, and nobody asks for their bytes.
    first: u64,
}

impl<'m> Side<'m> {
    /// The table, which is all zeros. It is made if there is none yet; `None` if the heap has no room
    /// for it.
    #[must_use]
    pub fn of(heap: &Heap<'m>) -> Option<Side<'m>> {
        let memory = heap.memory;
        let root = Root::of(memory);
        if root.alignment().get() < 16 {
            return None;
        }
        let place = place(memory);
        let table = match place.table().get() {
            Some(table) => table,
            None => {
                let pages = round_up(size(memory), PAGE)?;
                let start = regions::grow_heap(memory, pages + PAGE).ok()?;
                let table = Addr::new(round_up(start.get(), PAGE)?)?;
                place.table().set(Some(table));
                table
            }
        };
        Some(Side {
            memory,
            table: table.get(),
            first: root.region(Region::Heap).start().get(),
        })
    }

    /// The byte of `op`.
    #[inline(always)]
    #[must_use]
    pub fn byte(self, op: Addr) -> Field<'m, u8> {
        self.byte_at(op.get())
    }

    /// The byte of the object at the offset `op` of the range.
    #[inline(always)]
    #[must_use]
    pub fn byte_at(self, op: u64) -> Field<'m, u8> {
        let number = (op & (self.memory.size() - 1)) / STEP;
        Field::behind(self.memory, self.table, number)
    }

    /// Pass one: one more reference to `op`. Whether it could be counted: there may be too many
    /// objects with very many references. Without `MARK`, the whole table must be cleared afterwards.
    #[inline(always)]
    #[must_use]
    pub fn count<const MARK: bool>(self, op: Addr) -> bool {
        self.count_at::<MARK>(op.get())
    }

    /// The same for the object at the offset `op` of the range. NULL is counted as well; nobody reads
    /// its byte.
    #[inline(always)]
    #[must_use]
    pub fn count_at<const MARK: bool>(self, op: u64) -> bool {
        if MARK {
            self.mark(op);
        }
        let byte = self.byte_at(op);
        let seen = byte.get();
        if seen < MANY {
            byte.set(seen + 1);
            return true;
        }
        op < self.first || overflow(self.memory, self.table, op)
    }

    /// How many references to `op`, whose byte is `byte`, pass one has seen.
    #[inline(always)]
    #[must_use]
    pub fn counted(self, op: Addr, byte: u8) -> u64 {
        if byte < MANY {
            return u64::from(byte);
        }
        overflowed(self.memory, self.table, op.get())
    }

    /// Notes that the byte of the object at the offset `op` is written.
    #[inline(always)]
    pub fn mark(self, op: u64) {
        let number = (op & (self.memory.size() - 1)) / (STEP * PIECE);
        Field::<u8>::behind(self.memory, self.pieces(), number).set(1);
    }

    /// Where the third table begins.
    #[inline(always)]
    fn pieces(self) -> u64 {
        self.table + self.memory.size() / STEP + OVERFLOWS * Overflow::SIZE
    }

    /// How many bytes the heap has without the tables.
    #[must_use]
    pub fn heap_size(self) -> u64 {
        let heap = Root::of(self.memory).region(Region::Heap);
        let whole = heap.end().get().saturating_sub(heap.start().get());
        whole.saturating_sub(size(self.memory))
    }

    /// Fetches the byte of the object at the offset `op`.
    #[inline(always)]
    pub fn prefetch(self, op: u64) {
        let number = (op & (self.memory.size() - 1)) / STEP;
        self.memory.prefetch(self.table.wrapping_add(number));
    }

    /// How many entries the [log](crate::ahead::Log) has.
    #[must_use]
    pub fn logged(self) -> Field<'m, u64> {
        place(self.memory).logged()
    }

    /// Where the log begins: behind the third table.
    #[must_use]
    pub fn log(self) -> u64 {
        self.table + size(self.memory) - Log::ROOM * WORD
    }

    /// Makes the table all zeros again: all of it if `whole`, and otherwise the pieces that are marked.
    pub fn clear(self, whole: bool) {
        let heap = Root::of(self.memory).region(Region::Heap);
        let (start, end) = (heap.start().get(), heap.end().get());
        // From address 0 on: NULL and static objects are counted and marked too.
        for eight in 0..(end / (STEP * PIECE) + 1).div_ceil(8) {
            let mut marks = Field::<u64>::behind(self.memory, self.pieces(), 8 * eight).replace(0);
            let mut piece = 8 * eight;
            while marks != 0 && !whole {
                if marks & 0xff != 0 {
                    self.zero(piece * PIECE, (piece + 1) * PIECE);
                }
                marks >>= 8;
                piece += 1;
            }
        }
        if whole {
            // The table has no objects in it.
            let behind = self.table + size(self.memory);
            self.zero(start / STEP, self.table / STEP);
            self.zero(behind / STEP, end.div_ceil(STEP));
        }
        self.clear_overflow();
    }

    /// Makes the overflow table all zeros again.
    pub fn clear_overflow(self) {
        if place(self.memory).overflowed().replace(0) != 0 {
            let bytes = self.memory.size() / STEP;
            self.zero(bytes, bytes + OVERFLOWS * Overflow::SIZE);
        }
    }

    /// Sets bytes `start..end` of the table to zero.
    fn zero(self, start: u64, end: u64) {
        if start >= end {
            return;
        }
        let (from, to) = (self.table + start, self.table + end);
        let pages = from & !(PAGE - 1)..to.next_multiple_of(PAGE);
        if to - from <= KEPT {
            self.memory.fill(Addr::at(from), to - from, 0);
        } else {
            let first = Addr::at(pages.start);
            self.memory.give_back(first, pages.end - pages.start);
        }
    }
}

/// How many bytes the tables and the log have.
fn size(memory: &Memory) -> u64 {
    let tables = memory.size() / STEP + OVERFLOWS * Overflow::SIZE + memory.size() / (STEP * PIECE);
    // Whole words, and one more: marks are read eight at a time.
    tables.next_multiple_of(WORD) + WORD + Log::ROOM * WORD
}

fn place(memory: &Memory) -> Place<'_> {
    let gc = Root::of(memory).gc();
    Place::at(memory, gc.addr().plus(memory::GcState::SIZE - Place::SIZE))
}

// These take numbers, not a `Side`: a value that a function takes by address lives in memory.

#[inline(never)]
fn overflow(memory: &Memory, table: u64, op: u64) -> bool {
    let Some(entry) = entry(memory, table, op) else {
        return false;
    };
    if entry.op().replace(op) == 0 {
        entry.count().set(u64::from(MANY));
        place(memory).overflowed().set(1);
    }
    entry.count().set(entry.count().get() + 1);
    true
}

#[inline(never)]
fn overflowed(memory: &Memory, table: u64, op: u64) -> u64 {
    let entry = entry(memory, table, op).filter(|entry| entry.op().get() != 0);
    entry.map_or(u64::from(MANY), |entry| entry.count().get())
}

/// The entry of `op` in the overflow table, or the free one that would be its own.
fn entry(memory: &Memory, table: u64, op: u64) -> Option<Overflow<'_>> {
    let start = table + memory.size() / STEP;
    let hash = (op / STEP).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (0..OVERFLOWS)
        .map(|step| {
            let number = (hash + step) % OVERFLOWS;
            Overflow::at_offset(memory, start + Overflow::SIZE * number)
        })
        .find(|entry| [0, op].contains(&entry.op().get()))
}
