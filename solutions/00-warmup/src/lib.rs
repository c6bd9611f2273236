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

// ANCHOR: gap
/// Exchanges the words at `a` and `b`.
///
/// [`Memory::load`] reads a word and [`Memory::store`] writes one. Both take `&self`: the memory is
/// *borrowed*, and a borrowed memory can be written to, as a `Cell` can.
pub fn swap(memory: &Memory, a: Addr, b: Addr) {
    // ANCHOR_END: gap
    // task 0.1: exchange two words
    let word = memory.load(a);
    memory.store(a, memory.load(b));
    memory.store(b, word);
    // end task 0.1
}

/// Puts `node` in front of a list: its `next` becomes what was first, and it becomes the first.
///
/// `first` is the place where the address of the first node is kept. A [`Field`] has `get`, `set`
/// and `replace`; the fields of a node are methods of [`Node`]: `Node::at(memory, node).next()`.
pub fn push(memory: &Memory, first: Field<'_, Option<Addr>>, node: Addr) {
    // task 0.2: put a node in front of a list
    let old = first.replace(Some(node));
    Node::at(memory, node).next().set(old);
    // end task 0.2
}

/// The sum of the values of a list; 0 for the empty list. It visits each node once.
#[must_use]
pub fn sum(memory: &Memory, first: Option<Addr>) -> u64 {
    // task 0.3: add up a list
    let mut total = 0;
    let mut next = first;
    while let Some(addr) = next {
        let node = Node::at(memory, addr);
        total += node.value().get();
        next = node.next().get();
    }
    total
    // end task 0.3
}

/// The first node that holds `value`.
///
/// # Errors
/// [`NotFound`] when the list ends before.
pub fn find(memory: &Memory, first: Option<Addr>, value: u64) -> Result<Addr, NotFound> {
    // task 0.4: find a value, or say that it is not there
    let mut next = first;
    while let Some(addr) = next {
        let node = Node::at(memory, addr);
        if node.value().get() == value {
            return Ok(addr);
        }
        next = node.next().get();
    }
    Err(NotFound { value })
    // end task 0.4
}

/// The sum of the values from the first node that holds `value` to the end of the list.
///
/// # Errors
/// [`NotFound`], passed on from [`find`].
pub fn sum_from(memory: &Memory, first: Option<Addr>, value: u64) -> Result<u64, NotFound> {
    // task 0.4: pass the error on with `?`
    let start = find(memory, first, value)?;
    Ok(sum(memory, Some(start)))
    // end task 0.4
}
