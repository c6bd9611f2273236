//! Tasks 2.1 to 2.3: the header, types, None and the bools.

use exam::HeapExam;
use memory::object::{
    PreHeader, PyGC_Head, PyLongObject, PyObject, PyTypeObject, PyVarObject, TPFLAGS_HAVE_GC,
    TPFLAGS_HEAPTYPE, TPFLAGS_MANAGED_DICT,
};
use memory::{Addr, Region, Root, WORD, frame};
use objects::types::{init_type, init_types, is_subtype};
use objects::{TYPES, index, object, singletons, type_at};

use super::common::{EMPTY, Hex, OLD_BYTES, SIZE, TYPED, block_size, count};

/// A type object written by the test, with these flags, sizes and entry of the slot table.
fn type_by_hand(exam: &HeapExam, name: &str, flags: u64, sizes: (u64, u64), slots: u64) -> Addr {
    let (basicsize, itemsize) = sizes;
    let label = format!("a type {name}: {basicsize} bytes, items of {itemsize}");
    let ty = exam.try_event(label, |heap| {
        let ty = regions::static_alloc(heap.memory, PyTypeObject::SIZE)?;
        // ANCHOR: view
        let object = PyTypeObject::at(heap.memory, ty); // a view: reads nothing
        object.ob_refcnt().set(1); // op->ob_refcnt = 1
        object.ob_type().set(ty); // op->ob_type = ty
        object.tp_basicsize().set(basicsize);
        // ANCHOR_END: view
        object.tp_itemsize().set(itemsize);
        object.tp_flags().set(flags);
        object.tp_slots().set(slots);
        Ok::<_, memory::MemoryError>(ty)
    });
    exam.name(ty, name);
    ty
}

const INSTANCE_FLAGS: u64 = TPFLAGS_HEAPTYPE | TPFLAGS_HAVE_GC | TPFLAGS_MANAGED_DICT;
/// A class made by a class statement whose instances have no dict.
const SLOTTED_FLAGS: u64 = TPFLAGS_HEAPTYPE | TPFLAGS_HAVE_GC;
/// The flag of the dict alone.
const DICT_FLAGS: u64 = TPFLAGS_MANAGED_DICT;

#[test]
fn task_2_1_what_stands_in_front() {
    exam::task(
        "2.1",
        "the type's flags say how many bytes stand in front of its objects",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        for (name, flags, expected) in [
            ("float", 0, 0),
            ("list", TPFLAGS_HAVE_GC, 16),
            ("list with other flags", TPFLAGS_HAVE_GC | 1 << 10, 16),
            ("Car", INSTANCE_FLAGS, 32),
            ("a class with __slots__", SLOTTED_FLAGS, 16),
            ("a class with a dict and no GC head", DICT_FLAGS, 16),
        ] {
            let ty = type_by_hand(exam, name, flags, (24, 0), index::OBJECT);
            let label = format!("presize({name})");
            let bytes = exam.event(label.clone(), |heap| object::presize(heap, ty));
            exam.equal(&label, expected, bytes);
        }
    });
}

#[test]
fn task_2_1_a_header() {
    exam::task("2.1", "init writes the count 1 and the type, and no more")
        .heap(EMPTY)
        .size(SIZE)
        .run(|exam| {
            let ty = type_by_hand(exam, "float", 0, (24, 0), index::FLOAT);
            let op = exam.try_event("24 bytes of static storage", |heap| {
                regions::static_alloc(heap.memory, 24)
            });
            exam.name(op, "op");
            exam.event("init(op, float)", |heap| object::init(heap, op, ty));
            exam.equal("ob_refcnt of op", 1, count(exam, op));
            exam.equal("ob_type of op", Some(ty), Addr::new(exam.word(op.plus(8))));
            let behind = exam.word(op.plus(16));
            exam.equal("the word behind the header", Hex(0), Hex(behind));
            exam.equal(
                "ob_refcnt of float (a type that no class statement made is not counted)",
                1,
                count(exam, ty),
            );
        });
}

#[test]
fn task_2_1_an_instance_holds_its_class() {
    exam::task(
        "2.1",
        "an object of a class made by a class statement holds a reference to its class",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        for (name, flags) in [("Car", INSTANCE_FLAGS), ("Slotted", SLOTTED_FLAGS)] {
            let ty = type_by_hand(exam, name, flags, (24, 0), index::INSTANCE);
            let op = exam.try_event("24 bytes of static storage", |heap| {
                regions::static_alloc(heap.memory, 24)
            });
            exam.name(op, "op");
            exam.event(format!("init(op, {name})"), |heap| {
                object::init(heap, op, ty)
            });
            exam.equal("ob_refcnt of op", 1, count(exam, op));
            exam.equal(&format!("ob_refcnt of {name}"), 2, count(exam, ty));
        }
    });
}

