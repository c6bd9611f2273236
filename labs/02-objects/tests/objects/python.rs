//! Tasks 2.12 and 2.13: what programs see, and sizes.

use exam::HeapExam;
use memory::{Addr, Heap};
use objects::{
    ObjectError, class, dict, float, function, hash, instance, int, list, object, operate, set,
    singletons, sizes, str, tuple, type_at,
};

use super::common::{KIT, SIZE, count, rows, shown, value};

const SIZES: &str = include_str!("../data/sizes-3.11.7.txt");
const HASHES: &str = include_str!("../data/hashes-3.11.7.txt");

fn make(exam: &HeapExam, name: &str, text: &str) -> Addr {
    let op = exam.try_event(format!("{name} = {text}"), |heap| value(heap, text));
    exam.name(op, name);
    op
}

#[test]
fn task_2_12_the_same_object() {
    exam::task("2.12", "is asks whether two names refer to one object")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = make(exam, "x", "[1, 2]");
            let y = make(exam, "y", "[1, 2]");
            exam.equal("x is x", true, exam.event("x is x", |_| operate::is(x, x)));
            exam.equal("x is y", false, exam.event("x is y", |_| operate::is(x, y)));
            exam.equal(
                "x == y",
                true,
                exam.event("x == y", |heap| operate::equal(heap, x, y)),
            );
        });
}

#[test]
fn task_2_12_equal_values() {
    exam::task("2.12", "== asks whether two objects have the same value")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            for (a, b, expected) in [
                ("1025", "1025", true),
                ("1025", "1026", false),
                ("1025", "-1025", false),
                ("1073741824", "2147483648", false),
                ("1152921504606846976", "1152921504606846976", true),
                ("1152921504606846976", "1152921504606846977", false),
                ("18446744073709551616", "18446744073709551616", true),
                ("18446744073709551616", "36893488147419103232", false),
                ("0", "0", true),
                ("1", "1.0", true),
                ("'a'", "'a'", true),
                ("'a'", "'b'", false),
                ("'a'", "'é'", false),
                ("(1, 2)", "(1, 2)", true),
                ("(1, 2)", "(1, 3)", false),
                ("(1, 2)", "(1, 2, 3)", false),
                ("(1, 2)", "(1,)", false),
                ("(1, 2)", "[1, 2]", false),
                ("[1025]", "[1025]", true),
                ("[1025, 'a']", "[1025, 'b']", false),
                ("[]", "[]", true),
                ("1", "'1'", false),
            ] {
                let [x, y] = [("x", a), ("y", b)].map(|(name, text)| {
                    exam.try_event(format!("{name} = {text}"), |heap| value(heap, text))
                });
                for (label, x, y) in [(format!("{a} == {b}"), x, y), (format!("{b} == {a}"), y, x)]
                {
                    let found = exam.event(label.clone(), |heap| operate::equal(heap, x, y));
                    if found != expected {
                        exam.name(x, "left");
                        exam.name(y, "right");
                        exam.focus(x);
                        exam.focus(y);
                    }
                    exam.equal(&label, expected, found);
                }
            }
        });
}

#[test]
fn task_2_12_true_is_one() {
    exam::task("2.12", "True == 1, and they are two objects")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let yes = exam.event("x = True", |heap| singletons::bool(heap, true));
            let one = make(exam, "y", "1");
            exam.equal(
                "x is y",
                false,
                exam.event("x is y", |_| operate::is(yes, one)),
            );
            exam.equal(
                "x == y",
                true,
                exam.event("x == y", |heap| operate::equal(heap, yes, one)),
            );
        });
}

#[test]
fn task_2_12_a_list_in_itself() {
    exam::task("2.12", "an object equals itself, without a look inside")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = make(exam, "x", "[1]");
            exam.try_event("x.append(x)", |heap| {
                list::append(heap, x, object::new_ref(heap, x))
            });
            let equal = exam.event("x == x", |heap| operate::equal(heap, x, x));
            exam.equal("x == x", true, equal);
            let nan = exam.try_event("y = nan", |heap| float::from_f64(heap, f64::NAN));
            let equal = exam.event("[y] == [y]: y with itself", |heap| {
                operate::equal(heap, nan, nan)
            });
            exam.equal("y with itself, as a list compares its items", true, equal);
        });
}

