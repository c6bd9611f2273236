//! The text face: a heap in the lines of a terminal.
//!
//! Two columns. On the left, what refers: the frames with their local variables, the running one
//! first, then the global names and the caller's. On the right, where the bytes lie: the heap's
//! blocks by address, with the objects in them. Below, what is inconsistent.

mod blocks;
pub(crate) mod collector;
pub(crate) mod kept;
mod names;
pub(crate) mod pools;
mod width;

use std::collections::BTreeSet;

use memory::Addr;

use crate::diff::{Diff, Mark};
use crate::model::{MAX_OBJECTS, Picture, PoolParts, Slot, Target};
use crate::words::Words;
pub(crate) use width::{chars, cut, thousands};

use width::{pad, wrap_with};

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
    /// Show the two columns. They are left out, too, where they show nothing that the pools do not.
    pub columns: bool,
    /// What to show of pools and arenas, once there are any.
    pub pools: PoolParts,
    /// Show the collector's lists, once it was started, and the trashcan's chain.
    pub gc: bool,
    /// Show the free lists, the policy and the pauses, once they were made.
    pub kept: bool,
    /// Addresses that the reader was told of: `◀` stands behind the pools and blocks that hold one.
    pub said: Vec<Addr>,
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
            columns: true,
            pools: PoolParts::ALL,
            gc: true,
            kept: true,
            said: Vec::new(),
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
        let Parts { columns, below } = self.text_parts(options);
        columns + &below
    }

    /// The picture's two parts: the columns, and what stands below them.
    #[must_use]
    pub fn text_parts(&self, options: &TextOptions<'_>) -> Parts {
        let mut parts = Writer::new(self, options).text();
        if options.ascii {
            let width = options.width.max(60);
            parts.columns = ascii(&parts.columns, width);
            parts.below = ascii(&parts.below, width);
        }
        parts
    }
}

/// The two parts of a picture in text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What refers, and where the bytes lie. Empty where that is left out.
    pub columns: String,
    /// Arenas, pools, and what is inconsistent.
    pub below: String,
}

fn ascii(text: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = ASCII
            .iter()
            .fold(line.to_owned(), |line, (from, to)| line.replace(from, to));
        // Some replacements are longer than what they replace, and names may be in any script.
        let line = line.chars().map(|c| if c.is_ascii() { c } else { '?' });
        out.extend(line.take(width));
        out.push('\n');
    }
    out
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
    ("▓", "+"),
    ("▒", "%"),
    ("░", "o"),
    ("·", "."),
    ("┆", ":"),
    ("│", "|"),
    ("◀", "<"),
    ("×", "x"),
];

/// Words in lines of at most `width` columns.
pub(crate) fn wrap_words(words: &[String], width: usize) -> Vec<String> {
    wrap_with(words, width, " ")
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

    fn text(&self) -> Parts {
        let width = self.options.width.max(60);
        let max_lines = self.options.max_lines.max(8);
        // The collector and the free lists share a third of the lines.
        let third = max_lines / 3;
        let kept = self.kept(width, third).len().min(max_lines / 6);
        let mut last = self.collector(width, third - kept);
        last.extend(self.kept(width, third - last.len()));
        last.extend(self.below(width));
        let room = max_lines.saturating_sub(last.len());
        let columns = self.options.columns && !self.only_pools();
        // The columns keep half of the lines, if they need them.
        let mut pools = self.pools(width, if columns { room / 2 } else { room });
        let mut above = String::new();
        if columns {
            let room = room.saturating_sub(pools.len() + 1).max(4);
            above = self.columns(width, room);
            if !pools.is_empty() {
                let used = above.lines().count() + last.len();
                pools = self.pools(width, max_lines.saturating_sub(used));
            }
        }
        let mut below = String::new();
        for line in pools.iter().chain(&last) {
            below.push_str(cut(line, width).trim_end());
            below.push('\n');
        }
        Parts {
            columns: above,
            below,
        }
    }

    fn columns(&self, width: usize, room: usize) -> String {
        let left = self.left(room);
        let widest = left.iter().map(|line| chars(line)).max().unwrap_or(0);
        let title = chars(&self.left_title());
        let mut left_width = widest.clamp(title, LEFT);
        let right = self.right(width - left_width - 2, room);
        // Nothing to the right but its title: what stands on the left need not be cut.
        if right.is_empty() {
            let most = width.saturating_sub(chars(&self.right_title()) + 2);
            left_width = widest.clamp(title, most.max(LEFT));
        }
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
        out
    }

    fn in_stack(&self, addr: Addr) -> bool {
        self.picture
            .regions
            .get(3)
            .is_some_and(|stack| stack.limit <= addr.get())
    }

    /// What must stand beside the address in a place.
    fn target(&self, slot: &Slot) -> String {
        match slot.target {
            Target::Freed => format!("✗ {}", self.words.freed),
            Target::Kept => format!("✗ {}", self.words.kept),
            Target::NoObject => format!("✗ {}", self.words.no_object),
            Target::Outside => format!("✗ {}", self.words.outside),
            Target::Null | Target::Object => match slot.to.and_then(|to| self.picture.object(to)) {
                Some(object) if object.is_static => object.short(),
                _ => String::new(),
            },
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

    /// The last lines: what is wrong.
    fn below(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
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
