//! What two threads do to one count when nothing keeps them apart.
//!
//! `incref` looks like one thing. The processor does three: it loads the count into a register, adds one
//! to the register, and stores the register. Each thread has registers of its own. Between any two of
//! these steps another thread may run.
//!
//! Real threads meet only now and then, and never twice in the same way. Here the steps are taken one at
//! a time, in an order that you choose, and the same order gives the same result each time.

use memory::object::PyObject;
use memory::{Addr, Heap};

/// The next step of a thread that takes one more reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The count, into the register.
    Load,
    /// One more, in the register.
    Add,
    /// The register, into the count.
    Store,
    /// Nothing is left to do.
    Done,
}

/// A thread that takes one more reference to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread {
    /// What it does next.
    pub next: Step,
    /// Its register. No other thread can see it.
    pub register: u64,
}

impl Thread {
    /// A thread that has done nothing yet.
    pub const NEW: Thread = Thread {
        next: Step::Load,
        register: 0,
    };
}

/// Takes the next step of `thread`, which wants one more reference to `op`; a thread that is
/// [`Done`](Step::Done) does nothing.
pub fn step(heap: &Heap, op: Addr, thread: &mut Thread) {
    todo!("8.10 one of three")
}

/// As [`step`], but only if the thread may: `holder` is the thread that holds the lock, by its number.
///
/// A thread takes the lock before its first step if nobody holds it, and gives it back after its last
/// one. While another holds it, it does nothing.
pub fn step_with_lock(
    heap: &Heap,
    op: Addr,
    thread: &mut Thread,
    number: usize,
    holder: &mut Option<usize>,
) {
    todo!("8.10 all three, or none")
}

/// Every order in which two threads can take three steps each: 20 rows of six numbers, 0 or 1, the
/// thread whose turn it is. Given.
#[must_use]
pub fn interleavings() -> Vec<Vec<usize>> {
    let orders = (0..64_u32).filter(|order| order.count_ones() == 3);
    orders
        .map(|order| (0..6).map(|turn| (order >> turn & 1) as usize).collect())
        .collect()
}
