//! Random programs on two heaps, one with lab 7's collector and one with this crate's: everything
//! that a program can see must be the same after each step. Some collections are asked for, some
//! begin by themselves.
//!
//! What is compared: what `collect` returns; which finalizers and callbacks ran, with what argument
//! and in what order; the tracked objects in the order of their lists, with their counts, types and
//! flags; the counts and statistics of the generations; and how many blocks are allocated. Addresses
//! may differ, so objects are known by numbers.

use std::cell::RefCell;
use std::collections::HashMap;

use arenas::pymalloc;
use exam::random::Random;
use generations::index;
use memory::object::{PyGC_Head, PyObject, PyTypeObject};
use memory::{Addr, Allocator, GcState, Heap, Memory, MemoryError, Modern, Root, Slots, record};
use objects::types::type_at;
use objects::{class, dict, instance, int, list, set, str};
use refcounts::containers::{dict_set_item, list_append, set_attr, tuple_pack};
use refcounts::{decref, new_ref, weakref, xdecref};

const NATIVE: usize = index::COUNT;

record! {
    /// A callable of the test.
    struct Native[32] {
        /// As in `PyObject`.
        0 => ob_refcnt: u64,
        /// As there.
        8 => ob_type: Addr,
        /// What it does when it is called: see `native_call`.
        16 => action: u64,
    }
}

const TYPES: [Slots; NATIVE + 1] = with_native(generations::TYPES);
const FAST_TYPES: [Slots; NATIVE + 1] = with_native(further::TYPES);

const fn with_native(types: [Slots; NATIVE]) -> [Slots; NATIVE + 1] {
    let mut all = [objects::OBJECT; NATIVE + 1];
    let mut at = 0;
    while at < NATIVE {
        all[at] = types[at];
        at += 1;
    }
    all[NATIVE] = Slots {
        name: "native",
        basicsize: Native::SIZE,
        dealloc: refcounts::dealloc::object_dealloc,
        call: Some(native_call),
        ..objects::OBJECT
    };
    all
}

/// What the test knows of one heap.
#[derive(Default)]
struct World {
    fast: bool,
    /// Each object's number, by its address.
    numbers: HashMap<Addr, u64>,
    made: u64,
    blocks: i64,
    log: Vec<String>,
    /// The list with the objects that the program can reach.
    roots: Option<Addr>,
}

thread_local! {
    /// The world of the heap that is in use now. Allocators and slots are plain functions.
    static WORLD: RefCell<World> = RefCell::default();
}

fn world<T>(look: impl FnOnce(&mut World) -> T) -> T {
    WORLD.with_borrow_mut(look)
}

const POOLS: Allocator = pymalloc::<Modern>();

/// Lab 6's allocator, with the blocks counted.
const COUNTED: Allocator = Allocator {
    malloc: |memory, size| {
        world(|world| world.blocks += 1);
        (POOLS.malloc)(memory, size)
    },
    realloc: POOLS.realloc,
    free: |memory, block| {
        world(|world| {
            world.blocks -= 1;
            // An object begins at its block, behind a head, or behind a head and two words more.
            for front in [0, 16, 32] {
                world.numbers.remove(&block.plus(front));
            }
        });
        (POOLS.free)(memory, block);
    },
};

fn log(line: String) {
    world(|world| world.log.push(line));
}

/// Gives `op` a number.
fn number(op: Addr) -> Addr {
    world(|world| {
        world.made += 1;
        world.numbers.insert(op, world.made);
    });
    op
}

fn name_of(op: Addr) -> u64 {
    world(|world| world.numbers.get(&op).copied().unwrap_or(0))
}

/// A full collection.
fn collect(heap: &Heap) -> u64 {
    collect_generation(heap, 2)
}

fn collect_generation(heap: &Heap, generation: i64) -> u64 {
    let found = match world(|world| world.fast) {
        true => further::collect(heap, generation),
        false => generations::collect(heap, generation),
    };
    found.expect("a generation")
}

fn roots() -> Addr {
    world(|world| world.roots).expect("the list of roots is made at the start")
}

