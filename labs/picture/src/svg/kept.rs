//! The free lists, and a line of figures.

use super::SvgOptions;
use super::canvas::{Anchor, Canvas};
use super::chain::{self, Link};
use crate::model::{FreeListPart, Picture, ProblemKind};
use crate::text::kept::{figures, list_name, list_parts};

const MARGIN: f64 = 6.0;
const LINE: f64 = 15.0;
/// The most boxes of one list: two rows of them.
const MOST: usize = 10;
/// The most problems that are written out.
const PROBLEMS: usize = 6;

/// What the block of a kept object is filled with: `fill:url(#kept)`.
pub(crate) const DOTS: &str = "<defs><pattern id=\"kept\" width=\"5\" height=\"5\" \
    patternUnits=\"userSpaceOnUse\"><circle cx=\"1.5\" cy=\"1.5\" r=\"1\" fill=\"currentColor\" \
    fill-opacity=\".35\"/></pattern></defs>";

/// Draws the lists and the figures from `top` on; returns the height.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
    total: f64,
) -> f64 {
    let Some(kept) = &picture.kept else {
        return 0.0;
    };
    let mut y = top;
    let place = |y| (MARGIN + 2.0, y, total - 2.0 * MARGIN - 4.0);
    for list in &kept.lists {
        let changed = options.changed;
        let mark = match changed.is_some_and(|diff| diff.lists.contains(&list.name)) {
            true => "~ ",
            false => "",
        };
        // Spaces side by side are one in a drawing.
        let name = list_name(list, &options.words).replace("   ", " · ");
        let name = format!("{mark}{name}");
        let links: Vec<Link> = links(picture, options, list);
        y += match list.name.link() {
            Some(_) => chain::draw_some(canvas, place(y), &name, &links, "NULL", MOST),
            None => chain::stack(canvas, place(y), &name, &links, MOST),
        };
    }
    let figures = figures(picture, &options.words).join(" · ");
    for line in super::wrapped(&figures, total - 2.0 * MARGIN) {
        canvas.text("ph-small", Anchor::Start, MARGIN + 2.0, y + 11.0, &line);
        y += LINE;
    }
    if options.problems {
        let problems = picture.problems.iter();
        let problems = problems.filter(|problem| problem.kind == ProblemKind::FreeList);
        for problem in problems.take(PROBLEMS) {
            let text = format!("! {} {}", problem.addr, problem.words);
            for line in super::wrapped(&text, total - 2.0 * MARGIN) {
                canvas.text("ph-small ph-bad", Anchor::Start, MARGIN, y + 11.0, &line);
                y += LINE;
            }
            y += 3.0;
        }
    }
    y + 8.0 - top
}

/// The boxes of a list: the address of each object, and which of its words leads on.
fn links(picture: &Picture, options: &SvgOptions<'_>, list: &FreeListPart) -> Vec<Link> {
    let count = list.objects.len();
    let link = |(index, op): (usize, &memory::Addr)| {
        let second = match list.name.link() {
            Some(word) => word.to_owned(),
            None => format!("[{}]", count - 1 - index),
        };
        let wrong = |kind| kind == ProblemKind::FreeList;
        Link {
            lines: vec![op.to_string(), second],
            bad: options.problems && picture.problems_at(*op).any(|p| wrong(p.kind)),
            ..Link::default()
        }
    };
    list.objects.iter().enumerate().map(link).collect()
}

/// The lists and the figures in sentences.
pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> Vec<String> {
    let words = &options.words;
    let lists = picture.kept.iter().flat_map(|kept| &kept.lists);
    let sentences = lists.map(|list| {
        let parts = list_parts(list, words);
        let shown: Vec<&str> = parts.iter().skip(1).take(32).map(String::as_str).collect();
        format!("{}: {}", parts[0], shown.join(" "))
    });
    sentences.chain(figures(picture, words)).collect()
}
