//! Random programs, and an oracle that says what a collector must have done after each step.
//!
//! The oracle knows no list, no `gc_refs` and no head. It keeps who refers to whom, and which
//! generation each object is in, and asks one question again and again: what can be reached from
//! where? From that it says which objects are there, how often each is referred to, which finalizers
//! and callbacks ran, and what `collect` returned.
//!
//! In a program of the first kind collections are asked for, and everything is known exactly. In one
//! of the second kind they begin by themselves, in the middle of allocations; then the oracle takes
//! from the log *when* something happened, and says whether it was allowed and whether it was all.

use exam::Random;
use generations::{TYPES, index};
use memory::object::{PyGC_Head, PyListObject, PyObject, PyWeakReference};
use memory::{Addr, GcState, Heap, MemoryError, Root, Slots, record};
use objects::types::type_at;
use objects::{ObjectError, class, dict, instance, int, list, singletons, str};
use refcounts::containers::{dict_del_item, dict_set_item, list_append, set_attr, tuple_pack};
use refcounts::{decref, new_ref, weakref, xdecref};

const HOOK: usize = index::COUNT;

/// The lab's types, and one for finalizers and callbacks.
pub(crate) const PROGRAM_TYPES: [Slots; index::COUNT + 1] = {
    let mut all = [TYPES[0]; index::COUNT + 1];
    let mut at = 0;
    while at < index::COUNT {
        all[at] = TYPES[at];
        at += 1;
    }
    all[HOOK] = Slots {
        name: "hook",
        basicsize: Hook::SIZE,
        dealloc: |heap, op| (heap.slots(op).free)(heap, op),
        call: Some(hook_call),
        ..objects::OBJECT
    };
    all
};

record! {
    /// A callable that writes its first argument into the log, and does one thing more.
    struct Hook[40] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => log: Addr,
        24 => does: u64,
        32 => target: Option<Addr>,
    }
}

/// What a finalizer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Del {
    /// There is none.
    None,
    /// Only a line in the log.
    Log,
    /// Brings its object back: appends it to `saved`.
    Save,
    /// Drops the last item of `shared`.
    Pop,
}

const DELS: [Del; 4] = [Del::None, Del::Log, Del::Save, Del::Pop];

fn hook_call(heap: &Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    let hook = Hook::at(heap.memory, op);
    let Some(&argument) = args.first() else {
        panic!("a callable was called without an argument");
    };
    let log = hook.log().get();
    let lines = heap.memory.load(log);
    assert!(lines < LINES, "more than {LINES} lines in one step");
    heap.memory.store(log.plus(8 + 8 * lines), argument.get());
    heap.memory.store(log, lines + 1);
    match (DELS[hook.does().get() as usize], hook.target().get()) {
        (Del::Save, Some(saved)) => list_append(heap, saved, argument)?,
        (Del::Pop, Some(shared)) => pop(heap, shared)?,
        _ => {}
    }
    Ok(singletons::none(heap))
}

/// Drops the last item of the list, but never its first, which is `None`.
fn pop(heap: &Heap, list: Addr) -> Result<(), MemoryError> {
    if list::len(heap, list) > 1 {
        xdecref(heap, list::pop(heap, list)?);
    }
    Ok(())
}

const LINES: u64 = 500;
const NAMES: usize = 6;

/// What all programs on one heap have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    log: Addr,
    /// A class for each of [`DELS`].
    classes: [Addr; 4],
    saved: Addr,
    shared: Addr,
    callback: Addr,
    attrs: [Addr; 2],
}

