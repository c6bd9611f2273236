//! Task 4.13: random programs with cycles, against a model that follows every reference.

use memory::object::PyObject;
use memory::{Addr, Heap};
use objects::{ObjectError, instance, list};
use refcounts::containers::{dict_set_item, list_append, set_attr, tuple_pack};
use refcounts::{decref, weakref};

use super::support::{Does, KIT, Log, class_of, class_with_del, del, lists, name, native};

const NAMES: usize = 6;
const EVENTS: usize = 100;
const PROGRAMS: usize = 50;
const STEPS: usize = 60;

/// The kinds of objects that a program makes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    List,
    Tuple,
    Dict,
    Plain,
    /// An instance with a finalizer that does nothing but be counted.
    Finalized,
    /// An instance whose finalizer appends it to the list `saved`, the first time.
    Saving,
}

/// What the model knows of an object. Objects are named by their place in `Model::objects`.
#[derive(Debug)]
struct Known {
    op: Addr,
    kind: Kind,
    owns: Vec<usize>,
    /// Whether its finalizer has run.
    finalized: bool,
    /// Whether a weak reference to it, with a callback, is held by the test and still alive.
    watched: Option<Addr>,
    alive: bool,
}

#[derive(Default)]
struct Model {
    names: [Option<usize>; NAMES],
    saved: Vec<usize>,
    objects: Vec<Known>,
    /// How many finalizers and callbacks must have run.
    finalizers: u64,
    callbacks: u64,
    /// What a collection returned, if that was wrong.
    wrong: Option<String>,
}

impl Model {
    /// The number of references to each object that counting knows.
    fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.objects.len()];
        let owned = self.objects.iter().filter(|known| known.alive);
        let owned = owned.flat_map(|known| &known.owns);
        for &place in owned.chain(self.names.iter().flatten()).chain(&self.saved) {
            counts[place] += 1;
        }
        counts
    }

    /// Which objects names and `saved` lead to.
    fn reachable(&self) -> Vec<bool> {
        let mut found = vec![false; self.objects.len()];
        let mut to_do: Vec<usize> = self
            .names
            .iter()
            .flatten()
            .chain(&self.saved)
            .copied()
            .collect();
        while let Some(place) = to_do.pop() {
            if !found[place] {
                found[place] = true;
                to_do.extend(&self.objects[place].owns);
            }
        }
        found
    }

    fn dies(&mut self, place: usize) {
        let known = &mut self.objects[place];
        known.alive = false;
        known.owns.clear();
        self.callbacks += u64::from(known.watched.is_some());
        known.watched = None;
    }

    /// The finalizer of an object runs; it may save it.
    fn finalizes(&mut self, place: usize) {
        let known = &mut self.objects[place];
        let has_one = matches!(known.kind, Kind::Finalized | Kind::Saving);
        if !has_one || known.finalized {
            return;
        }
        known.finalized = true;
        self.finalizers += 1;
        if known.kind == Kind::Saving {
            self.saved.push(place);
        }
    }

    /// What counting does after a reference has gone: whoever has none left is finalized and, if
    /// that brings it back, lives on; otherwise dies. One at a time, as the order makes no difference
    /// to who lives.
    fn count(&mut self) {
        loop {
            let counts = self.counts();
            let is_gone = |place: &usize| self.objects[*place].alive && counts[*place] == 0;
            let Some(place) = (0..self.objects.len()).find(is_gone) else {
                return;
            };
            self.finalizes(place);
            if self.counts()[place] == 0 {
                self.dies(place);
            }
        }
    }

    /// What a collection does: callbacks of all the dead, finalizers of all the dead, and then those
    /// that are still dead die. Returns what `collect` must return.
    fn collect(&mut self) -> u64 {
        let reachable = self.reachable();
        let dead: Vec<usize> = (0..self.objects.len())
            .filter(|&place| self.objects[place].alive && !reachable[place])
            .collect();
        for &place in &dead {
            let known = &mut self.objects[place];
            self.callbacks += u64::from(known.watched.take().is_some());
        }
        for &place in &dead {
            self.finalizes(place);
        }
        let reachable = self.reachable();
        let mut found = 0;
        for place in dead {
            if !reachable[place] {
                // An empty dict is not tracked: it dies with what refers to it.
                let known = &self.objects[place];
                found += u64::from(known.kind != Kind::Dict || !known.owns.is_empty());
                self.dies(place);
            }
        }
        found
    }

    fn named(&self, random: &mut exam::Random, wanted: impl Fn(Kind) -> bool) -> Option<usize> {
        let bound = self.names.iter().flatten().copied();
        let liked: Vec<usize> = bound
            .filter(|&place| wanted(self.objects[place].kind))
            .collect();
        (!liked.is_empty()).then(|| *random.pick(&liked))
    }
}

