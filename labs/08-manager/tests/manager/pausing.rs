//! Task 8.6: how long collections take.

use exam::HeapExam;
use manager::pauses::{bucket, longest_in, measure, meter_call, percentile, record};
use memory::manager::{Pauses, Ticks};
use memory::{Addr, GcState, Heap};
use objects::list;

use super::support::{
    Does, KIT, add_callback, arguments, calls, collect, lost_list, native, new_list, none,
    set_clock, set_count,
};

#[test]
fn task_8_6_bucket() {
    exam::task("8.6", "to which bucket a pause belongs").plain(|exam| {
        let mut table: Vec<(u64, u64)> = (0..32).map(|pause| (pause, pause)).collect();
        table.extend([
            (32, 32),
            (33, 32),
            (34, 33),
            (39, 35),
            (61, 46),
            (62, 47),
            (63, 47),
        ]);
        table.extend([
            (64, 48),
            (67, 48),
            (68, 49),
            (127, 63),
            (128, 64),
            (1000, 111),
        ]);
        table.extend([(1_000_000, 270), (1_000_000_000, 429), (1 << 63, 960)]);
        table.extend([(u64::MAX - (1 << 59), 974), (u64::MAX, 975)]);
        for (pause, expected) in table {
            let found = exam.event(format!("bucket({pause})"), || bucket(pause));
            exam.equal(&format!("bucket({pause})"), expected, found);
        }
    });
}

#[test]
fn task_8_6_every_bucket() {
    exam::task("8.6", "each bucket ends where the next one begins").plain(|exam| {
        for number in 0..Pauses::BUCKETS {
            let longest = longest_in(number);
            let found = exam.event(format!("bucket({longest})"), || bucket(longest));
            let what = format!("bucket({longest}), the longest pause of bucket {number}");
            exam.equal(&what, number, found);
            if let Some(next) = longest.checked_add(1) {
                let found = exam.event(format!("bucket({next})"), || bucket(next));
                let what = format!("bucket({next}), one more than the longest of bucket {number}");
                exam.equal(&what, number + 1, found);
            }
        }
        let mut random = exam.random();
        for _ in 0..1000 {
            let pause = random.word() >> random.below(64);
            let longest = exam.event(format!("bucket({pause})"), || longest_in(bucket(pause)));
            exam.check(
                &format!("the longest pause of its bucket, {longest}, is {pause} to a sixteenth"),
                longest >= pause && longest - pause <= pause / 16,
            );
        }
    });
}

/// What is noted of one generation: how many, the sum, the longest, and the buckets that are not 0.
#[derive(Debug, PartialEq, Eq)]
struct Noted {
    count: u64,
    total: u64,
    longest: u64,
    buckets: Vec<(u64, u64)>,
}

fn noted(exam: &HeapExam, generation: u64) -> Noted {
    exam.quietly(|heap| {
        let pauses = Pauses::of(heap.memory, generation);
        let buckets = (0..Pauses::BUCKETS).map(|number| (number, pauses.bucket(number).get()));
        Noted {
            count: pauses.count().get(),
            total: pauses.total().get(),
            longest: pauses.longest().get(),
            buckets: buckets.filter(|&(_, many)| many > 0).collect(),
        }
    })
}

fn nothing() -> Noted {
    Noted {
        count: 0,
        total: 0,
        longest: 0,
        buckets: vec![],
    }
}

/// Notes these pauses of a generation.
fn note(exam: &HeapExam, generation: u64, all: &[u64]) {
    let label = match all {
        [pause] => format!("record({pause}), of generation {generation}"),
        _ => format!("record, {} times, of generation {generation}", all.len()),
    };
    exam.event(label, |heap| {
        for &pause in all {
            record(Pauses::of(heap.memory, generation), pause);
        }
    });
}