impl World {
    /// Makes it; the log is in static storage.
    pub(crate) fn new(heap: &Heap) -> Result<World, ObjectError> {
        let log = regions::static_alloc(heap.memory, 8 + 8 * LINES)?;
        let (saved, shared) = (list::new(heap)?, list::new(heap)?);
        // Their blocks of items never come and go.
        for op in [saved, shared] {
            list::append(heap, op, singletons::none(heap))?;
        }
        let hook = |does: Del, target| {
            let op = heap.alloc(type_at(heap, HOOK as u64), 0)?;
            let hook = Hook::at(heap.memory, op);
            hook.log().set(log);
            hook.does().set(does as u64);
            hook.target().set(target);
            Ok::<_, MemoryError>(op)
        };
        let mut classes = [saved; 4];
        for (place, does) in classes.iter_mut().zip(DELS) {
            *place = class::new(heap, "Node", None)?;
            let target = match does {
                Del::Save => Some(saved),
                Del::Pop => Some(shared),
                Del::None | Del::Log => None,
            };
            if does != Del::None {
                let del = hook(does, target)?;
                let name = str::intern(heap, "__del__")?;
                xdecref(heap, class::set_attr(heap, *place, name, del)?);
            }
        }
        let attrs = [str::intern(heap, "next")?, str::intern(heap, "other")?];
        Ok(World {
            log,
            classes,
            saved,
            shared,
            callback: hook(Del::Log, None)?,
            attrs,
        })
    }
}

/// The number of an object in the model.
type Id = usize;

/// Some of the objects: whether each is one of them.
type Set = Vec<bool>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    /// One value, under the key 7.
    Dict {
        used: bool,
    },
    Tuple,
    Node(Del),
    Weak {
        of: Option<Id>,
        callback: bool,
    },
}

#[derive(Clone, Debug)]
struct Known {
    op: Addr,
    kind: Kind,
    /// What it refers to, once for each reference; of a node, at most one for each attribute.
    owns: Vec<Option<Id>>,
    /// Its generation, if it is tracked.
    generation: Option<u64>,
    finalized: bool,
}

/// What ran: the finalizer of an object, or the callback of a weak reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Finalized(Id),
    Called(Id),
}

#[derive(Default)]
struct Model {
    objects: Vec<Option<Known>>,
    /// What the program's names refer to.
    names: [Option<Id>; NAMES],
    saved: Vec<Id>,
    shared: Vec<Id>,
    events: Vec<Event>,
    /// Weak references that a collection of this step found dead.
    dead_weak: Vec<Id>,
}

impl Model {
    fn add(&mut self, op: Addr, kind: Kind, owns: Vec<Option<Id>>, generation: Option<u64>) -> Id {
        self.objects.push(Some(Known {
            op,
            kind,
            owns,
            generation,
            finalized: false,
        }));
        self.objects.len() - 1
    }

    fn get(&self, id: Id) -> &Known {
        match &self.objects[id] {
            Some(known) => known,
            None => panic!("the model refers to an object that is gone"),
        }
    }

    fn get_mut(&mut self, id: Id) -> &mut Known {
        match &mut self.objects[id] {
            Some(known) => known,
            None => panic!("the model refers to an object that is gone"),
        }
    }

    fn all(&self) -> impl Iterator<Item = (Id, &Known)> {
        let all = self.objects.iter().enumerate();
        all.filter_map(|(id, known)| known.as_ref().map(|known| (id, known)))
    }

    /// What is referred to from outside of the objects: by names, `saved` and `shared`.
    fn roots(&self) -> impl Iterator<Item = Id> {
        let names = self.names.iter().flatten();
        names.chain(&self.saved).chain(&self.shared).copied()
    }

    /// All that can be reached from `from` without leaving `within`.
    fn reachable(&self, mut from: Vec<Id>, within: &Set) -> Set {
        let mut found = vec![false; self.objects.len()];
        while let Some(id) = from.pop() {
            if within[id] && !found[id] {
                found[id] = true;
                from.extend(self.get(id).owns.iter().flatten());
            }
        }
        found
    }

    /// What the program can still use.
    fn live(&self) -> Set {
        let everything: Set = self.objects.iter().map(Option::is_some).collect();
        self.reachable(self.roots().collect(), &everything)
    }

    /// Which of `set` can be reached from outside of it.
    fn kept(&self, set: &Set) -> Set {
        let mut from: Vec<Id> = self.roots().collect();
        for (_, known) in self.all().filter(|&(id, _)| !set[id]) {
            from.extend(known.owns.iter().flatten());
        }
        self.reachable(from, set)
    }

    /// How many references there are to each object, from roots and from those of `set`.
    fn references(&self, set: Option<&Set>) -> Vec<u64> {
        let mut count = vec![0; self.objects.len()];
        for id in self.roots() {
            count[id] += 1;
        }
        for (id, known) in self.all() {
            if set.is_none_or(|set| set[id]) {
                for &id in known.owns.iter().flatten() {
                    count[id] += 1;
                }
            }
        }
        count
    }

