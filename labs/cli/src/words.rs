//! Words that more than one command prints.

use anyhow::Result;
use engine::build::Message;
use engine::course::{Course, Lab, Task};
use engine::learner::{Footing, Learner};

/// What a lab that does not compile prevents.
pub(crate) const NO_TEST: &str = "no test was run";

/// `1 test`, `3 tests`.
pub(crate) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// The task's section in the book: `03-refcounts.html#task-3-4`.
pub(crate) fn section(lab: &Lab, task: &Task) -> String {
    format!(
        "{}.html#{}",
        lab.chapter.strip_suffix(".md").unwrap_or(&lab.chapter),
        task.id.anchor()
    )
}

/// Where to read, write and test `task`, each on its own line.
pub(crate) fn next_steps(
    course: &Course,
    learner: &Learner<'_>,
    lab: &Lab,
    task: &Task,
) -> Result<String> {
    let place = match learner.todo(lab, task.id)? {
        Some((file, line)) => format!("{}:{line}", file.display()),
        None => written(course, lab, task)
            .unwrap_or_else(|| lab.place.lab_dir().join("src").display().to_string()),
    };
    Ok(format!(
        "Next: task {}  {}\n  read   {}   (cargo book)\n  write  {place}\n  test   cargo lab test {}\n  \
         stuck  cargo lab hint {}\n",
        task.id,
        task.title,
        section(lab, task),
        task.id,
        task.id
    ))
}

/// The files of a task whose `todo!` is gone: those that have it in the reference, whose files are called as the lab's.
fn written(course: &Course, lab: &Lab, task: &Task) -> Option<String> {
    let sources = course.root.join(lab.place.solution_dir()).join("src");
    let begins = format!("// task {}:", task.id);
    let files: Vec<String> = engine::read_tree(&sources, "src")
        .ok()?
        .into_iter()
        .filter(|(_, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            text.lines()
                .any(|line| line.trim_start().starts_with(&begins))
        })
        .map(|(path, _)| lab.place.lab_dir().join(path))
        .filter(|path| course.root.join(path).is_file())
        .map(|path| path.display().to_string())
        .collect();
    (!files.is_empty()).then(|| files.join(", "))
}

/// Says whose code the lab stands on, where it is not the learner's own.
pub(crate) fn footing(footing: &[Footing]) -> String {
    let mut said = String::new();
    for footing in footing {
        if let Some(why) = &footing.reference_because {
            let (number, package) = (footing.place.number, &footing.place.package);
            said += &format!(
                "Your lab {number} ({package}) {why}, so the reference's {package} stands in for it here.\n"
            );
        }
    }
    said
}

/// rustc's messages about a lab that does not compile, and what was therefore not done: `no test was run`.
pub(crate) fn errors(lab: &Lab, errors: &[Message], not_done: &str) -> String {
    const SHOWN: usize = 5;
    let mut said = String::new();
    for error in errors.iter().take(SHOWN) {
        said += error.text.trim_end();
        said += "\n\n";
    }
    if errors.len() > SHOWN {
        said += &format!(
            "({} more; cargo check -p {} shows all)\n\n",
            errors.len() - SHOWN,
            lab.place.package
        );
    }
    if errors
        .iter()
        .all(|error| error.text.contains("/tests/") || error.text.contains("\\tests\\"))
    {
        said += "The errors are where the lab's tests use your code: keep its public names and types as they were.\n";
    }
    let mut others: Vec<&str> = errors.iter().map(|error| error.package.as_str()).collect();
    others.dedup();
    let package = match others.as_slice() {
        [one] => one,
        _ => lab.place.package.as_str(),
    };
    said + &format!(
        "`{package}` does not compile ({}), so {not_done}.\n",
        count(errors.len(), "error")
    )
}
