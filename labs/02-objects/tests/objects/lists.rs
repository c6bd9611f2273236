//! Tasks 2.7 and 2.8: list.

use exam::HeapExam;
use memory::Addr;
use memory::object::PyListObject;
use objects::{ObjectError, index, list, type_at};

use super::common::{
    KIT, SIZE, block_size, count, fill_heap, no_memory, number, numbers, rows, shown,
};

const GROWTH: &str = include_str!("../data/growth-3.11.7.txt");

fn empty_list(exam: &HeapExam) -> Addr {
    let op = exam.try_event("x = []", list::new);
    exam.name(op, "x");
    op
}

/// `ob_size`, `allocated` and `ob_item` of the list.
fn fields(exam: &HeapExam, op: Addr) -> (i64, u64, Option<Addr>) {
    exam.look(|heap| {
        let list = PyListObject::at(heap.memory, op);
        let items = list.ob_item().get();
        (list.ob_size().get(), list.allocated().get(), items)
    })
}

/// Resizes the list, clears new places, and expects so many places in its block.
fn resize(exam: &HeapExam, op: Addr, newsize: u64, places: u64) {
    let label = format!("resize(x, {newsize})");
    exam.try_event(label, |heap| {
        let oldsize = list::len(heap, op);
        list::resize(heap, op, newsize)?;
        let list = PyListObject::at(heap.memory, op);
        (oldsize..newsize).for_each(|index| list.item(index).set(None));
        Ok::<_, memory::MemoryError>(())
    });
    let (size, allocated, items) = fields(exam, op);
    exam.equal("ob_size", newsize as i64, size);
    exam.equal("allocated", places, allocated);
    match items {
        None => exam.equal("places of a list whose ob_item is NULL", 0, places),
        Some(items) => {
            let bytes = block_size(exam, "the block of items", items);
            exam.equal("bytes asked for the block of items", 8 * places, bytes);
        }
    }
}

#[test]
fn task_2_7_an_empty_list() {
    exam::task("2.7", "an empty list is one block, without room for items")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = empty_list(exam);
            let size = block_size(exam, "the list", x);
            exam.equal("bytes asked for it, GC head included", 16 + 40, size);
            exam.equal("ob_size, allocated, ob_item", (0, 0, None), fields(exam, x));
            exam.equal("ob_refcnt", 1, count(exam, x));
            let list = exam.look(|heap| heap.type_of(x) == type_at(heap, index::LIST));
            exam.check("its type is list", list);
            exam.leaks(1);
        });
}

#[test]
fn task_2_7_more_than_was_asked_for() {
    exam::task(
        "2.7",
        "a list that grows by one gets room for more than one",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        resize(exam, x, 1, 4);
        exam.leaks(2);
        let items = fields(exam, x).2;
        for size in 2..=4 {
            resize(exam, x, size, 4);
            exam.equal("ob_item (there was room)", items, fields(exam, x).2);
        }
        resize(exam, x, 5, 8);
        exam.leaks(2);
    });
}

#[test]
fn task_2_7_the_growth_of_cpython() {
    exam::task(
        "2.7",
        "a list that grows and shrinks one by one has the places that CPython 3.11.7 gives it",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        for [_, size, places] in rows(GROWTH) {
            let (Ok(size), Ok(places)) = (size.parse(), places.parse()) else {
                exam.fail("the recorded file is damaged");
            };
            resize(exam, x, size, places);
        }
        exam.leaks(1);
    });
}

#[test]
fn task_2_7_many_at_once() {
    exam::task(
        "2.7",
        "a list that grows by many items gets no more room than the next multiple of 4",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        for steps in [
            [(4, 8), (24, 24)],
            [(10, 12), (100, 100)],
            [(3, 8), (20, 20)],
        ] {
            let x = empty_list(exam);
            for (size, places) in steps {
                resize(exam, x, size, places);
            }
        }
    });
}

