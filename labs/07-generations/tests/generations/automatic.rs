//! Task 7.8: collections that begin by themselves, in the middle of an allocation.

use exam::HeapExam;
use memory::{Addr, GcState, Heap, MemoryError};
use objects::{class, dict, instance, list};
use refcounts::containers::{list_append, set_attr};
use refcounts::{decref, weakref};

use super::support::{
    AUTOMATIC_KIT, Does, Log, class_of, class_with, collections, counts, del, empty_list, expect,
    fill, generation, give, instance_of, lost_list, name, native, place, put, refer, set_counts,
    set_thresholds, tuple_of, weak, write_thresholds,
};

/// How many lists must be made until there is a collection: the list with that number causes it.
fn lists_until_a_collection(exam: &HeapExam, at_most: u64) -> Option<u64> {
    let label = format!("lists are made and kept until there is a collection, at most {at_most}");
    exam.try_event(label, |heap| {
        let before = collections(heap);
        let keep = list::new(heap)?;
        if collections(heap) != before {
            return Ok(Some(1));
        }
        for number in 2..=at_most {
            let op = list::new(heap)?;
            list::append(heap, keep, op)?;
            if collections(heap) != before {
                return Ok(Some(number));
            }
        }
        Ok::<_, MemoryError>(None)
    })
}

#[test]
fn task_7_8_above_the_threshold() {
    exam::task("7.8", "the 701st object that is kept causes a collection")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            exam.equal(
                "which list caused a collection",
                Some(701),
                lists_until_a_collection(exam, 2000),
            );
            exam.equal("the counts", "(0, 1, 0)", counts(exam));
            exam.equal("collections", [1, 0, 0], exam.look(collections));
        });
}

#[test]
fn task_7_8_equal_is_not_above() {
    exam::task("7.8", "a count that equals the threshold causes nothing")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            set_counts(exam, [699, 0, 0]);
            empty_list(exam, "a");
            exam.equal("the counts after a = []", "(700, 0, 0)", counts(exam));
            exam.equal("collections", [0, 0, 0], exam.look(collections));
            empty_list(exam, "b");
            exam.equal("the counts after b = []", "(0, 1, 0)", counts(exam));
            exam.equal("collections", [1, 0, 0], exam.look(collections));
        });
}

/// See `cpython.py`: the new object is in generation 0 after the collection that it caused, and the
/// older ones in generation 1.
#[test]
fn task_7_8_the_new_object_is_tracked_last() {
    exam::task(
        "7.8",
        "the collection does not see the object that caused it: that one is young afterwards",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let lost = lost_list(exam, "lost");
        exam.name(lost, "lost");
        set_counts(exam, [700, 0, 0]);
        let b = empty_list(exam, "b");
        expect(exam, [&[b], &[a], &[]]);
        exam.equal("live blocks: lost is gone", 2, exam.live_blocks());
        exam.equal(
            "the counts: b was counted before the collection, not after it",
            "(0, 1, 0)",
            counts(exam),
        );
    });
}

#[test]
fn task_7_8_other_containers() {
    exam::task(
        "7.8",
        "an instance, a tuple, a class can cause a collection too",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let class = class_of(exam, "Node", None);
        set_counts(exam, [700, 0, 0]);
        let op = instance_of(exam, "n", class);
        exam.equal(
            "collections after an instance",
            [1, 0, 0],
            exam.look(collections),
        );
        exam.equal("where the instance is", "in generation 0", place(exam, op));
        set_counts(exam, [700, 0, 0]);
        let t = tuple_of(exam, "t", &[op]);
        exam.equal(
            "collections after a tuple",
            [2, 0, 0],
            exam.look(collections),
        );
        exam.equal("where the tuple is", "in generation 0", place(exam, t));
        set_counts(exam, [700, 0, 0]);
        class_of(exam, "Boat", None);
        exam.equal(
            "collections after a class",
            [3, 0, 0],
            exam.look(collections),
        );
    });
}

