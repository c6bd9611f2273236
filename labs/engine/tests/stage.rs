//! Stages: whose code is built, and the proof that it is that code.

mod support;

use std::fs::File;
use std::time::SystemTime;

use engine::build::Build;
use engine::course::Place;
use engine::run::{Limits, TestRun, Tests};
use engine::stage::{Stage, Staged};
use engine::starter::{learners, reference};
use engine::verdict::Verdict;
use support::{Fixture, place, stage};

fn run_all(stage: &Stage, staged: &Staged, build: &Build) -> Vec<TestRun> {
    let executable = build
        .executable
        .as_deref()
        .unwrap_or_else(|| panic!("{:?}", build.errors));
    let directory = stage.directory(staged);
    let tests = Tests {
        executable,
        directory: &directory,
        limits: Limits::default(),
    };
    tests.run(&tests.list().unwrap(), 2, &|_| {}).unwrap()
}

fn passed(runs: &[TestRun]) -> Vec<&str> {
    runs.iter()
        .filter(|run| run.verdict == Verdict::Passed)
        .map(|run| run.function())
        .collect()
}

#[test]
fn each_lab_comes_from_where_it_was_chosen_and_the_stage_follows_every_change() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "stage");
    let course = fixture.course();
    let second = place(&course, "second");
    let mut stage = stage(&course);
    let mixed = |reference_first: bool, reference_second: bool| {
        let course = &course;
        move |place: &Place| {
            let is_reference = if place.package == "first" {
                reference_first
            } else {
                reference_second
            };
            if is_reference {
                reference(&course.root, place)
            } else {
                learners(&course.root, place)
            }
        }
    };
    for (first_is_reference, second_is_reference, expected) in [
        (true, true, &["task_2_1_quadruples"][..]),
        (true, false, &[]),
        (false, true, &[]),
        (true, true, &["task_2_1_quadruples"]),
    ] {
        let staged = stage
            .fill(
                &course,
                &second,
                &mixed(first_is_reference, second_is_reference),
            )
            .unwrap();
        let build = stage.build(&staged, &|_| {}).unwrap();
        let runs = run_all(&stage, &staged, &build);
        assert_eq!(runs.len(), 1, "the canary is no test of the lab");
        assert_eq!(
            passed(&runs),
            expected,
            "{first_is_reference} {second_is_reference}: {:?}",
            runs[0]
        );
    }
}

#[test]
fn a_build_of_other_sources_is_found_out() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "canary");
    let course = fixture.course();
    let first = place(&course, "first");
    let mut stage = stage(&course);
    let staged = stage
        .fill(&course, &first, &|place| reference(&course.root, place))
        .unwrap();
    let build = stage.build(&staged, &|_| {}).unwrap();
    assert_eq!(passed(&run_all(&stage, &staged, &build)).len(), 3);
    // Another student's files, with the modification times of long ago that an archive would give them.
    let staged = stage
        .fill(&course, &first, &|place| learners(&course.root, place))
        .unwrap();
    for file in ["src/lib.rs", "src/sums.rs", "tests/first.rs", "Cargo.toml"] {
        let file = File::options()
            .append(true)
            .open(stage.directory(&staged).join(file))
            .unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    let error = stage.build(&staged, &|_| {}).unwrap_err().to_string();
    assert!(
        error.contains("was not built from the staged sources of `first`"),
        "{error}"
    );
}

#[test]
fn warnings_and_errors_come_with_their_package_and_place() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "messages");
    let course = fixture.course();
    let first = place(&course, "first");
    let mut stage = stage(&course);
    fixture.edit(
        "labs/01-first/src/lib.rs",
        "mod sums;",
        "mod sums;\npub struct Undocumented;",
    );
    let staged = stage
        .fill(&course, &first, &|place| learners(&course.root, place))
        .unwrap();
    for _ in 0..2 {
        let build = stage.build(&staged, &|_| {}).unwrap();
        let [warning] = build.warnings.as_slice() else {
            panic!("{:?}", build.warnings)
        };
        assert_eq!(warning.package, "first");
        assert!(
            warning.text.contains("missing documentation for a struct"),
            "{}",
            warning.text
        );
        assert!(build.errors.is_empty());
    }
    fixture.edit(
        "labs/01-first/src/lib.rs",
        "pub struct Undocumented;",
        "fn (",
    );
    let staged = stage
        .fill_plain(&course, &first, &|place| learners(&course.root, place))
        .unwrap();
    let build = stage.build(&staged, &|_| {}).unwrap();
    assert_eq!(build.executable, None);
    assert_eq!(build.errors[0].package, "first");
    assert!(
        build.errors[0].text.contains("01-first/src/lib.rs"),
        "{}",
        build.errors[0].text
    );
    assert!(
        !build.errors[0].text.contains("CANARY"),
        "{}",
        build.errors[0].text
    );
}

#[test]
fn a_lab_without_tests_file_is_named() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "no tests");
    fixture.remove("labs/01-first/tests/first.rs");
    let course = fixture.course();
    let error = stage(&course).fill(&course, &place(&course, "first"), &|place| {
        learners(&course.root, place)
    });
    assert_eq!(
        error.unwrap_err().to_string(),
        "labs/01-first/tests/first.rs: is missing"
    );
}

#[test]
fn a_file_that_is_gone_is_not_staged_any_more() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "gone");
    let course = fixture.course();
    let second = place(&course, "second");
    let mut stage = stage(&course);
    fixture.write("labs/01-first/src/more.rs", "//! More.\n");
    let own = |place: &Place| learners(&course.root, place);
    let staged = stage.fill(&course, &second, &own).unwrap();
    let labs = stage.directory(&staged).parent().unwrap().to_owned();
    assert!(labs.join("01-first/src/more.rs").exists());
    assert!(labs.join("exam/src/lib.rs").exists());
    fixture.remove("labs/01-first/src/more.rs");
    stage.fill(&course, &second, &own).unwrap();
    assert!(!labs.join("01-first/src/more.rs").exists());
    // Another lab needs less.
    stage.fill(&course, &place(&course, "first"), &own).unwrap();
    assert!(!labs.join("02-second").join("src/lib.rs").exists());
}

/// A later lab may have an earlier one's tests in a module of its own, from where they are.
#[test]
fn a_lab_can_run_an_earlier_labs_tests_once_more() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "earlier");
    let tests = fixture.read("labs/02-second/tests/second.rs");
    let earlier = "#[path = \"../../01-first/tests/first.rs\"]\nmod task_2_1_earlier;\n";
    fixture.write("labs/02-second/tests/second.rs", &(tests + earlier));
    let course = fixture.course();
    let second = place(&course, "second");
    let mut stage = stage(&course);
    let staged = stage
        .fill(&course, &second, &|place| reference(&course.root, place))
        .unwrap();
    let build = stage.build(&staged, &|_| {}).unwrap();
    let runs = run_all(&stage, &staged, &build);
    assert_eq!(passed(&runs).len(), 4);
    let tasks = runs.iter().filter_map(|run| run.task);
    assert!(tasks.map(|task| task.to_string()).all(|task| task == "2.1"));
}
