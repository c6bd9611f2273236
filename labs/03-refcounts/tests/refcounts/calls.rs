//! Task 3.4: what names and calls own.

use exam::HeapExam;
use memory::{Addr, Root};
use objects::{int, names};
use refcounts::calls::{call, delete_fast, leave, load_fast, store_fast};
use refcounts::decref;

use super::support::{COUNTING_KIT, Log, count, fresh, witness, witness_of};

fn def(exam: &HeapExam, name: &str, locals: &[&str]) -> Addr {
    let label = format!("def {name}: its local names are {}", locals.join(", "));
    exam.try_event(label, |heap| regions::load_code(heap.memory, name, locals))
}

fn running(exam: &HeapExam) -> Option<Addr> {
    exam.look(|heap| Root::of(heap.memory).frame().get())
}

#[test]
fn task_3_4_a_name_owns_one_reference() {
    exam::task(
        "3.4",
        "binding a name: the new object is owned, the old one is given up",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let main = def(exam, "main", &["x", "y"]);
        let frame = exam.try_event("main()", |heap| call(heap, main, &[]));
        let a = fresh(exam, "a", 5000);
        exam.event("x = a; STORE_FAST steals", |heap| {
            store_fast(heap, frame, 0, a)
        });
        exam.equal("the count of a", 1, count(exam, a));
        let loaded = exam.try_event("LOAD_FAST x", |heap| load_fast(heap, frame, 0));
        exam.equal("what x refers to", a, loaded);
        exam.equal(
            "the count of a: the name and the evaluation stack",
            2,
            count(exam, a),
        );
        exam.event("y = x; STORE_FAST steals", |heap| {
            store_fast(heap, frame, 1, loaded)
        });
        exam.equal("the count of a", 2, count(exam, a));
        let b = fresh(exam, "b", 6000);
        exam.event("x = b", |heap| store_fast(heap, frame, 0, b));
        exam.equal("the count of a: only y is left", 1, count(exam, a));
        exam.try_event("del y", |heap| delete_fast(heap, frame, 1));
        exam.equal("live blocks: b", 1, exam.live_blocks());
        let error = exam.event("del y, which is not bound", |heap| {
            delete_fast(heap, frame, 1)
        });
        exam.err("del y, which is not bound", error);
        let error = exam.event("LOAD_FAST y, which is not bound", |heap| {
            load_fast(heap, frame, 1)
        });
        exam.err("LOAD_FAST y, which is not bound", error);
        exam.try_event("main returns", leave);
        exam.leaks(0);
    });
}

#[test]
fn task_3_4_an_argument_adds_one() {
    exam::task(
        "3.4",
        "a call owns one reference to each argument, and the caller keeps its own",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let f = def(exam, "f", &["x", "y"]);
        let (a, b) = (fresh(exam, "a", 5000), fresh(exam, "b", 6000));
        let frame = exam.try_event("f(a, b)", |heap| call(heap, f, &[a, b]));
        exam.equal("the count of a inside f", 2, count(exam, a));
        exam.equal("the count of b inside f", 2, count(exam, b));
        exam.equal("the running frame", Some(frame), running(exam));
        exam.try_event("f returns", leave);
        exam.equal("the count of a after f", 1, count(exam, a));
        exam.equal("the count of b after f", 1, count(exam, b));
        exam.equal("the running frame", None::<Addr>, running(exam));
        exam.try_event("f(a, a)", |heap| call(heap, f, &[a, a]));
        exam.equal("the count of a, passed twice", 3, count(exam, a));
        exam.try_event("f returns", leave);
        exam.equal("the count of a after f", 1, count(exam, a));
        exam.event("decref(a), decref(b)", |heap| {
            decref(heap, a);
            decref(heap, b);
        });
        exam.leaks(0);
    });
}

#[test]
fn task_3_4_a_call_that_fails_counts_nothing() {
    exam::task(
        "3.4",
        "a call with too many arguments leaves every count as it was",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let f = def(exam, "f", &["x"]);
        let a = fresh(exam, "a", 5000);
        let failed = exam.event("f(a, a), and f takes one", |heap| call(heap, f, &[a, a]));
        exam.err("f(a, a)", failed);
        exam.equal("the count of a", 1, count(exam, a));
        exam.equal("the running frame", None::<Addr>, running(exam));
        exam.event("decref(a)", |heap| decref(heap, a));
        exam.leaks(0);
    });
}