#[test]
fn task_7_8_a_dict_causes_one_too() {
    exam::task(
        "7.8",
        "a dict counts and can cause a collection, and is not tracked",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        set_counts(exam, [700, 0, 0]);
        let d = exam.try_event("d = {}", dict::new);
        exam.equal("collections", [1, 0, 0], exam.look(collections));
        exam.equal("where d is", "in none", place(exam, d));
        exam.try_event("another {}", dict::new);
        exam.equal("the counts", "(1, 1, 0)", counts(exam));
    });
}

/// `gc.disable()`; see `cpython.py`.
#[test]
fn task_7_8_disabled() {
    exam::task(
        "7.8",
        "nothing begins by itself while the collector is disabled; the count goes on",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        exam.event("gc.disable()", |heap| {
            GcState::of(heap.memory).enabled().set(0)
        });
        exam.equal(
            "which list caused a collection",
            None,
            lists_until_a_collection(exam, 2000),
        );
        exam.equal("the counts", "(2000, 0, 0)", counts(exam));
        exam.event("gc.enable()", |heap| {
            GcState::of(heap.memory).enabled().set(1)
        });
        exam.equal(
            "collections: enable collects nothing",
            [0, 0, 0],
            exam.look(collections),
        );
        exam.equal(
            "which list caused a collection: the next one",
            Some(1),
            lists_until_a_collection(exam, 10),
        );
    });
}

/// `test_threshold_zero`.
#[test]
fn task_7_8_threshold_zero() {
    exam::task(
        "7.8",
        "threshold 0 of generation 0: nothing ever begins by itself",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        set_thresholds(exam, [0, 10, 10]);
        exam.equal(
            "which list caused a collection",
            None,
            lists_until_a_collection(exam, 2000),
        );
        set_counts(exam, [5, 100, 100]);
        empty_list(exam, "a");
        exam.equal("collections", [0, 0, 0], exam.look(collections));
    });
}

#[test]
fn task_7_8_generation_1_alone_does_not_begin() {
    exam::task(
        "7.8",
        "the count of generation 0 alone says when: then the oldest that is due is collected",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        set_counts(exam, [5, 100, 100]);
        empty_list(exam, "a");
        exam.equal(
            "collections with (5, 100, 100)",
            [0, 0, 0],
            exam.look(collections),
        );
        set_counts(exam, [700, 11, 0]);
        empty_list(exam, "b");
        exam.equal(
            "collections with (700, 11, 0)",
            [0, 1, 0],
            exam.look(collections),
        );
        exam.equal("the counts", "(0, 0, 1)", counts(exam));
    });
}

/// What finalizers make is counted, and collected at the next opportunity: `cpython.py`.
#[test]
fn task_7_8_never_inside_a_collection() {
    exam::task(
        "7.8",
        "no collection begins inside another; what the finalizer makes is counted",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let class = class_with(exam, "__del__", log, "make", Does::MakeMany, Some(keep));
        let op = instance_of(exam, "n", class);
        give(exam, op, "me", op);
        put(exam, 2, &[keep]);
        del(exam, "n", &[op]);
        set_thresholds(exam, [50, 10, 10]);
        set_counts(exam, [50, 0, 0]);
        empty_list(exam, "a");
        exam.equal("what was called", "make", log.read(exam));
        exam.equal("collections: one", [1, 0, 0], exam.look(collections));
        exam.equal(
            "the counts: 100 lists were made, the instance was freed",
            "(99, 1, 0)",
            counts(exam),
        );
        exam.equal(
            "the root's collecting",
            0,
            exam.look(|heap| GcState::of(heap.memory).collecting().get()),
        );
        empty_list(exam, "b");
        exam.equal(
            "collections: the next object causes one",
            [2, 0, 0],
            exam.look(collections),
        );
    });
}

