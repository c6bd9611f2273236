//! The right column: the heap's blocks by address, with the objects in them.

use std::collections::{BTreeMap, BTreeSet};

use memory::Addr;

use super::width::{chars, cut, pad, thousands, wrap_with};
use super::{SLOTS, Writer};
use crate::diff::Mark;
use crate::model::{Block, Holds, Kind, Link, Object, Slot};

/// One thing of the right column.
struct Item {
    /// What is kept first.
    priority: u8,
    /// What it is called where it is left out.
    group: String,
    /// How many things it stands for.
    count: u64,
    lines: Vec<String>,
}

impl Writer<'_> {
    pub(super) fn right_title(&self) -> String {
        let heap = self.picture.regions.get(2);
        match heap.filter(|heap| heap.used() > 0) {
            Some(heap) => format!(
                "  {} {:#06x}–{:#06x}   {} {}",
                self.words.heap,
                heap.start,
                heap.end,
                thousands(heap.used()),
                self.words.bytes
            ),
            None => format!("  {}  {}", self.words.heap, self.words.empty),
        }
    }

    /// The columns that an address in the heap takes.
    fn digits(&self) -> usize {
        let end = self.picture.regions.get(2).map_or(0, |heap| heap.end);
        format!("{:#08x}", end.min(self.picture.size)).len()
    }

    /// The right column: where the bytes lie.
    pub(super) fn right(&self, width: usize, room: usize) -> Vec<String> {
        let mut items: BTreeMap<(u64, u8), Item> = BTreeMap::new();
        let referred: BTreeSet<Addr> = self
            .picture
            .frames
            .iter()
            .flat_map(|frame| &frame.locals)
            .chain(self.picture.globals.iter().flat_map(|g| &g.names))
            .filter_map(|slot| slot.to)
            .chain(self.picture.names.iter().map(|(addr, _)| addr))
            .collect();
        let troubled: BTreeSet<Addr> = self
            .problems()
            .flat_map(|problem| [Some(problem.addr), self.holder(problem.addr)])
            .flatten()
            .collect();
        for object in self.picture.objects.values() {
            if object.is_static {
                continue;
            }
            let marked = self
                .options
                .changed
                .is_some_and(|d| d.mark(object.addr).is_some());
            let priority = if troubled.contains(&object.addr)
                || self.options.focus.contains(&object.addr)
                || marked && object.drawn
            {
                0
            } else if referred.contains(&object.addr) || !object.reached {
                1
            } else if object.drawn {
                2
            } else {
                9
            };
            items.insert(
                (object.start, 1),
                Item {
                    priority,
                    group: object.type_name.clone(),
                    count: 1,
                    lines: self.object(object, width),
                },
            );
        }
        let mut folded = 0;
        for (index, block) in self.picture.blocks.iter().enumerate() {
            if folded > 0 {
                folded -= 1;
                continue;
            }
            let mut describe = |what: String, priority, group: &str| {
                let lines = vec![format!(
                    "  {}  {:>5}  {what}",
                    pad(&block.start.to_string(), self.digits()),
                    thousands(block.size)
                )];
                items.insert(
                    (block.start.get(), 0),
                    Item {
                        priority,
                        group: group.to_owned(),
                        count: 1,
                        lines,
                    },
                );
            };
            match &block.holds {
                Holds::Object(_) => {}
                Holds::Owned(owner, field) => {
                    let drawn = self
                        .picture
                        .object(*owner)
                        .is_some_and(|o| o.drawn && o.kind != Kind::Type);
                    if self.options.blocks && self.is_shown(*owner) {
                        let priority = if drawn { 4 } else { 9 };
                        let what = format!("└ {field} {} {owner}", self.words.of);
                        describe(what, priority, field);
                    }
                }
                Holds::Free => {
                    let named = self.picture.names.iter().map(|(addr, _)| addr);
                    let bytes = block.start.get()..block.start.get().saturating_add(block.size);
                    let asked = self
                        .options
                        .focus
                        .iter()
                        .copied()
                        .chain(named)
                        .any(|addr| bytes.contains(&addr.get()));
                    if asked || self.options.blocks && self.shown.is_none() {
                        let priority = if asked { 0 } else { 5 };
                        describe(format!("░ {}", self.words.free), priority, self.words.free);
                    }
                }
                Holds::Kept(op, list) => {
                    let named = self.picture.names.of(*op).next().is_some();
                    let asked = named || self.options.focus.contains(op);
                    if asked || self.options.blocks && self.shown.is_none() {
                        let what = format!("▒ {} {}", self.words.kept, list.type_name());
                        describe(what, if asked { 0 } else { 5 }, self.words.kept);
                    }
                }
                Holds::Unknown => {
                    let left_out = self.picture.truncated;
                    let alike = self.alike(index);
                    // What nobody leads to may be the leak that is looked for: it is drawn where
                    // there is room, even if the picture is about other addresses.
                    let near = self.shown.is_none() || self.is_shown(block.start);
                    let priority = if near { 3 } else { 5 };
                    if left_out {
                        describe("?".to_owned(), 9, "?");
                    } else if self.is_named(block) {
                        describe(format!("? {}", self.words.no_type), 3, "?");
                    } else {
                        describe(format!("? {}", self.words.unreached), priority, "?");
                        if alike > 2 {
                            folded = alike;
                            items.insert((block.start.get(), 3), self.fold(block, alike));
                        }
                    }
                }
            }
        }
        if let Some(diff) = self.options.changed {
            for (addr, mark) in &diff.marks {
                if let Mark::Gone(what) = mark
                    && !self.in_stack(*addr)
                {
                    let lines = vec![format!(
                        "- {}         {what}  {}",
                        pad(&addr.to_string(), self.digits()),
                        self.words.gone
                    )];
                    items.insert(
                        (addr.get(), 2),
                        Item {
                            priority: 0,
                            group: self.words.gone.to_owned(),
                            count: 1,
                            lines,
                        },
                    );
                }
            }
        }
        self.choose(items, room)
    }

    /// How many blocks follow block `index` that nothing leads to and that are as large as it.
    fn alike(&self, index: usize) -> usize {
        let mut blocks = self.picture.blocks[index..].iter();
        let Some(first) = blocks.next() else { return 0 };
        blocks
            .take_while(|block| {
                block.holds == first.holds && block.size == first.size && !self.is_named(block)
            })
            .count()
    }

    /// One line for so many blocks like `block`.
    fn fold(&self, block: &Block, alike: usize) -> Item {
        let more = thousands(alike as u64);
        let size = thousands(block.size);
        let words = self.words;
        Item {
            priority: 3,
            group: "?".to_owned(),
            count: alike as u64,
            lines: vec![format!(
                "  … {more} {} {} {size} {}, {}",
                words.more, words.of, words.bytes, words.unreached
            )],
        }
    }

    /// Whether the caller gave a name to an address in the block.
    fn is_named(&self, block: &Block) -> bool {
        let bytes = block.start.get()..block.start.get().saturating_add(block.size);
        let mut named = self.picture.names.iter().map(|(addr, _)| addr.get());
        named.any(|addr| bytes.contains(&addr))
    }

    /// The items for which there is room, by address, and a line that counts the others.
    fn choose(&self, items: BTreeMap<(u64, u8), Item>, room: usize) -> Vec<String> {
        let mut order: Vec<(u8, (u64, u8))> = items
            .iter()
            .filter(|((_, _), item)| item.priority < 9)
            .map(|(key, item)| (item.priority, *key))
            .collect();
        order.sort_unstable();
        let total: usize = order.iter().map(|(_, key)| items[key].lines.len()).sum();
        let hidden = items.len() - order.len();
        let limit = if total + usize::from(hidden > 0) > room {
            room.saturating_sub(1)
        } else {
            room
        };
        let mut kept = BTreeSet::new();
        let mut used = 0;
        for (priority, key) in order {
            let concerned = match &self.shown {
                None => true,
                Some(_) => priority == 0 || self.key_shown(key),
            };
            let lines = items[&key].lines.len();
            if concerned && used + lines <= limit {
                used += lines;
                kept.insert(key);
            }
        }
        let mut lines = Vec::new();
        let mut omitted: BTreeMap<String, u64> = BTreeMap::new();
        for (key, item) in items {
            if kept.contains(&key) {
                lines.extend(item.lines);
            } else {
                *omitted.entry(item.group).or_default() += item.count;
            }
        }
        if !omitted.is_empty() {
            let total: u64 = omitted.values().sum();
            let mut parts: Vec<(u64, String)> = omitted.into_iter().map(|(g, n)| (n, g)).collect();
            parts.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
            let parts: Vec<String> = parts
                .iter()
                .take(6)
                .map(|(n, group)| format!("{} {group}", thousands(*n)))
                .collect();
            lines.push(format!(
                "  … {} {}: {}",
                thousands(total),
                self.words.more,
                parts.join(", ")
            ));
        }
        lines
    }

    fn key_shown(&self, key: (u64, u8)) -> bool {
        // An object's key is its first byte; the set of what is shown has its address.
        let object = [0, 16, 32]
            .into_iter()
            .filter_map(|head| Addr::new(key.0.saturating_add(head)))
            .find(|addr| {
                self.picture
                    .object(*addr)
                    .is_some_and(|object| object.start == key.0)
            });
        match object {
            Some(addr) if key.1 == 1 => self.is_shown(addr),
            _ => true,
        }
    }

    /// The count, as far as it is to be seen.
    fn count(&self, object: &Object) -> String {
        if !self.options.counts {
            return String::new();
        }
        let before = match self.options.changed.and_then(|diff| diff.mark(object.addr)) {
            Some(Mark::Changed { refcnt: Some(old) }) => format!("{}→", count_text(*old)),
            _ => String::new(),
        };
        let refcnt = count_text(object.refcnt);
        let mut text = format!("{} {before}{refcnt}", self.words.refs);
        // One that the caller holds and gave a name is no surprise.
        let named = self.picture.names.of(object.addr).count() as u64;
        let lost = !object.reached && object.found == 0;
        if object.found > object.refcnt || object.unexplained() > named && !lost {
            text.push_str(&format!(", {} {}", object.found, self.words.found));
        }
        if let Some(refs) = object.gc.and_then(|head| head.gc_refs) {
            text.push_str(&format!(", gc_refs {refs}"));
        }
        text
    }

    fn object(&self, object: &Object, width: usize) -> Vec<String> {
        let mark = match self.mark(object.addr) {
            "" => "  ",
            mark => mark,
        };
        let wrong = self.problems().any(|problem| problem.addr == object.addr);
        let mark = if wrong { "! " } else { mark };
        let count = self.count(object);
        let prefix = format!(
            "{mark}{}  {:>5}  ",
            pad(&object.addr.to_string(), self.digits()),
            thousands(object.size())
        );
        let indent = chars(&prefix);
        let room = width.saturating_sub(indent).max(20);
        let mut head = object.short();
        let unreached = !object.reached && !self.picture.truncated;
        let parts = self.slots(object);
        let brackets = match object.kind {
            Kind::List => Some(("[", "]")),
            Kind::Tuple if parts.len() == 1 => Some(("(", ",)")),
            Kind::Tuple => Some(("(", ")")),
            Kind::Set | Kind::Dict => Some(("{", "}")),
            _ => None,
        };
        let column = room.saturating_sub(chars(&count) + 2).clamp(12, 28);
        let (open, close) = brackets.unwrap_or(("", ""));
        let mut parts = parts;
        let inline = match brackets {
            Some(_) => format!("{head} {open}{}{close}", parts.join(", ")),
            None if parts.is_empty() => head.clone(),
            None => format!("{head}  {}", parts.join("  ")),
        };
        let mut lines = Vec::new();
        let mut below = Vec::new();
        if chars(&inline) <= column {
            head = inline;
        } else {
            if let (Some(_), Some(first)) = (brackets, parts.first_mut()) {
                first.insert_str(0, open);
                let last = parts.len() - 1;
                for part in &mut parts[..last] {
                    part.push(',');
                }
                parts[last].push_str(close);
            }
            let between = if brackets.is_some() { " " } else { "  " };
            below = wrap_with(&parts, room.saturating_sub(2), between);
        }
        let mut first = format!("{prefix}{}  {count}", pad(&cut(&head, room), column));
        if unreached && self.picture.names.of(object.addr).next().is_none() {
            first = format!("{}  ? {}", first.trim_end(), self.words.unreached);
        }
        lines.push(first.trim_end().to_owned());
        for line in below {
            lines.push(format!("{}  {line}", " ".repeat(indent)));
        }
        lines
    }

    /// The references of an object, each in a few characters.
    fn slots(&self, object: &Object) -> Vec<String> {
        let listed = matches!(object.kind, Kind::List | Kind::Tuple | Kind::Set);
        let slots: Vec<&Slot> = object.drawn_slots().collect();
        let mut parts: Vec<String> = slots
            .iter()
            .take(SLOTS)
            .map(|slot| {
                let what = match slot.to {
                    None => "NULL".to_owned(),
                    Some(to) => match self.target(slot) {
                        what if what.is_empty() => to.to_string(),
                        what if slot.target.is_broken() => format!("{to} {what}"),
                        _ if self.is_number(to) => self.picture.objects[&to].value.clone(),
                        what => what,
                    },
                };
                let changed = if self.places.contains(&slot.at) {
                    "~"
                } else {
                    ""
                };
                match (listed, slot.link) {
                    (true, _) => format!("{changed}{what}"),
                    (false, Link::Weak) => format!("{changed}{} ┄▶ {what}", slot.label),
                    _ => format!("{changed}{} ▶ {what}", cut(&slot.label, 16)),
                }
            })
            .collect();
        if slots.len() > SLOTS {
            parts.push(format!("… {} {}", slots.len() - SLOTS, self.words.more));
        }
        // One weak reference has no order.
        if object.weakrefs.len() > 1 && !listed {
            let list = object.weakrefs.iter().take(SLOTS).map(Addr::to_string);
            parts.push(format!(
                "weakrefs ▶ {}",
                list.collect::<Vec<_>>().join(" ▶ ")
            ));
        }
        parts
    }

    fn is_number(&self, addr: Addr) -> bool {
        let object = self.picture.object(addr);
        object.is_some_and(|object| object.kind == Kind::Int)
    }
}

/// A count, or the word that says that it is none.
fn count_text(count: u64) -> String {
    if count >> 40 == 0 {
        count.to_string()
    } else {
        format!("{count:#x}")
    }
}
