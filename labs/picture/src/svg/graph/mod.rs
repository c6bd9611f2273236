//! What refers to what: the names on the left, the objects beside them, arrows in between.
//!
//! Arrows run in the gaps between the columns only, so that they never cross text. An arrow starts
//! at a dot beside the place that holds the address, and ends at the title of the object.

mod arrows;
mod describe;
mod place;

use std::collections::BTreeSet;

use memory::Addr;

use crate::diff::Mark;
use crate::model::{Kind, Object, Picture, Slot, Target};
use crate::svg::canvas::Canvas;
use crate::svg::{Order, SvgOptions};
use crate::text::thousands;
pub(crate) use describe::describe;

const MARGIN: f64 = 6.0;
const GAP: f64 = 12.0;
const PAD: f64 = 8.0;
const TITLE: f64 = 24.0;
const NOTE: f64 = 16.0;
/// The most objects and the most frames that are drawn: a page cannot show more.
const BOXES: usize = 100;
/// The most references of one object that get a row.
const ROWS: usize = 8;

/// A row of a box: a place that holds a reference.
struct Row<'p> {
    label: String,
    slot: Option<&'p Slot>,
    /// What stands in the row instead of an arrow.
    inline: Option<String>,
    bad: bool,
    changed: bool,
    /// The middle of the row.
    y: f64,
}

/// A frame, the global names, or an object.
struct Boxed<'p> {
    object: Option<&'p Object>,
    title: String,
    right: String,
    note: String,
    rows: Vec<Row<'p>>,
    problems: Vec<String>,
    mark: Option<&'p Mark>,
    column: usize,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// Draws the graph from `top` on; returns the height that it takes and the width that it needs.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
) -> (f64, f64) {
    let mut graph = Graph {
        picture,
        options,
        drawn: BTreeSet::new(),
        boxes: Vec::new(),
    };
    graph.choose();
    graph.names();
    graph.objects();
    if graph.boxes.is_empty() {
        return (0.0, 0.0);
    }
    graph.place(canvas, top)
}

struct Graph<'p> {
    picture: &'p Picture,
    options: &'p SvgOptions<'p>,
    /// The objects that get a box.
    drawn: BTreeSet<Addr>,
    boxes: Vec<Boxed<'p>>,
}

impl<'p> Graph<'p> {
    fn choose(&mut self) {
        if !self.options.objects {
            return;
        }
        let picture = self.picture;
        let visible = |addr: &Addr| {
            picture.object(*addr).filter(|object| {
                (self.options.statics || !object.is_static)
                    && (self.options.classes || !is_class(object))
            })
        };
        let locals = picture.frames.iter().flat_map(|frame| &frame.locals);
        let globals = picture.globals.iter().flat_map(|globals| &globals.names);
        let mut queue: Vec<Addr> = locals.chain(globals).filter_map(|slot| slot.to).collect();
        queue.extend(picture.names.iter().map(|(addr, _)| addr));
        let lost = picture.objects.values().filter(|object| !object.reached);
        queue.extend(lost.map(|object| object.addr));
        // What only a class leads to goes with it.
        while let Some(addr) = queue.pop() {
            if let Some(object) = visible(&addr)
                && self.drawn.len() < BOXES
                && self.drawn.insert(addr)
            {
                queue.extend(object.drawn_slots().filter_map(|slot| slot.to));
            }
        }
        if !self.options.only.is_empty() {
            self.drawn.retain(|addr| self.options.only.contains(addr));
        }
    }

