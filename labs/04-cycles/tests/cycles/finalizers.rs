//! Tasks 4.11 and 4.12: finalizers of the dead, and what comes back.

use cycles::clear::delete_garbage;
use cycles::finalizers::{finalize_garbage, handle_resurrected_objects};
use cycles::passes::{clear_unreachable_mask, deduce_unreachable};
use exam::HeapExam;
use memory::{Addr, GcList};

use super::support::{
    Does, KIT, LAZY_KIT, Log, aim, alive, class_of, class_with_del, count, del, empty_list, flags,
    fresh_list, generation, give, head, hold, instance_of, lists, members, native, refer,
    set_method, tracked, weak, witness, young,
};

/// The dead of generation 0, in an ordinary list.
fn dead(exam: &HeapExam) -> Addr {
    let list = young(exam);
    let unreachable = fresh_list(exam, GcList::Unreachable);
    exam.event("deduce_unreachable, clear_unreachable_mask", |heap| {
        deduce_unreachable(heap, list, unreachable);
        clear_unreachable_mask(heap, unreachable);
    });
    unreachable
}

fn finalize(exam: &HeapExam, list: Addr) {
    exam.event("finalize_garbage(unreachable)", |heap| {
        finalize_garbage(heap, list)
    });
}

fn bury(exam: &HeapExam, list: Addr) {
    let old = young(exam);
    exam.event("delete_garbage(unreachable, generation 0)", |heap| {
        delete_garbage(heap, list, old)
    });
}

/// Which objects come back after the finalizers: returns the list of those that do not.
fn resurrected(exam: &HeapExam, unreachable: Addr) -> Addr {
    let still = fresh_list(exam, GcList::FinalUnreachable);
    let old = young(exam);
    exam.event(
        "handle_resurrected_objects(unreachable, still, generation 0)",
        |heap| {
            handle_resurrected_objects(heap, unreachable, still, old);
        },
    );
    exam.equal(
        "the objects in unreachable",
        Vec::<Addr>::new(),
        members(exam, "unreachable", unreachable),
    );
    still
}

/// Two nodes that refer to each other, of classes with these finalizers.
fn pair(exam: &HeapExam, classes: [Addr; 2]) -> [Addr; 2] {
    let [one, two] = [("one", classes[0]), ("two", classes[1])]
        .map(|(label, class)| instance_of(exam, label, class));
    give(exam, one, "next", two);
    give(exam, two, "next", one);
    [one, two]
}

// ------------------------------------------------------------------ 4.11

#[test]
fn task_4_11_each_once() {
    exam::task(
        "4.11",
        "the finalizer of each dead object is called, with one reference more",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (node, _) = class_with_del(exam, log, "del", Does::Count, None);
        let [one, two] = pair(exam, [node, node]);
        del(exam, "one, two", &[one, two]);
        let unreachable = dead(exam);
        finalize(exam, unreachable);
        exam.equal(
            "who was called, and the count of its argument",
            "del=2, del=2",
            log.read(exam),
        );
        exam.equal(
            "the objects in unreachable",
            vec![one, two],
            members(exam, "unreachable", unreachable),
        );
        exam.equal(
            "the flags of one",
            "FINALIZED, COLLECTING",
            flags(exam, one),
        );
        exam.equal(
            "the flags of two",
            "FINALIZED, COLLECTING",
            flags(exam, two),
        );
        exam.equal("the count of one: two.next", 1, count(exam, one));
        finalize(exam, unreachable);
        exam.equal(
            "who was called: nobody a second time",
            "del=2, del=2",
            log.read(exam),
        );
        bury(exam, unreachable);
        exam.equal(
            "who was called: nobody when they died",
            "del=2, del=2",
            log.read(exam),
        );
    });
}

