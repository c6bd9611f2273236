//! What thresholds cost the service of task 8.14, one setting or several:
//!
//! ```text
//! cargo lab run tune 500 10 10
//! cargo lab run tune 500 10 10  100 10 10
//! ```
//!
//! Where an earlier lab of yours is not done, the reference's stands in for it. `cargo run -p manager
//! --example tune -- 500 10 10` takes your own labs, whatever they are.

#[path = "../tests/manager/measure.rs"]
mod measure;

use std::any::Any;
use std::process::ExitCode;

use measure::{CPYTHON, Cost, cost, table};
use memory::watch::Violation;

const USAGE: &str = "three thresholds are expected, or several times three: \
                     cargo lab run tune 500 10 10";

/// The example itself. It has a name of its own so that it can run on the reference too.
pub(crate) fn main() -> ExitCode {
    quiet_about_todo();
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

/// A fault that the watch sees ends the run without a word, and so does a task that is not done: it is
/// said here.
fn run_one(thresholds: [u64; 3]) -> Result<Cost, String> {
    let run = std::panic::catch_unwind(|| cost(thresholds));
    let cost = run.map_err(|payload| match payload.downcast_ref::<Violation>() {
        Some(violation) => violation.0.to_string(),
        None => match todo(&*payload) {
            Some(task) => not_done(task),
            None => "the manager panicked".to_owned(),
        },
    })?;
    cost.map_err(|error| format!("the service with {thresholds:?}: {error}"))
}

/// The task of a body that is still a `todo!`, if that is what a panic says.
fn todo(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = match payload.downcast_ref::<String>() {
        Some(text) => text.as_str(),
        None => payload.downcast_ref::<&str>()?,
    };
    let words = text.strip_prefix("not yet implemented: ")?;
    words.split_whitespace().next()
}

/// A `todo!` is no mistake: it needs no backtrace.
fn quiet_about_todo() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if todo(panic.payload()).is_none() {
            usual(panic);
        }
    }));
}

fn not_done(task: &str) -> String {
    match task.starts_with("8.") {
        true => {
            format!("task {task} is not done yet, and the service needs it: cargo lab test {task}")
        }
        false => format!(
            "task {task} is not done yet; with the reference in its place: cargo lab run tune 500 10 10"
        ),
    }
}
