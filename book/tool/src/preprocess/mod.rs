//! What the book's Markdown knows beyond mdBook's.
//!
//! | in a chapter | becomes | module |
//! |---|---|---|
//! | `{{#python name versions="3.11 3.13"}}` | a program and what CPython printed | [`python`] |
//! | `{{#picture name}}` | a heap picture and its text twin | [`picture`] |
//! | a fenced block `question` | a question with choices | [`question`] |
//! | a fenced block `mermaid` | a diagram rendered ahead | [`mermaid`] |
//! | `{{#include file:anchor}}` | stays mdBook's; [`mod@include`] checks that it finds something | |
//!
//! This runs on the chapters as their authors wrote them, before mdBook's own preprocessors, so that
//! every [`Problem`] names the author's line.

pub mod include;
mod inline;
pub mod mermaid;
pub mod picture;
pub mod python;
pub mod question;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use mdbook_driver::book::{Book, BookItem};

use crate::pictures::Picture;
use crate::repo::Repo;

/// Something wrong in a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The chapter, below `book/src`.
    pub chapter: PathBuf,
    /// The line in the chapter's file, from 1.
    pub line: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chapter = self.chapter.display();
        write!(f, "book/src/{chapter}:{}: {}", self.line, self.message)
    }
}

/// What [`expand`] learned about the book.
#[derive(Debug, Default)]
pub struct Findings {
    /// What keeps the book from being built.
    pub errors: Vec<Problem>,
    /// Diagrams that nobody has rendered yet: the page shows their source instead.
    pub unrendered: Vec<Problem>,
    /// The source of each diagram, by the name of its file.
    pub diagrams: BTreeMap<String, String>,
    /// The versions that each Python program is shown with.
    pub programs: BTreeMap<String, BTreeSet<String>>,
    /// Files outside `book/` that the pages were made from.
    pub included: BTreeSet<PathBuf>,
}

/// Where the expansion of one chapter stands.
struct Chapter<'a> {
    repo: &'a Repo,
    pictures: &'a [Picture],
    path: &'a Path,
    /// The chapter's name in ids: `01-regions`.
    slug: String,
    /// How many questions and pictures the chapter has had so far.
    questions: usize,
    shown: BTreeMap<String, usize>,
    findings: &'a mut Findings,
}

/// Replaces the book's own blocks in every chapter by HTML.
pub fn expand(book: &mut Book, repo: &Repo, pictures: &[Picture]) -> Findings {
    let mut findings = Findings::default();
    book.for_each_mut(|item| {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = chapter.source_path.clone()
        {
            let slug = path
                .with_extension("")
                .to_string_lossy()
                .replace(['/', '\\'], "-");
            chapter.content = Chapter {
                repo,
                pictures,
                path: &path,
                slug,
                questions: 0,
                shown: BTreeMap::new(),
                findings: &mut findings,
            }
            .expand(&chapter.content);
        }
    });
    findings
}

