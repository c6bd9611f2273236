//! Bins: free chunks by size.

use super::{Chunk, FLAGS, FREE, MIN_CHUNK, Plain};
use crate::{Addr, Field, WORD};

/// How many bins there are: one for each size below 1024 bytes, then eight for each power of two.
pub(super) const BINS: u64 = 384;
/// Words of the bitmap.
pub(super) const BITMAP: u64 = BINS / 64;
const SMALL: u64 = 1024;

/// How many chunks of its own bin a large request looks at before it takes a larger one.
pub(super) const FEW: u64 = 8;

/// The bin of a free chunk of `size` bytes.
#[inline]
pub(super) fn bin_of(size: u64) -> u64 {
    if size < SMALL {
        return size / 8;
    }
    // The power of two below it, and the three bits that follow.
    let power = u64::from(size.ilog2());
    let eighth = (size >> (power - 3)) & 7;
    (SMALL / 8 + (power - 10) * 8 + eighth).min(BINS - 1)
}

impl<'m> Plain<'m> {
    /// 64 bits of the bitmap: bit `n` of word `w` is set while bin `64 * w + n` is not empty.
    #[inline]
    pub(super) fn bitmap(self, word: u64) -> Field<'m, u64> {
        Field::at(self.memory(), self.addr().plus(16 + WORD * word))
    }

    /// The first chunk of a bin.
    #[inline]
    pub(super) fn bin(self, bin: u64) -> Field<'m, Option<Addr>> {
        Field::at(
            self.memory(),
            self.addr().plus(16 + WORD * BITMAP + WORD * bin),
        )
    }

    /// Takes a free chunk of at least `need` bytes out of its bin; returns it and its size. At most
    /// `look_at` chunks that may be too small are looked at.
    #[inline]
    pub(super) fn take(self, need: u64, look_at: u64) -> Option<(Addr, u64)> {
        let memory = self.memory();
        let mut bin = bin_of(need);
        if need >= SMALL {
            // The chunks of a large bin have several sizes; all those of the bins above it do.
            let mut next = self.bin(bin).get();
            for _ in 0..look_at {
                let Some(chunk) = next else { break };
                let size = memory.load(chunk) & !FLAGS;
                if size >= need {
                    self.unlink(chunk, size);
                    return Some((chunk, size));
                }
                next = Chunk::at(memory, chunk).fd().get();
            }
            bin += 1;
        }
        let chunk = self.bin(self.first_from(bin)?).get()?;
        let size = memory.load(chunk) & !FLAGS;
        if size < need {
            return None;
        }
        self.unlink(chunk, size);
        Some((chunk, size))
    }

    /// The first bin from `bin` on that is not empty.
    #[inline]
    fn first_from(self, bin: u64) -> Option<u64> {
        let mut word = bin / 64;
        let mut above = u64::MAX << (bin % 64);
        while word < BITMAP {
            let bits = self.bitmap(word).get() & above;
            if bits != 0 {
                return Some(word * 64 + u64::from(bits.trailing_zeros()));
            }
            word += 1;
            above = u64::MAX;
        }
        None
    }

    /// Writes the head and the end of a free chunk whose neighbours are live, and puts it into its
    /// bin, in front.
    #[inline]
    pub(super) fn insert(self, chunk: Addr, size: u64) {
        debug_assert!(size >= MIN_CHUNK);
        let memory = self.memory();
        memory.store(chunk, size | FREE);
        memory.store(chunk.plus(size - WORD), size);
        let bin = bin_of(size);
        let first = self.bin(bin).replace(Some(chunk));
        let links = Chunk::at(memory, chunk);
        links.fd().set(first);
        links.bk().set(None);
        match first {
            Some(first) => Chunk::at(memory, first).bk().set(Some(chunk)),
            None => {
                let word = self.bitmap(bin / 64);
                word.set(word.get() | 1 << (bin % 64));
            }
        }
    }

    /// Takes a free chunk of `size` bytes out of its bin.
    #[inline]
    pub(super) fn unlink(self, chunk: Addr, size: u64) {
        let memory = self.memory();
        let links = Chunk::at(memory, chunk);
        let (fd, bk) = (links.fd().get(), links.bk().get());
        if let Some(fd) = fd {
            Chunk::at(memory, fd).bk().set(bk);
        }
        if let Some(bk) = bk {
            Chunk::at(memory, bk).fd().set(fd);
            return;
        }
        let bin = bin_of(size);
        self.bin(bin).set(fd);
        if fd.is_none() {
            let word = self.bitmap(bin / 64);
            word.set(word.get() & !(1 << (bin % 64)));
        }
    }
}
