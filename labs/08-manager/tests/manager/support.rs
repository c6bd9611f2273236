//! What the tests run on: the slot table of each step, looks at free lists and at the collector's
//! records that use nothing of the lab, and a callable that moves the clock.

use std::collections::BTreeSet;

use exam::{HeapExam, Kit};
use manager::{Table, index};
use memory::manager::{FreeFloat, FreeLists, FreeStack, Ticks};
use memory::object::{PyGC_Head, PyTupleObject};
use memory::pool::walk::{Walk, walk};
use memory::{
    Addr, Allocator, Classic, GcState, Geometry, Heap, Memory, MemoryError, Modern, Root, Slots,
    plain, record,
};
use objects::types::type_at;
use objects::{class, dict, float, int, list, singletons, str, tuple};
use refcounts::{decref, new_ref, xdecref};

/// A geometry's only alignment, for kits.
pub(crate) trait Aligned: Geometry {
    const ALIGNMENTS: &'static [u64] = &[Self::ALIGNMENT];
}
impl<G: Geometry> Aligned for G {}

/// A heap on the pools of both geometries: a test runs on [`Classic`] ones, whose blocks are aligned
/// to 8 bytes, and on [`Modern`] ones, whose blocks are aligned to 16.
const GROUND: Kit = Kit {
    object: Allocator {
        malloc: |memory, size| match is_classic(memory) {
            true => arenas::malloc::<Classic>(memory, size),
            false => arenas::malloc::<Modern>(memory, size),
        },
        realloc: |memory, block, size| match is_classic(memory) {
            true => arenas::realloc::<Classic>(memory, block, size),
            false => arenas::realloc::<Modern>(memory, block, size),
        },
        free: |memory, block| match is_classic(memory) {
            true => arenas::free::<Classic>(memory, block),
            false => arenas::free::<Modern>(memory, block),
        },
    },
    types: &[],
    start,
    alignments: &[Classic::ALIGNMENT, Modern::ALIGNMENT],
    again: None,
};

/// Whether this test runs on [`Classic`] pools.
pub(crate) fn is_classic(memory: &Memory) -> bool {
    Root::of(memory).alignment().get() == Classic::ALIGNMENT
}

/// The kit of each step: a slot table and the type of the tests.
macro_rules! kits {
    ($($(#[$doc:meta])* $name:ident = $table:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) const $name: Kit = Kit {
            types: &with_test_types(Table::<Ticks>::$table),
            ..GROUND
        };
    )*};
}

kits! {
    /// Nothing is kept.
    PLAIN = PLAIN;
    /// Floats are kept.
    FLOATS = FLOATS;
    /// Lists and dicts too.
    LISTS = LISTS;
    /// And tuples.
    TUPLES = TUPLES;
    /// A full collection gives all of them back.
    CLEARING = CLEARING;
    /// Everything.
    KIT = TYPES;
}

const NATIVE: usize = index::COUNT;
const MORE: usize = 1;

pub(crate) const fn with_test_types(table: [Slots; index::COUNT]) -> [Slots; index::COUNT + MORE] {
    let mut all = [table[0]; index::COUNT + MORE];
    let mut at = 0;
    while at < index::COUNT {
        all[at] = table[at];
        at += 1;
    }
    all[NATIVE] = Slots {
        name: "native",
        basicsize: Native::SIZE,
        dealloc: |heap, op| (heap.slots(op).free)(heap, op),
        call: Some(native_call),
        ..objects::OBJECT
    };
    all
}

/// The names that the tests use are interned before the first event: they are never given back.
const NAMES: [&str; 4] = ["generation", "__del__", "next", "value"];

/// Starts the manager, and freezes what that has made: a test finds only its own objects in the
/// generations, and counts of 0.
fn start(heap: &Heap) -> Result<(), MemoryError> {
    match is_classic(heap.memory) {
        true => manager::start::<Classic>(heap)?,
        false => manager::start::<Modern>(heap)?,
    }
    for name in NAMES {
        str::intern(heap, name)?;
    }
    generations::freeze::freeze(heap);
    Ok(())
}