#[test]
fn task_3_4_leaving_drops_the_locals_in_order() {
    exam::task("3.4", "a returning call gives up its local variables in order")
        .heap(COUNTING_KIT)
        .run(|exam| {
            exam.note("Each local variable holds an object that tells when it dies. The second one looks at the slot of the first name: it must be NULL by then.");
            let f = def(exam, "f", &["x", "y", "z"]);
            let log = Log::new(exam);
            let frame = exam.try_event("f()", |heap| call(heap, f, &[]));
            let slot = exam.look(|heap| memory::Frame::at(heap.memory, frame).local(0).addr());
            let first = witness(exam, log, "first");
            let second = witness_of(exam, log, "second", Some(slot));
            exam.event("x = first", |heap| store_fast(heap, frame, 0, first));
            exam.event("z = second", |heap| store_fast(heap, frame, 2, second));
            exam.try_event("f returns", leave);
            exam.equal("who died, and what was left in x", "first, second=0", log.read(exam));
            exam.equal("the running frame", None::<Addr>, running(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_4_store_first_then_drop() {
    exam::task(
        "3.4",
        "the old object of a name dies after the name has the new one",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let f = def(exam, "f", &["x"]);
        let log = Log::new(exam);
        let frame = exam.try_event("f()", |heap| call(heap, f, &[]));
        let slot = exam.look(|heap| memory::Frame::at(heap.memory, frame).local(0).addr());
        let old = witness_of(exam, log, "old", Some(slot));
        let new = fresh(exam, "new", 6000);
        exam.event("x = old", |heap| store_fast(heap, frame, 0, old));
        exam.event("x = new", |heap| store_fast(heap, frame, 0, new));
        exam.equal(
            "what the old object saw in x",
            format!("old={}", Log::info(new.get())),
            log.read(exam),
        );
        exam.try_event("f returns", leave);
        exam.leaks(0);
    });
}

/// The seeds' program, with every count after every step. The numbers are those that CPython 3.11.7
/// prints for `book/python/03-frames.py`.
#[test]
fn task_3_4_f1_and_f2() {
    exam::task(
        "3.4",
        "main, f1 and f2: every count after each step is CPython's",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let main = def(exam, "main", &["y", "z"]);
        let f1 = def(exam, "f1", &["x", "y"]);
        let f2 = def(exam, "f2", &["x"]);

        let in_main = exam.try_event("main()", |heap| call(heap, main, &[]));
        let y = fresh(exam, "main's y", 5000);
        exam.event("y = int('5000')", |heap| store_fast(heap, in_main, 0, y));
        exam.equal("the count of 5000", 1, count(exam, y));

        let in_f1 = exam.try_event("f1(y)", |heap| call(heap, f1, &[y]));
        exam.equal("the count of 5000: main's y and f1's x", 2, count(exam, y));

        let doubled = exam.try_event("x = x * 2", |heap| {
            let x = load_fast(heap, in_f1, 0)?;
            let value = int::to_i64(heap, x).unwrap_or(0);
            let doubled = int::from_i64(heap, value * 2)?;
            decref(heap, x);
            store_fast(heap, in_f1, 0, doubled);
            Ok::<_, objects::ObjectError>(doubled)
        });
        exam.name(doubled, "f1's x");
        exam.equal("the count of 5000: f1's x let it go", 1, count(exam, y));
        exam.equal("the count of 10000", 1, count(exam, doubled));

        let in_f2 = exam.try_event("f2(x)", |heap| call(heap, f2, &[doubled]));
        exam.equal(
            "the count of 10000: f1's x and f2's x",
            2,
            count(exam, doubled),
        );

        let more = exam.try_event("x = x + 1", |heap| {
            let x = load_fast(heap, in_f2, 0)?;
            let value = int::to_i64(heap, x).unwrap_or(0);
            let more = int::from_i64(heap, value + 1)?;
            decref(heap, x);
            store_fast(heap, in_f2, 0, more);
            Ok::<_, objects::ObjectError>(more)
        });
        exam.name(more, "f2's x");
        exam.equal(
            "the count of 10000: f2's x let it go",
            1,
            count(exam, doubled),
        );
        exam.equal("the count of 10001", 1, count(exam, more));

        let result = exam.try_event("f2: return x", |heap| load_fast(heap, in_f2, 0));
        exam.equal(
            "the count of 10001: f2's x and what is returned",
            2,
            count(exam, more),
        );
        exam.try_event("f2 is left", leave);
        exam.equal("the count of 10001", 1, count(exam, more));
        exam.event("f1: y = what f2 returned", |heap| {
            store_fast(heap, in_f1, 1, result)
        });
        exam.equal("live blocks: 5000, 10000, 10001", 3, exam.live_blocks());

        let result = exam.try_event("f1: return y", |heap| load_fast(heap, in_f1, 1));
        exam.try_event("f1 is left", leave);
        exam.equal("live blocks: f1's 10000 is gone", 2, exam.live_blocks());
        exam.event("main: z = what f1 returned", |heap| {
            store_fast(heap, in_main, 1, result)
        });
        exam.equal("the count of 5000", 1, count(exam, y));
        exam.equal("the count of 10001", 1, count(exam, more));
        let z = exam.look(|heap| names::load_fast(heap, in_main, 1).ok());
        exam.equal("what main's z refers to", Some(more), z);

        exam.try_event("main is left", leave);
        exam.leaks(0);
    });
}
