//! `cargo lab`: how far you are, what fails and why, and what to do next.

#[macro_use]
mod out;

mod example;
mod hint;
mod progress;
mod status;
mod test;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use engine::TaskId;
use engine::course::{Course, Lab, Task};
use engine::learner::Learner;

use crate::progress::Progress;

/// How far you are in the labs, what fails and why, and what to do next.
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Show all labs and the next thing to do (also: plain `cargo lab`)
    Status,
    /// Run a lab's tests, or one task's, and show what fails
    Test {
        /// A lab (`1`, `regions`) or a task (`1.3`); without it, the lab you are at
        #[arg(value_name = "LAB or TASK")]
        what: Option<String>,
        /// Show every failing test, not only the first ones
        #[arg(long)]
        all: bool,
    },
    /// Run a lab's example, such as `tune 500 10 10`, on the same earlier labs as its tests
    Run {
        /// The example
        example: String,
        /// What the example is given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Say what the signs in the pictures of failing tests mean
    Legend,
    /// Show a hint for a task; ask again for the next one
    Hint {
        /// The task, such as 1.3; without it, the task you are at
        task: Option<String>,
        /// The next hint (the same as asking again)
        #[arg(long)]
        more: bool,
        /// All three hints
        #[arg(long, conflicts_with = "more")]
        all: bool,
    },
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
            eprintln!("cargo lab: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What the signs in a picture mean. The book shows the same text.
const LEGEND: &str = include_str!("legend.txt");

fn run(cli: Cli) -> Result<bool> {
    if let Some(Command::Legend) = cli.command {
        out!("{LEGEND}");
        return Ok(true);
    }
    let here = std::env::current_dir().context("the current directory is not there any more")?;
    let course = Course::find(&here)?;
    let progress = Progress::new(std::io::stderr().is_terminal());
    let learner = Learner::new(&course, &progress);
    match cli.command {
        None | Some(Command::Status | Command::Legend) => status::show(&course, &learner),
        Some(Command::Test { what, all }) => test::run(&course, &learner, what.as_deref(), all),
        Some(Command::Run { example, arguments }) => {
            example::run(&course, &learner, &example, &arguments)
        }
        Some(Command::Hint { task, all, more: _ }) => {
            let (lab, task) = match task {
                Some(name) => named_task(&course, &name)?,
                None => learner
                    .next()?
                    .context("every task is done; name the task you want a hint for")?,
            };
            hint::show(&course, lab, task, all)
        }
    }
}

/// The task called `name`, such as `3.4`.
fn named_task<'a>(course: &'a Course, name: &str) -> Result<(&'a Lab, &'a Task)> {
    let id = TaskId::parse(name).with_context(|| {
        format!("`{name}` is no task; a task is a lab's number, a dot, a number: 1.3")
    })?;
    Ok(course.task(id)?)
}
