//! The allocator that is given: what CPython uses under `PYTHONMALLOC=malloc`, and for every
//! request over 512 bytes.
//!
//! It is an allocator as the C library's, with the names of glibc's (`malloc/malloc.c`), and it
//! keeps everything in the range. The heap is a row of *chunks* without gaps. A chunk begins with
//! one word, its head: the chunk's size in bytes and flags in the low bits. The block that a caller
//! gets begins behind the head.
//!
//! ```text
//! live   | head | the caller's bytes ...................... |
//! free   | head | fd | bk | ......................... | size |   fd, bk: next and previous in its bin
//! ```
//!
//! A free chunk repeats its size in its last word. So a chunk that is freed finds the chunk before
//! it if that is free too ([`PREV_FREE`] in its own head says so), and the one after it through its
//! own size, and the three become one: *boundary tags* (Knuth, 1962). Two free chunks are never
//! neighbours.
//!
//! Free chunks hang in *bins* by size, each a doubly linked list, and a bitmap says which bins are
//! not empty: *segregated fits*. So no request walks a long list.
//!
//! A live chunk costs 8 bytes over the request, and the smallest chunk has 32 bytes.
//!
//! A free chunk stays in the heap, and the memory behind it with it, until a request needs it. That
//! would be much for nothing where a large table was freed because a larger one took its place. So
//! a block of at least [`LARGE`] bytes gives its pages back when it is freed: its chunk is still there,
//! but only the pages that are written again cost memory.

mod bins;
mod pages;
mod walk;

use crate::addr::round_up;
use crate::{Addr, Memory, MemoryError, PAGE, Root, WORD, record};

pub use pages::aligned_pages;
pub use walk::{Block, Blocks, Broken, blocks, check};

/// Grows the heap region by so many bytes, a multiple of a page, and returns where they begin:
/// the reader's `regions::grow_heap`.
pub type GrowFn = fn(&Memory, u64) -> Result<Addr, MemoryError>;

/// Flag in a chunk's head: the chunk is free.
pub const FREE: u64 = 1;
/// Flag in a chunk's head: the chunk in front of it is free.
pub const PREV_FREE: u64 = 2;
/// Flag in a chunk's head: no chunk, but the end of a row. Its size is the distance to the first
/// chunk of the next row, 0 for the last: somebody else has grown the heap in between.
pub const FENCE: u64 = 4;
/// The smallest chunk in bytes: head, `fd`, `bk` and the size at its end.
pub const MIN_CHUNK: u64 = 4 * WORD;

/// A chunk of at least so many bytes gives its pages back to the operating system when it is freed, unless
/// one as large did so before: a program that frees a large block often asks for one as large again, and
/// making pages again takes longer than writing them. (glibc's `M_MMAP_THRESHOLD` begins at the same number
/// and rises likewise.)
pub const LARGE: u64 = 128 << 10;

/// A chunk of at least so many bytes always does (`DEFAULT_MMAP_THRESHOLD_MAX`).
pub const HUGE: u64 = 32 << 20;

const FLAGS: u64 = 7;
/// No request can be larger, whatever the size of the range.
const MAX_REQUEST: u64 = 1 << 40;

record! {
    /// The allocator's record, found through [`Root::plain`]; it lies at the start of the first page
    /// that the allocator obtained. Its bitmap follows at offset 16, 6 words, and at 64 the bins,
    /// 384 words, each the address of a free chunk or 0.
    pub struct Plain[3136] {
        /// The first chunk.
        0 => first: Addr,
        /// The fence at the end of the last row.
        8 => last: Addr,
    }

    /// A chunk, at the address of its head. `fd` and `bk` belong to it only while it is free
    /// (`struct malloc_chunk`).
    pub struct Chunk[32] {
        /// Its size in bytes, a multiple of 8, and the flags.
        0 => head: u64,
        /// The next free chunk of the same bin.
        8 => fd: Option<Addr>,
        /// The previous one.
        16 => bk: Option<Addr>,
    }
}

/// A block of at least `size` bytes, aligned to the root record's `alignment`. Its bytes are not
/// initialized. A request of 0 bytes is served as one of 1 byte. New pages come from `grow`.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) when no free chunk is large enough and `grow` does not give
/// more; the heap is then as it was.
pub fn malloc(memory: &Memory, size: u64, grow: GrowFn) -> Result<Addr, MemoryError> {
    let no_memory = MemoryError::NoMemory { requested: size };
    let Some(need) = chunk_size(memory, size) else {
        return Err(no_memory);
    };
    let plain = match Root::of(memory).plain().get() {
        Some(record) => Plain::at(memory, record),
        None => match Plain::start(memory, need, grow) {
            Some(plain) => plain,
            None => return Err(no_memory),
        },
    };
    // More than once only where somebody else grew the heap in between, so that what `grow` gives
    // does not continue the last row.
    for _ in 0..3 {
        if let Some((chunk, size)) = plain.take(need, bins::FEW) {
            return Ok(plain.hand_out(chunk, size, need, 0));
        }
        if !plain.grow(need, grow) {
            break;
        }
    }
    // The heap is full. Only now is it worth while to look at every chunk that could do.
    match plain.take(need, memory.size() / MIN_CHUNK) {
        Some((chunk, size)) => Ok(plain.hand_out(chunk, size, need, 0)),
        None => Err(no_memory),
    }
}

