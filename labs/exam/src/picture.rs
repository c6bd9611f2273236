//! The memory at an event, drawn for a terminal.

use std::collections::BTreeMap;

use memory::{Addr, Snapshot};
use picture::{Diff, Names, Picture, TextOptions};

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
    let text = now.text(&TextOptions {
        focus,
        changed: diff.as_ref(),
        width: WIDTH,
        counts: scene.counts,
        ..TextOptions::default()
    });
    // The last address of a line is what stands in the right column, if anything does.
    let marked = |line: &str| {
        addresses(line)
            .last()
            .is_some_and(|addr| said.contains(&addr))
    };
    text.lines()
        .map(
            |line| match marked(line) && line.chars().count() + 2 <= WIDTH {
                true => format!("{line} ◀"),
                false => line.to_owned(),
            },
        )
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