    /// Objects without a reference go at once, one after the other.
    fn let_go(&mut self) {
        loop {
            let count = self.references(None);
            let lonely = self.all().find(|&(id, _)| count[id] == 0);
            let Some((id, _)) = lonely else { return };
            self.finalize(id);
            if self.saved.contains(&id) {
                // It is tracked anew.
                self.get_mut(id).generation = Some(0);
                continue;
            }
            for wr in self.weak_references(id) {
                self.end_weak(wr);
                if self.has_callback(wr) {
                    self.events.push(Event::Called(wr));
                }
            }
            self.objects[id] = None;
        }
    }

    fn finalize(&mut self, id: Id) {
        let known = self.get_mut(id);
        let Kind::Node(del) = known.kind else { return };
        if del == Del::None || known.finalized {
            return;
        }
        known.finalized = true;
        self.events.push(Event::Finalized(id));
        match del {
            Del::Save => self.saved.push(id),
            Del::Pop => {
                self.shared.pop();
            }
            Del::None | Del::Log => {}
        }
    }

    fn weak_references(&self, to: Id) -> Vec<Id> {
        let all = self
            .all()
            .filter(|(_, known)| matches!(known.kind, Kind::Weak { of: Some(of), .. } if of == to));
        all.map(|(id, _)| id).collect()
    }

    fn end_weak(&mut self, wr: Id) {
        if let Kind::Weak { of, .. } = &mut self.get_mut(wr).kind {
            *of = None;
        }
    }

    fn has_callback(&self, wr: Id) -> bool {
        matches!(self.get(wr).kind, Kind::Weak { callback: true, .. })
    }

    fn may_be_tracked(&self, id: Id) -> bool {
        let known = self.get(id);
        known.kind != Kind::Tuple || known.generation.is_some()
    }

    /// A collection of `generation`; what it returns.
    fn collect(&mut self, generation: u64) -> u64 {
        let old = (generation + 1).min(2);
        let mut young = vec![false; self.objects.len()];
        for (id, known) in self.all() {
            young[id] = known.generation.is_some_and(|of| of <= generation);
        }
        let kept = self.kept(&young);
        let both = |id: &Id| (young[*id], kept[*id]);
        let ids = || 0..young.len();
        let dead: Vec<Id> = ids().filter(|id| both(id) == (true, false)).collect();
        let kept: Vec<Id> = ids().filter(|id| kept[*id]).collect();
        for &id in &kept {
            self.get_mut(id).generation = Some(old);
        }
        // Tuples first, and dicts if it is a full collection.
        for dicts in [false, true] {
            for &id in &kept {
                let known = self.get(id);
                let concerned = match known.kind {
                    Kind::Tuple => !dicts,
                    Kind::Dict { .. } => dicts && generation == 2,
                    _ => false,
                };
                let mut items = known.owns.iter().flatten();
                if concerned && !items.any(|&item| self.may_be_tracked(item)) {
                    self.get_mut(id).generation = None;
                }
            }
        }
        // All weak references to and among the dead end; then callbacks of living ones run.
        let mut to_call = Vec::new();
        for &id in &dead {
            if matches!(self.get(id).kind, Kind::Weak { .. }) {
                self.end_weak(id);
                self.dead_weak.push(id);
            }
            for wr in self.weak_references(id) {
                self.end_weak(wr);
                if self.has_callback(wr) && !dead.contains(&wr) {
                    to_call.push(wr);
                }
            }
        }
        for wr in to_call {
            self.events.push(Event::Called(wr));
            self.get_mut(wr).generation = Some(old);
        }
        for &id in &dead {
            self.finalize(id);
        }
        let mut set = vec![false; self.objects.len()];
        dead.iter().for_each(|&id| set[id] = true);
        let back = self.kept(&set);
        let mut gone = 0;
        for &id in &dead {
            if back[id] {
                self.get_mut(id).generation = Some(old);
            } else {
                self.objects[id] = None;
                gone += 1;
            }
        }
        // What finalizers dropped and what the dead held.
        self.let_go();
        gone
    }

