//! The benchmark: what is measured, in which order, and the tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Parser;

use super::bound::bound;
use super::child::{self, Numbers, Python};
use super::graph::{Shape, power};
use super::peers::PEERS;
use super::subject::MEMORY;
use super::verdict::verdicts;
use crate::json::{self, Measurement, find};
use crate::quartiles::Quartiles;
use crate::rotation::order;
use crate::table::Table;

/// Metric: nanoseconds of CPU time for one object of the graph; the lower quartile.
pub const TIME: &str = "ns_per_object";
/// Metric: bytes by which the process has grown for one object of the graph.
pub const BYTES: &str = "bytes_per_object";

/// Measures the cycle collector beside CPython's and those of five crates.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// A short run: few rounds, graphs of at most 10^5 objects
    #[arg(long)]
    quick: bool,
    /// Graphs of 10^7 objects as well
    #[arg(long)]
    full: bool,
    /// Only workloads whose name contains this
    #[arg(long, value_name = "PART", default_value = "")]
    only: String,
    /// Only subjects whose name contains this, beside CPython 3.11; may be repeated
    #[arg(long, value_name = "PART")]
    subject: Vec<String>,
    /// Every installed CPython, not only 3.11
    #[arg(long)]
    all_pythons: bool,
    /// In how many processes each workload is measured [default: 9, 5 from 10^6 objects on, 1 for 10^7;
    /// 3 with --quick]
    #[arg(long)]
    rounds: Option<usize>,
    /// Also write the results as JSON: an array of {workload, subject, metric, value}
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// `cargo bench` passes it to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Who is measured, and how it is started.
enum Subject {
    Rust(&'static str),
    Python(Python),
}

impl Subject {
    fn name(&self) -> String {
        match self {
            Subject::Rust(name) => (*name).to_owned(),
            Subject::Python(python) => python.subject(),
        }
    }

    fn measure(&self, workload: Workload) -> Result<Numbers> {
        let arguments = workload.arguments();
        match self {
            Subject::Rust(name) => child::measure(name, &arguments),
            Subject::Python(python) => child::measure_python(python, &arguments),
        }
    }

