//! The range itself: words and bytes at addresses.

use std::io;
use std::ops::Range;
use std::ptr::NonNull;

use crate::os::Reservation;
use crate::record::Offset;
use crate::root::{MAGIC, VERSION};
use crate::{Addr, MemoryError, PAGE, Root};

/// One reserved range of memory, `size` bytes long, which reads as zeros until it is written.
///
/// Reserving costs address space and no memory: the operating system makes a page when it is first
/// touched. 64 MiB do for tests, Miri and wasm32; benchmarks take up to 8 GiB (1 GiB on Windows).
///
/// Every access is in bounds, whatever the address: it is masked into the range, and a word's
/// address is rounded down to a multiple of its size. So a wild address reads or writes a wrong
/// place of the range, as in C, and nothing else, unlike in C. (Bytes beyond the end, which could
/// only wrap around one by one, are left out instead. And a field of a record that begins just
/// before the end lies in a few bytes behind the range that are reserved for that and mean nothing.) The watched memory (`watch::Watched`)
/// looks at the address *before* it is masked, and reports.
///
/// Words are little-endian on every machine, so that a byte of a word, and a snapshot, are the same
/// everywhere.
///
/// A `Memory` may be sent to another thread, and is never used by two at once: it is `Send` and
/// not `Sync`.
pub struct Memory {
    pages: Reservation,
    #[cfg_attr(feature = "fixed-size", allow(dead_code))]
    size: u64,
    #[cfg(feature = "watch")]
    pub(crate) shadow: Option<Box<crate::watch::Shadow>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a range of {} bytes", self.size)
    }
}

/// Bytes behind the range that belong to nobody: a multiple of every machine's page size.
///
/// The address of a record is masked into the range, and then its field's offset is added: one mask
/// serves all fields of a record. So a field of a wild record may lie up to here behind the range.
pub(crate) const SLACK: u64 = 1 << 14;

impl Memory {
    /// The smallest size of a range, in bytes.
    pub const MIN_SIZE: u64 = 1 << 16;

    /// The size that tests use: 64 MiB.
    pub const TEST_SIZE: u64 = 1 << 26;

    /// The size of every range in a build with the feature `fixed-size`: 4 GiB, 1 GiB on Windows. The
    /// compiler then knows the mask, which saves a load and lets it mask the fields of one record
    /// together. For benchmarks; tests need small ranges.
    #[cfg(feature = "fixed-size")]
    pub const FIXED_SIZE: u64 = if cfg!(windows) { 1 << 30 } else { 1 << 32 };

    /// Reserves a range of `size` bytes, a power of two, and writes its root record. The regions
    /// are not laid out yet: all four are empty.
    ///
    /// # Errors
    /// [`BadSize`](MemoryError::BadSize), or [`NotReserved`](MemoryError::NotReserved) with the
    /// operating system's reason.
    pub fn new(size: u64) -> Result<Memory, MemoryError> {
        let memory = Memory::blank(size)?;
        memory.write_root();
        Ok(memory)
    }

    /// As [`new`](Memory::new), for an allocator that Rust's own heap stands on (the crate `edge`):
    /// nothing is allocated, and so an error has no words. `None` is any of them.
    #[must_use]
    pub fn without_allocating(size: u64) -> Option<Memory> {
        let memory = Memory::reserve(size).ok()?;
        memory.write_root();
        Some(memory)
    }

    /// Writes the root record of a range of zeros.
    fn write_root(&self) {
        let root = Root::of(self);
        root.magic().set(MAGIC);
        root.version().set(VERSION);
        root.size().set(self.size());
        root.alignment().set(16);
    }

    /// A range of zeros, without a root record.
    pub(crate) fn blank(size: u64) -> Result<Memory, MemoryError> {
        Memory::reserve(size).map_err(|(size, error)| match error {
            None => MemoryError::BadSize { size },
            Some(error) => MemoryError::NotReserved {
                size,
                reason: error.to_string(),
            },
        })
    }

