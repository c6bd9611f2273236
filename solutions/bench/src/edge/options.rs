//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures whole programs on the course's allocator, the system's and mimalloc.
#[derive(Clone, Debug, Default, Parser)]
pub struct Options {
    /// How often each program is run [default: 15, 3 with --quick]
    #[arg(long)]
    pub reps: Option<usize>,
    /// A short run
    #[arg(long)]
    pub quick: bool,
    /// Only workloads whose name contains this
    #[arg(long, value_name = "PART", default_value = "")]
    pub only: String,
    /// Also write the results as JSON: an array of {workload, subject, metric, value}
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The directory of Python files to parse, instead of an installed standard library
    #[arg(long, value_name = "FOLDER")]
    pub library: Option<PathBuf>,
    /// `cargo bench` passes it to every benchmark.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Options {
    /// How often each program is run, after one run that does not count.
    #[must_use]
    pub fn repetitions(&self) -> usize {
        let usual = if self.quick { 3 } else { 15 };
        self.reps.unwrap_or(usual).max(1)
    }
}