    /// The peers have no instances, no finalizers like ours and no generations, and would need a stack
    /// of many gigabytes for a graph of 10^7 objects, along which they recurse.
    fn takes_part(&self, workload: Workload) -> bool {
        let is_peer = |name| PEERS.iter().any(|peer| peer.0 == name);
        match (self, workload) {
            (Subject::Rust(MEMORY), workload) => {
                matches!(workload, Workload::Graph(Shape::Ring, _))
            }
            (Subject::Rust(name), Workload::Graph(shape, n)) if is_peer(*name) => {
                shape != Shape::Instances && n <= 1_000_000
            }
            (Subject::Rust(name), _) => !is_peer(*name),
            (Subject::Python(_), _) => true,
        }
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Workload {
    /// Full collections of a graph of so many objects.
    Graph(Shape, usize),
    /// Its garbage, with an object that needs every pass.
    Passes(Shape, usize),
    /// So many objects made with automatic collection.
    Automatic(&'static str, usize),
}

impl Workload {
    fn name(self) -> String {
        match self {
            Workload::Graph(shape, n) => format!("{}/{}", shape.name(), power(n)),
            Workload::Passes(shape, n) => format!("{}/garbage-passes/{}", shape.name(), power(n)),
            Workload::Automatic(kind, n) => format!("{kind}/{}", power(n)),
        }
    }

    fn objects(self) -> usize {
        match self {
            Workload::Graph(_, n) | Workload::Passes(_, n) | Workload::Automatic(_, n) => n,
        }
    }

    fn arguments(self) -> Vec<String> {
        let n = self.objects();
        let (kind, name) = match self {
            Workload::Graph(shape, _) => ("graph", shape.name()),
            Workload::Passes(shape, _) => ("passes", shape.name()),
            Workload::Automatic(name, _) => ("automatic", name),
        };
        // A small graph is collected often.
        let repetitions = (2_000_000 / n).clamp(3, 20);
        let numbers = [n.to_string(), repetitions.to_string()];
        [kind.to_owned(), name.to_owned()]
            .into_iter()
            .chain(numbers)
            .collect()
    }

    /// The names of a number that was printed as `printed`: the workload's and the metric's.
    fn names(self, printed: &str) -> (String, String) {
        let n = power(self.objects());
        match (self, printed) {
            (Workload::Graph(shape, _), "alive" | "garbage") => {
                (format!("{}/{printed}/{n}", shape.name()), TIME.to_owned())
            }
            (Workload::Graph(shape, _), BYTES) => {
                (format!("{}/alive/{n}", shape.name()), BYTES.to_owned())
            }
            (Workload::Graph(..), "walk" | "touch") => {
                (format!("memory/{n}"), format!("{printed}_{TIME}"))
            }
            (Workload::Passes(..), "garbage-passes") => (self.name(), TIME.to_owned()),
            _ => (self.name(), printed.to_owned()),
        }
    }
}

impl Options {
    fn workloads(&self) -> Vec<Workload> {
        let largest = match (self.quick, self.full) {
            (true, _) => 100_000,
            (_, true) => 10_000_000,
            _ => 1_000_000,
        };
        let sizes = [10_000, 100_000, 1_000_000, 10_000_000];
        let mut all = Vec::new();
        for n in sizes.into_iter().filter(|&n| n <= largest) {
            all.extend(Shape::ALL.map(|shape| Workload::Graph(shape, n)));
            if (100_000..=1_000_000).contains(&n) {
                all.extend(Shape::ALL.map(|shape| Workload::Passes(shape, n)));
            }
        }
        let many = if self.quick { 200_000 } else { 2_000_000 };
        all.extend(["retain", "churn"].map(|kind| Workload::Automatic(kind, many)));
        all.retain(|workload| self.wants(*workload));
        all
    }

    fn wants(&self, workload: Workload) -> bool {
        let names = ["alive", "garbage", "-"].map(|printed| workload.names(printed).0);
        names.iter().any(|name| name.contains(&self.only))
    }

    fn subjects(&self) -> Vec<Subject> {
        let pythons = Python::installed().into_iter().enumerate();
        let pythons = pythons.filter(|(place, _)| *place == 0 || self.all_pythons);
        let rust = ["reference", "reference-fast", MEMORY].into_iter();
        let rust = rust.chain(PEERS.map(|peer| peer.0));
        let takes = |name: &&str| {
            self.subject.is_empty() || self.subject.iter().any(|part| name.contains(part.as_str()))
        };
        pythons
            .map(|(_, python)| Subject::Python(python))
            .chain(rust.filter(takes).map(Subject::Rust))
            .collect()
    }

    fn rounds(&self, workload: Workload) -> usize {
        let usual = match workload.objects() {
            _ if self.quick => 3,
            ..1_000_000 => 9,
            1_000_000..10_000_000 => 5,
            _ => 1,
        };
        self.rounds.unwrap_or(usual).max(1)
    }
}

/// All measurements of the same thing, under the names of the workload, the subject and the metric.
type Values = BTreeMap<(String, String, String), Vec<f64>>;

/// Measures, prints, and says which goals are reached.
///
/// # Errors
/// If no workload or subject has the wanted name, or the results cannot be written.
pub fn run(options: &Options) -> Result<()> {
    let (subjects, workloads) = (options.subjects(), options.workloads());
    ensure!(
        !workloads.is_empty(),
        "no workload is called '{}'",
        options.only
    );
    ensure!(
        (subjects.iter()).any(|subject| matches!(subject, Subject::Rust(_))),
        "no subject is called '{}'",
        options.subject.join("' or '")
    );
    if let Some(path) = &options.json {
        json::check(path)?;
    }
    for subject in &subjects {
        if let Subject::Python(python) = subject {
            let (name, path) = (python.subject(), python.path.display());
            println!("{name}: {} at {path}", python.version);
        }
    }
    if !subjects
        .iter()
        .any(|subject| matches!(subject, Subject::Python(_)))
    {
        println!("CPython is skipped: no CPython from version 3.7 on was found");
    }
    let (mut values, mut skipped) = (Values::new(), BTreeMap::new());
    for workload in workloads {
        eprintln!("{}", workload.name());
        for round in 0..options.rounds(workload) {
            for at in order(round, subjects.len()) {
                let subject = &subjects[at];
                let key = (workload.name(), subject.name());
                if !subject.takes_part(workload) || skipped.contains_key(&key) {
                    continue;
                }
                match subject.measure(workload) {
                    Ok(numbers) => note(&mut values, workload, &key.1, numbers),
                    Err(error) => {
                        skipped.insert(key, error.to_string());
                    }
                }
            }
        }
    }
    for ((workload, subject), why) in skipped {
        println!("skipped: {subject} on {workload}: {why}");
    }
    let names: Vec<String> = subjects.iter().map(Subject::name).collect();
    let all = measurements(&values);
    print_tables(&names, &all);
    if let Some(cpython) = names.iter().find(|name| name.starts_with("cpython")) {
        for verdict in verdicts(&all, cpython) {
            println!("{verdict}");
        }
    }
    match &options.json {
        Some(path) => json::write(path, &all),
        None => Ok(()),
    }
}

/// Keeps the numbers of one process. Of several collections of a graph that lives, the first is left
/// out: it may have to put the list in order.
fn note(values: &mut Values, workload: Workload, subject: &str, numbers: Numbers) {
    let mut alive = 0;
    for (printed, value) in numbers {
        alive += u32::from(printed == "alive");
        if printed == "alive" && alive == 1 {
            continue;
        }
        // What a few pages more or less would distort.
        if printed == BYTES && workload.objects() < 100_000 {
            continue;
        }
        let (workload, metric) = workload.names(&printed);
        let key = (workload, subject.to_owned(), metric);
        values.entry(key).or_default().push(value);
    }
}

/// The lower quartile of each number, as allocator results have it, and for times the median and the
/// upper quartile too.
fn measurements(values: &Values) -> Vec<Measurement> {
    let mut all = Vec::new();
    for ((workload, subject, metric), values) in values {
        let quartiles = Quartiles::of(values);
        let mut add = |metric: &str, value| {
            all.push(Measurement::new(workload, subject, metric, value));
        };
        match metric.as_str() {
            // The longest of all.
            "longest_pause_ns" => add(metric, values.iter().copied().fold(0.0, f64::max)),
            TIME => {
                add(metric, quartiles.lower);
                add(&format!("{metric}_median"), quartiles.median);
                add(&format!("{metric}_upper"), quartiles.upper);
            }
            _ => add(metric, quartiles.lower),
        }
    }
    all
}

/// The workloads in the order of their shape, what is done, and size: `1e4` sorts before `1e5`.
fn workloads_with<'a>(all: &'a [Measurement], metric: &str) -> Vec<&'a str> {
    let with = all.iter().filter(|one| one.metric == metric);
    let mut names: Vec<&str> = with.map(|one| one.workload.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn print_tables(subjects: &[String], all: &[Measurement]) {
    let titles = [
        (TIME, "CPU time per object in ns, lower quartile"),
        (BYTES, "memory per object in bytes"),
        ("collecting_ns", "all automatic collections, CPU time in ns"),
        ("longest_pause_ns", "the longest of them in any round"),
        ("collections", "how many there were"),
    ];
    for (metric, title) in titles {
        let workloads = workloads_with(all, metric);
        let taking: Vec<&String> = (subjects.iter())
            .filter(|subject| {
                let has = |workload| find(all, workload, subject, metric).is_some();
                workloads.iter().copied().any(has)
            })
            .collect();
        if taking.is_empty() {
            continue;
        }
        println!("\n# {title}\n");
        let head = [String::new()].into_iter();
        let mut table = Table::new(head.chain(taking.iter().map(|name| (*name).clone())));
        for workload in workloads {
            let cells = taking.iter().map(|subject| {
                find(all, workload, subject, metric)
                    .map_or_else(|| "-".to_owned(), |value| cell(metric, value))
            });
            table.row([workload.to_owned()].into_iter().chain(cells));
        }
        print!("{table}");
    }
    print_bounds(all);
}

fn cell(metric: &str, value: f64) -> String {
    match metric {
        TIME | BYTES => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// What the memory allows, per object in ns.
fn print_bounds(all: &[Measurement]) {
    let mut table = Table::new([
        "",
        "list walk",
        "random touch",
        "bound, ring",
        "bound, random",
    ]);
    let mut any = false;
    for workload in workloads_with(all, &format!("walk_{TIME}")) {
        let cost = |metric: &str| find(all, workload, MEMORY, &format!("{metric}_{TIME}"));
        if let (Some(walk), Some(touch)) = (cost("walk"), cost("touch")) {
            let bounds = [Shape::Ring, Shape::Random].map(|shape| bound(shape, walk, touch));
            let numbers = [Some(walk), Some(touch), bounds[0], bounds[1]];
            let cells =
                numbers.map(|value| value.map_or_else(String::new, |value| format!("{value:.1}")));
            table.row([workload.to_owned()].into_iter().chain(cells));
            any = true;
        }
    }
    if any {
        println!("\n# What the memory itself costs, per object in ns\n");
        print!("{table}");
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_workloads_and_metrics() {
        let graph = Workload::Graph(Shape::Random, 1_000_000);
        let passes = Workload::Passes(Shape::Ring, 100_000);
        let automatic = Workload::Automatic("retain", 2_000_000);
        for (workload, printed, name, metric) in [
            (graph, "alive", "random/alive/1e6", "ns_per_object"),
            (graph, "garbage", "random/garbage/1e6", "ns_per_object"),
            (
                graph,
                "bytes_per_object",
                "random/alive/1e6",
                "bytes_per_object",
            ),
            (
                passes,
                "garbage-passes",
                "ring/garbage-passes/1e5",
                "ns_per_object",
            ),
            (automatic, "ns_per_object", "retain/2e6", "ns_per_object"),
            (
                automatic,
                "longest_pause_ns",
                "retain/2e6",
                "longest_pause_ns",
            ),
        ] {
            assert_eq!(
                workload.names(printed),
                (name.to_owned(), metric.to_owned())
            );
        }
    }
}