/// What a program runs on.
struct World {
    plain: Addr,
    finalized: Addr,
    saving: Addr,
    saved: Addr,
    /// The list that keeps the weak references, so that their callbacks are called.
    held: Addr,
    callback: Addr,
}

#[test]
fn task_4_13_random_programs() {
    exam::task("4.13", "5,000 random programs with cycles, weak references, finalizers and resurrection")
        .heap(KIT)
        .big()
        .run(|exam| {
            exam.note("Each program has six names. It makes lists, tuples, dicts and instances, stores them in each other without any order, drops them and collects now and then. A model that follows every reference says what lives, what each count is, how many finalizers and callbacks must have run, and what gc.collect() returns.");
            let finals = Log::new(exam);
            let called = Log::new(exam);
            let [saved, held] = lists(exam, ["saved", "held"]);
            let world = World {
                plain: class_of(exam, "Plain", None),
                finalized: class_with_del(exam, finals, "del", Does::Nothing, None).0,
                saving: class_with_del(exam, finals, "save", Does::Save, Some(saved)).0,
                saved,
                held,
                callback: native(exam, called, "called", Does::Nothing, None),
            };
            let before = exam.live_blocks();
            let mut random = exam.random();
            for number in 0..EVENTS {
                let from = number * PROGRAMS;
                let label = format!("programs {from} to {}", from + PROGRAMS - 1);
                let wrong = exam.try_event(label, |heap| {
                    for program in from..from + PROGRAMS {
                        let run = Run { heap, world: &world, finals, called };
                        if let Some((wrong, recent)) = run.program(&mut random)? {
                            return Ok(Some((program, wrong, recent)));
                        }
                    }
                    Ok::<_, ObjectError>(None)
                });
                if let Some((program, wrong, recent)) = wrong {
                    exam.note(format!("Program {program}. The steps just before: {recent}"));
                    exam.fail(&wrong);
                }
                exam.equal("live blocks, at the end of these programs", before, exam.live_blocks());
            }
            del(exam, "the classes", &[world.plain, world.finalized, world.saving, saved, held]);
        });
}

/// One program on a heap.
struct Run<'a> {
    heap: &'a Heap<'a>,
    world: &'a World,
    finals: Log,
    called: Log,
}

impl Run<'_> {
    /// Runs a program. The first thing that is not as the model says, and the steps before it.
    fn program(&self, random: &mut exam::Random) -> Result<Option<(String, String)>, ObjectError> {
        let mut model = Model::default();
        let before = self.ran();
        let mut done = Vec::new();
        for _ in 0..STEPS {
            done.push(step(self.heap, self.world, random, &mut model)?);
            if let Some(wrong) = self.differs(&model, before) {
                let recent = done[done.len().saturating_sub(8)..].join("; ");
                return Ok(Some((wrong, recent)));
            }
        }
        finish(self.heap, self.world, &mut model)?;
        let wrong = self.differs(&model, before);
        Ok(wrong.map(|wrong| (wrong, "the end of the program".to_owned())))
    }

    /// How many finalizers and callbacks have run so far.
    fn ran(&self) -> (u64, u64) {
        let lines = |log: Log| self.heap.memory.load(log.addr());
        (lines(self.finals), lines(self.called))
    }

    /// The first thing that is not as the model says.
    fn differs(&self, model: &Model, before: (u64, u64)) -> Option<String> {
        if model.wrong.is_some() {
            return model.wrong.clone();
        }
        for (known, expected) in model.objects.iter().zip(model.counts()) {
            if !known.alive {
                continue;
            }
            let found = PyObject::at(self.heap.memory, known.op).ob_refcnt().get();
            if found != expected {
                let (op, kind) = (known.op, known.kind);
                return Some(format!(
                    "the count of {op} ({kind:?}) is {found} and must be {expected}"
                ));
            }
        }
        let now = self.ran();
        let ran = (now.0 - before.0, now.1 - before.1);
        if ran.0 != model.finalizers {
            let must = model.finalizers;
            return Some(format!("{} finalizers ran and {must} must have", ran.0));
        }
        if ran.1 != model.callbacks {
            let must = model.callbacks;
            return Some(format!(
                "{} callbacks were called and {must} must have been",
                ran.1
            ));
        }
        None
    }
}

const NOTHING: &str = "nothing";

