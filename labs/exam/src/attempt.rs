//! One run of a test: its events, what became of each, and what is said when one failed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use memory::watch::{Report, Violation, Who};
use memory::{Addr, Memory, Region, RegionRecord, Root, Snapshot};

use crate::compare::{Difference, Track};
use crate::failure::{self, Failure};
use crate::patience;
use crate::picture::{self, Scene};
use crate::place::Place;
use crate::range::Range;
use crate::trap::{self, Caught, Panicked};

/// How often a run of few events is disturbed, about.
const DISTURBANCES: usize = 6;

/// A run of more events is long, and disturbed once.
const FEW_EVENTS: usize = 50;

/// How many live blocks a failure lists.
const BLOCKS_LISTED: usize = 6;

/// Which of a test's runs this is.
pub(crate) enum Pass {
    /// The first: nothing is done to it but looking.
    Straight(RefCell<Track>),
    /// The second: moved to a copy in the middle, and disturbed by another heap.
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
    /// For a run of so many events: moved once, in the middle, and disturbed there, and a few more
    /// times if it is short.
    pub(crate) fn of(events: usize) -> Moves {
        let every = match events {
            0..=FEW_EVENTS => events.div_ceil(DISTURBANCES).max(1),
            _ => usize::MAX,
        };
        Moves {
            copy: events.saturating_sub(1) / 2,
            every,
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
pub(crate) struct Attempt {
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
    pub(crate) events: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) names: BTreeMap<u64, String>,
    pub(crate) forbidden: Vec<(Addr, u64)>,
    pub(crate) focus: Vec<Addr>,
    pub(crate) details: Vec<Addr>,
    pub(crate) looking: bool,
    pub(crate) running: bool,
    pub(crate) outcome: Option<Outcome>,
}

/// What a report says, without its event, which the failure shows anyway.
fn report_words(report: &Report) -> String {
    match report.who {
        Who::Program => report.fault.to_string(),
        Who::Manager => format!("in the allocator: {}", report.fault),
    }
}

/// What the word at `addr` is called, if it is a field of the root record: ``the heap's `end` ``.
fn field_of_root(memory: &Memory, addr: Addr) -> Option<String> {
    let name = |fields: &[(&'static str, u64)], record: Addr| {
        let at = addr.get().checked_sub(record.get())?;
        let field = fields.iter().find(|(_, offset)| *offset == at);
        field.map(|(name, _)| *name)
    };
    let root = Root::of(memory);
    for region in Region::ALL {
        if let Some(field) = name(RegionRecord::FIELDS, root.region(region).addr()) {
            return Some(format!("the {region}'s `{field}`"));
        }
    }
    name(Root::FIELDS, root.addr()).map(|field| format!("the root's `{field}`"))
}

fn place_rows(place: Option<&Place>) -> Vec<String> {
    place.map_or_else(Vec::new, |place| {
        failure::row("at", &place.lines().join("\n"))
    })
}

/// When something happened, if not in the last of so many events itself.
pub(crate) fn when(running: bool, looking: bool, started: bool, events: usize) -> Option<String> {
    match (running, looking, events) {
        (true, _, _) => None,
        (_, _, 0) if !started => Some("when      the heap was started".to_owned()),
        (_, _, 0) => Some("when      before the first event".to_owned()),
        (_, true, last) => Some(format!(
            "when      the test looked at what event {last} had left"
        )),
        (_, false, last) => Some(format!("when      after event {last}, in the test itself")),
    }
}

impl Attempt {
    pub(crate) fn with_range<T>(&self, look: impl FnOnce(&Range) -> T) -> T {
        match &self.range {
            Some(range) => look(&range.borrow()),
            None => unreachable!("only tests on a memory ask for it"),
        }
    }

    pub(crate) fn with_memory<T>(&self, code: impl FnOnce(&Memory) -> T) -> T {
        self.with_range(|range| code(range.memory()))
    }

    /// Runs `code` while the watch looks away.
    pub(crate) fn quietly<T>(&self, code: impl FnOnce() -> T) -> T {
        self.with_range(|range| range.watched().quietly(|_| code()))
    }

    /// Runs `code` as a part of the allocator.
    pub(crate) fn managing<T>(&self, code: impl FnOnce() -> T) -> T {
        self.with_range(|range| range.watched().managing(|_| code()))
    }

    pub(crate) fn leaks(&self, expected: u64) {
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

    pub(crate) fn begin(&self, label: String) {
        let mut log = self.log.borrow_mut();
        assert!(!log.running, "an event inside of an event: {label}");
        log.running = true;
        patience::step(|trail| {
            trail.running = true;
            trail.looking = false;
            let said = trail.notes.len();
            trail.notes.extend_from_slice(&log.notes[said..]);
            trail.events.push(label.clone());
        });
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
        patience::step(|trail| trail.started = true);
        if let (Some(range), Pass::Straight(track)) = (&self.range, &self.pass) {
            track.borrow_mut().start(range.borrow().snapshot());
        }
    }

    pub(crate) fn finish<T>(&self, caught: Caught<T>) -> T {
        let value = self.looked(caught);
        self.after_event();
        value
    }

    pub(crate) fn looked<T>(&self, caught: Caught<T>) -> T {
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

    pub(crate) fn finish_failing<T>(&self, words: &str, caught: Caught<T>) {
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
    pub(crate) fn after_event(&self) {
        let index = {
            let mut log = self.log.borrow_mut();
            log.running = false;
            patience::step(|trail| trail.running = false);
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

    pub(crate) fn take_reports(&self) -> Vec<Report> {
        match &self.range {
            Some(range) => range.borrow().take_reports(),
            None => Vec::new(),
        }
    }

    pub(crate) fn check_reports(&self) {
        let reports = self.take_reports();
        if !reports.is_empty() {
            self.fail(self.report_rows(&reports));
        }
    }

    pub(crate) fn report_rows(&self, reports: &[Report]) -> Vec<String> {
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
    pub(crate) fn when(&self) -> Option<String> {
        let log = self.log.borrow();
        when(
            log.running,
            log.looking,
            self.started.get(),
            log.events.len(),
        )
    }

    /// The test begins or ends to look at something between two events.
    pub(crate) fn looks(&self, looking: bool) {
        self.log.borrow_mut().looking = looking;
        patience::step(|trail| trail.looking = looking);
    }

    pub(crate) fn stop_if_not_started(&self, panicked: &Panicked) {
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

    pub(crate) fn fail_different(&self, difference: &Difference) -> ! {
        let Difference {
            addr,
            straight,
            moved,
        } = difference;
        let place = match self.with_memory(|memory| field_of_root(memory, *addr)) {
            Some(field) => format!("{field} ({addr})"),
            None => format!("the word at {}", self.near(*addr)),
        };
        let mut body = vec![format!(
            "expected  {place} = {}      found  {}",
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
    pub(crate) fn fail(&self, mut body: Vec<String>) -> ! {
        let is_cause = |line: &String| line.starts_with("cause ");
        if matches!(self.pass, Pass::Moved { .. }) && !body.iter().any(is_cause) {
            body.extend(failure::row(
                "cause",
                "probably state outside of the memory: a static, a thread_local, a field of your own",
            ));
        }
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

    pub(crate) fn end_with(&self, outcome: Outcome) -> ! {
        self.log.borrow_mut().outcome.get_or_insert(outcome);
        trap::stop()
    }

    /// What the run's end is.
    pub(crate) fn into_outcome(self) -> (Option<Outcome>, Pass) {
        (self.log.into_inner().outcome, self.pass)
    }

    /// The memory now, in lines; what `body` names by its address is marked.
    pub(crate) fn picture(&self, body: &[String]) -> Vec<String> {
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
    pub(crate) fn near(&self, addr: Addr) -> String {
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
    pub(crate) fn named(&self, text: &str) -> String {
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
