//! Tasks 8.2 to 8.4: dead objects that wait for the next one of their type.

use exam::HeapExam;
use manager::freelist::{list_free, pop, push, tuple_free};
use manager::index;
use memory::manager::{FreeFloat, FreeLists, FreeStack};
use memory::object::{PyDictObject, PyFloatObject, PyListObject, PyObject, PyTupleObject};
use memory::{Addr, GcState, Heap, MemoryError};
use objects::types::type_at;
use objects::{dict, float, int, list, tuple};
use refcounts::containers::{dict_set_item, tuple_pack};
use refcounts::{decref, new_ref};

use super::support::{
    FLOATS, LISTS, TUPLES, collect, collections, count, del, fill, floats, is_tracked, kept_dicts,
    kept_lists, lost_list, new_dict, new_float, new_list, new_tuple, none, set_count,
    tuple_of_none, tuples, type_of, young,
};

// ------------------------------------------------------------------ 8.2

#[test]
fn task_8_2_a_dead_float_is_kept() {
    exam::task(
        "8.2",
        "a float that dies is put on the free list; its block is not given back",
    )
    .heap(FLOATS)
    .run(|exam| {
        exam.equal("kept floats at first", 0, floats(exam).len());
        let a = new_float(exam, "a", 1025.0);
        exam.equal("kept floats while a lives", 0, floats(exam).len());
        del(exam, "a", &[a]);
        exam.equal("live blocks: a's is still there", 1, exam.live_blocks());
        exam.equal("the kept floats", vec![a], floats(exam));
    });
}

#[test]
fn task_8_2_the_next_float_takes_it() {
    exam::task(
        "8.2",
        "the next float is the dead one: another value, a header like new",
    )
    .heap(FLOATS)
    .run(|exam| {
        let a = new_float(exam, "a", 1025.0);
        del(exam, "a", &[a]);
        let b = new_float(exam, "b", 2.5);
        exam.equal("where b lies: where a was", a, b);
        let manager = exam.work().manager;
        exam.equal("words that the allocator read for b", 0, manager.loads);
        exam.equal(
            "the kept floats: a is not one of them any more",
            0,
            floats(exam).len(),
        );
        exam.equal("the count of b", 1, exam.word(b));
        let ty = type_of(exam, index::FLOAT);
        let what = "the type of b: the word was a link, and is the type again";
        exam.equal(what, ty.get(), exam.word(b.plus(8)));
        exam.equal(
            "the value of b",
            2.5,
            exam.look(|heap| float::value(heap, b)),
        );
        exam.equal("live blocks", 1, exam.live_blocks());
    });
}

#[test]
fn task_8_2_the_value_is_the_makers() {
    exam::task(
        "8.2",
        "who takes a float off the list finds the old value in it",
    )
    .heap(FLOATS)
    .run(|exam| {
        let a = new_float(exam, "a", 1025.0);
        del(exam, "a", &[a]);
        let b = exam.try_event("alloc(float)", |heap| {
            heap.alloc(type_at(heap, index::FLOAT), 0)
        });
        let value = exam.look(|heap| PyFloatObject::at(heap.memory, b).ob_fval().get());
        exam.equal("the value, which nobody has written yet", 1025.0, value);
    });
}

#[test]
fn task_8_2_the_last_one_is_the_first() {
    exam::task(
        "8.2",
        "the float that died last is taken first, and the links are in between",
    )
    .heap(FLOATS)
    .run(|exam| {
        let [a, b, c] = [("a", 1.5), ("b", 2.5), ("c", 3.5)]
            .map(|(label, value)| new_float(exam, label, value));
        for (label, op) in [("a", a), ("b", b), ("c", c)] {
            del(exam, label, &[op]);
        }
        exam.equal(
            "the kept floats, the first one first",
            vec![c, b, a],
            floats(exam),
        );
        let last = exam.quietly(|heap| FreeFloat::at(heap.memory, a).next().get());
        exam.equal("the link of a, the last one: NULL", None, last);
        let d = new_float(exam, "d", 4.5);
        exam.equal("where d lies: where c was", c, d);
        exam.equal("the kept floats after d", vec![b, a], floats(exam));
        let e = new_float(exam, "e", 5.5);
        exam.equal("where e lies: where b was", b, e);
        let f = new_float(exam, "f", 6.5);
        exam.equal("where f lies: where a was", a, f);
        let g = new_float(exam, "g", 7.5);
        exam.check(
            "g is none of the three: the list is empty",
            ![a, b, c].contains(&g),
        );
        exam.equal("live blocks", 4, exam.live_blocks());
        let values = [d, e, f, g].map(|op| exam.look(|heap| float::value(heap, op)));
        exam.equal("the values of d, e, f, g", [4.5, 5.5, 6.5, 7.5], values);
    });
}