/// One step of a program, and what it was.
fn step(
    heap: &Heap,
    world: &World,
    random: &mut exam::Random,
    model: &mut Model,
) -> Result<&'static str, ObjectError> {
    let at = random.index(NAMES);
    match random.below(16) {
        0..=4 => {
            let (op, kind, owns) = make(heap, world, random, model)?;
            let place = model.objects.len();
            model.objects.push(Known {
                op,
                kind,
                owns,
                finalized: false,
                watched: None,
                alive: true,
            });
            bind(heap, model, at, Some(place));
            Ok("bind a name to a new object")
        }
        5 => {
            let Some(other) = model.named(random, |_| true) else {
                return Ok(NOTHING);
            };
            refcounts::incref(heap, model.objects[other].op);
            bind(heap, model, at, Some(other));
            Ok("bind a name to another name's object")
        }
        6 | 7 => {
            bind(heap, model, at, None);
            Ok("del a name")
        }
        8 => {
            let Some(place) = model.named(random, |kind| {
                kind == Kind::Plain || kind == Kind::Finalized
            }) else {
                return Ok(NOTHING);
            };
            let known = &mut model.objects[place];
            if known.watched.is_none() {
                let wr = weakref::new(heap, known.op, Some(world.callback))?;
                list::append(heap, world.held, wr)?;
                known.watched = Some(wr);
            }
            Ok("make a weak reference with a callback")
        }
        9 => {
            collect(heap, model);
            Ok("gc.collect()")
        }
        _ => store(heap, random, model),
    }
}

/// A collection, and what it must return.
fn collect(heap: &Heap, model: &mut Model) {
    let expected = model.collect();
    let found = cycles::collect(heap);
    if found != expected && model.wrong.is_none() {
        model.wrong = Some(format!(
            "gc.collect() returned {found} and must return {expected}"
        ));
    }
    model.count();
}

/// `name = …`; the reference to the new object is the caller's.
fn bind(heap: &Heap, model: &mut Model, at: usize, place: Option<usize>) {
    let old = std::mem::replace(&mut model.names[at], place);
    if let Some(old) = old {
        decref(heap, model.objects[old].op);
    }
    model.count();
}

fn make(
    heap: &Heap,
    world: &World,
    random: &mut exam::Random,
    model: &Model,
) -> Result<(Addr, Kind, Vec<usize>), ObjectError> {
    Ok(match random.below(8) {
        0 | 1 => (list::new(heap)?, Kind::List, Vec::new()),
        2 => {
            let items = [model.named(random, |_| true), model.named(random, |_| true)];
            let [Some(one), Some(two)] = items else {
                return Ok((list::new(heap)?, Kind::List, Vec::new()));
            };
            let owns = vec![one, two, one];
            let items: Vec<Addr> = owns.iter().map(|&at| model.objects[at].op).collect();
            (tuple_pack(heap, &items)?, Kind::Tuple, owns)
        }
        3 => (objects::dict::new(heap)?, Kind::Dict, Vec::new()),
        4 | 5 => (instance::new(heap, world.plain)?, Kind::Plain, Vec::new()),
        6 => (
            instance::new(heap, world.finalized)?,
            Kind::Finalized,
            Vec::new(),
        ),
        _ => (instance::new(heap, world.saving)?, Kind::Saving, Vec::new()),
    })
}

/// Stores any object in any container.
fn store(
    heap: &Heap,
    random: &mut exam::Random,
    model: &mut Model,
) -> Result<&'static str, ObjectError> {
    let Some(place) = model.named(random, |kind| kind != Kind::Tuple) else {
        return Ok(NOTHING);
    };
    let Some(item) = model.named(random, |_| true) else {
        return Ok(NOTHING);
    };
    let stored = model.objects[item].op;
    let known = &mut model.objects[place];
    let what = match known.kind {
        Kind::List if known.owns.len() >= 4 => {
            if let Some(popped) = list::pop(heap, known.op)? {
                known.owns.pop();
                decref(heap, popped);
            }
            "pop from a list"
        }
        Kind::List => {
            list_append(heap, known.op, stored)?;
            known.owns.push(item);
            "append to a list"
        }
        // One key, which the model does not follow.
        Kind::Dict => {
            dict_set_item(heap, known.op, name(heap, "key"), stored)?;
            known.owns = vec![item];
            "set a dict's value"
        }
        // `next` is the first attribute that each instance gets, `value` the second.
        Kind::Plain | Kind::Finalized | Kind::Saving => {
            let index = random.index(2).min(known.owns.len());
            set_attr(heap, known.op, name(heap, ["next", "value"][index]), stored)?;
            match known.owns.get_mut(index) {
                Some(owned) => *owned = item,
                None => known.owns.push(item),
            }
            "set an attribute"
        }
        Kind::Tuple => NOTHING,
    };
    model.count();
    Ok(what)
}

/// All names go. Then, as long as finalizers save something, all that is saved goes.
fn finish(heap: &Heap, world: &World, model: &mut Model) -> Result<(), ObjectError> {
    for at in 0..NAMES {
        bind(heap, model, at, None);
    }
    loop {
        collect(heap, model);
        if model.saved.is_empty() {
            break;
        }
        model.saved.clear();
        cycles::clear::list_clear(heap, world.saved);
        model.count();
    }
    cycles::clear::list_clear(heap, world.held);
    Ok(())
}
