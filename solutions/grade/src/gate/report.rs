//! What the gate found, as a table and a list of what to mend.

use std::fmt;

use engine::course::Lab;

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a file and line, or a lab and a step.
    pub at: String,
    /// What is wrong there and what was expected.
    pub what: String,
}

impl Finding {
    /// The finding that an error of the engine is.
    pub fn from_error(error: &engine::Error) -> Finding {
        let text = error.to_string();
        match error.file {
            Some(_) => {
                let what = error.message.clone();
                let at = text
                    .strip_suffix(&format!(": {what}"))
                    .unwrap_or(&text)
                    .to_owned();
                Finding { at, what }
            }
            None => Finding {
                at: "the course".into(),
                what: text,
            },
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what.replace('\n', "\n    "))
    }
}

/// How many steps of one kind there were, and what they found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Steps that were run.
    pub run: usize,
    /// Those of them that were as they must be.
    pub good: usize,
    /// What the others found.
    pub findings: Vec<Finding>,
}

/// What was found in one lab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabReport {
    /// The lab's directory.
    pub name: String,
    /// Whether the checks without compiling were made.
    pub statics_done: bool,
    /// The reader's lines.
    pub lines: usize,
    /// Chapter, hints, `todo!`s and sizes.
    pub statics: Vec<Finding>,
    /// The starter.
    pub starter: Steps,
    /// The reference.
    pub reference: Steps,
    /// Each step from the starter to the reference.
    pub walk: Steps,
    /// Each kept wrong solution.
    pub wrong: Steps,
}

/// What was found in the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What concerns no one lab.
    pub course: Vec<Finding>,
    /// Each lab.
    pub labs: Vec<LabReport>,
}

impl Report {
    pub(super) fn new(labs: &[&Lab]) -> Report {
        let labs = labs.iter().map(|lab| LabReport {
            name: lab.place.directory.clone(),
            ..LabReport::default()
        });
        Report {
            course: Vec::new(),
            labs: labs.collect(),
        }
    }

    /// Everything there is to mend.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.course.iter().chain(self.labs.iter().flat_map(|lab| {
            let steps = [&lab.starter, &lab.walk, &lab.reference, &lab.wrong];
            lab.statics
                .iter()
                .chain(steps.into_iter().flat_map(|steps| &steps.findings))
        }))
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings().next().is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .labs
            .iter()
            .map(|lab| lab.name.len())
            .max()
            .unwrap_or(0)
            .max(3);
        writeln!(
            f,
            "{:width$}  {:>5}  {:<10}  {:<9}  {:<9}  {:<9}  wrong solutions",
            "lab", "lines", "course", "starter", "walk", "reference"
        )?;
        for lab in &self.labs {
            let statics = match (lab.statics_done, lab.statics.len()) {
                (false, 0) => "-".to_owned(),
                (_, 0) => "ok".to_owned(),
                (_, count) => format!("{count} to mend"),
            };
            let lines = if lab.statics_done {
                lab.lines.to_string()
            } else {
                "-".to_owned()
            };
            let line = format!(
                "{:width$}  {lines:>5}  {statics:<10}  {:<9}  {:<9}  {:<9}  {}",
                lab.name,
                lab.starter.cell("ok"),
                lab.walk.cell("steps"),
                lab.reference.cell("ok"),
                lab.wrong.cell("rejected")
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let findings: Vec<&Finding> = self.findings().collect();
        if !findings.is_empty() {
            writeln!(f, "\nTo mend ({}):", findings.len())?;
        }
        for finding in findings {
            writeln!(f, "  {finding}")?;
        }
        Ok(())
    }
}

impl Steps {
    fn cell(&self, word: &str) -> String {
        match (self.run, self.good) {
            (0, _) if self.findings.is_empty() => "-".into(),
            (0, _) => format!("{} to mend", self.findings.len()),
            (1, 1) if word == "ok" => "ok".into(),
            (1, 0) if word == "ok" => "wrong".into(),
            (1, 1) => format!("1 {}", word.trim_end_matches('s')),
            (run, good) if run == good => format!("{good} {word}"),
            (run, good) => format!("{good} of {run}"),
        }
    }
}
