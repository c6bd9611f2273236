//! Task 3.11: `__del__`, the whole order of an instance's end, and what counting cannot do.

use exam::HeapExam;
use memory::object::PyGC_Head;
use memory::{Addr, MemoryError};
use objects::{class, instance, list};
use refcounts::containers::set_attr;
use refcounts::finalize::{call_finalizer, is_finalized, slot_tp_finalize};
use refcounts::{decref, weakref};

use super::support::{
    Does, KIT, Log, aim, class_of, count, empty_list, give_attr, instance_of, name, native,
    set_method, witness,
};

/// A class whose `__del__` writes `label` into `log`, and the callable.
fn class_with_del(
    exam: &HeapExam,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> (Addr, Addr) {
    let class = class_of(exam, "Car", None);
    let del = native(exam, log, label, does, target);
    exam.event("one reference to __del__ for the test", |heap| {
        refcounts::incref(heap, del)
    });
    set_method(exam, class, "__del__", del);
    (class, del)
}

#[test]
fn task_3_11_del_is_called() {
    exam::task(
        "3.11",
        "__del__ is called with the dying object, whose count is 1 meanwhile",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (class, del) = class_with_del(exam, log, "del", Does::Count, None);
        let before = exam.live_blocks();
        let car = instance_of(exam, "car", class);
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal(
            "what was called, and the count of its argument",
            "del=1",
            log.read(exam),
        );
        exam.equal(
            "the count of __del__: the class and the test",
            2,
            count(exam, del),
        );
        exam.equal("live blocks: car is freed", before, exam.live_blocks());
        exam.equal("the count of the class", 1, count(exam, class));
    });
}

#[test]
fn task_3_11_the_argument_is_the_object() {
    exam::task("3.11", "the argument of __del__ is the object itself")
        .heap(KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let (class, del) = class_with_del(exam, log, "del", Does::Same, None);
            let car = instance_of(exam, "car", class);
            aim(exam, del, car);
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal(
                "what was called, and 1 if its argument was the car",
                "del=1",
                log.read(exam),
            );
        });
}

#[test]
fn task_3_11_del_of_a_base_class() {
    exam::task(
        "3.11",
        "__del__ is found in a base class; without one nothing is called",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (base, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let derived = class_of(exam, "Truck", Some(base));
        let other = class_of(exam, "Boat", None);
        let (truck, boat) = (
            instance_of(exam, "truck", derived),
            instance_of(exam, "boat", other),
        );
        exam.event("decref(boat)", |heap| decref(heap, boat));
        exam.equal("what was called", "", log.read(exam));
        exam.event("decref(truck)", |heap| decref(heap, truck));
        exam.equal("what was called", "del", log.read(exam));
    });
}

#[test]
fn task_3_11_the_whole_order() {
    exam::task("3.11", "finalizer, weak references, callbacks, attributes, memory, class: in this order")
        .heap(KIT)
        .run(|exam| {
            exam.note("__del__ looks at the weak reference: it is alive. The callback looks at it: it is dead. The attribute dies after both. This is what book/python/03-order.py prints.");
            let log = Log::new(exam);
            let (class, del) = class_with_del(exam, log, "del", Does::Alive, None);
            let callback = native(exam, log, "callback", Does::Alive, None);
            let car = instance_of(exam, "car", class);
            let part = witness(exam, log, "part");
            give_attr(exam, car, "engine", part);
            let wr = exam.try_event("wr = weakref.ref(car, callback)", |heap| weakref::new(heap, car, Some(callback)));
            aim(exam, del, wr);
            aim(exam, callback, wr);
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("what happened, and whether the weak reference was alive", "del=1, callback=0, part", log.read(exam));
            exam.event("everything else goes", |heap| {
                for op in [wr, callback, del, class] {
                    decref(heap, op);
                }
            });
            exam.leaks(0);
        });
}

