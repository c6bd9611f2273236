//! `cargo lab` as a learner meets it, on the course in miniature.

#[path = "../../engine/tests/support/mod.rs"]
mod support;

use std::process::{Command, Output};

use support::Fixture;

/// Runs `cargo lab` in a directory below the root and gives its exit code and what it said.
fn lab(fixture: &Fixture, arguments: &[&str]) -> (i32, String) {
    lab_showing(fixture, arguments, None)
}

/// The same with `HEAP_SHOW`.
fn lab_showing(fixture: &Fixture, arguments: &[&str], show: Option<&str>) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("HEAP_SHOW");
    command.envs(show.map(|value| ("HEAP_SHOW", value)));
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .args(arguments)
        .current_dir(fixture.root.join("labs/01-first/src"))
        .output()
        .unwrap();
    // The error stream also says what is being built, when that takes long.
    let said = if status.code() == Some(2) {
        stderr
    } else {
        stdout
    };
    let said = String::from_utf8(said).unwrap();
    assert!(!said.contains('\u{1b}'), "no colours into a pipe: {said}");
    (status.code().unwrap(), said.replace('\\', "/"))
}

fn solve_1_1(fixture: &Fixture) {
    fixture.edit(
        "labs/01-first/src/lib.rs",
        &todo(fixture, "labs/01-first/src/lib.rs", "1.1"),
        "number + number",
    );
}

fn todo(fixture: &Fixture, file: &str, task: &str) -> String {
    let text = fixture.read(file);
    let line = text
        .lines()
        .find(|line| line.contains(&format!("todo!(\"{task}")))
        .unwrap();
    line.trim().to_owned()
}

fn solve(fixture: &Fixture, directory: &str) {
    for (path, bytes) in engine::read_tree(
        &fixture.root.join("solutions").join(directory).join("src"),
        "src",
    )
    .unwrap()
    {
        fixture.write(
            &format!("labs/{directory}/{path}"),
            &String::from_utf8(bytes).unwrap(),
        );
    }
}

#[test]
fn a_fresh_clone_says_where_to_begin() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab fresh");
    let expected = "Private Heap

> 1  Numbers       not started   2 tasks, about 1 hour
  2  More numbers  not started   1 task, about 1 hour

Next: task 1.1  twice
  read   01-first.html#task-1-1   (cargo book)
  write  labs/01-first/src/lib.rs:10
  test   cargo lab test 1.1
  stuck  cargo lab hint 1.1
";
    assert_eq!(lab(&fixture, &[]), (0, expected.into()));
    assert_eq!(lab(&fixture, &["status"]), (0, expected.into()));
    let (code, said) = lab(&fixture, &["test"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("  1.1   twice  not started\n  1.2   sums   not started\n"),
        "{said}"
    );
    assert!(
        !said.contains("----"),
        "an untouched task is no failure to read about: {said}"
    );
}

#[test]
fn a_task_goes_from_not_started_to_failing_to_done() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab loop");
    let (code, said) = lab(&fixture, &["test", "1.1"]);
    assert_eq!(code, 1);
    assert!(said.contains("  not started  doubles\n"), "{said}");

    let file = "labs/01-first/src/lib.rs";
    fixture.edit(file, &todo(&fixture, file, "1.1"), "number * 3");
    let (code, said) = lab(&fixture, &["test", "1.1"]);
    assert_eq!(code, 1);
    let expected = "task 1.1  twice
  FAILED       doubles

---- task_1_1_doubles ----
  double(21): expected 42, found 63

