//! Task 4.13: everything in its order.

use cycles::collect::gc_collect_main;
use memory::{Addr, GcList, GcState, MemoryError};
use objects::list;

use super::support::{
    Does, KIT, Log, aim, alive, class_of, class_with_del, collect, count, del, dict_with,
    empty_list, flags, fresh_list, generation, give, instance_of, lists, members, native, refer,
    tracked, tuple_of, weak, witness, young,
};

#[test]
fn task_4_13_callbacks_then_finalizers_then_the_end() {
    exam::task("4.13", "the order of a collection: callbacks, then finalizers, then the attributes die")
        .heap(KIT)
        .run(|exam| {
            exam.note("On the path of counting it is finalizer first, then callback. This is what book/python/04-order.py prints.");
            let log = Log::new(exam);
            let (node, finalizer) = class_with_del(exam, log, "del", Does::Alive, None);
            let callback = native(exam, log, "callback", Does::Alive, None);
            let one = instance_of(exam, "one", node);
            give(exam, one, "next", one);
            let part = witness(exam, log, "part");
            give(exam, one, "value", part);
            let wr = weak(exam, "wr", one, Some(callback));
            aim(exam, finalizer, wr);
            aim(exam, callback, wr);
            del(exam, "one, part", &[one, part]);
            exam.equal("gc.collect() returns", 1, collect(exam));
            exam.equal("what happened, and whether the weak reference was alive", "callback=0, del=0, part", log.read(exam));
        });
}

#[test]
fn task_4_13_what_it_returns() {
    exam::task(
        "4.13",
        "gc.collect() returns the dead, and the weak references that callbacks freed",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note("Every number is what CPython 3.11 returns.");
        exam.equal("nothing", 0, collect(exam));
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        del(exam, "a", &[a]);
        exam.equal("a list of itself", 1, collect(exam));

        let a = empty_list(exam, "a");
        let d = dict_with(exam, "d", a);
        refer(exam, a, d);
        del(exam, "a, d", &[a, d]);
        exam.equal("a list and a dict", 2, collect(exam));

        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let held = empty_list(exam, "held");
        let one = instance_of(exam, "one", node);
        give(exam, one, "next", one);
        let callback = native(exam, log, "empties", Does::Empty, Some(held));
        let wr = weak(exam, "wr", one, Some(callback));
        refer(exam, held, wr);
        del(exam, "one, wr", &[one, wr]);
        exam.equal(
            "an instance, and the weak reference that its callback freed",
            2,
            collect(exam),
        );
        exam.equal("nothing is left", 0, collect(exam));
    });
}

#[test]
fn task_4_13_what_came_back_is_not_counted() {
    exam::task(
        "4.13",
        "gc.collect() does not count what a finalizer brought back",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(saved));
        let plain = class_of(exam, "Plain", None);
        for (label, class) in [("bird", saves), ("stone", plain), ("rock", plain)] {
            let op = instance_of(exam, label, class);
            give(exam, op, "next", op);
            del(exam, label, &[op]);
        }
        exam.equal("gc.collect() returns: stone and rock", 2, collect(exam));
        exam.equal("who was called", "saves", log.read(exam));
        exam.event("saved is emptied", |heap| {
            cycles::clear::list_clear(heap, saved)
        });
        exam.equal(
            "gc.collect() returns: bird, and no second __del__",
            1,
            collect(exam),
        );
        exam.equal("who was called", "saves", log.read(exam));
    });
}

#[test]
fn task_4_13_a_collection_in_a_collection() {
    exam::task(
        "4.13",
        "a finalizer or a callback that calls gc.collect() gets 0",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (node, _) = class_with_del(exam, log, "del", Does::Collect, None);
        let callback = native(exam, log, "callback", Does::Collect, None);
        let one = instance_of(exam, "one", node);
        give(exam, one, "next", one);
        let wr = weak(exam, "wr", one, Some(callback));
        del(exam, "one", &[one]);
        exam.equal("gc.collect() returns", 1, collect(exam));
        exam.equal(
            "who was called, and what gc.collect() gave it",
            "callback=0, del=0",
            log.read(exam),
        );
        let collecting = exam.look(|heap| GcState::of(heap.memory).collecting().get());
        exam.equal("the root's collecting", 0, collecting);
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        del(exam, "a, wr", &[a, wr]);
        exam.equal("gc.collect(), afterwards, returns", 1, collect(exam));
    });
}