// ------------------------------------------------------------------ free lists

/// Looks at the free lists, unwatched.
fn lists<T>(exam: &HeapExam, look: impl FnOnce(FreeLists<'_>) -> T) -> T {
    exam.quietly(|heap| look(FreeLists::of(heap.memory)))
}

/// Follows links from `first` on: at most `most` objects, each of them once.
fn follow(
    exam: &HeapExam,
    what: &str,
    first: Option<Addr>,
    numfree: u64,
    link: impl Fn(Addr) -> Option<Addr>,
) -> Vec<Addr> {
    let mut all = Vec::new();
    let mut next = first;
    while let Some(op) = next {
        if all.contains(&op) {
            exam.fail(&format!("the free list of {what} comes to {op} twice"));
        }
        if !exam.is_live(op) {
            exam.fail(&format!(
                "the free list of {what} leads to {op} after {} objects, and no block that is handed \
                 out is there: it was given back, or that word was no link",
                all.len()
            ));
        }
        all.push(op);
        next = link(op);
    }
    exam.equal(
        &format!("numfree of the {what}; on the list there are {}", all.len()),
        all.len() as u64,
        numfree,
    );
    all
}

/// The kept floats, the first one first. Fails if `numfree` is not their number.
pub(crate) fn floats(exam: &HeapExam) -> Vec<Addr> {
    let (first, numfree) = lists(exam, |lists| {
        (lists.float_free_list().get(), lists.float_numfree().get())
    });
    follow(exam, "floats", first, numfree, |op| {
        exam.quietly(|heap| FreeFloat::at(heap.memory, op).next().get())
    })
}

/// The kept tuples of this length, the first one first. Fails if `numfree` is not their number.
pub(crate) fn tuples(exam: &HeapExam, length: u64) -> Vec<Addr> {
    let (first, numfree) = lists(exam, |lists| {
        let kept = lists.tuples(length);
        (kept.free_list().get(), kept.numfree().get())
    });
    follow(exam, &format!("tuples of {length}"), first, numfree, |op| {
        exam.quietly(|heap| PyTupleObject::at(heap.memory, op).ob_item(0).get())
    })
}

fn stack(exam: &HeapExam, what: &str, of: for<'m> fn(FreeLists<'m>) -> FreeStack<'m>) -> Vec<Addr> {
    let numfree = lists(exam, |lists| of(lists).numfree().get());
    if numfree > FreeStack::ROOM {
        exam.fail(&format!(
            "numfree of the {what} is {numfree}: there is room for {}",
            FreeStack::ROOM
        ));
    }
    (0..numfree)
        .map(|at| match lists(exam, |lists| of(lists).op(at).get()) {
            Some(op) => op,
            None => exam.fail(&format!(
                "place {at} of the {what} is NULL, and numfree says {numfree}"
            )),
        })
        .collect()
}

/// The kept lists, from the bottom of their stack to its top.
pub(crate) fn kept_lists(exam: &HeapExam) -> Vec<Addr> {
    stack(exam, "lists", |lists| lists.lists())
}

/// The kept dicts, from the bottom of their stack to its top.
pub(crate) fn kept_dicts(exam: &HeapExam) -> Vec<Addr> {
    stack(exam, "dicts", |lists| lists.dicts())
}

/// Everything on free lists, by name: each object must be live for the allocator, in no list of the
/// collector, and on one free list only.
pub(crate) fn all_kept(exam: &HeapExam) -> Vec<(String, Vec<Addr>)> {
    let mut all = vec![
        ("floats".to_owned(), floats(exam)),
        ("lists".to_owned(), kept_lists(exam)),
        ("dicts".to_owned(), kept_dicts(exam)),
    ];
    for length in 1..=20 {
        all.push((format!("tuples of {length}"), tuples(exam, length)));
    }
    let mut seen = BTreeSet::new();
    for (what, kept) in &all {
        for &op in kept {
            if !seen.insert(op) {
                exam.fail(&format!(
                    "{op} is kept twice; the second time by the {what}"
                ));
            }
            if !exam.is_live(op) {
                exam.fail(&format!(
                    "{op} is kept by the {what}, and its block was given back"
                ));
            }
            if what != "floats" && is_tracked(exam, op) {
                exam.fail(&format!(
                    "{op} is kept by the {what}, and still in a list of the collector"
                ));
            }
        }
    }
    all.retain(|(_, kept)| !kept.is_empty());
    all
}