#[test]
fn task_7_8_while_collecting() {
    exam::task(
        "7.8",
        "the word collecting is 1 while a collection runs, and only then",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__del__", log, "collect", Does::Collect, None);
        let op = instance_of(exam, "n", class);
        give(exam, op, "me", op);
        del(exam, "n", &[op]);
        set_counts(exam, [700, 0, 0]);
        empty_list(exam, "a");
        exam.equal(
            "what gc.collect() returned to the finalizer",
            "collect=0",
            log.read(exam),
        );
        exam.equal("collections", [1, 0, 0], exam.look(collections));
        exam.event("as if a collection were running", |heap| {
            GcState::of(heap.memory).collecting().set(1);
        });
        set_counts(exam, [700, 0, 0]);
        empty_list(exam, "b");
        exam.equal("collections", [1, 0, 0], exam.look(collections));
        exam.equal(
            "the root's collecting, which an allocation leaves alone then",
            1,
            exam.look(|heap| GcState::of(heap.memory).collecting().get()),
        );
    });
}

/// The first generations that are collected, while instances are made and kept.
fn row(exam: &HeapExam, thresholds: [u64; 3], count: u64, at_most: usize) -> (String, Vec<u64>) {
    let class = class_of(exam, "C", None);
    put(exam, 2, &generation(exam, 0));
    set_counts(exam, [0, 0, 0]);
    let label = format!("with thresholds {thresholds:?}: {count} instances are made and kept");
    exam.try_event(label, |heap| {
        write_thresholds(heap, thresholds);
        let keep = list::new(heap)?;
        let (mut row, mut when) = (String::new(), Vec::new());
        let mut before = collections(heap);
        for number in 1..=count {
            let op = instance::new(heap, class)?;
            list::append(heap, keep, op)?;
            let after = collections(heap);
            if after != before && row.len() < at_most {
                let which = (0..3).find(|&number| after[number] != before[number]);
                row += &which.map_or("?".to_owned(), |which| which.to_string());
                when.push(number);
            }
            before = after;
        }
        Ok::<_, MemoryError>((row, when))
    })
}

const ROW: &str = "which generation each collection was of, one after the other";

/// The row that CPython 3.11.7 gives: `cpython.py`.
#[test]
fn task_7_8_a_row_with_50_3_2() {
    exam::task(
        "7.8",
        "with thresholds 50, 3, 2 the collections are those of CPython 3.11",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let (found, when) = row(exam, [50, 3, 2], 3100, 60);
        exam.equal(
            ROW,
            "000010000100001200001000010000120000100001000012000010000100",
            found,
        );
        exam.equal(
            "after how many instances the first collections were (their list counts too)",
            &[50, 101, 152, 203, 254, 305][..],
            &when[..6],
        );
    });
}

#[test]
fn task_7_8_a_row_with_10_2_1() {
    exam::task(
        "7.8",
        "with thresholds 10, 2, 1 the 25 % rule holds back full collections, as in CPython 3.11",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let (found, _) = row(exam, [10, 2, 1], 1400, 120);
        exam.equal(
            ROW,
            "000100012000100012000100012000100012000100010001200010001000100012000100010001000100012000100010001000100010001200010001",
            found,
        );
    });
}

/// The full collections that CPython 3.11.7 runs: `cpython.py`. The first three come after the same
/// number of objects each; then each waits until the heap has grown by a quarter.
#[test]
fn task_7_8_full_collections_grow_rare() {
    exam::task(
        "7.8",
        "with thresholds 100, 10, 10 the full collections grow rare, as in CPython 3.11",
    )
    .heap(AUTOMATIC_KIT)
    .big()
    .run(|exam| {
        let class = class_of(exam, "C", None);
        put(exam, 2, &generation(exam, 0));
        set_counts(exam, [0, 0, 0]);
        let full = exam.try_event("120,000 instances are made and kept", |heap| {
            write_thresholds(heap, [100, 10, 10]);
            let keep = list::new(heap)?;
            let (mut before, mut full) = (collections(heap), Vec::new());
            for number in 1..=120_000_u64 {
                let op = instance::new(heap, class)?;
                list::append(heap, keep, op)?;
                let after = collections(heap);
                if after[2] != before[2] {
                    full.push(number / 100);
                }
                before = after;
            }
            Ok::<_, MemoryError>(full)
        });
        exam.equal(
            "hundreds of objects at each full collection",
            vec![134, 268, 402, 537, 683, 866, 1085],
            full,
        );
        exam.equal("collections", [1083, 98, 7], exam.look(collections));
    });
}

