//! Tasks 2.10 and 2.11: instances and their methods.

use exam::HeapExam;
use memory::object::{PreHeader, PyDictValues};
use memory::{Addr, Frame};
use objects::{ObjectError, class, function, instance, names, str};

use super::common::{KIT, SIZE, block_size, count, fill_heap, no_memory, number, shown};

/// `class Car: pass`
fn car(exam: &HeapExam) -> Addr {
    let class = exam.try_event("class Car: pass", |heap| class::new(heap, "Car", None));
    exam.name(class, "Car");
    class
}

fn name(exam: &HeapExam, text: &str) -> Addr {
    let label = format!("the name '{text}'");
    let op = exam.try_event(label, |heap| str::intern(heap, text));
    exam.name(op, format!("'{text}'"));
    op
}

fn new(exam: &HeapExam, name: &str, class: Addr) -> Addr {
    let op = exam.try_event(format!("{name} = Car()"), |heap| instance::new(heap, class));
    exam.name(op, name);
    op
}

fn front(exam: &HeapExam, op: Addr) -> (Option<Addr>, Option<Addr>) {
    exam.look(|heap| {
        let front = PreHeader::of(heap.memory, op);
        (front.values().get(), front.dict().get())
    })
}

#[test]
fn task_2_10_two_blocks() {
    exam::task(
        "2.10",
        "an instance is two blocks: the object, and the values of its attributes",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let class = car(exam);
        let before = (exam.live_blocks(), count(exam, class));
        let c = new(exam, "c", class);
        exam.equal("live blocks", before.0 + 2, exam.live_blocks());
        let size = block_size(exam, "the instance", c);
        exam.equal("bytes asked for the object", 32 + 24, size);
        exam.equal("its count", 1, count(exam, c));
        exam.equal(
            "the count of Car (c holds it)",
            before.1 + 1,
            count(exam, class),
        );
        let (values, dict) = front(exam, c);
        exam.equal("dict in front of it", None, dict);
        let Some(values) = values else {
            exam.fail("values in front of it is NULL");
        };
        let size = block_size(exam, "the block of values", values.minus(1));
        // CPython 3.11.7: the first instance of a class has room for 29 values.
        exam.equal("bytes of the block of values", 32 + 29 * 8, size);
    });
}

#[test]
fn task_2_10_no_memory_for_the_values() {
    exam::task(
        "2.10",
        "an instance that gets no block for its values leaves nothing behind",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let class = car(exam);
        let room = exam.try_event("a block of 56 bytes", |heap| heap.malloc(56));
        fill_heap(exam, 1);
        exam.event("the block is freed", |heap| heap.free(room));
        let before = (exam.live_blocks(), count(exam, class));
        let result = exam.event("c = Car()", |heap| instance::new(heap, class));
        exam.equal("c = Car()", no_memory(264), exam.err("c = Car()", result));
        exam.equal("live blocks", before.0, exam.live_blocks());
        exam.equal("the count of Car", before.1, count(exam, class));
    });
}

#[test]
fn task_2_10_attributes() {
    exam::task("2.10", "an attribute of an instance is one of its values")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let class = car(exam);
            let (wheels, radius) = (name(exam, "wheels"), name(exam, "radius"));
            let c = new(exam, "c", class);
            let result = exam.event("c.wheels", |heap| instance::get_attr(heap, c, wheels));
            let error = exam.err("c.wheels", result);
            let words = "AttributeError: 'Car' object has no attribute 'wheels'";
            exam.equal("c.wheels", words, error.to_string().as_str());

            let four = number(exam, "four", 4004);
            let old = exam.try_event("c.wheels = four", |heap| {
                instance::set_attr(heap, c, wheels, four)
            });
            exam.equal("the old value of c.wheels", None, old);
            let found = exam.try_event("c.wheels", |heap| instance::get_attr(heap, c, wheels));
            exam.equal("c.wheels", four, found);
            exam.equal(
                "the count of four (stolen, then borrowed)",
                1,
                count(exam, four),
            );

            let five = number(exam, "five", 5005);
            let old = exam.try_event("c.wheels = five", |heap| {
                instance::set_attr(heap, c, wheels, five)
            });
            exam.equal("the old value of c.wheels", Some(four), old);
            let six = number(exam, "six", 6006);
            exam.try_event("c.radius = six", |heap| {
                instance::set_attr(heap, c, radius, six)
            });
            for (what, name, expected) in [("c.wheels", wheels, five), ("c.radius", radius, six)] {
                let found = exam.try_event(what, |heap| instance::get_attr(heap, c, name));
                exam.equal(what, expected, found);
            }
        });
}

