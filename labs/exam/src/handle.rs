//! What a test does: events, expectations, looks into the memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::rc::Rc;

use memory::watch::{Report, Violation, Who};
use memory::{Addr, Heap, Memory, Snapshot};

use crate::compare::{Difference, Track};
use crate::failure::{self, Failure};
use crate::picture::{self, Scene};
use crate::place::Place;
use crate::range::{Range, Work};
use crate::trap::{self, Caught, Panicked};
use crate::{BlockInfo, Kit, Random};

/// How often a run is disturbed, about.
const DISTURBANCES: usize = 6;

/// How many live blocks a failure lists.
const BLOCKS_LISTED: usize = 6;

/// A test on a heap: events are given the [`Heap`].
#[derive(Clone, Copy, Debug)]
pub struct OnHeap {
    pub(crate) kit: Kit,
}

/// A test on a memory without objects: events are given the [`Memory`].
#[derive(Clone, Copy, Debug)]
pub struct OnMemory;

/// A test without a memory.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// The handle of a test on a heap.
pub type HeapExam = Exam<OnHeap>;
/// The handle of a test on a memory.
pub type MemoryExam = Exam<OnMemory>;
/// The handle of a test without a memory.
pub type PlainExam = Exam<Plain>;

/// The handle with which a test runs its events and says what it expects.
pub struct Exam<S> {
    stage: S,
    pub(crate) core: Core,
}

/// Which of a test's runs this is.
pub(crate) enum Pass {
    /// The first: nothing is done to it but looking.
    Straight(RefCell<Track>),
    /// The second: moved to a copy after each event, and disturbed by another heap.
    Moved {
        /// What the straight run left.
        track: Rc<Track>,
        /// Runs all events once more on another memory.
        disturb: Box<dyn Fn()>,
        /// After which events to do what.
        moves: Moves,
    },
    /// Only there to disturb another run. Its failures are nobody's.
    Disturbing,
}

/// After which events, counted from 0, the second run is moved and disturbed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moves {
    copy: usize,
    every: usize,
}

impl Moves {
    /// For a run of so many events: moved once, in the middle, and disturbed a few times.
    pub(crate) fn of(events: usize) -> Moves {
        Moves {
            copy: events.saturating_sub(1) / 2,
            every: events.div_ceil(DISTURBANCES).max(1),
        }
    }

    fn disturbs(self, index: usize) -> bool {
        index == self.copy || index % self.every == self.every - 1
    }
}

/// What the test's end is, if it is not to pass.
pub(crate) enum Outcome {
    /// The line that says so.
    NotStarted(String),
    /// The whole text.
    Failed(String),
}

/// The parts of a handle that do not depend on what the test runs on.
pub(crate) struct Core {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) way: Vec<String>,
    pub(crate) range: Option<RefCell<Range>>,
    pub(crate) pass: Pass,
    pub(crate) show: bool,
    pub(crate) started: Cell<bool>,
    pub(crate) counts: bool,
    pub(crate) map: bool,
    pub(crate) log: RefCell<Log>,
}

/// What has happened so far.
#[derive(Default)]
pub(crate) struct Log {
    events: Vec<String>,
    notes: Vec<String>,
    names: BTreeMap<u64, String>,
    forbidden: Vec<(Addr, u64)>,
    focus: Vec<Addr>,
    details: Vec<Addr>,
    looking: bool,
    running: bool,
    outcome: Option<Outcome>,
}

impl<S> Exam<S> {
    pub(crate) fn new(stage: S, core: Core) -> Exam<S> {
        Exam { stage, core }
    }

    /// Expects two values to be equal. `what` names the value: `"live blocks"`, `"len(a)"`.
    pub fn equal<T: PartialEq<U> + Debug, U: Debug>(&self, what: &str, expected: T, found: U) {
        if expected != found {
            let body = failure::unequal(what, &expected, &found, |text| self.core.named(text));
            self.core.fail(body);
        }
    }

