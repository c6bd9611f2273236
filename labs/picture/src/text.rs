//! The text face: a heap in the lines of a terminal.
//!
//! Two columns. On the left, what refers: the frames with their local variables, the running one
//! first, then the global names and the caller's. On the right, where the bytes lie: the heap's
//! blocks by address, with the objects in them. Below, what is inconsistent.

use std::collections::{BTreeMap, BTreeSet};

use memory::Addr;

use crate::diff::{Diff, Mark};
use crate::model::{Holds, Kind, Link, MAX_OBJECTS, Object, Picture, Slot, Target};
use crate::words::Words;

/// How the text face draws.
#[derive(Clone, Debug)]
pub struct TextOptions<'a> {
    /// Show only what has to do with these addresses, and say how much was left out. Empty: all.
    pub focus: Vec<Addr>,
    /// Mark what changed: `+` new, `~` changed, `-` gone.
    pub changed: Option<&'a Diff>,
    /// The most lines; at least 8.
    pub max_lines: usize,
    /// The longest line in characters; at least 60.
    pub width: usize,
    /// Only ASCII characters.
    pub ascii: bool,
    /// Show counts, and problems of counts. Off while counts mean nothing yet (labs 1 and 2).
    pub counts: bool,
    /// Show what belongs to objects and is no object, and the free blocks.
    pub blocks: bool,
    /// The words to write.
    pub words: Words,
}

impl Default for TextOptions<'_> {
    fn default() -> Self {
        TextOptions {
            focus: Vec::new(),
            changed: None,
            max_lines: 25,
            width: 100,
            ascii: false,
            counts: true,
            blocks: true,
            words: Words::ENGLISH,
        }
    }
}

/// How many problems are written out.
const PROBLEMS: usize = 6;
/// The widest left column.
const LEFT: usize = 38;
/// How many references of one object are written out.
const SLOTS: usize = 12;

impl Picture {
    /// The picture as lines of text, without indentation, each ended by a line feed.
    #[must_use]
    pub fn text(&self, options: &TextOptions<'_>) -> String {
        let text = Writer::new(self, options).text();
        if !options.ascii {
            return text;
        }
        let mut out = String::new();
        for line in text.lines() {
            let line = ASCII
                .iter()
                .fold(line.to_owned(), |line, (from, to)| line.replace(from, to));
            // Some replacements are longer than what they replace, and names may be in any script.
            let line = line.chars().map(|c| if c.is_ascii() { c } else { '?' });
            out.extend(line.take(options.width.max(60)));
            out.push('\n');
        }
        out
    }
}

const ASCII: &[(&str, &str)] = &[
    ("┄", "-"),
    ("─", "-"),
    ("▶", ">"),
    ("└", "\\"),
    ("✗", "x"),
    ("…", ".."),
    ("→", "->"),
    ("–", "-"),
    ("█", "#"),
    ("░", "."),
    ("·", "."),
    ("┆", ":"),
    ("│", "|"),
    ("◀", "<"),
];

/// One thing of the right column.
struct Item {
    /// What is kept first.
    priority: u8,
    /// What it is called where it is left out.
    group: String,
    lines: Vec<String>,
}

struct Writer<'p> {
    picture: &'p Picture,
    options: &'p TextOptions<'p>,
    words: &'p Words,
    /// What the focus shows; `None` shows all.
    shown: Option<BTreeSet<Addr>>,
    /// Addresses of changed places.
    places: BTreeSet<Addr>,
}