    /// How many blocks there are.
    fn blocks(&self) -> u64 {
        let blocks = self.all().map(|(_, known)| match known.kind {
            Kind::List => 1 + u64::from(!known.owns.is_empty()),
            Kind::Dict { used } => 1 + u64::from(used),
            Kind::Tuple | Kind::Weak { .. } => 1,
            Kind::Node(_) => 2,
        });
        blocks.sum()
    }
}

/// A program, while it runs.
pub(crate) struct Program<'a> {
    heap: &'a Heap<'a>,
    world: World,
    model: Model,
    /// Whether collections begin by themselves.
    automatic: bool,
    /// What it did, for a message.
    done: Vec<String>,
    /// The address of each object.
    at: Vec<u64>,
    /// The object of each weak reference with a callback.
    targets: Vec<Option<Id>>,
    /// Objects with a finalizer, all that there ever were.
    with_del: Vec<Id>,
    /// How often the finalizer of each object, or the callback of each weak reference, ran.
    happened: Vec<u64>,
    /// The tracked objects that are none of the program's.
    strangers: Vec<(u64, u64)>,
}

impl<'a> Program<'a> {
    /// Runs one program of `steps` steps and says what went wrong. `blocks` tells how many blocks are
    /// live, if that can be known.
    pub(crate) fn run(
        heap: &'a Heap<'a>,
        world: World,
        random: &mut Random,
        steps: usize,
        blocks: Option<&dyn Fn() -> u64>,
    ) -> Result<(), String> {
        let automatic = random.chance(1, 3);
        let thresholds = match automatic {
            true => [
                1 + random.below(12),
                1 + random.below(3),
                1 + random.below(3),
            ],
            false => [0, 10, 10],
        };
        let mut program = Program {
            heap,
            world,
            model: Model::default(),
            automatic,
            done: vec![format!("gc.set_threshold{thresholds:?}")],
            at: Vec::new(),
            targets: Vec::new(),
            with_del: Vec::new(),
            happened: Vec::new(),
            strangers: generations_of(heap),
        };
        generations::threshold::set_threshold(heap, &thresholds);
        let result = program.all_steps(random, steps, blocks);
        result.map_err(|words| format!("{words}\nthe program:\n  {}", program.done.join("\n  ")))
    }

    fn all_steps(
        &mut self,
        random: &mut Random,
        steps: usize,
        blocks: Option<&dyn Fn() -> u64>,
    ) -> Result<(), String> {
        let before = blocks.map(|blocks| blocks());
        let leaks = |model: &Model| match (blocks, before) {
            (Some(blocks), Some(before)) if blocks() != before + model.blocks() => Err(format!(
                "{} blocks are live instead of {}",
                blocks() - before,
                model.blocks()
            )),
            _ => Ok(()),
        };
        for _ in 0..steps {
            let found = self.step(random).map_err(|error| error.to_string())?;
            self.check(found)?;
            if !self.automatic {
                leaks(&self.model)?;
            }
        }
        self.end()?;
        leaks(&Model::default())
    }

    fn say(&mut self, words: String) {
        self.done.push(words);
    }

    /// One of the objects that have names.
    fn pick(&self, random: &mut Random, wanted: impl Fn(&Known) -> bool) -> Option<Id> {
        let named = self.model.names.iter().flatten().copied();
        let liked: Vec<Id> = named.filter(|&id| wanted(self.model.get(id))).collect();
        (!liked.is_empty()).then(|| *random.pick(&liked))
    }

    /// A name is bound to the object that was made at `op`.
    fn bind_new(&mut self, name: usize, op: Addr, kind: Kind, owns: Vec<Option<Id>>) {
        let tracked = !matches!(kind, Kind::Dict { .. });
        let id = self.model.add(op, kind, owns, tracked.then_some(0));
        self.at.push(op.get());
        self.happened.push(0);
        self.targets.push(match kind {
            Kind::Weak { of, callback: true } => of,
            _ => None,
        });
        if matches!(kind, Kind::Node(del) if del != Del::None) {
            self.with_del.push(id);
        }
        self.say(format!("n{name} = {kind:?}, object {id}"));
        self.bind(name, id);
    }

