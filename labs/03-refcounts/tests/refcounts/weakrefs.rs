//! Tasks 3.9 and 3.10: weak references, and what happens when their object goes.

use exam::HeapExam;
use memory::object::{PyInstance, PyObject, PyWeakReference};
use memory::{Addr, Root};
use objects::{list, set};
use refcounts::weakref::{self, clear_weakrefs, handle_callback};
use refcounts::{decref, incref};

use super::support::{
    BUSY_KIT, Does, Log, TRASHCAN_KIT, WEAKREFS_KIT, aim, busy, class_of, count, empty_list, fill,
    fresh, instance_of, list_of, native,
};

/// An instance with weak references to it.
fn referent(exam: &HeapExam) -> Addr {
    let class = class_of(exam, "Car", None);
    instance_of(exam, "car", class)
}

/// `weakref.ref(op, callback)`; the callback's reference stays the caller's.
fn weak(exam: &HeapExam, label: &str, op: Addr, callback: Option<Addr>) -> Addr {
    let made = match callback {
        Some(_) => format!("{label} = weakref.ref(car, a callback)"),
        None => format!("{label} = weakref.ref(car)"),
    };
    let wr = exam.try_event(made, |heap| weakref::new(heap, op, callback));
    exam.name(wr, label);
    wr
}

/// The weak references in the object's list, from its head; checks the links back.
fn in_list(exam: &HeapExam, op: Addr) -> Vec<Addr> {
    let (all, broken) = exam.look(|heap| {
        let mut all = Vec::new();
        let mut broken = None;
        let mut at = PyInstance::at(heap.memory, op).weaklist().get();
        while let Some(wr) = at {
            let links = PyWeakReference::at(heap.memory, wr);
            if links.wr_prev().get() != all.last().copied() && broken.is_none() {
                broken = Some((wr, all.last().copied(), links.wr_prev().get()));
            }
            all.push(wr);
            if all.len() > 100 {
                break;
            }
            at = links.wr_next().get();
        }
        (all, broken)
    });
    if let Some((wr, expected, found)) = broken {
        exam.equal(
            "a weak reference, and its wr_prev",
            (wr, expected),
            (wr, found),
        );
    }
    all
}

/// What `wr()` gives; the reference is dropped again.
fn asked(exam: &HeapExam, wr: Addr) -> Option<Addr> {
    exam.event("ask the weak reference", |heap| {
        let op = weakref::get(heap, wr);
        decref(heap, op);
        (Some(op) != Root::of(heap.memory).none().get()).then_some(op)
    })
}

#[test]
fn task_3_9_a_weak_reference_is_not_counted() {
    exam::task(
        "3.9",
        "a weak reference knows its object and is not counted",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let car = referent(exam);
        let before = exam.live_blocks();
        let wr = weak(exam, "wr", car, None);
        exam.equal("the count of car", 1, count(exam, car));
        exam.equal("the count of wr", 1, count(exam, wr));
        exam.equal("live blocks", before + 1, exam.live_blocks());
        let hash = exam.look(|heap| PyWeakReference::at(heap.memory, wr).hash().get());
        exam.equal("the hash of wr: not computed yet", -1, hash);
        exam.equal(
            "the list of car's weak references",
            vec![wr],
            in_list(exam, car),
        );
        let got = exam.event("x = wr()", |heap| weakref::get(heap, wr));
        exam.equal("what wr() gives", car, got);
        exam.equal("the count of car: the name, and x", 2, count(exam, car));
        exam.event("del x", |heap| decref(heap, car));
        exam.event("decref(wr)", |heap| decref(heap, wr));
        exam.equal(
            "the list of car's weak references",
            Vec::<Addr>::new(),
            in_list(exam, car),
        );
        exam.equal("live blocks", before, exam.live_blocks());
        exam.equal("the count of car", 1, count(exam, car));
    });
}

