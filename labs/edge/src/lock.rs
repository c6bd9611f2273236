//! A lock of one word, which allocates nothing and knows who holds it.
//!
//! `std::sync::Mutex` will not do: on some systems it is allocated when it is first used, by the
//! allocator that is about to use it.
//!
//! It spins, since what it guards takes a few nanoseconds, and after a while lets other threads run:
//! the one that holds it may be waiting for a processor.
//!
//! An atomic exchange makes the processor finish every write before it goes on: measured, 3 % of the
//! time of a program that allocates much. So a process with one thread writes the word as any other.
//! glibc's own `malloc` does the same (`SINGLE_THREAD_P`).
//!
//! A child of `fork` gets a copy of the word. If another thread held the lock at that moment, nobody in
//! the child will ever release it. POSIX therefore lets the child of a program with several threads
//! allocate nothing before `exec`; `std::process::Command` keeps to that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{hint, ptr, thread};

/// How often a waiting thread looks before it lets others run.
const LOOKS: u32 = 100;

/// The lock. Its word is 0 while it is free, and otherwise says which thread holds it.
pub(crate) struct Lock {
    holder: AtomicUsize,
}

impl Lock {
    pub(crate) const fn new() -> Lock {
        Lock {
            holder: AtomicUsize::new(0),
        }
    }

    /// Waits for the lock and takes it. `None`, at once, if this very thread holds it already.
    #[inline]
    pub(crate) fn acquire(&self) -> Option<Held<'_>> {
        let me = this_thread();
        if alone::is_known() && self.holder.load(Ordering::Relaxed) == 0 {
            self.holder.store(me, Ordering::Relaxed);
            return Some(Held { lock: self });
        }
        let free = self
            .holder
            .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed);
        (free.is_ok() || self.wait(me)).then_some(Held { lock: self })
    }

    #[cold]
    #[inline(never)]
    fn wait(&self, me: usize) -> bool {
        loop {
            for _ in 0..LOOKS {
                // A look costs the holder nothing; an attempt takes its cache line away.
                let holder = self.holder.load(Ordering::Relaxed);
                if holder == me {
                    return false;
                }
                if holder == 0
                    && self
                        .holder
                        .compare_exchange_weak(0, me, Ordering::Acquire, Ordering::Relaxed)
                        .is_ok()
                {
                    return true;
                }
                hint::spin_loop();
            }
            thread::yield_now();
        }
    }
}

/// Finds out where it can be read whether this process has one thread. Until then, and where nobody says
/// so, each is taken to have several.
pub(crate) fn look_around() {
    alone::find();
}

/// glibc 2.32 and later: a byte that is not 0 while the process has one thread
/// (`__libc_single_threaded`). As long as it calls nothing that makes threads, that stays true; and whoever
/// makes a thread hands it everything that it wrote before.
#[cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
mod alone {
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

    static UNKNOWN: AtomicU8 = AtomicU8::new(0);
    static BYTE: AtomicPtr<AtomicU8> = AtomicPtr::new(ptr::from_ref(&UNKNOWN).cast_mut());

    #[inline]
    pub(super) fn is_known() -> bool {
        // SAFETY: it points to `UNKNOWN` or to the C library's byte. Both are there as long as the
        // process, and are written by single instructions.
        let byte = unsafe { &*BYTE.load(Ordering::Relaxed) };
        byte.load(Ordering::Relaxed) != 0
    }

    pub(super) fn find() {
        // By name, so that a program starts on older systems, which do not have it.
        // SAFETY: the name ends with a 0 byte.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"__libc_single_threaded".as_ptr()) };
        if !found.is_null() {
            BYTE.store(found.cast(), Ordering::Relaxed);
        }
    }
}

/// Elsewhere nobody says how many threads there are.
#[cfg(not(all(target_os = "linux", target_env = "gnu", not(miri))))]
mod alone {
    #[inline]
    pub(super) fn is_known() -> bool {
        false
    }

    pub(super) fn find() {}
}

/// Releases the lock when it is dropped.
pub(crate) struct Held<'a> {
    lock: &'a Lock,
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        self.lock.holder.store(0, Ordering::Release);
    }
}

/// A number that no other thread that lives has: the address of a variable that each thread has of its
/// own. The variable is a constant and has no destructor, so it allocates nothing and outlives the
/// thread's other variables.
#[inline]
fn this_thread() -> usize {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    MARK.with(|mark| ptr::from_ref(mark).addr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_told_that_it_holds_the_lock() {
        let lock = Lock::new();
        let held = lock.acquire();
        assert!(held.is_some());
        assert!(lock.acquire().is_none());
        drop(held);
        assert!(lock.acquire().is_some());
    }

    #[test]
    fn one_thread_at_a_time() {
        const ROUNDS: u64 = if cfg!(miri) { 50 } else { 10_000 };
        let lock = Lock::new();
        let count = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        let held = lock.acquire();
                        assert!(held.is_some());
                        // Not atomic as a whole: only the lock makes it right.
                        let before = count.load(Ordering::Relaxed);
                        count.store(before + 1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(count.into_inner() as u64, 4 * ROUNDS);
    }
}
