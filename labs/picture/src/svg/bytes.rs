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
    let left = MARGIN + width("0x00000", SMALL) + 6.0;
    let scale = (total - left - MARGIN) / BYTES as f64;
    let mut y = top;
    if options.headings {
        let heading = format!("{}, {BYTES} {}", options.words.heap, options.words.a_row);
        canvas.text(
            "ph-small ph-heading",
            Anchor::Start,
            left,
            y + 11.0,
            &heading,
        );
        y += 18.0;
    }
    let mut row = first.start.get() / BYTES;
    let mut rows = 1;
    let mut labelled_row = None;
    for (index, block) in picture.blocks.iter().enumerate() {
        let start = block.start.get();
        let end = start.saturating_add(block.size);
        let last = index + 1 == picture.blocks.len();
        let mut from = start;
        let mut widest = (0.0, (0.0, 0.0));
        let mut parts = 0;
        while from < end {
            let this = from / BYTES;
            if this != row {
                row = this;
                rows += 1;
                y += STEP;
            }
            if rows > ROWS {
                let more = picture.blocks.len() - index;
                let text = format!("… {more} {}", options.words.more);
                canvas.text("ph-small", Anchor::Start, left, y + 10.0, &text);
                return (y + 18.0 - top, total);
            }
            if labelled_row != Some(row) {
                let address = format!("{:#06x}", row * BYTES);
                let base = y + HEIGHT / 2.0 + 4.0;
                canvas.text("ph-small", Anchor::Start, MARGIN, base, &address);
                labelled_row = Some(row);
            }
            let to = end.min((row + 1) * BYTES);
            let x = left + (from - row * BYTES) as f64 * scale;
            let w = (to - from) as f64 * scale;
            cell(canvas, block, x, y, w);
            if w > widest.0 {
                widest = (w, (x, y));
            }
            parts += 1;
            from = to;
            // A block that fills many rows is drawn in its first two, and in the one where the
            // next block begins.
            if parts == 2 && end.saturating_sub(from) > BYTES {
                let text = format!("… {end:#06x}");
                canvas.text("ph-small", Anchor::Start, left, y + STEP + 8.0, &text);
                y += 16.0;
                if last {
                    break;
                }
                from = end / BYTES * BYTES;
            }
        }
        label(picture, options, canvas, block, widest);
    }
    (y + STEP - top, total)
}

fn cell(canvas: &mut Canvas, block: &Block, x: f64, y: f64, w: f64) {
    let class = match &block.holds {
        Holds::Object(_) => "ph-live",
        Holds::Owned(..) | Holds::Unknown => "ph-owned",
        Holds::Free | Holds::Kept(..) => {
            let fill = match &block.holds {
                Holds::Free => "free",
                _ => "kept",
            };
            canvas.raw(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"url(#{fill})\" \
                 stroke=\"currentColor\" stroke-opacity=\".4\"/>",
                num(x),
                num(y),
                num(w),
                num(HEIGHT)
            ));
            return;
        }
    };
    canvas.rect(class, x, y, w, HEIGHT, 2.0);
}

/// Writes what a block holds into the widest of its parts.
fn label(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    block: &Block,
    (w, (x, y)): (f64, (f64, f64)),
) {
    let label = match &block.holds {
        Holds::Object(addr) => match picture.object(*addr) {
            Some(object) if matches!(object.kind, Kind::Int | Kind::Float) => object.value.clone(),
            Some(object) => object.short(),
            None => String::new(),
        },
        Holds::Owned(_, field) => (*field).to_owned(),
        Holds::Free => options.words.free.to_owned(),
        Holds::Kept(..) => options.words.kept.to_owned(),
        Holds::Unknown => "?".to_owned(),
    };
    let text = fit(&label, 10.0, w - 3.0);
    if w > 12.0 && (text == label || text.chars().count() > 3) {
        let base = y + HEIGHT / 2.0 + 3.5;
        canvas.text("ph-tiny", Anchor::Middle, x + w / 2.0, base, &text);
    }
}
