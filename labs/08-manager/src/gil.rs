//! The GIL: one lock, and whoever holds it has the manager.
//!
//! Counts, free lists, pools, the collector's lists: each operation on them is many steps, and none of
//! them may be interrupted by another thread's ([`race`](crate::race)). Python's answer is one lock
//! around all of it, the *global interpreter lock*. Rust adds something that C cannot: the memory is
//! *in* the lock. Who has no [`Guard`] has no `Memory`, and the compiler knows.
//!
//! Three rules keep one thread from having it for ever:
//!
//! * Who waits longer than the *switch interval* asks for it: a flag, the *drop request*.
//! * Who holds it looks at the flag at safe points, [`Guard::switch`], and gives it up if it is set.
//! * Who is about to wait for something else gives it up meanwhile: [`Guard::allow_threads`].
//!
//! And the lock is given in the order in which it was asked for. (CPython leaves the order to the
//! operating system, and makes sure only that somebody else has had it: `FORCE_SWITCHING` in
//! `Python/ceval_gil.h`, 3.11.)
//!
//! This is the one state of the manager that does not lie in the range: a thread that waits may not look
//! into the range at all.

use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a thread waits before it asks for the lock: 5 milliseconds (`DEFAULT_INTERVAL`,
/// `Python/ceval_gil.h`; `sys.getswitchinterval()`).
pub const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// Whose turn it is. Each thread that asks gets a number, as in a shop where one is served after the
/// other.
#[derive(Debug)]
pub struct Turns<T> {
    /// What the lock is around, while nobody holds it.
    pub free: Option<T>,
    /// The number that the next thread gets that asks.
    pub next: u64,
    /// Whose turn it is: the number of the thread that holds the lock or may take it now. If it is
    /// `next`, nobody holds it and nobody waits.
    pub turn: u64,
}

impl<T> Turns<T> {
    /// Nobody has asked yet.
    pub const fn new(protected: T) -> Turns<T> {
        Turns {
            free: Some(protected),
            next: 0,
            turn: 0,
        }
    }

    /// A thread asks: it gets the next number.
    pub fn ask(&mut self) -> u64 {
        todo!("8.11 one number for each")
    }

    /// The thread with this number wants to go in: takes what the lock is around, if it is this thread's
    /// turn and it is there. Otherwise nothing changes.
    pub fn enter(&mut self, number: u64) -> Option<T> {
        todo!("8.11 only in its turn")
    }

    /// The thread that is in goes out, and puts back what it took: it is the next number's turn.
    pub fn leave(&mut self, protected: T) {
        todo!("8.11 back, and on")
    }

    /// How many threads wait, the one that is in not counted. Given.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        let in_or_waiting = self.next - self.turn;
        in_or_waiting.saturating_sub(u64::from(self.free.is_none()))
    }
}

/// The lock, and in it what it protects (`struct _gil_runtime_state`,
/// `Include/internal/pycore_gil.h`, 3.11).
pub struct Gil<T> {
    turns: Mutex<Turns<T>>,
    /// Told whenever it is another thread's turn (`cond`).
    handed_on: Condvar,
    /// Whether somebody has waited long enough (`gil_drop_request`).
    drop_request: AtomicBool,
    interval: Duration,
}

impl<T> Gil<T> {
    /// A lock around `protected`, which nobody holds, with the usual [`SWITCH_INTERVAL`].
    #[must_use]
    pub const fn new(protected: T) -> Gil<T> {
        Gil::with_interval(protected, SWITCH_INTERVAL)
    }

    /// A lock with a switch interval of its own (`sys.setswitchinterval`).
    #[must_use]
    pub const fn with_interval(protected: T, interval: Duration) -> Gil<T> {
        Gil {
            turns: Mutex::new(Turns::new(protected)),
            handed_on: Condvar::new(),
            drop_request: AtomicBool::new(false),
            interval,
        }
    }

