//! A tiny run of the whole benchmark: what it prints and writes.
#![cfg(unix)]

use std::path::PathBuf;

use bench::allocator::{Options, run};
use bench::json::{Measurement, find};
use clap::Parser;

#[test]
fn a_tiny_run_writes_a_flat_array() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (trace, json) = (directory.join("tiny.trace"), directory.join("tiny.json"));
    let lines = "a 1 48\na 2 600\nr 1 64\nr 2 0\nf 1\na 3 0\na 4 7\nf 2\n";
    std::fs::write(&trace, traces::from_text(lines).unwrap()).unwrap();
    let options = Options::parse_from([
        "allocator",
        "--only=tiny",
        "--reps=2",
        "--times-only",
        &format!("--trace={}", trace.display()),
        &format!("--json={}", json.display()),
    ]);
    run(&options).unwrap();

    let text = std::fs::read_to_string(&json).unwrap();
    let all: Vec<Measurement> = serde_json::from_str(&text).unwrap();
    for subject in [
        "reference",
        "reference-faithful",
        "mimalloc",
        "jemalloc",
        "system",
    ] {
        let time = find(&all, "trace/tiny", subject, "cpu_ns_per_op");
        assert!(time.is_some_and(|time| time > 0.0), "{subject}: {text}");
    }
    // Nothing but these four fields, for readers that are written by others.
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    for value in values {
        let mut keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["metric", "subject", "value", "workload"]);
    }
}

#[test]
fn a_trace_that_is_not_there() {
    let options = Options::parse_from(["allocator", "--trace=nowhere.trace", "--only=nowhere"]);
    let error = run(&options).unwrap_err().to_string();
    assert_eq!(error, "cannot read nowhere.trace");
}

#[test]
fn what_cannot_be_measured_is_said_before_the_run() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let huge = directory.join("huge.trace");
    std::fs::write(&huge, traces::from_text("a 1 4294967295\n").unwrap()).unwrap();
    let huge = format!("--trace={}", huge.display());
    for (option, words) in [
        ("--only=nothing", "no workload is called 'nothing'"),
        ("--subject=nobody", "no subject is called 'nobody'"),
        ("--json=/nonexistent/x", "cannot write /nonexistent/x"),
        (&huge[..], "4294967295 bytes at once"),
    ] {
        let mut command = vec!["allocator", "--quick", option];
        if !option.starts_with("--only") {
            command.push("--only=pingpong");
        }
        let options = Options::parse_from(command);
        let error = run(&options).unwrap_err().to_string();
        assert!(error.contains(words), "{option}: {error}");
    }
}
