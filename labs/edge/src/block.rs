//! Blocks at pointers instead of addresses.

use std::alloc::Layout;
use std::mem;
use std::ptr::NonNull;

use arenas::arena;
use memory::addr::round_up;
use memory::geometry::SMALL_REQUEST_THRESHOLD;
use memory::{Addr, Furthest, Memory, Modern, PAGE, Root, WORD};
use regions::Sizes;

use crate::Elsewhere;

/// Arenas of 1 MiB and pools of 16 KiB, with everything that *Going further* adds.
pub(crate) type Numbers = Furthest<Modern>;

/// What every block is aligned to.
const ALIGNMENT: usize = 16;

/// A block of so many bytes may be zeroed by giving its pages back.
const LARGE: u64 = 1 << 20;

/// Whether a pool can serve the layout, as far as its numbers tell.
#[inline]
pub(crate) fn is_small(layout: Layout) -> bool {
    layout.align() <= ALIGNMENT && (layout.size() as u64).wrapping_sub(1) < SMALL_REQUEST_THRESHOLD
}

/// A range that is laid out, with the reference allocator's records in it.
pub(crate) struct Allocator {
    memory: Memory,
}

impl Allocator {
    /// Makes the range ready. Nothing but the heap needs room in it.
    pub(crate) fn new(memory: Memory) -> Option<Allocator> {
        regions::layout(&memory, Sizes { text: 0, data: 0 }).ok()?;
        arena::start::<Numbers>(&memory).ok()?;
        Some(Allocator { memory })
    }

