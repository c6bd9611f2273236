//! Tasks 4.4 to 4.6: three passes over a list.

use cycles::head::{get_refs, reset_refs, set_refs};
use cycles::index;
use cycles::passes::{
    clear_unreachable_mask, deduce_unreachable, move_unreachable, subtract_refs, update_refs,
    visit_decref, visit_reachable,
};
use exam::HeapExam;
use memory::{Addr, GcList};
use objects::type_at;

use super::support::{
    TRAVERSING_KIT, class_of, count, del, dict_with, empty_list, flags, forward, fresh, fresh_list,
    gc_refs, generation, give, head, instance_of, lists, marked_members, members, refer, tuple_of,
    young,
};

/// The words of a head: number and flags.
fn word(exam: &HeapExam, op: Addr) -> String {
    let prev = head(exam, op).1;
    format!("gc_refs {}, flags {:02b}", prev >> 2, prev & 3)
}

/// Expects `gc_refs` of each of these objects.
fn expect_refs(exam: &HeapExam, expected: &[(&str, Addr, u64)]) {
    for (label, op, refs) in expected {
        exam.equal(&format!("gc_refs of {label}"), *refs, gc_refs(exam, *op));
    }
}

/// The first two passes over generation 0.
fn count_refs(exam: &HeapExam) {
    let list = young(exam);
    exam.event("update_refs(generation 0)", |heap| update_refs(heap, list));
    exam.event("subtract_refs(generation 0)", |heap| {
        subtract_refs(heap, list)
    });
}

/// Three passes over generation 0; returns the list of what seems dead, with its marks.
fn deduce(exam: &HeapExam) -> Addr {
    let list = young(exam);
    let unreachable = exam.look(|heap| memory::GcState::of(heap.memory).list(GcList::Unreachable));
    exam.event("deduce_unreachable(generation 0)", |heap| {
        deduce_unreachable(heap, list, unreachable);
    });
    unreachable
}

/// Expects who lives and who seems dead, in order, with all links and flags.
fn expect_split(exam: &HeapExam, unreachable: Addr, alive: &[Addr], dead: &[Addr]) {
    exam.equal(
        "the objects that seem dead",
        dead,
        &marked_members(exam, "unreachable", unreachable)[..],
    );
    exam.equal("the objects that live", alive, &generation(exam)[..]);
    for &op in dead {
        let word = head(exam, op).1;
        exam.equal(&format!("COLLECTING in the dead {op}"), 2, word & 2);
    }
}

// ------------------------------------------------------------------ 4.4

#[test]
fn task_4_4_one_word() {
    exam::task("4.4", "gc_refs and two flags share one word")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            let a = empty_list(exam, "a");
            exam.detail(a);
            for old in [0b00, 0b01, 0b10, 0b11] {
                exam.event(format!("_gc_prev = {:#x}", 0x40 | old), |heap| {
                    heap.memory.store(a.minus(8), 0x40 | old);
                });
                let refs = exam.look(|heap| get_refs(heap, a.minus(16)));
                exam.equal("get_refs: the upper 62 bits", 0x10, refs);
                exam.event("set_refs(head of a, 5)", |heap| {
                    set_refs(heap, a.minus(16), 5)
                });
                exam.equal(
                    "_gc_prev after set_refs(5)",
                    format!("gc_refs 5, flags {old:02b}"),
                    word(exam, a),
                );
                exam.event("reset_refs(head of a, 3)", |heap| {
                    reset_refs(heap, a.minus(16), 3)
                });
                let flags = 0b10 | old & 1;
                exam.equal(
                    "_gc_prev after reset_refs(3): COLLECTING set, FINALIZED as it was",
                    format!("gc_refs 3, flags {flags:02b}"),
                    word(exam, a),
                );
            }
            exam.event("set_refs(head of a, 0)", |heap| {
                set_refs(heap, a.minus(16), 0)
            });
            exam.equal(
                "_gc_prev after set_refs(0)",
                "gc_refs 0, flags 11",
                word(exam, a),
            );
            exam.event("set_refs(head of a, 2^61)", |heap| {
                set_refs(heap, a.minus(16), 1 << 61)
            });
            let refs = exam.look(|heap| get_refs(heap, a.minus(16)));
            exam.equal("get_refs", 1 << 61, refs);
        });
}

