//! Free lists, the policy and the pauses: whole ones, and broken ones.

mod build;

use build::kept::{Kept, kept};
use build::{Build, picture, said};
use memory::gc::GcState;
use memory::manager::{FreeFloat, Pauses, Schedule};
use memory::object::{PyGC_Head, PyTupleObject};
use memory::{Addr, Field};
use picture::model::{FreeListName, Holds, Target};
use picture::{Diff, Names, Picture, PoolParts, SvgOptions, TextOptions, fields};

fn svg(picture: &Picture) -> String {
    picture.svg(&SvgOptions {
        gc: true,
        kept: true,
        pools: PoolParts::POOLS,
        ..SvgOptions::default()
    })
}

#[test]
fn lists_in_the_order_in_which_they_are_handed_out() {
    let kept = kept();
    assert_eq!(said(&kept.heap), Vec::<String>::new());
    let picture = picture(&kept.heap);
    let lists = &picture.kept.as_ref().expect("lists").lists;
    let found: Vec<_> = lists.iter().map(|list| (list.name, list.numfree)).collect();
    let expected = [
        (FreeListName::Float, 3),
        (FreeListName::List, 2),
        (FreeListName::Dict, 1),
        (FreeListName::Tuple(2), 2),
    ];
    assert_eq!(found, expected);
    assert_eq!(lists[0].objects, kept.floats);
    assert_eq!(lists[1].objects, kept.lists);
    assert_eq!(lists[2].objects, [kept.dict]);
    assert_eq!(lists[3].objects, kept.tuples);
    insta::assert_snapshot!("lists", picture.text(&TextOptions::default()));
    insta::assert_snapshot!("lists_svg", svg(&picture));
}

#[test]
fn what_is_kept_is_no_object_and_its_block_is_not_free() {
    let kept = kept();
    let picture = picture(&kept.heap);
    let all = kept.floats.iter().chain(&kept.lists).chain(&kept.tuples);
    for op in all.chain([&kept.dict]) {
        assert!(picture.object(*op).is_none(), "{op}");
        let holds = |block: &&picture::model::Block| matches!(block.holds, Holds::Kept(kept, _) if kept == *op);
        assert_eq!(picture.blocks.iter().filter(holds).count(), 1, "{op}");
    }
    assert!(picture.object(kept.live).is_some());
    let pool = &picture.pools.as_ref().expect("pools").pools;
    assert_eq!(pool.values().map(|pool| pool.allocated()).sum::<u64>(), 4);
}

#[test]
fn a_name_of_a_kept_object_says_so() {
    let kept = kept();
    let names: Names = [(kept.lists[0], "a")].into_iter().collect();
    let picture = Picture::of(&kept.heap.snapshot(), &names);
    assert_eq!(picture.problems, []);
    let text = picture.text(&TextOptions::default());
    assert!(text.contains("✗ kept"), "{text}");
    assert!(text.contains("▒ kept list"), "{text}");
}

#[test]
fn what_came_onto_a_list_is_marked() {
    let kept = kept();
    let before = picture(&kept.heap);
    kept.heap.frame("g", &[]);
    let x = before.frames[0].locals[0].at;
    kept.heap.memory.store(x, 0);
    kept.heap.keep_float(kept.live);
    let after = picture(&kept.heap);
    assert_eq!(after.problems, []);
    let diff = Diff::between(&before, &after);
    assert!(diff.lists.contains(&FreeListName::Float) && diff.lists.len() == 1);
    assert!(diff.cells.contains(&kept.live));
    let text = after.text(&TextOptions {
        changed: Some(&diff),
        ..TextOptions::default()
    });
    assert!(
        text.contains("~ float free_list   numfree 4 of 100"),
        "{text}"
    );
    assert!(
        text.contains(&format!("~ {} ▒▒ kept float", kept.live)),
        "{text}"
    );
    assert_eq!(Diff::between(&after, &after), Diff::default());
}

