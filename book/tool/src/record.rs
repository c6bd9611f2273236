//! `cargo book record`: runs the Python programs and keeps what they printed.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;

use crate::cpython::{self, Installed};
use crate::preprocess::{self, python::MODEL};
use crate::programs::{self, Recording};
use crate::repo::Repo;

/// The release that the book's CPython facts were checked on.
const MODEL_RELEASE: &str = "3.11.7";

/// Runs the named programs, or all, on every version that a chapter shows them with (always 3.11) and
/// writes their recordings.
///
/// A release that is recorded already is kept where it is installed, so that recordings do not change
/// with the machine.
///
/// # Errors
/// If a name is unknown, or after all others are done: if a program failed to run or printed something
/// else the second time, or a version is not installed.
pub fn record(repo: &Repo, names: &[String]) -> Result<()> {
    let all = programs::all(repo)?;
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!("there is no program book/python/{unknown}.py");
    }
    let mut book = MDBook::load(repo.book()).context("cannot load the book")?;
    let shown = preprocess::expand(&mut book.book, repo, &[]).programs;
    let recorded = programs::recordings(repo)?;
    let installed = Installed::find();
    let mut missing = BTreeSet::new();
    let mut failed = Vec::new();
    for name in all
        .iter()
        .filter(|name| names.is_empty() || names.contains(name))
    {
        let mut versions = BTreeSet::from([MODEL.to_owned()]);
        versions.extend(shown.get(name).into_iter().flatten().cloned());
        versions.extend(
            recorded
                .iter()
                .filter(|(n, _)| n == name)
                .map(|(_, v)| v.clone()),
        );
        for version in versions {
            let Some(release) = release_for(repo, &installed, name, &version) else {
                missing.insert(version);
                continue;
            };
            let interpreter = installed
                .exactly(&release)
                .expect("the release was found installed");
            let recording = match run_twice(repo, interpreter, name, release) {
                Ok(recording) => recording,
                Err(error) => {
                    failed.push(format!(
                        "book/python/{name}.py on Python {version}: {error:#}"
                    ));
                    continue;
                }
            };
            let file = Recording::file(repo, name, &version);
            let text = recording.to_text();
            let changed = fs::read_to_string(&file).ok().as_deref() != Some(&text);
            if changed {
                fs::write(&file, &text)
                    .with_context(|| format!("cannot write {}", file.display()))?;
            }
            let word = if changed { "recorded" } else { "unchanged" };
            println!("{word}  {name}  Python {}", recording.version);
        }
    }
    if !missing.is_empty() {
        let list = missing.into_iter().collect::<Vec<_>>().join(", ");
        failed.push(format!(
            "not recorded, since it is not installed: Python {list}"
        ));
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\n  "));
    }
    Ok(())
}

/// The release to record with: the recorded one, the book's, or the newest of the version.
fn release_for(repo: &Repo, installed: &Installed, name: &str, version: &str) -> Option<String> {
    let recorded = Recording::read(repo, name, version).ok().map(|r| r.version);
    recorded
        .into_iter()
        .chain((version == MODEL).then(|| MODEL_RELEASE.to_owned()))
        .find(|release| installed.exactly(release).is_some())
        .or_else(|| installed.newest(version))
}

fn run_twice(
    repo: &Repo,
    interpreter: &std::path::Path,
    name: &str,
    release: String,
) -> Result<Recording> {
    let program = repo.programs().join(format!("{name}.py"));
    let first = cpython::run(interpreter, &program)?;
    let second = cpython::run(interpreter, &program)?;
    if first != second {
        let (line, one, two) = first_difference(&first, &second);
        bail!(
            "it printed something else the second time; line {line}: first `{one}`, then `{two}`"
        );
    }
    Ok(Recording {
        version: release,
        output: first.trim_end().to_owned(),
    })
}

/// The first line, from 1, where two texts differ, and both lines there.
#[must_use]
pub fn first_difference(one: &str, two: &str) -> (usize, String, String) {
    let (mut one, mut two) = (one.lines(), two.lines());
    for line in 1.. {
        match (one.next(), two.next()) {
            (None, None) => return (line, String::new(), String::new()),
            (a, b) if a == b => {}
            (a, b) => {
                let or_end = |l: Option<&str>| l.unwrap_or("(nothing more)").to_owned();
                return (line, or_end(a), or_end(b));
            }
        }
    }
    unreachable!("texts end")
}
