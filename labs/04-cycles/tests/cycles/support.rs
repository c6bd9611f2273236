//! What the tests run on: the slot table of each step, and types of the tests' own.
//!
//! A *witness* writes a line into a log when it dies. A *native* can be called, as a weak reference's
//! callback or as `__del__`, and writes into a log what it sees. A *bound* one is a native that is a
//! container: it is tracked, and shows what it holds. Logs are in static storage, so that they take
//! no blocks.

use cycles::{CLEARING, LAZY, TRACKING, TRAVERSING, TYPES, index};
use exam::{HeapExam, Kit};
use memory::object::{PyGC_Head, PyObject, PyTypeObject, PyWeakReference};
use memory::{Addr, GcList, GcState, Heap, MemoryError, Root, Slots, record};
use objects::types::type_at;
use objects::{class, instance, int, list, singletons, str};
use refcounts::containers::{list_append, set_attr, tuple_pack};
use refcounts::{decref, new_ref, xdecref};

pub(crate) const WITNESS: usize = index::COUNT;
const NATIVE: usize = index::COUNT + 1;
const BOUND: usize = index::COUNT + 2;
const MORE: usize = 3;

/// The kit of each step: a slot table and the types of the tests.
macro_rules! kits {
    ($($name:ident = $table:expr, $start:expr;)*) => {$(
        pub(crate) const $name: Kit = Kit {
            types: &with_test_types($table),
            start: |heap| start(heap, $start),
            ..super::GROUND
        };
    )*};
}

kits! {
    LISTS_KIT = refcounts::TYPES, objects::start;
    TRACKING_KIT = TRACKING, cycles::start;
    TRAVERSING_KIT = TRAVERSING, cycles::start;
    CLEARING_KIT = CLEARING, cycles::start;
    LAZY_KIT = LAZY, cycles::start;
    KIT = TYPES, cycles::start;
}

const fn with_test_types(table: [Slots; index::COUNT]) -> [Slots; index::COUNT + MORE] {
    let mut all = [table[0]; index::COUNT + MORE];
    let mut at = 0;
    while at < index::COUNT {
        all[at] = table[at];
        at += 1;
    }
    all[WITNESS] = Slots {
        name: "witness",
        basicsize: Witness::SIZE,
        dealloc: witness_dealloc,
        ..objects::OBJECT
    };
    all[NATIVE] = Slots {
        name: "native",
        basicsize: Native::SIZE,
        dealloc: native_dealloc,
        call: Some(native_call),
        ..objects::OBJECT
    };
    let list = table[index::LIST as usize];
    all[BOUND] = Slots {
        name: "bound",
        gc: true,
        alloc: list.alloc,
        free: list.free,
        dealloc: bound_dealloc,
        traverse: bound_traverse,
        clear: bound_clear,
        ..all[NATIVE]
    };
    all
}

/// The names that the tests use are interned before the first event: they are never given back.
const NAMES: [&str; 8] = [
    "next", "prev", "value", "other", "wr", "c", "__del__", "key",
];

fn start(heap: &Heap, begin: fn(&Heap) -> Result<(), MemoryError>) -> Result<(), MemoryError> {
    (super::GROUND.start)(heap)?;
    begin(heap)?;
    for name in NAMES {
        str::intern(heap, name)?;
    }
    let bound = type_at(heap, BOUND as u64);
    let weaklist = PyTypeObject::at(heap.memory, bound).tp_weaklistoffset();
    weaklist.set(Native::SIZE - 8);
    forget_what_start_made(heap);
    Ok(())
}

/// Empties generation 0, so that a test finds only its own objects there.
fn forget_what_start_made(heap: &Heap) {
    let young = GcState::of(heap.memory).generation(0).addr();
    let mut gc = PyGC_Head::at(heap.memory, young)._gc_next().get();
    for _ in 0..100 {
        let Some(head) = Addr::new(gc).filter(|&gc| gc != young) else {
            break;
        };
        let head = PyGC_Head::at(heap.memory, head);
        gc = head._gc_next().replace(0);
        head._gc_prev().set(0);
    }
    for field in [0, 8] {
        heap.memory.store(young.plus(field), young.get());
    }
}