/// The block at `block`, made at least `size` bytes large: in place where the chunk is large
/// enough, where the chunk behind it is free, or where it is the last one and the heap can grow;
/// otherwise it is moved. The bytes up to the smaller of the two sizes stay. What is cut off, or left
/// behind, gives its pages back as in [`free`].
///
/// # Errors
/// As [`malloc`]; the old block is then as it was.
pub fn realloc(memory: &Memory, block: Addr, size: u64, grow: GrowFn) -> Result<Addr, MemoryError> {
    let (plain, chunk) = live_chunk(memory, block, "realloc");
    let no_memory = MemoryError::NoMemory { requested: size };
    let Some(need) = chunk_size(memory, size) else {
        return Err(no_memory);
    };
    let head = memory.load(chunk);
    let (old, prev_free) = (head & !FLAGS, head & PREV_FREE);
    if need <= old {
        plain.shrink(chunk, old, need, prev_free);
        return Ok(block);
    }
    let next = chunk.plus(old);
    let next_head = memory.load(next);
    let behind = if next_head & FREE != 0 {
        next_head & !FLAGS
    } else {
        0
    };
    let enough = old + behind >= need
        || (next.plus(behind) == plain.last().get() && plain.grow(need - old, grow));
    // `grow` may have given pages elsewhere: what counts is what now lies behind the chunk.
    let next_head = memory.load(next);
    let next_size = next_head & !FLAGS;
    if enough && next_head & FREE != 0 && old + next_size >= need {
        plain.unlink(next, next_size);
        return Ok(plain.hand_out(chunk, old + next_size, need, prev_free));
    }
    let moved = malloc(memory, size, grow)?;
    memory.copy(block, moved, old - WORD);
    free(memory, block);
    Ok(moved)
}

/// Takes a block back, and joins it with free neighbours. The pages that lie wholly in a [`LARGE`]
/// chunk, larger than any before, or in a [`HUGE`] one go back to the operating system
/// ([`Memory::give_back`]), so they read as zeros from now on.
///
/// # Panics
/// If `block` is no live block, as far as its head and the record tell: the C library would stop
/// the program with "free(): invalid pointer" or "double free".
pub fn free(memory: &Memory, block: Addr) {
    let (plain, chunk) = live_chunk(memory, block, "free");
    let head = memory.load(chunk);
    plain.retire(chunk, head & !FLAGS, head & PREV_FREE);
}

/// The size of a chunk for a request of `size` bytes; `None` for one that nobody can serve.
fn chunk_size(memory: &Memory, size: u64) -> Option<u64> {
    if size > MAX_REQUEST {
        return None;
    }
    let step = match Root::of(memory).alignment().get() {
        8 => 8,
        _ => 16,
    };
    Some(round_up(size + WORD, step)?.max(MIN_CHUNK))
}

/// The record, and the chunk of a block that should be live.
fn live_chunk<'m>(memory: &'m Memory, block: Addr, call: &str) -> (Plain<'m>, Addr) {
    if let Some(record) = Root::of(memory).plain().get()
        && block.is_aligned(WORD)
        && block > record
        && block.get() < memory.size()
    {
        let plain = Plain::at(memory, record);
        let chunk = block.minus(WORD);
        let head = memory.load(chunk);
        let size = head & !FLAGS;
        let whole = size >= MIN_CHUNK && size < memory.size();
        if whole && head & (FREE | FENCE) == 0 && chunk.plus(size) <= plain.last().get() {
            // A freed chunk that was joined to the one in front of it keeps its old head; that one
            // has another size now (glibc: "corrupted size vs. prev_size").
            if head & PREV_FREE != 0 {
                let before = memory.load(chunk.minus(WORD));
                assert!(
                    memory.load(chunk.minus(before)) == before | FREE,
                    "{call}({block}): this block is free already, or something was written over \
                     the free chunk in front of it"
                );
            }
            return (plain, chunk);
        }
        assert!(
            head & FREE == 0,
            "{call}({block}): this block is free already"
        );
    }
    panic!("{call}({block}): no live block of the plain allocator begins here");
}

