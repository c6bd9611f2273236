//! Random programs, and a model that says what must be on the free lists after each step.
//!
//! The model knows no list and no count of the manager. It keeps who refers to whom, and counts how
//! many objects of each type died. From that follows how long each free list is, and what lab 7's
//! count says. And from what lies on the lists *before* a step follows where the next object lies.
//!
//! In a program of the first kind nothing is collected by itself, and all of this is known exactly. In
//! one of the second kind collections begin by themselves; then it is only known what lives.

use std::collections::{BTreeMap, BTreeSet};

use exam::Random;
use memory::manager::{FreeFloat, FreeLists, FreeStack};
use memory::object::{PyGC_Head, PyTupleObject};
use memory::pool::walk::walk;
use memory::{Addr, GcState, Heap, MemoryError};
use objects::{ObjectError, class, dict, float, instance, int, list, singletons, str, tuple};
use refcounts::containers::{dict_set_item, list_append, set_attr};
use refcounts::{decref, new_ref};

/// What a program runs in: a class, and the name of an attribute. Made once for all programs.
#[derive(Clone, Copy)]
pub(crate) struct World {
    class: Addr,
    next: Addr,
}

impl World {
    pub(crate) fn new(heap: &Heap) -> Result<World, MemoryError> {
        let world = World {
            class: class::new(heap, "Node", None)?,
            next: str::intern(heap, "next")?,
        };
        // The class learns its one attribute before anything is counted.
        let node = instance::new(heap, world.class)?;
        let none = singletons::none(heap);
        set_attr(heap, node, world.next, none)?;
        decref(heap, none);
        decref(heap, node);
        generations::freeze::freeze(heap);
        Ok(world)
    }
}

/// The kinds of objects of a program. A tuple knows its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Float,
    List,
    Dict,
    Tuple(u64),
    Node,
}

impl Kind {
    /// How many of this kind are kept at most.
    fn limit(self) -> u64 {
        match self {
            Kind::Float => 100,
            Kind::List | Kind::Dict => 80,
            Kind::Tuple(1..=20) => 2000,
            Kind::Tuple(_) | Kind::Node => 0,
        }
    }

    fn is_container(self) -> bool {
        self != Kind::Float
    }
}

type Id = usize;
/// The free lists as they are: the object that comes next is the first one.
type Kept = BTreeMap<Kind, Vec<Addr>>;

struct Known {
    op: Addr,
    kind: Kind,
    owns: Vec<Id>,
    /// How many references there are: names and owners.
    references: u64,
    dead: bool,
}

const NAMES: usize = 8;
/// The count of generation 0 that a program begins with, so that it never falls to 0.
const COUNT: u64 = 10_000;

/// A program that runs.
pub(crate) struct Program<'h> {
    heap: &'h Heap<'h>,
    world: World,
    objects: Vec<Known>,
    names: [Option<Id>; NAMES],
    /// How many died in this step, by kind.
    died: BTreeMap<Kind, u64>,
    automatic: bool,
    log: Vec<String>,
}

