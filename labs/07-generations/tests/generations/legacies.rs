//! Tasks 7.12 and 7.13: legacy finalizers, and `gc.garbage`.

use exam::HeapExam;
use generations::collect::{Found, gc_collect_main};
use generations::legacy::{
    garbage, handle_legacy_finalizers, move_legacy_finalizer_reachable, move_legacy_finalizers,
    set_debug, slot_tp_del, with_tp_del,
};
use memory::{Addr, GcList, GcState, gc};
use objects::{instance, list};
use refcounts::decref;

use super::support::{
    Does, KIT, Log, alive, class_of, class_with, collect, count, del, empty_list, fill, generation,
    give, instance_of, lost_list, members, name, native, place, put, refer, scratch, set_method,
    weak,
};

/// A class with a legacy finalizer that writes `label` into `log`; it is in generation 2, so that the
/// tests' collections of generation 0 do not meet it.
fn legacy_class(exam: &HeapExam, log: Log, label: &str, does: Does, target: Option<Addr>) -> Addr {
    let class = class_with(exam, "__tp_del__", log, label, does, target);
    exam.event("with_tp_del", |heap| with_tp_del(heap, class));
    exam.name(class, "Legacy");
    put(exam, 2, &generation(exam, 0));
    class
}

/// What is in `gc.garbage`.
fn in_garbage(exam: &HeapExam) -> Vec<Addr> {
    exam.look(|heap| list::items(heap, garbage(heap)))
}

/// Puts tracked objects into the list `Unreachable` as `deduce_unreachable` leaves it: collecting,
/// and with marked links.
fn unreachable(exam: &HeapExam, objects: &[Addr]) -> Addr {
    let list = scratch(exam, GcList::Unreachable);
    exam.event(
        "as deduce_unreachable leaves it: these objects are unreachable",
        |heap| {
            cycles::gc_list::gc_list_init(heap, list);
            for &op in objects {
                cycles::gc_list::gc_list_move(heap, op.minus(16), list);
            }
            let mut to = list;
            for &op in objects {
                let head = op.minus(16);
                heap.memory.store(head.plus(8), to.get() | 2);
                to = head;
            }
            for &op in objects {
                let next = heap.memory.load(op.minus(16));
                heap.memory.store(op.minus(16), next | 1);
            }
        },
    );
    list
}

/// An empty list for those with finalizers.
fn finalizers(exam: &HeapExam) -> Addr {
    let list = scratch(exam, GcList::Finalizers);
    exam.event("an empty list for those with finalizers", |heap| {
        cycles::gc_list::gc_list_init(heap, list);
    });
    list
}

fn is_collecting(exam: &HeapExam, op: Addr) -> bool {
    exam.word(op.minus(8)) & 2 != 0
}

#[test]
fn task_7_12_those_with_a_finalizer_move() {
    exam::task(
        "7.12",
        "move_legacy_finalizers: those with a legacy finalizer go to the other list",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let class = class_of(exam, "Node", None);
        let a = instance_of(exam, "a", legacy);
        let b = instance_of(exam, "b", class);
        let c = instance_of(exam, "c", legacy);
        let d = empty_list(exam, "d");
        let list = unreachable(exam, &[a, b, c, d]);
        let finalizers = finalizers(exam);
        exam.event("move_legacy_finalizers", |heap| {
            move_legacy_finalizers(heap, list, finalizers);
        });
        exam.equal(
            "finalizers",
            vec![a, c],
            members(exam, "finalizers", finalizers),
        );
        exam.equal(
            "unreachable, an ordinary list now",
            vec![b, d],
            members(exam, "unreachable", list),
        );
        for (label, op, collecting) in [
            ("a", a, false),
            ("b", b, true),
            ("c", c, false),
            ("d", d, true),
        ] {
            exam.equal(
                &format!("whether {label} is collecting"),
                collecting,
                is_collecting(exam, op),
            );
        }
        exam.equal("what was called: nothing", "", log.read(exam));
    });
}

