//! The variants of a lab that must be built and run, shared out over stages.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use engine::course::{Course, Lab, Place};
use engine::run::{TestRun, Tests};
use engine::stage::Stage;
use engine::starter::{reference, starter};
use engine::verdict::Verdict;
use engine::{Files, TaskId};

use super::report::Steps;
use super::wrong::Wrong;
use super::{Check, Finding, Options, Report};

/// One variant of one lab, to be built once.
pub(super) struct Job {
    lab: Lab,
    variant: Variant,
}

enum Variant {
    /// The reference of the first so many tasks, the starter of the others.
    Upto(usize),
    /// A kept wrong solution.
    Wrong(Wrong),
}

/// What a job found, and for which check.
struct Outcome {
    lab: String,
    check: Check,
    findings: Vec<Finding>,
}

/// Adds the jobs of `lab`.
pub(super) fn plan(lab: &Lab, wrongs: Vec<Wrong>, options: &Options, jobs: &mut Vec<Job>) {
    let last = lab.tasks.len();
    for tasks in 0..=last {
        let wanted = options.wants(Check::Walk)
            || tasks == 0 && options.wants(Check::Starter)
            || tasks == last && options.wants(Check::Reference);
        if wanted {
            jobs.push(Job {
                lab: lab.clone(),
                variant: Variant::Upto(tasks),
            });
        }
    }
    if options.wants(Check::Wrong) {
        let wrong = |wrong| Job {
            lab: lab.clone(),
            variant: Variant::Wrong(wrong),
        };
        jobs.extend(wrongs.into_iter().map(wrong));
    }
}

/// Runs all jobs, on as many stages as there are processors, and enters what they found.
pub(super) fn run(
    course: &Course,
    jobs: Vec<Job>,
    options: &Options,
    report: &mut Report,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<()> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8)
        .min(jobs.len());
    let (count, queue) = (jobs.len(), Mutex::new(VecDeque::from(jobs)));
    let report = Mutex::new(report);
    let next = || {
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = queue.pop_front();
        job.map(|job| (job, count - queue.len()))
    };
    let work = |worker: usize| -> Result<()> {
        let mut stage = Stage::open(course, &format!("gate-{worker}"))?;
        while let Some((job, number)) = next() {
            let begun = Instant::now();
            let what = format!("{} {}", job.lab.place.directory, job.variant.name(&job.lab));
            let outcome = job.check(course, &mut stage, options);
            let word = match outcome.findings.first() {
                None => "ok".to_owned(),
                Some(first) => {
                    format!("to mend: {}", first.what.lines().next().unwrap_or_default())
                }
            };
            progress(&format!(
                "{number:>3}/{count}  {what}: {word}  {:.1} s",
                begun.elapsed().as_secs_f64()
            ));
            enter(
                &mut report.lock().unwrap_or_else(PoisonError::into_inner),
                outcome,
            );
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
    })
}

fn enter(report: &mut Report, outcome: Outcome) {
    let Some(entry) = report
        .labs
        .iter_mut()
        .find(|entry| entry.name == outcome.lab)
    else {
        return;
    };
    let steps: &mut Steps = match outcome.check {
        Check::Starter => &mut entry.starter,
        Check::Reference => &mut entry.reference,
        Check::Wrong => &mut entry.wrong,
        Check::Walk | Check::Static => &mut entry.walk,
    };
    steps.run += 1;
    steps.good += usize::from(outcome.findings.is_empty());
    steps.findings.extend(outcome.findings);
}

impl Variant {
    fn name(&self, lab: &Lab) -> String {
        match self {
            Variant::Upto(0) => "starter".into(),
            Variant::Upto(tasks) if *tasks == lab.tasks.len() => "reference".into(),
            Variant::Upto(tasks) => format!("with tasks up to {}", lab.tasks[tasks - 1].id),
            Variant::Wrong(wrong) => wrong
                .file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        }
    }

