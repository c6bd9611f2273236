//! The reference, as in the labs and with *going further*, on a heap in lab 6's pools.

use std::cell::RefCell;

use anyhow::{Context, Result, bail, ensure};
use arenas::pymalloc;
use generations::index;
use memory::object::PyObject;
use memory::{Addr, Further, Heap, Memory, MemoryError, Modern, Root, Slots};
use objects::types::type_at;
use objects::{class, instance, list, str};
use refcounts::containers::{list_append, set_attr};
use refcounts::{decref, new_ref, weakref, xdecref};

use super::graph::{Shape, targets};
use super::subject::Report;
use crate::clock::thread_cpu_ns;

/// The two collectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collector {
    /// Labs 4 and 7: CPython's passes.
    Reference,
    /// The crate `further`.
    Fast,
}

impl Collector {
    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Collector> {
        match name {
            "reference" => Some(Collector::Reference),
            "reference-fast" => Some(Collector::Fast),
            _ => None,
        }
    }

    fn types(self) -> &'static [Slots] {
        match self {
            Collector::Reference => &REFERENCE,
            Collector::Fast => &FAST,
        }
    }

    /// `gc.collect()`.
    fn collect(self, heap: &Heap) -> Result<u64> {
        Ok(match self {
            Collector::Reference => generations::collect(heap, 2)?,
            Collector::Fast => further::collect(heap, 2)?,
        })
    }
}

/// Pools as in lab 6, with its *going further*.
type Pools = Further<Modern>;

/// A type behind the labs': a callable that counts its calls.
const CALLABLE: usize = index::COUNT;

const REFERENCE: [Slots; CALLABLE + 1] = measured(generations::TYPES, |heap, ty, nitems| {
    timed(heap, || generations::alloc::gc_alloc(heap, ty, nitems))
});

const FAST: [Slots; CALLABLE + 1] = measured(further::TYPES, |heap, ty, nitems| {
    timed(heap, || further::alloc::gc_alloc(heap, ty, nitems))
});

/// A lab's types with two changes: the callable, and lists with an `alloc` slot that takes the time of
/// automatic collections.
const fn measured(
    types: [Slots; index::COUNT],
    list_alloc: memory::heap::AllocFn,
) -> [Slots; CALLABLE + 1] {
    let mut all = [types[0]; CALLABLE + 1];
    let mut at = 0;
    while at < types.len() {
        all[at] = types[at];
        at += 1;
    }
    all[index::LIST as usize].alloc = list_alloc;
    all[CALLABLE] = Slots {
        name: "callable",
        dealloc: refcounts::dealloc::object_dealloc,
        call: Some(called),
        ..objects::OBJECT
    };
    all
}

thread_local! {
    /// How long each automatic collection took, in nanoseconds.
    static PAUSES: RefCell<Vec<u64>> = RefCell::default();
    /// How often the callable was called.
    static CALLS: RefCell<u64> = RefCell::default();
}

/// An allocation; if a collection begins in it, its time is noted.
#[inline(always)]
fn timed(
    heap: &Heap,
    alloc: impl FnOnce() -> Result<Addr, MemoryError>,
) -> Result<Addr, MemoryError> {
    let state = Root::of(heap.memory).gc();
    let young = state.generation(0);
    if young.count().get() < young.threshold().get() || state.enabled().get() == 0 {
        return alloc();
    }
    let start = thread_cpu_ns();
    let made = alloc();
    PAUSES.with_borrow_mut(|pauses| pauses.push(thread_cpu_ns() - start));
    made
}

fn called(heap: &Heap, _op: Addr, _args: &[Addr]) -> Result<Addr, MemoryError> {
    CALLS.with_borrow_mut(|calls| *calls += 1);
    Ok(new_ref(heap, none(heap)))
}

fn none(heap: &Heap) -> Addr {
    let none = Root::of(heap.memory).none().get();
    none.expect("None is made at start-up")
}

/// Starts a manager in `memory`. What exists from the start is made before there are pools, and
/// stays with the plain allocator.
fn start(memory: &Memory, collector: Collector) -> Result<Heap<'_>> {
    let types = collector.types();
    let plain = Heap {
        memory,
        object: generations::PLAIN,
        types,
    };
    generations::start(&plain)?;
    arenas::arena::start::<Pools>(memory)?;
    Ok(Heap {
        memory,
        object: const { pymalloc::<Pools>() },
        types,
    })
}

/// Full collections of a graph of `n` objects: alive, then garbage.
///
/// # Errors
/// If there is no memory for it, or the collector finds what it should not.
pub fn graph(
    collector: Collector,
    shape: Shape,
    n: usize,
    repetitions: usize,
    report: &mut Report,
) -> Result<()> {
    let memory = Memory::new(Memory::FIXED_SIZE)?;
    let heap = start(&memory, collector)?;
    generations::threshold::disable(&heap);
    report.before_building();
    let root = build(&heap, shape, n)?;
    report.built();
    let mut found = Ok(0);
    for _ in 0..=repetitions {
        report.alive(|| found = collector.collect(&heap));
        ensure!(found? == 0, "objects found dead, but all are alive");
        found = Ok(0);
    }
    decref(&heap, root);
    report.garbage(|| found = collector.collect(&heap));
    let found = found?;
    ensure!(found == n as u64, "{found} of {n} objects found dead");
    Ok(())
}

