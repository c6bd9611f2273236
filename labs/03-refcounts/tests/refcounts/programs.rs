//! Task 3.7: random programs, with the count of every object after every step.

use std::collections::HashMap;

use memory::object::PyObject;
use memory::{Addr, Heap};
use objects::{ObjectError, dict, instance, int, list};
use refcounts::calls::{call, delete_fast, leave, store_fast};
use refcounts::containers::{
    dict_del_item, dict_set_item, list_append, list_set_item, set_attr, tuple_pack,
};
use refcounts::{decref, new_ref};

use super::support::{FREEING_KIT, class_of, name};

const NAMES: usize = 8;
const EVENTS: usize = 100;
const STEPS: usize = 100;

/// What the test knows of an object: what it owns, and how many blocks it takes.
struct Known {
    kind: Kind,
    /// When it was made. An object only ever refers to older ones, so there are no cycles.
    born: usize,
    owns: Vec<Addr>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    List,
    Tuple,
    Dict { used: bool },
    Instance,
}

/// A model of the heap that knows nothing of counts: names, and who refers to whom.
#[derive(Default)]
struct Model {
    names: [Option<Addr>; NAMES],
    objects: HashMap<Addr, Known>,
    made: usize,
}

impl Model {
    fn add(&mut self, op: Addr, kind: Kind, owns: Vec<Addr>) {
        let born = self.made;
        self.made += 1;
        self.objects.insert(op, Known { kind, born, owns });
    }

    /// Forgets what no name leads to.
    fn forget(&mut self) {
        let mut reached: Vec<Addr> = self.names.iter().flatten().copied().collect();
        let mut at = 0;
        while at < reached.len() {
            for &owned in &self.objects[&reached[at]].owns {
                if !reached.contains(&owned) {
                    reached.push(owned);
                }
            }
            at += 1;
        }
        self.objects.retain(|op, _| reached.contains(op));
    }

    fn references(&self, op: Addr) -> u64 {
        let owned = self.objects.values().flat_map(|known| &known.owns);
        let all = self.names.iter().flatten().chain(owned);
        all.filter(|&&other| other == op).count() as u64
    }

    fn blocks(&self) -> u64 {
        let blocks = self.objects.values().map(|known| match known.kind {
            Kind::Int => 1,
            Kind::List => 1 + u64::from(!known.owns.is_empty()),
            Kind::Tuple => 1,
            Kind::Dict { used } => 1 + u64::from(used),
            Kind::Instance => 2,
        });
        blocks.sum()
    }

    /// A name that is bound to an object that was made before `born`.
    fn older(&self, random: &mut exam::Random, born: usize) -> Option<Addr> {
        let bound: Vec<Addr> = self.names.iter().flatten().copied().collect();
        let old = |op: &&Addr| self.objects[*op].born < born;
        let bound: Vec<Addr> = bound.iter().filter(old).copied().collect();
        (!bound.is_empty()).then(|| *random.pick(&bound))
    }

    fn named(&self, random: &mut exam::Random, wanted: fn(Kind) -> bool) -> Option<Addr> {
        let bound = self.names.iter().flatten().copied();
        let bound: Vec<Addr> = bound.filter(|op| wanted(self.objects[op].kind)).collect();
        (!bound.is_empty()).then(|| *random.pick(&bound))
    }
}

#[test]
fn task_3_7_ten_thousand_steps() {
    exam::task("3.7", "a random program: the count of every object after each of 10,000 steps")
        .heap(FREEING_KIT)
        .run(|exam| {
            exam.note("A program with eight local names makes ints, lists, tuples, dicts and instances, stores them in each other and drops them. No object ever refers to a younger one, so nothing is in a cycle. After each step a model that follows every reference says what each count must be.");
            let class = class_of(exam, "Node", None);
            let classes = exam.live_blocks();
            let frame = exam.try_event("main()", |heap| {
                let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
                let code = regions::load_code(heap.memory, "main", &names)?;
                call(heap, code, &[])
            });
            let mut random = exam.random();
            let mut model = Model::default();
            for number in 0..EVENTS {
                let from = number * STEPS;
                let label = format!("steps {from} to {}", from + STEPS - 1);
                let wrong = exam.try_event(label, |heap| {
                    let mut log = Vec::new();
                    for _ in 0..STEPS {
                        let done = step(heap, &mut random, &mut model, class, frame)?;
                        log.push(done);
                        model.forget();
                        if let Some((op, expected, found)) = wrong_count(heap, &model) {
                            let recent = log[log.len().saturating_sub(5)..].join("; ");
                            return Ok(Some((op, expected, found, recent)));
                        }
                    }
                    Ok::<_, ObjectError>(None)
                });
                if let Some((op, expected, found, recent)) = wrong {
                    exam.note(format!("The steps just before: {recent}"));
                    exam.equal(&format!("the count of {op}"), expected, found);
                }
                exam.equal("live blocks", classes + model.blocks(), exam.live_blocks());
            }
            exam.try_event("main returns", leave);
            exam.equal("live blocks: those of the class", classes, exam.live_blocks());
            exam.event("decref(Node)", |heap| decref(heap, class));
            exam.leaks(0);
        });
}

