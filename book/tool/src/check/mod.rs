//! `cargo book check`: what a finished book must pass.

pub mod links;
pub mod outputs;

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::site;

/// Builds the book into a folder that goes away again and checks it: links, anchors, images, ids,
/// diagrams, and what CPython prints where the recorded release is installed.
///
/// # Errors
/// If the book does not build or a check found something; every finding is printed.
pub fn check(repo: &Repo) -> Result<()> {
    let site = site::build(repo)?;
    let links = links::check(site.folder())?;
    let outputs = outputs::check(repo)?;

    let unrendered = site.findings.unrendered.iter().map(ToString::to_string);
    let problems: Vec<String> = unrendered
        .chain(links.problems)
        .chain(outputs.problems)
        .collect();
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    if let Some(skipped) = outputs.skipped {
        println!("skipped: {skipped}");
    }
    println!(
        "checked: {} pages, {} links, {} diagrams, {} recorded outputs",
        links.pages,
        links.links,
        site.findings.diagrams.len(),
        outputs.compared
    );
    match problems.len() {
        0 => Ok(()),
        1 => bail!("the book has 1 problem"),
        n => bail!("the book has {n} problems"),
    }
}