/// A finalizer or a callback: says what it sees, and then does something.
fn native_call(heap: &Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    let action = Native::at(heap.memory, op).action().get();
    let argument = args.first().copied();
    let count = argument.map(|op| PyObject::at(heap.memory, op).ob_refcnt().get());
    log(format!(
        "call {action} with {:?}, count {count:?}",
        argument.map(name_of)
    ));
    let argument = argument.unwrap_or(op);
    match action % 8 {
        // Back to life.
        1 => list_append(heap, roots(), argument)?,
        // Something else dies.
        2 => xdecref(heap, list::pop(heap, roots())?),
        // A collection inside a collection, or not.
        3 => {
            let found = collect(heap);
            log(format!("collect inside: {found}"));
        }
        // New garbage.
        4 => {
            let ring = number(list::new(heap)?);
            list_append(heap, ring, ring)?;
            decref(heap, ring);
        }
        // A weak reference with a callback, to what is about to go.
        5 => {
            if let Ok(wr) = weakref::new(heap, argument, Some(op)) {
                list_append(heap, roots(), number(wr))?;
                decref(heap, wr);
            }
        }
        // It takes another one with it, or not.
        6 => {
            if let Some(&first) = list::items(heap, roots()).first() {
                list_append(heap, roots(), first)?;
            }
        }
        _ => {}
    }
    let none = Root::of(heap.memory).none().get();
    Ok(new_ref(heap, none.expect("None is made at start-up")))
}

/// One heap, and what the test knows of it while another heap is in use.
struct Side {
    memory: Memory,
    world: World,
}

impl Side {
    fn new(fast: bool) -> Side {
        let memory = Memory::new(1 << 26).expect("a range");
        let mut side = Side {
            memory,
            world: World {
                fast,
                ..World::default()
            },
        };
        side.run(|heap| {
            let roots = list::new(heap)?;
            world(|world| world.roots = Some(roots));
            Ok(())
        });
        side
    }

    /// Does something with this heap.
    fn run<T>(&mut self, work: impl FnOnce(&Heap) -> Result<T, MemoryError>) -> T {
        let fast = self.world.fast;
        WORLD.set(std::mem::take(&mut self.world));
        let heap = Heap {
            memory: &self.memory,
            object: COUNTED,
            types: if fast { &FAST_TYPES } else { &TYPES },
        };
        if Root::of(&self.memory).arenas().get().is_none() {
            start(&heap).expect("room to start in");
        }
        let result = work(&heap).expect("room");
        self.world = WORLD.take();
        result
    }
}

fn start(heap: &Heap) -> Result<(), MemoryError> {
    let plain = Heap {
        object: generations::PLAIN,
        ..*heap
    };
    generations::start(&plain)?;
    arenas::arena::start::<Modern>(heap.memory)?;
    for name in ["a", "b", "c", "__del__", "__tp_del__"] {
        str::intern(&plain, name)?;
    }
    Ok(())
}

fn state_of_list(heap: &Heap, list: Addr, lines: &mut Vec<String>) {
    let (mut before, mut gc) = (list, list);
    loop {
        let head = PyGC_Head::at(heap.memory, gc);
        gc = Addr::new(head._gc_next().get()).expect("a link");
        let head = PyGC_Head::at(heap.memory, gc);
        let flags = head._gc_prev().get() & 3;
        assert_eq!(head._gc_prev().get() & !3, before.get(), "the way back");
        before = gc;
        if gc == list {
            break;
        }
        let op = gc.plus(16);
        let count = PyObject::at(heap.memory, op).ob_refcnt().get();
        let ty = PyTypeObject::at(heap.memory, heap.type_of(op))
            .tp_slots()
            .get();
        lines.push(format!(
            "{} count {count} type {ty} flags {flags}",
            name_of(op)
        ));
    }
}

/// What a program can see of the tracked objects.
fn state(heap: &Heap) -> Vec<String> {
    let state = GcState::of(heap.memory);
    let mut lines = Vec::new();
    for number in 0..3 {
        let (generation, stats) = (state.generation(number), state.stats(number));
        lines.push(format!(
            "generation {number}: count {}, collections {}, collected {}, uncollectable {}",
            generation.count().get(),
            stats.collections().get(),
            stats.collected().get(),
            stats.uncollectable().get()
        ));
        state_of_list(heap, generation.addr(), &mut lines);
    }
    lines.push("frozen".to_owned());
    state_of_list(heap, state.permanent_generation().addr(), &mut lines);
    let (pending, total) = (state.long_lived_pending(), state.long_lived_total());
    lines.push(format!("pending {} of {}", pending.get(), total.get()));
    lines.push(format!("blocks {}", world(|world| world.blocks)));
    lines
}

/// One step of a program: the same for both heaps, as it takes the same random numbers. A calm
/// program has no finalizers and no weak references.
fn step(heap: &Heap, random: &mut Random, is_calm: bool) -> Result<(), MemoryError> {
    // An allocation may run a finalizer that drops any of them.
    let all = list::items(heap, roots());
    all.iter().for_each(|&op| refcounts::incref(heap, op));
    let done = choose(heap, random, is_calm, &all);
    all.iter().for_each(|&op| decref(heap, op));
    done
}