#[test]
fn task_2_7_the_items_stay() {
    exam::task("2.7", "a block that grows or shrinks keeps its items")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = empty_list(exam);
            let [a, b] = numbers(exam);
            resize(exam, x, 2, 8);
            exam.event("items 0 and 1 are n1 and n2", |heap| {
                let list = PyListObject::at(heap.memory, x);
                list.item(0).set(Some(a));
                list.item(1).set(Some(b));
            });
            for (size, places) in [(9, 16), (100, 100), (7, 12), (2, 8)] {
                // Somebody else's block, so that the list's cannot grow in place.
                exam.try_event("another block", |heap| heap.malloc(40));
                resize(exam, x, size, places);
                let items = exam.look(|heap| {
                    let list = PyListObject::at(heap.memory, x);
                    [list.item(0).get(), list.item(1).get()]
                });
                exam.equal("items 0 and 1", [Some(a), Some(b)], items);
            }
        });
}

#[test]
fn task_2_7_half_full() {
    exam::task(
        "2.7",
        "a list gives room back when less than half of it is in use, and all of it when it is empty",
    )
    .heap(KIT).size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        resize(exam, x, 20, 20);
        resize(exam, x, 10, 20);
        resize(exam, x, 9, 16);
        resize(exam, x, 8, 16);
        resize(exam, x, 7, 12);
        resize(exam, x, 1, 4);
        exam.leaks(2);
        resize(exam, x, 0, 0);
        exam.equal("ob_item", None, fields(exam, x).2);
        exam.leaks(1);
        resize(exam, x, 1, 4);
    });
}

#[test]
fn task_2_7_no_memory() {
    exam::task("2.7", "a list that cannot grow is as it was")
        .heap(KIT)
        .size(SIZE)
        .size(SIZE)
        .run(|exam| {
            let x = empty_list(exam);
            resize(exam, x, 1, 4);
            let before = fields(exam, x);
            fill_heap(exam, 8 * 8);
            let label = "resize(x, 1000000)";
            let result = exam.event(label, |heap| list::resize(heap, x, 1_000_000));
            let error = exam.err(label, result);
            exam.equal(label, no_memory(8 * 1_000_000), error);
            exam.equal("ob_size, allocated, ob_item", before, fields(exam, x));
        });
}

#[test]
fn task_2_8_append() {
    exam::task(
        "2.8",
        "append puts the address of the item behind the last one",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        let [a, b] = numbers(exam);
        for (length, (name, item)) in (1..).zip([("n1", a), ("n2", b)]) {
            exam.try_event(format!("x.append({name})"), |heap| {
                list::append(heap, x, item)
            });
            exam.equal("len(x)", length, exam.look(|heap| list::len(heap, x)));
            let items = fields(exam, x).2;
            let Some(items) = items else {
                exam.fail("ob_item is NULL");
            };
            let word = exam.word(items.plus(8 * (length - 1)));
            let place = format!("place {} of ob_item", length - 1);
            exam.equal(&place, Some(item), Addr::new(word));
            exam.equal("the count of the item (stolen)", 1, count(exam, item));
        }
        exam.equal("x", "[1001, 1002]", shown(exam, x).as_str());
        exam.leaks(4);
    });
}

#[test]
fn task_2_8_a_list_stays_where_it_is() {
    exam::task(
        "2.8",
        "a list that outgrows its block keeps its items, and its own address",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        for value in 0..100 {
            let item = number(exam, "n", 1000 + value);
            // Somebody else's block, so that the list's cannot grow in place.
            exam.try_event("another block", |heap| heap.malloc(40));
            exam.try_event("x.append(n)", |heap| list::append(heap, x, item));
        }
        let expected: Vec<String> = (1000..1100).map(|value: i64| value.to_string()).collect();
        let expected = format!("[{}]", expected.join(", "));
        exam.equal("x", expected, shown(exam, x));
    });
}

#[test]
fn task_2_8_items_by_index() {
    exam::task(
        "2.8",
        "an index may count from the end, and is checked at both ends",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        let [a, b, c] = numbers(exam);
        for (name, item) in [("n1", a), ("n2", b), ("n3", c)] {
            exam.try_event(format!("x.append({name})"), |heap| {
                list::append(heap, x, item)
            });
        }
        for (index, expected) in [(0, a), (2, c), (-1, c), (-3, a)] {
            let label = format!("x[{index}]");
            let item = exam.try_event(label.clone(), |heap| list::get_item(heap, x, index));
            exam.equal(&label, expected, item);
            exam.equal("its count (x[i] is borrowed)", 1, count(exam, expected));
        }
        exam.note("the block has room for 4 items; the list has 3");
        for index in [3, 4, -4, i64::MAX, i64::MIN] {
            let label = format!("x[{index}]");
            let result = exam.event(label.clone(), |heap| list::get_item(heap, x, index));
            let error = exam.err(&label, result);
            exam.equal(&label, ObjectError::Index("list index"), error);
        }
    });
}

