//! The goals, and whether they are met.

use std::fmt;

use crate::allocator::subjects::{FAITHFUL, REFERENCE};
use crate::json::{Measurement, find};
use crate::quartiles::geomean;

/// Metric: nanoseconds of CPU time for one call, the loop included; the lower quartile.
pub const TIME: &str = "cpu_ns_per_op";
/// Metric: peak of requested bytes over peak of memory.
pub const UTILIZATION: &str = "utilization";
/// Metric: bytes still in memory after all was freed.
pub const RESIDENT: &str = "resident_bytes";
/// Metric: instructions of one call, without the loop's.
pub const INSTRUCTIONS: &str = "instructions_per_op";

/// The cache that the reference documents: sixteen arenas of 1 MiB
/// (`memory::Furthest`, `KEPT_ARENAS`).
const CACHE: f64 = (16 << 20) as f64;

/// A number and what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What it is about.
    pub title: String,
    /// The number.
    pub value: f64,
    /// It must be reached.
    pub floor: f64,
    /// It should be.
    pub goal: f64,
    /// Whether larger is better.
    pub more: bool,
}

impl Verdict {
    fn reaches(&self, mark: f64) -> bool {
        if self.more {
            self.value >= mark
        } else {
            self.value <= mark
        }
    }

    /// Whether the floor is reached.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.reaches(self.floor)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match (self.reaches(self.goal), self.holds()) {
            (true, true) => "goal ",
            (_, true) => "floor",
            (_, false) => "MISS ",
        };
        let sign = if self.more { ">=" } else { "<=" };
        write!(
            f,
            "{word}  {:<58} {:>7.2}   floor {sign} {:.2}, goal {sign} {:.2}",
            self.title, self.value, self.floor, self.goal
        )
    }
}

/// The reference's verdicts as far as the measurements go, against this CPython.
#[must_use]
pub fn verdicts(all: &[Measurement], cpython: &str) -> Vec<Verdict> {
    let ratios = |metric: &str, peer: &str, start: &str| -> Vec<f64> {
        all.iter()
            .filter(|one| {
                one.subject == REFERENCE && one.metric == metric && one.workload.starts_with(start)
            })
            .filter_map(|one| Some(one.value / find(all, &one.workload, peer, metric)?))
            .collect()
    };
    let mut out = Vec::new();
    let mut add = |title: String, value: Option<f64>, floor, goal, more| {
        if let Some(value) = value {
            out.push(Verdict {
                title,
                value,
                floor,
                goal,
                more,
            });
        }
    };
    let mean = |ratios: Vec<f64>| (!ratios.is_empty()).then(|| geomean(&ratios));
    let worst = |ratios: Vec<f64>| ratios.into_iter().reduce(f64::max);

    let title = |what: &str| format!("{what}, to {cpython}");
    let times = ratios(TIME, cpython, "trace/");
    add(
        title("traces: time, mean"),
        mean(times.clone()),
        0.70,
        0.60,
        false,
    );
    add(
        title("traces: time, worst trace"),
        worst(times),
        0.85,
        0.80,
        false,
    );
    let times = ratios(TIME, "mimalloc", "trace/");
    add(
        "traces: time, mean, to mimalloc".into(),
        mean(times),
        0.90,
        0.80,
        false,
    );
    let times = ratios(TIME, cpython, "refill/");
    add(
        title("shuffled refill: time"),
        mean(times),
        0.55,
        0.45,
        false,
    );
    let times = ratios(TIME, cpython, "pingpong/");
    add(
        title("ping-pong on an empty heap: time"),
        mean(times),
        1.20,
        1.20,
        false,
    );
    let counts = ratios(INSTRUCTIONS, cpython, "trace/");
    add(
        title("instructions, on one trace"),
        mean(counts),
        0.72,
        0.55,
        false,
    );
    let parts = ratios(UTILIZATION, cpython, "trace/");
    add(
        title("traces: utilization, mean"),
        mean(parts),
        0.94,
        0.97,
        true,
    );
    let parts = ratios(UTILIZATION, "mimalloc", "trace/");
    add(
        "traces: utilization, mean, to mimalloc".into(),
        mean(parts),
        1.40,
        1.40,
        true,
    );
    let over = |subject: &str, cache: f64| {
        all.iter()
            .filter(|one| one.subject == subject && one.metric == RESIDENT)
            .filter_map(|one| {
                let theirs = find(all, &one.workload, cpython, RESIDENT)?;
                Some((one.value - theirs - cache) / f64::from(1 << 20))
            })
            .reduce(f64::max)
    };
    add(
        format!("resident after all, MiB over {cpython} + 16 kept, worst"),
        over(REFERENCE, CACHE),
        0.0,
        0.0,
        false,
    );
    add(
        format!("resident after all, MiB over {cpython}, {FAITHFUL}"),
        over(FAITHFUL, 0.0),
        0.0,
        0.0,
        false,
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_same_workload() {
        let all = [
            Measurement::new("trace/a", REFERENCE, TIME, 2.0),
            Measurement::new("trace/a", "cpython-3.11", TIME, 4.0),
            Measurement::new("trace/b", REFERENCE, TIME, 9.0),
            Measurement::new("trace/b", "cpython-3.11", TIME, 10.0),
            Measurement::new("trace/c", REFERENCE, TIME, 1.0),
        ];
        let verdicts = verdicts(&all, "cpython-3.11");
        assert_eq!(verdicts.len(), 2, "{verdicts:?}");
        assert!((verdicts[0].value - 0.45_f64.sqrt()).abs() < 1e-12);
        assert!(verdicts[0].holds() && !verdicts[1].holds());
        assert!(
            verdicts[0]
                .to_string()
                .starts_with("floor  traces: time, mean")
        );
        assert!(
            verdicts[1]
                .to_string()
                .starts_with("MISS   traces: time, worst trace")
        );
    }
}