    /// Expects two texts of several lines to be equal; shows a diff if they are not.
    pub fn equal_text(&self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.core.fail(failure::diff(what, expected, found));
        }
    }

    /// Expects something that must hold: `exam.check("the block is aligned", block.is_aligned(16))`.
    pub fn check(&self, what: &str, holds: bool) {
        if !holds {
            self.core.fail(vec![
                format!("expected  {what}"),
                "found     it does not hold".to_owned(),
            ]);
        }
    }

    /// Expects success, and returns its value. `what` names what was done: `"push_frame(main)"`.
    pub fn ok<T, E: Display>(&self, what: &str, result: Result<T, E>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => {
                let mut body = vec![format!("expected  {what} succeeds")];
                let words = self.core.named(&format!("Err: {error}"));
                body.extend(failure::row("found", &words));
                self.core.fail(body)
            }
        }
    }

    /// Expects an error, and returns it.
    pub fn err<T: Debug, E>(&self, what: &str, result: Result<T, E>) -> E {
        match result {
            Err(error) => error,
            Ok(value) => self.core.fail(vec![
                format!("expected  {what} is an error"),
                format!("found     {}", self.core.named(&format!("Ok({value:?})"))),
            ]),
        }
    }

    /// Expects a counted number to be at most `limit`: `exam.at_most("words stored", 4, work.stores)`.
    pub fn at_most(&self, what: &str, limit: u64, found: u64) {
        if found > limit {
            self.core.fail(vec![format!(
                "expected  {what} <= {limit}      found  {found}"
            )]);
        }
    }

    /// Fails with words of the test's own.
    pub fn fail(&self, words: &str) -> ! {
        let words = self.core.named(words);
        self.core.fail(failure::row("found", &words))
    }

    /// A line about what this test does, shown with each of its failures. Said before the events
    /// that it explains.
    pub fn note(&self, words: impl Into<String>) {
        self.core.log.borrow_mut().notes.push(words.into());
    }

    /// Gives an address a name: from now on failures and pictures say it with the address.
    pub fn name(&self, addr: impl Into<Option<Addr>>, name: impl Into<String>) {
        if let Some(addr) = addr.into() {
            let mut log = self.core.log.borrow_mut();
            log.names.insert(addr.get(), name.into());
        }
    }

    /// Random numbers, the same in each run of the test.
    #[must_use]
    pub fn random(&self) -> Random {
        Random::new()
    }

    /// How many events there were.
    #[must_use]
    pub fn events(&self) -> usize {
        self.core.log.borrow().events.len()
    }
}

impl PlainExam {
    /// Does something and counts it as an event: failures name it.
    pub fn event<T>(&self, label: impl Into<String>, code: impl FnOnce() -> T) -> T {
        self.core.begin(label.into());
        let caught = trap::catch(code);
        self.core.finish(caught)
    }

    /// As [`event`](Exam::event), for code that must succeed.
    pub fn try_event<T, E: Display>(
        &self,
        label: impl Into<String>,
        code: impl FnOnce() -> Result<T, E>,
    ) -> T {
        let label = label.into();
        let result = self.event(label.clone(), code);
        self.ok(&label, result)
    }
}

