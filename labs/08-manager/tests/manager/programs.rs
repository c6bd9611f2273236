//! Task 8.5: random programs over all types that are kept.

use exam::{HeapExam, Random};

use super::oracle::{Program, World};
use super::support::{CLEARING, in_order, nothing_is_kept};

const EVENTS: u64 = 15;
const PROGRAMS: u64 = 20;
const STEPS: usize = 40;

fn programs(exam: &HeapExam, automatic: bool) {
    exam.note("Each program makes floats, lists, dicts, tuples and nodes, stores them in each other, drops them and collects. A model that knows only who refers to whom says what must be on the free lists.");
    let world = exam.try_event("class Node: pass", World::new);
    let before = exam.live_blocks();
    let mut seeds = exam.random();
    for event in 0..EVENTS {
        let (first, end) = (event * PROGRAMS, (event + 1) * PROGRAMS);
        let wrong = exam.event(format!("programs {first} to {}", end - 1), |heap| {
            for _ in first..end {
                let mut random = Random::from_seed(seeds.word());
                if let Err(words) = Program::run(heap, world, &mut random, STEPS, automatic) {
                    return Some(words);
                }
            }
            None
        });
        if let Some(words) = wrong {
            exam.fail(&words);
        }
        nothing_is_kept(exam, "after the last gc.collect(2)");
        exam.leaks(before);
        in_order(exam);
    }
}

#[test]
fn task_8_5_three_hundred_programs() {
    exam::task(
        "8.5",
        "300 random programs: what is kept, where the next object lies, what counts",
    )
    .heap(CLEARING)
    .big()
    .run(|exam| programs(exam, false));
}

#[test]
fn task_8_5_three_hundred_automatic_programs() {
    exam::task(
        "8.5",
        "300 random programs whose collections begin by themselves",
    )
    .heap(CLEARING)
    .big()
    .run(|exam| programs(exam, true));
}