fn wrong_count(heap: &Heap, model: &Model) -> Option<(Addr, u64, u64)> {
    let mut objects: Vec<Addr> = model.objects.keys().copied().collect();
    objects.sort();
    objects.into_iter().find_map(|op| {
        let expected = model.references(op);
        let found = PyObject::at(heap.memory, op).ob_refcnt().get();
        (expected != found).then_some((op, expected, found))
    })
}

fn step(
    heap: &Heap,
    random: &mut exam::Random,
    model: &mut Model,
    class: Addr,
    frame: Addr,
) -> Result<String, ObjectError> {
    let at = random.index(NAMES);
    let letter = char::from(b'a' + at as u8);
    let bind = |model: &mut Model, op: Addr| {
        store_fast(heap, frame, at as u64, op);
        model.names[at] = Some(op);
    };
    let container = |kind: Kind| kind != Kind::Int && kind != Kind::Tuple;
    match random.below(12) {
        0 => {
            let op = int::from_i64(heap, 1000 + random.below(1 << 40) as i64)?;
            bind(model, op);
            model.add(op, Kind::Int, Vec::new());
            Ok(format!("{letter} = an int"))
        }
        1 => {
            let op = list::new(heap)?;
            bind(model, op);
            model.add(op, Kind::List, Vec::new());
            Ok(format!("{letter} = []"))
        }
        2 => {
            let op = dict::new(heap)?;
            bind(model, op);
            model.add(op, Kind::Dict { used: false }, Vec::new());
            Ok(format!("{letter} = {{}}"))
        }
        3 => {
            let op = instance::new(heap, class)?;
            bind(model, op);
            model.add(op, Kind::Instance, vec![]);
            Ok(format!("{letter} = Node()"))
        }
        4 => {
            let (one, two) = match (
                model.older(random, usize::MAX),
                model.older(random, usize::MAX),
            ) {
                (Some(one), Some(two)) => (one, two),
                _ => return Ok("nothing".to_owned()),
            };
            let op = tuple_pack(heap, &[one, two, one])?;
            model.add(op, Kind::Tuple, vec![one, two, one]);
            bind(model, op);
            Ok(format!("{letter} = (x, y, x)"))
        }
        5 => match model.older(random, usize::MAX) {
            Some(op) => {
                bind(model, new_ref(heap, op));
                Ok(format!("{letter} = another name's object"))
            }
            None => Ok("nothing".to_owned()),
        },
        6 | 7 => match model.names[at].take() {
            Some(_) => {
                delete_fast(heap, frame, at as u64)?;
                Ok(format!("del {letter}"))
            }
            None => Ok("nothing".to_owned()),
        },
        8 => match model.named(random, |kind| kind == Kind::List) {
            Some(op) if !model.objects[&op].owns.is_empty() => {
                let popped = list::pop(heap, op)?;
                if let (Some(popped), Some(known)) = (popped, model.objects.get_mut(&op)) {
                    decref(heap, popped);
                    known.owns.pop();
                }
                Ok("pop from a list".to_owned())
            }
            _ => Ok("nothing".to_owned()),
        },
        _ => {
            let Some(op) = model.named(random, container) else {
                return Ok("nothing".to_owned());
            };
            let born = model.objects[&op].born;
            let Some(item) = model.older(random, born) else {
                return Ok("nothing".to_owned());
            };
            store(heap, random, model, op, item)
        }
    }
}

/// Stores `item` in the container `op`.
fn store(
    heap: &Heap,
    random: &mut exam::Random,
    model: &mut Model,
    op: Addr,
    item: Addr,
) -> Result<String, ObjectError> {
    let Some(known) = model.objects.get_mut(&op) else {
        return Ok("nothing".to_owned());
    };
    match known.kind {
        Kind::List if known.owns.is_empty() || random.chance(2, 3) => {
            list_append(heap, op, item)?;
            known.owns.push(item);
            Ok("append to a list".to_owned())
        }
        Kind::List => {
            let place = random.index(known.owns.len());
            list_set_item(heap, op, place as i64, new_ref(heap, item))?;
            known.owns[place] = item;
            Ok(format!("replace item {place} of a list"))
        }
        // One key, a small int, which the model does not follow: its value is set, replaced, deleted.
        Kind::Dict { .. } => {
            let key = int::from_i64(heap, 7)?;
            let done = if known.owns.is_empty() || random.chance(2, 3) {
                dict_set_item(heap, op, key, item)?;
                known.owns = vec![item];
                known.kind = Kind::Dict { used: true };
                "set a dict's value"
            } else {
                dict_del_item(heap, op, key)?;
                known.owns.clear();
                "delete a dict's key"
            };
            decref(heap, key);
            Ok(done.to_owned())
        }
        Kind::Instance => {
            let attribute = ["next", "value"][random.index(2)];
            let name = name(heap, attribute);
            let old = instance::own_attr(heap, op, name);
            set_attr(heap, op, name, item)?;
            if let Some(place) = known.owns.iter().position(|&owned| Some(owned) == old) {
                known.owns[place] = item;
            } else {
                known.owns.push(item);
            }
            Ok(format!("set the attribute {attribute}"))
        }
        Kind::Int | Kind::Tuple => Ok("nothing".to_owned()),
    }
}