0 of 1 test passed.   Stuck? cargo lab hint 1.1
";
    assert!(said.ends_with(expected), "{said}");
    let (_, said) = lab(&fixture, &[]);
    assert!(
        said.contains("> 1  Numbers       begun         0 of 2 tasks\n"),
        "{said}"
    );
    assert!(
        said.contains(&format!("\n  write  {file}\n")),
        "the file of the task whose todo! is gone: {said}"
    );
    assert!(
        said.contains("  1.1   twice  failing       0 of 1 test pass\n"),
        "{said}"
    );

    fixture.edit(file, "number * 3", "number * 2");
    let (code, said) = lab(&fixture, &["test", "1.1"]);
    assert_eq!(code, 0);
    assert!(
        said.contains("Task 1.1 is done: 1 test passed.\nNext: task 1.2  sums\n"),
        "{said}"
    );
    let (_, said) = lab(&fixture, &[]);
    assert!(
        said.contains("> 1  Numbers       begun         1 of 2 tasks\n"),
        "{said}"
    );
    assert!(
        said.contains("Next: task 1.2  sums\n") && said.contains("labs/01-first/src/sums.rs:7\n"),
        "{said}"
    );
}

#[test]
fn a_lab_stands_on_what_passes_and_says_so() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab footing");
    solve(&fixture, "02-second");
    let stands_in = "so the reference's first stands in for it here.";
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert!(
        said.contains(&format!("Your lab 1 (first) is not started, {stands_in}")),
        "{said}"
    );
    assert!(
        code == 0 && said.contains("Lab 2 is done: 1 test passed.\n"),
        "{said}"
    );

    solve_1_1(&fixture);
    let (code, said) = lab(&fixture, &["test", "2.1"]);
    assert!(
        said.contains(&format!(
            "Your lab 1 (first) passes 1 of 2 tasks, {stands_in}"
        )),
        "{said}"
    );
    assert_eq!(code, 0);

    fixture.edit("labs/01-first/src/lib.rs", "number + number", "number +");
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert!(
        said.contains(&format!("Your lab 1 (first) does not compile, {stands_in}")),
        "{said}"
    );
    assert_eq!(code, 0);

    solve(&fixture, "01-first");
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert!(code == 0 && !said.contains("stands in"), "{said}");
    // What was found before is not believed of other sources.
    fixture.edit("labs/01-first/src/lib.rs", "number + number", "number");
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert!(code == 0 && said.contains(stands_in), "{said}");
    solve(&fixture, "01-first");
    let (_, said) = lab(&fixture, &[]);
    assert!(
        said.ends_with("Every task of every lab is done.\n"),
        "{said}"
    );
    let (_, said) = lab(&fixture, &["test"]);
    assert_eq!(said, "Every task of every lab is done.\n");
}

const EXAMPLE: &str = r#"
fn main() {
    let numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let Ok(numbers) = numbers.collect::<Result<Vec<_>, _>>() else {
        std::process::exit(3)
    };
    let beside = include_str!("../tests/second.rs").len() > 0 && include_str!("../beside.py") == "1";
    println!("{:?} {beside}", numbers.iter().map(|&n| second::quadruple(n)).collect::<Vec<_>>());
}
"#;

#[test]
fn an_example_runs_on_what_passes() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab run");
    fixture.write("labs/02-second/examples/four.rs", EXAMPLE);
    fixture.write("labs/02-second/beside.py", "1");
    solve(&fixture, "02-second");
    let stands_in = "so the reference's first stands in for it here.\n";
    for arguments in [
        &["run", "four", "2", "3"][..],
        &["run", "four", "--", "2", "3"],
    ] {
        let (code, said) = lab(&fixture, arguments);
        assert_eq!(code, 0, "{said}");
        assert!(
            said.ends_with(&format!("{stands_in}[8, 12] true\n")),
            "{said}"
        );
    }
    assert_eq!(lab(&fixture, &["run", "four", "-x"]).0, 1);
    let (code, said) = lab(&fixture, &["run", "five"]);
    let expected = "cargo lab: there is no example `five`. The examples are:\n  four  (lab 2)\n";
    assert_eq!((code, said.as_str()), (2, expected));

    solve(&fixture, "01-first");
    let (code, said) = lab(&fixture, &["run", "four", "2"]);
    assert_eq!((code, said.as_str()), (0, "[8] true\n"));

    fixture.write("labs/02-second/src/lib.rs", "//! Mine.\nfn (");
    let (code, said) = lab(&fixture, &["run", "four", "2"]);
    let last = "`second` does not compile (1 error), so the example was not run.\n";
    assert!(code == 1 && said.ends_with(last), "{said}");
}

