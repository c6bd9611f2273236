//! Tasks 7.9 and 7.10: what the module `gc` shows.

use exam::HeapExam;
use generations::inspect::{
    NEGATIVE, Stats, TOO_OLD, append_objects, get_objects, get_referents, get_referrers, get_stats,
    is_finalized, is_tracked,
};
use memory::{Addr, GcState, MemoryError};
use objects::{ObjectError, function, int, list, set};

use super::support::{
    AUTOMATIC_KIT, Does, Log, class_of, class_with, collect, count, del, dict_of, empty_list,
    expect, fill, give, instance_of, items_of, lists, lost_list, put, refer, set_counts, tuple_of,
};

/// `test_get_stats`.
#[test]
fn task_7_9_get_stats() {
    exam::task("7.9", "get_stats gives the three generations' statistics")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            exam.event("statistics as if there had been collections", |heap| {
                for number in 0..3 {
                    let stats = GcState::of(heap.memory).stats(number);
                    stats.collections().set(10 * number + 1);
                    stats.collected().set(10 * number + 2);
                    stats.uncollectable().set(10 * number + 3);
                }
            });
            let found = exam.event("gc.get_stats()", get_stats);
            let expected = [(1, 2, 3), (11, 12, 13), (21, 22, 23)];
            exam.equal(
                "what gc.get_stats() gives",
                expected.map(|(collections, collected, uncollectable)| Stats {
                    collections,
                    collected,
                    uncollectable,
                }),
                found,
            );
        });
}

/// The objects of `get_objects(generation)`.
fn objects_of(exam: &HeapExam, generation: Option<i64>) -> Vec<Addr> {
    let label = match generation {
        None => "gc.get_objects()".to_owned(),
        Some(number) => format!("gc.get_objects(generation={number})"),
    };
    items_of(exam, &label, |heap| get_objects(heap, generation))
}

#[test]
fn task_7_9_get_objects_of_one_generation() {
    exam::task(
        "7.9",
        "get_objects of a generation gives its objects, in their order",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let [a, b, c, d, e] = lists(exam, ["a", "b", "c", "d", "e"]);
        put(exam, 1, &[c]);
        put(exam, 2, &[d, e]);
        exam.equal(
            "the objects of generation 0",
            vec![a, b],
            objects_of(exam, Some(0)),
        );
        exam.equal(
            "the objects of generation 1",
            vec![c],
            objects_of(exam, Some(1)),
        );
        exam.equal(
            "the objects of generation 2",
            vec![d, e],
            objects_of(exam, Some(2)),
        );
        expect(exam, [&[a, b], &[c], &[d, e]]);
        exam.equal("the count of a, when the lists are gone", 1, count(exam, a));
    });
}

#[test]
fn task_7_9_get_objects_of_all() {
    exam::task(
        "7.9",
        "get_objects without a generation gives those of all three, the youngest first",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        put(exam, 1, &[c]);
        put(exam, 2, &[b]);
        exam.equal("all objects", vec![a, d, c, b], objects_of(exam, None));
    });
}

#[test]
fn task_7_9_the_list_owns_what_it_shows() {
    exam::task(
        "7.9",
        "the list is new, tracked, not in itself, and owns a reference to each object",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        let all = exam.try_event("all = gc.get_objects()", |heap| get_objects(heap, None));
        exam.name(all, "all");
        exam.equal("all", vec![a, b], exam.look(|heap| list::items(heap, all)));
        exam.equal("the count of a: its name, and all", 2, count(exam, a));
        exam.equal("the count of all", 1, count(exam, all));
        expect(exam, [&[a, b, all], &[], &[]]);
        let young = exam.try_event("append_objects, of generation 0", |heap| {
            let young = list::new(heap)?;
            append_objects(heap, young, 0)?;
            Ok::<_, MemoryError>(young)
        });
        exam.equal(
            "generation 0, as append_objects gives it: without the list itself",
            vec![a, b, all],
            exam.look(|heap| list::items(heap, young)),
        );
        del(exam, "young, all, b, a", &[young, all, b, a]);
        exam.leaks(0);
    });
}