#[test]
fn task_7_12_what_they_reach_moves_too() {
    exam::task(
        "7.12",
        "move_legacy_finalizer_reachable: what they refer to follows, and what that refers to",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        let [b, c, d, alive, old] = ["b", "c", "d", "alive", "old"].map(|l| empty_list(exam, l));
        give(exam, a, "next", b);
        for (from, to) in [(b, c), (c, a), (c, b), (d, a), (b, alive), (b, old)] {
            refer(exam, from, to);
        }
        put(exam, 2, &[old]);
        let list = unreachable(exam, &[a, b, c, d]);
        let finalizers = finalizers(exam);
        exam.event("move_legacy_finalizers, then the reachable ones", |heap| {
            move_legacy_finalizers(heap, list, finalizers);
            move_legacy_finalizer_reachable(heap, finalizers);
        });
        exam.equal(
            "finalizers",
            vec![a, b, c],
            members(exam, "finalizers", finalizers),
        );
        exam.equal(
            "unreachable: d refers to a, but a does not reach d",
            vec![d],
            members(exam, "unreachable", list),
        );
        for (label, op) in [("a", a), ("b", b), ("c", c)] {
            exam.equal(
                &format!("whether {label} is collecting"),
                false,
                is_collecting(exam, op),
            );
        }
        exam.equal(
            "where alive is, which was not unreachable",
            "in generation 0",
            place(exam, alive),
        );
        exam.equal("where old is", "in generation 2", place(exam, old));
    });
}

/// Nothing recurses: a chain of 100,000 objects behind a legacy finalizer.
#[test]
fn task_7_12_a_long_chain() {
    exam::task(
        "7.12",
        "a chain of 100,000 lists behind an object with a legacy finalizer",
    )
    .heap(KIT)
    .big()
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        let chain = exam.try_event(
            "a chain of 100,000 lists, the last one refers to a",
            |heap| {
                let mut chain = refcounts::new_ref(heap, a);
                for _ in 0..100_000 {
                    chain = list::from_items(heap, &[chain])?;
                }
                instance::set_attr(heap, a, name(heap, "next"), chain)
            },
        );
        exam.equal("the attribute that a had before", None, chain);
        del(exam, "a", &[a]);
        let found = exam.event("gc_collect_main(2)", |heap| gc_collect_main(heap, 2));
        let expected = Found {
            collected: 0,
            uncollectable: 100_001,
        };
        exam.equal("what it found", expected, found);
        exam.equal("gc.garbage", vec![a], in_garbage(exam));
    });
}

#[test]
fn task_7_12_into_garbage() {
    exam::task(
        "7.12",
        "handle_legacy_finalizers: those with a finalizer come into gc.garbage, all of them grow old",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        let b = empty_list(exam, "b");
        let c = instance_of(exam, "c", legacy);
        let finalizers = finalizers(exam);
        exam.event("a, b and c are with finalizers or reached from one", |heap| {
            for op in [a, b, c] {
                cycles::gc_list::gc_list_move(heap, op.minus(16), finalizers);
            }
        });
        let old = super::support::head_of(exam, 1);
        exam.event("handle_legacy_finalizers", |heap| {
            handle_legacy_finalizers(heap, garbage(heap), finalizers, old);
        });
        exam.equal("gc.garbage", vec![a, c], in_garbage(exam));
        exam.equal("the count of a: its name and gc.garbage", 2, count(exam, a));
        exam.equal("the count of b: its name", 1, count(exam, b));
        exam.equal("generation 1", vec![a, b, c], generation(exam, 1));
        exam.equal("finalizers, afterwards", Vec::<Addr>::new(), members(exam, "finalizers", finalizers));
    });
}

#[test]
fn task_7_12_into_garbage_with_saveall() {
    exam::task(
        "7.12",
        "with DEBUG_SAVEALL all of them come into gc.garbage",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        let b = empty_list(exam, "b");
        let finalizers = finalizers(exam);
        exam.event("gc.set_debug(gc.DEBUG_SAVEALL), and the lists", |heap| {
            set_debug(heap, gc::debug::SAVEALL);
            for op in [a, b] {
                cycles::gc_list::gc_list_move(heap, op.minus(16), finalizers);
            }
        });
        let old = super::support::head_of(exam, 1);
        exam.event("handle_legacy_finalizers", |heap| {
            handle_legacy_finalizers(heap, garbage(heap), finalizers, old);
        });
        exam.equal("gc.garbage", vec![a, b], in_garbage(exam));
        exam.event("gc.set_debug(gc.DEBUG_UNCOLLECTABLE)", |heap| {
            set_debug(heap, gc::debug::UNCOLLECTABLE);
            cycles::gc_list::gc_list_move(heap, b.minus(16), finalizers);
        });
        exam.event("handle_legacy_finalizers", |heap| {
            handle_legacy_finalizers(heap, garbage(heap), finalizers, old);
        });
        exam.equal(
            "gc.garbage: the other flags save nothing",
            vec![a, b],
            in_garbage(exam),
        );
    });
}