#[test]
fn task_3_9_a_dying_object_cannot_be_asked_for() {
    exam::task(
        "3.9",
        "a weak reference to an object with count 0 gives None: the object is dying",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        exam.note("The trashcan puts objects off when their count is 0 already. Their weak references are still in their lists then.");
        let car = referent(exam);
        let wr = weak(exam, "wr", car, None);
        exam.event("the count of car becomes 0", |heap| heap.memory.store(car, 0));
        exam.equal("what wr() gives", None, asked(exam, wr));
        exam.equal("the count of car", 0, count(exam, car));
        exam.event("the count of car is 1 again", |heap| heap.memory.store(car, 1));
        exam.equal("what wr() gives", Some(car), asked(exam, wr));
    });
}

#[test]
fn task_3_9_without_callback_there_is_one() {
    exam::task(
        "3.9",
        "asking for a weak reference without callback twice gives the same one",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let car = referent(exam);
        let one = weak(exam, "one", car, None);
        let two = weak(exam, "two", car, None);
        exam.equal("the second weak reference", one, two);
        exam.equal("its count", 2, count(exam, one));
        exam.equal(
            "the list of car's weak references",
            vec![one],
            in_list(exam, car),
        );
    });
}

#[test]
fn task_3_9_the_order_of_the_list() {
    exam::task(
        "3.9",
        "first the one without callback, then the newest with a callback",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let call = native(exam, log, "call", Does::Nothing, None);
        let first = weak(exam, "first", car, Some(call));
        let second = weak(exam, "second", car, Some(call));
        exam.equal(
            "the list of car's weak references",
            vec![second, first],
            in_list(exam, car),
        );
        exam.equal(
            "the count of the callback: its name, and twice",
            3,
            count(exam, call),
        );
        let basic = weak(exam, "basic", car, None);
        exam.equal(
            "the list of car's weak references",
            vec![basic, second, first],
            in_list(exam, car),
        );
        let third = weak(exam, "third", car, Some(call));
        exam.equal(
            "the list of car's weak references",
            vec![basic, third, second, first],
            in_list(exam, car),
        );
        let again = weak(exam, "again", car, None);
        exam.equal("the one without callback", basic, again);
        exam.equal(
            "the list of car's weak references",
            vec![basic, third, second, first],
            in_list(exam, car),
        );
    });
}

#[test]
fn task_3_9_a_weak_reference_that_dies_first() {
    exam::task(
        "3.9",
        "a weak reference that dies before its object leaves the list, and is never called",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let before = exam.live_blocks();
        let call = native(exam, log, "call", Does::Nothing, None);
        let one = weak(exam, "one", car, Some(call));
        let two = weak(exam, "two", car, Some(call));
        let three = weak(exam, "three", car, Some(call));
        let basic = weak(exam, "basic", car, None);
        exam.event("decref(two), in the middle", |heap| decref(heap, two));
        exam.equal(
            "the list of car's weak references",
            vec![basic, three, one],
            in_list(exam, car),
        );
        exam.equal("the count of the callback", 3, count(exam, call));
        exam.event("decref(basic), at the head", |heap| decref(heap, basic));
        exam.equal(
            "the list of car's weak references",
            vec![three, one],
            in_list(exam, car),
        );
        exam.event("decref(one), at the end", |heap| decref(heap, one));
        exam.equal(
            "the list of car's weak references",
            vec![three],
            in_list(exam, car),
        );
        exam.event("decref(three)", |heap| decref(heap, three));
        exam.equal(
            "the list of car's weak references",
            Vec::<Addr>::new(),
            in_list(exam, car),
        );
        exam.equal("the count of the callback: its name", 1, count(exam, call));
        exam.event("decref(call)", |heap| decref(heap, call));
        exam.equal("what was called", "", log.read(exam));
        exam.equal(
            "live blocks: those of car and its class",
            before,
            exam.live_blocks(),
        );
    });
}

