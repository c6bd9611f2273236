//! Task 2.9: names in frames.

use std::cell::RefCell;

use exam::HeapExam;
use memory::{Addr, Frame, MemoryError, Region, Root};
use objects::{ObjectError, int, list, names, operate, str};

use super::common::{KIT, SIZE, count, number, numbers, shown};

/// The code of a function with these local variables, in the text region.
fn code(exam: &HeapExam, name: &str, varnames: &[&str]) -> Addr {
    exam.try_event(format!("def {name}: {}", varnames.join(", ")), |heap| {
        regions::load_code(heap.memory, name, varnames)
    })
}

/// What local variable `index` of the frame refers to.
fn local(exam: &HeapExam, frame: Addr, index: u64) -> Option<Addr> {
    exam.look(|heap| Frame::at(heap.memory, frame).local(index).get())
}

#[test]
fn task_2_9_arguments_are_bound() {
    exam::task(
        "2.9",
        "a call binds its parameters to the arguments, and nothing else",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let [a, b] = numbers(exam);
        let code = code(exam, "f", &["x", "y", "z"]);
        let frame = exam.try_event("f(n1, n2)", |heap| names::call(heap, code, &[a, b]));
        exam.name(frame, "the frame of f");
        let (running, region) = exam.look(|heap| {
            let running = Root::of(heap.memory).frame().get();
            (running, Region::of(heap.memory, frame))
        });
        exam.equal("the running frame", Some(frame), running);
        exam.equal("its region", Some(Region::Stack), region);
        exam.equal("x", Some(a), local(exam, frame, 0));
        exam.equal("y", Some(b), local(exam, frame, 1));
        exam.equal("z", None, local(exam, frame, 2));
        exam.equal("the count of n1 (stolen)", 1, count(exam, a));
        exam.leaks(2);
    });
}

#[test]
fn task_2_9_too_many_arguments() {
    exam::task(
        "2.9",
        "a call with too many arguments is an error, and pushes no frame",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let [a, b] = numbers(exam);
        let code = code(exam, "f1", &["x"]);
        let before = exam.look(|heap| Root::of(heap.memory).frame().get());
        let result = exam.event("f1(n1, n2)", |heap| names::call(heap, code, &[a, b]));
        let error = exam.err("f1(n1, n2)", result);
        let words = "TypeError: f1() takes 1 positional argument but 2 were given";
        exam.equal("the error", words, error.to_string().as_str());
        let after = exam.look(|heap| Root::of(heap.memory).frame().get());
        exam.equal("the running frame", before, after);
    });
}

#[test]
fn task_2_9_a_name_refers() {
    exam::task(
        "2.9",
        "y = x makes no object; x = x + 1 makes one, and y stays",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let code = code(exam, "main", &["x", "y", "z"]);
        let frame = exam.try_event("main()", |heap| names::call(heap, code, &[]));
        let (x, y, z) = (0, 1, 2);
        let first = exam.try_event("x = 1025", |heap| {
            let op = int::from_i64(heap, 1025)?;
            let old = names::store_fast(heap, frame, x, op);
            Ok::<_, ObjectError>((op, old))
        });
        exam.equal("what x referred to before", None, first.1);
        let first = first.0;
        exam.name(first, "the first 1025");
        exam.leaks(1);

        let found = exam.try_event("y = x", |heap| {
            let op = names::load_fast(heap, frame, x)?;
            names::store_fast(heap, frame, y, objects::object::new_ref(heap, op));
            names::load_fast(heap, frame, y)
        });
        exam.equal("y", first, found);
        exam.equal(
            "the count of that int: x and y (reading y borrows)",
            2,
            count(exam, first),
        );
        exam.leaks(1);

        let old = exam.try_event("x = x + 1", |heap| {
            let op = names::load_fast(heap, frame, x)?;
            let one = int::from_i64(heap, 1)?;
            let sum = operate::add(heap, op, one)?;
            Ok::<_, ObjectError>(names::store_fast(heap, frame, x, sum))
        });
        exam.equal("what x referred to before", Some(first), old);
        exam.equal("what y refers to", Some(first), local(exam, frame, y));
        let now = exam.try_event("x", |heap| names::load_fast(heap, frame, x));
        exam.equal("x", "1026", shown(exam, now).as_str());
        exam.leaks(2);

        exam.try_event("z = 1025", |heap| {
            let op = int::from_i64(heap, 1025)?;
            names::store_fast(heap, frame, z, op);
            Ok::<_, ObjectError>(())
        });
        exam.check(
            "z and y are two objects of the same value",
            local(exam, frame, z) != local(exam, frame, y),
        );
        exam.leaks(3);
    });
}

#[test]
fn task_2_9_unbound() {
    exam::task(
        "2.9",
        "a local variable that is not bound yet has a name, and no object",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let code = code(exam, "f", &["x", "total"]);
        let frame = exam.try_event("f()", |heap| names::call(heap, code, &[]));
        let result = exam.event("total", |heap| names::load_fast(heap, frame, 1));
        let error = exam.err("total", result);
        exam.equal(
            "total",
            ObjectError::UnboundLocal("total".to_owned()),
            error,
        );
    });
}

