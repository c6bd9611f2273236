//! bumpalo: how fast it is never to free anything before the end.

use std::alloc::Layout;

use crate::allocator::subject::Subject;
use crate::allocator::subjects::foreign::pointer_bytes;

/// An arena of <https://github.com/fitzgen/bumpalo>, reset when all blocks were freed.
#[derive(Default)]
pub(crate) struct Bump(bumpalo::Bump);

impl Subject for Bump {
    pointer_bytes!();

    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        // As the others do: blocks are aligned to 16, and none is smaller.
        let layout = Layout::from_size_align(size.max(16), 16).expect("sizes are below 2^32");
        self.0.alloc_layout(layout).as_ptr()
    }

    #[inline(always)]
    fn realloc(&mut self, block: *mut u8, old: usize, size: usize) -> *mut u8 {
        let moved = self.alloc(size);
        // SAFETY: both are live blocks of at least so many bytes, and a new block overlaps no other.
        unsafe { block.copy_to_nonoverlapping(moved, old.min(size)) };
        moved
    }

    #[inline(always)]
    fn free(&mut self, _block: *mut u8) {}

    fn emptied(&mut self) {
        self.0.reset();
    }
}
