//! Each subject of the service's benchmark runs it small, and collects when CPython does.
#![cfg(unix)]

use bench::collector::child::{Python, output};
use bench::service::manager::{self, SUBJECTS};
use bench::service::outcome::{Outcome, Size};
use bench::service::report::{Options, PROGRAM, run};
use clap::Parser;

const SMALL: Size = Size {
    requests: 6_000,
    sessions: 200,
    log: 100,
    seed: 1,
    ageing: false,
};

#[test]
fn each_subject_runs_the_service() {
    let outcomes = SUBJECTS.map(|subject| manager::run(subject, SMALL).unwrap());
    for (subject, outcome) in SUBJECTS.into_iter().zip(&outcomes) {
        let pauses = outcome.collecting_ns_by_generation;
        assert_eq!(
            pauses.iter().sum::<u64>(),
            outcome.collecting_ns,
            "{subject}"
        );
        assert!(
            outcome.longest_pause_ns >= outcome.p99_pause_ns,
            "{subject}"
        );
        assert!(outcome.collecting_ns < outcome.total_ns, "{subject}");
        assert!(outcome.collections.iter().all(|&n| n > 0), "{subject}");
    }
    // The same collections find the same.
    let [reference, fast] = outcomes;
    assert_eq!(reference.collections, fast.collections);
    assert_eq!(reference.collected, fast.collected);
    assert_eq!(reference.containers, fast.containers);
}

#[test]
fn a_service_that_ages_keeps_more() {
    let ageing = Size {
        ageing: true,
        ..SMALL
    };
    let containers = |size| manager::run("reference", size).unwrap().containers;
    assert!(containers(ageing) > containers(SMALL) + 1_000);
}

#[test]
fn cpython_collects_at_the_same_requests() {
    let mut installed = Python::installed().into_iter();
    let Some(python) = installed.find(|python| python.subject() == "cpython-3.11") else {
        println!("skipped: there is no CPython 3.11");
        return;
    };
    let text = output(python.program(PROGRAM, &SMALL.arguments())).unwrap();
    let theirs: Outcome = serde_json::from_str(&text).unwrap();
    let ours = manager::run("reference", SMALL).unwrap();
    assert_eq!(theirs.collections, ours.collections);
}

#[test]
fn what_cannot_be_measured_is_said_before_the_run() {
    for (option, words) in [
        ("--subject=nobody", "no subject is called 'nobody'"),
        ("--json=/nonexistent/x", "cannot write /nonexistent/x"),
    ] {
        let options = Options::parse_from(["service", "--quick", option]);
        let error = run(&options).unwrap_err().to_string();
        assert_eq!(error, words, "{option}");
    }
}
