//! What thresholds cost: the service in miniature, measured. The tests of task 8.14 use it, and the
//! example `tune`.

use manager::PrivateHeap;
use manager::pauses::measure;
use manager::service::{Parameters, Service, load};
use manager::stats::statistics;
use memory::watch::{Watched, Words};
use memory::{Manager, Modern, PAGE};
use objects::ObjectError;

/// The service that is measured.
const PARAMETERS: Parameters = Parameters {
    sessions: 150,
    ..Parameters::SMALL
};

/// How many requests it answers: so many that with CPython's thresholds there is one full collection.
const REQUESTS: u64 = 6000;

/// CPython's thresholds, 3.11.
pub(crate) const CPYTHON: [u64; 3] = [700, 10, 10];

/// What a run of the service has cost. The same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The words that the longest collection read and wrote.
    pub(crate) longest: u64,
    /// The words that all collections read and wrote.
    pub(crate) total: u64,
    /// The most memory that was in use at once, in bytes: pages that were touched and not given back.
    pub(crate) memory: u64,
    /// How many collections of each generation there were.
    pub(crate) collections: [u64; 3],
}

/// Runs the service with these thresholds.
pub(crate) fn cost(thresholds: [u64; 3]) -> Result<Cost, ObjectError> {
    let watched = Watched::new(1 << 28)?;
    let manager = PrivateHeap::<Modern, Words>::start(watched.memory())?;
    let heap = manager.heap();
    load(&heap)?;
    generations::threshold::set_threshold(&heap, &thresholds);
    measure(&heap)?;
    let service = Service::start(&heap, PARAMETERS)?;
    let mut pages = 0;
    for _ in 0..REQUESTS {
        service.request(&heap)?;
        pages = pages.max(watched.touched_pages());
    }
    let statistics = watched.quietly(|_| statistics::<Modern>(&heap));
    Ok(Cost {
        longest: statistics.pause_longest,
        total: statistics.pause_total,
        memory: pages * PAGE,
        collections: statistics.collections,
    })
}

/// How much of what CPython's thresholds cost is allowed, in percent: of the longest pause, of all
/// collections, of memory.
pub(crate) const GOALS: [u64; 3] = [30, 110, 40];

impl Cost {
    /// What is asked for on this manager, if CPython's thresholds cost `self`.
    pub(crate) fn goal(&self) -> Cost {
        let [longest, total, memory] = GOALS;
        Cost {
            longest: self.longest * longest / 100,
            total: self.total * total / 100,
            memory: self.memory * memory / 100,
            collections: [0; 3],
        }
    }

    /// What is over the goal.
    pub(crate) fn misses(&self, goal: &Cost) -> Vec<&'static str> {
        let all = [
            ("the longest pause", self.longest, goal.longest),
            ("all collections together", self.total, goal.total),
            ("memory", self.memory, goal.memory),
        ];
        let missed = all.into_iter().filter(|&(_, found, goal)| found > goal);
        missed.map(|(what, ..)| what).collect()
    }
}

/// A table of costs: a row each, CPython's, and what is asked for.
pub(crate) fn table(cpython: &Cost, rows: &[([u64; 3], Cost)]) -> String {
    let mut text = String::from(
        "thresholds        longest pause     all collections           memory   collections\n",
    );
    let share = |value: u64, of: u64| {
        let percent = (value * 100 + of / 2).checked_div(of).unwrap_or(0);
        format!("{percent:>4} %")
    };
    let thousands = |value: u64| match value {
        0..1000 => value.to_string(),
        _ => format!("{},{:03}", value / 1000, value % 1000),
    };
    let mut add = |name: &str, cost: &Cost, collections: &str| {
        let row = format!(
            "{name:<15} {:>7} k{} {:>8} k{} {:>6} KiB{}   {collections}",
            thousands(cost.longest / 1000),
            share(cost.longest, cpython.longest),
            thousands(cost.total / 1000),
            share(cost.total, cpython.total),
            thousands(cost.memory / 1024),
            share(cost.memory, cpython.memory),
        );
        text.push_str(row.trim_end());
        text.push('\n');
    };
    let last = (CPYTHON, *cpython);
    for ([first, second, third], cost) in rows.iter().chain([&last]) {
        let [young, middle, old] = cost.collections;
        add(
            &format!("{first}, {second}, {third}"),
            cost,
            &format!("{young}, {middle}, {old}"),
        );
    }
    add("at most", &cpython.goal(), "");
    text.push_str(
        "k: 1000 words that collections read and wrote; %: of the cost of 700, 10, 10 on this manager\n",
    );
    text
}
