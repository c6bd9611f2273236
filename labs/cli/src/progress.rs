//! What is shown while something takes long. It goes to the error stream, so that it can be told from the answer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use engine::course::Lab;
use engine::learner::Listener;
use engine::run::TestRun;

/// Builds shorter than this pass in silence.
const PATIENCE: Duration = Duration::from_millis(1200);

/// Plain lines, one for each crate that a long build compiles.
pub(crate) struct Progress {
    terminal: bool,
    building: Mutex<Option<(u16, Instant, bool)>>,
}

impl Progress {
    /// Progress for a terminal, or for a file or a pipe, which gets only what may explain a long silence.
    pub(crate) fn new(terminal: bool) -> Progress {
        Progress {
            terminal,
            building: Mutex::new(None),
        }
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
        let waits = line.starts_with("Blocking")
            || line.starts_with("Downloading")
            || line.starts_with("Some crates");
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

    fn running(&self, _lab: &Lab, _names: &[String]) {}

    fn ran(&self, test: &TestRun) {
        if self.terminal && test.time > Duration::from_secs(3) {
            eprintln!(
                "  {} took {:.0} s",
                test.function(),
                test.time.as_secs_f64()
            );
        }
    }
}
