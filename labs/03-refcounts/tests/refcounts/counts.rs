//! Tasks 3.1 to 3.3: take a reference, give one up, replace one.

use memory::object::PyObject;
use memory::{Addr, Field};
use objects::{int, list};
use refcounts::{decref, get_refcount, incref, new_ref, set_ref, xdecref};

use super::support::{COUNTING_KIT, Log, count, empty_list, fresh, witness, witness_of};

#[test]
fn task_3_1_a_reference_adds_one() {
    exam::task("3.1", "incref adds one to the count")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            exam.equal("the count of x", 1, count(exam, x));
            exam.event("incref(x)", |heap| incref(heap, x));
            exam.equal("the count of x", 2, count(exam, x));
            let y = exam.event("y = new_ref(x)", |heap| new_ref(heap, x));
            exam.equal("what new_ref returns", x, y);
            exam.equal("the count of x", 3, count(exam, x));
        });
}

#[test]
fn task_3_1_one_load_and_one_store() {
    exam::task("3.1", "incref costs one load and one store")
        .heap(COUNTING_KIT)
        .run(|exam| {
            exam.note("incref is the most often executed line of all: it reads the count and writes it, and reads nothing else.");
            let a = empty_list(exam, "a");
            exam.event("incref(a)", |heap| incref(heap, a));
            let work = exam.work();
            exam.equal("the count of a", 2, count(exam, a));
            exam.equal("words loaded by incref", 1, work.loads);
            exam.equal("words stored by incref", 1, work.stores);
        });
}

#[test]
fn task_3_1_getrefcount_shows_its_own_argument() {
    exam::task("3.1", "getrefcount counts its own argument")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            let shown = exam.event("sys.getrefcount(x)", |heap| get_refcount(heap, x));
            exam.equal("what getrefcount(x) shows with one reference", 2, shown);
            exam.equal("the count of x afterwards", 1, count(exam, x));
            exam.event("incref(x)", |heap| incref(heap, x));
            let shown = exam.event("sys.getrefcount(x)", |heap| get_refcount(heap, x));
            exam.equal("what getrefcount(x) shows with two references", 3, shown);
            exam.equal("the count of x afterwards", 2, count(exam, x));
        });
}

#[test]
fn task_3_2_one_less() {
    exam::task(
        "3.2",
        "decref subtracts one and frees nothing while references are left",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let x = fresh(exam, "x", 5000);
        exam.event("incref(x), twice", |heap| {
            incref(heap, x);
            incref(heap, x);
        });
        exam.event("decref(x)", |heap| decref(heap, x));
        exam.equal("the count of x", 2, count(exam, x));
        exam.event("decref(x)", |heap| decref(heap, x));
        exam.equal("the count of x", 1, count(exam, x));
        exam.equal("live blocks", 1, exam.live_blocks());
    });
}

#[test]
fn task_3_2_the_last_reference_frees() {
    exam::task("3.2", "the last decref ends the object, at once")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            exam.equal("live blocks", 1, exam.live_blocks());
            exam.event("decref(x)", |heap| decref(heap, x));
            exam.equal("live blocks after the last decref", 0, exam.live_blocks());
            let again = fresh(exam, "y", 6000);
            exam.equal("the address of the next int", x, again);
            exam.event("decref(y)", |heap| decref(heap, again));
            exam.leaks(0);
        });
}

#[test]
fn task_3_2_the_type_knows_how_to_free() {
    exam::task("3.2", "decref ends an object through its own type's dealloc slot")
        .heap(COUNTING_KIT)
        .run(|exam| {
            exam.note("An int, and objects of another type, whose dealloc writes the object's name into a log, and with it the word that the object looks at: `v=1` is v's line, and 1 is the count of w. The count is 0 when dealloc runs.");
            let log = Log::new(exam);
            let x = fresh(exam, "x", 5000);
            let w = witness_of(exam, log, "w", None);
            let ob_refcnt = exam.look(|heap| PyObject::at(heap.memory, w).ob_refcnt().addr());
            let v = witness_of(exam, log, "v", Some(ob_refcnt));
            exam.event("decref(x)", |heap| decref(heap, x));
            exam.equal("the log after the int died", "", log.read(exam));
            exam.event("decref(v)", |heap| decref(heap, v));
            exam.equal("the log: v dies and sees the count of w", "v=1", log.read(exam));
            exam.event("decref(w)", |heap| decref(heap, w));
            exam.equal("the log", "v=1, w", log.read(exam));
            let own = witness(exam, log, "own");
            let ob_refcnt = exam.look(|heap| PyObject::at(heap.memory, own).ob_refcnt().addr());
            exam.event("own looks at its own count when it dies", |heap| {
                heap.memory.store(own.plus(32), ob_refcnt.get());
            });
            exam.event("decref(own)", |heap| decref(heap, own));
            exam.equal("the log: the count while dealloc runs", "v=1, w, own=0", log.read(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_2_null_has_no_count() {
    exam::task("3.2", "xdecref leaves NULL alone")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            exam.event("xdecref(NULL)", |heap| xdecref(heap, None));
            exam.equal("the count of x", 1, count(exam, x));
            exam.event("xdecref(x)", |heap| xdecref(heap, Some(x)));
            exam.leaks(0);
        });
}

#[test]
fn task_3_2_a_reference_too_many_is_reported() {
    exam::task(
        "3.2",
        "a reference that nobody owned is reported where it is given up",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        exam.note("The count of x is set to 0 by hand: x is still there, and nobody owns it.");
        let x = fresh(exam, "x", 5000);
        exam.event("the count of x becomes 0", |heap| {
            PyObject::at(heap.memory, x).ob_refcnt().set(0);
        });
        exam.fails("decref(x)", "its count is 0 already", |heap| {
            decref(heap, x)
        });
        exam.equal(
            "the count of x, which must not become smaller than 0",
            0,
            count(exam, x),
        );
    });
}

#[test]
fn task_3_2_a_freed_object_is_reported() {
    exam::task("3.2", "a decref of an object that is gone is reported")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            exam.event("decref(x)", |heap| decref(heap, x));
            exam.equal("live blocks", 0, exam.live_blocks());
            exam.fails("decref(x), a second time", "use after free", |heap| {
                decref(heap, x)
            });
        });
}

