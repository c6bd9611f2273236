//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser};

use crate::allocator::workload::{Order, Workload};

/// Measures the course's allocator beside CPython's and others.
#[derive(Clone, Debug, Default, Parser)]
pub struct Options {
    /// What is measured.
    #[command(flatten)]
    pub choice: Choice,
    /// How often each workload is timed [default: 11, 3 with --quick]
    #[arg(long)]
    pub reps: Option<usize>,
    /// Also write the results as JSON: an array of {workload, subject, metric, value}
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Times only: no memory, no instructions
    #[arg(long)]
    pub times_only: bool,
    /// Measure in this process and print a line for the parent process: KIND WORKLOAD SUBJECT
    #[arg(long, num_args = 3, hide = true)]
    pub child: Option<Vec<String>>,
    /// How often a child replays.
    #[arg(long, default_value_t = 1, hide = true)]
    pub child_reps: usize,
    /// `cargo bench` passes it to every benchmark.
    #[arg(long, hide = true)]
    pub bench: bool,
}

/// Which workloads and subjects.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// A trace of your own (see record-trace), besides those of the course; may be repeated
    #[arg(long, value_name = "FILE")]
    pub trace: Vec<PathBuf>,
    /// A short run: fewer repetitions, no large heaps, no instructions
    #[arg(long)]
    pub quick: bool,
    /// Only workloads whose name contains this
    #[arg(long, value_name = "PART", default_value = "")]
    pub only: String,
    /// Only subjects whose name contains this; may be repeated
    #[arg(long, value_name = "PART")]
    pub subject: Vec<String>,
    /// The CPython to compare with: 3.11, or a path to a libpython
    #[arg(long, value_name = "WHICH")]
    pub python: Option<String>,
    /// Every installed CPython, not only the one to compare with
    #[arg(long)]
    pub all_pythons: bool,
}

impl Options {
    /// How often each workload is timed, after one round that is not.
    #[must_use]
    pub fn repetitions(&self) -> usize {
        let usual = if self.choice.quick { 3 } else { 11 };
        self.reps.unwrap_or(usual).max(1)
    }
}

impl Choice {
    /// The chosen workloads: traces, then artificial ones.
    ///
    /// # Errors
    /// If a trace cannot be read.
    pub fn workloads(&self) -> Result<Vec<Workload>> {
        let mut all = Vec::new();
        for file in traces::ALL {
            // Decoding takes time, so only those that are wanted.
            if self.wants(&format!("trace/{}", file.name)) {
                all.push(Workload::of_trace(file.name, &file.read())?);
            }
        }
        for path in &self.trace {
            all.push(Workload::of_file(path)?);
        }
        let largest = if self.quick { 100_000 } else { 1_000_000 };
        for count in [10_000, 100_000, 1_000_000] {
            for order in [Order::Lifo, Order::Fifo, Order::Random] {
                if count <= largest && self.wants("fixed/") {
                    all.push(Workload::fixed(48, order, count));
                }
            }
        }
        all.push(Workload::refill(48, 100_000));
        all.push(Workload::pingpong(48, 100_000));
        all.retain(|workload| workload.name.contains(&self.only));
        Ok(all)
    }

    /// Whether a workload with this beginning may be among the chosen ones.
    fn wants(&self, start: &str) -> bool {
        start.contains(&self.only) || self.only.starts_with(start)
    }

    /// Whether this subject takes part.
    #[must_use]
    pub fn takes(&self, subject: &str) -> bool {
        self.subject.is_empty() || self.subject.iter().any(|part| subject.contains(part))
    }
}
