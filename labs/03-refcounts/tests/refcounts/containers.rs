//! Task 3.5: what containers and attributes own.

use exam::HeapExam;
use memory::{Addr, MemoryError};
use objects::{dict, list, str, tuple};
use refcounts::containers::{
    dict_del_item, dict_set_item, get_attr, list_append, list_set_item, set_attr, tuple_pack,
};
use refcounts::{decref, incref};

use super::support::{
    COUNTING_KIT, Log, class_of, count, empty_list, fill, fresh, instance_of, list_of, name,
    witness_of,
};

#[test]
fn task_3_5_set_item_steals() {
    exam::task(
        "3.5",
        "list_set_item steals the new item and gives up the old one",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let (x, y) = (fresh(exam, "x", 5000), fresh(exam, "y", 6000));
        let a = list_of(exam, "a", &[x]);
        exam.try_event("list_set_item(a, 0, y)", |heap| {
            list_set_item(heap, a, 0, y)
        });
        exam.equal("the count of y, which was stolen", 1, count(exam, y));
        exam.equal("live blocks: a, its items, y", 3, exam.live_blocks());
        let item = exam.look(|heap| list::get_item(heap, a, 0).ok());
        exam.equal("a[0]", Some(y), item);
    });
}

#[test]
fn task_3_5_set_item_steals_on_an_error_too() {
    exam::task(
        "3.5",
        "list_set_item gives up the item when there is no such place",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let (x, y) = (fresh(exam, "x", 5000), fresh(exam, "y", 6000));
        let a = list_of(exam, "a", &[x]);
        let result = exam.event("list_set_item(a, 7, y)", |heap| {
            list_set_item(heap, a, 7, y)
        });
        exam.err("list_set_item(a, 7, y)", result);
        exam.equal(
            "live blocks: y was stolen, and is gone",
            3,
            exam.live_blocks(),
        );
        exam.equal("the count of x", 1, count(exam, x));
    });
}

#[test]
fn task_3_5_set_item_stores_first() {
    exam::task("3.5", "the old item dies after the list has the new one")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let x = fresh(exam, "x", 5000);
            let a = list_of(exam, "a", &[x]);
            let place = exam.look(|heap| {
                let list = memory::object::PyListObject::at(heap.memory, a);
                list.item(0).addr()
            });
            let old = witness_of(exam, log, "old", Some(place));
            exam.try_event("a[0] = old", |heap| list_set_item(heap, a, 0, old));
            let new = fresh(exam, "new", 6000);
            exam.try_event("a[0] = new", |heap| list_set_item(heap, a, 0, new));
            exam.equal(
                "what the old item saw in a[0]",
                format!("old={}", Log::info(new.get())),
                log.read(exam),
            );
        });
}

#[test]
fn task_3_5_append_takes_its_own_reference() {
    exam::task(
        "3.5",
        "list_append takes a reference of its own; pop hands one over",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        exam.try_event("a.append(x)", |heap| list_append(heap, a, x));
        exam.equal("the count of x: the name and the list", 2, count(exam, x));
        for _ in 0..9 {
            exam.try_event("a.append(x)", |heap| list_append(heap, a, x));
        }
        exam.equal(
            "the count of x: the name, and ten items",
            11,
            count(exam, x),
        );
        let popped = exam.try_event("y = a.pop()", |heap| list::pop(heap, a));
        exam.equal("what pop returns", Some(x), popped);
        exam.equal(
            "the count of x: pop hands the list's reference over",
            11,
            count(exam, x),
        );
        exam.event("decref(y)", |heap| decref(heap, x));
        exam.equal("the count of x", 10, count(exam, x));
    });
}

#[test]
fn task_3_5_append_to_a_full_heap() {
    exam::task(
        "3.5",
        "an append for which there is no memory leaves the count as it was",
    )
    .heap(COUNTING_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let a = empty_list(exam, "a");
        fill(exam);
        let result = exam.event("a.append(x)", |heap| list_append(heap, a, x));
        exam.err("a.append(x)", result);
        exam.equal("the count of x", 1, count(exam, x));
    });
}

#[test]
fn task_3_5_a_tuple_takes_its_own_references() {
    exam::task("3.5", "tuple_pack takes one reference to each item")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let (x, y) = (fresh(exam, "x", 5000), fresh(exam, "y", 6000));
            let t = exam.try_event("t = (x, y, x)", |heap| tuple_pack(heap, &[x, y, x]));
            exam.equal(
                "the count of x: the name, and twice in the tuple",
                3,
                count(exam, x),
            );
            exam.equal("the count of y", 2, count(exam, y));
            exam.equal("the count of the tuple", 1, count(exam, t));
            let items = exam.look(|heap| tuple::items(heap, t));
            exam.equal("the items", vec![x, y, x], items);
        });
}

