//! Tasks 4.7 and 4.8: breaking cycles, and a first collector.

use cycles::clear::{collect_cycles, delete_garbage, instance_clear, list_clear};
use cycles::passes::{clear_unreachable_mask, deduce_unreachable};
use exam::HeapExam;
use memory::object::{PreHeader, PyDictValues};
use memory::{Addr, GcList, Heap, Memory, MemoryError};
use objects::{instance, list};
use refcounts::containers::{list_append, set_attr};
use refcounts::decref;

use super::support::{
    CLEARING_KIT, Log, class_of, count, del, dict_with, empty_list, flags, fresh_list, generation,
    give, instance_of, lists, members, name, refer, tracked, tuple_of, weak, witness, witness_of,
    young,
};

fn first_collector(exam: &HeapExam) -> u64 {
    exam.event("collect_cycles()", collect_cycles)
}

// ------------------------------------------------------------------ 4.7

#[test]
fn task_4_7_a_list() {
    exam::task(
        "4.7",
        "list_clear gives up every item and the block, and the list lives on, empty",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        for item in [b, a, b] {
            refer(exam, a, item);
        }
        exam.equal(
            "live blocks: two lists and a block of items",
            3,
            exam.live_blocks(),
        );
        exam.event("list_clear(a)", |heap| list_clear(heap, a));
        exam.equal("the count of b: its name", 1, count(exam, b));
        exam.equal("the count of a: its name", 1, count(exam, a));
        exam.equal("live blocks: two lists", 2, exam.live_blocks());
        let fields = exam.look(|heap| {
            let list = memory::object::PyListObject::at(heap.memory, a);
            (
                list.ob_size().get(),
                list.ob_item().get(),
                list.allocated().get(),
            )
        });
        exam.equal("ob_size, ob_item, allocated", (0, None, 0), fields);
        refer(exam, a, b);
        let items = exam.look(|heap| list::items(heap, a));
        exam.equal("a, after a.append(b)", vec![b], items);
        exam.event("list_clear(a), list_clear(b), which is empty", |heap| {
            list_clear(heap, a);
            list_clear(heap, b);
        });
        del(exam, "a, b", &[a, b]);
        exam.leaks(0);
    });
}

#[test]
fn task_4_7_empty_before_the_items_die() {
    exam::task("4.7", "the list is empty before the first item dies, and the last item dies first")
        .heap(CLEARING_KIT)
        .run(|exam| {
            exam.note("Each item looks at a field of the list when it dies. Code that runs then may use the list.");
            let log = Log::new(exam);
            let a = empty_list(exam, "a");
            let watched = [("size", a.plus(16)), ("items", a.plus(24)), ("room", a.plus(32))];
            for (label, field) in watched {
                let w = witness_of(exam, log, label, Some(field));
                refer(exam, a, w);
                del(exam, label, &[w]);
            }
            exam.event("list_clear(a)", |heap| list_clear(heap, a));
            exam.equal(
                "allocated, ob_item and ob_size of a, while its items die",
                "room=0, items=0, size=0",
                log.read(exam),
            );
        });
}

#[test]
fn task_4_7_an_instance() {
    exam::task(
        "4.7",
        "instance_clear gives up the attributes, and the instance keeps its class",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let values = exam.look(|heap| PreHeader::of(heap.memory, one).values().get());
        let Some(values) = values else {
            exam.fail("a new instance has a block of values");
        };
        for (index, label) in ["next", "value", "other"].into_iter().enumerate() {
            let w = witness_of(exam, log, label, Some(values.plus(8 * index as u64)));
            give(exam, one, label, w);
            del(exam, label, &[w]);
        }
        exam.event("instance_clear(one)", |heap| instance_clear(heap, one));
        exam.equal(
            "who died, and what its place in the values held by then",
            "next=0, value=0, other=0",
            log.read(exam),
        );
        exam.equal("the count of Node: its name, and one", 2, count(exam, node));
        let used = exam.look(|heap| PyDictValues::at(heap.memory, values).used().get());
        exam.equal("how many values are set, says the block's prefix", 0, used);
        let a = empty_list(exam, "a");
        give(exam, one, "value", a);
        let own = exam.look(|heap| instance::own_attrs(heap, one).len());
        exam.equal("how many attributes one has, after one.value = a", 1, own);
        del(exam, "one, a", &[one, a]);
        exam.equal("the count of Node: its name", 1, count(exam, node));
    });
}

