//! Kept wrong solutions: `solutions/NN-name/wrong/<slug>.toml`, small patches that a learner could plausibly write.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use engine::course::{Course, Lab};
use engine::{Files, TaskId};
use serde::Deserialize;

use super::Finding;

/// A kept wrong solution.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// Its file, below the course's root.
    pub(super) file: PathBuf,
    /// The test that must reject it.
    pub(super) rejected_by: String,
    /// The words that the test must print.
    pub(super) says: Vec<String>,
    /// The lab's own files, with the mistake.
    pub(super) files: Files,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrongToml {
    title: String,
    task: String,
    rejected_by: String,
    says: Vec<String>,
    edit: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    find: String,
    replace: String,
}

/// Reads the wrong solutions of `lab`. One that cannot be read or applied is a finding.
pub(super) fn read(course: &Course, lab: &Lab, findings: &mut Vec<Finding>) -> Result<Vec<Wrong>> {
    let directory = lab.place.solution_dir().join("wrong");
    let full = course.root.join(&directory);
    if !full.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in
        fs::read_dir(&full).with_context(|| format!("{} cannot be read", full.display()))?
    {
        let name = PathBuf::from(entry?.file_name());
        if name
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            names.push(name);
        }
    }
    names.sort();
    let mut wrongs = Vec::new();
    for name in names {
        let file = directory.join(name);
        match read_one(course, lab, &file) {
            Ok(wrong) => wrongs.push(wrong),
            Err(error) => findings.push(Finding::from_error(&error)),
        }
    }
    Ok(wrongs)
}

fn read_one(course: &Course, lab: &Lab, file: &Path) -> Result<Wrong, engine::Error> {
    let fail = |message: String| engine::Error::in_file(file, message);
    let text = fs::read_to_string(course.root.join(file))
        .map_err(|error| fail(format!("cannot be read: {error}")))?;
    let wrong: WrongToml = toml::from_str(&text).map_err(|error| {
        let before = error.span().map_or("", |span| &text[..span.start]);
        let line = before.matches('\n').count() + 1;
        engine::Error::at(file, line, error.message().trim().to_owned())
    })?;
    let task = TaskId::parse(&wrong.task).filter(|id| lab.tasks.iter().any(|task| task.id == *id));
    let task = task.ok_or_else(|| fail(format!("`{}` is no task of this lab", wrong.task)))?;
    if wrong.title.trim().is_empty() {
        return Err(fail("has an empty title".into()));
    }
    if !wrong.rejected_by.starts_with("task_") {
        let expected = task.test_prefix();
        return Err(fail(format!(
            "rejected_by is `{}`, not a test `{expected}…`",
            wrong.rejected_by
        )));
    }
    if wrong.says.is_empty() || wrong.says.iter().any(|word| word.trim().is_empty()) {
        return Err(fail(
            "says nothing: name the words that the learner must read".into(),
        ));
    }
    let reference = engine::starter::reference(&course.root, &lab.place)?;
    let mut files = reference.clone();
    for edit in &wrong.edit {
        let bytes = files.get_mut(&edit.file).ok_or_else(|| {
            let below = lab.place.solution_dir().join(&edit.file);
            fail(format!("edits {}, which is not there", below.display()))
        })?;
        let source = String::from_utf8_lossy(bytes).into_owned();
        let find = edit.find.as_str();
        match source.matches(find).count() {
            _ if find.trim().is_empty() => return Err(fail("has an empty `find`".into())),
            1 => *bytes = source.replacen(find, &edit.replace, 1).into_bytes(),
            0 => return Err(fail(format!("`find` is not in {}: {find:?}", edit.file))),
            count => {
                return Err(fail(format!(
                    "`find` is {count} times in {}: {find:?}",
                    edit.file
                )));
            }
        }
    }
    if files == reference {
        return Err(fail("changes nothing".into()));
    }
    Ok(Wrong {
        file: file.to_owned(),
        rejected_by: wrong.rejected_by,
        says: wrong.says,
        files,
    })
}
