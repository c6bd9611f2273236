//! Eight real threads on one manager, behind the GIL: every count is exact at the end, a thread that gives
//! way waits for the seven others and for nobody twice, and all come to their end.
//!
//! The long campaign, a minute:
//! `cargo test --release -p manager-solution --test threads -- --ignored --nocapture`.
//! `HEAP_SECONDS=600` chooses how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use exam::{Random, blocks_of};
use manager_solution::{Gil, PrivateHeap, gil};
use memory::pool::walk::walk;
use memory::{Addr, Heap, Manager, Memory, MemoryError, Modern, Ticks, plain};
use objects::{ObjectError, dict, float, int, list, singletons, str, tuple};
use refcounts::containers::{dict_set_item, list_set_item};
use refcounts::{decref, new_ref};

const THREADS: usize = 8;
/// What starvation would be: to wait while the lock is given to more threads than this.
const MOST: u64 = THREADS as u64 - 1;

type Heaps<'m> = PrivateHeap<'m, Modern, Ticks>;

/// What all threads use.
#[derive(Clone, Copy)]
struct Shared {
    /// Counters: each thread adds to all of them.
    counters: Addr,
    /// An object to which threads take and drop references.
    object: Addr,
    /// A dict that everybody writes to.
    table: Addr,
}

const COUNTERS: i64 = 4;

fn set_up(heap: &Heap) -> Result<Shared, ObjectError> {
    let counters = list::new(heap)?;
    for _ in 0..COUNTERS {
        list::append(heap, counters, int::from_i64(heap, 0)?)?;
    }
    // A dict has a table of its own from its first entry on.
    let table = dict::new(heap)?;
    let zero = int::from_i64(heap, 0)?;
    dict_set_item(heap, table, zero, zero)?;
    decref(heap, zero);
    Ok(Shared {
        counters,
        object: str::new(heap, "shared by all threads")?,
        table,
    })
}

/// `counters[at] += 1`: read, add, write; a lost update would show.
fn add_one(heap: &Heap, shared: Shared, at: i64) -> Result<(), ObjectError> {
    let value = int::to_i64(heap, list::get_item(heap, shared.counters, at)?).unwrap_or(0);
    let sum = int::from_i64(heap, value + 1)?;
    list_set_item(heap, shared.counters, at, sum)
}

/// What a thread keeps from one unit of work to the next: how many references to the shared object it
/// has, in a list of its own, and a cycle that must stay as it is.
struct Own {
    number: u64,
    kept: Addr,
    references: u64,
}

impl Own {
    fn new(heap: &Heap, number: u64) -> Result<Own, MemoryError> {
        let kept = list::new(heap)?;
        let references = 0;
        Ok(Own {
            number,
            kept,
            references,
        })
    }

    /// One unit of work, between two safe points.
    fn work(
        &mut self,
        heap: &Heap,
        shared: Shared,
        random: &mut Random,
    ) -> Result<(), ObjectError> {
        for at in 0..COUNTERS {
            add_one(heap, shared, at)?;
        }
        // References to the shared object, in a private list.
        if self.references < 50 && random.index(3) > 0 {
            list::append(heap, self.kept, new_ref(heap, shared.object))?;
            self.references += 1;
        } else if let Some(item) = list::pop(heap, self.kept)? {
            assert_eq!(item, shared.object, "an item of a private list");
            decref(heap, item);
            self.references -= 1;
        }
        // The shared dict: an entry of this thread's, and a look at another's.
        let key = int::from_i64(heap, (self.number * 100 + random.index(20) as u64) as i64)?;
        let value = tuple::new(heap, &[new_ref(heap, key), float::from_f64(heap, 0.5)?])?;
        dict_set_item(heap, shared.table, key, value)?;
        decref(heap, value);
        if let Some(entry) = dict::get_item(heap, shared.table, key)? {
            assert_eq!(
                tuple::get_item(heap, entry, 0)?,
                key,
                "an entry of the shared dict"
            );
        }
        decref(heap, key);
        // Garbage, in a cycle.
        let lost = list::new(heap)?;
        list::append(heap, lost, new_ref(heap, singletons::none(heap)))?;
        list::append(heap, lost, lost)?;
        Ok(())
    }
}

/// What a thread has seen.
#[derive(Default)]
struct Seen {
    units: AtomicU64,
    switches: AtomicU64,
    /// Others that had the lock while one thread waited in a switch, at most.
    others: AtomicU64,
    /// How long one thread waited, at most, in microseconds.
    longest: AtomicU64,
    /// Waits that were longer than ten intervals.
    long: AtomicU64,
}

