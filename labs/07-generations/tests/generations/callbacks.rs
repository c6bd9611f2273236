//! Task 7.11: `gc.callbacks`.

use exam::HeapExam;
use generations::callbacks::{callbacks, invoke_gc_callback};
use generations::collect::Found;
use memory::{Addr, GcState};
use objects::list;
use refcounts::containers::list_append;

use super::support::{
    AUTOMATIC_KIT, Does, Log, collect, collections, count, del, empty_list, fill, lost_list,
    native, refer, set_counts,
};

/// `gc.callbacks.append(callback)`.
fn call_back(exam: &HeapExam, callback: Addr) {
    exam.try_event("gc.callbacks.append(…)", |heap| {
        list_append(heap, callbacks(heap), callback)
    });
}

const FOUND: Found = Found {
    collected: 7,
    uncollectable: 3,
};

/// `invoke_gc_callback("stop", 1, …)`, as an event.
fn invoke(exam: &HeapExam) {
    exam.event("invoke_gc_callback('stop', …), of generation 1", |heap| {
        invoke_gc_callback(heap, callbacks(heap), "stop", 1, FOUND);
    });
}

/// `test_collect`, `test_collect_generation`: see `cpython.py`.
#[test]
fn task_7_11_start_and_stop() {
    exam::task(
        "7.11",
        "each callback is called at the start and at the stop, with what was found",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        for label in ["cb1", "cb2"] {
            let callback = native(exam, log, label, Does::Tell, None);
            call_back(exam, callback);
        }
        lost_list(exam, "a");
        lost_list(exam, "b");
        exam.equal("gc.collect(1)", 2, collect(exam, 1));
        exam.equal(
            "the calls: phase, generation, collected, uncollectable",
            "cb1 start(1, 0, 0), cb2 start(1, 0, 0), cb1 stop(1, 2, 0), cb2 stop(1, 2, 0)",
            log.read(exam),
        );
    });
}

#[test]
fn task_7_11_the_arguments() {
    exam::task("7.11", "the phase, and a dict with the three numbers")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let callback = native(exam, log, "cb", Does::Tell, None);
            call_back(exam, callback);
            invoke(exam);
            exam.equal(
                "the call: phase, generation, collected, uncollectable",
                "cb stop(1, 7, 3)",
                log.read(exam),
            );
            exam.equal(
                "the count of the callback: its name, and the list",
                2,
                count(exam, callback),
            );
        });
}

#[test]
fn task_7_11_nothing_is_left() {
    exam::task(
        "7.11",
        "the arguments are given up, and what a callback returns too",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        for (label, does) in [
            ("fresh", Does::Fresh),
            ("fail", Does::Fail),
            ("tell", Does::Tell),
        ] {
            let callback = native(exam, log, label, does, None);
            call_back(exam, callback);
        }
        let before = exam.live_blocks();
        invoke(exam);
        exam.equal(
            "the calls: an error is lost",
            "fresh, fail, tell stop(1, 7, 3)",
            log.read(exam),
        );
        exam.equal("live blocks", before, exam.live_blocks());
    });
}

#[test]
fn task_7_11_what_cannot_be_called() {
    exam::task(
        "7.11",
        "what cannot be called is left alone, and the next one is called",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let a = empty_list(exam, "a");
        call_back(exam, a);
        let callback = native(exam, log, "cb", Does::Nothing, None);
        call_back(exam, callback);
        invoke(exam);
        exam.equal("the calls", "cb", log.read(exam));
        exam.equal("the count of a: its name, and the list", 2, count(exam, a));
    });
}

#[test]
fn task_7_11_a_callback_may_take_itself_off() {
    exam::task("7.11", "a callback that takes the last reference to itself off the list lives until it ends")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            exam.note("The list gc.callbacks holds the only reference to the callback, and the callback empties the list.");
            let log = Log::new(exam);
            let all = exam.look(callbacks);
            let callback = native(exam, log, "pop", Does::Pop, Some(all));
            call_back(exam, callback);
            del(exam, "pop", &[callback]);
            invoke(exam);
            exam.equal("the calls", "pop", log.read(exam));
            exam.equal("len(gc.callbacks)", 0, exam.look(|heap| list::len(heap, all)));
            exam.equal("whether the callback lives", false, exam.is_live(callback));
        });
}

