//! Task 3.6: each type frees its objects in its own way.

use memory::{Addr, Heap, MemoryError};
use objects::{dict, float, int, list, set, str, tuple};
use refcounts::containers::{dict_set_item, list_append, set_add, tuple_pack};
use refcounts::decref;

use super::support::{
    FREEING_KIT, Log, count, empty_list, fresh, list_of, make_witness, witness, witness_of,
};

#[test]
fn task_3_6_a_list_frees_two_blocks() {
    exam::task("3.6", "a list gives back its block of items and itself")
        .heap(FREEING_KIT)
        .run(|exam| {
            let a = empty_list(exam, "a");
            exam.event("decref(a)", |heap| decref(heap, a));
            exam.leaks(0);
            let x = fresh(exam, "x", 5000);
            let b = list_of(exam, "b", &[x]);
            exam.equal("live blocks: b, its items, x", 3, exam.live_blocks());
            exam.event("decref(b)", |heap| decref(heap, b));
            exam.leaks(0);
        });
}

#[test]
fn task_3_6_a_shared_item_lives_on() {
    exam::task(
        "3.6",
        "a list that dies gives up one reference to each item, and no more",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        exam.try_event("a.append(x), three times", |heap| {
            (0..3).try_for_each(|_| list_append(heap, a, x))
        });
        exam.equal("the count of x", 4, count(exam, x));
        exam.event("decref(a)", |heap| decref(heap, a));
        exam.equal("the count of x: the name is left", 1, count(exam, x));
        exam.event("decref(x)", |heap| decref(heap, x));
        exam.leaks(0);
    });
}

#[test]
fn task_3_6_a_list_drops_from_the_back() {
    exam::task(
        "3.6",
        "a list gives up its items from the last to the first, before its own blocks",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let first = witness(exam, log, "first");
        let second = witness(exam, log, "second");
        let third = witness(exam, log, "third");
        let a = list_of(exam, "a", &[first, second, third]);
        let used = exam.look(|heap| {
            memory::object::PyListObject::at(heap.memory, a)
                .allocated()
                .addr()
        });
        exam.event(
            "the first one looks at the list's allocated when it dies",
            |heap| {
                heap.memory.store(first.plus(32), used.get());
            },
        );
        exam.event("decref(a)", |heap| decref(heap, a));
        exam.equal(
            "who died in which order; the list is there until its items are gone",
            "third, second, first=3",
            log.read(exam),
        );
        exam.leaks(0);
    });
}

#[test]
fn task_3_6_a_tuple_drops_from_the_back() {
    exam::task(
        "3.6",
        "a tuple gives up its items from the last to the first, then itself",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let left = witness(exam, log, "left");
        let right = witness_of(exam, log, "right", None);
        let pair = exam.try_event("pair = (left, right)", |heap| {
            tuple::new(heap, &[left, right])
        });
        exam.event("decref(pair)", |heap| decref(heap, pair));
        exam.equal("who died in which order", "right, left", log.read(exam));
        exam.leaks(0);
    });
}

#[test]
fn task_3_6_a_tuple_that_was_never_filled() {
    exam::task("3.6", "a place of a tuple that is NULL is left alone")
        .heap(FREEING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            let half = exam.try_event("a tuple with three places, one of them filled", |heap| {
                let ty = objects::type_at(heap, objects::index::TUPLE);
                let op = heap.alloc(ty, 3)?;
                let places = memory::object::PyTupleObject::at(heap.memory, op);
                places.ob_item(1).set(Some(x));
                Ok::<_, MemoryError>(op)
            });
            exam.event("decref of the tuple", |heap| decref(heap, half));
            exam.leaks(0);
        });
}

#[test]
fn task_3_6_the_empty_tuple_stays() {
    exam::task(
        "3.6",
        "the empty tuple is shared, static, and outlives everybody",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let one = exam.try_event("a = ()", |heap| tuple_pack(heap, &[]));
        let before = count(exam, one);
        let two = exam.try_event("b = ()", |heap| tuple_pack(heap, &[]));
        exam.equal("both names refer to one object", one, two);
        exam.equal("the count of ()", before + 1, count(exam, one));
        exam.event("del a, b", |heap| {
            decref(heap, one);
            decref(heap, two);
        });
        exam.equal("the count of ()", before - 1, count(exam, one));
        let outer = exam.try_event("c = ((), ())", |heap| tuple_pack(heap, &[one, one]));
        exam.equal("the count of ()", before + 1, count(exam, one));
        exam.event("decref(c)", |heap| decref(heap, outer));
        exam.equal("the count of ()", before - 1, count(exam, one));
        exam.leaks(0);
    });
}