#[test]
fn task_3_9_objects_without_a_list() {
    exam::task(
        "3.9",
        "an int or a list cannot be weakly referenced; a set can",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let failed = exam.event("weakref.ref(5000)", |heap| weakref::new(heap, x, None));
        let error = exam.err("weakref.ref(5000)", failed);
        exam.equal(
            "the error",
            "TypeError: cannot create weak reference to 'int' object",
            error.to_string(),
        );
        let a = empty_list(exam, "a");
        let failed = exam.event("weakref.ref([])", |heap| weakref::new(heap, a, None));
        let error = exam.err("weakref.ref([])", failed);
        exam.equal(
            "the error",
            "TypeError: cannot create weak reference to 'list' object",
            error.to_string(),
        );
        let s = exam.try_event("s = set()", set::new);
        exam.try_event("weakref.ref(s)", |heap| weakref::new(heap, s, None));
        exam.equal("the count of s", 1, count(exam, s));
    });
}

#[test]
fn task_3_9_the_list_changes_meanwhile() {
    exam::task(
        "3.9",
        "the list of weak references is read after the fresh one was allocated",
    )
    .heap(BUSY_KIT)
    .run(|exam| {
        exam.note("Here the allocation of a weak reference runs other code, as it may from lab 7 on: first that code drops the weak reference that car had, then it makes one.");
        let log = Log::new(exam);
        let callback = native(exam, log, "call", Does::Nothing, None);
        let car = referent(exam);
        let old = weak(exam, "old", car, None);
        exam.event("the next allocation drops old", |heap| busy(heap)[0].set(Some(old)));
        let wr = weak(exam, "wr", car, Some(callback));
        exam.equal("the list of car's weak references", vec![wr], in_list(exam, car));
        exam.event("decref(wr)", |heap| decref(heap, wr));
        exam.event("the next allocation makes a weak reference to car", |heap| {
            busy(heap)[1].set(Some(car));
        });
        let blocks = exam.live_blocks();
        let wr = weak(exam, "wr", car, None);
        let other = exam.event("the other code's weak reference", |heap| busy(heap)[0].replace(None));
        exam.equal(
            "what weakref::new returns: the weak reference that was made meanwhile",
            other,
            Some(wr),
        );
        exam.equal("its count: the other code's reference and this one", 2, count(exam, wr));
        exam.equal("the list of car's weak references", vec![wr], in_list(exam, car));
        exam.equal("live blocks: one more", blocks + 1, exam.live_blocks());
    });
}

#[test]
fn task_3_9_the_links_of_insert() {
    exam::task("3.9", "insert and unlink keep both neighbours' links")
        .heap(TRASHCAN_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let car = referent(exam);
            let call = native(exam, log, "call", Does::Nothing, None);
            let a = weak(exam, "a", car, Some(call));
            let b = weak(exam, "b", car, Some(call));
            let c = weak(exam, "c", car, Some(call));
            exam.equal(
                "the list of car's weak references",
                vec![c, b, a],
                in_list(exam, car),
            );
            exam.event("unlink(b)", |heap| weakref::unlink(heap, b));
            exam.equal(
                "the list of car's weak references",
                vec![c, a],
                in_list(exam, car),
            );
            let links = exam.look(|heap| {
                let b = PyWeakReference::at(heap.memory, b);
                (b.wr_prev().get(), b.wr_next().get())
            });
            exam.equal(
                "wr_prev and wr_next of b, which is dead",
                (None, None),
                links,
            );
            exam.equal("what b() gives", None, asked(exam, b));
            exam.event("unlink(b), a second time", |heap| weakref::unlink(heap, b));
            exam.equal(
                "the list of car's weak references",
                vec![c, a],
                in_list(exam, car),
            );
            exam.event("b is linked again, behind c", |heap| {
                PyWeakReference::at(heap.memory, b).wr_object().set(car);
                if let Some(list) = weakref::weaklist(heap, car) {
                    weakref::insert(heap, list, Some(c), b);
                }
            });
            exam.equal(
                "the list of car's weak references",
                vec![c, b, a],
                in_list(exam, car),
            );
            exam.equal("the count of car", 1, count(exam, car));
        });
}