#[test]
fn task_8_6_record() {
    exam::task(
        "8.6",
        "a pause is noted: how many, their sum, the longest, its bucket",
    )
    .heap(KIT)
    .run(|exam| {
        exam.equal("what is noted at first", nothing(), noted(exam, 1));
        for (pause, longest, buckets) in [
            (1000, 1000, vec![(111, 1)]),
            (5, 1000, vec![(5, 1), (111, 1)]),
            (1010, 1010, vec![(5, 1), (111, 2)]),
            (0, 1010, vec![(0, 1), (5, 1), (111, 2)]),
        ] {
            let before = noted(exam, 1);
            note(exam, 1, &[pause]);
            let expected = Noted {
                count: before.count + 1,
                total: before.total + pause,
                longest,
                buckets,
            };
            exam.equal(
                &format!("what is noted after {pause}"),
                expected,
                noted(exam, 1),
            );
        }
        for other in [0, 2] {
            let what = format!("what is noted of generation {other}");
            exam.equal(&what, nothing(), noted(exam, other));
        }
        note(exam, 1, &[u64::MAX]);
        let found = noted(exam, 1);
        exam.equal("the sum, which stays at its largest", u64::MAX, found.total);
        exam.equal("the longest", u64::MAX, found.longest);
        exam.equal("the last bucket", Some(&(975, 1)), found.buckets.last());
        note(exam, 1, &[7]);
        exam.equal("the sum, after one more", u64::MAX, noted(exam, 1).total);
    });
}

fn percentiles<const N: usize>(exam: &HeapExam, permilles: [u64; N]) -> [u64; N] {
    permilles.map(|permille| {
        exam.event(format!("percentile({permille})"), |heap| {
            percentile(heap.memory, permille)
        })
    })
}

#[test]
fn task_8_6_percentile() {
    exam::task("8.6", "so long that so many pauses of 1000 take no longer")
        .heap(KIT)
        .run(|exam| {
            exam.equal(
                "of no pause at all",
                [0, 0, 0],
                percentiles(exam, [1, 990, 1000]),
            );
            note(exam, 0, &[10, 3, 7, 1, 9]);
            note(exam, 1, &[2, 8, 5]);
            note(exam, 2, &[6, 4]);
            exam.note("The pauses of the three generations together are 1, 2, … 10.");
            let found = percentiles(exam, [1, 100, 101, 500, 501, 900, 901, 990, 1000]);
            let what = "percentile 1, 100, 101, 500, 501, 900, 901, 990, 1000";
            exam.equal(what, [1, 1, 2, 5, 6, 9, 10, 10, 10], found);
            exam.equal("words that it wrote", 0, exam.work().stores);
        });
}

#[test]
fn task_8_6_a_percentile_is_a_bucket() {
    exam::task(
        "8.6",
        "a percentile is the longest of its bucket, and never more than the longest",
    )
    .heap(KIT)
    .run(|exam| {
        note(exam, 2, &[1000]);
        exam.note("The bucket of 1000 goes from 992 to 1023.");
        exam.equal(
            "percentile 990 of 1000 alone",
            [1000],
            percentiles(exam, [990]),
        );
        note(exam, 2, &[5000]);
        let what = "percentile 500 and 501 of 1000 and 5000";
        exam.equal(what, [1023, 5000], percentiles(exam, [500, 501]));
        note(exam, 0, &[3; 198]);
        let what = "percentile 989, 990, 991 and 996 of 198 times 3, 1000, 5000";
        exam.equal(
            what,
            [3, 3, 1023, 5000],
            percentiles(exam, [989, 990, 991, 996]),
        );
    });
}

#[test]
fn task_8_6_against_a_sorted_list() {
    exam::task(
        "8.6",
        "percentiles of random pauses, and the same from a sorted list of all of them",
    )
    .heap(KIT)
    .run(|exam| {
        let mut random = exam.random();
        let mut all: Vec<u64> = Vec::new();
        for _ in 0..20 {
            let generation = random.below(3);
            let bits = 1 + random.below(40);
            let some: Vec<u64> = (0..1 + random.below(40))
                .map(|_| random.word() >> (64 - bits))
                .collect();
            note(exam, generation, &some);
            all.extend(some);
            all.sort_unstable();
            for permille in [1, 10, 250, 500, 750, 900, 990, 999, 1000] {
                let rank = (all.len() as u64 * permille).div_ceil(1000);
                let exactly = all[rank as usize - 1];
                let longest = all[all.len() - 1];
                let expected = longest_in(bucket(exactly)).min(longest);
                let [found] = percentiles(exam, [permille]);
                let what = format!(
                    "percentile {permille} of {} pauses; the pause of that rank took {exactly}",
                    all.len()
                );
                exam.equal(&what, expected, found);
            }
        }
    });
}

