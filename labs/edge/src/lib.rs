//! The edge: where the reference allocator meets real programs.
//!
//! Everything that you built in labs 5 and 6 hands out *addresses*, offsets into one range. Here an
//! offset becomes a pointer, and the allocator becomes that of a whole Rust program: each `Vec`, `String`
//! and `Box` in it lives in pools and arenas. `cargo book` itself runs on it.
//!
//! # Under your own program
//!
//! Add this crate to a program of the workspace, and three lines to its `main.rs`:
//!
//! ```
//! use edge::Edge;
//!
//! #[global_allocator]
//! static ALLOCATOR: Edge = Edge::new();
//!
//! fn main() {
//!     let words: Vec<String> = "every string is a block".split(' ').map(str::to_owned).collect();
//!     println!("{}", words.join("-"));
//!     println!("{}", ALLOCATOR.statistics());
//! }
//! ```
//!
//! `cargo run --release -p edge --example words -- FILE` is a program that is ready to be changed.
//!
//! # Who serves what
//!
//! | request | served by |
//! |---|---|
//! | 1 to 512 bytes, aligned to at most 16 | a pool (lab 5), which lies in an arena (lab 6) |
//! | larger, or 0 bytes | the plain allocator, in the same range |
//! | aligned to more than 16 | a block large enough to hold an aligned one; see below |
//! | what the range has no room for, or when there is no range | the system's `malloc` ([`System`]) |
//!
//! The range is reserved at the first request: 64 GiB of address space, or half of what can be had
//! where there is a limit (`ulimit -v`); 1 GiB on Windows. A pointer outside the range was the
//! system's, and goes back there. A block of 128 KiB or more that is freed gives its pages back to the
//! operating system, unless one as large was freed before: then another is likely to follow.
//!
//! Blocks may be freed by other threads than those that asked for them: there is one heap, behind one
//! lock. That is CPython's answer as well, whose lock is the GIL.
//!
//! # Why unsafe is needed here, and nowhere else
//!
//! In the labs a wrong address reads or writes a wrong word of the range, and never anything else:
//! the compiler can promise that, so no lab needs `unsafe`. A pointer is another thing. Whoever
//! asked for a `Box<T>` will read and write through it without asking anybody, and the compiler believes
//! [`GlobalAlloc`] that the bytes are there, are aligned, and belong to nobody else. It cannot check
//! that: it would have to understand the allocator. So `unsafe impl` is a promise, made by a person.
//!
//! It is made for the reference allocator by name, not for any allocator that fits. A mistake in yours is
//! a failing test in a lab; under a real program it would be two values in one place.
//!
//! # Never through itself
//!
//! An allocator that allocates while it holds its lock waits for itself for ever. This one cannot: all its
//! state is in the range, its lock is one word, and errors are numbers. Should it be entered again
//! all the same (a check inside it fails, and the message is being formatted), the lock knows its
//! holder, the system's allocator serves the rest of the message, and the program stops. It never
//! unwinds.
#![deny(unsafe_op_in_unsafe_fn)]

mod block;
mod lock;
mod statistics;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::{fmt, mem, process, ptr};

use memory::Memory;

use block::Allocator;
use lock::Lock;
pub use statistics::{SizeClass, Statistics};

/// The reference allocator as a global allocator. See the [crate] for how to use it.
///
/// Dropping one gives its range back, blocks and all. A static is never dropped.
pub struct Edge {
    lock: Lock,
    /// Only whoever holds the lock looks at it.
    state: UnsafeCell<State>,
}

enum State {
    /// Nobody has asked for anything yet.
    New,
    Ready(Allocator),
    /// The operating system gave no range.
    NoRange,
}

/// Why the range does not serve a request.
enum Elsewhere {
    /// It has no room, or there is none.
    Full,
    /// The block is not one of its blocks.
    NotOurs,
    /// This thread is inside the allocator already: a check in it has failed, and somebody formats
    /// the message, or a signal handler allocates.
    Inside,
}

