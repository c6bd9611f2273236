//! How far a learner is: runs a lab on their own earlier labs where those pass, and on the reference where not.
//!
//! What was found is kept under `target/engine`, under a hash of every file that could change it, so asking again is
//! cheap and never stale. Verdicts that a busy machine could have caused are not kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::build::{Build, Message, Product, Workspace, build};
use crate::cargo::{builds_dir, work_dir};
use crate::course::{Course, Lab, Place, Task};
use crate::run::{Limits, TestRun, Tests};
use crate::stage::{Stage, Staged, gather, hash, tests_of};
use crate::starter::{learners, reference};
use crate::tree::{read_text, write_if_changed};
use crate::verdict::Verdict;
use crate::{Error, Files, TaskId};

/// Whose code a lab stands on, for one earlier lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footing {
    /// The earlier lab.
    pub place: Place,
    /// Why the reference stands in for the learner's own code, if it does.
    pub reference_because: Option<String>,
}

/// What came of one lab.
#[derive(Debug, Clone)]
pub struct LabRun {
    /// The earlier labs under it, in order.
    pub footing: Vec<Footing>,
    /// Compile errors; when there are any, no test was run.
    pub errors: Vec<Message>,
    /// Warnings about the lab itself.
    pub warnings: Vec<Message>,
    /// The tests that were run, in the order of their tasks.
    pub tests: Vec<TestRun>,
}

/// A program of a lab that is no test.
#[derive(Debug, Clone)]
pub struct Program {
    /// The earlier labs under it, in order.
    pub footing: Vec<Footing>,
    /// Compile errors.
    pub errors: Vec<Message>,
    /// The executable, unless there are compile errors.
    pub executable: Option<PathBuf>,
    /// The directory of the lab that it was built of.
    pub directory: PathBuf,
}

/// What a learner sees of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All of its tests pass.
    Done,
    /// A test fails, or some pass and some come to a body that is still to be written.
    Failing {
        /// Tests that pass.
        passed: usize,
        /// All of its tests.
        of: usize,
    },
    /// Every test comes to a body that is still to be written.
    NotStarted,
}

impl LabRun {
    /// The state of `task`.
    pub fn state(&self, task: TaskId) -> State {
        let tests: Vec<&TestRun> = self
            .tests
            .iter()
            .filter(|test| test.task == Some(task))
            .collect();
        let count = |wanted: fn(&Verdict) -> bool| {
            tests.iter().filter(|test| wanted(&test.verdict)).count()
        };
        let passed = count(|verdict| *verdict == Verdict::Passed);
        let not_started = count(|verdict| matches!(verdict, Verdict::NotStarted { .. }));
        match tests.len() {
            0 => State::NotStarted,
            of if of == passed => State::Done,
            of if of == not_started => State::NotStarted,
            of => State::Failing { passed, of },
        }
    }

    /// Whether the lab compiles and all of its tests pass.
    pub fn passes(&self) -> bool {
        self.errors.is_empty()
            && !self.tests.is_empty()
            && self
                .tests
                .iter()
                .all(|test| test.verdict == Verdict::Passed)
    }
}

/// Whether the learner asks by `HEAP_SHOW` for a picture after each event. The tests read the variable in the same way.
pub fn shows() -> bool {
    std::env::var_os("HEAP_SHOW").is_some_and(|value| value != "0")
}

/// Hears of what takes time.
pub trait Listener: Sync {
    /// A line of cargo's progress while `lab` is built.
    fn building(&self, lab: &Lab, line: &str);
    /// The tests called `names` of `lab` begin.
    fn running(&self, lab: &Lab, names: &[String]);
    /// One of them ended.
    fn ran(&self, test: &TestRun);
}

/// A learner's clone of the course.
pub struct Learner<'a> {
    course: &'a Course,
    listener: &'a dyn Listener,
    limits: Limits,
    known: RefCell<BTreeMap<u16, LabRun>>,
}