    /// A name is bound to an object, whose reference it takes over.
    fn bind(&mut self, name: usize, id: Id) {
        if let Some(old) = self.model.names[name].replace(id) {
            decref(self.heap, self.model.get(old).op);
        }
    }

    /// One step; what a collection should have returned and what it did, if the step was one.
    fn step(&mut self, random: &mut Random) -> Result<Option<(u64, u64)>, ObjectError> {
        let heap = self.heap;
        let name = random.index(NAMES);
        match random.below(21) {
            0 | 1 => {
                let op = list::new(heap)?;
                self.bind_new(name, op, Kind::List, Vec::new());
            }
            2 => {
                let op = dict::new(heap)?;
                self.bind_new(name, op, Kind::Dict { used: false }, vec![None]);
            }
            3..=6 => {
                let which = random.index(4);
                let op = instance::new(heap, self.world.classes[which])?;
                self.bind_new(name, op, Kind::Node(DELS[which]), vec![None, None]);
            }
            7 => {
                // Items are no tuples: whether a tuple of tuples is untracked depends on the order.
                let item = self.pick(random, |known| known.kind != Kind::Tuple);
                let item = item.filter(|_| random.chance(3, 4));
                let stored = match item {
                    Some(item) => new_ref(heap, self.model.get(item).op),
                    None => int::from_i64(heap, 3)?,
                };
                let op = tuple_pack(heap, &[stored])?;
                decref(heap, stored);
                self.bind_new(name, op, Kind::Tuple, vec![item]);
            }
            8 => self.weak_reference(name, random)?,
            9 | 10 => {
                if let Some(id) = self.model.names[name].take() {
                    self.say(format!("del n{name}"));
                    decref(heap, self.model.get(id).op);
                }
            }
            11 => {
                if let Some(id) = self.pick(random, |_| true) {
                    self.say(format!("shared.append(object {id})"));
                    list_append(heap, self.world.shared, self.model.get(id).op)?;
                    self.model.shared.push(id);
                }
            }
            12 => {
                if self.model.saved.pop().is_some() {
                    self.say("saved.pop()".to_owned());
                    pop(heap, self.world.saved)?;
                }
            }
            13 | 14 => {
                let generation = random.below(3);
                self.say(format!("gc.collect({generation})"));
                let found = generations::collect(heap, generation as i64)?;
                let expected = match self.automatic {
                    true => found,
                    false => self.model.collect(generation),
                };
                return Ok(Some((expected, found)));
            }
            15 => {
                self.say("gc.freeze(); gc.unfreeze()".to_owned());
                generations::freeze::freeze(heap);
                generations::freeze::unfreeze(heap);
                for known in self.model.objects.iter_mut().flatten() {
                    known.generation = known.generation.map(|_| 2);
                }
            }
            _ => self.store(random)?,
        }
        Ok(None)
    }

    fn weak_reference(&mut self, name: usize, random: &mut Random) -> Result<(), ObjectError> {
        let Some(of) = self.pick(random, |known| matches!(known.kind, Kind::Node(_))) else {
            return Ok(());
        };
        let callback = random.chance(2, 3);
        let given = callback.then_some(self.world.callback);
        let op = weakref::new(self.heap, self.model.get(of).op, given)?;
        let live = self.model.live();
        let same = |&wr: &Id| {
            let known = self.model.get(wr);
            !callback
                && !self.model.has_callback(wr)
                && known.op == op
                && (!self.automatic || live[wr])
        };
        match self.model.weak_references(of).into_iter().find(same) {
            Some(wr) => {
                self.say(format!("n{name} = object {wr} again"));
                self.bind(name, wr);
            }
            None => {
                let of = Some(of);
                self.bind_new(name, op, Kind::Weak { of, callback }, Vec::new());
            }
        }
        Ok(())
    }

