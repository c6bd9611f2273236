//! The memory at an event, drawn for a terminal.

use std::collections::BTreeMap;

use memory::{Addr, Snapshot};
use picture::{Diff, Names, Picture, TextOptions, Words, fields, fields_text};

/// Columns of a picture: the failure indents it.
const WIDTH: usize = 98;

/// More objects than these are not drawn all, but only what the failure is about.
const MANY: usize = 14;

/// Where an event changed more objects than these, the changes are not marked.
const CHANGES: usize = 200;

/// What is drawn.
pub(crate) struct Scene<'a> {
    pub(crate) now: &'a Snapshot,
    /// The memory before the event.
    pub(crate) before: Option<&'a Snapshot>,
    pub(crate) names: &'a BTreeMap<u64, String>,
    /// Draw only what has to do with these, if there are any.
    pub(crate) focus: &'a [Addr],
    pub(crate) counts: bool,
    /// Draw the regions to scale.
    pub(crate) map: bool,
    /// Show each word of these objects.
    pub(crate) details: &'a [Addr],
    /// What the failure says.
    pub(crate) body: &'a [String],
}

/// The picture in lines. Those of the addresses that the failure names end in `◀`.
pub(crate) fn lines(scene: &Scene<'_>) -> Vec<String> {
    let names: Names = scene
        .names
        .iter()
        .filter_map(|(&addr, name)| Some((Addr::new(addr)?, name.as_str())))
        .collect();
    let now = Picture::of(scene.now, &names);
    let diff = scene
        .before
        .map(|before| Diff::between(&Picture::of(before, &names), &now));
    // A picture has no room for so many changes.
    let diff = diff.filter(|diff| diff.marks.len() <= CHANGES);
    let said: Vec<Addr> = scene.body.iter().flat_map(|line| addresses(line)).collect();
    let mut focus = scene.focus.to_vec();
    if focus.is_empty() && now.objects.len() > MANY {
        focus.extend(names.iter().map(|(addr, _)| addr));
        focus.extend(diff.iter().flat_map(|diff| diff.marks.keys()).take(MANY));
    }
    if now.objects.len() > MANY || !focus.is_empty() {
        focus.extend(&said);
    }
    let mut lines = Vec::new();
    if scene.map && now.regions.iter().any(|part| part.end > 0) {
        lines.extend(
            now.region_map(false, &Words::ENGLISH)
                .lines()
                .map(str::to_owned),
        );
        if now.frames.is_empty() && now.objects.is_empty() && now.problems.is_empty() {
            return lines;
        }
        lines.push(String::new());
    }
    let parts = now.text_parts(&TextOptions {
        focus,
        changed: diff.as_ref(),
        width: WIDTH,
        counts: scene.counts,
        said: said.clone(),
        ..TextOptions::default()
    });
    // Of a heap with too many objects only what is meant is worth its lines.
    let hidden = now.truncated && !said.iter().any(|&addr| now.object(addr).is_some());
    if !hidden {
        lines.extend(marked(&parts.columns, &said));
    }
    if !hidden || now.pools.is_some() {
        lines.extend(parts.below.lines().map(str::to_owned));
    }
    let meant = said.first().filter(|_| hidden);
    for &addr in scene.details.iter().chain(meant) {
        let fields = fields_text(&fields(scene.now, addr), WIDTH);
        if !fields.is_empty() {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(fields.lines().map(str::to_owned));
        }
    }
    lines
}

/// The lines of a picture, with `◀` behind those whose thing lies at an address that was said.
fn marked(text: &str, said: &[Addr]) -> Vec<String> {
    // Where the right column begins: what has its address first there lies at it.
    let heap = text.lines().next().and_then(|head| head.find("heap"));
    let column = heap.map_or(0, |at| text[..at].chars().count());
    let is_said = |addr: Addr| said.contains(&addr);
    text.lines()
        .map(|line| {
            let right: String = line.chars().skip(column).collect();
            let marked = match right.trim().is_empty() {
                true => addresses(line).any(is_said),
                false => right.starts_with("0x") && addresses(&right).next().is_some_and(is_said),
            };
            match marked && line.chars().count() + 2 <= WIDTH {
                true => format!("{line} ◀"),
                false => line.to_owned(),
            }
        })
        .collect()
}

/// The addresses that a text names: `0x` and at least four hexadecimal digits.
fn addresses(text: &str) -> impl Iterator<Item = Addr> {
    text.split("0x").skip(1).filter_map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(rest.len());
        let digits = rest.get(..end).filter(|digits| digits.len() >= 4)?;
        Addr::new(u64::from_str_radix(digits, 16).ok()?)
    })
}
