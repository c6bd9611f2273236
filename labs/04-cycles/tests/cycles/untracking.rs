//! Task 4.9: tuples and dicts that can be in no cycle.

use cycles::untrack::{may_be_tracked, tuple_maybe_untrack, untrack_dicts, untrack_tuples};
use exam::HeapExam;
use memory::{Addr, MemoryError};
use objects::{dict, int, set, tuple};
use refcounts::containers::{dict_del_item, dict_set_item};

use super::support::{
    LAZY_KIT, class_of, del, empty_list, fresh, generation, instance_of, name, tracked, tuple_of,
    young,
};

fn pass(exam: &HeapExam) {
    let list = young(exam);
    exam.event("untrack_tuples, untrack_dicts (generation 0)", |heap| {
        untrack_tuples(heap, list);
        untrack_dicts(heap, list);
    });
}

/// `d[key] = value` with a fresh int as key.
fn put(exam: &HeapExam, d: Addr, key: i64, value: Addr) {
    exam.try_event(format!("d[{key}] = …"), |heap| {
        let key = int::from_i64(heap, key)?;
        let done = dict_set_item(heap, d, key, value);
        refcounts::decref(heap, key);
        done
    });
}

fn expect(exam: &HeapExam, label: &str, op: Addr, expected: bool) {
    exam.equal(
        &format!("whether {label} is tracked"),
        expected,
        tracked(exam, op),
    );
}

#[test]
fn task_4_9_a_dict_is_tracked_late() {
    exam::task(
        "4.9",
        "a dict is tracked when the first container comes into it, as key or as value",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let d = exam.try_event("d = {}", dict::new);
        exam.name(d, "d");
        expect(exam, "{}", d, false);
        let x = fresh(exam, "x", 5000);
        put(exam, d, 1, x);
        expect(exam, "{1: 5000}", d, false);
        let a = empty_list(exam, "a");
        put(exam, d, 1, a);
        expect(exam, "{1: []}", d, true);
        exam.equal("generation 0: d behind a", vec![a, d], generation(exam));
        put(exam, d, 2, a);
        exam.equal("generation 0, after d[2] = a", vec![a, d], generation(exam));

        let e = exam.try_event("e = {}", dict::new);
        let t = exam.try_event("t = (a class,), a key", |heap| {
            let node = objects::class::new(heap, "Node", None)?;
            tuple::new(heap, &[node])
        });
        exam.try_event("e[t] = 5000", |heap| dict_set_item(heap, e, t, x));
        expect(exam, "a dict with a container as key", e, true);
        let f = exam.try_event("f = {}", dict::new);
        exam.try_event("f[5000] = {}", |heap| {
            let inner = dict::new(heap)?;
            let done = dict_set_item(heap, f, x, inner);
            refcounts::decref(heap, inner);
            done
        });
        expect(exam, "a dict with an untracked dict as value", f, true);
    });
}

#[test]
fn task_4_9_what_may_be_tracked() {
    exam::task(
        "4.9",
        "may_be_tracked: containers, also untracked dicts, but not untracked tuples",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let ask = |op| exam.look(|heap| may_be_tracked(heap, op));
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        let d = exam.try_event("{}", dict::new);
        let t = tuple_of(exam, "t", &[x]);
        let empty = exam.try_event("()", |heap| tuple::new(heap, &[]));
        let of_list = exam.look(|heap| heap.type_of(a));
        exam.equal("5000", false, ask(x));
        exam.equal("[]", true, ask(a));
        exam.equal("{}, which is not tracked", true, ask(d));
        exam.equal("(5000,), which is tracked", true, ask(t));
        exam.equal("()", false, ask(empty));
        exam.equal("list, a static type", false, ask(of_list));
        exam.event("untrack(t)", |heap| cycles::untrack(heap, t));
        exam.equal("(5000,), which is not tracked", false, ask(t));
        exam.event("untrack(a)", |heap| cycles::untrack(heap, a));
        exam.equal("[], which is not tracked: it could be again", true, ask(a));
    });
}

#[test]
fn task_4_9_tuples() {
    exam::task(
        "4.9",
        "untrack_tuples untracks the tuples whose items can be in no cycle",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        let numbers = tuple_of(exam, "numbers", &[x, x]);
        let with_list = tuple_of(exam, "with_list", &[x, a]);
        let nested = tuple_of(exam, "nested", &[numbers, x]);
        let last = tuple_of(exam, "last", &[x]);
        exam.equal(
            "generation 0",
            vec![a, numbers, with_list, nested, last],
            generation(exam),
        );
        let list = young(exam);
        exam.event("untrack_tuples(generation 0)", |heap| {
            untrack_tuples(heap, list)
        });
        exam.equal("generation 0", vec![a, with_list], generation(exam));
        del(exam, "numbers, nested, last", &[numbers, nested, last]);
        exam.equal("generation 0", vec![a, with_list], generation(exam));
    });
}

