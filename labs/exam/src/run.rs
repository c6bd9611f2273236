//! The runs of a test, in a thread of their own.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use crate::attempt::{Attempt, Log, Moves, Outcome, Pass};
use crate::compare::Track;
use crate::handle::{Exam, HeapExam, MemoryExam, OnHeap, OnMemory, Plain, PlainExam};
use crate::patience::{self, Shared};
use crate::range::Range;
use crate::trap::{self, Caught};
use crate::{Kit, Random, Task};

/// The stack of the thread in which a test runs, in bytes: enough for a naive recursion 10,000
/// deep, which the memory then names. The system makes its pages when they are touched. Where so
/// much address space is not to be had, less has to do.
const STACKS: [usize; 3] = [256 << 20, 64 << 20, 8 << 20];

/// Runs a test without a memory, and fails as it does.
pub(crate) fn plain(task: Task<Plain>, test: impl Fn(&PlainExam) + Send + Sync + 'static) {
    conclude(in_thread(
        task.failing_id(),
        task.title,
        task.big,
        move || {
            let mut way = seed_line()?;
            way.extend(task.again_line());
            let attempt = attempt(&task, None, Pass::Disturbing, way, shown());
            let test = |exam: &PlainExam| {
                exam.attempt.started();
                test(exam);
            };
            one(Exam::new(Plain, attempt), &test).0
        },
    ));
}

/// Runs a test on a memory for each alignment, and fails as it does.
pub(crate) fn on_memory(task: Task<OnMemory>, test: impl Fn(&MemoryExam) + Send + Sync + 'static) {
    conclude(in_thread(
        task.failing_id(),
        task.title,
        task.big,
        move || alignments(task, Row::ONLY, || OnMemory, |_| (), test),
    ));
}

/// Runs a test on a heap for each alignment, and fails as it does.
pub(crate) fn on_heap(task: Task<Kit>, test: impl Fn(&HeapExam) + Send + Sync + 'static) {
    conclude(in_thread(
        task.failing_id(),
        task.title,
        task.big,
        move || on_kit(task, Row::ONLY, test),
    ));
}

/// Runs a test on each of several heaps, which have names, and fails as the first that fails.
pub(crate) fn on_heaps<const N: usize>(
    tasks: [(&'static str, Task<Kit>); N],
    tests: [fn(&HeapExam); N],
) {
    let Some((_, task)) = tasks.first() else {
        return;
    };
    conclude(in_thread(
        task.failing_id(),
        task.title,
        task.big,
        move || {
            let mut passed = Vec::new();
            for ((name, task), test) in tasks.into_iter().zip(tests) {
                let mut way = format!("with the geometry {name}");
                if !passed.is_empty() {
                    way.push_str(&format!("; with {} it passes", passed.join(", ")));
                }
                let row = Row {
                    way: &[way],
                    first: passed.is_empty(),
                };
                on_kit(task, row, test)?;
                passed.push(name);
            }
            Ok(())
        },
    ));
}

fn on_kit(
    task: Task<Kit>,
    row: Row<'_>,
    test: impl Fn(&HeapExam) + Send + Sync + 'static,
) -> Result<(), Outcome> {
    let kit = task.on;
    let start = move |exam: &HeapExam| {
        let started = exam.look(|heap| (kit.start)(heap));
        exam.ok("starting the heap", started);
    };
    alignments(task, row, move || OnHeap { kit }, start, test)
}

/// A row of runs, one for each alignment.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// Lines that say how it differs from other rows of the same test.
    way: &'a [String],
    /// Whether it is the first of them.
    first: bool,
}

impl Row<'_> {
    /// The only row of a test.
    const ONLY: Row<'static> = Row {
        way: &[],
        first: true,
    };
}

/// Runs a test for each alignment of its task.
fn alignments<On: Copy + Send + 'static, S: 'static>(
    task: Task<On>,
    row: Row<'_>,
    stage: impl Fn() -> S + Copy + Send + Sync + 'static,
    start: impl Fn(&Exam<S>) + Copy + Send + Sync + 'static,
    test: impl Fn(&Exam<S>) + Send + Sync + 'static,
) -> Result<(), Outcome> {
    let test = Arc::new(move |exam: &Exam<S>| {
        start(exam);
        exam.attempt.started();
        test(exam);
    });
    let alignments = match task.alignments {
        [.., last] if task.big => std::slice::from_ref(last),
        all => all,
    };
    for (index, &alignment) in alignments.iter().enumerate() {
        let run = Runs {
            task: Task { alignments, ..task },
            alignment,
            passed: &alignments[..index],
            row,
        };
        run.all(stage, &test)?;
    }
    Ok(())
}

struct Runs<'a, On> {
    task: Task<On>,
    alignment: u64,
    /// The alignments with which the test has passed.
    passed: &'a [u64],
    row: Row<'a>,
}