/// Calls the meter as `gc.callbacks` does. It must give a new reference to None.
fn call_meter(exam: &HeapExam, label: &str, args: &[Addr]) {
    let none = none(exam);
    let before = exam.word(none);
    let result = exam.try_event(label, |heap| meter_call::<Ticks>(heap, none, args));
    exam.equal("what the meter returns", none, result);
    let what = "the count of None: what the meter returns is a new reference";
    exam.equal(what, before + 1, exam.word(none));
}

#[test]
fn task_8_6_the_meter() {
    exam::task(
        "8.6",
        "the meter notes when a collection starts, and how long it took when it stops",
    )
    .heap(KIT)
    .run(|exam| {
        let start = arguments(exam, "start", Some(1));
        let stop = arguments(exam, "stop", Some(1));
        set_clock(exam, 5000);
        call_meter(exam, "meter(\"start\", generation 1)", &start);
        let started = |exam: &HeapExam, generation| {
            exam.quietly(|heap| Pauses::of(heap.memory, generation).started().get())
        };
        exam.equal("started of generation 1", 5000, started(exam, 1));
        exam.equal(
            "started of the others",
            [0, 0],
            [0, 2].map(|number| started(exam, number)),
        );
        exam.equal(
            "what is noted: the collection runs yet",
            nothing(),
            noted(exam, 1),
        );
        set_clock(exam, 5039);
        call_meter(exam, "meter(\"stop\", generation 1)", &stop);
        let expected = Noted {
            count: 1,
            total: 39,
            longest: 39,
            buckets: vec![(35, 1)],
        };
        exam.equal("what is noted of generation 1", expected, noted(exam, 1));
        exam.equal("of generation 0", nothing(), noted(exam, 0));
        exam.equal("of generation 2", nothing(), noted(exam, 2));
    });
}

#[test]
fn task_8_6_from_start_to_stop() {
    exam::task(
        "8.6",
        "a pause goes from a start to the stop after it, and not to the next start",
    )
    .heap(KIT)
    .run(|exam| {
        let start = arguments(exam, "start", Some(0));
        let stop = arguments(exam, "stop", Some(0));
        for (time, args, label) in [
            (100, &start, "meter(\"start\", generation 0)"),
            (107, &stop, "meter(\"stop\", generation 0)"),
            (1000, &start, "meter(\"start\", generation 0)"),
            (1003, &stop, "meter(\"stop\", generation 0)"),
        ] {
            set_clock(exam, time);
            call_meter(exam, label, args);
        }
        let expected = Noted {
            count: 2,
            total: 10,
            longest: 7,
            buckets: vec![(3, 1), (7, 1)],
        };
        exam.equal("what is noted of 7 and 3", expected, noted(exam, 0));
    });
}

#[test]
fn task_8_6_a_clock_that_goes_back() {
    exam::task("8.6", "a clock that was set back makes a pause of 0")
        .heap(KIT)
        .run(|exam| {
            let start = arguments(exam, "start", Some(2));
            let stop = arguments(exam, "stop", Some(2));
            set_clock(exam, 500);
            call_meter(exam, "meter(\"start\", generation 2)", &start);
            set_clock(exam, 499);
            call_meter(exam, "meter(\"stop\", generation 2)", &stop);
            let expected = Noted {
                count: 1,
                total: 0,
                longest: 0,
                buckets: vec![(0, 1)],
            };
            exam.equal("what is noted", expected, noted(exam, 2));
        });
}

