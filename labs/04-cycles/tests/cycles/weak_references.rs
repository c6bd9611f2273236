//! Task 4.10: weak references to the dead, and their callbacks.

use cycles::clear::delete_garbage;
use cycles::passes::{clear_unreachable_mask, deduce_unreachable};
use cycles::weakrefs::{call_callbacks, clear_all, handle_weakrefs};
use exam::HeapExam;
use memory::{Addr, GcList};

use super::support::{
    Does, LAZY_KIT, Log, aim, alive, bound, class_of, count, del, empty_list, fresh_list,
    generation, give, hold, instance_of, members, native, refer, tracked, weak, young,
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

/// `handle_weakrefs` for the dead of generation 0.
fn handle(exam: &HeapExam, unreachable: Addr) -> u64 {
    let old = young(exam);
    exam.event("handle_weakrefs(unreachable, generation 0)", |heap| {
        handle_weakrefs(heap, unreachable, old)
    })
}

/// Frees the dead at the end of a test.
fn bury(exam: &HeapExam, unreachable: Addr) {
    let old = young(exam);
    exam.event("delete_garbage(unreachable, generation 0)", |heap| {
        delete_garbage(heap, unreachable, old);
    });
}

/// Two nodes that refer to each other; their names are still there.
fn pair(exam: &HeapExam) -> (Addr, Addr, Addr) {
    let node = class_of(exam, "Node", None);
    let [one, two] = ["one", "two"].map(|label| instance_of(exam, label, node));
    give(exam, one, "next", two);
    give(exam, two, "next", one);
    (node, one, two)
}

#[test]
fn task_4_10_the_dead_cannot_be_asked_for() {
    exam::task(
        "4.10",
        "every weak reference to a dead object is cleared, and to no other",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let (node, one, two) = pair(exam);
        let lives = instance_of(exam, "lives", node);
        let [to_one, to_two, to_lives, to_node] = [
            ("to_one", one),
            ("to_two", two),
            ("to_lives", lives),
            ("to_node", node),
        ]
        .map(|(label, op)| weak(exam, label, op, None));
        del(exam, "one, two", &[one, two]);
        let unreachable = dead(exam);
        exam.equal("handle_weakrefs returns", 0, handle(exam, unreachable));
        for (label, wr, expected) in [
            ("to_one", to_one, false),
            ("to_two", to_two, false),
            ("to_lives", to_lives, true),
            ("to_node", to_node, true),
        ] {
            exam.equal(
                &format!("whether {label}() gives its object"),
                expected,
                alive(exam, wr),
            );
        }
        exam.equal(
            "the objects in unreachable: all still there",
            vec![one, two],
            members(exam, "unreachable", unreachable),
        );
        exam.equal("the count of one: two.next", 1, count(exam, one));
        bury(exam, unreachable);
    });
}

#[test]
fn task_4_10_all_before_the_first_call() {
    exam::task("4.10", "all weak references to all dead objects are cleared before the first callback is called")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("The callback of the first object's weak reference asks the weak reference to the second one. If it got an answer, it could bring a dead object back.");
            let log = Log::new(exam);
            let (_, one, two) = pair(exam);
            let first = native(exam, log, "first", Does::Alive, None);
            let second = native(exam, log, "second", Does::Alive, None);
            let to_one = weak(exam, "to_one", one, Some(first));
            let to_two = weak(exam, "to_two", two, Some(second));
            let plain = weak(exam, "plain", two, None);
            aim(exam, first, plain);
            aim(exam, second, to_one);
            del(exam, "one, two", &[one, two]);
            let unreachable = dead(exam);
            exam.equal("handle_weakrefs returns: both weak references have names", 0, handle(exam, unreachable));
            exam.equal("who was called, and whether the other one was alive", "first=0, second=0", log.read(exam));
            exam.equal("the count of to_one: its name", 1, count(exam, to_one));
            exam.equal("the count of to_two: its name", 1, count(exam, to_two));
            exam.check("to_one is in generation 0 again", generation(exam).contains(&to_one));
            exam.equal("the count of the callback first: its name, and to_one", 2, count(exam, first));
            bury(exam, unreachable);
            exam.equal("nothing more was called", 2, log.len(exam));
        });
}

