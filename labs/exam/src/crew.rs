//! Tests with several threads.
//!
//! Such a test waits for a state, `gil.waiting() == 3`, and never for a time. Where the state does not
//! come, the test's patience ends it, and says what it waited for. The threads are left to themselves
//! then: a lock that is given to nobody cannot be waited for.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::patience;
use crate::trap::{self, Caught, Panicked};

/// How long the waiting thread sleeps from one look to the next. It decides nothing.
const LOOK: Duration = Duration::from_micros(200);

/// The threads of a test.
#[derive(Clone, Default)]
pub struct Crew(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Those that have not come to their end.
    running: usize,
    /// What ended the first one that did not come to its end.
    panicked: Option<Panicked>,
}

impl Crew {
    /// No threads yet.
    #[must_use]
    pub fn new() -> Crew {
        Crew::default()
    }

    /// Starts a thread. Should it panic, the test fails with its words at its next
    /// [`until`](Crew::until).
    ///
    /// # Panics
    /// If the system has no thread.
    pub fn spawn(&self, code: impl FnOnce() + Send + 'static) {
        self.state().running += 1;
        let crew = self.clone();
        thread::spawn(move || {
            let caught = trap::catch(code);
            let mut state = crew.state();
            state.running -= 1;
            let panicked = match caught {
                Caught::Returned(()) => return,
                Caught::Panicked(panicked) => panicked,
                Caught::Reported(violation) => Panicked::saying(violation.0.to_string()),
                Caught::Stopped => Panicked::saying("a thread was stopped".to_owned()),
            };
            state.panicked.get_or_insert(panicked);
        });
    }

    /// Waits until something is so. `what` says it: `"b waits"`.
    ///
    /// # Panics
    /// As the first thread that panicked.
    pub fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        patience::step(|trail| trail.waits_until = Some(what.to_owned()));
        loop {
            // First this, then that: a thread that panics meanwhile is not missed.
            let so = is_so();
            if let Some(panicked) = self.state().panicked.take() {
                resume_unwind(Box::new(panicked));
            }
            if so {
                break;
            }
            thread::sleep(LOOK);
        }
        patience::step(|trail| trail.waits_until = None);
    }

    /// Waits until all threads have come to their end.
    ///
    /// # Panics
    /// As the first thread that panicked.
    pub fn join(&self) {
        self.until("all threads have come to their end", || {
            self.state().running == 0
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads", self.state().running)
    }
}
