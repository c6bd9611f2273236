//! Task 3.7: random programs, with the count of every object after every step.

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
const EVENTS: usize = 20;
const STEPS: usize = 500;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    List,
    Tuple,
    Dict { used: bool },
    Instance,
}

/// What the test knows of an object. Other objects are named by their place in `Model::objects`.
struct Known {
    op: Addr,
    kind: Kind,
    /// When it was made. An object only ever refers to older ones, so there are no cycles.
    born: usize,
    /// What it refers to, once for each reference.
    owns: Vec<usize>,
    /// How many references to it there are.
    references: u64,
}

/// A model of the heap that keeps no counts: names, and who refers to whom. After each step it
/// follows all references anew.
#[derive(Default)]
struct Model {
    names: [Option<usize>; NAMES],
    /// An object that is gone leaves a free place.
    objects: Vec<Option<Known>>,
    made: usize,
}

impl Model {
    fn add(&mut self, op: Addr, kind: Kind, owns: Vec<usize>) -> usize {
        let (born, references) = (self.made, 0);
        self.made += 1;
        let known = Some(Known {
            op,
            kind,
            born,
            owns,
            references,
        });
        match self.objects.iter().position(Option::is_none) {
            Some(place) => {
                self.objects[place] = known;
                place
            }
            None => {
                self.objects.push(known);
                self.objects.len() - 1
            }
        }
    }

    fn known(&mut self, place: usize) -> &mut Known {
        match &mut self.objects[place] {
            Some(known) => known,
            None => panic!("the model refers to an object that it forgot"),
        }
    }

    /// Counts the references that names lead to, and forgets what none leads to.
    fn follow(&mut self) {
        for known in self.objects.iter_mut().flatten() {
            known.references = 0;
        }
        let mut to_do: Vec<usize> = self.names.iter().flatten().copied().collect();
        while let Some(place) = to_do.pop() {
            let known = self.known(place);
            known.references += 1;
            if known.references == 1 {
                to_do.extend_from_slice(&known.owns);
            }
        }
        for known in &mut self.objects {
            if known.as_ref().is_some_and(|known| known.references == 0) {
                *known = None;
            }
        }
    }

    fn blocks(&self) -> u64 {
        let blocks = self.objects.iter().flatten().map(|known| match known.kind {
            Kind::Int | Kind::Tuple => 1,
            Kind::List => 1 + u64::from(!known.owns.is_empty()),
            Kind::Dict { used } => 1 + u64::from(used),
            Kind::Instance => 2,
        });
        blocks.sum()
    }