/// Expects all free lists to be empty.
pub(crate) fn nothing_is_kept(exam: &HeapExam, when: &str) {
    let none: Vec<(String, Vec<Addr>)> = Vec::new();
    exam.equal(&format!("what is kept {when}"), none, all_kept(exam));
}

/// How many objects are on all free lists together.
pub(crate) fn number_kept(exam: &HeapExam) -> u64 {
    all_kept(exam)
        .iter()
        .map(|(_, kept)| kept.len() as u64)
        .sum()
}

// ------------------------------------------------------------------ objects

/// `label = value`, a float with count 1.
pub(crate) fn new_float(exam: &HeapExam, label: &str, value: f64) -> Addr {
    let op = exam.try_event(format!("{label} = {value:?}"), |heap| {
        float::from_f64(heap, value)
    });
    exam.name(op, label);
    op
}

/// `label = []`, with count 1.
pub(crate) fn new_list(exam: &HeapExam, label: &str) -> Addr {
    let op = exam.try_event(format!("{label} = []"), list::new);
    exam.name(op, label);
    op
}

/// `label = {}`, with count 1.
pub(crate) fn new_dict(exam: &HeapExam, label: &str) -> Addr {
    let op = exam.try_event(format!("{label} = {{}}"), dict::new);
    exam.name(op, label);
    op
}

/// A tuple of `length` times None, with count 1.
pub(crate) fn new_tuple(exam: &HeapExam, label: &str, length: u64) -> Addr {
    let made = format!("{label} = (None,) * {length}");
    let op = exam.try_event(made, |heap| tuple_of_none(heap, length));
    exam.name(op, label);
    op
}

/// The same, in an event.
pub(crate) fn tuple_of_none(heap: &Heap, length: u64) -> Result<Addr, MemoryError> {
    let items: Vec<Addr> = (0..length).map(|_| singletons::none(heap)).collect();
    tuple::new(heap, &items)
}

/// None, borrowed.
pub(crate) fn none(exam: &HeapExam) -> Addr {
    match exam.quietly(|heap| Root::of(heap.memory).none().get()) {
        Some(none) => none,
        None => exam.fail("None was not made"),
    }
}

/// The names of these objects go, one after the other.
pub(crate) fn del(exam: &HeapExam, label: &str, names: &[Addr]) {
    exam.event(format!("del {label}"), |heap| {
        for &op in names {
            decref(heap, op);
        }
    });
}

/// A list that is dropped and refers to itself: `label = []; label.append(label); del label`.
pub(crate) fn lost_list(exam: &HeapExam, label: &str) -> Addr {
    let op = new_list(exam, label);
    exam.try_event(format!("{label}.append({label}); del {label}"), |heap| {
        list::append(heap, op, op)
    });
    op
}

/// Whether the collector has `op` in one of its lists.
pub(crate) fn is_tracked(exam: &HeapExam, op: Addr) -> bool {
    exam.word(op.minus(16)) != 0
}

/// The type of the object at `op`, by its place in the slot table.
pub(crate) fn type_of(exam: &HeapExam, index: u64) -> Addr {
    exam.look(|heap| type_at(heap, index))
}

/// Takes all that is left of the heap: large blocks first, and then small ones of every size.
pub(crate) fn fill(exam: &HeapExam) {
    exam.event("everything else of the heap is taken", |heap| {
        let large = (9..=18).rev().map(|bit| 1 << bit);
        let small = (1..64).rev().map(|words| words * memory::WORD);
        for size in large.chain(small) {
            while heap.malloc(size).is_ok() {}
        }
    });
}

