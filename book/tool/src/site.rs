//! Builds the static site.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;
use tempfile::TempDir;

use crate::pictures::{self, Picture};
use crate::preprocess::{self, Findings};
use crate::repo::Repo;
use crate::search;

/// A built site, in a folder of its own that goes away with this value.
#[derive(Debug)]
pub struct Site {
    folder: TempDir,
    /// What the build learned about the book.
    pub findings: Findings,
}

/// The beginning of the names of the folders that sites are built in, below `target/`.
const PREFIX: &str = "book-build-";

/// Builds the book into a new folder below `target/`.
///
/// # Errors
/// If a chapter is wrong (every [`preprocess::Problem`] is listed), a file cannot be read or
/// written, or mdBook fails.
pub fn build(repo: &Repo) -> Result<Site> {
    // A picture is drawn by running the reference: its panic must not end a serving book.
    let Ok(pictures) = std::panic::catch_unwind(pictures::all) else {
        bail!("a picture of book/tool/src/pictures could not be drawn; its panic is printed above");
    };
    build_with(repo, &pictures)
}

/// Builds the book with these pictures and no others.
///
/// # Errors
/// As [`build`].
pub fn build_with(repo: &Repo, pictures: &[Picture]) -> Result<Site> {
    let target = repo.target();
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    sweep(&target);

    let mut book = MDBook::load(repo.book()).context("cannot load the book")?;
    let findings = preprocess::expand(&mut book.book, repo, pictures);
    if !findings.errors.is_empty() {
        let mut list = String::new();
        for problem in &findings.errors {
            let _ = write!(list, "\n  {problem}");
        }
        let count = match findings.errors.len() {
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        bail!("the chapters have {count}:{list}");
    }

    let folder = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempdir_in(&target)
        .with_context(|| format!("cannot create a folder in {}", target.display()))?;
    book.config.build.build_dir = folder.path().to_path_buf();
    book.with_preprocessor(mdbook_mermaid::Mermaid);
    book.build().context("mdBook cannot build the book")?;
    tidy(folder.path())?;
    search::write_index(folder.path())?;
    Ok(Site { folder, findings })
}

impl Site {
    /// The folder with the site's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Moves the site to `place`, in the place of an earlier one.
    ///
    /// # Errors
    /// If `place` holds something that is not a book, or the file system refuses.
    pub fn install(self, place: &Path) -> Result<()> {
        let old = place.with_extension("old");
        if place.exists() {
            let is_empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
            if !is_empty && !place.join(search::INDEX).is_file() {
                bail!(
                    "{} holds something that is not a built book; it stays as it is",
                    place.display()
                );
            }
            remove(&old)?;
            fs::rename(place, &old).with_context(|| format!("cannot move {}", place.display()))?;
        }
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot create {}", parent.display()))?;
        }
        let built = self.folder.keep();
        fs::rename(&built, place)
            .or_else(|_| copy(&built, place).and_then(|()| fs::remove_dir_all(&built)))
            .with_context(|| format!("cannot write the book to {}", place.display()))?;
        remove(&old)
    }
}

/// Removes what mdBook writes for its own theme and ours does not use.
fn tidy(site: &Path) -> Result<()> {
    const UNUSED: [&str; 6] = [
        "toc",
        "clipboard",
        "ayu-highlight",
        "tomorrow-night",
        "chrome",
        "variables",
    ];
    for folder in [site.to_path_buf(), site.join("css")] {
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_unused = UNUSED.iter().any(|unused| {
                // With a hash of the content or without.
                name.strip_prefix(unused)
                    .is_some_and(|rest| rest.starts_with(['.', '-']))
            });
            if is_unused && entry.file_type()?.is_file() {
                fs::remove_file(entry.path()).with_context(|| format!("cannot remove {name}"))?;
            }
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Copies a folder: for a place on another file system, where it cannot be renamed to.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Removes what interrupted builds left in `target`. A build takes seconds, so a folder of an hour
/// ago belongs to nobody.
fn sweep(target: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for entry in fs::read_dir(target).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let is_old = entry
            .metadata()
            .and_then(|m| m.modified())
            .is_ok_and(|time| time < hour_ago);
        if is_ours && is_old {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Every file that the site is made from, or the folder of it: what to watch for changes.
#[must_use]
pub fn sources(repo: &Repo, included: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let book = repo.book();
    let mut sources = vec![
        book.join("book.toml"),
        book.join("theme"),
        repo.chapters(),
        repo.programs(),
        repo.diagrams(),
    ];
    sources.extend(included.iter().cloned());
    sources
}

#[cfg(test)]
mod tests;
