//! Where the boxes stand, and how each is drawn.

use super::arrows::spacing;
use super::{Boxed, GAP, Graph, MARGIN, NOTE, PAD, TITLE};
use crate::diff::Mark;
use crate::model::Kind;
use crate::svg::canvas::{Anchor, Canvas, FONT, ROW, SMALL, fit, width};

impl Graph<'_> {
    pub(super) fn place(&mut self, canvas: &mut Canvas, top: f64) -> (f64, f64) {
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
            // Global names are no part of the stack: they are entries of a dict in the heap.
            let words = &self.options.words;
            let globals = self.boxes.iter().any(|boxed| boxed.title == words.globals);
            let heading = match (has_names, globals) {
                (false, _) => "",
                (true, false) => words.stack,
                (true, true) => words.names,
            };
            canvas.text(
                "ph-small ph-heading",
                Anchor::Start,
                MARGIN,
                top + 12.0,
                heading,
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
    pub(super) fn first_referrer(&self, index: usize) -> f64 {
        let rows = self.boxes.iter().filter(|boxed| boxed.column < 2);
        let rows = rows.flat_map(|boxed| &boxed.rows);
        let to = self.boxes[index].object.map(|object| object.addr);
        rows.filter(|row| to.is_some() && row.slot.and_then(|slot| slot.to) == to)
            .map(|row| row.y)
            .reduce(f64::min)
            .unwrap_or(0.0)
    }

    /// Sets the heights of a box's rows; returns its bottom.
    pub(super) fn set_rows(&mut self, index: usize, top: f64) -> f64 {
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

    pub(super) fn boxed_svg(&self, canvas: &mut Canvas, boxed: &Boxed<'_>) {
        let words = &self.options.words;
        let frame = boxed.column == 0;
        let radius = if frame { 2.0 } else { 7.0 };
        let is_static = boxed.object.is_some_and(|object| object.is_static);
        let (class, tag) = match boxed.mark {
            Some(Mark::New) => ("ph-card ph-new", Some(words.new)),
            Some(Mark::Gone(_)) => ("ph-card ph-gone", Some(words.gone)),
            Some(Mark::Changed { .. }) => ("ph-card ph-changed", None),
            None if !boxed.problems.is_empty() || boxed.rows.iter().any(|row| row.bad) => {
                ("ph-card ph-wrong", None)
            }
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
