//! A tiny run of the benchmark of whole programs.
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;

use bench::edge::{Options, Programs, run};
use bench::json::{Measurement, find};
use clap::Parser as _;

fn programs() -> Programs {
    [
        ("reference", env!("CARGO_BIN_EXE_edge-reference").into()),
        ("system", env!("CARGO_BIN_EXE_edge-system").into()),
        ("mimalloc", env!("CARGO_BIN_EXE_edge-mimalloc").into()),
    ]
}

#[test]
fn a_tiny_run_writes_a_flat_array() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let library = directory.join("tiny-library");
    fs::create_dir_all(&library).unwrap();
    fs::write(
        library.join("os.py"),
        "def f(x):\n    return [x, x]\nprint(f(1))\n",
    )
    .unwrap();
    let json = directory.join("edge.json");
    let options = Options::parse_from([
        "edge",
        "--only=edge/parse",
        "--reps=1",
        &format!("--library={}", library.display()),
        &format!("--json={}", json.display()),
    ]);
    run(&options, &programs()).unwrap();
    let all: Vec<Measurement> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    for workload in ["edge/parse", "edge/parse-8"] {
        for subject in ["reference", "system", "mimalloc"] {
            let peak = find(&all, workload, subject, "peak_resident_bytes");
            assert!(
                peak.is_some_and(|bytes| bytes > 1e5),
                "{workload} {subject}"
            );
        }
    }
}

#[test]
fn a_folder_that_is_not_there() {
    let options =
        Options::parse_from(["edge", "--only=edge/parse", "--library=nowhere", "--reps=1"]);
    assert!(run(&options, &programs()).is_err());
}