/// Events, with what they are given.
macro_rules! events {
    ($exam:ty, $given:ty, $make:expr) => {
        impl $exam {
            /// Does something and counts it as an event: it gets a number, it is watched, and
            /// failures name it by its label: `exam.event("decref(a)", |heap| decref(heap, a))`.
            pub fn event<T>(&self, label: impl Into<String>, code: impl FnOnce($given) -> T) -> T {
                self.core.begin(label.into());
                let caught = self.caught(code);
                self.core.finish(caught)
            }

            /// As `event`, for code that must succeed.
            pub fn try_event<T, E: Display>(
                &self,
                label: impl Into<String>,
                code: impl FnOnce($given) -> Result<T, E>,
            ) -> T {
                let label = label.into();
                let result = self.event(label.clone(), code);
                self.ok(&label, result)
            }

            /// An event in which the watch must report, or the code panic, with `words`.
            pub fn fails<T>(
                &self,
                label: impl Into<String>,
                words: &str,
                code: impl FnOnce($given) -> T,
            ) {
                self.core.begin(label.into());
                let caught = self.caught(code);
                self.core.finish_failing(words, caught);
            }

            /// Looks at something between two events, through functions of the lab. Not counted.
            pub fn look<T>(&self, code: impl FnOnce($given) -> T) -> T {
                self.core.log.borrow_mut().looking = true;
                let caught = self.caught(code);
                let value = self.core.looked(caught);
                self.core.log.borrow_mut().looking = false;
                value
            }

            fn caught<T>(&self, code: impl FnOnce($given) -> T) -> Caught<T> {
                self.core.with_memory(|memory| {
                    let make: fn(&Self, &Memory, &mut dyn FnMut($given)) = $make;
                    let mut code = Some(code);
                    let mut value = None;
                    match trap::catch(|| {
                        make(self, memory, &mut |given| {
                            value = code.take().map(|code| code(given));
                        });
                    }) {
                        Caught::Returned(()) => match value {
                            Some(value) => Caught::Returned(value),
                            None => Caught::Stopped,
                        },
                        Caught::Panicked(panicked) => Caught::Panicked(panicked),
                        Caught::Reported(violation) => Caught::Reported(violation),
                        Caught::Stopped => Caught::Stopped,
                    }
                })
            }

            /// Looks at something between two events, unwatched: at what nobody may touch.
            pub fn quietly<T>(&self, code: impl FnOnce($given) -> T) -> T {
                self.core.quietly(|| self.look(code))
            }

            /// How many blocks were allocated in events and are not freed. Those that were allocated
            /// when the heap was started do not count.
            #[must_use]
            pub fn live_blocks(&self) -> u64 {
                self.core.with_range(Range::live_blocks).len() as u64
            }

            /// Expects so many blocks to be live, as [`live_blocks`](Self::live_blocks) counts them,
            /// and lists them if there are others.
            pub fn leaks(&self, expected: u64) {
                self.core.leaks(expected);
            }

            /// Whether `addr` lies in a block that was allocated and is not freed.
            #[must_use]
            pub fn is_live(&self, addr: Addr) -> bool {
                self.block_at(addr)
                    .is_some_and(|block| block.died.is_none())
            }

            /// The block that has the word at `addr`, live, or freed and not handed out again since.
            #[must_use]
            pub fn block_at(&self, addr: Addr) -> Option<BlockInfo> {
                self.core.with_range(|range| range.watched().block_at(addr))
            }

            /// The work of the last event.
            #[must_use]
            pub fn work(&self) -> Work {
                self.core.with_range(Range::work)
            }

            /// How many pages of 4 KiB are touched now: read or written, and not given back since.
            #[must_use]
            pub fn pages_touched(&self) -> u64 {
                self.core.with_range(Range::pages_touched)
            }

            /// Whether the page that holds `addr` is touched.
            #[must_use]
            pub fn is_touched(&self, addr: Addr) -> bool {
                self.core
                    .with_range(|range| range.watched().is_touched(addr))
            }

            /// Forbids the next event to touch the `len` bytes from `addr` on.
            pub fn forbid(&self, addr: Addr, len: u64) {
                self.core.log.borrow_mut().forbidden.push((addr, len));
            }

            /// The program is loaded: from now on the text that is in use must not be written.
            pub fn protect_text(&self) {
                self.core.with_range(|range| range.watched().protect_text());
            }

            /// The word at `addr`, read without the watch's knowledge.
            #[must_use]
            pub fn word(&self, addr: Addr) -> u64 {
                self.core.with_range(|range| range.word(addr))
            }

            /// Draws only what has to do with `addr`, and other such addresses, in pictures.
            pub fn focus(&self, addr: impl Into<Option<Addr>>) {
                self.core.log.borrow_mut().focus.extend(addr.into());
            }

            /// Shows each word of the object, frame or code at `addr` below pictures.
            pub fn detail(&self, addr: impl Into<Option<Addr>>) {
                self.core.log.borrow_mut().details.extend(addr.into());
            }

            /// Prints the memory as it is now.
            pub fn show(&self) {
                let lines = self.core.picture(&[]);
                eprintln!("  {}", lines.join("\n  "));
            }
        }
    };
}