    pub(crate) fn contains(&self, block: *const u8) -> bool {
        self.address(block).is_some()
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// A block of a pool, for a small layout.
    #[inline]
    pub(crate) fn malloc_small(&self, layout: Layout) -> Option<NonNull<u8>> {
        let source = const { &arenas::arena_pools::<Numbers>() };
        match pools::malloc::<Numbers>(&self.memory, layout.size() as u64, source) {
            Ok(addr) => Some(self.pointer(addr)),
            Err(error) => {
                // Some errors have a text, which would be freed: through this allocator.
                mem::forget(error);
                None
            }
        }
    }

    /// Takes a block of a small layout back.
    ///
    /// # Safety
    /// As [`free`](Allocator::free).
    #[inline]
    pub(crate) unsafe fn free_small(&self, block: *mut u8) -> Option<()> {
        let addr = self.address(block)?;
        arenas::free::<Numbers>(&self.memory, addr);
        Some(())
    }

    /// A block for `layout`. One of no bytes is served too.
    #[inline]
    pub(crate) fn malloc(&self, layout: Layout) -> Result<NonNull<u8>, Elsewhere> {
        if layout.align() > ALIGNMENT {
            return self.malloc_aligned(layout);
        }
        match arenas::malloc::<Numbers>(&self.memory, layout.size() as u64) {
            Ok(addr) => Ok(self.pointer(addr)),
            Err(_) => Err(Elsewhere::Full),
        }
    }

    /// The same, and whether it is known to be all zeros.
    ///
    /// Blocks are used again, so most hold what was in them before. A large one gives its whole pages
    /// back, which makes them zeros, and those that nobody has touched stay untouched.
    pub(crate) fn malloc_zeroed(&self, layout: Layout) -> Result<(NonNull<u8>, bool), Elsewhere> {
        let block = self.malloc(layout)?;
        let start = self.address(block.as_ptr()).ok_or(Elsewhere::NotOurs)?;
        let size = layout.size() as u64;
        if let Some((first, len)) = self.give_back(start, size) {
            let front = first.since(start);
            self.memory.fill(start, front, 0);
            self.memory.fill(first.plus(len), size - front - len, 0);
            return Ok((block, true));
        }
        Ok((block, false))
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// If `block` lies in the range, it is a block that was handed out for `layout`, and nobody uses it any
    /// more.
    #[inline]
    pub(crate) unsafe fn free(&self, block: *mut u8, layout: Layout) -> Result<(), Elsewhere> {
        let addr = self.address(block).ok_or(Elsewhere::NotOurs)?;
        if layout.align() > ALIGNMENT {
            self.free_aligned(addr);
        } else {
            arenas::free::<Numbers>(&self.memory, addr);
        }
        Ok(())
    }

    /// The block at `block`, made `size` bytes large, perhaps at another place.
    ///
    /// # Safety
    /// As [`free`](Allocator::free); where this fails, the block is as it was.
    #[inline]
    pub(crate) unsafe fn realloc(
        &self,
        block: *mut u8,
        layout: Layout,
        size: usize,
    ) -> Result<NonNull<u8>, Elsewhere> {
        let addr = self.address(block).ok_or(Elsewhere::NotOurs)?;
        if layout.align() > ALIGNMENT {
            return self.realloc_aligned(addr, layout, size);
        }
        match arenas::realloc::<Numbers>(&self.memory, addr, size as u64) {
            Ok(addr) => Ok(self.pointer(addr)),
            Err(_) => Err(Elsewhere::Full),
        }
    }

    /// A block whose pointer is a multiple of more than 16.
    ///
    /// ```text
    /// addr                                     aligned
    /// | not used ...................... | addr | the caller's bytes ... | not used |
    /// ```
    ///
    /// The word in front of it says where the real one begins.
    #[cold]
    fn malloc_aligned(&self, layout: Layout) -> Result<NonNull<u8>, Elsewhere> {
        let align = layout.align() as u64;
        let bytes = (layout.size() as u64).saturating_add(align);
        let Ok(addr) = arenas::malloc::<Numbers>(&self.memory, bytes) else {
            return Err(Elsewhere::Full);
        };
        // It is the pointer that counts: the range begins at a multiple of a page, and perhaps not of more.
        let base = self.memory.base().addr().get() as u64;
        let aligned = round_up(base + addr.get() + WORD, align).ok_or(Elsewhere::Full)?;
        // At most `align` bytes behind `addr`, since both are multiples of 16.
        let aligned = Addr::at(aligned - base);
        self.memory.store(aligned.minus(WORD), addr.get());
        Ok(self.pointer(aligned))
    }

    /// Frees a block that is aligned to more than 16.
    #[cold]
    fn free_aligned(&self, addr: Addr) {
        let begin = Addr::at(self.memory.load(addr.minus(WORD)));
        arenas::free::<Numbers>(&self.memory, begin);
    }

    #[cold]
    fn realloc_aligned(
        &self,
        addr: Addr,
        layout: Layout,
        size: usize,
    ) -> Result<NonNull<u8>, Elsewhere> {
        let Ok(new) = Layout::from_size_align(size, layout.align()) else {
            return Err(Elsewhere::Full);
        };
        let moved = self.malloc_aligned(new)?;
        let to = self.address(moved.as_ptr()).ok_or(Elsewhere::NotOurs)?;
        self.memory.copy(addr, to, layout.size().min(size) as u64);
        self.free_aligned(addr);
        Ok(moved)
    }

    /// Gives the whole pages of a block back, and says which: the first, and how many bytes. Only of one that
    /// is large, and larger than what is expected to be used again: the plain allocator knows.
    fn give_back(&self, block: Addr, size: u64) -> Option<(Addr, u64)> {
        if size < Root::of(&self.memory).give_back_from().get().max(LARGE) {
            return None;
        }
        let first = Addr::new(round_up(block.get(), PAGE)?)?;
        let len = (block.plus(size).since(first)) / PAGE * PAGE;
        self.memory.give_back(first, len);
        Some((first, len))
    }

    /// The address that a pointer stands for, if it points into the range.
    #[inline]
    fn address(&self, block: *const u8) -> Option<Addr> {
        let offset = block.addr().wrapping_sub(self.memory.base().addr().get()) as u64;
        if offset < self.memory.size() {
            Addr::new(offset)
        } else {
            None
        }
    }

    /// The pointer to an address that the allocator returned.
    #[inline]
    fn pointer(&self, addr: Addr) -> NonNull<u8> {
        // SAFETY: the allocator's blocks lie in the range.
        unsafe { self.memory.base().add(addr.get() as usize) }
    }
}