impl Seen {
    fn waited(&self, time: Duration) {
        let waited = time.as_micros() as u64;
        self.longest.fetch_max(waited, Ordering::Relaxed);
        if time > 10 * gil::SWITCH_INTERVAL {
            self.long.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One thread: units of work, with a safe point after each, until it is told to stop.
fn thread(gil: &Gil<Memory>, shared: Shared, number: u64, stop: &AtomicBool, seen: &Seen) {
    let mut random = Random::from_seed(number + 1);
    let mut guard = gil.take();
    let heap = |guard: &gil::Guard<'_, Memory>, own: &mut dyn FnMut(&Heap)| {
        own(&Heaps::attach(guard).heap());
    };
    let mut own = None;
    heap(&guard, &mut |heap| own = Own::new(heap, number).ok());
    let mut own = own.expect("there is memory for a list");
    while !stop.load(Ordering::Relaxed) {
        heap(&guard, &mut |heap| {
            own.work(heap, shared, &mut random)
                .expect("there is memory");
        });
        seen.units.fetch_add(1, Ordering::Relaxed);
        let (before, begun) = (gil.handed_on(), Instant::now());
        if guard.switch() {
            let others = gil.handed_on() - before - 1;
            seen.others.fetch_max(others, Ordering::Relaxed);
            seen.switches.fetch_add(1, Ordering::Relaxed);
            seen.waited(begun.elapsed());
        }
        // Every other thread waits for something else now and then.
        if number % 2 == 1 && random.index(200) == 0 {
            let time = Duration::from_micros(random.index(3000) as u64);
            let woken = guard.allow_threads(|| {
                std::thread::sleep(time);
                Instant::now()
            });
            seen.waited(woken.elapsed());
        }
    }
    heap(&guard, &mut |heap| decref(heap, own.kept));
}

fn campaign(time: Duration) {
    let memory = Memory::new(1 << 30).expect("there is memory for a range");
    let manager = Heaps::start(&memory).expect("the manager starts");
    let shared = set_up(&manager.heap()).expect("there is memory");
    // What the threads put into the shared dict is taken out again at the end.
    let before = state(&manager, shared);

    let gil = Arc::new(Gil::new(memory));
    let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Seen::default()));
    let begun = Instant::now();
    let threads = (0..THREADS as u64).map(|number| {
        let (gil, stop, seen) = (Arc::clone(&gil), Arc::clone(&stop), Arc::clone(&seen));
        std::thread::spawn(move || thread(&gil, shared, number, &stop, &seen))
    });
    let threads: Vec<_> = threads.collect();
    std::thread::sleep(time);
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        let last = Instant::now();
        while !thread.is_finished() {
            assert!(
                last.elapsed() < Duration::from_secs(60),
                "a deadlock: {gil:?}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        thread.join().expect("a thread has panicked, and said why");
    }

    let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
    println!(
        "{THREADS} threads, {:.0?}: {} units of work, the lock was handed on {} times, {} of them at a safe \
         point; a thread waited for {} others at most (starvation: more than {MOST}); the longest wait took \
         {:.1} ms, {} took longer than ten intervals",
        begun.elapsed(),
        read(&seen.units),
        gil.handed_on(),
        read(&seen.switches),
        read(&seen.others),
        read(&seen.longest) as f64 / 1000.0,
        read(&seen.long),
    );
    assert!(read(&seen.others) <= MOST, "a thread was starved");
    let gil = Arc::into_inner(gil).expect("all threads have ended");
    let memory = gil.into_inner().expect("nobody holds the lock");
    let manager = Heaps::attach(&memory);
    let heap = manager.heap();
    for at in 0..COUNTERS {
        let counter = list::get_item(&heap, shared.counters, at).expect("it is there");
        let counter = int::to_i64(&heap, counter).and_then(|sum| u64::try_from(sum).ok());
        assert_eq!(
            Some(read(&seen.units)),
            counter,
            "counter {at}: no update is lost"
        );
    }
    assert_eq!(before, state(&manager, shared), "count, and live blocks");
}

/// The count of the shared object, and how many blocks are live, when nothing is left but what was
/// there at the beginning.
fn state(manager: &Heaps<'_>, shared: Shared) -> (u64, u64) {
    let heap = manager.heap();
    for (key, _) in dict::items(&heap, shared.table) {
        let key = new_ref(&heap, key);
        refcounts::containers::dict_del_item(&heap, shared.table, key).expect("it is there");
        decref(&heap, key);
    }
    for at in 0..COUNTERS {
        let zero = int::from_i64(&heap, 0).expect("there is memory");
        list_set_item(&heap, shared.counters, at, zero).expect("it is there");
    }
    manager.collect(2);
    assert_eq!(
        Some(0),
        manager.collect(2),
        "objects that a second collection finds"
    );
    plain::check(heap.memory).expect("the chunks fit together");
    walk(heap.memory).expect("the pools fit together");
    let count = heap.memory.load(shared.object);
    (count, blocks_of(heap.memory))
}

#[test]
fn a_second() {
    campaign(Duration::from_millis(1500));
}

#[test]
#[ignore = "a minute; see above"]
fn a_minute() {
    let seconds = std::env::var("HEAP_SECONDS").map_or(60, |text| text.parse().unwrap());
    campaign(Duration::from_secs(seconds));
}
