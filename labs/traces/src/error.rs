//! What can be wrong with a trace.

use std::error::Error;
use std::fmt;

/// Why bytes are no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceError {
    /// They do not begin with `PHTR`.
    NotATrace,
    /// They are of a version that this program does not know.
    Version(u8),
    /// They end too early, or a number in front of the events is impossible.
    Header,
    /// The compressed part is damaged, or longer than the header says.
    Compression,
    /// An event is impossible; events are counted from 1.
    Event {
        /// The first one that is.
        number: u64,
    },
    /// The events are fine and not what the header says: `events` or `slots` differs.
    Counts,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceError::NotATrace => f.write_str("this is no trace: it does not begin with PHTR"),
            TraceError::Version(found) => {
                write!(f, "a trace of version {found}; only version 1 is known")
            }
            TraceError::Header => f.write_str("a damaged trace: its header ends too early"),
            TraceError::Compression => {
                f.write_str("a damaged trace: its events cannot be unpacked")
            }
            TraceError::Event { number } => {
                write!(f, "a damaged trace: event {number} is impossible")
            }
            TraceError::Counts => {
                f.write_str("a damaged trace: its events are not as many as its header says")
            }
        }
    }
}

impl Error for TraceError {}

/// A block was to be resized or freed, and no live block has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLive {
    /// The id that was given.
    pub id: u32,
}

impl fmt::Display for NotLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no live block has the id {}", self.id)
    }
}

impl Error for NotLive {}

/// A line of a text that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: TextProblem,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextProblem {
    /// It begins with something else than `a`, `r`, `f` or `#`.
    Kind(String),
    /// It has too few or too many words.
    Words {
        /// How such a line looks.
        expected: &'static str,
    },
    /// A word should be a number, and is none, or too large a one.
    Number(String),
    /// A block is allocated under the id of a live one.
    Taken(u64),
    /// A block is resized or freed that was never allocated or is free already.
    NotLive(u64),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.problem {
            TextProblem::Kind(word) => write!(f, "'{word}' is none of a, r, f and #"),
            TextProblem::Words { expected } => write!(f, "such a line reads '{expected}'"),
            TextProblem::Number(word) => {
                write!(
                    f,
                    "'{word}' is no number, or too large (sizes are below 2^32)"
                )
            }
            TextProblem::Taken(id) => write!(f, "block {id} is live already"),
            TextProblem::NotLive(id) => write!(f, "no live block is called {id}"),
        }
    }
}

impl Error for TextError {}
