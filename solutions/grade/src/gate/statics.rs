//! What is checked without compiling: the cut, the chapter, the `todo!`s, the sizes.

use std::fs;
use std::path::Path;

use anyhow::Result;
use engine::TaskId;
use engine::course::{Course, Lab};
use engine::starter::{Starter, starter};

use super::{Bounds, Finding, chapter};

/// The lab's starter, if the reference can be cut and all its markers are of tasks in `lab.toml`.
pub(super) fn cut_all(course: &Course, lab: &Lab) -> Result<Starter, engine::Error> {
    let cut = starter(&course.root, &lab.place, &|_| false)?;
    for (file, range) in &cut.ranges {
        if lab.tasks.iter().all(|task| task.id != range.task) {
            let message = format!(
                "{} has no task {}",
                lab.place.lab_toml().display(),
                range.task
            );
            return Err(engine::Error::at(file, range.line, message));
        }
    }
    Ok(cut)
}

pub(super) fn check(
    course: &Course,
    lab: &Lab,
    cut: &Starter,
    bounds: Bounds,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let lab_toml = lab.place.lab_toml();
    let mut find = |at: String, what: String| findings.push(Finding { at, what });
    for task in &lab.tasks {
        let at = format!("{}:{}", lab_toml.display(), task.line);
        match cut.lines(task.id) {
            0 if cut.ranges.iter().all(|(_, range)| range.task != task.id) => find(
                at,
                format!(
                    "task {} is marked nowhere in {}; put `// task {}: …` and `// end task {}` around its code",
                    task.id,
                    lab.place.solution_dir().join("src").display(),
                    task.id,
                    task.id
                ),
            ),
            0 => find(at, format!("task {} has no line of code to write", task.id)),
            lines if lines > bounds.task_lines => {
                find(
                    at,
                    format!(
                        "task {} has {lines} lines to write; {} is the most",
                        task.id, bounds.task_lines
                    ),
                );
            }
            _ => {}
        }
    }
    let (fewest, most) = bounds.lab_lines;
    let total = cut.total_lines();
    if !(fewest..=most).contains(&total) {
        find(
            lab.place.solution_dir().display().to_string(),
            format!("the reader writes {total} lines in this lab; it is to be {fewest} to {most}"),
        );
    }
    for (path, line, words) in unnumbered_todos(cut) {
        let at = format!(
            "{}:{line} of the cut",
            lab.place.lab_dir().join(path).display()
        );
        find(
            at,
            format!("`{words}` names no task of this lab; it must come from a marker"),
        );
    }
    for tests in [lab.place.lab_dir(), lab.place.solution_dir()] {
        let file = tests
            .join("tests")
            .join(format!("{}.rs", lab.place.package));
        if !course.root.join(&file).is_file() {
            find(file.display().to_string(), "is missing".into());
        }
    }
    let file = Path::new("book/src").join(&lab.chapter);
    match fs::read_to_string(course.root.join(&file)) {
        Ok(text) => chapter::check(lab, &file, &text, findings),
        Err(error) => find(
            file.display().to_string(),
            format!("cannot be read: {error}"),
        ),
    }
    Ok(())
}

/// Every `todo!` and `unimplemented!` of the starter that does not begin with the number of a task it was cut for.
fn unnumbered_todos(cut: &Starter) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (path, bytes) in &cut.files {
        let text = String::from_utf8_lossy(bytes);
        for (line, number) in text.lines().zip(1..) {
            let code = line.trim();
            if code.starts_with("//")
                || !["todo!", "unimplemented!"]
                    .iter()
                    .any(|name| code.contains(name))
            {
                continue;
            }
            let id = code
                .strip_prefix("todo!(\"")
                .and_then(|words| words.split(' ').next());
            let id = id.and_then(TaskId::parse);
            if !cut.ranges.iter().any(|(_, range)| Some(range.task) == id) {
                found.push((path.clone(), number, code.to_owned()));
            }
        }
    }
    found
}