#[test]
fn task_7_12_no_memory_for_garbage() {
    exam::task(
        "7.12",
        "without memory for gc.garbage the objects grow old all the same",
    )
    .heap(KIT)
    .size(super::SIZE)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        give(exam, a, "me", a);
        del(exam, "a", &[a]);
        fill(exam);
        exam.equal("gc.collect(0)", 1, collect(exam, 0));
        exam.equal("gc.garbage", Vec::<Addr>::new(), in_garbage(exam));
        exam.equal("where a is", "in generation 1", place(exam, a));
        exam.equal("the count of a", 1, count(exam, a));
    });
}

/// `test_legacy_finalizer`: see `cpython.py`.
#[test]
fn task_7_12_a_cycle_with_a_legacy_finalizer() {
    exam::task(
        "7.12",
        "a cycle with a legacy finalizer stays and is in gc.garbage; another cycle goes",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let class = class_of(exam, "B", None);
        let a = instance_of(exam, "a", legacy);
        give(exam, a, "me", a);
        let wr = weak(exam, "wr", a, None);
        let b = instance_of(exam, "b", class);
        give(exam, b, "me", b);
        del(exam, "a, b", &[a, b]);
        exam.equal("gc.collect(2): both were found dead", 2, collect(exam, 2));
        exam.equal(
            "whether wr is alive, a weak reference to a",
            true,
            alive(exam, wr),
        );
        exam.equal("gc.garbage", vec![a], in_garbage(exam));
        exam.equal("whether b lives", false, exam.is_live(b));
        exam.equal(
            "what was called: the collector dares not",
            "",
            log.read(exam),
        );
        exam.equal("where a is", "in generation 2", place(exam, a));
        exam.equal(
            "gc.collect(2), again: gc.garbage keeps it alive",
            0,
            collect(exam, 2),
        );
    });
}

/// `test_collect_garbage`, and its numbers: see `cpython.py`.
#[test]
fn task_7_12_the_numbers() {
    exam::task(
        "7.12",
        "uncollectable objects are counted apart, and in what collect returns",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let told = native(exam, log, "cb", Does::Tell, None);
        exam.try_event("gc.callbacks.append(cb)", |heap| {
            refcounts::containers::list_append(heap, generations::callbacks::callbacks(heap), told)
        });
        for labels in [["a", "b"], ["c", "d"]] {
            let [a, b] = labels.map(|label| instance_of(exam, label, legacy));
            give(exam, a, "other", b);
            give(exam, b, "other", a);
            del(exam, &labels.join(", "), &[a, b]);
        }
        let lost = lost_list(exam, "e");
        exam.name(lost, "e");
        exam.equal("gc.collect(2)", 5, collect(exam, 2));
        exam.equal(
            "the calls: phase, generation, collected, uncollectable",
            "cb start(2, 0, 0), cb stop(2, 1, 4)",
            log.read(exam),
        );
        let uncollectable = |expected| {
            let stats = exam.look(|heap| GcState::of(heap.memory).stats(2).uncollectable().get());
            exam.equal("uncollectable in the statistics", expected, stats);
        };
        exam.equal("len(gc.garbage)", 4, in_garbage(exam).len());
        uncollectable(4);
        // The loop variable of CPython's test keeps the last pair alive.
        exam.try_event("e = gc.garbage[-1]; gc.garbage.clear()", |heap| {
            let garbage = garbage(heap);
            refcounts::incref(heap, list::get_item(heap, garbage, -1)?);
            while let Some(item) = list::pop(heap, garbage)? {
                decref(heap, item);
            }
            Ok::<_, objects::ObjectError>(())
        });
        exam.equal(
            "gc.collect(2): one pair, the other one has a name",
            2,
            collect(exam, 2),
        );
        exam.equal(
            "the calls of both collections",
            "cb start(2, 0, 0), cb stop(2, 1, 4), cb start(2, 0, 0), cb stop(2, 0, 2)",
            log.read(exam),
        );
        exam.equal("len(gc.garbage)", 2, in_garbage(exam).len());
        uncollectable(6);
    });
}

/// What a legacy finalizer may still need stays whole: see `cpython.py`.
#[test]
fn task_7_12_what_it_may_need_stays_whole() {
    exam::task(
        "7.12",
        "what an uncollectable object refers to is not cleared, and its weak references stay alive",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let class = class_with(exam, "__del__", log, "new", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        let b = instance_of(exam, "b", class);
        give(exam, a, "next", b);
        give(exam, b, "next", a);
        let wr = weak(exam, "wr", b, None);
        put(exam, 2, &[wr]);
        del(exam, "a, b", &[a, b]);
        exam.equal("gc.collect(2)", 2, collect(exam, 2));
        exam.equal(
            "gc.garbage: only a has a legacy finalizer",
            vec![a],
            in_garbage(exam),
        );
        exam.equal("what was called: not even __del__ of b", "", log.read(exam));
        exam.equal("whether wr is alive", true, alive(exam, wr));
        let next = exam.look(|heap| instance::own_attr(heap, b, name(heap, "next")));
        exam.equal("b.next", Some(a), next);
    });
}

