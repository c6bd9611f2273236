//! What refers to what: the names on the left, the objects beside them, arrows in between.
//!
//! Arrows run in the gaps between the columns only, so that they never cross text. An arrow starts
//! at a dot beside the place that holds the address, and ends at the title of the object.

use std::collections::{BTreeMap, BTreeSet};

use memory::Addr;

use super::canvas::{Anchor, Canvas, FONT, ROW, SMALL, fit, num, width};
use super::lanes::{End, Lane, Side, order};
use super::{Order, SvgOptions};
use crate::diff::Mark;
use crate::model::{Holds, Kind, Link, Object, Picture, Slot, Target};
use crate::text::thousands;

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
                    boxed.note = format!("{addr}   {size} {}", self.options.words.bytes);
                }
            }
            if object.is_static {
                let data = self.options.words.data;
                boxed.note = format!("{} {data}", boxed.note).trim().to_owned();
            } else if !object.reached && names.is_empty() {
                let word = self.options.words.unreached;
                boxed.note = format!("{}   ? {word}", boxed.note).trim().to_owned();
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

    fn place(&mut self, canvas: &mut Canvas, top: f64) -> (f64, f64) {
        let columns = self.boxes.iter().map(|b| b.column).max().unwrap_or(0);
        let has_names = self.boxes.iter().any(|boxed| boxed.column == 0);
        // How many lanes each gap needs: the arrows to one object share one.
        let lanes = self.gaps(columns);
        let gap_width = |gap: usize, last: bool| {
            let count = lanes[gap].values().len() as f64;
            match (count > 0.0, last) {
                (true, false) => 26.0 + count * spacing(count),
                (true, true) => 20.0 + count * spacing(count),
                (false, false) => 14.0,
                (false, true) => 0.0,
            }
        };
        let names_width = if has_names {
            let widest = self.boxes.iter().filter(|boxed| boxed.column == 0);
            let widest = widest.flat_map(|boxed| {
                let title = width(&boxed.title, FONT) + 2.0 * PAD;
                let rows = boxed.rows.iter().map(|row| {
                    let inline = match &row.inline {
                        Some(_) if row.bad => 0.0,
                        Some(text) => width(text, FONT) + 12.0,
                        None => 10.0,
                    };
                    width(&row.label, FONT) + inline + 2.0 * PAD
                });
                let bad = boxed
                    .rows
                    .iter()
                    .filter(|row| row.bad)
                    .map(|row| width(row.inline.as_deref().unwrap_or(""), SMALL) + 2.0 * PAD);
                [title]
                    .into_iter()
                    .chain(rows)
                    .chain(bad)
                    .collect::<Vec<_>>()
            });
            widest.fold(0.0, f64::max).clamp(88.0, 190.0)
        } else {
            0.0
        };
        let mut gaps_total = 2.0 * MARGIN;
        for gap in 0..=columns {
            if gap == 0 && !has_names {
                continue;
            }
            gaps_total += gap_width(gap, gap == columns);
        }
        let card_width = if columns == 0 {
            0.0
        } else {
            ((f64::from(self.options.width) - gaps_total - names_width) / columns as f64)
                .clamp(170.0, 300.0)
        };
        // Left edges of the columns.
        let mut lefts = vec![MARGIN];
        let mut x = MARGIN;
        if has_names {
            x += names_width + gap_width(0, columns == 0);
        }
        for column in 1..=columns {
            lefts.push(x);
            x += card_width + gap_width(column, column == columns);
        }
        let total_width = x + MARGIN;
        // The columns begin at different heights, so that the rows of two are not in line, and a
        // start in one is not mistaken for the end of an arrow to the other.
        let heading = if self.options.headings { 20.0 } else { 0.0 };
        let mut ys = vec![top + heading, top + heading + 6.0, top + heading + 12.0];
        let mut placed: Vec<usize> = (0..self.boxes.len()).collect();
        placed.sort_by_key(|&index| self.boxes[index].column);
        let second = placed.partition_point(|&index| self.boxes[index].column < 2);
        for &index in &placed[..second] {
            let column = self.boxes[index].column;
            self.boxes[index].x = lefts[column];
            self.boxes[index].w = if column == 0 { names_width } else { card_width };
            let bottom = self.set_rows(index, ys[column]);
            ys[column] = bottom + GAP;
        }
        // What only objects refer to stands beside the first of them.
        let mut beside: Vec<(f64, usize)> = placed[second..]
            .iter()
            .map(|&index| (self.first_referrer(index), index))
            .collect();
        beside.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (y, index) in beside {
            self.boxes[index].x = lefts[2];
            self.boxes[index].w = card_width;
            let bottom = self.set_rows(index, ys[2].max(y - TITLE));
            ys[2] = bottom + GAP;
        }
        if self.options.headings {
            let stack = if has_names {
                self.options.words.stack
            } else {
                ""
            };
            canvas.text(
                "ph-small ph-heading",
                Anchor::Start,
                MARGIN,
                top + 12.0,
                stack,
            );
            if columns > 0 {
                let heap = self.options.words.heap;
                canvas.text(
                    "ph-small ph-heading",
                    Anchor::Start,
                    lefts[1],
                    top + 12.0,
                    heap,
                );
            }
        }
        let starts = self.arrows(canvas, &lanes, columns);
        for boxed in &self.boxes {
            self.boxed_svg(canvas, boxed);
        }
        for (x, y) in starts {
            canvas.circle("ph-dot", x, y, 3.2);
        }
        let bottom = ys.into_iter().fold(0.0, f64::max) - GAP;
        (bottom - top + 4.0, total_width)
    }

    /// The height of the first row that refers to a box from another column.
    fn first_referrer(&self, index: usize) -> f64 {
        let rows = self.boxes.iter().filter(|boxed| boxed.column < 2);
        let rows = rows.flat_map(|boxed| &boxed.rows);
        let to = self.boxes[index].object.map(|object| object.addr);
        rows.filter(|row| to.is_some() && row.slot.and_then(|slot| slot.to) == to)
            .map(|row| row.y)
            .reduce(f64::min)
            .unwrap_or(0.0)
    }

    /// Sets the heights of a box's rows; returns its bottom.
    fn set_rows(&mut self, index: usize, top: f64) -> f64 {
        let room = self.boxes[index].w - 2.0 * PAD;
        let boxed = &mut self.boxes[index];
        boxed.y = top;
        let mut y = top + TITLE;
        if !boxed.note.is_empty() {
            y += NOTE;
        }
        for row in &mut boxed.rows {
            row.y = y + ROW / 2.0;
            y += ROW;
            if row.bad {
                y += NOTE;
            }
        }
        let wrapped: Vec<String> = boxed
            .problems
            .iter()
            .flat_map(|words| wrap(&format!("! {words}"), room))
            .collect();
        boxed.problems = wrapped;
        y += NOTE * boxed.problems.len() as f64;
        if y > top + TITLE {
            y += 4.0;
        }
        boxed.h = y - top;
        y
    }

    /// For each gap between columns, the objects that arrows in it lead to, with the places that
    /// they start from: indices of boxes and rows.
    fn gaps(&self, columns: usize) -> Vec<BTreeMap<Addr, Vec<(usize, usize)>>> {
        let mut gaps = vec![BTreeMap::new(); columns + 1];
        for (index, boxed) in self.boxes.iter().enumerate() {
            for (number, row) in boxed.rows.iter().enumerate() {
                let Some(to) = row.slot.and_then(|slot| slot.to) else {
                    continue;
                };
                let Some(target) = self.boxes.iter().find(|b| is_of(b, to)) else {
                    continue;
                };
                if row.inline.is_some() {
                    continue;
                }
                let gap = match (boxed.column, target.column) {
                    (0, _) => 0,
                    (from, to) => from.min(to).max(1),
                };
                let starts: &mut Vec<(usize, usize)> = gaps[gap].entry(to).or_default();
                starts.push((index, number));
            }
        }
        gaps
    }

    /// Draws the arrows; returns where they start.
    fn arrows(
        &self,
        canvas: &mut Canvas,
        gaps: &[BTreeMap<Addr, Vec<(usize, usize)>>],
        columns: usize,
    ) -> Vec<(f64, f64)> {
        let mut dots = Vec::new();
        for (gap, targets) in gaps.iter().enumerate() {
            if targets.is_empty() {
                continue;
            }
            let edge = |column: usize| self.boxes.iter().find(|b| b.column == column);
            let left = edge(gap).map_or(MARGIN, |boxed| boxed.x + boxed.w);
            let right = if gap < columns {
                edge(gap + 1).map_or(left, |boxed| boxed.x)
            } else {
                f64::MAX
            };
            let mut used: Vec<f64> = Vec::new();
            let mut lanes = Vec::new();
            for (to, starts) in targets {
                let Some(target) = self.boxes.iter().find(|b| is_of(b, *to)) else {
                    continue;
                };
                let side = if target.column > gap {
                    Side::Right
                } else {
                    Side::Left
                };
                let y = target.y + TITLE / 2.0;
                used.push(y);
                lanes.push((starts, End { side, y }));
            }
            let lanes: Vec<Lane> = lanes
                .into_iter()
                .map(|(starts, target)| Lane {
                    sources: starts
                        .iter()
                        .map(|&(index, row)| {
                            let boxed = &self.boxes[index];
                            let side = if boxed.column > gap {
                                Side::Right
                            } else {
                                Side::Left
                            };
                            let row = &boxed.rows[row];
                            let y = free_place(row.y, &used, target.y);
                            let weak = row.slot.is_some_and(|slot| slot.link == Link::Weak);
                            let class = match (weak, row.changed) {
                                (true, _) => "ph-arrow ph-weak",
                                (_, true) => "ph-arrow ph-new-line",
                                _ => "ph-arrow",
                            };
                            (End { side, y }, class)
                        })
                        .collect(),
                    target,
                })
                .collect();
            let step = spacing(lanes.len() as f64);
            for (place, index) in order(&lanes).into_iter().enumerate() {
                let lane = &lanes[index];
                let x = left + 12.0 + step * (place as f64 + 0.5);
                let at = |end: End| if end.side == Side::Left { left } else { right };
                for (source, class) in &lane.sources {
                    let from = at(*source);
                    let to = at(lane.target);
                    canvas.path(
                        class,
                        &bend(from, source.y, x, lane.target.y, to, lane.target.side),
                    );
                    dots.push((from, source.y));
                }
                let to = at(lane.target);
                canvas.head(
                    "ph-head",
                    to,
                    lane.target.y,
                    lane.target.side == Side::Right,
                );
            }
        }
        dots
    }

    fn boxed_svg(&self, canvas: &mut Canvas, boxed: &Boxed<'_>) {
        let words = &self.options.words;
        let frame = boxed.column == 0;
        let radius = if frame { 2.0 } else { 7.0 };
        let is_static = boxed.object.is_some_and(|object| object.is_static);
        let (class, tag) = match boxed.mark {
            Some(Mark::New) => ("ph-card ph-new", Some(words.new)),
            Some(Mark::Gone(_)) => ("ph-card ph-gone", Some(words.gone)),
            Some(Mark::Changed { .. }) => ("ph-card ph-changed", None),
            None if !boxed.problems.is_empty() => ("ph-card ph-wrong", None),
            None if is_static => ("ph-card ph-static", None),
            None => ("ph-card", None),
        };
        let Boxed { x, y, w, h, .. } = *boxed;
        if frame {
            canvas.rect("ph-band", x, y, w, TITLE, radius);
        }
        canvas.rect(class, x, y, w, h, radius);
        let right = match tag {
            Some(tag) if boxed.right.is_empty() => tag.to_owned(),
            Some(tag) => format!("{tag}  {}", boxed.right),
            None => boxed.right.clone(),
        };
        let right_width = width(&right, FONT);
        let base = y + TITLE / 2.0 + 4.5;
        let title = fit(&boxed.title, FONT, w - 2.0 * PAD - right_width - 6.0);
        canvas.text("ph-bold", Anchor::Start, x + PAD, base, &title);
        if !right.is_empty() {
            let strong = if matches!(boxed.mark, Some(Mark::Changed { refcnt: Some(_) })) {
                "ph-bold"
            } else {
                "ph-count"
            };
            canvas.text(strong, Anchor::End, x + w - PAD, base, &right);
        }
        let mut below = y + TITLE;
        if !boxed.note.is_empty() {
            let note = fit(&boxed.note, SMALL, w - 2.0 * PAD);
            canvas.text("ph-small", Anchor::Start, x + PAD, below + 9.0, &note);
            below += NOTE;
        }
        for row in &boxed.rows {
            let base = row.y + 4.5;
            let class = if row.changed { "ph-bold" } else { "ph-text" };
            let label = if boxed
                .object
                .is_some_and(|object| matches!(object.kind, Kind::List | Kind::Tuple | Kind::Set))
                && row.slot.is_some()
            {
                format!("[{}]", row.label)
            } else {
                row.label.clone()
            };
            let mut room = w - 2.0 * PAD;
            below = row.y + ROW / 2.0;
            if let Some(inline) = &row.inline {
                if row.bad {
                    let text = fit(inline, SMALL, room);
                    canvas.text(
                        "ph-small ph-bad",
                        Anchor::Start,
                        x + PAD,
                        below + 9.0,
                        &text,
                    );
                    below += NOTE;
                } else {
                    let most = (room - width(&label, FONT) - 8.0).max(FONT);
                    let text = fit(inline, FONT, most);
                    room -= width(&text, FONT) + 8.0;
                    canvas.text("ph-inline", Anchor::End, x + w - PAD, base, &text);
                }
            }
            canvas.text(
                class,
                Anchor::Start,
                x + PAD,
                base,
                &fit(&label, FONT, room),
            );
        }
        for line in &boxed.problems {
            canvas.text(
                "ph-small ph-bad",
                Anchor::Start,
                x + PAD,
                below + 11.0,
                line,
            );
            below += NOTE;
        }
    }

    /// What the picture shows, as sentences: for those who cannot see it.
    pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> String {
        let mut parts = Vec::new();
        let what = |slot: &Slot| match slot.to.and_then(|to| picture.object(to)) {
            Some(object) if object.is_static => format!("{} {}", slot.label, object.value),
            Some(object) => format!("{} → {} {}", slot.label, object.short(), object.addr),
            None => match slot.to {
                Some(to) => format!("{} → {to} ✗", slot.label),
                None => format!("{} –", slot.label),
            },
        };
        if options.frames {
            for frame in picture.frames.iter().take(BOXES) {
                let locals: Vec<String> = frame.locals.iter().map(what).collect();
                parts.push(format!("{}(): {}", frame.name, locals.join(", ")));
            }
        }
        if options.objects {
            let objects = picture.objects.values().filter(|o| o.drawn && !o.is_static);
            for object in objects.take(BOXES) {
                if !options.classes && is_class(object) {
                    continue;
                }
                let mut text = format!("{} {}", object.addr, object.short());
                if options.counts {
                    text.push_str(&format!(", {} {}", options.words.refs, object.refcnt));
                }
                let slots: Vec<String> = object.drawn_slots().take(ROWS).map(what).collect();
                if !slots.is_empty() {
                    text.push_str(&format!(": {}", slots.join(", ")));
                }
                parts.push(text);
            }
        }
        if options.problems {
            for problem in picture.problems.iter().take(ROWS) {
                parts.push(format!("! {} {}", problem.addr, problem.words));
            }
        }
        let free = picture.blocks.iter().filter(|b| b.holds == Holds::Free);
        if options.blocks {
            parts.push(format!("{}: {}", options.words.free, free.count()));
        }
        parts.join(". ")
    }
}