// SAFETY: the only field that is not `Sync` is the state. A reference to it is made in `enter` alone, and
// only while this thread holds the lock; so it moves from thread to thread and is never
// shared, for which `Memory` being `Send` is enough.
unsafe impl Sync for Edge {}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<State>();
};

impl Edge {
    /// An allocator without a range: it is reserved at the first request.
    #[must_use]
    pub const fn new() -> Edge {
        Edge {
            lock: Lock::new(),
            state: UnsafeCell::new(State::New),
        }
    }

    /// What the allocator has handed out at this moment, counted from its own records. All zeros where
    /// there is no range.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.enter(|allocator| Ok(Statistics::of(allocator.memory())))
            .unwrap_or_default()
    }

    /// Whether a pointer leads into the range: the blocks at all others are the system's.
    #[must_use]
    pub fn contains(&self, block: *const u8) -> bool {
        self.enter(|allocator| Ok(allocator.contains(block)))
            .unwrap_or(false)
    }

    /// A block for any layout, from the range or the system.
    #[cold]
    #[inline(never)]
    fn malloc_any(&self, layout: Layout) -> *mut u8 {
        match self.enter(|allocator| allocator.malloc(layout)) {
            Ok(block) => block.as_ptr(),
            // SAFETY: the layout is not empty.
            Err(_) => unsafe { System.alloc(not_empty(layout)) },
        }
    }

    /// Takes any block back.
    ///
    /// # Safety
    /// As [`GlobalAlloc::dealloc`].
    #[cold]
    #[inline(never)]
    unsafe fn free_any(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that this is a block of ours, and is done with it.
        match self.enter(|allocator| unsafe { allocator.free(block, layout) }) {
            // A dying program loses a block.
            Ok(()) | Err(Elsewhere::Inside) => {}
            // SAFETY: it does not lie in the range, so `System` gave it, for this layout.
            Err(_) => unsafe { System.dealloc(block, not_empty(layout)) },
        }
    }

    /// Does `work` with the allocator, alone.
    fn enter<T>(
        &self,
        work: impl FnOnce(&Allocator) -> Result<T, Elsewhere>,
    ) -> Result<T, Elsewhere> {
        let Some(held) = self.lock.acquire() else {
            return Err(Elsewhere::Inside);
        };
        let no_unwinding = NoUnwinding;
        // SAFETY: this thread holds the lock until `held` is dropped, and the lock lets no thread in
        // twice: there is no other reference.
        let state = unsafe { &mut *self.state.get() };
        let answer = match state.begun() {
            Some(allocator) => work(allocator),
            None => Err(Elsewhere::Full),
        };
        mem::forget(no_unwinding);
        drop(held);
        answer
    }

    /// The same for the requests that are many and small: an answer or none, and nothing is begun.
    #[inline]
    fn enter_quickly<T>(&self, work: impl FnOnce(&Allocator) -> Option<T>) -> Option<T> {
        let held = self.lock.acquire()?;
        let no_unwinding = NoUnwinding;
        // SAFETY: as in `enter`.
        let answer = match unsafe { &*self.state.get() } {
            State::Ready(allocator) => work(allocator),
            State::New | State::NoRange => None,
        };
        mem::forget(no_unwinding);
        drop(held);
        answer
    }
}

impl State {
    /// The allocator; reserves its range, once.
    fn begun(&mut self) -> Option<&Allocator> {
        if let State::New = self {
            lock::look_around();
            *self = match reserve().and_then(Allocator::new) {
                Some(allocator) => State::Ready(allocator),
                None => State::NoRange,
            };
        }
        match self {
            State::Ready(allocator) => Some(allocator),
            State::New | State::NoRange => None,
        }
    }
}