#[test]
fn task_2_1_one_block() {
    exam::task(
        "2.1",
        "an object is one block: what stands in front, then the object, all of it cleared",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        for (name, flags, front) in [
            ("float", 0, 0),
            ("list", TPFLAGS_HAVE_GC, PyGC_Head::SIZE),
            ("Car", INSTANCE_FLAGS, PyGC_Head::SIZE + PreHeader::SIZE),
        ] {
            let ty = type_by_hand(exam, name, flags, (24, 0), index::OBJECT);
            // A block that was used before: its bytes are not zero.
            exam.try_event(
                format!("a used block of {} bytes is freed", front + 40),
                |heap| {
                    let block = heap.malloc(front + 40)?;
                    heap.memory.fill(block, front + 40, OLD_BYTES as u8);
                    heap.free(block);
                    Ok::<_, memory::MemoryError>(())
                },
            );
            let op = exam.try_event(format!("new({name}, 40 bytes)"), |heap| {
                object::new(heap, ty, 40)
            });
            exam.name(op, format!("an object of {name}"));
            let size = block_size(exam, "the object", op);
            exam.equal("bytes asked for its block", front + 40, size);
            let block = exam.block_at(op).map(|block| block.addr);
            exam.equal(
                "the address of the object, counted from its block",
                front,
                op.since(block.unwrap_or(op)),
            );
            exam.equal("ob_refcnt", 1, count(exam, op));
            exam.equal("ob_type", Some(ty), Addr::new(exam.word(op.plus(8))));
            for offset in (0..front).step_by(8) {
                let word = exam.word(op.minus(offset + 8));
                let what = format!("the word {} bytes in front of the object", offset + 8);
                exam.equal(&what, Hex(0), Hex(word));
            }
            for offset in (16..40).step_by(8) {
                let word = exam.word(op.plus(offset));
                exam.equal(&format!("the word at offset {offset}"), Hex(0), Hex(word));
            }
        }
    });
}

#[test]
fn task_2_1_sizes_come_from_the_type() {
    exam::task(
        "2.1",
        "generic_alloc makes room for the basic size and the items that were asked for",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        let float = type_by_hand(exam, "float", 0, (24, 0), index::FLOAT);
        let op = exam.try_event("generic_alloc(float, 0 items)", |heap| {
            object::generic_alloc(heap, float, 0)
        });
        let size = block_size(exam, "the object", op);
        exam.equal("bytes asked for a float", 24, size);
        exam.equal(
            "the word at offset 16 (a float has no ob_size)",
            Hex(0),
            Hex(exam.word(op.plus(16))),
        );

        let tuple = type_by_hand(exam, "tuple", TPFLAGS_HAVE_GC, (24, 8), index::TUPLE);
        let op = exam.try_event("generic_alloc(tuple, 3 items)", |heap| {
            object::generic_alloc(heap, tuple, 3)
        });
        let size = block_size(exam, "the object", op);
        exam.equal("bytes asked for a tuple of 3", 16 + 24 + 3 * 8, size);
        let ob_size = exam.look(|heap| PyVarObject::at(heap.memory, op).ob_size().get());
        exam.equal("ob_size of the tuple", 3, ob_size);

        let int = type_by_hand(exam, "int", 0, (24, 4), index::INT);
        let op = exam.try_event("generic_alloc(int, 1 item)", |heap| {
            object::generic_alloc(heap, int, 1)
        });
        let size = block_size(exam, "the object", op);
        exam.equal("bytes asked for an int of one digit", 28, size);
    });
}

#[test]
fn task_2_1_no_memory() {
    exam::task("2.1", "an object for which there is no memory is an error")
        .heap(EMPTY)
        .size(SIZE)
        .size(SIZE)
        .run(|exam| {
            let ty = type_by_hand(exam, "list", TPFLAGS_HAVE_GC, (40, 0), index::LIST);
            let label = "new(list, 2^30 bytes)";
            let result = exam.event(label, |heap| object::new(heap, ty, 1 << 30));
            let requested = (1 << 30) + 16;
            let expected = memory::MemoryError::NoMemory { requested };
            exam.equal(label, expected, exam.err(label, result));
            exam.leaks(0);
        });
}