impl<On: Copy + Send + 'static> Runs<'_, On> {
    fn all<S: 'static, T: Fn(&Exam<S>) + Send + Sync + 'static>(
        &self,
        stage: impl Fn() -> S + Copy + Send + Sync + 'static,
        test: &Arc<T>,
    ) -> Result<(), Outcome> {
        let mut way = seed_line()?;
        way.extend(self.task.again_line());
        way.extend_from_slice(self.row.way);
        if let [passed, ..] = self.passed {
            way.push(format!(
                "with blocks aligned to {} bytes; with {passed} it passes",
                self.alignment
            ));
        }
        let straight = Pass::Straight(RefCell::new(Track::default()));
        let show = shown() && self.row.first && self.passed.is_empty();
        let exam = Exam::new(stage(), self.attempt(straight, way.clone(), show)?);
        let (result, pass) = one(exam, test.as_ref());
        result?;
        let track = match pass {
            Pass::Straight(track) if !self.task.big => Rc::new(track.into_inner()),
            _ => return Ok(()),
        };
        if track.events() == 0 {
            return Ok(());
        }
        way.push(
            "in the second run: the same calls passed once, and now fail when they are repeated in \
             a copy of the memory, while another heap does the same"
                .to_owned(),
        );
        let (task, alignment) = (self.task, self.alignment);
        let another = Arc::clone(test);
        let moved = Pass::Moved {
            moves: Moves::of(track.events()),
            track,
            disturb: Box::new(move || {
                let Ok(range) = Range::new(task.size, alignment, task.accesses()) else {
                    return;
                };
                let attempt = attempt(&task, Some(range), Pass::Disturbing, Vec::new(), false);
                let _ = one(Exam::new(stage(), attempt), another.as_ref());
            }),
        };
        one(
            Exam::new(stage(), self.attempt(moved, way, false)?),
            test.as_ref(),
        )
        .0
    }

    fn attempt(&self, pass: Pass, way: Vec<String>, show: bool) -> Result<Attempt, Outcome> {
        match Range::new(self.task.size, self.alignment, self.task.accesses()) {
            Ok(range) => Ok(attempt(&self.task, Some(range), pass, way, show)),
            Err(error) => Err(Outcome::Failed(format!(
                "task {}  {}\n  no memory for this test: {error}\n",
                self.task.failing_id(),
                self.task.title
            ))),
        }
    }
}

fn attempt<On>(
    task: &Task<On>,
    range: Option<Range>,
    pass: Pass,
    way: Vec<String>,
    show: bool,
) -> Attempt {
    Attempt {
        id: task.failing_id(),
        title: task.title,
        way,
        range: range.map(RefCell::new),
        pass,
        show,
        started: Cell::new(false),
        counts: task.counts,
        map: task.id.starts_with("1."),
        log: RefCell::new(Log::default()),
    }
}

/// One run from the first event to the last.
fn one<S>(exam: Exam<S>, test: &dyn Fn(&Exam<S>)) -> (Result<(), Outcome>, Pass) {
    let caught = patience::run(&exam.attempt.way, || {
        trap::catch(|| {
            test(&exam);
            exam.attempt.ended();
        })
    });
    // Between two events: these unwind once more.
    let _: Caught<()> = match caught {
        Caught::Panicked(panicked) => trap::catch(|| exam.attempt.panicked(&panicked)),
        Caught::Reported(violation) => trap::catch(|| exam.attempt.reported(&violation)),
        Caught::Returned(()) | Caught::Stopped => Caught::Stopped,
    };
    let (outcome, pass) = exam.attempt.into_outcome();
    (outcome.map_or(Ok(()), Err), pass)
}

/// Runs `code` in a thread with a large stack. Its name is what Rust prints if it overflows
/// nevertheless. If `code` does not come to its end, the thread is left to itself.
fn in_thread(
    id: &str,
    title: &str,
    big: bool,
    code: impl FnOnce() -> Result<(), Outcome> + Send + 'static,
) -> Result<(), Outcome> {
    let code = Arc::new(std::sync::Mutex::new(Some(code)));
    let patience = patience::patience(big)?;
    for stack in STACKS {
        let code = Arc::clone(&code);
        let shared = Shared::default();
        let trail = shared.clone();
        let (ends, end) = mpsc::channel::<()>();
        let started = thread::Builder::new()
            .name(format!("task {id}  {title}"))
            .stack_size(stack)
            .spawn(move || {
                // Dropped when the thread is over, in whatever way.
                let _ends: mpsc::Sender<()> = ends;
                trail.enter();
                let code = code.lock().ok().and_then(|mut code| code.take());
                code.map_or(Ok(()), |code| code())
            });
        if let Ok(thread) = started {
            let is_over = |time| end.recv_timeout(time) != Err(RecvTimeoutError::Timeout);
            if let Some(text) = shared.wait(id, title, patience, is_over) {
                return Err(Outcome::Failed(text));
            }
            return match thread.join() {
                Ok(result) => result,
                Err(payload) => std::panic::resume_unwind(payload),
            };
        }
    }
    Err(Outcome::Failed(format!(
        "task {id}  {title}\n  the system gave no thread for this test\n"
    )))
}

/// Prints how the test failed, if it did, and fails without another word.
fn conclude(result: Result<(), Outcome>) {
    let text = match result {
        Ok(()) => return,
        Err(Outcome::NotStarted(line)) => format!("{line}\n"),
        Err(Outcome::Failed(text)) => format!("\n{text}\n"),
    };
    eprint!("{text}");
    std::panic::resume_unwind(Box::new("the test failed, and has said why"));
}

fn seed_line() -> Result<Vec<String>, Outcome> {
    match Random::chosen() {
        Ok(seed) => Ok(seed
            .map(|seed| format!("with HEAP_SEED={seed}"))
            .into_iter()
            .collect()),
        Err(words) => Err(Outcome::Failed(format!("{words}\n"))),
    }
}

fn shown() -> bool {
    std::env::var_os("HEAP_SHOW").is_some_and(|value| value != "0")
}