#[test]
fn task_4_7_an_instance_with_a_dict() {
    exam::task(
        "4.7",
        "instance_clear gives up the dict of an instance whose __dict__ was touched",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let w = witness_of(exam, log, "value", Some(one.minus(24)));
        give(exam, one, "value", w);
        del(exam, "w", &[w]);
        exam.try_event("one.__dict__", |heap| instance::materialize_dict(heap, one));
        exam.event("instance_clear(one), twice", |heap| {
            instance_clear(heap, one);
            instance_clear(heap, one);
        });
        exam.equal(
            "who died, and the dict field of one by then",
            "value=0",
            log.read(exam),
        );
        exam.equal("the count of Node: its name, and one", 2, count(exam, node));
        del(exam, "one", &[one]);
    });
}

// ------------------------------------------------------------------ 4.8

/// The dead of generation 0 in an ordinary list.
fn dead(exam: &HeapExam) -> Addr {
    let list = young(exam);
    let unreachable = fresh_list(exam, GcList::Unreachable);
    exam.event("deduce_unreachable, clear_unreachable_mask", |heap| {
        deduce_unreachable(heap, list, unreachable);
        clear_unreachable_mask(heap, unreachable);
    });
    unreachable
}

#[test]
fn task_4_8_a_list_of_itself() {
    exam::task(
        "4.8",
        "a = []; a.append(a); del a: the collector frees what counting cannot",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        refer(exam, a, a);
        del(exam, "a", &[a]);
        exam.equal("the count of a: itself", 1, count(exam, a));
        exam.equal("live blocks", 2, exam.live_blocks());
        exam.equal("collect_cycles() returns", 1, first_collector(exam));
        exam.leaks(0);
        exam.equal("generation 0", Vec::<Addr>::new(), generation(exam));
        exam.equal(
            "collect_cycles(), once more, returns",
            0,
            first_collector(exam),
        );
    });
}

#[test]
fn task_4_8_two_that_know_each_other() {
    exam::task(
        "4.8",
        "two nodes that refer to each other die only when both names are gone",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let before = exam.live_blocks();
        let all = generation(exam);
        let [one, two] = ["one", "two"].map(|label| instance_of(exam, label, node));
        give(exam, one, "next", two);
        give(exam, two, "next", one);
        exam.equal(
            "collect_cycles() while both have names",
            0,
            first_collector(exam),
        );
        del(exam, "one", &[one]);
        exam.equal("the count of one: two.next", 1, count(exam, one));
        exam.equal(
            "collect_cycles() while two has a name",
            0,
            first_collector(exam),
        );
        exam.equal("the count of one", 1, count(exam, one));
        del(exam, "two", &[two]);
        exam.equal("collect_cycles() returns", 2, first_collector(exam));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
        exam.equal("generation 0", all, generation(exam));
        exam.equal("the count of Node: its name", 1, count(exam, node));
    });
}

#[test]
fn task_4_8_every_shape() {
    exam::task(
        "4.8",
        "what collect_cycles returns: the number of dead containers, not of cycles",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let d = dict_with(exam, "d", a);
        refer(exam, a, d);
        del(exam, "a, d", &[a, d]);
        exam.equal("a list and a dict in a cycle", 2, first_collector(exam));

        let a = empty_list(exam, "a");
        let t = tuple_of(exam, "t", &[a]);
        refer(exam, a, t);
        del(exam, "a, t", &[a, t]);
        exam.equal("a list and a tuple in a cycle", 2, first_collector(exam));

        let [ring, hangs_on] = lists(exam, ["ring", "hangs_on"]);
        refer(exam, ring, ring);
        refer(exam, ring, hangs_on);
        del(exam, "ring, hangs_on", &[ring, hangs_on]);
        exam.equal(
            "a cycle, and a list that hangs on it",
            2,
            first_collector(exam),
        );

        let node = class_of(exam, "Node", None);
        give_class(exam, node);
        del(exam, "Node", &[node]);
        exam.equal(
            "a class that is an attribute of itself, and its dict",
            2,
            first_collector(exam),
        );
        exam.leaks(0);
    });
}