#[test]
fn task_4_9_from_the_outside_in() {
    exam::task(
        "4.9",
        "a tuple that stands before the tuple in it is untracked one collection later",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let inner = tuple_of(exam, "inner", &[x]);
        let outer = tuple_of(exam, "outer", &[inner]);
        exam.event("inner moves behind outer", |heap| {
            cycles::untrack(heap, inner);
            cycles::track(heap, inner);
        });
        let list = young(exam);
        exam.event("untrack_tuples(generation 0)", |heap| {
            untrack_tuples(heap, list)
        });
        exam.equal(
            "generation 0: inner was tracked when outer was looked at",
            vec![outer],
            generation(exam),
        );
        exam.event("untrack_tuples(generation 0)", |heap| {
            untrack_tuples(heap, list)
        });
        exam.equal("generation 0", Vec::<Addr>::new(), generation(exam));
    });
}

#[test]
fn task_4_9_a_tuple_that_is_being_filled() {
    exam::task(
        "4.9",
        "a tuple with an item that is NULL stays tracked: who knows what will come",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let half = exam.try_event("a tuple of 2, of which one is filled", |heap| {
            let op = heap.alloc(objects::type_at(heap, cycles::index::TUPLE), 2)?;
            let item = int::from_i64(heap, 5000)?;
            memory::object::PyTupleObject::at(heap.memory, op)
                .ob_item(0)
                .set(Some(item));
            Ok::<_, MemoryError>(op)
        });
        exam.event("tuple_maybe_untrack(it)", |heap| {
            tuple_maybe_untrack(heap, half)
        });
        expect(exam, "a tuple that is being filled", half, true);
        exam.try_event("it is filled", |heap| {
            let item = int::from_i64(heap, 6000)?;
            memory::object::PyTupleObject::at(heap.memory, half)
                .ob_item(1)
                .set(Some(item));
            Ok::<_, MemoryError>(())
        });
        exam.event("tuple_maybe_untrack(it), twice", |heap| {
            tuple_maybe_untrack(heap, half);
            tuple_maybe_untrack(heap, half);
        });
        expect(exam, "the filled tuple", half, false);
    });
}

#[test]
fn task_4_9_dicts_that_lost_their_containers() {
    exam::task(
        "4.9",
        "given: a dict that holds no container any more is untracked, and tracked again",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let d = exam.try_event("d = {}", dict::new);
        let a = empty_list(exam, "a");
        let x = fresh(exam, "x", 5000);
        put(exam, d, 1, a);
        pass(exam);
        exam.equal("generation 0: d holds a list", vec![a, d], generation(exam));
        exam.try_event("del d[1]", |heap| {
            let key = int::from_i64(heap, 1)?;
            dict_del_item(heap, d, key)
        });
        put(exam, d, 1, x);
        pass(exam);
        exam.equal("generation 0: d holds an int", vec![a], generation(exam));
        put(exam, d, 2, a);
        exam.equal(
            "generation 0: d holds a list again",
            vec![a, d],
            generation(exam),
        );
    });
}

#[test]
fn task_4_9_the_others_stay() {
    exam::task(
        "4.9",
        "lists, sets, instances and classes are tracked always, empty or not",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let s = exam.try_event("set()", set::new);
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let before = generation(exam);
        exam.check(
            "all four are in generation 0",
            [a, s, node, one].iter().all(|op| before.contains(op)),
        );
        pass(exam);
        exam.equal("generation 0", before, generation(exam));
    });
}

#[test]
fn task_4_9_instance_dicts() {
    exam::task(
        "4.9",
        "the dict of an instance is tracked if an attribute is a container",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        for (label, value, expected) in [("5000", x, false), ("[]", a, true)] {
            let one = instance_of(exam, "one", node);
            let names = exam.try_event(format!("one.value = {label}; one.__dict__"), |heap| {
                refcounts::containers::set_attr(heap, one, name(heap, "value"), value)?;
                objects::instance::materialize_dict(heap, one)
            });
            expect(
                exam,
                &format!("the dict with {label} in it"),
                names,
                expected,
            );
        }
    });
}
