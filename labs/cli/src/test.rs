//! `cargo lab test`: runs a lab's tests, or one task's, and shows what fails.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use engine::TaskId;
use engine::build::Product;
use engine::course::{Course, Lab, Task};
use engine::learner::{LabRun, Learner, State, shows};
use engine::run::{Limits, TestRun, output};
use engine::verdict::Verdict;

use crate::{named_task, status, words};

/// Runs what was named and gives whether all of it passed.
pub(crate) fn run(
    course: &Course,
    learner: &Learner<'_>,
    what: Option<&str>,
    all: bool,
) -> Result<bool> {
    let (lab, task) = match what {
        None => match learner.next()? {
            Some((lab, _)) => (lab, None),
            None => {
                outln!("Every task of every lab is done.");
                return Ok(true);
            }
        },
        Some(name) if name.contains('.') => {
            named_task(course, name).map(|(lab, task)| (lab, Some(task)))?
        }
        Some(name) => (course.lab(name)?, None),
    };
    let run = learner.test(lab, task.map(|task| task.id))?;
    out!("{}", words::footing(&run.footing));
    if !run.errors.is_empty() {
        out!("{}", words::errors(lab, &run.errors, words::NO_TEST));
        return Ok(false);
    }
    if run.tests.is_empty() {
        bail!(
            "{} has no tests for this",
            lab.place.lab_dir().join("tests").display()
        );
    }
    match task {
        Some(task) => one_task(course, learner, lab, task, &run, all)?,
        None => whole_lab(course, learner, lab, &run, all)?,
    }
    if !run.warnings.is_empty() {
        let warnings = words::count(run.warnings.len(), "warning");
        outln!(
            "(rustc has {warnings}: cargo check -p {})",
            lab.place.package
        );
    }
    if task.is_none() && run.passes() {
        close(learner, lab)?;
    }
    Ok(run.tests.iter().all(|test| test.verdict == Verdict::Passed))
}

/// What the program that closes the lab's tests may use. It measures, which takes longer than a test.
const CLOSING: Limits = Limits {
    cpu_seconds: 120,
    ..Limits::DEFAULT
};

/// Shows what the lab has to show when all of its tests have passed. It is no test: if it cannot be built or does not
/// end, nothing is shown.
fn close(learner: &Learner<'_>, lab: &Lab) -> Result<()> {
    let Some(name) = &lab.closing else {
        return Ok(());
    };
    let program = learner.program(lab, Product::Test(name))?;
    if let Some(executable) = program.executable
        && let Some(text) = output(&executable, &program.directory, &CLOSING)?
    {
        out!("{text}");
    }
    Ok(())
}

fn one_task(
    course: &Course,
    learner: &Learner<'_>,
    lab: &Lab,
    task: &Task,
    run: &LabRun,
    all: bool,
) -> Result<()> {
    outln!("task {}  {}", task.id, task.title);
    for (word, what) in lines(run, task.id) {
        outln!("  {word:<11}  {what}");
    }
    show_passing(run);
    let failing = failing(run);
    show(&failing, if all { failing.len() } else { 2 });
    say_not_run(run);
    outln!();
    match run.state(task.id) {
        State::Done => {
            outln!("Task {} is done: {}.", task.id, passed(run));
            after(course, learner, lab, task)?;
        }
        State::NotStarted => out!("{}", words::next_steps(course, learner, lab, task)?),
        State::Failing { .. } => outln!("{}.   Stuck? cargo lab hint {}", passed(run), task.id),
    }
    Ok(())
}

/// What comes after `task`: the next one that is not known to pass.
fn after(course: &Course, learner: &Learner<'_>, lab: &Lab, task: &Task) -> Result<()> {
    let known = learner.known(lab)?;
    let passes = |id| {
        known
            .as_ref()
            .is_some_and(|run| run.state(id) == State::Done)
    };
    let mut later = lab.tasks.iter().filter(|other| other.id > task.id);
    let Some(next) = later.find(|other| !passes(other.id)) else {
        outln!(
            "Next: all tests of the lab: cargo lab test {}",
            lab.place.number
        );
        return Ok(());
    };
    match learner.todo(lab, next.id)? {
        Some(_) => out!("{}", words::next_steps(course, learner, lab, next)?),
        None => outln!(
            "Next: task {0}  {1}\n  it is written; test it: cargo lab test {0}",
            next.id,
            next.title
        ),
    }
    Ok(())
}

fn whole_lab(
    course: &Course,
    learner: &Learner<'_>,
    lab: &Lab,
    run: &LabRun,
    all: bool,
) -> Result<()> {
    outln!("lab {}  {}", lab.place.number, lab.title);
    out!("{}", status::tasks(lab, run));
    show_passing(run);
    let failing = failing(run);
    // Later tasks often fail for the first one's reason.
    show(&failing, if all { failing.len() } else { 1 });
    say_not_run(run);
    outln!();
    if run.passes() {
        outln!("Lab {} is done: {}.", lab.place.number, passed(run));
        return next_lab(course, learner, lab);
    }
    outln!("{}.", passed(run));
    if let Some(task) = lab
        .tasks
        .iter()
        .find(|task| run.state(task.id) != State::Done)
    {
        out!("{}", words::next_steps(course, learner, lab, task)?);
    }
    Ok(())
}

