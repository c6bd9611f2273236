//! What the tests run on: the slot table of each step, and two types of the tests' own.
//!
//! A *witness* writes a line into a log when it dies. A *native* can be called, as a weak reference's
//! callback or as `__del__`, and writes into a log what it sees. Logs are in static storage, so that
//! they take no blocks.

use exam::{HeapExam, Kit};
use memory::object::PyObject;
use memory::{Addr, Heap, MemoryError, Root, Slots, record};
use objects::types::type_at;
use objects::{class, instance, int, list, singletons, str};
use refcounts::{COUNTING, FREEING, TRASHCAN, TYPES, WEAKREFS, decref, index, new_ref};

const WITNESS: usize = index::COUNT;
const NATIVE: usize = index::COUNT + 1;

/// The kit of each step: a slot table and the two types of the tests.
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
    COUNTING_KIT = COUNTING;
    FREEING_KIT = FREEING;
    TRASHCAN_KIT = TRASHCAN;
    BUSY_KIT = BUSY;
    WEAKREFS_KIT = WEAKREFS;
    KIT = TYPES;
}

/// [`TRASHCAN`], where making a weak reference runs other code, as a collection will from lab 7 on.
const BUSY: [Slots; index::COUNT] = {
    let mut types = TRASHCAN;
    types[index::WEAKREF as usize].alloc = busy_alloc;
    types
};

/// Two words that tell [`busy_alloc`] what to do: a weak reference to give up, and an object to make
/// a weak reference to, which then takes the first one's place.
pub(crate) fn busy<'m>(heap: &Heap<'m>) -> [memory::Field<'m, Option<Addr>>; 2] {
    let state = memory::GcState::of(heap.memory);
    [state.garbage(), state.callbacks()]
}

fn busy_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let op = objects::object::generic_alloc(heap, ty, nitems)?;
    let [gives_up, makes] = busy(heap);
    if let Some(wr) = gives_up.replace(None) {
        decref(heap, wr);
    }
    if let Some(of) = makes.replace(None)
        && let Ok(wr) = refcounts::weakref::new(heap, of, None)
    {
        gives_up.set(Some(wr));
    }
    Ok(op)
}

const fn with_test_types(table: [Slots; index::COUNT]) -> [Slots; index::COUNT + 2] {
    let mut all = [table[0]; index::COUNT + 2];
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
    all
}

/// The names that the tests use are interned before the first event: they are never given back.
const NAMES: [&str; 7] = [
    "wheels", "next", "value", "other", "engine", "__del__", "key",
];