/// One of [`NAMES`], borrowed.
pub(crate) fn name(heap: &Heap, text: &str) -> Addr {
    let interned = Root::of(heap.memory).interned().get();
    let all = interned.map(|all| objects::dict::items(heap, all));
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

// ------------------------------------------------------------------ heads and lists

/// The two words of the head in front of `op`: `_gc_next` and `_gc_prev`.
pub(crate) fn head(exam: &HeapExam, op: Addr) -> (u64, u64) {
    (exam.word(op.minus(16)), exam.word(op.minus(8)))
}

/// Bits 0 and 1 of `_gc_prev`, in words.
pub(crate) fn flags(exam: &HeapExam, op: Addr) -> &'static str {
    match head(exam, op).1 & 3 {
        0 => "none",
        1 => "FINALIZED",
        2 => "COLLECTING",
        _ => "FINALIZED, COLLECTING",
    }
}

/// `gc_refs` of `op`.
pub(crate) fn gc_refs(exam: &HeapExam, op: Addr) -> u64 {
    head(exam, op).1 >> 2
}

/// Whether `op`, which has a head, is in a list.
pub(crate) fn tracked(exam: &HeapExam, op: Addr) -> bool {
    head(exam, op).0 != 0
}

/// The head of generation 0.
pub(crate) fn young(exam: &HeapExam) -> Addr {
    exam.look(|heap| GcState::of(heap.memory).generation(0).addr())
}

/// The head of one of the lists of a collection.
pub(crate) fn scratch(exam: &HeapExam, list: GcList) -> Addr {
    exam.look(|heap| GcState::of(heap.memory).list(list))
}

/// The list whose head is `list`, made empty by the test.
pub(crate) fn fresh_list(exam: &HeapExam, list: GcList) -> Addr {
    let head = scratch(exam, list);
    exam.event("an empty list", |heap| {
        for field in [0, 8] {
            heap.memory.store(head.plus(field), head.get());
        }
    });
    head
}

