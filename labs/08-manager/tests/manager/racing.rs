//! Task 8.10: two threads and one count, step by step.

use exam::HeapExam;
use manager::race::{Step, Thread, interleavings, step, step_with_lock};
use memory::Addr;
use refcounts::decref;

use super::support::{KIT, new_list};

/// The count of the object at `op`.
fn count(exam: &HeapExam, op: Addr) -> u64 {
    exam.word(op)
}

const NAMES: [&str; 2] = ["a", "b"];

/// One step of thread `number`, as an event.
fn takes_a_step(exam: &HeapExam, op: Addr, threads: &mut [Thread; 2], number: usize) {
    let thread = &mut threads[number];
    let label = format!("thread {}: {:?}", NAMES[number], thread.next);
    let mut copy = *thread;
    *thread = exam.event(label, move |heap| {
        step(heap, op, &mut copy);
        copy
    });
}

#[test]
fn task_8_10_one_of_three() {
    exam::task(
        "8.10",
        "one step does one thing, and the next step the next one",
    )
    .heap(KIT)
    .run(|exam| {
        let op = new_list(exam, "op");
        let mut threads = [Thread::NEW; 2];
        let mut expect = |next: Step, register: Option<u64>, counted: u64| {
            takes_a_step(exam, op, &mut threads, 0);
            let thread = threads[0];
            exam.equal("the thread's next step", next, thread.next);
            if let Some(register) = register {
                exam.equal("its register", register, thread.register);
            }
            exam.equal("the count", counted, count(exam, op));
        };
        expect(Step::Add, Some(1), 1);
        expect(Step::Store, Some(2), 1);
        expect(Step::Done, None, 2);
        expect(Step::Done, None, 2);
    });
}

#[test]
fn task_8_10_only_load_and_store_touch_the_count() {
    exam::task(
        "8.10",
        "the count is read by the first step and written by the last one; the one between sees only the register",
    )
    .heap(KIT)
    .run(|exam| {
        let op = new_list(exam, "op");
        let mut threads = [Thread::NEW; 2];
        takes_a_step(exam, op, &mut threads, 0);
        exam.equal("words written by the load", 0, exam.work().stores);
        exam.event("meanwhile the count becomes 10", |heap| heap.memory.store(op, 10));
        exam.forbid(op, 8);
        takes_a_step(exam, op, &mut threads, 0);
        exam.equal("the register", 2, threads[0].register);
        takes_a_step(exam, op, &mut threads, 0);
        exam.equal("the count, which becomes the register", 2, count(exam, op));
        exam.forbid(op, 8);
        takes_a_step(exam, op, &mut threads, 0);
        exam.equal("what is left to do", Step::Done, threads[0].next);
    });
}

/// What the count is after these turns of two threads, if each does one thing at a time.
fn expected(order: &[usize]) -> u64 {
    let (mut count, mut registers, mut done) = (1, [0; 2], [0; 2]);
    for &number in order {
        match done[number] {
            0 => registers[number] = count,
            1 => registers[number] += 1,
            _ => count = registers[number],
        }
        done[number] += 1;
    }
    count
}

#[test]
fn task_8_10_all_orders() {
    exam::task(
        "8.10",
        "in 18 of the 20 orders of two times three steps one of two references is not counted",
    )
    .heap(KIT)
    .run(|exam| {
        let op = new_list(exam, "op");
        let mut lost = 0;
        for order in interleavings() {
            exam.event("the count is 1, and both threads begin", |heap| {
                heap.memory.store(op, 1)
            });
            let mut threads = [Thread::NEW; 2];
            for &number in &order {
                takes_a_step(exam, op, &mut threads, number);
            }
            let counted = count(exam, op);
            let names: Vec<&str> = order.iter().map(|&number| NAMES[number]).collect();
            let what = format!("the count after {}", names.join(" "));
            exam.equal(&what, expected(&order), counted);
            exam.equal(
                "the next steps",
                [Step::Done; 2],
                threads.map(|thread| thread.next),
            );
            lost += u64::from(counted == 2);
        }
        exam.equal("orders in which a reference is lost", 18, lost);
    });
}

