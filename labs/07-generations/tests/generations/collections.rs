//! Tasks 7.5 and 7.6: a collection of one generation, and `gc.collect(n)`.

use exam::HeapExam;
use generations::collect::{INVALID, gc_collect_main, gc_collect_with_callback};
use memory::{Addr, GcState, Heap};
use objects::{ObjectError, dict, int};
use refcounts::decref;

use super::support::{
    COUNTING_KIT, Does, Log, alive, class_of, class_with, collect, collections, counts, del,
    dict_of, empty_list, expect, generation, give, instance_of, lists, long_lived, lost_list,
    native, place, put, refer, set_counts, times_emptied, tuple_of, weak,
};

/// `gc_collect_main(number)`, as an event; how many it collected.
fn main(exam: &HeapExam, number: u64) -> u64 {
    let found = exam.event(format!("gc_collect_main({number})"), |heap| {
        gc_collect_main(heap, number)
    });
    exam.equal("uncollectable", 0, found.uncollectable);
    found.collected
}

#[test]
fn task_7_5_one_generation_and_the_younger_ones() {
    exam::task(
        "7.5",
        "a collection finds garbage in its generation and the younger ones",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        for (number, found) in [(0, 1), (1, 2), (2, 3)] {
            let [old, middle, _young] = ["old", "middle", "young"].map(|n| lost_list(exam, n));
            put(exam, 1, &[middle]);
            put(exam, 2, &[old]);
            exam.equal(
                &format!("collected by gc_collect_main({number})"),
                found,
                main(exam, number),
            );
            exam.equal(
                "live blocks, two for each lost list",
                2 * (3 - found),
                exam.live_blocks(),
            );
            main(exam, 2);
            exam.equal("live blocks after a full collection", 0, exam.live_blocks());
        }
    });
}

/// `test_get_objects_generations`.
#[test]
fn task_7_5_growing_old() {
    exam::task(
        "7.5",
        "what survives grows older: generation 0, 1, 2, and 2 for ever",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        exam.equal("where a is", "in generation 0", place(exam, a));
        for (number, after) in [(0, 1), (1, 2), (2, 2)] {
            exam.equal("collected", 0, main(exam, number));
            exam.equal(
                &format!("where a is after a collection of generation {number}"),
                format!("in generation {after}"),
                place(exam, a),
            );
        }
    });
}

#[test]
fn task_7_5_a_collection_of_generation_2_takes_all_there() {
    exam::task("7.5", "a full collection makes young survivors old at once")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let [a, b, c] = lists(exam, ["a", "b", "c"]);
            put(exam, 1, &[b]);
            put(exam, 2, &[c]);
            exam.equal("collected", 0, main(exam, 2));
            expect(exam, [&[], &[], &[c, a, b]]);
        });
}

/// `test_collect_generations`; see `cpython.py`.
#[test]
fn task_7_5_counts() {
    exam::task(
        "7.5",
        "the counts after collections of generation 0, 1 and 2",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        empty_list(exam, "a");
        for (number, after) in [(0, "(0, 1, 0)"), (1, "(0, 0, 1)"), (2, "(0, 0, 0)")] {
            main(exam, number);
            exam.equal(
                &format!("the counts after a collection of generation {number}"),
                after,
                counts(exam),
            );
        }
        set_counts(exam, [300, 7, 4]);
        main(exam, 0);
        exam.equal(
            "the counts after (300, 7, 4) and a collection of generation 0",
            "(0, 8, 4)",
            counts(exam),
        );
    });
}

