//! One run of one program, and what it cost.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// What a process has cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Milliseconds of CPU time, user and system, of all its threads.
    pub cpu_ms: f64,
    /// The most memory that it had at once, in bytes.
    pub peak: f64,
    /// What it printed.
    pub printed: String,
}

/// Runs a program to its end.
///
/// # Errors
/// If it cannot be started, or fails.
pub fn run(program: &Path, args: &[OsString]) -> Result<Cost> {
    let failed = || format!("{} {args:?}", program.display());
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(failed)?;
    let mut printed = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut printed).with_context(failed)?;
    }
    let (status, usage) = wait(child.id() as libc::pid_t).with_context(failed)?;
    ensure!(status == 0, "{}: it failed, status {status}", failed());
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Cost {
        cpu_ms: ms(usage.ru_utime) + ms(usage.ru_stime),
        peak: (usage.ru_maxrss * unit) as f64,
        printed,
    })
}

/// Waits for a child that nobody else waits for.
fn wait(pid: libc::pid_t) -> Result<(i32, libc::rusage)> {
    let mut status = 0;
    // SAFETY: a `rusage` is made of numbers, and all zeros are some.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both places are ours and large enough.
    let ended = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
    ensure!(ended == pid, std::io::Error::last_os_error());
    Ok((status, usage))
}