events!(HeapExam, &Heap<'_>, |exam, memory, code| {
    let kit = exam.stage.kit;
    code(&Heap {
        memory,
        object: kit.object,
        types: kit.types,
    });
});
events!(MemoryExam, &Memory, |_, memory, code| code(memory));

/// What a report says, without its event, which the failure shows anyway.
fn report_words(report: &Report) -> String {
    match report.who {
        Who::Program => report.fault.to_string(),
        Who::Manager => format!("in the allocator: {}", report.fault),
    }
}

fn place_rows(place: Option<&Place>) -> Vec<String> {
    place.map_or_else(Vec::new, |place| {
        failure::row("at", &place.lines().join("\n"))
    })
}

impl Core {
    fn with_range<T>(&self, look: impl FnOnce(&Range) -> T) -> T {
        match &self.range {
            Some(range) => look(&range.borrow()),
            None => unreachable!("only tests on a memory ask for it"),
        }
    }

    fn with_memory<T>(&self, code: impl FnOnce(&Memory) -> T) -> T {
        self.with_range(|range| code(range.memory()))
    }

    /// Runs `code` while the watch looks away.
    fn quietly<T>(&self, code: impl FnOnce() -> T) -> T {
        self.with_range(|range| range.watched().quietly(|_| code()))
    }

    fn leaks(&self, expected: u64) {
        let blocks = self.with_range(Range::live_blocks);
        let found = blocks.len() as u64;
        if found == expected {
            return;
        }
        let mut body = failure::unequal("live blocks", &expected, &found, str::to_owned);
        for block in blocks.iter().take(BLOCKS_LISTED) {
            body.extend(failure::row("live", &self.named(&block.to_string())));
        }
        if blocks.len() > BLOCKS_LISTED {
            let more = blocks.len() - BLOCKS_LISTED;
            body.push(format!("          … and {more} more"));
        }
        self.fail(body)
    }

    fn begin(&self, label: String) {
        let mut log = self.log.borrow_mut();
        assert!(!log.running, "an event inside of an event: {label}");
        log.running = true;
        log.events.push(label);
        if let Some(range) = &self.range {
            let forbidden = std::mem::take(&mut log.forbidden);
            let label = log.events.last().map_or("", String::as_str);
            range.borrow_mut().begin(label, &forbidden);
        }
    }

    /// The heap is started, and the events begin.
    pub(crate) fn started(&self) {
        self.started.set(true);
        if let (Some(range), Pass::Straight(track)) = (&self.range, &self.pass) {
            track.borrow_mut().start(range.borrow().snapshot());
        }
    }

    fn finish<T>(&self, caught: Caught<T>) -> T {
        let value = self.looked(caught);
        self.after_event();
        value
    }

    fn looked<T>(&self, caught: Caught<T>) -> T {
        match caught {
            Caught::Returned(value) => {
                self.check_reports();
                value
            }
            Caught::Stopped => trap::stop(),
            Caught::Panicked(panicked) => self.panicked(&panicked),
            Caught::Reported(violation) => self.reported(&violation),
        }
    }