#[test]
fn task_4_4_every_count_is_copied() {
    exam::task(
        "4.4",
        "update_refs copies every count, and the list keeps its way forward",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        for (from, to) in [(a, b), (c, b), (b, b)] {
            refer(exam, from, to);
        }
        let list = young(exam);
        exam.event("FINALIZED is set in c", |heap| {
            let word = c.minus(8);
            heap.memory.store(word, heap.memory.load(word) | 1);
        });
        exam.event("update_refs(generation 0)", |heap| update_refs(heap, list));
        exam.equal(
            "the list, forward",
            vec![a, b, c],
            forward(exam, "generation 0", list),
        );
        expect_refs(exam, &[("a", a, 1), ("b", b, 4), ("c", c, 1)]);
        exam.equal("the flags of a", "COLLECTING", flags(exam, a));
        exam.equal("the flags of b", "COLLECTING", flags(exam, b));
        exam.equal("the flags of c", "FINALIZED, COLLECTING", flags(exam, c));
        exam.equal("the count of b is as it was", 4, count(exam, b));
    });
}

#[test]
fn task_4_4_it_begins_anew() {
    exam::task("4.4", "a second counting does not see what the first one left")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("If gc_refs is not written anew for each collection, the second one starts with what was left of the first.");
            let [a, b] = lists(exam, ["a", "b"]);
            refer(exam, a, b);
            refer(exam, b, a);
            count_refs(exam);
            expect_refs(exam, &[("a", a, 1), ("b", b, 1)]);
            count_refs(exam);
            expect_refs(exam, &[("a", a, 1), ("b", b, 1)]);
        });
}

#[test]
fn task_4_4_what_comes_from_outside() {
    exam::task("4.4", "after two passes gc_refs counts the references from outside of the list")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("first and second refer to each other, and second twice to third. Then the names of first and second go.");
            let node = class_of(exam, "Node", None);
            let [first, second] = ["first", "second"].map(|label| instance_of(exam, label, node));
            let third = empty_list(exam, "third");
            give(exam, first, "next", second);
            give(exam, second, "next", first);
            give(exam, second, "value", third);
            give(exam, second, "other", third);
            del(exam, "first, second", &[first, second]);
            count_refs(exam);
            expect_refs(
                exam,
                &[
                    ("Node: its name; first and second are in the list", node, 1),
                    ("first: only second", first, 0),
                    ("second: only first", second, 0),
                    ("third: its name, and second twice", third, 1),
                ],
            );
        });
}

#[test]
fn task_4_4_itself_and_twice() {
    exam::task(
        "4.4",
        "a reference to itself counts as one from the list, and each of several counts",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        for (from, to) in [(a, a), (a, a), (a, b), (a, b), (a, b)] {
            refer(exam, from, to);
        }
        let t = tuple_of(exam, "t", &[b, b]);
        let d = dict_with(exam, "d", t);
        count_refs(exam);
        expect_refs(exam, &[("a", a, 1), ("b", b, 1), ("t", t, 1), ("d", d, 1)]);
        exam.equal("the count of b", 6, count(exam, b));
    });
}

#[test]
fn task_4_4_only_the_list() {
    exam::task("4.4", "objects that are not in the list keep their words")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("An int has no head, and neither has the type `list`. An untracked list has one, and so has a list in another list; neither is collecting.");
            let [a, other, loose] = lists(exam, ["a", "other", "loose"]);
            let x = fresh(exam, "x", 5000);
            let list_type = exam.look(|heap| type_at(heap, index::LIST));
            for item in [other, loose, x, list_type] {
                refer(exam, a, item);
            }
            let elsewhere = fresh_list(exam, GcList::Spare);
            exam.event("other moves to another list, loose is untracked", |heap| {
                cycles::gc_list::gc_list_move(heap, other.minus(16), elsewhere);
                cycles::untrack(heap, loose);
            });
            let before = [other, loose, x, list_type].map(|op| head(exam, op));
            count_refs(exam);
            let after = [other, loose, x, list_type].map(|op| head(exam, op));
            for (label, (before, after)) in
                ["other", "loose", "x", "list"].into_iter().zip(before.into_iter().zip(after))
            {
                exam.equal(&format!("the two words in front of {label}"), before, after);
            }
            expect_refs(exam, &[("a", a, 1)]);
        });
}

