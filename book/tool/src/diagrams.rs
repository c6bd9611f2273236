//! `cargo book diagrams`: renders the mermaid diagrams ahead of time. For maintainers: it needs Node and
//! Chromium, which readers do not.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;

use crate::preprocess;
use crate::repo::Repo;

/// Renders each diagram that has no SVG yet, or `again` every one, and removes the SVGs that no
/// chapter uses any more.
///
/// # Errors
/// If Node, its packages or Chromium are missing, or mermaid refuses a diagram.
pub fn render(repo: &Repo, again: bool) -> Result<()> {
    let mut book = MDBook::load(repo.book()).context("cannot load the book")?;
    let diagrams = preprocess::expand(&mut book.book, repo, &[]).diagrams;
    let folder = repo.diagrams();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for entry in fs::read_dir(&folder).context("cannot read book/diagrams")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".svg") && !diagrams.contains_key(&name) {
            fs::remove_file(entry.path()).with_context(|| format!("cannot remove {name}"))?;
            println!("removed   {name}");
        }
    }
    let wanted: Vec<_> = diagrams
        .iter()
        .filter(|(name, _)| again || !folder.join(name).is_file())
        .map(|(name, source)| serde_json::json!({ "file": folder.join(name), "source": source }))
        .collect();
    if wanted.is_empty() {
        println!("{} diagrams, all rendered", diagrams.len());
        return Ok(());
    }

    let tools = repo.book().join("tool/browser");
    if !tools.join("node_modules").is_dir() {
        bail!("rendering needs mermaid: run `npm install` in book/tool/browser");
    }
    let mut node = Command::new("node")
        .arg("diagrams.mjs")
        .current_dir(&tools)
        .stdin(Stdio::piped())
        .spawn()
        .context("rendering needs Node: cannot start `node`")?;
    let list = serde_json::to_vec(&wanted).context("cannot write the list of diagrams")?;
    // A script that fails early reads nothing; its status says so below.
    let _ = node
        .stdin
        .take()
        .context("node has no input")?
        .write_all(&list);
    let status = node.wait().context("cannot wait for node")?;
    if !status.success() {
        bail!("the diagrams were not all rendered");
    }
    Ok(())
}
