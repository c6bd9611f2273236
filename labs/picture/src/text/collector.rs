//! Below the columns: the collector's lists, and the trashcan's chain.

use memory::Addr;

use super::pools::{chain, short};
use super::{Writer, cut};
use crate::Picture;
use crate::model::{GcListName, GcListPart};
use crate::words::Words;

/// The most lines of one list.
const LINES: usize = 3;

/// What a list is called, with its count where it has one.
pub(crate) fn list_name(list: &GcListPart, words: &Words) -> String {
    match list.name {
        GcListName::Generation(n) => format!(
            "{} {n}   {} {} {} {}",
            words.generation, words.count, list.count, words.out_of, list.threshold
        ),
        GcListName::Permanent => words.permanent.to_owned(),
        GcListName::Pass(name) => name.to_owned(),
    }
}

/// The lists that are worth showing: those that hold anything, a generation that counts, and the
/// youngest one.
pub(crate) fn lists(picture: &Picture) -> impl Iterator<Item = &GcListPart> {
    let all = picture
        .collector
        .iter()
        .flat_map(|collector| &collector.lists);
    all.filter(|list| {
        let first = list.name == GcListName::Generation(0);
        first || !list.objects.is_empty() || list.count > 0
    })
}

/// What the object at `addr` is called in a list, and what the collector noted of it.
pub(crate) fn member(picture: &Picture, addr: Addr) -> (String, Vec<String>) {
    let names: Vec<&str> = picture.names.of(addr).collect();
    let object = picture.object(addr);
    let name = match (names.is_empty(), object) {
        (false, _) => names.join(", "),
        (true, Some(object)) => cut(&object.short(), 16),
        (true, None) => {
            let kept = picture.kept.as_ref().and_then(|kept| kept.list_of(addr));
            let kept = kept.map(|list| format!("✗ {}", list.type_name()));
            kept.unwrap_or("?".to_owned())
        }
    };
    let Some(head) = object.and_then(|object| object.gc) else {
        return (name, Vec::new());
    };
    let mut notes: Vec<String> = Vec::new();
    notes.extend(head.gc_refs.map(|refs| format!("gc_refs {refs}")));
    // That a number stands in place of an address says COLLECTING already.
    let marks = head.marks().into_iter();
    let marks = marks.filter(|mark| head.gc_refs.is_none() || *mark != "COLLECTING");
    notes.extend(marks.map(str::to_owned));
    (name, notes)
}

/// The objects that the faces draw, that could be in a list, and that are not tracked.
pub(crate) fn untracked(picture: &Picture) -> Vec<Addr> {
    if picture.collector.is_none() {
        return Vec::new();
    }
    let objects = picture.objects.values().filter(|object| {
        let untracked = object.gc.is_some_and(|head| !head.is_tracked());
        untracked && object.drawn && !picture.trash.contains(&object.addr)
    });
    objects.map(|object| object.addr).collect()
}

impl Writer<'_> {
    /// The collector's lists and the trashcan's chain, in at most `room` lines.
    pub(super) fn collector(&self, width: usize, room: usize) -> Vec<String> {
        if !self.options.gc {
            return Vec::new();
        }
        let picture = self.picture;
        let text = |addr: &Addr| {
            let (name, notes) = member(picture, *addr);
            let notes = match notes.is_empty() {
                true => String::new(),
                false => format!(" ({})", notes.join(" ")),
            };
            format!("{addr} {name}{notes}")
        };
        let mut lines = Vec::new();
        for list in lists(picture) {
            let mut parts = chain(&list_name(list, self.words), list.objects.iter().map(text));
            if parts.len() == 1 {
                parts.push(format!("▶ {}", self.words.empty));
            }
            lines.extend(short(&parts, " ", width, LINES));
        }
        let untracked = untracked(picture);
        if !untracked.is_empty() {
            let parts: Vec<String> = [self.words.untracked.to_owned()]
                .into_iter()
                .chain(untracked.iter().map(text))
                .collect();
            lines.extend(short(&parts, "  ", width, 1));
        }
        if !picture.trash.is_empty() {
            let parts = chain("trash_delete_later", picture.trash.iter().map(text));
            lines.extend(short(&parts, " ", width, LINES));
        }
        if lines.len() > room {
            let left = lines.len() + 1 - room.max(1);
            lines.truncate(room.saturating_sub(1));
            lines.push(format!("… {left} {}", self.words.more));
            lines.truncate(room);
        }
        lines
    }
}
