//! Task 4.2: which objects the collector knows.

use cycles::index;
use cycles::track::{gc_del, is_tracked, track, untrack, untrack_then};
use exam::HeapExam;
use memory::{Addr, MemoryError};
use objects::types::type_at;
use objects::{dict, function, set, singletons, tuple};
use refcounts::decref;

use super::support::{
    Does, Log, TRACKING_KIT, class_of, del, empty_list, fill, flags, fresh, generation, head,
    instance_of, lists, native, refer, tracked, weak, witness_of,
};

type Make = fn(&memory::Heap) -> Result<Addr, MemoryError>;

fn ask(exam: &HeapExam, op: Addr) -> bool {
    exam.look(|heap| is_tracked(heap, op))
}

#[test]
fn task_4_2_at_the_end_of_generation_0() {
    exam::task(
        "4.2",
        "track puts an object at the end of generation 0, untrack takes it out",
    )
    .heap(TRACKING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        exam.equal(
            "the objects in generation 0",
            vec![a, b, c],
            generation(exam),
        );
        exam.event("untrack(b)", |heap| untrack(heap, b));
        exam.equal("the objects in generation 0", vec![a, c], generation(exam));
        exam.equal("the head of b: both words", (0, 0), head(exam, b));
        exam.equal("is_tracked(b)", false, ask(exam, b));
        exam.equal("is_tracked(a)", true, ask(exam, a));
        exam.event("track(b)", |heap| track(heap, b));
        exam.equal(
            "the objects in generation 0",
            vec![a, c, b],
            generation(exam),
        );
        exam.equal("is_tracked(b)", true, ask(exam, b));
        exam.event("untrack(a), twice", |heap| {
            untrack(heap, a);
            untrack(heap, a);
        });
        exam.equal("the objects in generation 0", vec![c, b], generation(exam));
    });
}

#[test]
fn task_4_2_one_flag_stays() {
    exam::task("4.2", "untrack leaves nothing of a head but FINALIZED")
        .heap(TRACKING_KIT)
        .run(|exam| {
            let [a, b] = lists(exam, ["a", "b"]);
            exam.event("both flags are set in a and in b", |heap| {
                for op in [a, b] {
                    let word = op.minus(8);
                    heap.memory.store(word, heap.memory.load(word) | 3);
                }
            });
            exam.event("untrack(a)", |heap| untrack(heap, a));
            exam.equal("the head of a: no links, FINALIZED", (0, 1), head(exam, a));
            exam.event("track(a)", |heap| track(heap, a));
            exam.equal("the flags of a", "FINALIZED", flags(exam, a));
            exam.equal("the flags of b", "FINALIZED, COLLECTING", flags(exam, b));
        });
}

#[test]
fn task_4_2_what_has_no_head() {
    exam::task("4.2", "what has no GC head is not tracked, and untracking it changes nothing")
        .heap(TRACKING_KIT)
        .run(|exam| {
            exam.note("A type made by a class statement has a head. The type `list` lies in the data region and has none: the two words in front of it belong to another type.");
            let x = fresh(exam, "x", 5000);
            let car = class_of(exam, "Car", None);
            let list_type = exam.look(|heap| type_at(heap, index::LIST));
            let none = exam.event("None", singletons::none);
            let empty = exam.try_event("()", |heap| tuple::new(heap, &[]));
            for (label, op, expected) in [
                ("5000", x, false),
                ("None", none, false),
                ("list", list_type, false),
                ("()", empty, false),
                ("a class", car, true),
            ] {
                exam.equal(&format!("is_tracked({label})"), expected, ask(exam, op));
            }
            let before = (head(exam, list_type), head(exam, x));
            exam.event("untrack(list), untrack(5000), untrack(())", |heap| {
                for op in [list_type, x, empty] {
                    untrack(heap, op);
                }
            });
            let after = (head(exam, list_type), head(exam, x));
            exam.equal("the two words in front of list, and in front of 5000", before, after);
        });
}

#[test]
fn task_4_2_tracked_from_birth() {
    exam::task(
        "4.2",
        "every new container is tracked, at the end of generation 0",
    )
    .heap(TRACKING_KIT)
    .run(|exam| {
        let mut all = Vec::new();
        let car = class_of(exam, "Car", None);
        // A class has a dict of its own.
        all.extend(generation(exam));
        exam.check("the class is in generation 0", all.contains(&car));
        let made: [(&str, Make); 5] = [
            ("[]", objects::list::new),
            ("{}", dict::new),
            ("set()", set::new),
            ("(5000,)", |heap| {
                let item = objects::int::from_i64(heap, 5000)?;
                tuple::new(heap, &[item])
            }),
            ("def f(): …", |heap| {
                let code = regions::load_code(heap.memory, "f", &[])?;
                function::new(heap, code, None)
            }),
        ];
        for (label, make) in made {
            let op = exam.try_event(label, make);
            all.push(op);
            exam.name(op, label);
            exam.equal("the objects in generation 0", &all, &generation(exam));
            exam.equal(&format!("the count of {label}"), 1, exam.word(op));
        }
        let first = instance_of(exam, "car", car);
        all.push(first);
        let wr = weak(exam, "wr", first, None);
        all.push(wr);
        exam.equal("the objects in generation 0", &all, &generation(exam));
        fresh(exam, "x", 5000);
        exam.equal(
            "the objects in generation 0, after an int",
            &all,
            &generation(exam),
        );
    });
}