    /// The row of a place.
    fn row(&self, slot: &'p Slot) -> Row<'p> {
        let words = &self.options.words;
        let target = slot.to.and_then(|to| self.picture.object(to));
        let (inline, bad) = match (slot.target, slot.to) {
            (_, None) => (Some("–".to_owned()), false),
            (Target::Freed, Some(to)) => (Some(format!("✗ {to} {}", words.freed)), true),
            (Target::Kept, Some(to)) => (Some(format!("✗ {to} {}", words.kept)), true),
            (Target::NoObject, Some(to)) => (Some(format!("✗ {to} {}", words.no_object)), true),
            (Target::Outside, Some(to)) => (Some(format!("✗ {to} {}", words.outside)), true),
            (_, Some(to)) if self.drawn.contains(&to) => (None, false),
            (_, Some(to)) => {
                let short = target.map_or(to.to_string(), |object| match object.kind {
                    Kind::Int | Kind::Float => object.value.clone(),
                    _ => object.short(),
                });
                (Some(short), false)
            }
        };
        Row {
            label: slot.label.clone(),
            slot: Some(slot),
            inline,
            bad,
            changed: self
                .options
                .changed
                .is_some_and(|diff| diff.slots.contains(&slot.at)),
            y: 0.0,
        }
    }

    fn problems(&self, addr: Addr, others: &[Addr]) -> Vec<String> {
        if !self.options.problems {
            return Vec::new();
        }
        self.picture
            .problems
            .iter()
            .filter(|problem| problem.addr == addr || others.contains(&problem.addr))
            .filter(|problem| {
                self.options.counts || problem.kind != crate::model::ProblemKind::Count
            })
            // A reference that leads nowhere is said in its own row.
            .filter(|problem| problem.kind != crate::model::ProblemKind::Reference)
            .map(|problem| problem.words.clone())
            .collect()
    }

    fn mark(&self, addr: Addr) -> Option<&'p Mark> {
        self.options.changed.and_then(|diff| diff.mark(addr))
    }