#[test]
fn task_4_4_too_small() {
    exam::task("4.4", "a count that is smaller than the references from the list is an error, and nothing is written")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            let a = empty_list(exam, "a");
            let list = young(exam);
            exam.event("update_refs(generation 0)", |heap| update_refs(heap, list));
            exam.event("visit_decref(a)", |heap| visit_decref(heap, a));
            exam.equal("gc_refs of a", 0, gc_refs(exam, a));
            exam.fails("visit_decref(a), a second time", "the objects of the list refer to it more often", |heap| {
                visit_decref(heap, a);
            });
            exam.equal("_gc_prev of a", "gc_refs 0, flags 10", word(exam, a));
        });
}

#[test]
fn task_4_4_no_memory_is_taken() {
    exam::task(
        "4.4",
        "the passes take no memory, and touch each object a few times",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let mut work = Vec::new();
        let list = young(exam);
        for _ in 0..2 {
            exam.try_event("200 more lists, each with the one before", |heap| {
                let mut before = objects::list::new(heap)?;
                for _ in 0..199 {
                    before = objects::list::from_items(heap, &[before])?;
                }
                Ok::<_, memory::MemoryError>(())
            });
            let blocks = exam.live_blocks();
            exam.event("update_refs, subtract_refs", |heap| {
                update_refs(heap, list);
                subtract_refs(heap, list);
            });
            exam.equal("live blocks", blocks, exam.live_blocks());
            work.push(exam.work().loads);
            exam.event("the way back is mended", |heap| cycles_mend(heap, list));
        }
        let [one, two] = work[..] else { return };
        exam.at_most(
            "words read for 400 objects, twice those for 200",
            2 * one,
            two,
        );
    });
}

/// Gives each head of a list its way back, without the flags.
fn cycles_mend(heap: &memory::Heap, list: Addr) {
    let mut before = list;
    loop {
        let Some(gc) = Addr::new(heap.memory.load(before)) else {
            return;
        };
        heap.memory.store(gc.plus(8), before.get());
        if gc == list {
            return;
        }
        before = gc;
    }
}

// ------------------------------------------------------------------ 4.5

/// A list of the dead as `move_unreachable` leaves it in the middle of its work: every link marked,
/// every object collecting with `gc_refs` 0.
fn dead_list(exam: &HeapExam, ops: &[Addr]) -> Addr {
    let list = fresh_list(exam, GcList::Unreachable);
    exam.event("these objects seem dead", |heap| {
        let mut before = list;
        for op in ops {
            let gc = op.minus(16);
            cycles::untrack(heap, *op);
            heap.memory.store(before, gc.get() | 1);
            heap.memory.store(gc.plus(8), before.get() | 2);
            before = gc;
        }
        heap.memory.store(before, list.get() | 1);
        heap.memory.store(list.plus(8), before.get());
    });
    list
}

#[test]
fn task_4_5_of_no_interest() {
    exam::task(
        "4.5",
        "visit_reachable changes nothing but containers that are collecting",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, loose] = lists(exam, ["a", "loose"]);
        let x = fresh(exam, "x", 5000);
        let list_type = exam.look(|heap| type_at(heap, index::LIST));
        exam.event("loose is untracked", |heap| cycles::untrack(heap, loose));
        let list = young(exam);
        let before = [a, loose, x, list_type].map(|op| head(exam, op));
        exam.event("visit_reachable, of a, loose, x, list", |heap| {
            for op in [a, loose, x, list_type] {
                visit_reachable(heap, op, list);
            }
        });
        let after = [a, loose, x, list_type].map(|op| head(exam, op));
        for (label, (before, after)) in ["a", "loose", "x", "list"]
            .into_iter()
            .zip(before.into_iter().zip(after))
        {
            exam.equal(&format!("the two words in front of {label}"), before, after);
        }
    });
}

