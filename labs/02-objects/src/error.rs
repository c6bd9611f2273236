//! What can go wrong with objects: Python's exceptions, as Rust values. Given.

use std::fmt;

use memory::MemoryError;

/// An exception, or an error of the memory below. Its text is what Python 3.11 prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectError {
    /// The memory below failed. For the program that is a `MemoryError` or a `RecursionError`.
    Memory(MemoryError),
    /// `IndexError`: the words say of what, such as `list index`.
    Index(&'static str),
    /// `TypeError`, with Python's words.
    Type(String),
    /// `ValueError`, with Python's words.
    Value(String),
    /// `KeyError`, with the key as Python shows it.
    Key(String),
    /// `NameError`: no global name of this spelling.
    Name(String),
    /// `UnboundLocalError`: a local variable that was not bound yet.
    UnboundLocal(String),
    /// `AttributeError`.
    Attribute {
        /// The name of the object's type.
        type_name: String,
        /// The attribute that it does not have.
        name: String,
    },
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectError::Memory(error) => error.fmt(f),
            ObjectError::Index(what) => write!(f, "IndexError: {what} out of range"),
            ObjectError::Type(words) => write!(f, "TypeError: {words}"),
            ObjectError::Value(words) => write!(f, "ValueError: {words}"),
            ObjectError::Key(key) => write!(f, "KeyError: {key}"),
            ObjectError::Name(name) => write!(f, "NameError: name '{name}' is not defined"),
            ObjectError::UnboundLocal(name) => write!(
                f,
                "UnboundLocalError: cannot access local variable '{name}' \
                 where it is not associated with a value"
            ),
            ObjectError::Attribute { type_name, name } => write!(
                f,
                "AttributeError: '{type_name}' object has no attribute '{name}'"
            ),
        }
    }
}

impl std::error::Error for ObjectError {}

impl From<MemoryError> for ObjectError {
    fn from(error: MemoryError) -> Self {
        ObjectError::Memory(error)
    }
}
