//! Tasks 2.4 to 2.6: int, str, tuple.

use memory::object::{PyASCIIObject, PyLongObject, PyTupleObject, str_state};
use memory::{Addr, Region, Root};
use objects::{ObjectError, index, int, singletons, str, tuple, type_at};

use super::common::{
    EMPTY, KIT, SIZE, TYPED, block_size, count, fill_heap, no_memory, number, numbers, shown,
};

/// A value, its digits, and the bytes of its object.
const INTS: [(i64, &[u32], u64); 8] = [
    (257, &[257], 28),
    (-6, &[6], 28),
    ((1 << 30) - 1, &[(1 << 30) - 1], 28),
    (1 << 30, &[0, 1], 32),
    (-(1 << 30), &[0, 1], 32),
    (1_000_000_000_000_000_000, &[660_865_024, 931_322_574], 32),
    (1 << 60, &[0, 0, 1], 36),
    (i64::MIN, &[0, 0, 8], 36),
];

#[test]
fn task_2_4_digits() {
    exam::task(
        "2.4",
        "a number is cut into digits of 30 bits, the lowest first",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        for (value, expected) in [
            (0, vec![]),
            (1, vec![1]),
            (1025, vec![1025]),
            ((1 << 30) - 1, vec![(1 << 30) - 1]),
            (1 << 30, vec![0, 1]),
            ((1 << 30) + 5, vec![5, 1]),
            (1 << 60, vec![0, 0, 1]),
            (u64::MAX, vec![(1 << 30) - 1, (1 << 30) - 1, 15]),
        ] {
            let label = format!("digits_of({value})");
            let found = exam.event(label.clone(), |_| int::digits_of(value));
            exam.equal(&label, expected, found);
        }
    });
}

#[test]
fn task_2_4_an_int_in_memory() {
    exam::task(
        "2.4",
        "an int is a header, ob_size with the sign, and its digits",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        for (value, digits, bytes) in INTS {
            let op = number(exam, "x", value);
            let size = block_size(exam, "the int", op);
            exam.equal("bytes asked for it", bytes, size);
            let (ob_size, found, ty) = exam.look(|heap| {
                let object = PyLongObject::at(heap.memory, op);
                let indices = 0..digits.len() as u64;
                let found: Vec<u32> = indices.map(|i| object.ob_digit(i).get()).collect();
                (object.ob_size().get(), found, object.ob_type().get())
            });
            exam.equal("ob_size", digits.len() as i64 * value.signum(), ob_size);
            exam.equal("ob_digit", digits.to_vec(), found);
            let int = exam.look(|heap| type_at(heap, index::INT));
            exam.equal("its type is int", int, ty);
            exam.equal("ob_refcnt", 1, count(exam, op));
        }
    });
}

#[test]
fn task_2_4_the_small_ints() {
    exam::task(
        "2.4",
        "-5 to 256 are made at start-up, in the data region, 32 bytes apart",
    )
    .heap(TYPED)
    .size(SIZE)
    .run(|exam| {
        exam.try_event("init_small_ints()", int::init_small_ints);
        exam.leaks(0);
        let first = exam.look(|heap| Root::of(heap.memory).small_ints().get());
        let Some(first) = first else {
            exam.fail("small_ints of the root is NULL");
        };
        exam.name(first, "the int -5");
        for (place, value) in (0..).zip(int::SMALLEST..=int::LARGEST) {
            let op = first.plus(32 * place);
            let what = format!("the small int {value} at {op}");
            let found = exam.look(|heap| {
                let object = PyLongObject::at(heap.memory, op);
                let size = object.ob_size().get();
                (object.ob_refcnt().get(), size, object.ob_digit(0).get())
            });
            let expected = (1, value.signum(), value.unsigned_abs() as u32);
            exam.equal(
                &format!("count, ob_size and digit 0 of {what}"),
                expected,
                found,
            );
        }
        let region = exam.look(|heap| Region::of(heap.memory, first.plus(32 * 261)));
        exam.equal("the region of the int 256", Some(Region::Data), region);
    });
}

#[test]
fn task_2_4_small_ints_are_shared() {
    exam::task(
        "2.4",
        "a small int is there already; a larger one is made each time",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        for value in [-5, -1, 0, 1, 256] {
            let x = number(exam, "x", value);
            let before = count(exam, x);
            let y = number(exam, "y", value);
            exam.equal(&format!("x is y, both {value}"), x, y);
            exam.equal(
                "its count, with one name more than before",
                before + 1,
                count(exam, x),
            );
            exam.leaks(0);
        }
        for (made, value) in (1..).zip([-6, 257, 1025]) {
            let x = number(exam, "x", value);
            let y = number(exam, "y", value);
            exam.check(&format!("two ints {value} are two objects"), x != y);
            exam.equal("the count of the second", 1, count(exam, y));
            exam.leaks(2 * made);
        }
    });
}

#[test]
fn task_2_4_zero_has_no_digits() {
    exam::task("2.4", "the int 0 has ob_size 0, and 0 as digit 0")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let zero = number(exam, "x", 0);
            let found = exam.look(|heap| {
                let object = PyLongObject::at(heap.memory, zero);
                (object.ob_size().get(), object.ob_digit(0).get())
            });
            exam.equal("ob_size and digit 0", (0, 0), found);
        });
}

