//! A free list of 100,000 blocks, walked through `Memory` and by raw pointers.
//!
//! `cargo bench -p memory` prints the ratio of the two times: blocks linked in the order of their
//! addresses, shuffled within pools of 84 blocks, and shuffled altogether. It fails if the first is
//! over 1.3 or the last over 1.1. Each time is the least of many repetitions; the
//! variants take turns, so that whatever else the machine does meets all of them.

use std::alloc::{Layout, alloc_zeroed};
use std::hint::black_box;
use std::time::{Duration, Instant};

use memory::{Addr, Memory};

const BLOCKS: usize = 100_000;
/// The size of a block in bytes.
const BLOCK: u64 = 48;
/// Blocks of this size in a pool of 4 KiB.
const POOL: usize = 84;
const ROUNDS: usize = 200;

fn main() {
    let mut worst = false;
    for (name, group, floor) in [
        ("in address order", 1, Some(1.3)),
        ("shuffled within pools", POOL, None),
        ("shuffled", BLOCKS, Some(1.1)),
    ] {
        let (memory, first) = list(group);
        let raw_first = raw_copy(&memory, first);
        let (mut safe, mut raw) = (Duration::MAX, Duration::MAX);
        for round in 0..ROUNDS {
            // Who goes first changes with every round.
            for turn in 0..2 {
                if (round + turn) % 2 == 0 {
                    safe = safe.min(time(|| walk(black_box(&memory), black_box(first))));
                } else {
                    raw = raw.min(time(|| walk_raw(black_box(raw_first))));
                }
            }
        }
        let ratio = safe.as_secs_f64() / raw.as_secs_f64();
        let per_block = |time: Duration| time.as_secs_f64() * 1e9 / BLOCKS as f64;
        let (safe, raw) = (per_block(safe), per_block(raw));
        print!("{name:24} safe {safe:6.2} ns  raw {raw:6.2} ns a block  ratio {ratio:.3}");
        match floor {
            Some(floor) => println!("  (at most {floor})"),
            None => println!(),
        }
        worst |= floor.is_some_and(|floor| ratio > floor);
    }
    // `cargo test --benches` only asks whether it runs.
    if worst && !std::env::args().any(|arg| arg == "--test") {
        std::process::exit(1);
    }
}

fn time(walk: impl Fn() -> usize) -> Duration {
    let start = Instant::now();
    assert_eq!(walk(), BLOCKS);
    start.elapsed()
}

#[inline(never)]
fn walk(memory: &Memory, first: Addr) -> usize {
    let mut count = 0;
    let mut next = Some(first);
    while let Some(block) = next {
        count += 1;
        next = Addr::new(memory.load(block));
    }
    count
}

#[inline(never)]
fn walk_raw(first: *const u64) -> usize {
    let mut count = 0;
    let mut next = first;
    while !next.is_null() {
        count += 1;
        // SAFETY: each block's first word is the exposed address of the next block, or 0.
        next = std::ptr::with_exposed_provenance(unsafe { *next } as usize);
    }
    count
}

/// A memory with the list, shuffled within groups of so many blocks.
fn list(group: usize) -> (Memory, Addr) {
    let memory = Memory::new(Memory::TEST_SIZE).expect("a range");
    let mut order: Vec<Addr> = (0..BLOCKS as u64)
        .map(|n| Addr::at(0x10000 + n * BLOCK))
        .collect();
    let mut seed = 88_172_645_463_325_252_u64;
    for group in order.chunks_mut(group) {
        for last in (1..group.len()).rev() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            group.swap(last, (seed % (last as u64 + 1)) as usize);
        }
    }
    for pair in order.windows(2) {
        memory.store(pair[0], pair[1].get());
    }
    (memory, order[0])
}

/// The same bytes outside of any `Memory`, with pointers for links; returns the first.
fn raw_copy(memory: &Memory, first: Addr) -> *const u64 {
    let end = 0x10000 + BLOCKS as u64 * BLOCK;
    // Never freed, and on a page's boundary as the range is.
    let layout = Layout::from_size_align(Memory::TEST_SIZE as usize, 1 << 12).expect("a layout");
    // SAFETY: the size is not 0.
    let base = unsafe { alloc_zeroed(layout) };
    assert!(!base.is_null() && end <= Memory::TEST_SIZE);
    let place = |addr: Addr| base.wrapping_add(addr.get() as usize).cast::<u64>();
    let mut at = first;
    while let Some(next) = Addr::new(memory.load(at)) {
        // SAFETY: the block lies below `end`, so in the allocation, and is a multiple of 8.
        unsafe { place(at).write(place(next).expose_provenance() as u64) };
        at = next;
    }
    place(first)
}
