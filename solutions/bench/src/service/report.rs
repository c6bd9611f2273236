//! The benchmark: the runs in their order, the table, the verdicts.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;

use super::manager::{self, SUBJECTS};
use super::outcome::{Outcome, Size};
use super::verdict::verdicts;
use crate::collector::child::{Python, output, this_program};
use crate::json::{self, Measurement};
use crate::quartiles::Quartiles;
use crate::rotation::order;
use crate::table::Table;

/// The name of the workload.
pub const SERVICE: &str = "service/steady";
/// The name of the workload that grows slower with its age.
pub const AGEING: &str = "service/ageing";

/// Measures the whole manager beside CPython, with a service in miniature.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// A short run: seconds, and a tenth of the objects
    #[arg(long)]
    quick: bool,
    /// A minute for each run of CPython
    #[arg(long)]
    full: bool,
    /// How many requests a run answers
    #[arg(long)]
    requests: Option<u64>,
    /// How many sessions it keeps
    #[arg(long)]
    sessions: Option<u64>,
    /// The service that forgets something, and grows slower with its age
    #[arg(long)]
    ageing: bool,
    /// Only subjects whose name contains this, beside CPython 3.11; may be repeated
    #[arg(long, value_name = "PART")]
    subject: Vec<String>,
    /// How often each subject runs [default: 3]
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Also write the results as JSON: an array of {workload, subject, metric, value}
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// `cargo bench` passes it to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    fn size(&self) -> Size {
        let (requests, sessions) = match (self.quick, self.full) {
            (true, _) => (60_000, 3_000),
            (_, true) => (2_000_000, 30_000),
            _ => (700_000, 30_000),
        };
        Size {
            requests: self.requests.unwrap_or(requests),
            sessions: self.sessions.unwrap_or(sessions).max(1),
            log: 10_000,
            seed: 1,
            ageing: self.ageing,
        }
    }

    fn subjects(&self) -> Vec<Subject> {
        let takes = |name: &&str| {
            self.subject.is_empty() || self.subject.iter().any(|part| name.contains(part.as_str()))
        };
        let python = Python::installed().into_iter().next().map(Subject::Python);
        let reference = SUBJECTS.into_iter().filter(takes).map(Subject::Reference);
        python.into_iter().chain(reference).collect()
    }
}

/// Who runs the service.
enum Subject {
    Reference(&'static str),
    Python(Python),
}

impl Subject {
    fn name(&self) -> String {
        match self {
            Subject::Reference(name) => (*name).to_owned(),
            Subject::Python(python) => python.subject(),
        }
    }

    fn run(&self, size: Size) -> Result<Outcome> {
        let arguments = size.arguments();
        let command = match self {
            Subject::Reference(name) => this_program(name, &arguments)?,
            Subject::Python(python) => python.program(PROGRAM, &arguments),
        };
        let text = output(command).with_context(|| self.name())?;
        serde_json::from_str(&text).with_context(|| format!("{} printed {text}", self.name()))
    }
}

/// The service in Python.
pub const PROGRAM: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../labs/08-manager/service.py"
);

/// One run in this process, which is a child: `SUBJECT REQUESTS SESSIONS LOG SEED [--ageing]`.
///
/// # Errors
/// Those of [`manager::run`].
pub fn child(arguments: &[String]) -> Result<()> {
    let [subject, size @ ..] = arguments else {
        bail!("who is to run?");
    };
    let size = Size::parse(size).with_context(|| format!("no such size: {size:?}"))?;
    let outcome = manager::run(subject, size)?;
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

/// Measures, prints, and says which goals are reached.
///
/// # Errors
/// If no subject has the wanted name, a run fails, or the results cannot be written.
pub fn run(options: &Options) -> Result<()> {
    let (subjects, size) = (options.subjects(), options.size());
    ensure!(
        (subjects.iter()).any(|subject| matches!(subject, Subject::Reference(_))),
        "no subject is called '{}'",
        options.subject.join("' or '")
    );
    if let Some(path) = &options.json {
        json::check(path)?;
    }
    match subjects.first() {
        Some(Subject::Python(python)) => {
            let (name, path) = (python.subject(), python.path.display());
            println!("{name}: {} at {path}", python.version);
        }
        _ => println!("CPython is skipped: no CPython from version 3.7 on was found"),
    }
    println!("{} requests, {} sessions", size.requests, size.sessions);
    let mut outcomes = vec![Vec::new(); subjects.len()];
    for round in 0..options.rounds.max(1) {
        for at in order(round, subjects.len()) {
            eprintln!("{}, round {}", subjects[at].name(), round + 1);
            outcomes[at].push(subjects[at].run(size)?);
        }
    }
    let names: Vec<String> = subjects.iter().map(Subject::name).collect();
    let workload = if size.ageing { AGEING } else { SERVICE };
    let mut all = Vec::new();
    for (name, outcomes) in names.iter().zip(&outcomes) {
        all.extend(measurements(workload, name, outcomes));
    }
    print_table(&names, &all);
    if let Some(cpython) = names.iter().find(|name| name.starts_with("cpython")) {
        for verdict in verdicts(&all, workload, cpython) {
            println!("{verdict}");
        }
    }
    match &options.json {
        Some(path) => json::write(path, &all),
        None => Ok(()),
    }
}

/// The numbers of all runs of one subject: of each the lower quartile. Also of the longest pause: each run
/// has its own longest, at about the same request.
#[must_use]
pub fn measurements(workload: &str, subject: &str, outcomes: &[Outcome]) -> Vec<Measurement> {
    METRICS
        .into_iter()
        .map(|(metric, _, number)| {
            let values: Vec<f64> = outcomes.iter().map(|one| number(one) as f64).collect();
            let lower = Quartiles::of(&values).lower;
            Measurement::new(workload, subject, metric, lower)
        })
        .collect()
}

/// How a number is printed.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
    Mebibytes,
    Number,
}

