//! `cargo lab hint 3.4`: one hint, and the next when you ask again.

use std::fs;

use anyhow::Result;
use engine::cargo::work_dir;
use engine::course::{Course, Lab, Task};

use crate::words;

/// Shows the next hint of `task`, or all of them. How many were shown is kept under `target/`; where that cannot be
/// written, each time is the first.
pub(crate) fn show(course: &Course, lab: &Lab, task: &Task, all: bool) -> Result<bool> {
    let directory = work_dir(course).join("hints");
    let file = directory.join(task.id.to_string());
    let shown: usize = fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    let last = task.hints.len();
    let upto = if all { last } else { (shown + 1).min(last) };
    let from = if all || shown >= last { 0 } else { upto - 1 };
    outln!("task {}  {}", task.id, task.title);
    for (hint, number) in task.hints.iter().zip(1..).take(upto).skip(from) {
        outln!("\nhint {number} of {last}");
        for line in plain(hint.trim_matches('\n')) {
            outln!("{}", format!("  {line}").trim_end());
        }
    }
    outln!();
    match last - upto {
        0 => outln!(
            "That was the last hint. The reasons are in the book: {}",
            words::section(lab, task)
        ),
        _ => outln!("Still stuck? Ask again: cargo lab hint {}", task.id),
    }
    let _ = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, upto.to_string()));
    Ok(true)
}

/// Columns of a hint's text, without its indentation.
const WIDTH: usize = 88;

/// Markdown as lines for a terminal: code is indented, what marks it is left out, and long lines of text are broken.
fn plain(markdown: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if code {
            lines.push(format!("    {line}"));
        } else if line.starts_with("    ") || line.trim().is_empty() {
            lines.push(line.to_owned());
        } else {
            broken(&line.replace("**", "").replace('`', ""), &mut lines);
        }
    }
    lines
}

/// Adds a line of text, in as many lines as it takes.
fn broken(text: &str, lines: &mut Vec<String>) {
    let mut row = String::new();
    for word in text.split(' ') {
        if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut row));
        } else if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    lines.push(row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_in_a_terminal() {
        let hint =
            "Set `ob_type` **first**:\n\n```rust\nlet `a` = 1;\n\n    b();\n```\nThen go on.";
        assert_eq!(
            plain(hint),
            [
                "Set ob_type first:",
                "",
                "    let `a` = 1;",
                "    ",
                "        b();",
                "Then go on."
            ]
        );
        let long = "word ".repeat(40);
        assert!(plain(&long).iter().all(|line| line.len() <= WIDTH));
        assert_eq!(plain(&long).join(" ").trim(), long.trim());
    }
}