#[test]
fn task_4_13_collecting_is_set() {
    exam::task(
        "4.13",
        "while a collection runs, the root's collecting is 1",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let field = exam.look(|heap| GcState::of(heap.memory).collecting().addr());
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        let w = super::support::witness_of(exam, log, "seen", Some(field));
        refer(exam, a, w);
        del(exam, "a, w", &[a, w]);
        collect(exam);
        exam.equal(
            "collecting, when an item of a died",
            "seen=1",
            log.read(exam),
        );
    });
}

#[test]
fn task_4_13_weak_references_before_finalizers() {
    exam::task(
        "4.13",
        "a finalizer cannot reach another dead object through a weak reference",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (node, finalizer) = class_with_del(exam, log, "del", Does::Alive, None);
        let [one, two] = ["one", "two"].map(|label| instance_of(exam, label, node));
        give(exam, one, "next", two);
        give(exam, two, "next", one);
        let wr = weak(exam, "wr", two, None);
        aim(exam, finalizer, wr);
        del(exam, "one, two", &[one, two]);
        exam.equal("gc.collect() returns", 2, collect(exam));
        exam.equal(
            "whether the weak reference was alive",
            "del=0, del=0",
            log.read(exam),
        );
        exam.equal("whether wr() gives its object", false, alive(exam, wr));
    });
}

#[test]
fn task_4_13_a_weak_reference_made_by_a_finalizer() {
    exam::task("4.13", "an object that came back can be weakly referenced again, one that did not is gone")
        .heap(KIT)
        .run(|exam| {
            exam.note("3.11 clears the weak references before the finalizers, and only then. A weak reference that a finalizer makes is cleared when its object dies.");
            let log = Log::new(exam);
            let made = empty_list(exam, "made");
            let (node, _) = class_with_del(exam, log, "del", Does::Weak, Some(made));
            let one = instance_of(exam, "one", node);
            give(exam, one, "next", one);
            del(exam, "one", &[one]);
            exam.equal("gc.collect() returns", 1, collect(exam));
            let wr = exam.look(|heap| list::items(heap, made));
            let Some(&wr) = wr.first() else {
                exam.fail("the finalizer made no weak reference");
            };
            exam.equal("whether wr() gives its object", false, alive(exam, wr));
        });
}

#[test]
fn task_4_13_survivors_are_untracked() {
    exam::task(
        "4.13",
        "a collection untracks tuples and dicts that can be in no cycle, among the living",
    )
    .heap(KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let x = super::support::fresh(exam, "x", 5000);
        let d = dict_with(exam, "d", a);
        let t = tuple_of(exam, "t", &[x]);
        exam.try_event("d['key'] = 5000", |heap| {
            refcounts::containers::dict_set_item(heap, d, super::support::name(heap, "key"), x)
        });
        exam.equal("generation 0", vec![a, d, t], generation(exam));
        exam.equal("gc.collect() returns", 0, collect(exam));
        exam.equal("generation 0", vec![a], generation(exam));
        exam.check(
            "d and t are not tracked",
            !tracked(exam, d) && !tracked(exam, t),
        );
    });
}

#[test]
fn task_4_13_young_and_old() {
    exam::task(
        "4.13",
        "gc_collect_main collects the list that it is given; what comes back goes to old",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note(
            "Generation 1 plays old. stays is in generation 0 and refers to nothing of the dead.",
        );
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(saved));
        let stays = empty_list(exam, "stays");
        let bird = instance_of(exam, "bird", saves);
        give(exam, bird, "next", bird);
        let young = young(exam);
        let old = exam.look(|heap| GcState::of(heap.memory).generation(1).addr());
        del(exam, "bird", &[bird]);
        let found = exam.event("gc_collect_main(generation 0, generation 1)", |heap| {
            gc_collect_main(heap, young, old)
        });
        exam.equal("it returns", 0, found);
        exam.equal(
            "generation 1",
            vec![bird],
            members(exam, "generation 1", old),
        );
        exam.check(
            "stays is in generation 0",
            generation(exam).contains(&stays),
        );
        exam.equal("the flags of bird", "FINALIZED", flags(exam, bird));
    });
}

