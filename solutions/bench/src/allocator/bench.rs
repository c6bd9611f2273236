//! The run: times, then memory, then instructions, then the verdicts.

use anyhow::{Result, ensure};

use crate::allocator::options::Options;
use crate::allocator::subject::Runner;
use crate::allocator::subjects::{self, Entry, NULL};
use crate::allocator::verdict::{INSTRUCTIONS, RESIDENT, TIME, UTILIZATION, verdicts};
use crate::allocator::workload::Workload;
use crate::allocator::{child, instructions, resident};
use crate::clock::cpu_ns;
use crate::json::{self, Measurement, find};
use crate::python::{self, DISTURBING, LibPython};
use crate::quartiles::{Quartiles, geomean};
use crate::rotation::order;
use crate::table::Table;

/// What the benchmark does.
///
/// # Errors
/// If a trace cannot be read, a subject not be started, or the results not be written.
pub fn run(options: &Options) -> Result<()> {
    for variable in DISTURBING {
        // SAFETY: this process has one thread.
        unsafe { std::env::remove_var(variable) };
    }
    let pythons = pythons(options);
    let mut entries = subjects::all(&pythons);
    if let Some(wanted) = &options.child {
        return child::serve(wanted, options.child_reps, &options.choice, &entries);
    }
    entries.retain(|entry| options.choice.takes(&entry.name));
    ensure!(
        !entries.is_empty(),
        "no subject is called '{}'",
        options.choice.subject.join("' or '")
    );
    if let Some(path) = &options.json {
        json::check(path)?;
    }
    match pythons.first() {
        Some(python) => println!("{}: {}", python.subject(), python.path.display()),
        None => println!(
            "skipped: CPython's own allocator; no libpython{} is installed",
            options.choice.python.as_deref().unwrap_or("3")
        ),
    }
    let cpython = pythons.first().map(LibPython::subject).unwrap_or_default();
    let workloads = options.choice.workloads()?;
    ensure!(
        !workloads.is_empty(),
        "no workload is called '{}'",
        options.choice.only
    );

    let mut results = Vec::new();
    times(&workloads, &entries, options, &cpython, &mut results)?;
    if !options.times_only {
        memory(&workloads, &entries, options, &mut results)?;
        count_instructions(&workloads, &entries, options, &mut results)?;
    }
    println!("\n# Verdicts for the reference\n");
    for verdict in verdicts(&results, &cpython) {
        println!("  {verdict}");
    }
    if let Some(path) = &options.json {
        json::write(path, &results)?;
    }
    Ok(())
}

/// The one to compare with, and with `--all-pythons` one of every other version.
fn pythons(options: &Options) -> Vec<LibPython> {
    let mut pythons: Vec<_> = python::choose(options.choice.python.as_deref())
        .into_iter()
        .collect();
    if options.choice.all_pythons {
        for python in python::installed() {
            if pythons.iter().all(|known| known.minor != python.minor) {
                pythons.push(python);
            }
        }
    }
    pythons
}

fn times(
    workloads: &[Workload],
    entries: &[Entry],
    options: &Options,
    cpython: &str,
    results: &mut Vec<Measurement>,
) -> Result<()> {
    let mut runners = Vec::new();
    for entry in entries {
        runners.push(entry.start()?);
    }
    println!("\n# CPU time per call, in ns: lower quartile, median, upper quartile\n");
    for workload in workloads {
        let rounds = timed(workload, &mut runners, options.repetitions());
        println!(
            "{}: {} calls, {:.1} MB at most",
            workload.name,
            workload.calls,
            workload.peak as f64 / 1e6
        );
        let mut lower = Vec::new();
        for (runner, times) in runners.iter().zip(&rounds) {
            let quartiles = Quartiles::of(times);
            lower.push(quartiles);
            let name = runner.name();
            results.push(Measurement::new(
                &workload.name,
                name,
                TIME,
                quartiles.lower,
            ));
        }
        let theirs = find(results, &workload.name, cpython, TIME);
        let mut table = Table::default();
        for (runner, quartiles) in runners.iter().zip(lower) {
            table.row([
                runner.name().to_owned(),
                format!("{:.2}", quartiles.lower),
                format!("{:.2}", quartiles.median),
                format!("{:.2}", quartiles.upper),
                theirs.map_or(String::new(), |theirs| {
                    format!("{:.2} of {cpython}", quartiles.lower / theirs)
                }),
            ]);
        }
        println!("{table}");
    }
    if cpython.is_empty() {
        return Ok(());
    }
    println!("# CPU time as a part of {cpython}'s\n");
    print!(
        "{}",
        matrix(results, TIME, entries, 2, |value, workload| {
            Some(value / find(results, workload, cpython, TIME)?)
        })
    );
    Ok(())
}