#[test]
fn task_2_4_no_memory() {
    exam::task(
        "2.4",
        "an int for which there is no memory is an error; a small one needs none",
    )
    .heap(KIT)
    .size(SIZE)
    .size(SIZE)
    .run(|exam| {
        fill_heap(exam, 28);
        let result = exam.event("x = 1025", |heap| int::from_i64(heap, 1025));
        exam.equal("x = 1025", no_memory(28), exam.err("x = 1025", result));
        number(exam, "y", 7);
    });
}

#[test]
fn task_2_5_an_ascii_str() {
    exam::task(
        "2.5",
        "the characters of an ASCII str stand behind its header, and a 0 behind them",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        for text in ["wheels", "", "a", "exactly 16 bytes"] {
            let op = exam.try_event(format!("x = '{text}'"), |heap| str::new(heap, text));
            exam.name(op, "x");
            let length = text.len() as u64;
            let size = block_size(exam, "the str", op);
            exam.equal("bytes asked for it", 48 + length + 1, size);
            exam.equal("ob_refcnt", 1, count(exam, op));
            let (found_length, hash, state) = exam.look(|heap| {
                let object = PyASCIIObject::at(heap.memory, op);
                (
                    object.length().get(),
                    object.hash().get(),
                    object.state().get(),
                )
            });
            exam.equal("length", length, found_length);
            exam.equal("hash (not known yet)", -1, hash);
            exam.equal("interned", 0, state & str_state::INTERNED);
            exam.equal("kind", 1, state >> str_state::KIND_SHIFT & 7);
            exam.equal("compact", true, state & str_state::COMPACT != 0);
            exam.equal("ascii", true, state & str_state::ASCII != 0);
            exam.equal("ready", true, state & str_state::READY != 0);
            let bytes = exam.look(|heap| heap.memory.read_bytes(op.plus(48), length + 1));
            let expected = [text.as_bytes(), &[0]].concat();
            exam.equal("the bytes from offset 48 on", expected, bytes);
        }
    });
}

#[test]
fn task_2_5_two_strs_of_the_same_spelling() {
    exam::task("2.5", "str::new makes a new object each time")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = exam.try_event("x = 'wheels'", |heap| str::new(heap, "wheels"));
            let y = exam.try_event("y = 'wheels'", |heap| str::new(heap, "wheels"));
            exam.check("x and y are two objects", x != y);
            exam.leaks(2);
        });
}

#[test]
fn task_2_5_names_are_interned() {
    exam::task("2.5", "interning a spelling twice gives the same object")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = exam.try_event("x = intern('wheels')", |heap| str::intern(heap, "wheels"));
            exam.name(x, "x");
            let text = exam.look(|heap| str::to_string(heap, x));
            exam.equal("its characters", "wheels", text.as_str());
            let state = exam.look(|heap| PyASCIIObject::at(heap.memory, x).state().get());
            exam.equal("interned", 1, state & str_state::INTERNED);
            exam.equal(
                "the other bits of its state",
                0b1110_0100,
                state & !str_state::INTERNED,
            );
            exam.equal(
                "its count: the table has it as a key and as a value",
                2,
                count(exam, x),
            );
            let blocks = exam.live_blocks();

            let y = exam.try_event("y = intern('wheels')", |heap| str::intern(heap, "wheels"));
            exam.equal("x is y", x, y);
            exam.equal(
                "its count (what intern returns is borrowed)",
                2,
                count(exam, x),
            );
            exam.equal(
                "live blocks (the str made for the look-up is given back)",
                blocks,
                exam.live_blocks(),
            );

            let z = exam.try_event("z = intern('radius')", |heap| str::intern(heap, "radius"));
            exam.check("another spelling is another object", z != x);
            let w = exam.try_event("w = intern('wheels')", |heap| str::intern(heap, "wheels"));
            exam.equal("w is x", x, w);
        });
}

#[test]
fn task_2_5_many_names() {
    exam::task("2.5", "a hundred names are interned, each once")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let intern = |round: &str| {
                (0..100)
                    .map(|n| {
                        let label = format!("{round}: intern('name{n}')");
                        exam.try_event(label, |heap| str::intern(heap, &format!("name{n}")))
                    })
                    .collect::<Vec<_>>()
            };
            let first = intern("first round");
            for (n, &op) in first.iter().enumerate() {
                exam.name(op, format!("'name{n}'"));
            }
            let second = intern("second round");
            for (n, (first, second)) in first.into_iter().zip(second).enumerate() {
                exam.equal(&format!("intern('name{n}'), again"), first, second);
            }
        });
}