#[test]
fn task_4_10_a_dead_one_is_not_called() {
    exam::task(
        "4.10",
        "a weak reference that is dead itself is cleared, and its callback is never called",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        exam.note("one holds the weak reference to two: it is part of the dead.");
        let log = Log::new(exam);
        let (node, one, two) = pair(exam);
        let before = exam.live_blocks() - 4;
        let callback = native(exam, log, "called", Does::Nothing, None);
        let wr = weak(exam, "wr", two, Some(callback));
        give(exam, one, "wr", wr);
        let outside = weak(exam, "outside", node, None);
        del(exam, "one, two, wr", &[one, two, wr]);
        let unreachable = dead(exam);
        exam.equal(
            "the dead",
            vec![one, two, wr],
            members(exam, "unreachable", unreachable),
        );
        exam.equal("handle_weakrefs returns", 0, handle(exam, unreachable));
        exam.equal("who was called", "", log.read(exam));
        exam.equal("whether wr() gives its object", false, alive(exam, wr));
        exam.equal("the count of wr: one.wr", 1, count(exam, wr));
        bury(exam, unreachable);
        exam.equal("who was called", "", log.read(exam));
        del(exam, "callback, outside", &[callback, outside]);
        exam.equal("live blocks: the class", before, exam.live_blocks());
    });
}

#[test]
fn task_4_10_a_dead_one_to_the_living() {
    exam::task("4.10", "a weak reference among the dead is cleared although its object lives")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("If it stayed in the list of the living object, that object's end could call a callback that was cleared long ago.");
            let log = Log::new(exam);
            let node = class_of(exam, "Node", None);
            let lives = instance_of(exam, "lives", node);
            let dies = instance_of(exam, "dies", node);
            let callback = native(exam, log, "called", Does::Nothing, None);
            let wr = weak(exam, "wr", lives, Some(callback));
            give(exam, dies, "wr", wr);
            give(exam, dies, "next", dies);
            del(exam, "dies, wr", &[dies, wr]);
            let unreachable = dead(exam);
            handle(exam, unreachable);
            exam.equal("whether wr() gives its object", false, alive(exam, wr));
            let first = exam.look(|heap| {
                memory::object::PyInstance::at(heap.memory, lives).weaklist().get()
            });
            exam.equal("the weak references of lives", None, first);
            bury(exam, unreachable);
            del(exam, "lives", &[lives]);
            exam.equal("who was called", "", log.read(exam));
        });
}

#[test]
fn task_4_10_freed_by_its_own_callback() {
    exam::task("4.10", "a weak reference whose last owner lets go in the callback is freed and counted")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("A list holds the only references to both weak references. The callback empties the list, as a WeakValueDictionary does.");
            let log = Log::new(exam);
            let (_, one, two) = pair(exam);
            let held = empty_list(exam, "held");
            let before = exam.live_blocks();
            let callback = native(exam, log, "called", Does::Empty, Some(held));
            for (label, op) in [("to_one", one), ("to_two", two)] {
                let wr = weak(exam, label, op, Some(callback));
                refer(exam, held, wr);
                del(exam, label, &[wr]);
            }
            del(exam, "the callback", &[callback]);
            del(exam, "one, two", &[one, two]);
            let unreachable = dead(exam);
            exam.equal("handle_weakrefs returns: two were freed", 2, handle(exam, unreachable));
            exam.equal("who was called", "called, called", log.read(exam));
            exam.equal("live blocks", before, exam.live_blocks());
            bury(exam, unreachable);
        });
}

#[test]
fn task_4_10_a_callback_drops_the_next() {
    exam::task(
        "4.10",
        "a callback that drops all other weak references breaks nothing: each is called",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (_, one, two) = pair(exam);
        let held = empty_list(exam, "held");
        let empties = native(exam, log, "empties", Does::Empty, Some(held));
        let counts = native(exam, log, "counts", Does::Count, None);
        let first = weak(exam, "first", one, Some(counts));
        let second = weak(exam, "second", one, Some(empties));
        let third = weak(exam, "third", two, Some(counts));
        refer(exam, held, first);
        refer(exam, held, second);
        del(exam, "first, second, one, two", &[first, second, one, two]);
        let unreachable = dead(exam);
        exam.equal(
            "handle_weakrefs returns: first and second",
            2,
            handle(exam, unreachable),
        );
        exam.equal(
            "who was called: the newest of one, its older one, that of two, with their counts",
            "empties, counts=1, counts=2",
            log.read(exam),
        );
        exam.equal("the count of third", 1, count(exam, third));
        bury(exam, unreachable);
    });
}

