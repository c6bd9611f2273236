//! Lists the tests of a built lab and runs each in its own process.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{self, End};
use crate::stage::CANARY_TEST;
use crate::verdict::Verdict;
use crate::{Error, TaskId};

pub use crate::process::{Limits, kill_running};

/// One test, run.
#[derive(Debug, Clone)]
pub struct TestRun {
    /// Its name, with the modules that it stands in.
    pub name: String,
    /// The task in its name.
    pub task: Option<TaskId>,
    /// What came of it.
    pub verdict: Verdict,
    /// What it printed, without libtest's own lines.
    pub output: String,
    /// How long its process lived.
    pub time: Duration,
}

impl TestRun {
    /// The name without its modules.
    pub fn function(&self) -> &str {
        self.name.rsplit("::").next().unwrap_or(&self.name)
    }

    fn not_run(name: &str) -> TestRun {
        TestRun {
            name: name.to_owned(),
            task: TaskId::of_test(name),
            verdict: Verdict::NotRun,
            output: String::new(),
            time: Duration::ZERO,
        }
    }
}

/// Runs a built program as `cargo run` does, in this terminal and without limits, and gives whether it ended well.
pub fn attached(executable: &Path, arguments: &[String]) -> Result<bool, Error> {
    let mut command = Command::new(executable);
    crate::cargo::without_parent(&mut command);
    let status = command.args(arguments).status();
    status
        .map(|status| status.success())
        .map_err(|error| Error::in_file(executable, format!("cannot be run: {error}")))
}

/// Runs a built program in `directory`, and gives what it printed, unless it went beyond `limits`.
pub fn output(
    executable: &Path,
    directory: &Path,
    limits: &Limits,
) -> Result<Option<String>, Error> {
    let (end, output) = process::run(executable, &[], directory, limits)?;
    let ended = matches!(end, End::Exited(_));
    Ok(ended.then(|| String::from_utf8_lossy(&output).into_owned()))
}

/// A built test executable, and the directory that its tests expect to be in.
#[derive(Debug, Clone, Copy)]
pub struct Tests<'a> {
    /// The executable.
    pub executable: &'a Path,
    /// The lab's directory.
    pub directory: &'a Path,
    /// What each test may use.
    pub limits: Limits,
}

impl Tests<'_> {
    /// The names of all tests, in libtest's order, without the stage's own.
    pub fn list(&self) -> Result<Vec<String>, Error> {
        let (end, output) = process::run(
            self.executable,
            &["--list", "--format", "terse"],
            self.directory,
            &self.limits,
        )?;
        let text = String::from_utf8_lossy(&output);
        if !matches!(end, End::Exited(status) if status.success()) {
            return Err(Error::in_file(
                self.executable,
                format!("did not list its tests:\n{text}"),
            ));
        }
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names
            .filter(|name| !name.ends_with(CANARY_TEST))
            .map(str::to_owned)
            .collect())
    }

    /// Runs one test in its own process.
    pub fn run_one(&self, name: &str) -> Result<TestRun, Error> {
        let begun = Instant::now();
        let (end, output) = process::run(
            self.executable,
            &["--exact", "--nocapture", name],
            self.directory,
            &self.limits,
        )?;
        let text = String::from_utf8_lossy(&output);
        let verdict = match end {
            End::Exited(status) => Verdict::of(status, &text),
            End::WallTime => Verdict::TimedOut,
            End::Resident => Verdict::OutOfMemory,
            End::Output => Verdict::OutputLimit,
        };
        Ok(TestRun {
            name: name.to_owned(),
            task: TaskId::of_test(name),
            verdict,
            output: said(&text, name),
            time: begun.elapsed(),
        })
    }

    /// Runs the tests called `names`, `workers` at a time, and gives them in the same order. `done` hears of each as it
    /// ends. Once a test has timed out, those of its task that have not begun are not run: they would most likely wait
    /// as long for the same loop.
    pub fn run(
        &self,
        names: &[String],
        workers: usize,
        done: &(dyn Fn(&TestRun) + Sync),
    ) -> Result<Vec<TestRun>, Error> {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::new());
        let endless = Mutex::new(BTreeSet::new());
        thread::scope(|scope| {
            for _ in 0..workers.clamp(1, names.len().max(1)) {
                scope.spawn(|| {
                    while let Some((at, name)) = take(&next, names) {
                        let task = TaskId::of_test(name);
                        let is_endless = |task| lock(&endless).contains(&task);
                        let run = match task.is_some_and(is_endless) {
                            true => Ok(TestRun::not_run(name)),
                            false => self.run_one(name),
                        };
                        if let Ok(run) = &run {
                            if run.verdict == Verdict::TimedOut {
                                lock(&endless).extend(task);
                            }
                            done(run);
                        }
                        lock(&results).push((at, run));
                    }
                });
            }
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, run)| run).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take<'a>(next: &AtomicUsize, names: &'a [String]) -> Option<(usize, &'a String)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    names.get(at).map(|name| (at, name))
}

/// What the test itself printed: libtest writes a heading before it, and the test's name and result after it.
fn said(output: &str, name: &str) -> String {
    let text = output.trim_start_matches(['\r', '\n']);
    let text = text.strip_prefix("running 1 test").unwrap_or(text);
    let verdict = format!("test {name} ... ");
    let end = text.rfind(&verdict).unwrap_or(text.len());
    let lines = text[..end]
        .lines()
        .filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE"))
        .filter(|line| *line != format!("test {name} has been running for over 60 seconds"));
    let lines: Vec<&str> = lines.map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn libtests_own_lines_are_left_out() {
        let output = "\nrunning 1 test\n  task 1.1  x\n\n  expected  1\ntest lab::task_1_1_x ... FAILED\n\nfailures:\n\n\
                      failures:\n    lab::task_1_1_x\n\ntest result: FAILED. 0 passed; 1 failed\n";
        assert_eq!(
            said(output, "lab::task_1_1_x"),
            "  task 1.1  x\n\n  expected  1"
        );
        assert_eq!(
            said("\nrunning 1 test\nabout to die\n", "a"),
            "about to die"
        );
        assert_eq!(
            said("\nrunning 1 test\ntest a ... ok\n\ntest result: ok.", "a"),
            ""
        );
    }
}
