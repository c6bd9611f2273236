//! A whole lab's starter, cut from `solutions/NN-name`: its manifest and its sources.

use std::path::{Path, PathBuf};

use crate::course::Place;
use crate::cut::{MarkedRange, cut};
use crate::tree::{Files, read, read_text, read_tree};
use crate::{Error, TaskId};

/// Lints that an unfinished lab may break: what a body would use is unused until the body is written.
const ALLOWED: [&str; 6] = [
    "dead_code",
    "unreachable_code",
    "unused_assignments",
    "unused_imports",
    "unused_mut",
    "unused_variables",
];

/// A lab's own files, cut or whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// `Cargo.toml` and `src/…`, by their path below the lab's directory.
    pub files: Files,
    /// Every marked range with its file below the course's root, in the order of files and lines.
    pub ranges: Vec<(PathBuf, MarkedRange)>,
}

impl Starter {
    /// The reader's lines of `task`, over all of its ranges.
    pub fn lines(&self, task: TaskId) -> usize {
        self.ranges
            .iter()
            .filter(|(_, range)| range.task == task)
            .map(|(_, range)| range.lines)
            .sum()
    }

    /// The reader's lines of the whole lab.
    pub fn total_lines(&self) -> usize {
        self.ranges.iter().map(|(_, range)| range.lines).sum()
    }
}

/// Cuts the lab at `place` from its reference below `root`, keeping the tasks for which `keep` says yes.
pub fn starter(
    root: &Path,
    place: &Place,
    keep: &dyn Fn(TaskId) -> bool,
) -> Result<Starter, Error> {
    let directory = place.solution_dir();
    let manifest = directory.join("Cargo.toml");
    let text = read_text(&root.join(&manifest)).map_err(|error| relative(error, root))?;
    let workspace = read_text(&root.join("Cargo.toml"))?;
    let mut files = Files::new();
    let cut_manifest = manifest_of_starter(&manifest, &text, &workspace, place)?;
    files.insert("Cargo.toml".into(), cut_manifest.into_bytes());
    let sources = read_tree(&root.join(&directory).join("src"), "src")
        .map_err(|error| relative(error, root))?;
    if !sources.contains_key("src/lib.rs") {
        return Err(Error::in_file(
            &directory.join("src/lib.rs"),
            "is missing: it is what the lab is cut from",
        ));
    }
    let mut ranges = Vec::new();
    for (path, bytes) in sources {
        let file = directory.join(&path);
        let bytes = match path.ends_with(".rs") {
            false => bytes,
            true => {
                let source = String::from_utf8(bytes)
                    .map_err(|_| Error::in_file(&file, "is not UTF-8 text"))?;
                let cut = cut(&file, &source, keep)?;
                if let Some(range) = cut
                    .ranges
                    .iter()
                    .find(|range| range.task.lab != place.number)
                {
                    let message =
                        format!("task {} is not a task of lab {}", range.task, place.number);
                    return Err(Error::at(&file, range.line, message));
                }
                ranges.extend(cut.ranges.into_iter().map(|range| (file.clone(), range)));
                cut.text.into_bytes()
            }
        };
        files.insert(path, bytes);
    }
    Ok(Starter { files, ranges })
}

/// The whole reference as it would stand in `labs/NN-name`: the starter's manifest, and its sources as they are written,
/// markers and all.
pub fn reference(root: &Path, place: &Place) -> Result<Files, Error> {
    let directory = place.solution_dir();
    let manifest = directory.join("Cargo.toml");
    let text = read_text(&root.join(&manifest)).map_err(|error| relative(error, root))?;
    let workspace = read_text(&root.join("Cargo.toml"))?;
    let mut files = read_tree(&root.join(&directory).join("src"), "src")
        .map_err(|error| relative(error, root))?;
    let manifest = manifest_of_starter(&manifest, &text, &workspace, place)?;
    files.insert("Cargo.toml".into(), manifest.into_bytes());
    Ok(files)
}

