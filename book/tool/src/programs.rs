//! The Python programs of `book/python`, and what they printed.
//!
//! `book/python/name.py` is a program; `book/python/name.3.11.out` is what CPython 3.11 printed. Its
//! first line is `# Python 3.11.7`, the release that printed it.

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
        let text = std::fs::read_to_string(Self::file(repo, name, version))
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
