//! One process under limits: time, processor time, memory, output; and the end of all that it started.

use std::collections::BTreeSet;
use std::io::{PipeReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;

/// What one process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time on the clock. Generous: it is there for a process that waits for ever, and a busy machine is not to be
    /// mistaken for one.
    pub wall: Duration,
    /// Processor time in seconds, on Linux and macOS. This one ends an endless loop.
    pub cpu_seconds: u64,
    /// Address space in bytes, on Linux. Watched memory reserves much more of it than it uses.
    pub address_space: u64,
    /// Memory in use in bytes, on Linux, looked at now and then.
    pub resident: u64,
    /// Bytes of output.
    pub output: usize,
    /// Whether a `HEAP_SHOW` of the environment reaches the process. It prints much then.
    pub show: bool,
}

impl Limits {
    /// What a test may use.
    pub const DEFAULT: Limits = Limits {
        wall: Duration::from_secs(300),
        cpu_seconds: 30,
        address_space: 8 << 30,
        resident: 2 << 30,
        output: 1 << 20,
        show: false,
    };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

/// How a process ended.
#[derive(Debug)]
pub(crate) enum End {
    Exited(ExitStatus),
    WallTime,
    Resident,
    Output,
}

/// Process groups that are running now, for [`kill_running`].
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Ends every process that this one supervises. For a handler of Ctrl-C, which reaches only the terminal's own group.
pub fn kill_running() {
    for &id in RUNNING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
    {
        kill_group(id);
    }
}

/// Runs `program` with `arguments` in `directory` under `limits`, and gives its end and its output, both streams in
/// the order in which it wrote them.
pub(crate) fn run(
    program: &Path,
    arguments: &[&str],
    directory: &Path,
    limits: &Limits,
) -> Result<(End, Vec<u8>), Error> {
    let lost = |error| Error::in_file(program, format!("cannot be run: {error}"));
    let (reader, writer) = std::io::pipe().map_err(lost)?;
    let mut command = limited(program, limits);
    crate::cargo::without_parent(&mut command);
    command
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_MANIFEST_DIR", directory);
    // libtest prints a test's name after the test only when it may run two at once.
    command
        .env("RUST_TEST_THREADS", "2")
        .env("RUST_BACKTRACE", "0")
        .env_remove("RUST_TEST_NOCAPTURE");
    if !limits.show {
        command.env_remove("HEAP_SHOW");
    }
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(lost)?)
        .stderr(writer);
    let mut child = Running::start(&mut command).map_err(lost)?;
    // The command holds our copies of the pipe's writing end, which would keep it open.
    drop(command);
    let (sender, chunks) = sync_channel(16);
    thread::spawn(move || read(reader, &sender));
    let mut output = Vec::new();
    let end = child
        .supervise(&chunks, limits, &mut output)
        .map_err(lost)?;
    drop(child);
    // What is still in the pipe; a process that escaped its group may hold it open for ever.
    let patience = Instant::now() + Duration::from_secs(1);
    while output.len() <= limits.output
        && let Ok(chunk) = chunks.recv_timeout(patience.saturating_duration_since(Instant::now()))
    {
        output.extend(chunk);
    }
    if output.len() > limits.output {
        output.truncate(limits.output);
        return Ok((End::Output, output));
    }
    Ok((end, output))
}

/// `program` under those limits that a process inherits. The shell sets them before it becomes the program.
#[cfg(unix)]
fn limited(program: &Path, limits: &Limits) -> Command {
    use std::os::unix::process::CommandExt;
    let script = format!(
        "{{ ulimit -c 0; ulimit -v {}; ulimit -S -t {}; ulimit -H -t {}; }} 2>/dev/null; exec \"$0\" \"$@\"",
        limits.address_space / 1024,
        limits.cpu_seconds,
        limits.cpu_seconds + 5
    );
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).arg(program).process_group(0);
    command
}

#[cfg(not(unix))]
fn limited(program: &Path, _limits: &Limits) -> Command {
    Command::new(program)
}

/// A child that is killed, with its whole group, when this is dropped.
struct Running {
    child: Child,
}

impl Running {
    fn start(command: &mut Command) -> std::io::Result<Running> {
        let child = command.spawn()?;
        RUNNING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(child.id());
        Ok(Running { child })
    }

    fn supervise(
        &mut self,
        chunks: &Receiver<Vec<u8>>,
        limits: &Limits,
        output: &mut Vec<u8>,
    ) -> std::io::Result<End> {
        let begun = Instant::now();
        let mut wait = Duration::from_millis(1);
        let mut open = true;
        loop {
            if open {
                match chunks.recv_timeout(wait) {
                    Ok(chunk) => output.extend(chunk),
                    Err(RecvTimeoutError::Timeout) => {
                        wait = (wait * 2).min(Duration::from_millis(20))
                    }
                    Err(RecvTimeoutError::Disconnected) => {
                        open = false;
                        wait = Duration::from_micros(200);
                    }
                }
            } else {
                thread::sleep(wait);
                wait = (wait * 2).min(Duration::from_millis(20));
            }
            if output.len() > limits.output {
                return Ok(End::Output);
            }
            if let Some(status) = self.child.try_wait()? {
                return Ok(End::Exited(status));
            }
            if begun.elapsed() > limits.wall {
                return Ok(End::WallTime);
            }
            if resident_bytes(self.child.id()).is_some_and(|bytes| bytes > limits.resident) {
                return Ok(End::Resident);
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        kill_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        RUNNING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.child.id());
    }
}

fn read(mut reader: PipeReader, chunks: &SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; 1 << 14];
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        if chunks.send(buffer[..count].to_vec()).is_err() {
            break;
        }
    }
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_id: u32) {}

/// The memory that a process uses, where the system tells us in a file.
fn resident_bytes(id: u32) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim()
        .strip_suffix(" kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}
