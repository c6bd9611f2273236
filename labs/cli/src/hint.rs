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
    println!("task {}  {}", task.id, task.title);
    for (hint, number) in task.hints.iter().zip(1..).take(upto).skip(from) {
        println!("\nhint {number} of {last}");
        for line in hint.trim_matches('\n').lines() {
            println!("{}", format!("  {line}").trim_end());
        }
    }
    println!();
    match last - upto {
        0 => println!(
            "That was the last hint. The reasons are in the book: {}",
            words::section(lab, task)
        ),
        _ => println!("Still stuck? Ask again: cargo lab hint {}", task.id),
    }
    let _ = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, upto.to_string()));
    Ok(true)
}
