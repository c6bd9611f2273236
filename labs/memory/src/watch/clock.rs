//! Work as a clock: a pause in words is the same on every machine.

use crate::{Clock, Memory};

/// The clock of a watched memory that goes on by one with each word that is read or written, by the
/// allocator or by anybody else. In a memory that nobody watches it stands still.
#[derive(Clone, Copy, Debug)]
pub struct Words;

impl Clock for Words {
    fn now(memory: &Memory) -> u64 {
        match &memory.shadow {
            Some(shadow) => shadow.0.borrow().work.total().words(),
            None => 0,
        }
    }
}
