//! What the tests run on: the slot table of each step, and types of the tests' own.
//!
//! A *native* can be called, as `__del__`, as `__tp_del__`, as the callback of a weak reference or of
//! the collector, and writes into a log what it sees. Logs are in static storage, so that they take
//! no blocks.

use exam::{HeapExam, Kit};
use generations::{AUTOMATIC, COUNTING, TYPES, UNCOUNTED, index};
use memory::object::{PyGC_Head, PyObject, PyWeakReference};
use memory::{Addr, GcList, GcState, Heap, MemoryError, Root, Slots, record};
use objects::types::type_at;
use objects::{ObjectError, class, dict, instance, int, list, singletons, str};
use refcounts::containers::{list_append, set_attr};
use refcounts::{decref, new_ref, weakref, xdecref};

const NATIVE: usize = index::COUNT;
const STORED: usize = index::COUNT + 1;
const MORE: usize = 2;

/// The kit of each step: a slot table and the types of the tests.
macro_rules! kits {
    ($($name:ident = $table:expr;)*) => {$(
        pub(crate) const $name: Kit = Kit {
            types: &with_test_types($table),
            start,
            ..super::GROUND
        };
    )*};
}

kits! {
    UNCOUNTED_KIT = UNCOUNTED;
    COUNTING_KIT = COUNTING;
    AUTOMATIC_KIT = AUTOMATIC;
    KIT = TYPES;
}

const fn with_test_types(table: [Slots; index::COUNT]) -> [Slots; index::COUNT + MORE] {
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
    // A type with a free list, which tells how often it is emptied.
    all[STORED] = Slots {
        name: "stored",
        clear_freelist: |heap| {
            let word = emptied(heap);
            heap.memory.store(word, heap.memory.load(word) + 1);
        },
        ..objects::OBJECT
    };
    all
}

/// Where the tests count how often the free lists were emptied.
fn emptied(heap: &Heap) -> Addr {
    GcState::of(heap.memory).list(GcList::Spare)
}

/// How often the free lists were emptied.
pub(crate) fn times_emptied(exam: &HeapExam) -> u64 {
    let word = exam.look(emptied);
    exam.word(word)
}

/// The names that the tests use are interned before the first event: they are never given back.
const NAMES: [&str; 8] = [
    "next",
    "prev",
    "value",
    "other",
    "me",
    "cargo",
    "__del__",
    "__tp_del__",
];

fn start(heap: &Heap) -> Result<(), MemoryError> {
    (super::GROUND.start)(heap)?;
    generations::start(heap)?;
    for name in NAMES {
        str::intern(heap, name)?;
    }
    forget_what_start_made(heap);
    Ok(())
}

/// Empties the generations and sets their counts to 0, so that a test finds only its own objects.
fn forget_what_start_made(heap: &Heap) {
    for number in 0..3 {
        let generation = GcState::of(heap.memory).generation(number);
        generation.count().set(0);
        let list = generation.addr();
        let mut gc = PyGC_Head::at(heap.memory, list)._gc_next().get();
        for _ in 0..100 {
            let Some(head) = Addr::new(gc).filter(|&gc| gc != list) else {
                break;
            };
            let head = PyGC_Head::at(heap.memory, head);
            gc = head._gc_next().replace(0);
            head._gc_prev().set(0);
        }
        for field in [0, 8] {
            heap.memory.store(list.plus(field), list.get());
        }
    }
}

/// One of [`NAMES`], borrowed.
pub(crate) fn name(heap: &Heap, text: &str) -> Addr {
    let interned = Root::of(heap.memory).interned().get();
    let all = interned.map(|all| dict::items(heap, all));
    let mut all = all.into_iter().flatten().map(|(key, _)| key);
    match all.find(|&key| str::to_string(heap, key) == text) {
        Some(key) => key,
        None => panic!("the name {text} is interned at start"),
    }
}

