//! Task 8.14: the reader's thresholds, measured on the reader's manager.

use std::sync::{Arc, Mutex, PoisonError};

use exam::{Crew, PlainExam};
use manager::tune::thresholds;
use objects::ObjectError;

use super::measure::{CPYTHON, Cost, cost, table};

/// What each of these thresholds cost; a thread measures each.
fn measured<const N: usize>(exam: &PlainExam, label: &str, all: [[u64; 3]; N]) -> [Cost; N] {
    type Found = Arc<Mutex<Option<Result<Cost, ObjectError>>>>;
    let crew = Crew::new();
    let found = all.map(|thresholds| {
        let found = Found::default();
        let own = Arc::clone(&found);
        crew.spawn(move || {
            let cost = cost(thresholds);
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(cost);
        });
        found
    });
    exam.event(label, || crew.join());
    found.map(|found| {
        let found = found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let found = found.unwrap_or_else(|| exam.fail("a service that was not measured"));
        exam.ok("the service runs", found)
    })
}

#[test]
fn task_8_14_thresholds() {
    exam::task(
        "8.14",
        "your thresholds cost the service less than CPython's: shorter pauses, less memory, little more work",
    )
    .big()
    .plain(|exam| {
        exam.note("try others without a change of your code: cargo lab run tune 500 10 10");
        let yours = exam.event("thresholds()", thresholds);
        let [found, cpython] = measured(
            exam,
            "the service runs with them, and with 700, 10, 10",
            [yours, CPYTHON],
        );
        let goal = cpython.goal();
        let misses = found.misses(&goal);
        if !misses.is_empty() {
            let table = table(&cpython, &[(yours, found)]);
            exam.fail(&format!("too much: {}\n\n{table}", misses.join(", ")));
        }
    });
}