    /// Stores an object in a container, or takes one out.
    fn store(&mut self, random: &mut Random) -> Result<(), ObjectError> {
        let heap = self.heap;
        let changeable = |known: &Known| !matches!(known.kind, Kind::Tuple | Kind::Weak { .. });
        let to = self.pick(random, changeable);
        let (Some(to), Some(item)) = (to, self.pick(random, |_| true)) else {
            return Ok(());
        };
        let (op, stored) = (self.model.get(to).op, self.model.get(item).op);
        let may_be_tracked = self.model.may_be_tracked(item);
        match self.model.get(to).kind {
            Kind::List if random.chance(1, 4) => {
                self.say(format!("object {to}.pop()"));
                self.model.get_mut(to).owns.pop();
                let popped = list::pop(heap, op)?;
                xdecref(heap, popped);
            }
            Kind::List => {
                self.say(format!("object {to}.append(object {item})"));
                self.model.get_mut(to).owns.push(Some(item));
                list_append(heap, op, stored)?;
            }
            Kind::Dict { .. } => {
                let key = int::from_i64(heap, 7)?;
                let known = self.model.get_mut(to);
                if known.owns[0].is_some() && random.chance(1, 3) {
                    known.owns[0] = None;
                    self.say(format!("del object {to}[7]"));
                    dict_del_item(heap, op, key)?;
                } else {
                    known.owns[0] = Some(item);
                    known.kind = Kind::Dict { used: true };
                    if may_be_tracked && known.generation.is_none() {
                        known.generation = Some(0);
                    }
                    self.say(format!("object {to}[7] = object {item}"));
                    dict_set_item(heap, op, key, stored)?;
                }
                decref(heap, key);
            }
            Kind::Node(_) => {
                let which = random.index(2);
                self.say(format!("object {to}.attribute {which} = object {item}"));
                self.model.get_mut(to).owns[which] = Some(item);
                set_attr(heap, op, self.world.attrs[which], stored)?;
            }
            Kind::Tuple | Kind::Weak { .. } => {}
        }
        Ok(())
    }

    /// The youngest object that had this address.
    fn named(&self, op: u64) -> Option<Id> {
        self.at.iter().rposition(|&at| at == op)
    }

    /// What ran since the last call, in its order.
    fn read_log(&mut self) -> Result<Vec<Event>, String> {
        let memory = self.heap.memory;
        let lines = memory.load(self.world.log);
        memory.store(self.world.log, 0);
        let event = |line| {
            let op = memory.load(self.world.log.plus(8 + 8 * line));
            match self.named(op) {
                Some(id) if self.targets[id].is_some() => Ok(Event::Called(id)),
                Some(id) => Ok(Event::Finalized(id)),
                None => Err(format!(
                    "something was called with {op:#x}, which is no object"
                )),
            }
        };
        (0..lines).map(event).collect()
    }

    /// After a step: everything must be as the oracle says.
    fn check(&mut self, found: Option<(u64, u64)>) -> Result<(), String> {
        if let Some((expected, found)) = found
            && expected != found
        {
            return Err(format!(
                "gc.collect() returned {found} instead of {expected}"
            ));
        }
        let events = self.read_log()?;
        for &event in &events {
            let (Event::Finalized(id) | Event::Called(id)) = event;
            self.happened[id] += 1;
        }
        match self.automatic {
            true => self.check_automatic(&events),
            false => self.check_exactly(&events, found.is_some()),
        }
    }