/// Takes all that is left of the heap: large blocks first, and then small ones of every size, since an
/// allocator with pools may have room left for one size only.
pub(crate) fn fill(exam: &HeapExam) {
    exam.event("everything else of the heap is taken", |heap| {
        let large = (9..=18).rev().map(|bit| 1 << bit);
        let small = (1..64).rev().map(|words| words * memory::WORD);
        for size in large.chain(small) {
            while heap.malloc(size).is_ok() {}
        }
    });
}

// ------------------------------------------------------------------ generations

/// The counts of the three generations, as Python prints them.
pub(crate) fn counts(exam: &HeapExam) -> String {
    exam.look(|heap| {
        let count = |number| GcState::of(heap.memory).generation(number).count().get();
        format!("({}, {}, {})", count(0), count(1), count(2))
    })
}

/// Writes the three counts.
pub(crate) fn set_counts(exam: &HeapExam, counts: [u64; 3]) {
    exam.event(format!("the counts are set to {counts:?}"), |heap| {
        for (number, count) in (0..).zip(counts) {
            GcState::of(heap.memory)
                .generation(number)
                .count()
                .set(count);
        }
    });
}

/// Writes the three thresholds.
pub(crate) fn set_thresholds(exam: &HeapExam, thresholds: [u64; 3]) {
    let label = format!("the thresholds are set to {thresholds:?}");
    exam.event(label, |heap| write_thresholds(heap, thresholds));
}

pub(crate) fn write_thresholds(heap: &Heap, thresholds: [u64; 3]) {
    for (number, threshold) in (0..).zip(thresholds) {
        let generation = GcState::of(heap.memory).generation(number);
        generation.threshold().set(threshold);
    }
}

/// How many collections of each generation there were.
pub(crate) fn collections(heap: &Heap) -> [u64; 3] {
    let state = GcState::of(heap.memory);
    [0, 1, 2].map(|number| state.stats(number).collections().get())
}

/// `long_lived_pending` and `long_lived_total`.
pub(crate) fn long_lived(exam: &HeapExam) -> (u64, u64) {
    exam.look(|heap| {
        let state = GcState::of(heap.memory);
        (
            state.long_lived_pending().get(),
            state.long_lived_total().get(),
        )
    })
}

/// Writes `long_lived_pending` and `long_lived_total`.
pub(crate) fn set_long_lived(exam: &HeapExam, pending: u64, total: u64) {
    let label = format!("long_lived_pending = {pending}, long_lived_total = {total}");
    exam.event(label, |heap| {
        let state = GcState::of(heap.memory);
        state.long_lived_pending().set(pending);
        state.long_lived_total().set(total);
    });
}

/// The head of generation `number`.
pub(crate) fn head_of(exam: &HeapExam, number: u64) -> Addr {
    exam.look(|heap| GcState::of(heap.memory).generation(number).addr())
}

/// The head of one of the lists of a collection.
pub(crate) fn scratch(exam: &HeapExam, list: GcList) -> Addr {
    exam.look(|heap| GcState::of(heap.memory).list(list))
}

/// The objects in a list, in order; fails if a link is wrong, on the way there or back.
pub(crate) fn members(exam: &HeapExam, what: &str, list: Addr) -> Vec<Addr> {
    let mut all: Vec<Addr> = Vec::new();
    let mut gc = list;
    loop {
        let next = exam.word(gc);
        let Some(after) = Addr::new(next & !1).filter(|_| next & 1 == 0) else {
            let which = named(gc, list);
            exam.fail(&format!(
                "{what} is broken: the _gc_next of {which} is {next:#x}, no link"
            ));
        };
        let before = Addr::new(exam.word(after.plus(8)) & !3);
        if before != Some(gc) {
            let which = named(after, list);
            let what = format!("{what}: the way back from {which}");
            exam.equal(&what, Some(gc), before);
        }
        if after == list {
            return all;
        }
        all.push(after.plus(16));
        if all.len() > 100_000 {
            exam.fail(&format!(
                "{what} is broken: from its head on one never comes back to the head"
            ));
        }
        gc = after;
    }
}

fn named(gc: Addr, list: Addr) -> String {
    match gc == list {
        true => "the list's own head".to_owned(),
        false => format!("the head of {}", gc.plus(16)),
    }
}