impl<'p> Writer<'p> {
    fn new(picture: &'p Picture, options: &'p TextOptions<'p>) -> Writer<'p> {
        let places = options
            .changed
            .map(|diff| diff.slots.iter().copied().collect())
            .unwrap_or_default();
        let mut writer = Writer {
            picture,
            options,
            words: &options.words,
            shown: None,
            places,
        };
        if !options.focus.is_empty() {
            writer.shown = Some(writer.around(&options.focus));
        }
        writer
    }

    /// The addresses that have to do with `focus`: the objects and frames themselves or that hold
    /// such a place, who refers to them, and what they refer to; what changed; what is broken.
    fn around(&self, focus: &[Addr]) -> BTreeSet<Addr> {
        let picture = self.picture;
        let mut core: BTreeSet<Addr> = focus.iter().copied().collect();
        if let Some(diff) = self.options.changed {
            core.extend(diff.marks.keys());
        }
        core.extend(self.problems().map(|problem| problem.addr));
        let places = core.iter().copied().filter(|addr| {
            // What is an object itself needs no search.
            picture.object(*addr).is_none()
        });
        let holders: Vec<Addr> = places
            .take(200)
            .filter_map(|addr| self.holder(addr))
            .collect();
        core.extend(holders);
        let mut shown = core.clone();
        for object in picture.objects.values() {
            let mut slots = object.drawn_slots();
            if slots.any(|slot| slot.to.is_some_and(|to| core.contains(&to))) {
                shown.insert(object.addr);
            }
            if core.contains(&object.addr) {
                shown.extend(object.drawn_slots().filter_map(|slot| slot.to));
            }
        }
        shown
    }

    /// The object or frame in whose bytes, or in what it owns, `addr` lies.
    fn holder(&self, addr: Addr) -> Option<Addr> {
        let at = addr.get();
        let frame = self.picture.frames.iter().find(|frame| {
            (frame.addr.get()..frame.addr.get().saturating_add(frame.size)).contains(&at)
        });
        if let Some(frame) = frame {
            return Some(frame.addr);
        }
        let object = self.picture.objects.values().find(|object| {
            (object.start..object.end).contains(&at)
                || object.owns.iter().any(|owned| {
                    let start = owned.start.get();
                    (start..start.saturating_add(owned.size)).contains(&at)
                })
        });
        object.map(|object| object.addr)
    }

    fn problems(&self) -> impl Iterator<Item = &'p crate::model::Problem> {
        let counts = self.options.counts;
        self.picture
            .problems
            .iter()
            .filter(move |problem| counts || problem.kind != crate::model::ProblemKind::Count)
    }

    fn is_shown(&self, addr: Addr) -> bool {
        self.shown
            .as_ref()
            .is_none_or(|shown| shown.contains(&addr))
    }

    fn text(&self) -> String {
        let width = self.options.width.max(60);
        let max_lines = self.options.max_lines.max(8);
        let below = self.below(width);
        let room = max_lines.saturating_sub(below.len() + 1).max(4);
        let left = self.left(room);
        let left_width = left
            .iter()
            .map(|line| chars(line))
            .max()
            .unwrap_or(0)
            .clamp(chars(&self.left_title()), LEFT);
        let right = self.right(width - left_width - 2, room);
        let mut out = String::new();
        let mut line = |left: &str, right: &str| {
            let text = format!("{}  {right}", pad(&cut(left, left_width), left_width));
            out.push_str(cut(text.trim_end(), width).trim_end());
            out.push('\n');
        };
        line(&self.left_title(), &self.right_title());
        for index in 0..left.len().max(right.len()) {
            line(
                left.get(index).map_or("", String::as_str),
                right.get(index).map_or("", String::as_str),
            );
        }
        for below in below {
            out.push_str(&below);
            out.push('\n');
        }
        out
    }

    fn left_title(&self) -> String {
        let stack = self.picture.regions.get(3);
        match stack.filter(|stack| stack.used() > 0) {
            Some(stack) => format!("{} {:#06x}", self.words.stack, stack.start),
            None => self.words.stack.to_owned(),
        }
    }

    fn right_title(&self) -> String {
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

    /// The left column: who refers.
    fn left(&self, room: usize) -> Vec<String> {
        let mut groups: Vec<Vec<String>> = Vec::new();
        let mut named: Vec<Vec<String>> = Vec::new();
        let mut omitted = 0;
        for frame in &self.picture.frames {
            let concerned = self.is_shown(frame.addr)
                || frame
                    .locals
                    .iter()
                    .any(|slot| slot.to.is_some_and(|to| self.is_shown(to)));
            if !concerned {
                omitted += 1;
                continue;
            }
            let mark = self.mark(frame.addr);
            let mut lines = vec![format!("{mark}{}()", frame.name)];
            lines.extend(self.names(&frame.locals));
            groups.push(lines);
        }
        if let Some(globals) = &self.picture.globals
            && !globals.names.is_empty()
        {
            let mut lines = vec![self.words.globals.to_owned()];
            lines.extend(self.names(&globals.names));
            if lines.len() > 1 {
                named.push(lines);
            }
        }
        if !self.picture.names.is_empty() {
            let mut lines = vec![self.words.names.to_owned()];
            let names: Vec<(Addr, &str)> = self
                .picture
                .names
                .iter()
                .filter(|(addr, _)| self.is_shown(*addr))
                .collect();
            let width = names.iter().map(|(_, name)| chars(name)).max().unwrap_or(0);
            for (addr, name) in names {
                let what = self.named(addr);
                lines.push(format!(
                    "  {}",
                    arrow(name, width, Link::Strong, addr, &what)
                ));
            }
            if lines.len() > 1 {
                named.push(lines);
            }
        }
        if let Some(diff) = self.options.changed {
            let frames = diff.marks.iter().filter_map(|(addr, mark)| match mark {
                Mark::Gone(what) if what.ends_with("()") && self.in_stack(*addr) => {
                    Some(format!("- {what}  {}", self.words.gone))
                }
                _ => None,
            });
            let gone: Vec<String> = frames.collect();
            if !gone.is_empty() {
                groups.insert(0, gone);
            }
        }
        let names: Vec<String> = named.concat();
        // A deep stack leaves room for the names below it.
        let room_above = room.saturating_sub(names.len()).max(room / 2);
        let mut lines = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            let last = index + 1 == groups.len() && omitted == 0;
            if lines.len() + group.len() + usize::from(!last) > room_above {
                let kept = room_above.saturating_sub(lines.len() + 1);
                lines.extend(group.iter().take(kept).cloned());
                omitted += groups.len() - index;
                break;
            }
            lines.extend_from_slice(group);
        }
        if omitted > 0 {
            let omitted = thousands(omitted as u64);
            lines.push(format!("… {omitted} {}", self.words.frames));
        }
        let room_below = room.saturating_sub(lines.len());
        if names.len() > room_below {
            lines.extend(names.iter().take(room_below.saturating_sub(1)).cloned());
            let omitted = names.len() - room_below.saturating_sub(1);
            lines.push(format!("… {omitted} {}", self.words.more));
        } else {
            lines.extend(names);
        }
        lines.truncate(room);
        lines
    }