    /// A named object that `wanted` likes.
    fn named(&self, random: &mut exam::Random, wanted: impl Fn(&Known) -> bool) -> Option<usize> {
        let bound = self.names.iter().flatten().copied();
        let liked = |place: &usize| self.objects[*place].as_ref().is_some_and(&wanted);
        let bound: Vec<usize> = bound.filter(liked).collect();
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
                    let mut done = Vec::new();
                    for _ in 0..STEPS {
                        let program = Program { heap, class, frame };
                        done.push(program.step(&mut random, &mut model)?);
                        model.follow();
                        if let Some((op, expected, found)) = wrong_count(heap, &model) {
                            let recent = done[done.len().saturating_sub(5)..].join("; ");
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
    model.objects.iter().flatten().find_map(|known| {
        let found = PyObject::at(heap.memory, known.op).ob_refcnt().get();
        (known.references != found).then_some((known.op, known.references, found))
    })
}

const NOTHING: &str = "nothing";

struct Program<'a> {
    heap: &'a Heap<'a>,
    class: Addr,
    frame: Addr,
}

impl Program<'_> {
    /// One step, and what it was.
    fn step(
        &self,
        random: &mut exam::Random,
        model: &mut Model,
    ) -> Result<&'static str, ObjectError> {
        let heap = self.heap;
        let at = random.index(NAMES);
        let (op, kind, owns) = match random.below(12) {
            0 => {
                let value = 1000 + random.below(1 << 40) as i64;
                (int::from_i64(heap, value)?, Kind::Int, Vec::new())
            }
            1 => (list::new(heap)?, Kind::List, Vec::new()),
            2 => (dict::new(heap)?, Kind::Dict { used: false }, Vec::new()),
            3 => {
                let op = instance::new(heap, self.class)?;
                (op, Kind::Instance, Vec::new())
            }
            4 => {
                let items = [model.named(random, |_| true), model.named(random, |_| true)];
                let [Some(one), Some(two)] = items else {
                    return Ok(NOTHING);
                };
                let places = vec![one, two, one];
                let items: Vec<Addr> = places.iter().map(|&at| model.known(at).op).collect();
                (tuple_pack(heap, &items)?, Kind::Tuple, places)
            }
            5 => {
                let Some(other) = model.named(random, |_| true) else {
                    return Ok(NOTHING);
                };
                let op = new_ref(heap, model.known(other).op);
                store_fast(heap, self.frame, at as u64, op);
                model.names[at] = Some(other);
                return Ok("bind a name to another name's object");
            }
            6 | 7 => {
                if model.names[at].take().is_none() {
                    return Ok(NOTHING);
                }
                delete_fast(heap, self.frame, at as u64)?;
                return Ok("del a name");
            }
            8 => {
                let full = |known: &Known| known.kind == Kind::List && !known.owns.is_empty();
                let Some(place) = model.named(random, full) else {
                    return Ok(NOTHING);
                };
                let known = model.known(place);
                if let Some(popped) = list::pop(heap, known.op)? {
                    decref(heap, popped);
                }
                known.owns.pop();
                return Ok("pop from a list, and drop what it returns");
            }
            _ => return self.store(random, model),
        };
        let place = model.add(op, kind, owns);
        store_fast(heap, self.frame, at as u64, op);
        model.names[at] = Some(place);
        Ok(match kind {
            Kind::Int => "bind a name to a new int",
            Kind::List => "bind a name to []",
            Kind::Tuple => "bind a name to (x, y, x)",
            Kind::Dict { .. } => "bind a name to {}",
            Kind::Instance => "bind a name to Node()",
        })
    }

    /// Stores an object in a container that is younger.
    fn store(
        &self,
        random: &mut exam::Random,
        model: &mut Model,
    ) -> Result<&'static str, ObjectError> {
        let heap = self.heap;
        let container = |known: &Known| !matches!(known.kind, Kind::Int | Kind::Tuple);
        let Some(place) = model.named(random, container) else {
            return Ok(NOTHING);
        };
        let born = model.known(place).born;
        let Some(item) = model.named(random, |known| known.born < born) else {
            return Ok(NOTHING);
        };
        let stored = model.known(item).op;
        let known = model.known(place);
        let op = known.op;
        match known.kind {
            Kind::List if known.owns.is_empty() || random.chance(2, 3) => {
                list_append(heap, op, stored)?;
                known.owns.push(item);
                Ok("append to a list")
            }
            Kind::List => {
                let index = random.index(known.owns.len());
                list_set_item(heap, op, index as i64, new_ref(heap, stored))?;
                known.owns[index] = item;
                Ok("replace an item of a list")
            }
            // One key, a small int, which the model does not follow.
            Kind::Dict { .. } => {
                let key = int::from_i64(heap, 7)?;
                let done = if known.owns.is_empty() || random.chance(2, 3) {
                    dict_set_item(heap, op, key, stored)?;
                    known.owns = vec![item];
                    known.kind = Kind::Dict { used: true };
                    "set a dict's value"
                } else {
                    dict_del_item(heap, op, key)?;
                    known.owns.clear();
                    "delete a dict's key"
                };
                decref(heap, key);
                Ok(done)
            }
            // `next` is the first attribute that each node gets, `value` the second.
            Kind::Instance => {
                let index = random.index(2).min(known.owns.len());
                let attribute = name(heap, ["next", "value"][index]);
                set_attr(heap, op, attribute, stored)?;
                match known.owns.get_mut(index) {
                    Some(owned) => *owned = item,
                    None => known.owns.push(item),
                }
                Ok("set an attribute")
            }
            Kind::Int | Kind::Tuple => Ok(NOTHING),
        }
    }
}
