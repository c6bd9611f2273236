//! Task 8.8: when collections begin.

use exam::HeapExam;
use manager::policy::{policy, safe_point, set_policy};
use memory::manager::{Event, Policy, Schedule, Ticks};
use memory::{GcState, MemoryError};
use objects::list;
use refcounts::decref;

use super::support::{
    Does, KIT, add_callback, calls, class_with_del, collections, lost_instance, lost_list, native,
    set_clock,
};

fn every(interval: u64, generation: u64) -> Policy {
    Policy::Every {
        interval,
        generation,
    }
}

fn after(events: u64, generation: u64) -> Policy {
    Policy::After { events, generation }
}

/// Chooses a policy.
fn choose(exam: &HeapExam, policy: Policy) {
    exam.event(format!("set_policy({policy:?})"), |heap| {
        set_policy::<Ticks>(heap, policy);
    });
}

/// The program says where it is; how many objects that found dead.
fn say(exam: &HeapExam, event: Event) -> u64 {
    exam.event(format!("safe_point({event:?})"), |heap| {
        safe_point::<Ticks>(heap, event)
    })
}

/// The four words of the schedule: policy, every, generation, last.
fn words(exam: &HeapExam) -> [u64; 4] {
    exam.quietly(|heap| {
        let schedule = Schedule::of(heap.memory);
        [
            schedule.policy().get(),
            schedule.every().get(),
            schedule.generation().get(),
            schedule.last().get(),
        ]
    })
}

fn last(exam: &HeapExam) -> u64 {
    let [.., last] = words(exam);
    last
}

#[test]
fn task_8_8_what_is_written() {
    exam::task("8.8", "a policy is four words and a switch")
        .heap(KIT)
        .run(|exam| {
            set_clock(exam, 1025);
            for (chosen, expected, enabled) in [
                (every(500, 1), [1, 500, 1, 1025], 0),
                (after(30, 2), [2, 30, 2, 0], 0),
                (Policy::Never, [3, 0, 0, 0], 0),
                (every(7, 0), [1, 7, 0, 1025], 0),
                (Policy::Automatic, [0, 0, 0, 0], 1),
                (Policy::Never, [3, 0, 0, 0], 0),
                (after(1, 1), [2, 1, 1, 0], 0),
                (Policy::Automatic, [0, 0, 0, 0], 1),
            ] {
                choose(exam, chosen);
                let what = format!("policy, every, generation and last of {chosen:?}");
                exam.equal(&what, expected, words(exam));
                exam.equal("what policy says", chosen, exam.look(policy));
                let found = exam.quietly(|heap| GcState::of(heap.memory).enabled().get());
                exam.equal("whether the collector is enabled", enabled, found);
            }
        });
}

#[test]
fn task_8_8_time() {
    exam::task(
        "8.8",
        "time-based: at the first safe point when the interval is over, whatever it is",
    )
    .heap(KIT)
    .run(|exam| {
        set_clock(exam, 1000);
        choose(exam, every(100, 1));
        for event in [Event::Idle, Event::Done] {
            let before = collections(exam)[1];
            let begun = last(exam);
            lost_list(exam, "lost");
            for later in [0, 1, 99] {
                set_clock(exam, begun + later);
                let what = format!("what a safe point {later} after the last collection finds");
                exam.equal(&what, 0, say(exam, event));
                let found = collections(exam)[1];
                exam.equal("collections of generation 1", before, found);
                exam.equal("last", begun, last(exam));
            }
            set_clock(exam, begun + 100);
            exam.equal("what a safe point 100 after it finds", 1, say(exam, event));
            exam.equal("collections", [0, before + 1, 0], collections(exam));
            exam.equal("last: when that was over", begun + 100, last(exam));
            exam.equal("the next one, at once", 0, say(exam, event));
            exam.equal("collections", [0, before + 1, 0], collections(exam));
        }
        set_clock(exam, 9000);
        lost_list(exam, "lost");
        exam.equal("long after it", 1, say(exam, Event::Idle));
        exam.equal("last", 9000, last(exam));
    });
}

#[test]
fn task_8_8_longer_than_the_interval() {
    exam::task(
        "8.8",
        "a collection that takes longer than the interval is not followed at once by the next",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note("Each collection takes 250, and the interval is 100.");
        let tick = native(exam, "tick", Does::TickAtStart, 250);
        add_callback(exam, "tick", tick);
        set_clock(exam, 1000);
        choose(exam, every(100, 0));
        set_clock(exam, 1100);
        say(exam, Event::Idle);
        exam.equal("last: the time after the collection", 1350, last(exam));
        exam.equal("collections", [1, 0, 0], collections(exam));
        say(exam, Event::Idle);
        exam.equal(
            "collections, after a safe point at once",
            [1, 0, 0],
            collections(exam),
        );
        set_clock(exam, 1449);
        say(exam, Event::Idle);
        exam.equal("collections, 99 later", [1, 0, 0], collections(exam));
        set_clock(exam, 1450);
        say(exam, Event::Idle);
        exam.equal("collections, 100 later", [2, 0, 0], collections(exam));
    });
}

