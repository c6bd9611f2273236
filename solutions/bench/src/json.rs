//! Results for machines: one flat array, so that a reader needs to know nothing of its depth.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was done: `trace/richards`, `refill/48/1e5`.
    pub workload: String,
    /// Who did it: `reference`, `cpython-3.11`, `mimalloc`.
    pub subject: String,
    /// What was measured, with its unit: `cpu_ns_per_op`, `resident_bytes`.
    pub metric: String,
    /// The number.
    pub value: f64,
}

impl Measurement {
    /// A measurement.
    #[must_use]
    pub fn new(workload: &str, subject: &str, metric: &str, value: f64) -> Measurement {
        Measurement {
            workload: workload.to_owned(),
            subject: subject.to_owned(),
            metric: metric.to_owned(),
            value,
        }
    }
}

/// The number of this workload, subject and metric, if it was measured.
#[must_use]
pub fn find(all: &[Measurement], workload: &str, subject: &str, metric: &str) -> Option<f64> {
    all.iter()
        .find(|one| one.workload == workload && one.subject == subject && one.metric == metric)
        .map(|one| one.value)
}

/// Makes sure that the file can be written, before a long run.
///
/// # Errors
/// If it cannot be written. What is in it stays.
pub fn check(path: &Path) -> Result<()> {
    let file = fs::OpenOptions::new().append(true).create(true).open(path);
    file.map(drop)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Writes all measurements to a file.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, measurements: &[Measurement]) -> Result<()> {
    let text = serde_json::to_string_pretty(measurements)?;
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}