impl<'m> Plain<'m> {
    /// Obtains the first pages: the record, then one free chunk of at least `need` bytes.
    fn start(memory: &'m Memory, need: u64, grow: GrowFn) -> Option<Plain<'m>> {
        let bytes = round_up(Plain::SIZE + WORD + need + WORD, PAGE)?;
        let start = new_pages(memory, bytes, grow)?;
        Some(Plain::start_at(memory, start, bytes))
    }

    /// Writes the record at `start`, and makes what follows it, up to `bytes` bytes, one free chunk.
    fn start_at(memory: &'m Memory, start: Addr, bytes: u64) -> Plain<'m> {
        memory.fill(start, Plain::SIZE, 0);
        let plain = Plain::at(memory, start);
        // One word off, so that the blocks behind the heads are multiples of 16.
        let first = start.plus(Plain::SIZE + WORD);
        plain.first().set(first);
        plain.row(first, start.plus(bytes - WORD), 0);
        Root::of(memory).plain().set(Some(start));
        plain
    }

    /// Makes one free chunk of all bytes from `first` up to `fence`, the new end of the last row.
    fn row(self, first: Addr, fence: Addr, prev_free: u64) {
        self.memory().store(fence, FENCE);
        self.last().set(fence);
        self.release(first, fence.since(first), prev_free);
    }

    /// Grows the heap so that its last chunk is free and, where the new pages continue the last
    /// row, at least `need` bytes large.
    fn grow(self, need: u64, grow: GrowFn) -> bool {
        let memory = self.memory();
        let fence = self.last().get();
        let head = memory.load(fence);
        let tail = match head & PREV_FREE {
            0 => 0,
            _ => memory.load(fence.minus(WORD)),
        };
        let Some(bytes) = round_up(need.saturating_sub(tail).max(1), PAGE) else {
            return false;
        };
        let Some(start) = new_pages(memory, bytes, grow) else {
            return false;
        };
        self.append(start, bytes)
    }

    /// Makes the pages from `start` on a part of the last row where they continue it, and otherwise a
    /// row of their own. False where they lie before the last row.
    fn append(self, start: Addr, bytes: u64) -> bool {
        let memory = self.memory();
        let fence = self.last().get();
        let head = memory.load(fence);
        let end = start.plus(bytes - WORD);
        if start == fence.plus(WORD) {
            self.row(fence, end, head & PREV_FREE);
        } else if start > fence {
            let first = start.plus(WORD);
            memory.store(fence, first.since(fence) | FENCE | (head & PREV_FREE));
            self.row(first, end, 0);
        } else {
            return false;
        }
        true
    }

    /// Makes the chunk at `chunk`, `size` bytes and in no bin, a live one of `need` bytes; what is
    /// left over becomes a free chunk. Returns its block.
    #[inline]
    fn hand_out(self, chunk: Addr, size: u64, need: u64, prev_free: u64) -> Addr {
        let memory = self.memory();
        if size - need >= MIN_CHUNK {
            memory.store(chunk, need | prev_free);
            // The chunk behind it knows already that a free one precedes it.
            self.insert(chunk.plus(need), size - need);
        } else {
            memory.store(chunk, size | prev_free);
            let next = chunk.plus(size);
            memory.store(next, memory.load(next) & !PREV_FREE);
        }
        chunk.plus(WORD)
    }

    /// Cuts a live chunk of `size` bytes down to `need` bytes, if what is cut off can be a chunk.
    fn shrink(self, chunk: Addr, size: u64, need: u64, prev_free: u64) {
        if size - need >= MIN_CHUNK {
            self.memory().store(chunk, need | prev_free);
            self.retire(chunk.plus(need), size - need, 0);
        }
    }

    /// Frees what a caller had, and gives its pages back if it is large.
    #[inline]
    fn retire(self, chunk: Addr, size: u64, prev_free: u64) {
        if size >= LARGE {
            pages::give_back(self.memory(), chunk, size);
        }
        self.release(chunk, size, prev_free);
    }

    /// Frees the chunk at `chunk`, `size` bytes: joins it with its free neighbours and puts the
    /// whole into its bin.
    fn release(self, mut chunk: Addr, mut size: u64, prev_free: u64) {
        let memory = self.memory();
        if prev_free != 0 {
            let before = memory.load(chunk.minus(WORD));
            chunk = chunk.minus(before);
            self.unlink(chunk, before);
            size += before;
        }
        let next = chunk.plus(size);
        let head = memory.load(next);
        if head & FREE != 0 {
            self.unlink(next, head & !FLAGS);
            size += head & !FLAGS;
        } else {
            memory.store(next, head | PREV_FREE);
        }
        self.insert(chunk, size);
    }
}

/// Pages from `grow`, if they are what was asked for: whole pages within the range.
fn new_pages(memory: &Memory, bytes: u64, grow: GrowFn) -> Option<Addr> {
    let start = grow(memory, bytes).ok()?;
    let end = start.get().checked_add(bytes)?;
    (start.is_aligned(WORD) && end <= memory.size()).then_some(start)
}