/// What the learner has in `labs/NN-name`: `Cargo.toml` and `src/…`.
pub fn learners(root: &Path, place: &Place) -> Result<Files, Error> {
    let directory = root.join(place.lab_dir());
    let mut files =
        read_tree(&directory.join("src"), "src").map_err(|error| relative(error, root))?;
    let manifest = read(&directory.join("Cargo.toml")).map_err(|error| relative(error, root))?;
    files.insert("Cargo.toml".into(), manifest);
    Ok(files)
}

/// The starter's manifest: the solution's, with the lab's own package name, its dependencies not renamed, and the
/// workspace's lints written out, because a package that inherits them cannot allow what an unfinished lab must.
pub fn manifest_of_starter(
    file: &Path,
    text: &str,
    workspace: &str,
    place: &Place,
) -> Result<String, Error> {
    let parse = |file: &Path, text: &str| {
        text.parse::<toml::Table>()
            .map_err(|error| crate::course::toml_error(file, text, &error))
    };
    let table = parse(file, text)?;
    let name = table
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(|name| name.as_str());
    let expected = format!("{}-solution", place.package);
    if name != Some(expected.as_str()) {
        let message = format!(
            "the package is called `{}`, not `{expected}`",
            name.unwrap_or("nothing")
        );
        return Err(Error::in_file(file, message));
    }
    let mut out = format!(
        "# Cut from solutions/{} by `cargo grade cut`, as is src/ before you write in it.\n",
        place.directory
    );
    let mut in_lints = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            in_lints = trimmed == "[lints]";
            if in_lints {
                out += &lints(&parse(Path::new("Cargo.toml"), workspace)?);
                continue;
            }
        }
        if in_lints {
            if trimmed.is_empty() {
                out.push('\n');
            }
            continue;
        }
        out += &without_solution(line);
        out.push('\n');
    }
    if parse(file, &out)?
        .get("lints")
        .and_then(|lints| lints.get("rust"))
        .is_none()
    {
        return Err(Error::in_file(
            file,
            "has no `[lints]` section with `workspace = true`",
        ));
    }
    Ok(out)
}

/// `name = "regions-solution"` and `regions = { package = "regions-solution", path = … }`, for the starter.
fn without_solution(line: &str) -> String {
    let Some(start) = line.find("package = \"") else {
        return line.replace("-solution\"", "\"");
    };
    let end = line[start..].find("\",").map(|at| start + at + 2);
    match end {
        Some(end) if line[start..end].ends_with("-solution\",") => {
            format!("{}{}", &line[..start], line[end..].trim_start())
        }
        _ => line.to_owned(),
    }
}

/// The workspace's lints as sections of a package, with what an unfinished lab needs allowed.
fn lints(workspace: &toml::Table) -> String {
    let shared = workspace
        .get("workspace")
        .and_then(|workspace| workspace.get("lints"));
    let group = |name: &str| {
        shared
            .and_then(|lints| lints.get(name))
            .and_then(|lints| lints.as_table())
    };
    let mut out = String::from("[lints.rust]\n");
    for (lint, level) in group("rust").into_iter().flatten() {
        out += &format!("{lint} = {level}\n");
    }
    out += "# What your code will use is unused until you write it.\n";
    for lint in ALLOWED {
        out += &format!("{lint} = \"allow\"\n");
    }
    if let Some(clippy) = group("clippy") {
        out += "\n[lints.clippy]\n";
        for (lint, level) in clippy {
            out += &format!("{lint} = {level}\n");
        }
    }
    out
}

/// The same error, naming its file relative to the course's root.
pub(crate) fn relative(mut error: Error, root: &Path) -> Error {
    if let Some(below) = error
        .file
        .as_deref()
        .and_then(|file| file.strip_prefix(root).ok())
    {
        error.file = Some(below.to_owned());
    }
    error
}
