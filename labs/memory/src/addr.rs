//! Addresses: offsets into the range.

use std::fmt;
use std::num::NonZeroU64;

/// The size of one word in bytes. A pointer, a count and a size are one word each.
pub const WORD: u64 = 8;

/// The size of one logical page in bytes, as on most machines that run CPython.
///
/// The pages that the operating system hands out may be larger (16 KiB on Apple's processors); the
/// course counts in pages of 4 KiB on every machine, so that its numbers are the same everywhere.
pub const PAGE: u64 = 4096;

/// An address: the distance in bytes from the start of the range. Never zero.
///
/// A pointer that may be NULL in C is an `Option<Addr>` here, and takes one word as well: the word
/// 0 is `None`. An `Addr` can be wrong in every other way, just as in C: it may point between two
/// objects or beyond the end. Reading or writing through a wrong address is never undefined
/// behaviour ([`Memory::load`](crate::Memory::load) says what happens), and the watched memory
/// reports it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addr(NonZeroU64);

impl Addr {
    /// The address `offset` bytes from the start of the range, or `None` for 0, which is NULL.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn new(offset: u64) -> Option<Addr> {
        match NonZeroU64::new(offset) {
            Some(offset) => Some(Addr(offset)),
            None => None,
        }
    }

    /// The address that a constant names.
    ///
    /// # Panics
    /// If `offset` is 0. Meant for constants and tests: `Addr::at(0x1000)`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn at(offset: u64) -> Addr {
        match Addr::new(offset) {
            Some(addr) => addr,
            None => panic!("address 0 is NULL: use Addr::new, which gives None"),
        }
    }

    /// The distance in bytes from the start of the range.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The address `bytes` further on. Wraps around at 2^64 and then skips 0, so a wild result
    /// stays an address, and stays wild.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn plus(self, bytes: u64) -> Addr {
        // Only a sum that wraps can be 0. Nothing but a wild address wraps.
        match self.0.checked_add(bytes) {
            Some(sum) => Addr(sum),
            None => self.wrapping_plus(bytes),
        }
    }

    #[cold]
    #[inline(never)]
    const fn wrapping_plus(self, bytes: u64) -> Addr {
        Addr::wrapped(self.get().wrapping_add(bytes))
    }

    /// The address `at`, or the largest one for 0: what follows it would be no address.
    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) const fn wrapped(at: u64) -> Addr {
        match Addr::new(at) {
            Some(addr) => addr,
            None => Addr(NonZeroU64::MAX),
        }
    }

    /// The address `bytes` before this one. Wraps as [`plus`](Addr::plus) does.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn minus(self, bytes: u64) -> Addr {
        if self.get() <= bytes {
            return self.wrapping_plus(bytes.wrapping_neg());
        }
        Addr::wrapped(self.get() - bytes)
    }

    /// The greatest multiple of `step` that is not above this address, or `None` where that is 0.
    /// `step` is a power of two. This is how a block finds its pool: `p & ~(POOL_SIZE - 1)`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn align_down(self, step: u64) -> Option<Addr> {
        Addr::new(self.get() & !(step - 1))
    }

    /// Whether this address is a multiple of `step`, a power of two.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn is_aligned(self, step: u64) -> bool {
        self.get() & (step - 1) == 0
    }

    /// The distance in bytes from `start` up to this address.
    ///
    /// # Panics
    /// In a debug build, if this address lies before `start`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn since(self, start: Addr) -> u64 {
        self.get() - start.get()
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#06x}", self.get())
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `value` rounded up to the next multiple of `step`, a power of two; `None` if that overflows.
#[cfg_attr(not(debug_assertions), inline)]
#[must_use]
pub const fn round_up(value: u64, step: u64) -> Option<u64> {
    match value.checked_add(step - 1) {
        Some(sum) => Some(sum & !(step - 1)),
        None => None,
    }
}