#[test]
fn task_2_12_a_list_changes_in_place() {
    exam::task(
        "2.12",
        "x += [3] changes the list that x refers to, for all its names",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = make(exam, "x", "[1, 2]");
        let more = make(exam, "more", "[3]");
        let result = exam.try_event("x += more", |heap| operate::inplace_add(heap, x, more));
        exam.equal("what x refers to afterwards", x, result);
        exam.equal("x", "[1, 2, 3]", shown(exam, x).as_str());
        exam.equal("the count of x (a new reference)", 2, count(exam, x));
        exam.equal("more", "[3]", shown(exam, more).as_str());
        let more = make(exam, "more", "(4, 5)");
        exam.try_event("x += more", |heap| operate::inplace_add(heap, x, more));
        exam.equal("x", "[1, 2, 3, 4, 5]", shown(exam, x).as_str());
        exam.try_event("x += x", |heap| operate::inplace_add(heap, x, x));
        exam.equal(
            "x",
            "[1, 2, 3, 4, 5, 1, 2, 3, 4, 5]",
            shown(exam, x).as_str(),
        );
    });
}

#[test]
fn task_2_12_others_make_a_new_object() {
    exam::task("2.12", "x += y makes a new object for every immutable type")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            for (a, b, expected) in [
                ("1025", "1", "1026"),
                ("1.5", "1", "2.5"),
                ("'ab'", "'c'", "'abc'"),
                ("(1, 2)", "(3,)", "(1, 2, 3)"),
            ] {
                let (x, y) = (make(exam, "x", a), make(exam, "y", b));
                let label = format!("{a} += {b}");
                let sum = exam.try_event(label.clone(), |heap| operate::inplace_add(heap, x, y));
                exam.equal(&label, expected, shown(exam, sum).as_str());
                exam.check("the result is a new object", sum != x);
                exam.equal("what x referred to", a, shown(exam, x).as_str());
            }
        });
}

#[test]
fn task_2_12_what_cannot_be_added() {
    exam::task(
        "2.12",
        "operands that do not fit are an error in Python's words",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        for (a, b, words) in [
            (
                "1025",
                "'a'",
                "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
            ),
            ("[1]", "5", "TypeError: 'int' object is not iterable"),
        ] {
            let (x, y) = (make(exam, "x", a), make(exam, "y", b));
            let label = format!("{a} += {b}");
            let result = exam.event(label.clone(), |heap| operate::inplace_add(heap, x, y));
            let error = exam.err(&label, result);
            exam.equal(&label, words, error.to_string().as_str());
            exam.equal("x", a, shown(exam, x).as_str());
        }
    });
}

#[test]
fn task_2_12_keys_of_a_dict() {
    exam::task("2.12", "equal keys are one key; and hashes are CPython's")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let d = exam.try_event("d = {}", dict::new);
            for (key, number) in [
                ("1", 10),
                ("1.0", 20),
                ("'a'", 30),
                ("(1, 2)", 40),
                ("'a'", 50),
            ] {
                exam.try_event(format!("d[{key}] = {number}"), |heap| {
                    let (key, number) = (value(heap, key)?, int::from_i64(heap, number)?);
                    dict::set_item(heap, d, key, number).map(|_| ())
                });
            }
            exam.equal("d", "{1: 20, 'a': 50, (1, 2): 40}", shown(exam, d).as_str());
            for [kind, text, expected] in rows(HASHES) {
                let op = exam.try_event(format!("x = {kind}({text})"), |heap| match kind {
                    "str" => Ok(str::new(heap, text)?),
                    "float" => {
                        let value = text.parse().unwrap_or(f64::NAN);
                        Ok(float::from_f64(heap, value)?)
                    }
                    _ => value(heap, text),
                });
                let hash = exam.try_event("hash(x)", |heap| hash::hash(heap, op));
                exam.equal("hash(x)", expected, hash.to_string().as_str());
            }
        });
}