/// The nanoseconds per call of each subject in each round.
fn timed(workload: &Workload, runners: &mut [Box<dyn Runner>], reps: usize) -> Vec<Vec<f64>> {
    for runner in runners.iter_mut() {
        runner.prepare(workload);
        // Untimed, so that the first round is like the others.
        runner.replay(workload);
    }
    let mut rounds = vec![Vec::new(); runners.len()];
    for round in 0..reps {
        for turn in order(round, runners.len()) {
            let time = cpu_ns(|| runners[turn].replay(workload));
            rounds[turn].push(time as f64 / workload.calls as f64);
        }
    }
    rounds
}

fn memory(
    workloads: &[Workload],
    entries: &[Entry],
    options: &Options,
    results: &mut Vec<Measurement>,
) -> Result<()> {
    if resident::resident().is_none() || !resident::forget_peak() {
        println!("\nskipped: memory; it needs Linux's /proc/self/status and clear_refs");
        return Ok(());
    }
    // The other heaps say the same once more, and one block says nothing.
    let telling = |name: &str| name.starts_with("trace/") || name.starts_with("refill/");
    let mut workloads = workloads.iter().filter(|one| telling(&one.name)).peekable();
    if workloads.peek().is_none() {
        println!("\nskipped: memory; it is measured for trace/ and refill/");
        return Ok(());
    }
    for workload in workloads {
        for entry in entries.iter().filter(|entry| entry.name != NULL) {
            let used = child::memory(&workload.name, &entry.name, options)?;
            for (metric, value) in [(UTILIZATION, used.utilization), (RESIDENT, used.resident)] {
                results.push(Measurement::new(&workload.name, &entry.name, metric, value));
            }
        }
    }
    println!("\n# Utilization: peak of requested bytes over peak of memory\n");
    print!(
        "{}",
        matrix(results, UTILIZATION, entries, 3, |value, _| Some(value))
    );
    println!("\n# Resident after all is freed, MiB\n");
    print!(
        "{}",
        matrix(results, RESIDENT, entries, 2, |value, _| {
            Some(value / f64::from(1 << 20))
        })
    );
    Ok(())
}

fn count_instructions(
    workloads: &[Workload],
    entries: &[Entry],
    options: &Options,
    results: &mut Vec<Measurement>,
) -> Result<()> {
    // One is enough: the number hardly varies, and valgrind is slow.
    let chosen = workloads
        .iter()
        .find(|workload| workload.name == "trace/richards");
    let Some(workload) = chosen.filter(|_| !options.choice.quick) else {
        println!("\nskipped: instructions; they are counted on trace/richards, without --quick");
        return Ok(());
    };
    if !instructions::available() {
        println!("\nskipped: instructions; valgrind is not installed");
        return Ok(());
    }
    let null = instructions::per_call(workload, NULL, options)?;
    for entry in entries.iter().filter(|entry| entry.name != NULL) {
        let name = &entry.name;
        match instructions::per_call(workload, name, options) {
            Ok(gross) => {
                let net = gross - null;
                results.push(Measurement::new(&workload.name, name, INSTRUCTIONS, net));
            }
            // Not every peer runs under every valgrind.
            Err(error) => println!("skipped: instructions of {name}: {error:#}"),
        }
    }
    println!("\n# Instructions per call, without the {null:.1} of the loop\n");
    print!(
        "{}",
        matrix(results, INSTRUCTIONS, entries, 1, |value, _| Some(value))
    );
    Ok(())
}

/// Workloads down, subjects across, and the traces' geometric mean.
fn matrix(
    results: &[Measurement],
    metric: &str,
    entries: &[Entry],
    digits: usize,
    show: impl Fn(f64, &str) -> Option<f64>,
) -> Table {
    let names = entries.iter().map(|entry| entry.name.as_str());
    let mut table = Table::new([""].into_iter().chain(names));
    let mut workloads: Vec<&str> = Vec::new();
    for one in results.iter().filter(|one| one.metric == metric) {
        if !workloads.contains(&&*one.workload) {
            workloads.push(&one.workload);
        }
    }
    let cell = |workload: &str, entry: &Entry| {
        show(find(results, workload, &entry.name, metric)?, workload)
    };
    let number =
        |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
    for workload in &workloads {
        let cells = entries.iter().map(|entry| number(cell(workload, entry)));
        table.row([(*workload).to_owned()].into_iter().chain(cells));
    }
    let traces = || workloads.iter().filter(|name| name.starts_with("trace/"));
    if metric != RESIDENT && traces().count() > 1 {
        let mean = |entry: &Entry| {
            let values: Vec<f64> = traces().filter_map(|name| cell(name, entry)).collect();
            number((!values.is_empty()).then(|| geomean(&values)))
        };
        table.row(
            ["traces, mean".to_owned()]
                .into_iter()
                .chain(entries.iter().map(mean)),
        );
    }
    table
}
