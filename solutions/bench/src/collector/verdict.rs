//! The goals, and whether they are reached.

use super::bound::bound;
use super::graph::Shape;
use super::report::{BYTES, TIME};
use super::subject::MEMORY;
use crate::allocator::verdict::Verdict;
use crate::json::{Measurement, find};

/// As in the labs.
const REFERENCE: &str = "reference";
/// With *going further*.
const FAST: &str = "reference-fast";

/// The verdicts as far as the measurements go, against this CPython.
#[must_use]
pub fn verdicts(all: &[Measurement], cpython: &str) -> Vec<Verdict> {
    let mut out = Vec::new();
    let mut add = |title: String, value: Option<f64>, floor: f64, goal: f64| {
        out.extend(value.map(|value| Verdict {
            title,
            value,
            floor,
            goal,
            more: false,
        }));
    };
    let number = |workload: &str, subject: &str, metric: &str| find(all, workload, subject, metric);
    let ratio = |workload: &str, subject: &str, metric: &str| {
        Some(number(workload, subject, metric)? / number(workload, cpython, metric)?)
    };
    for size in ["1e5", "1e6"] {
        for shape in Shape::ALL {
            let workload = format!("{}/alive/{size}", shape.name());
            let title = format!("{workload}: {REFERENCE} to {cpython}");
            add(title, ratio(&workload, REFERENCE, TIME), 0.65, 0.65);
        }
        for (what, floor, goal) in [
            ("ring/alive", 0.45, 0.30),
            ("random/alive", 0.55, 0.40),
            ("ring/garbage", 0.55, 0.45),
            ("random/garbage", 0.80, 0.60),
            ("ring/garbage-passes", 0.55, 0.45),
            ("random/garbage-passes", 0.80, 0.60),
        ] {
            let workload = format!("{what}/{size}");
            let title = format!("{workload}: {FAST} to {cpython}");
            add(title, ratio(&workload, FAST, TIME), floor, goal);
        }
    }
    let costs = ["walk", "touch"].map(|cost| {
        let metric = format!("{cost}_{TIME}");
        number("memory/1e6", MEMORY, &metric)
    });
    if let [Some(walk), Some(touch)] = costs {
        let least = bound(Shape::Random, walk, touch);
        let time = number("random/alive/1e6", FAST, TIME);
        let value = time.zip(least).map(|(time, least)| time / least);
        let title = format!("random/alive/1e6: {FAST} to the memory's bound");
        add(title, value, 1.6, 1.3);
    }
    for shape in Shape::ALL {
        for subject in [REFERENCE, FAST] {
            for (size, n) in [("1e5", 1e5), ("1e6", 1e6)] {
                let workload = format!("{}/alive/{size}", shape.name());
                let bytes = |subject| number(&workload, subject, BYTES);
                // Not a ratio: a few pages would not be seen in it.
                let more = bytes(subject).zip(bytes(cpython));
                let more = more.map(|(ours, theirs)| (ours - theirs) * n / 1024.0);
                let title = format!("{workload}: memory, {subject}, KiB over {cpython}");
                add(title, more, 0.0, 0.0);
            }
            let growth = |subject: &str| {
                let at = |size| number(&format!("{}/alive/{size}", shape.name()), subject, TIME);
                Some(at("1e7")? / at("1e5")?)
            };
            let value = growth(subject).zip(growth(cpython));
            let title = format!(
                "{}/alive: growth from 1e5 to 1e7, {subject} to {cpython}",
                shape.name()
            );
            add(title, value.map(|(ours, theirs)| ours / theirs), 1.0, 1.0);
        }
    }
    for subject in [REFERENCE, FAST] {
        let value = ratio("retain/2e6", subject, "collecting_ns");
        let title = format!("retain/2e6: all collections, {subject} to {cpython}");
        add(title, value, 0.5, 0.5);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_more_is_more() {
        let page = 4096.0 / 1e6;
        let all = [
            Measurement::new("ring/alive/1e6", "cpython-3.11", BYTES, 80.0),
            Measurement::new("ring/alive/1e6", REFERENCE, BYTES, 80.0 + page),
            Measurement::new("ring/alive/1e6", FAST, BYTES, 80.0),
        ];
        let verdicts = verdicts(&all, "cpython-3.11");
        let holds: Vec<bool> = verdicts.iter().map(Verdict::holds).collect();
        assert_eq!(holds, [false, true]);
        let line = verdicts[0].to_string();
        assert!(line.contains(" 4.00   floor <= 0.00"), "{line}");
    }
}