#[test]
fn task_3_6_freeing_is_recursive() {
    exam::task("3.6", "one decref frees a whole tree, without a search")
        .heap(FREEING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            let tree = exam.try_event("a tree of 3 x 3 x 3 lists and tuples over x", |heap| {
                let mut level: Vec<Addr> = Vec::new();
                for _ in 0..27 {
                    level.push(tuple_pack(heap, &[x])?);
                }
                while level.len() > 1 {
                    let mut above = Vec::new();
                    for three in level.chunks(3) {
                        above.push(list::from_items(heap, three)?);
                    }
                    level = above;
                }
                Ok::<_, MemoryError>(level[0])
            });
            exam.equal("the count of x", 28, count(exam, x));
            exam.event("decref of the root", |heap| decref(heap, tree));
            exam.equal("the count of x", 1, count(exam, x));
            exam.equal("live blocks: x", 1, exam.live_blocks());
            exam.event("decref(x)", |heap| decref(heap, x));
            exam.leaks(0);
        });
}

#[test]
fn task_3_6_a_shared_list_dies_once() {
    exam::task(
        "3.6",
        "an object that two others hold is freed by the second one",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let w = witness(exam, log, "shared");
        let inner = list_of(exam, "inner", &[w]);
        let a = empty_list(exam, "a");
        let b = empty_list(exam, "b");
        exam.try_event("a.append(inner), b.append(inner), del inner", |heap| {
            list_append(heap, a, inner)?;
            list_append(heap, b, inner)?;
            decref(heap, inner);
            Ok::<_, MemoryError>(())
        });
        exam.event("decref(a)", |heap| decref(heap, a));
        exam.equal("who died", "", log.read(exam));
        exam.equal("the count of inner", 1, count(exam, inner));
        exam.event("decref(b)", |heap| decref(heap, b));
        exam.equal("who died", "shared", log.read(exam));
        exam.leaks(0);
    });
}

#[test]
fn task_3_6_each_type_frees_its_own() {
    exam::task(
        "3.6",
        "objects of every type, one inside the other: nothing is left",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let all = exam.try_event("a list with an object of each type", |heap| {
            one_of_each(heap, log)
        });
        exam.event("decref of the list", |heap| decref(heap, all));
        exam.equal(
            "who died, in which order: a dict ends from the front",
            "in list, one, two, in tuple",
            log.read(exam),
        );
        exam.leaks(0);
    });
}

fn one_of_each(heap: &Heap, log: Log) -> Result<Addr, objects::ObjectError> {
    let table = dict::new(heap)?;
    for (key, label) in [(5001, "one"), (5002, "two")] {
        let (key, value) = (
            int::from_i64(heap, key)?,
            make_witness(heap, log, label, None)?,
        );
        dict_set_item(heap, table, key, value)?;
        decref(heap, key);
        decref(heap, value);
    }
    let group = set::new(heap)?;
    for number in 0..20 {
        let item = int::from_i64(heap, 7000 + number)?;
        set_add(heap, group, item)?;
        set_add(heap, group, item)?;
        decref(heap, item);
    }
    let inner = tuple::new(heap, &[make_witness(heap, log, "in tuple", None)?, table])?;
    Ok(list::from_items(
        heap,
        &[
            int::from_i64(heap, 1 << 62)?,
            int::from_i64(heap, 7)?,
            float::from_f64(heap, 2.5)?,
            str::new(heap, "words")?,
            str::new(heap, "말")?,
            group,
            inner,
            make_witness(heap, log, "in list", None)?,
        ],
    )?)
}

#[test]
fn task_3_6_a_long_chain_is_stopped() {
    exam::task("3.6", "without a trashcan a long chain is too deep: it is stopped, and does not crash")
        .heap(FREEING_KIT)
        .big()
        .run(|exam| {
            exam.note("This is the limit of what task 3.6 can do: each list of the chain is ended inside the end of the one before it. Task 3.8 mends it.");
            let chain = exam.try_event("a chain of 20,000 lists", |heap| {
                let mut chain = list::new(heap)?;
                for _ in 1..20_000 {
                    chain = list::from_items(heap, &[chain])?;
                }
                Ok::<_, MemoryError>(chain)
            });
            exam.fails("decref of the chain", "dealloc nested", |heap| decref(heap, chain));
        });
}
