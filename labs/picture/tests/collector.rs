//! GC heads, the collector's lists, the trashcan's chain, the order of weak references.

mod build;

use build::{Build, picture, program, said};
use memory::gc::{GcList, GcState};
use memory::object::{PyGC_Head, PyInstance, PyWeakReference};
use memory::{Addr, Root};
use picture::model::GcListName;
use picture::{SvgOptions, TextOptions};

fn head(heap: &Build, op: Addr) -> PyGC_Head<'_> {
    PyGC_Head::of(&heap.memory, op)
}

/// Makes the list whose head is at `list` hold these objects.
fn link(heap: &Build, list: Addr, objects: &[Addr]) {
    let mut before = list;
    for op in objects {
        let gc = op.minus(PyGC_Head::SIZE);
        heap.memory.store(before, gc.get());
        let prev = heap.memory.load(gc.plus(8));
        heap.memory.store(gc.plus(8), before.get() | prev & 3);
        before = gc;
    }
    heap.memory.store(before, list.get());
    heap.memory.store(list.plus(8), before.get());
}

fn generation(heap: &Build, number: u64) -> Addr {
    GcState::of(&heap.memory).generation(number).addr()
}

/// Three lists in generation 0, one in generation 2, one that is not tracked.
fn collected() -> (Build, [Addr; 5]) {
    let heap = Build::new();
    let ops = [0; 5].map(|_| heap.list(&[]));
    let names = ["a", "b", "c", "d", "e"];
    let locals: Vec<(&str, Option<Addr>)> = names.into_iter().zip(ops.map(Some)).collect();
    heap.frame("f", &locals);
    for number in 0..3 {
        link(&heap, generation(&heap, number), &[]);
        let generation = GcState::of(&heap.memory).generation(number);
        generation.threshold().set([700, 10, 10][number as usize]);
    }
    GcState::of(&heap.memory).generation(0).count().set(3);
    link(&heap, generation(&heap, 0), &ops[..3]);
    link(&heap, generation(&heap, 2), &ops[3..4]);
    (heap, ops)
}

#[test]
fn lists_in_their_order() {
    let (heap, ops) = collected();
    assert_eq!(said(&heap), Vec::<String>::new());
    let picture = picture(&heap);
    let collector = picture.collector.as_ref().expect("lists");
    let objects = |n| {
        let mut lists = collector.lists.iter();
        let list = lists.find(|list| list.name == GcListName::Generation(n));
        list.map(|list| list.objects.clone()).unwrap_or_default()
    };
    assert_eq!(objects(0), ops[..3]);
    assert_eq!(objects(1), []);
    assert_eq!(objects(2), ops[3..4]);
    let text = picture.text(&TextOptions::default());
    insta::assert_snapshot!(text);
}

#[test]
fn a_pass_shows_its_numbers_and_marks() {
    let (heap, [a, b, c, ..]) = collected();
    // As after subtract_refs, with one of the three moved away already.
    head(&heap, a)._gc_prev().set(2 << 2 | 2);
    head(&heap, b)._gc_prev().set(2 | 1);
    let unreachable = GcState::of(&heap.memory).list(GcList::Unreachable);
    head(&heap, b)._gc_next().set(generation(&heap, 0).get());
    link(&heap, unreachable, &[c]);
    let gc = head(&heap, c);
    gc._gc_prev().set(unreachable.get() | 2);
    gc._gc_next().set(unreachable.get() | 1);
    assert_eq!(said(&heap), Vec::<String>::new());
    let picture = picture(&heap);
    let refs = |op: Addr| picture.objects[&op].gc.expect("a head").gc_refs;
    assert_eq!((refs(a), refs(b), refs(c)), (Some(2), Some(0), None));
    let text = picture.text(&TextOptions::default());
    assert!(text.contains("refs 1, gc_refs 2"), "{text}");
    assert!(text.contains("list (gc_refs 0 FINALIZED)"), "{text}");
    assert!(text.contains("list (COLLECTING UNREACHABLE)"), "{text}");
    let svg = picture.svg(&SvgOptions {
        gc: true,
        ..SvgOptions::default()
    });
    insta::assert_snapshot!("a_pass_svg", svg);
}

#[test]
fn a_heap_without_a_collector_says_nothing_of_it() {
    let picture = picture(&program());
    assert_eq!(picture.collector, None);
    let text = picture.text(&TextOptions::default());
    assert!(
        !text.contains("generation") && !text.contains("untracked"),
        "{text}"
    );
}

type Break = fn(&Build, [Addr; 5]);

