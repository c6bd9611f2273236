//! Tasks 7.1 and 7.2: thresholds, counts, and what an allocation counts.

use generations::alloc::{count_alloc, counting_del};
use generations::threshold::{disable, enable, get_count, get_threshold, isenabled, set_threshold};
use memory::{GcState, MemoryError};
use objects::{function, int, list, set, str, tuple};
use refcounts::decref;

use super::support::{
    COUNTING_KIT, UNCOUNTED_KIT, class_of, collections, counts, empty_list, expect, generation,
    instance_of, long_lived, set_counts, set_thresholds,
};

#[test]
fn task_7_1_get_threshold() {
    exam::task(
        "7.1",
        "get_threshold gives the thresholds, the youngest generation's first",
    )
    .heap(UNCOUNTED_KIT)
    .run(|exam| {
        let found = exam.event("gc.get_threshold(), at start", get_threshold);
        exam.equal("the thresholds at start", [700, 10, 10], found);
        set_thresholds(exam, [50, 3, 2]);
        set_counts(exam, [7, 8, 9]);
        let found = exam.event("gc.get_threshold()", get_threshold);
        exam.equal("the thresholds", [50, 3, 2], found);
    });
}

#[test]
fn task_7_1_get_count() {
    exam::task(
        "7.1",
        "get_count gives the counts, the youngest generation's first",
    )
    .heap(UNCOUNTED_KIT)
    .run(|exam| {
        set_counts(exam, [7, 8, 9]);
        let found = exam.event("gc.get_count()", get_count);
        exam.equal("the counts", [7, 8, 9], found);
    });
}

/// `gc.set_threshold(1000)`, `(400, 5)`, `(50, 3, 2)`: see `cpython.py`.
#[test]
fn task_7_1_set_threshold_sets_as_many_as_are_given() {
    exam::task(
        "7.1",
        "set_threshold sets the first thresholds; those that are not given stay",
    )
    .heap(UNCOUNTED_KIT)
    .run(|exam| {
        exam.event("gc.set_threshold(1000)", |heap| {
            set_threshold(heap, &[1000])
        });
        let found = exam.look(get_threshold);
        exam.equal("the thresholds", [1000, 10, 10], found);
        exam.event("gc.set_threshold(400, 5)", |heap| {
            set_threshold(heap, &[400, 5])
        });
        let found = exam.look(get_threshold);
        exam.equal("the thresholds", [400, 5, 10], found);
        exam.event("gc.set_threshold(50, 3, 2)", |heap| {
            set_threshold(heap, &[50, 3, 2])
        });
        let found = exam.look(get_threshold);
        exam.equal("the thresholds", [50, 3, 2], found);
    });
}

#[test]
fn task_7_1_set_threshold_does_nothing_else() {
    exam::task(
        "7.1",
        "set_threshold collects nothing, and changes no count and no switch",
    )
    .heap(UNCOUNTED_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        set_counts(exam, [700, 10, 10]);
        exam.event("gc.set_threshold(1, 1, 1)", |heap| {
            set_threshold(heap, &[1, 1, 1])
        });
        exam.equal("the counts", "(700, 10, 10)", counts(exam));
        expect(exam, [&[a], &[], &[]]);
        exam.event("gc.set_threshold(0)", |heap| set_threshold(heap, &[0]));
        exam.equal(
            "gc.isenabled(): threshold 0 is another way to stop it",
            true,
            exam.look(isenabled),
        );
    });
}

#[test]
fn task_7_1_the_switch() {
    exam::task(
        "7.1",
        "enable and disable move one switch, and isenabled reads it",
    )
    .heap(UNCOUNTED_KIT)
    .run(|exam| {
        let is = || exam.look(isenabled);
        exam.equal("gc.isenabled(), at start", true, is());
        for _ in 0..2 {
            exam.event("gc.disable()", disable);
            exam.equal("gc.isenabled()", false, is());
        }
        exam.equal(
            "the root's enabled",
            0,
            exam.look(|heap| GcState::of(heap.memory).enabled().get()),
        );
        exam.equal(
            "the thresholds, which disable leaves alone",
            [700, 10, 10],
            exam.look(get_threshold),
        );
        for _ in 0..2 {
            exam.event("gc.enable()", enable);
            exam.equal("gc.isenabled()", true, is());
        }
        exam.equal(
            "the root's enabled",
            1,
            exam.look(|heap| GcState::of(heap.memory).enabled().get()),
        );
    });
}

