//! In a large heap the passes look ahead ([`cycles::traversal`]). What they find is the same.

extern crate cycles_solution as cycles;

use std::collections::HashMap;

use cycles::head::{from_gc, next};
use memory::{Addr, GcState, Heap, Memory, Region, Root};
use objects::list;
use refcounts::containers::list_append;
use refcounts::decref;

const LISTS: usize = 300;

/// A random graph of lists, most of them with a cycle, whose roots go one after the other. Returns for
/// each collection what it found, and the numbers of the lists that are left, in their order.
fn collections(more: u64, seed: u64) -> Vec<(u64, Vec<usize>)> {
    let memory = Memory::new(1 << 26).expect("a range");
    let heap = Heap {
        memory: &memory,
        object: cycles::PLAIN,
        types: &cycles::TYPES,
    };
    cycles::start(&heap).expect("room to start in");
    regions::grow_heap(&memory, more).expect("room to grow");
    let lists: Vec<Addr> = (0..LISTS)
        .map(|_| list::new(&heap).expect("room"))
        .collect();
    let numbers: HashMap<Addr, usize> = lists.iter().copied().zip(0..).collect();
    let mut word = seed;
    let mut below = |n: usize| {
        word = word
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (word >> 33) as usize % n
    };
    for &op in &lists {
        for _ in 0..below(4) {
            list_append(&heap, op, lists[below(LISTS)]).expect("room");
        }
    }
    let collect = || {
        let found = cycles::collect(&heap);
        let young = GcState::of(&memory).generation(0).addr();
        let mut left = Vec::new();
        let mut gc = next(&heap, young);
        while gc != young {
            left.extend(numbers.get(&from_gc(gc)));
            gc = next(&heap, gc);
        }
        (found, left)
    };
    let mut all = vec![collect()];
    for some in lists.chunks(LISTS / 10) {
        some.iter().for_each(|&op| decref(&heap, op));
        all.push(collect());
    }
    let region = Root::of(&memory).region(Region::Heap);
    let is_large = region.end().get() - region.start().get() > 16 << 20;
    assert_eq!(is_large, more > 0, "which kind of heap this is");
    all
}

#[test]
fn a_large_heap_is_collected_like_a_small_one() {
    for seed in 0..20 {
        let small = collections(0, seed);
        assert!(small.iter().map(|(found, _)| found).sum::<u64>() > 20);
        assert_eq!(small, collections(17 << 20, seed), "seed {seed}");
    }
}
