//! The time that this thread has spent on a CPU.
//!
//! Wall time is no use on a machine that does other things too: medians moved two- to threefold.
//! CPU time holds the kernel's part, so page faults and `madvise` count.

/// The CPU time of the calling thread so far, user and system, in nanoseconds.
///
/// # Panics
/// If the system has no such clock.
#[must_use]
pub fn thread_cpu_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is ours, and large enough for what the call writes.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(done, 0, "this system has no clock of a thread's CPU time");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The CPU time that `work` takes, in nanoseconds.
pub fn cpu_ns(work: impl FnOnce()) -> u64 {
    let start = thread_cpu_ns();
    work();
    thread_cpu_ns() - start
}