#[test]
fn task_7_2_each_container_counts() {
    exam::task(
        "7.2",
        "each container that is made counts once, dicts included",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.equal("the counts at first", "(0, 0, 0)", counts(exam));
        empty_list(exam, "a");
        exam.equal("the counts after a = []", "(1, 0, 0)", counts(exam));
        exam.try_event("a set", set::new);
        exam.equal("the counts after a set", "(2, 0, 0)", counts(exam));
        exam.try_event("{}", objects::dict::new);
        exam.equal(
            "the counts after {}, which is not tracked",
            "(3, 0, 0)",
            counts(exam),
        );
        exam.try_event("(5000,)", |heap| {
            let item = int::from_i64(heap, 5000)?;
            tuple::new(heap, &[item])
        });
        exam.equal("the counts after a tuple", "(4, 0, 0)", counts(exam));
        let class = class_of(exam, "Node", None);
        exam.equal(
            "the counts after a class: the class and its dict",
            "(6, 0, 0)",
            counts(exam),
        );
        instance_of(exam, "n", class);
        exam.equal("the counts after an instance", "(7, 0, 0)", counts(exam));
        exam.try_event("def f(): …", |heap| {
            let code = regions::load_code(heap.memory, "f", &[])?;
            function::new(heap, code, None)
        });
        exam.equal("the counts after a function", "(8, 0, 0)", counts(exam));
    });
}

#[test]
fn task_7_2_only_containers_count() {
    exam::task("7.2", "ints, strings and the empty tuple do not count")
        .heap(COUNTING_KIT)
        .run(|exam| {
            exam.try_event("x = 5000; s = 'abc'; t = ()", |heap| {
                int::from_i64(heap, 5000)?;
                str::new(heap, "abc")?;
                tuple::new(heap, &[])
            });
            exam.equal("the counts", "(0, 0, 0)", counts(exam));
        });
}

#[test]
fn task_7_2_count_alloc_is_one_more() {
    exam::task(
        "7.2",
        "count_alloc adds one to generation 0's count, and to no other",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_counts(exam, [41, 3, 5]);
        exam.event("count_alloc", count_alloc);
        exam.equal("the counts", "(42, 3, 5)", counts(exam));
    });
}

#[test]
fn task_7_2_a_freed_container_is_subtracted() {
    exam::task(
        "7.2",
        "a container that is freed is subtracted, however old it is",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let (a, b) = (empty_list(exam, "a"), empty_list(exam, "b"));
        let c = empty_list(exam, "c");
        exam.equal("the counts", "(3, 0, 0)", counts(exam));
        exam.event("del b", |heap| decref(heap, b));
        exam.equal("the counts after del b", "(2, 0, 0)", counts(exam));
        super::support::put(exam, 2, &[c]);
        exam.event("del c, which is in generation 2", |heap| decref(heap, c));
        exam.equal("the counts after del c", "(1, 0, 0)", counts(exam));
        expect(exam, [&[a], &[], &[]]);
        exam.equal("live blocks", 1, exam.live_blocks());
    });
}

/// Garbage that outlives a collection makes the next one come later: at 0 nothing more is
/// subtracted. See `cpython.py`.
#[test]
fn task_7_2_never_below_zero() {
    exam::task("7.2", "the count stops at 0")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let (a, b) = (empty_list(exam, "a"), empty_list(exam, "b"));
            set_counts(exam, [1, 4, 4]);
            exam.event("del a", |heap| decref(heap, a));
            exam.equal("the counts after del a", "(0, 4, 4)", counts(exam));
            exam.event("del b", |heap| decref(heap, b));
            exam.equal("the counts after del b: still 0", "(0, 4, 4)", counts(exam));
        });
}

#[test]
fn task_7_2_the_block_goes_back() {
    exam::task(
        "7.2",
        "a container that is freed leaves its list, and its block goes back",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let (a, b) = (empty_list(exam, "a"), empty_list(exam, "b"));
        expect(exam, [&[a, b], &[], &[]]);
        exam.event("the free slot, for a", |heap| counting_del(heap, a));
        exam.equal("generation 0", vec![b], generation(exam, 0));
        exam.equal("live blocks", 1, exam.live_blocks());
    });
}

/// A thousand instances that are kept, and a thousand that are dropped: `cpython.py`. Not lists: a list
/// of CPython may come from a free list, which counts nothing.
#[test]
fn task_7_2_net() {
    exam::task("7.2", "the count is what was made less what was freed")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let class = class_of(exam, "C", None);
            set_counts(exam, [0, 0, 0]);
            exam.try_event("1000 instances that are dropped at once", |heap| {
                for _ in 0..1000 {
                    decref(heap, objects::instance::new(heap, class)?);
                }
                Ok::<_, MemoryError>(())
            });
            exam.equal("the counts", "(0, 0, 0)", counts(exam));
            let keep = exam.try_event("1000 instances that are kept, and their list", |heap| {
                let keep = list::new(heap)?;
                for _ in 0..1000 {
                    let op = objects::instance::new(heap, class)?;
                    list::append(heap, keep, op)?;
                }
                Ok::<_, MemoryError>(keep)
            });
            exam.equal("the counts", "(1001, 0, 0)", counts(exam));
            exam.event("del keep", |heap| decref(heap, keep));
            exam.equal("the counts", "(0, 0, 0)", counts(exam));
            exam.equal(
                "collections: none begins by itself yet",
                [0, 0, 0],
                exam.look(collections),
            );
            exam.equal("long_lived_pending and _total", (0, 0), long_lived(exam));
        });
}
