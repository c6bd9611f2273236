//! `cargo book`: the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use book::repo::Repo;
use book::{check, diagrams, record, serve, site};
use clap::{Args, Parser, Subcommand};
use edge::Edge;

/// The book is built on what it teaches: every block of this program comes from labs 5 and 6.
#[global_allocator]
static ALLOCATOR: Edge = Edge::new();

/// Builds the book, serves it on this machine and opens the browser
#[derive(Parser)]
#[command(bin_name = "cargo book")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Args)]
struct Serve {
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// The port to serve on; a taken one moves to the next
    #[arg(long, default_value_t = 3000, value_name = "N")]
    port: u16,
}

#[derive(Subcommand)]
enum Command {
    /// Write the static site to target/book
    Build {
        /// Another folder to write it to
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Check links, anchors, ids, diagrams and what Python prints
    Check,
    /// Run the Python programs and keep what they print
    Record {
        /// Programs of book/python, without .py; all if none is named
        names: Vec<String>,
    },
    /// Render the mermaid diagrams ahead of time (for maintainers; needs Node and Chromium)
    Diagrams {
        /// Render those again that have an SVG
        #[arg(long)]
        again: bool,
    },
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let repo = Repo::find()?;
    match &cli.command {
        None => serve::serve(&repo, cli.serve.port, !cli.serve.no_open),
        Some(Command::Build { out }) => {
            let started = Instant::now();
            let place = out.clone().unwrap_or_else(|| repo.target().join("book"));
            let site = site::build(&repo)?;
            for problem in &site.findings.unrendered {
                eprintln!("note: {problem}");
            }
            site.install(&place)?;
            let seconds = started.elapsed().as_secs_f64();
            println!("The book is in {} ({seconds:.1} s)", place.display());
            Ok(())
        }
        Some(Command::Check) => check::check(&repo),
        Some(Command::Record { names }) => record::record(&repo, names),
        Some(Command::Diagrams { again }) => diagrams::render(&repo, *again),
    }
}