impl Program<'_> {
    /// Runs a program of so many steps. An error says what is wrong, and after which steps.
    pub(crate) fn run(
        heap: &Heap,
        world: World,
        random: &mut Random,
        steps: usize,
        automatic: bool,
    ) -> Result<(), String> {
        let mut program = Program {
            heap,
            world,
            objects: Vec::new(),
            names: [None; NAMES],
            died: BTreeMap::new(),
            automatic,
            log: Vec::new(),
        };
        program.all_steps(random, steps).map_err(|words| {
            let from = program.log.len().saturating_sub(12);
            let last = program.log[from..].join("\n  ");
            format!("{words}\nthe last steps of this program:\n  {last}")
        })
    }

    fn all_steps(&mut self, random: &mut Random, steps: usize) -> Result<(), String> {
        let state = GcState::of(self.heap.memory);
        state.enabled().set(u64::from(self.automatic));
        for (number, threshold) in (0..).zip([20, 2, 2]) {
            state.generation(number).threshold().set(threshold);
            state.generation(number).count().set(0);
        }
        if !self.automatic {
            state.generation(0).count().set(COUNT);
        }
        for _ in 0..steps {
            self.step(random)?;
        }
        self.blocks_are_there()?;
        for name in 0..NAMES {
            self.drop_name(name)?;
        }
        self.collect(2)?;
        Ok(())
    }

    /// One step, and what must hold after it.
    fn step(&mut self, random: &mut Random) -> Result<(), String> {
        let name = random.index(NAMES);
        match random.below(10) {
            0..=3 => {
                let kind = self.any_kind(random);
                let items = self.any_items(random, kind);
                let id = self.make(kind, items, false)?;
                self.bind(name, id)?;
            }
            4 => {
                // Many at once, so that lists fill and overflow.
                let kind = self.any_kind(random);
                let many = random.index(120);
                let holder = self.make(Kind::List, Vec::new(), false)?;
                for _ in 0..many {
                    let items = self.any_items(random, kind);
                    let id = self.make(kind, items, true)?;
                    self.append(holder, id)?;
                    self.release_new(id)?;
                }
                self.bind(name, holder)?;
            }
            5 | 6 => {
                if let (Some(to), Some(item)) = (self.any_list(random), self.any(random)) {
                    self.say(format!("{}.append({})", self.shown(to), self.shown(item)));
                    self.append(to, item)?;
                }
            }
            7 | 8 => self.drop_name(name)?,
            _ => {
                let generation = random.below(3);
                self.collect(generation)?;
            }
        }
        self.check_values()
    }

    fn any_kind(&self, random: &mut Random) -> Kind {
        match random.below(9) {
            0 | 1 => Kind::Float,
            2 | 3 => Kind::List,
            4 => Kind::Dict,
            5..=7 => Kind::Tuple(*random.pick(&[1, 2, 2, 3, 19, 20, 21])),
            _ => Kind::Node,
        }
    }

    /// Objects for a new one of this kind to refer to.
    fn any_items(&self, random: &mut Random, kind: Kind) -> Vec<Id> {
        let many = match kind {
            Kind::Float => 0,
            Kind::List | Kind::Dict => random.below(4),
            Kind::Tuple(length) => length,
            Kind::Node => random.below(2),
        };
        (0..many).filter_map(|_| self.any(random)).collect()
    }

    fn any(&self, random: &mut Random) -> Option<Id> {
        let bound: Vec<Id> = self.names.iter().flatten().copied().collect();
        (!bound.is_empty()).then(|| *random.pick(&bound))
    }

    fn any_list(&self, random: &mut Random) -> Option<Id> {
        let lists = self.names.iter().flatten().copied();
        let lists: Vec<Id> = lists
            .filter(|&id| self.objects[id].kind == Kind::List)
            .collect();
        (!lists.is_empty()).then(|| *random.pick(&lists))
    }

    /// Makes an object with one reference, the caller's.
    fn make(&mut self, kind: Kind, items: Vec<Id>, in_a_row: bool) -> Result<Id, String> {
        let kind = match (kind, items.len() as u64) {
            (Kind::Tuple(length), many) if length != many => Kind::Float,
            _ => kind,
        };
        let items = if kind == Kind::Float {
            Vec::new()
        } else {
            items
        };
        let id = self.objects.len();
        // Of many objects, one in eight is looked at: a look takes longer than the object.
        let exactly = !self.automatic && (id.is_multiple_of(8) || !in_a_row);
        let mut kept = match exactly {
            true => self.kept_of(kind)?,
            false => Vec::new(),
        };
        let count = self.count();
        self.say(format!("a new {kind:?} of {} items: #{id}", items.len()));
        let op = self
            .make_object(id, kind, &items)
            .map_err(|error| error.to_string())?;
        for &item in &items {
            self.objects[item].references += 1;
        }
        self.objects.push(Known {
            op,
            kind,
            owns: items,
            references: 1,
            dead: false,
        });
        if !exactly {
            return Ok(id);
        }
        let first = (!kept.is_empty()).then(|| kept.remove(0));
        let made = match first {
            Some(first) if first != op => {
                return Err(format!(
                    "the new {kind:?} lies at {op}; the first one on the free list was {first}"
                ));
            }
            Some(_) => 0,
            None => u64::from(kind.is_container()),
        };
        same_list(kind, &kept, &self.kept_of(kind)?)?;
        self.same_count(count + made)?;
        Ok(id)
    }

    fn make_object(&self, id: Id, kind: Kind, items: &[Id]) -> Result<Addr, ObjectError> {
        let heap = self.heap;
        let ops: Vec<Addr> = items.iter().map(|&item| self.objects[item].op).collect();
        Ok(match kind {
            Kind::Float => float::from_f64(heap, id as f64)?,
            Kind::List => {
                let op = list::new(heap)?;
                for &item in &ops {
                    list_append(heap, op, item)?;
                }
                op
            }
            Kind::Dict => {
                let op = dict::new(heap)?;
                for (key, &item) in (0..).zip(&ops) {
                    let key = int::from_i64(heap, key)?;
                    dict_set_item(heap, op, key, item)?;
                    decref(heap, key);
                }
                op
            }
            Kind::Tuple(_) => {
                let ops: Vec<Addr> = ops.iter().map(|&op| new_ref(heap, op)).collect();
                tuple::new(heap, &ops)?
            }
            Kind::Node => {
                let op = instance::new(heap, self.world.class)?;
                for &item in &ops {
                    set_attr(heap, op, self.world.next, item)?;
                }
                op
            }
        })
    }

    fn append(&mut self, to: Id, item: Id) -> Result<(), String> {
        let (op, value) = (self.objects[to].op, self.objects[item].op);
        list_append(self.heap, op, value).map_err(|error| error.to_string())?;
        self.objects[to].owns.push(item);
        self.objects[item].references += 1;
        Ok(())
    }

    /// The maker's reference to a new object goes; somebody else has one.
    fn release_new(&mut self, id: Id) -> Result<(), String> {
        decref(self.heap, self.objects[id].op);
        self.objects[id].references -= 1;
        Ok(())
    }

    /// The name gets the object, which comes with a reference.
    fn bind(&mut self, name: usize, id: Id) -> Result<(), String> {
        self.drop_name(name)?;
        self.names[name] = Some(id);
        Ok(())
    }

    fn drop_name(&mut self, name: usize) -> Result<(), String> {
        let Some(id) = self.names[name].take() else {
            return Ok(());
        };
        self.say(format!("del {}", self.shown(id)));
        let (before, count) = (self.kept()?, self.count());
        decref(self.heap, self.objects[id].op);
        self.died.clear();
        self.release(id);
        if self.automatic {
            return Ok(());
        }
        let after = self.kept()?;
        let mut given_back = 0;
        for kind in self.kinds() {
            let died = self.died.get(&kind).copied().unwrap_or(0);
            let old = before.get(&kind).map_or(0, |kept| kept.len() as u64);
            let new = after.get(&kind).map_or(0, |kept| kept.len() as u64);
            let expected = (old + died).min(kind.limit());
            if new != expected {
                return Err(format!(
                    "{old} of {kind:?} were kept and {died} died: {expected} are kept, and the list has {new}"
                ));
            }
            if kind.is_container() {
                given_back += old + died - expected;
            }
        }
        self.same_count(count - given_back)
    }

    /// One reference less, in the model.
    fn release(&mut self, id: Id) {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let known = &mut self.objects[id];
            known.references -= 1;
            if known.references == 0 {
                known.dead = true;
                *self.died.entry(known.kind).or_default() += 1;
                todo.append(&mut known.owns);
            }
        }
    }

    fn collect(&mut self, generation: u64) -> Result<(), String> {
        let live = self.live();
        let garbage: Vec<Id> = (0..self.objects.len())
            .filter(|id| !self.objects[*id].dead && !live.contains(id))
            .collect();
        // Which generation a dead cycle is in is lab 7's business.
        let generation = if garbage.is_empty() { generation } else { 2 };
        self.say(format!("gc.collect({generation})"));
        let before = self.kept()?;
        generations::collect(self.heap, generation as i64).map_err(|error| error.to_string())?;
        for id in garbage {
            self.objects[id].dead = true;
            for item in std::mem::take(&mut self.objects[id].owns) {
                self.objects[item].references -= 1;
            }
        }
        let expected = if generation == 2 { Kept::new() } else { before };
        self.same_lists(&expected)?;
        if !self.automatic {
            self.same_count(0)?;
            GcState::of(self.heap.memory)
                .generation(0)
                .count()
                .set(COUNT);
        }
        Ok(())
    }

    /// What can be reached from the names.
    fn live(&self) -> BTreeSet<Id> {
        let mut live = BTreeSet::new();
        let mut todo: Vec<Id> = self.names.iter().flatten().copied().collect();
        while let Some(id) = todo.pop() {
            if live.insert(id) {
                todo.extend(&self.objects[id].owns);
            }
        }
        live
    }

    // What the manager has.

    fn count(&self) -> u64 {
        let state = GcState::of(self.heap.memory);
        state.generation(0).count().get()
    }

    fn same_count(&self, expected: u64) -> Result<(), String> {
        match self.count() {
            found if found == expected => Ok(()),
            found => Err(format!(
                "the count of generation 0 is {found}, and not {expected}"
            )),
        }
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let plain = [Kind::Float, Kind::List, Kind::Dict, Kind::Node];
        plain.into_iter().chain((1..=21).map(Kind::Tuple))
    }

    fn same_lists(&self, expected: &Kept) -> Result<(), String> {
        let found = self.kept()?;
        let none = Vec::new();
        for kind in self.kinds() {
            let expected = expected.get(&kind).unwrap_or(&none);
            same_list(kind, expected, found.get(&kind).unwrap_or(&none))?;
        }
        Ok(())
    }

    /// The free list of one kind, the object that comes next first.
    fn kept_of(&self, kind: Kind) -> Result<Vec<Addr>, String> {
        let memory = self.heap.memory;
        let lists = FreeLists::of(memory);
        match kind {
            Kind::Float => follow(
                kind,
                lists.float_free_list().get(),
                lists.float_numfree().get(),
                |op| FreeFloat::at(memory, op).next().get(),
            ),
            Kind::List => stack(kind, lists.lists()),
            Kind::Dict => stack(kind, lists.dicts()),
            Kind::Tuple(length @ 1..=20) => {
                let tuples = lists.tuples(length);
                let (first, numfree) = (tuples.free_list().get(), tuples.numfree().get());
                follow(kind, first, numfree, |op| {
                    PyTupleObject::at(memory, op).ob_item(0).get()
                })
            }
            Kind::Tuple(_) | Kind::Node => Ok(Vec::new()),
        }
    }

    /// The free lists. No object may be on two of them, nor more than are kept, nor one that lives; and
    /// the collector knows none of them.
    fn kept(&self) -> Result<Kept, String> {
        let memory = self.heap.memory;
        let mut kept = Kept::new();
        for kind in self.kinds() {
            kept.insert(kind, self.kept_of(kind)?);
        }
        let live = self.live().into_iter().map(|id| self.objects[id].op);
        let mut seen: BTreeSet<Addr> = live.collect();
        for (kind, all) in &kept {
            for &op in all {
                if !seen.insert(op) {
                    return Err(format!(
                        "{op} is on the free list of {kind:?}, and it lives or is on another list"
                    ));
                }
                if kind.is_container() && PyGC_Head::of(memory, op)._gc_next().get() != 0 {
                    return Err(format!("{op} is on the free list of {kind:?}, and tracked"));
                }
            }
        }
        Ok(kept)
    }

    /// All that lives and all that is kept has a block in a pool.
    fn blocks_are_there(&self) -> Result<(), String> {
        let walked = walk(self.heap.memory).map_err(|broken| broken.to_string())?;
        let blocks: BTreeSet<Addr> = walked.blocks().map(|(block, _)| block).collect();
        let kept = self.kept()?;
        let kept = kept
            .iter()
            .flat_map(|(&kind, all)| all.iter().map(move |&op| (kind, op)));
        let live = self
            .live()
            .into_iter()
            .map(|id| (self.objects[id].kind, self.objects[id].op));
        for (kind, op) in live.chain(kept) {
            let front = match kind {
                Kind::Float => 0,
                Kind::Node => 32,
                _ => 16,
            };
            if !blocks.contains(&op.minus(front)) {
                return Err(format!("the block of {op}, a {kind:?}, was given back"));
            }
        }
        Ok(())
    }

    /// Everything that lives has what was put into it.
    fn check_values(&self) -> Result<(), String> {
        let heap = self.heap;
        for id in self.live() {
            let known = &self.objects[id];
            let expected: Vec<Addr> = known.owns.iter().map(|&id| self.objects[id].op).collect();
            let found = match known.kind {
                Kind::Float if float::value(heap, known.op) == id as f64 => Vec::new(),
                Kind::Float => {
                    return Err(format!("{} has another value", self.shown(id)));
                }
                Kind::List => list::items(heap, known.op),
                Kind::Dict => {
                    let items = dict::items(heap, known.op);
                    items.into_iter().map(|(_, value)| value).collect()
                }
                Kind::Tuple(_) => tuple::items(heap, known.op),
                Kind::Node => {
                    let value = instance::own_attr(heap, known.op, self.world.next);
                    value.into_iter().collect()
                }
            };
            if expected != found {
                return Err(format!(
                    "{} has other items than were put in",
                    self.shown(id)
                ));
            }
        }
        Ok(())
    }

    fn say(&mut self, words: String) {
        self.log.push(words);
    }

    fn shown(&self, id: Id) -> String {
        let known = &self.objects[id];
        format!("#{id}, a {:?} at {}", known.kind, known.op)
    }
}

