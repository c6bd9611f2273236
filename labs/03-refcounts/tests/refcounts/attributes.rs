//! Task 3.7: the end of an instance.

use memory::object::{PreHeader, PyTypeObject};
use memory::{Addr, MemoryError};
use objects::{class, instance};
use refcounts::containers::set_attr;
use refcounts::decref;

use super::support::{
    FREEING_KIT, Log, class_of, count, fresh, give_attr, instance_of, name, witness, witness_of,
};

#[test]
fn task_3_7_an_instance_frees_two_blocks() {
    exam::task(
        "3.7",
        "an instance gives back its values, their block and itself",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let car_class = class_of(exam, "Car", None);
        let before = exam.live_blocks();
        let car = instance_of(exam, "car", car_class);
        let x = fresh(exam, "x", 5000);
        give_attr(exam, car, "wheels", x);
        exam.equal(
            "live blocks: car, its values, x",
            before + 3,
            exam.live_blocks(),
        );
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
        let empty = instance_of(exam, "empty", car_class);
        exam.event("decref of an instance without attributes", |heap| {
            decref(heap, empty)
        });
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
    });
}

#[test]
fn task_3_7_attributes_go_in_the_order_of_the_keys() {
    exam::task("3.7", "attributes are given up in the order of the class's shared keys")
        .heap(FREEING_KIT)
        .run(|exam| {
            exam.note("The first instance sets wheels, then engine: that is the order of the shared keys. The second one sets them the other way round.");
            let log = Log::new(exam);
            let car_class = class_of(exam, "Car", None);
            let (first, second) = (instance_of(exam, "first", car_class), instance_of(exam, "second", car_class));
            let (wheels, engine) = (witness(exam, log, "wheels1"), witness(exam, log, "engine1"));
            give_attr(exam, first, "wheels", wheels);
            give_attr(exam, first, "engine", engine);
            let (engine, wheels) = (witness(exam, log, "engine2"), witness(exam, log, "wheels2"));
            give_attr(exam, second, "engine", engine);
            give_attr(exam, second, "wheels", wheels);
            exam.event("decref(second)", |heap| decref(heap, second));
            exam.event("decref(first)", |heap| decref(heap, first));
            exam.equal("who died in which order", "wheels2, engine2, wheels1, engine1", log.read(exam));
        });
}

#[test]
fn task_3_7_an_instance_with_a_dict() {
    exam::task(
        "3.7",
        "an instance whose attributes are in a dict gives up the dict",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let car_class = class_of(exam, "Car", None);
        let before = exam.live_blocks();
        let wheels = exam.look(|heap| name(heap, "wheels"));
        let names = count(exam, wheels);
        let car = instance_of(exam, "car", car_class);
        let w = witness(exam, log, "w");
        give_attr(exam, car, "wheels", w);
        exam.try_event("car.__dict__", |heap| instance::materialize_dict(heap, car));
        exam.equal(
            "the count of the name, a key of the dict now",
            names + 1,
            count(exam, wheels),
        );
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal("who died", "w", log.read(exam));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
        exam.equal("the count of the name", names, count(exam, wheels));
    });
}

#[test]
fn task_3_7_the_fields_are_null_first() {
    exam::task(
        "3.7",
        "the field in front of an instance is NULL before its attributes are given up",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        exam.note("An attribute that dies can run any code, and that must not find the values or the dict that are being given up. Each car's attribute looks at the field when it dies: 0 is NULL.");
        let log = Log::new(exam);
        let car_class = class_of(exam, "Car", None);
        let car = instance_of(exam, "car", car_class);
        let place = exam.look(|heap| PreHeader::of(heap.memory, car).values().addr());
        let w = witness_of(exam, log, "values", Some(place));
        give_attr(exam, car, "wheels", w);
        let other = instance_of(exam, "other", car_class);
        let place = exam.look(|heap| PreHeader::of(heap.memory, other).dict().addr());
        let w = witness_of(exam, log, "dict", Some(place));
        give_attr(exam, other, "wheels", w);
        exam.try_event("other.__dict__", |heap| {
            instance::materialize_dict(heap, other)
        });
        exam.event("decref(car)", |heap| decref(heap, car));
        exam.equal(
            "what the dying attribute sees in the field values of car",
            "values=0",
            log.read(exam),
        );
        exam.event("decref(other)", |heap| decref(heap, other));
        exam.equal(
            "what the dying attribute sees in the field dict of other",
            "values=0, dict=0",
            log.read(exam),
        );
    });
}