#[test]
fn task_3_5_a_tuple_in_a_full_heap() {
    exam::task(
        "3.5",
        "a tuple for which there is no memory leaves every count as it was",
    )
    .heap(COUNTING_KIT)
    .size(super::SIZE)
    .run(|exam| {
        let (x, y) = (fresh(exam, "x", 5000), fresh(exam, "y", 6000));
        fill(exam);
        let result = exam.event("tuple_pack(x, y, x)", |heap| tuple_pack(heap, &[x, y, x]));
        exam.err("tuple_pack(x, y, x)", result);
        exam.equal("the count of x", 1, count(exam, x));
        exam.equal("the count of y", 1, count(exam, y));
    });
}

fn new_dict(exam: &HeapExam) -> Addr {
    let op = exam.try_event("d = {}", dict::new);
    exam.name(op, "d");
    op
}

#[test]
fn task_3_5_a_dict_takes_both() {
    exam::task(
        "3.5",
        "dict_set_item takes a reference to the key and one to the value",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let d = new_dict(exam);
        let (key, x) = (fresh(exam, "key", 5000), fresh(exam, "x", 6000));
        exam.try_event("d[key] = x", |heap| dict_set_item(heap, d, key, x));
        exam.equal("the count of the key", 2, count(exam, key));
        exam.equal("the count of x", 2, count(exam, x));
        let y = fresh(exam, "y", 7000);
        exam.try_event("d[key] = y", |heap| dict_set_item(heap, d, key, y));
        exam.equal(
            "the count of the key, which the dict had already",
            2,
            count(exam, key),
        );
        exam.equal("the count of x, which was replaced", 1, count(exam, x));
        exam.equal("the count of y", 2, count(exam, y));
        exam.try_event("del d[key]", |heap| dict_del_item(heap, d, key));
        exam.equal("the count of the key", 1, count(exam, key));
        exam.equal("the count of y", 1, count(exam, y));
    });
}

#[test]
fn task_3_5_a_dict_keeps_its_own_key() {
    exam::task(
        "3.5",
        "an equal key that is not the same object: the dict keeps the one it has",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let d = new_dict(exam);
        let (mine, yours) = (fresh(exam, "mine", 5000), fresh(exam, "yours", 5000));
        let x = fresh(exam, "x", 6000);
        exam.try_event("d[mine] = x", |heap| dict_set_item(heap, d, mine, x));
        exam.try_event("d[yours] = x", |heap| dict_set_item(heap, d, yours, x));
        exam.equal(
            "the count of the key that the dict has",
            2,
            count(exam, mine),
        );
        exam.equal(
            "the count of the equal one that it does not need",
            1,
            count(exam, yours),
        );
        exam.equal("the count of x: the name and one value", 2, count(exam, x));
        exam.try_event("del d[yours]", |heap| dict_del_item(heap, d, yours));
        exam.equal(
            "the count of mine: the dict gave up its own key",
            1,
            count(exam, mine),
        );
        exam.equal("the count of yours", 1, count(exam, yours));
    });
}

#[test]
fn task_3_5_a_key_that_cannot_be_hashed() {
    exam::task(
        "3.5",
        "a dict that refuses a key leaves every count as it was",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let d = new_dict(exam);
        let (key, x) = (empty_list(exam, "key"), fresh(exam, "x", 6000));
        let result = exam.event("d[[]] = x", |heap| dict_set_item(heap, d, key, x));
        exam.err("d[[]] = x", result);
        exam.equal("the count of the list", 1, count(exam, key));
        exam.equal("the count of x", 1, count(exam, x));
        let result = exam.event("del d[x], which is not there", |heap| {
            dict_del_item(heap, d, x)
        });
        exam.err("del d[x]", result);
        exam.equal("the count of x", 1, count(exam, x));
    });
}