/// See `cpython.py`: of 150 floats that die, the first 100 are kept, and the hundredth comes first.
#[test]
fn task_8_2_a_hundred_and_no_more() {
    exam::task(
        "8.2",
        "100 dead floats are kept; the block of the next one goes back",
    )
    .heap(FLOATS)
    .run(|exam| {
        let all = exam.try_event("150 floats", |heap| {
            (0..150)
                .map(|number| float::from_f64(heap, number as f64))
                .collect::<Result<Vec<_>, _>>()
        });
        del(exam, "the first 99 of them", &all[..99]);
        exam.equal("kept floats", 99, floats(exam).len());
        exam.equal("live blocks", 150, exam.live_blocks());
        exam.name(all[99], "the 100th");
        del(exam, "the 100th", &all[99..100]);
        exam.equal(
            "kept floats: there was room for one more",
            100,
            floats(exam).len(),
        );
        exam.name(all[100], "the 101st");
        del(exam, "the 101st", &all[100..101]);
        exam.equal("kept floats, the list was full", 100, floats(exam).len());
        exam.check(
            "the block of the 101st was given back",
            !exam.is_live(all[100]),
        );
        del(exam, "the rest", &all[101..]);
        let kept: Vec<Addr> = all[..100].iter().rev().copied().collect();
        exam.equal("the kept floats, the first one first", kept, floats(exam));
        exam.equal("live blocks", 100, exam.live_blocks());
    });
}

#[test]
fn task_8_2_all_of_them_again() {
    exam::task("8.2", "a list that was full is used up, and fills again")
        .heap(FLOATS)
        .run(|exam| {
            let make = |heap: &Heap| {
                (0..120)
                    .map(|number| float::from_f64(heap, number as f64))
                    .collect::<Result<Vec<_>, _>>()
            };
            let all = exam.try_event("120 floats", make);
            del(exam, "all of them", &all);
            let again = exam.try_event("120 floats", make);
            exam.equal("kept floats: all are used", 0, floats(exam).len());
            let from: Vec<Addr> = all[..100].iter().rev().copied().collect();
            exam.equal(
                "the first 100: those that were kept",
                &from[..],
                &again[..100],
            );
            exam.equal("live blocks", 120, exam.live_blocks());
            del(exam, "all of them", &again);
            exam.equal("kept floats", 100, floats(exam).len());
            exam.equal("live blocks", 100, exam.live_blocks());
        });
}

#[test]
fn task_8_2_when_the_heap_is_full() {
    exam::task(
        "8.2",
        "a kept float needs no memory; without one, it is the allocator that says no",
    )
    .size(1 << 22)
    .heap(FLOATS)
    .run(|exam| {
        let a = new_float(exam, "a", 1025.0);
        fill(exam);
        del(exam, "a", &[a]);
        let b = new_float(exam, "b", 2.5);
        exam.equal("where b lies: where a was", a, b);
        let c = exam.event("c = 3.5", |heap| float::from_f64(heap, 3.5));
        exam.err("c = 3.5, with no float kept and the heap full", c);
        exam.equal("kept floats", 0, floats(exam).len());
    });
}

#[test]
fn task_8_2_a_random_row() {
    exam::task(
        "8.2",
        "floats come and go at random, and a stack of addresses knows where",
    )
    .heap(FLOATS)
    .run(|exam| {
        let mut random = exam.random();
        let (mut live, mut kept): (Vec<(Addr, f64)>, Vec<Addr>) = (Vec::new(), Vec::new());
        for round in 0..60 {
            let many = random.index(40);
            if random.chance(1, 2) || live.is_empty() {
                let made = exam.try_event(format!("{many} floats"), |heap| {
                    (0..many)
                        .map(|number| float::from_f64(heap, (100 * round + number) as f64))
                        .collect::<Result<Vec<_>, _>>()
                });
                for (number, &op) in made.iter().enumerate() {
                    if let Some(expected) = kept.pop() {
                        exam.equal("where the float lies", expected, op);
                    }
                    live.push((op, (100 * round + number) as f64));
                }
            } else {
                random.shuffle(&mut live);
                let dead = live.split_off(live.len().saturating_sub(many));
                let dead: Vec<Addr> = dead.into_iter().map(|(op, _)| op).collect();
                del(exam, &format!("{} floats", dead.len()), &dead);
                kept.extend(dead);
                kept.truncate(100);
            }
            let reversed: Vec<Addr> = kept.iter().rev().copied().collect();
            exam.equal(
                "the kept floats, the first one first",
                reversed,
                floats(exam),
            );
            for &(op, value) in &live {
                let found = exam.quietly(|heap| float::value(heap, op));
                exam.equal("the value of a float that lives", value, found);
            }
        }
    });
}