#[test]
fn a_lab_that_passes_shows_what_it_has_to_show() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab closing");
    let manifest = fixture.read("labs/02-second/Cargo.toml");
    let closing = "\n[[test]]\nname = \"figures\"\nharness = false\n";
    fixture.write("labs/02-second/Cargo.toml", &(manifest + closing));
    fixture.edit(
        "labs/02-second/lab.toml",
        "hours = 1\n",
        "hours = 1\nclosing = \"figures\"\n",
    );
    fixture.write(
        "labs/02-second/tests/figures.rs",
        "fn main() { println!(\"\\nfour times 5: {}\", second::quadruple(5)); }",
    );
    let figures = "\nfour times 5: 20\n";
    let (_, said) = lab(&fixture, &["test", "2"]);
    assert!(!said.contains("four times 5"), "it does not pass: {said}");
    solve(&fixture, "02-second");
    // On the reference's lab 1, and then on the learner's own.
    for _ in 0..2 {
        let (code, said) = lab(&fixture, &["test", "2"]);
        assert_eq!(code, 0);
        assert!(
            said.ends_with(&format!("Lab 2 is done: 1 test passed.\n{figures}")),
            "{said}"
        );
        let (_, said) = lab(&fixture, &["test", "2.1"]);
        assert!(!said.contains("four times 5"), "one task: {said}");
        solve(&fixture, "01-first");
    }
    fixture.write("labs/02-second/tests/figures.rs", "fn main() { no }");
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert!(
        code == 0 && said.ends_with("Lab 2 is done: 1 test passed.\n"),
        "{said}"
    );
}

#[test]
fn what_comes_next_is_the_next_task_that_is_not_known_to_pass() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab next");
    solve(&fixture, "01-first");
    let (_, said) = lab(&fixture, &["test", "1.1"]);
    let written = "Next: task 1.2  sums\n  it is written; test it: cargo lab test 1.2\n";
    assert!(said.ends_with(written), "{said}");
    let (_, said) = lab(&fixture, &["test", "1"]);
    let done = "Lab 1 is done: 3 tests passed.\nNext: task 2.1";
    assert!(said.contains(done), "{said}");
    let (_, said) = lab(&fixture, &["test", "1.1"]);
    assert!(
        said.ends_with("Next: all tests of the lab: cargo lab test 1\n"),
        "{said}"
    );
}

#[test]
fn with_heap_show_what_passing_tests_print_is_shown() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab show");
    solve(&fixture, "01-first");
    fixture.write(
        "labs/01-first/tests/first.rs",
        "#[test] fn task_1_1_doubles() { println!(\"HEAP_SHOW is {:?}\", std::env::var(\"HEAP_SHOW\").is_ok()); }",
    );
    let (_, said) = lab(&fixture, &["test", "1.1"]);
    assert!(!said.contains("HEAP_SHOW"), "{said}");
    let (code, said) = lab_showing(&fixture, &["test", "1.1"], Some("1"));
    let shown = "---- task_1_1_doubles (passed) ----\nHEAP_SHOW is true\n";
    assert!(code == 0 && said.contains(shown), "{said}");
    let (_, said) = lab_showing(&fixture, &["test", "1.1"], Some("0"));
    assert!(!said.contains("HEAP_SHOW"), "{said}");
}

#[test]
fn a_lab_that_does_not_compile_shows_rustcs_own_words() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab error");
    solve_1_1(&fixture);
    fixture.edit(
        "labs/01-first/src/lib.rs",
        "number + number",
        "number + nubmer",
    );
    for arguments in [&["test", "1"][..], &[]] {
        let (_, said) = lab(&fixture, arguments);
        assert!(
            said.contains("error[E0425]: cannot find value `nubmer`"),
            "{said}"
        );
        assert!(
            said.contains("--> labs/01-first/src/lib.rs:10:14"),
            "{said}"
        );
        assert!(
            said.contains("`first` does not compile (1 error), so no test was run."),
            "{said}"
        );
    }
    assert_eq!(lab(&fixture, &["test", "1"]).0, 1);
    // The same where the lab stands on the reference, and without a trace of the stage.
    fixture.write("labs/02-second/src/lib.rs", "//! Mine.\nfn (");
    let (code, said) = lab(&fixture, &["test", "2"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("--> labs/02-second/src/lib.rs:2:") && !said.contains("CANARY"),
        "{said}"
    );
}

