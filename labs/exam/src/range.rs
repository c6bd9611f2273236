//! The watched memory of one run.

use memory::watch::Watched;
use memory::{Addr, Memory, MemoryError, Root, Snapshot};

/// Counted work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Words loaded.
    pub loads: u64,
    /// Words stored.
    pub stores: u64,
}

/// A watched range, and what the exam asks of it.
pub(crate) struct Range {
    watched: Watched,
}

impl Range {
    /// A range of `size` bytes whose blocks are to be aligned to `alignment` bytes.
    pub(crate) fn new(size: u64, alignment: u64) -> Result<Range, MemoryError> {
        let watched = Watched::new(size)?;
        Root::of(watched.memory()).alignment().set(alignment);
        Ok(Range { watched })
    }

    pub(crate) fn memory(&self) -> &Memory {
        self.watched.memory()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.memory().snapshot()
    }

    /// The word at `addr`.
    pub(crate) fn word(&self, addr: Addr) -> u64 {
        self.memory().load(addr)
    }

    /// Tells the watch that an event begins.
    pub(crate) fn event(&mut self, _number: usize, _label: &str) {}

    /// The reports since the last call.
    pub(crate) fn take_reports(&self) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn live_blocks(&self) -> u64 {
        0
    }

    pub(crate) fn work(&self) -> Work {
        Work::default()
    }

    pub(crate) fn pages_touched(&self) -> u64 {
        0
    }

    /// Goes on in a copy at another place.
    pub(crate) fn move_to_copy(&mut self) {}
}
