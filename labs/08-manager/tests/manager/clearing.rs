//! Task 8.5: kept objects are given back, and what free lists do to the collector's counts.

use exam::HeapExam;
use manager::freelist::{clear_floats, clear_stack, clear_tuples};
use memory::manager::FreeLists;
use memory::{Addr, GcState, Heap, MemoryError};
use objects::{dict, float, int, list};
use refcounts::decref;

use super::support::{
    CLEARING, collect, count, del, disable, floats, in_order, kept_dicts, kept_lists, lost_list,
    new_dict, new_float, new_list, new_tuple, nothing_is_kept, number_kept, set_count,
    tuple_of_none, tuples,
};

#[test]
fn task_8_5_floats() {
    exam::task(
        "8.5",
        "clear_floats gives the blocks of all kept floats back",
    )
    .heap(CLEARING)
    .run(|exam| {
        exam.note("A kept float has no type: that word is its link, and NULL in the last one. So its block is given back by its address, and nobody asks the float.");
            for many in [0, 1, 3, 100] {
            let all = exam.try_event(format!("{many} floats"), |heap| {
                (0..many)
                    .map(|number| float::from_f64(heap, f64::from(number)))
                    .collect::<Result<Vec<_>, _>>()
            });
            del(exam, "all of them", &all);
            exam.equal("kept floats", many as usize, floats(exam).len());
            set_count(exam, 500);
            exam.event("clear_floats", clear_floats);
            exam.equal("kept floats afterwards", 0, floats(exam).len());
            exam.leaks(0);
            let what = "the count of generation 0: a float is no container";
            exam.equal(what, 500, count(exam));
            in_order(exam);
        }
        let a = new_float(exam, "a", 1025.0);
        exam.equal(
            "the value of a",
            1025.0,
            exam.look(|heap| float::value(heap, a)),
        );
        del(exam, "a", &[a]);
        exam.equal("the kept floats", vec![a], floats(exam));
    });
}

#[test]
fn task_8_5_lists_and_dicts() {
    exam::task(
        "8.5",
        "clear_stack gives all back, the topmost first, and only now are they counted off",
    )
    .heap(CLEARING)
    .run(|exam| {
        disable(exam);
        let lists = ["a", "b", "c"].map(|label| new_list(exam, label));
        let dicts = ["d", "e"].map(|label| new_dict(exam, label));
        del(exam, "a, b, c", &lists);
        del(exam, "d, e", &dicts);
        set_count(exam, 700);
        exam.event("clear_stack(lists)", |heap| {
            clear_stack(heap, FreeLists::of(heap.memory).lists());
        });
        exam.equal("kept lists afterwards", 0, kept_lists(exam).len());
        exam.equal(
            "kept dicts: they are another stack",
            2,
            kept_dicts(exam).len(),
        );
        exam.equal("the count of generation 0: three less", 697, count(exam));
        exam.equal("live blocks", 2, exam.live_blocks());
        let again = ["f", "g", "h"].map(|label| new_list(exam, label));
        let what = "where the next three lie: the block that was given back last comes first";
        exam.equal(what, lists, again);
        exam.equal("the count of generation 0: they are new", 700, count(exam));
        exam.event("clear_stack(dicts)", |heap| {
            clear_stack(heap, FreeLists::of(heap.memory).dicts());
        });
        exam.equal("kept dicts afterwards", 0, kept_dicts(exam).len());
        exam.equal("the count of generation 0: two less", 698, count(exam));
        exam.event("clear_stack(dicts), which is empty", |heap| {
            clear_stack(heap, FreeLists::of(heap.memory).dicts());
        });
        exam.equal("the count of generation 0", 698, count(exam));
        exam.equal("live blocks", 3, exam.live_blocks());
        in_order(exam);
    });
}

#[test]
fn task_8_5_tuples() {
    exam::task("8.5", "clear_tuples gives back those of every length")
        .heap(CLEARING)
        .run(|exam| {
            disable(exam);
            for length in 1..=20 {
                let all = ["a", "b", "c"].map(|label| new_tuple(exam, label, length));
                del(exam, "a, b, c", &all);
            }
            set_count(exam, 700);
            exam.event("clear_tuples", clear_tuples);
            for length in 1..=20 {
                exam.equal(
                    &format!("kept tuples of {length}"),
                    0,
                    tuples(exam, length).len(),
                );
            }
            exam.leaks(0);
            exam.equal("the count of generation 0: 60 less", 640, count(exam));
            exam.event("clear_tuples, with nothing kept", clear_tuples);
            exam.equal("the count of generation 0", 640, count(exam));
            in_order(exam);
            let a = new_tuple(exam, "a", 7);
            del(exam, "a", &[a]);
            exam.equal("the kept tuples of 7", vec![a], tuples(exam, 7));
        });
}

/// One dead object for each free list, and 100 floats.
fn fill_lists(exam: &HeapExam) {
    exam.try_event("one object of each kind dies", |heap| {
        let mut all = vec![list::new(heap)?, dict::new(heap)?];
        for length in 1..=20 {
            all.push(tuple_of_none(heap, length)?);
        }
        for number in 0..100 {
            all.push(float::from_f64(heap, f64::from(number))?);
        }
        for op in all {
            decref(heap, op);
        }
        Ok::<_, MemoryError>(())
    });
}

