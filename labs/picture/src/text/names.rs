//! The left column: the frames, the global names, the caller's names.

use memory::Addr;

use super::Writer;
use super::width::{chars, cut, pad, thousands};
use crate::diff::Mark;
use crate::model::{Holds, Link, Slot};

impl Writer<'_> {
    pub(super) fn left_title(&self) -> String {
        let stack = self.picture.regions.get(3);
        match stack.filter(|stack| stack.used() > 0) {
            Some(stack) => format!("{} {:#06x}", self.words.stack, stack.start),
            None => self.words.stack.to_owned(),
        }
    }

    /// The left column: who refers.
    pub(super) fn left(&self, room: usize) -> Vec<String> {
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

    /// What a caller's name leads to, where the right column does not show it.
    pub(super) fn named(&self, addr: Addr) -> String {
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
            Some(Holds::Kept(..)) => format!("✗ {}", self.words.kept),
            Some(Holds::Owned(..) | Holds::Unknown) => String::new(),
            _ => match self.picture.region_of(addr.get()) {
                Some(_) => String::new(),
                None => format!("✗ {}", self.words.outside),
            },
        }
    }

    pub(super) fn names(&self, slots: &[Slot]) -> Vec<String> {
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
}

/// `name ───▶ 0x5040 what`.
fn arrow(name: &str, width: usize, link: Link, to: Addr, what: &str) -> String {
    let line = if link == Link::Weak { "┄" } else { "─" };
    let length = 2 + width.saturating_sub(chars(name));
    format!("{name} {}▶ {to} {what}", line.repeat(length))
        .trim_end()
        .to_owned()
}
