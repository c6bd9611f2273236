//! Turns a trace into lines of text, and lines of text into a trace:
//!
//! ```text
//! cargo run -p bench --bin trace-text -- labs/traces/files/richards.trace | head
//! cargo run -p bench --bin trace-text -- lines.txt -o lines.trace
//! ```

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use traces::{Trace, TraceError, from_text, to_text};

/// Turns a trace into lines `a ID SIZE`, `r ID SIZE`, `f ID`, and such lines into a trace.
#[derive(Parser)]
struct Arguments {
    /// A trace or a text; its first bytes tell which
    file: PathBuf,
    /// Where to write [default: standard output]
    #[arg(short, long)]
    output: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let name = arguments.file.display();
    let bytes = fs::read(&arguments.file).with_context(|| format!("cannot read {name}"))?;
    ensure!(!bytes.is_empty(), "{name} is empty");
    let converted = match Trace::read(&bytes) {
        Ok(trace) => to_text(&trace).into_bytes(),
        Err(TraceError::NotATrace) => {
            let text = String::from_utf8(bytes)
                .with_context(|| format!("{name} is neither a trace nor text"))?;
            from_text(&text).with_context(|| name.to_string())?
        }
        Err(error) => return Err(error).with_context(|| name.to_string()),
    };
    match arguments.output {
        Some(output) => fs::write(&output, converted)
            .with_context(|| format!("cannot write {}", output.display())),
        None => match print(&converted) {
            // `| head` has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.context("cannot write to standard output"),
        },
    }
}

/// To the end: what is still in the buffer when a program ends is written without a word about errors.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