    fn sources(&self, course: &Course, lab: &Lab) -> Result<Files, engine::Error> {
        match self {
            Variant::Wrong(wrong) => Ok(wrong.files.clone()),
            Variant::Upto(tasks) => {
                let kept = lab.tasks[..*tasks].iter().map(|task| task.id).max();
                Ok(starter(&course.root, &lab.place, &|task| Some(task) <= kept)?.files)
            }
        }
    }
}

impl Job {
    fn check(self, course: &Course, stage: &mut Stage, options: &Options) -> Outcome {
        let place = &self.lab.place;
        let at = match &self.variant {
            Variant::Wrong(wrong) => wrong.file.display().to_string(),
            variant => format!("{} {}", place.directory, variant.name(&self.lab)),
        };
        let mut warnings = Vec::new();
        let findings = self.try_it(course, stage, options, &at, &mut warnings);
        let findings = findings.unwrap_or_else(|error| {
            vec![Finding {
                at,
                what: format!("{error:#}"),
            }]
        });
        let check = match self.variant {
            Variant::Wrong(_) => Check::Wrong,
            // A step is entered once; which check it belongs to decides where it is shown.
            Variant::Upto(0) if options.wants(Check::Starter) => Check::Starter,
            Variant::Upto(tasks)
                if tasks == self.lab.tasks.len() && options.wants(Check::Reference) =>
            {
                Check::Reference
            }
            Variant::Upto(_) => Check::Walk,
        };
        let warnings = if check == Check::Starter {
            warnings
        } else {
            Vec::new()
        };
        Outcome {
            lab: place.directory.clone(),
            check,
            findings: [findings, warnings].concat(),
        }
    }

    /// Builds and runs the variant and gives what is wrong with it; rustc's warnings go to `warnings`.
    fn try_it(
        &self,
        course: &Course,
        stage: &mut Stage,
        options: &Options,
        at: &str,
        warnings: &mut Vec<Finding>,
    ) -> Result<Vec<Finding>> {
        let place = &self.lab.place;
        let own = self.variant.sources(course, &self.lab)?;
        let sources = |other: &Place| {
            if other == place {
                Ok(own.clone())
            } else {
                reference(&course.root, other)
            }
        };
        let staged = stage.fill(course, place, &sources)?;
        let build = stage.build(&staged, &|_| {})?;
        let mut findings = Vec::new();
        if let Some(executable) = &build.executable {
            let directory = stage.directory(&staged);
            let tests = Tests {
                executable,
                directory: &directory,
                limits: options.limits,
            };
            let names = tests.list()?;
            match &self.variant {
                Variant::Upto(tasks) => self.walk(*tasks, at, &names, &tests, &mut findings)?,
                Variant::Wrong(wrong) => rejected(wrong, at, &names, &tests, &mut findings)?,
            }
        } else {
            let first = build.errors.first().map_or("", |error| error.text.trim());
            findings.push(Finding {
                at: at.to_owned(),
                what: format!("does not compile\n{}", shortened(first)),
            });
        }
        for warning in build
            .warnings
            .iter()
            .filter(|warning| warning.package == place.package)
        {
            let what = format!(
                "compiles with a warning\n{}",
                shortened(warning.text.trim())
            );
            warnings.push(Finding {
                at: at.to_owned(),
                what,
            });
        }
        Ok(findings)
    }

