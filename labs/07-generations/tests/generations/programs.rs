//! Task 7.14: ten thousand random programs, and long chains.

use exam::{Kit, Random};

use super::oracle::{PROGRAM_TYPES, Program, World};

const PROGRAM_KIT: Kit = Kit {
    types: &PROGRAM_TYPES,
    start: |heap| {
        (super::GROUND.start)(heap)?;
        generations::start(heap)
    },
    alignments: &[16],
    ..super::GROUND
};

const EVENTS: u64 = 100;
const PROGRAMS: u64 = 100;
const STEPS: usize = 30;

#[test]
fn task_7_14_ten_thousand_programs() {
    exam::task(
        "7.14",
        "10,000 random programs: what lives and what is gone, counts, generations, finalizers, callbacks",
    )
    .heap(PROGRAM_KIT)
    .big()
    .run(|exam| {
        exam.note("Each program makes lists, dicts, tuples, nodes and weak references, stores them in each other, drops them and collects. An oracle that knows only who can be reached from where says what must be true after each step.");
        let world = exam.try_event("classes, and the lists saved and shared", World::new);
        let before = exam.live_blocks();
        let mut seeds = exam.random();
        for event in 0..EVENTS {
            let label = format!("programs {} to {}", event * PROGRAMS, (event + 1) * PROGRAMS - 1);
            let wrong = exam.event(label, |heap| {
                for _ in 0..PROGRAMS {
                    let seed = seeds.word();
                    let mut random = Random::from_seed(seed);
                    if let Err(words) = Program::run(heap, world, &mut random, STEPS, None) {
                        return Some(words);
                    }
                }
                None
            });
            if let Some(words) = wrong {
                exam.fail(&words);
            }
            exam.equal("live blocks after these programs", before, exam.live_blocks());
        }
    });
}
