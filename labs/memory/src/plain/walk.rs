//! The heap as a row of blocks, for pictures, reports and checks. It survives a broken heap, and
//! the watch knows nothing of it.

use std::fmt;

use super::bins::{BINS, BITMAP, bin_of};
use super::{Chunk, FENCE, FLAGS, FREE, MIN_CHUNK, PREV_FREE, Plain};
use crate::{Addr, Memory, Root, WORD};

/// One block of the plain allocator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Where the caller's bytes begin; the head is the word in front of it.
    pub addr: Addr,
    /// How many bytes the caller may use: at least what was asked for.
    pub size: u64,
    /// Whether it is handed out.
    pub live: bool,
}

/// What is inconsistent in the plain allocator's heap, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The address of the word that cannot be right.
    pub at: Addr,
    /// What it holds.
    pub found: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Broken { at, found, what } = self;
        write!(
            f,
            "the heap is broken: the word at {at} is {found:#x}, {what}"
        )
    }
}

impl std::error::Error for Broken {}

/// The blocks of the plain allocator, see [`blocks`].
#[derive(Debug, Clone)]
pub struct Blocks<'m> {
    memory: &'m Memory,
    /// The next head; `None` at the end.
    next: Option<Addr>,
    /// The last fence.
    last: u64,
    prev_free: bool,
}

/// The blocks of the plain allocator in the order of their addresses, live and free ones. Where the
/// heap is broken, the last item says what is inconsistent.
#[must_use]
pub fn blocks(memory: &Memory) -> Blocks<'_> {
    let record = Addr::new(memory.peek_word(Root::of(memory).plain().addr()));
    let word = |at: Option<Addr>| at.map_or(0, |at| memory.peek_word(at));
    Blocks {
        memory,
        next: Addr::new(word(record)),
        last: word(record.map(|record| record.plus(WORD))),
        prev_free: false,
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.next.take()?;
            if !at.is_aligned(WORD) || at.get() > self.last || self.last >= self.memory.size() {
                return self.broken(
                    at,
                    at.get(),
                    "the place of a chunk beyond the end of the heap",
                );
            }
            let head = self.memory.peek_word(at);
            let size = head & !FLAGS;
            if (head & PREV_FREE != 0) != self.prev_free {
                return self.broken(
                    at,
                    head,
                    "a head that is wrong about the chunk in front of it",
                );
            }
            if head & FENCE != 0 {
                if head & FREE != 0 {
                    return self.broken(at, head, "a fence that is marked free");
                }
                match size {
                    0 if at.get() == self.last => return None,
                    0 => return self.broken(at, head, "a fence before the end of the heap"),
                    _ if size > self.last.saturating_sub(at.get()) => {
                        return self.broken(
                            at,
                            head,
                            "a fence that leads beyond the end of the heap",
                        );
                    }
                    _ => self.next = Some(at.plus(size)),
                }
                self.prev_free = false;
                continue;
            }
            if size < MIN_CHUNK || size > self.last - at.get() {
                return self.broken(at, head, "a head with a size that no chunk here can have");
            }
            let free = head & FREE != 0;
            let end = at.plus(size - WORD);
            if free && self.prev_free {
                return self.broken(at, head, "a free chunk behind a free chunk");
            }
            if free && self.memory.peek_word(end) != size {
                let found = self.memory.peek_word(end);
                return self.broken(end, found, "not the size of the free chunk that ends here");
            }
            self.prev_free = free;
            self.next = Some(at.plus(size));
            return Some(Ok(Block {
                addr: at.plus(WORD),
                size: size - WORD,
                live: !free,
            }));
        }
    }
}

impl Blocks<'_> {
    fn broken(&self, at: Addr, found: u64, what: &'static str) -> Option<Result<Block, Broken>> {
        Some(Err(Broken { at, found, what }))
    }
}

/// Looks at every chunk and every bin.
///
/// # Errors
/// The first inconsistency: in the row of chunks as [`blocks`] finds it, a bin that holds what is
/// no free chunk of its sizes, or a free chunk that is in no bin.
pub fn check(memory: &Memory) -> Result<(), Broken> {
    let mut free = Vec::new();
    for block in blocks(memory) {
        let block = block?;
        if !block.live {
            free.push(block.addr.minus(WORD));
        }
    }
    let Some(record) = Addr::new(memory.peek_word(Root::of(memory).plain().addr())) else {
        return Ok(());
    };
    let plain = Plain::at(memory, record);
    let word = |at: Addr| memory.peek_word(at);
    let mut in_bins = 0;
    for bin in 0..BINS {
        let place = plain.bin(bin).addr();
        let bits = plain.bitmap(bin / 64).addr();
        if (word(bits) >> (bin % 64) & 1 == 1) != (word(place) != 0) {
            return Err(Broken {
                at: bits,
                found: word(bits),
                what: "a bitmap that is wrong about a bin",
            });
        }
        let (mut from, mut previous) = (place, 0);
        while let Some(chunk) = Addr::new(word(from)) {
            let broken = |what| {
                let (at, found) = (from, chunk.get());
                Err(Broken { at, found, what })
            };
            if free.binary_search(&chunk).is_err() {
                return broken("a link of a bin to what is no free chunk");
            }
            if bin_of(word(chunk) & !FLAGS) != bin {
                return broken("a link to a chunk of a size that belongs into another bin");
            }
            if word(Chunk::at(memory, chunk).bk().addr()) != previous {
                return broken("a link to a chunk that does not link back");
            }
            // Each chunk was reached from the one that it links back to, so none is reached twice.
            in_bins += 1;
            (from, previous) = (Chunk::at(memory, chunk).fd().addr(), chunk.get());
        }
    }
    if in_bins != free.len() {
        return Err(Broken {
            at: record.plus(16 + WORD * BITMAP),
            found: in_bins as u64,
            what: "the bins of a heap in which some free chunk is in no bin",
        });
    }
    Ok(())
}
