//! Cuts a starter from a reference: what stands between a task's markers becomes a `todo!`.
//!
//! ```text
//!     // task 3.1: add one to the object's count
//!     …the reference…
//!     // end task 3.1
//! ```
//! becomes `todo!("3.1 add one to the object's count")`. Lines `// ANCHOR: x` and `// ANCHOR_END: x`, which the book's
//! includes need, are left out. Every other byte stays.

use std::path::Path;

use crate::{Error, TaskId};

/// The widest line that `cargo fmt` leaves alone.
const WIDTH: usize = 100;

/// What a cut gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The text with the tasks cut out.
    pub text: String,
    /// Every marked range, cut or kept, in the order of the file.
    pub ranges: Vec<MarkedRange>,
}

/// One pair of markers in a reference's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedRange {
    /// The task it belongs to.
    pub task: TaskId,
    /// The words of the `todo!`.
    pub words: String,
    /// The line of the opening marker, counted from 1.
    pub line: usize,
    /// The reader's lines in it: neither blank nor only a comment.
    pub lines: usize,
}

struct Open<'a> {
    range: MarkedRange,
    indent: &'a str,
}

enum Mark<'a> {
    Begin(TaskId, &'a str),
    End(TaskId),
    Anchor,
}

/// Cuts `source`. A task for which `keep` says yes keeps its lines and loses only its markers. `file` is named in
/// errors: a marker that is malformed, nested, unclosed or closed by another number, and words too long for one line.
pub fn cut(file: &Path, source: &str, keep: &dyn Fn(TaskId) -> bool) -> Result<Cut, Error> {
    let mut text = String::with_capacity(source.len());
    let mut ranges = Vec::new();
    let mut open: Option<Open<'_>> = None;
    for (line, number) in source.split_inclusive('\n').zip(1..) {
        match (mark(file, number, line)?, &mut open) {
            (Some(Mark::Anchor), _) => {}
            (Some(Mark::Begin(task, words)), None) => {
                let range = MarkedRange {
                    task,
                    words: words.to_owned(),
                    line: number,
                    lines: 0,
                };
                open = Some(Open {
                    range,
                    indent: &line[..line.len() - line.trim_start().len()],
                });
            }
            (Some(Mark::Begin(task, _)), Some(outer)) => {
                let (begun, at) = (outer.range.task, outer.range.line);
                let message =
                    format!("task {task} begins inside task {begun}, which line {at} began");
                return Err(Error::at(file, number, message));
            }
            (Some(Mark::End(task)), None) => {
                return Err(Error::at(
                    file,
                    number,
                    format!("task {task} ends here, but it never began"),
                ));
            }
            (Some(Mark::End(task)), Some(begun)) if begun.range.task != task => {
                let (other, at) = (begun.range.task, begun.range.line);
                let message = format!("task {task} ends here, but line {at} began task {other}");
                return Err(Error::at(file, number, message));
            }
            (Some(Mark::End(task)), Some(_)) => {
                let Some(Open { range, indent }) = open.take() else {
                    continue;
                };
                if !keep(task) {
                    let todo = format!("{indent}todo!(\"{task} {}\")", literal(&range.words));
                    let width = todo.chars().count();
                    if width > WIDTH {
                        let message = format!(
                            "the words of task {task} are {} characters too long: \
                             cargo fmt would break the starter's line",
                            width - WIDTH
                        );
                        return Err(Error::at(file, range.line, message));
                    }
                    text += &todo;
                    text += line_end(line);
                }
                ranges.push(range);
            }
            (None, Some(inside)) => {
                let code = line.trim();
                inside.range.lines += usize::from(!code.is_empty() && !code.starts_with("//"));
                if keep(inside.range.task) {
                    text += line;
                }
            }
            (None, None) => text += line,
        }
    }
    match open {
        None => Ok(Cut { text, ranges }),
        Some(Open { range, .. }) => {
            let message = format!("task {0} has no `// end task {0}`", range.task);
            Err(Error::at(file, range.line, message))
        }
    }
}

fn mark<'a>(file: &Path, number: usize, line: &'a str) -> Result<Option<Mark<'a>>, Error> {
    let Some(comment) = line.trim().strip_prefix("//").map(str::trim) else {
        return Ok(None);
    };
    if comment.starts_with("ANCHOR:") || comment.starts_with("ANCHOR_END:") {
        return Ok(Some(Mark::Anchor));
    }
    if let Some(id) = comment.strip_prefix("end task").map(str::trim) {
        let expected = "an end marker is `// end task n.k`";
        let id = TaskId::parse(id)
            .ok_or_else(|| Error::at(file, number, format!("`{comment}`: {expected}")))?;
        return Ok(Some(Mark::End(id)));
    }
    // `// task lists are …` is a sentence; a marker has a number.
    let Some(rest) = comment.strip_prefix("task ").map(str::trim_start) else {
        return Ok(None);
    };
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(None);
    }
    let expected = "a marker is `// task n.k: what the learner writes here`";
    let wrong = |why: &str| Error::at(file, number, format!("`{comment}` {why}: {expected}"));
    let (id, words) = rest.split_once(':').ok_or_else(|| wrong("has no words"))?;
    let id = TaskId::parse(id.trim()).ok_or_else(|| wrong("has no task number"))?;
    match words.trim() {
        "" => Err(wrong("has no words")),
        words => Ok(Some(Mark::Begin(id, words))),
    }
}

/// `words` as they must stand in the format string of a `todo!`.
fn literal(words: &str) -> String {
    words
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('{', "{{")
        .replace('}', "}}")
}

fn line_end(line: &str) -> &str {
    &line[line.trim_end_matches(['\r', '\n']).len()..]
}