/// `test_del`: the threshold is 1, and finalizers make objects.
#[test]
fn task_7_8_threshold_one() {
    exam::task(
        "7.8",
        "with threshold 1 nearly every allocation collects, also inside finalizers",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let class = class_with(exam, "__del__", log, "make", Does::Make, Some(keep));
        set_thresholds(exam, [1, 10, 10]);
        for label in ["a", "b"] {
            let op = instance_of(exam, label, class);
            del(exam, label, &[op]);
            let op = instance_of(exam, label, class);
            give(exam, op, "me", op);
            del(exam, label, &[op]);
        }
        for label in ["c", "d", "e"] {
            empty_list(exam, label);
        }
        exam.equal("what was called", "make, make, make, make", log.read(exam));
        exam.check(
            "there were collections",
            exam.look(collections).iter().sum::<u64>() > 3,
        );
    });
}

/// `test_gc_during_ref_creation`.
#[test]
fn task_7_8_weak_references_made_while_collecting() {
    exam::task(
        "7.8",
        "a weak reference is made while the one that was there is collected",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        exam.note("A lost cycle holds the only reference to a weak reference to op. Making another one runs a collection, which frees it. Then the finalizer of a lost object makes one in the same way. What lab 3's weakref::new read before its allocation is then no longer true.");
        let log = Log::new(exam);
        let callback = native(exam, log, "call", Does::Nothing, None);
        let class = class_of(exam, "Node", None);
        let op = instance_of(exam, "op", class);
        let count = |expected| {
            let first = exam.look(|heap| weakref::weaklist(heap, op).and_then(|list| list.get()));
            let found = exam.look(|heap| {
                let (mut found, mut wr) = (0, first);
                while let Some(at) = wr {
                    found += 1;
                    wr = memory::object::PyWeakReference::at(heap.memory, at).wr_next().get();
                }
                found
            });
            exam.equal("weak references in op's list", expected, found);
        };
        let lost = empty_list(exam, "lost");
        refer(exam, lost, lost);
        let old = weak(exam, "old", op, None);
        refer(exam, lost, old);
        del(exam, "old, lost", &[old, lost]);
        count(1);
        set_counts(exam, [700, 0, 0]);
        let wr = weak(exam, "wr", op, Some(callback));
        count(1);
        del(exam, "wr", &[wr]);
        count(0);

        let keep = empty_list(exam, "keep");
        refer(exam, keep, op);
        let loser = class_with(exam, "__del__", log, "weak", Does::Weak, Some(keep));
        let lost = instance_of(exam, "lost", loser);
        give(exam, lost, "me", lost);
        del(exam, "lost", &[lost]);
        set_counts(exam, [700, 0, 0]);
        let wr = weak(exam, "wr", op, None);
        exam.equal("what was called", "weak", log.read(exam));
        let made = exam.look(|heap| list::get_item(heap, keep, 1).ok());
        exam.equal(
            "the weak reference that __del__ made meanwhile, which must be the only one without callback",
            made,
            Some(wr),
        );
        count(1);
    });
}

/// `test_bug1055820c` and `test_bug1055820d`: the collection begins by itself.
#[test]
fn task_7_8_bug_1055820() {
    exam::task(
        "7.8",
        "a young collection that begins by itself ends an old object: its callback, or its __del__, sees only dead weak references",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        exam.note("c1 and c2 are young and dead, each in a cycle with itself. c0 is old, and only c1 keeps it alive. c0 has a weak reference with a callback, and later a __del__; both look through a weak reference to c2.");
        let none = exam.look(|heap| memory::Root::of(heap.memory).none().get());
        for with_del in [false, true] {
            let log = Log::new(exam);
            let ouch = empty_list(exam, "ouch");
            let resolve = native(exam, log, "resolve", Does::Resolve, Some(ouch));
            let class = class_of(exam, "C", None);
            let c0 = instance_of(exam, "c0", class);
            if with_del {
                super::support::set_method(exam, class, "__del__", resolve);
            }
            let old = generation(exam, 0);
            put(exam, 2, &old);
            let plain = class_of(exam, "D", None);
            let [c1, c2] = ["c1", "c2"].map(|label| instance_of(exam, label, plain));
            for op in [c1, c2] {
                give(exam, op, "me", op);
            }
            give(exam, c1, "other", c0);
            let c2wr = weak(exam, "c2wr", c2, None);
            refer(exam, ouch, c2wr);
            if !with_del {
                weak(exam, "c0wr", c0, Some(resolve));
            }
            del(exam, "c0, c1, c2", &[c0, c1, c2]);
            set_counts(exam, [700, 0, 0]);
            empty_list(exam, "junk");
            exam.equal("what was called", "resolve", log.read(exam));
            let seen = exam.look(|heap| list::get_item(heap, ouch, 1).ok());
            exam.equal("what c2wr() gave: None", none, seen);
            exam.equal("whether c0 lives", false, exam.is_live(c0));
        }
    });
}

