//! Compares the recorded outputs of the Python programs with a real CPython.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::cpython::{self, Installed};
use crate::programs::{self, Recording};
use crate::record::first_difference;
use crate::repo::Repo;

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Report {
    /// One line for each recording that is wrong.
    pub problems: Vec<String>,
    /// How many recordings were compared.
    pub compared: usize,
    /// Which were not, and why.
    pub skipped: Option<String>,
}

/// Runs each recorded program on the release that it was recorded with, if it is installed.
///
/// # Errors
/// If `book/python` cannot be read.
pub fn check(repo: &Repo) -> Result<Report> {
    let mut report = Report::default();
    let all = programs::all(repo)?;
    let recordings = programs::recordings(repo)?;
    let installed = if recordings.is_empty() {
        Installed::default()
    } else {
        Installed::find()
    };
    let mut absent = BTreeSet::new();
    let mut skipped = 0;
    for (name, version) in recordings {
        let file = format!("book/python/{name}.{version}.out");
        if !all.contains(&name) {
            report
                .problems
                .push(format!("{file}: there is no program {name}.py"));
            continue;
        }
        let recording = match Recording::read(repo, &name, &version) {
            Ok(recording) => recording,
            Err(error) => {
                report.problems.push(format!("{error:#}"));
                continue;
            }
        };
        let Some(interpreter) = installed.exactly(&recording.version) else {
            absent.insert(recording.version);
            skipped += 1;
            continue;
        };
        report.compared += 1;
        match cpython::run(interpreter, &repo.programs().join(format!("{name}.py"))) {
            Ok(printed) if printed.trim_end() == recording.output => {}
            Ok(printed) => {
                // The file's first line is the release.
                let (line, kept, now) = first_difference(&recording.output, printed.trim_end());
                report.problems.push(format!(
                    "{file}:{}: Python {} prints `{now}`, recorded is `{kept}`",
                    line + 1,
                    recording.version
                ));
            }
            Err(error) => report.problems.push(format!("{file}: {error:#}")),
        }
    }
    if skipped > 0 {
        let list = absent.into_iter().collect::<Vec<_>>().join(", ");
        report.skipped = Some(format!(
            "{skipped} recorded outputs were not compared; not installed: Python {list}"
        ));
    }
    Ok(report)
}