/// `Node.other = Node`.
fn give_class(exam: &HeapExam, node: Addr) {
    super::support::set_method(exam, node, "other", node);
}

#[test]
fn task_4_8_the_living_stay() {
    exam::task("4.8", "what a name leads to is not touched, cycle or not")
        .heap(CLEARING_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let [a, b, dead] = lists(exam, ["a", "b", "dead"]);
            let w = witness(exam, log, "lives");
            let v = witness(exam, log, "dies");
            for (from, to) in [(a, b), (b, a), (b, w), (dead, dead), (dead, a), (dead, v)] {
                refer(exam, from, to);
            }
            del(exam, "b, dead, w, v", &[b, dead, w, v]);
            exam.equal("collect_cycles() returns", 1, first_collector(exam));
            exam.equal("who died", "dies", log.read(exam));
            exam.equal("the count of a: its name, and b", 2, count(exam, a));
            exam.equal("generation 0", vec![a, b], generation(exam));
        });
}

#[test]
fn task_4_8_the_first_dies_in_its_own_clear() {
    exam::task("4.8", "objects vanish from the list while it is worked on")
        .heap(CLEARING_KIT)
        .run(|exam| {
            exam.note("Clearing a frees b and c, and then a itself. Who reads the next head before clearing a walks into freed memory.");
            let [a, b, c] = lists(exam, ["a", "b", "c"]);
            for (from, to) in [(a, b), (b, c), (c, a)] {
                refer(exam, from, to);
            }
            del(exam, "a, b, c", &[a, b, c]);
            let unreachable = dead(exam);
            let old = young(exam);
            exam.event("delete_garbage(unreachable, generation 0)", |heap| {
                delete_garbage(heap, unreachable, old);
            });
            exam.leaks(0);
            exam.equal("the objects in unreachable", Vec::<Addr>::new(), members(exam, "unreachable", unreachable));
        });
}

#[test]
fn task_4_8_still_the_first() {
    exam::task("4.8", "an object that survives its own clearing leaves the list, and may die later")
        .heap(CLEARING_KIT)
        .run(|exam| {
            exam.note("A tuple has nothing to clear. It stands first in the list, goes to generation 0, and dies when the list in it is cleared.");
            let a = empty_list(exam, "a");
            let t = tuple_of(exam, "t", &[a]);
            refer(exam, a, t);
            exam.event("the tuple stands first", |heap| {
                cycles::untrack(heap, a);
                cycles::track(heap, a);
            });
            del(exam, "a, t", &[a, t]);
            exam.equal("collect_cycles() returns", 2, first_collector(exam));
            exam.leaks(0);
            exam.equal("generation 0", Vec::<Addr>::new(), generation(exam));
        });
}

#[test]
fn task_4_8_somebody_still_holds_it() {
    exam::task(
        "4.8",
        "an object in the list that somebody still holds is cleared, and lives on in old",
    )
    .heap(CLEARING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        refer(exam, a, b);
        refer(exam, b, a);
        del(exam, "a, b", &[a, b]);
        let unreachable = dead(exam);
        exam.event("somebody takes a reference to a after all", |heap| {
            refcounts::incref(heap, a)
        });
        let old = young(exam);
        exam.event("delete_garbage(unreachable, generation 0)", |heap| {
            delete_garbage(heap, unreachable, old);
        });
        exam.equal("the count of a: that reference", 1, count(exam, a));
        exam.equal("generation 0", vec![a], generation(exam));
        exam.equal("the flags of a", "none", flags(exam, a));
        exam.equal(
            "len(a): it was cleared",
            0,
            exam.look(|heap| list::len(heap, a)),
        );
        del(exam, "that reference", &[a]);
        exam.leaks(0);
    });
}