    fn check_exactly(&mut self, events: &[Event], found: bool) -> Result<(), String> {
        self.model.let_go();
        let expected = std::mem::take(&mut self.model.events);
        let dead_weak = std::mem::take(&mut self.model.dead_weak);
        // A weak reference and its object may both go when a third object does. Which goes first is
        // not documented, and neither is whether the callback is called then.
        let known = |event: &&Event| match **event {
            Event::Finalized(_) => true,
            Event::Called(wr) => self.model.objects[wr].is_some() || dead_weak.contains(&wr),
        };
        let sorted = |events: &[Event]| {
            let mut sorted: Vec<Event> = events.iter().filter(known).copied().collect();
            sorted.sort_unstable();
            sorted
        };
        if sorted(&expected) != sorted(events) {
            return Err(format!("what ran is {events:?} instead of {expected:?}"));
        }
        // The order that is documented: on the path of counting a finalizer runs before the
        // callbacks of its object, in a collection after them.
        let callback_first = |events: &[Event], wr: Id, of: Id| {
            let place = |event| events.iter().position(|&other| other == event);
            Some(place(Event::Called(wr))? < place(Event::Finalized(of))?)
        };
        let targets = self.targets.iter().enumerate().filter(|_| events.len() > 1);
        for (wr, of) in targets.filter_map(|(wr, &of)| Some((wr, of?))) {
            let first = callback_first(events, wr, of);
            let expected = callback_first(&expected, wr, of);
            if first.is_some() && expected.is_some() && first != expected {
                return Err(format!(
                    "whether the callback of {wr} runs before the finalizer of {of}: {first:?}, of {events:?}"
                ));
            }
        }
        self.check_saved()?;
        let count = self.model.references(None);
        for (id, known) in self.model.all() {
            let expected = count[id];
            self.check_object(id, known)?;
            let found = PyObject::at(self.heap.memory, known.op).ob_refcnt().get();
            if found != expected {
                return Err(format!(
                    "the count of object {id} is {found} instead of {expected}"
                ));
            }
            if let Kind::Weak { of, .. } = known.kind {
                let object = PyWeakReference::at(self.heap.memory, known.op)
                    .wr_object()
                    .get();
                let expected = of.map(|of| self.model.get(of).op);
                if Some(object) != expected.or(Root::of(self.heap.memory).none().get()) {
                    return Err(format!(
                        "weak reference {id} refers to {object} instead of {expected:?}"
                    ));
                }
            }
        }
        match found || self.done.len().is_multiple_of(4) {
            true => self.check_generations(),
            false => Ok(()),
        }
    }

    /// Each tracked object must be in its generation, and no other object in any.
    fn check_generations(&self) -> Result<(), String> {
        let found = generations_of(self.heap);
        let mut expected = Vec::new();
        for (_, known) in self.model.all() {
            expected.extend(known.generation.map(|number| (known.op.get(), number)));
        }
        let sorted = |mut all: Vec<(u64, u64)>| {
            all.sort_unstable();
            all
        };
        let strangers = |&(op, _): &(u64, u64)| !self.is_stranger(op);
        let [found, expected] =
            [found, expected].map(|all| sorted(all.into_iter().filter(strangers).collect()));
        if found == expected {
            return Ok(());
        }
        let name = |&(op, number): &(u64, u64)| match self.named(op) {
            Some(id) => format!("object {id} in generation {number}"),
            None => format!("{op:#x} in generation {number}"),
        };
        let [found, expected] =
            [found, expected].map(|all| all.iter().map(name).collect::<Vec<_>>());
        Err(format!("tracked are {found:?} instead of {expected:?}"))
    }

    /// Whether the object at `op` is tracked and none of the program's.
    fn is_stranger(&self, op: u64) -> bool {
        self.strangers.iter().any(|&(other, _)| other == op)
    }

    /// The list `saved` must hold what came back, in any order; the model takes over the order.
    fn check_saved(&mut self) -> Result<(), String> {
        let items = list::items(self.heap, self.world.saved);
        let at = |op: &Addr| self.named(op.get());
        let found: Vec<Id> = items[1..].iter().filter_map(at).collect();
        let sorted = |mut all: Vec<Id>| {
            all.sort_unstable();
            all
        };
        if sorted(found.clone()) != sorted(self.model.saved.clone()) {
            let expected = &self.model.saved;
            return Err(format!("saved holds {found:?} instead of {expected:?}"));
        }
        self.model.saved = found;
        Ok(())
    }

    /// What `known` refers to, word for word.
    fn check_object(&self, id: Id, known: &Known) -> Result<(), String> {
        let heap = self.heap;
        let expected = || known.owns.iter().flatten().map(|&id| self.model.get(id).op);
        let right = match known.kind {
            Kind::List => {
                let items = PyListObject::at(heap.memory, known.op);
                items.ob_size().get() == known.owns.len() as i64
                    && (0..)
                        .zip(expected())
                        .all(|(at, op)| items.item(at).get() == Some(op))
            }
            Kind::Dict { .. } => dict::items(heap, known.op)
                .into_iter()
                .map(|(_, op)| op)
                .eq(expected()),
            Kind::Node(_) => (self.world.attrs.iter().zip(&known.owns)).all(|(&attr, owned)| {
                instance::own_attr(heap, known.op, attr) == owned.map(|id| self.model.get(id).op)
            }),
            Kind::Tuple | Kind::Weak { .. } => true,
        };
        match right {
            true => Ok(()),
            false => Err(format!(
                "object {id} ({:?}) does not hold what it was given",
                known.kind
            )),
        }
    }

