//! A warm-up: four short functions on the memory that all labs use.
//!
//! They need the Rust that the course needs and no more: borrowing, `Option`, `match`, `while let`,
//! `Result` and `?`. If they feel easy, so will the language in the labs, and what is left is
//! memory management.

#![forbid(unsafe_code)]

use std::fmt;

use memory::{Addr, Field, Memory, record};

record! {
    /// A node of a linked list, 16 bytes. A list is the address of its first node, or `None` when
    /// it is empty.
    pub struct Node[16] {
        /// What the node holds.
        0 => value: u64,
        /// The next node, or NULL at the end of the list.
        8 => next: Option<Addr>,
    }
}

/// No node of a list holds the value that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFound {
    /// The value.
    pub value: u64,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no node holds {}", self.value)
    }
}

impl std::error::Error for NotFound {}

/// Exchanges the words at `a` and `b`.
///
/// [`Memory::load`] reads a word and [`Memory::store`] writes one. Both take `&self`: the memory is
/// *borrowed*, and a borrowed memory can be written to, as a `Cell` can.
pub fn swap(memory: &Memory, a: Addr, b: Addr) {
    todo!("0.1 exchange two words")
}

/// Puts `node` in front of a list: its `next` becomes what was first, and it becomes the first.
///
/// `first` is the place where the address of the first node is kept. A [`Field`] has `get`, `set`
/// and `replace`; the fields of a node are methods of [`Node`]: `Node::at(memory, node).next()`.
pub fn push(memory: &Memory, first: Field<'_, Option<Addr>>, node: Addr) {
    todo!("0.2 put a node in front of a list")
}

/// The sum of the values of a list; 0 for the empty list. It visits each node once.
#[must_use]
pub fn sum(memory: &Memory, first: Option<Addr>) -> u64 {
    todo!("0.3 add up a list")
}

/// The first node that holds `value`.
///
/// # Errors
/// [`NotFound`] when the list ends before.
pub fn find(memory: &Memory, first: Option<Addr>, value: u64) -> Result<Addr, NotFound> {
    todo!("0.4 find a value, or say that it is not there")
}

/// The sum of the values from the first node that holds `value` to the end of the list.
///
/// # Errors
/// [`NotFound`], passed on from [`find`].
pub fn sum_from(memory: &Memory, first: Option<Addr>, value: u64) -> Result<u64, NotFound> {
    todo!("0.4 pass the error on with `?`")
}
