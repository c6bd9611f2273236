//! The goals, and whether they are reached.

use super::manager::SUBJECTS;
use crate::allocator::verdict::Verdict;
use crate::json::{Measurement, find};

/// The verdicts as far as the measurements go, against this CPython.
#[must_use]
pub fn verdicts(all: &[Measurement], workload: &str, cpython: &str) -> Vec<Verdict> {
    let mut out = Vec::new();
    for subject in SUBJECTS {
        let mut add = |what: &str, ours: &str, theirs: &str, goal: f64| {
            let ours = find(all, workload, subject, ours);
            let theirs = find(all, workload, cpython, theirs);
            out.extend(ours.zip(theirs).map(|(ours, theirs)| Verdict {
                title: format!("{what}: {subject} to {cpython}"),
                value: ours / theirs,
                floor: goal,
                goal,
                more: false,
            }));
        };
        add("all collections", "collecting_ns", "collecting_ns", 0.6);
        add("longest pause", "longest_pause_ns", "longest_pause_ns", 0.5);
        add(
            "99th percentile of pauses",
            "p99_pause_ns",
            "p99_pause_ns",
            0.5,
        );
        // All that we have, against what the interpreter has more than at its start-up.
        let (ours, theirs) = ("peak_resident_bytes", "peak_less_startup_bytes");
        add("peak memory", ours, theirs, 1.0);
    }
    out
}