#[test]
fn hints_come_one_at_a_time_and_leave_no_trace_in_git() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab hint");
    let before = files(&fixture);
    let hint = |arguments: &[&str]| lab(&fixture, arguments).1;
    let first =
        "task 1.2  sums\n\nhint 1 of 3\n  Count.\n\nStill stuck? Ask again: cargo lab hint 1.2\n";
    assert_eq!(hint(&["hint", "1.2"]), first);
    let said = hint(&["hint", "1.2", "--more"]);
    assert!(
        said.contains("hint 2 of 3\n  Add while you count.\n") && !said.contains("hint 1 of"),
        "{said}"
    );
    let said = hint(&["hint", "1.2"]);
    assert!(
        said.contains("hint 3 of 3\n  A loop:\n\n      for number in 1..=last\n"),
        "{said}"
    );
    assert!(said.contains("That was the last hint."), "{said}");
    let said = hint(&["hint", "1.2"]);
    assert!(
        said.contains("hint 1 of 3") && said.contains("hint 3 of 3"),
        "{said}"
    );
    let said = hint(&["hint", "1.1", "--all"]);
    assert!(
        said.contains("hint 1 of 3") && said.contains("hint 3 of 3"),
        "{said}"
    );
    assert!(hint(&["hint"]).starts_with("task 1.1  twice\n"));
    assert_eq!(files(&fixture), before);
}

/// All files that git would see.
fn files(fixture: &Fixture) -> engine::Files {
    let mut files = engine::read_tree(&fixture.root, "").unwrap();
    files.retain(|path, _| !path.starts_with("target/"));
    files
}

#[test]
fn a_wrong_name_gets_the_right_ones() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab names");
    let error = |arguments: &[&str]| {
        let (code, said) = lab(&fixture, arguments);
        assert_eq!(code, 2, "{said}");
        said
    };
    let labs = "The labs are:\n  1  first\n  2  second\n";
    assert_eq!(
        error(&["test", "pools"]),
        format!("cargo lab: there is no lab `pools`. {labs}")
    );
    assert_eq!(
        error(&["hint", "7.1"]),
        format!(
            "cargo lab: there is no lab `7`. {labs}The labs with other numbers are not out yet.\n"
        )
    );
    let tasks = "The tasks of lab 1 are:\n  1.1  twice\n  1.2  sums\n";
    assert_eq!(
        error(&["test", "1.9"]),
        format!("cargo lab: there is no task 1.9. {tasks}")
    );
    assert!(error(&["hint", "one"]).starts_with("cargo lab: `one` is no task; a task is"));
    let said = Command::new(env!("CARGO_BIN_EXE_lab"))
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).starts_with("cargo lab: no course here"));
}

#[test]
fn without_cargo_it_says_where_to_get_it() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab no cargo");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command
        .args(["test", "1"])
        .current_dir(&fixture.root)
        .env("CARGO", "no-such-cargo");
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(2));
    let said = String::from_utf8_lossy(&stderr);
    assert!(
        said.starts_with("cargo lab: cargo cannot be started")
            && said.contains("https://rustup.rs"),
        "{said}"
    );
}

#[test]
fn the_legend_names_the_signs_of_pictures() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "lab legend");
    let (code, said) = lab(&fixture, &["legend"]);
    assert_eq!(code, 0);
    for sign in [
        "──▶",
        "┄▶",
        "◀",
        "└",
        "░ free",
        "✗ freed",
        "? unreached",
        "? type not known",
        "\n!  ",
    ] {
        assert!(said.contains(sign), "{sign}: {said}");
    }
    assert!(
        said.lines().all(|line| line.chars().count() <= 100),
        "{said}"
    );
}
