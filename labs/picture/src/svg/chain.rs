//! A list as a row of boxes with arrows between them.

use super::canvas::{Anchor, Canvas, SMALL, width};

const BOX: f64 = 20.0;
const LINE: f64 = 13.0;
const ARROW: f64 = 20.0;
const PAD: f64 = 6.0;
/// The most boxes of a list.
const MOST: usize = 32;

/// One box: its lines, and what stands below it.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) lines: Vec<String>,
    /// What points at it from elsewhere.
    pub(crate) under: String,
    pub(crate) bad: bool,
}

impl Link {
    pub(crate) fn new(line: impl Into<String>) -> Link {
        Link {
            lines: vec![line.into()],
            ..Link::default()
        }
    }
}

/// Draws the list called `name`, whose last link is `end` if that is not empty; returns the height.
pub(crate) fn draw(
    canvas: &mut Canvas,
    place: (f64, f64, f64),
    name: &str,
    links: &[Link],
    end: &str,
) -> f64 {
    draw_some(canvas, place, name, links, end, MOST)
}

/// As [`draw`], with `most` boxes at most; what is left is counted.
pub(crate) fn draw_some(
    canvas: &mut Canvas,
    (left, top, total): (f64, f64, f64),
    name: &str,
    links: &[Link],
    end: &str,
    most: usize,
) -> f64 {
    let mut y = top;
    canvas.text("ph-small ph-bold", Anchor::Start, left, y + 11.0, name);
    y += 17.0;
    let tall = links.iter().map(|link| link.lines.len()).max().unwrap_or(1);
    let height = BOX + LINE * tall.saturating_sub(1) as f64;
    let below = if links.iter().any(|link| !link.under.is_empty()) {
        15.0
    } else {
        0.0
    };
    let mut x = left;
    let arrow = |canvas: &mut Canvas, x: &mut f64, y: &mut f64, w: f64| {
        if *x + ARROW + w > left + total && *x > left {
            *x = left;
            *y += height + below + 8.0;
        }
        let middle = *y + BOX / 2.0;
        canvas.line("ph-arrow", *x + 2.0, middle, *x + ARROW - 6.0, middle);
        canvas.head("ph-head", *x + ARROW - 1.0, middle, true);
        *x += ARROW;
    };
    for link in links.iter().take(most) {
        let widest = link.lines.iter().map(|line| width(line, SMALL));
        let under = width(&link.under, 10.0);
        let w = widest.fold(under, f64::max) + 2.0 * PAD;
        arrow(canvas, &mut x, &mut y, w);
        let class = if link.bad {
            "ph-card ph-wrong"
        } else {
            "ph-card"
        };
        canvas.rect(class, x, y, w, height, 3.0);
        for (index, line) in link.lines.iter().enumerate() {
            let base = y + 14.0 + LINE * index as f64;
            canvas.text("ph-small", Anchor::Middle, x + w / 2.0, base, line);
        }
        if !link.under.is_empty() {
            let base = y + height + 11.0;
            canvas.text("ph-tiny", Anchor::Middle, x + w / 2.0, base, &link.under);
        }
        x += w;
    }
    let end = match links.len().checked_sub(most) {
        Some(left) if left > 0 => format!("… +{left}"),
        _ => end.to_owned(),
    };
    if !end.is_empty() {
        let w = width(&end, SMALL);
        arrow(canvas, &mut x, &mut y, w + 4.0);
        canvas.text("ph-small", Anchor::Start, x + 2.0, y + 14.0, &end);
    }
    y + height + below + 10.0 - top
}

/// As [`draw_some`], of boxes that are not linked but stand side by side.
pub(crate) fn stack(
    canvas: &mut Canvas,
    (left, top, total): (f64, f64, f64),
    name: &str,
    links: &[Link],
    most: usize,
) -> f64 {
    let mut y = top;
    canvas.text("ph-small ph-bold", Anchor::Start, left, y + 11.0, name);
    y += 17.0;
    let lines = links.iter().map(|link| link.lines.len()).max();
    let height = BOX + LINE * lines.unwrap_or(1).saturating_sub(1) as f64;
    let widest = links.iter().take(most).flat_map(|link| &link.lines);
    let w = widest.fold(0.0, |w, line| width(line, SMALL).max(w)) + 2.0 * PAD;
    let mut x = left;
    for link in links.iter().take(most) {
        if x + w > left + total && x > left {
            x = left;
            y += height + 8.0;
        }
        let class = if link.bad {
            "ph-card ph-wrong"
        } else {
            "ph-card"
        };
        canvas.rect(class, x, y, w, height, 0.0);
        for (index, line) in link.lines.iter().enumerate() {
            let base = y + 14.0 + LINE * index as f64;
            canvas.text("ph-small", Anchor::Middle, x + w / 2.0, base, line);
        }
        x += w;
    }
    if links.len() > most {
        let more = format!("… +{}", links.len() - most);
        if x + width(&more, SMALL) + 8.0 > left + total {
            x = left;
            y += height + 8.0;
        }
        canvas.text("ph-small", Anchor::Start, x + 8.0, y + 14.0, &more);
    }
    y + height + 10.0 - top
}
