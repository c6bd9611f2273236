//! Shadow state: every access checked and counted. Under construction; the API that others use:
//! `Watched::new(size)`, `watched.memory()`, `watched.copy()`, `watched.event(label)`, `watched.work()`,
//! `watched.live_blocks()`, `watched.reports()`.

use crate::{Addr, Memory, MemoryError};

/// The state of the watch.
#[derive(Debug, Default)]
pub struct Shadow {}

/// A call of the allocator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `malloc(size)`.
    Malloc {
        /// Bytes.
        size: u64,
    },
    /// `realloc(block, size)`.
    Realloc {
        /// The old block.
        block: Addr,
        /// Bytes.
        size: u64,
    },
    /// `free(block)`.
    Free {
        /// The block.
        block: Addr,
    },
}

impl Memory {
    #[inline]
    pub(crate) fn watch_load(&self, _addr: Addr, _len: u64) {}
    #[inline]
    pub(crate) fn watch_store(&self, _addr: Addr, _len: u64) {}
    pub(crate) fn watch_give_back(&self, _addr: Addr, _len: u64) {}
    pub(crate) fn watch_null(&self, _addr: Addr) {}
    pub(crate) fn watch_enter(&self, call: Call) -> Call {
        call
    }
    pub(crate) fn watch_leave(&self, _call: Call, _block: Option<Addr>) {}
}

/// A watched memory, in the hands of the exam.
#[derive(Debug)]
pub struct Watched {
    memory: Memory,
}

impl Watched {
    /// Reserves a watched range; see [`Memory::new`].
    ///
    /// # Errors
    /// Those of [`Memory::new`].
    pub fn new(size: u64) -> Result<Watched, MemoryError> {
        let mut memory = Memory::new(size)?;
        memory.shadow = Some(Box::default());
        Ok(Watched { memory })
    }

    /// The memory, to hand to a lab.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}
