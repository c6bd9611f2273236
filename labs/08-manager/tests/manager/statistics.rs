//! Task 8.7: what the manager says about itself, compared with what the tests count themselves.

use std::cell::Cell;

use exam::HeapExam;
use manager::pauses::{measure, record};
use manager::stats::{Kept, debug_malloc_stats, kept, statistics};
use memory::manager::{Pauses, Statistics};
use memory::{Classic, Geometry, MemoryError, Modern, Region, Root};
use objects::{dict, float, list};

use super::support::{
    Does, KIT, add_callback, collect, collections, del, disable, generations_of, in_order,
    is_classic, lost_list, native, new_dict, new_float, new_list, new_tuple, number_kept,
    tuple_of_none,
};

/// `statistics`, with the geometry of this run.
fn ask(exam: &HeapExam) -> Statistics {
    let found = exam.manager_event("statistics(heap)", |heap| match is_classic(heap.memory) {
        true => statistics::<Classic>(heap),
        false => statistics::<Modern>(heap),
    });
    exam.equal("words that statistics wrote", 0, exam.work().stores);
    found
}

#[test]
fn task_8_7_kept() {
    exam::task(
        "8.7",
        "what is on each free list, with all of them, and how large one is",
    )
    .heap(KIT)
    .run(|exam| {
        let mut expected = vec![
            Kept::new("PyDictObject", 0, 48),
            Kept::new("PyFloatObject", 0, 24),
            Kept::new("PyListObject", 0, 40),
        ];
        for length in 1..=20 {
            let name = format!("{length}-sized PyTupleObject");
            expected.push(Kept::new(&name, 0, 24 + 8 * length));
        }
        let ask = |exam: &HeapExam| {
            let found = exam.event("kept(heap)", kept);
            exam.equal("words that kept wrote", 0, exam.work().stores);
            found
        };
        exam.equal("what is kept at first", &expected, &ask(exam));
        let dicts = ["a", "b", "c"].map(|label| new_dict(exam, label));
        let floats = ["d", "e"].map(|label| new_float(exam, label, 2.5));
        let lists = ["f", "g", "h", "i"].map(|label| new_list(exam, label));
        let tuples = [(1, 1), (20, 2), (20, 3), (13, 4), (21, 5)]
            .map(|(length, number)| new_tuple(exam, &format!("t{number}"), length));
        del(exam, "the dicts", &dicts);
        del(exam, "the floats", &floats);
        del(exam, "the lists", &lists);
        del(exam, "the tuples", &tuples);
        for (row, count) in [(0, 3), (1, 2), (2, 4), (3, 1), (22, 2), (15, 1)] {
            expected[row].count = count;
        }
        exam.equal("what is kept", &expected, &ask(exam));
    });
}

/// See `cpython.py`: the lines are CPython's.
#[test]
fn task_8_7_as_cpython_prints_it() {
    exam::task(
        "8.7",
        "sys._debugmallocstats() has a line for each free list",
    )
    .heap(KIT)
    .run(|exam| {
        let all = exam.try_event("objects are made", |heap| {
            let mut all = Vec::new();
            for number in 0..100 {
                all.push(float::from_f64(heap, f64::from(number))?);
            }
            for _ in 0..12 {
                all.push(dict::new(heap)?);
            }
            for _ in 0..2 {
                all.push(tuple_of_none(heap, 2)?);
            }
            for _ in 0..3 {
                all.push(tuple_of_none(heap, 10)?);
            }
            Ok::<_, MemoryError>(all)
        });
        del(exam, "all of them", &all);
        let text = exam.manager_event("debug_malloc_stats", |heap| match is_classic(heap.memory) {
            true => debug_malloc_stats::<Classic>(heap),
            false => debug_malloc_stats::<Modern>(heap),
        });
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(" free "))
            .collect();
        let expected = "           12 free PyDictObjects * 48 bytes each =                  576
         100 free PyFloatObjects * 24 bytes each =                2,400
            0 free PyListObjects * 40 bytes each =                    0
   0 free 1-sized PyTupleObjects * 32 bytes each =                    0
   2 free 2-sized PyTupleObjects * 40 bytes each =                   80
   0 free 3-sized PyTupleObjects * 48 bytes each =                    0
   0 free 4-sized PyTupleObjects * 56 bytes each =                    0
   0 free 5-sized PyTupleObjects * 64 bytes each =                    0
   0 free 6-sized PyTupleObjects * 72 bytes each =                    0
   0 free 7-sized PyTupleObjects * 80 bytes each =                    0
   0 free 8-sized PyTupleObjects * 88 bytes each =                    0
   0 free 9-sized PyTupleObjects * 96 bytes each =                    0
 3 free 10-sized PyTupleObjects * 104 bytes each =                  312
 0 free 11-sized PyTupleObjects * 112 bytes each =                    0
 0 free 12-sized PyTupleObjects * 120 bytes each =                    0
 0 free 13-sized PyTupleObjects * 128 bytes each =                    0
 0 free 14-sized PyTupleObjects * 136 bytes each =                    0
 0 free 15-sized PyTupleObjects * 144 bytes each =                    0
 0 free 16-sized PyTupleObjects * 152 bytes each =                    0
 0 free 17-sized PyTupleObjects * 160 bytes each =                    0
 0 free 18-sized PyTupleObjects * 168 bytes each =                    0
 0 free 19-sized PyTupleObjects * 176 bytes each =                    0
 0 free 20-sized PyTupleObjects * 184 bytes each =                    0";
        exam.equal_text("the lines of free lists", expected, &found.join("\n"));
    });
}