/// The lab after `lab`, if the course has one, and its first task that is still to be written.
fn next_lab(course: &Course, learner: &Learner<'_>, lab: &Lab) -> Result<()> {
    let later = |other: &&Lab| other.place.number > lab.place.number;
    let Some(next) = course.labs.iter().find(later) else {
        return Ok(());
    };
    for task in &next.tasks {
        if learner.todo(next, task.id)?.is_some() {
            out!("{}", words::next_steps(course, learner, next, task)?);
            return Ok(());
        }
    }
    outln!(
        "Next: lab {0}  {1}\n  it is written; test it: cargo lab test {0}",
        next.place.number,
        next.title
    );
    Ok(())
}

/// With `HEAP_SHOW`, prints what passing tests printed: the memory after each event.
fn show_passing(run: &LabRun) {
    if !shows() {
        return;
    }
    let passing = |test: &&TestRun| test.verdict == Verdict::Passed && !test.output.is_empty();
    for test in run.tests.iter().filter(passing) {
        outln!("\n---- {} (passed) ----\n{}", test.function(), test.output);
    }
}

/// Prints the first `count` of the failing tests, and the names of the others.
fn show(failing: &[&TestRun], count: usize) {
    for test in failing.iter().take(count) {
        outln!("\n---- {} ----", test.function());
        if !test.output.is_empty() {
            outln!("{}", test.output);
        }
        if test.verdict != Verdict::Failed {
            outln!("  {}", test.verdict);
        }
    }
    let others = &failing[count.min(failing.len())..];
    if !others.is_empty() {
        outln!("\nalso failing ({}; --all shows them):", others.len());
        for test in others {
            outln!("  {}", test.function());
        }
    }
}

/// Says how many tests were left out because one before them did not come to an end.
fn say_not_run(run: &LabRun) {
    let not_run = |test: &&TestRun| test.verdict == Verdict::NotRun;
    let left_out = run.tests.iter().filter(not_run).count();
    if left_out > 0 {
        outln!(
            "\n{} not run: another test of the same task does not come to an end.",
            words::count(left_out, "test")
        );
    }
}

/// The failing tests in the order in which they are best read: by task, those with few events first.
/// What has happened after two events is found sooner than what has happened after two hundred.
fn failing(run: &LabRun) -> Vec<&TestRun> {
    let mut failing: Vec<&TestRun> = run.tests.iter().filter(|test| failed(test)).collect();
    failing.sort_by_key(|test| {
        let ended = test.verdict == Verdict::Failed;
        let lines = test.output.lines().count();
        (test.task.is_none(), test.task, !ended, events(test), lines)
    });
    failing
}

/// How many events the test had come to when it failed: the number of the last one that it lists.
fn events(test: &TestRun) -> u64 {
    let number = |line: &str| {
        let rest = line.strip_prefix("  event ")?;
        rest.split_whitespace().next()?.parse().ok()
    };
    test.output.lines().filter_map(number).max().unwrap_or(0)
}

fn failed(test: &TestRun) -> bool {
    !matches!(
        test.verdict,
        Verdict::Passed | Verdict::NotStarted { .. } | Verdict::NotRun
    )
}

fn word(test: &TestRun) -> String {
    match test.verdict {
        Verdict::Passed => "passed".into(),
        Verdict::NotStarted { task } if Some(task) != test.task => format!("needs {task}"),
        Verdict::NotStarted { .. } => "not started".into(),
        Verdict::NotRun => "not run".into(),
        _ => "FAILED".into(),
    }
}

/// What became of each test: a line for each of the task's own and for each that failed. The tests of an
/// earlier lab, run once more, are many: those with the same fate take one line.
fn lines(run: &LabRun, task: TaskId) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut earlier = BTreeMap::new();
    for test in &run.tests {
        let lab = TaskId::of_test(test.function()).map_or(task.lab, |own| own.lab);
        if lab == task.lab {
            lines.push((word(test), sentence(test.function(), task)));
        } else if failed(test) {
            let what = format!("lab {lab}'s {}", test.function());
            lines.push((word(test), what));
        } else {
            *earlier.entry((lab, word(test))).or_insert(0) += 1;
        }
    }
    for ((lab, word), count) in earlier {
        let tests = words::count(count, "test");
        lines.push((word, format!("{tests} of lab {lab}, run once more")));
    }
    lines
}

/// `task_1_3_a_frame_is_pushed` as `a frame is pushed`.
fn sentence(function: &str, task: TaskId) -> String {
    function
        .strip_prefix(&task.test_prefix())
        .unwrap_or(function)
        .replace('_', " ")
}

fn passed(run: &LabRun) -> String {
    let passed = run
        .tests
        .iter()
        .filter(|test| test.verdict == Verdict::Passed)
        .count();
    match run.tests.len() {
        of if of == passed => format!("{} passed", words::count(of, "test")),
        of => format!("{passed} of {} passed", words::count(of, "test")),
    }
}