#[test]
fn task_2_10_names_are_shared() {
    exam::task(
        "2.10",
        "the names of attributes are stored in the class; the values in the order of the names",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let class = car(exam);
        let (wheels, radius) = (name(exam, "wheels"), name(exam, "radius"));
        let (a, b) = (new(exam, "a", class), new(exam, "b", class));
        let values: Vec<Addr> = (0..4)
            .map(|n| number(exam, &format!("v{n}"), 7000 + n))
            .collect();
        let blocks = exam.live_blocks();
        let set = |label: &str, op, name, value| {
            exam.try_event(label, |heap| instance::set_attr(heap, op, name, value));
        };
        set("a.wheels = v0", a, wheels, values[0]);
        set("a.radius = v1", a, radius, values[1]);
        set("b.radius = v2", b, radius, values[2]);
        set("b.wheels = v3", b, wheels, values[3]);
        exam.equal(
            "live blocks (no attribute makes one)",
            blocks,
            exam.live_blocks(),
        );
        for (op, what, expected, order) in [
            (a, "a", [values[0], values[1]], [0, 1]),
            (b, "b", [values[3], values[2]], [1, 0]),
        ] {
            let Some(at) = front(exam, op).0 else {
                exam.fail(&format!("values in front of {what} is NULL"));
            };
            let found = exam.look(|heap| {
                let values = PyDictValues::at(heap.memory, at);
                [values.value(0).get(), values.value(1).get()]
            });
            let what_values = format!("the values of {what}: wheels, radius");
            exam.equal(&what_values, expected.map(Some), found);
            let (used, found) = exam.look(|heap| {
                let values = PyDictValues::at(heap.memory, at);
                let order = [values.order(0).get(), values.order(1).get()];
                (values.used().get(), order)
            });
            exam.equal(&format!("used, of the values of {what}"), 2, used);
            let what_order = format!("the order in which the values of {what} were set");
            exam.equal(&what_order, order, found);
        }
        set("a.wheels = v3, again", a, wheels, values[3]);
        let used = exam.look(|heap| {
            let values = PreHeader::of(heap.memory, a).values().get();
            values.map(|at| PyDictValues::at(heap.memory, at).used().get())
        });
        exam.equal("used, of the values of a", Some(2), used);
    });
}

#[test]
fn task_2_10_attributes_of_the_class() {
    exam::task(
        "2.10",
        "what the instance does not have is looked for in its class, then its bases",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let vehicle = exam.try_event("class Vehicle: pass", |heap| {
            class::new(heap, "Vehicle", None)
        });
        let car = exam.try_event("class Car(Vehicle): pass", |heap| {
            class::new(heap, "Car", Some(vehicle))
        });
        let (wheels, seats) = (name(exam, "wheels"), name(exam, "seats"));
        let (four, five, six) = (
            number(exam, "four", 4004),
            number(exam, "five", 5005),
            number(exam, "six", 6006),
        );
        exam.try_event("Vehicle.wheels = four", |heap| {
            class::set_attr(heap, vehicle, wheels, four)
        });
        exam.try_event("Car.seats = five", |heap| {
            class::set_attr(heap, car, seats, five)
        });
        let c = new(exam, "c", car);
        let get =
            |label: &str, name| exam.try_event(label, |heap| instance::get_attr(heap, c, name));
        exam.equal("c.wheels, from Vehicle", four, get("c.wheels", wheels));
        exam.equal("c.seats, from Car", five, get("c.seats", seats));
        let old = exam.try_event("c.wheels = six", |heap| {
            instance::set_attr(heap, c, wheels, six)
        });
        exam.equal("the old value (c had none itself)", None, old);
        exam.equal("c.wheels, its own", six, get("c.wheels", wheels));
        let d = new(exam, "d", car);
        let found = exam.try_event("d.wheels", |heap| instance::get_attr(heap, d, wheels));
        exam.equal("d.wheels, from Vehicle", four, found);
    });
}

