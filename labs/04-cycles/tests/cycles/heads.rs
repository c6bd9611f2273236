//! Task 4.1: lists of GC heads.

use cycles::gc_list::{
    gc_list_append, gc_list_init, gc_list_is_empty, gc_list_merge, gc_list_move, gc_list_remove,
    gc_list_size,
};
use exam::HeapExam;
use memory::{Addr, GcList};

use super::support::{LISTS_KIT, flags, fresh_list, head, lists, members, scratch};

fn append(exam: &HeapExam, label: &str, op: Addr, list: Addr) {
    exam.event(format!("gc_list_append(head of {label}, list)"), |heap| {
        gc_list_append(heap, op.minus(16), list);
    });
}

/// A list with these objects, put there one after the other.
fn list_of(exam: &HeapExam, which: GcList, ops: &[Addr]) -> Addr {
    let list = fresh_list(exam, which);
    exam.event("gc_list_append, one after the other", |heap| {
        for op in ops {
            gc_list_append(heap, op.minus(16), list);
        }
    });
    list
}

/// Sets FINALIZED and COLLECTING in the heads of two objects, as a collection might have.
fn set_flags(exam: &HeapExam, op: Addr, flags: u64) {
    exam.event("flags in the _gc_prev of an object", |heap| {
        let word = op.minus(8);
        heap.memory.store(word, heap.memory.load(word) | flags);
    });
}

#[test]
fn task_4_1_an_empty_list() {
    exam::task("4.1", "an empty list is a head that links to itself")
        .heap(LISTS_KIT)
        .run(|exam| {
            let list = scratch(exam, GcList::Unreachable);
            exam.name(list, "list");
            exam.event("the words hold something old", |heap| {
                heap.memory.store(list, 0x1235);
                heap.memory.store(list.plus(8), 0x1237);
            });
            exam.event("gc_list_init(list)", |heap| gc_list_init(heap, list));
            exam.equal("_gc_next of list", Some(list), Addr::new(exam.word(list)));
            let prev = exam.word(list.plus(8));
            exam.equal("_gc_prev of list", Some(list), Addr::new(prev));
            let empty = exam.look(|heap| gc_list_is_empty(heap, list));
            exam.equal("gc_list_is_empty(list)", true, empty);
            let size = exam.look(|heap| gc_list_size(heap, list));
            exam.equal("gc_list_size(list)", 0, size);
        });
}

#[test]
fn task_4_1_append_goes_to_the_end() {
    exam::task(
        "4.1",
        "gc_list_append puts an object at the end, linked both ways",
    )
    .heap(LISTS_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        let list = fresh_list(exam, GcList::Unreachable);
        exam.name(list, "list");
        let mut expected = Vec::new();
        for (label, op) in [("a", a), ("b", b), ("c", c)] {
            append(exam, label, op, list);
            expected.push(op);
            exam.equal(
                "the objects in the list",
                &expected,
                &members(exam, "the list", list),
            );
            let size = exam.look(|heap| gc_list_size(heap, list));
            exam.equal("gc_list_size(list)", expected.len() as u64, size);
        }
        let empty = exam.look(|heap| gc_list_is_empty(heap, list));
        exam.equal("gc_list_is_empty(list)", false, empty);
    });
}

#[test]
fn task_4_1_append_leaves_the_flags() {
    exam::task("4.1", "the flags of an object stay when it is put into a list, and when its neighbour changes")
        .heap(LISTS_KIT)
        .run(|exam| {
            exam.note("Bit 0 of _gc_prev says FINALIZED, bit 1 COLLECTING. They belong to the object, not to the link.");
            let [a, b] = lists(exam, ["a", "b"]);
            exam.detail(a);
            set_flags(exam, a, 1);
            let list = fresh_list(exam, GcList::Unreachable);
            append(exam, "a", a, list);
            exam.equal("the flags of a", "FINALIZED", flags(exam, a));
            append(exam, "b", b, list);
            exam.equal("the flags of a, after b", "FINALIZED", flags(exam, a));
            exam.equal("the flags of b", "none", flags(exam, b));
            exam.equal("the objects in the list", vec![a, b], members(exam, "the list", list));
        });
}