#[test]
fn task_2_5_names_in_any_script() {
    exam::task("2.5", "a name need not be ASCII")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            for text in ["é", "바퀴", "wheels"] {
                let label = format!("intern('{text}')");
                let op = exam.try_event(label.clone(), |heap| str::intern(heap, text));
                let found = exam.look(|heap| (str::len(heap, op), str::to_string(heap, op)));
                let expected = (text.chars().count() as u64, text.to_owned());
                exam.equal("its length and characters", expected, found);
                let state = exam.look(|heap| PyASCIIObject::at(heap.memory, op).state().get());
                exam.equal("interned", 1, state & str_state::INTERNED);
                let again =
                    exam.try_event(format!("{label}, again"), |heap| str::intern(heap, text));
                exam.equal(&label, op, again);
            }
        });
}

#[test]
fn task_2_5_the_table_is_full() {
    exam::task(
        "2.5",
        "a str that the table of interned strings cannot take is given back",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        exam.note("the heap has room for strs of 7 characters, and for no larger table");
        // Every second block is freed, so that they stay small.
        exam.try_event(
            "64 blocks of 56 bytes are freed, the rest is full",
            |heap| {
                let blocks: Result<Vec<Addr>, _> = (0..128).map(|_| heap.malloc(56)).collect();
                for size in [1 << 20, 1 << 14, 1 << 10, 256, 1] {
                    while heap.malloc(size).is_ok() {}
                }
                for &block in blocks?.iter().step_by(2) {
                    heap.free(block);
                }
                Ok::<_, memory::MemoryError>(())
            },
        );
        for n in 10..70 {
            let before = exam.live_blocks();
            let label = format!("intern('name_{n}')");
            let result = exam.event(label, |heap| str::intern(heap, &format!("name_{n}")));
            match result {
                Ok(op) => exam.name(op, format!("'name_{n}'")),
                Err(_) => {
                    exam.equal("live blocks, as before", before, exam.live_blocks());
                    return;
                }
            }
        }
        exam.fail("the table never grew");
    });
}

#[test]
fn task_2_6_a_tuple_is_one_block() {
    exam::task(
        "2.6",
        "the items of a tuple stand behind its header, in the same block",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let [a, b] = numbers(exam);
        let x = exam.try_event("x = (n1, n2, n1)", |heap| tuple::new(heap, &[a, b, a]));
        exam.name(x, "x");
        let size = block_size(exam, "the tuple", x);
        exam.equal(
            "bytes asked for it, GC head included",
            16 + 24 + 3 * 8,
            size,
        );
        exam.leaks(3);
        let ob_size = exam.look(|heap| PyTupleObject::at(heap.memory, x).ob_size().get());
        exam.equal("ob_size", 3, ob_size);
        for (offset, expected) in [(24, a), (32, b), (40, a)] {
            let word = Addr::new(exam.word(x.plus(offset)));
            exam.equal(
                &format!("the word at offset {offset}"),
                Some(expected),
                word,
            );
        }
        exam.equal(
            "the count of n2 (its reference was stolen)",
            1,
            count(exam, b),
        );
        exam.equal("ob_refcnt", 1, count(exam, x));
        exam.equal("x", "(1001, 1002, 1001)", shown(exam, x).as_str());
    });
}

#[test]
fn task_2_6_items_by_index() {
    exam::task(
        "2.6",
        "an index may count from the end, and is checked at both ends",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let [a, b] = numbers(exam);
        let x = exam.try_event("x = (n1, n2)", |heap| tuple::new(heap, &[a, b]));
        exam.name(x, "x");
        for (index, expected) in [(0, a), (1, b), (-1, b), (-2, a)] {
            let label = format!("x[{index}]");
            let item = exam.try_event(label.clone(), |heap| tuple::get_item(heap, x, index));
            exam.equal(&label, expected, item);
            exam.equal("the count of n1 (x[i] is borrowed)", 1, count(exam, a));
        }
        for index in [2, -3, i64::MAX, i64::MIN] {
            let label = format!("x[{index}]");
            let result = exam.event(label.clone(), |heap| tuple::get_item(heap, x, index));
            let error = exam.err(&label, result);
            exam.equal(&label, ObjectError::Index("tuple index"), error);
        }
    });
}

#[test]
fn task_2_6_the_empty_tuple() {
    exam::task("2.6", "there is one empty tuple")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let empty = exam.look(|heap| Root::of(heap.memory).empty_tuple().get());
            exam.name(empty, "()");
            let x = exam.try_event("x = ()", |heap| tuple::new(heap, &[]));
            let y = exam.try_event("y = ()", |heap| tuple::new(heap, &[]));
            exam.equal("x (the root's empty_tuple)", empty, Some(x));
            exam.equal("y (the root's empty_tuple)", empty, Some(y));
            exam.equal("its count: 1 at start-up, and x and y", 3, count(exam, x));
            exam.leaks(0);
        });
}

#[test]
fn task_2_6_a_tuple_of_everything() {
    exam::task(
        "2.6",
        "a tuple holds references to objects of any type, itself one of them",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = exam.try_event("x = (None, True, 'hi', (7,))", |heap| {
            let hi = str::new(heap, "hi")?;
            let seven = int::from_i64(heap, 7)?;
            let inner = tuple::new(heap, &[seven])?;
            let none = singletons::none(heap);
            tuple::new(heap, &[none, singletons::bool(heap, true), hi, inner])
        });
        exam.equal("x", "(None, True, 'hi', (7,))", shown(exam, x).as_str());
    });
}