const BREAKS: &[(&str, Break)] = &[
    (
        "generation 0 breaks off here: _gc_next is 0",
        |heap, [_, b, ..]| {
            head(heap, b)._gc_next().set(0);
        },
    ),
    (
        "generation 0 runs in a circle: from here back to",
        |heap, [a, b, ..]| {
            head(heap, b)._gc_next().set(a.get() - 16);
        },
    ),
    ("which is in generation 0", |heap, [a, ..]| {
        heap.memory.store(generation(heap, 2), a.get() - 16);
    }),
    ("no container", |heap, [_, b, ..]| {
        head(heap, b)._gc_next().set(heap.int(1000).get() - 16);
    }),
    ("a freed block", |heap, [_, b, ..]| {
        let lost = heap.list(&[]);
        head(heap, b)._gc_next().set(lost.get() - 16);
        heap.free(lost.minus(16));
    }),
    (
        "its _gc_prev leads to 0x1234, and the head before it in generation 0",
        |heap, [_, b, ..]| {
            head(heap, b)._gc_prev().set(0x1234);
        },
    ),
    ("and _gc_prev of the list leads to 0x4242", |heap, _| {
        heap.memory.store(generation(heap, 0).plus(8), 0x4242);
    }),
    (
        "its head says that it is tracked, and it is in no list",
        |heap, [.., e]| {
            head(heap, e)._gc_next().set(0x1234_5678);
        },
    ),
    ("the trashcan's chain leads to", |heap, _| {
        Root::of(&heap.memory)
            .trash_delete_later()
            .set(Some(Addr::at(0x7777)));
    }),
    ("the trashcan's chain runs in a circle", |heap, [.., e]| {
        Root::of(&heap.memory).trash_delete_later().set(Some(e));
        head(heap, e)._gc_prev().set(e.get());
    }),
];

#[test]
fn each_break_is_named() {
    for (words, break_it) in BREAKS {
        let (heap, ops) = collected();
        break_it(&heap, ops);
        let said = said(&heap);
        assert!(
            said.iter().any(|said| said.contains(words)),
            "{words}: {said:#?}"
        );
        let text = picture(&heap).text(&TextOptions::default());
        assert!(text.contains("! "), "{text}");
        let svg = picture(&heap).svg(&SvgOptions {
            gc: true,
            ..SvgOptions::default()
        });
        assert!(!svg.contains("NaN"));
    }
}

#[test]
fn the_trashcan_s_chain() {
    let (heap, [.., e]) = collected();
    let first = heap.list(&[]);
    Root::of(&heap.memory).trash_delete_later().set(Some(first));
    head(&heap, first)._gc_prev().set(e.get() | 1);
    let picture = picture(&heap);
    assert_eq!(picture.trash, [first, e]);
    let text = picture.text(&TextOptions::default());
    assert!(
        text.contains(&format!(
            "trash_delete_later ▶ {first} list (FINALIZED) ▶ {e}"
        )),
        "{text}"
    );
}

/// An instance with three weak references.
fn weak() -> (Build, Addr, [Addr; 3]) {
    let heap = Build::new();
    let class = heap.class("Car", &["wheels"]);
    let car = heap.instance(class, &[heap.small(4)]);
    let refs = [0; 3].map(|_| heap.weakref(car));
    PyInstance::at(&heap.memory, car)
        .weaklist()
        .set(Some(refs[0]));
    for pair in refs.windows(2) {
        let view = |op| PyWeakReference::at(&heap.memory, op);
        view(pair[0]).wr_next().set(Some(pair[1]));
        view(pair[1]).wr_prev().set(Some(pair[0]));
    }
    heap.frame("f", &[("car", Some(car))]);
    (heap, car, refs)
}

#[test]
fn weak_references_in_their_order() {
    let (heap, car, refs) = weak();
    let seen = picture(&heap);
    assert_eq!(seen.problems, []);
    assert_eq!(seen.objects[&car].weakrefs, refs);
    let text = seen.text(&TextOptions::default());
    let order = refs.map(|op| op.to_string()).join(" ▶ ");
    assert!(text.contains(&format!("weakrefs ▶ {order}")), "{text}");
    assert!(seen.svg(&SvgOptions::default()).contains(&order));
    let weak = |op| PyWeakReference::at(&heap.memory, op);
    weak(refs[2]).wr_next().set(Some(refs[0]));
    assert!(said(&heap)[0].contains("its weak references run in a circle"));
    weak(refs[2]).wr_next().set(None);
    weak(refs[1]).wr_prev().set(None);
    assert!(said(&heap)[0].contains("is wrong"), "{:?}", said(&heap));
    weak(refs[1]).wr_prev().set(Some(refs[0]));
    weak(refs[1]).wr_object().set(heap.none());
    assert!(said(&heap)[0].contains("is not to it"), "{:?}", said(&heap));
}