/// The objects in generation `number`, which must be an ordinary list with no object that is
/// collecting.
pub(crate) fn generation(exam: &HeapExam, number: u64) -> Vec<Addr> {
    let all = members(exam, &format!("generation {number}"), head_of(exam, number));
    for &op in &all {
        if exam.word(op.minus(8)) & 2 != 0 {
            exam.fail(&format!(
                "{op} is in generation {number} and still marked as COLLECTING"
            ));
        }
    }
    all
}

/// Expects these objects, in this order, in the three generations.
pub(crate) fn expect(exam: &HeapExam, expected: [&[Addr]; 3]) {
    for (number, expected) in (0..).zip(expected) {
        let found = generation(exam, number);
        exam.equal(
            &format!("the objects of generation {number}"),
            expected,
            &found[..],
        );
    }
}

/// Which generation `op` is in, in words.
pub(crate) fn place(exam: &HeapExam, op: Addr) -> String {
    let mut places = (0..3).filter(|&number| generation(exam, number).contains(&op));
    match (places.next(), places.next()) {
        (None, _) => "in none".to_owned(),
        (Some(number), None) => format!("in generation {number}"),
        (Some(a), Some(b)) => format!("in generations {a} and {b}"),
    }
}

/// Puts objects, tracked in some generation, at the end of generation `number`: the test's own way.
pub(crate) fn put(exam: &HeapExam, number: u64, objects: &[Addr]) {
    exam.event(
        format!("the test puts them into generation {number}"),
        |heap| {
            let list = GcState::of(heap.memory).generation(number).addr();
            for &op in objects {
                cycles::gc_list::gc_list_move(heap, op.minus(16), list);
            }
        },
    );
}

// ------------------------------------------------------------------ objects

/// The count of the object at `op`.
pub(crate) fn count(exam: &HeapExam, op: Addr) -> u64 {
    exam.word(op)
}

/// An empty list with count 1.
pub(crate) fn empty_list(exam: &HeapExam, label: &str) -> Addr {
    let op = exam.try_event(format!("{label} = []"), list::new);
    exam.name(op, label);
    op
}

/// Empty lists with these names.
pub(crate) fn lists<const N: usize>(exam: &HeapExam, labels: [&str; N]) -> [Addr; N] {
    labels.map(|label| empty_list(exam, label))
}

/// A list that is dropped and refers to itself: `label = []; label.append(label); del label`.
pub(crate) fn lost_list(exam: &HeapExam, label: &str) -> Addr {
    let op = empty_list(exam, label);
    refer(exam, op, op);
    del(exam, label, &[op]);
    op
}

/// A class with count 1.
pub(crate) fn class_of(exam: &HeapExam, label: &str, base: Option<Addr>) -> Addr {
    let op = exam.try_event(format!("class {label}: pass"), |heap| {
        class::new(heap, label, base)
    });
    exam.name(op, label);
    op
}

/// An instance with count 1.
pub(crate) fn instance_of(exam: &HeapExam, label: &str, class: Addr) -> Addr {
    let op = exam.try_event(format!("{label} = an instance"), |heap| {
        instance::new(heap, class)
    });
    exam.name(op, label);
    op
}

/// Gives a class a method; the reference to `value` stays the caller's.
pub(crate) fn set_method(exam: &HeapExam, class: Addr, text: &str, value: Addr) {
    exam.try_event(format!("the class gets {text}"), |heap| {
        let value = new_ref(heap, value);
        let old = class::set_attr(heap, class, name(heap, text), value)?;
        xdecref(heap, old);
        Ok::<_, MemoryError>(())
    });
}

/// `op.text = value`; the reference to `value` stays the caller's.
pub(crate) fn give(exam: &HeapExam, op: Addr, text: &str, value: Addr) {
    exam.try_event(format!("an attribute: {text}"), |heap| {
        set_attr(heap, op, name(heap, text), value)
    });
}