#[test]
fn task_8_6_whatever_else_it_is_told() {
    exam::task(
        "8.6",
        "no phase, no generation, another word: nothing is noted",
    )
    .heap(KIT)
    .run(|exam| {
        set_clock(exam, 500);
        call_meter(exam, "meter()", &[]);
        for (phase, generation) in [
            ("pause", Some(0)),
            ("", Some(0)),
            ("stop", None),
            ("stop", Some(3)),
            ("stop", Some(-1)),
        ] {
            let args = arguments(exam, phase, generation);
            call_meter(
                exam,
                &format!("meter(\"{phase}\", generation {generation:?})"),
                &args,
            );
            for number in 0..3 {
                exam.equal("what is noted", nothing(), noted(exam, number));
            }
            let started = exam.quietly(|heap| {
                [0, 1, 2].map(|number| Pauses::of(heap.memory, number).started().get())
            });
            exam.equal("started", [0, 0, 0], started);
        }
    });
}

/// From now on collections are measured, and take so many nanoseconds.
fn measured(exam: &HeapExam, does: Does, amount: u64) -> Addr {
    exam.try_event("measure(heap)", measure);
    let tick = native(exam, "tick", does, amount);
    add_callback(exam, "tick", tick);
    tick
}

#[test]
fn task_8_6_collections_are_measured() {
    exam::task("8.6", "who measures knows how long each generation's collections take")
        .heap(KIT)
        .run(|exam| {
            set_clock(exam, 10_000);
            collect(exam, 2);
            exam.equal("what is noted as long as nobody measures", nothing(), noted(exam, 2));
            exam.note("The test has put a callback behind the meter that makes the clock go on by 1000 when a collection starts.");
            let tick = measured(exam, Does::TickAtStart, 1000);
            for (generation, many) in [(0, 1), (2, 1), (0, 2), (1, 1)] {
                collect(exam, generation);
                let expected = Noted {
                    count: many,
                    total: 1000 * many,
                    longest: 1000,
                    buckets: vec![(111, many)],
                };
                let what = format!("what is noted of generation {generation}");
                exam.equal(&what, expected, noted(exam, generation as u64));
            }
            exam.equal("how often the test's callback was called", 8, calls(exam, tick));
            set_count(exam, 700);
            new_list(exam, "a");
            let what = "collections of generation 0 that were measured: one began by itself";
            exam.equal(what, 3, noted(exam, 0).count);
        });
}

#[test]
fn task_8_6_nothing_is_left_behind() {
    exam::task(
        "8.6",
        "measuring keeps no block, and what a collection frees is freed all the same",
    )
    .heap(KIT)
    .run(|exam| {
        measured(exam, Does::BackAtStart, 10);
        set_clock(exam, 1_000_000);
        collect(exam, 2);
        let before = exam.live_blocks();
        for _ in 0..3 {
            lost_list(exam, "lost");
            exam.equal("gc.collect(2)", 1, collect(exam, 2));
            exam.equal("live blocks", before, exam.live_blocks());
        }
        let expected = Noted {
            count: 4,
            total: 0,
            longest: 0,
            buckets: vec![(0, 4)],
        };
        exam.equal(
            "what is noted, with a clock that goes back",
            expected,
            noted(exam, 2),
        );
    });
}

#[test]
fn task_8_6_in_the_callbacks() {
    exam::task("8.6", "measure puts one meter at the end of gc.callbacks")
        .heap(KIT)
        .run(|exam| {
            let first = native(exam, "first", Does::Tick, 0);
            add_callback(exam, "first", first);
            exam.try_event("measure(heap)", measure);
            let callbacks = |heap: &Heap| GcState::of(heap.memory).callbacks().get();
            let all = exam.look(|heap| match callbacks(heap) {
                Some(callbacks) => list::items(heap, callbacks),
                None => Vec::new(),
            });
            exam.equal("how many callbacks there are", 2, all.len());
            exam.equal("the first one", first, all[0]);
            exam.equal(
                "the count of the meter: the list has it",
                1,
                exam.word(all[1]),
            );
            collect(exam, 0);
            exam.equal("how often the first one was called", 2, calls(exam, first));
            exam.equal("what is noted", 1, noted(exam, 0).count);
        });
}