#[test]
fn task_2_10_more_than_can_be_shared() {
    exam::task(
        "2.10",
        "with more attributes than keys can be shared, an instance gets a dict",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let class = car(exam);
        let c = new(exam, "c", class);
        let count = 40;
        for n in 0..count {
            let attribute = name(exam, &format!("a{n}"));
            let value = number(exam, "v", 1000 + n);
            let old = exam.try_event(format!("c.a{n} = v"), |heap| {
                instance::set_attr(heap, c, attribute, value)
            });
            exam.equal(&format!("the old value of c.a{n}"), None, old);
        }
        let (values, dict) = front(exam, c);
        exam.equal("values in front of c (they moved)", None, values);
        exam.check("c has a dict", dict.is_some());
        for n in 0..count {
            let attribute = name(exam, &format!("a{n}"));
            let label = format!("c.a{n}");
            let found =
                exam.try_event(label.clone(), |heap| instance::get_attr(heap, c, attribute));
            exam.equal(&label, (1000 + n).to_string(), shown(exam, found));
        }
        let first = name(exam, "a0");
        let before = exam.try_event("c.a0", |heap| instance::get_attr(heap, c, first));
        let value = number(exam, "w", 2000);
        let old = exam.try_event("c.a0 = w", |heap| instance::set_attr(heap, c, first, value));
        exam.equal("the old value of c.a0", Some(before), old);
        let found = exam.try_event("c.a0", |heap| instance::get_attr(heap, c, first));
        exam.equal("c.a0", value, found);
    });
}

#[test]
fn task_2_10_the_order_of_attributes() {
    exam::task(
        "2.10",
        "an instance knows in which order its attributes were set",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let class = car(exam);
        let names = ["wheels", "radius", "seats"].map(|text| (text, name(exam, text)));
        let (a, b) = (new(exam, "a", class), new(exam, "b", class));
        for (what, op, order) in [("a", a, [0, 1, 2]), ("b", b, [2, 0, 1])] {
            for at in order {
                let (text, name) = names[at];
                let value = number(exam, &format!("{what}'s {text}"), 7000 + at as i64);
                exam.try_event(format!("{what}.{text} = {}", 7000 + at), |heap| {
                    instance::set_attr(heap, op, name, value)
                });
            }
            let found: Vec<String> = exam.look(|heap| {
                let attrs = instance::own_attrs(heap, op).into_iter();
                attrs.map(|(name, _)| str::to_string(heap, name)).collect()
            });
            exam.equal(
                &format!("the attributes of {what}, as they were set"),
                order.map(|at| names[at].0.to_owned()).to_vec(),
                found,
            );
        }
    });
}

/// `class Car` with `def getWheels(self): …` and `def move(self, speed): …`; an instance.
fn car_with_methods(exam: &HeapExam) -> (Addr, Addr, Addr) {
    let class = car(exam);
    let (get, drive) = (name(exam, "getWheels"), name(exam, "move"));
    for (method, text, varnames) in [
        (get, "getWheels", &["self"] as &[&str]),
        (drive, "move", &["self", "speed"]),
    ] {
        exam.try_event(format!("Car.{text} = …"), |heap| {
            let code = regions::load_code(heap.memory, text, varnames)?;
            let function = function::new(heap, code, None)?;
            class::set_attr(heap, class, method, function)
        });
    }
    (class, get, drive)
}