    fn boxed(&self, title: String) -> Boxed<'p> {
        Boxed {
            object: None,
            title,
            right: String::new(),
            note: String::new(),
            rows: Vec::new(),
            problems: Vec::new(),
            mark: None,
            column: 0,
            x: 0.0,
            y: 0.0,
            w: 0.0,
            h: 0.0,
        }
    }

    fn names(&mut self) {
        if !self.options.frames {
            return;
        }
        for frame in self.picture.frames.iter().take(BOXES) {
            let mut boxed = self.boxed(format!("{}()", frame.name));
            if self.options.addresses {
                boxed.note = frame.addr.to_string();
            }
            boxed.rows = frame.locals.iter().map(|slot| self.row(slot)).collect();
            boxed.problems = self.problems(frame.addr, &[]);
            boxed.mark = self.mark(frame.addr);
            self.boxes.push(boxed);
        }
        if let Some(globals) = &self.picture.globals {
            let rows = globals
                .names
                .iter()
                .filter(|slot| {
                    let target = slot.to.and_then(|to| self.picture.object(to));
                    self.options.classes || !target.is_some_and(is_class)
                })
                .map(|slot| self.row(slot))
                .collect::<Vec<_>>();
            if !rows.is_empty() {
                let mut boxed = self.boxed(self.options.words.globals.to_owned());
                boxed.rows = rows;
                self.boxes.push(boxed);
            }
        }
        if let Some(diff) = self.options.changed {
            for (addr, mark) in diff.marks.iter().take(BOXES) {
                let stack = self.picture.regions.get(3);
                if let Mark::Gone(what) = mark
                    && stack.is_some_and(|stack| addr.get() >= stack.limit)
                {
                    let mut boxed = self.boxed(what.clone());
                    boxed.mark = Some(mark);
                    self.boxes.insert(0, boxed);
                }
            }
        }
    }

    fn objects(&mut self) {
        let direct: BTreeSet<Addr> = self
            .boxes
            .iter()
            .flat_map(|boxed| &boxed.rows)
            .filter_map(|row| row.slot?.to)
            .chain(self.picture.names.iter().map(|(addr, _)| addr))
            .collect();
        let wide = self.options.width >= 640;
        let mut boxes = Vec::new();
        for addr in self.in_order() {
            let Some(object) = self.picture.object(addr) else {
                continue;
            };
            let names: Vec<&str> = self.picture.names.of(addr).collect();
            let mut boxed = self.boxed(object.short());
            if !names.is_empty() {
                boxed.title = format!("{}: {}", names.join(", "), boxed.title);
            }
            boxed.object = Some(object);
            boxed.mark = self.mark(addr);
            boxed.column = if wide && !direct.contains(&addr) {
                2
            } else {
                1
            };
            if self.options.counts && !object.is_static {
                let before = match boxed.mark {
                    Some(Mark::Changed { refcnt: Some(old) }) => format!("{old}→"),
                    _ => String::new(),
                };
                boxed.right = format!("{} {before}{}", self.options.words.refs, object.refcnt);
            }
            if self.options.addresses {
                boxed.note = addr.to_string();
                if self.options.sizes {
                    let size = thousands(object.size());
                    boxed.note = format!("{addr} · {size} {}", self.options.words.bytes);
                }
            }
            if object.is_static {
                let data = self.options.words.data;
                boxed.note = format!("{} {data}", boxed.note).trim().to_owned();
            } else if !object.reached && names.is_empty() {
                let word = self.options.words.unreached;
                boxed.note = format!("{} ? {word}", boxed.note).trim().to_owned();
            }
            if self.options.gc && self.picture.collector.is_some() {
                boxed.note = self.gc_note(object, &boxed.note);
            }
            let slots: Vec<&Slot> = object.drawn_slots().collect();
            boxed.rows = slots.iter().take(ROWS).map(|slot| self.row(slot)).collect();
            if slots.len() > ROWS {
                let more = slots.len() - ROWS;
                boxed.rows.push(Row {
                    label: format!("… {more} {}", self.options.words.more),
                    slot: None,
                    inline: None,
                    bad: false,
                    changed: false,
                    y: 0.0,
                });
            }
            // One weak reference has no order.
            if object.weakrefs.len() > 1 {
                let list = object.weakrefs.iter().take(ROWS).map(Addr::to_string);
                boxed.rows.push(Row {
                    label: "weakrefs".to_owned(),
                    slot: None,
                    inline: Some(list.collect::<Vec<_>>().join(" ▶ ")),
                    bad: false,
                    changed: false,
                    y: 0.0,
                });
            }
            boxed.problems = self.problems(addr, &[]);
            boxes.push(boxed);
        }
        if let Some(diff) = self.options.changed {
            for (addr, mark) in diff.marks.iter().take(BOXES) {
                let stack = self.picture.regions.get(3);
                if let Mark::Gone(what) = mark
                    && self.options.objects
                    && stack.is_none_or(|stack| addr.get() < stack.limit)
                {
                    let mut boxed = self.boxed(what.clone());
                    boxed.mark = Some(mark);
                    boxed.note = addr.to_string();
                    boxed.column = 1;
                    let at = boxes
                        .iter()
                        .position(|b| b.object.is_some_and(|object| object.addr > *addr))
                        .unwrap_or(boxes.len());
                    boxes.insert(at, boxed);
                }
            }
        }
        self.boxes.extend(boxes);
    }

    /// A note, and what the collector noted.
    fn gc_note(&self, object: &Object, note: &str) -> String {
        let Some(head) = object.gc else {
            return note.to_owned();
        };
        let mut notes: Vec<String> = Vec::new();
        if !note.is_empty() {
            notes.push(note.to_owned());
        }
        if !head.is_tracked() {
            notes.push(self.options.words.untracked.to_owned());
        }
        let (_, noted) = crate::text::collector::member(self.picture, object.addr);
        notes.extend(noted);
        notes.join(" · ")
    }

    /// The objects from top to bottom.
    fn in_order(&self) -> Vec<Addr> {
        if self.options.order == Order::Address {
            return self.drawn.iter().copied().collect();
        }
        let mut order: Vec<Addr> = Vec::new();
        let mut queue: Vec<Addr> = self
            .boxes
            .iter()
            .flat_map(|boxed| &boxed.rows)
            .filter_map(|row| row.slot?.to)
            .collect();
        queue.extend(&self.drawn);
        queue.reverse();
        let mut seen = BTreeSet::new();
        while let Some(addr) = queue.pop() {
            if !self.drawn.contains(&addr) || !seen.insert(addr) {
                continue;
            }
            order.push(addr);
        }
        order
    }
}

/// Whether it is drawn only where classes are.
fn is_class(object: &Object) -> bool {
    matches!(object.kind, Kind::Type | Kind::Function)
}

fn is_of(boxed: &Boxed<'_>, addr: Addr) -> bool {
    boxed.object.is_some_and(|object| object.addr == addr)
}
