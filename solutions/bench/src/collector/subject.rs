//! Who can be measured, and what is printed about it.

use std::fs;
use std::thread;

use anyhow::{Context, Result, bail};

use super::graph::Shape;
use super::report::BYTES;
use super::{bound, manager, peers};
use crate::clock::cpu_ns;

/// What a measuring process prints: a name and a number a line.
///
/// Times are per object, and CPU time of the thread.
#[derive(Debug, Default)]
pub struct Report {
    objects: usize,
    resident: u64,
}

impl Report {
    /// For a graph of so many objects.
    #[must_use]
    pub fn new(objects: usize) -> Report {
        Report {
            objects,
            resident: 0,
        }
    }

    /// Call it when everything but the graph is there.
    pub fn before_building(&mut self) {
        self.resident = resident();
    }

    /// Call it when the graph is there.
    pub fn built(&self) {
        let bytes = resident().saturating_sub(self.resident);
        self.number(BYTES, bytes as f64 / self.objects as f64);
    }

    /// A collection that finds nothing.
    pub fn alive(&self, collect: impl FnOnce()) {
        self.measured("alive", self.objects, collect);
    }

    /// A collection that frees everything.
    pub fn garbage(&self, collect: impl FnOnce()) {
        self.measured("garbage", self.objects, collect);
    }

    /// Something done `count` times over.
    pub fn measured(&self, name: &str, count: usize, work: impl FnOnce()) {
        self.number(name, cpu_ns(work) as f64 / count as f64);
    }

    /// Any number.
    pub fn number(&self, name: &str, value: f64) {
        println!("{name} {value}");
    }
}

/// Bytes of memory that this process has now; 0 where the system does not say.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = (statm.split(' ').nth(1))
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(0);
    // SAFETY: asks for a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages * page.unsigned_abs()
}

/// The subject that is the memory itself.
pub const MEMORY: &str = "memory";

/// How much stack a subject gets: the peers recurse along the graph. Only what is touched counts.
const STACK: usize = 12 << 30;

/// Runs a measurement in this process: `subject graph SHAPE N REPETITIONS`, `subject passes SHAPE N` or
/// `subject automatic KIND N`.
///
/// # Errors
/// If there is no such subject or workload, or it cannot be measured.
pub fn run(arguments: &[String]) -> Result<()> {
    let [subject, workload, kind, n, rest @ ..] = arguments else {
        bail!("no such measurement: {arguments:?}");
    };
    let n: usize = n.parse()?;
    let mut report = Report::new(n);
    match (manager::Collector::named(subject), workload.as_str()) {
        (Some(collector), "graph") => {
            let repetitions = repetitions(rest)?;
            manager::graph(collector, Shape::named(kind)?, n, repetitions, &mut report)
        }
        (Some(collector), "passes") => manager::passes(collector, Shape::named(kind)?, n, &report),
        (Some(collector), "automatic") => manager::automatic(collector, kind, n, &report),
        (None, "graph") if subject == MEMORY => {
            bound::measure(n, repetitions(rest)?, &report);
            Ok(())
        }
        (None, "graph") => {
            let mut all = peers::PEERS.into_iter();
            let peer = all.find(|peer| peer.0 == subject);
            let (_, measure) = peer.with_context(|| format!("there is no subject {subject}"))?;
            let (shape, repetitions) = (Shape::named(kind)?, repetitions(rest)?);
            let run = move || measure(shape, n, repetitions, &mut report);
            let deep = thread::Builder::new().stack_size(STACK).spawn(run)?;
            deep.join().ok().context("the peer panicked")?
        }
        _ => bail!("{subject} cannot be measured with {workload}"),
    }
}

fn repetitions(rest: &[String]) -> Result<usize> {
    Ok(rest.first().context("how many repetitions?")?.parse()?)
}