fn locals(exam: &HeapExam, frame: Addr) -> Vec<Option<Addr>> {
    exam.look(|heap| {
        let frame = Frame::at(heap.memory, frame);
        let count = frame.code().co_nlocals().get();
        (0..count).map(|index| frame.local(index).get()).collect()
    })
}

#[test]
fn task_2_11_self() {
    exam::task(
        "2.11",
        "self is a local variable that refers to the instance",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let (class, get, _) = car_with_methods(exam);
        let c = new(exam, "c", class);
        let wheels = name(exam, "wheels");
        let four = number(exam, "four", 4004);
        exam.try_event("c.wheels = four", |heap| {
            instance::set_attr(heap, c, wheels, four)
        });
        let function = exam.look(|heap| objects::types::lookup(heap, class, get));
        let Some(function) = function else {
            exam.fail("Car has no getWheels");
        };
        exam.name(function, "getWheels");
        let frame = exam.try_event("c.getWheels()", |heap| {
            instance::call_method(heap, c, get, &[])
        });
        exam.equal(
            "the count of getWheels: Car's (the call borrows it)",
            1,
            count(exam, function),
        );
        exam.equal(
            "the locals of getWheels: self",
            vec![Some(c)],
            locals(exam, frame),
        );
        exam.equal("the count of c: ours, and self", 2, count(exam, c));
        let found = exam.try_event("return self.wheels", |heap| {
            let this = names::load_fast(heap, frame, 0)?;
            let found = instance::get_attr(heap, this, wheels)?;
            names::leave(heap, &mut |_| {})?;
            Ok::<_, ObjectError>(found)
        });
        exam.equal("c.getWheels()", four, found);
    });
}

#[test]
fn task_2_11_self_comes_first() {
    exam::task("2.11", "the other arguments follow self, and are stolen")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let (class, _, drive) = car_with_methods(exam);
            let c = new(exam, "c", class);
            let speed = number(exam, "speed", 1025);
            let frame = exam.try_event("c.move(speed)", |heap| {
                instance::call_method(heap, c, drive, &[speed])
            });
            exam.equal(
                "the locals of move: self, speed",
                vec![Some(c), Some(speed)],
                locals(exam, frame),
            );
            exam.equal("the count of speed (stolen)", 1, count(exam, speed));
        });
}

#[test]
fn task_2_11_what_is_not_a_method() {
    exam::task(
        "2.11",
        "a method that is not there, not a function, or called wrongly is an error",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let (class, get, _) = car_with_methods(exam);
        let c = new(exam, "c", class);
        let (wheels, honk) = (name(exam, "wheels"), name(exam, "honk"));
        let four = number(exam, "four", 4004);
        exam.try_event("c.wheels = four", |heap| {
            instance::set_attr(heap, c, wheels, four)
        });
        for (label, name, args, words) in [
            (
                "c.honk()",
                honk,
                vec![],
                "AttributeError: 'Car' object has no attribute 'honk'",
            ),
            (
                "c.wheels()",
                wheels,
                vec![],
                "TypeError: 'int' object is not callable",
            ),
            (
                "c.getWheels(four)",
                get,
                vec![four],
                "TypeError: getWheels() takes 1 positional argument but 2 were given",
            ),
        ] {
            let result = exam.event(label, |heap| instance::call_method(heap, c, name, &args));
            let error = exam.err(label, result);
            exam.equal(label, words, error.to_string().as_str());
            exam.equal("the count of c (no call, no self)", 1, count(exam, c));
        }
    });
}

#[test]
fn task_2_11_two_instances() {
    exam::task("2.11", "one function serves all instances: self says which")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let (class, get, _) = car_with_methods(exam);
            let (a, b) = (new(exam, "a", class), new(exam, "b", class));
            for (what, op) in [("a", a), ("b", b)] {
                let label = format!("{what}.getWheels()");
                let frame = exam.try_event(label, |heap| instance::call_method(heap, op, get, &[]));
                exam.equal("self", vec![Some(op)], locals(exam, frame));
            }
        });
}