/// `test_get_objects_arguments`.
#[test]
fn task_7_9_no_such_generation() {
    exam::task("7.9", "there is no generation -1 and no generation 3")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            for (number, words) in [
                (-1, NEGATIVE),
                (-1000, NEGATIVE),
                (3, TOO_OLD),
                (1000, TOO_OLD),
            ] {
                let label = format!("gc.get_objects(generation={number})");
                let found = exam.event(&*label, |heap| get_objects(heap, Some(number)));
                exam.equal(
                    &format!("what {label} returns"),
                    Err(ObjectError::Value(words.to_owned())),
                    found,
                );
            }
            exam.leaks(0);
        });
}

#[test]
fn task_7_9_get_objects_may_collect() {
    exam::task(
        "7.9",
        "making the list may cause a collection; what is shown is what lives after it",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        lost_list(exam, "lost");
        set_counts(exam, [700, 0, 0]);
        exam.equal(
            "the objects of generation 0",
            Vec::<Addr>::new(),
            objects_of(exam, Some(0)),
        );
        exam.equal(
            "the objects of generation 1",
            vec![a],
            objects_of(exam, Some(1)),
        );
    });
}

#[test]
fn task_7_9_no_memory_for_the_items() {
    exam::task(
        "7.9",
        "if the list cannot grow, it is given up, and every count is as it was",
    )
    .heap(AUTOMATIC_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let a = empty_list(exam, "a");
        // The list itself finds a place, its block of items does not.
        let hole = exam.try_event("room for one list", list::new);
        fill(exam);
        del(exam, "the room", &[hole]);
        let found = exam.event("gc.get_objects()", |heap| get_objects(heap, None));
        let error = exam.err("gc.get_objects()", found);
        exam.check(
            "the error is one of memory",
            matches!(error, ObjectError::Memory(_)),
        );
        exam.equal("the count of a", 1, count(exam, a));
        expect(exam, [&[a], &[], &[]]);
    });
}

/// `test_get_objects_during_gc`: an object whose finalizer runs is in no generation.
#[test]
fn task_7_9_not_while_it_is_finalized() {
    exam::task(
        "7.9",
        "an object that is being finalized by a collection is not shown",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__del__", log, "shown", Does::Objects, None);
        let op = instance_of(exam, "n", class);
        give(exam, op, "me", op);
        del(exam, "n", &[op]);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal(
            "whether get_objects showed it to its __del__",
            "shown=0",
            log.read(exam),
        );
    });
}

/// `test_is_tracked`: see `cpython.py`.
#[test]
fn task_7_9_is_tracked() {
    exam::task("7.9", "which objects a collection looks at")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
            let a = empty_list(exam, "a");
            let class = class_of(exam, "C", None);
            let [t, u] = [("t", x), ("u", a)].map(|(label, item)| tuple_of(exam, label, &[item]));
            let [d, e] = [("d", x), ("e", a)].map(|(label, value)| dict_of(exam, label, value));
            let s = exam.try_event("s = set()", set::new);
            let f = exam.try_event("def f(): …", |heap| {
                let code = regions::load_code(heap.memory, "f", &[])?;
                function::new(heap, code, None)
            });
            let n = instance_of(exam, "n", class);
            let empty = exam.look(|heap| memory::Root::of(heap.memory).empty_tuple().get());
            let empty = empty.unwrap_or(x);
            for (what, op, tracked) in [
                ("an int", x, false),
                ("()", empty, false),
                ("(5000,), new", t, true),
                ("([],)", u, true),
                ("[]", a, true),
                ("{1: 5000}", d, false),
                ("{1: []}", e, true),
                ("set()", s, true),
                ("a function", f, true),
                ("a class", class, true),
                ("an instance", n, true),
            ] {
                let found = exam.look(|heap| is_tracked(heap, op));
                exam.equal(&format!("gc.is_tracked({what})"), tracked, found);
            }
            let shown = objects_of(exam, None);
            for (what, op) in [
                ("(5000,), new", t),
                ("[]", a),
                ("{1: []}", e),
                ("a class", class),
            ] {
                exam.check(&format!("gc.get_objects() has {what}"), shown.contains(&op));
            }
            for (what, op) in [("an int", x), ("{1: 5000}", d)] {
                exam.check(
                    &format!("gc.get_objects() does not have {what}"),
                    !shown.contains(&op),
                );
            }
            collect(exam, 0);
            exam.equal(
                "gc.is_tracked((5000,)), after a collection",
                false,
                exam.look(|heap| is_tracked(heap, t)),
            );
        });
}

