//! No allocator: all blocks are the same one.

use crate::allocator::subject::Subject;
use crate::allocator::subjects::foreign::pointer_bytes;

/// Gives every request the same 64 bytes. Its time is that of the loop, the slots and the accesses.
#[derive(Default)]
pub(crate) struct Null {
    bytes: Box<[u64; 8]>,
}

impl Subject for Null {
    pointer_bytes!();

    #[inline(always)]
    fn alloc(&mut self, _size: usize) -> *mut u8 {
        self.bytes.as_mut_ptr().cast()
    }

    #[inline(always)]
    fn realloc(&mut self, block: *mut u8, _old: usize, _size: usize) -> *mut u8 {
        block
    }

    #[inline(always)]
    fn free(&mut self, _block: *mut u8) {}
}