#[test]
fn task_4_13_a_second_collection_moves_nothing() {
    exam::task(
        "4.13",
        "survivors keep their order from the second collection on",
    )
    .heap(KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        for (from, to) in [(d, a), (b, c), (c, b)] {
            refer(exam, from, to);
        }
        del(exam, "a, c", &[a, c]);
        collect(exam);
        let once = generation(exam);
        exam.equal(
            "generation 0: a came back behind the others",
            vec![b, c, d, a],
            once.clone(),
        );
        collect(exam);
        exam.equal("generation 0", once, generation(exam));
    });
}

#[test]
fn task_4_13_the_scratch_lists_are_empty() {
    exam::task(
        "4.13",
        "after a collection no list but generation 0 has an object",
    )
    .heap(KIT)
    .run(|exam| {
        for list in [
            GcList::Unreachable,
            GcList::FinalUnreachable,
            GcList::WrcbToCall,
            GcList::Seen,
        ] {
            fresh_list(exam, list);
        }
        let log = Log::new(exam);
        let saved = empty_list(exam, "saved");
        let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(saved));
        let callback = native(exam, log, "callback", Does::Nothing, None);
        let bird = instance_of(exam, "bird", saves);
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        give(exam, bird, "next", bird);
        let wr = weak(exam, "wr", bird, Some(callback));
        del(exam, "bird, a", &[bird, a]);
        exam.equal("gc.collect() returns", 1, collect(exam));
        for (label, list) in [
            ("Unreachable", GcList::Unreachable),
            ("FinalUnreachable", GcList::FinalUnreachable),
            ("WrcbToCall", GcList::WrcbToCall),
            ("Seen", GcList::Seen),
        ] {
            let head = super::support::scratch(exam, list);
            exam.equal(
                &format!("the objects in {label}"),
                Vec::<Addr>::new(),
                members(exam, label, head),
            );
        }
        let all = generation(exam);
        exam.check(
            "saved, bird and wr are in generation 0",
            [saved, bird, wr].iter().all(|op| all.contains(op)),
        );
        exam.equal("the count of wr: its name", 1, count(exam, wr));
    });
}

#[test]
fn task_4_13_long_chains_of_every_type() {
    exam::task(
        "4.13",
        "cycles with 20,000 objects of each type are collected, watched",
    )
    .heap(KIT)
    .big()
    .run(|exam| {
        let log = Log::new(exam);
        let (node, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let before = (exam.live_blocks(), generation(exam));
        exam.try_event("20,000 instances with finalizers in a ring", |heap| {
            let next = super::support::name(heap, "next");
            let first = objects::instance::new(heap, node)?;
            let mut last = first;
            for _ in 1..20_000 {
                let new = objects::instance::new(heap, node)?;
                objects::instance::set_attr(heap, new, next, last)?;
                last = new;
            }
            refcounts::containers::set_attr(heap, first, next, last)?;
            refcounts::decref(heap, last);
            Ok::<_, MemoryError>(())
        });
        exam.equal("gc.collect() returns", 20_000, collect(exam));
        exam.equal("how many finalizers were called", 20_000, log.len(exam));
        exam.equal("live blocks", before.0, exam.live_blocks());
        exam.try_event(
            "a list of itself, with 20,000 nested tuples and dicts",
            |heap| {
                let key = super::support::name(heap, "key");
                let outer = list::new(heap)?;
                list::append(heap, outer, refcounts::new_ref(heap, outer))?;
                let mut nest = list::new(heap)?;
                for _ in 0..10_000 {
                    let dict = objects::dict::new(heap)?;
                    let _ =
                        objects::dict::set_str(heap, dict, refcounts::new_ref(heap, key), nest)?;
                    nest = objects::tuple::new(heap, &[dict])?;
                }
                list::append(heap, outer, nest)?;
                refcounts::decref(heap, outer);
                Ok::<_, MemoryError>(())
            },
        );
        exam.equal("gc.collect() returns", 20_002, collect(exam));
        exam.equal("live blocks", before.0, exam.live_blocks());
        exam.equal("generation 0", before.1, generation(exam));
    });
}