/// `from.append(to)`.
pub(crate) fn refer(exam: &HeapExam, from: Addr, to: Addr) {
    exam.try_event("a list gets an item", |heap| list_append(heap, from, to));
}

/// The names of these objects go: `del a, b`.
pub(crate) fn del(exam: &HeapExam, label: &str, names: &[Addr]) {
    exam.event(format!("del {label}"), |heap| {
        for &op in names {
            decref(heap, op);
        }
    });
}

/// A tuple of these items, which stay the caller's.
pub(crate) fn tuple_of(exam: &HeapExam, label: &str, items: &[Addr]) -> Addr {
    let made = format!("{label} = a tuple of {} items", items.len());
    let op = exam.try_event(made, |heap| refcounts::containers::tuple_pack(heap, items));
    exam.name(op, label);
    op
}

/// `{1: value}`; `value` stays the caller's.
pub(crate) fn dict_of(exam: &HeapExam, label: &str, value: Addr) -> Addr {
    let op = exam.try_event(format!("{label} = {{1: …}}"), |heap| {
        let op = dict::new(heap)?;
        let key = int::from_i64(heap, 1)?;
        refcounts::containers::dict_set_item(heap, op, key, value)?;
        decref(heap, key);
        Ok::<_, ObjectError>(op)
    });
    exam.name(op, label);
    op
}

/// `weakref.ref(op, callback)`; the callback's reference stays the caller's.
pub(crate) fn weak(exam: &HeapExam, label: &str, op: Addr, callback: Option<Addr>) -> Addr {
    let made = match callback {
        Some(_) => format!("{label} = a weak reference with a callback"),
        None => format!("{label} = a weak reference"),
    };
    let wr = exam.try_event(made, |heap| weakref::new(heap, op, callback));
    exam.name(wr, label);
    wr
}

/// Whether the weak reference `wr` still gives its object.
pub(crate) fn alive(exam: &HeapExam, wr: Addr) -> bool {
    exam.look(|heap| is_alive(heap, wr))
}

fn is_alive(heap: &Heap, wr: Addr) -> bool {
    let object = PyWeakReference::at(heap.memory, wr).wr_object().get();
    Some(object) != Root::of(heap.memory).none().get()
}

/// `gc.collect(number)`, as an event.
pub(crate) fn collect(exam: &HeapExam, number: i64) -> u64 {
    exam.try_event(format!("gc.collect({number})"), |heap| {
        generations::collect(heap, number)
    })
}

/// What the functions that return a list return: its items. The list is dropped.
pub(crate) fn items_of<E: std::fmt::Display>(
    exam: &HeapExam,
    label: &str,
    code: impl FnOnce(&Heap) -> Result<Addr, E>,
) -> Vec<Addr> {
    let op = exam.try_event(label, code);
    let items = exam.look(|heap| list::items(heap, op));
    exam.event("the list of them is dropped", |heap| decref(heap, op));
    items
}

// ------------------------------------------------------------------ logs

/// A log in static storage: the number of its lines, then two words for each.
#[derive(Clone, Copy)]
pub(crate) struct Log(Addr);

const LINES: u64 = 250;

impl Log {
    pub(crate) fn new(exam: &HeapExam) -> Log {
        let room = 8 + 16 * LINES;
        let log = exam.try_event("a log for the test", |heap| {
            regions::static_alloc(heap.memory, room)
        });
        Log(log)
    }

    fn write(self, heap: &Heap, label: u64, info: u64) {
        let lines = heap.memory.load(self.0);
        let line = self.0.plus(8 + 16 * (lines % LINES));
        heap.memory.store(line, label);
        heap.memory.store(line.plus(8), info);
        heap.memory.store(self.0, lines + 1);
    }

