//! What is shown while something takes long. It goes to the error stream, so that it can be told from the answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use engine::course::Lab;
use engine::learner::Listener;
use engine::run::{Limits, TestRun};

/// Builds shorter than this pass in silence.
const PATIENCE: Duration = Duration::from_millis(1200);
/// A test that runs longer than this is named.
const LONG: Duration = Duration::from_secs(4);

/// Plain lines, one for each crate that a long build compiles.
pub(crate) struct Progress {
    terminal: bool,
    building: Mutex<Option<(u16, Instant, bool)>>,
    running: Arc<Mutex<Running>>,
}

/// The tests that have not ended, and since when nothing has.
struct Running {
    names: Vec<String>,
    since: Instant,
}

impl Progress {
    /// Progress for a terminal, or for a file or a pipe, which gets only what may explain a long silence.
    pub(crate) fn new(terminal: bool) -> Progress {
        let running = Arc::new(Mutex::new(Running {
            names: Vec::new(),
            since: Instant::now(),
        }));
        let watched = Arc::clone(&running);
        thread::spawn(move || name_long_tests(&watched));
        Progress {
            terminal,
            building: Mutex::new(None),
            running,
        }
    }
}

/// Says, once for each silence, which tests it is waiting for.
fn name_long_tests(running: &Mutex<Running>) {
    let mut named = None;
    loop {
        thread::sleep(Duration::from_millis(500));
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.names.is_empty()
            || running.since.elapsed() < LONG
            || named == Some(running.since)
        {
            continue;
        }
        named = Some(running.since);
        let seconds = Limits::default().cpu_seconds;
        let more = match running.names.len() {
            0..=2 => running.names.join(", "),
            more => format!("{} and {} more", running.names[0], more - 1),
        };
        eprintln!(
            "still running: {more}   (a test that does not end is stopped after {seconds} s of processor time)"
        );
    }
}

impl Listener for Progress {
    fn building(&self, lab: &Lab, line: &str) {
        let mut building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let number = lab.place.number;
        let (_, begun, announced) = match &mut *building {
            Some(known) if known.0 == number => known,
            other => other.insert((number, Instant::now(), false)),
        };
        let line = line.trim();
        let waits = ["Blocking", "Downloading", "Some crates"]
            .iter()
            .any(|word| line.starts_with(word));
        let compiles = line.starts_with("Compiling") && begun.elapsed() > PATIENCE;
        if !(waits || compiles) {
            return;
        }
        if !std::mem::replace(announced, true) {
            eprintln!(
                "building lab {number} ({}); the first time takes longest",
                lab.place.package
            );
        }
        if self.terminal || waits {
            eprintln!("  {}", line.split(" (").next().unwrap_or(line));
        }
    }

    fn running(&self, _lab: &Lab, names: &[String]) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running = Running {
            names: names.to_vec(),
            since: Instant::now(),
        };
    }

    fn ran(&self, test: &TestRun) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.names.retain(|name| *name != test.name);
        running.since = Instant::now();
    }
}