/// What an old object refers to lives, even if the old object is dead: a young collection does not
/// look at it. See `cpython.py`.
#[test]
fn task_7_5_old_garbage_keeps_young_objects() {
    exam::task(
        "7.5",
        "a young object that only a dead old one refers to survives young collections",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let old = empty_list(exam, "old");
        refer(exam, old, old);
        put(exam, 2, &[old]);
        let young = empty_list(exam, "young");
        refer(exam, young, young);
        refer(exam, old, young);
        del(exam, "old, young", &[old, young]);
        exam.equal(
            "collected by a collection of generation 0",
            0,
            main(exam, 0),
        );
        exam.equal("where young is", "in generation 1", place(exam, young));
        exam.equal(
            "collected by a collection of generation 1",
            0,
            main(exam, 1),
        );
        exam.equal("where young is", "in generation 2", place(exam, young));
        exam.equal("collected by a full collection", 2, main(exam, 2));
        exam.leaks(0);
    });
}

/// What `old` refers to needs no list of its own: the count knows it.
#[test]
fn task_7_5_old_objects_are_roots() {
    exam::task(
        "7.5",
        "a young cycle that a living old object refers to lives",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let old = empty_list(exam, "old");
        put(exam, 2, &[old]);
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, a, b);
        refer(exam, b, a);
        refer(exam, old, b);
        del(exam, "a, b", &[a, b]);
        exam.equal("collected", 0, main(exam, 0));
        expect(exam, [&[], &generation(exam, 1), &[old]]);
        exam.equal("how many are in generation 1", 2, generation(exam, 1).len());
    });
}

/// See `cpython.py`.
#[test]
fn task_7_5_statistics() {
    exam::task(
        "7.5",
        "each collection is counted where it happened, with what it found",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let stats = || {
            exam.look(|heap| {
                [0, 1, 2].map(|number| {
                    let stats = GcState::of(heap.memory).stats(number);
                    (
                        stats.collections().get(),
                        stats.collected().get(),
                        stats.uncollectable().get(),
                    )
                })
            })
        };
        lost_list(exam, "a");
        lost_list(exam, "b");
        main(exam, 0);
        main(exam, 0);
        exam.equal(
            "collections, collected, uncollectable of each generation",
            [(2, 2, 0), (0, 0, 0), (0, 0, 0)],
            stats(),
        );
        lost_list(exam, "c");
        main(exam, 1);
        exam.equal(
            "collections, collected, uncollectable of each generation",
            [(2, 2, 0), (1, 1, 0), (0, 0, 0)],
            stats(),
        );
        lost_list(exam, "d");
        main(exam, 2);
        lost_list(exam, "e");
        main(exam, 2);
        exam.equal(
            "collections, collected, uncollectable of each generation",
            [(2, 2, 0), (1, 1, 0), (2, 2, 0)],
            stats(),
        );
    });
}

/// See `cpython.py`: an object that a callback makes is in generation 0 after `gc.collect(0)`.
#[test]
fn task_7_5_survivors_are_older_before_other_code_runs() {
    exam::task(
        "7.5",
        "when a callback runs, the survivors are in the older list already: what the callback makes is young",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let made = native(exam, log, "made", Does::Make, Some(keep));
        let young = native(exam, log, "young", Does::Young, None);
        let class = class_of(exam, "Node", None);
        put(exam, 2, &generation(exam, 0));
        let lost = instance_of(exam, "lost", class);
        give(exam, lost, "me", lost);
        let [w1, w2] = [("w1", young), ("w2", made)].map(|(l, c)| weak(exam, l, lost, Some(c)));
        let live = empty_list(exam, "live");
        del(exam, "lost", &[lost]);
        exam.equal("collected", 1, main(exam, 0));
        exam.equal(
            "what the callbacks saw: the newest first; no object in generation 0 yet, then one",
            "made, young=1",
            log.read(exam),
        );
        let fresh = exam.look(|heap| objects::list::items(heap, keep));
        exam.equal("what is in generation 0: the list that was made", fresh, generation(exam, 0));
        exam.equal("where the survivor is", "in generation 1", place(exam, live));
        for wr in [w1, w2] {
            exam.equal("where a weak reference is", "in generation 1", place(exam, wr));
        }
        exam.equal("the counts: one object was made, one died", "(0, 1, 0)", counts(exam));
    });
}

