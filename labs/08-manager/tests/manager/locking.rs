//! Tasks 8.11 to 8.13: the lock. Real threads, and no clock decides anything: a test waits until a
//! thread is in a certain state, and then looks.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use exam::{Crew, PlainExam};
use manager::Gil;
use manager::gil::Turns;

/// An interval that is over at once, as threads go.
const SHORT: Duration = Duration::from_millis(1);
/// An interval that no test waits for: nobody asks for the lock.
const LONG: Duration = Duration::from_secs(24 * 3600);

// ------------------------------------------------------------------ the turns

#[test]
fn task_8_11_a_number_for_each() {
    exam::task(
        "8.11",
        "each thread that asks gets a number of its own, in order",
    )
    .plain(|exam| {
        let mut turns = Turns::new("the memory");
        for number in 0..4 {
            let found = exam.event("a thread asks", || turns.ask());
            exam.equal("its number", number, found);
            exam.equal("the number of the next one", number + 1, turns.next);
        }
        exam.equal("whose turn it is", 0, turns.turn);
        exam.equal("what nobody has taken yet", Some("the memory"), turns.free);
    });
}

#[test]
fn task_8_11_only_in_its_turn() {
    exam::task(
        "8.11",
        "a thread goes in when it is its turn and the one before is out",
    )
    .plain(|exam| {
        let mut turns = Turns::new("the memory");
        let [a, b] = [(); 2].map(|()| exam.event("a thread asks", || turns.ask()));
        let enter = |turns: &mut Turns<_>, what: &str, number, expected: Option<&str>| {
            let found = exam.event(format!("enter({number}): {what}"), || turns.enter(number));
            exam.equal("what it takes", expected, found);
        };
        enter(&mut turns, "not its turn", b, None);
        exam.equal("what is still there", Some("the memory"), turns.free);
        enter(&mut turns, "its turn", a, Some("the memory"));
        enter(&mut turns, "it is in already", a, None);
        enter(&mut turns, "somebody is in", b, None);
        exam.equal("whose turn it is, while the first is in", a, turns.turn);
        exam.event("the first leaves", || turns.leave("the memory, changed"));
        enter(&mut turns, "its turn is over", a, None);
        enter(&mut turns, "its turn", b, Some("the memory, changed"));
    });
}

#[test]
fn task_8_11_back_and_on() {
    exam::task(
        "8.11",
        "who leaves puts back what it has, and it is the next number's turn",
    )
    .plain(|exam| {
        let mut turns = Turns::new(1);
        for round in 0..3 {
            exam.event("a thread asks", || turns.ask());
            let taken = exam.event("it enters", || turns.enter(round));
            exam.equal("what it takes", Some(round + 1), taken);
            exam.event("it leaves, and puts one more back", || {
                turns.leave(round + 2)
            });
            exam.equal("what is there", Some(round + 2), turns.free);
            exam.equal("whose turn it is", round + 1, turns.turn);
            exam.equal(
                "the number of the next one that asks",
                round + 1,
                turns.next,
            );
        }
    });
}

#[test]
fn task_8_11_first_come_first_served() {
    exam::task(
        "8.11",
        "whoever asks first is the first who gets in, always",
    )
    .plain(|exam| {
        let mut turns = Turns::new(());
        let mut random = exam.random();
        let mut waiting = std::collections::VecDeque::new();
        let mut inside = false;
        for step in 0..500 {
            if random.index(2) == 0 {
                waiting.push_back(turns.ask());
            } else if inside {
                turns.leave(());
                inside = false;
            }
            // All who wait try it, the last one first.
            let tried: Vec<u64> = waiting.iter().rev().copied().collect();
            for number in tried {
                if turns.enter(number).is_none() {
                    continue;
                }
                let first = waiting.pop_front();
                exam.equal(&format!("who gets in at step {step}"), first, Some(number));
                exam.check("nobody else is in", !inside);
                inside = true;
            }
            exam.check(
                "somebody is in, as long as somebody waits",
                inside || waiting.is_empty(),
            );
            let expected = waiting.len() as u64;
            exam.equal(
                &format!("how many wait at step {step}"),
                expected,
                turns.waiting(),
            );
        }
    });
}

// ------------------------------------------------------------------ threads

type Log = RefCell<Vec<&'static str>>;

/// A lock around an empty log.
fn lock(interval: Duration) -> Arc<Gil<Log>> {
    Arc::new(Gil::with_interval(Log::default(), interval))
}

/// A thread comes, and waits for the lock as one of `waiting`. When it has it, it writes its name down
/// and leaves.
fn comes(exam: &PlainExam, crew: &Crew, gil: &Arc<Gil<Log>>, name: &'static str, waiting: u64) {
    exam.event(format!("{name} comes, and waits for the lock"), || {
        let own = Arc::clone(gil);
        crew.spawn(move || own.take().borrow_mut().push(name));
        crew.until(&format!("{waiting} wait: gil.waiting()"), || {
            gil.waiting() == waiting
        });
    });
}