#[test]
fn task_4_1_remove() {
    exam::task(
        "4.1",
        "gc_list_remove takes an object out of its list, wherever it stands",
    )
    .heap(LISTS_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        let list = list_of(exam, GcList::Unreachable, &[a, b, c, d]);
        set_flags(exam, b, 3);
        set_flags(exam, c, 1);
        for (label, op, expected) in [
            ("b, in the middle", b, vec![a, c, d]),
            ("a, the first", a, vec![c, d]),
            ("d, the last", d, vec![c]),
            ("c, the only one", c, vec![]),
        ] {
            exam.event(format!("gc_list_remove(head of {label})"), |heap| {
                gc_list_remove(heap, op.minus(16));
            });
            exam.equal(
                "the objects in the list",
                expected,
                members(exam, "the list", list),
            );
            exam.equal("the _gc_next of what was removed", 0, head(exam, op).0);
        }
        exam.equal("the flags of b", "FINALIZED, COLLECTING", flags(exam, b));
        exam.equal("the flags of c", "FINALIZED", flags(exam, c));
    });
}

#[test]
fn task_4_1_move() {
    exam::task(
        "4.1",
        "gc_list_move takes an object from one list to the end of another",
    )
    .heap(LISTS_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        let from = list_of(exam, GcList::Unreachable, &[a, b, c]);
        let to = list_of(exam, GcList::Finalizers, &[d]);
        set_flags(exam, b, 3);
        exam.event("gc_list_move(head of b, to)", |heap| {
            gc_list_move(heap, b.minus(16), to)
        });
        exam.equal(
            "the objects in from",
            vec![a, c],
            members(exam, "from", from),
        );
        exam.equal("the objects in to", vec![d, b], members(exam, "to", to));
        exam.equal("the flags of b", "FINALIZED, COLLECTING", flags(exam, b));
        exam.event(
            "gc_list_move(head of a, from), the list that it is in",
            |heap| {
                gc_list_move(heap, a.minus(16), from);
            },
        );
        exam.equal(
            "the objects in from",
            vec![c, a],
            members(exam, "from", from),
        );
    });
}

#[test]
fn task_4_1_merge() {
    exam::task(
        "4.1",
        "gc_list_merge moves all objects to the end of another list, in order",
    )
    .heap(LISTS_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        let from = list_of(exam, GcList::Unreachable, &[a, b]);
        let to = list_of(exam, GcList::Finalizers, &[c, d]);
        set_flags(exam, a, 1);
        set_flags(exam, b, 3);
        exam.event("gc_list_merge(from, to)", |heap| {
            gc_list_merge(heap, from, to)
        });
        exam.equal(
            "the objects in to",
            vec![c, d, a, b],
            members(exam, "to", to),
        );
        exam.equal(
            "the objects in from",
            Vec::<Addr>::new(),
            members(exam, "from", from),
        );
        exam.equal("the flags of a", "FINALIZED", flags(exam, a));
        exam.equal("the flags of b", "FINALIZED, COLLECTING", flags(exam, b));
        exam.event("gc_list_merge(from, to), from is empty", |heap| {
            gc_list_merge(heap, from, to);
        });
        exam.equal(
            "the objects in to",
            vec![c, d, a, b],
            members(exam, "to", to),
        );
        exam.event("gc_list_merge(to, from), from is empty", |heap| {
            gc_list_merge(heap, to, from);
        });
        exam.equal(
            "the objects in from",
            vec![c, d, a, b],
            members(exam, "from", from),
        );
        exam.equal(
            "the objects in to",
            Vec::<Addr>::new(),
            members(exam, "to", to),
        );
    });
}

#[test]
fn task_4_1_merge_is_a_few_words() {
    exam::task(
        "4.1",
        "merging a long list changes no more words than merging a short one",
    )
    .heap(LISTS_KIT)
    .run(|exam| {
        let mut work = Vec::new();
        for size in [2, 200] {
            let ops = exam.try_event(format!("{size} lists"), |heap| {
                (0..size)
                    .map(|_| objects::list::new(heap))
                    .collect::<Result<Vec<_>, _>>()
            });
            let from = list_of(exam, GcList::Unreachable, &ops);
            let to = fresh_list(exam, GcList::Finalizers);
            exam.event("gc_list_merge(from, to)", |heap| {
                gc_list_merge(heap, from, to)
            });
            work.push(exam.work());
        }
        let [short, long] = work[..] else { return };
        exam.equal(
            "words read for 200 objects, as for 2",
            short.loads,
            long.loads,
        );
        exam.equal(
            "words written for 200 objects, as for 2",
            short.stores,
            long.stores,
        );
    });
}