#[test]
fn task_2_9_a_call_ends() {
    exam::task(
        "2.9",
        "leaving a call gives up the reference of each bound local variable, in order, and the frame",
    )
    .heap(KIT).size(SIZE)
    .run(|exam| {
        let [a, b] = numbers(exam);
        let main = code(exam, "main", &["m"]);
        let outer = exam.try_event("main()", |heap| names::call(heap, main, &[]));
        let code = code(exam, "f", &["x", "y", "z"]);
        let frame = exam.try_event("f(n1)", |heap| names::call(heap, code, &[a]));
        exam.event("z = n2", |heap| names::store_fast(heap, frame, 2, b));

        let dropped = RefCell::new(Vec::new());
        exam.try_event("f returns", |heap| {
            names::leave(heap, &mut |op| {
                let unbound = (0..3).all(|index| {
                    Frame::at(heap.memory, frame).local(index).get() != Some(op)
                });
                dropped.borrow_mut().push((op, unbound));
            })
        });
        let dropped = dropped.into_inner();
        let objects: Vec<Addr> = dropped.iter().map(|&(op, _)| op).collect();
        exam.equal("the references given up, in order", vec![a, b], objects);
        exam.check(
            "each name is unbound before its reference is given up",
            dropped.iter().all(|&(_, unbound)| unbound),
        );
        let running = exam.look(|heap| Root::of(heap.memory).frame().get());
        exam.equal("the running frame", Some(outer), running);
        exam.leaks(2);
    });
}

#[test]
fn task_2_9_no_call_to_end() {
    exam::task("2.9", "leaving when no call is running is an error")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let result = exam.event("return", |heap| names::leave(heap, &mut |_| {}));
            let error = exam.err("return", result);
            exam.equal("return", ObjectError::Memory(MemoryError::NoFrame), error);
        });
}

#[test]
fn task_2_9_main_f1_f2() {
    exam::task(
        "2.9",
        "each call has names of its own, and all may refer to one object",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let main = code(exam, "main", &["y", "z"]);
        let f1 = code(exam, "f1", &["x"]);
        let f2 = code(exam, "f2", &["x"]);
        let in_main = exam.try_event("main()", |heap| names::call(heap, main, &[]));
        let y = number(exam, "y", 1025);
        exam.event("main: y = 1025", |heap| {
            names::store_fast(heap, in_main, 0, y)
        });
        let in_f1 = exam.try_event("main: f1(y)", |heap| {
            let y = names::load_fast(heap, in_main, 0)?;
            names::call(heap, f1, &[objects::object::new_ref(heap, y)])
        });
        exam.equal("x of f1 is y of main", Some(y), local(exam, in_f1, 0));
        exam.try_event("f1: x = x * 2", |heap| {
            let x = names::load_fast(heap, in_f1, 0)?;
            let two = int::from_i64(heap, 2)?;
            let product = operate::mul(heap, x, two)?;
            Ok::<_, ObjectError>(names::store_fast(heap, in_f1, 0, product))
        });
        exam.equal("y of main", Some(y), local(exam, in_main, 0));
        let in_f2 = exam.try_event("f1: f2(x)", |heap| {
            let x = names::load_fast(heap, in_f1, 0)?;
            names::call(heap, f2, &[objects::object::new_ref(heap, x)])
        });
        exam.check("f2's frame lies below f1's", in_f2 < in_f1);
        let result = exam.try_event("f2: return x + 1", |heap| {
            let x = names::load_fast(heap, in_f2, 0)?;
            let one = int::from_i64(heap, 1)?;
            let sum = operate::add(heap, x, one)?;
            names::leave(heap, &mut |_| {})?;
            Ok::<_, ObjectError>(sum)
        });
        exam.try_event("f1: return that", |heap| names::leave(heap, &mut |_| {}));
        exam.event("main: z = f1(y)", |heap| {
            names::store_fast(heap, in_main, 1, result)
        });
        let z = exam.try_event("main: z", |heap| names::load_fast(heap, in_main, 1));
        exam.equal("z", "2051", shown(exam, z).as_str());
        exam.leaks(3);
    });
}

#[test]
fn task_2_9_a_mutable_argument() {
    exam::task(
        "2.9",
        "a function that appends to its argument changes the caller's list",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let main = code(exam, "main", &["items"]);
        let f = code(exam, "f", &["x"]);
        let in_main = exam.try_event("main()", |heap| names::call(heap, main, &[]));
        exam.try_event("main: items = []", |heap| {
            let op = list::new(heap)?;
            Ok::<_, ObjectError>(names::store_fast(heap, in_main, 0, op))
        });
        exam.try_event("f(items): x.append('a')", |heap| {
            let items = names::load_fast(heap, in_main, 0)?;
            let frame = names::call(heap, f, &[objects::object::new_ref(heap, items)])?;
            let x = names::load_fast(heap, frame, 0)?;
            list::append(heap, x, str::new(heap, "a")?)?;
            names::leave(heap, &mut |_| {})
        });
        let items = exam.try_event("main: items", |heap| names::load_fast(heap, in_main, 0));
        exam.equal("items", "['a']", shown(exam, items).as_str());
    });
}
