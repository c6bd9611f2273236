//! A test that does not come to an end: what is known of it from outside, and for how long to wait.
//!
//! The watch ends a loop that goes on and on through the memory. A loop that touches no memory is
//! seen only by the thread that waits for the test. What that thread can say of it, the test's own
//! thread writes down beforehand: the trail.
//!
//! Correct events take milliseconds, and the limit is many seconds, so that no slow or busy machine
//! decides about a test.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::attempt::{self, Outcome};
use crate::failure::{self, Failure};

/// How long one event may take, in seconds. Shorter than the processor time after which `cargo lab`
/// ends a test, so that the test can still say where it was.
const SECONDS: u64 = 20;

/// The same in a test with very many objects.
const SECONDS_OF_BIG: u64 = 120;

/// How often the waiting thread looks. It counts no more than [`SLICE`] from one look to the next:
/// while the process is stopped (a debugger, a suspended machine) no time passes.
const LOOK: Duration = Duration::from_millis(100);
const SLICE: Duration = Duration::from_millis(250);

/// Where one run is.
#[derive(Clone, Default)]
pub(crate) struct Trail {
    pub(crate) way: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) started: bool,
    pub(crate) running: bool,
    pub(crate) looking: bool,
    /// What the test waits for, if it waits for another thread.
    pub(crate) waits_until: Option<String>,
}

/// Where the runs of a test are; the last one runs inside the one before it.
#[derive(Default)]
struct Trails {
    runs: Vec<Trail>,
    /// Changes with every step.
    steps: u64,
}

/// What the test's thread and the waiting thread share.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Trails>>);

thread_local! {
    /// In a test's thread: where it writes down how far it is.
    static HERE: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// The run on top goes one step on.
pub(crate) fn step(change: impl FnOnce(&mut Trail)) {
    here(|trails| {
        if let Some(trail) = trails.runs.last_mut() {
            change(trail);
        }
    });
}

/// Runs `code` as one run of the test.
pub(crate) fn run<T>(way: &[String], code: impl FnOnce() -> T) -> T {
    here(|trails| {
        // A run that only disturbs another one is on that one's way.
        let outer = trails.runs.last().map(|trail| trail.way.clone());
        trails.runs.push(Trail {
            way: outer.unwrap_or_else(|| way.to_vec()),
            ..Trail::default()
        });
    });
    let value = code();
    here(|trails| {
        trails.runs.pop();
    });
    value
}

fn here(change: impl FnOnce(&mut Trails)) {
    HERE.with(|here| {
        if let Some(Shared(trails)) = here.borrow().as_ref() {
            let mut trails = trails.lock().unwrap_or_else(PoisonError::into_inner);
            trails.steps += 1;
            change(&mut trails);
        }
    });
}

impl Shared {
    /// From now on this thread's steps are written down here.
    pub(crate) fn enter(&self) {
        HERE.with(|here| *here.borrow_mut() = Some(self.clone()));
    }

    /// Waits until `is_over`, which waits for as long as it is told, says so; or, where one step
    /// takes longer than `patience`, returns what there is to say about it.
    pub(crate) fn wait(
        &self,
        id: &str,
        title: &str,
        patience: Option<Duration>,
        is_over: impl Fn(Duration) -> bool,
    ) -> Option<String> {
        let mut steps = 0;
        let mut waited = Duration::ZERO;
        let mut last = Instant::now();
        while !is_over(LOOK) {
            let now = Instant::now();
            waited += (now - last).min(SLICE);
            last = now;
            let trails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if trails.steps != steps {
                steps = trails.steps;
                waited = Duration::ZERO;
            } else if patience.is_some_and(|patience| waited >= patience) {
                let trail = trails.runs.last().cloned().unwrap_or_default();
                return Some(trail.no_end(id, title, waited));
            }
        }
        None
    }
}

impl Trail {
    fn no_end(self, id: &str, title: &str, waited: Duration) -> String {
        let what = match (self.running, self.looking || !self.started) {
            (true, _) => "this event has not returned",
            (false, true) => "this call has not returned",
            (false, false) => "the test has not gone on",
        };
        let seconds = waited.as_secs();
        let words = match self.waits_until {
            Some(state) => format!(
                "no end: the test waits until {state}, and after {seconds} seconds that is not so; a \
                 thread waits for what does not come, or does not do what it should"
            ),
            None => format!(
                "no end: {what} after {seconds} seconds; a loop or a recursion in what it calls does \
                 not come to its end, or it waits for what does not come"
            ),
        };
        let mut body = failure::row("found", &words);
        body.extend(attempt::when(
            self.running,
            self.looking,
            self.started,
            self.events.len(),
        ));
        Failure {
            id: id.to_owned(),
            title: title.to_owned(),
            way: self.way,
            notes: self.notes,
            events: self.events,
            body,
            picture: Vec::new(),
        }
        .text()
    }
}

/// How long to wait for one step of a test: none is for ever.
pub(crate) fn patience(big: bool) -> Result<Option<Duration>, Outcome> {
    // Under Miri everything takes a thousand times as long.
    if cfg!(miri) {
        return Ok(None);
    }
    let seconds = match std::env::var("HEAP_PATIENCE") {
        Ok(text) => text.trim().parse().map_err(|_| {
            Outcome::Failed(format!(
                "HEAP_PATIENCE is `{text}`: a number of seconds is expected, 0 for no limit\n"
            ))
        })?,
        Err(_) if big => SECONDS_OF_BIG,
        Err(_) => SECONDS,
    };
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}
