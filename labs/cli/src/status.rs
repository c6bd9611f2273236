//! `cargo lab`: all labs on one screen, the tasks of the one you are at, and the next thing to do.

use anyhow::Result;
use engine::course::{Course, Lab};
use engine::learner::{LabRun, Learner, State};

use crate::words;

/// Shows the labs. Gives true: being in the middle is no failure.
pub(crate) fn show(course: &Course, learner: &Learner<'_>) -> Result<bool> {
    let width = course
        .labs
        .iter()
        .map(|lab| lab.title.chars().count())
        .max()
        .unwrap_or(0);
    let mut here: Option<(&Lab, Option<LabRun>)> = None;
    let mut lines = Vec::new();
    for lab in &course.labs {
        let run = match learner.is_untouched(lab)? {
            true => None,
            false => Some(learner.lab(lab)?),
        };
        let passes = run.as_ref().is_some_and(LabRun::passes);
        let word = match &run {
            None => format!(
                "not started   {}, about {}",
                words::count(lab.tasks.len(), "task"),
                words::count(lab.hours as usize, "hour")
            ),
            Some(run) if !run.errors.is_empty() => "does not compile".to_owned(),
            Some(_) if passes => format!("done          {}", words::count(lab.tasks.len(), "task")),
            Some(run) => {
                let done = lab
                    .tasks
                    .iter()
                    .filter(|task| run.state(task.id) == State::Done)
                    .count();
                format!(
                    "begun         {done} of {}",
                    words::count(lab.tasks.len(), "task")
                )
            }
        };
        let mark = if here.is_none() && !passes { ">" } else { " " };
        lines.push(format!(
            "{mark} {}  {:width$}  {word}",
            lab.place.number, lab.title
        ));
        if here.is_none() && !passes {
            here = Some((lab, run));
        }
    }
    outln!("Private Heap\n");
    for line in lines {
        outln!("{line}");
    }
    outln!();
    let Some((lab, run)) = here else {
        outln!("Every task of every lab is done.");
        return Ok(true);
    };
    if let Some(run) = &run {
        outln!("lab {}  {}", lab.place.number, lab.title);
        out!("{}", words::footing(&run.footing));
        match run.errors.is_empty() {
            true => out!("{}", tasks(lab, run)),
            false => out!("\n{}", words::errors(lab, &run.errors, words::NO_TEST)),
        }
        outln!();
    }
    if run.as_ref().is_some_and(|run| !run.errors.is_empty()) {
        outln!(
            "Next: mend what rustc names above, then: cargo lab test {}",
            lab.place.number
        );
        return Ok(true);
    }
    let state = |id| run.as_ref().map_or(State::NotStarted, |run| run.state(id));
    if let Some(task) = lab.tasks.iter().find(|task| state(task.id) != State::Done) {
        out!("{}", words::next_steps(course, learner, lab, task)?);
    }
    Ok(true)
}

/// The tasks of a lab, a line each.
pub(crate) fn tasks(lab: &Lab, run: &LabRun) -> String {
    let width = lab
        .tasks
        .iter()
        .map(|task| task.title.chars().count())
        .max()
        .unwrap_or(0);
    let mut said = String::new();
    for task in &lab.tasks {
        let state = match run.state(task.id) {
            State::Done => "done".to_owned(),
            State::NotStarted => "not started".to_owned(),
            State::Failing { passed, of } => format!(
                "failing       {passed} of {} pass",
                words::count(of, "test")
            ),
        };
        said += &format!(
            "  {:<5} {:width$}  {state}\n",
            task.id.to_string(),
            task.title
        );
    }
    said
}