/// `test_saveall`.
#[test]
fn task_7_12_saveall() {
    exam::task(
        "7.12",
        "with DEBUG_SAVEALL what is found dead is kept in gc.garbage, and counted",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__del__", log, "del", Does::Nothing, None);
        put(exam, 2, &generation(exam, 0));
        exam.event("gc.set_debug(gc.DEBUG_SAVEALL)", |heap| {
            set_debug(heap, gc::debug::SAVEALL);
        });
        let a = lost_list(exam, "a");
        let b = instance_of(exam, "b", class);
        give(exam, b, "me", b);
        del(exam, "b", &[b]);
        exam.equal("gc.collect(0)", 2, collect(exam, 0));
        exam.equal("gc.garbage", vec![a, b], in_garbage(exam));
        exam.equal(
            "what was called: finalizers run all the same",
            "del",
            log.read(exam),
        );
        exam.equal("where a is", "in generation 1", place(exam, a));
        exam.equal("gc.collect(2): gc.garbage keeps them", 0, collect(exam, 2));
    });
}

#[test]
fn task_7_13_slot_tp_del() {
    exam::task(
        "7.13",
        "slot_tp_del calls __tp_del__ with the object, whose count is 1 meanwhile",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "count", Does::Count, None);
        let a = instance_of(exam, "a", legacy);
        exam.event("the count of a is 0", |heap| heap.memory.store(a, 0));
        exam.event("slot_tp_del(a)", |heap| slot_tp_del(heap, a));
        exam.equal(
            "what was called, and the count of its argument",
            "count=1",
            log.read(exam),
        );
        exam.equal("the count of a, afterwards", 0, count(exam, a));
    });
}

#[test]
fn task_7_13_what_it_returns() {
    exam::task(
        "7.13",
        "what __tp_del__ returns is given up, its error is lost, and it may be missing",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "fresh", Does::Fresh, None);
        let a = instance_of(exam, "a", legacy);
        exam.event("the count of a is 0", |heap| heap.memory.store(a, 0));
        let before = exam.live_blocks();
        exam.event("slot_tp_del(a)", |heap| slot_tp_del(heap, a));
        exam.equal("live blocks", before, exam.live_blocks());
        let fail = native(exam, log, "fail", Does::Fail, None);
        set_method(exam, legacy, "__tp_del__", fail);
        exam.event("slot_tp_del(a)", |heap| slot_tp_del(heap, a));
        exam.equal("what was called", "fresh, fail", log.read(exam));
        exam.equal(
            "the count of the method: its name and the class",
            2,
            count(exam, fail),
        );
        let bare = class_of(exam, "Bare", None);
        exam.event("with_tp_del, a class without __tp_del__", |heap| {
            with_tp_del(heap, bare)
        });
        let b = instance_of(exam, "b", bare);
        exam.event("del b", |heap| decref(heap, b));
        exam.equal("whether b lives", false, exam.is_live(b));
    });
}

/// See `cpython.py`.
#[test]
fn task_7_13_on_the_path_of_counting() {
    exam::task(
        "7.13",
        "an object that dies alone: __del__ sees its weak references, __tp_del__ does not",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "tp_del", Does::Alive, None);
        let new = native(exam, log, "new", Does::Alive, None);
        set_method(exam, legacy, "__del__", new);
        let a = instance_of(exam, "a", legacy);
        let wr = weak(exam, "wr", a, None);
        let old = exam.look(|heap| generations::legacy::tp_del_method(heap, a));
        super::support::aim(exam, new, wr);
        super::support::aim(exam, old.unwrap_or(new), wr);
        exam.event("del a", |heap| decref(heap, a));
        exam.equal(
            "what was called, and whether wr was alive",
            "new=1, tp_del=0",
            log.read(exam),
        );
        exam.equal("whether a lives", false, exam.is_live(a));
        exam.equal("the count of the class: its name", 1, count(exam, legacy));
    });
}

#[test]
fn task_7_13_it_is_tracked_meanwhile() {
    exam::task(
        "7.13",
        "the object is tracked while __tp_del__ runs, and is in no list when it is freed",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "tracked", Does::Tracked, None);
        let a = instance_of(exam, "a", legacy);
        let before = generation(exam, 0);
        exam.event("del a", |heap| decref(heap, a));
        exam.equal(
            "what was called, and whether a was tracked",
            "tracked=1",
            log.read(exam),
        );
        exam.equal(
            "generation 0 without a",
            before.len() - 1,
            generation(exam, 0).len(),
        );
    });
}

