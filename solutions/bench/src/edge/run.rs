//! All programs, on all allocators.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::allocator::verdict::Verdict;
use crate::edge::child::{self, Cost};
use crate::edge::options::Options;
use crate::json::{self, Measurement, find};
use crate::python;
use crate::quartiles::Quartiles;
use crate::rotation;
use crate::table::Table;

/// Metric: milliseconds of CPU time, the lower quartile.
pub const TIME: &str = "cpu_ms";
/// Metric: the most memory that the process had at once, the largest of all runs.
pub const PEAK: &str = "peak_resident_bytes";

/// The same program three times, by the name of the allocator that it runs on.
pub type Programs = [(&'static str, PathBuf); 3];

struct Workload {
    name: &'static str,
    args: Vec<OsString>,
}

/// Measures, prints a table, and writes the numbers where the options say.
///
/// # Errors
/// If a program fails, or the three do not print the same.
pub fn run(options: &Options, programs: &Programs) -> Result<()> {
    if let Some(path) = &options.json {
        json::check(path)?;
    }
    let out = tempfile::tempdir()?;
    let mut all = Vec::new();
    for workload in workloads(options, out.path()) {
        if workload.name.contains(&options.only) {
            measure(&workload, programs, options.repetitions(), &mut all)?;
        }
    }
    ensure!(!all.is_empty(), "no workload is called '{}'", options.only);
    print!("{}", table(&all, programs));
    for verdict in verdicts(&all) {
        println!("{verdict}");
    }
    match &options.json {
        Some(path) => json::write(path, &all),
        None => Ok(()),
    }
}

fn workloads(options: &Options, out: &Path) -> Vec<Workload> {
    let mut all = Vec::new();
    match options.library.clone().or_else(standard_library) {
        Some(library) => {
            println!("Parsing {}", library.display());
            for (name, threads) in [("edge/parse", "1"), ("edge/parse-8", "8")] {
                let args = vec!["parse".into(), library.clone().into(), threads.into()];
                all.push(Workload { name, args });
            }
        }
        None => println!("skipped: edge/parse needs an installed CPython's standard library"),
    }
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book");
    let args = vec!["book".into(), book.into(), out.join("book").into()];
    all.push(Workload {
        name: "edge/book",
        args,
    });
    all
}

/// The folder of the standard library that belongs to the Python that the other benchmarks take.
fn standard_library() -> Option<PathBuf> {
    let library = python::choose(None)?;
    let folder = format!("lib/python3.{}", library.minor);
    let homes = [
        library.home(),
        Some("/usr".into()),
        Some("/usr/local".into()),
    ];
    let mut folders = homes.into_iter().flatten().map(|home| home.join(&folder));
    folders.find(|folder| folder.join("os.py").is_file())
}

fn measure(
    workload: &Workload,
    programs: &Programs,
    repetitions: usize,
    all: &mut Vec<Measurement>,
) -> Result<()> {
    let mut costs: [Vec<Cost>; 3] = Default::default();
    for round in 0..=repetitions {
        for which in rotation::order(round, programs.len()) {
            let cost = child::run(&programs[which].1, &workload.args)?;
            // The first round reads the files into the system's cache.
            if round > 0 {
                costs[which].push(cost);
            }
        }
    }
    let printed = costs[0].first().map(|cost| &cost.printed);
    for ((subject, _), costs) in programs.iter().zip(&costs) {
        let same = costs.iter().all(|cost| Some(&cost.printed) == printed);
        ensure!(same, "{}: {subject} found something else", workload.name);
        let times: Vec<f64> = costs.iter().map(|cost| cost.cpu_ms).collect();
        let peak = costs.iter().map(|cost| cost.peak).reduce(f64::max);
        let peak = peak.context("no repetition")?;
        let time = Quartiles::of(&times).lower;
        all.push(Measurement::new(workload.name, subject, TIME, time));
        all.push(Measurement::new(workload.name, subject, PEAK, peak));
    }
    Ok(())
}

fn table(all: &[Measurement], programs: &Programs) -> Table {
    let mut table = Table::new(["", "", "ms", "of system's", "MiB at most", "of system's"]);
    let mut workloads: Vec<&str> = all.iter().map(|one| one.workload.as_str()).collect();
    workloads.dedup();
    for workload in workloads {
        for (subject, _) in programs {
            let mut row = vec![workload.to_owned(), (*subject).to_owned()];
            for (metric, unit) in [(TIME, 1.0), (PEAK, f64::from(1 << 20))] {
                let value = find(all, workload, subject, metric);
                let system = find(all, workload, "system", metric);
                if let (Some(value), Some(system)) = (value, system) {
                    row.push(format!("{:.1}", value / unit));
                    row.push(format!("{:.2}", value / system));
                }
            }
            table.row(row);
        }
    }
    table
}

/// The goal of the course: parsing with one thread.
fn verdicts(all: &[Measurement]) -> Vec<Verdict> {
    let time = |subject| find(all, "edge/parse", subject, TIME);
    let ratio = time("reference")
        .zip(time("system"))
        .map(|(ours, theirs)| ours / theirs);
    let verdict = |value| Verdict {
        title: "parsing with one thread: time, to the system's malloc".to_owned(),
        value,
        floor: 0.90,
        goal: 0.80,
        more: false,
    };
    ratio.map(verdict).into_iter().collect()
}