/// The records of pools, arenas and chunks fit together.
pub(crate) fn in_order(exam: &HeapExam) -> Walk {
    let walked = exam.quietly(|heap| walk(heap.memory));
    match walked {
        Ok(walk) => {
            if let Err(broken) = exam.quietly(|heap| plain::check(heap.memory)) {
                exam.fail(&broken.to_string());
            }
            walk
        }
        Err(broken) => exam.fail(&format!("the records do not fit together: {broken}")),
    }
}

// ------------------------------------------------------------------ the collector

/// The count of generation 0.
pub(crate) fn count(exam: &HeapExam) -> u64 {
    exam.quietly(|heap| GcState::of(heap.memory).generation(0).count().get())
}

/// Writes the count of generation 0.
pub(crate) fn set_count(exam: &HeapExam, count: u64) {
    exam.event(
        format!("the count of generation 0 is set to {count}"),
        |heap| {
            GcState::of(heap.memory).generation(0).count().set(count);
        },
    );
}

/// How many collections of each generation there were.
pub(crate) fn collections(exam: &HeapExam) -> [u64; 3] {
    exam.quietly(|heap| {
        [0, 1, 2].map(|number| GcState::of(heap.memory).stats(number).collections().get())
    })
}

/// `gc.collect(number)`, as an event.
pub(crate) fn collect(exam: &HeapExam, number: i64) -> u64 {
    exam.try_event(format!("gc.collect({number})"), |heap| {
        generations::collect(heap, number)
    })
}

/// `gc.disable()`, by the word itself.
pub(crate) fn disable(exam: &HeapExam) {
    exam.event("gc.disable()", |heap| {
        GcState::of(heap.memory).enabled().set(0)
    });
}

/// The objects in a list of the collector, in order.
pub(crate) fn members(exam: &HeapExam, list: Addr) -> Vec<Addr> {
    exam.quietly(|heap| {
        let mut all = Vec::new();
        let mut gc = PyGC_Head::at(heap.memory, list)._gc_next().get();
        while let Some(head) = Addr::new(gc).filter(|&head| head != list && all.len() < 1_000_000) {
            all.push(head.plus(PyGC_Head::SIZE));
            gc = PyGC_Head::at(heap.memory, head)._gc_next().get();
        }
        all
    })
}

/// The objects in generation 0, in order.
pub(crate) fn young(exam: &HeapExam) -> Vec<Addr> {
    let [young, ..] = generations_of(exam);
    young
}

/// The objects in the three generations and in the permanent one, in order.
pub(crate) fn generations_of(exam: &HeapExam) -> [Vec<Addr>; 4] {
    let heads = exam.quietly(|heap| {
        let state = GcState::of(heap.memory);
        [
            state.generation(0).addr(),
            state.generation(1).addr(),
            state.generation(2).addr(),
            state.permanent_generation().addr(),
        ]
    });
    heads.map(|head| members(exam, head))
}

// ------------------------------------------------------------------ the clock

/// The clock goes on to `time`.
pub(crate) fn set_clock(exam: &HeapExam, time: u64) {
    exam.event(format!("the clock says {time}"), |heap| {
        Root::of(heap.memory).ticks().set(time);
    });
}

/// What a native does when it is called, with its number `amount`.
#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// The clock goes on, whenever it is called.
    Tick,
    /// The clock goes on when a collection starts: so long it takes.
    TickAtStart,
    /// The clock goes back when a collection starts.
    BackAtStart,
    /// Chooses the policy `Every { interval: amount, generation: 1 }`.
    Every,
    /// Chooses the policy `After { events: amount, generation: 0 }`.
    After,
    /// Chooses the policy `Never`.
    Never,
}

const DOES: [Does; 6] = [
    Does::Tick,
    Does::TickAtStart,
    Does::BackAtStart,
    Does::Every,
    Does::After,
    Does::Never,
];