#[test]
fn task_2_2_a_type_object() {
    exam::task(
        "2.2",
        "a type object says what its entry of the slot table says",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        let type_type = type_by_hand(exam, "type_type", 0, (112, 0), index::TYPE);
        let base = type_by_hand(exam, "base", 0, (16, 0), index::OBJECT);
        for entry in [index::FLOAT, index::TUPLE, index::INT] {
            let slots = &TYPES[entry as usize];
            let ty = exam.try_event("static storage for a type", |heap| {
                regions::static_alloc(heap.memory, PyTypeObject::SIZE)
            });
            exam.name(ty, slots.name);
            let label = format!("init_type({}, type_type, base)", slots.name);
            exam.try_event(label, |heap| {
                init_type(heap, ty, entry, type_type, Some(base))
            });
            exam.equal("ob_refcnt", 1, count(exam, ty));
            for (field, offset, expected) in [("ob_type", 8, type_type), ("tp_base", 64, base)] {
                let found = Addr::new(exam.word(ty.plus(offset)));
                exam.equal(field, Some(expected), found);
            }
            let name = exam.look(|heap| {
                let name = PyTypeObject::at(heap.memory, ty).tp_name().get();
                let region = Region::of(heap.memory, name);
                (frame::c_string(heap.memory, name), region)
            });
            let expected = (slots.name.to_owned(), Some(Region::Text));
            exam.equal("tp_name and its region", expected, name);
            for (field, offset, expected) in [
                ("tp_basicsize", 32, slots.basicsize),
                ("tp_itemsize", 40, slots.itemsize),
                ("tp_slots", 48, entry),
            ] {
                exam.equal(field, expected, exam.word(ty.plus(offset)));
            }
            let flags = u64::from(slots.gc) * TPFLAGS_HAVE_GC;
            exam.equal("tp_flags", Hex(flags), Hex(exam.word(ty.plus(56))));
        }
    });
}

#[test]
fn task_2_2_all_static_types() {
    exam::task(
        "2.2",
        "start-up makes a type object in the data region for each entry of the slot table",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        exam.try_event("init_types()", init_types);
        let ntypes = exam.look(|heap| Root::of(heap.memory).ntypes().get());
        exam.equal("ntypes of the root", TYPES.len() as u64, ntypes);
        let table = exam.look(|heap| Root::of(heap.memory).types().get());
        let Some(table) = table else {
            exam.fail("types of the root is NULL");
        };
        for (entry, slots) in (0..).zip(TYPES) {
            let ty = Addr::new(exam.word(table.plus(WORD * entry)));
            if entry == index::INSTANCE {
                exam.equal("the word of the table for instances", None, ty);
                continue;
            }
            let Some(ty) = ty else {
                exam.fail(&format!("the table has NULL for {}", slots.name));
            };
            exam.name(ty, slots.name);
            let region = exam.look(|heap| Region::of(heap.memory, ty));
            let what = format!("the region of {}", slots.name);
            exam.equal(&what, Some(Region::Data), region);
            let name = exam.look(|heap| objects::types::name(heap, ty));
            exam.equal("tp_name", slots.name, name.as_str());
        }
        exam.leaks(0);
    });
}

#[test]
fn task_2_2_the_type_of_a_type() {
    exam::task(
        "2.2",
        "the type of every type is type, and the type of type is type",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        exam.try_event("init_types()", init_types);
        let type_type = exam.look(|heap| type_at(heap, index::TYPE));
        exam.name(type_type, "type");
        for entry in (0..TYPES.len() as u64).filter(|&entry| entry != index::INSTANCE) {
            let ty = exam.look(|heap| type_at(heap, entry));
            exam.name(ty, TYPES[entry as usize].name);
            let ob_type = exam.word(ty.plus(8));
            let what = format!("type({})", TYPES[entry as usize].name);
            exam.equal(&what, Some(type_type), Addr::new(ob_type));
        }
    });
}

