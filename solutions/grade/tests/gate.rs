//! The gate: on this course, where it must find nothing, and on a course in miniature with every mistake it is for.

#[path = "../../../labs/engine/tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Duration;

use engine::course::Course;
use engine::run::Limits;
use grade::gate::{Bounds, Check, Options, Report, check};
use support::Fixture;

const SMALL: Bounds = Bounds {
    task_lines: 6,
    lab_lines: (1, 20),
    wrong: 1,
};

fn small() -> Options {
    let limits = Limits {
        wall: Duration::from_secs(20),
        cpu_seconds: 2,
        output: 1 << 16,
        ..Limits::default()
    };
    Options {
        bounds: SMALL,
        limits,
        ..Options::default()
    }
}

fn gate(fixture: &Fixture, options: &Options) -> Report {
    check(&fixture.course(), options, &|_| {}).unwrap()
}

/// Fails unless each of `expected` begins a finding (of which the second text is a part), and there are no others.
fn assert_findings(report: &Report, expected: &[(&str, &str)]) {
    let found: Vec<String> = report
        .findings()
        .map(|finding| finding.to_string().replace('\\', "/"))
        .collect();
    for (at, what) in expected {
        let is_found = found
            .iter()
            .any(|finding| finding.starts_with(&format!("{at}: ")) && finding.contains(what));
        assert!(is_found, "no finding\n  {at}: … {what} …\nin\n{report}");
    }
    assert_eq!(found.len(), expected.len(), "{report}");
}

#[test]
fn every_lab_of_this_course_holds() {
    let course = Course::find(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let report = check(&course, &Options::default(), &|line| println!("{line}")).unwrap();
    assert!(
        report.is_clean(),
        "the gate found something; `cargo grade check` shows it too\n\n{report}"
    );
}

#[test]
fn a_good_course_is_clean() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "gate clean");
    let report = gate(&fixture, &small());
    assert_findings(&report, &[]);
    let first = &report.labs[0];
    assert_eq!(
        (
            first.lines,
            first.starter.good,
            first.walk.good,
            first.reference.good
        ),
        (7, 1, 1, 1)
    );
    assert_eq!((first.wrong.run, first.wrong.good), (2, 2));
}

#[test]
fn only_what_was_asked_for_is_run() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "gate only");
    let options = Options {
        lab: Some("2".into()),
        only: vec![Check::Starter],
        ..small()
    };
    let report = gate(&fixture, &options);
    assert_findings(&report, &[]);
    let [lab] = report.labs.as_slice() else {
        panic!("{report}")
    };
    assert_eq!(
        (
            lab.starter.run,
            lab.walk.run,
            lab.reference.run,
            lab.wrong.run
        ),
        (1, 0, 0, 0)
    );
    assert!(!lab.statics_done);
}