impl<'a> Learner<'a> {
    /// The learner whose clone is `course`.
    pub fn new(course: &'a Course, listener: &'a dyn Listener) -> Learner<'a> {
        Learner {
            course,
            listener,
            limits: Limits::default(),
            known: RefCell::default(),
        }
    }

    /// The same with other limits for each test.
    pub fn with_limits(self, limits: Limits) -> Learner<'a> {
        Learner { limits, ..self }
    }

    /// The whole lab, from what is known of exactly these sources or by running it.
    pub fn lab(&self, lab: &Lab) -> Result<LabRun, Error> {
        if let Some(run) = self.known.borrow().get(&lab.place.number) {
            return Ok(run.clone());
        }
        let footing = self.footing(lab)?;
        let fingerprint = self.fingerprint(lab, &footing)?;
        let run = match self.load(lab, &fingerprint) {
            Some(tests) => LabRun {
                footing,
                errors: Vec::new(),
                warnings: Vec::new(),
                tests,
            },
            None => self.run(lab, footing, &|_| true, self.limits)?,
        };
        self.keep(lab, &fingerprint, &run)?;
        self.known
            .borrow_mut()
            .insert(lab.place.number, run.clone());
        Ok(run)
    }

    /// What is known of exactly these sources, without running anything.
    pub fn known(&self, lab: &Lab) -> Result<Option<LabRun>, Error> {
        let footing = self.footing(lab)?;
        let fingerprint = self.fingerprint(lab, &footing)?;
        Ok(self.load(lab, &fingerprint).map(|tests| LabRun {
            footing,
            errors: Vec::new(),
            warnings: Vec::new(),
            tests,
        }))
    }

    /// Runs the lab again: the tests of `task`, or all of them. With pictures if the learner asks for them.
    pub fn test(&self, lab: &Lab, task: Option<TaskId>) -> Result<LabRun, Error> {
        let footing = self.footing(lab)?;
        let fingerprint = self.fingerprint(lab, &footing)?;
        let limits = match shows() {
            true => Limits {
                show: true,
                output: self.limits.output << 5,
                ..self.limits
            },
            false => self.limits,
        };
        let wanted = |name: &str| task.is_none() || TaskId::of_test(name) == task;
        let run = self.run(lab, footing, &wanted, limits)?;
        if task.is_none() && !limits.show {
            self.keep(lab, &fingerprint, &run)?;
        }
        Ok(run)
    }

    /// Builds a program of the lab, on the same earlier labs as its tests.
    pub fn program(&self, lab: &Lab, product: Product<'_>) -> Result<Program, Error> {
        let footing = self.footing(lab)?;
        let (build, directory) = self.built(lab, &footing, product)?;
        Ok(Program {
            footing,
            errors: build.errors,
            executable: build.executable,
            directory,
        })
    }

    /// Where the learner's code still has the `todo!` of `task`: file below the root, and line.
    pub fn todo(&self, lab: &Lab, task: TaskId) -> Result<Option<(PathBuf, usize)>, Error> {
        let needle = format!("todo!(\"{task} ");
        for (path, bytes) in learners(&self.course.root, &lab.place)? {
            let text = String::from_utf8_lossy(&bytes);
            let found = text
                .lines()
                .position(|line| !line.trim_start().starts_with("//") && line.contains(&needle));
            if let Some(line) = found {
                return Ok(Some((lab.place.lab_dir().join(path), line + 1)));
            }
        }
        Ok(None)
    }

    /// Whether the learner has not written in the lab yet: every task still has its `todo!`.
    pub fn is_untouched(&self, lab: &Lab) -> Result<bool, Error> {
        for task in &lab.tasks {
            if self.todo(lab, task.id)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first task that is not done, of the first lab that does not pass.
    pub fn next(&self) -> Result<Option<(&'a Lab, &'a Task)>, Error> {
        for lab in &self.course.labs {
            let first = lab.tasks.first();
            if self.is_untouched(lab)? {
                return Ok(first.map(|task| (lab, task)));
            }
            let run = self.lab(lab)?;
            if !run.passes() {
                let task = lab
                    .tasks
                    .iter()
                    .find(|task| run.state(task.id) != State::Done);
                return Ok(task.or(first).map(|task| (lab, task)));
            }
        }
        Ok(None)
    }

    /// Whose code stands under `lab`, for each earlier lab that it depends on.
    pub fn footing(&self, lab: &Lab) -> Result<Vec<Footing>, Error> {
        let own = |place: &Place| learners(&self.course.root, place);
        let under = gather(self.course, &lab.place, &own)?.labs;
        let mut footing = Vec::new();
        for place in under.into_iter().filter(|place| *place != lab.place) {
            let reference_because = match self.course.by_package(&place.package) {
                Some(earlier) => self.does_not_pass(earlier)?,
                None => None,
            };
            footing.push(Footing {
                place,
                reference_because,
            });
        }
        Ok(footing)
    }

    fn does_not_pass(&self, lab: &Lab) -> Result<Option<String>, Error> {
        if self.is_untouched(lab)? {
            return Ok(Some("is not started".into()));
        }
        let run = self.lab(lab)?;
        if run.passes() {
            return Ok(None);
        }
        let done = lab
            .tasks
            .iter()
            .filter(|task| run.state(task.id) == State::Done)
            .count();
        Ok(Some(match run.errors.is_empty() {
            false => "does not compile".into(),
            true => format!("passes {done} of {} tasks", lab.tasks.len()),
        }))
    }

    fn sources(&self, footing: &[Footing], place: &Place) -> Result<Files, Error> {
        let reference_stands_in = footing
            .iter()
            .any(|footing| footing.place == *place && footing.reference_because.is_some());
        match reference_stands_in {
            true => reference(&self.course.root, place),
            false => learners(&self.course.root, place),
        }
    }

    fn run(
        &self,
        lab: &Lab,
        footing: Vec<Footing>,
        wanted: &dyn Fn(&str) -> bool,
        limits: Limits,
    ) -> Result<LabRun, Error> {
        let (build, directory) = self.built(lab, &footing, Product::Test(&lab.place.package))?;
        let mut run = LabRun {
            footing,
            errors: build.errors,
            warnings: build.warnings,
            tests: Vec::new(),
        };
        run.warnings
            .retain(|warning| warning.package == lab.place.package);
        if let Some(executable) = build.executable {
            let tests = Tests {
                executable: &executable,
                directory: &directory,
                limits,
            };
            let mut names = tests.list()?;
            names.retain(|name| wanted(name));
            names.sort_by_key(|name| TaskId::of_test(name));
            self.listener.running(lab, &names);
            let workers = thread::available_parallelism().map_or(1, usize::from);
            run.tests = tests.run(&names, workers, &|test| self.listener.ran(test))?;
        }
        Ok(run)
    }

    /// Builds `product` of the lab in place, or on the stage if the reference stands in for an earlier lab. Gives the
    /// lab's directory too.
    fn built(
        &self,
        lab: &Lab,
        footing: &[Footing],
        product: Product<'_>,
    ) -> Result<(Build, PathBuf), Error> {
        let progress = |line: &str| self.listener.building(lab, line);
        let own = footing
            .iter()
            .all(|footing| footing.reference_because.is_none());
        if !own {
            return self.staged(lab, footing, product, &progress);
        }
        let workspace = Workspace {
            root: &self.course.root,
            target: &builds_dir(self.course),
        };
        let build = build(workspace, &lab.place.package, product, &progress)?;
        Ok((build, self.course.root.join(lab.place.lab_dir())))
    }

    fn staged(
        &self,
        lab: &Lab,
        footing: &[Footing],
        product: Product<'_>,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<(Build, PathBuf), Error> {
        let sources = |place: &Place| self.sources(footing, place);
        let mut stage = Stage::open(self.course, "lab")?;
        let staged = stage.fill(self.course, &lab.place, &sources)?;
        let build_it = |stage: &Stage, staged: &Staged| match product {
            Product::Test(name) if name == lab.place.package => stage.build(staged, progress),
            _ => stage.build_program(staged, product, progress),
        };
        let mut build = build_it(&stage, &staged)?;
        if build.executable.is_none() {
            let plain = stage.fill_plain(self.course, &lab.place, &sources)?;
            build = Build {
                executable: None,
                ..build_it(&stage, &plain)?
            };
        }
        Ok((build, stage.directory(&staged)))
    }

    /// A hash of everything that the verdicts depend on.
    fn fingerprint(&self, lab: &Lab, footing: &[Footing]) -> Result<String, Error> {
        let root = &self.course.root;
        let gathered = gather(self.course, &lab.place, &|place: &Place| {
            self.sources(footing, place)
        })?;
        let mut files = gathered.files;
        files.extend(tests_of(self.course, &gathered.labs)?);
        for name in ["Cargo.toml", "Cargo.lock"] {
            files.insert(
                format!("/{name}"),
                read_text(&root.join(name)).unwrap_or_default().into_bytes(),
            );
        }
        for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "HEAP_SEED"] {
            let value = std::env::var_os(name).unwrap_or_default();
            files.insert(
                format!("${name}"),
                value.to_string_lossy().into_owned().into_bytes(),
            );
        }
        Ok(hash(files.iter()))
    }

    fn kept_in(&self, lab: &Lab) -> PathBuf {
        work_dir(self.course)
            .join("known")
            .join(format!("{}.json", lab.place.package))
    }

    fn load(&self, lab: &Lab, fingerprint: &str) -> Option<Vec<TestRun>> {
        let kept: Kept = serde_json::from_slice(&fs::read(self.kept_in(lab)).ok()?).ok()?;
        let tests = kept
            .tests
            .into_iter()
            .map(KeptTest::run)
            .collect::<Option<Vec<TestRun>>>()?;
        (kept.fingerprint == fingerprint && !tests.is_empty()).then_some(tests)
    }

    fn keep(&self, lab: &Lab, fingerprint: &str, run: &LabRun) -> Result<(), Error> {
        let repeatable = run.tests.iter().all(|test| test.verdict.is_repeatable());
        if !run.errors.is_empty() || run.tests.is_empty() || !repeatable {
            return Ok(());
        }
        let tests = run.tests.iter().map(KeptTest::of).collect();
        let kept = Kept {
            fingerprint: fingerprint.to_owned(),
            tests,
        };
        let text = serde_json::to_vec(&kept).map_err(|error| Error::new(error.to_string()))?;
        write_if_changed(&self.kept_in(lab), &text).map(|_| ())
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    fingerprint: String,
    tests: Vec<KeptTest>,
}

#[derive(Serialize, Deserialize)]
struct KeptTest {
    name: String,
    /// `passed`, `failed`, or the task that is not started.
    verdict: String,
    output: String,
}

impl KeptTest {
    fn of(test: &TestRun) -> KeptTest {
        let verdict = match test.verdict {
            Verdict::Passed => "passed".to_owned(),
            Verdict::NotStarted { task } => task.to_string(),
            _ => "failed".to_owned(),
        };
        KeptTest {
            name: test.name.clone(),
            verdict,
            output: test.output.clone(),
        }
    }

    fn run(self) -> Option<TestRun> {
        let verdict = match self.verdict.as_str() {
            "passed" => Verdict::Passed,
            "failed" => Verdict::Failed,
            task => Verdict::NotStarted {
                task: TaskId::parse(task)?,
            },
        };
        let task = TaskId::of_test(&self.name);
        Some(TestRun {
            name: self.name,
            task,
            verdict,
            output: self.output,
            time: Default::default(),
        })
    }
}
