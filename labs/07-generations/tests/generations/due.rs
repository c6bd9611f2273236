//! Task 7.7: which generation is due.

use exam::HeapExam;
use generations::due::{enough_pending, gc_collect_generations};

use super::support::{
    COUNTING_KIT, collections, counts, lists, lost_list, put, set_counts, set_long_lived,
    set_thresholds,
};

/// Runs `gc_collect_generations` with these counts; the collections that it ran, and what is left of
/// the counts.
fn due(exam: &HeapExam, numbers: [u64; 3]) -> ([u64; 3], String) {
    set_counts(exam, numbers);
    let before = exam.look(collections);
    exam.event("gc_collect_generations()", |heap| {
        gc_collect_generations(heap)
    });
    let after = exam.look(collections);
    let ran = [0, 1, 2].map(|number| after[number] - before[number]);
    (ran, counts(exam))
}

const COLLECTIONS: &str = "the collections of each generation that it ran, and the counts then";

fn and(ran: [u64; 3], counts: &str) -> ([u64; 3], String) {
    (ran, counts.to_owned())
}

#[test]
fn task_7_7_none() {
    exam::task(
        "7.7",
        "a count that is not larger than its threshold is not due",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        lost_list(exam, "a");
        exam.equal(
            COLLECTIONS,
            and([0, 0, 0], "(700, 10, 10)"),
            due(exam, [700, 10, 10]),
        );
        let found = exam.event("gc_collect_generations()", |heap| {
            gc_collect_generations(heap)
        });
        exam.equal("what it returns", 0, found);
    });
}

#[test]
fn task_7_7_the_youngest() {
    exam::task(
        "7.7",
        "generation 0 is due with a count of one more than its threshold",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.equal(
            COLLECTIONS,
            and([1, 0, 0], "(0, 11, 10)"),
            due(exam, [701, 10, 10]),
        );
    });
}

#[test]
fn task_7_7_the_oldest_that_is_due() {
    exam::task(
        "7.7",
        "of those that are due the oldest is collected, once, and with it the younger ones",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.equal(
            COLLECTIONS,
            and([0, 1, 0], "(0, 0, 11)"),
            due(exam, [701, 11, 10]),
        );
        exam.equal(
            COLLECTIONS,
            and([0, 0, 1], "(0, 0, 0)"),
            due(exam, [701, 11, 11]),
        );
        exam.equal(
            "generation 2 alone",
            and([0, 0, 1], "(0, 0, 0)"),
            due(exam, [0, 0, 11]),
        );
        exam.equal(
            "generation 1 alone",
            and([0, 1, 0], "(0, 0, 4)"),
            due(exam, [5, 11, 3]),
        );
    });
}

#[test]
fn task_7_7_thresholds_of_its_own() {
    exam::task(
        "7.7",
        "each count is compared with the threshold of its own generation",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_thresholds(exam, [5, 50, 3]);
        exam.equal(
            COLLECTIONS,
            and([1, 0, 0], "(0, 41, 3)"),
            due(exam, [6, 40, 3]),
        );
        exam.equal(
            COLLECTIONS,
            and([0, 1, 0], "(0, 0, 1)"),
            due(exam, [6, 51, 0]),
        );
        exam.equal(
            COLLECTIONS,
            and([0, 0, 1], "(0, 0, 0)"),
            due(exam, [6, 40, 4]),
        );
    });
}

#[test]
fn task_7_7_what_it_returns() {
    exam::task(
        "7.7",
        "gc_collect_generations returns what its collection found",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let [a, b, _] = ["a", "b", "c"].map(|label| lost_list(exam, label));
        put(exam, 1, &[a, b]);
        set_counts(exam, [0, 11, 0]);
        let found = exam.event("gc_collect_generations()", |heap| {
            gc_collect_generations(heap)
        });
        exam.equal("what it returns", 3, found);
    });
}

/// See `cpython.py`.
#[test]
fn task_7_7_a_quarter() {
    exam::task(
        "7.7",
        "enough_pending: a quarter of long_lived_total, rounded down",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        for (pending, total, enough) in [
            (0, 0, true),
            (0, 3, true),
            (0, 4, false),
            (1, 4, true),
            (1, 7, true),
            (1, 8, false),
            (249, 1000, false),
            (250, 1000, true),
            (250, 1003, true),
            (250, 1004, false),
            (5000, 1000, true),
        ] {
            set_long_lived(exam, pending, total);
            exam.equal(
                &format!("enough_pending with {pending} of {total}"),
                enough,
                exam.look(enough_pending),
            );
        }
    });
}

#[test]
fn task_7_7_a_full_collection_must_be_worth_while() {
    exam::task(
        "7.7",
        "while less than a quarter waits, generation 1 is collected in place of generation 2",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_long_lived(exam, 249, 1000);
        exam.equal(
            "with 249 of 1000 waiting: the collections, and the counts then",
            and([0, 1, 0], "(0, 0, 12)"),
            due(exam, [701, 11, 11]),
        );
        set_long_lived(exam, 250, 1000);
        exam.equal(
            "with 250 of 1000 waiting: the collections, and the counts then",
            and([0, 0, 1], "(0, 0, 0)"),
            due(exam, [701, 11, 12]),
        );
    });
}

#[test]
fn task_7_7_or_generation_0() {
    exam::task(
        "7.7",
        "while less than a quarter waits and generation 1 is not due, it is generation 0, or nothing",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        set_long_lived(exam, 0, 1000);
        exam.equal(
            "the collections, and the counts then",
            and([1, 0, 0], "(0, 3, 11)"),
            due(exam, [701, 2, 11]),
        );
        exam.equal(
            "the collections, and the counts then",
            and([0, 0, 0], "(700, 3, 11)"),
            due(exam, [700, 3, 11]),
        );
    });
}

#[test]
fn task_7_7_the_rule_is_for_the_oldest_only() {
    exam::task(
        "7.7",
        "generations 0 and 1 are collected however few objects wait",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let _keep = lists(exam, ["a", "b"]);
        set_long_lived(exam, 0, 1_000_000);
        exam.equal(
            "generation 1 is due: the collections, and the counts then",
            and([0, 1, 0], "(0, 0, 1)"),
            due(exam, [0, 11, 0]),
        );
        exam.equal(
            "generation 0 is due: the collections, and the counts then",
            and([1, 0, 0], "(0, 1, 1)"),
            due(exam, [701, 0, 1]),
        );
    });
}