fn start(heap: &Heap) -> Result<(), MemoryError> {
    (super::GROUND.start)(heap)?;
    refcounts::start(heap)?;
    for name in NAMES {
        str::intern(heap, name)?;
    }
    Ok(())
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

/// A list of these items, which it steals.
pub(crate) fn list_of(exam: &HeapExam, label: &str, items: &[Addr]) -> Addr {
    let made = format!("{label} = a list of {} items", items.len());
    let op = exam.try_event(made, |heap| list::from_items(heap, items));
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

/// Gives a class a method; it takes over the reference to `value`.
pub(crate) fn set_method(exam: &HeapExam, class: Addr, text: &str, value: Addr) {
    exam.try_event(format!("the class gets {text}"), |heap| {
        let old = class::set_attr(heap, class, name(heap, text), value)?;
        refcounts::xdecref(heap, old);
        Ok::<_, MemoryError>(())
    });
}

/// An instance with count 1.
pub(crate) fn instance_of(exam: &HeapExam, label: &str, class: Addr) -> Addr {
    let op = exam.try_event(format!("{label} = an instance"), |heap| {
        instance::new(heap, class)
    });
    exam.name(op, label);
    op
}

/// `op.text = value`; the reference to `value` is stolen.
pub(crate) fn give_attr(exam: &HeapExam, op: Addr, text: &str, value: Addr) {
    exam.try_event(format!("the instance gets {text}"), |heap| {
        let old = instance::set_attr(heap, op, name(heap, text), value)?;
        refcounts::xdecref(heap, old);
        Ok::<_, MemoryError>(())
    });
}

// ------------------------------------------------------------------ logs

/// A log in static storage: the number of its lines, then two words for each.
#[derive(Clone, Copy)]
pub(crate) struct Log(Addr);

const LINES: u64 = 250;

impl Log {
    pub(crate) fn new(exam: &HeapExam) -> Log {
        let room = 8 + 16 * LINES;
        let log = exam.try_event("a log for the test", |heap| regions_alloc(heap, room));
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
        let lines = (0..exam.word(self.0)).map(|line| {
            let line = self.0.plus(8 + 16 * line);
            let label = text_of(exam.word(line));
            match exam.word(line.plus(8)) {
                NOTHING => label,
                info => format!("{label}={}", Log::info(info)),
            }
        });
        lines.collect::<Vec<_>>().join(", ")
    }

    /// What a log shows of a word: addresses, and whatever is as big, in hex.
    pub(crate) fn info(word: u64) -> String {
        match word {
            0..0x1000 => word.to_string(),
            _ => format!("{word:#x}"),
        }
    }

    /// How many lines there are.
    pub(crate) fn len(self, exam: &HeapExam) -> u64 {
        exam.word(self.0)
    }
}

const NOTHING: u64 = u64::MAX;

fn regions_alloc(heap: &Heap, size: u64) -> Result<Addr, MemoryError> {
    // Static storage, behind what `start` made.
    let data = Root::of(heap.memory).region(memory::Region::Data);
    let end = data.end().get();
    if end + size > data.limit().get() {
        return Err(MemoryError::NoMemory { requested: size });
    }
    data.end().set(end + size);
    Addr::new(end).ok_or(MemoryError::NoMemory { requested: size })
}

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
    let op = exam.try_event(
        format!("{label} = an object that tells when it dies"),
        |heap| make_witness(heap, log, label, look_at),
    );
    exam.name(op, label);
    op
}

/// As [`witness_of`], within an event.
pub(crate) fn make_witness(
    heap: &Heap,
    log: Log,
    label: &str,
    look_at: Option<Addr>,
) -> Result<Addr, MemoryError> {
    let op = heap.alloc(type_at(heap, WITNESS as u64), 0)?;
    let witness = Witness::at(heap.memory, op);
    witness.log().set(log.0);
    witness.label().set(letters(label));
    witness.look_at().set(look_at);
    Ok(op)
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
    /// Returns a fresh int.
    Fresh,
    /// Fails.
    Fail,
    /// Writes 1 if its first argument is marked as finalized, otherwise 0.
    Finalized,
}

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
    let op = exam.try_event(format!("def {label}(argument): …"), |heap| {
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

/// Changes what a native looks at.
pub(crate) fn aim(exam: &HeapExam, op: Addr, target: Addr) {
    let label = text_of(exam.word(op.plus(24)));
    exam.event(format!("the callable {label} gets its target"), |heap| {
        Native::at(heap.memory, op).target().set(Some(target));
    });
}

fn native_dealloc(heap: &Heap, op: Addr) {
    (heap.slots(op).free)(heap, op);
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
        let weak = memory::object::PyWeakReference::at(heap.memory, target());
        u64::from(Some(weak.wr_object().get()) != Root::of(heap.memory).none().get())
    } else if is(Does::Same) {
        u64::from(argument == target())
    } else if is(Does::Finalized) {
        let head = memory::object::PyGC_Head::of(heap.memory, argument);
        head._gc_prev().get() & 1
    } else {
        NOTHING
    };
    log.write(heap, label, seen);
    if is(Does::Save) {
        list::append(heap, target(), new_ref(heap, argument))?;
    }
    if is(Does::Empty) {
        while let Some(item) = list::pop(heap, target())? {
            decref(heap, item);
        }
    }
    if is(Does::Fresh) {
        return int::from_i64(heap, 5000);
    }
    if is(Does::Fail) {
        return Err(MemoryError::NoMemory { requested: 1 });
    }
    Ok(singletons::none(heap))
}