/// What a lost update leads to.
#[test]
fn task_8_10_freed_while_a_name_refers_to_it() {
    exam::task(
        "8.10",
        "after a lost update the object is freed while a name still refers to it",
    )
    .heap(KIT)
    .run(|exam| {
        exam.note("three names refer to op; the two threads have counted only one of theirs");
        let op = exam.try_event("op = 'shared', a string", |heap| {
            objects::str::new(heap, "shared")
        });
        exam.name(op, "op");
        let mut threads = [Thread::NEW; 2];
        for number in [0, 1, 0, 1, 0, 1] {
            takes_a_step(exam, op, &mut threads, number);
        }
        exam.equal("the count; there are 3 references", 2, count(exam, op));
        exam.event("the first name goes: decref", |heap| decref(heap, op));
        exam.check("op is live", exam.is_live(op));
        exam.event("the second name goes: decref", |heap| decref(heap, op));
        exam.check(
            "op was freed, and the third name still refers to it",
            !exam.is_live(op),
        );
        exam.fails("the third name is used: decref", "use after free", |heap| {
            decref(heap, op);
        });
    });
}

#[test]
fn task_8_10_all_three_or_none() {
    exam::task(
        "8.10",
        "a thread has the lock from its first step to its last one, and the other does nothing meanwhile",
    )
    .heap(KIT)
    .run(|exam| {
        let op = new_list(exam, "op");
        let mut threads = [Thread::NEW; 2];
        let mut holder = None;
        let mut turn = |number: usize, words: &str, expected: Option<usize>| {
            let label = format!("thread {}: {words}", NAMES[number]);
            let (mut thread, mut held) = (threads[number], holder);
            (threads[number], holder) = exam.event(label, move |heap| {
                step_with_lock(heap, op, &mut thread, number, &mut held);
                (thread, held)
            });
            exam.equal("who holds the lock", expected, holder);
            threads.map(|thread| thread.next)
        };
        let is = |found: [Step; 2], a: Step, b: Step| {
            exam.equal("the next steps of a and b", [a, b], found);
        };
        is(turn(1, "takes the lock, and loads", Some(1)), Step::Load, Step::Add);
        is(turn(0, "may not", Some(1)), Step::Load, Step::Add);
        is(turn(1, "adds", Some(1)), Step::Load, Step::Store);
        is(turn(0, "may not", Some(1)), Step::Load, Step::Store);
        is(turn(1, "stores, and gives the lock back", None), Step::Load, Step::Done);
        is(turn(1, "has nothing to do", None), Step::Load, Step::Done);
        is(turn(0, "takes the lock, and loads", Some(0)), Step::Add, Step::Done);
        is(turn(1, "has nothing to do", Some(0)), Step::Add, Step::Done);
        is(turn(0, "adds", Some(0)), Step::Store, Step::Done);
        is(turn(0, "stores, and gives the lock back", None), Step::Done, Step::Done);
        exam.equal("the count", 3, count(exam, op));
    });
}

#[test]
fn task_8_10_no_order_loses_with_a_lock() {
    exam::task("8.10", "with a lock no order of steps loses a reference")
        .heap(KIT)
        .run(|exam| {
            let op = new_list(exam, "op");
            for order in interleavings() {
                let names: Vec<&str> = order.iter().map(|&number| NAMES[number]).collect();
                let label = format!("the count is 1; then {}, again and again", names.join(" "));
                let rounds = order.clone();
                let (threads, holder) = exam.event(label, move |heap| {
                    heap.memory.store(op, 1);
                    let (mut threads, mut holder) = ([Thread::NEW; 2], None);
                    for number in rounds.iter().cycle().copied().take(6 * 6) {
                        step_with_lock(heap, op, &mut threads[number], number, &mut holder);
                    }
                    (threads, holder)
                });
                exam.equal(
                    "the next steps",
                    [Step::Done; 2],
                    threads.map(|thread| thread.next),
                );
                exam.equal("who holds the lock", None, holder);
                exam.equal("the count", 3, count(exam, op));
            }
        });
}
