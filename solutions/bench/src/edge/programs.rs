//! The programs that are measured. They know nothing of the allocator that they run on.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;
use rustpython_ruff_python_parser::parse_module;

/// Does what the command line says: `parse FOLDER THREADS`, or `book FOLDER OUT`.
///
/// # Errors
/// If a file cannot be read or written.
pub fn main() -> Result<()> {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    match args.as_slice() {
        [what, folder, threads] if what == "parse" => {
            let threads = threads.to_str().and_then(|number| number.parse().ok());
            parse(Path::new(folder), threads.context("how many threads?")?)
        }
        [what, folder, out] if what == "book" => book(Path::new(folder), Path::new(out)),
        _ => bail!("parse FOLDER THREADS, or book FOLDER OUT"),
    }
}

/// Reads and parses all Python files of a folder, in each thread all of them.
fn parse(folder: &Path, threads: usize) -> Result<()> {
    let mut files = Vec::new();
    python_files(folder, &mut files)?;
    files.sort();
    // Not all are UTF-8.
    let sources: Vec<String> = files.iter().flat_map(fs::read_to_string).collect();
    let work = || -> usize {
        let modules = sources
            .iter()
            .filter_map(|source| parse_module(source).ok());
        modules.map(|module| module.syntax().body.len()).sum()
    };
    let statements: usize = if threads == 1 {
        work()
    } else {
        thread::scope(|scope| {
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            all.into_iter().map(|one| one.join().unwrap_or(0)).sum()
        })
    };
    println!("{} files, {statements} statements", sources.len());
    Ok(())
}

/// The library itself: no tests, and nothing that was installed later.
fn python_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    const LEFT_OUT: [&str; 6] = [
        "test",
        "tests",
        "idlelib",
        "lib2to3",
        "site-packages",
        "dist-packages",
    ];
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !LEFT_OUT.iter().any(|&left_out| name == left_out) {
                python_files(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    Ok(())
}

/// Builds a book as mdBook does, without what our own book adds to it.
fn book(folder: &Path, out: &Path) -> Result<()> {
    let mut book = MDBook::load(folder)?;
    book.config.build.build_dir = out.to_owned();
    book.build()?;
    println!("{} pages", book.iter().count());
    Ok(())
}
