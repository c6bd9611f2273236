//! A `mermaid` block: a diagram that a maintainer rendered to SVG ahead of time.
//!
//! `cargo book diagrams` writes `book/diagrams/<hash of the source>.svg`, and the build inlines it, so
//! no page loads mermaid's script of several megabytes. A diagram without its SVG is left to
//! `mdbook-mermaid`, which shows the source as text; `cargo book check` fails on it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::inline::{drawing, escape, twin};
use crate::repo::Repo;

/// A diagram's source.
#[derive(Debug)]
pub struct Diagram {
    source: String,
}

impl Diagram {
    /// The diagram with this mermaid source.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self {
            source: source.replace("\r\n", "\n").trim().to_owned(),
        }
    }

    /// The mermaid source, without blank lines around it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The name of its SVG in `book/diagrams`.
    #[must_use]
    pub fn file(&self) -> String {
        let mut name = String::new();
        for byte in Sha256::digest(self.source.as_bytes()).iter().take(8) {
            let _ = write!(name, "{byte:02x}");
        }
        name + ".svg"
    }

    /// What a maintainer has still to do for it.
    #[must_use]
    pub fn lacks(&self, repo: &Repo) -> Vec<String> {
        let mut lacks = Vec::new();
        if !repo.diagrams().join(self.file()).is_file() {
            lacks.push(format!(
                "this diagram is not rendered: book/diagrams/{} is missing; run `cargo book diagrams`",
                self.file()
            ));
        }
        for word in ["accTitle", "accDescr"] {
            if self.said(word).is_none() {
                lacks.push(format!(
                    "this diagram has no `{word}: …` line for those who cannot see it"
                ));
            }
        }
        lacks
    }

    /// The page's HTML, or nothing where nobody has rendered the diagram.
    #[must_use]
    pub fn html(&self, repo: &Repo) -> Option<String> {
        let title = self.said("accTitle").unwrap_or("Diagram");
        let label = match self.said("accDescr") {
            Some(description) => format!("{title}. {description}"),
            None => title.to_owned(),
        };
        let svg = std::fs::read_to_string(repo.diagrams().join(self.file())).ok()?;
        let drawing = drawing(&svg.replace('\n', " "), &label).ok()?;
        Some(format!(
            "<figure class=\"diagram\">{drawing}<figcaption>{}</figcaption>{}</figure>",
            escape(title),
            twin(&self.source),
        ))
    }

    /// What the source says after `word:`.
    fn said(&self, word: &str) -> Option<&str> {
        self.source
            .lines()
            .find_map(|line| {
                line.trim()
                    .strip_prefix(word)?
                    .trim_start()
                    .strip_prefix(':')
            })
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }
}