// ------------------------------------------------------------------ 8.3

/// The stack of lists, for tests of the stack alone. What is on it is not used as a list.
fn with_stack<T>(heap: &Heap, code: impl FnOnce(FreeStack<'_>) -> T) -> T {
    code(FreeLists::of(heap.memory).lists())
}

/// An address that is no object, different for each number.
fn number(number: u64) -> Addr {
    Addr::at(0x10_0000 + 16 * number)
}

#[test]
fn task_8_3_push_and_pop() {
    exam::task(
        "8.3",
        "push puts an address on top, pop takes the topmost one off",
    )
    .heap(LISTS)
    .run(|exam| {
        let empty = exam.event("pop", |heap| with_stack(heap, pop));
        exam.equal("pop of an empty stack", None, empty);
        let numfree =
            |exam: &HeapExam| exam.quietly(|heap| with_stack(heap, |stack| stack.numfree().get()));
        exam.equal("numfree of the empty stack, after pop", 0, numfree(exam));
        for at in 1..=3 {
            let room = exam.event(format!("push({})", number(at)), |heap| {
                with_stack(heap, |stack| push(stack, number(at)))
            });
            exam.equal("what push says: there was room", true, room);
            exam.equal("numfree", at, numfree(exam));
        }
        exam.equal(
            "the stack, from its bottom",
            vec![number(1), number(2), number(3)],
            kept_lists(exam),
        );
        for at in [3, 2, 1] {
            let op = exam.event("pop", |heap| with_stack(heap, pop));
            exam.equal("what pop takes", Some(number(at)), op);
            exam.equal("numfree", at - 1, numfree(exam));
        }
        let empty = exam.event("pop", |heap| with_stack(heap, pop));
        exam.equal("pop, when all are gone", None, empty);
    });
}

#[test]
fn task_8_3_a_full_stack() {
    exam::task(
        "8.3",
        "a stack has room for 80; push says so, and changes nothing",
    )
    .heap(LISTS)
    .run(|exam| {
        let pushed = exam.event("push, 80 times", |heap| {
            with_stack(heap, |stack| {
                (0..80).filter(|&at| push(stack, number(at))).count()
            })
        });
        exam.equal("how often push found room", 80, pushed);
        let room = exam.event("push, once more", |heap| {
            with_stack(heap, |stack| push(stack, number(80)))
        });
        exam.equal("what the 81st push says: there was no room", false, room);
        let all: Vec<Addr> = (0..80).map(number).collect();
        exam.equal(
            "the stack, from its bottom",
            &all[..],
            &kept_lists(exam)[..],
        );
        let op = exam.event("pop", |heap| with_stack(heap, pop));
        exam.equal("what pop takes", Some(number(79)), op);
        let room = exam.event("push", |heap| {
            with_stack(heap, |stack| push(stack, number(99)))
        });
        exam.equal("what push says after that: there was room", true, room);
        exam.equal("the topmost", Some(&number(99)), kept_lists(exam).last());
    });
}

#[test]
fn task_8_3_a_dead_list_is_kept() {
    exam::task(
        "8.3",
        "a list that dies is kept: not tracked, not given back, and not counted",
    )
    .heap(LISTS)
    .run(|exam| {
        let a = exam.try_event("a = [1025, 1026]", |heap| {
            let items = [int::from_i64(heap, 1025)?, int::from_i64(heap, 1026)?];
            list::from_items(heap, &items)
        });
        exam.name(a, "a");
        exam.equal("the count of generation 0 with a", 1, count(exam));
        del(exam, "a", &[a]);
        exam.equal("the kept lists", vec![a], kept_lists(exam));
        exam.equal(
            "live blocks: the list's, not that of its items",
            1,
            exam.live_blocks(),
        );
        exam.equal("a is tracked", false, is_tracked(exam, a));
        exam.equal("generation 0", Vec::<Addr>::new(), young(exam));
        exam.equal(
            "the count of generation 0: a was never given back, so nobody counts it off",
            1,
            count(exam),
        );
        exam.equal("kept dicts", 0, kept_dicts(exam).len());
    });
}

#[test]
fn task_8_3_the_next_list_takes_it() {
    exam::task(
        "8.3",
        "the next list is the dead one: empty, with count 1, tracked, and not counted",
    )
    .heap(LISTS)
    .run(|exam| {
        let keep = new_list(exam, "keep");
        let a = exam.try_event("a = [1025]", |heap| {
            let item = int::from_i64(heap, 1025)?;
            list::from_items(heap, &[item])
        });
        exam.name(a, "a");
        del(exam, "a", &[a]);
        let b = new_list(exam, "b");
        exam.equal("where b lies: where a was", a, b);
        exam.equal(
            "words that the allocator read for b",
            0,
            exam.work().manager.loads,
        );
        exam.equal("kept lists", 0, kept_lists(exam).len());
        exam.equal("the count of b", 1, exam.word(b));
        let ty = type_of(exam, index::LIST);
        exam.equal("the type of b", ty.get(), exam.word(b.plus(8)));
        let (size, items, allocated) = exam.look(|heap| {
            let list = PyListObject::at(heap.memory, b);
            (
                list.ob_size().get(),
                list.ob_item().get(),
                list.allocated().get(),
            )
        });
        exam.equal("the length of b", 0, size);
        exam.equal("the items of b: NULL", None, items);
        exam.equal("allocated of b", 0, allocated);
        exam.equal("generation 0: b at its end", vec![keep, b], young(exam));
        exam.equal("the count of generation 0: keep and a", 2, count(exam));
        exam.try_event("b.append(2.5)", |heap| {
            let item = float::from_f64(heap, 2.5)?;
            list::append(heap, b, item)
        });
        exam.equal("len(b)", 1, exam.look(|heap| list::len(heap, b)));
    });
}

#[test]
fn task_8_3_no_collection_begins() {
    exam::task("8.3", "a kept list begins no collection; a new one does")
        .heap(LISTS)
        .run(|exam| {
            let [a, b] = ["a", "b"].map(|label| new_list(exam, label));
            del(exam, "a", &[a]);
            set_count(exam, 701);
            new_list(exam, "c");
            exam.equal("the count after c, which was kept", 701, count(exam));
            exam.equal("collections", [0, 0, 0], collections(exam));
            new_list(exam, "d");
            exam.equal(
                "collections after d, which is new",
                [1, 0, 0],
                collections(exam),
            );
            exam.equal("the count of b", 1, exam.word(b));
        });
}

#[test]
fn task_8_3_a_dead_dict_is_kept() {
    exam::task(
        "8.3",
        "a dict that dies is kept; the next one is empty and not tracked",
    )
    .heap(LISTS)
    .run(|exam| {
        let a = new_dict(exam, "a");
        exam.try_event("a[1] = []", |heap| {
            let (key, value) = (int::from_i64(heap, 1)?, list::new(heap)?);
            dict_set_item(heap, a, key, value)?;
            decref(heap, value);
            decref(heap, key);
            Ok::<_, objects::ObjectError>(())
        });
        exam.equal(
            "a is tracked, since it has a list",
            true,
            is_tracked(exam, a),
        );
        exam.equal("the count of generation 0: a and the list", 2, count(exam));
        del(exam, "a", &[a]);
        exam.equal("the kept dicts", vec![a], kept_dicts(exam));
        exam.equal("kept lists: a's value", 1, kept_lists(exam).len());
        exam.equal("a is tracked", false, is_tracked(exam, a));
        exam.equal(
            "live blocks: dict and list, without the table",
            2,
            exam.live_blocks(),
        );
        exam.equal("the count of generation 0", 2, count(exam));
        let b = new_dict(exam, "b");
        exam.equal("where b lies: where a was", a, b);
        exam.equal(
            "words that the allocator read for b",
            0,
            exam.work().manager.loads,
        );
        exam.equal("kept dicts", 0, kept_dicts(exam).len());
        exam.equal("the count of b", 1, exam.word(b));
        let ty = type_of(exam, index::DICT);
        exam.equal("the type of b", ty.get(), exam.word(b.plus(8)));
        exam.equal("len(b)", 0, exam.look(|heap| dict::len(heap, b)));
        for word in (16..PyDictObject::SIZE).step_by(8) {
            let what = format!("the word at +{word} of b, as in a new dict");
            exam.equal(&what, 0, exam.word(b.plus(word)));
        }
        exam.equal(
            "b is tracked: it has nothing yet",
            false,
            is_tracked(exam, b),
        );
        exam.equal("the count of generation 0", 2, count(exam));
        exam.try_event("b[1] = 2.5", |heap| {
            let (key, value) = (int::from_i64(heap, 1)?, float::from_f64(heap, 2.5)?);
            dict_set_item(heap, b, key, value)?;
            decref(heap, value);
            decref(heap, key);
            Ok::<_, objects::ObjectError>(())
        });
        exam.equal("len(b)", 1, exam.look(|heap| dict::len(heap, b)));
    });
}

#[test]
fn task_8_3_each_type_its_own() {
    exam::task("8.3", "no dict takes a dead list, and no list a dead dict")
        .heap(LISTS)
        .run(|exam| {
            let a = new_list(exam, "a");
            let b = new_dict(exam, "b");
            del(exam, "a, b", &[a, b]);
            exam.equal("the kept lists", vec![a], kept_lists(exam));
            exam.equal("the kept dicts", vec![b], kept_dicts(exam));
            let c = new_dict(exam, "c");
            exam.equal("where the dict c lies: where the dict was", b, c);
            let d = new_list(exam, "d");
            exam.equal("where the list d lies: where the list was", a, d);
        });
}

/// See `cpython.py`: of 1000 lists that die, 80 are kept, and 920 counted off.
#[test]
fn task_8_3_eighty_and_no_more() {
    exam::task(
        "8.3",
        "80 dead lists and 80 dead dicts are kept; the next ones go back, and count",
    )
    .heap(LISTS)
    .run(|exam| {
        type Make = fn(&Heap) -> Result<Addr, MemoryError>;
        type Kept = fn(&HeapExam) -> Vec<Addr>;
        let both: [(&str, Make, Kept); 2] = [
            ("lists", |heap| list::new(heap), kept_lists),
            ("dicts", |heap| dict::new(heap), kept_dicts),
        ];
        let mut others = 0;
        for (what, make, kept) in both {
            set_count(exam, 0);
            let make = |heap: &Heap| (0..100).map(|_| make(heap)).collect::<Result<Vec<_>, _>>();
            let all = exam.try_event(format!("100 {what}"), make);
            exam.equal("the count of generation 0", 100, count(exam));
            del(exam, "80 of them, one after the other", &all[..80]);
            exam.equal(&format!("kept {what}"), 80, kept(exam).len());
            exam.equal(
                "the count of generation 0: none was given back",
                100,
                count(exam),
            );
            exam.name(all[80], "the 81st");
            del(exam, "the 81st", &all[80..81]);
            exam.equal(
                &format!("kept {what}: no room for the 81st"),
                80,
                kept(exam).len(),
            );
            exam.check(
                "the block of the 81st was given back",
                !exam.is_live(all[80]),
            );
            exam.equal("the count of generation 0: one less", 99, count(exam));
            del(exam, "the other 19", &all[81..]);
            exam.equal("the count of generation 0", 80, count(exam));
            exam.equal(
                &format!("the kept {what}, from the bottom"),
                &all[..80],
                &kept(exam)[..],
            );
            let again = exam.try_event(format!("100 {what}"), make);
            let top_first: Vec<Addr> = all[..80].iter().rev().copied().collect();
            exam.equal(
                "the first 80, the topmost first",
                &top_first[..],
                &again[..80],
            );
            exam.equal(
                "the count of generation 0: only 20 are new",
                100,
                count(exam),
            );
            others += 100;
            exam.equal("live blocks", others, exam.live_blocks());
        }
    });
}

#[test]
fn task_8_3_a_list_that_was_never_finished() {
    exam::task("8.3", "list_free gets a list that is tracked: there was no memory for its items")
        .heap(LISTS)
        .run(|exam| {
            let a = new_list(exam, "a");
            exam.equal("a is tracked", true, is_tracked(exam, a));
            exam.note("The maker of a list gives it to its free slot as it is, if its items find no room. So the slot must not rely on dealloc, which untracks a list that dies.");
            exam.event("list_free(a)", |heap| list_free(heap, a));
            exam.equal("the kept lists", vec![a], kept_lists(exam));
            exam.equal("a is tracked", false, is_tracked(exam, a));
            exam.equal("generation 0", Vec::<Addr>::new(), young(exam));
            let b = new_list(exam, "b");
            exam.equal("where b lies", a, b);
            exam.equal("generation 0", vec![b], young(exam));
            exam.equal("gc.collect(0): nothing is dead", 0, collect(exam, 0));
        });
}

#[test]
fn task_8_3_a_dict_that_is_tracked() {
    exam::task("8.3", "dict_free untracks what it keeps")
        .heap(LISTS)
        .run(|exam| {
            let a = new_dict(exam, "a");
            exam.event("track(a)", |heap| cycles::track::track(heap, a));
            exam.event("dict_free(a)", |heap| manager::freelist::dict_free(heap, a));
            exam.equal("the kept dicts", vec![a], kept_dicts(exam));
            exam.equal("a is tracked", false, is_tracked(exam, a));
            exam.equal("generation 0", Vec::<Addr>::new(), young(exam));
        });
}

#[test]
fn task_8_3_a_cycle_is_kept() {
    exam::task(
        "8.3",
        "what a collection frees is kept too, and no list of the collector has it",
    )
    .heap(LISTS)
    .run(|exam| {
        let a = lost_list(exam, "a");
        exam.equal("gc.collect(0)", 1, collect(exam, 0));
        exam.equal("the kept lists", vec![a], kept_lists(exam));
        exam.equal("a is tracked", false, is_tracked(exam, a));
        let b = lost_list(exam, "b");
        exam.equal("where b lies", a, b);
        exam.equal("gc.collect(0), once more", 1, collect(exam, 0));
        exam.equal("the kept lists", vec![a], kept_lists(exam));
        exam.equal("live blocks", 1, exam.live_blocks());
    });
}

#[test]
fn task_8_3_a_deep_nest() {
    exam::task(
        "8.3",
        "a thousand lists, one in another, end in the trashcan and are used again",
    )
    .heap(LISTS)
    .run(|exam| {
        let nest = |heap: &Heap| {
            let mut outer = list::new(heap)?;
            for _ in 1..1000 {
                outer = list::from_items(heap, &[outer])?;
            }
            Ok::<_, MemoryError>(outer)
        };
        let outer = exam.try_event("[[[…]]], 1000 deep", nest);
        del(exam, "the outermost", &[outer]);
        exam.equal("kept lists", 80, kept_lists(exam).len());
        exam.equal("live blocks", 80, exam.live_blocks());
        let outer = exam.try_event("[[[…]]], 1000 deep", nest);
        exam.equal("kept lists", 0, kept_lists(exam).len());
        exam.equal("gc.collect(2): nothing is dead", 0, collect(exam, 2));
        del(exam, "the outermost", &[outer]);
        exam.equal("live blocks", 80, exam.live_blocks());
    });
}

#[test]
fn task_8_3_when_the_heap_is_full() {
    exam::task(
        "8.3",
        "kept lists and dicts need no memory; without one, the allocator says no",
    )
    .size(1 << 22)
    .heap(LISTS)
    .run(|exam| {
        let a = new_list(exam, "a");
        let b = new_dict(exam, "b");
        fill(exam);
        del(exam, "a, b", &[a, b]);
        exam.equal("where c lies", a, new_list(exam, "c"));
        exam.equal("where d lies", b, new_dict(exam, "d"));
        let before = count(exam);
        let e = exam.event("e = []", list::new);
        exam.err("e = [], with no list kept and the heap full", e);
        let f = exam.event("f = {}", dict::new);
        exam.err("f = {}, with no dict kept and the heap full", f);
        exam.equal("the count of generation 0", before, count(exam));
    });
}

// ------------------------------------------------------------------ 8.4

#[test]
fn task_8_4_a_dead_tuple_is_kept() {
    exam::task(
        "8.4",
        "a tuple that dies is kept with those of its length; the next one takes it",
    )
    .heap(TUPLES)
    .run(|exam| {
        let keep = new_list(exam, "keep");
        for length in [1, 2, 19, 20] {
            set_count(exam, 0);
            let before = exam.live_blocks();
            let a = new_tuple(exam, "a", length);
            exam.equal("the count of generation 0 with a", 1, count(exam));
            del(exam, "a", &[a]);
            exam.equal(
                &format!("the kept tuples of {length}"),
                vec![a],
                tuples(exam, length),
            );
            exam.equal("a is tracked", false, is_tracked(exam, a));
            exam.equal(
                "live blocks: a's is still there",
                before + 1,
                exam.live_blocks(),
            );
            exam.equal("the count of generation 0", 1, count(exam));
            let ty = type_of(exam, index::TUPLE);
            let b = exam.try_event(format!("alloc(tuple, {length})"), |heap| {
                heap.alloc(ty, length)
            });
            exam.name(b, "b");
            exam.equal("where b lies: where a was", a, b);
            exam.equal(
                "words that the allocator read for b",
                0,
                exam.work().manager.loads,
            );
            exam.equal(
                &format!("kept tuples of {length}"),
                0,
                tuples(exam, length).len(),
            );
            exam.equal("the count of b", 1, exam.word(b));
            exam.equal("the type of b", ty.get(), exam.word(b.plus(8)));
            exam.equal("len(b)", length, exam.word(b.plus(16)));
            let items = exam.quietly(|heap| {
                let tuple = PyTupleObject::at(heap.memory, b);
                (0..length)
                    .filter(|&at| tuple.ob_item(at).get().is_some())
                    .count()
            });
            exam.equal("items of b that are not NULL", 0, items);
            exam.equal("generation 0", vec![keep, b], young(exam));
            exam.equal(
                "the count of generation 0: b is no new object",
                1,
                count(exam),
            );
            del(exam, "b", &[b]);
        }
    });
}

#[test]
fn task_8_4_each_length_its_own() {
    exam::task(
        "8.4",
        "a tuple of 2 does not take one of 3, and one of 21 is not kept",
    )
    .heap(TUPLES)
    .run(|exam| {
        for length in 1..=20 {
            let op = new_tuple(exam, "t", length);
            del(exam, "t", &[op]);
            for other in 1..=20 {
                let expected = usize::from(other <= length);
                let what = format!("kept tuples of {other}, after one of {length} died");
                exam.equal(&what, expected, tuples(exam, other).len());
            }
        }
        let long = new_tuple(exam, "long", 21);
        set_count(exam, 10);
        del(exam, "long", &[long]);
        exam.check(
            "the block of a tuple of 21 was given back",
            !exam.is_live(long),
        );
        exam.equal("the count of generation 0: one less", 9, count(exam));
        let again = new_tuple(exam, "again", 21);
        exam.equal("the count of generation 0: one more", 10, count(exam));
        for length in 1..=20 {
            exam.equal(
                &format!("kept tuples of {length}"),
                1,
                tuples(exam, length).len(),
            );
        }
        del(exam, "again", &[again]);
        let three = tuples(exam, 3);
        let t = new_tuple(exam, "t", 3);
        exam.equal("where a tuple of 3 lies", three, vec![t]);
        exam.equal("kept tuples of 2", 1, tuples(exam, 2).len());
        exam.equal("kept tuples of 4", 1, tuples(exam, 4).len());
    });
}

#[test]
fn task_8_4_the_last_one_is_the_first() {
    exam::task(
        "8.4",
        "the tuple that died last is taken first, and the links are in between",
    )
    .heap(TUPLES)
    .run(|exam| {
        let all = ["a", "b", "c"].map(|label| new_tuple(exam, label, 2));
        let [a, b, c] = all;
        for (label, op) in [("a", a), ("b", b), ("c", c)] {
            del(exam, label, &[op]);
        }
        exam.equal(
            "the kept tuples, the first one first",
            vec![c, b, a],
            tuples(exam, 2),
        );
        let last = exam.quietly(|heap| PyTupleObject::at(heap.memory, a).ob_item(0).get());
        exam.equal("the link of a, the last one: NULL", None, last);
        for (label, expected) in [("d", c), ("e", b), ("f", a)] {
            let op = new_tuple(exam, label, 2);
            exam.equal(&format!("where {label} lies"), expected, op);
        }
        exam.equal("kept tuples of 2", 0, tuples(exam, 2).len());
        exam.equal("live blocks", 3, exam.live_blocks());
    });
}

#[test]
fn task_8_4_its_items_are_given_up() {
    exam::task("8.4", "a kept tuple owns nothing: its items died with it")
        .heap(TUPLES)
        .run(|exam| {
            let item = new_float(exam, "x", 2.5);
            let a = exam.try_event("a = (x, x, [])", |heap| {
                let list = list::new(heap)?;
                let items = [new_ref(heap, item), item, list];
                tuple::new(heap, &items)
            });
            del(exam, "a", &[a]);
            exam.equal("the kept tuples of 3", vec![a], tuples(exam, 3));
            exam.equal("the kept floats", vec![item], floats(exam));
            exam.equal("kept lists", 1, kept_lists(exam).len());
            let b = exam.try_event("b = (None, None, None)", |heap| tuple_of_none(heap, 3));
            let none = none(exam);
            let items = exam.look(|heap| tuple::items(heap, b));
            exam.equal("the items of b", vec![none; 3], items);
        });
}

#[test]
fn task_8_4_not_tracked_and_not_filled() {
    exam::task("8.4", "a tuple that a collection untracked, and one that was never filled")
        .heap(TUPLES)
        .run(|exam| {
            let a = new_tuple(exam, "a", 2);
            collect(exam, 0);
            exam.equal("a is tracked, after gc.collect(0)", false, is_tracked(exam, a));
            del(exam, "a", &[a]);
            exam.equal("the kept tuples of 2", vec![a], tuples(exam, 2));
            let b = new_tuple(exam, "b", 2);
            exam.equal("where b lies", a, b);
            exam.equal("b is tracked", true, is_tracked(exam, b));
            let ty = type_of(exam, index::TUPLE);
            let c = exam.try_event("alloc(tuple, 5)", |heap| heap.alloc(ty, 5));
            exam.equal("c is tracked", true, is_tracked(exam, c));
            exam.note("tuple_free gets a tuple that is still tracked. It must not rely on dealloc, which untracks a tuple that dies.");
            exam.event("tuple_free(c)", |heap| tuple_free(heap, c));
            exam.equal("the kept tuples of 5", vec![c], tuples(exam, 5));
            exam.equal("c is tracked", false, is_tracked(exam, c));
            exam.equal("generation 0", vec![b], young(exam));
        });
}

/// See `cpython.py`: of 2500 tuples of each length that die, 2000 are kept.
#[test]
fn task_8_4_two_thousand_of_each_length() {
    exam::task(
        "8.4",
        "2000 dead tuples of a length are kept; the next one goes back, and counts",
    )
    .heap(TUPLES)
    .big()
    .run(|exam| {
        for length in [1, 20] {
            exam.event("gc.disable()", |heap| {
                GcState::of(heap.memory).enabled().set(0)
            });
            set_count(exam, 0);
            let before = exam.live_blocks();
            let make = |heap: &Heap| {
                let made = (0..2500).map(|_| tuple_of_none(heap, length));
                made.collect::<Result<Vec<_>, _>>()
            };
            let all = exam.try_event(format!("2500 tuples of {length}"), make);
            exam.equal("the count of generation 0", 2500, count(exam));
            del(exam, "2000 of them", &all[..2000]);
            exam.equal(
                &format!("kept tuples of {length}"),
                2000,
                tuples(exam, length).len(),
            );
            exam.equal(
                "the count of generation 0: none was given back",
                2500,
                count(exam),
            );
            exam.name(all[2000], "the 2001st");
            del(exam, "the 2001st", &all[2000..2001]);
            let what = format!("kept tuples of {length}: no room for the 2001st");
            exam.equal(&what, 2000, tuples(exam, length).len());
            exam.check(
                "the block of the 2001st was given back",
                !exam.is_live(all[2000]),
            );
            exam.equal("the count of generation 0: one less", 2499, count(exam));
            del(exam, "the other 499", &all[2001..]);
            exam.equal("the count of generation 0", 2000, count(exam));
            exam.equal("live blocks", before + 2000, exam.live_blocks());
        }
    });
}

#[test]
fn task_8_4_no_collection_begins() {
    exam::task("8.4", "a kept tuple begins no collection; a new one does")
        .heap(TUPLES)
        .run(|exam| {
            let a = new_tuple(exam, "a", 2);
            del(exam, "a", &[a]);
            set_count(exam, 701);
            new_tuple(exam, "b", 2);
            exam.equal("collections", [0, 0, 0], collections(exam));
            new_tuple(exam, "c", 2);
            exam.equal(
                "collections after c, which is new",
                [1, 0, 0],
                collections(exam),
            );
        });
}

#[test]
fn task_8_4_when_the_heap_is_full() {
    exam::task(
        "8.4",
        "a kept tuple needs no memory; without one, the allocator says no",
    )
    .size(1 << 22)
    .heap(TUPLES)
    .run(|exam| {
        let a = new_tuple(exam, "a", 2);
        fill(exam);
        del(exam, "a", &[a]);
        exam.equal("where b lies", a, new_tuple(exam, "b", 2));
        for length in [2, 21] {
            let c = exam.event(format!("a tuple of {length}"), |heap| {
                heap.alloc(type_at(heap, index::TUPLE), length)
            });
            exam.err("a tuple, with none kept and the heap full", c);
        }
        exam.equal("kept tuples of 2", 0, tuples(exam, 2).len());
    });
}

#[test]
fn task_8_4_the_empty_tuple_never_dies() {
    exam::task("8.4", "there is one empty tuple, and it is on no list")
        .heap(TUPLES)
        .run(|exam| {
            let one = new_tuple(exam, "one", 1);
            del(exam, "one", &[one]);
            let [a, b] = ["a", "b"].map(|label| {
                let op = exam.try_event(format!("{label} = ()"), |heap| tuple_pack(heap, &[]));
                exam.name(op, label);
                op
            });
            exam.equal("where b lies: there is only one", a, b);
            del(exam, "a, b", &[a, b]);
            for length in 1..=20 {
                let expected = usize::from(length == 1);
                let what = format!("kept tuples of {length}");
                exam.equal(&what, expected, tuples(exam, length).len());
            }
            let count = exam.look(|heap| PyObject::at(heap.memory, a).ob_refcnt().get());
            exam.equal("the count of (): the root's reference", 1, count);
        });
}
