//! The sections of a chapter: `## Task 3.1: take a reference {#task-3-1}`, one for each task, in order.

use std::path::Path;

use engine::TaskId;
use engine::course::Lab;

use super::Finding;

/// A heading that begins with the word Task.
struct Heading<'a> {
    line: usize,
    id: Option<TaskId>,
    title: &'a str,
    anchor: Option<&'a str>,
    level: usize,
}

/// Compares the chapter's headings with the lab's tasks.
pub(super) fn check(lab: &Lab, file: &Path, text: &str, findings: &mut Vec<Finding>) {
    let headings = headings(text);
    let mut find = |line: usize, what: String| {
        findings.push(Finding {
            at: format!("{}:{line}", file.display()),
            what,
        });
    };
    let mut last = 0;
    for task in &lab.tasks {
        let expected = format!(
            "## Task {}: {} {{#{}}}",
            task.id,
            task.title,
            task.id.anchor()
        );
        let Some(heading) = headings.iter().find(|heading| heading.id == Some(task.id)) else {
            find(
                1,
                format!(
                    "task {} has no section; write a heading `{expected}`",
                    task.id
                ),
            );
            continue;
        };
        if heading.title != task.title {
            let file = lab.place.lab_toml();
            let lab_toml = format!("{}:{}", file.display(), task.line);
            let what = format!(
                "the title is `{}`, but {lab_toml} says `{}`",
                heading.title, task.title
            );
            find(heading.line, what);
        }
        if heading.anchor != Some(task.id.anchor().as_str()) {
            find(
                heading.line,
                format!(
                    "the anchor is not {{#{}}}; expected `{expected}`",
                    task.id.anchor()
                ),
            );
        }
        if !(2..=3).contains(&heading.level) {
            find(heading.line, "a task's heading is `##` or `###`".into());
        }
        if heading.line < last {
            find(
                heading.line,
                format!(
                    "task {} comes before the task with a smaller number",
                    task.id
                ),
            );
        }
        last = heading.line;
    }
    for (at, heading) in headings.iter().enumerate() {
        let known = lab.tasks.iter().any(|task| Some(task.id) == heading.id);
        if !known {
            find(
                heading.line,
                format!(
                    "is the section of a task that {} does not have",
                    lab.place.lab_toml().display()
                ),
            );
        } else if headings[..at]
            .iter()
            .any(|earlier| earlier.id == heading.id)
        {
            find(heading.line, "is a second section of the same task".into());
        }
    }
}

fn headings(text: &str) -> Vec<Heading<'_>> {
    let mut headings = Vec::new();
    let mut fence: Option<&str> = None;
    for (line, number) in text.lines().zip(1..) {
        let start = line.trim_start();
        let ticks = &start[..start.len() - start.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks.len() >= open.len() && start.trim_end() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => headings.extend(heading(line, number)),
        }
    }
    headings
}

fn heading(line: &str, number: usize) -> Option<Heading<'_>> {
    let level = line.len() - line.trim_start_matches('#').len();
    let rest = line[level..].strip_prefix(" Task ").filter(|_| level > 0)?;
    let (id, rest) = rest.split_once(':')?;
    let (title, anchor) = match rest
        .trim()
        .strip_suffix('}')
        .and_then(|rest| rest.rsplit_once("{#"))
    {
        Some((title, anchor)) => (title.trim(), Some(anchor)),
        None => (rest.trim(), None),
    };
    Some(Heading {
        line: number,
        id: TaskId::parse(id.trim()),
        title,
        anchor,
        level,
    })
}