#[test]
fn task_7_5_what_comes_back_is_older() {
    exam::task(
        "7.5",
        "what a finalizer brought back is not counted, and is one generation older",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let class = class_with(exam, "__del__", log, "del", Does::Save, Some(saved));
        let bird = instance_of(exam, "bird", class);
        give(exam, bird, "me", bird);
        del(exam, "bird", &[bird]);
        exam.equal(
            "collected by a collection of generation 0",
            0,
            main(exam, 0),
        );
        exam.equal("what was called", "del", log.read(exam));
        exam.equal("where bird is", "in generation 1", place(exam, bird));
    });
}

/// See `cpython.py`.
#[test]
fn task_7_5_tuples_each_time_dicts_when_full() {
    exam::task(
        "7.5",
        "a tuple without containers is untracked by any collection, a dict by a full one",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
        let t = tuple_of(exam, "t", &[x]);
        let a = empty_list(exam, "a");
        let d = dict_of(exam, "d", a);
        exam.event("d.clear()", |heap| {
            dict::clear(heap, d, &mut |held| decref(heap, held));
        });
        exam.equal("where t is", "in generation 0", place(exam, t));
        main(exam, 0);
        exam.equal(
            "where t is after a collection of generation 0",
            "in none",
            place(exam, t),
        );
        exam.equal(
            "where d is after a collection of generation 0",
            "in generation 1",
            place(exam, d),
        );
        main(exam, 1);
        exam.equal(
            "where d is after a collection of generation 1",
            "in generation 2",
            place(exam, d),
        );
        main(exam, 2);
        exam.equal(
            "where d is after a full collection",
            "in none",
            place(exam, d),
        );
        expect(exam, [&[], &[], &[a]]);
    });
}

#[test]
fn task_7_5_the_long_lived() {
    exam::task(
        "7.5",
        "survivors of generation 1 wait for a full collection, which counts those that live",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let _keep: [Addr; 3] = lists(exam, ["a", "b", "c"]);
        main(exam, 0);
        exam.equal("long_lived_pending and _total", (0, 0), long_lived(exam));
        empty_list(exam, "d");
        lost_list(exam, "lost");
        main(exam, 1);
        exam.equal(
            "long_lived_pending: a, b, c and d",
            (4, 0),
            long_lived(exam),
        );
        main(exam, 1);
        exam.equal("long_lived_pending: nobody came", (4, 0), long_lived(exam));
        empty_list(exam, "e");
        main(exam, 1);
        exam.equal("long_lived_pending: e", (5, 0), long_lived(exam));
        lost_list(exam, "lost");
        main(exam, 2);
        exam.equal(
            "long_lived_pending and _total: those that live",
            (0, 5),
            long_lived(exam),
        );
    });
}

#[test]
fn task_7_5_free_lists() {
    exam::task(
        "7.5",
        "a full collection empties the free lists of the types, others do not",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        main(exam, 0);
        main(exam, 1);
        exam.equal("how often they were emptied", 0, times_emptied(exam));
        main(exam, 2);
        exam.equal("how often they were emptied", 1, times_emptied(exam));
    });
}

/// A weak reference that its callback frees is counted with the collected: `cpython.py`.
#[test]
fn task_7_5_weak_references_that_are_freed_count() {
    exam::task(
        "7.5",
        "a weak reference that is freed by its own callback is collected too",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let class = class_of(exam, "Node", None);
        let drop = native(exam, log, "pop", Does::Pop, Some(keep));
        let lost = instance_of(exam, "lost", class);
        give(exam, lost, "me", lost);
        let wr = weak(exam, "wr", lost, Some(drop));
        refer(exam, keep, wr);
        del(exam, "wr, lost", &[wr, lost]);
        exam.equal("collected: lost and wr", 2, main(exam, 2));
        exam.equal("what was called", "pop", log.read(exam));
    });
}

