//! The Python programs of `book/python`, and what they printed.
//!
//! `book/python/name.py` is a program; `book/python/name.3.11.out` is what CPython 3.11 printed. Its
//! first line is `# Python 3.11.7`, the release that printed it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

/// What one release of CPython printed for one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The release: `3.11.7`.
    pub version: String,
    /// What it printed, without trailing blank lines.
    pub output: String,
}

impl Recording {
    /// The file that holds the recording of program `name` by `version` (`3.11`).
    #[must_use]
    pub fn file(repo: &Repo, name: &str, version: &str) -> PathBuf {
        repo.programs().join(format!("{name}.{version}.out"))
    }

    /// Reads the recording of program `name` by `version` (`3.11`).
    ///
    /// # Errors
    /// If there is none, or its first line does not say which release of `version` printed it.
    pub fn read(repo: &Repo, name: &str, version: &str) -> Result<Self> {
        let file = format!("book/python/{name}.{version}.out");
        let text = fs::read_to_string(Self::file(repo, name, version))
            .with_context(|| format!("there is no recorded output {file}"))?;
        Self::parse(&text, version).with_context(|| file)
    }

    fn parse(text: &str, version: &str) -> Result<Self> {
        let text = text.replace("\r\n", "\n");
        let (first, output) = text.split_once('\n').unwrap_or((&text, ""));
        let release = first.strip_prefix("# Python ").unwrap_or_default().trim();
        let is_of_version = release
            .strip_prefix(version)
            .is_some_and(|patch| patch.starts_with('.'));
        if !is_of_version {
            bail!("the first line is `{first}`, expected `# Python {version}.…`");
        }
        Ok(Self {
            version: release.to_owned(),
            output: output.trim_end().to_owned(),
        })
    }

    /// The file's content.
    #[must_use]
    pub fn to_text(&self) -> String {
        let output = if self.output.is_empty() {
            String::new()
        } else {
            format!("{}\n", self.output)
        };
        format!("# Python {}\n{output}", self.version)
    }
}

/// The names of all programs in `book/python`, in order.
///
/// # Errors
/// If the folder cannot be read. No folder means no programs.
pub fn all(repo: &Repo) -> Result<Vec<String>> {
    Ok(files(repo)?
        .into_iter()
        .filter_map(|file| file.strip_suffix(".py").map(str::to_owned))
        .collect())
}

/// The name and the version of every recording in `book/python`, in order.
///
/// # Errors
/// If the folder cannot be read. No folder means no recordings.
pub fn recordings(repo: &Repo) -> Result<Vec<(String, String)>> {
    let is_number = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
    Ok(files(repo)?
        .into_iter()
        .filter_map(|file| {
            let (rest, minor) = file.strip_suffix(".out")?.rsplit_once('.')?;
            let (name, major) = rest.rsplit_once('.')?;
            let is_version = is_number(major) && is_number(minor);
            is_version.then(|| (name.to_owned(), format!("{major}.{minor}")))
        })
        .collect())
}

fn files(repo: &Repo) -> Result<Vec<String>> {
    let folder = repo.programs();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).context("cannot read book/python")? {
        files.push(entry?.file_name().to_string_lossy().into_owned());
    }
    files.sort();
    Ok(files)
}