#[test]
fn task_4_11_only_who_has_one() {
    exam::task(
        "4.11",
        "objects without a finalizer, or whose finalizer has run, are left alone",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (with, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let without = class_of(exam, "Plain", None);
        let derived = class_of(exam, "Derived", Some(with));
        let [one, two] = pair(exam, [without, with]);
        let three = instance_of(exam, "three", derived);
        let a = empty_list(exam, "a");
        refer(exam, a, three);
        give(exam, three, "value", a);
        exam.event("FINALIZED is set in two", |heap| {
            let word = two.minus(8);
            heap.memory.store(word, heap.memory.load(word) | 1);
        });
        del(exam, "one, two, three, a", &[one, two, three, a]);
        let unreachable = dead(exam);
        finalize(exam, unreachable);
        exam.equal(
            "who was called: __del__ of three's base class",
            "del",
            log.read(exam),
        );
        exam.equal(
            "the objects in unreachable",
            vec![one, two, three, a],
            members(exam, "unreachable", unreachable),
        );
        exam.equal("the flags of one", "COLLECTING", flags(exam, one));
        bury(exam, unreachable);
    });
}

#[test]
fn task_4_11_marked_before_the_call() {
    exam::task("4.11", "FINALIZED is set before the finalizer is called")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("The finalizer itself may let the object die, or begin a collection: neither may call it again.");
            let log = Log::new(exam);
            let (node, _) = class_with_del(exam, log, "del", Does::Finalized, None);
            let [one, two] = pair(exam, [node, node]);
            del(exam, "one, two", &[one, two]);
            let unreachable = dead(exam);
            finalize(exam, unreachable);
            exam.equal("who was called, and whether it was marked by then", "del=1, del=1", log.read(exam));
            bury(exam, unreachable);
        });
}

#[test]
fn task_4_11_objects_vanish() {
    exam::task("4.11", "a finalizer that breaks the cycle frees objects of the list, also the one it was called for")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("del self.next: the second node loses its last reference, dies at once, and drops the first one.");
            let log = Log::new(exam);
            let (node, _) = class_with_del(exam, log, "del", Does::Break, None);
            let before = exam.live_blocks();
            let [one, two] = pair(exam, [node, node]);
            let last = instance_of(exam, "last", node);
            give(exam, last, "next", last);
            del(exam, "one, two, last", &[one, two, last]);
            let unreachable = dead(exam);
            finalize(exam, unreachable);
            exam.equal("who was called", "del, del, del", log.read(exam));
            exam.equal("live blocks: those of the class", before, exam.live_blocks());
            exam.equal("the objects in unreachable", Vec::<Addr>::new(), members(exam, "unreachable", unreachable));
        });
}

#[test]
fn task_4_11_the_order_of_the_list() {
    exam::task(
        "4.11",
        "finalizers are called in the order of the list, the oldest object's first",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (first, _) = class_with_del(exam, log, "first", Does::Nothing, None);
        let (second, _) = class_with_del(exam, log, "second", Does::Nothing, None);
        let [one, two] = pair(exam, [first, second]);
        let [three, four] = pair(exam, [second, first]);
        del(exam, "one, two, three, four", &[one, two, three, four]);
        let unreachable = dead(exam);
        finalize(exam, unreachable);
        exam.equal(
            "who was called",
            "first, second, second, first",
            log.read(exam),
        );
        bury(exam, unreachable);
    });
}

#[test]
fn task_4_11_a_busy_finalizer() {
    exam::task(
        "4.11",
        "a finalizer may make objects, drop cycles, and fail",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let keep = empty_list(exam, "keep");
        let (busy, _) = class_with_del(exam, log, "busy", Does::Busy, Some(keep));
        let (fails, _) = class_with_del(exam, log, "fails", Does::Fail, None);
        let [one, two] = pair(exam, [busy, fails]);
        del(exam, "one, two", &[one, two]);
        let unreachable = dead(exam);
        finalize(exam, unreachable);
        exam.equal("who was called", "busy, fails", log.read(exam));
        exam.equal(
            "the objects in unreachable",
            vec![one, two],
            members(exam, "unreachable", unreachable),
        );
        exam.equal(
            "len(keep)",
            1,
            exam.look(|heap| objects::list::len(heap, keep)),
        );
        generation(exam);
        bury(exam, unreachable);
    });
}