#[test]
fn task_4_5_not_looked_at_yet() {
    exam::task(
        "4.5",
        "an object that the pass has still to come to gets gc_refs 1 if it has 0",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        let list = young(exam);
        exam.event(
            "all three are collecting, with gc_refs 0, 1 and 3; c is FINALIZED",
            |heap| {
                for (op, word) in [(a, 0b10), (b, 0b110), (c, 0b1111)] {
                    heap.memory.store(op.minus(8), word);
                }
            },
        );
        exam.event("visit_reachable, of a, b, c", |heap| {
            for op in [a, b, c] {
                visit_reachable(heap, op, list);
            }
        });
        exam.equal("_gc_prev of a", "gc_refs 1, flags 10", word(exam, a));
        exam.equal("_gc_prev of b", "gc_refs 1, flags 10", word(exam, b));
        exam.equal("_gc_prev of c", "gc_refs 3, flags 11", word(exam, c));
        exam.equal(
            "the list, forward",
            vec![a, b, c],
            forward(exam, "generation 0", list),
        );
    });
}

#[test]
fn task_4_5_taken_for_dead_too_early() {
    exam::task("4.5", "an object that was taken for dead comes back to the end of the list")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("All links of `unreachable` are marked, and stay so for those that are left in it. What comes back has no mark.");
            let [root, a, b, c, d] = lists(exam, ["root", "a", "b", "c", "d"]);
            let unreachable = dead_list(exam, &[a, b, c, d]);
            let list = young(exam);
            let mut alive = vec![root];
            let mut dead = vec![a, b, c, d];
            for (label, op) in [("b, in the middle", b), ("a, the first", a), ("d, the last", d), ("c, the only one", c)] {
                exam.event(format!("visit_reachable({label})"), |heap| {
                    visit_reachable(heap, op, list);
                });
                dead.retain(|&other| other != op);
                alive.push(op);
                exam.equal("the list, forward: the object is at its end", &alive, &forward(exam, "generation 0", list));
                exam.equal("_gc_prev of generation 0: its last", Some(op.minus(16)), Addr::new(exam.word(list.plus(8))));
                let way_back = head(exam, op).1;
                exam.equal("gc_refs and COLLECTING of what came back", 0b110, way_back & 0b111);
                exam.event("its gc_refs is read, as the pass would", |_| ());
                expect_dead(exam, unreachable, &dead);
            }
        });
}

/// The list of the dead, each link marked but perhaps the list's own.
fn expect_dead(exam: &HeapExam, unreachable: Addr, dead: &[Addr]) {
    let mut gc = unreachable;
    let mut all = Vec::new();
    while all.len() < 10 {
        let next = exam.word(gc);
        if gc != unreachable {
            exam.equal(
                &format!("UNREACHABLE in the _gc_next of {}", gc.plus(16)),
                1,
                next & 1,
            );
        }
        let Some(after) = Addr::new(next & !1) else {
            break;
        };
        let back = Addr::new(exam.word(after.plus(8)) & !3);
        exam.equal(&format!("the way back from {after}"), Some(gc), back);
        if after == unreachable {
            break;
        }
        all.push(after.plus(16));
        gc = after;
    }
    exam.equal("the objects that still seem dead", dead, &all[..]);
}

// ------------------------------------------------------------------ 4.6

#[test]
fn task_4_6_all_alive() {
    exam::task(
        "4.6",
        "if all live, the list is as it was: same order, both ways, no flags",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        refer(exam, a, b);
        refer(exam, b, c);
        del(exam, "b, c", &[b, c]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[a, b, c], &[]);
        for op in [a, b, c] {
            exam.equal("the flags", "none", flags(exam, op));
        }
        let again = deduce(exam);
        expect_split(exam, again, &[a, b, c], &[]);
    });
}

#[test]
fn task_4_6_a_dead_cycle() {
    exam::task(
        "4.6",
        "a cycle that nobody refers to is moved to unreachable, in order",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        for (from, to) in [(a, c), (c, d), (d, a)] {
            refer(exam, from, to);
        }
        del(exam, "a, c, d", &[a, c, d]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[b], &[a, c, d]);
    });
}

#[test]
fn task_4_6_all_dead() {
    exam::task(
        "4.6",
        "if all are dead, the list is empty: its head links to itself both ways",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, a, b);
        refer(exam, b, a);
        del(exam, "a, b", &[a, b]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[], &[a, b]);
    });
}