/// All threads end; then these have had the lock, in this order.
fn end(exam: &PlainExam, crew: &Crew, gil: &Arc<Gil<Log>>, order: &[&str]) {
    exam.event("all threads come to their end", || crew.join());
    let found = exam.event("who had the lock?", || gil.take().borrow().clone());
    exam.equal("who had the lock, in this order", order, &found[..]);
}

#[test]
fn task_8_12_who_waits_an_interval_asks() {
    exam::task(
        "8.12",
        "who has waited for a whole interval, in which nothing changed, asks for the lock",
    )
    .plain(|exam| {
        let gil = lock(SHORT);
        let guard = exam.event("a takes the lock", || gil.take());
        exam.equal("drop_requested()", false, gil.drop_requested());
        exam.event("b waits for one interval: gil.wait(…)", || {
            drop(gil.wait(gil.turns()))
        });
        exam.equal("drop_requested()", true, gil.drop_requested());
        exam.equal("how often it was given up", 0, gil.handed_on());
        exam.event("a goes out", || drop(guard));
        let guard = exam.event("a takes the lock again", || gil.take());
        exam.equal(
            "drop_requested() of who comes in",
            false,
            gil.drop_requested(),
        );
        drop(guard);
    });
}

/// Starts a thread that waits once, and gives the turn that it finds afterwards. When `meanwhile` runs,
/// the thread is waiting: it has let go of the turns, which it held before.
fn wait_once(crew: &Crew, gil: &Arc<Gil<Log>>, meanwhile: impl FnOnce()) -> u64 {
    let begun = Arc::new(AtomicBool::new(false));
    let turn = Arc::new(AtomicU64::new(u64::MAX));
    let (own, its, found) = (Arc::clone(gil), Arc::clone(&begun), Arc::clone(&turn));
    crew.spawn(move || {
        let turns = own.turns();
        its.store(true, Ordering::SeqCst);
        found.store(own.wait(turns).turn, Ordering::SeqCst);
    });
    crew.until("the other thread begins to wait", || {
        begun.load(Ordering::SeqCst)
    });
    drop(gil.turns());
    meanwhile();
    crew.until(
        "gil.wait() of the other thread returns: the lock was handed on, and all who wait were told",
        || turn.load(Ordering::SeqCst) != u64::MAX,
    );
    turn.load(Ordering::SeqCst)
}

#[test]
fn task_8_12_who_is_told_does_not_ask() {
    exam::task(
        "8.12",
        "who waits is told when the lock is handed on, long before the interval is over, and asks nobody",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(LONG));
        let mut guard = Some(exam.event("a takes the lock", || gil.take()));
        let turn = exam.event("b waits, and meanwhile a gives the lock up", || {
            wait_once(&crew, &gil, || drop(guard.take()))
        });
        exam.equal("whose turn it is for b", 1, turn);
        exam.equal("drop_requested()", false, gil.drop_requested());
    });
}

#[test]
fn task_8_12_not_at_once() {
    exam::task(
        "8.12",
        "who waits does not ask a thread that has just got the lock, though the interval is over",
    )
    .plain(|exam| {
        let crew = Crew::new();
        // Only an attempt in which the turn changed during the wait says anything. The first one does,
        // unless the machine is very busy.
        let mut interval = Duration::from_millis(20);
        loop {
            let gil = lock(interval);
            let guard = exam.event("a takes the lock", || gil.take());
            let turn = exam.event(
                "while b waits it becomes another's turn, and b is not told",
                || wait_once(&crew, &gil, || gil.turns().turn += 1),
            );
            let asked = gil.drop_requested();
            gil.turns().turn -= 1;
            drop(guard);
            if turn == 1 {
                return exam.equal("drop_requested()", false, asked);
            }
            interval *= 2;
        }
    });
}

#[test]
fn task_8_12_nobody_asked() {
    exam::task(
        "8.12",
        "a safe point does nothing as long as nobody has asked",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(LONG));
        let mut guard = exam.event("a takes the lock", || gil.take());
        comes(exam, &crew, &gil, "b", 1);
        let switched = exam.event("a is at a safe point: switch()", || guard.switch());
        exam.equal("switch()", false, switched);
        exam.equal("how often the lock was given up", 0, gil.handed_on());
        exam.equal("how many wait", 1, gil.waiting());
        exam.event("a still has it", || guard.borrow_mut().push("a"));
        drop(guard);
        end(exam, &crew, &gil, &["a", "b"]);
    });
}