/// `test_is_finalized`.
#[test]
fn task_7_9_is_finalized() {
    exam::task(
        "7.9",
        "is_finalized is false before, true after the finalizer, false for ints",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let class = class_with(exam, "__del__", log, "del", Does::Save, Some(saved));
        let op = instance_of(exam, "n", class);
        give(exam, op, "me", op);
        exam.equal(
            "gc.is_finalized(n)",
            false,
            exam.look(|heap| is_finalized(heap, op)),
        );
        del(exam, "n", &[op]);
        collect(exam, 2);
        exam.equal(
            "gc.is_finalized(n), which came back",
            true,
            exam.look(|heap| is_finalized(heap, op)),
        );
        let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
        exam.equal(
            "gc.is_finalized(5000)",
            false,
            exam.look(|heap| is_finalized(heap, x)),
        );
        del(exam, "x", &[x]);
    });
}

/// `test_get_referents`: see `cpython.py`.
#[test]
fn task_7_10_get_referents() {
    exam::task(
        "7.10",
        "get_referents: what an object refers to, once for each reference",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let of =
            |label: &str, objs: &[Addr]| items_of(exam, label, |heap| get_referents(heap, objs));
        let [x, y, z] = [("x", 1001), ("y", 1002), ("z", 1003)].map(|(label, value)| {
            let op = exam.try_event(format!("{label} = {value}"), |heap| {
                int::from_i64(heap, value)
            });
            exam.name(op, label);
            op
        });
        let a = empty_list(exam, "a");
        for item in [x, y, x] {
            refer(exam, a, item);
        }
        let sorted = |mut all: Vec<Addr>| {
            all.sort_by_key(|op| op.get());
            all
        };
        exam.equal(
            "gc.get_referents(a), sorted: x twice",
            sorted(vec![x, x, y]),
            sorted(of("gc.get_referents(a)", &[a])),
        );
        let t = tuple_of(exam, "t", &[z]);
        exam.equal(
            "gc.get_referents(t), a tuple",
            vec![z],
            of("gc.get_referents(t)", &[t]),
        );
        let d = dict_of(exam, "d", t);
        let mut found = of("gc.get_referents(d)", &[d]);
        found.retain(|&op| op == t);
        exam.equal("gc.get_referents(d), without its key", vec![t], found);
        let both = of("gc.get_referents(t, a, 1001)", &[t, a, x]);
        exam.equal("how many gc.get_referents(t, a, 1001) gives", 4, both.len());
        exam.equal("the first of them: those of t", Some(&z), both.first());
        let class = class_of(exam, "C", None);
        let n = instance_of(exam, "n", class);
        give(exam, n, "value", a);
        exam.equal(
            "gc.get_referents(n), sorted: its attribute and its class",
            sorted(vec![a, class]),
            sorted(of("gc.get_referents(n)", &[n])),
        );
        exam.equal(
            "the count of y, when the lists are gone: its name, and a",
            2,
            count(exam, y),
        );
    });
}

#[test]
fn task_7_10_atoms_refer_to_nothing() {
    exam::task(
        "7.10",
        "get_referents of ints, strings, static types and of nothing is []",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
        let list_type = exam.look(|heap| heap.type_of(x));
        let none: [Addr; 0] = [];
        for (label, objs) in [
            ("gc.get_referents(5000)", vec![x]),
            ("gc.get_referents(int)", vec![list_type]),
            ("gc.get_referents()", vec![]),
        ] {
            let found = items_of(exam, label, |heap| get_referents(heap, &objs));
            exam.equal(label, &none[..], &found[..]);
        }
    });
}