#[test]
fn task_3_10_the_object_goes() {
    exam::task(
        "3.10",
        "when the object goes, its weak references give None",
    )
    .heap(WEAKREFS_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let before = exam.live_blocks() - 2;
        let basic = weak(exam, "basic", car, None);
        let call = native(exam, log, "call", Does::Same, None);
        let wr = weak(exam, "wr", car, Some(call));
        aim(exam, call, wr);
        exam.event("decref(call): only wr holds the callback", |heap| {
            decref(heap, call)
        });
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("what basic() gives", None, asked(exam, basic));
        exam.equal("what wr() gives", None, asked(exam, wr));
        exam.equal(
            "who was called, and with wr as its argument",
            "call=1",
            log.read(exam),
        );
        exam.equal(
            "live blocks: the class, and two weak references",
            before + 2,
            exam.live_blocks(),
        );
        exam.equal("the count of wr", 1, count(exam, wr));
        exam.event("decref(wr), decref(basic)", |heap| {
            decref(heap, wr);
            decref(heap, basic);
        });
        exam.equal("live blocks: the class", before, exam.live_blocks());
    });
}

#[test]
fn task_3_10_all_are_dead_before_the_first_call() {
    exam::task("3.10", "every weak reference is dead before the first callback is called")
        .heap(WEAKREFS_KIT)
        .run(|exam| {
            exam.note("Each callback looks at the other weak reference. The newest one stands first, so it is called first.");
            let log = Log::new(exam);
            let car = referent(exam);
            let old = native(exam, log, "old", Does::Alive, None);
            let young = native(exam, log, "young", Does::Alive, None);
            let first = weak(exam, "first", car, Some(old));
            let second = weak(exam, "second", car, Some(young));
            let basic = weak(exam, "basic", car, None);
            aim(exam, old, basic);
            aim(exam, young, first);
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("who was called, and whether the other one was alive", "young=0, old=0", log.read(exam));
            exam.equal("the count of the callback old: its name", 1, count(exam, old));
            exam.equal("the count of the callback young: its name", 1, count(exam, young));
            exam.equal("the count of first", 1, count(exam, first));
            exam.equal("the count of second", 1, count(exam, second));
        });
}

#[test]
fn task_3_10_a_callback_may_drop_weak_references() {
    exam::task("3.10", "a callback that drops the other weak references breaks nothing")
        .heap(WEAKREFS_KIT)
        .run(|exam| {
            exam.note("The list holds the only references to both weak references and their callbacks. The first callback to run empties it. The other one is called all the same: somebody else holds it until all callbacks are done.");
            let log = Log::new(exam);
            let car = referent(exam);
            let held = empty_list(exam, "held");
            let before = exam.live_blocks() - 2;
            let old = native(exam, log, "old", Does::Count, None);
            let young = native(exam, log, "young", Does::Empty, Some(held));
            let first = weak(exam, "first", car, Some(old));
            let second = weak(exam, "second", car, Some(young));
            exam.try_event("held holds them; the names go", |heap| {
                list::append(heap, held, first)?;
                list::append(heap, held, second)?;
                decref(heap, old);
                decref(heap, young);
                Ok::<_, memory::MemoryError>(())
            });
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("who was called, and the count of old's weak reference", "young, old=1", log.read(exam));
            exam.equal("live blocks: the class and the list", before, exam.live_blocks());
        });
}

#[test]
fn task_3_10_a_forgotten_one_is_not_called() {
    exam::task(
        "3.10",
        "a weak reference that nobody keeps is gone, and its callback is never called",
    )
    .heap(WEAKREFS_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let call = native(exam, log, "call", Does::Nothing, None);
        let kept = weak(exam, "kept", car, Some(call));
        let forgotten = weak(exam, "forgotten", car, Some(call));
        exam.event("decref(forgotten)", |heap| decref(heap, forgotten));
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("what was called, once", "call", log.read(exam));
        exam.equal("the count of kept", 1, count(exam, kept));
        exam.equal("the count of the callback", 1, count(exam, call));
    });
}