    fn finish_failing<T>(&self, words: &str, caught: Caught<T>) {
        let mut said: Vec<String> = self.take_reports().iter().map(report_words).collect();
        match caught {
            Caught::Returned(_) | Caught::Reported(_) => {}
            Caught::Stopped => trap::stop(),
            Caught::Panicked(panicked) => {
                self.stop_if_not_started(&panicked);
                said.push(panicked.message);
            }
        }
        if !said.iter().any(|text| text.contains(words)) {
            let mut body = vec![format!("expected  a report that says “{words}”")];
            if said.is_empty() {
                body.push("found     nothing was reported".to_owned());
            }
            for text in &said {
                body.extend(failure::row("found", &self.named(text)));
            }
            self.fail(body);
        }
        self.after_event();
    }

    /// Compares the memory with the straight run's, and moves the run.
    fn after_event(&self) {
        let index = {
            let mut log = self.log.borrow_mut();
            log.running = false;
            log.events.len() - 1
        };
        if let Some(range) = &self.range {
            range.borrow_mut().end();
        }
        if self.show {
            let label = self.log.borrow().events[index].clone();
            eprintln!("event {}   {label}", index + 1);
            eprintln!("  {}\n", self.picture(&[]).join("\n  "));
        }
        let Some(range) = &self.range else { return };
        match &self.pass {
            Pass::Disturbing => {}
            Pass::Straight(track) => {
                let mut track = track.borrow_mut();
                let snapshot = track.wants_more().then(|| range.borrow().snapshot());
                track.add(snapshot);
            }
            Pass::Moved {
                track,
                disturb,
                moves,
            } => {
                if track.has(index) {
                    let snapshot = range.borrow().snapshot();
                    if let Some(difference) = track.compare(index, &snapshot) {
                        self.fail_different(&difference);
                    }
                }
                if index == moves.copy {
                    range.borrow_mut().move_to_copy();
                }
                if moves.disturbs(index) {
                    disturb();
                }
            }
        }
    }

    /// The test is over.
    pub(crate) fn ended(&self) {
        let Some(range) = &self.range else { return };
        match &self.pass {
            Pass::Disturbing => {}
            Pass::Straight(track) => track.borrow_mut().end(range.borrow().snapshot()),
            Pass::Moved { track, .. } => {
                if let Some(difference) = track.compare_end(&range.borrow().snapshot()) {
                    self.fail_different(&difference);
                }
            }
        }
    }

    fn take_reports(&self) -> Vec<Report> {
        match &self.range {
            Some(range) => range.borrow().take_reports(),
            None => Vec::new(),
        }
    }

    fn check_reports(&self) {
        let reports = self.take_reports();
        if !reports.is_empty() {
            self.fail(self.report_rows(&reports));
        }
    }

    fn report_rows(&self, reports: &[Report]) -> Vec<String> {
        let mut body = Vec::new();
        for report in reports.iter().take(3) {
            body.extend(failure::row("watch", &self.named(&report_words(report))));
        }
        if reports.len() > 3 {
            body.push(format!(
                "          … and {} more reports",
                reports.len() - 3
            ));
        }
        body
    }

    /// When it happened, if not in the last event itself.
    fn when(&self) -> Option<String> {
        let log = self.log.borrow();
        let started = self.started.get();
        match (log.running, log.looking, log.events.len()) {
            (true, _, _) => None,
            (_, _, 0) if !started => Some("when      the heap was started".to_owned()),
            (_, _, 0) => Some("when      before the first event".to_owned()),
            (_, true, last) => Some(format!(
                "when      the test looked at what event {last} had left"
            )),
            (_, false, last) => Some(format!("when      after event {last}, in the test itself")),
        }
    }

    fn stop_if_not_started(&self, panicked: &Panicked) {
        if let Some(line) = failure::not_started(self.id, &panicked.message) {
            self.end_with(Outcome::NotStarted(line));
        }
    }