#[test]
fn task_4_8_what_hangs_on_the_dead() {
    exam::task("4.8", "what is not a container dies with what refers to it")
        .heap(CLEARING_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let node = class_of(exam, "Node", None);
            let [one, two] = ["one", "two"].map(|label| instance_of(exam, label, node));
            let w = witness(exam, log, "witness");
            let wr = weak(exam, "wr", node, None);
            give(exam, one, "next", two);
            give(exam, two, "next", one);
            give(exam, two, "value", w);
            give(exam, one, "wr", wr);
            del(exam, "one, two, w, wr", &[one, two, w, wr]);
            exam.equal(
                "collect_cycles() returns: two nodes and a weak reference",
                3,
                first_collector(exam),
            );
            exam.equal("who died", "witness", log.read(exam));
            exam.check("Node is still tracked", tracked(exam, node));
        });
}

/// On a memory that is not watched, for speed: what must hold is counted in blocks.
#[test]
fn task_4_8_a_million() {
    exam::task(
        "4.8",
        "rings, chains and nests of a million objects are collected, however deep they are",
    )
    .again(CLEARING_KIT.again)
    .plain(|exam| {
        let memory = exam.try_event("a range of 1 GiB", || Memory::new(1 << 30));
        let heap = Heap {
            memory: &memory,
            object: CLEARING_KIT.object,
            types: CLEARING_KIT.types,
        };
        exam.try_event("start", || (CLEARING_KIT.start)(&heap));
        let node = exam.try_event("class Node: pass", || {
            objects::class::new(&heap, "Node", None)
        });
        let before = live(&heap);
        let shapes: [(&str, u64, Shape); 3] = [
            ("a ring of 1,000,000 lists", 1_000_000, ring),
            (
                "a list of itself with a nest of 1,000,000 tuples in it",
                1_000_001,
                nest,
            ),
            ("a ring of 100,000 instances", 100_000, instances),
        ];
        for (label, number, make) in shapes {
            exam.try_event(label, || make(&heap, node));
            let found = exam.event("collect_cycles()", || collect_cycles(&heap));
            exam.equal("collect_cycles() returns", number, found);
            exam.equal("live blocks", before, live(&heap));
        }
    });
}

/// Makes garbage; the address is that of a class.
type Shape = fn(&Heap, Addr) -> Result<(), MemoryError>;

fn live(heap: &Heap) -> u64 {
    exam::blocks_of(heap.memory)
}

fn ring(heap: &Heap, _: Addr) -> Result<(), MemoryError> {
    let first = list::new(heap)?;
    let mut last = list::from_items(heap, &[first])?;
    for _ in 2..1_000_000 {
        last = list::from_items(heap, &[last])?;
    }
    list_append(heap, first, last)?;
    decref(heap, last);
    Ok(())
}

fn nest(heap: &Heap, _: Addr) -> Result<(), MemoryError> {
    let outer = list::new(heap)?;
    list_append(heap, outer, outer)?;
    let inner = list::new(heap)?;
    let mut nest = objects::tuple::new(heap, &[inner])?;
    for _ in 1..999_999 {
        nest = objects::tuple::new(heap, &[nest])?;
    }
    list::append(heap, outer, nest)?;
    decref(heap, outer);
    Ok(())
}

fn instances(heap: &Heap, node: Addr) -> Result<(), MemoryError> {
    let next = name(heap, "next");
    let first = instance::new(heap, node)?;
    let mut last = first;
    for _ in 1..100_000 {
        let new = instance::new(heap, node)?;
        instance::set_attr(heap, new, next, last)?;
        last = new;
    }
    set_attr(heap, first, next, last)?;
    decref(heap, last);
    Ok(())
}