#[test]
fn task_3_5_an_attribute_owns_one() {
    exam::task(
        "3.5",
        "set_attr takes a reference of its own; get_attr returns a new one",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let car_class = class_of(exam, "Car", None);
        let car = instance_of(exam, "car", car_class);
        let wheels = exam.look(|heap| name(heap, "wheels"));
        let x = fresh(exam, "x", 5000);
        exam.try_event("car.wheels = x", |heap| set_attr(heap, car, wheels, x));
        exam.equal(
            "the count of x: the name and the attribute",
            2,
            count(exam, x),
        );
        exam.try_event("car.wheels = x, again", |heap| {
            set_attr(heap, car, wheels, x)
        });
        exam.equal("the count of x", 2, count(exam, x));
        let got = exam.try_event("y = car.wheels", |heap| get_attr(heap, car, wheels));
        exam.equal("what the attribute refers to", x, got);
        exam.equal(
            "the count of x: the name, the attribute, y",
            3,
            count(exam, x),
        );
        let z = fresh(exam, "z", 6000);
        exam.try_event("car.wheels = z", |heap| set_attr(heap, car, wheels, z));
        exam.equal("the count of x: the attribute let it go", 2, count(exam, x));
        exam.equal("the count of z", 2, count(exam, z));
        let key = exam.look(|heap| name(heap, "key"));
        let missing = exam.event("car.key", |heap| get_attr(heap, car, key));
        exam.err("car.key", missing);
    });
}

#[test]
fn task_3_5_an_attribute_in_a_full_heap() {
    exam::task(
        "3.5",
        "an attribute for which there is no memory leaves every count as it was",
    )
    .heap(COUNTING_KIT)
    .size(super::SIZE)
    .run(|exam| {
        exam.note("The class has room for 30 shared keys, and one less since an instance was made. The attribute after those 29 needs a dict of the instance's own, for which there is no memory.");
        let car_class = class_of(exam, "Car", None);
        let car = instance_of(exam, "car", car_class);
        let x = fresh(exam, "x", 5000);
        let names = exam.try_event("30 names", |heap| {
            let names = (0..30).map(|number| str::intern(heap, &format!("name{number}")));
            names.collect::<Result<Vec<Addr>, _>>()
        });
        exam.try_event("car has 29 attributes, all of them x", |heap| {
            (names[..29].iter()).try_for_each(|&name| set_attr(heap, car, name, x))
        });
        exam.equal("the count of x: the name and 29 attributes", 30, count(exam, x));
        let key = count(exam, names[29]);
        fill(exam);
        let result = exam.event("car.name29 = x", |heap| set_attr(heap, car, names[29], x));
        exam.err("car.name29 = x", result);
        exam.equal("the count of x", 30, count(exam, x));
        exam.equal("the count of the attribute's name", key, count(exam, names[29]));
    });
}

/// The deltas that CPython 3.11.7 prints for `book/python/03-adds.py`.
#[test]
fn task_3_5_what_adds_to_a_count() {
    exam::task(
        "3.5",
        "what adds to a count, and how much: the numbers are CPython's",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        let adds = |what: &str, expected: u64| {
            exam.equal(
                &format!("added to the count of x: {what}"),
                expected,
                count(exam, x) - 1,
            );
        };
        exam.event("y = x", |heap| incref(heap, x));
        adds("another name", 1);
        let items = exam.try_event("items = [x, x, x]", |heap| {
            let items = list::new(heap)?;
            for _ in 0..3 {
                list_append(heap, items, x)?;
            }
            Ok::<_, MemoryError>(items)
        });
        adds("a list that holds it three times", 4);
        exam.try_event("items.append(items[0])", |heap| list_append(heap, items, x));
        adds("append", 5);
        exam.try_event("items.pop()", |heap| {
            if let Some(popped) = list::pop(heap, items)? {
                decref(heap, popped);
            }
            Ok::<_, MemoryError>(())
        });
        adds("pop, and what it returned is dropped", 4);
        exam.try_event("pair = (x, items)", |heap| tuple_pack(heap, &[x, items]));
        adds("a tuple", 5);
        exam.equal(
            "the count of items: the name and the tuple",
            2,
            count(exam, items),
        );
        let d = new_dict(exam);
        exam.try_event("table = {'key': x}", |heap| {
            let key = str::new(heap, "a key")?;
            dict_set_item(heap, d, key, x)?;
            decref(heap, key);
            Ok::<_, objects::ObjectError>(())
        });
        adds("a dict's value", 6);
        let box_class = class_of(exam, "Box", None);
        let a_box = instance_of(exam, "box", box_class);
        exam.try_event("box.value = x", |heap| {
            set_attr(heap, a_box, name(heap, "value"), x)
        });
        adds("an attribute", 7);
    });
}
