//! The exam on a toy lab: right solutions pass in silence, and what wrong ones print.
//!
//! The wrong ones are ignored tests, which fail on purpose. `shown` runs each in a process of its
//! own, as a learner would, and compares what it prints with the file of its name in `output/`.
//! `EXAM_RECORD=1 cargo test -p exam` writes the files anew.

mod toys;
mod wrong;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a test of this binary and returns whether it passed, and what it printed to stderr.
fn run(test: &str, extra: &[&str], variables: &[(&str, &str)]) -> (bool, String) {
    let exe = std::env::current_exe().expect("this test's own path");
    let output = Command::new(exe)
        .args([test, "--exact", "--include-ignored", "--nocapture"])
        .args(extra)
        .env_remove("HEAP_SHOW")
        .env_remove("HEAP_SEED")
        .env_remove("HEAP_PATIENCE")
        .envs(variables.iter().copied())
        .output()
        .expect("the test runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("running 1 test"), "no test {test}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    (output.status.success(), stderr.into_owned())
}

/// Line numbers of this crate's tests change; that there is one does not.
fn without_line_numbers(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.rsplit_once(".rs:") {
            Some((file, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                let file = file.replace('\\', "/");
                out.push_str(&format!("{file}.rs:N\n"));
            }
            _ => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[track_caller]
fn shown(name: &str, variables: &[(&str, &str)]) {
    let (passed, text) = run(&format!("wrong::{name}"), &[], variables);
    assert!(!passed, "{name} must fail, and passes");
    let text = without_line_numbers(&text);
    assert!(
        !text.contains("panicked at"),
        "the panic hook spoke: {text}"
    );
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "too wide: {line}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/output")
        .join(format!("{name}.txt"));
    if std::env::var_os("EXAM_RECORD").is_some() {
        fs::write(&file, &text).expect("the file is written");
    }
    let expected = fs::read_to_string(&file)
        .unwrap_or_default()
        .replace('\r', "");
    pretty_assertions::assert_str_eq!(expected, text, "{}", file.display());
}

macro_rules! outputs {
    ($($name:ident)*) => {
        mod output {
            $(#[test]
            fn $name() {
                super::shown(stringify!($name), &[]);
            })*

            #[test]
            fn an_event_that_never_returns() {
                super::shown("an_event_that_never_returns", &[("HEAP_PATIENCE", "2")]);
            }

            #[test]
            fn a_state_that_never_comes() {
                super::shown("a_state_that_never_comes", &[("HEAP_PATIENCE", "2")]);
            }

            #[test]
            fn a_look_that_never_returns() {
                super::shown("a_look_that_never_returns", &[("HEAP_PATIENCE", "2")]);
            }
        }
    };
}

outputs! {
    a_panic_in_a_thread
    a_todo_in_a_thread
    two_values
    two_long_values
    two_values_of_many_lines
    two_texts
    a_check
    an_error
    no_error
    too_much
    not_started
    waits_for_another_task
    waits_for_another_task_at_the_start
    a_todo_of_ones_own
    a_panic
    a_panic_without_a_memory
    a_panic_between_events
    a_panic_in_code_that_is_given
    a_panic_in_rusts_library
    a_name_that_moves
    a_number_that_is_an_address
    a_list_of_many_addresses
    a_start_that_fails
    naive_recursion
    a_report_that_is_missing
    a_counter_in_a_static
    a_counter_in_a_static_that_is_returned
    a_break_from_a_static
    a_list_in_a_thread_local
    a_list_for_each_memory
    only_with_one_alignment
    only_with_one_geometry
    an_earlier_labs_test
    an_earlier_labs_test_without_a_heap
    an_earlier_labs_test_too_early
    many_events
    a_leak
    a_double_decref
    another_report
    a_loop_without_end
    a_forbidden_page
    too_many_words
    a_look_at_a_freed_cell
}

#[test]
fn a_right_lab_passes_and_prints_nothing() {
    let (passed, text) = run("right::cells", &[], &[]);
    assert!(passed && text.is_empty(), "{text}");
}

#[test]
fn a_learner_can_look_at_each_event() {
    let (passed, text) = run("right::cells", &[], &[("HEAP_SHOW", "1")]);
    assert!(passed, "{text}");
    assert!(text.contains("event 1   a = cell()"), "{text}");
    assert!(text.contains("event 3   decref(b)"), "{text}");
    assert_eq!(text.matches("event 1 ").count(), 1, "shown once: {text}");
}

#[test]
fn under_capture_the_failure_comes_once_and_alone() {
    let exe = std::env::current_exe().expect("this test's own path");
    let output = Command::new(exe)
        .args(["wrong::two_values", "--exact", "--ignored"])
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("the test runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        text.matches("task 3.2  a count goes up").count(),
        1,
        "{text}"
    );
    assert!(!text.contains("panicked"), "{text}");
    assert!(!text.contains("stack backtrace"), "{text}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_failure_names_the_seed_that_was_chosen() {
    let (passed, text) = run("wrong::two_values", &[], &[("HEAP_SEED", "7")]);
    assert!(!passed && text.contains("with HEAP_SEED=7"), "{text}");
}

#[test]
fn many_events_may_take_longer_than_one() {
    let (passed, text) = run("right::slow_events", &[], &[("HEAP_PATIENCE", "2")]);
    assert!(passed, "{text}");
}

#[test]
fn a_patience_that_is_no_number_is_said() {
    let (passed, text) = run("right::cells", &[], &[("HEAP_PATIENCE", "long")]);
    assert!(
        !passed && text.contains("HEAP_PATIENCE is `long`"),
        "{text}"
    );
}

#[test]
fn a_seed_that_is_no_number_is_said() {
    let (passed, text) = run("wrong::two_values", &[], &[("HEAP_SEED", "seven")]);
    assert!(!passed, "{text}");
    assert!(
        text.contains("HEAP_SEED is `seven`: a whole number"),
        "{text}"
    );
}

#[test]
fn other_panics_are_reported_as_ever() {
    let (passed, text) = run("wrong::an_ordinary_panic", &[], &[("RUST_BACKTRACE", "0")]);
    assert!(!passed, "{text}");
    assert!(text.contains("panicked at"), "{text}");
    assert!(text.contains("outside of every exam"), "{text}");
}

mod right {
    use crate::toys::{RIGHT, aligned_to, cell, chain, decref};

    #[test]
    fn cells() {
        exam::task("3.2", "a cell holds another")
            .heap(RIGHT)
            .run(|exam| {
                let a = exam.try_event("a = cell()", |heap| cell(heap, None));
                exam.name(a, "a");
                let b = exam.try_event("b = cell(a)", |heap| cell(heap, Some(a)));
                exam.equal("the count of a", 1, exam.word(a));
                exam.event("decref(b)", |heap| decref(heap, b));
                exam.leaks(0);
            });
    }

    #[test]
    fn a_long_chain() {
        exam::task("3.4", "a chain of 100,000 cells is freed")
            .heap(RIGHT)
            .big()
            .run(|exam| {
                let head = exam.try_event("a chain", |heap| chain(heap, 100_000));
                exam.event("decref(head)", |heap| decref(heap, head));
                exam.leaks(0);
            });
    }

    #[test]
    #[ignore = "slow on purpose"]
    fn slow_events() {
        exam::task("1.1", "patience is for one event").plain(|exam| {
            for _ in 0..8 {
                let pause = std::time::Duration::from_millis(300);
                exam.event("sleep", || std::thread::sleep(pause));
            }
        });
    }

    #[test]
    fn each_heap_has_its_own_test() {
        fn is_set<const N: u64>(exam: &exam::HeapExam) {
            let a = exam.try_event("a = cell()", |heap| cell(heap, None));
            let aligned = a.is_aligned(N);
            exam.check("the cell is aligned", aligned);
        }
        exam::task("5.2", "cells are aligned as the heap says")
            .heaps([("small", aligned_to(&[8])), ("large", aligned_to(&[16]))])
            .run([is_set::<8>, is_set::<16>]);
    }

    #[test]
    fn a_part_of_the_allocator_may_touch_what_is_no_block() {
        exam::task("5.2", "the allocator's own words")
            .heap(RIGHT)
            .run(|exam| {
                let a = exam.try_event("a = cell()", |heap| cell(heap, None));
                exam.event("decref(a)", |heap| decref(heap, a));
                exam.fails("a is read", "use after free", |heap| heap.memory.load(a));
                exam.manager_event("the allocator reads and writes it", |heap| {
                    heap.memory.store(a, 7);
                    heap.memory.load(a)
                });
                let work = exam.work();
                exam.equal("words of the allocator", 2, work.manager.words());
                exam.equal("words of the program", 0, work.program.words());
                let word = exam.manager_look(|heap| heap.memory.load(a));
                exam.equal("the word at a", 7, word);
                exam.equal("words of the event", 2, exam.work().manager.words());
                exam.fails("a is read", "use after free", |heap| heap.memory.load(a));
            });
    }

    /// The second run is moved to a copy of the memory between the share and the last event.
    #[test]
    fn pages_copied_after_a_fork() {
        exam::task("8.9", "who writes to a shared page copies it")
            .heap(RIGHT)
            .run(|exam| {
                let a = exam.try_event("a = cell()", |heap| cell(heap, None));
                exam.equal("pages shared before", 0, exam.shared_pages());
                exam.share();
                exam.equal("pages shared", exam.pages_touched(), exam.shared_pages());
                exam.event("a is read", |heap| heap.memory.load(a));
                exam.equal("pages copied", 0, exam.copied_pages());
                exam.event("a's count is written, unchanged", |heap| {
                    heap.memory.store(a, heap.memory.load(a));
                });
                exam.equal("pages copied", 1, exam.copied_pages());
                exam.event("and once more", |heap| heap.memory.store(a, 1));
                exam.equal("pages copied", 1, exam.copied_pages());
                exam.share();
                exam.equal("pages copied after another fork", 0, exam.copied_pages());
            });
    }

    #[test]
    fn expected_reports_pass() {
        exam::task("3.2", "a panic can be expected")
            .heap(RIGHT)
            .run(|exam| {
                exam.fails("index out of bounds", "index out of bounds", |_| {
                    crate::toys::sum(&[1, 2])
                });
            });
    }

    #[test]
    fn the_random_row_is_the_same_everywhere() {
        let mut random = exam::Random::from_seed(1025);
        let row: Vec<u64> = (0..6).map(|_| random.below(100)).collect();
        assert_eq!(row, [89, 9, 76, 26, 99, 63]);
        let mut items: Vec<usize> = (0..50).collect();
        random.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
