//! The process that the user starts: runs the other one, and writes the trace.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufReader, ErrorKind};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use anyhow::{Context, Result, bail, ensure};
use bench::python::{self, DISTURBING, LibPython};
use clap::Parser;
use traces::Encoder;

use crate::hooks::CHILD;
use crate::wire::{Call, read_call, read_version};

/// Records what a Python program asks of its object allocator.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// A version (3.11) or a path to a libpython [default: 3.11, or else the newest installed]
    #[arg(long)]
    python: Option<String>,
    /// The trace
    #[arg(short, long)]
    output: PathBuf,
    /// The program and its arguments, with Python's own options in front: -S program.py 10
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    program: Vec<OsString>,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    check_program(&arguments.program)?;
    let library = match python::choose(arguments.python.as_deref()) {
        Some(library) => library,
        None => bail!(
            "no libpython{} found. It comes with packages such as libpython3.11, and with a Python \
             that was built with --enable-shared.",
            arguments
                .python
                .map(|wanted| format!(" {wanted}"))
                .unwrap_or_default()
        ),
    };
    let output = Output::create(&arguments.output)?;
    let (pipe, mut child) = start(&library, &arguments.program)?;
    let recorded = receive(
        BufReader::with_capacity(1 << 16, pipe),
        &title(&arguments.program),
    );
    if recorded.is_err() {
        // It may wait for us to read on, or run for ever.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let Some(encoder) = recorded? else {
        bail!("the program ended without Python's finalization ({status}): there is no trace");
    };
    let events = encoder.len();
    let bytes = encoder.finish();
    output.write(&bytes)?;
    if !status.success() {
        eprintln!("note: the program ended with {status}; the trace is whole");
    }
    eprintln!(
        "{}: {events} events, {} bytes, recorded with {}",
        arguments.output.display(),
        bytes.len(),
        library.path.display(),
    );
    Ok(())
}

/// Python would open a prompt without a program, and record a failure for one that is not there.
fn check_program(arguments: &[OsString]) -> Result<()> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_string_lossy().as_ref() {
            "-c" | "-m" if arguments.len() > 0 => return Ok(()),
            "-W" | "-X" => {
                arguments.next();
            }
            option if option.starts_with('-') => {}
            _ => {
                let program = Path::new(argument);
                fs::metadata(program)
                    .with_context(|| format!("cannot read the program {}", program.display()))?;
                return Ok(());
            }
        }
    }
    bail!("which program? Give a file, or -c CODE, or -m MODULE");
}

/// The arguments as they stand in the trace: without the directory of the program.
fn title(arguments: &[OsString]) -> String {
    let short = |argument: &OsString| {
        let path = Path::new(argument);
        let name = path.file_name().filter(|_| path.is_file());
        name.unwrap_or(argument).to_string_lossy().into_owned()
    };
    arguments.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// Starts the process that runs Python; returns the end of the pipe to read from.
fn start(library: &LibPython, program: &[OsString]) -> Result<(io::PipeReader, Child)> {
    let (reader, writer) = io::pipe()?;
    // SAFETY: the descriptor is ours; this lets the process that we start inherit it.
    if unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFD, 0) } == -1 {
        return Err(io::Error::last_os_error().into());
    }
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(CHILD)
        .arg(writer.as_raw_fd().to_string())
        .arg(&library.path)
        .args(program);
    for variable in DISTURBING {
        command.env_remove(variable);
    }
    if let Some(home) = library.home() {
        command.env("PYTHONHOME", home);
    }
    if std::env::var_os("PYTHONHASHSEED").is_none() {
        // So that the same program gives the same trace again.
        command.env("PYTHONHASHSEED", "0");
    }
    let child = command
        .spawn()
        .context("cannot start the process that runs Python")?;
    // Our copy of the writing end is closed here, or we would wait for ourselves.
    drop(writer);
    Ok((reader, child))
}

/// Makes events of calls, until the end; `None` if the other side ends before.
fn receive(mut pipe: impl io::Read, title: &str) -> Result<Option<Encoder>> {
    let Some(version) = read_version(&mut pipe)? else {
        return Ok(None);
    };
    let mut encoder = Encoder::new(title, &version);
    let mut live: HashMap<u64, u32> = HashMap::new();
    loop {
        match read_call(&mut pipe) {
            Ok(Call::Alloc { block, size }) => {
                live.insert(block, encoder.alloc(small(size)?));
            }
            Ok(Call::Realloc { old, block, size }) => {
                let id = live
                    .remove(&old)
                    .context("a block is resized that is not live")?;
                encoder.realloc(id, small(size)?)?;
                live.insert(block, id);
            }
            Ok(Call::Free { block }) => {
                let id = live
                    .remove(&block)
                    .context("a block is freed that is not live")?;
                encoder.free(id)?;
            }
            Ok(Call::End) => return Ok(Some(encoder)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

fn small(size: u64) -> Result<u32> {
    u32::try_from(size)
        .with_context(|| format!("a block of {size} bytes: traces know sizes below 2^32"))
}

/// A file that appears under its name as a whole or not at all.
struct Output {
    path: PathBuf,
    part: PathBuf,
}

impl Output {
    /// Made before the program runs, so that a wrong name does not cost a long run.
    fn create(path: &Path) -> Result<Output> {
        ensure!(
            !path.is_dir(),
            "cannot write {}: it is a directory",
            path.display()
        );
        let mut part = path.as_os_str().to_owned();
        // A device or a pipe must not be replaced by a file.
        let whole = fs::metadata(path).map_or(true, |found| found.is_file());
        if whole {
            part.push(".part");
        }
        let (path, part) = (path.to_owned(), PathBuf::from(part));
        if whole {
            fs::write(&part, b"").with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Output { path, part })
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        fs::write(&self.part, bytes)
            .and_then(|()| match self.part == self.path {
                true => Ok(()),
                false => fs::rename(&self.part, &self.path),
            })
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.part != self.path {
            // Gone already if all went well.
            let _ = fs::remove_file(&self.part);
        }
    }
}