    /// The lines so far, as `label` or `label=info`.
    pub(crate) fn read(self, exam: &HeapExam) -> String {
        let lines = (0..exam.word(self.0).min(LINES)).map(|line| {
            let line = self.0.plus(8 + 16 * line);
            let label = text_of(exam.word(line));
            match exam.word(line.plus(8)) {
                NOTHING => label,
                info @ 0..0x1000 => format!("{label}={info}"),
                info if info & TOLD != 0 => {
                    let phase = ["start", "stop"][usize::from(info & STOP != 0)];
                    let number = |shift: u32| info >> shift & 0xffff;
                    format!(
                        "{label} {phase}({}, {}, {})",
                        number(32),
                        number(16),
                        number(0)
                    )
                }
                info => format!("{label}={info:#x}"),
            }
        });
        lines.collect::<Vec<_>>().join(", ")
    }
}

const NOTHING: u64 = u64::MAX;
/// A line about a phase of a collection: generation, collected, uncollectable in 16 bits each.
const TOLD: u64 = 1 << 62;
const STOP: u64 = 1 << 61;

/// Up to eight letters as one word.
fn letters(text: &str) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u64::from_le_bytes(bytes)
}

fn text_of(letters: u64) -> String {
    String::from_utf8_lossy(&letters.to_le_bytes()).replace('\0', "")
}

// ------------------------------------------------------------------ natives

/// What a native does when it is called, besides its line in the log.
#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// Only the line.
    Nothing,
    /// Writes the count of its first argument.
    Count,
    /// Writes 1 if the weak reference `target` is alive, otherwise 0.
    Alive,
    /// Writes 1 if its first argument is tracked, otherwise 0.
    Tracked,
    /// Appends its first argument to the list `target`.
    Save,
    /// Appends what the weak reference in the list `target`, item 0, gives.
    Resolve,
    /// Takes the last item off the list `target` and drops it.
    Pop,
    /// Appends a new list to the list `target`.
    Make,
    /// Appends a weak reference to item 0 of the list `target`.
    Weak,
    /// Calls `collect(2)` and writes what it returns.
    Collect,
    /// Makes 100 lists and keeps them in the list `target`.
    MakeMany,
    /// Writes how many objects generation 0 has.
    Young,
    /// Writes how many objects generation 2 has.
    Old,
    /// Writes 1 if its first argument is in `get_objects()`, otherwise 0.
    Objects,
    /// Writes how many there are in `get_referrers(argument)`.
    Referrers,
    /// As a callback of the collector: writes the phase and the numbers of the dict.
    Tell,
    /// Returns a fresh int.
    Fresh,
    /// Fails.
    Fail,
}

const DOES: [Does; 18] = [
    Does::Nothing,
    Does::Count,
    Does::Alive,
    Does::Tracked,
    Does::Save,
    Does::Resolve,
    Does::Pop,
    Does::Make,
    Does::Weak,
    Does::Collect,
    Does::MakeMany,
    Does::Young,
    Does::Old,
    Does::Objects,
    Does::Referrers,
    Does::Tell,
    Does::Fresh,
    Does::Fail,
];

record! {
    struct Native[48] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => log: Addr,
        24 => label: u64,
        32 => does: u64,
        /// Not counted.
        40 => target: Option<Addr>,
    }
}

