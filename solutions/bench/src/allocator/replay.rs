//! The loop that is timed.

use std::hint::black_box;

use crate::allocator::subject::Subject;
use crate::allocator::workload::{Op, Workload};

/// What the program does with a block that it got.
pub trait Use {
    /// Called right after a block was allocated or resized.
    fn touch<S: Subject>(subject: &S, block: S::Block, size: usize);
}

/// Writes an object's header.
pub struct Quick;

impl Use for Quick {
    #[inline(always)]
    fn touch<S: Subject>(subject: &S, block: S::Block, size: usize) {
        subject.write(block, size);
    }
}

/// Writes every byte.
pub struct Whole;

impl Use for Whole {
    #[inline(always)]
    fn touch<S: Subject>(subject: &S, block: S::Block, size: usize) {
        subject.fill(block, size);
    }
}

/// Replays the workload. Before a block is freed, its first word is read, as CPython reads a type.
#[inline(never)]
pub fn replay<S: Subject, U: Use>(subject: &mut S, workload: &Workload, slots: &mut [S::Block]) {
    let mut sum = 0_u64;
    let mut ops = workload.ops.iter();
    while let Some(&op) = ops.next() {
        let slot = &mut slots[op.slot()];
        match op.kind() {
            Op::ALLOC => {
                let block = black_box(subject.alloc(op.size()));
                U::touch(subject, block, op.size());
                *slot = block;
            }
            Op::FREE => {
                sum = sum.wrapping_add(subject.read(*slot));
                subject.free(*slot);
            }
            _ => {
                let old = ops.next().map_or(0, |second| second.size());
                let block = black_box(subject.realloc(*slot, old, op.size()));
                U::touch(subject, block, op.size());
                *slot = block;
            }
        }
    }
    subject.emptied();
    black_box(sum);
}