#[test]
fn a_policy_and_pauses_are_a_line_of_figures() {
    let kept = kept();
    let memory = &kept.heap.memory;
    let line = || {
        let text = picture(&kept.heap).text(&TextOptions::default());
        let line = text.lines().find(|line| line.contains("policy "));
        let line = line.expect("a line");
        line.split_once("bytes   ").expect("figures").1.to_owned()
    };
    assert_eq!(line(), "policy automatic");
    let schedule = Schedule::of(memory);
    let set = |[policy, every, generation, last]: [u64; 4]| {
        schedule.policy().set(policy);
        schedule.every().set(every);
        schedule.generation().set(generation);
        schedule.last().set(last);
    };
    set([1, 5_000_000, 1, 42]);
    assert_eq!(
        line(),
        "policy every 5,000,000 ns, last 42 ns, generation 1"
    );
    set([2, 100, 2, 17]);
    assert_eq!(line(), "policy 17 of 100 events, generation 2");
    set([3, 0, 0, 0]);
    for (generation, pause) in [(0, 5), (0, 7), (2, 1234)] {
        let pauses = Pauses::of(memory, generation);
        pauses.count().set(pauses.count().get() + 1);
        pauses.total().set(pauses.total().get() + pause);
        pauses.longest().set(pauses.longest().get().max(pause));
        let bucket = pauses.bucket(pause.min(900));
        bucket.set(bucket.get() + 1);
    }
    assert_eq!(said(&kept.heap), Vec::<String>::new());
    let first = "policy never   generation 0: 2 pauses, longest 7 ns, sum 12 ns";
    assert_eq!(line(), first);
    let svg = svg(&picture(&kept.heap));
    assert!(svg.contains("generation 2: 1 pause, longest 1,234 ns, sum 1,234 ns."));
    // Each in the other's place.
    schedule.policy().set(4);
    Pauses::of(memory, 0).count().set(3);
    let said = said(&kept.heap);
    assert!(said[0].contains("3 pauses of generation 0 are counted, and 2 are in buckets"));
    assert!(said[1].contains("the policy is 4: there is none of that number"));
}

type Break = fn(&Kept);

fn link(heap: &Build, op: Addr) -> Field<'_, Option<Addr>> {
    FreeFloat::at(&heap.memory, op).next()
}

