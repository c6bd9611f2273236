//! `cargo grade check`: proves each lab on a fresh cut, never on what lies in `labs/NN-name/src`.
//!
//! * the starter compiles without a warning, and each of its tests fails as "not started";
//! * the reference, copied in task by task, turns each task's tests from "not started" to passed, in order, and none
//!   of a later task;
//! * each kept wrong solution compiles and is rejected by its named test, in its named words;
//! * each task has its section in the chapter, its hints, its `todo!` and a bearable size.

mod chapter;
mod jobs;
mod report;
mod statics;
mod wrong;

use std::path::Path;

use anyhow::{Result, bail};
use engine::course::{Course, Lab};

pub use report::{Finding, LabReport, Report};

/// One kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The starter: no warnings, all tests "not started".
    Starter,
    /// The whole reference passes.
    Reference,
    /// The kept wrong solutions are rejected.
    Wrong,
    /// Task by task from the starter to the reference, both ends included.
    Walk,
    /// What is checked without compiling: chapter, hints, `todo!`s, sizes.
    Static,
}

/// The sizes that a lab must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most reader's lines of a task.
    pub task_lines: usize,
    /// The fewest and the most reader's lines of a lab.
    pub lab_lines: (usize, usize),
    /// The fewest kept wrong solutions of a lab.
    pub wrong: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            task_lines: 40,
            lab_lines: (150, 350),
            wrong: 8,
        }
    }
}

impl Bounds {
    /// The sizes for `lab`: the warm-up, lab 0, is shorter, with a wrong solution for each task.
    fn of(self, lab: &Lab) -> Bounds {
        match lab.place.number {
            0 => Bounds {
                lab_lines: (1, self.lab_lines.0),
                wrong: lab.tasks.len().min(self.wrong),
                ..self
            },
            _ => self,
        }
    }
}

/// What to check.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only this lab: its number, package or directory.
    pub lab: Option<String>,
    /// Only these checks; all of them when empty.
    pub only: Vec<Check>,
    /// The sizes to hold the labs to.
    pub bounds: Bounds,
    /// What one test may use.
    pub limits: engine::run::Limits,
}

impl Options {
    fn wants(&self, check: Check) -> bool {
        self.only.is_empty() || self.only.contains(&check)
    }
}

/// Checks the course and gives what was found. `progress` hears of each finished step. An error is one of this
/// machine's or of cargo; whatever is wrong with a lab is a finding.
pub fn check(
    course: &Course,
    options: &Options,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Report> {
    let labs: Vec<&Lab> = match &options.lab {
        Some(name) => vec![course.lab(name)?],
        None => course.labs.iter().collect(),
    };
    if labs.is_empty() {
        bail!("there is no lab to check: no directory of labs/ has a lab.toml");
    }
    let mut report = Report::new(&labs);
    if options.lab.is_none() {
        for place in &course.unfinished {
            report.course.push(Finding {
                at: place.lab_dir().display().to_string(),
                what: "has no lab.toml; a directory labs/NN-name is a lab and needs one".into(),
            });
        }
    }
    let mut jobs = Vec::new();
    for (lab, entry) in labs.iter().zip(&mut report.labs) {
        let bounds = options.bounds.of(lab);
        // What cannot even be cut cannot be checked further.
        match statics::cut_all(course, lab) {
            Err(error) => entry.statics.push(Finding::from_error(&error)),
            Ok(cut) => {
                let wrongs = wrong::read(course, lab, &mut entry.wrong.findings)?;
                if options.wants(Check::Static) {
                    statics::check(course, lab, &cut, bounds, &mut entry.statics)?;
                    entry.statics_done = true;
                    entry.lines = cut.total_lines();
                }
                if options.wants(Check::Wrong) && wrongs.len() < bounds.wrong {
                    entry.wrong.findings.push(Finding {
                        at: Path::new("solutions")
                            .join(&lab.place.directory)
                            .join("wrong")
                            .display()
                            .to_string(),
                        what: format!(
                            "has {} wrong solutions; a lab keeps at least {}",
                            wrongs.len(),
                            bounds.wrong
                        ),
                    });
                }
                jobs::plan(lab, wrongs, options, &mut jobs);
            }
        }
    }
    jobs::run(course, jobs, options, &mut report, progress)?;
    Ok(report)
}