/// The range that is tried first.
const LARGEST: u64 = if cfg!(any(miri, not(any(unix, windows)))) {
    // Memory of Rust's own allocator, zeroed at once.
    1 << 24
} else if cfg!(windows) {
    // Windows counts every reserved page of a range as used.
    1 << 30
} else if cfg!(target_pointer_width = "64") {
    1 << 36
} else {
    1 << 29
};

/// The smallest range that is worth having.
const SMALLEST: u64 = 1 << 23;

/// The largest range, or half of the largest that can be had: where address space is limited,
/// others need some too.
fn reserve() -> Option<Memory> {
    let mut size = LARGEST;
    while size >= SMALLEST {
        if let Some(memory) = Memory::without_allocating(size) {
            if size == LARGEST {
                return Some(memory);
            }
            drop(memory);
            return Memory::without_allocating(size / 2);
        }
        size /= 2;
    }
    None
}

/// Stops the program if it is dropped, which happens only when a panic passes by. A global allocator
/// must not unwind, and the heap may be broken in the middle of a change.
struct NoUnwinding;

impl Drop for NoUnwinding {
    #[cold]
    fn drop(&mut self) {
        // The panic's own message, just above, has said what was wrong.
        process::abort();
    }
}

impl Default for Edge {
    fn default() -> Edge {
        Edge::new()
    }
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edge")
    }
}

// SAFETY: the reference allocator hands out blocks that lie in the range, are as large and as aligned as the
// layout says (`block`), and overlap no other block that is in use, since lab 5's and lab 6's
// tests and campaigns found no way to make them overlap. They stay until they are freed: the range never
// moves. Nothing unwinds (`NoUnwinding`). What the range does not serve, `System` does, and a
// block goes back to the one of the two that it came from, which its address tells.
unsafe impl GlobalAlloc for Edge {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if block::is_small(layout)
            && let Some(block) = self.enter_quickly(|allocator| allocator.malloc_small(layout))
        {
            return block.as_ptr();
        }
        self.malloc_any(layout)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that this is a block of ours, and is done with it.
        let free = |allocator: &Allocator| unsafe { allocator.free_small(block) };
        if !block::is_small(layout) || self.enter_quickly(free).is_none() {
            // SAFETY: the same promise.
            unsafe { self.free_any(block, layout) };
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match self.enter(|allocator| allocator.malloc_zeroed(layout)) {
            Ok((block, zeroed)) => {
                if !zeroed {
                    // SAFETY: the block is that large, and nobody else knows of it.
                    unsafe { block.write_bytes(0, layout.size()) };
                }
                block.as_ptr()
            }
            // SAFETY: the layout is not empty.
            Err(_) => unsafe { System.alloc_zeroed(not_empty(layout)) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that this is a block of ours, with this layout.
        let moved = match self.enter(|allocator| unsafe { allocator.realloc(block, layout, size) })
        {
            Ok(block) => return block.as_ptr(),
            Err(Elsewhere::NotOurs) if layout.size() > 0 && size > 0 => {
                // SAFETY: it does not lie in the range, so `System` gave it, for this layout.
                return unsafe { System.realloc(block, layout, size) };
            }
            Err(elsewhere) => elsewhere,
        };
        // SAFETY: the caller promises that the size, rounded up to the alignment, fits an `isize`; the
        // two blocks are different ones, and both have that many bytes.
        unsafe {
            let larger = Layout::from_size_align_unchecked(size, layout.align());
            let new = System.alloc(not_empty(larger));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                if !matches!(moved, Elsewhere::Inside) {
                    self.dealloc(block, layout);
                }
            }
            new
        }
    }
}

/// The layout, or one of a byte in place of nothing: `System` may not be asked for no bytes.
fn not_empty(layout: Layout) -> Layout {
    let one = layout.size().max(1);
    // SAFETY: the alignment is that of a layout, and one byte more than none fits every limit.
    unsafe { Layout::from_size_align_unchecked(one, layout.align()) }
}