/// The figures, from what the test sees itself: it follows every list and walks through every pool.
/// `peak` is the most arenas that it has seen.
fn counted(exam: &HeapExam, peak: &Cell<u64>, collected: u64) -> Statistics {
    let walk = in_order(exam);
    let arenas = walk.arenas.len() as u64;
    peak.set(peak.get().max(arenas));
    let arena = exam.quietly(|heap| match is_classic(heap.memory) {
        true => Classic::ARENA_SIZE,
        false => Modern::ARENA_SIZE,
    });
    let heap = exam.quietly(|heap| {
        let region = Root::of(heap.memory).region(Region::Heap);
        region.end().get() - region.start().get()
    });
    let pauses: Vec<(u64, u64)> = (0..3)
        .map(|number| {
            exam.quietly(|heap| {
                let pauses = Pauses::of(heap.memory, number);
                (pauses.total().get(), pauses.longest().get())
            })
        })
        .collect();
    Statistics {
        blocks: walk.pools().map(|pool| pool.count).sum(),
        allocated: walk.pools().map(|pool| pool.count * pool.block_size).sum(),
        arenas,
        arenas_peak: peak.get() * arena,
        heap,
        kept: number_kept(exam),
        tracked: generations_of(exam).map(|all| all.len() as u64),
        collections: collections(exam),
        collected,
        pause_total: pauses.iter().map(|pauses| pauses.0).sum(),
        pause_longest: pauses.iter().map(|pauses| pauses.1).max().unwrap_or(0),
        pause_p99: exam.look(|heap| manager::pauses::percentile(heap.memory, 990)),
    }
}

/// Compares all figures, one after the other.
fn same(exam: &HeapExam, when: &str, expected: Statistics, found: Statistics) {
    for (what, expected, found) in [
        ("blocks", expected.blocks, found.blocks),
        ("allocated", expected.allocated, found.allocated),
        ("arenas", expected.arenas, found.arenas),
        ("arenas_peak", expected.arenas_peak, found.arenas_peak),
        ("heap", expected.heap, found.heap),
        ("kept", expected.kept, found.kept),
        ("collected", expected.collected, found.collected),
        ("pause_total", expected.pause_total, found.pause_total),
        ("pause_longest", expected.pause_longest, found.pause_longest),
        ("pause_p99", expected.pause_p99, found.pause_p99),
    ] {
        exam.equal(&format!("{what}, {when}"), expected, found);
    }
    exam.equal(&format!("tracked, {when}"), expected.tracked, found.tracked);
    exam.equal(
        &format!("collections, {when}"),
        expected.collections,
        found.collections,
    );
}

#[test]
fn task_8_7_every_figure() {
    exam::task("8.7", "each figure is what the test counts itself")
        .heap(KIT)
        .run(|exam| {
            exam.note("The test walks through every pool, follows every list of the collector and every free list, and compares.");
            let peak = Cell::new(0);
            same(exam, "after the start", counted(exam, &peak, 0), ask(exam));
            exam.try_event("measure(heap)", measure);
            let tick = native(exam, "tick", Does::TickAtStart, 300);
            add_callback(exam, "tick", tick);
            let all = exam.try_event("objects of many sizes", |heap| {
                let mut all = Vec::new();
                for length in 1..70 {
                    all.push(tuple_of_none(heap, length)?);
                    all.push(float::from_f64(heap, length as f64)?);
                    all.push(list::new(heap)?);
                    all.push(dict::new(heap)?);
                }
                Ok::<_, MemoryError>(all)
            });
            same(exam, "with 276 objects", counted(exam, &peak, 0), ask(exam));
            del(exam, "half of them", &all[..138]);
            same(exam, "when half of them are dead", counted(exam, &peak, 0), ask(exam));
            collect(exam, 0);
            same(exam, "after gc.collect(0)", counted(exam, &peak, 0), ask(exam));
            for _ in 0..3 {
                lost_list(exam, "lost");
            }
            collect(exam, 1);
            same(exam, "after gc.collect(1) of 3", counted(exam, &peak, 3), ask(exam));
            lost_list(exam, "lost");
            let lost = new_list(exam, "young");
            collect(exam, 0);
            same(exam, "after gc.collect(0) of 1", counted(exam, &peak, 4), ask(exam));
            exam.event("gc.freeze()", generations::freeze::freeze);
            same(exam, "after gc.freeze()", counted(exam, &peak, 4), ask(exam));
            lost_list(exam, "lost");
            del(exam, "young", &[lost]);
            collect(exam, 2);
            let last = ask(exam);
            same(exam, "after gc.collect(2) of 1", counted(exam, &peak, 5), last);
            exam.equal("collections", [2, 1, 1], last.collections);
            exam.equal("the pauses: 4 of 300", (1200, 300), (last.pause_total, last.pause_longest));
        });
}

