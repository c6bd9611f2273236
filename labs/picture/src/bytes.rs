//! Reading a snapshot's bytes when nothing about them can be trusted.
//!
//! A snapshot of a broken heap holds addresses that lead anywhere. Every read here says `None`
//! where there is nothing to read, and none panics.

use memory::{Addr, Snapshot, WORD};

/// The bytes of a snapshot, at any address, aligned or not.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'s> {
    snapshot: &'s Snapshot,
}

impl<'s> Bytes<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot) -> Bytes<'s> {
        Bytes { snapshot }
    }

    /// The size of the range in bytes.
    pub(crate) fn size(self) -> u64 {
        self.snapshot.size()
    }

    /// Whether `len` bytes from `at` on lie in the range and beyond page 0.
    pub(crate) fn holds(self, at: u64, len: u64) -> bool {
        at >= memory::PAGE && at.checked_add(len).is_some_and(|end| end <= self.size())
    }

    /// The word at `at`.
    pub(crate) fn word(self, at: u64) -> Option<u64> {
        if !self.holds(at, WORD) {
            return None;
        }
        let shift = at % WORD * 8;
        let low = self.snapshot.word(Addr::new(at - at % WORD)?);
        if shift == 0 {
            return Some(low);
        }
        // An unaligned word lies in two; the second exists, as the range ends at a multiple of 8.
        let high = self.snapshot.word(Addr::new(at - at % WORD + WORD)?);
        Some(low >> shift | high << (64 - shift))
    }

    /// The 4 bytes at `at`.
    pub(crate) fn u32(self, at: u64) -> Option<u32> {
        self.part(at, 4).map(|value| value as u32)
    }

    /// The byte at `at`.
    pub(crate) fn u8(self, at: u64) -> Option<u8> {
        self.part(at, 1).map(|value| value as u8)
    }

    /// The `len` bytes at `at`, at most 8, as a number.
    fn part(self, at: u64, len: u64) -> Option<u64> {
        if !self.holds(at, len) {
            return None;
        }
        let start = (at - at % WORD).min(self.size() - WORD);
        let low = self.snapshot.word(Addr::new(start)?);
        let shift = (at - start) * 8;
        let value = if shift + len * 8 <= 64 {
            low >> shift
        } else {
            self.word(at)?
        };
        Some(if len == WORD {
            value
        } else {
            value & ((1 << (len * 8)) - 1)
        })
    }

    /// The address in the word at `at`; `None` where the word is 0 or cannot be read.
    pub(crate) fn addr(self, at: u64) -> Option<Addr> {
        self.word(at).and_then(Addr::new)
    }

    /// The C string at `at`, if it ends within 255 bytes and is text without control characters.
    pub(crate) fn c_string(self, at: u64) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            match self.u8(at.checked_add(bytes.len() as u64)?)? {
                0 => break,
                _ if bytes.len() == 255 => return None,
                byte => bytes.push(byte),
            }
        }
        let text = String::from_utf8(bytes).ok()?;
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    }
}

/// The offset of the field called `name` in a record's table of fields.
///
/// Used in constants only, where a name that the record does not have stops the build.
pub(crate) const fn offset(fields: &[(&str, u64)], name: &str) -> u64 {
    let mut index = 0;
    while index < fields.len() {
        if same(fields[index].0.as_bytes(), name.as_bytes()) {
            return fields[index].1;
        }
        index += 1;
    }
    panic!("the record has no such field")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