    /// The same, with an error that allocates nothing: the size, and what the operating system says
    /// unless the size was bad.
    fn reserve(size: u64) -> Result<Memory, (u64, Option<io::Error>)> {
        #[cfg(feature = "fixed-size")]
        let size = if size <= Memory::FIXED_SIZE && size.is_power_of_two() {
            Memory::FIXED_SIZE
        } else {
            return Err((size, None));
        };
        // An offset from a pointer is an `isize`: no range can be larger.
        let len = match isize::try_from(size).map(isize::unsigned_abs) {
            Ok(len) if size.is_power_of_two() && size >= Memory::MIN_SIZE => len,
            _ => return Err((size, None)),
        };
        match Reservation::new(len + SLACK as usize) {
            Ok(pages) => Ok(Memory {
                pages,
                size,
                #[cfg(feature = "watch")]
                shadow: None,
            }),
            Err(error) => Err((size, Some(error))),
        }
    }

    /// Where the range begins in this process: the pointer to the byte at address `addr` is
    /// `base() + addr`. It stays the same for as long as the `Memory` lives.
    ///
    /// Asking is safe, and nothing in the labs needs it: following the pointer is what is not. Whoever
    /// does may touch only bytes that no method of this `Memory` touches at the same time, such as
    /// those of a block that an allocator has handed out (see the crate `edge`).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn base(&self) -> NonNull<u8> {
        self.pages.base()
    }

    /// The size of the range in bytes.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn size(&self) -> u64 {
        #[cfg(feature = "fixed-size")]
        return Memory::FIXED_SIZE;
        #[cfg(not(feature = "fixed-size"))]
        self.size
    }

    /// Reads the word at `addr`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn load(&self, addr: Addr) -> u64 {
        self.load_at(addr.get(), Offset::ZERO)
    }

    /// Writes `value` to the word at `addr`.
    #[cfg_attr(not(debug_assertions), inline)]
    pub fn store(&self, addr: Addr, value: u64) {
        self.store_at(addr.get(), Offset::ZERO, value);
    }

    /// Reads the 4 bytes at `addr`, a multiple of 4.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn load_u32(&self, addr: Addr) -> u32 {
        self.load_u32_at(addr.get(), Offset::ZERO)
    }

    /// Writes 4 bytes at `addr`, a multiple of 4.
    #[cfg_attr(not(debug_assertions), inline)]
    pub fn store_u32(&self, addr: Addr, value: u32) {
        self.store_u32_at(addr.get(), Offset::ZERO, value);
    }

    /// Reads the byte at `addr`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn load_u8(&self, addr: Addr) -> u8 {
        self.load_u8_at(addr.get(), Offset::ZERO)
    }

    /// Writes the byte at `addr`.
    #[cfg_attr(not(debug_assertions), inline)]
    pub fn store_u8(&self, addr: Addr, value: u8) {
        self.store_u8_at(addr.get(), Offset::ZERO, value);
    }

    /// Tells the processor that the words around the offset `at` will be needed soon. It fetches them
    /// while the program goes on. A hint: nothing is read or written, and on other processors than
    /// those of x86-64 nothing happens.
    #[cfg_attr(not(debug_assertions), inline)]
    pub fn prefetch(&self, at: u64) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a prefetch touches nothing, and the place is in the range (see `place`).
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(self.place::<u64>(at, Offset::ZERO).cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = at;
    }

    /// Copies `len` bytes from `from` to `to`, as C's `memmove`: the two may overlap. What lies
    /// beyond the end of the range is neither read nor written.
    pub fn copy(&self, from: Addr, to: Addr, len: u64) {
        #[cfg(feature = "watch")]
        self.watch_copy(from, to, len);
        if let (Some(from), Some(to)) = (self.span(from, len), self.span(to, len)) {
            let len = from.len().min(to.len());
            // SAFETY: both spans lie in the range, and `copy_to` allows them to overlap.
            unsafe {
                let base = self.pages.base().as_ptr();
                base.add(from.start).copy_to(base.add(to.start), len);
            }
        }
    }

    /// Writes `len` bytes of `value` from `addr` on, as C's `memset`. What would lie beyond the end of
    /// the range is not written.
    pub fn fill(&self, addr: Addr, len: u64, value: u8) {
        #[cfg(feature = "watch")]
        self.watch_write(addr, len);
        if let Some(span) = self.span(addr, len) {
            // SAFETY: the span lies in the range.
            unsafe {
                self.pages
                    .base()
                    .as_ptr()
                    .add(span.start)
                    .write_bytes(value, span.len())
            };
        }
    }

    /// Reads the `len` bytes from `addr` on. What lies beyond the end of the range is missing from
    /// the answer.
    #[must_use]
    pub fn read_bytes(&self, addr: Addr, len: u64) -> Vec<u8> {
        #[cfg(feature = "watch")]
        self.watch_read(addr, len);
        self.peek(addr, len)
    }

    /// Writes `bytes` from `addr` on. What would lie beyond the end of the range is not written.
    pub fn write_bytes(&self, addr: Addr, bytes: &[u8]) {
        #[cfg(feature = "watch")]
        self.watch_write(addr, bytes.len() as u64);
        self.poke(addr, bytes);
    }

    /// Gives the pages from `addr` on, `len` bytes, back to the operating system: they read as
    /// zeros again and cost nothing until they are touched. Both are multiples of [`PAGE`].
    ///
    /// # Panics
    /// If `addr` or `len` is not a multiple of a page, or the pages lie beyond the range.
    pub fn give_back(&self, addr: Addr, len: u64) {
        let fits = addr
            .get()
            .checked_add(len)
            .is_some_and(|end| end <= self.size);
        assert!(
            fits && addr.is_aligned(PAGE) && len.is_multiple_of(PAGE),
            "give_back({addr}, {len}): whole pages of {PAGE} bytes within the range of {} bytes",
            self.size,
        );
        #[cfg(feature = "watch")]
        self.watch_give_back(addr, len);
        if len == 0 {
            return;
        }
        self.pages.give_back(addr.get() as usize, len as usize);
    }

    /// [`load`](Memory::load), for a field `offset` bytes behind the record at `at`, which is less
    /// than [`SLACK`]. The field's place may lie behind the largest address, which is no [`Addr`]: no
    /// field pays for the question whether it is.
    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn load_at(&self, at: u64, offset: Offset) -> u64 {
        #[cfg(feature = "watch")]
        self.watch_load(Addr::wrapped(at.wrapping_add(offset.get())), crate::WORD);
        // SAFETY: see `place`.
        u64::from_le(unsafe { self.place::<u64>(at, offset).read() })
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn store_at(&self, at: u64, offset: Offset, value: u64) {
        #[cfg(feature = "watch")]
        self.watch_store(Addr::wrapped(at.wrapping_add(offset.get())), crate::WORD);
        // SAFETY: see `place`.
        unsafe { self.place::<u64>(at, offset).write(value.to_le()) }
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn load_u32_at(&self, at: u64, offset: Offset) -> u32 {
        #[cfg(feature = "watch")]
        self.watch_load(Addr::wrapped(at.wrapping_add(offset.get())), 4);
        // SAFETY: see `place`.
        u32::from_le(unsafe { self.place::<u32>(at, offset).read() })
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn store_u32_at(&self, at: u64, offset: Offset, value: u32) {
        #[cfg(feature = "watch")]
        self.watch_store(Addr::wrapped(at.wrapping_add(offset.get())), 4);
        // SAFETY: see `place`.
        unsafe { self.place::<u32>(at, offset).write(value.to_le()) }
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn load_u8_at(&self, at: u64, offset: Offset) -> u8 {
        #[cfg(feature = "watch")]
        self.watch_load(Addr::wrapped(at.wrapping_add(offset.get())), 1);
        // SAFETY: see `place`.
        unsafe { self.place::<u8>(at, offset).read() }
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn store_u8_at(&self, at: u64, offset: Offset, value: u8) {
        #[cfg(feature = "watch")]
        self.watch_store(Addr::wrapped(at.wrapping_add(offset.get())), 1);
        // SAFETY: see `place`.
        unsafe { self.place::<u8>(at, offset).write(value) }
    }

    /// Reads bytes without the watch's knowledge: for snapshots and reports.
    pub(crate) fn peek(&self, addr: Addr, len: u64) -> Vec<u8> {
        let Some(span) = self.span(addr, len) else {
            return Vec::new();
        };
        let mut bytes = vec![0; span.len()];
        // SAFETY: the span lies in the range, and `bytes` is memory of our own of the same length.
        unsafe {
            let from = self.pages.base().as_ptr().add(span.start);
            from.copy_to_nonoverlapping(bytes.as_mut_ptr(), span.len());
        }
        bytes
    }

    /// Reads a word without the watch's knowledge.
    #[cfg_attr(not(debug_assertions), inline)]
    #[cfg_attr(not(feature = "watch"), allow(dead_code))]
    pub(crate) fn peek_word(&self, addr: Addr) -> u64 {
        // SAFETY: see `place`.
        u64::from_le(unsafe { self.place::<u64>(addr.get(), Offset::ZERO).read() })
    }

    /// Writes bytes without the watch's knowledge.
    pub(crate) fn poke(&self, addr: Addr, bytes: &[u8]) {
        if let Some(span) = self.span(addr, bytes.len() as u64) {
            // SAFETY: the span lies in the range and is no longer than `bytes`, which is memory of
            // somebody else.
            unsafe {
                let to = self.pages.base().as_ptr().add(span.start);
                to.copy_from_nonoverlapping(bytes.as_ptr(), span.len());
            }
        }
    }

    /// A field of type `Addr` holds 0.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn null_field(&self, addr: Addr) -> ! {
        #[cfg(feature = "watch")]
        self.watch_null(addr);
        panic!("the word at {addr} must be the address of something, and is NULL");
    }

    /// The place of a `T` that lies `offset` bytes behind the record at `at`. The record's address is
    /// masked into the range and aligned.
    ///
    /// Reads and writes through it are sound: `size` is a power of two and at least as large as
    /// `T`, so the masked address is a multiple of `T`'s size with `T`'s size of bytes behind it in
    /// the range. `offset` is a multiple of `T`'s size too, and less than [`SLACK`], and so many bytes
    /// follow the range in the same reservation. (An [`Offset`] is either 0 or was checked when the
    /// record's field was compiled.) The pages are readable, writable and initialized (zeros);
    /// integers have no invalid values; and no reference into the pages is ever made, so that writing
    /// through `&self` breaks no promise. Another thread cannot interfere, as a `Memory` is not
    /// `Sync`.
    #[cfg_attr(not(debug_assertions), inline)]
    fn place<T>(&self, at: u64, offset: Offset) -> *mut T {
        let mask = self.size() - size_of::<T>() as u64;
        // SAFETY: the sum is smaller than the range and the slack behind it (see above).
        unsafe {
            let base = self.pages.base().as_ptr();
            base.add((at & mask) as usize)
                .add(offset.get() as usize)
                .cast()
        }
    }

    /// The part of `addr..addr + len` that lies in the range, as offsets.
    fn span(&self, addr: Addr, len: u64) -> Option<Range<usize>> {
        let start = addr.get();
        if start >= self.size || len == 0 {
            return None;
        }
        let end = start.saturating_add(len).min(self.size);
        Some(start as usize..end as usize)
    }
}
