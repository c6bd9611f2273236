//! The SVG face: a heap as a drawing, for a page of the book.
//!
//! One `<svg>` element that needs nothing else: no script, no font, no other file. It takes its
//! colours from the page (`currentColor`, and the variables `--ph-arrow`, `--ph-bad`, `--ph-new` if
//! the page sets them), so that it follows a light and a dark theme, and it never tells by colour
//! alone. Text is text. The same picture and options give the same bytes.

mod bytes;
mod canvas;
mod chain;
mod collector;
mod graph;
mod kept;
mod lanes;
mod pools;
mod regions;

use memory::Addr;

use crate::diff::Diff;
use crate::model::{Picture, PoolParts};
use crate::words::Words;
use canvas::{Canvas, escape, num};

/// What the SVG face draws.
#[derive(Clone, Debug)]
pub struct SvgOptions<'a> {
    /// What the drawing is called: the first thing that a screen reader says.
    pub title: String,
    /// The width in units of the `viewBox`; letters are 13 units high. Up to 639 the objects stand
    /// in one column, which is right for a phone; from 640 on in two. The drawing may come out
    /// narrower or wider.
    pub width: u32,
    /// Draw the regions: bars of pages with addresses.
    pub regions: bool,
    /// Draw the frames and the global names.
    pub frames: bool,
    /// Draw the objects.
    pub objects: bool,
    /// Write the counts.
    pub counts: bool,
    /// Draw the heap's bytes, to scale: each block where it lies.
    pub blocks: bool,
    /// Write the addresses of frames and objects.
    pub addresses: bool,
    /// Write the sizes of objects, beside the addresses.
    pub sizes: bool,
    /// Draw classes and functions, and the global names that refer to them.
    pub classes: bool,
    /// Draw static objects as objects; otherwise a place that refers to one shows its value.
    pub statics: bool,
    /// Write what is inconsistent.
    pub problems: bool,
    /// Write headings above the columns.
    pub headings: bool,
    /// Draw only these objects; empty: all.
    pub only: Vec<Addr>,
    /// From top to bottom.
    pub order: Order,
    /// What to draw of pools and arenas.
    pub pools: PoolParts,
    /// Draw the collector's lists and the trashcan's chain, and write into the objects what the
    /// collector noted of them.
    pub gc: bool,
    /// Draw the free lists, and write the policy and the pauses.
    pub kept: bool,
    /// Mark what changed.
    pub changed: Option<&'a Diff>,
    /// The words to write.
    pub words: Words,
}

/// The order of the objects in a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By address: an object keeps its place from one drawing to the next.
    Address,
    /// As the names refer to them: fewer arrows cross.
    Reference,
}

impl Default for SvgOptions<'_> {
    fn default() -> Self {
        SvgOptions {
            title: "The heap".to_owned(),
            width: 430,
            regions: false,
            frames: true,
            objects: true,
            counts: true,
            blocks: false,
            addresses: true,
            sizes: false,
            classes: false,
            statics: false,
            problems: true,
            headings: true,
            only: Vec::new(),
            order: Order::Address,
            pools: PoolParts::NONE,
            gc: false,
            kept: false,
            changed: None,
            words: Words::ENGLISH,
        }
    }
}

