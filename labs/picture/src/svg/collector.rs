//! The collector's lists, and the trashcan's chain, as rows of boxes.

use memory::Addr;

use super::SvgOptions;
use super::canvas::{Anchor, Canvas};
use super::chain::{self, Link};
use crate::model::{Picture, ProblemKind};
use crate::text::collector::{list_name, lists, member, untracked};

const MARGIN: f64 = 6.0;

/// Draws the lists from `top` on; returns the height.
pub(crate) fn draw(
    picture: &Picture,
    options: &SvgOptions<'_>,
    canvas: &mut Canvas,
    top: f64,
    total: f64,
) -> f64 {
    let words = &options.words;
    let link = |addr: &Addr| {
        let (name, notes) = member(picture, *addr);
        let mut lines = vec![addr.to_string(), name];
        lines.extend(notes);
        let of_collector = |kind| matches!(kind, ProblemKind::Collector | ProblemKind::FreeList);
        Link {
            lines,
            bad: options.problems && picture.problems_at(*addr).any(|p| of_collector(p.kind)),
            ..Link::default()
        }
    };
    let mut y = top;
    let mut row = |canvas: &mut Canvas, name: &str, objects: &[Addr], end: &str| {
        let links: Vec<Link> = objects.iter().map(link).collect();
        let place = (MARGIN + 2.0, y, total - 2.0 * MARGIN - 4.0);
        y += chain::draw(canvas, place, name, &links, end) + 4.0;
    };
    for list in lists(picture) {
        let end = if list.objects.is_empty() {
            words.empty
        } else {
            ""
        };
        row(canvas, &list_name(list, words), &list.objects, end);
    }
    if !picture.trash.is_empty() {
        row(canvas, "trash_delete_later", &picture.trash, "NULL");
    }
    let untracked = untracked(picture);
    if !untracked.is_empty() {
        let text: Vec<String> = untracked
            .iter()
            .take(8)
            .map(|addr| format!("{addr} {}", member(picture, *addr).0))
            .collect();
        let text = format!("{}: {}", words.untracked, text.join(", "));
        for line in super::wrapped(&text, total - 2.0 * MARGIN) {
            canvas.text("ph-small", Anchor::Start, MARGIN + 2.0, y + 11.0, &line);
            y += 15.0;
        }
    }
    y - top
}

/// The lists in sentences.
pub(crate) fn describe(picture: &Picture, options: &SvgOptions<'_>) -> Vec<String> {
    let text = |addr: &Addr| {
        let (name, notes) = member(picture, *addr);
        format!("{addr} {name} {}", notes.join(" "))
            .trim()
            .to_owned()
    };
    let sentence = |name: &str, objects: &[Addr]| {
        let objects: Vec<String> = objects.iter().take(32).map(text).collect();
        format!("{name}: {}", objects.join(", "))
    };
    let mut parts: Vec<String> = lists(picture)
        .map(|list| sentence(&list_name(list, &options.words), &list.objects))
        .collect();
    if !picture.trash.is_empty() {
        parts.push(sentence("trash_delete_later", &picture.trash));
    }
    parts
}