#[test]
fn task_8_7_in_each_generation() {
    exam::task(
        "8.7",
        "tracked containers of each generation, the youngest first, then the permanent",
    )
    .heap(KIT)
    .run(|exam| {
        let frozen = ask(exam).tracked[3];
        for label in ["a", "b", "c", "d"] {
            new_list(exam, label);
        }
        collect(exam, 1);
        for label in ["e", "f", "g"] {
            new_list(exam, label);
        }
        collect(exam, 0);
        for label in ["h", "i"] {
            new_list(exam, label);
        }
        exam.equal("tracked", [2, 3, 4, frozen], ask(exam).tracked);
        exam.event("gc.freeze()", generations::freeze::freeze);
        new_list(exam, "j");
        exam.equal(
            "tracked, after gc.freeze()",
            [1, 0, 0, frozen + 9],
            ask(exam).tracked,
        );
    });
}

#[test]
fn task_8_7_blocks_of_the_watch() {
    exam::task(
        "8.7",
        "blocks and kept objects, compared with the blocks that the watch has seen",
    )
    .heap(KIT)
    .run(|exam| {
        let before = ask(exam);
        let all = exam.try_event("300 floats", |heap| {
            (0..300)
                .map(|number| float::from_f64(heap, f64::from(number)))
                .collect::<Result<Vec<_>, _>>()
        });
        let found = ask(exam);
        exam.equal(
            "blocks more than before",
            exam.live_blocks(),
            found.blocks - before.blocks,
        );
        exam.equal("kept", 0, found.kept);
        del(exam, "all of them", &all);
        let found = ask(exam);
        exam.equal(
            "blocks more than before: the kept ones",
            100,
            found.blocks - before.blocks,
        );
        exam.equal("live blocks", 100, exam.live_blocks());
        exam.equal("kept", 100, found.kept);
        collect(exam, 2);
        let found = ask(exam);
        exam.equal("blocks, after gc.collect(2)", before.blocks, found.blocks);
        exam.equal("allocated", before.allocated, found.allocated);
        exam.equal("kept", 0, found.kept);
    });
}

#[test]
fn task_8_7_arenas() {
    exam::task("8.7", "arenas come and go; their peak and the heap stay")
        .heap(KIT)
        .run(|exam| {
            let peak = Cell::new(0);
            disable(exam);
            let all = exam.try_event("6000 tuples of 50", |heap| {
                (0..6000)
                    .map(|_| tuple_of_none(heap, 50))
                    .collect::<Result<Vec<_>, _>>()
            });
            let many = in_order(exam).arenas.len();
            exam.check("there are more than two arenas", many > 2);
            let large = ask(exam);
            same(exam, "with 6000 tuples", counted(exam, &peak, 0), large);
            del(exam, "all of them", &all);
            let small = ask(exam);
            same(exam, "without them", counted(exam, &peak, 0), small);
            exam.check("there are fewer arenas now", small.arenas < large.arenas);
            exam.equal("the heap, which never shrinks", large.heap, small.heap);
        });
}

#[test]
fn task_8_7_pauses() {
    exam::task(
        "8.7",
        "pauses of all generations: the sum, the longest, the 99th percentile",
    )
    .heap(KIT)
    .run(|exam| {
        let found = ask(exam);
        let none = (found.pause_total, found.pause_longest, found.pause_p99);
        exam.equal("when nothing was measured", (0, 0, 0), none);
        exam.event("pauses: 100 of 10, then 7, 5000 and 1000", |heap| {
            for _ in 0..100 {
                record(Pauses::of(heap.memory, 0), 10);
            }
            record(Pauses::of(heap.memory, 2), 7);
            record(Pauses::of(heap.memory, 1), 5000);
            record(Pauses::of(heap.memory, 2), 1000);
        });
        let found = ask(exam);
        exam.equal("pause_total", 7007, found.pause_total);
        exam.equal("pause_longest", 5000, found.pause_longest);
        exam.equal(
            "pause_p99: 102 of 103 are no longer than the bucket of 1000",
            1023,
            found.pause_p99,
        );
    });
}