#[test]
fn task_3_2_no_object_is_reported() {
    exam::task("3.2", "a decref of an address of no object is reported")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let x = fresh(exam, "x", 5000);
            exam.fails("decref(0x8)", "wild address", |heap| {
                decref(heap, Addr::at(8))
            });
            exam.fails(
                "decref of an address far behind the last block",
                "",
                |heap| {
                    decref(heap, x.plus(1 << 20));
                },
            );
            exam.equal("the count of x", 1, count(exam, x));
            exam.event("decref(x)", |heap| decref(heap, x));
            exam.leaks(0);
        });
}

/// A slot in the memory, holding NULL: one word of static storage, behind the log.
fn slot(exam: &exam::HeapExam) -> Addr {
    exam.event("a slot, NULL", |heap| {
        let data = memory::Root::of(heap.memory).region(memory::Region::Data);
        let end = data.end().get();
        data.end().set(end + 16);
        let slot = Addr::at(end);
        heap.memory.store(slot, 0);
        slot
    })
}

#[test]
fn task_3_3_the_slot_owns_one_reference() {
    exam::task(
        "3.3",
        "set_ref hands the new reference over and gives up the old one",
    )
    .heap(COUNTING_KIT)
    .run(|exam| {
        let (x, y) = (fresh(exam, "x", 5000), fresh(exam, "y", 6000));
        let slot = slot(exam);
        let set = |label: &str, new: Option<Addr>| {
            exam.event(label, |heap| {
                set_ref(heap, Field::at(heap.memory, slot), new);
            });
        };
        exam.event("incref(x)", |heap| incref(heap, x));
        set("slot = x, whose reference it steals", Some(x));
        exam.equal("the count of x", 2, count(exam, x));
        exam.equal("what the slot holds", x.get(), exam.word(slot));
        exam.event("incref(x)", |heap| incref(heap, x));
        set("slot = x, again", Some(x));
        exam.equal("the count of x", 2, count(exam, x));
        set("slot = y, whose reference it steals", Some(y));
        exam.equal("the count of x", 1, count(exam, x));
        exam.equal("the count of y", 1, count(exam, y));
        set("slot = NULL", None);
        exam.equal("what the slot holds", 0, exam.word(slot));
        exam.equal("live blocks: y is gone, x is not", 1, exam.live_blocks());
        set("slot = x, whose reference it steals", Some(x));
        set("slot = NULL", None);
        exam.leaks(0);
    });
}

#[test]
fn task_3_3_store_first_then_drop() {
    exam::task("3.3", "whoever looks into the slot while the old object dies sees the new one")
        .heap(COUNTING_KIT)
        .run(|exam| {
            exam.note("The old object looks into the slot while it is ended. It must not find itself there: its count is 0.");
            let log = Log::new(exam);
            let slot = slot(exam);
            let old = witness_of(exam, log, "old", Some(slot));
            let new = fresh(exam, "new", 6000);
            exam.event("slot = old, whose reference it steals", |heap| {
                set_ref(heap, Field::at(heap.memory, slot), Some(old));
            });
            exam.event("slot = new, whose reference it steals", |heap| {
                set_ref(heap, Field::at(heap.memory, slot), Some(new));
            });
            exam.equal(
                "what the dying object sees in the slot: new",
                format!("old={}", Log::info(new.get())),
                log.read(exam),
            );
            exam.event("slot = NULL", |heap| {
                set_ref(heap, Field::at(heap.memory, slot), None);
            });
            exam.leaks(0);
        });
}

#[test]
fn task_3_3_an_item_of_a_list() {
    exam::task("3.3", "set_ref on the place of a list's item")
        .heap(COUNTING_KIT)
        .run(|exam| {
            let a = exam.try_event("a = [5000]", |heap| {
                let item = int::from_i64(heap, 5000)?;
                list::from_items(heap, &[item])
            });
            let y = fresh(exam, "y", 6000);
            exam.event("a[0] = y, whose reference it steals", |heap| {
                let item = memory::object::PyListObject::at(heap.memory, a).item(0);
                set_ref(heap, item, Some(y));
            });
            exam.equal("live blocks: a, its items, y", 3, exam.live_blocks());
            exam.equal("the count of y", 1, count(exam, y));
        });
}