const STYLE: &str = "\
.ph text{font-family:var(--mono-font,ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace);font-size:13px;fill:currentColor}\
.ph .ph-small{font-size:11px}\
.ph .ph-tiny{font-size:10px}\
.ph .ph-small:not(.ph-bad){fill-opacity:.78}\
.ph .ph-heading{letter-spacing:.08em}\
.ph .ph-bold{font-weight:700}\
.ph .ph-inline{font-style:italic}\
.ph-card{fill:currentColor;fill-opacity:.035;stroke:currentColor;stroke-opacity:.6;stroke-width:1.2}\
.ph-band{fill:currentColor;fill-opacity:.1}\
.ph-static{stroke-dasharray:2 3}\
.ph-changed{stroke-opacity:1;stroke-width:2.4}\
.ph-new{stroke:var(--ph-new,#2b9348);stroke-opacity:1;stroke-width:2.6}\
.ph-gone{stroke-dasharray:6 4;fill:none}\
.ph-wrong{stroke:var(--ph-bad,#d9480f);stroke-opacity:1;stroke-width:2.2}\
.ph .ph-bad{font-weight:700}\
.ph-arrow{fill:none;stroke:var(--ph-arrow,#3b82c4);stroke-width:1.7}\
.ph-weak{stroke-dasharray:4 3}\
.ph-new-line{stroke-width:3}\
.ph-head,.ph-dot{fill:var(--ph-arrow,#3b82c4)}\
.ph-used{fill:currentColor;fill-opacity:.3}\
.ph-frameless{fill:none;stroke:currentColor;stroke-opacity:.6;stroke-width:1}\
.ph-frameless.ph-changed,.ph-live.ph-changed{stroke-opacity:1;stroke-width:2.6}\
.ph-frameless.ph-wrong{stroke:var(--ph-bad,#d9480f);stroke-opacity:1;stroke-width:2.2}\
.ph-live{fill:var(--ph-arrow,#3b82c4);fill-opacity:.22;stroke:currentColor;stroke-opacity:.7;stroke-width:1}\
.ph-owned{fill:var(--ph-arrow,#3b82c4);fill-opacity:.08;stroke:currentColor;stroke-opacity:.7;stroke-width:1;stroke-dasharray:3 2}\
.ph-gauge{fill:var(--ph-arrow,#3b82c4);fill-opacity:.28}\
.ph-rule{stroke:currentColor;stroke-opacity:.55;stroke-width:1;fill:none}\
.ph-dash{stroke-dasharray:3 4}";

/// A text in lines of at most `room` units of small letters.
fn wrapped(text: &str, room: f64) -> Vec<String> {
    let columns = (room / canvas::width("0", canvas::SMALL)).floor().max(20.0);
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    crate::text::wrap_words(&words, columns as usize)
}

/// What free bytes are filled with.
const HATCH: &str = "<defs><pattern id=\"free\" width=\"6\" height=\"6\" \
    patternUnits=\"userSpaceOnUse\"><path d=\"M0 6L6 0\" stroke=\"currentColor\" \
    stroke-opacity=\".35\"/></pattern></defs>";

impl Picture {
    /// The picture as one `<svg>` element.
    #[must_use]
    pub fn svg(&self, options: &SvgOptions<'_>) -> String {
        let mut canvas = Canvas::default();
        let mut height = 4.0;
        let mut width = f64::from(options.width).max(320.0);
        if options.regions {
            let (down, across) = regions::draw(self, options, &mut canvas, height);
            height += down + 12.0;
            width = width.max(across);
        }
        if options.frames || options.objects {
            let (down, across) = graph::draw(self, options, &mut canvas, height);
            height += down + if down > 0.0 { 12.0 } else { 0.0 };
            if !options.regions && !options.blocks && across > 0.0 {
                width = across;
            }
            width = width.max(across);
        }
        if options.blocks {
            let (down, across) = bytes::draw(self, options, &mut canvas, height, width);
            height += down;
            width = width.max(across);
        }
        if options.gc {
            height += collector::draw(self, options, &mut canvas, height, width);
        }
        if options.kept {
            height += kept::draw(self, options, &mut canvas, height, width);
        }
        if options.pools.any() {
            height += pools::draw(self, options, &mut canvas, height, width);
        }
        if options.blocks || options.pools.any() {
            canvas.raw(HATCH);
            if self
                .kept
                .as_ref()
                .is_some_and(|kept| !kept.lists.is_empty())
            {
                canvas.raw(kept::DOTS);
            }
        }
        let title = escape(&options.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ph\" viewBox=\"0 0 {} {}\" \
             role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<desc>{}</desc>\n\
             <style>{STYLE}</style>\n{}</svg>",
            num(width),
            num(height),
            escape(&graph::describe(self, options)),
            canvas.body,
        )
    }
}
