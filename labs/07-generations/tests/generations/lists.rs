//! Tasks 7.3 and 7.4: the three lists, and growing old.

use cycles::traversal::Seen;
use generations::lists::{merge_younger, older, promote};
use memory::{GcState, Heap};
use objects::dict;

use super::support::{
    COUNTING_KIT, collections, counts, dict_of, empty_list, expect, head_of, lists, long_lived,
    put, set_counts, set_long_lived,
};

/// After `gc.collect(n)`: see `cpython.py`.
#[test]
fn task_7_3_counts_of_generation_0() {
    exam::task(
        "7.3",
        "a collection of generation 0 is one more for generation 1, and its own count begins anew",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_counts(exam, [701, 4, 6]);
        exam.event("merge_younger(0)", |heap| merge_younger(heap, 0));
        exam.equal("the counts", "(0, 5, 6)", counts(exam));
    });
}

#[test]
fn task_7_3_counts_of_generation_1() {
    exam::task(
        "7.3",
        "a collection of generation 1 is one more for generation 2, and the two counts below begin anew",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_counts(exam, [701, 11, 6]);
        exam.event("merge_younger(1)", |heap| merge_younger(heap, 1));
        exam.equal("the counts", "(0, 0, 7)", counts(exam));
    });
}

#[test]
fn task_7_3_counts_of_generation_2() {
    exam::task("7.3", "after a full collection all three counts begin anew")
        .heap(COUNTING_KIT)
        .run(|exam| {
            set_counts(exam, [701, 11, 11]);
            exam.event("merge_younger(2)", |heap| merge_younger(heap, 2));
            exam.equal("the counts", "(0, 0, 0)", counts(exam));
        });
}

#[test]
fn task_7_3_the_young_come_behind() {
    exam::task(
        "7.3",
        "the younger objects come behind those of the generation, generation 0's first",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b, c, d, e, f] = lists(exam, ["a", "b", "c", "d", "e", "f"]);
        put(exam, 1, &[c, d]);
        put(exam, 2, &[e, f]);
        expect(exam, [&[a, b], &[c, d], &[e, f]]);
        let list = exam.event("merge_younger(2)", |heap| merge_younger(heap, 2));
        exam.equal(
            "what it returns: generation 2's list",
            head_of(exam, 2),
            list,
        );
        expect(exam, [&[], &[], &[e, f, a, b, c, d]]);
    });
}

#[test]
fn task_7_3_the_old_stay_where_they_are() {
    exam::task("7.3", "older generations are left alone")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let [a, b, c] = lists(exam, ["a", "b", "c"]);
            put(exam, 1, &[b]);
            put(exam, 2, &[c]);
            let list = exam.event("merge_younger(0)", |heap| merge_younger(heap, 0));
            exam.equal(
                "what it returns: generation 0's list",
                head_of(exam, 0),
                list,
            );
            expect(exam, [&[a], &[b], &[c]]);
            let list = exam.event("merge_younger(1)", |heap| merge_younger(heap, 1));
            exam.equal(
                "what it returns: generation 1's list",
                head_of(exam, 1),
                list,
            );
            expect(exam, [&[], &[b, a], &[c]]);
            exam.equal(
                "collections: nothing is collected yet",
                [0, 0, 0],
                exam.look(collections),
            );
        });
}

#[test]
fn task_7_4_older() {
    exam::task(
        "7.4",
        "older is the next generation; generation 2's is itself",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        for (number, next) in [(0, 1), (1, 2), (2, 2)] {
            exam.equal(
                &format!("older({number})"),
                head_of(exam, next),
                exam.look(|heap| older(heap, number)),
            );
        }
    });
}

#[test]
fn task_7_4_survivors_of_generation_0() {
    exam::task(
        "7.4",
        "what survives a collection of generation 0 comes to the end of generation 1",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        put(exam, 1, &[c]);
        put(exam, 2, &[d]);
        set_long_lived(exam, 5, 40);
        exam.event("promote(0)", |heap| survive(heap, 0));
        expect(exam, [&[], &[c, a, b], &[d]]);
        exam.equal(
            "long_lived_pending and _total: none of them is old yet",
            (5, 40),
            long_lived(exam),
        );
    });
}

#[test]
fn task_7_4_survivors_of_generation_1() {
    exam::task(
        "7.4",
        "what survives a collection of generation 1 comes into generation 2, and waits for a full collection",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        put(exam, 1, &[a, b]);
        put(exam, 2, &[c]);
        set_long_lived(exam, 5, 40);
        exam.event("promote(1)", |heap| survive(heap, 1));
        expect(exam, [&[], &[], &[c, a, b]]);
        exam.equal(
            "long_lived_pending, two more than 5, and _total",
            (7, 40),
            long_lived(exam),
        );
    });
}

#[test]
fn task_7_4_survivors_of_a_full_collection() {
    exam::task(
        "7.4",
        "what survives a full collection stays in generation 2, and is counted",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        put(exam, 2, &[a, b, c]);
        set_long_lived(exam, 5, 40);
        exam.event("promote(2)", |heap| survive(heap, 2));
        expect(exam, [&[], &[], &[a, b, c]]);
        exam.equal(
            "long_lived_pending: none waits any more, and _total: all of them",
            (0, 3),
            long_lived(exam),
        );
    });
}

/// A dict that grows while young collections look at it would be untracked and tracked again each
/// time: bpo-14775.
#[test]
fn task_7_4_dicts_are_untracked_by_a_full_collection_only() {
    exam::task(
        "7.4",
        "a dict without containers is untracked by a full collection, before the survivors are counted",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let d = dict_of(exam, "d", a);
        expect(exam, [&[a, d], &[], &[]]);
        exam.event("d.clear()", |heap| {
            dict::clear(heap, d, &mut |held| refcounts::decref(heap, held));
        });
        exam.event("promote(0)", |heap| survive(heap, 0));
        expect(exam, [&[], &[a, d], &[]]);
        exam.event("promote(1)", |heap| survive(heap, 1));
        expect(exam, [&[], &[], &[a, d]]);
        exam.event("promote(2)", |heap| survive(heap, 2));
        expect(exam, [&[], &[], &[a]]);
        exam.equal(
            "long_lived_total: only the list is left",
            (0, 1),
            long_lived(exam),
        );
    });
}

/// [`promote`], after a collection that has seen each object of the list.
fn survive(heap: &Heap, generation: u64) {
    let list = GcState::of(heap.memory).generation(generation).addr();
    promote(heap, generation, Seen::all_of(heap, list));
}