/// `test_bug1055820c`, with a collection of generation 0 by hand.
#[test]
fn task_7_5_an_old_object_dies_with_young_ones() {
    exam::task(
        "7.5",
        "a young collection ends an old object too, when the last reference to it goes; its callback sees only dead weak references",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.note("c1 and c2 are young and dead, each in a cycle with itself. c0 is old, and only c1 keeps it alive. c0 has a weak reference with a callback, which looks through a weak reference to c2.");
        let log = Log::new(exam);
        let ouch = empty_list(exam, "ouch");
        let class = class_of(exam, "C", None);
        let c0 = instance_of(exam, "c0", class);
        put(exam, 2, &generation(exam, 0));
        let [c1, c2] = ["c1", "c2"].map(|label| instance_of(exam, label, class));
        for op in [c1, c2] {
            give(exam, op, "me", op);
        }
        give(exam, c1, "other", c0);
        let c2wr = weak(exam, "c2wr", c2, None);
        refer(exam, ouch, c2wr);
        let callback = native(exam, log, "call", Does::Resolve, Some(ouch));
        let c0wr = weak(exam, "c0wr", c0, Some(callback));
        del(exam, "c0, c1, c2", &[c0, c1, c2]);
        exam.equal("collected: c1 and c2; counting frees c0", 2, main(exam, 0));
        exam.equal("what was called", "call", log.read(exam));
        exam.equal("whether c0wr is alive", false, alive(exam, c0wr));
        let none = exam.look(|heap| memory::Root::of(heap.memory).none().get());
        let seen = exam.look(|heap| objects::list::get_item(heap, ouch, 1).ok());
        exam.equal("what c2wr() gave in the callback: None", none, seen);
    });
}

fn collecting(exam: &HeapExam) -> u64 {
    exam.look(|heap| GcState::of(heap.memory).collecting().get())
}

/// `test_list`, `test_dict`, `test_tuple` and others, one after the other.
#[test]
fn task_7_6_what_collect_returns() {
    exam::task(
        "7.6",
        "collect returns how many dead objects it found, in its generation and below",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.equal("gc.collect(2) of nothing", 0, collect(exam, 2));
        lost_list(exam, "a");
        lost_list(exam, "b");
        exam.equal("gc.collect(0)", 2, collect(exam, 0));
        exam.equal("gc.collect(0), again", 0, collect(exam, 0));
        let old = lost_list(exam, "old");
        put(exam, 2, &[old]);
        exam.equal(
            "gc.collect(0), which does not look at old",
            0,
            collect(exam, 0),
        );
        exam.equal("gc.collect(1), which does not either", 0, collect(exam, 1));
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.leaks(0);
    });
}

#[test]
fn task_7_6_with_callback_returns_the_sum() {
    exam::task(
        "7.6",
        "gc_collect_with_callback collects the generation that it is given",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b] = ["a", "b"].map(|label| lost_list(exam, label));
        put(exam, 1, &[a]);
        put(exam, 2, &[b]);
        let found = exam.event("gc_collect_with_callback(1)", |heap| {
            gc_collect_with_callback(heap, 1)
        });
        exam.equal("what it returns", 1, found);
        exam.equal("collections", [0, 1, 0], exam.look(collections));
        exam.equal(
            "the root's collecting: that is for others to set",
            0,
            collecting(exam),
        );
    });
}

