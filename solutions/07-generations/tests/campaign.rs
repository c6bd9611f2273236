//! The random programs of the lab's tests, many more of them and without a watch, with every block
//! counted; and very deep heaps on a small stack.
//!
//! The long campaign, a million programs:
//! `cargo test --release -p generations-solution --test campaign -- --ignored --nocapture`.
//! `HEAP_SEED=7` chooses other programs, `HEAP_PROGRAMS=10000` how many.

extern crate generations_solution as generations;

#[path = "../../../labs/07-generations/tests/generations/oracle.rs"]
mod oracle;

use std::cell::Cell;
use std::time::Instant;

use exam::Random;
use generations::PLAIN;
use memory::{Addr, Allocator, GcState, Heap, Memory, MemoryError, Root};
use objects::{class, instance, list, str};
use oracle::{PROGRAM_TYPES, Program, World};
use refcounts::containers::{list_append, set_attr};
use refcounts::{decref, new_ref};

thread_local! {
    /// How many blocks the heap of this thread has.
    static BLOCKS: Cell<u64> = const { Cell::new(0) };
}

/// The plain allocator, with its blocks counted.
const COUNTED: Allocator = Allocator {
    malloc: |memory, size| {
        (PLAIN.malloc)(memory, size).inspect(|_| BLOCKS.with(|blocks| blocks.set(blocks.get() + 1)))
    },
    free: |memory, block| {
        BLOCKS.with(|blocks| blocks.set(blocks.get() - 1));
        (PLAIN.free)(memory, block);
    },
    ..PLAIN
};

fn heap(memory: &Memory) -> Heap<'_> {
    Root::of(memory).alignment().set(16);
    let heap = Heap {
        memory,
        object: COUNTED,
        types: &PROGRAM_TYPES,
    };
    generations::start(&heap).unwrap();
    heap
}

fn campaign(programs: u64) {
    let memory = Memory::new(1 << 26).unwrap();
    let heap = heap(&memory);
    let world = World::new(&heap).unwrap();
    let blocks = || BLOCKS.with(Cell::get);
    let before = blocks();
    let (mut seeds, begun) = (Random::new(), Instant::now());
    for number in 1..=programs {
        let seed = seeds.word();
        let mut random = Random::from_seed(seed);
        let steps = 10 + random.index(80);
        if let Err(words) = Program::run(&heap, world, &mut random, steps, Some(&blocks)) {
            panic!("program {number}: {words}");
        }
        assert_eq!(before, blocks(), "live blocks after program {number}");
        if number.is_multiple_of(100_000) {
            println!("{number} programs, {:.0?}", begun.elapsed());
        }
    }
    let stats = generations::inspect::get_stats(&heap);
    println!("{programs} programs, {:.0?}: {stats:?}", begun.elapsed());
}

#[test]
fn a_thousand_programs() {
    campaign(1000);
}

#[test]
#[ignore = "minutes; see above"]
fn a_million_programs() {
    let programs = std::env::var("HEAP_PROGRAMS").map(|text| text.parse().unwrap());
    campaign(programs.unwrap_or(1_000_000));
}

const DEEP: u64 = 1_000_000;

/// Runs `test` on a heap of a gibibyte and a stack of 2 MiB; every block must be gone afterwards.
fn on_a_small_stack(test: fn(&Heap) -> Result<(), MemoryError>) {
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let run = move || {
        let memory = Memory::new(1 << 30).unwrap();
        let heap = heap(&memory);
        str::intern(&heap, "next").unwrap();
        let blocks = BLOCKS.with(Cell::get);
        test(&heap).unwrap();
        generations::collect(&heap, 2).unwrap();
        assert_eq!(blocks, BLOCKS.with(Cell::get), "live blocks");
        assert_eq!(0, GcState::of(heap.memory).collecting().get());
    };
    small.spawn(run).unwrap().join().unwrap();
}

/// A list in a list in a list…; the innermost is returned too, borrowed.
fn nest(heap: &Heap) -> Result<(Addr, Addr), MemoryError> {
    let innermost = list::new(heap)?;
    let mut outer = innermost;
    for _ in 1..DEEP {
        outer = list::from_items(heap, &[outer])?;
    }
    Ok((outer, innermost))
}

#[test]
fn a_deep_nest_is_freed() {
    on_a_small_stack(|heap| {
        let (outer, _) = nest(heap)?;
        decref(heap, outer);
        Ok(())
    });
}

#[test]
fn a_deep_nest_in_a_cycle_is_collected() {
    on_a_small_stack(|heap| {
        let (outer, innermost) = nest(heap)?;
        list_append(heap, innermost, outer)?;
        decref(heap, outer);
        // Most of it is old by now, and automatic collections do not find it.
        assert_eq!(Ok(DEEP), generations::collect(heap, 2));
        Ok(())
    });
}

#[test]
fn a_long_chain_of_instances_is_collected() {
    on_a_small_stack(|heap| {
        let class = class::new(heap, "Node", None)?;
        let next = str::intern(heap, "next")?;
        let first = instance::new(heap, class)?;
        let mut last = new_ref(heap, first);
        for _ in 1..DEEP {
            let node = instance::new(heap, class)?;
            set_attr(heap, last, next, node)?;
            decref(heap, last);
            last = node;
        }
        set_attr(heap, last, next, first)?;
        decref(heap, last);
        decref(heap, first);
        assert_eq!(Ok(DEEP), generations::collect(heap, 2));
        decref(heap, class);
        Ok(())
    });
}

#[test]
fn a_deep_nest_behind_a_legacy_finalizer() {
    on_a_small_stack(|heap| {
        let class = class::new(heap, "Legacy", None)?;
        generations::legacy::with_tp_del(heap, class);
        let legacy = instance::new(heap, class)?;
        let (outer, innermost) = nest(heap)?;
        set_attr(heap, legacy, str::intern(heap, "next")?, outer)?;
        list_append(heap, innermost, legacy)?;
        decref(heap, outer);
        decref(heap, legacy);
        assert_eq!(Ok(DEEP + 1), generations::collect(heap, 2));
        let garbage = generations::legacy::garbage(heap);
        assert_eq!(1, list::len(heap, garbage));
        // The program breaks the cycle.
        if let Some(item) = list::pop(heap, innermost)? {
            decref(heap, item);
        }
        if let Some(item) = list::pop(heap, garbage)? {
            decref(heap, item);
        }
        decref(heap, class);
        Ok(())
    });
}