record! {
    struct Native[40] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => does: u64,
        24 => amount: u64,
        /// How often it was called.
        32 => calls: u64,
    }
}

/// A callable with count 1.
pub(crate) fn native(exam: &HeapExam, label: &str, does: Does, amount: u64) -> Addr {
    let op = exam.try_event(format!("def {label}(…): …"), |heap| {
        let op = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
        let native = Native::at(heap.memory, op);
        native.does().set(does as u64);
        native.amount().set(amount);
        native.calls().set(0);
        Ok::<_, MemoryError>(op)
    });
    exam.name(op, label);
    op
}

/// How often the native was called.
pub(crate) fn calls(exam: &HeapExam, native: Addr) -> u64 {
    exam.word(native.plus(32))
}

/// `gc.callbacks.append(callback)`; the test's reference becomes the list's.
pub(crate) fn add_callback(exam: &HeapExam, label: &str, callback: Addr) {
    exam.try_event(format!("gc.callbacks.append({label})"), |heap| {
        list::append(heap, generations::callbacks::callbacks(heap), callback)
    });
}

/// A class whose instances call `native` when they die.
pub(crate) fn class_with_del(exam: &HeapExam, label: &str, native: Addr) -> Addr {
    let class = exam.try_event(format!("class {label}: __del__ = …"), |heap| {
        let class = class::new(heap, label, None)?;
        let name = str::intern(heap, "__del__")?;
        let old = class::set_attr(heap, class, name, new_ref(heap, native))?;
        xdecref(heap, old);
        Ok::<_, MemoryError>(class)
    });
    exam.name(class, label);
    class
}

/// An instance of `class` that refers to itself, and that nobody else refers to.
pub(crate) fn lost_instance(exam: &HeapExam, class: Addr) {
    exam.try_event("n = an instance; n.next = n; del n", |heap| {
        let op = objects::instance::new(heap, class)?;
        let name = str::intern(heap, "next")?;
        refcounts::containers::set_attr(heap, op, name, op)?;
        decref(heap, op);
        Ok::<_, MemoryError>(())
    });
}

fn native_call(heap: &Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    let native = Native::at(heap.memory, op);
    native.calls().set(native.calls().get() + 1);
    let amount = native.amount().get();
    let ticks = Root::of(heap.memory).ticks();
    let starts = || {
        let phase = args.first().map(|&phase| str::to_string(heap, phase));
        phase.as_deref() == Some("start")
    };
    match DOES[native.does().get() as usize] {
        Does::Tick => ticks.set(ticks.get() + amount),
        Does::TickAtStart if starts() => ticks.set(ticks.get() + amount),
        Does::BackAtStart if starts() => ticks.set(ticks.get() - amount),
        Does::Every => manager::policy::set_policy::<Ticks>(
            heap,
            memory::manager::Policy::Every {
                interval: amount,
                generation: 1,
            },
        ),
        Does::After => manager::policy::set_policy::<Ticks>(
            heap,
            memory::manager::Policy::After {
                events: amount,
                generation: 0,
            },
        ),
        Does::Never => {
            manager::policy::set_policy::<Ticks>(heap, memory::manager::Policy::Never);
        }
        _ => {}
    }
    Ok(singletons::none(heap))
}

/// What a callback of the collector is given: `phase`, and a dict with this `"generation"`. The
/// test's own way: the objects stay.
pub(crate) fn arguments(exam: &HeapExam, phase: &str, generation: Option<i64>) -> [Addr; 2] {
    exam.try_event(
        format!("what a callback is told: \"{phase}\", …"),
        |heap| {
            let info = dict::new(heap)?;
            if let Some(generation) = generation {
                let name = str::intern(heap, "generation")?;
                let number = int::from_i64(heap, generation)?;
                refcounts::containers::dict_set_item(heap, info, name, number)?;
                decref(heap, number);
            }
            Ok::<_, objects::ObjectError>([str::new(heap, phase)?, info])
        },
    )
}
