//! The one error of this crate: what is wrong, and in which line of which file.

use std::fmt;
use std::path::{Path, PathBuf};

/// What went wrong, with the file and the line where a person can mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The file the error is about, relative to the course's root where it lies below it.
    pub file: Option<PathBuf>,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
    /// What is wrong and what was expected.
    pub message: String,
}

impl Error {
    /// An error that no one file is to blame for.
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            file: None,
            line: None,
            message: message.into(),
        }
    }

    /// An error in `file` as a whole.
    pub fn in_file(file: &Path, message: impl Into<String>) -> Error {
        Error {
            file: Some(file.to_owned()),
            line: None,
            message: message.into(),
        }
    }

    /// An error in one line of `file`, counted from 1.
    pub fn at(file: &Path, line: usize, message: impl Into<String>) -> Error {
        Error {
            file: Some(file.to_owned()),
            line: Some(line),
            message: message.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: {}", file.display(), self.message),
            (Some(file), None) => write!(f, "{}: {}", file.display(), self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}