#[test]
fn task_8_5_a_full_collection() {
    exam::task(
        "8.5",
        "gc.collect(2) empties all free lists; a younger generation's does not",
    )
    .heap(CLEARING)
    .run(|exam| {
        fill_lists(exam);
        exam.equal("kept objects", 122, number_kept(exam));
        for young in [0, 1] {
            collect(exam, young);
            let what = format!("kept objects after gc.collect({young})");
            exam.equal(&what, 122, number_kept(exam));
            exam.equal("live blocks", 122, exam.live_blocks());
        }
        collect(exam, 2);
        nothing_is_kept(exam, "after gc.collect(2)");
        exam.leaks(0);
        exam.equal("the count of generation 0: never below 0", 0, count(exam));
        in_order(exam);
        fill_lists(exam);
        exam.equal(
            "kept objects, when as many die again",
            122,
            number_kept(exam),
        );
        exam.equal("live blocks", 122, exam.live_blocks());
    });
}

#[test]
fn task_8_5_garbage_too() {
    exam::task(
        "8.5",
        "what a full collection finds dead is kept for a moment, and gone at its end",
    )
    .heap(CLEARING)
    .run(|exam| {
        let lost: Vec<Addr> = (0..10).map(|_| lost_list(exam, "lost")).collect();
        exam.equal("live lists, and their items", 20, exam.live_blocks());
        exam.equal("gc.collect(2)", lost.len() as u64, collect(exam, 2));
        nothing_is_kept(exam, "after gc.collect(2)");
        exam.leaks(0);
    });
}

/// `gc.get_count()[0]`: as in CPython, the answer is a tuple of three, which dies at once.
fn get_count(exam: &HeapExam) -> u64 {
    exam.try_event("gc.get_count()[0]", |heap| {
        let state = GcState::of(heap.memory);
        let counts = [0, 1, 2].map(|number| state.generation(number).count().get());
        let items = counts.map(|count| int::from_i64(heap, count as i64));
        let [a, b, c] = items;
        let op = objects::tuple::new(heap, &[a?, b?, c?])?;
        decref(heap, op);
        Ok::<_, MemoryError>(counts[0])
    })
}

/// `[i]`, a new reference.
fn list_of(heap: &Heap, number: i64) -> Result<Addr, MemoryError> {
    let item = int::from_i64(heap, number)?;
    list::from_items(heap, &[item])
}

/// See `cpython.py`: each number here is CPython's.
#[test]
fn task_8_5_what_the_counts_say() {
    exam::task("8.5", "free lists and the count of generation 0: CPython's own numbers")
        .heap(CLEARING)
        .run(|exam| {
            exam.note("The counts are those that gc.get_count()[0] gives in CPython 3.11 for the same steps (see solutions/08-manager/cpython.py). The answer of gc.get_count() is a tuple itself: the first one counts too.");
            disable(exam);
            collect(exam, 2);
            exam.equal("at first", 0, get_count(exam));
            exam.try_event("for i in range(1000): [i]", |heap| {
                for number in 0..1000 {
                    decref(heap, list_of(heap, number)?);
                }
                Ok::<_, MemoryError>(())
            });
            let what = "1000 lists that were dropped at once: one list and one tuple were made";
            exam.equal(what, 2, get_count(exam));
            collect(exam, 2);
            exam.equal("after gc.collect()", 0, get_count(exam));
            let make = |heap: &Heap| {
                (0..1000).map(|number| list_of(heap, number)).collect::<Result<Vec<_>, _>>()
            };
            let all = exam.try_event("keep[i] = [i], 1000 times", make);
            exam.equal("1000 lists that are kept", 1001, get_count(exam));
            del(exam, "all of them", &all);
            exam.equal("when they are dropped: 920 were given back", 81, get_count(exam));
            let all = exam.try_event("keep[i] = [i], 1000 times", make);
            exam.equal("1000 lists, 80 of them from the free list", 1001, get_count(exam));
            collect(exam, 2);
            exam.equal("after gc.collect()", 0, get_count(exam));
            del(exam, "all of them", &all);
            exam.equal("when they are dropped: never below 0", 0, get_count(exam));
            exam.try_event("keep[i] = [i], 100 times", |heap| {
                (0..100).map(|number| list_of(heap, number)).collect::<Result<Vec<_>, _>>()
            });
            exam.equal("100 lists, 80 of them from the free list", 20, get_count(exam));
            collect(exam, 1);
            exam.equal("after gc.collect(1)", 0, get_count(exam));
            exam.try_event("[i]; {i: i}; (i,), 1000 times each", |heap| {
                for number in 0..1000 {
                    decref(heap, list_of(heap, number)?);
                }
                for number in 0..1000 {
                    let op = dict::new(heap)?;
                    let key = int::from_i64(heap, number)?;
                    let done = refcounts::containers::dict_set_item(heap, op, key, key);
                    decref(heap, key);
                    decref(heap, op);
                    done.map_err(|_| MemoryError::NoMemory { requested: 0 })?;
                }
                for number in 0..1000 {
                    let item = int::from_i64(heap, number)?;
                    decref(heap, objects::tuple::new(heap, &[item])?);
                }
                Ok::<_, MemoryError>(())
            });
            exam.equal("one list, one dict and one tuple were made", 3, get_count(exam));
        });
}
