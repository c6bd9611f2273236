//! Where the regions lie: a bar for each, made of pages.

use memory::{PAGE, Region};

use super::SvgOptions;
use super::canvas::{Anchor, Canvas, FONT, SMALL, width};
use crate::model::{Picture, RegionPart};
use crate::text::thousands;

const MARGIN: f64 = 6.0;
const BAR: f64 = 20.0;
/// The most cells of a bar; with more pages, a cell is several.
const CELLS: u64 = 16;

/// Draws the bars from `top` on; returns height and width.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
) -> (f64, f64) {
    let words = &options.words;
    let name = |region| match region {
        Region::Text => words.text,
        Region::Data => words.data,
        Region::Heap => words.heap,
        Region::Stack => words.stack,
    };
    let labels = picture.regions.iter().map(|p| width(name(p.region), FONT));
    let left = MARGIN + labels.fold(0.0, f64::max) + 22.0;
    let room = f64::from(options.width).max(320.0) - left - MARGIN - 14.0;
    let most = picture.regions.iter().map(|part| pages(part).1).max();
    let cells = most.unwrap_or(0).clamp(4, CELLS);
    let cell = (room / cells as f64).floor().min(64.0);
    let mut y = top;
    let mut below = 0;
    for part in &picture.regions {
        if part.region == Region::Stack && part.start > below && below > 0 {
            gap(canvas, options, left, y, (part.start - below) / PAGE);
            y += 24.0;
        }
        below = below.max(part.end);
        bar(canvas, part, left, y, cell);
        canvas.text(
            "ph-bold",
            Anchor::Start,
            MARGIN,
            y + BAR / 2.0 + 4.5,
            name(part.region),
        );
        let (used, bytes) = (thousands(part.used()), words.bytes);
        let under = y + BAR + 13.0;
        let range = format!("{:#06x} – {:#06x}", part.start, part.end);
        canvas.text("ph-small", Anchor::Start, left, under, &range);
        let size = format!("{used} {bytes}");
        let place = left + width(&range, SMALL) + 16.0;
        canvas.text("ph-small", Anchor::Start, place, under, &size);
        y += BAR + 24.0;
    }
    (y - top, f64::from(options.width).max(320.0))
}

/// The first page of a region's used part, and how many there are.
fn pages(part: &RegionPart) -> (u64, u64) {
    let first = part.start / PAGE;
    (first, part.end.div_ceil(PAGE).saturating_sub(first))
}

/// The pages of a region that are in use, each a cell, filled as far as it is used; and an arrow
/// where the region can grow.
fn bar(canvas: &mut Canvas, part: &RegionPart, left: f64, y: f64, width: f64) {
    let (first, pages) = pages(part);
    if pages == 0 {
        canvas.line("ph-rule", left, y, left, y + BAR);
        return;
    }
    let per_cell = pages.div_ceil(CELLS);
    let cells = pages.div_ceil(per_cell);
    let bytes = per_cell * PAGE;
    // Bytes from the first page on, to units.
    let scale = |at: u64| (at.saturating_sub(first * PAGE)) as f64 / bytes as f64 * width;
    let (from, to) = (scale(part.start), scale(part.end));
    canvas.rect("ph-used", left + from, y, to - from, BAR, 0.0);
    for cell in 0..cells {
        let x = left + width * cell as f64;
        canvas.rect("ph-frameless", x, y, width, BAR, 0.0);
    }
    let grows = match part.region {
        Region::Heap => Some((left + width * cells as f64 + 3.0, true)),
        Region::Stack => Some((left - 3.0, false)),
        _ => None,
    };
    if let Some((x, right)) = grows {
        let by = if right { 9.0 } else { -9.0 };
        canvas.head("ph-head", x + by, y + BAR / 2.0, right);
    }
}

/// The pages between heap and stack.
fn gap(canvas: &mut Canvas, options: &SvgOptions<'_>, left: f64, y: f64, pages: u64) {
    canvas.line("ph-rule ph-dash", left, y - 2.0, left, y + 16.0);
    let word = match pages {
        1 => options.words.page,
        _ => options.words.pages,
    };
    let text = format!("… {} {word}", thousands(pages));
    canvas.text("ph-small", Anchor::Start, left + 10.0, y + 10.0, &text);
}