fn choose(
    heap: &Heap,
    random: &mut Random,
    is_calm: bool,
    all: &[Addr],
) -> Result<(), MemoryError> {
    let any = |random: &mut Random| match all.len() {
        0 => roots(),
        count => all[random.below(count as u64) as usize],
    };
    let slots = |op: Addr| {
        PyTypeObject::at(heap.memory, heap.type_of(op))
            .tp_slots()
            .get()
    };
    let attribute = |random: &mut Random| {
        let names = ["a", "b", "c"];
        str::intern(heap, names[random.below(3) as usize])
    };
    let keep = |op: Addr| -> Result<(), MemoryError> {
        list_append(heap, roots(), number(op))?;
        decref(heap, op);
        Ok(())
    };
    match random.below(30) {
        0..3 => {
            let items: Vec<Addr> = (0..random.below(4)).map(|_| any(random)).collect();
            let items: Vec<Addr> = items.into_iter().map(|item| new_ref(heap, item)).collect();
            keep(list::from_items(heap, &items)?)?;
        }
        3 => {
            let items: Vec<Addr> = (0..=random.below(3)).map(|_| any(random)).collect();
            keep(tuple_pack(heap, &items)?)?;
        }
        4 => {
            let number = int::from_i64(heap, 1000 + random.below(9) as i64)?;
            keep(tuple_pack(heap, &[number])?)?;
            decref(heap, number);
        }
        5 => keep(dict::new(heap)?)?,
        6 => {
            let ints = set::new(heap)?;
            let number = int::from_i64(heap, random.below(9) as i64)?;
            let _ = refcounts::containers::set_add(heap, ints, number);
            decref(heap, number);
            keep(ints)?;
        }
        7 => {
            let made = class::new(heap, "C", None)?;
            if !is_calm && random.below(2) == 0 {
                let del = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
                Native::at(heap.memory, del).action().set(random.below(16));
                let name = str::intern(heap, "__del__")?;
                xdecref(heap, class::set_attr(heap, made, name, del)?);
            }
            if !is_calm && random.below(8) == 0 {
                let del = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
                Native::at(heap.memory, del).action().set(random.below(16));
                let name = str::intern(heap, "__tp_del__")?;
                xdecref(heap, class::set_attr(heap, made, name, del)?);
                generations::legacy::with_tp_del(heap, made);
            }
            keep(made)?;
        }
        8..11 => {
            let classes: Vec<Addr> = (all.iter().copied())
                .filter(|&op| slots(op) == index::TYPE)
                .collect();
            if !classes.is_empty() {
                let class = classes[random.below(classes.len() as u64) as usize];
                let made = instance::new(heap, class)?;
                set_attr(heap, made, attribute(random)?, any(random))?;
                keep(made)?;
            }
        }
        11 if !is_calm => {
            let target = any(random);
            let callback = match random.below(2) {
                0 => None,
                _ => {
                    let native = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
                    Native::at(heap.memory, native)
                        .action()
                        .set(random.below(16));
                    Some(native)
                }
            };
            if let Ok(wr) = weakref::new(heap, target, callback) {
                keep(wr)?;
            }
            xdecref(heap, callback);
        }
        11..16 | 18..24 => {
            let (op, value) = (any(random), any(random));
            match slots(op) {
                index::LIST if op != roots() => list_append(heap, op, value)?,
                index::INSTANCE => set_attr(heap, op, attribute(random)?, value)?,
                index::DICT => {
                    let key = match random.below(2) {
                        0 => new_ref(heap, attribute(random)?),
                        _ => int::from_i64(heap, 5000 + random.below(20) as i64)?,
                    };
                    let _ = dict_set_item(heap, op, key, value);
                    decref(heap, key);
                }
                _ => {}
            }
        }
        16 => {
            let op = any(random);
            if slots(op) == index::INSTANCE {
                instance::materialize_dict(heap, op)?;
            }
        }
        17 => match random.below(30) {
            0 => generations::freeze::freeze(heap),
            1..6 => generations::freeze::unfreeze(heap),
            // DEBUG_SAVEALL
            6 => generations::legacy::set_debug(heap, 32),
            7..13 => {
                generations::legacy::set_debug(heap, 0);
                let garbage = generations::legacy::garbage(heap);
                cycles::clear::list_clear(heap, garbage);
            }
            13 => generations::threshold::set_threshold(heap, &[0]),
            _ => {
                let thresholds = [1 + random.below(30), 1 + random.below(3), random.below(3)];
                generations::threshold::set_threshold(heap, &thresholds);
            }
        },
        24..27 => cluster(heap, random, all)?,
        _ => {
            // Forget one root, or a few.
            for _ in 0..=random.below(6) {
                let count = list::len(heap, roots());
                if count > 0 {
                    let at = random.below(count) as i64;
                    let last = list::pop(heap, roots())?;
                    if let Some(last) = last {
                        match list::set_item(heap, roots(), at, last) {
                            Ok(old) => decref(heap, old),
                            Err(_) => decref(heap, last),
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// Some objects that refer to each other in a ring and across, to a root, and perhaps from one. Then
/// the program forgets them.
fn cluster(heap: &Heap, random: &mut Random, all: &[Addr]) -> Result<(), MemoryError> {
    let type_of = |op: Addr| {
        PyTypeObject::at(heap.memory, heap.type_of(op))
            .tp_slots()
            .get()
    };
    let classes: Vec<Addr> = (all.iter().copied())
        .filter(|&op| type_of(op) == index::TYPE)
        .collect();
    let mut nodes = Vec::new();
    for _ in 0..2 + random.below(5) {
        let node = match random.below(4) {
            0 => dict::new(heap)?,
            1 => list::new(heap)?,
            _ if classes.is_empty() => list::new(heap)?,
            _ => instance::new(heap, classes[random.below(classes.len() as u64) as usize])?,
        };
        nodes.push(number(node));
    }
    let link = |from: Addr, to: Addr, key: i64| -> Result<(), MemoryError> {
        match type_of(from) {
            index::LIST => list_append(heap, from, to),
            index::DICT => {
                let key = int::from_i64(heap, key)?;
                let _ = dict_set_item(heap, from, key, to);
                decref(heap, key);
                Ok(())
            }
            _ => set_attr(
                heap,
                from,
                str::intern(heap, ["a", "b", "c"][key as usize % 3])?,
                to,
            ),
        }
    };
    for at in 0..nodes.len() {
        link(nodes[at], nodes[(at + 1) % nodes.len()], 0)?;
        let other = nodes[random.below(nodes.len() as u64) as usize];
        if random.below(2) == 0 {
            let pair = number(tuple_pack(heap, &[other, nodes[at]])?);
            link(nodes[at], pair, 1)?;
            decref(heap, pair);
        } else {
            link(nodes[at], other, 1)?;
        }
    }
    if let (Some(&root), 0) = (all.first(), random.below(2)) {
        link(nodes[0], root, 2)?;
    }
    if random.below(3) == 0 {
        list_append(heap, roots(), nodes[1])?;
    }
    nodes.into_iter().for_each(|node| decref(heap, node));
    Ok(())
}

/// Runs the program of `seed` on both, and compares. Returns how many objects were found dead.
fn run(seed: u64, steps: u64) -> u64 {
    let mut sides = [Side::new(false), Side::new(true)];
    let mut random = Random::from_seed(seed);
    for at in 0..steps {
        let collects = random.below(25) == 0 || at + 2 >= steps;
        let generation = if at + 2 >= steps {
            2
        } else {
            random.below(3) as i64
        };
        let drop_all = at + 3 == steps;
        let seen = sides.each_mut().map(|side| {
            let mut random = random.clone();
            let seen = side.run(|heap| {
                let mut found = None;
                if drop_all {
                    // A tp_del may bring its object back, each time.
                    for _ in 0..list::len(heap, roots()) {
                        xdecref(heap, list::pop(heap, roots())?);
                    }
                } else if collects {
                    found = Some(collect_generation(heap, generation));
                } else {
                    step(heap, &mut random, seed.is_multiple_of(2))?;
                }
                let log = world(|world| std::mem::take(&mut world.log));
                Ok((found, log, state(heap)))
            });
            (seen, random)
        });
        let [(reference, after), (fast, _)] = seen;
        assert_eq!(reference, fast, "seed {seed}, step {at}");
        random = after;
    }
    sides[1].run(|heap| {
        let state = GcState::of(heap.memory);
        Ok((0..3)
            .map(|number| state.stats(number).collected().get())
            .sum())
    })
}

#[test]
fn random_programs_see_no_difference() {
    let campaign = std::env::var("FURTHER_PROGRAMS").ok();
    let programs = campaign.and_then(|text| text.parse().ok()).unwrap_or(60);
    let collected: u64 = (0..programs).map(|seed| run(seed, 600)).sum();
    println!("{collected} objects found dead");
    assert!(
        collected > 50 * programs,
        "{collected} objects found dead: not much of a test"
    );
}

/// Collects the same graph on both.
fn graph(build: impl Fn(&Heap) -> Result<Addr, MemoryError>) -> [u64; 2] {
    let seen = [false, true].map(|fast| {
        let mut side = Side::new(fast);
        side.run(|heap| {
            let root = build(heap)?;
            let alive = collect(heap);
            let before = state(heap);
            decref(heap, root);
            let found = collect(heap);
            Ok((alive, before, found, state(heap)))
        })
    });
    assert_eq!(seen[0], seen[1]);
    [seen[0].0, seen[0].2]
}

#[test]
fn an_object_with_more_references_than_a_byte_counts() {
    for count in [252, 253, 254, 255, 256, 10_000] {
        let found = graph(|heap| {
            let hub = number(list::new(heap)?);
            for _ in 0..count {
                let spoke = number(list::from_items(heap, &[new_ref(heap, hub)])?);
                list::append(heap, hub, spoke)?;
            }
            Ok(hub)
        });
        assert_eq!(found, [0, count + 1], "{count}");
    }
}

#[test]
fn so_many_of_them_that_the_table_overflows() {
    let found = graph(|heap| {
        let hubs = number(list::new(heap)?);
        for _ in 0..4_200 {
            let hub = number(list::new(heap)?);
            list_append(heap, hub, hubs)?;
            for _ in 0..255 {
                list_append(heap, hub, hub)?;
            }
            list::append(heap, hubs, hub)?;
        }
        Ok(hubs)
    });
    assert_eq!(found, [0, 4_201]);
}

/// Each dict comes before the tuple in it, and can be untracked only because that was.
#[test]
fn dicts_that_wait_for_their_tuples() {
    for count in [1, 63, 64, 65, 200] {
        let found = graph(|heap| {
            let root = number(list::new(heap)?);
            list_append(heap, root, root)?;
            let key = str::intern(heap, "key")?;
            for _ in 0..count {
                let dict = number(dict::new(heap)?);
                xdecref(
                    heap,
                    dict::set_str(heap, dict, new_ref(heap, key), new_ref(heap, root))?.value,
                );
                let pair = number(tuple_pack(heap, &[key, key])?);
                let old = dict::set_str(heap, dict, new_ref(heap, key), pair)?;
                xdecref(heap, old.key);
                xdecref(heap, old.value);
                list::append(heap, root, dict)?;
            }
            Ok(root)
        });
        assert_eq!(found, [0, 1], "{count}");
    }
}

#[test]
fn a_ring_whose_root_is_the_last_of_the_list() {
    let found = graph(|heap| {
        let mut last = number(list::new(heap)?);
        let first = new_ref(heap, last);
        for _ in 0..2_000 {
            last = number(list::from_items(heap, &[last])?);
        }
        list_append(heap, first, last)?;
        decref(heap, first);
        Ok(last)
    });
    assert_eq!(found, [0, 2_001]);
}

#[test]
fn without_room_for_a_table_lab_4_does_it() {
    let mut side = Side::new(true);
    side.run(|heap| {
        let ring = list::new(heap)?;
        list_append(heap, ring, ring)?;
        decref(heap, ring);
        while heap.malloc(1 << 16).is_ok() {}
        assert_eq!(collect(heap), 1);
        Ok(())
    });
}

/// Two objects with finalizers that only the dead keep alive, and that the collection does not look
/// at: they are older, or frozen. The order in which they end is that of the graph.
#[test]
fn what_ends_with_the_dead_ends_in_the_order_of_the_graph() {
    for frozen in [false, true] {
        let logs = [false, true].map(|fast| {
            let mut side = Side::new(fast);
            side.run(|heap| {
                let made = class::new(heap, "C", None)?;
                let del = heap.alloc(type_at(heap, NATIVE as u64), 0)?;
                let name = str::intern(heap, "__del__")?;
                xdecref(heap, class::set_attr(heap, made, name, del)?);
                let (x, y) = (instance::new(heap, made)?, instance::new(heap, made)?);
                let (x, y) = (number(x), number(y));
                collect(heap);
                if frozen {
                    generations::freeze::freeze(heap);
                }
                let a = number(list::from_items(heap, &[x])?);
                let b = number(list::from_items(heap, &[y, a])?);
                list::append(heap, a, new_ref(heap, b))?;
                decref(heap, b);
                let found = collect_generation(heap, if frozen { 2 } else { 0 });
                assert_eq!(found, 2);
                let log = world(|world| std::mem::take(&mut world.log));
                assert_eq!(log.len(), 2, "{log:?}");
                Ok((log, state(heap)))
            })
        });
        assert_eq!(logs[0], logs[1], "frozen: {frozen}");
    }
}
