//! Finds the CPythons of this machine and runs a program on one.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program of the book may run.
const LIMIT: Duration = Duration::from_secs(30);

/// The CPythons found on this machine.
#[derive(Debug, Default)]
pub struct Installed {
    /// The interpreter of each release, by the release's three numbers.
    by_release: BTreeMap<(u32, u32, u32), PathBuf>,
}

impl Installed {
    /// Looks on `PATH` and in `~/.pyenv/versions`, and asks each interpreter what it is.
    #[must_use]
    pub fn find() -> Self {
        let mut folders: Vec<PathBuf> = env::var_os("PATH")
            .map(|path| env::split_paths(&path).collect())
            .unwrap_or_default();
        if let Some(home) = env::home_dir() {
            let versions = fs::read_dir(home.join(".pyenv/versions"));
            folders.extend(
                versions
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|e| e.path().join("bin")),
            );
        }
        let mut installed = Self::default();
        for folder in folders {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                // pyenv's shims are scripts that stand for one of the others.
                let is_shim = folder.ends_with("shims");
                if is_interpreter(&name)
                    && !is_shim
                    && let Some(release) = release_of(&entry.path())
                {
                    installed.by_release.entry(release).or_insert(entry.path());
                }
            }
        }
        installed
    }

    /// The interpreter of exactly this release (`3.11.7`).
    #[must_use]
    pub fn exactly(&self, release: &str) -> Option<&Path> {
        self.by_release
            .get(&numbers(release)?)
            .map(PathBuf::as_path)
    }

    /// The newest installed release of a version (`3.11`).
    #[must_use]
    pub fn newest(&self, version: &str) -> Option<String> {
        let (major, minor) = version.split_once('.')?;
        let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
        let range = (major, minor, 0)..=(major, minor, u32::MAX);
        let (&(major, minor, patch), _) = self.by_release.range(range).next_back()?;
        Some(format!("{major}.{minor}.{patch}"))
    }
}

/// Whether a file is called `python3`, `python3.11` or `python3.11.exe`.
fn is_interpreter(name: &str) -> bool {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    name.strip_prefix("python").is_some_and(|version| {
        version
            .split('.')
            .all(|n| n.chars().all(|c| c.is_ascii_digit()))
    })
}

/// The release of an interpreter, if it is a CPython that runs.
fn release_of(interpreter: &Path) -> Option<(u32, u32, u32)> {
    let ask = "import platform as p; print(p.python_implementation(), p.python_version())";
    let output = Command::new(interpreter)
        .args(["-S", "-c", ask])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    numbers(said.trim().strip_prefix("CPython ")?)
}

fn numbers(release: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = release.splitn(3, '.').map(str::parse);
    match (numbers.next()?, numbers.next()?, numbers.next()?) {
        (Ok(major), Ok(minor), Ok(patch)) => Some((major, minor, patch)),
        _ => None,
    }
}

/// Runs a program and returns everything it printed, errors included, in the order it came.
///
/// It runs in its own folder with fixed string hashes and, on Linux where the system allows it,
/// without a network. The folder's name is taken out of tracebacks.
///
/// # Errors
/// If the program does not start, runs for 30 seconds, is ended by a signal or prints no UTF-8.
pub fn run(interpreter: &Path, program: &Path) -> Result<String> {
    let (folder, name) = program
        .parent()
        .zip(program.file_name())
        .context("a program is a file in a folder")?;
    let (mut reader, writer) = io::pipe().context("cannot make a pipe")?;
    let mut command = without_network(interpreter);
    command
        .arg(name)
        .current_dir(folder)
        .env_clear()
        .envs(
            ["PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP"]
                .iter()
                .filter_map(|name| Some((name, env::var_os(name)?))),
        )
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONUTF8", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONNOUSERSITE", "1")
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("cannot share a pipe")?)
        .stderr(writer);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", interpreter.display()))?;
    // The command holds our ends for writing: the reader waits until they are closed.
    drop(command);
    let reading = thread::spawn(move || {
        let mut printed = Vec::new();
        reader.read_to_end(&mut printed).map(|_| printed)
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for the program")? {
            break status;
        }
        if started.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            bail!("it ran for {} s and was stopped", LIMIT.as_secs());
        }
        thread::sleep(Duration::from_millis(5));
    };
    if status.code().is_none() {
        bail!("it was ended by a signal: {status}");
    }
    let printed = reading
        .join()
        .expect("reading a pipe does not panic")
        .context("cannot read what it printed")?;
    let printed = String::from_utf8(printed).context("it printed something that is no UTF-8")?;
    let here = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
    Ok(printed.replace("\r\n", "\n").replace(&here, ""))
}

/// The command that runs `interpreter` where it reaches no network, if the system can do that.
fn without_network(interpreter: &Path) -> Command {
    static FLAG: OnceLock<Option<&str>> = OnceLock::new();
    let flag = FLAG.get_or_init(|| {
        if !cfg!(target_os = "linux") {
            return None;
        }
        // Root may cut off the network alone; others need a user namespace for it.
        ["-n", "-rn"].into_iter().find(|flag| {
            Command::new("unshare")
                .args([flag, "true"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
    });
    match flag {
        Some(flag) => {
            let mut command = Command::new("unshare");
            command.arg(flag).arg(interpreter);
            command
        }
        None => Command::new(interpreter),
    }
}

#[cfg(test)]
mod tests;