const BREAKS: &[(&str, Break)] = &[
    (
        "numfree of the free list of floats is 2, and 3 are linked",
        |kept| kept.heap.free_lists().float_numfree().set(2),
    ),
    (
        "numfree of the free list of floats is 101, and it keeps 100 at most",
        |kept| kept.heap.free_lists().float_numfree().set(101),
    ),
    (
        "numfree of the free list of tuples of 2 items is 3, and 2 are linked",
        |kept| kept.heap.free_lists().tuples(2).numfree().set(3),
    ),
    (
        "numfree of the free list of lists is 81, and it keeps 80 at most",
        |kept| kept.heap.free_lists().lists().numfree().set(81),
    ),
    ("place 2 of the free list of lists is NULL", |kept| {
        kept.heap.free_lists().lists().numfree().set(3);
    }),
    ("it is on it already", |kept| {
        link(&kept.heap, kept.floats[2]).set(Some(kept.floats[0]));
    }),
    ("it is on the free list of lists already", |kept| {
        kept.heap
            .keep_on(kept.heap.free_lists().dicts(), kept.lists[0]);
    }),
    ("no place of an object", |kept| {
        link(&kept.heap, kept.floats[2]).set(Some(Addr::at(0xffff_ffff_0000)));
    }),
    ("it is not where an object begins", |kept| {
        link(&kept.heap, kept.floats[2]).set(Some(kept.floats[1].plus(8)));
    }),
    ("a freed block", |kept| {
        link(&kept.heap, kept.floats[2]).set(Some(kept.heap.in_pool(3)));
    }),
    (
        "it is on the free list of lists, and its ob_refcnt is 1",
        |kept| kept.heap.refcnt(kept.lists[0], 1),
    ),
    (
        "it is on the free list of lists, and its type is tuple",
        |kept| kept.heap.header(kept.lists[0], 0, kept.heap.ty.tuple),
    ),
    (
        "it is on the free list of tuples of 2 items, and its ob_size is 3",
        |kept| {
            let tuple = PyTupleObject::at(&kept.heap.memory, kept.tuples[0]);
            tuple.ob_size().set(3);
        },
    ),
    (
        "it is on the free list of lists, and still in generation 0",
        |kept| {
            let young = GcState::of(&kept.heap.memory).generation(0).addr();
            let head = PyGC_Head::of(&kept.heap.memory, kept.lists[0]);
            kept.heap.memory.store(young, head.addr().get());
            kept.heap.memory.store(young.plus(8), head.addr().get());
            head._gc_next().set(young.get());
            head._gc_prev().set(young.get());
        },
    ),
    (
        "it is on the free list of lists, and its head says that it is tracked",
        |kept| {
            let young = GcState::of(&kept.heap.memory).generation(0).addr();
            kept.heap.memory.store(young, young.get());
            kept.heap.memory.store(young.plus(8), young.get());
            let head = PyGC_Head::of(&kept.heap.memory, kept.lists[0]);
            head._gc_next().set(young.get());
        },
    ),
    ("dead, on the free list of lists", |kept| {
        kept.heap.frame("g", &[("gone", Some(kept.lists[0]))]);
    }),
    ("dead, on the free list of floats", |kept| {
        kept.heap.frame("g", &[("gone", Some(kept.floats[1]))]);
    }),
    ("overlaps kept float", |kept| {
        let head = kept.lists[0].minus(PyGC_Head::SIZE);
        link(&kept.heap, kept.floats[1]).set(Some(head));
    }),
    ("the root's free_lists is 0x9999", |kept| {
        kept.heap.root().free_lists().set(Some(Addr::at(0x9999)));
    }),
];

#[test]
fn each_break_is_named() {
    for (words, break_it) in BREAKS {
        let kept = kept();
        break_it(&kept);
        let said = said(&kept.heap);
        assert!(
            said.iter().any(|said| said.contains(words)),
            "{words}: {said:#?}"
        );
        let picture = picture(&kept.heap);
        let text = picture.text(&TextOptions::default());
        assert!(text.contains("! "), "{text}");
        let svg = svg(&picture);
        assert!(!svg.contains("NaN") && svg.contains("! 0x"), "{words}");
    }
}

#[test]
fn the_words_of_a_kept_float() {
    let kept = kept();
    let snapshot = kept.heap.snapshot();
    let lines = fields(&snapshot, kept.floats[0]);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.name.as_str(), line.value))
        .collect();
    let next = kept.floats[1].get();
    assert_eq!(lines[..2], [("ob_refcnt", 0), ("next", next)]);
    for record in [
        kept.heap.free_lists().addr(),
        Schedule::of(&kept.heap.memory).addr(),
        Pauses::of(&kept.heap.memory, 0).addr(),
    ] {
        assert!(!fields(&snapshot, record).is_empty());
    }
}

#[test]
fn a_reference_to_what_is_kept_is_broken() {
    let kept = kept();
    kept.heap.frame("g", &[("gone", Some(kept.dict))]);
    let picture = picture(&kept.heap);
    assert_eq!(picture.frames[0].locals[0].target, Target::Kept);
    let text = picture.text(&TextOptions::default());
    assert!(
        text.contains(&format!("gone ──▶ {} ✗ kept", kept.dict)),
        "{text}"
    );
    let svg = picture.svg(&SvgOptions::default());
    assert!(svg.contains(&format!("✗ {} kept", kept.dict)));
}
