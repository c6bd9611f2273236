//! Allocators with the interface of C: the system's, mimalloc, jemalloc.

use std::ffi::c_void;

use crate::allocator::subject::Subject;

/// What is the same for every subject whose blocks are pointers: how their bytes are reached.
macro_rules! pointer_bytes {
    () => {
        type Block = *mut u8;
        const NO_BLOCK: *mut u8 = std::ptr::null_mut();

        #[inline(always)]
        fn write(&self, block: *mut u8, size: usize) {
            let words = block.cast::<u64>();
            // SAFETY: the replay passes a live block of this subject, aligned to 8 at least. Its first
            // word belongs to it, and from 16 bytes on its second one.
            unsafe {
                words.write(size as u64);
                if size >= 16 {
                    words.add(1).write(size as u64);
                }
            }
        }

        #[inline(always)]
        fn read(&self, block: *mut u8) -> u64 {
            // SAFETY: as for `write`, which has written this word.
            unsafe { block.cast::<u64>().read() }
        }

        #[inline(always)]
        fn fill(&self, block: *mut u8, size: usize) {
            // SAFETY: as for `write`; all `size` bytes belong to the block.
            unsafe { block.write_bytes(1, size) }
        }
    };
}
pub(crate) use pointer_bytes;

/// A block that was asked for and not given ends the benchmark: nothing after it would be comparable.
#[inline(always)]
pub(crate) fn given(block: *mut c_void) -> *mut u8 {
    assert!(!block.is_null(), "an allocator is out of memory");
    block.cast()
}

macro_rules! foreign {
    ($(#[$doc:meta])* $name:ident, $malloc:path, $realloc:path, $free:path) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Subject for $name {
            pointer_bytes!();

            #[inline(always)]
            fn alloc(&mut self, size: usize) -> *mut u8 {
                // At least one byte: `malloc(0)` may be NULL. They all give 8 for it.
                // SAFETY: any size may be asked for.
                given(unsafe { $malloc(size.max(1)) })
            }

            #[inline(always)]
            fn realloc(&mut self, block: *mut u8, _old: usize, size: usize) -> *mut u8 {
                // SAFETY: the replay passes a live block of this subject, and forgets the pointer.
                given(unsafe { $realloc(block.cast(), size.max(1)) })
            }

            #[inline(always)]
            fn free(&mut self, block: *mut u8) {
                // SAFETY: as for `realloc`.
                unsafe { $free(block.cast()) }
            }
        }
    };
}

foreign!(
    /// The C library's.
    System,
    libc::malloc,
    libc::realloc,
    libc::free
);
foreign!(
    /// <https://github.com/microsoft/mimalloc>, as it is by default.
    Mimalloc,
    libmimalloc_sys::mi_malloc,
    libmimalloc_sys::mi_realloc,
    libmimalloc_sys::mi_free
);
foreign!(
    /// <https://jemalloc.net>, as it is by default.
    Jemalloc,
    tikv_jemalloc_sys::malloc,
    tikv_jemalloc_sys::realloc,
    tikv_jemalloc_sys::free
);
