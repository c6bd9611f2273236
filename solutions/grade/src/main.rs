//! `cargo grade`: cut the starters from the references, and check that the labs hold together.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};
use engine::course::Course;
use grade::gate::{self, Options};

/// Cut the labs' starters from the references, and check the labs.
#[derive(Parser)]
#[command(name = "cargo grade", bin_name = "cargo grade", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write each lab's Cargo.toml and src/ from its reference in solutions/
    Cut {
        /// Write nothing; fail where labs/ is not what the cut would write
        #[arg(long)]
        check: bool,
        /// Replace files that were changed by hand too; they are kept under target/grade/replaced
        #[arg(long, conflicts_with = "check")]
        force: bool,
        /// Only this lab: its number, package or directory
        #[arg(long, value_name = "NAME")]
        lab: Option<String>,
    },
    /// Prove each lab: starter, reference, every step between them, wrong solutions, chapter, sizes
    Check {
        /// Only this lab: its number, package or directory
        #[arg(long, value_name = "NAME")]
        lab: Option<String>,
        /// Only this check; may be given more than once
        #[arg(long, value_enum, value_name = "CHECK")]
        only: Vec<Only>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Only {
    Starter,
    Reference,
    Wrong,
    Walk,
    Static,
}

fn main() -> ExitCode {
    // The tests run in process groups of their own, which Ctrl-C in a terminal does not reach.
    let _ = ctrlc::set_handler(|| {
        engine::run::kill_running();
        std::process::exit(130);
    });
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo grade: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<bool> {
    let here = std::env::current_dir().context("the current directory is not there any more")?;
    let course = Course::find(&here)?;
    match cli.command {
        Command::Cut {
            check: true, lab, ..
        } => grade::cut::check(&course, lab.as_deref()),
        Command::Cut { force, lab, .. } => grade::cut::write(&course, lab.as_deref(), force),
        Command::Check { lab, only } => check(
            &course,
            Options {
                lab,
                only: only.into_iter().map(Only::check).collect(),
                ..Options::default()
            },
        ),
    }
}

fn check(course: &Course, options: Options) -> Result<bool> {
    let begun = Instant::now();
    let report = gate::check(course, &options, &|line| eprintln!("{line}"))?;
    print!("\n{report}");
    println!("\n{:.0} s", begun.elapsed().as_secs_f64());
    Ok(report.is_clean())
}

impl Only {
    fn check(self) -> gate::Check {
        match self {
            Only::Starter => gate::Check::Starter,
            Only::Reference => gate::Check::Reference,
            Only::Wrong => gate::Check::Wrong,
            Only::Walk => gate::Check::Walk,
            Only::Static => gate::Check::Static,
        }
    }
}