#[test]
fn task_3_7_an_instance_holds_its_class() {
    exam::task(
        "3.7",
        "each instance holds one reference to its class, and gives it up",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let car_class = class_of(exam, "Car", None);
        let cars: Vec<Addr> = (0..5)
            .map(|at| instance_of(exam, &format!("car {at}"), car_class))
            .collect();
        exam.equal(
            "the count of Car: its name and five cars",
            6,
            count(exam, car_class),
        );
        for (left, car) in (0..5).rev().zip(cars) {
            exam.event("decref of a car", |heap| decref(heap, car));
            exam.equal("the count of Car", 1 + left, count(exam, car_class));
        }
        exam.event("decref(Car)", |heap| decref(heap, car_class));
        exam.leaks(0);
    });
}

#[test]
fn task_3_7_the_last_instance_ends_its_class() {
    exam::task("3.7", "a class is there until its last instance is freed, and then goes too")
        .heap(FREEING_KIT)
        .run(|exam| {
            exam.note("The name Car goes first. The class must be there while its instance is freed: how much stands in front of an instance is written in it.");
            let log = Log::new(exam);
            let base = class_of(exam, "Vehicle", None);
            let car_class = class_of(exam, "Car", Some(base));
            let car = instance_of(exam, "car", car_class);
            let flags = exam.look(|heap| PyTypeObject::at(heap.memory, car_class).tp_flags().addr());
            let expected = exam.word(flags);
            let w = witness_of(exam, log, "w", Some(flags));
            give_attr(exam, car, "wheels", w);
            exam.event("decref(Car): the name goes", |heap| decref(heap, car_class));
            exam.event("decref(Vehicle): the name goes", |heap| decref(heap, base));
            exam.equal("the count of Car: one instance", 1, count(exam, car_class));
            exam.event("decref(car)", |heap| decref(heap, car));
            exam.equal("the attribute died, and the class was still there", format!("w={}", Log::info(expected)), log.read(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_7_car_4() {
    exam::task(
        "3.7",
        "a car with an attribute and a class with a method: nothing is left",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let car_class = class_of(exam, "Car", None);
        exam.try_event("def getWheels(self): …", |heap| {
            let code = regions::load_code(heap.memory, "value", &["self"])?;
            let function = objects::function::new(heap, code, None)?;
            class::set_attr(heap, car_class, name(heap, "value"), function)
        });
        let wheels = exam.look(|heap| name(heap, "wheels"));
        let car = instance_of(exam, "c", car_class);
        exam.try_event("c.wheels = 4", |heap| {
            let four = objects::int::from_i64(heap, 4)?;
            set_attr(heap, car, wheels, four)?;
            decref(heap, four);
            Ok::<_, MemoryError>(())
        });
        exam.event("decref(c)", |heap| decref(heap, car));
        exam.event("decref(Car)", |heap| decref(heap, car_class));
        exam.leaks(0);
    });
}

#[test]
fn task_3_7_two_nodes() {
    exam::task(
        "3.7",
        "two nodes, one of which refers to the other: the counts, and the end",
    )
    .heap(FREEING_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let before = exam.live_blocks();
        let (one, two) = (
            instance_of(exam, "node1", node),
            instance_of(exam, "node2", node),
        );
        let next = exam.look(|heap| name(heap, "next"));
        exam.try_event("node1.next = node2", |heap| set_attr(heap, one, next, two));
        exam.equal("the count of node2", 2, count(exam, two));
        exam.event("del node2", |heap| decref(heap, two));
        exam.equal("the count of node2: node1.next", 1, count(exam, two));
        exam.equal("the count of Node", 3, count(exam, node));
        exam.event("del node1", |heap| decref(heap, one));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
        exam.equal("the count of Node", 1, count(exam, node));
    });
}