#[test]
fn task_7_8_no_memory() {
    exam::task(
        "7.8",
        "an object for which there is no memory counts nothing and causes nothing",
    )
    .heap(AUTOMATIC_KIT)
    .size(super::SIZE)
    .run(|exam| {
        fill(exam);
        set_counts(exam, [700, 0, 0]);
        let made = exam.event("[]", list::new);
        exam.err("[]", made);
        let made = exam.event("{}", dict::new);
        exam.err("{}", made);
        exam.equal("the counts", "(700, 0, 0)", counts(exam));
        exam.equal("collections", [0, 0, 0], exam.look(collections));
    });
}

/// One ring of instances with a list each.
fn ring(heap: &Heap, class: Addr, length: u64) -> Result<Addr, MemoryError> {
    let first = instance::new(heap, class)?;
    let mut last = first;
    refcounts::incref(heap, last);
    for _ in 1..length {
        let next = instance::new(heap, class)?;
        set_attr(heap, last, name(heap, "next"), next)?;
        decref(heap, last);
        last = next;
    }
    set_attr(heap, last, name(heap, "next"), first)?;
    decref(heap, last);
    Ok(first)
}

#[test]
fn task_7_8_a_program_that_loses_cycles() {
    exam::task(
        "7.8",
        "a program that loses a ring of 10 objects 2,000 times never has more than a few thousand of them",
    )
    .heap(AUTOMATIC_KIT)
    .big()
    .run(|exam| {
        let class = class_of(exam, "Node", None);
        let keep = empty_list(exam, "keep");
        exam.try_event("100 rings that stay", |heap| {
            for _ in 0..100 {
                let ring = ring(heap, class, 10)?;
                list_append(heap, keep, ring)?;
                decref(heap, ring);
            }
            Ok::<_, MemoryError>(())
        });
        for _ in 0..20 {
            exam.try_event("100 rings that are lost", |heap| {
                for _ in 0..100 {
                    let ring = ring(heap, class, 10)?;
                    decref(heap, ring);
                }
                Ok::<_, MemoryError>(())
            });
            // Two blocks for each instance. What is lost waits for at most one collection of
            // generation 0, unless it was in use while there was one.
            exam.at_most("live blocks", 2 * (1000 + 701 + 200) + 20, exam.live_blocks());
        }
        exam.try_event("gc.collect(2)", |heap| generations::collect(heap, 2));
        exam.equal("live blocks: class, its dict and keys and name, keep, and 100 rings", true, exam.live_blocks() <= 2000 + 10);
    });
}

/// A class that is dropped is garbage: `test_class`.
#[test]
fn task_7_8_a_lost_class_is_collected_by_itself() {
    exam::task(
        "7.8",
        "a lost class that refers to itself goes, by itself, when it is time",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let class = class_of(exam, "A", None);
        exam.try_event("A.me = A; del A", |heap| {
            let own = refcounts::new_ref(heap, class);
            let old = class::set_attr(heap, class, name(heap, "me"), own)?;
            refcounts::xdecref(heap, old);
            decref(heap, class);
            Ok::<_, MemoryError>(())
        });
        set_counts(exam, [700, 0, 0]);
        let a = empty_list(exam, "a");
        expect(exam, [&[a], &[], &[]]);
        exam.equal("live blocks: a", 1, exam.live_blocks());
    });
}