#[test]
fn task_4_10_a_callback_in_the_cycle() {
    exam::task("4.10", "a callback that is dead with its weak reference is not called; one that lives is")
        .heap(LAZY_KIT)
        .run(|exam| {
            exam.note("inner is a callable that holds one: through wr and inner, one keeps itself. outer is the same, but its weak reference has a name.");
            let log = Log::new(exam);
            let node = class_of(exam, "Node", None);
            let one = instance_of(exam, "one", node);
            let inner = bound(exam, log, "inner", Does::Nothing, None);
            hold(exam, inner, one);
            let wr = weak(exam, "wr", one, Some(inner));
            give(exam, one, "wr", wr);
            let other = instance_of(exam, "other", node);
            give(exam, other, "next", other);
            let outer = bound(exam, log, "outer", Does::Nothing, None);
            let named = weak(exam, "named", other, Some(outer));
            del(exam, "one, inner, wr, other, outer", &[one, inner, wr, other, outer]);
            let unreachable = dead(exam);
            exam.equal("the dead", vec![one, inner, wr, other], members(exam, "unreachable", unreachable));
            handle(exam, unreachable);
            exam.equal("who was called", "outer", log.read(exam));
            bury(exam, unreachable);
            del(exam, "named", &[named]);
            exam.equal("who was called", "outer", log.read(exam));
        });
}

#[test]
fn task_4_10_a_busy_callback() {
    exam::task("4.10", "a callback may make objects, drop cycles, and fail")
        .heap(LAZY_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let (_, one, two) = pair(exam);
            let keep = empty_list(exam, "keep");
            let busy = native(exam, log, "busy", Does::Busy, Some(keep));
            let fails = native(exam, log, "fails", Does::Fail, None);
            let first = weak(exam, "first", one, Some(busy));
            let second = weak(exam, "second", two, Some(fails));
            del(exam, "one, two", &[one, two]);
            let unreachable = dead(exam);
            exam.equal("handle_weakrefs returns", 0, handle(exam, unreachable));
            exam.equal("who was called", "busy, fails", log.read(exam));
            exam.check(
                "both weak references are tracked",
                tracked(exam, first) && tracked(exam, second),
            );
            exam.equal(
                "the objects in unreachable",
                vec![one, two],
                members(exam, "unreachable", unreachable),
            );
            bury(exam, unreachable);
            exam.equal(
                "len(keep)",
                1,
                exam.look(|heap| objects::list::len(heap, keep)),
            );
        });
}

#[test]
fn task_4_10_its_parts() {
    exam::task(
        "4.10",
        "clear_all gathers, call_callbacks calls and lets go",
    )
    .heap(LAZY_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let callback = native(exam, log, "called", Does::Count, None);
        let old = weak(exam, "old", one, Some(callback));
        let new = weak(exam, "new", one, Some(callback));
        let plain = weak(exam, "plain", one, None);
        let to_call = fresh_list(exam, GcList::WrcbToCall);
        exam.event("clear_all(one, to_call)", |heap| {
            clear_all(heap, one, to_call)
        });
        exam.equal(
            "the weak references to call, in the order of one's list",
            vec![new, old],
            members(exam, "to_call", to_call),
        );
        exam.equal(
            "the count of new: its name, and the collector",
            2,
            count(exam, new),
        );
        exam.equal(
            "the count of plain, which has no callback",
            1,
            count(exam, plain),
        );
        for (label, wr) in [("new", new), ("old", old), ("plain", plain)] {
            exam.equal(
                &format!("whether {label}() gives its object"),
                false,
                alive(exam, wr),
            );
        }
        let target = young(exam);
        let freed = exam.event("call_callbacks(to_call, generation 0)", |heap| {
            call_callbacks(heap, to_call, target)
        });
        exam.equal("call_callbacks returns", 0, freed);
        exam.equal(
            "who was called, and the count of its argument",
            "called=2, called=2",
            log.read(exam),
        );
        exam.equal(
            "the weak references to call",
            Vec::<Addr>::new(),
            members(exam, "to_call", to_call),
        );
        let a = empty_list(exam, "a");
        exam.event("clear_all(a list, which can have none)", |heap| {
            clear_all(heap, a, to_call)
        });
        let last_two = generation(exam);
        exam.check("old is in generation 0 again", last_two.contains(&old));
    });
}