#[test]
fn task_3_11_coming_back() {
    exam::task(
        "3.11",
        "an object that its finalizer stores lives on, with everything that it has",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let (class, del) = class_with_del(exam, log, "del", Does::Save, Some(saved));
        let bird = instance_of(exam, "bird", class);
        let part = witness(exam, log, "part");
        give_attr(exam, bird, "value", part);
        let wr = exam.try_event("wr = weakref.ref(bird)", |heap| {
            weakref::new(heap, bird, None)
        });
        exam.name(exam.look(weakref::borrowed_none), "None");
        let before = exam.live_blocks();
        exam.equal(
            "is_finalized(bird)",
            false,
            exam.look(|heap| is_finalized(heap, bird)),
        );
        exam.event("decref(bird)", |heap| decref(heap, bird));
        exam.equal("what happened", "del", log.read(exam));
        exam.equal("the count of bird: saved", 1, count(exam, bird));
        exam.equal(
            "live blocks: the block of the list's items is new",
            before + 1,
            exam.live_blocks(),
        );
        exam.equal(
            "is_finalized(bird)",
            true,
            exam.look(|heap| is_finalized(heap, bird)),
        );
        exam.equal(
            "the count of the class: its name and bird",
            2,
            count(exam, class),
        );
        let alive = exam.event("x = wr()", |heap| weakref::get(heap, wr));
        exam.equal("what wr() gives", bird, alive);
        exam.event("del x", |heap| decref(heap, alive));

        exam.try_event("saved.pop(), and what it returns is dropped", |heap| {
            if let Some(popped) = list::pop(heap, saved)? {
                decref(heap, popped);
            }
            Ok::<_, MemoryError>(())
        });
        exam.equal(
            "what happened: no second __del__",
            "del, part",
            log.read(exam),
        );
        exam.equal("the count of the class: its name", 1, count(exam, class));
        exam.event("everything else goes", |heap| {
            for op in [wr, saved, del, class] {
                decref(heap, op);
            }
        });
        exam.leaks(0);
    });
}

#[test]
fn task_3_11_once() {
    exam::task(
        "3.11",
        "call_finalizer calls once, and leaves the other bits of _gc_prev alone",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (class, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let car = instance_of(exam, "car", class);
        exam.event("bits of _gc_prev are set", |heap| {
            PyGC_Head::of(heap.memory, car)._gc_prev().set(0x40 | 2);
        });
        exam.event("call_finalizer(car)", |heap| call_finalizer(heap, car));
        exam.event("call_finalizer(car), again", |heap| {
            call_finalizer(heap, car)
        });
        exam.equal("what was called", "del", log.read(exam));
        let bits = exam.look(|heap| PyGC_Head::of(heap.memory, car)._gc_prev().get());
        exam.equal(
            "_gc_prev: the bits from before (0x42), and FINALIZED (0x1)",
            "0x43",
            format!("{bits:#x}"),
        );
        let boat = class_of(exam, "Boat", None);
        let plain = instance_of(exam, "boat", boat);
        exam.event("call_finalizer of an object that has none", |heap| {
            call_finalizer(heap, plain)
        });
        exam.equal(
            "is_finalized of an object that has none",
            false,
            exam.look(|heap| is_finalized(heap, plain)),
        );
    });
}

#[test]
fn task_3_11_finalized_is_set_afterwards() {
    exam::task(
        "3.11",
        "the mark FINALIZED is set when the finalizer has run",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (class, _) = class_with_del(exam, log, "del", Does::Finalized, None);
        let car = instance_of(exam, "car", class);
        exam.event("call_finalizer(car)", |heap| call_finalizer(heap, car));
        exam.equal(
            "what was called, and the mark of its argument meanwhile",
            "del=0",
            log.read(exam),
        );
        exam.equal(
            "is_finalized(car)",
            true,
            exam.look(|heap| is_finalized(heap, car)),
        );
    });
}

#[test]
fn task_3_11_what_del_returns_is_given_up() {
    exam::task(
        "3.11",
        "what __del__ returns is given up, and its error is lost",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note("The first __del__ returns a fresh int: the only reference to it goes to the caller. The second one fails.");
        let log = Log::new(exam);
        let (class, del) = class_with_del(exam, log, "del", Does::Fresh, None);
        let car = instance_of(exam, "car", class);
        let before = exam.live_blocks();
        exam.event("slot_tp_finalize(car)", |heap| slot_tp_finalize(heap, car));
        exam.equal("what was called", "del", log.read(exam));
        exam.equal("live blocks", before, exam.live_blocks());
        exam.equal("the count of __del__: the class and the test", 2, count(exam, del));
        let bad = native(exam, log, "bad", Does::Fail, None);
        set_method(exam, class, "__del__", bad);
        exam.event("slot_tp_finalize(car)", |heap| slot_tp_finalize(heap, car));
        exam.equal("what was called", "del, bad", log.read(exam));
        exam.equal("the count of the new __del__: the class", 1, count(exam, bad));
    });
}