fn same_list(kind: Kind, expected: &[Addr], found: &[Addr]) -> Result<(), String> {
    match expected == found {
        true => Ok(()),
        false => Err(format!(
            "on the free list of {kind:?} are {} objects, and not {}: or others, or in another order",
            found.len(),
            expected.len()
        )),
    }
}

/// Follows links from `first` on, and compares their number with `numfree`.
fn follow(
    kind: Kind,
    first: Option<Addr>,
    numfree: u64,
    link: impl Fn(Addr) -> Option<Addr>,
) -> Result<Vec<Addr>, String> {
    let mut all = Vec::new();
    let mut next = first;
    while let Some(op) = next {
        if all.len() as u64 == kind.limit() {
            let limit = kind.limit();
            return Err(format!("the free list of {kind:?} has more than {limit}"));
        }
        all.push(op);
        next = link(op);
    }
    match all.len() as u64 {
        number if number == numfree => Ok(all),
        number => Err(format!(
            "numfree of {kind:?} is {numfree}, and the list has {number}"
        )),
    }
}

/// What is on a stack, the topmost first.
fn stack(kind: Kind, stack: FreeStack<'_>) -> Result<Vec<Addr>, String> {
    let numfree = stack.numfree().get();
    if numfree > FreeStack::ROOM {
        return Err(format!("numfree of {kind:?} is {numfree}"));
    }
    let all: Option<Vec<Addr>> = (0..numfree).rev().map(|at| stack.op(at).get()).collect();
    all.ok_or_else(|| format!("a place of the stack of {kind:?} is NULL"))
}