#[test]
fn task_7_11_the_list_may_grow_and_shrink() {
    exam::task("7.11", "the list is asked anew after each call: what is gone is not called, what came is")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            exam.note("The first callback takes the last one off the list. Later, the first one appends an object to the list, which cannot be called.");
            let log = Log::new(exam);
            let all = exam.look(callbacks);
            for (label, does) in [("pop", Does::Pop), ("two", Does::Nothing), ("three", Does::Nothing)] {
                let callback = native(exam, log, label, does, Some(all));
                call_back(exam, callback);
            }
            invoke(exam);
            exam.equal("the calls", "pop, two", log.read(exam));
            invoke(exam);
            exam.equal("the calls, both times", "pop, two, pop", log.read(exam));
            let make = native(exam, log, "make", Does::Make, Some(all));
            call_back(exam, make);
            exam.event("the last callback goes to the front", |heap| {
                let items = memory::object::PyListObject::at(heap.memory, all);
                let (first, second) = (items.item(0).get(), items.item(1).get());
                items.item(0).set(second);
                items.item(1).set(first);
            });
            invoke(exam);
            exam.equal("the calls: make, then pop, which takes the new list off", "pop, two, pop, make, pop", log.read(exam));
            exam.equal("len(gc.callbacks)", 2, exam.look(|heap| list::len(heap, all)));
        });
}

#[test]
fn task_7_11_automatic_collections_too() {
    exam::task("7.11", "collections that begin by themselves are told too")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let callback = native(exam, log, "cb", Does::Tell, None);
            call_back(exam, callback);
            lost_list(exam, "a");
            set_counts(exam, [700, 11, 0]);
            empty_list(exam, "b");
            exam.equal(
                "the calls: phase, generation, collected, uncollectable",
                "cb start(1, 0, 0), cb stop(1, 1, 0)",
                log.read(exam),
            );
        });
}

#[test]
fn task_7_11_a_callback_that_collects() {
    exam::task("7.11", "a callback that calls gc.collect() gets 0")
        .heap(AUTOMATIC_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let callback = native(exam, log, "collect", Does::Collect, None);
            call_back(exam, callback);
            lost_list(exam, "a");
            exam.equal("gc.collect(2)", 1, collect(exam, 2));
            exam.equal("the calls", "collect=0, collect=0", log.read(exam));
            exam.equal("collections", [0, 0, 1], exam.look(collections));
        });
}

/// What a callback makes at the start is in the collection; what it makes at the stop is not.
#[test]
fn task_7_11_when_it_is_told() {
    exam::task(
        "7.11",
        "start is told before the lists are merged, stop after everything",
    )
    .heap(AUTOMATIC_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let young = native(exam, log, "young", Does::Young, None);
        call_back(exam, young);
        let keep = empty_list(exam, "keep");
        refer(exam, keep, keep);
        exam.equal("gc.collect(0)", 0, collect(exam, 0));
        exam.equal(
            "how many objects generation 0 had at the start and at the stop",
            "young=1, young=0",
            log.read(exam),
        );
    });
}

#[test]
fn task_7_11_no_memory() {
    exam::task(
        "7.11",
        "without memory for the arguments no callback is called, and the collection goes on",
    )
    .heap(AUTOMATIC_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let log = Log::new(exam);
        let callback = native(exam, log, "cb", Does::Nothing, None);
        call_back(exam, callback);
        lost_list(exam, "a");
        fill(exam);
        let before = exam.live_blocks();
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal(
            "live blocks: a and its items are gone, and nothing came",
            before - 2,
            exam.live_blocks(),
        );
        exam.equal(
            "the root's collecting",
            0,
            exam.look(|heap| GcState::of(heap.memory).collecting().get()),
        );
    });
}
