//! Copies of the range.

use std::fmt;

use crate::root::{MAGIC, VERSION};
use crate::{Addr, Memory, MemoryError, PAGE, Region, Root};

/// A copy of the pages of a range that hold anything: the whole state of a manager.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    size: u64,
    /// Page number and contents, in ascending order, without pages full of zeros.
    pages: Vec<(u64, Box<[u8]>)>,
}

/// Why bytes are not a snapshot that this crate can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotError {
    /// The bytes do not begin like a snapshot.
    NotASnapshot,
    /// The snapshot's layout is of another version.
    OtherVersion {
        /// The version that the snapshot names.
        found: u64,
        /// The version that this crate reads.
        expected: u64,
    },
    /// The bytes end too early, or name a page that the range does not have.
    Damaged {
        /// Where in the bytes, as an offset.
        at: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// The range for the copy could not be made.
    Memory(MemoryError),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::NotASnapshot => f.write_str("these bytes are not a heap snapshot"),
            SnapshotError::OtherVersion { found, expected } => write!(
                f,
                "a snapshot of version {found}, and this program reads version {expected}: \
                 record it again with this version of the course"
            ),
            SnapshotError::Damaged { at, expected } => {
                write!(f, "a damaged snapshot: expected {expected} at byte {at}")
            }
            SnapshotError::Memory(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl From<MemoryError> for SnapshotError {
    fn from(error: MemoryError) -> Self {
        SnapshotError::Memory(error)
    }
}

impl Memory {
    /// Copies everything that the range holds.
    ///
    /// Only the root's page and the used parts of the regions are looked at, once the regions are
    /// laid out; before that, the whole range is.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let root = Root::of(self);
        let peek = |addr| self.peek_word(addr);
        let mut spans = vec![(PAGE, 2 * PAGE)];
        for region in Region::ALL {
            let record = root.region(region);
            let start = peek(record.start().addr());
            let end = peek(record.end().addr());
            spans.push((start / PAGE * PAGE, end.min(self.size())));
        }
        if spans[1..].iter().all(|&(start, end)| start >= end) {
            spans = vec![(0, self.size())];
        }
        spans.sort_unstable();
        let mut pages = Vec::new();
        let mut next = 0;
        for (start, end) in spans {
            next = next.max(start);
            while next < end {
                #[cfg(feature = "watch")]
                if self.is_untouched(next / PAGE) {
                    next += PAGE;
                    continue;
                }
                let bytes = match Addr::new(next) {
                    Some(addr) => self.peek(addr, PAGE),
                    None => Vec::new(),
                };
                if !bytes.is_empty() && bytes != EMPTY {
                    pages.push((next / PAGE, bytes.into_boxed_slice()));
                }
                next += PAGE;
            }
        }
        Snapshot {
            size: self.size(),
            pages,
        }
    }

    /// A new range with the contents of `snapshot`: the same addresses hold the same bytes.
    ///
    /// # Errors
    /// [`NotASnapshot`](SnapshotError::NotASnapshot) or
    /// [`OtherVersion`](SnapshotError::OtherVersion) when its root record is not of this crate's
    /// layout; [`Memory`](SnapshotError::Memory) when the range cannot be reserved.
    pub fn attach(snapshot: &Snapshot) -> Result<Memory, SnapshotError> {
        let word = |field: u64| snapshot.word(crate::root::ROOT.plus(field));
        if word(0) != MAGIC {
            return Err(SnapshotError::NotASnapshot);
        }
        if word(8) != VERSION {
            return Err(SnapshotError::OtherVersion {
                found: word(8),
                expected: VERSION,
            });
        }
        let memory = Memory::blank(snapshot.size)?;
        for (page, bytes) in &snapshot.pages {
            if let Some(addr) = Addr::new(page * PAGE) {
                memory.poke(addr, bytes);
            }
        }
        Ok(memory)
    }
}

/// A page that nobody wrote to.
const EMPTY: [u8; PAGE as usize] = [0; PAGE as usize];

/// What a stored snapshot begins with: the name, and the version of this framing in the last byte.
const HEADER: &[u8; 8] = b"PHSNAP\0\x01";

impl Snapshot {
    /// The size of the range in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The word at `addr`, rounded down to a multiple of 8; 0 where nothing was stored.
    #[must_use]
    pub fn word(&self, addr: Addr) -> u64 {
        let offset = (addr.get() % PAGE / 8 * 8) as usize;
        match self.page(addr.get() / PAGE) {
            Some(bytes) => {
                let bytes = &bytes[offset..offset + 8];
                u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
            }
            None => 0,
        }
    }

    /// The numbers of the pages that hold anything, ascending.
    pub fn pages(&self) -> impl Iterator<Item = u64> + '_ {
        self.pages.iter().map(|page| page.0)
    }

    /// The first word in which two snapshots differ, with its value in each; `None` if they are
    /// equal.
    #[must_use]
    pub fn first_difference(&self, other: &Snapshot) -> Option<(Addr, u64, u64)> {
        let mut pages: Vec<u64> = self.pages().chain(other.pages()).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
            .into_iter()
            .filter(|&page| self.page(page) != other.page(page))
            .flat_map(|page| (page * PAGE..(page + 1) * PAGE).step_by(8))
            .filter_map(Addr::new)
            .map(|addr| (addr, self.word(addr), other.word(addr)))
            .find(|(_, mine, theirs)| mine != theirs)
    }

    /// The 4096 bytes of a page, if anything is in it.
    #[must_use]
    pub fn page(&self, page: u64) -> Option<&[u8]> {
        let index = self.pages.binary_search_by_key(&page, |page| page.0).ok()?;
        Some(&self.pages[index].1)
    }

    /// The snapshot as bytes: a header, the size of the range, the number of pages, then each
    /// page's number and its 4096 bytes. All numbers are little-endian words.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24 + self.pages.len() * (8 + PAGE as usize));
        bytes.extend_from_slice(HEADER);
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes.extend_from_slice(&(self.pages.len() as u64).to_le_bytes());
        for (page, contents) in &self.pages {
            bytes.extend_from_slice(&page.to_le_bytes());
            bytes.extend_from_slice(contents);
        }
        bytes
    }

    /// Reads what [`to_bytes`](Snapshot::to_bytes) wrote.
    ///
    /// # Errors
    /// [`NotASnapshot`](SnapshotError::NotASnapshot), [`Damaged`](SnapshotError::Damaged), or
    /// [`OtherVersion`](SnapshotError::OtherVersion) of the way in which snapshots are stored. The
    /// version of the layout is looked at by [`Memory::attach`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        match bytes.get(..8) {
            Some(header) if header == HEADER => {}
            Some(header) if header[..7] == HEADER[..7] => {
                return Err(SnapshotError::OtherVersion {
                    found: u64::from(header[7]),
                    expected: u64::from(HEADER[7]),
                });
            }
            _ => return Err(SnapshotError::NotASnapshot),
        }
        let damaged = |at, expected| SnapshotError::Damaged { at, expected };
        let word = |at: usize, expected| -> Result<u64, SnapshotError> {
            let word = bytes.get(at..at + 8).ok_or(damaged(at, expected))?;
            Ok(u64::from_le_bytes(word.try_into().expect("eight bytes")))
        };
        let size = word(8, "the size of the range")?;
        if !size.is_power_of_two() || size < Memory::MIN_SIZE {
            return Err(damaged(8, "a power of two, the size of the range"));
        }
        let count = word(16, "the number of pages")?;
        let mut pages: Vec<(u64, Box<[u8]>)> = Vec::new();
        let mut at = 24;
        for _ in 0..count {
            let page = word(at, "a page's number")?;
            let ascending = pages.last().is_none_or(|last| last.0 < page);
            if page >= size / PAGE || !ascending {
                return Err(damaged(
                    at,
                    "the number of a page of the range, in ascending order",
                ));
            }
            let contents = bytes.get(at + 8..at + 8 + PAGE as usize);
            let contents = contents.ok_or(damaged(at + 8, "the 4096 bytes of a page"))?;
            pages.push((page, contents.into()));
            at += 8 + PAGE as usize;
        }
        if at != bytes.len() {
            return Err(damaged(at, "the end of the snapshot"));
        }
        Ok(Snapshot { size, pages })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a snapshot of {} pages of {} bytes",
            self.pages.len(),
            self.size
        )
    }
}