/// The object that a row of the recorded sizes stands for.
fn of_row(heap: &Heap, kind: &str, what: &str) -> Result<Addr, ObjectError> {
    let count: i64 = what.parse().unwrap_or(0);
    let number = |value| int::from_i64(heap, value);
    match kind {
        "object" => {
            let ty = type_at(heap, objects::index::OBJECT);
            Ok(heap.alloc(ty, 0)?)
        }
        "NoneType" => Ok(singletons::none(heap)),
        "bool" => Ok(singletons::bool(heap, what == "1")),
        "str" => Ok(str::new(heap, what)?),
        "tuple" => {
            let items: Result<Vec<Addr>, _> = (0..count).map(|_| number(1)).collect();
            Ok(tuple::new(heap, &items?)?)
        }
        "list" => {
            let op = list::new(heap)?;
            for n in 0..count {
                list::append(heap, op, number(n)?)?;
            }
            Ok(op)
        }
        "display" => Ok(list::from_items(
            heap,
            &[number(1)?, number(1)?, number(1)?],
        )?),
        "dict" | "intdict" => {
            let op = dict::new(heap)?;
            for n in 0..count {
                let key = match kind {
                    "dict" => str::new(heap, &n.to_string())?,
                    _ => number(n)?,
                };
                let _ = dict::set_item(heap, op, key, number(n)?)?;
            }
            Ok(op)
        }
        "set" => {
            let op = set::new(heap)?;
            for n in 0..count {
                set::add(heap, op, number(n)?)?;
            }
            Ok(op)
        }
        "instance" => {
            let class = class::new(heap, what, None)?;
            let op = instance::new(heap, class)?;
            let wheels = str::intern(heap, "wheels")?;
            instance::set_attr(heap, op, wheels, number(4)?)?;
            Ok(op)
        }
        "function" => {
            let code = regions::load_code(heap.memory, what, &[])?;
            Ok(function::new(heap, code, None)?)
        }
        _ => value(heap, what),
    }
}

/// What the object of a row is in Python, for people.
fn in_python(kind: &str, what: &str) -> String {
    match kind {
        "object" => "object()".to_owned(),
        "NoneType" => "None".to_owned(),
        "bool" => if what == "1" { "True" } else { "False" }.to_owned(),
        "str" => format!("'{what}'"),
        "tuple" => format!("(1,) * {what}"),
        "list" => format!("[], and {what} times append"),
        "display" => "[1, 1, 1]".to_owned(),
        "dict" => format!("a dict of {what} strs"),
        "intdict" => format!("a dict of {what} ints"),
        "set" => format!("a set of {what} ints"),
        "instance" => format!("an instance of {what}"),
        "function" => format!("def {what}(): …"),
        _ => what.to_owned(),
    }
}

fn sizes_of(exam: &HeapExam, kinds: &[&str]) {
    exam.note("expected is sys.getsizeof of CPython 3.11.7");
    for [kind, what, bytes] in rows(SIZES).filter(|[kind, ..]| kinds.contains(kind)) {
        let text = in_python(kind, what);
        let op = exam.try_event(format!("x = {text}"), |heap| of_row(heap, kind, what));
        let found = exam.event("getsizeof(x)", |heap| sizes::getsizeof(heap, op));
        let Ok(bytes) = bytes.parse::<u64>() else {
            exam.fail("the recorded file is damaged");
        };
        if found != bytes {
            exam.name(op, "x");
            exam.focus(op);
        }
        exam.equal(&format!("getsizeof(x), x = {text}"), bytes, found);
    }
}

#[test]
fn task_2_13_numbers_and_singletons() {
    exam::task("2.13", "sizes of objects of fixed size, and of ints")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| sizes_of(exam, &["object", "NoneType", "bool", "int", "float"]));
}

#[test]
fn task_2_13_strs() {
    exam::task("2.13", "the size of a str depends on its widest character")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| sizes_of(exam, &["str"]));
}

#[test]
fn task_2_13_tuples_and_lists() {
    exam::task(
        "2.13",
        "a tuple is one block; a list is two, the second often larger than needed",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| sizes_of(exam, &["tuple", "list", "display"]));
}

#[test]
fn task_2_13_dicts_and_sets() {
    exam::task("2.13", "dicts and sets grow in steps")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| sizes_of(exam, &["dict", "intdict", "set"]));
}

#[test]
fn task_2_13_instances_and_functions() {
    exam::task(
        "2.13",
        "an instance is 56 bytes, and its values are not among them",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| sizes_of(exam, &["instance", "function"]));
}

#[test]
fn task_2_13_types() {
    exam::task(
        "2.13",
        "a class has a GC head in front, a static type has not",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let int = exam.look(|heap| type_at(heap, objects::index::INT));
        let found = exam.event("getsizeof(int)", |heap| sizes::getsizeof(heap, int));
        exam.equal("getsizeof(int), a type object of this course", 112, found);
        let car = exam.try_event("class Car: pass", |heap| class::new(heap, "Car", None));
        let found = exam.event("getsizeof(Car)", |heap| sizes::getsizeof(heap, car));
        exam.equal("getsizeof(Car)", 112 + 16, found);
    });
}
