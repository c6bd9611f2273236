//! Each subject of the collector's benchmark measures a small graph, and finds all of it or nothing.
#![cfg(unix)]

use bench::collector::report::{Options, run};
use bench::collector::subject;
use clap::Parser;

fn measure(words: &[&str]) -> Result<(), String> {
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    subject::run(&words).map_err(|error| format!("{words:?}: {error:#}"))
}

#[test]
fn each_subject_measures_a_graph() {
    for subject in [
        "reference",
        "reference-fast",
        "memory",
        "gc-arena",
        "gc",
        "rust-cc",
        "bacon_rajan_cc",
        "dumpster",
    ] {
        for shape in ["ring", "random"] {
            measure(&[subject, "graph", shape, "1000", "2"]).unwrap();
        }
    }
}

#[test]
fn ours_measure_everything_else() {
    for subject in ["reference", "reference-fast"] {
        measure(&[subject, "graph", "instances", "1000", "2"]).unwrap();
        for shape in ["ring", "random", "instances"] {
            measure(&[subject, "passes", shape, "1000", "2"]).unwrap();
        }
        for kind in ["retain", "churn"] {
            measure(&[subject, "automatic", kind, "10000", "2"]).unwrap();
        }
    }
}

#[test]
fn what_cannot_be_measured_is_said_before_the_run() {
    for (option, words) in [
        ("--only=nothing", "no workload is called 'nothing'"),
        ("--subject=nobody", "no subject is called 'nobody'"),
        ("--json=/nonexistent/x", "cannot write /nonexistent/x"),
    ] {
        let options = Options::parse_from(["collector", "--quick", option]);
        let error = run(&options).unwrap_err().to_string();
        assert_eq!(error, words, "{option}");
    }
}
