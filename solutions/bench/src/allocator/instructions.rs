//! Instructions per call, counted by valgrind: a number that no load and no clock disturbs.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::allocator::child::command;
use crate::allocator::options::Options;
use crate::allocator::workload::Workload;

/// Whether valgrind is installed.
#[must_use]
pub fn available() -> bool {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    valgrind.status().is_ok_and(|status| status.success())
}

/// The instructions of one warm call, gross: three replays minus one, so that the start and the first,
/// cold replay cancel out.
///
/// # Errors
/// If valgrind or the child fails.
pub fn per_call(workload: &Workload, subject: &str, options: &Options) -> Result<f64> {
    let three = collected(workload, subject, 3, options)?;
    let one = collected(workload, subject, 1, options)?;
    Ok((three - one) / (2.0 * workload.calls as f64))
}

fn collected(workload: &Workload, subject: &str, reps: usize, options: &Options) -> Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(command("replay", &workload.name, subject, options)?)
        .args(["--child-reps", &reps.to_string()])
        .stdout(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{subject} under valgrind: {said}");
    said.lines()
        .find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok())
        .with_context(|| format!("valgrind did not say what it collected: {said}"))
}