/// `gc.collect(-1)` and `gc.collect(3)`: see `cpython.py`.
#[test]
fn task_7_6_no_such_generation() {
    exam::task("7.6", "there is no generation -1 and no generation 3")
        .heap(COUNTING_KIT)
        .run(|exam| {
            lost_list(exam, "a");
            for number in [-1, 3, 1000] {
                let found = exam.event(format!("gc.collect({number})"), |heap| {
                    generations::collect(heap, number)
                });
                exam.equal(
                    &format!("what gc.collect({number}) returns"),
                    Err(ObjectError::Value(INVALID.to_owned())),
                    found,
                );
            }
            exam.equal("collections", [0, 0, 0], exam.look(collections));
            exam.equal("the counts", "(1, 0, 0)", counts(exam));
            exam.equal("the root's collecting", 0, collecting(exam));
            exam.event("as if a collection were running", |heap| {
                GcState::of(heap.memory).collecting().set(1);
            });
            let found = exam.event("gc.collect(3)", |heap| generations::collect(heap, 3));
            exam.equal(
                "gc.collect(3) while one is running",
                Err(ObjectError::Value(INVALID.to_owned())),
                found,
            );
        });
}

/// A collection that starts inside a collection.
#[test]
fn task_7_6_never_two_at_once() {
    exam::task(
        "7.6",
        "a finalizer that calls gc.collect() in the middle of a collection gets 0, and nothing happens",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__del__", log, "collect", Does::Collect, None);
        for label in ["a", "b"] {
            let op = instance_of(exam, label, class);
            give(exam, op, "me", op);
            del(exam, label, &[op]);
        }
        exam.equal("gc.collect(2)", 2, collect(exam, 2));
        exam.equal(
            "what gc.collect() returned to the finalizers",
            "collect=0, collect=0",
            log.read(exam),
        );
        exam.equal("collections: one", [0, 0, 1], exam.look(collections));
        exam.equal("the root's collecting, afterwards", 0, collecting(exam));
    });
}

#[test]
fn task_7_6_collect_when_disabled() {
    exam::task(
        "7.6",
        "gc.collect() collects when the collector is disabled, whatever the counts say",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.event("gc.disable(); gc.set_threshold(0)", |heap: &Heap| {
            GcState::of(heap.memory).enabled().set(0);
            GcState::of(heap.memory).generation(0).threshold().set(0);
        });
        lost_list(exam, "a");
        set_counts(exam, [0, 0, 0]);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal("gc.collect(0)", 0, collect(exam, 0));
        exam.equal("collections", [1, 0, 1], exam.look(collections));
        exam.leaks(0);
    });
}

/// `test_resurrection_does_not_block_cleanup_of_other_objects`, and its numbers: `cpython.py`.
#[test]
fn task_7_6_resurrection_does_not_block_others() {
    exam::task(
        "7.6",
        "one object that comes back does not keep the others, and is not counted",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let zs = empty_list(exam, "zs");
        let a = class_of(exam, "A", None);
        let z = class_with(exam, "__del__", log, "z", Does::Save, Some(zs));
        let lose = |class, times| {
            exam.try_event(
                format!("{times} instances that refer to themselves are lost"),
                |heap| {
                    for _ in 0..times {
                        let op = objects::instance::new(heap, class)?;
                        let me = super::support::name(heap, "me");
                        refcounts::containers::set_attr(heap, op, me, op)?;
                        decref(heap, op);
                    }
                    Ok::<_, memory::MemoryError>(())
                },
            );
        };
        let collected = || exam.look(|heap| GcState::of(heap.memory).stats(2).collected().get());
        lose(a, 100);
        exam.equal("gc.collect() of 100 A", 100, collect(exam, 2));
        lose(z, 1);
        exam.equal("gc.collect() of a Z", 0, collect(exam, 2));
        exam.equal("collected so far", 100, collected());
        lose(a, 100);
        lose(z, 1);
        exam.equal("gc.collect() of 100 A and a Z", 100, collect(exam, 2));
        exam.equal("what was called", "z, z", log.read(exam));
        exam.try_event("zs.clear()", |heap| {
            while let Some(item) = objects::list::pop(heap, zs)? {
                decref(heap, item);
            }
            Ok::<_, memory::MemoryError>(())
        });
        exam.equal("gc.collect() of the two Z", 2, collect(exam, 2));
        exam.equal("collected so far", 202, collected());
        exam.equal("what was called: no second time", "z, z", log.read(exam));
    });
}
