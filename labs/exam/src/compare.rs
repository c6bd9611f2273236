//! What the straight run left in memory after each event, for the second run to compare with.

use memory::{Addr, Snapshot};

/// How many pages the snapshots of one run may hold together; later events are not compared, but
/// for the last one.
const PAGE_BUDGET: usize = 16 * 1024;

/// The memory after each event of the straight run.
#[derive(Default)]
pub(crate) struct Track {
    start: Option<Snapshot>,
    after: Vec<Option<Snapshot>>,
    last: Option<Snapshot>,
    pages: usize,
}

/// The first word that differs.
pub(crate) struct Difference {
    pub(crate) addr: Addr,
    pub(crate) straight: u64,
    pub(crate) moved: u64,
}

impl Track {
    /// Whether the memory after the next event is to be given to [`Track::add`].
    pub(crate) fn wants_more(&self) -> bool {
        self.pages < PAGE_BUDGET
    }

    /// Keeps the memory after an event, or none if there was no room for it.
    pub(crate) fn add(&mut self, snapshot: Option<Snapshot>) {
        self.pages += snapshot.as_ref().map_or(0, |it| it.pages().count().max(1));
        self.after.push(snapshot);
    }

    /// Keeps the memory at the end.
    pub(crate) fn end(&mut self, snapshot: Snapshot) {
        self.last = Some(snapshot);
    }

    /// Keeps the memory before the first event.
    pub(crate) fn start(&mut self, snapshot: Snapshot) {
        self.start = Some(snapshot);
    }

    /// The memory before event `index`, counted from 0, where it was kept.
    pub(crate) fn before(&self, index: usize) -> Option<&Snapshot> {
        match index.checked_sub(1) {
            Some(last) => self.after.get(last)?.as_ref(),
            None => self.start.as_ref(),
        }
    }

    /// How many events there were.
    pub(crate) fn events(&self) -> usize {
        self.after.len()
    }

    /// Whether the memory after event `index`, counted from 0, was kept.
    pub(crate) fn has(&self, index: usize) -> bool {
        matches!(self.after.get(index), Some(Some(_)))
    }

    /// Compares the memory after event `index`, counted from 0, where it was kept.
    pub(crate) fn compare(&self, index: usize, moved: &Snapshot) -> Option<Difference> {
        difference(self.after.get(index)?.as_ref()?, moved)
    }

    /// Compares the memory at the end.
    pub(crate) fn compare_end(&self, moved: &Snapshot) -> Option<Difference> {
        difference(self.last.as_ref()?, moved)
    }
}

fn difference(straight: &Snapshot, moved: &Snapshot) -> Option<Difference> {
    if straight == moved {
        return None;
    }
    let (addr, straight, moved) = straight.first_difference(moved)?;
    Some(Difference {
        addr,
        straight,
        moved,
    })
}