#[test]
fn task_4_2_the_dead_leave_the_list() {
    exam::task("4.2", "a container that dies leaves the list")
        .heap(TRACKING_KIT)
        .run(|exam| {
            let stays = empty_list(exam, "stays");
            let car = class_of(exam, "Car", None);
            let before = generation(exam);
            let car_1 = instance_of(exam, "car", car);
            let wr = weak(exam, "wr", car_1, None);
            let ops = exam.try_event("a list, a dict, a set, a tuple, a function", |heap| {
                let item = objects::int::from_i64(heap, 5000)?;
                let code = regions::load_code(heap.memory, "f", &[])?;
                Ok::<_, MemoryError>([
                    objects::list::new(heap)?,
                    dict::new(heap)?,
                    set::new(heap)?,
                    tuple::new(heap, &[item])?,
                    function::new(heap, code, None)?,
                ])
            });
            exam.equal(
                "how many objects are in generation 0",
                before.len() + 7,
                generation(exam).len(),
            );
            exam.event("all of them die", |heap| {
                for op in ops.into_iter().chain([car_1, wr]) {
                    decref(heap, op);
                }
            });
            exam.equal("the objects in generation 0", &before, &generation(exam));
            del(exam, "Car", &[car]);
            exam.equal("the objects in generation 0", vec![stays], generation(exam));
            del(exam, "stays", &[stays]);
            exam.equal(
                "the objects in generation 0",
                Vec::<Addr>::new(),
                generation(exam),
            );
        });
}

#[test]
fn task_4_2_first_out_of_the_list() {
    exam::task("4.2", "a dying container is out of the list before it gives anything up")
        .heap(TRACKING_KIT)
        .run(|exam| {
            exam.note("The list holds an object that looks at the list's _gc_next when it dies. It must be 0 by then: a callback or a finalizer could begin a collection at that moment.");
            let log = Log::new(exam);
            let a = empty_list(exam, "a");
            let w = witness_of(exam, log, "gc_next", Some(a.minus(16)));
            refer(exam, a, w);
            del(exam, "w", &[w]);
            del(exam, "a", &[a]);
            exam.equal("the _gc_next of a when its item died", "gc_next=0", log.read(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_4_2_untrack_then() {
    exam::task(
        "4.2",
        "untrack_then calls the deallocator once, with the object untracked",
    )
    .heap(TRACKING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let dealloc: memory::heap::DeallocFn = |heap, op| {
            heap.memory
                .store(op.plus(16), heap.memory.load(op.plus(16)) + 1);
            heap.memory
                .store(op.plus(24), heap.memory.load(op.minus(16)));
        };
        exam.event(
            "untrack_then(a, a deallocator that notes what it sees)",
            |heap| {
                untrack_then(heap, a, dealloc);
            },
        );
        exam.equal(
            "how often the deallocator was called",
            1,
            exam.word(a.plus(16)),
        );
        exam.equal("the _gc_next of a that it saw", 0, exam.word(a.plus(24)));
        exam.equal(
            "the objects in generation 0",
            Vec::<Addr>::new(),
            generation(exam),
        );
    });
}

#[test]
fn task_4_2_gc_del() {
    exam::task(
        "4.2",
        "gc_del frees the block, and takes the object out of its list if it is still there",
    )
    .heap(TRACKING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        exam.event("gc_del(b), which is tracked", |heap| gc_del(heap, b));
        exam.equal("the objects in generation 0", vec![a, c], generation(exam));
        exam.event("untrack(a), gc_del(a)", |heap| {
            untrack(heap, a);
            gc_del(heap, a);
        });
        exam.equal("the objects in generation 0", vec![c], generation(exam));
        exam.leaks(1);
    });
}

#[test]
fn task_4_2_without_memory() {
    exam::task(
        "4.2",
        "a container for which there is no memory is not tracked",
    )
    .heap(TRACKING_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let a = empty_list(exam, "a");
        fill(exam);
        let made = exam.event("[]", objects::list::new);
        exam.err("[] without memory", made);
        exam.equal("the objects in generation 0", vec![a], generation(exam));
    });
}

#[test]
fn task_4_2_a_half_made_list() {
    exam::task(
        "4.2",
        "a list that could not get its block leaves the list again",
    )
    .heap(TRACKING_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let made = exam.event("a list of 1,000,000 items", |heap| {
            objects::list::repeat(heap, a, 1)?;
            let one = singletons::none(heap);
            let ones = objects::list::from_items(heap, &[one])?;
            let many = objects::list::repeat(heap, ones, 1_000_000);
            decref(heap, ones);
            many
        });
        exam.err("a list of 1,000,000 items", made);
        exam.equal(
            "how many objects are in generation 0",
            2,
            generation(exam).len(),
        );
    });
}

#[test]
fn task_4_2_the_trashcan_still_works() {
    exam::task(
        "4.2",
        "a chain of 20,000 lists and instances is freed, and all leave the list",
    )
    .heap(TRACKING_KIT)
    .big()
    .run(|exam| {
        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let del_method = native(exam, log, "del", Does::Tracked, None);
        let before = generation(exam);
        let chain = exam.try_event("a chain of lists and instances in turn", |heap| {
            let next = super::support::name(heap, "next");
            let mut chain = objects::list::new(heap)?;
            for _ in 0..10_000 {
                let inner = objects::instance::new(heap, node)?;
                objects::instance::set_attr(heap, inner, next, chain)?;
                chain = objects::list::from_items(heap, &[inner])?;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.equal(
            "how many objects are in generation 0",
            before.len() + 20_001,
            generation(exam).len(),
        );
        del(exam, "the chain", &[chain]);
        exam.equal("the objects in generation 0", &before, &generation(exam));
        exam.check("Node is still tracked", tracked(exam, node));
        del(exam, "del", &[del_method]);
    });
}
