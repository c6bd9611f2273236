//! Task 7.14: objects that no collection looks at any more.

use generations::freeze::{freeze, get_freeze_count, unfreeze};
use memory::{Addr, GcState};

use super::support::{
    KIT, collect, counts, del, empty_list, expect, lists, long_lived, lost_list, members, put,
    refer, set_counts, set_long_lived,
};

/// The objects of the permanent generation.
fn permanent(exam: &exam::HeapExam) -> Vec<Addr> {
    let list = exam.look(|heap| GcState::of(heap.memory).permanent_generation().addr());
    members(exam, "the permanent generation", list)
}

/// `test_freeze`.
#[test]
fn task_7_14_freeze() {
    exam::task(
        "7.14",
        "freeze moves all objects to the permanent generation, and the counts begin anew",
    )
    .heap(KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        put(exam, 1, &[b]);
        put(exam, 2, &[c]);
        set_counts(exam, [5, 4, 3]);
        set_long_lived(exam, 8, 9);
        exam.event("gc.freeze()", freeze);
        expect(exam, [&[], &[], &[]]);
        exam.equal(
            "the permanent generation",
            vec![a, d, b, c],
            permanent(exam),
        );
        exam.equal("gc.get_freeze_count()", 4, exam.look(get_freeze_count));
        exam.equal("the counts", "(0, 0, 0)", counts(exam));
        exam.equal(
            "long_lived_pending and _total, which freeze leaves alone",
            (8, 9),
            long_lived(exam),
        );
        let e = empty_list(exam, "e");
        exam.event("gc.freeze(), again", freeze);
        exam.equal(
            "the permanent generation",
            vec![a, d, b, c, e],
            permanent(exam),
        );
    });
}

#[test]
fn task_7_14_unfreeze() {
    exam::task(
        "7.14",
        "unfreeze brings them to the end of generation 2, wherever they were before",
    )
    .heap(KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        exam.event("gc.freeze()", freeze);
        let [c, d] = lists(exam, ["c", "d"]);
        put(exam, 2, &[d]);
        set_counts(exam, [5, 4, 3]);
        exam.event("gc.unfreeze()", unfreeze);
        expect(exam, [&[c], &[], &[d, a, b]]);
        exam.equal("gc.get_freeze_count()", 0, exam.look(get_freeze_count));
        exam.equal("the counts", "(5, 4, 3)", counts(exam));
        exam.event("gc.unfreeze(), of nothing", unfreeze);
        expect(exam, [&[c], &[], &[d, a, b]]);
    });
}

/// `test_traverse_frozen_objects` and what it is for; see `cpython.py`.
#[test]
fn task_7_14_no_collection_looks_at_them() {
    exam::task(
        "7.14",
        "no collection touches a frozen object, dead or alive",
    )
    .heap(KIT)
    .run(|exam| {
        let lost = lost_list(exam, "lost");
        let live = empty_list(exam, "live");
        refer(exam, live, live);
        exam.event("gc.freeze()", freeze);
        for op in [lost, live] {
            // The head and the object: what a forked process must not write.
            exam.forbid(op.minus(16), 24);
        }
        exam.equal("gc.collect(2): lost is frozen", 0, collect(exam, 2));
        exam.event("gc.unfreeze()", unfreeze);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        expect(exam, [&[], &[], &[live]]);
    });
}

#[test]
fn task_7_14_counting_frees_them() {
    exam::task(
        "7.14",
        "a frozen object is tracked, and is freed when its last reference goes",
    )
    .heap(KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        exam.event("gc.freeze()", freeze);
        exam.equal(
            "gc.is_tracked(a)",
            true,
            exam.look(|heap| cycles::track::is_tracked(heap, a)),
        );
        del(exam, "a", &[a]);
        exam.equal("the permanent generation", vec![b], permanent(exam));
        exam.equal("gc.get_freeze_count()", 1, exam.look(get_freeze_count));
    });
}

/// What a frozen object refers to is kept by its count, as by an older generation's.
#[test]
fn task_7_14_frozen_objects_are_roots() {
    exam::task("7.14", "a young cycle that a frozen object refers to lives")
        .heap(KIT)
        .run(|exam| {
            let old = empty_list(exam, "old");
            exam.event("gc.freeze()", freeze);
            let young = empty_list(exam, "young");
            refer(exam, young, young);
            refer(exam, old, young);
            del(exam, "young", &[young]);
            exam.equal("gc.collect(2)", 0, collect(exam, 2));
            del(exam, "old", &[old]);
            exam.equal("gc.collect(2), when old is gone", 1, collect(exam, 2));
            exam.leaks(0);
        });
}

#[test]
fn task_7_14_shown_nowhere() {
    exam::task(
        "7.14",
        "frozen objects are not in get_objects, and are no referrers",
    )
    .heap(KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, a, b);
        exam.event("gc.freeze()", freeze);
        let none: [Addr; 0] = [];
        let found = super::support::items_of(exam, "gc.get_objects()", |heap| {
            generations::inspect::get_objects(heap, None)
        });
        exam.equal("gc.get_objects()", &none[..], &found[..]);
        let found = super::support::items_of(exam, "gc.get_referrers(b)", |heap| {
            generations::inspect::get_referrers(heap, &[b])
        });
        exam.equal("gc.get_referrers(b)", &none[..], &found[..]);
    });
}