#[test]
fn task_3_11_del_lives_while_it_runs() {
    exam::task(
        "3.11",
        "a __del__ that is taken out of its class while it runs is kept until it ends",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note(
            "__del__ empties a list, and the list holds the last reference to the class's method.",
        );
        let log = Log::new(exam);
        let held = empty_list(exam, "held");
        let class = class_of(exam, "Car", None);
        let del = native(exam, log, "del", Does::Empty, Some(held));
        // The dict of the class borrows the method here, so that the list is its only owner.
        set_method(exam, class, "__del__", del);
        exam.try_event("the method's only owner is a list", |heap| {
            list::append(heap, held, del)
        });
        let car = instance_of(exam, "car", class);
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("what was called", "del", log.read(exam));
    });
}

#[test]
fn task_3_11_many_finalizers_in_a_chain() {
    exam::task(
        "3.11",
        "a chain of 5,000 instances with __del__: each finalizer runs once",
    )
    .heap(KIT)
    .big()
    .run(|exam| {
        let log = Log::new(exam);
        let (class, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let before = exam.live_blocks();
        let chain = exam.try_event("a chain of 5,000 instances", |heap| {
            let next = name(heap, "next");
            let mut chain = instance::new(heap, class)?;
            for _ in 1..5_000 {
                let outer = instance::new(heap, class)?;
                instance::set_attr(heap, outer, next, chain)?;
                chain = outer;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.event("decref of the chain", |heap| decref(heap, chain));
        exam.equal("how often __del__ was called", 5_000, log.len(exam));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
    });
}

#[test]
fn task_3_11_a_method_is_given_up_with_its_class() {
    exam::task("3.11", "a class that goes gives up its __del__")
        .heap(KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let class = class_of(exam, "Car", None);
            let w = witness(exam, log, "w");
            exam.try_event("Car.wheels = w", |heap| {
                class::set_attr(heap, class, name(heap, "wheels"), w)
            });
            let car = instance_of(exam, "car", class);
            exam.event("decref(Car)", |heap| decref(heap, class));
            exam.equal("who died", "", log.read(exam));
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("who died", "w", log.read(exam));
            exam.leaks(0);
        });
}

/// The end of the road: `book/python/03-cycle.py`. Chapter 4 finds these two.
#[test]
fn task_3_11_counting_never_frees_a_cycle() {
    exam::task("3.11", "two nodes that refer to each other: their counts stay 1, and __del__ is never called")
        .heap(KIT)
        .run(|exam| {
            exam.note("Reference counting cannot free a cycle. This test expects the leak; chapter 4 mends it. A third node, in no cycle, shows what the two are waiting for.");
            let log = Log::new(exam);
            let (node, _) = class_with_del(exam, log, "del", Does::Nothing, None);
            let classes = exam.live_blocks();
            let (one, two) = (instance_of(exam, "node1", node), instance_of(exam, "node2", node));
            let three = instance_of(exam, "node3", node);
            let next = exam.look(|heap| name(heap, "next"));
            exam.try_event("node1.next = node2", |heap| set_attr(heap, one, next, two));
            exam.try_event("node2.next = node1", |heap| set_attr(heap, two, next, one));
            exam.try_event("node3.next = node1", |heap| set_attr(heap, three, next, one));
            exam.equal("the count of node1", 3, count(exam, one));
            exam.equal("the count of node2", 2, count(exam, two));
            exam.event("del node3", |heap| decref(heap, three));
            exam.equal("whose __del__ was called: node3's", "del", log.read(exam));
            exam.event("del node1", |heap| decref(heap, one));
            exam.event("del node2", |heap| decref(heap, two));
            exam.equal("the count of node1: only node2 refers to it", 1, count(exam, one));
            exam.equal("the count of node2: only node1 refers to it", 1, count(exam, two));
            exam.equal("live blocks: both nodes are still there", classes + 4, exam.live_blocks());
            exam.equal("whose __del__ was called: still only node3's", "del", log.read(exam));
        });
}