/// A callable with count 1, which writes `label` into `log` when it is called.
pub(crate) fn native(
    exam: &HeapExam,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> Addr {
    let op = exam.try_event(format!("def {label}(…): …"), |heap| {
        let op = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
        let native = Native::at(heap.memory, op);
        native.log().set(log.0);
        native.label().set(letters(label));
        native.does().set(does as u64);
        native.target().set(target);
        Ok::<_, MemoryError>(op)
    });
    exam.name(op, label);
    op
}

/// Changes what a callable looks at.
pub(crate) fn aim(exam: &HeapExam, op: Addr, target: Addr) {
    let label = text_of(exam.word(op.plus(24)));
    exam.event(format!("the callable {label} gets its target"), |heap| {
        Native::at(heap.memory, op).target().set(Some(target));
    });
}

/// A class with a method that writes `label` into `log`. The test keeps the class, and the class its
/// method.
pub(crate) fn class_with(
    exam: &HeapExam,
    method: &str,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> Addr {
    let class = class_of(exam, "Node", None);
    let del = native(exam, log, label, does, target);
    set_method(exam, class, method, del);
    exam.event("the class keeps the method", |heap| decref(heap, del));
    class
}

fn native_call(heap: &Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    let native = Native::at(heap.memory, op);
    let (log, label) = (Log(native.log().get()), native.label().get());
    let does = DOES[native.does().get() as usize];
    let Some(&argument) = args.first() else {
        panic!("the callable was called without an argument");
    };
    let target = || match native.target().get() {
        Some(target) => target,
        None => panic!("this callable has no target"),
    };
    let generation = |number| GcState::of(heap.memory).generation(number).addr();
    let seen = match does {
        Does::Count => PyObject::at(heap.memory, argument).ob_refcnt().get(),
        Does::Alive => u64::from(is_alive(heap, target())),
        Does::Tracked => {
            let head = PyGC_Head::of(heap.memory, argument);
            u64::from(head._gc_next().get() != 0)
        }
        Does::Collect => match generations::collect(heap, 2) {
            Ok(found) => found,
            Err(_) => panic!("gc.collect(2) is an error"),
        },
        Does::Young => cycles::gc_list::gc_list_size(heap, generation(0)),
        Does::Old => cycles::gc_list::gc_list_size(heap, generation(2)),
        Does::Objects => match generations::inspect::get_objects(heap, None) {
            Ok(all) => shown(heap, all, |op| op == argument),
            Err(_) => panic!("gc.get_objects() is an error"),
        },
        Does::Referrers => {
            let all = generations::inspect::get_referrers(heap, &[argument])?;
            shown(heap, all, |_| true)
        }
        Does::Tell => told(heap, args),
        _ => NOTHING,
    };
    log.write(heap, label, seen);
    match does {
        Does::Save => list_append(heap, target(), argument)?,
        Does::Resolve => {
            if let Ok(wr) = list::get_item(heap, target(), 0) {
                let object = weakref::get(heap, wr);
                list::append(heap, target(), object)?;
            }
        }
        Does::Pop => xdecref(heap, list::pop(heap, target())?),
        Does::Make => {
            let made = list::new(heap)?;
            list::append(heap, target(), made)?;
        }
        Does::Weak => {
            if let Ok(of) = list::get_item(heap, target(), 0)
                && let Ok(wr) = weakref::new(heap, of, None)
            {
                list::append(heap, target(), wr)?;
            }
        }
        Does::MakeMany => {
            for _ in 0..100 {
                let made = list::new(heap)?;
                list::append(heap, target(), made)?;
            }
        }
        Does::Fresh => return int::from_i64(heap, 5000),
        Does::Fail => return Err(MemoryError::NoMemory { requested: 1 }),
        _ => {}
    }
    // A callable that runs must still be there when it has done what it does.
    assert_eq!(native.label().get(), label, "the callable was written over");
    Ok(singletons::none(heap))
}

/// How many of the list's items `wanted` likes; the list is dropped.
fn shown(heap: &Heap, list: Addr, wanted: impl Fn(Addr) -> bool) -> u64 {
    let items = list::items(heap, list);
    decref(heap, list);
    items.into_iter().filter(|&op| wanted(op)).count() as u64
}

/// The phase and the numbers that a callback of the collector was given.
fn told(heap: &Heap, args: &[Addr]) -> u64 {
    let &[phase, info] = args else {
        panic!(
            "a callback of the collector was called with {} arguments",
            args.len()
        );
    };
    let mut line = match str::to_string(heap, phase).as_str() {
        "start" => TOLD,
        "stop" => TOLD | STOP,
        other => panic!("the phase is '{other}'"),
    };
    let items = dict::items(heap, info);
    for (key, shift) in [("generation", 32), ("collected", 16), ("uncollectable", 0)] {
        let Some(&(_, value)) = items
            .iter()
            .find(|&&(name, _)| str::to_string(heap, name) == key)
        else {
            panic!("the dict has no '{key}'");
        };
        let value = int::to_i64(heap, value).unwrap_or(-1);
        line |= (value as u64 & 0xffff) << shift;
    }
    line
}