    fn in_stack(&self, addr: Addr) -> bool {
        self.picture
            .regions
            .get(3)
            .is_some_and(|stack| stack.limit <= addr.get())
    }

    /// What a caller's name leads to, where the right column does not show it.
    fn named(&self, addr: Addr) -> String {
        if let Some(object) = self.picture.object(addr) {
            return if object.is_static {
                object.short()
            } else {
                String::new()
            };
        }
        let block = self.picture.blocks.iter().find(|block| {
            (block.start.get()..block.start.get() + block.size).contains(&addr.get())
        });
        match block.map(|block| &block.holds) {
            Some(Holds::Free) => format!("✗ {}", self.words.freed),
            Some(Holds::Owned(..) | Holds::Unknown) => String::new(),
            _ => match self.picture.region_of(addr.get()) {
                Some(_) => String::new(),
                None => format!("✗ {}", self.words.outside),
            },
        }
    }

    fn names(&self, slots: &[Slot]) -> Vec<String> {
        let shown: Vec<&Slot> = slots
            .iter()
            .filter(|slot| {
                self.shown.is_none()
                    || slot.to.is_some_and(|to| self.is_shown(to))
                    || self.places.contains(&slot.at)
            })
            .collect();
        let width = shown.iter().map(|slot| chars(&slot.label)).max();
        let width = width.unwrap_or(0).min(14);
        let mut lines: Vec<String> = shown
            .iter()
            .map(|slot| {
                let mark = match self.options.changed {
                    Some(_) if self.places.contains(&slot.at) => "~   ",
                    Some(_) => "    ",
                    None => "  ",
                };
                let label = cut(&slot.label, 14);
                match slot.to {
                    Some(to) => {
                        let what = self.target(slot);
                        format!("{mark}{}", arrow(&label, width, slot.link, to, &what))
                    }
                    None => format!("{mark}{}  {}", pad(&label, width), self.words.unbound),
                }
            })
            .collect();
        let omitted = slots.len() - shown.len();
        if omitted > 0 && !shown.is_empty() {
            lines.push(format!("  … {omitted} {}", self.words.more));
        }
        lines
    }

    /// What must stand beside the address in a place.
    fn target(&self, slot: &Slot) -> String {
        match slot.target {
            Target::Freed => format!("✗ {}", self.words.freed),
            Target::NoObject => format!("✗ {}", self.words.no_object),
            Target::Outside => format!("✗ {}", self.words.outside),
            Target::Null | Target::Object => match slot.to.and_then(|to| self.picture.object(to)) {
                Some(object) if object.is_static => object.short(),
                _ => String::new(),
            },
        }
    }

