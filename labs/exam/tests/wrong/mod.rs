//! Tests that fail, each in its own way.

use exam::{HeapExam, task};
use memory::{Addr, Region, Root};

use crate::toys::{
    AGAIN, AGAIN_UNTOUCHED, FORGETFUL, FORGETS_A_MEMORY, FULL, LEAKY, NAIVE, RIGHT, UNTOUCHED,
    aligned_to, cell, chain, contents, decref, grow_from_a_static, incref, last, linked_cell,
    linked_cell_of_a_memory, next_number, number_from_a_static, set_contents, sum,
};

fn two_cells(exam: &HeapExam) -> (Addr, Addr) {
    let a = exam.try_event("a = cell()", |heap| cell(heap, None));
    exam.name(a, "a");
    let b = exam.try_event("b = cell(a)", |heap| cell(heap, Some(a)));
    exam.name(b, "b");
    (a, b)
}

#[test]
#[ignore = "fails on purpose"]
fn two_values() {
    task("3.2", "a count goes up").heap(RIGHT).run(|exam| {
        let (a, b) = two_cells(exam);
        exam.event("c = b.contents", |heap| incref(heap, a));
        exam.equal("b.contents", Some(b), exam.look(|heap| contents(heap, b)));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn two_long_values() {
    task("2.1", "items are in order").plain(|exam| {
        let found = exam.event("items()", || (100..118).collect::<Vec<u64>>());
        exam.equal("items", (101..119).collect::<Vec<u64>>(), found);
    });
}

#[test]
#[ignore = "fails on purpose"]
fn two_values_of_many_lines() {
    #[derive(Debug, PartialEq)]
    #[allow(dead_code)]
    struct Mapping {
        start: u64,
        end: u64,
        permissions: &'static str,
        path: Option<&'static str>,
    }
    task("1.1", "a line of maps is read").plain(|exam| {
        let mapping = |end, path| Mapping {
            start: 0x5555_5555_4000,
            end,
            permissions: "r--p",
            path,
        };
        exam.note("line 3: 555555554000-555555555000 r--p 00000000 08:01 1 /usr/bin/python3.11");
        exam.equal(
            "parse(line 3)",
            mapping(0x5555_5555_5000, Some("/usr/bin/python3.11")),
            mapping(0x5555_5555_5000, None),
        );
    });
}

#[test]
#[ignore = "fails on purpose"]
fn two_texts() {
    task("1.1", "the table is printed").plain(|exam| {
        let found = exam.event("table()", || "text  4 KiB\ndata  9 KiB\nstack 8 KiB");
        exam.equal_text("the table", "text  4 KiB\ndata  8 KiB\nstack 8 KiB", found);
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_check() {
    task("3.2", "cells are apart").heap(RIGHT).run(|exam| {
        let (a, b) = two_cells(exam);
        exam.check("b lies before a", b < a);
    });
}

#[test]
#[ignore = "fails on purpose"]
fn an_error() {
    task("3.2", "a huge chain is made").heap(RIGHT).run(|exam| {
        exam.try_event("block = malloc(2 ** 50)", |heap| heap.malloc(1 << 50));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn no_error() {
    task("3.2", "a huge chain is refused")
        .heap(RIGHT)
        .run(|exam| {
            let block = exam.event("block = malloc(2 ** 5)", |heap| heap.malloc(1 << 5));
            exam.err("malloc(2 ** 5)", block);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn too_much() {
    task("3.2", "little is stored").plain(|exam| {
        exam.at_most("words stored", 4, exam.event("store", || 17));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn not_started() {
    task("3.2", "a cell is made").heap(RIGHT).run(|exam| {
        exam.event("a = cell()", |_| todo!("3.2 make a cell"));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn waits_for_another_task() {
    task("3.3", "a cell is dropped").heap(RIGHT).run(|exam| {
        let (a, _) = two_cells(exam);
        exam.fails("decref(a)", "not yet", |_| {
            let _ = a;
            todo!("3.2 take one from the count")
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn waits_for_another_task_at_the_start() {
    task("3.3", "a cell is dropped")
        .heap(UNTOUCHED)
        .run(|exam| {
            two_cells(exam);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_todo_of_ones_own() {
    task("3.3", "a cell is dropped").heap(RIGHT).run(|exam| {
        exam.event("decref(a)", |_| todo!("think about it"));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic() {
    task("3.2", "numbers are added").heap(RIGHT).run(|exam| {
        let (a, _) = two_cells(exam);
        exam.event("sum of a", |heap| {
            sum(&[contents(heap, a).map_or(0, Addr::get), 1])
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic_without_a_memory() {
    task("1.1", "numbers are added").plain(|exam| {
        exam.event("sum of 1 and 2", || sum(&[1, 2]));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic_between_events() {
    task("3.2", "a cell holds something")
        .heap(RIGHT)
        .run(|exam| {
            let (a, _) = two_cells(exam);
            exam.look(|heap| contents(heap, a))
                .expect("a holds nothing");
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic_in_code_that_is_given() {
    task("3.2", "a cell holds items").heap(RIGHT).run(|exam| {
        two_cells(exam);
        exam.event("the address of nothing", |_| {
            Addr::at(std::hint::black_box(0))
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic_in_rusts_library() {
    task("1.1", "numbers are added").plain(|exam| {
        exam.event("abs(-2 ** 63)", || std::hint::black_box(i64::MIN).abs());
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_name_that_moves() {
    task("3.2", "a name is bound again")
        .heap(RIGHT)
        .run(|exam| {
            for _ in 0..3 {
                let x = exam.try_event("x = cell()", |heap| cell(heap, None));
                exam.name(x, "x");
            }
            exam.leaks(2);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_number_that_is_an_address() {
    task("3.2", "a cell holds another").heap(RIGHT).run(|exam| {
        let (a, b) = two_cells(exam);
        exam.equal("the word at offset 16 of b", 0, exam.word(b.plus(16)));
        let _ = a;
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_list_of_many_addresses() {
    task("2.5", "equal names are one object").plain(|exam| {
        let cells = |first: u64| (0..100).map(move |i| Addr::at(first + 32 * i));
        let found: Vec<Addr> = exam.event("intern each", || cells(0x8000).collect());
        exam.equal("intern", cells(0x4000).collect::<Vec<_>>(), found);
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_start_that_fails() {
    task("3.2", "a cell holds something")
        .heap(FULL)
        .run(|exam| {
            two_cells(exam);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn naive_recursion() {
    task("3.4", "a chain of 20,000 cells is freed")
        .heap(NAIVE)
        .run(|exam| {
            let head = exam.try_event("head = a chain of 20,000 cells", |heap| chain(heap, 20_000));
            exam.event("decref(head)", |heap| decref(heap, head));
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_report_that_is_missing() {
    task("3.2", "a double decref is reported")
        .heap(RIGHT)
        .run(|exam| {
            let (a, _) = two_cells(exam);
            exam.fails("decref(a) twice", "is not live", |heap| contents(heap, a));
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_counter_in_a_static() {
    task("3.2", "cells are numbered").heap(RIGHT).run(|exam| {
        let (a, b) = two_cells(exam);
        exam.event("number b", |heap| number_from_a_static(heap, b));
        exam.event("number a", |heap| number_from_a_static(heap, a));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_list_in_a_thread_local() {
    task("3.2", "cells are linked").heap(FORGETFUL).run(|exam| {
        for name in ["a", "b", "c", "d"] {
            let cell = exam.try_event(format!("{name} = linked_cell()"), linked_cell);
            exam.name(cell, name);
        }
    });
}

#[test]
#[ignore = "fails on purpose"]
fn only_with_one_alignment() {
    task("3.2", "blocks are 8 bytes apart")
        .heap(RIGHT)
        .run(|exam| {
            let step = exam.event("the step", |heap| Root::of(heap.memory).alignment().get());
            exam.equal("the step", 8, step);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn only_with_one_geometry() {
    fn test(exam: &HeapExam) {
        let step = exam.event("the step", |heap| Root::of(heap.memory).alignment().get());
        exam.equal("the step", 8, step);
    }
    task("5.1", "blocks are 8 bytes apart")
        .heaps([("small", aligned_to(&[8])), ("large", aligned_to(&[16]))])
        .run([test, test]);
}

#[test]
#[ignore = "fails on purpose"]
fn an_earlier_labs_test() {
    task("3.2", "a count goes up").heap(AGAIN).run(|exam| {
        let (a, _) = two_cells(exam);
        exam.equal("the count of a", 2, exam.word(a));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn an_earlier_labs_test_without_a_heap() {
    task("3.8", "a sum").again(AGAIN.again).plain(|exam| {
        let found = exam.event("1 + 1", || 1 + 1);
        exam.equal("the sum", 3, found);
    });
}

#[test]
#[ignore = "fails on purpose"]
fn an_earlier_labs_test_too_early() {
    task("3.3", "a cell is dropped")
        .heap(AGAIN_UNTOUCHED)
        .run(|exam| {
            two_cells(exam);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn many_events() {
    task("3.2", "counts go up").heap(RIGHT).run(|exam| {
        let (a, _) = two_cells(exam);
        exam.note(
            "A cell counts the references to it. Each event takes one more, and nothing gives one \
             up, so the count is one more after each of them than it was before.",
        );
        for _ in 0..20 {
            exam.event("incref(a)", |heap| incref(heap, a));
        }
        exam.equal("the count of a", 20, exam.word(a));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_leak() {
    task("3.3", "a cell releases what it holds")
        .heap(LEAKY)
        .run(|exam| {
            let (_, b) = two_cells(exam);
            exam.event("decref(b)", |heap| decref(heap, b));
            exam.leaks(0);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_double_decref() {
    task("3.2", "a reference is dropped once")
        .heap(RIGHT)
        .run(|exam| {
            let (_, b) = two_cells(exam);
            exam.event("decref(b)", |heap| decref(heap, b));
            exam.event("decref(b)", |heap| decref(heap, b));
        });
}

#[test]
#[ignore = "fails on purpose"]
fn another_report() {
    task("3.2", "a leak is reported").heap(RIGHT).run(|exam| {
        let (_, b) = two_cells(exam);
        exam.event("decref(b)", |heap| decref(heap, b));
        exam.fails("decref(b) again", "the wrong words", |heap| decref(heap, b));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_loop_without_end() {
    task("3.4", "a cell is found").heap(RIGHT).run(|exam| {
        let (a, b) = two_cells(exam);
        exam.event("a.contents = b", |heap| set_contents(heap, a, b));
        exam.event("the last cell of a", |heap| last(heap, a));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_forbidden_page() {
    task("1.4", "a new page is not touched")
        .memory()
        .run(|exam| {
            exam.event("heap = 0x4000..0x6000", |memory| {
                let heap = Root::of(memory).region(Region::Heap);
                heap.start().set(0x4000);
                heap.end().set(0x6000);
            });
            exam.forbid(Addr::at(0x5000), 0x1000);
            exam.event("store 1 at 0x5008", |memory| {
                memory.store(Addr::at(0x5008), 1)
            });
        });
}

#[test]
#[ignore = "fails on purpose"]
fn too_many_words() {
    task("3.1", "a reference is taken in one step")
        .heap(RIGHT)
        .run(|exam| {
            let (a, _) = two_cells(exam);
            exam.event("incref(a) twice", |heap| {
                incref(heap, a);
                incref(heap, a);
            });
            exam.at_most("words stored", 1, exam.work().stores);
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_look_at_a_freed_cell() {
    task("3.2", "b is freed").heap(RIGHT).run(|exam| {
        let (_, b) = two_cells(exam);
        exam.event("decref(b)", |heap| decref(heap, b));
        exam.equal("b.contents", None, exam.look(|heap| contents(heap, b)));
    });
}

#[test]
#[ignore = "fails on purpose"]
fn an_ordinary_panic() {
    task("1.1", "nothing").plain(|exam| exam.check("it holds", true));
    panic!("outside of every exam");
}

#[test]
#[ignore = "fails on purpose"]
fn a_list_for_each_memory() {
    task("3.2", "cells are linked")
        .heap(FORGETS_A_MEMORY)
        .run(|exam| {
            for name in ["a", "b", "c", "d"] {
                let cell =
                    exam.try_event(format!("{name} = linked_cell()"), linked_cell_of_a_memory);
                exam.name(cell, name);
            }
        });
}

#[test]
#[ignore = "fails on purpose"]
fn a_state_that_never_comes() {
    task("8.12", "two threads wait").plain(|exam| {
        let crew = exam::Crew::new();
        exam.event("the first thread comes to its end", || {
            crew.spawn(|| {});
            crew.join();
        });
        exam.event("the second one", || {
            crew.spawn(std::thread::park);
            crew.until("it waits: gil.waiting() is 1", || false);
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_panic_in_a_thread() {
    task("8.12", "a thread gets the lock").plain(|exam| {
        let crew = exam::Crew::new();
        exam.event("the thread comes to its end", || {
            crew.spawn(|| panic!("there is no lock"));
            crew.join();
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_todo_in_a_thread() {
    task("8.12", "a thread gets the lock").plain(|exam| {
        let crew = exam::Crew::new();
        exam.event("the thread comes to its end", || {
            crew.spawn(|| todo!("8.12 wait, then ask"));
            crew.join();
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn an_event_that_never_returns() {
    task("1.1", "a number is read").plain(|exam| {
        exam.note("A number ends where its digits end.");
        exam.event("number(\"1025\")", || 1025);
        exam.event("number(\"\")", || {
            loop {
                std::hint::spin_loop();
            }
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_look_that_never_returns() {
    task("3.2", "a cell holds another").heap(RIGHT).run(|exam| {
        two_cells(exam);
        exam.look(|_| {
            loop {
                std::hint::spin_loop();
            }
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_break_from_a_static() {
    task("1.6", "the heap grows").memory().run(|exam| {
        exam.event("grow_heap()", |memory| {
            grow_from_a_static(memory);
        });
    });
}

#[test]
#[ignore = "fails on purpose"]
fn a_counter_in_a_static_that_is_returned() {
    task("3.2", "cells are numbered").heap(RIGHT).run(|exam| {
        two_cells(exam);
        let number = exam.event("next_number()", |_| next_number());
        exam.equal("the number", 1, number);
    });
}
