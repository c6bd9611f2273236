//! Where the bytes lie: the heap's blocks, to scale, in rows of 256 bytes.

use super::SvgOptions;
use super::canvas::{Anchor, Canvas, SMALL, fit, num, width};
use crate::model::{Block, Holds, Kind, Picture};

const MARGIN: f64 = 6.0;
const BYTES: u64 = 256;
const HEIGHT: f64 = 24.0;
const STEP: f64 = 32.0;
/// The most rows.
const ROWS: u64 = 24;

/// Draws the rows from `top` on; returns height and width.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
    total: f64,
) -> (f64, f64) {
    let Some(first) = picture.blocks.first() else {
        return (0.0, 0.0);
    };
    canvas.raw(
        "<defs><pattern id=\"free\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
         <path d=\"M0 6L6 0\" stroke=\"currentColor\" stroke-opacity=\".35\"/></pattern></defs>",
    );
    let left = MARGIN + width("0x00000", SMALL) + 6.0;
    let scale = (total - left - MARGIN) / BYTES as f64;
    let mut y = top;
    if options.headings {
        let heading = format!("{} · {BYTES} {}", options.words.heap, options.words.bytes);
        canvas.text("ph-small ph-heading", Anchor::Start, left, y + 11.0, &heading);
        y += 18.0;
    }
    let mut row = u64::MAX;
    let mut rows = 0;
    let mut last_address = u64::MAX;
    for (index, block) in picture.blocks.iter().enumerate() {
        let start = block.start.get();
        let end = start.saturating_add(block.size);
        if index == 0 {
            row = first.start.get() / BYTES;
            rows = 1;
        }
        let mut from = start;
        let mut part = 0;
        while from < end {
            let this = from / BYTES;
            if this != row {
                // A block that fills several rows is drawn in the first two only.
                if part >= 2 && end / BYTES > this {
                    canvas.text(
                        "ph-small",
                        Anchor::Start,
                        left,
                        y + STEP + 10.0,
                        &format!("… {:#06x}", end),
                    );
                    y += 18.0;
                    row = end / BYTES;
                    y += STEP;
                    rows += 1;
                    from = row * BYTES;
                    if from >= end {
                        break;
                    }
                    continue;
                }
                row = this;
                y += STEP;
                rows += 1;
            }
            if rows > ROWS {
                let more = picture.blocks.len() - index;
                let text = format!("… {more} {}", options.words.more);
                canvas.text("ph-small", Anchor::Start, left, y + 10.0, &text);
                return (y + 18.0 - top, total);
            }
            if last_address != row {
                let address = format!("{:#06x}", row * BYTES);
                let base = y + HEIGHT / 2.0 + 4.0;
                canvas.text("ph-small", Anchor::Start, MARGIN, base, &address);
                last_address = row;
            }
            let to = end.min((row + 1) * BYTES);
            let x = left + (from - row * BYTES) as f64 * scale;
            let w = (to - from) as f64 * scale;
            cell(picture, options, canvas, block, (x, y, w), part == 0);
            part += 1;
            from = to;
        }
    }
    (y + STEP - top, total)
}

fn cell(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    block: &Block,
    (x, y, w): (f64, f64, f64),
    labelled: bool,
) {
    let (class, label) = match &block.holds {
        Holds::Object(addr) => match picture.object(*addr) {
            Some(object) if matches!(object.kind, Kind::Int | Kind::Float | Kind::Type) => {
                ("ph-live", object.value.clone())
            }
            Some(object) => ("ph-live", object.short()),
            None => ("ph-live", String::new()),
        },
        Holds::Owned(_, field) => ("ph-owned", (*field).to_owned()),
        Holds::Free => ("", options.words.free.to_owned()),
        Holds::Unknown => ("ph-owned", "?".to_owned()),
    };
    if class.is_empty() {
        canvas.raw(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"url(#free)\" \
             stroke=\"currentColor\" stroke-opacity=\".4\"/>",
            num(x),
            num(y),
            num(w),
            num(HEIGHT)
        ));
    } else {
        canvas.rect(class, x, y, w, HEIGHT, 2.0);
    }
    if labelled && w > 16.0 {
        let text = fit(&label, 10.0, w - 3.0);
        if text.chars().count() > 1 || label.chars().count() == 1 {
            canvas.text(
                "ph-tiny",
                Anchor::Middle,
                x + w / 2.0,
                y + HEIGHT / 2.0 + 3.5,
                &text,
            );
        }
    }
}