/// `LegacyFinalizationTest.test_legacy_resurrect`: it comes back, and its finalizer runs again.
#[test]
fn task_7_13_coming_back_again_and_again() {
    exam::task(
        "7.13",
        "an object that __tp_del__ brings back lives, is tracked, and is finalized again later",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let legacy = legacy_class(exam, log, "save", Does::Save, Some(saved));
        let new = native(exam, log, "new", Does::Nothing, None);
        set_method(exam, legacy, "__del__", new);
        let a = instance_of(exam, "a", legacy);
        let wr = weak(exam, "wr", a, None);
        exam.event("del a", |heap| decref(heap, a));
        for expected in ["new, save", "new, save, save"] {
            exam.equal(
                "what was called: __del__ only once",
                expected,
                log.read(exam),
            );
            exam.equal("whether a lives", true, exam.is_live(a));
            exam.equal("the count of a: saved", 1, count(exam, a));
            exam.equal("where a is", "in generation 0", place(exam, a));
            exam.equal(
                "whether wr is alive: it was cleared first",
                false,
                alive(exam, wr),
            );
            exam.try_event("saved.pop()", |heap| {
                if let Some(item) = list::pop(heap, saved)? {
                    decref(heap, item);
                }
                Ok::<_, memory::MemoryError>(())
            });
        }
    });
}

#[test]
fn task_7_13_late_weak_references() {
    exam::task(
        "7.13",
        "a weak reference that __tp_del__ makes is cleared, and nobody is told",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let legacy = legacy_class(exam, log, "weak", Does::Weak, Some(keep));
        let a = instance_of(exam, "a", legacy);
        refer(exam, keep, a);
        exam.event("the list borrows a, so that a can die", |heap| {
            decref(heap, a)
        });
        exam.event("del a", |heap| decref(heap, a));
        exam.equal("what was called", "weak", log.read(exam));
        let wr = exam.look(|heap| list::get_item(heap, keep, 1).ok());
        exam.equal(
            "whether the weak reference is alive",
            Some(false),
            wr.map(|wr| alive(exam, wr)),
        );
        exam.event("the list gives back what it borrowed", |heap| {
            let first = memory::object::PyListObject::at(heap.memory, keep).item(0);
            first.set(memory::Root::of(heap.memory).none().get());
            refcounts::incref(
                heap,
                memory::Addr::new(first.get().map_or(1, Addr::get)).unwrap_or(keep),
            );
        });
    });
}

/// `test_legacy_finalizer`, the end of it: see `cpython.py`.
#[test]
fn task_7_13_the_program_breaks_the_cycle() {
    exam::task(
        "7.13",
        "when the program breaks the cycle of an uncollectable object, its finalizer runs",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let legacy = legacy_class(exam, log, "del", Does::Nothing, None);
        let a = instance_of(exam, "a", legacy);
        give(exam, a, "me", a);
        del(exam, "a", &[a]);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal("gc.garbage", vec![a], in_garbage(exam));
        exam.try_event("del a.me; gc.garbage.pop()", |heap| {
            let me = instance::delete_attr(heap, a, name(heap, "me"))?;
            decref(heap, me);
            if let Some(item) = list::pop(heap, garbage(heap))? {
                decref(heap, item);
            }
            Ok::<_, objects::ObjectError>(())
        });
        exam.equal(
            "what was called, when the program broke the cycle",
            "del",
            log.read(exam),
        );
        exam.equal("whether a lives", false, exam.is_live(a));
    });
}

#[test]
fn task_7_13_only_with_tp_del() {
    exam::task(
        "7.13",
        "a method called __tp_del__ alone is no legacy finalizer",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_with(exam, "__tp_del__", log, "tp_del", Does::Nothing, None);
        let a = instance_of(exam, "a", class);
        exam.event("del a", |heap| decref(heap, a));
        exam.equal("what was called", "", log.read(exam));
        let b = instance_of(exam, "b", class);
        give(exam, b, "me", b);
        del(exam, "b", &[b]);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.equal("gc.garbage", Vec::<Addr>::new(), in_garbage(exam));
        exam.event("with_tp_del", |heap| with_tp_del(heap, class));
        let c = instance_of(exam, "c", class);
        exam.event("del c", |heap| decref(heap, c));
        exam.equal("what was called", "tp_del", log.read(exam));
    });
}
