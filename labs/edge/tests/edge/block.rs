//! A block with a payload that is checked before the block goes.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr::NonNull;

use edge::Edge;

/// A block that is filled with bytes of its own number.
pub(crate) struct Block {
    pub(crate) ptr: NonNull<u8>,
    pub(crate) layout: Layout,
    number: u64,
}

// SAFETY: a block belongs to whoever has it, on whichever thread.
unsafe impl Send for Block {}

impl Block {
    pub(crate) fn new(edge: &Edge, layout: Layout, number: u64) -> Block {
        // SAFETY: an `Edge` serves layouts of no bytes too.
        Block::filled(unsafe { edge.alloc(layout) }, layout, number)
    }

    pub(crate) fn zeroed(edge: &Edge, layout: Layout, number: u64) -> Block {
        // SAFETY: as in `new`.
        let ptr = unsafe { edge.alloc_zeroed(layout) };
        for at in 0..layout.size() {
            // SAFETY: the block has that many bytes.
            assert_eq!(unsafe { ptr.add(at).read() }, 0, "byte {at} of {layout:?}");
        }
        Block::filled(ptr, layout, number)
    }

    fn filled(ptr: *mut u8, layout: Layout, number: u64) -> Block {
        let ptr = NonNull::new(ptr).unwrap_or_else(|| panic!("no block for {layout:?}"));
        let place = ptr.addr().get();
        assert!(
            place.is_multiple_of(layout.align()),
            "{layout:?} at {place:#x}"
        );
        let block = Block {
            ptr,
            layout,
            number,
        };
        block.fill(0);
        block
    }

    /// Asks for another size; the bytes that stay are checked.
    pub(crate) fn resize(&mut self, edge: &Edge, size: usize) {
        self.check_all();
        // SAFETY: the block was handed out for this layout, and the tests' sizes are small.
        let ptr = unsafe { edge.realloc(self.ptr.as_ptr(), self.layout, size) };
        let old = self.layout.size();
        let layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        self.ptr = NonNull::new(ptr).unwrap_or_else(|| panic!("no block for {layout:?}"));
        self.layout = layout;
        let place = self.ptr.addr().get();
        assert!(
            place.is_multiple_of(layout.align()),
            "{layout:?} at {place:#x}"
        );
        // The last byte of the old size is an ordinary one now, or gone.
        if old != size {
            self.check(Block::places(0, old.min(size)));
            self.fill(old.min(size));
        }
    }

    /// Checks the payload and gives the block back.
    pub(crate) fn free(self, edge: &Edge) {
        self.check_all();
        // SAFETY: the block was handed out for this layout, and goes out of use here.
        unsafe { edge.dealloc(self.ptr.as_ptr(), self.layout) };
    }

    fn byte(&self, at: usize) -> u8 {
        (self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 7 * 8)) as u8 | 1
    }

    /// The bytes that are filled and checked: all of a small block, some of a large one.
    fn places(from: usize, to: usize) -> impl Iterator<Item = usize> {
        (from..to.min(700)).chain((from.next_multiple_of(512)..to).step_by(512))
    }

    /// Fills the bytes from `from` on, and the last one.
    fn fill(&self, from: usize) {
        let size = self.layout.size();
        for at in Block::places(from, size).chain(size.checked_sub(1)) {
            // SAFETY: the block has that many bytes, and is ours.
            unsafe { self.ptr.add(at).write(self.byte(at)) };
        }
    }

    /// Checks everything that `fill` wrote.
    fn check_all(&self) {
        let size = self.layout.size();
        self.check(Block::places(0, size).chain(size.checked_sub(1)));
    }

    fn check(&self, places: impl Iterator<Item = usize>) {
        let Block { layout, number, .. } = self;
        for at in places {
            // SAFETY: the block has that many bytes.
            let found = unsafe { self.ptr.add(at).read() };
            assert_eq!(
                found,
                self.byte(at),
                "byte {at} of block {number}, {layout:?}"
            );
        }
    }
}
