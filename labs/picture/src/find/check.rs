//! What contradicts itself: objects beyond their blocks, overlaps, counts, wild references.

use std::collections::BTreeMap;

use memory::{Addr, Region};

use super::Finder;
use crate::model::{FramePart, Link, Object, ProblemKind, Slot, Target};

impl Finder<'_> {
    /// Whether an object and what it owns fit into their blocks.
    pub(super) fn extent(&mut self, object: &Object) {
        if !self.has_blocks {
            return;
        }
        if let Some(block) = self.block_at(object.addr.get())
            && !block.free
            && object.end > block.start + block.size
        {
            let words = format!(
                "the {} needs {} bytes, and its block has {}",
                object.type_name,
                object.end.saturating_sub(block.start),
                block.size
            );
            self.problem(object.addr, ProblemKind::Overlap, words);
        }
        for owned in &object.owns {
            let words = match self.block_at(owned.start.get()) {
                Some(block) if block.free => {
                    format!("its {} {} is a freed block", owned.field, owned.start)
                }
                Some(block) if block.start != owned.start.get() => {
                    format!(
                        "its {} {} is not the start of a block",
                        owned.field, owned.start
                    )
                }
                Some(block) if owned.size > block.size => format!(
                    "its {} {} needs {} bytes, and the block has {}",
                    owned.field, owned.start, owned.size, block.size
                ),
                Some(_) => continue,
                None if self.region_of(owned.start.get()) == Some(Region::Data) => continue,
                None => format!(
                    "its {} {} is no block of the heap",
                    owned.field, owned.start
                ),
            };
            self.problem(object.addr, ProblemKind::Object, words);
        }
    }

    /// Objects and owned blocks that have bytes in common.
    pub(super) fn overlaps(&mut self) {
        let mut spans: Vec<(u64, u64, Addr, String)> = Vec::new();
        for object in self.objects.values().filter(|object| !object.is_static) {
            spans.push((object.start, object.end, object.addr, object.short()));
            // Shared keys belong to more than one object.
            for owned in object.owns.iter().filter(|o| o.field != "ma_keys") {
                let end = owned.start.get().saturating_add(owned.size);
                let what = format!("{} of the {}", owned.field, object.type_name);
                spans.push((owned.start.get(), end, object.addr, what));
            }
        }
        for (start, op, list) in self.kept_starts() {
            let end = op.get().saturating_add(list.size());
            spans.push((start, end, op, format!("kept {}", list.type_name())));
        }
        spans.sort();
        let mut overlapping = Vec::new();
        // The span that reaches farthest so far.
        let mut far: Option<&(u64, u64, Addr, String)> = None;
        for span in &spans {
            if let Some(before) = far
                && span.0 < before.1
            {
                overlapping.push((
                    span.2,
                    format!(
                        "{} {:#06x}..{:#06x} overlaps {} {:#06x}..{:#06x}",
                        span.3, span.0, span.1, before.3, before.0, before.1
                    ),
                ));
            }
            if far.is_none_or(|before| span.1 > before.1) {
                far = Some(span);
            }
        }
        for (addr, words) in overlapping {
            self.problem(addr, ProblemKind::Overlap, words);
        }
    }

    /// Counts the references to each object, and compares.
    pub(super) fn count(&mut self, frames: &[FramePart], root_slots: &[Slot]) {
        let mut found: BTreeMap<Addr, u64> = BTreeMap::new();
        let locals = frames.iter().flat_map(|frame| &frame.locals);
        let held = self.objects.values().flat_map(|object| &object.slots);
        for slot in locals.chain(root_slots).chain(held) {
            if let (Some(to), Link::Strong | Link::Hidden) = (slot.to, slot.link) {
                *found.entry(to).or_default() += 1;
            }
        }
        let mut wrong = Vec::new();
        for object in self.objects.values_mut() {
            object.found = found.get(&object.addr).copied().unwrap_or(0);
            if !object.is_static && object.found > object.refcnt {
                wrong.push((object.addr, object.refcnt, object.found));
            }
        }
        for (addr, refcnt, found) in wrong {
            let plural = if found == 1 { "" } else { "s" };
            self.problem(
                addr,
                ProblemKind::Count,
                format!("ob_refcnt {refcnt}, and {found} reference{plural} found"),
            );
        }
    }

    /// Says which places lead to no object.
    pub(super) fn broken_slots(&mut self, slots: &[Slot], place: &str) {
        for slot in slots {
            let Some(to) = slot.to else { continue };
            let target = self.target(Some(to));
            let what = match target {
                Target::Freed => "a freed block",
                Target::Kept => match self.kept.get(&to) {
                    Some(list) => &format!("dead, on {list}"),
                    None => continue,
                },
                Target::NoObject => "no object",
                Target::Outside => "outside data and heap",
                Target::Null | Target::Object => continue,
            };
            let words = format!("{} {place} refers to {to}: {what}", slot.label);
            self.problem(slot.at, ProblemKind::Reference, words);
        }
    }
}
