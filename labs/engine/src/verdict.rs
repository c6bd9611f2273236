//! What came of one test.

use std::fmt;
use std::process::ExitStatus;

use crate::TaskId;

/// What came of one test, run in its own process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// libtest itself said that this one test passed.
    Passed,
    /// The test came to a body that is still to be written.
    NotStarted {
        /// The task whose body it is; it may come before the test's own task.
        task: TaskId,
    },
    /// The test failed and said why.
    Failed,
    /// It used more time than a test may.
    TimedOut,
    /// It was not run: another test of its task had timed out.
    NotRun,
    /// It asked for more memory than a test may have.
    OutOfMemory,
    /// It died by a signal (or, on Windows, by an exception).
    Crashed {
        /// The signal's number, or the exception's code.
        signal: i64,
    },
    /// It printed more than a test may.
    OutputLimit,
    /// It ended without libtest's word that the test passed or failed.
    NoVerdict {
        /// Its exit code.
        code: i64,
    },
    /// There was nothing to run: the lab did not compile.
    BuildFailed,
}

impl Verdict {
    /// Reads the verdict from how the test's process ended by itself and what it printed.
    pub(crate) fn of(status: ExitStatus, output: &str) -> Verdict {
        let result = output
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("test result: "));
        if let Some(signal) = signal(status) {
            return match signal {
                _ if output.contains("memory allocation of") => Verdict::OutOfMemory,
                signal if signal == i64::from(SIGXCPU) => Verdict::TimedOut,
                signal => Verdict::Crashed { signal },
            };
        }
        let code = status.code().map_or(-1, i64::from);
        match (code, result) {
            (0, Some(result)) if result.starts_with("ok. 1 passed") => Verdict::Passed,
            (101, Some(result)) if result.starts_with("FAILED") => match not_started(output) {
                Some(task) => Verdict::NotStarted { task },
                None => Verdict::Failed,
            },
            _ => Verdict::NoVerdict { code },
        }
    }

    /// Whether the same sources would get the same verdict on any machine, however busy.
    pub fn is_repeatable(&self) -> bool {
        matches!(
            self,
            Verdict::Passed | Verdict::NotStarted { .. } | Verdict::Failed
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Passed => f.write_str("passed"),
            Verdict::NotStarted { task } => write!(f, "task {task}  not started"),
            Verdict::Failed => f.write_str("failed"),
            Verdict::TimedOut => f.write_str("timed out: it does not come to an end"),
            Verdict::NotRun => {
                f.write_str("not run: another test of this task does not come to an end")
            }
            Verdict::OutOfMemory => {
                f.write_str("out of memory: it asked for more than a test may have")
            }
            Verdict::Crashed { signal } => write!(f, "crashed: {}", signal_name(*signal)),
            Verdict::OutputLimit => f.write_str("printed more than a test may"),
            Verdict::NoVerdict { code } => {
                write!(
                    f,
                    "no verdict: the process ended with exit code {code} before the test was over"
                )
            }
            Verdict::BuildFailed => f.write_str("does not compile"),
        }
    }
}

/// The task of the line `task n.k  not started…` that the exam prints.
fn not_started(output: &str) -> Option<TaskId> {
    output.lines().find_map(|line| {
        let (id, rest) = line.trim_start().strip_prefix("task ")?.split_once(' ')?;
        rest.trim_start()
            .strip_prefix("not started")
            .and_then(|_| TaskId::parse(id))
    })
}

/// Linux's and macOS's number for "CPU time limit exceeded".
const SIGXCPU: i32 = 24;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i64> {
    std::os::unix::process::ExitStatusExt::signal(&status).map(i64::from)
}

#[cfg(not(unix))]
fn signal(status: ExitStatus) -> Option<i64> {
    // Windows reports an exception as an exit code with the two top bits set: 0xC00000FD is a stack overflow.
    status
        .code()
        .map(|code| i64::from(code as u32))
        .filter(|code| code >> 30 == 3)
}

fn signal_name(signal: i64) -> String {
    match signal {
        4 => "SIGILL, an illegal instruction".into(),
        6 => "SIGABRT, the process aborted".into(),
        7 | 10 => format!("signal {signal}, a bus error"),
        8 => "SIGFPE, an arithmetic error".into(),
        9 => "SIGKILL, it was killed from outside".into(),
        11 => "SIGSEGV, a bad address or a stack that is too deep".into(),
        0xC000_0005 => "an access violation".into(),
        0xC000_00FD => "the stack overflowed".into(),
        0xC000_0409 => "the process aborted".into(),
        signal if signal > 0xFFFF => format!("exception {signal:#x}"),
        signal => format!("signal {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_started_is_read_from_the_exams_own_line() {
        let of = |text| not_started(text).map(|id| id.to_string());
        assert_eq!(
            of("running\ntask 3.2  not started: write it\n"),
            Some("3.2".into())
        );
        assert_eq!(of("  task 3.10  not started"), Some("3.10".into()));
        assert_eq!(of("task 3.2  a freed block is not started"), None);
        assert_eq!(of("my task 3.2  not started"), None);
        assert_eq!(of("task 3.2x  not started"), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_libtests_own_word_is_a_pass() {
        use std::os::unix::process::ExitStatusExt;
        let exit = |code: i32| ExitStatus::from_raw(code << 8);
        let ok =
            "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
        let failed = "oops\n\ntest result: FAILED. 0 passed; 1 failed\n";
        assert_eq!(Verdict::of(exit(0), ok), Verdict::Passed);
        assert_eq!(
            Verdict::of(exit(0), "running 1 test\n"),
            Verdict::NoVerdict { code: 0 }
        );
        assert_eq!(
            Verdict::of(exit(0), "test result: ok. 0 passed; 1 ignored\n"),
            Verdict::NoVerdict { code: 0 }
        );
        assert_eq!(Verdict::of(exit(3), ok), Verdict::NoVerdict { code: 3 });
        assert_eq!(Verdict::of(exit(101), failed), Verdict::Failed);
        assert_eq!(Verdict::of(exit(101), ""), Verdict::NoVerdict { code: 101 });
        let task = TaskId { lab: 1, number: 2 };
        assert_eq!(
            Verdict::of(
                exit(101),
                &format!("task 1.2  not started: write it\n{failed}")
            ),
            Verdict::NotStarted { task }
        );
        assert_eq!(
            Verdict::of(ExitStatus::from_raw(11), ok),
            Verdict::Crashed { signal: 11 }
        );
        assert_eq!(Verdict::of(ExitStatus::from_raw(24), ""), Verdict::TimedOut);
        let hungry = "memory allocation of 8589934592 bytes failed\n";
        assert_eq!(
            Verdict::of(ExitStatus::from_raw(6), hungry),
            Verdict::OutOfMemory
        );
    }
}