    /// Runs the tests of a lab that has its first `tasks` tasks done: those of the task that is done last and of all
    /// that are not done yet. At the end, with the whole reference, all of them.
    fn walk(
        &self,
        tasks: usize,
        at: &str,
        names: &[String],
        tests: &Tests<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<()> {
        let done: Vec<TaskId> = self.lab.tasks[..tasks].iter().map(|task| task.id).collect();
        if tasks == 0 {
            findings.extend(self.tests_without_task(names));
        }
        let earlier = &done[..tasks.saturating_sub(1)];
        let is_new = |name: &&String| {
            tasks == self.lab.tasks.len()
                || TaskId::of_test(name).is_none_or(|task| !earlier.contains(&task))
        };
        let names: Vec<String> = names.iter().filter(is_new).cloned().collect();
        for run in tests.run(&names, 1, &|_| {})? {
            let task = run
                .task
                .filter(|id| self.lab.tasks.iter().any(|task| task.id == *id));
            let must_pass = task.is_none_or(|task| done.contains(&task));
            let what = match (&run.verdict, must_pass) {
                (Verdict::Passed, true) | (Verdict::NotStarted { .. }, false) => continue,
                // A test of no task has been named already.
                _ if task.is_none() && tasks < self.lab.tasks.len() => continue,
                (Verdict::Passed, false) => {
                    "passes, but its task is not done: it proves nothing".to_owned()
                }
                (verdict, true) => format!(
                    "must pass here, but it is: {verdict}\n{}",
                    shortened(&run.output)
                ),
                (verdict, false) => {
                    format!(
                        "must read `not started` here, but it is: {verdict}\n{}",
                        shortened(&run.output)
                    )
                }
            };
            findings.push(Finding {
                at: at.to_owned(),
                what: format!("{} {what}", run.function()),
            });
        }
        Ok(())
    }

    /// Tasks without tests, and tests without a task.
    fn tests_without_task(&self, names: &[String]) -> Vec<Finding> {
        let tests = Path::new("labs")
            .join(&self.lab.place.directory)
            .join("tests");
        let at = tests
            .join(format!("{}.rs", self.lab.place.package))
            .display()
            .to_string();
        let mut found = Vec::new();
        for task in &self.lab.tasks {
            if !names
                .iter()
                .any(|name| TaskId::of_test(name) == Some(task.id))
            {
                let what = format!(
                    "task {} has no test; write one called {}…",
                    task.id,
                    task.id.test_prefix()
                );
                found.push(Finding {
                    at: at.clone(),
                    what,
                });
            }
        }
        for name in names {
            let id = TaskId::of_test(name);
            if !self.lab.tasks.iter().any(|task| Some(task.id) == id) {
                let what =
                    format!("{name} belongs to no task of the lab; a test is called task_n_k_…");
                found.push(Finding {
                    at: at.clone(),
                    what,
                });
            }
        }
        found
    }
}

/// Runs the test that must reject `wrong`.
fn rejected(
    wrong: &Wrong,
    at: &str,
    names: &[String],
    tests: &Tests<'_>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let mut find = |what: String| {
        findings.push(Finding {
            at: at.to_owned(),
            what,
        })
    };
    let ends_with = |name: &&String| name.rsplit("::").next() == Some(wrong.rejected_by.as_str());
    let Some(name) = names.iter().find(ends_with) else {
        find(format!("there is no test {}", wrong.rejected_by));
        return Ok(());
    };
    let run: TestRun = tests.run_one(name)?;
    match &run.verdict {
        Verdict::Passed => find(format!(
            "{name} passes: it does not reject this wrong solution"
        )),
        Verdict::NotStarted { task } => {
            find(format!("task {task} reads `not started`: keep its code"))
        }
        verdict => {
            let said = format!("{verdict}\n{}", run.output);
            let missing: Vec<&str> = wrong
                .says
                .iter()
                .map(String::as_str)
                .filter(|word| !said.contains(word))
                .collect();
            if !missing.is_empty() {
                find(format!(
                    "{name} rejects it, but does not say {missing:?}; it says\n{}",
                    shortened(&said)
                ));
            }
        }
    }
    Ok(())
}

/// The first lines of a long text.
fn shortened(text: &str) -> String {
    const LINES: usize = 24;
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() > LINES {
        true => format!(
            "{}\n… ({} more lines)",
            lines[..LINES].join("\n"),
            lines.len() - LINES
        ),
        false => lines.join("\n"),
    }
}
