//! Traces as lines of text, for people and other programs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

use crate::{Encoder, Event, TextError, TextProblem, Trace};

const PROGRAM: &str = "# program: ";
const PYTHON: &str = "# python: ";

/// A trace as text: `a ID SIZE`, `r ID SIZE` or `f ID` on each line, under two lines that name the
/// program and the Python.
#[must_use]
pub fn to_text(trace: &Trace) -> String {
    let one_line = |text: &str| text.replace(['\n', '\r'], " ");
    let mut out = format!(
        "{PROGRAM}{}\n{PYTHON}{}\n",
        one_line(trace.program()),
        one_line(trace.python())
    );
    for event in trace.events() {
        let written = match event {
            Event::Alloc { id, size } => writeln!(out, "a {id} {size}"),
            Event::Realloc { id, size } => writeln!(out, "r {id} {size}"),
            Event::Free { id } => writeln!(out, "f {id}"),
        };
        written.expect("a String takes everything");
    }
    out
}

/// A trace, as bytes, from text. Ids are any numbers below 2^64: addresses will do. Empty lines and
/// lines that begin with `#` are skipped, but for the two that [`to_text`] writes.
///
/// # Errors
/// A [`TextError`] with the first line that is wrong.
pub fn from_text(text: &str) -> Result<Vec<u8>, TextError> {
    let comment = |start| text.lines().find_map(|line| line.strip_prefix(start));
    let mut encoder = Encoder::new(
        comment(PROGRAM).unwrap_or_default(),
        comment(PYTHON).unwrap_or_default(),
    );
    // The text's ids to the encoder's.
    let mut ids = HashMap::new();
    for (index, line) in text.lines().enumerate() {
        take_line(line, &mut ids, &mut encoder).map_err(|problem| TextError {
            line: index + 1,
            problem,
        })?;
    }
    Ok(encoder.finish())
}

fn take_line(
    line: &str,
    ids: &mut HashMap<u64, u32>,
    encoder: &mut Encoder,
) -> Result<(), TextProblem> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [] => {}
        [kind, ..] if kind.starts_with('#') => {}
        ["a", id, size] => {
            let (id, size) = (number(id)?, number(size)?);
            match ids.entry(id) {
                Entry::Occupied(_) => return Err(TextProblem::Taken(id)),
                Entry::Vacant(entry) => entry.insert(encoder.alloc(size)),
            };
        }
        ["r", id, size] => {
            let (id, size) = (number(id)?, number(size)?);
            let known = ids.get(&id).ok_or(TextProblem::NotLive(id))?;
            encoder
                .realloc(*known, size)
                .map_err(|_| TextProblem::NotLive(id))?;
        }
        ["f", id] => {
            let id = number(id)?;
            let known = ids.remove(&id).ok_or(TextProblem::NotLive(id))?;
            encoder.free(known).map_err(|_| TextProblem::NotLive(id))?;
        }
        ["a", ..] => {
            return Err(TextProblem::Words {
                expected: "a ID SIZE",
            });
        }
        ["r", ..] => {
            return Err(TextProblem::Words {
                expected: "r ID SIZE",
            });
        }
        ["f", ..] => return Err(TextProblem::Words { expected: "f ID" }),
        [other, ..] => return Err(TextProblem::Kind(other.to_owned())),
    }
    Ok(())
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, TextProblem> {
    word.parse()
        .map_err(|_| TextProblem::Number(word.to_owned()))
}