/// A full collection of the garbage of [`graph`], with one object more: it has a finalizer and a weak
/// reference with a callback, so that no pass can be left out.
///
/// # Errors
/// As [`graph`].
pub fn passes(collector: Collector, shape: Shape, n: usize, report: &Report) -> Result<()> {
    let memory = Memory::new(Memory::FIXED_SIZE)?;
    let heap = &start(&memory, collector)?;
    generations::threshold::disable(heap);
    let last_class = class::new(heap, "Last", None)?;
    let callable = heap.alloc(type_at(heap, CALLABLE as u64), 0)?;
    let del = str::intern(heap, "__del__")?;
    xdecref(
        heap,
        class::set_attr(heap, last_class, del, new_ref(heap, callable))?,
    );
    let last = instance::new(heap, last_class)?;
    set_attr(heap, last, str::intern(heap, "me")?, last)?;
    let root = build(heap, shape, n)?;
    set_attr(heap, last, str::intern(heap, "root")?, root)?;
    decref(heap, root);
    let wr = weakref::new(heap, last, Some(callable))?;
    collector.collect(heap)?;
    decref(heap, last);
    let mut found = Ok(0);
    report.measured("garbage-passes", n, || found = collector.collect(heap));
    let (found, calls) = (found?, CALLS.take());
    ensure!(
        found == n as u64 + 1 && calls == 2,
        "{found} of {} objects found dead, and {calls} calls, not a finalizer's and a callback's",
        n + 1
    );
    decref(heap, wr);
    Ok(())
}

/// `n` lists made with automatic collection: all kept (`retain`), or in rings of two that are
/// dropped at once (`churn`).
///
/// # Errors
/// If there is no memory for it.
pub fn automatic(collector: Collector, kind: &str, n: usize, report: &Report) -> Result<()> {
    let memory = Memory::new(Memory::FIXED_SIZE)?;
    let heap = &start(&memory, collector)?;
    collector.collect(heap)?;
    PAUSES.take();
    let start = thread_cpu_ns();
    match kind {
        "retain" => {
            let keep = list::new(heap)?;
            for _ in 0..n {
                let made = list::new(heap)?;
                list_append(heap, keep, made)?;
                decref(heap, made);
            }
        }
        "churn" => {
            for _ in 0..n / 2 {
                let a = list::from_items(heap, &[new_ref(heap, none(heap))])?;
                let b = list::from_items(heap, &[a])?;
                let old = list::set_item(heap, a, 0, b)?;
                decref(heap, old);
            }
        }
        _ => bail!("no such program: {kind}"),
    }
    let end = thread_cpu_ns();
    let pauses = PAUSES.take();
    report.number("ns_per_object", (end - start) as f64 / n as f64);
    report.number("collecting_ns", pauses.iter().sum::<u64>() as f64);
    let longest = pauses.iter().max().copied().unwrap_or_default();
    report.number("longest_pause_ns", longest as f64);
    report.number("collections", pauses.len() as f64);
    Ok(())
}

/// Builds a graph, all objects first and then their edges, as `programs/collector.py` does; a
/// reference to node 0.
fn build(heap: &Heap, shape: Shape, n: usize) -> Result<Addr> {
    if shape == Shape::Instances {
        return build_instances(heap, n / 2);
    }
    let set = |op, index, item| -> Result<()> {
        let old = list::set_item(heap, op, index, new_ref(heap, item))?;
        decref(heap, old);
        Ok(())
    };
    let items = vec![none(heap); if shape == Shape::Ring { 1 } else { 2 }];
    let list_of_nones = || {
        items.iter().for_each(|&none| refcounts::incref(heap, none));
        list::from_items(heap, &items)
    };
    let nodes: Vec<Addr> = (0..n).map(|_| list_of_nones()).collect::<Result<_, _>>()?;
    for at in 0..n {
        set(nodes[at], 0, nodes[(at + 1) % n])?;
    }
    if shape == Shape::Random {
        for (at, target) in targets(n).enumerate() {
            set(nodes[at], 1, nodes[target])?;
        }
    }
    release(heap, nodes)
}

fn build_instances(heap: &Heap, n: usize) -> Result<Addr> {
    let class = class::new(heap, "Node", None)?;
    let (next, links) = (str::intern(heap, "next")?, str::intern(heap, "links")?);
    let mut nodes = Vec::with_capacity(n);
    for _ in 0..n {
        let node = instance::new(heap, class)?;
        set_attr(heap, node, next, none(heap))?;
        let items = list::from_items(heap, &[new_ref(heap, none(heap))])?;
        set_attr(heap, node, links, items)?;
        decref(heap, items);
        nodes.push(node);
    }
    for at in 0..n {
        set_attr(heap, nodes[at], next, nodes[(at + 1) % n])?;
    }
    for (at, target) in targets(n).enumerate() {
        let items = instance::get_attr(heap, nodes[at], links)?;
        let old = list::set_item(heap, items, 0, new_ref(heap, nodes[target]))?;
        decref(heap, old);
    }
    release(heap, nodes)
}

/// Gives up the references to all nodes but the first.
fn release(heap: &Heap, nodes: Vec<Addr>) -> Result<Addr> {
    for &node in &nodes[1..] {
        let count = PyObject::at(heap.memory, node).ob_refcnt().get();
        ensure!(count > 1, "a node that no other one refers to");
        decref(heap, node);
    }
    nodes.first().copied().context("a graph of no objects")
}