#[test]
fn mistakes_in_the_texts_are_found() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "gate static");
    fixture.edit(
        "book/src/01-first.md",
        "## Task 1.1: twice {#task-1-1}",
        "#### Task 1.1: two times {#twice}",
    );
    fixture.edit(
        "book/src/01-first.md",
        "## Task 1.2: sums {#task-1-2}",
        "## Task 1.3: more {#task-1-3}",
    );
    fixture.remove("book/src/02-second.md");
    fixture.edit(
        "solutions/01-first/src/lib.rs",
        "// task 1.1:",
        "// task one:",
    );
    fixture.edit("solutions/01-first/src/lib.rs", "// end task 1.1", "//");
    fixture.edit(
        "solutions/01-first/src/lib.rs",
        "number + number\n",
        "todo!()\n",
    );
    fixture.edit(
        "solutions/01-first/src/sums.rs",
        "let mut sum = 0;",
        "let mut sum = 0;\nsum += 0;",
    );
    fixture.remove("solutions/02-second/tests/second.rs");
    fixture.write("labs/03-third/Cargo.toml", "");
    let wrong = fixture.read("solutions/02-second/wrong/once.toml");
    let with = |name: &str, find: &str, replace: &str| {
        assert!(wrong.contains(find));
        fixture.write(
            &format!("solutions/02-second/wrong/{name}.toml"),
            &wrong.replacen(find, replace, 1),
        );
    };
    with("gone", "first::double(first::double(number))", "nowhere");
    with(
        "often",
        "find = \"first::double(first::double(number))\"",
        "find = \"double\"",
    );
    with(
        "none",
        "replace = \"first::double(number)\"",
        "replace = \"first::double(first::double(number))\"",
    );
    with("task", "task = \"2.1\"", "task = \"2.2\"");
    with("silent", "says = [\"quadruple\", \"found 6\"]", "says = []");
    with("toml", "title", "titel");
    with("file", "src/lib.rs", "src/main.rs");
    with("test", "\"task_2_1_quadruples\"", "\"quadruples\"");
    let options = Options {
        only: vec![Check::Static],
        bounds: Bounds {
            wrong: 2,
            lab_lines: (8, 20),
            ..SMALL
        },
        ..small()
    };
    let report = gate(&fixture, &options);
    assert_findings(
        &report,
        &[
            ("labs/03-third", "has no lab.toml"),
            (
                "labs/01-first/lab.toml:7",
                "task 1.1 is marked nowhere in solutions/01-first/src",
            ),
            (
                "labs/01-first/lab.toml:12",
                "task 1.2 has 7 lines to write; 6 is the most",
            ),
            (
                "solutions/01-first",
                "the reader writes 7 lines in this lab; it is to be 8 to 20",
            ),
            (
                "labs/01-first/src/lib.rs:11 of the cut",
                "`todo!()` names no task of this lab",
            ),
            (
                "book/src/01-first.md:7",
                "the title is `two times`, but labs/01-first/lab.toml:7 says `twice`",
            ),
            (
                "book/src/01-first.md:7",
                "the anchor is not {#task-1-1}; expected `## Task 1.1: twice {#task-1-1}`",
            ),
            (
                "book/src/01-first.md:7",
                "a task's heading is `##` or `###`",
            ),
            (
                "book/src/01-first.md:1",
                "task 1.2 has no section; write a heading `## Task 1.2: sums {#task-1-2}`",
            ),
            (
                "book/src/01-first.md:9",
                "is the section of a task that labs/01-first/lab.toml does not have",
            ),
            (
                "solutions/02-second",
                "the reader writes 1 lines in this lab; it is to be 8 to 20",
            ),
            (
                "solutions/01-first/wrong/three-times.toml",
                "`find` is not in src/lib.rs: \"number + number\"",
            ),
            ("solutions/02-second/tests/second.rs", "is missing"),
            ("book/src/02-second.md", "cannot be read"),
            (
                "solutions/02-second/wrong/gone.toml",
                "`find` is not in src/lib.rs: \"nowhere\"",
            ),
            (
                "solutions/02-second/wrong/often.toml",
                "`find` is 3 times in src/lib.rs: \"double\"",
            ),
            ("solutions/02-second/wrong/none.toml", "changes nothing"),
            (
                "solutions/02-second/wrong/task.toml",
                "`2.2` is no task of this lab",
            ),
            ("solutions/02-second/wrong/silent.toml", "says nothing"),
            (
                "solutions/02-second/wrong/toml.toml:1",
                "unknown field `titel`",
            ),
            (
                "solutions/02-second/wrong/file.toml",
                "src/main.rs, which is not there",
            ),
            (
                "solutions/02-second/wrong/test.toml",
                "rejected_by is `quadruples`, not a test `task_2_1_…`",
            ),
        ],
    );
}

#[test]
fn mistakes_that_only_running_shows_are_found() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "gate run");
    fixture.edit(
        "solutions/01-first/src/lib.rs",
        "mod sums;",
        "mod sums;\npub struct Undocumented;",
    );
    let tests = fixture.read("labs/01-first/tests/first.rs");
    let more = "