// ------------------------------------------------------------------ 4.12

#[test]
fn task_4_12_nobody_comes_back() {
    exam::task(
        "4.12",
        "without a finalizer that interferes, all dead objects are still dead",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        for (from, to) in [(a, b), (b, a), (c, c)] {
            refer(exam, from, to);
        }
        del(exam, "a, b, c", &[a, b, c]);
        let unreachable = dead(exam);
        let still = resurrected(exam, unreachable);
        exam.equal(
            "the objects that are still dead",
            vec![a, b, c],
            members(exam, "still", still),
        );
        exam.equal("the flags of a", "COLLECTING", flags(exam, a));
        exam.equal("generation 0", Vec::<Addr>::new(), generation(exam));
        bury(exam, still);
        exam.leaks(0);
    });
}

#[test]
fn task_4_12_who_comes_back() {
    exam::task("4.12", "an object that its finalizer saved comes back with all that it refers to; the others die")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("one and two refer to each other; one also has part. alone refers to itself. The finalizer of one appends it to the list saved.");
            let log = Log::new(exam);
            let saved = empty_list(exam, "saved");
            let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(saved));
            let plain = class_of(exam, "Plain", None);
            let [one, two] = pair(exam, [saves, plain]);
            let part = empty_list(exam, "part");
            give(exam, one, "value", part);
            let alone = instance_of(exam, "alone", plain);
            give(exam, alone, "next", alone);
            del(exam, "one, two, part, alone", &[one, two, part, alone]);
            let unreachable = dead(exam);
            let before = generation(exam);
            finalize(exam, unreachable);
            let still = resurrected(exam, unreachable);
            exam.equal("the objects that are still dead", vec![alone], members(exam, "still", still));
            let mut expected = before;
            expected.extend([one, two, part]);
            exam.equal("generation 0: what came back is at its end", expected, generation(exam));
            exam.equal("the flags of one", "FINALIZED", flags(exam, one));
            exam.equal("the flags of two", "none", flags(exam, two));
            bury(exam, still);
            exam.equal("the count of one: saved, and two.next", 2, count(exam, one));
        });
}

#[test]
fn task_4_12_saved_by_another() {
    exam::task("4.12", "who comes back is decided by references, not by whose finalizer ran")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("The finalizer of one attaches one to an object that lives. two has a finalizer too, but nobody saves it.");
            let log = Log::new(exam);
            let plain = class_of(exam, "Plain", None);
            let lives = instance_of(exam, "lives", plain);
            let (attaches, _) = class_with_del(exam, log, "attaches", Does::Attach, Some(lives));
            let (nothing, _) = class_with_del(exam, log, "nothing", Does::Nothing, None);
            let one = instance_of(exam, "one", attaches);
            give(exam, one, "next", one);
            let two = instance_of(exam, "two", nothing);
            give(exam, two, "next", two);
            give(exam, two, "other", one);
            del(exam, "one, two", &[one, two]);
            let unreachable = dead(exam);
            finalize(exam, unreachable);
            let still = resurrected(exam, unreachable);
            exam.equal("the objects that are still dead", vec![two], members(exam, "still", still));
            bury(exam, still);
            exam.equal("the count of one: lives.other, and itself", 2, count(exam, one));
            exam.check("one is tracked", tracked(exam, one));
        });
}

#[test]
fn task_4_12_on_the_path_of_counting() {
    exam::task("4.12", "an instance is tracked while its finalizer runs, and stays so if it comes back")
        .heap(KIT)
        .run(|exam| {
            exam.note("An object that comes back untracked would never be found again, whatever cycle it gets into.");
            let log = Log::new(exam);
            let saved = empty_list(exam, "saved");
            let (looks, _) = class_with_del(exam, log, "tracked", Does::Tracked, None);
            let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(saved));
            let before = generation(exam);
            let dies = instance_of(exam, "dies", looks);
            del(exam, "dies", &[dies]);
            exam.equal("whether dies was tracked in its finalizer", "tracked=1", log.read(exam));
            exam.equal("generation 0", &before, &generation(exam));
            let bird = instance_of(exam, "bird", saves);
            del(exam, "bird", &[bird]);
            let mut expected = before.clone();
            expected.push(bird);
            exam.equal("generation 0: bird came back", expected, generation(exam));
            exam.equal("the flags of bird", "FINALIZED", flags(exam, bird));
            exam.equal("the count of bird", 1, count(exam, bird));
            exam.event("saved is emptied: bird dies", |heap| cycles::clear::list_clear(heap, saved));
            exam.equal("who was called: no second time", "tracked=1, saves", log.read(exam));
            exam.equal("generation 0", before, generation(exam));
        });
}