#[test]
fn task_2_8_replace_an_item() {
    exam::task(
        "2.8",
        "set_item replaces one address and returns the old one",
    )
    .heap(KIT)
    .size(SIZE)
    .run(|exam| {
        let x = empty_list(exam);
        let [a, b, c] = numbers(exam);
        for (name, item) in [("n1", a), ("n2", b)] {
            exam.try_event(format!("x.append({name})"), |heap| {
                list::append(heap, x, item)
            });
        }
        let old = exam.try_event("x[-1] = n3", |heap| list::set_item(heap, x, -1, c));
        exam.equal("the old item", b, old);
        exam.equal("x", "[1001, 1003]", shown(exam, x).as_str());
        exam.equal(
            "the count of n2 (its reference is ours now)",
            1,
            count(exam, b),
        );
        exam.equal("the count of n3 (stolen)", 1, count(exam, c));
        for index in [2, -3] {
            let label = format!("x[{index}] = n2");
            let result = exam.event(label.clone(), |heap| list::set_item(heap, x, index, b));
            let error = exam.err(&label, result);
            exam.equal(&label, ObjectError::Index("list assignment index"), error);
            exam.equal("x", "[1001, 1003]", shown(exam, x).as_str());
        }
    });
}

#[test]
fn task_2_8_one_object_in_many_places() {
    exam::task("2.8", "[[0] * 3] * 3 is one inner list, three times")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let zero = number(exam, "zero", 0);
            let row = exam.try_event("row = [0] * 3", |heap| {
                let one = list::from_items(heap, &[zero])?;
                list::repeat(heap, one, 3)
            });
            exam.name(row, "row");
            let grid = exam.try_event("grid = [row] * 3", |heap| {
                let one = list::from_items(heap, &[row])?;
                list::repeat(heap, one, 3)
            });
            exam.name(grid, "grid");
            let first = exam.try_event("grid[0]", |heap| list::get_item(heap, grid, 0));
            let n = number(exam, "n", 1025);
            exam.try_event("grid[0][0] = n", |heap| list::set_item(heap, first, 0, n));
            exam.equal(
                "grid",
                "[[1025, 0, 0], [1025, 0, 0], [1025, 0, 0]]",
                shown(exam, grid).as_str(),
            );
        });
}

#[test]
fn task_2_8_too_many() {
    exam::task("2.8", "[0] * 10**15 is an error, and leaves nothing behind")
        .heap(KIT)
        .size(SIZE)
        .run(|exam| {
            let x = empty_list(exam);
            let zero = number(exam, "zero", 0);
            exam.try_event("x.append(zero)", |heap| list::append(heap, x, zero));
            let before = (exam.live_blocks(), count(exam, zero));
            let label = "x * 10**15";
            let result = exam.event(label, |heap| list::repeat(heap, x, 1_000_000_000_000_000));
            let expected = no_memory(8_000_000_000_000_000);
            exam.equal(label, expected, exam.err(label, result));
            let after = (exam.live_blocks(), count(exam, zero));
            exam.equal("live blocks, and the count of zero", before, after);
        });
}

#[test]
fn task_2_8_no_memory() {
    exam::task("2.8", "an append that cannot get room changes nothing")
        .heap(KIT)
        .size(SIZE)
        .size(SIZE)
        .run(|exam| {
            let x = empty_list(exam);
            let item = number(exam, "n", 1025);
            fill_heap(exam, 32);
            let result = exam.event("x.append(n)", |heap| list::append(heap, x, item));
            let error = exam.err("x.append(n)", result);
            exam.equal("x.append(n)", no_memory(32), error);
            exam.equal("ob_size, allocated, ob_item", (0, 0, None), fields(exam, x));
            exam.equal("the count of n (still ours)", 1, count(exam, item));
        });
}