#[test]
fn task_4_6_the_last_one_goes() {
    exam::task("4.6", "when the last object is moved away, the list's way back is its new last object")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("The head of generation 0 still names the dead object as its last, unless it is corrected. The next object that is made would be linked behind that.");
            let [a, b, dead] = lists(exam, ["a", "b", "dead"]);
            refer(exam, dead, dead);
            del(exam, "dead", &[dead]);
            let unreachable = deduce(exam);
            let last = Addr::new(exam.word(young(exam).plus(8)));
            exam.equal("_gc_prev of generation 0: its last object's head", Some(b.minus(16)), last);
            expect_split(exam, unreachable, &[a, b], &[dead]);
            let c = empty_list(exam, "c");
            exam.equal("generation 0, after c = []", vec![a, b, c], generation(exam));
        });
}

#[test]
fn task_4_6_dead_at_first_sight() {
    exam::task("4.6", "an object that a later one keeps alive comes back, behind the others")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("inner stands before outer in the list, and only outer refers to it. When the pass comes to inner its gc_refs is 0.");
            let [inner, outer, other] = lists(exam, ["inner", "outer", "other"]);
            refer(exam, outer, inner);
            del(exam, "inner", &[inner]);
            let unreachable = deduce(exam);
            expect_split(exam, unreachable, &[outer, other, inner], &[]);
            let again = deduce(exam);
            expect_split(exam, again, &[outer, other, inner], &[]);
        });
}

#[test]
fn task_4_6_the_last_keeps_the_first() {
    exam::task("4.6", "the last object of the list may bring one back behind itself")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("The list grows while the pass looks at its last object. Who reads the next object before the traversal stops too early.");
            let [inner, outer] = lists(exam, ["inner", "outer"]);
            refer(exam, outer, inner);
            del(exam, "inner", &[inner]);
            let unreachable = deduce(exam);
            expect_split(exam, unreachable, &[outer, inner], &[]);
        });
}

#[test]
fn task_4_6_a_chain_backwards() {
    exam::task(
        "4.6",
        "a chain that stands backwards in the list comes back one by one",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c, d] = lists(exam, ["a", "b", "c", "d"]);
        for (from, to) in [(d, c), (c, b), (b, a)] {
            refer(exam, from, to);
        }
        let dead = empty_list(exam, "dead");
        refer(exam, dead, dead);
        refer(exam, dead, a);
        del(exam, "a, b, c, dead", &[a, b, c, dead]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[d, c, b, a], &[dead]);
    });
}

#[test]
fn task_4_6_a_cycle_that_hangs_on_a_name() {
    exam::task(
        "4.6",
        "a whole cycle lives if one object of it has a name, wherever that stands",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        for (from, to) in [(a, b), (b, c), (c, a), (b, b)] {
            refer(exam, from, to);
        }
        del(exam, "a, c", &[a, c]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[b, c, a], &[]);
    });
}

#[test]
fn task_4_6_from_another_list() {
    exam::task("4.6", "a reference from an object outside of the list keeps an object alive")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("outside is untracked, inside is in generation 0. Nobody traverses outside, so its reference to inside is never explained.");
            let [outside, inside, dead] = lists(exam, ["outside", "inside", "dead"]);
            refer(exam, outside, inside);
            refer(exam, inside, inside);
            refer(exam, dead, outside);
            refer(exam, dead, dead);
            exam.event("outside is untracked", |heap| cycles::untrack(heap, outside));
            del(exam, "inside, dead", &[inside, dead]);
            let unreachable = deduce(exam);
            expect_split(exam, unreachable, &[inside], &[dead]);
            exam.equal("the head of outside", (0, 0), head(exam, outside));
        });
}

#[test]
fn task_4_6_every_type() {
    exam::task(
        "4.6",
        "lists, tuples, dicts, instances, classes: a cycle through all of them is found",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let a = empty_list(exam, "a");
        let t = tuple_of(exam, "t", &[one]);
        let d = dict_with(exam, "d", t);
        refer(exam, a, d);
        give(exam, one, "value", a);
        let before = generation(exam);
        del(exam, "one, a, t, d", &[one, a, t, d]);
        let unreachable = deduce(exam);
        let class_parts: Vec<Addr> = before
            .iter()
            .copied()
            .filter(|op| ![one, a, t, d].contains(op))
            .collect();
        expect_split(exam, unreachable, &class_parts, &[one, a, t, d]);
    });
}