#[test]
fn task_1_2_passes_early() {}
#[test]
fn task_1_2_fails_early() {
    panic!(\"out of order\");
}
#[test]
fn of_no_task() {}
";
    fixture.write("labs/01-first/tests/first.rs", &format!("{tests}{more}"));
    fixture.edit(
        "labs/02-second/tests/second.rs",
        "fn task_2_1_quadruples",
        "fn task_1_1_quadruples",
    );
    let wrong = |name: &str, body: &str, says: &str| {
        let text = format!(
            "title = \"{name}\"\ntask = \"1.1\"\nrejected_by = \"task_1_1_doubles\"\nsays = [\"{says}\"]\n\
             [[edit]]\nfile = \"src/lib.rs\"\nfind = \"number + number\"\nreplace = \"{body}\"\n"
        );
        fixture.write(&format!("solutions/01-first/wrong/{name}.toml"), &text);
    };
    // Rejected, and rightly so.
    wrong("aborts", "std::process::abort()", "the process aborted");
    wrong("exits", "std::process::exit(0)", "no verdict");
    if cfg!(unix) {
        wrong(
            "hangs",
            "loop { std::hint::black_box(number); }",
            "timed out",
        );
    }
    if cfg!(target_os = "linux") {
        wrong(
            "bomb",
            "vec![number; 1 << 45].len() as u64",
            "out of memory",
        );
    }
    wrong(
        "floods",
        "loop { println!(\\\"{number}\\\"); }",
        "printed more than a test may",
    );
    // Not as it must be.
    wrong("is-right", "2 * number", "found");
    wrong("says-else", "3 * number", "a broken free list");
    wrong("not-started", "todo!(\\\"1.1 write it\\\")", "found");
    wrong("no-rust", "number +", "found");
    fixture.write(
        "solutions/01-first/wrong/no-test.toml",
        &fixture.read("solutions/01-first/wrong/is-right.toml"),
    );
    fixture.edit(
        "solutions/01-first/wrong/no-test.toml",
        "task_1_1_doubles",
        "task_1_1_triples",
    );
    let report = gate(&fixture, &small());
    assert_findings(
        &report,
        &[
            ("01-first starter", "compiles with a warning"),
            (
                "labs/01-first/tests/first.rs",
                "of_no_task belongs to no task of the lab",
            ),
            (
                "01-first starter",
                "task_1_2_passes_early passes, but its task is not done",
            ),
            (
                "01-first starter",
                "task_1_2_fails_early must read `not started` here, but it is: failed",
            ),
            (
                "01-first with tasks up to 1.1",
                "task_1_2_passes_early passes",
            ),
            (
                "01-first with tasks up to 1.1",
                "task_1_2_fails_early must read `not started`",
            ),
            (
                "01-first reference",
                "task_1_2_fails_early must pass here, but it is: failed",
            ),
            (
                "labs/02-second/tests/second.rs",
                "task 2.1 has no test; write one called task_2_1_…",
            ),
            (
                "labs/02-second/tests/second.rs",
                "task_1_1_quadruples belongs to no task of the lab",
            ),
            (
                "solutions/02-second/wrong/once.toml",
                "there is no test task_2_1_quadruples",
            ),
            (
                "solutions/01-first/wrong/is-right.toml",
                "task_1_1_doubles passes: it does not reject",
            ),
            (
                "solutions/01-first/wrong/says-else.toml",
                "does not say [\"a broken free list\"]",
            ),
            (
                "solutions/01-first/wrong/not-started.toml",
                "task 1.1 reads `not started`",
            ),
            ("solutions/01-first/wrong/no-rust.toml", "does not compile"),
            (
                "solutions/01-first/wrong/no-test.toml",
                "there is no test task_1_1_triples",
            ),
        ],
    );
}
