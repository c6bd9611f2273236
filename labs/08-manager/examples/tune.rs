//! What thresholds cost the service of task 8.14, one setting or several:
//!
//! ```text
//! cargo run -p manager --example tune -- 700 10 10
//! cargo run -p manager --example tune -- 500 10 10  100 10 10
//! ```

#[path = "../tests/manager/measure.rs"]
mod measure;

use std::process::ExitCode;

use measure::{CPYTHON, Cost, cost, table};
use memory::watch::Violation;

const USAGE: &str = "three thresholds are expected, or several times three: \
                     cargo run -p manager --example tune -- 700 10 10";

/// The example itself. It has a name of its own so that it can run on the reference too.
pub(crate) fn main() -> ExitCode {
    match settings().and_then(|settings| run(&settings)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Vec<[u64; 3]>, String> {
    let numbers = std::env::args().skip(1).map(|text| {
        let number = text.trim_end_matches(',').parse::<u64>();
        number.map_err(|_| format!("`{text}` is no number; {USAGE}"))
    });
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>()?;
    let (all, rest) = numbers.as_chunks::<3>();
    match all.is_empty() || !rest.is_empty() {
        true => Err(USAGE.to_owned()),
        false => Ok(all.to_vec()),
    }
}

fn run(settings: &[[u64; 3]]) -> Result<String, String> {
    let cpython = run_one(CPYTHON)?;
    let mut rows = Vec::new();
    for &thresholds in settings.iter().filter(|&&thresholds| thresholds != CPYTHON) {
        rows.push((thresholds, run_one(thresholds)?));
    }
    let mut text = table(&cpython, &rows);
    for ([first, second, third], cost) in rows {
        let misses = cost.misses(&cpython.goal());
        let verdict = match misses.is_empty() {
            true => "meets all goals".to_owned(),
            false => format!("too much: {}", misses.join(", ")),
        };
        text.push_str(&format!("\n{first}, {second}, {third}  {verdict}"));
    }
    Ok(text)
}

/// A fault that the watch sees ends the run without a word: it is said here.
fn run_one(thresholds: [u64; 3]) -> Result<Cost, String> {
    let cost = std::panic::catch_unwind(|| cost(thresholds)).map_err(|payload| match payload
        .downcast_ref::<Violation>(
    ) {
        Some(violation) => violation.0.to_string(),
        None => "the manager panicked".to_owned(),
    })?;
    cost.map_err(|error| format!("the service with {thresholds:?}: {error}"))
}
