//! Below the columns: the free lists, and a line of figures.

use super::Writer;
use super::pools::{chain, short};
use super::width::thousands;
use crate::Picture;
use crate::model::{FreeListName, FreeListPart, Holds};
use crate::words::Words;

/// What a free list is called, with how many objects it has.
pub(crate) fn list_name(list: &FreeListPart, words: &Words) -> String {
    let length = match list.name {
        FreeListName::Tuple(1) => format!(", 1 {}", words.item),
        FreeListName::Tuple(length) => format!(", {length} {}", words.items),
        _ => String::new(),
    };
    format!(
        "{} free_list{length}   numfree {} {} {}",
        list.name.type_name(),
        list.numfree,
        words.out_of,
        list.name.most()
    )
}

/// How many objects are kept and how many large blocks there are, when collections begin, and how
/// long they took. Empty before lab 8.
pub(crate) fn figures(picture: &Picture, words: &Words) -> Vec<String> {
    let Some(kept) = &picture.kept else {
        return Vec::new();
    };
    let sum = kept.lists.iter().map(|list| list.objects.len() as u64);
    let mut parts = vec![format!("{} {}", words.kept, thousands(sum.sum()))];
    parts.extend(raw(picture, words));
    if let Some(schedule) = kept.schedule {
        let (every, last) = (thousands(schedule.every), thousands(schedule.last));
        let what = match schedule.policy {
            0 => words.automatic.to_owned(),
            1 => format!(
                "{} {every} ns, {} {last} ns, {} {}",
                words.every, words.last, words.generation, schedule.generation
            ),
            2 => format!(
                "{last} {} {every} {}, {} {}",
                words.out_of, words.events, words.generation, schedule.generation
            ),
            3 => words.never.to_owned(),
            other => format!("✗ {other}"),
        };
        parts.push(format!("{} {what}", words.policy));
    }
    for pauses in &kept.pauses {
        let word = match pauses.count {
            1 => words.pause,
            _ => words.pauses,
        };
        parts.push(format!(
            "{} {}: {} {}, {} {} ns, {} {} ns",
            words.generation,
            pauses.generation,
            thousands(pauses.count),
            word,
            words.longest,
            thousands(pauses.longest),
            words.sum,
            thousands(pauses.total)
        ));
    }
    parts
}

/// The live blocks that are in no pool.
fn raw(picture: &Picture, words: &Words) -> Option<String> {
    let pools = picture.pools.as_ref()?;
    let large = picture
        .blocks
        .iter()
        .filter(|block| block.holds != Holds::Free && pools.pool_of(block.start.get()).is_none());
    let (count, bytes) = large.fold((0, 0_u64), |(count, bytes), block| {
        (count + 1, bytes.saturating_add(block.size))
    });
    let word = if count == 1 {
        words.block
    } else {
        words.blocks
    };
    let (count, bytes) = (thousands(count), thousands(bytes));
    Some(format!(
        "{} {count} {word}, {bytes} {}",
        words.raw, words.bytes
    ))
}

/// The parts of a free list: its name, then its objects, the one first that is handed out next.
pub(crate) fn list_parts(list: &FreeListPart, words: &Words) -> Vec<String> {
    let name = list_name(list, words);
    if list.name.link().is_none() {
        let places = (0..list.objects.len()).rev();
        let places = places.zip(&list.objects);
        let places = places.map(|(place, op)| format!("[{place}] {op}"));
        return [name].into_iter().chain(places).collect();
    }
    let mut parts = chain(&name, list.objects.iter().map(ToString::to_string));
    parts.push("▶ NULL".to_owned());
    parts
}

impl Writer<'_> {
    /// The free lists and the figures, in at most `room` lines.
    pub(super) fn kept(&self, width: usize, room: usize) -> Vec<String> {
        let Some(kept) = self.picture.kept.as_ref().filter(|_| self.options.kept) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for list in &kept.lists {
            let changed = self.options.changed;
            let mark = match changed.is_some_and(|diff| diff.lists.contains(&list.name)) {
                true => "~ ",
                false => "",
            };
            let mut parts = list_parts(list, self.words);
            parts[0].insert_str(0, mark);
            lines.extend(short(&parts, " ", width, 1));
        }
        let figures = short(&figures(self.picture, self.words), "   ", width, 2);
        let room_for_lists = room.saturating_sub(figures.len());
        if lines.len() > room_for_lists {
            let left = lines.len() + 1 - room_for_lists.max(1);
            lines.truncate(room_for_lists.saturating_sub(1));
            lines.push(format!("… {left} {}", self.words.more));
        }
        lines.extend(figures);
        lines.truncate(room);
        lines
    }
}