#[test]
fn task_3_10_weak_references_go_before_attributes() {
    exam::task("3.10", "callbacks run before the attributes are given up")
        .heap(WEAKREFS_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let car = referent(exam);
            let call = native(exam, log, "callback", Does::Nothing, None);
            weak(exam, "wr", car, Some(call));
            let part = super::support::witness(exam, log, "part");
            super::support::give_attr(exam, car, "engine", part);
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("what happened, in order", "callback, part", log.read(exam));
        });
}

#[test]
fn task_3_10_what_a_callback_returns_is_given_up() {
    exam::task("3.10", "what a callback returns is given up")
        .heap(WEAKREFS_KIT)
        .run(|exam| {
            exam.note(
                "The callback returns a fresh int, and the caller gets the only reference to it.",
            );
            let log = Log::new(exam);
            let car = referent(exam);
            let call = native(exam, log, "call", Does::Fresh, None);
            let wr = weak(exam, "wr", car, Some(call));
            let before = exam.live_blocks();
            exam.event("handle_callback(wr, call)", |heap| {
                handle_callback(heap, wr, call)
            });
            exam.equal("what was called", "call", log.read(exam));
            exam.equal("live blocks", before, exam.live_blocks());
        });
}

#[test]
fn task_3_10_a_callback_that_fails() {
    exam::task(
        "3.10",
        "the error of a callback is lost, and the other callbacks are called",
    )
    .heap(WEAKREFS_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let good = native(exam, log, "good", Does::Nothing, None);
        let bad = native(exam, log, "bad", Does::Fail, None);
        weak(exam, "first", car, Some(good));
        weak(exam, "second", car, Some(bad));
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("who was called", "bad, good", log.read(exam));
        exam.equal(
            "the count of the callback good: its name",
            1,
            count(exam, good),
        );
        exam.equal(
            "the count of the callback bad: its name",
            1,
            count(exam, bad),
        );
    });
}

#[test]
fn task_3_10_a_callback_that_cannot_be_called() {
    exam::task(
        "3.10",
        "a callback whose type has no call slot is left alone",
    )
    .heap(WEAKREFS_KIT)
    .run(|exam| {
        let car = referent(exam);
        let x = fresh(exam, "x", 5000);
        let wr = weak(exam, "wr", car, Some(x));
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("what wr() gives", None, asked(exam, wr));
        exam.equal("the count of x, the callback: its name", 1, count(exam, x));
    });
}

#[test]
fn task_3_10_no_memory_for_the_tuple() {
    exam::task(
        "3.10",
        "without memory for the tuple no callback is called, and all references are given up",
    )
    .heap(WEAKREFS_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let log = Log::new(exam);
        let car = referent(exam);
        let call = native(exam, log, "call", Does::Nothing, None);
        let first = weak(exam, "first", car, Some(call));
        let second = weak(exam, "second", car, Some(call));
        fill(exam);
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("what was called", "", log.read(exam));
        exam.equal("what first() gives", None, asked(exam, first));
        exam.equal("what second() gives", None, asked(exam, second));
        exam.equal("the count of first: its name", 1, count(exam, first));
        exam.equal("the count of second: its name", 1, count(exam, second));
        exam.equal("the count of the callback: its name", 1, count(exam, call));
    });
}

#[test]
fn task_3_10_objects_without_weak_references() {
    exam::task(
        "3.10",
        "an object without weak references, or without a list, is left alone",
    )
    .heap(WEAKREFS_KIT)
    .run(|exam| {
        let car = referent(exam);
        let x = fresh(exam, "x", 5000);
        let a = list_of(exam, "a", &[x]);
        let before = exam.live_blocks();
        exam.event("clear_weakrefs(car), clear_weakrefs(a)", |heap| {
            clear_weakrefs(heap, car);
            clear_weakrefs(heap, a);
        });
        exam.equal("live blocks", before, exam.live_blocks());
        exam.event("incref(car), decref(car)", |heap| {
            incref(heap, car);
            decref(heap, car);
        });
        let header = exam.look(|heap| PyObject::at(heap.memory, car).ob_refcnt().get());
        exam.equal("the count of car", 1, header);
    });
}