    /// The right column: where the bytes lie.
    fn right(&self, width: usize, room: usize) -> Vec<String> {
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
                    lines: self.object(object, width),
                },
            );
        }
        for block in &self.picture.blocks {
            let mut describe = |what: String, priority, group: &str| {
                let lines = vec![format!(
                    "  {}  {:>5}  {what}",
                    pad(&block.start.to_string(), 8),
                    thousands(block.size)
                )];
                items.insert(
                    (block.start.get(), 0),
                    Item {
                        priority,
                        group: group.to_owned(),
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
                Holds::Unknown => {
                    let left_out = self.picture.truncated;
                    if left_out {
                        describe("?".to_owned(), 9, "?");
                    } else if self.shown.is_none() || self.is_shown(block.start) {
                        describe(format!("? {}", self.words.unreached), 3, "?");
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
                        pad(&addr.to_string(), 8),
                        self.words.gone
                    )];
                    items.insert(
                        (addr.get(), 2),
                        Item {
                            priority: 0,
                            group: self.words.gone.to_owned(),
                            lines,
                        },
                    );
                }
            }
        }
        self.choose(items, room)
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
                *omitted.entry(item.group).or_default() += 1;
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

    fn mark(&self, addr: Addr) -> &'static str {
        match self.options.changed.and_then(|diff| diff.mark(addr)) {
            Some(Mark::New) => "+ ",
            Some(Mark::Gone(_)) => "- ",
            Some(Mark::Changed { .. }) => "~ ",
            None if self.options.changed.is_some() => "  ",
            None => "",
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
            pad(&object.addr.to_string(), 8),
            thousands(object.size())
        );
        let indent = chars(&prefix);
        let room = width.saturating_sub(indent).max(20);
        let mut head = object.short();
        let unreached = !object.reached && !self.picture.truncated;
        let parts = self.slots(object);
        let brackets = match object.kind {
            Kind::List => Some(("[", "]")),
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
        parts
    }

    fn is_number(&self, addr: Addr) -> bool {
        let object = self.picture.object(addr);
        object.is_some_and(|object| object.kind == Kind::Int)
    }

    /// The lines below the columns: later labs' rows, then what is wrong.
    fn below(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for strip in &self.picture.strips {
            lines.push(strip.title.clone());
            let cells: Vec<String> = strip
                .cells
                .iter()
                .map(|cell| {
                    let fill = match cell.fill {
                        crate::model::Fill::Live => "█",
                        crate::model::Fill::Free => "░",
                        crate::model::Fill::Untouched => "·",
                        crate::model::Fill::Header => "│",
                        crate::model::Fill::Broken => "✗",
                    };
                    format!("{} {fill} {}", cell.start, cell.label)
                })
                .collect();
            lines.extend(wrap(&cells, width));
        }
        if self.picture.truncated {
            let most = thousands(MAX_OBJECTS as u64);
            lines.push(format!("… {most} {}", self.words.truncated));
        }
        let problems: Vec<_> = self.problems().collect();
        for problem in problems.iter().take(PROBLEMS) {
            let indent = 12.max(chars(&problem.addr.to_string()) + 4);
            let words: Vec<String> = problem.words.split(' ').map(str::to_owned).collect();
            for (index, line) in wrap_with(&words, width.saturating_sub(indent), " ")
                .into_iter()
                .enumerate()
            {
                let start = match index {
                    0 => format!("! {}", pad(&problem.addr.to_string(), indent - 2)),
                    _ => " ".repeat(indent),
                };
                lines.push(format!("{start}{line}"));
            }
        }
        if problems.len() > PROBLEMS {
            let more = problems.len() - PROBLEMS;
            lines.push(format!(
                "! … {more} {} ({})",
                self.words.more, self.words.problems
            ));
        }
        lines
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

/// `name ───▶ 0x5040 what`.
fn arrow(name: &str, width: usize, link: Link, to: Addr, what: &str) -> String {
    let line = if link == Link::Weak { "┄" } else { "─" };
    let length = 2 + width.saturating_sub(chars(name));
    format!("{name} {}▶ {to} {what}", line.repeat(length))
        .trim_end()
        .to_owned()
}

/// `parts` in lines of at most `width` characters, two spaces between them.
fn wrap(parts: &[String], width: usize) -> Vec<String> {
    wrap_with(parts, width, "  ")
}

fn wrap_with(parts: &[String], width: usize, between: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if chars(line) + chars(between) + chars(part) <= width => {
                line.push_str(between);
                line.push_str(part);
            }
            _ => lines.push(cut(part, width.max(8))),
        }
    }
    lines
}

/// The width of a text in a terminal, in columns: wide characters (Hangul, Han, kana) take two.
pub(crate) fn chars(text: &str) -> usize {
    text.chars().map(columns).sum()
}

pub(crate) fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(chars(text));
    format!("{text}{}", " ".repeat(missing))
}

/// `text`, or as much of it as fits, with a mark that something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if chars(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + columns(c) >= width {
            break;
        }
        used += columns(c);
        out.push(c);
    }
    out.push('…');
    out
}

/// A number with a comma after each three digits.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