    /// Waits until it is this thread's turn, and takes the lock. Given; it calls what you write.
    /// (`take_gil`, `Python/ceval_gil.h`, 3.11.)
    ///
    /// A thread that holds the lock and calls this waits for itself, for ever.
    pub fn take(&self) -> Guard<'_, T> {
        let mut turns = self.turns();
        let number = turns.ask();
        Guard {
            gil: self,
            protected: Some(self.enter(turns, number)),
        }
    }

    /// The thread that has got `number` waits until it is its turn. Given.
    fn enter(&self, mut turns: MutexGuard<'_, Turns<T>>, number: u64) -> T {
        let protected = loop {
            match turns.enter(number) {
                Some(protected) => break protected,
                None => turns = self.wait(turns),
            }
        };
        // Whoever has asked, has asked the one before.
        self.drop_request.store(false, Ordering::Relaxed);
        protected
    }

    /// Waits until the lock is handed on, at most for the switch interval ([`Condvar::wait_timeout`] of
    /// `handed_on`). If the time is over and it is still the same thread's turn as before, asks for the
    /// lock: sets the drop request.
    ///
    /// A thread that has just got the lock is not asked at once: if the turn has changed meanwhile, the
    /// interval begins anew with the next call. That may be so even when the time is over.
    pub fn wait<'g>(&self, turns: MutexGuard<'g, Turns<T>>) -> MutexGuard<'g, Turns<T>> {
        todo!("8.12 wait, then ask")
    }

    /// Whether somebody has asked for the lock. Given.
    #[must_use]
    pub fn drop_requested(&self) -> bool {
        self.drop_request.load(Ordering::Relaxed)
    }

    /// How many threads wait for it now. Given.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.turns().waiting()
    }

    /// How often it was given up so far (`switch_number`, which counts only those after which another
    /// thread took it). Given.
    #[must_use]
    pub fn handed_on(&self) -> u64 {
        self.turns().turn
    }

    /// What the lock was around, now that nobody else has the lock. Given.
    pub fn into_inner(self) -> Option<T> {
        let turns = self.turns.into_inner();
        turns.unwrap_or_else(PoisonError::into_inner).free
    }

    /// Looks at the turns. Nobody can take the lock or give it back meanwhile. Given.
    ///
    /// A thread that panics inside leaves the turns as they are, and they are right.
    pub fn turns(&self) -> MutexGuard<'_, Turns<T>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Gil<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns = self.turns();
        let (turn, waiting) = (turns.turn, turns.waiting());
        write!(f, "the GIL: turn {turn}, {waiting} waiting")
    }
}

/// The right to use what is in the lock. It ends with the value: then it is the next thread's turn.
///
/// What was borrowed from it cannot outlive a switch. An `Addr` can, and what lies there may be
/// something else afterwards: own a reference to what you want to find again.
#[derive(Debug)]
pub struct Guard<'g, T> {
    gil: &'g Gil<T>,
    /// Not there while the lock is given up.
    protected: Option<T>,
}

impl<T> Guard<'_, T> {
    /// A safe point: if somebody has asked for the lock ([`Gil::drop_requested`]), lets all who wait go
    /// first ([`go_behind`](Guard::go_behind)). Otherwise nothing happens. Returns whether somebody had
    /// asked.
    ///
    /// CPython's threads look at the beginning of a function and at the end of each round of a loop
    /// (`eval_breaker`, `Python/ceval.c`, 3.11).
    pub fn switch(&mut self) -> bool {
        todo!("8.12 only if somebody asked")
    }

    /// Gives the lock up ([`give_up`](Guard::give_up)), asked or not, does `wait`, which needs nothing of
    /// what is in the lock, and takes it again ([`take_again`](Guard::take_again)), behind all who wait by
    /// then. Returns what `wait` does.
    /// (`Py_BEGIN_ALLOW_THREADS`, `Py_END_ALLOW_THREADS`, `Include/ceval.h`.)
    pub fn allow_threads<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        todo!("8.13 out, wait, in")
    }

    /// Gives the lock up: puts back what is in it, and tells all who wait. Given. (`drop_gil`.)
    pub fn give_up(&mut self) {
        if let Some(protected) = self.protected.take() {
            self.gil.turns().leave(protected);
            self.gil.handed_on.notify_all();
        }
    }

    /// Takes it again, behind all who wait. Given.
    pub fn take_again(&mut self) {
        if self.protected.is_none() {
            self.protected = self.gil.take().protected.take();
        }
    }

    /// Gives the lock up and asks for it again in one step: behind all who wait, and before all who ask
    /// later. Then waits for it. Given.
    pub fn go_behind(&mut self) {
        if let Some(protected) = self.protected.take() {
            let mut turns = self.gil.turns();
            turns.leave(protected);
            let number = turns.ask();
            self.gil.handed_on.notify_all();
            self.protected = Some(self.gil.enter(turns, number));
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    /// # Panics
    /// While the lock is given up.
    fn deref(&self) -> &T {
        let protected = self.protected.as_ref();
        protected.expect("who has given up the GIL may not use what is in it")
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.give_up();
    }
}