type Metric = (&'static str, (&'static str, Unit), fn(&Outcome) -> u64);

/// All numbers: their names, their titles, and where they stand.
const METRICS: [Metric; 17] = {
    use Unit::{Mebibytes, Milliseconds, Number, Seconds};
    [
        ("total_ns", ("all requests, s", Seconds), |one| one.total_ns),
        ("collecting_ns", ("all collections, s", Seconds), |one| {
            one.collecting_ns
        }),
        ("collecting_ns_0", ("of generation 0, s", Seconds), |one| {
            one.collecting_ns_by_generation[0]
        }),
        ("collecting_ns_1", ("of generation 1, s", Seconds), |one| {
            one.collecting_ns_by_generation[1]
        }),
        ("collecting_ns_2", ("full, s", Seconds), |one| {
            one.collecting_ns_by_generation[2]
        }),
        (
            "longest_pause_ns",
            ("longest pause, ms", Milliseconds),
            |one| one.longest_pause_ns,
        ),
        (
            "p99_pause_ns",
            ("99th percentile, ms", Milliseconds),
            |one| one.p99_pause_ns,
        ),
        ("collections", ("collections", Number), |one| {
            one.collections.iter().sum()
        }),
        ("collections_0", ("of generation 0", Number), |one| {
            one.collections[0]
        }),
        ("collections_1", ("of generation 1", Number), |one| {
            one.collections[1]
        }),
        ("collections_2", ("full", Number), |one| one.collections[2]),
        ("collected", ("objects collected", Number), |one| {
            one.collected.iter().sum()
        }),
        ("collected_2", ("by full ones", Number), |one| {
            one.collected[2]
        }),
        ("containers", ("tracked at the end", Number), |one| {
            one.containers
        }),
        (
            "peak_resident_bytes",
            ("peak memory, MiB", Mebibytes),
            |one| one.peak_resident_bytes,
        ),
        (
            "startup_resident_bytes",
            ("at start-up, MiB", Mebibytes),
            |one| one.startup_resident_bytes,
        ),
        (
            "peak_less_startup_bytes",
            ("peak less start-up, MiB", Mebibytes),
            |one| one.peak_resident_bytes - one.startup_resident_bytes,
        ),
    ]
};

fn print_table(subjects: &[String], all: &[Measurement]) {
    let head = [String::new()].into_iter().chain(subjects.iter().cloned());
    let mut table = Table::new(head);
    for (metric, (title, unit), _) in METRICS {
        let cell = |subject: &String| {
            let mut numbers = all.iter();
            let one = numbers.find(|one| one.metric == metric && one.subject == *subject);
            let value = one.map_or(0.0, |one| one.value);
            match unit {
                Unit::Seconds => format!("{:.2}", value / 1e9),
                Unit::Milliseconds => format!("{:.2}", value / 1e6),
                Unit::Mebibytes => format!("{:.1}", value / f64::from(1 << 20)),
                Unit::Number => format!("{value:.0}"),
            }
        };
        table.row(
            [title.to_owned()]
                .into_iter()
                .chain(subjects.iter().map(cell)),
        );
    }
    println!("\n# The service in miniature; times are CPU time, lower quartile of the runs\n");
    println!("{table}");
}