#[test]
fn task_4_12_out_of_the_list_again() {
    exam::task("4.12", "when its finalizer has run, an instance leaves the list before it gives anything up")
        .heap(KIT)
        .run(|exam| {
            exam.note("A callback or another finalizer may begin a collection while the attributes die. It must not find the dying instance in the list, with count 0.");
            let log = Log::new(exam);
            let (node, _) = class_with_del(exam, log, "del", Does::Tracked, None);
            let one = instance_of(exam, "one", node);
            let w = super::support::witness_of(exam, log, "next", Some(one.minus(16)));
            give(exam, one, "value", w);
            del(exam, "w, one", &[w, one]);
            exam.equal(
                "whether one was tracked in its finalizer, and its _gc_next when its attribute died",
                "del=1, next=0",
                log.read(exam),
            );
        });
}

#[test]
fn task_4_12_the_whole_order() {
    exam::task(
        "4.12",
        "on the path of counting: finalizer, weak references, callbacks, attributes",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (node, finalizer) = class_with_del(exam, log, "del", Does::Alive, None);
        let callback = native(exam, log, "callback", Does::Alive, None);
        let one = instance_of(exam, "one", node);
        let part = witness(exam, log, "part");
        give(exam, one, "value", part);
        let wr = weak(exam, "wr", one, Some(callback));
        aim(exam, finalizer, wr);
        aim(exam, callback, wr);
        del(exam, "part, one", &[part, one]);
        exam.equal(
            "what happened, and whether the weak reference was alive",
            "del=1, callback=0, part",
            log.read(exam),
        );
    });
}

#[test]
fn task_4_12_a_late_weak_reference() {
    exam::task("4.12", "a weak reference that a callback makes to the dying object dies with it")
        .heap(KIT)
        .run(|exam| {
            exam.note("The object's weak references are cleared before their callbacks run. One that a callback makes after that must not outlive the object.");
            let log = Log::new(exam);
            let made = empty_list(exam, "made");
            let node = class_of(exam, "Node", None);
            let one = instance_of(exam, "one", node);
            let callback = native(exam, log, "makes", Does::Late, Some(one));
            hold(exam, callback, made);
            let wr = weak(exam, "wr", one, Some(callback));
            del(exam, "one", &[one]);
            exam.equal("who was called", "makes", log.read(exam));
            let late = exam.look(|heap| objects::list::items(heap, made));
            let Some(&late) = late.first() else {
                exam.fail("the callback made no weak reference");
            };
            exam.name(late, "late");
            exam.equal("whether late() gives its object", false, alive(exam, late));
            exam.equal("whether wr() gives its object", false, alive(exam, wr));
        });
}

#[test]
fn task_4_12_without_a_finalizer() {
    exam::task(
        "4.12",
        "an instance without a finalizer is not tracked again when it dies",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let w = super::support::witness_of(exam, log, "next", Some(one.minus(16)));
        give(exam, one, "value", w);
        let holds = native(exam, log, "holds", Does::Nothing, None);
        hold(exam, holds, one);
        del(exam, "one, w", &[one, w]);
        exam.check("one is tracked", tracked(exam, one));
        del(exam, "holds", &[holds]);
        exam.equal(
            "the _gc_next of one, when its attribute died",
            "next=0",
            log.read(exam),
        );
        exam.check("Node is tracked", head(exam, node).0 != 0);
        set_method(exam, node, "key", node);
    });
}
