//! Five collectors for Rust programs, each with the same graph.
//!
//! They are made for other purposes, so read their numbers with care: gc-arena and gc count no
//! references and must be told the roots; rust-cc, bacon_rajan_cc and dumpster look only at objects
//! that have lost a reference, and pay for that at every change, which is not measured here.
//! All of them recurse, and need a stack as deep as the graph.

// The derive of `gc` puts its impls into a constant.
#![allow(non_local_definitions)]

use std::cell::RefCell;

use anyhow::Result;

use super::graph::{Shape, targets};
use super::subject::Report;

/// A peer measures a graph of so many nodes, with so many collections while it is alive.
pub type Measure = fn(Shape, usize, usize, &mut Report) -> Result<()>;

/// Their names.
pub const PEERS: [(&str, Measure); 5] = [
    ("gc-arena", gc_arena_graph),
    ("gc", gc_graph),
    ("rust-cc", rust_cc_graph),
    ("bacon_rajan_cc", bacon_graph),
    ("dumpster", dumpster_graph),
];

/// The edges of a node: one or two.
fn edges(shape: Shape) -> usize {
    match shape {
        Shape::Ring => 1,
        Shape::Random | Shape::Instances => 2,
    }
}

/// Makes `n` nodes with `make`, and gives each its edges with `link`; the first node.
fn build<N>(shape: Shape, n: usize, make: impl Fn() -> N, link: impl Fn(&N, &N)) -> N
where
    N: Clone,
{
    let nodes: Vec<N> = (0..n).map(|_| make()).collect();
    for at in 0..n {
        link(&nodes[at], &nodes[(at + 1) % n]);
    }
    if edges(shape) == 2 {
        for (at, target) in targets(n).enumerate() {
            link(&nodes[at], &nodes[target]);
        }
    }
    nodes[0].clone()
}

/// Measures the graph that `build` makes, and whose node 0 it returns.
///
/// Each collection of the living graph gets a candidate: a pointer that was dropped. `gc` does not need
/// one.
fn collections<N: Clone>(
    repetitions: usize,
    report: &mut Report,
    build: impl FnOnce() -> N,
    collect: impl Fn(),
) {
    report.before_building();
    let root = build();
    report.built();
    for _ in 0..=repetitions {
        drop(root.clone());
        report.alive(&collect);
    }
    drop(root);
    report.garbage(&collect);
}

mod arena {
    use gc_arena::{Arena, Collect, Gc, Mutation, RefLock, Rootable, barrier::unlock};

    use super::{Shape, build, edges};

    #[derive(Collect)]
    #[collect(no_drop)]
    pub(super) struct Node<'gc> {
        edges: RefLock<Vec<Gc<'gc, Node<'gc>>>>,
    }

    pub(super) type Heap = Arena<Rootable![Option<Gc<'_, Node<'_>>>]>;

    pub(super) fn graph<'gc>(mc: &Mutation<'gc>, shape: Shape, n: usize) -> Gc<'gc, Node<'gc>> {
        let make = || {
            let edges = RefLock::new(Vec::with_capacity(edges(shape)));
            Gc::new(mc, Node { edges })
        };
        let link = |from: &Gc<'gc, Node<'gc>>, to: &Gc<'gc, Node<'gc>>| {
            let edges = unlock!(Gc::write(mc, *from), Node, edges);
            edges.borrow_mut().push(*to);
        };
        build(shape, n, make, link)
    }
}

fn gc_arena_graph(shape: Shape, n: usize, repetitions: usize, report: &mut Report) -> Result<()> {
    report.before_building();
    let mut heap = arena::Heap::new(|_| None);
    heap.mutate_root(|mc, root| *root = Some(arena::graph(mc, shape, n)));
    report.built();
    for _ in 0..=repetitions {
        report.alive(|| heap.finish_cycle());
    }
    heap.mutate_root(|_, root| *root = None);
    report.garbage(|| heap.finish_cycle());
    Ok(())
}

#[derive(gc::Trace, gc::Finalize)]
struct GcNode {
    edges: gc::GcCell<Vec<gc::Gc<GcNode>>>,
}

fn gc_graph(shape: Shape, n: usize, repetitions: usize, report: &mut Report) -> Result<()> {
    use gc::{Gc, GcCell};
    let make = || {
        Gc::new(GcNode {
            edges: GcCell::new(Vec::with_capacity(edges(shape))),
        })
    };
    let link = |from: &Gc<GcNode>, to: &Gc<GcNode>| from.edges.borrow_mut().push(to.clone());
    let build = || build(shape, n, make, link);
    collections(repetitions, report, build, gc::force_collect);
    Ok(())
}

#[derive(rust_cc::Trace, rust_cc::Finalize)]
struct RustCcNode {
    edges: RefCell<Vec<rust_cc::Cc<RustCcNode>>>,
}

fn rust_cc_graph(shape: Shape, n: usize, repetitions: usize, report: &mut Report) -> Result<()> {
    use rust_cc::{Cc, collect_cycles};
    rust_cc::config::config(|config| config.set_auto_collect(false))?;
    let make = || {
        Cc::new(RustCcNode {
            edges: RefCell::new(Vec::with_capacity(edges(shape))),
        })
    };
    let link =
        |from: &Cc<RustCcNode>, to: &Cc<RustCcNode>| from.edges.borrow_mut().push(to.clone());
    let build = || {
        let root = build(shape, n, make, link);
        // Not the graph: what is left from building it. Then each collection has one candidate.
        collect_cycles();
        root
    };
    collections(repetitions, report, build, collect_cycles);
    Ok(())
}

struct BaconNode {
    edges: RefCell<Vec<bacon_rajan_cc::Cc<BaconNode>>>,
}

impl bacon_rajan_cc::Trace for BaconNode {
    fn trace(&self, tracer: &mut bacon_rajan_cc::Tracer) {
        self.edges.borrow().trace(tracer);
    }
}

fn bacon_graph(shape: Shape, n: usize, repetitions: usize, report: &mut Report) -> Result<()> {
    use bacon_rajan_cc::{Cc, collect_cycles};
    let make = || {
        Cc::new(BaconNode {
            edges: RefCell::new(Vec::with_capacity(edges(shape))),
        })
    };
    let link = |from: &Cc<BaconNode>, to: &Cc<BaconNode>| from.edges.borrow_mut().push(to.clone());
    let build = || {
        let root = build(shape, n, make, link);
        collect_cycles();
        root
    };
    collections(repetitions, report, build, collect_cycles);
    Ok(())
}

#[derive(dumpster::Trace)]
struct DumpsterNode {
    edges: RefCell<Vec<dumpster::unsync::Gc<DumpsterNode>>>,
}

fn dumpster_graph(shape: Shape, n: usize, repetitions: usize, report: &mut Report) -> Result<()> {
    use dumpster::unsync::{Gc, collect, set_collect_condition};
    set_collect_condition(|_| false);
    let make = || {
        Gc::new(DumpsterNode {
            edges: RefCell::new(Vec::with_capacity(edges(shape))),
        })
    };
    let link =
        |from: &Gc<DumpsterNode>, to: &Gc<DumpsterNode>| from.edges.borrow_mut().push(to.clone());
    let build = || {
        let root = build(shape, n, make, link);
        collect();
        root
    };
    collections(repetitions, report, build, collect);
    Ok(())
}
