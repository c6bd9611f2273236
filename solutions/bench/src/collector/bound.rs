//! What the memory itself costs: the least that a collector takes which touches each referent.
//!
//! Two passes over the list of all objects, and in each of them one touch for each reference:
//! [`bound`] adds that up from the two costs that [`measure`] finds. A collector that counts
//! somewhere else than in the objects can be faster. Blocks of 64 bytes, as CPython
//! and the labs have them for a list.

use std::hint::black_box;

use super::graph::{Shape, targets};
use super::subject::Report;

/// A block as large as a list with its GC head.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Block {
    next: usize,
    count: u64,
}

/// Measures, in nanoseconds per object: a walk along a list through `n` blocks in the order of their
/// addresses, which reads a count from each; and reading and writing one word of `n` random blocks,
/// which do not wait for each other.
pub fn measure(n: usize, repetitions: usize, report: &Report) {
    let mut blocks: Vec<Block> = (1..=n)
        .map(|next| Block {
            next: next % n,
            count: 1,
        })
        .collect();
    for _ in 0..=repetitions {
        report.measured("walk", n, || walk(&blocks));
        report.measured("touch", n, || touch(black_box(&mut blocks)));
    }
}

#[inline(never)]
fn walk(blocks: &[Block]) {
    let (mut at, mut sum) = (0, 0);
    loop {
        let block = &blocks[at];
        sum += block.count;
        at = block.next;
        if at == 0 {
            break;
        }
    }
    assert_eq!(black_box(sum), blocks.len() as u64);
}

#[inline(never)]
fn touch(blocks: &mut [Block]) {
    let n = blocks.len();
    for target in targets(n) {
        let block = &mut blocks[target];
        block.count = block.count.wrapping_add(2).wrapping_sub(black_box(2));
    }
}

/// The bound for a graph of this shape, in nanoseconds per object, from the costs of a walk and of a
/// touch. A ring's references lead to the neighbour, which the walk brings along. There is none for
/// instances, whose objects are not all of one size.
#[must_use]
pub fn bound(shape: Shape, walk: f64, touch: f64) -> Option<f64> {
    match shape {
        Shape::Ring => Some(2.0 * walk),
        Shape::Random => Some(2.0 * (walk + 2.0 * touch)),
        Shape::Instances => None,
    }
}
