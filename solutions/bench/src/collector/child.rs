//! Measurements in processes of their own.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::python::DISTURBING;

/// Numbers with their names, in the order in which they were printed.
pub type Numbers = Vec<(String, f64)>;

/// Starts this program again, whose `main` must see to it ([`is_child`]), and returns the numbers that
/// the measurement `arguments` of `subject` prints there.
///
/// # Errors
/// If it fails; what it said is the error.
pub fn measure(subject: &str, arguments: &[String]) -> Result<Numbers> {
    numbers(&output(this_program(subject, arguments)?)?)
}

/// The command that starts this program again, with the measurement `arguments` of `subject`.
///
/// # Errors
/// If nobody knows where this program is.
pub fn this_program(subject: &str, arguments: &[String]) -> Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([CHILD, subject]).args(arguments);
    Ok(command)
}

const CHILD: &str = "child";

/// If this process is one that [`measure`] has started: what it is to measure.
#[must_use]
pub fn is_child() -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == CHILD).then(|| arguments.collect())
}

/// Runs `programs/collector.py` with a Python.
///
/// # Errors
/// If it fails; what it said is the error.
pub fn measure_python(python: &Python, arguments: &[String]) -> Result<Numbers> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/collector.py");
    numbers(&output(python.program(program, arguments))?)
}

/// What the command prints.
///
/// # Errors
/// If it fails; what it said is the error.
pub fn output(mut command: Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!(
            "{}: {}",
            output.status,
            said.trim().lines().last().unwrap_or("no word")
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn numbers(text: &str) -> Result<Numbers> {
    text.lines().map(number).collect()
}

fn number(line: &str) -> Result<(String, f64)> {
    let (name, value) = line.split_once(' ').context("a name and a number")?;
    let value = value.trim().parse();
    let value = value.with_context(|| format!("no number: {line}"))?;
    Ok((name.to_owned(), value))
}

/// A Python program on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The file.
    pub path: PathBuf,
    /// `3.11.2`.
    pub version: String,
}

impl Python {
    /// `cpython-3.11`.
    #[must_use]
    pub fn subject(&self) -> String {
        let mut parts = self.version.split('.');
        let minor: Vec<&str> = parts.by_ref().take(2).collect();
        format!("cpython-{}", minor.join("."))
    }

    /// The command that runs the file `program` with these arguments: isolated, and without the modules that
    /// `site` imports.
    #[must_use]
    pub fn program(&self, program: &str, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(["-I", "-S", program]).args(arguments);
        for name in DISTURBING {
            command.env_remove(name);
        }
        command
    }

    /// The Python that `path` starts, if it is CPython 3.7 or newer.
    #[must_use]
    pub fn at(path: PathBuf) -> Option<Python> {
        let script = "import sys, platform, time; time.thread_time_ns; \
                      print(platform.python_implementation(), platform.python_version())";
        let output = Command::new(&path)
            .args(["-I", "-S", "-c", script])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        let version = said.trim().strip_prefix("CPython ")?.to_owned();
        Some(Python { path, version })
    }

    /// One of each minor version that is installed, 3.11 first, then the newest; the system's own
    /// before one built by hand.
    #[must_use]
    pub fn installed() -> Vec<Python> {
        let mut places: Vec<PathBuf> = Vec::new();
        for directory in ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"] {
            places.extend((7..20).map(|minor| format!("{directory}/python3.{minor}").into()));
        }
        let root = env::var_os("PYENV_ROOT")
            .map(PathBuf::from)
            .or_else(|| Some(env::home_dir()?.join(".pyenv")));
        let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
        let mut own: Vec<PathBuf> = (versions.into_iter().flatten().flatten())
            .map(|version| version.path().join("bin/python3"))
            .collect();
        own.sort();
        places.extend(own);
        let existing = places.into_iter().filter(|path| path.exists());
        let mut found: Vec<Python> = Vec::new();
        for python in existing.filter_map(Python::at) {
            if found.iter().all(|one| one.subject() != python.subject()) {
                found.push(python);
            }
        }
        let minor = |python: &Python| -> u32 {
            let minor = python.version.split('.').nth(1);
            minor.and_then(|minor| minor.parse().ok()).unwrap_or(0)
        };
        found.sort_by_key(|python| (minor(python) != 11, std::cmp::Reverse(minor(python))));
        found
    }
}
