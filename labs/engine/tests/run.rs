//! What becomes of tests that do not simply pass or fail.
#![cfg(unix)]

mod support;

use std::time::{Duration, Instant};

use engine::run::{Limits, TestRun, Tests};
use engine::starter::reference;
use engine::verdict::Verdict;
use support::{Fixture, place, stage};

const BEHAVIOURS: &str = r#"
use std::{process, thread, time::Duration};
#[test] fn task_1_1_passes() { println!("a secret of a passed test"); }
#[test] fn task_1_1_fails() { println!("  expected  1"); eprintln!("found 2"); println!("the end"); panic!("at last"); }
#[test] fn task_1_2_is_not_started() { exam::run(|| todo!("1.2 write it")); }
#[test] fn exits_with_zero() { process::exit(0); }
#[test] fn lies_and_exits() { println!("test lies_and_exits ... ok"); process::exit(0); }
#[test] fn exits_with_three() { process::exit(3); }
#[test] fn aborts() { println!("last words"); process::abort(); }
#[test] fn overflows_its_stack() { fn deep(n: u64) -> u64 { if n == 0 { 0 } else { deep(n + 1) + std::hint::black_box(n) } } println!("{}", deep(1)); }
#[test] fn floods() { loop { println!("{}", "x".repeat(100)); } }
#[test] fn asks_for_too_much() { println!("{}", std::hint::black_box(vec![0u8; 16 << 30]).len()); }
#[test] fn fills_memory() { let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 24]); thread::sleep(Duration::from_millis(5)); } }
#[test] fn sleeps() { thread::sleep(Duration::from_secs(600)); }
#[test] fn spins() { let mut n = 0u64; loop { n = std::hint::black_box(n + 1); } }
#[test] fn task_1_3_spins_1() { let mut n = 0u64; loop { n = std::hint::black_box(n + 1); } }
#[test] fn task_1_3_spins_2() { let mut n = 0u64; loop { n = std::hint::black_box(n + 1); } }
#[test] fn task_1_4_is_another_task() {}
#[test] #[ignore] fn is_ignored() {}
#[test] fn leaves_a_child() { println!("{}", process::Command::new("sleep").arg("600").spawn().unwrap().id()); }
"#;

fn run(runs: &[TestRun], name: &str) -> TestRun {
    runs.iter()
        .find(|run| run.name == name)
        .unwrap_or_else(|| panic!("{name}"))
        .clone()
}

#[test]
fn every_end_has_its_verdict() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "run");
    fixture.write("labs/01-first/tests/first.rs", BEHAVIOURS);
    let course = fixture.course();
    let mut stage = stage(&course);
    let staged = stage
        .fill(&course, &place(&course, "first"), &|place| {
            reference(&course.root, place)
        })
        .unwrap();
    let build = stage.build(&staged, &|_| {}).unwrap();
    let executable = build
        .executable
        .as_deref()
        .unwrap_or_else(|| panic!("{:?}", build.errors));
    let limits = Limits {
        wall: Duration::from_secs(200),
        cpu_seconds: 2,
        address_space: 8 << 30,
        resident: 200 << 20,
        output: 1 << 16,
        show: false,
    };
    let directory = stage.directory(&staged);
    let tests = Tests {
        executable,
        directory: &directory,
        limits,
    };
    let names = tests.list().unwrap();
    assert_eq!(names.len(), 18, "{names:?}");
    let begun = Instant::now();
    let all_but_one: Vec<String> = names
        .iter()
        .filter(|name| *name != "sleeps")
        .cloned()
        .collect();
    let one_by_one: Vec<String> = names
        .iter()
        .filter(|name| name.starts_with("task_1_3") || name.starts_with("task_1_4"))
        .cloned()
        .collect();
    let verdicts: Vec<Verdict> = tests
        .run(&one_by_one, 1, &|_| {})
        .unwrap()
        .into_iter()
        .map(|run| run.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::TimedOut, Verdict::NotRun, Verdict::Passed],
        "an endless loop is waited for once in each task"
    );
    let mut runs = tests.run(&all_but_one, 4, &|_| {}).unwrap();
    let impatient = Limits {
        wall: Duration::from_secs(2),
        ..limits
    };
    runs.push(
        Tests {
            limits: impatient,
            ..tests
        }
        .run_one("sleeps")
        .unwrap(),
    );
    assert!(
        begun.elapsed() < Duration::from_secs(180),
        "the processor time is what ends an endless loop"
    );
    assert_eq!(
        runs.iter().map(|run| &run.name).collect::<Vec<_>>(),
        all_but_one
            .iter()
            .chain([&"sleeps".to_owned()])
            .collect::<Vec<_>>()
    );
    let verdict = |name: &str| run(&runs, name).verdict;

    assert_eq!(verdict("task_1_1_passes"), Verdict::Passed);
    assert_eq!(verdict("task_1_1_fails"), Verdict::Failed);
    let output = run(&runs, "task_1_1_fails").output;
    assert!(
        output.starts_with("  expected  1\nfound 2\nthe end\n") && output.contains("at last"),
        "{output}"
    );
    assert!(
        !output.contains("test result") && !output.contains("failures:"),
        "{output}"
    );
    let task = engine::TaskId { lab: 1, number: 2 };
    assert_eq!(
        verdict("task_1_2_is_not_started"),
        Verdict::NotStarted { task }
    );
    assert_eq!(verdict("exits_with_zero"), Verdict::NoVerdict { code: 0 });
    assert_eq!(verdict("lies_and_exits"), Verdict::NoVerdict { code: 0 });
    assert_eq!(verdict("exits_with_three"), Verdict::NoVerdict { code: 3 });
    assert_eq!(verdict("is_ignored"), Verdict::NoVerdict { code: 0 });
    assert_eq!(verdict("aborts"), Verdict::Crashed { signal: 6 });
    assert_eq!(run(&runs, "aborts").output, "last words");
    assert_eq!(
        verdict("overflows_its_stack"),
        Verdict::Crashed { signal: 6 }
    );
    assert!(
        run(&runs, "overflows_its_stack")
            .output
            .contains("has overflowed its stack")
    );
    assert_eq!(verdict("floods"), Verdict::OutputLimit);
    let kept = run(&runs, "floods").output.len();
    assert!((1 << 15..=1 << 16).contains(&kept), "{kept}");
    assert_eq!(verdict("spins"), Verdict::TimedOut);
    assert_eq!(verdict("sleeps"), Verdict::TimedOut);
    if cfg!(target_os = "linux") {
        assert_eq!(verdict("asks_for_too_much"), Verdict::OutOfMemory);
        assert_eq!(verdict("fills_memory"), Verdict::OutOfMemory);
        assert_eq!(
            run(&runs, "fills_memory").output,
            "",
            "it was stopped before it was refused"
        );
        // Whoever adopts it may not have buried it yet.
        let pid = run(&runs, "leaves_a_child").output;
        let status = std::fs::read_to_string(format!("/proc/{}/status", pid.trim()));
        let is_over = status
            .as_ref()
            .map_or(true, |status| status.contains("State:\tZ"));
        assert!(is_over, "a child of the test lives on: {status:?}");
    }
    let child = run(&runs, "leaves_a_child");
    assert_eq!(child.verdict, Verdict::Passed);
    assert!(
        child.time < Duration::from_secs(10),
        "its child kept us waiting: {:?}",
        child.time
    );
}
