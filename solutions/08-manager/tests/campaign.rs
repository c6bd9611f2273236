//! The random programs of the lab's tests, many more of them and without a watch, on both geometries;
//! and free lists that are filled and emptied by very many objects.
//!
//! The long campaign, a hundred thousand programs of each kind:
//! `cargo test --release -p manager-solution --test campaign -- --ignored --nocapture`.
//! `HEAP_SEED=7` chooses other programs, `HEAP_PROGRAMS=10000` how many.

extern crate manager_solution as manager;

#[path = "../../../labs/08-manager/tests/manager/oracle.rs"]
mod oracle;

use std::time::Instant;

use exam::{Random, blocks_of};
use manager::Table;
use manager::stats::{kept, statistics};
use memory::{Classic, GcState, Geometry, Heap, Memory, MemoryError, Modern, Ticks, plain};
use objects::{class, dict, float, instance, list, str, tuple};
use oracle::{Program, World};
use refcounts::decref;

fn heap<G: Geometry>(memory: &Memory) -> Heap<'_> {
    let heap = Heap {
        memory,
        object: arenas::pymalloc::<G>(),
        types: &Table::<Ticks>::TYPES,
    };
    manager::start::<G>(&heap).unwrap();
    heap
}

/// Nothing is kept, every record fits, and there are as many blocks as before.
fn all_is_as_before<G: Geometry>(heap: &Heap, blocks: u64, when: &str) {
    memory::pool::walk::walk(heap.memory).unwrap();
    plain::check(heap.memory).unwrap();
    assert_eq!(blocks, blocks_of(heap.memory), "live blocks {when}");
    assert!(kept(heap).iter().all(|row| row.count == 0), "kept {when}");
    assert_eq!(0, statistics::<G>(heap).kept);
}

fn campaign<G: Geometry>(programs: u64, automatic: bool) {
    let memory = Memory::new(1 << 26).unwrap();
    let heap = heap::<G>(&memory);
    let world = World::new(&heap).unwrap();
    generations::collect(&heap, 2).unwrap();
    let before = blocks_of(&memory);
    let (mut seeds, begun) = (Random::new(), Instant::now());
    for number in 1..=programs {
        let mut random = Random::from_seed(seeds.word());
        let steps = 10 + random.index(80);
        if let Err(words) = Program::run(&heap, world, &mut random, steps, automatic) {
            panic!("program {number}: {words}");
        }
        if number.is_multiple_of(10) {
            all_is_as_before::<G>(&heap, before, &format!("after program {number}"));
        }
        if number.is_multiple_of(10_000) {
            println!("{number} programs on {}, {:.0?}", G::NAME, begun.elapsed());
        }
    }
    let state = GcState::of(&memory);
    let collections = [0, 1, 2].map(|number| state.stats(number).collections().get());
    println!(
        "{programs} programs on {}, {:.0?}, collections {collections:?}",
        G::NAME,
        begun.elapsed()
    );
}

#[test]
fn two_hundred_programs() {
    campaign::<Classic>(100, false);
    campaign::<Modern>(100, true);
}

#[test]
#[ignore = "minutes; see above"]
fn a_hundred_thousand_programs_of_each_kind() {
    let programs = std::env::var("HEAP_PROGRAMS").map(|text| text.parse().unwrap());
    let programs = programs.unwrap_or(100_000);
    for automatic in [false, true] {
        campaign::<Classic>(programs, automatic);
        campaign::<Modern>(programs, automatic);
    }
}

/// A great many objects of every kept type live at once and die, again and again.
#[test]
fn a_flood_of_each_type() {
    let memory = Memory::new(1 << 28).unwrap();
    let heap = heap::<Modern>(&memory);
    generations::collect(&heap, 2).unwrap();
    let before = blocks_of(&memory);
    for round in 0..5 {
        let mut all = Vec::new();
        for number in 0..20_000 {
            all.push(float::from_f64(&heap, f64::from(number)).unwrap());
            all.push(list::new(&heap).unwrap());
            all.push(dict::new(&heap).unwrap());
            let item = float::from_f64(&heap, f64::from(round)).unwrap();
            all.push(tuple::new(&heap, &[item]).unwrap());
        }
        Random::from_seed(round as u64).shuffle(&mut all);
        all.into_iter().for_each(|op| decref(&heap, op));
        let rows = kept(&heap);
        let count = |at: usize| rows[at].count;
        assert_eq!([80, 100, 80, 2000], [0, 1, 2, 3].map(count));
        assert_eq!(before + 80 + 100 + 80 + 2000, blocks_of(&memory));
        if round % 2 == 1 {
            generations::collect(&heap, 2).unwrap();
            all_is_as_before::<Modern>(&heap, before, "after a full collection");
        }
    }
}

/// A chain of 900,000 instances, lists and tuples ends on a small stack, and some of it is kept.
#[test]
fn a_long_chain_is_freed_on_a_small_stack() {
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let run = || {
        let memory = Memory::new(1 << 30).unwrap();
        let heap = heap::<Modern>(&memory);
        let class = class::new(&heap, "Node", None).unwrap();
        let next = str::intern(&heap, "next").unwrap();
        // The first instance makes room for its attribute in the class.
        let mut chain = instance::new(&heap, class).unwrap();
        let old = instance::set_attr(&heap, chain, next, list::new(&heap).unwrap());
        assert_eq!(Ok(None), old.map_err(|error: MemoryError| error));
        decref(&heap, chain);
        generations::collect(&heap, 2).unwrap();
        let before = blocks_of(&memory);
        GcState::of(&memory).enabled().set(0);
        chain = list::new(&heap).unwrap();
        for _ in 0..300_000 {
            let node = instance::new(&heap, class).unwrap();
            instance::set_attr(&heap, node, next, chain).unwrap();
            chain = list::from_items(&heap, &[node]).unwrap();
            chain = tuple::new(&heap, &[chain]).unwrap();
        }
        decref(&heap, chain);
        let rows = kept(&heap);
        assert_eq!((80, 2000), (rows[2].count, rows[3].count));
        assert_eq!(before + 2080, blocks_of(&memory));
        generations::collect(&heap, 2).unwrap();
        all_is_as_before::<Modern>(&heap, before, "at the end");
    };
    small.spawn(run).unwrap().join().unwrap();
}