/// What the picture shows, as sentences.
pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> String {
    Graph::describe(picture, options)
}

/// Whether it is drawn only where classes are.
fn is_class(object: &Object) -> bool {
    matches!(object.kind, Kind::Type | Kind::Function)
}

fn is_of(boxed: &Boxed<'_>, addr: Addr) -> bool {
    boxed.object.is_some_and(|object| object.addr == addr)
}

/// The distance of two lanes.
fn spacing(count: f64) -> f64 {
    if count <= 4.0 {
        10.0
    } else if count <= 8.0 {
        8.0
    } else {
        6.0
    }
}

/// A height near `y` at which no arrow of another lane ends.
fn free_place(y: f64, used: &[f64], own: f64) -> f64 {
    [0.0, 5.0, -5.0]
        .into_iter()
        .map(|by| y + by)
        .find(|place| {
            used.iter()
                .all(|other| *other == own || (other - place).abs() > 3.0)
        })
        .unwrap_or(y)
}

/// A line from `x1`, `y1` over the lane at `lane` to `x2`, `y2`, with round corners, that ends
/// before the arrow's head.
fn bend(x1: f64, y1: f64, lane: f64, y2: f64, x2: f64, side: Side) -> String {
    let end = if side == Side::Right {
        x2 - 6.0
    } else {
        x2 + 6.0
    };
    let radius = ((y2 - y1).abs() / 2.0).min(6.0);
    if radius < 0.6 {
        let straight = (x1 < lane) == (lane < end);
        return if straight {
            format!("M{} {}H{}", num(x1), num(y1), num(end))
        } else {
            format!("M{} {}H{}H{}", num(x1), num(y1), num(lane), num(end))
        };
    }
    let into = if x1 < lane { -radius } else { radius };
    let out = if end > lane { radius } else { -radius };
    let down = if y2 > y1 { radius } else { -radius };
    format!(
        "M{} {}H{}Q{} {} {} {}V{}Q{} {} {} {}H{}",
        num(x1),
        num(y1),
        num(lane + into),
        num(lane),
        num(y1),
        num(lane),
        num(y1 + down),
        num(y2 - down),
        num(lane),
        num(y2),
        num(lane + out),
        num(y2),
        num(end)
    )
}

/// `text` in lines of small letters.
fn wrap(text: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line, SMALL) + width(word, SMALL) + SMALL * 0.62 <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fit(word, SMALL, room)),
        }
    }
    lines
}
