//! The service on the reference: lab 8's manager as in the labs, and with *going further*.

use anyhow::{Context, Result};
use arenas::pymalloc;
use manager::service::{self, Parameters, Service};
use manager::{Table, freelist, index, pauses};
use memory::manager::{FreeLists, Pauses};
use memory::{
    Addr, Allocator, Clock, Further, GcState, Geometry, Heap, Memory, MemoryError, Modern, Slots,
};

use super::outcome::{Outcome, Size};
use crate::allocator::resident::resident;
use crate::clock::thread_cpu_ns;

/// The CPU time of the thread: other programs do not disturb it.
struct ThreadTime;

impl Clock for ThreadTime {
    fn now(_memory: &Memory) -> u64 {
        thread_cpu_ns()
    }
}

/// As in the labs.
const REFERENCE: [Slots; index::COUNT] = Table::<ThreadTime>::TYPES;

/// The same, with the collections of the crate `further`.
const FAST: [Slots; index::COUNT] = {
    let mut types = REFERENCE;
    let mut at = 0;
    while at < further::TYPES.len() {
        if types[at].gc {
            types[at].alloc = further::TYPES[at].alloc;
        }
        at += 1;
    }
    types[index::LIST as usize].alloc = list_alloc;
    types[index::DICT as usize].alloc = dict_alloc;
    types[index::TUPLE as usize].alloc = tuple_alloc;
    types
};

fn list_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    match FreeLists::of(heap.memory).lists().numfree().get() {
        0 => further::alloc::gc_alloc(heap, ty, nitems),
        _ => freelist::list_alloc(heap, ty, nitems),
    }
}

fn dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    match FreeLists::of(heap.memory).dicts().numfree().get() {
        0 => further::alloc::dict_alloc(heap, ty, nitems),
        _ => freelist::kept_dict_alloc(heap, ty, nitems),
    }
}

fn tuple_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    match freelist::tuples(heap, nitems) {
        Some(kept) if kept.numfree().get() > 0 => freelist::tuple_alloc(heap, ty, nitems),
        _ => further::alloc::gc_alloc(heap, ty, nitems),
    }
}

/// Lab 6's pools, with its *going further*.
type Pools = Further<Modern>;

/// The two subjects.
pub const SUBJECTS: [&str; 2] = ["reference", "reference-fast"];

/// Runs the service on the manager of this name.
///
/// # Errors
/// If there is no such manager, or no memory for the service.
pub fn run(subject: &str, size: Size) -> Result<Outcome> {
    match subject {
        "reference" => {
            run_on::<Modern>(&REFERENCE, pymalloc::<Modern>(), generations::collect, size)
        }
        "reference-fast" => run_on::<Pools>(&FAST, pymalloc::<Pools>(), further::collect, size),
        _ => anyhow::bail!("there is no subject {subject}"),
    }
}

/// `gc.collect(generation)`.
type Collect = fn(&Heap, i64) -> Result<u64, objects::ObjectError>;

fn run_on<G: Geometry>(
    types: &[Slots],
    object: Allocator,
    collect: Collect,
    size: Size,
) -> Result<Outcome> {
    let memory = Memory::new(Memory::FIXED_SIZE)?;
    let heap = &Heap {
        memory: &memory,
        object,
        types,
    };
    manager::start::<G>(heap)?;
    service::load(heap)?;
    // As service.py does it: what is there is none of the service's, and the counts are 0.
    collect(heap, 2)?;
    generations::freeze::freeze(heap);
    collect(heap, 2)?;
    let before = figures(&memory);
    let startup = peak()?;
    pauses::measure(heap)?;
    let start = thread_cpu_ns();
    let service = Service::start(
        heap,
        Parameters {
            sessions: size.sessions,
            log: size.log,
            seed: size.seed,
            ageing: size.ageing,
        },
    )?;
    for _ in 0..size.requests {
        service.request(heap)?;
    }
    let total = thread_cpu_ns() - start;
    let after = figures(&memory);
    let pauses = [0, 1, 2].map(|generation| Pauses::of(&memory, generation));
    let sums = pauses.map(|pauses| pauses.total().get());
    let longest = pauses.map(|pauses| pauses.longest().get());
    let tracked = [0, 1, 2].map(|n| generations::inspect::generation_size(heap, n));
    Ok(Outcome {
        collections: [0, 1, 2].map(|n| after[n].0 - before[n].0),
        collected: [0, 1, 2].map(|n| after[n].1 - before[n].1),
        total_ns: total,
        collecting_ns: sums.iter().sum(),
        collecting_ns_by_generation: sums,
        longest_pause_ns: longest.into_iter().max().unwrap_or(0),
        p99_pause_ns: pauses::percentile(&memory, 990),
        peak_resident_bytes: peak()?,
        startup_resident_bytes: startup,
        containers: tracked.into_iter().sum(),
    })
}

/// Of each generation: how many collections, and what they found.
fn figures(memory: &Memory) -> [(u64, u64); 3] {
    [0, 1, 2].map(|generation| {
        let stats = GcState::of(memory).stats(generation);
        (stats.collections().get(), stats.collected().get())
    })
}

fn peak() -> Result<u64> {
    Ok(resident()
        .context("this system does not say how much memory a process has")?
        .peak)
}