/// The objects in a list, in order. `marked` says whether each link has the flag UNREACHABLE, as it
/// must have between `move_unreachable` and `clear_unreachable_mask`. Fails if the list is broken.
fn walk(exam: &HeapExam, what: &str, list: Addr, marked: bool, back: bool) -> Vec<Addr> {
    let mut all: Vec<Addr> = Vec::new();
    let mut gc = list;
    loop {
        let next = exam.word(gc);
        let mark = u64::from(marked && gc != list);
        if next & 1 != mark {
            let is = |set: u64| if set == 0 { "not set" } else { "set" };
            let which = named(gc, list);
            exam.equal(
                &format!("{what}: UNREACHABLE in the _gc_next of {which}"),
                is(mark),
                is(next & 1),
            );
        }
        let Some(after) = Addr::new(next & !1) else {
            let which = named(gc, list);
            exam.fail(&format!(
                "{what} is broken: the _gc_next of {which} is 0, so the way around ends there"
            ));
        };
        let before = Addr::new(exam.word(after.plus(8)) & !3);
        if back && before != Some(gc) {
            exam.equal(
                &format!(
                    "{what}: the way back from {}, which is _gc_prev without its flags",
                    named(after, list)
                ),
                Some(gc),
                before,
            );
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

/// The objects in a list, in order; fails if a link is wrong, on the way there or back.
pub(crate) fn members(exam: &HeapExam, what: &str, list: Addr) -> Vec<Addr> {
    walk(exam, what, list, false, true)
}

/// As [`members`], of a list whose links have the flag UNREACHABLE.
pub(crate) fn marked_members(exam: &HeapExam, what: &str, list: Addr) -> Vec<Addr> {
    walk(exam, what, list, true, true)
}

/// As [`members`], of a list that has only its way there: `_gc_prev` is in use for `gc_refs`.
pub(crate) fn forward(exam: &HeapExam, what: &str, list: Addr) -> Vec<Addr> {
    walk(exam, what, list, false, false)
}

/// The objects in generation 0, which must be an ordinary list with no object that is collecting.
pub(crate) fn generation(exam: &HeapExam) -> Vec<Addr> {
    let all = members(exam, "generation 0", young(exam));
    for &op in &all {
        if head(exam, op).1 & 2 != 0 {
            exam.fail(&format!(
                "{op} is in generation 0 and still marked as COLLECTING"
            ));
        }
    }
    all
}

// ------------------------------------------------------------------ objects

/// The count of the object at `op`.
pub(crate) fn count(exam: &HeapExam, op: Addr) -> u64 {
    exam.word(op)
}

/// A fresh int: its own object, with count 1.
pub(crate) fn fresh(exam: &HeapExam, label: &str, value: i64) -> Addr {
    let op = exam.try_event(format!("{label} = {value}"), |heap| {
        int::from_i64(heap, value)
    });
    exam.name(op, label);
    op
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

/// A tuple of these items, which stay the caller's.
pub(crate) fn tuple_of(exam: &HeapExam, label: &str, items: &[Addr]) -> Addr {
    let made = format!("{label} = a tuple of {} items", items.len());
    let op = exam.try_event(made, |heap| tuple_pack(heap, items));
    exam.name(op, label);
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

/// A dict that has `value` under `"key"`; `value` stays the caller's.
pub(crate) fn dict_with(exam: &HeapExam, label: &str, value: Addr) -> Addr {
    let op = exam.try_event(format!("{label} = {{'key': …}}"), |heap| {
        let op = objects::dict::new(heap)?;
        let key = name(heap, "key");
        refcounts::containers::dict_set_item(heap, op, key, value)?;
        Ok::<_, objects::ObjectError>(op)
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
    let wr = exam.try_event(made, |heap| refcounts::weakref::new(heap, op, callback));
    exam.name(wr, label);
    wr
}

/// Whether the weak reference `wr` still gives its object.
pub(crate) fn alive(exam: &HeapExam, wr: Addr) -> bool {
    exam.look(|heap| {
        let object = PyWeakReference::at(heap.memory, wr).wr_object().get();
        Some(object) != Root::of(heap.memory).none().get()
    })
}

/// `gc.collect()`, as an event.
pub(crate) fn collect(exam: &HeapExam) -> u64 {
    exam.event("gc.collect()", cycles::collect)
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

    pub(crate) fn write(self, heap: &Heap, label: u64, info: u64) {
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
                info => format!("{label}={info:#x}"),
            }
        });
        lines.collect::<Vec<_>>().join(", ")
    }

    /// Where the number of its lines is.
    pub(crate) fn addr(self) -> Addr {
        self.0
    }

    /// How many lines there are.
    pub(crate) fn len(self, exam: &HeapExam) -> u64 {
        exam.word(self.0)
    }
}

const NOTHING: u64 = u64::MAX;

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

// ------------------------------------------------------------------ witnesses

record! {
    struct Witness[48] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => log: Addr,
        24 => label: u64,
        /// A word to look at when it dies, or NULL.
        32 => look_at: Option<Addr>,
    }
}

/// An object that owns nothing and writes its label into `log` when it dies.
pub(crate) fn witness(exam: &HeapExam, log: Log, label: &str) -> Addr {
    witness_of(exam, log, label, None)
}

/// A witness that also writes what the word at `look_at` holds when it dies.
pub(crate) fn witness_of(exam: &HeapExam, log: Log, label: &str, look_at: Option<Addr>) -> Addr {
    let made = format!("{label} = an object that tells when it dies");
    let op = exam.try_event(made, |heap| {
        let op = heap.alloc(type_at(heap, WITNESS as u64), 0)?;
        let witness = Witness::at(heap.memory, op);
        witness.log().set(log.0);
        witness.label().set(letters(label));
        witness.look_at().set(look_at);
        Ok::<_, MemoryError>(op)
    });
    exam.name(op, label);
    op
}

fn witness_dealloc(heap: &Heap, op: Addr) {
    let witness = Witness::at(heap.memory, op);
    let seen = witness.look_at().get().map(|word| heap.memory.load(word));
    let (log, label) = (Log(witness.log().get()), witness.label().get());
    log.write(heap, label, seen.unwrap_or(NOTHING));
    (heap.slots(op).free)(heap, op);
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
    /// Writes 1 if its first argument is the object `target`.
    Same,
    /// Appends its first argument to the list `target`.
    Save,
    /// Empties the list `target`.
    Empty,
    /// Calls `collect` and writes what it returns.
    Collect,
    /// Writes 1 if its first argument is marked as finalized, otherwise 0.
    Finalized,
    /// Writes 1 if its first argument is tracked, otherwise 0.
    Tracked,
    /// Deletes the attribute `next` of its first argument.
    Break,
    /// Makes a weak reference to its first argument and appends it to the list `target`.
    Weak,
    /// Makes cycles and drops them, and keeps a dict in the list `target`.
    Busy,
    /// Gives the instance `target` an attribute, its first argument.
    Attach,
    /// Gives its first argument an attribute, `None`.
    SetNone,
    /// Deletes the attributes `next` and `prev` of its first argument.
    BreakBoth,
    /// Calls `collect` at every 17th line of the log.
    Seldom,
    /// Asks the weak reference `target` and appends what it gives to the list `held`.
    Ask,
    /// Makes a weak reference to the object `target` and appends it to the list `held`.
    Late,
    /// Fails.
    Fail,
}

record! {
    struct Native[64] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => log: Addr,
        24 => label: u64,
        32 => does: u64,
        /// Not counted.
        40 => target: Option<Addr>,
        /// A reference that it owns, or NULL.
        48 => held: Option<Addr>,
        /// The weak references to it, if it is a bound one.
        56 => weaklist: Option<Addr>,
    }
}

fn callable(
    exam: &HeapExam,
    ty: usize,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> Addr {
    let op = exam.try_event(format!("def {label}(argument): …"), |heap| {
        let op = heap.alloc(type_at(heap, ty as u64), 0)?;
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

/// A callable with count 1, which writes `label` into `log` when it is called.
pub(crate) fn native(
    exam: &HeapExam,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> Addr {
    callable(exam, NATIVE, log, label, does, target)
}

/// A callable that is a container.
pub(crate) fn bound(
    exam: &HeapExam,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> Addr {
    callable(exam, BOUND, log, label, does, target)
}

/// Changes what a callable looks at.
pub(crate) fn aim(exam: &HeapExam, op: Addr, target: Addr) {
    let label = text_of(exam.word(op.plus(24)));
    exam.event(format!("the callable {label} gets its target"), |heap| {
        Native::at(heap.memory, op).target().set(Some(target));
    });
}

/// A callable takes a reference to `held`.
pub(crate) fn hold(exam: &HeapExam, op: Addr, held: Addr) {
    let label = text_of(exam.word(op.plus(24)));
    exam.event(format!("the callable {label} holds an object"), |heap| {
        let held = new_ref(heap, held);
        let old = Native::at(heap.memory, op).held().replace(Some(held));
        xdecref(heap, old);
    });
}

/// A class whose `__del__` writes `label` into `log`, and the callable.
pub(crate) fn class_with_del(
    exam: &HeapExam,
    log: Log,
    label: &str,
    does: Does,
    target: Option<Addr>,
) -> (Addr, Addr) {
    let class = class_of(exam, "Node", None);
    let del = native(exam, log, label, does, target);
    set_method(exam, class, "__del__", del);
    (class, del)
}

fn native_dealloc(heap: &Heap, op: Addr) {
    xdecref(heap, Native::at(heap.memory, op).held().replace(None));
    (heap.slots(op).free)(heap, op);
}

fn bound_dealloc(heap: &Heap, op: Addr) {
    cycles::track::untrack_then(heap, op, |heap, op| {
        refcounts::weakref::clear_weakrefs(heap, op);
        native_dealloc(heap, op);
    });
}

fn bound_traverse(heap: &Heap, op: Addr, visit: &mut dyn FnMut(Addr)) {
    if let Some(held) = Native::at(heap.memory, op).held().get() {
        visit(held);
    }
}

fn bound_clear(heap: &Heap, op: Addr) {
    xdecref(heap, Native::at(heap.memory, op).held().replace(None));
}

fn native_call(heap: &Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    let native = Native::at(heap.memory, op);
    let (log, label) = (Log(native.log().get()), native.label().get());
    let does = native.does().get();
    let Some(&argument) = args.first() else {
        panic!("the callable was called without an argument");
    };
    let is = |other: Does| does == other as u64;
    let target = || match native.target().get() {
        Some(target) => target,
        None => panic!("this callable has no target"),
    };
    let seen = if is(Does::Count) {
        PyObject::at(heap.memory, argument).ob_refcnt().get()
    } else if is(Does::Alive) {
        let weak = PyWeakReference::at(heap.memory, target());
        u64::from(Some(weak.wr_object().get()) != Root::of(heap.memory).none().get())
    } else if is(Does::Same) {
        u64::from(argument == target())
    } else if is(Does::Finalized) {
        PyGC_Head::of(heap.memory, argument)._gc_prev().get() & 1
    } else if is(Does::Tracked) {
        u64::from(PyGC_Head::of(heap.memory, argument)._gc_next().get() != 0)
    } else if is(Does::Collect) {
        cycles::collect(heap)
    } else {
        NOTHING
    };
    log.write(heap, label, seen);
    if is(Does::Save) {
        list_append(heap, target(), argument)?;
    }
    if is(Does::Empty) {
        while let Some(item) = list::pop(heap, target())? {
            decref(heap, item);
        }
    }
    if is(Does::Break)
        && let Ok(value) = instance::delete_attr(heap, argument, name(heap, "next"))
    {
        decref(heap, value);
    }
    if is(Does::Weak)
        && let Ok(wr) = refcounts::weakref::new(heap, argument, None)
    {
        list::append(heap, target(), wr)?;
    }
    if is(Does::Busy) {
        be_busy(heap, target())?;
    }
    if is(Does::Attach) {
        set_attr(heap, target(), name(heap, "other"), argument)?;
    }
    if is(Does::SetNone) {
        let none = singletons::none(heap);
        set_attr(heap, argument, name(heap, "value"), none)?;
        decref(heap, none);
    }
    if is(Does::BreakBoth) {
        for text in ["next", "prev"] {
            if let Ok(value) = instance::delete_attr(heap, argument, name(heap, text)) {
                decref(heap, value);
            }
        }
    }
    if is(Does::Seldom) && heap.memory.load(log.0).is_multiple_of(17) {
        cycles::collect(heap);
    }
    if is(Does::Ask)
        && let Some(held) = native.held().get()
    {
        list::append(heap, held, refcounts::weakref::get(heap, target()))?;
    }
    if is(Does::Late)
        && let Some(held) = native.held().get()
        && let Ok(wr) = refcounts::weakref::new(heap, target(), None)
    {
        list::append(heap, held, wr)?;
    }
    if is(Does::Fail) {
        return Err(MemoryError::NoMemory { requested: 1 });
    }
    Ok(singletons::none(heap))
}

/// Two cycles that are dropped, and a dict with a list in it that stays.
fn be_busy(heap: &Heap, keep: Addr) -> Result<(), MemoryError> {
    for _ in 0..2 {
        let (a, b) = (list::new(heap)?, list::new(heap)?);
        list_append(heap, a, b)?;
        list_append(heap, b, a)?;
        decref(heap, a);
        decref(heap, b);
    }
    let dict = objects::dict::new(heap)?;
    let key = new_ref(heap, name(heap, "key"));
    let value = list::new(heap)?;
    let _ = objects::dict::set_str(heap, dict, key, value)?;
    list::append(heap, keep, dict)
}