    /// A report of the watch ended the code under test.
    pub(crate) fn reported(&self, Violation(report, trace): &Violation) -> ! {
        let mut reports = self.take_reports();
        if !reports.contains(report) {
            reports.push(report.clone());
        }
        let mut body = self.report_rows(&reports);
        body.extend(place_rows(Place::innermost(trace).as_ref()));
        body.extend(self.when());
        self.fail(body)
    }

    /// The code under test panicked.
    pub(crate) fn panicked(&self, panicked: &Panicked) -> ! {
        self.stop_if_not_started(panicked);
        let mut body = self.report_rows(&self.take_reports());
        body.extend(failure::row("panicked", &self.named(&panicked.message)));
        body.extend(place_rows(panicked.place.as_ref()));
        body.extend(self.when());
        self.fail(body)
    }

    fn fail_different(&self, difference: &Difference) -> ! {
        let Difference {
            addr,
            straight,
            moved,
        } = difference;
        let mut body = vec![format!(
            "expected  the word at {} = {}      found  {}",
            self.near(*addr),
            self.named(&format!("{straight:#x}")),
            self.named(&format!("{moved:#x}")),
        )];
        body.extend(failure::row(
            "cause",
            "the lab keeps state outside of the memory. Everything that the manager knows must be \
             in the memory: no static, no thread_local, no field of your own",
        ));
        self.fail(body)
    }

    /// Fails the test with these lines.
    fn fail(&self, body: Vec<String>) -> ! {
        let text = {
            let log = self.log.borrow();
            Failure {
                id: self.id.to_owned(),
                title: self.title.to_owned(),
                way: self.way.clone(),
                notes: log.notes.clone(),
                events: log.events.clone(),
                picture: self.picture(&body),
                body,
            }
            .text()
        };
        self.end_with(Outcome::Failed(text))
    }

    fn end_with(&self, outcome: Outcome) -> ! {
        self.log.borrow_mut().outcome.get_or_insert(outcome);
        trap::stop()
    }

    /// What the run's end is.
    pub(crate) fn into_outcome(self) -> (Option<Outcome>, Pass) {
        (self.log.into_inner().outcome, self.pass)
    }

    /// The memory now, in lines; what `body` names by its address is marked.
    fn picture(&self, body: &[String]) -> Vec<String> {
        let Some(range) = &self.range else {
            return Vec::new();
        };
        let log = self.log.borrow();
        let scene = |before: Option<&Snapshot>| {
            picture::lines(&Scene {
                now: &range.borrow().snapshot(),
                before,
                names: &log.names,
                focus: &log.focus,
                map: self.map,
                details: &log.details,
                counts: self.counts,
                body,
            })
        };
        let last = log.events.len().checked_sub(1);
        match (&self.pass, last) {
            (Pass::Straight(track), Some(last)) => scene(track.borrow().before(last)),
            (Pass::Moved { track, .. }, Some(last)) => scene(track.before(last)),
            _ => scene(None),
        }
    }

    /// `addr` with the block that it lies in.
    fn near(&self, addr: Addr) -> String {
        let block = self.with_range(|range| range.watched().block_at(addr));
        match block.filter(|block| block.addr < addr) {
            Some(block) => {
                let start = self.named(&block.addr.to_string());
                let offset = addr.since(block.addr);
                format!("{addr} ({offset} bytes into the block at {start})")
            }
            None => self.named(&addr.to_string()),
        }
    }

    /// `text` with the names of the addresses in it.
    fn named(&self, text: &str) -> String {
        let log = self.log.borrow();
        if log.names.is_empty() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("0x") {
            let digits = rest[at + 2..]
                .find(|c: char| !c.is_ascii_hexdigit())
                .unwrap_or(rest.len() - at - 2);
            let end = at + 2 + digits;
            out.push_str(&rest[..end]);
            let value = u64::from_str_radix(&rest[at + 2..end], 16);
            if let Some(name) = value.ok().and_then(|value| log.names.get(&value)) {
                out.push_str(&format!(" ({name})"));
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }
}
