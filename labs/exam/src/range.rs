//! The watched memory of one run.

use memory::pool::walk::walk;
use memory::watch::{BlockInfo, Report, Side, Watched};
use memory::{Addr, Memory, MemoryError, Root, Snapshot, plain};

/// Counted work: words and pages, the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Words read, by the program and the allocator together.
    pub loads: u64,
    /// Words written, by both together.
    pub stores: u64,
    /// Pages of 4 KiB that were touched for the first time, by both together.
    pub pages: u64,
    /// The part of the allocator: inside `heap.malloc`, `heap.realloc` and `heap.free`.
    pub manager: Side,
    /// The part of all other code.
    pub program: Side,
}

/// How many blocks are live in a memory that no exam watches: those of the plain allocator, and those
/// of pools. Of records that do not fit together, those before the fault, and of pools then none.
#[must_use]
pub fn blocks_of(memory: &Memory) -> u64 {
    let chunks = plain::blocks(memory);
    let chunks = chunks.filter(|block| block.as_ref().is_ok_and(|block| block.live));
    let pools = walk(memory).map_or(0, |walk| walk.pools().map(|pool| pool.count).sum());
    chunks.count() as u64 + pools
}

/// A watched range, and what the exam asks of it.
pub(crate) struct Range {
    /// In a box, so that a copy has another address: a lab that knows its memory by that is found.
    watched: Box<Watched>,
    /// The work when the last event began, and when it ended.
    began: memory::watch::Work,
    ended: memory::watch::Work,
}

impl Range {
    /// A range of `size` bytes whose blocks are to be aligned to `alignment` bytes, in which an
    /// event may make so many accesses.
    pub(crate) fn new(size: u64, alignment: u64, accesses: u64) -> Result<Range, MemoryError> {
        let watched = Box::new(Watched::new(size)?);
        watched.limit_events(accesses);
        watched.quietly(|memory| Root::of(memory).alignment().set(alignment));
        let work = watched.work();
        Ok(Range {
            watched,
            began: work,
            ended: work,
        })
    }

    pub(crate) fn memory(&self) -> &Memory {
        self.watched.memory()
    }

    pub(crate) fn watched(&self) -> &Watched {
        &self.watched
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.memory().snapshot()
    }

    /// The word at `addr`.
    pub(crate) fn word(&self, addr: Addr) -> u64 {
        self.watched.quietly(|memory| memory.load(addr))
    }

    /// An event begins, which must not touch the bytes of `forbidden`: start and length.
    pub(crate) fn begin(&mut self, label: &str, forbidden: &[(Addr, u64)]) {
        self.watched.event(label);
        for &(addr, len) in forbidden {
            self.watched.forbid(addr, len);
        }
        self.began = self.watched.work();
    }

    /// The event is over.
    pub(crate) fn end(&mut self) {
        self.ended = self.watched.work();
    }

    /// The reports since the last call.
    pub(crate) fn take_reports(&self) -> Vec<Report> {
        self.watched.take_reports()
    }

    /// The blocks that were allocated in an event and are not freed.
    pub(crate) fn live_blocks(&self) -> Vec<BlockInfo> {
        let mut blocks = self.watched.live_blocks();
        blocks.retain(|block| block.born.number > 0);
        blocks
    }

    /// The work of the last event.
    pub(crate) fn work(&self) -> Work {
        let work = self.ended - self.began;
        let total = work.total();
        Work {
            loads: total.loads,
            stores: total.stores,
            pages: total.pages,
            manager: work.manager,
            program: work.program,
        }
    }

    pub(crate) fn pages_touched(&self) -> u64 {
        self.watched.touched_pages()
    }

    pub(crate) fn shared_pages(&self) -> u64 {
        self.watched.shared_pages()
    }

    pub(crate) fn copied_pages(&self) -> u64 {
        self.watched.copied_pages()
    }

    /// Goes on in a copy at another place. Where the system has no memory for it, the run goes on
    /// where it is.
    pub(crate) fn move_to_copy(&mut self) {
        if let Ok(copy) = self.watched.copy() {
            drop(std::mem::replace(&mut self.watched, Box::new(copy)));
        }
    }
}