impl Chapter<'_> {
    fn expand(&mut self, source: &str) -> String {
        let lines: Vec<&str> = source.lines().collect();
        let mut out = String::with_capacity(source.len());
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at];
            if let Some(fence) = Fence::open(line) {
                let end = (at + 1..lines.len())
                    .find(|&i| fence.closed_by(lines[i]))
                    .unwrap_or(lines.len());
                let body = &lines[at + 1..end];
                match self.fenced(&fence, at + 1, body) {
                    Some(html) => push_html(&mut out, fence.indent, &html),
                    None => {
                        for (number, line) in (1..).zip(&lines).skip(at).take(end + 1 - at) {
                            self.check_include(number, line);
                            out.push_str(line);
                            out.push('\n');
                        }
                    }
                }
                at = end + 1;
            } else {
                match self.directive(at + 1, line) {
                    Some(html) => push_html(&mut out, indent(line), &html),
                    None => {
                        out.push_str(line);
                        out.push('\n');
                    }
                }
                at += 1;
            }
        }
        out
    }

    /// The HTML of a fenced block, or nothing if mdBook is to have it as it is.
    fn fenced(&mut self, fence: &Fence<'_>, line: usize, body: &[&str]) -> Option<String> {
        let body: Vec<&str> = body.iter().map(|l| dedent(l, fence.indent.len())).collect();
        match fence.info {
            "question" => {
                self.questions += 1;
                let id = format!("question-{}-{}", self.slug, self.questions);
                match question::parse(&body) {
                    Ok(question) => Some(question.html(&id, self.questions)),
                    Err((offset, message)) => {
                        let number = self.questions;
                        self.error(line + offset, format!("question {number}: {message}"));
                        Some(String::new())
                    }
                }
            }
            "mermaid" => {
                let diagram = mermaid::Diagram::new(&body.join("\n"));
                self.findings
                    .diagrams
                    .insert(diagram.file(), diagram.source().to_owned());
                for message in diagram.lacks(self.repo) {
                    self.findings
                        .unrendered
                        .push(problem(self.path, line, message));
                }
                diagram.html(self.repo)
            }
            _ => None,
        }
    }

    /// The HTML of a line that is one of our directives, or nothing.
    fn directive(&mut self, line: usize, text: &str) -> Option<String> {
        let trimmed = text.trim();
        let (name, arguments) = match trimmed
            .strip_prefix("{{#")
            .and_then(|rest| rest.strip_suffix("}}"))
            .filter(|inner| !inner.contains("}}"))
            .map(|inner| inner.split_once(char::is_whitespace).unwrap_or((inner, "")))
        {
            Some((name @ ("python" | "picture"), arguments)) => (name, arguments.trim()),
            _ => {
                self.check_line(line, text);
                return None;
            }
        };
        let html = if name == "python" {
            python::html(self.repo, arguments, &mut self.findings.programs)
        } else {
            let times = self.shown.entry(arguments.to_owned()).or_default();
            *times += 1;
            picture::html(self.pictures, arguments, *times)
        };
        match html {
            Ok(html) => Some(html),
            Err(message) => {
                self.error(line, message);
                Some(String::new())
            }
        }
    }

    /// Reports a directive that nobody would expand.
    fn check_line(&mut self, line: usize, text: &str) {
        self.check_include(line, text);
        for (start, _) in text.match_indices("{{#") {
            if text[..start].ends_with(['\\', '`']) {
                continue;
            }
            let word: String = text[start + 3..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            match word.as_str() {
                "include" | "rustdoc_include" | "playground" | "title" => {}
                "python" | "picture" => self.error(
                    line,
                    format!("{{{{#{word} …}}}} stands alone on its line, closed by }}}}"),
                ),
                _ => self.error(
                    line,
                    format!("{{{{#{word}}}}} is unknown; there are #python, #picture and #include"),
                ),
            }
        }
    }

    fn check_include(&mut self, line: usize, text: &str) {
        for found in include::find(text) {
            match include::check(&self.repo.chapters().join(self.path), found) {
                Ok(file) => {
                    self.findings.included.insert(file);
                }
                Err(message) => self.error(line, message),
            }
        }
    }

    fn error(&mut self, line: usize, message: String) {
        self.findings.errors.push(problem(self.path, line, message));
    }
}

fn problem(chapter: &Path, line: usize, message: String) -> Problem {
    Problem {
        chapter: chapter.to_path_buf(),
        line,
        message,
    }
}

/// The opening line of a fenced block.
struct Fence<'a> {
    indent: &'a str,
    mark: char,
    length: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn open(line: &'a str) -> Option<Self> {
        let indent = indent(line);
        let rest = &line[indent.len()..];
        let mark = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = rest.chars().take_while(|&c| c == mark).count();
        let info = rest[length..].trim();
        // Three backticks with another after them are inline code.
        (length >= 3 && !(mark == '`' && info.contains('`'))).then_some(Self {
            indent,
            mark,
            length,
            info,
        })
    }

    fn closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|c| c == self.mark)
    }
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// `line` without its first `columns` spaces, or without all of them if there are fewer.
fn dedent(line: &str, columns: usize) -> &str {
    &line[indent(line).len().min(columns)..]
}

/// Appends a block of HTML as one line between blank ones: an HTML block of Markdown ends at a blank
/// line, so there must be none inside.
fn push_html(out: &mut String, indent: &str, html: &str) {
    out.push('\n');
    out.push_str(indent);
    out.push_str(&one_line(html));
    out.push_str("\n\n");
}

/// `html` on one line, safe from mdBook's own `{{#…}}`.
fn one_line(html: &str) -> String {
    html.replace("\r\n", "\n")
        .replace('\n', "&#10;")
        .replace("{{#", "&#123;{#")
}

#[cfg(test)]
mod tests;