#[test]
fn task_2_2_base_classes() {
    exam::task(
        "2.2",
        "bool is a kind of int, and everything is a kind of object",
    )
    .heap(EMPTY)
    .size(SIZE)
    .run(|exam| {
        exam.try_event("init_types()", init_types);
        for (class, ancestor, expected) in [
            (index::BOOL, index::INT, true),
            (index::BOOL, index::OBJECT, true),
            (index::BOOL, index::BOOL, true),
            (index::INT, index::BOOL, false),
            (index::INT, index::FLOAT, false),
            (index::TYPE, index::OBJECT, true),
            (index::OBJECT, index::OBJECT, true),
            (index::OBJECT, index::TYPE, false),
        ] {
            let name = |entry: u64| TYPES[entry as usize].name;
            let label = format!("issubclass({}, {})", name(class), name(ancestor));
            let found = exam.event(label.clone(), |heap| {
                is_subtype(heap, type_at(heap, class), type_at(heap, ancestor))
            });
            exam.equal(&label, expected, found);
        }
    });
}

#[test]
fn task_2_3_none() {
    exam::task("2.3", "None is one static object, 16 bytes long")
        .heap(TYPED)
        .size(SIZE)
        .run(|exam| {
            exam.try_event("init_singletons()", singletons::init_singletons);
            let none = exam.look(|heap| Root::of(heap.memory).none().get());
            let Some(none) = none else {
                exam.fail("none of the root is NULL");
            };
            exam.name(none, "None");
            exam.equal("the count of None at start-up", 1, count(exam, none));
            let (ty, region) = exam.look(|heap| {
                let ty = heap.type_of(none);
                (
                    objects::types::name(heap, ty),
                    Region::of(heap.memory, none),
                )
            });
            exam.equal("type(None)", "NoneType", ty.as_str());
            exam.equal("the region of None", Some(Region::Data), region);

            let x = exam.event("x = None", singletons::none);
            let y = exam.event("y = None", singletons::none);
            exam.equal("x", none, x);
            exam.equal("y", none, y);
            exam.equal("the count of None, with x and y", 3, count(exam, none));
            exam.leaks(0);
        });
}

#[test]
fn task_2_3_true_and_false() {
    exam::task(
        "2.3",
        "True and False are ints of type bool, and there is one of each",
    )
    .heap(TYPED)
    .size(SIZE)
    .run(|exam| {
        exam.try_event("init_singletons()", singletons::init_singletons);
        let root = exam.look(|heap| {
            let root = Root::of(heap.memory);
            [root.false_().get(), root.true_().get()]
        });
        for (value, name, field) in [(0, "False", root[0]), (1, "True", root[1])] {
            let Some(op) = field else {
                exam.fail(&format!("the root has NULL for {name}"));
            };
            exam.name(op, name);
            exam.equal("its count at start-up", 1, count(exam, op));
            let (ty, size, digit) = exam.look(|heap| {
                let int = PyLongObject::at(heap.memory, op);
                let ty = objects::types::name(heap, int.ob_type().get());
                (ty, int.ob_size().get(), int.ob_digit(0).get())
            });
            exam.equal(&format!("type({name})"), "bool", ty.as_str());
            exam.equal(&format!("ob_size of {name}"), value, size);
            exam.equal(&format!("digit 0 of {name}"), value as u32, digit);
            let label = format!("x = {name}");
            let x = exam.event(label, |heap| singletons::bool(heap, value == 1));
            exam.equal("x", op, x);
            exam.equal(&format!("the count of {name}, with x"), 2, count(exam, op));
        }
        exam.leaks(0);
    });
}

#[test]
fn task_2_3_their_places() {
    exam::task(
        "2.3",
        "the three objects lie one behind the other: None, False, True",
    )
    .heap(TYPED)
    .size(SIZE)
    .run(|exam| {
        let end = |exam: &HeapExam| {
            exam.look(|heap| Root::of(heap.memory).region(Region::Data).end().get())
        };
        let before = end(exam);
        exam.try_event("init_singletons()", singletons::init_singletons);
        let mut places = exam.look(|heap| {
            let root = Root::of(heap.memory);
            [
                ("None", root.none().get()),
                ("False", root.false_().get()),
                ("True", root.true_().get()),
            ]
        });
        for (name, op) in places {
            exam.name(op, name);
            exam.check(&format!("the root has the address of {name}"), op.is_some());
        }
        places.sort_by_key(|&(_, op)| op);
        exam.equal(
            "the three, in the order of their addresses",
            ["None", "False", "True"],
            places.map(|(name, _)| name),
        );
        let step = exam.look(|heap| Root::of(heap.memory).alignment().get());
        let up = |bytes: u64| bytes.next_multiple_of(step);
        let expected = up(before) + PyObject::SIZE + up(28) + 28;
        exam.equal(
            "bytes taken in the data region: 16, 28 and 28, each aligned",
            expected - before,
            end(exam).saturating_sub(before),
        );
    });
}