#[test]
fn task_8_8_a_clock_that_goes_back() {
    exam::task(
        "8.8",
        "a clock that was set back: it is not time, until it is",
    )
    .heap(KIT)
    .run(|exam| {
        set_clock(exam, 1000);
        choose(exam, every(100, 2));
        set_clock(exam, 500);
        say(exam, Event::Done);
        exam.equal("collections at 500", [0, 0, 0], collections(exam));
        set_clock(exam, 1100);
        say(exam, Event::Done);
        exam.equal("collections at 1100", [0, 0, 1], collections(exam));
        choose(exam, every(0, 2));
        say(exam, Event::Done);
        say(exam, Event::Idle);
        let what = "collections, with an interval of 0: at each safe point";
        exam.equal(what, [0, 0, 3], collections(exam));
    });
}

#[test]
fn task_8_8_events() {
    exam::task(
        "8.8",
        "event-based: when so many units of work are done; to be idle is no work",
    )
    .heap(KIT)
    .run(|exam| {
        set_clock(exam, 5000);
        choose(exam, after(3, 2));
        for round in 0..2 {
            lost_list(exam, "lost");
            for done in [1, 2] {
                exam.equal("what the safe point finds", 0, say(exam, Event::Done));
                exam.equal("last: how many units are done", done, last(exam));
                exam.equal("what an idle one finds", 0, say(exam, Event::Idle));
                exam.equal("last: idle is not counted", done, last(exam));
                exam.equal("collections", [0, 0, round], collections(exam));
            }
            exam.equal("what the third one finds", 1, say(exam, Event::Done));
            exam.equal("collections", [0, 0, round + 1], collections(exam));
            exam.equal("last: from 0 again", 0, last(exam));
        }
        for events in [1, 0] {
            choose(exam, after(events, 0));
            let before = collections(exam)[0];
            for _ in 0..3 {
                say(exam, Event::Done);
                say(exam, Event::Idle);
            }
            let what = format!("collections of generation 0, after each {events} events");
            exam.equal(&what, before + 3, collections(exam)[0]);
        }
    });
}

/// Makes and drops so many lists that refer to themselves.
fn garbage(exam: &HeapExam, many: u64) {
    exam.try_event(
        format!("{many} lists that refer to themselves are made and dropped"),
        |heap| {
            for _ in 0..many {
                let op = list::new(heap)?;
                list::append(heap, op, op)?;
            }
            Ok::<_, MemoryError>(())
        },
    );
}

#[test]
fn task_8_8_never_and_automatic() {
    exam::task(
        "8.8",
        "never and automatic: a safe point does nothing; the counts do, or not",
    )
    .heap(KIT)
    .run(|exam| {
        set_clock(exam, 5000);
        choose(exam, Policy::Never);
        garbage(exam, 2000);
        for event in [Event::Idle, Event::Done] {
            exam.equal("what a safe point finds", 0, say(exam, event));
            exam.equal("the words of the policy", [3, 0, 0, 0], words(exam));
        }
        exam.equal("collections, with Never", [0, 0, 0], collections(exam));
        for policy in [every(1 << 40, 0), after(1 << 40, 0)] {
            choose(exam, policy);
            garbage(exam, 1000);
            let what = format!("collections, with {policy:?}");
            exam.equal(&what, [0, 0, 0], collections(exam));
        }
        choose(exam, Policy::Automatic);
        for event in [Event::Idle, Event::Done] {
            exam.equal("what a safe point finds", 0, say(exam, event));
            exam.equal("the words of the policy", [0, 0, 0, 0], words(exam));
        }
        exam.equal("collections", [0, 0, 0], collections(exam));
        garbage(exam, 1);
        exam.equal(
            "collections, after one more list",
            1,
            collections(exam).iter().sum::<u64>(),
        );
    });
}

#[test]
fn task_8_8_which_generation() {
    exam::task(
        "8.8",
        "the policy's generation is collected, and none that there is not",
    )
    .heap(KIT)
    .run(|exam| {
        let mut expected = [0, 0, 0];
        for generation in 0..3 {
            for policy in [every(0, generation), after(1, generation)] {
                choose(exam, policy);
                say(exam, Event::Done);
                expected[generation as usize] += 1;
                exam.equal("collections", expected, collections(exam));
            }
        }
        for generation in [3, 1 << 32, u64::MAX] {
            choose(exam, after(1, generation));
            lost_list(exam, "lost");
            let what = format!("what a safe point finds, with generation {generation}");
            exam.equal(&what, 0, say(exam, Event::Done));
            exam.equal("collections", expected, collections(exam));
        }
    });
}

#[test]
fn task_8_8_another_policy_meanwhile() {
    exam::task(
        "8.8",
        "a finalizer chooses another policy in the middle of a collection",
    )
    .heap(KIT)
    .run(|exam| {
        for (old, does, expected) in [
            (every(100, 2), Does::After, [2, 40, 0, 0]),
            (after(1, 2), Does::Every, [1, 40, 1, 6000]),
            (every(100, 2), Does::Never, [3, 0, 0, 0]),
        ] {
            set_clock(exam, 5000);
            let chooser = native(exam, "chooser", does, 40);
            let class = class_with_del(exam, "Node", chooser);
            choose(exam, old);
            set_clock(exam, 6000);
            lost_instance(exam, class);
            exam.equal("what the safe point finds", 1, say(exam, Event::Done));
            exam.equal(
                "how often the finalizer was called",
                1,
                calls(exam, chooser),
            );
            let what = "policy, every, generation and last, as the finalizer has chosen them";
            exam.equal(what, expected, words(exam));
            exam.event("del Node", |heap| decref(heap, class));
        }
    });
}