#[test]
fn task_7_10_untracked_containers_too() {
    exam::task(
        "7.10",
        "get_referents asks containers that are not tracked too",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
        let t = tuple_of(exam, "t", &[x]);
        collect(exam, 2);
        exam.equal(
            "gc.is_tracked(t)",
            false,
            exam.look(|heap| is_tracked(heap, t)),
        );
        let found = items_of(exam, "gc.get_referents(t)", |heap| {
            get_referents(heap, &[t])
        });
        exam.equal("gc.get_referents(t)", vec![x], found);
    });
}

#[test]
fn task_7_10_get_referrers() {
    exam::task(
        "7.10",
        "get_referrers: every tracked object that refers to one of them, each once",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let x = exam.try_event("x = 5000", |heap| int::from_i64(heap, 5000));
        let [a, b, c, d, e] = lists(exam, ["a", "b", "c", "d", "e"]);
        for (from, to) in [(a, x), (b, x), (b, x), (b, c), (c, x), (d, a)] {
            refer(exam, from, to);
        }
        put(exam, 1, &[b]);
        put(exam, 2, &[a]);
        let of =
            |label: &str, objs: &[Addr]| items_of(exam, label, |heap| get_referrers(heap, objs));
        exam.equal(
            "gc.get_referrers(x): generation 0's, 1's, 2's",
            vec![c, b, a],
            of("gc.get_referrers(x)", &[x]),
        );
        exam.equal(
            "gc.get_referrers(x, a, c)",
            vec![c, d, b, a],
            of("gc.get_referrers(x, a, c)", &[x, a, c]),
        );
        exam.equal(
            "gc.get_referrers(e)",
            Vec::<Addr>::new(),
            of("gc.get_referrers(e)", &[e]),
        );
    });
}

#[test]
fn task_7_10_referrers_without_the_list_itself() {
    exam::task(
        "7.10",
        "the new list refers to what it shows, but it is not one of the referrers",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, b, a);
        let found = exam.try_event("gc.get_referrers(a, b)", |heap| {
            // b is the first that is shown; from then on the list refers to b.
            get_referrers(heap, &[a, b])
        });
        exam.equal(
            "gc.get_referrers(a, b)",
            vec![b],
            exam.look(|heap| list::items(heap, found)),
        );
        exam.equal("the count of b: its name, and the list", 2, count(exam, b));
        del(exam, "the list", &[found]);
    });
}

/// `test_get_objects_during_gc`, with get_referrers.
#[test]
fn task_7_10_no_referrers_while_finalized() {
    exam::task(
        "7.10",
        "objects that are being finalized are not shown as referrers",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__del__", log, "shown", Does::Referrers, None);
        let op = instance_of(exam, "n", class);
        give(exam, op, "me", op);
        del(exam, "n", &[op]);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal(
            "how many get_referrers showed to __del__",
            "shown=0",
            log.read(exam),
        );
    });
}

#[test]
fn task_7_10_no_memory() {
    exam::task(
        "7.10",
        "if the list cannot grow, both give it up, and every count is as it was",
    )
    .heap(AUTOMATIC_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, a, b);
        refer(exam, a, b);
        for label in ["gc.get_referents(a)", "gc.get_referrers(b)"] {
            let hole = exam.try_event("room for one list", list::new);
            fill(exam);
            del(exam, "the room", &[hole]);
            let found = exam.event(label, |heap| match label {
                "gc.get_referents(a)" => get_referents(heap, &[a]),
                _ => get_referrers(heap, &[b]),
            });
            exam.err(label, found);
            exam.equal("the count of a", 1, count(exam, a));
            exam.equal("the count of b", 3, count(exam, b));
            expect(exam, [&[a, b], &[], &[]]);
        }
    });
}