    /// What ran must have been allowed, and what can be reached must be whole.
    fn check_automatic(&mut self, events: &[Event]) -> Result<(), String> {
        // Who came back in this step may still be finalized in it: a collection finalizes all that it
        // found dead.
        let saved = self.model.saved.len();
        for &event in events {
            let back = self.model.saved.split_off(saved);
            let live = self.model.live();
            self.model.saved.extend(back);
            let gone = match event {
                Event::Finalized(id) => id,
                Event::Called(wr) => self.targets[wr].unwrap_or(wr),
            };
            let (Event::Finalized(id) | Event::Called(id)) = event;
            if live[gone] {
                return Err(format!("{event:?} although object {gone} is alive"));
            }
            if self.happened[id] > 1 {
                return Err(format!("{event:?} a second time"));
            }
            if let Event::Finalized(id) = event {
                self.model.finalize(id);
            }
        }
        self.model.events.clear();
        let live = self.model.live();
        let count = self.model.references(Some(&live));
        for id in (0..live.len()).filter(|&id| live[id]) {
            self.check_object(id, self.model.get(id))?;
            let found = PyObject::at(self.heap.memory, self.model.get(id).op)
                .ob_refcnt()
                .get();
            if found < count[id] {
                return Err(format!(
                    "the count of object {id} is {found}, and {} references lead to it",
                    count[id]
                ));
            }
        }
        Ok(())
    }

    /// Everything is given up, weak references that have names last.
    fn end(&mut self) -> Result<(), String> {
        self.say("the program ends".to_owned());
        self.give_up(|kind| !matches!(kind, Kind::Weak { .. }))?;
        self.all_happened()?;
        self.give_up(|_| true)
    }

    /// Names of such objects go, and `shared` and `saved` are emptied; full collections until nothing
    /// more happens.
    fn give_up(&mut self, these: impl Fn(Kind) -> bool) -> Result<(), String> {
        let heap = self.heap;
        for name in 0..NAMES {
            if let Some(id) = self.model.names[name]
                && these(self.model.get(id).kind)
            {
                self.model.names[name] = None;
                decref(heap, self.model.get(id).op);
                self.check(None)?;
            }
        }
        for _ in 0..200 {
            while self.model.shared.pop().is_some() {
                pop(heap, self.world.shared).map_err(|error| error.to_string())?;
                self.check(None)?;
            }
            while self.model.saved.pop().is_some() {
                pop(heap, self.world.saved).map_err(|error| error.to_string())?;
                self.check(None)?;
            }
            let before: u64 = self.happened.iter().sum();
            let found = generations::collect(heap, 2).map_err(|error| error.to_string())?;
            let expected = match self.automatic {
                true => found,
                false => self.model.collect(2),
            };
            self.check(Some((expected, found)))?;
            if self.model.saved.is_empty() && self.happened.iter().sum::<u64>() == before {
                return Ok(());
            }
        }
        Err("finalizers bring objects back for ever".to_owned())
    }

    /// Only weak references are left: what must have run has run.
    fn all_happened(&self) -> Result<(), String> {
        let once = |id: Id| self.happened[id] == 1;
        if let Some(id) = self.with_del.iter().find(|&&id| !once(id)) {
            return Err(format!("the finalizer of object {id} never ran"));
        }
        let mut waiting = self.model.names.iter().flatten();
        match waiting.find(|&&wr| self.targets[wr].is_some() && !once(wr)) {
            Some(wr) => Err(format!("the callback of weak reference {wr} never ran")),
            None => Ok(()),
        }
    }
}

/// The tracked objects, and the generation that each is in.
fn generations_of(heap: &Heap) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    for number in 0..3 {
        let list = GcState::of(heap.memory).generation(number).addr();
        let mut gc = PyGC_Head::at(heap.memory, list)._gc_next().get();
        while gc != list.get() {
            found.push((gc + PyGC_Head::SIZE, number));
            gc = PyGC_Head::at(heap.memory, Addr::at(gc))._gc_next().get();
        }
    }
    found
}