#[test]
fn task_4_6_finalized_stays() {
    exam::task(
        "4.6",
        "FINALIZED survives all three passes, in the living and in the dead",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, dead, b] = lists(exam, ["a", "dead", "b"]);
        refer(exam, dead, dead);
        refer(exam, b, a);
        exam.event("FINALIZED is set in all three", |heap| {
            for op in [a, dead, b] {
                let word = op.minus(8);
                heap.memory.store(word, heap.memory.load(word) | 1);
            }
        });
        del(exam, "a, dead", &[a, dead]);
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[b, a], &[dead]);
        exam.equal("the flags of a", "FINALIZED", flags(exam, a));
        exam.equal("the flags of b", "FINALIZED", flags(exam, b));
        exam.equal(
            "the flags of dead",
            "FINALIZED, COLLECTING",
            flags(exam, dead),
        );
    });
}

#[test]
fn task_4_6_move_unreachable_alone() {
    exam::task(
        "4.6",
        "move_unreachable goes by gc_refs: it traverses only what lives, each once",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        refer(exam, b, c);
        let list = young(exam);
        exam.event("collecting, with gc_refs 0, 2 and 0", |heap| {
            for (op, refs) in [(a, 0), (b, 2), (c, 0)] {
                heap.memory.store(op.minus(8), refs << 2 | 2);
            }
        });
        let unreachable = fresh_list(exam, GcList::Unreachable);
        exam.event("move_unreachable(generation 0, unreachable)", |heap| {
            move_unreachable(heap, list, unreachable);
        });
        expect_split(exam, unreachable, &[b, c], &[a]);
    });
}

#[test]
fn task_4_6_the_marks_go() {
    exam::task(
        "4.6",
        "clear_unreachable_mask makes the list of the dead an ordinary one",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b, c] = lists(exam, ["a", "b", "c"]);
        for op in [a, b, c] {
            refer(exam, op, op);
        }
        del(exam, "a, b, c", &[a, b, c]);
        let unreachable = deduce(exam);
        exam.event("clear_unreachable_mask(unreachable)", |heap| {
            clear_unreachable_mask(heap, unreachable);
        });
        exam.equal(
            "the objects in unreachable",
            vec![a, b, c],
            members(exam, "unreachable", unreachable),
        );
        exam.equal("the flags of a", "COLLECTING", flags(exam, a));
        let empty = fresh_list(exam, GcList::Unreachable);
        exam.event("clear_unreachable_mask of an empty list", |heap| {
            clear_unreachable_mask(heap, empty);
        });
        exam.equal(
            "the objects in it",
            Vec::<Addr>::new(),
            members(exam, "unreachable", empty),
        );
    });
}

#[test]
fn task_4_6_an_old_list_is_forgotten() {
    exam::task(
        "4.6",
        "deduce_unreachable makes unreachable an empty list first",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        let unreachable =
            exam.look(|heap| memory::GcState::of(heap.memory).list(GcList::Unreachable));
        exam.event("unreachable holds two old words", |heap| {
            heap.memory.store(unreachable, a.minus(16).get());
            heap.memory.store(unreachable.plus(8), a.minus(16).get());
        });
        let unreachable = deduce(exam);
        expect_split(exam, unreachable, &[a, b], &[]);
    });
}

#[test]
fn task_4_6_thousands_without_recursion() {
    exam::task("4.6", "a chain of 20,000 lists is traversed without recursion and without memory")
        .heap(TRAVERSING_KIT)
        .big()
        .run(|exam| {
            exam.note("The youngest list is the outermost, and the only one with a name: each object comes back from the dead.");
            let outer = exam.try_event("a chain of 20,000 lists", |heap| {
                let mut chain = objects::list::new(heap)?;
                for _ in 1..20_000 {
                    chain = objects::list::from_items(heap, &[chain])?;
                }
                Ok::<_, memory::MemoryError>(chain)
            });
            exam.name(outer, "outer");
            let blocks = exam.live_blocks();
            let unreachable = deduce(exam);
            exam.equal("live blocks", blocks, exam.live_blocks());
            exam.equal("how many seem dead", 0, marked_members(exam, "unreachable", unreachable).len());
            let alive = generation(exam);
            exam.equal("how many live", 20_000, alive.len());
            exam.equal("the first of the list", Some(&outer), alive.first());
            let count = exam.work().loads;
            deduce(exam);
            exam.check("a second time, in the new order, it is less work", exam.work().loads < count);
        });
}