#[test]
fn task_8_12_behind_all_who_wait() {
    exam::task(
        "8.12",
        "who is asked gives the lock up at the next safe point, and takes it again behind all who wait",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(SHORT));
        let mut guard = exam.event("a takes the lock", || gil.take());
        for (name, waiting) in ["b", "c", "d"].into_iter().zip(1..) {
            comes(exam, &crew, &gil, name, waiting);
        }
        exam.event("a works on, until one of them asks", || {
            crew.until("drop_requested()", || gil.drop_requested());
        });
        exam.equal("how often the lock was given up", 0, gil.handed_on());
        let switched = exam.event("a is at a safe point: switch()", || guard.switch());
        exam.equal("switch()", true, switched);
        exam.event("a has it again", || guard.borrow_mut().push("a"));
        exam.equal("how many wait", 0, gil.waiting());
        exam.equal("drop_requested()", false, gil.drop_requested());
        exam.event("a goes out", || drop(guard));
        end(exam, &crew, &gil, &["b", "c", "d", "a"]);
    });
}

/// Starvation would show here: a thread that has worked more than one round more than another.
#[test]
fn task_8_12_the_order_is_fair() {
    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
    const ROUNDS: usize = 8;
    exam::task(
        "8.12",
        "of five threads that always want the lock, each has it once in five turns",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(SHORT));
        let guard = exam.event("the test takes the lock", || gil.take());
        for (name, waiting) in NAMES.into_iter().zip(1..) {
            let own = Arc::clone(&gil);
            exam.event(
                format!("{name} comes, and wants to work for {ROUNDS} rounds"),
                || {
                    crew.spawn(move || {
                        let mut guard = own.take();
                        for _ in 0..ROUNDS {
                            guard.borrow_mut().push(name);
                            // It works until it has to give the lock up; the last one need not.
                            while !guard.switch() && own.waiting() > 0 {}
                        }
                    });
                    crew.until(&format!("{waiting} wait: gil.waiting()"), || {
                        gil.waiting() == waiting
                    });
                },
            );
        }
        exam.event("the test goes out", || drop(guard));
        let expected: Vec<&str> = NAMES.into_iter().cycle().take(5 * ROUNDS).collect();
        end(exam, &crew, &gil, &expected);
        exam.equal("how many wait", 0, gil.waiting());
    });
}

// ------------------------------------------------------------------ letting others in

#[test]
fn task_8_13_others_get_in_meanwhile() {
    exam::task(
        "8.13",
        "while a thread waits for something else, another has the lock",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(LONG));
        let mut guard = exam.event("a takes the lock", || gil.take());
        comes(exam, &crew, &gil, "b", 1);
        let before = gil.handed_on();
        let given_up = exam.event("allow_threads: a waits until b has had the lock", || {
            guard.allow_threads(|| {
                let given_up = gil.handed_on() > before;
                if given_up {
                    crew.join();
                }
                given_up
            })
        });
        exam.check("the lock is given up before the waiting begins", given_up);
        exam.event("a has it again", || guard.borrow_mut().push("a"));
        exam.event("a goes out", || drop(guard));
        end(exam, &crew, &gil, &["b", "a"]);
    });
}

#[test]
fn task_8_13_what_it_returns() {
    exam::task(
        "8.13",
        "allow_threads returns what the waiting returns, and the thread has the lock again",
    )
    .plain(|exam| {
        let gil = lock(LONG);
        let mut guard = exam.event("a takes the lock", || gil.take());
        for number in 1..=3 {
            let found = exam.event("allow_threads(|| a number)", || {
                guard.allow_threads(|| number)
            });
            exam.equal("what it returns", number, found);
            exam.equal("how often the lock was given up", number, gil.handed_on());
            exam.event("a uses what is in the lock", || {
                guard.borrow_mut().push("a")
            });
            let free = gil.turns().free.is_some();
            exam.equal("whether the lock is free", false, free);
        }
        exam.event("a goes out", || drop(guard));
        exam.equal("whether the lock is free", true, gil.turns().free.is_some());
        exam.equal("how often it was given up", 4, gil.handed_on());
    });
}

#[test]
fn task_8_13_behind_those_who_came() {
    exam::task(
        "8.13",
        "who comes back stands behind those who came meanwhile, and they are not asked for more than they gave",
    )
    .plain(|exam| {
        let (crew, gil) = (Crew::new(), lock(LONG));
        let mut guard = exam.event("a takes the lock", || gil.take());
        exam.event(
            "allow_threads: b comes in, c waits; b goes out when a waits too",
            || {
                guard.allow_threads(|| {
                    let own = Arc::clone(&gil);
                    crew.spawn(move || {
                        let guard = own.take();
                        guard.borrow_mut().push("b");
                        while own.waiting() < 2 {
                            std::thread::sleep(SHORT);
                        }
                    });
                    crew.until("b has the lock", || gil.turns().free.is_none());
                    let own = Arc::clone(&gil);
                    crew.spawn(move || own.take().borrow_mut().push("c"));
                    crew.until("c waits: gil.waiting() is 1", || gil.waiting() == 1);
                });
            },
        );
        exam.event("a has it again", || guard.borrow_mut().push("a"));
        exam.event("a goes out", || drop(guard));
        end(exam, &crew, &gil, &["b", "c", "a"]);
    });
}
