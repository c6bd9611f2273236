//! The collector's lists, the trashcan's chain, and the order of weak references.

use std::collections::{BTreeMap, BTreeSet};

use memory::gc::{GC, GcGeneration, GcState, NUM_GENERATIONS};
use memory::object::{PyGC_Head, PyWeakReference};
use memory::root::ROOT;
use memory::{Addr, Root};

use super::Finder;
use crate::bytes::offset;
use crate::model::{
    COLLECTING, Collector, GcHead, GcListName, GcListPart, Kind, Link, MAX_OBJECTS, Object,
    PREV_FLAGS, PREV_SHIFT, ProblemKind, Slot, UNREACHABLE,
};

const NEXT: u64 = offset(PyGC_Head::FIELDS, "_gc_next");
const PREV: u64 = offset(PyGC_Head::FIELDS, "_gc_prev");

/// The lists that exist only while a collection runs, in the order of `memory::gc::GcList`.
const PASS: [&str; 6] = [
    "unreachable",
    "final_unreachable",
    "finalizers",
    "wrcb_to_call",
    "seen",
    "spare",
];

impl Finder<'_> {
    /// The two words in front of an object of the heap that has them.
    pub(super) fn gc_head(&self, addr: Addr, head: u64) -> Option<GcHead> {
        let at = addr.get().checked_sub(PyGC_Head::SIZE)?;
        (head >= PyGC_Head::SIZE).then_some(GcHead {
            next: self.bytes.word(at + NEXT)?,
            prev: self.bytes.word(at + PREV)?,
            gc_refs: None,
        })
    }

    /// The places of `gc.garbage` and `gc.callbacks`.
    pub(super) fn collector_slots(&self) -> Vec<Slot> {
        let names = ["garbage", "callbacks"].into_iter();
        let slots = names.filter_map(|name| {
            let (_, at) = GcState::FIELDS.iter().find(|(field, _)| *field == name)?;
            self.slot(name, ROOT.get() + GC + at, Link::Hidden)
        });
        slots.filter(|slot| slot.to.is_some()).collect()
    }

    /// The collector's lists, and `gc_refs` of the objects in them.
    pub(super) fn collector(&mut self) -> Option<Collector> {
        let state = ROOT.get() + GC;
        let word = |at| self.bytes.word(at).unwrap_or(0);
        let mut heads: Vec<(GcListName, u64)> = (0..NUM_GENERATIONS)
            .map(|n| {
                (
                    GcListName::Generation(n),
                    state + 64 + GcGeneration::SIZE * n,
                )
            })
            .collect();
        heads.push((GcListName::Permanent, state + 160));
        let pass = PASS.iter().zip(0..);
        heads.extend(pass.map(|(name, n)| (GcListName::Pass(name), state + 272 + 16 * n)));
        // A list that was not started has no head.
        heads.retain(|(_, head)| word(head + NEXT) != 0);
        if heads.is_empty() {
            return None;
        }
        let mut collector = Collector { lists: Vec::new() };
        let mut whole = true;
        let mut places: BTreeMap<Addr, String> = BTreeMap::new();
        for (name, head) in heads {
            let (list, complete) = self.gc_list(name, head, &mut places);
            whole &= complete;
            let pass = matches!(name, GcListName::Pass(_));
            if !(pass && list.objects.is_empty()) {
                collector.lists.push(list);
            }
        }
        if whole && !self.truncated {
            self.tracked_nowhere(&places);
        }
        Some(collector)
    }

    /// Follows one list.
    fn gc_list(
        &mut self,
        name: GcListName,
        head: u64,
        places: &mut BTreeMap<Addr, String>,
    ) -> (GcListPart, bool) {
        let called = match name {
            GcListName::Generation(n) => format!("generation {n}"),
            GcListName::Permanent => "the permanent generation".to_owned(),
            GcListName::Pass(name) => name.to_owned(),
        };
        let count = offset(GcGeneration::FIELDS, "count");
        let threshold = offset(GcGeneration::FIELDS, "threshold");
        let number = |at| match name {
            GcListName::Generation(_) => self.bytes.word(head + at).unwrap_or(0),
            _ => 0,
        };
        let mut list = GcListPart {
            name,
            head: Addr::new(head).unwrap_or(ROOT),
            count: number(count),
            threshold: number(threshold),
            objects: Vec::new(),
        };
        let next = |bytes: crate::bytes::Bytes<'_>, at: u64| bytes.word(at + NEXT).unwrap_or(0);
        let mut before = head;
        let mut at = next(self.bytes, head) & !UNREACHABLE;
        let mut any_collecting = false;
        while at != head {
            let op = Addr::new(at.wrapping_add(PyGC_Head::SIZE)).unwrap_or(ROOT);
            if list.objects.len() >= MAX_OBJECTS
                || self.truncated && !self.objects.contains_key(&op)
            {
                self.truncated = true;
                return (list, false);
            }
            if let Some(words) = self.no_member(&called, at, op, places) {
                // What was never made a list holds anything.
                if matches!(name, GcListName::Pass(_)) && list.objects.is_empty() {
                    return (list, true);
                }
                // The address of the head of the object, or of the list, that leads there.
                let from = match list.objects.last() {
                    Some(last) => *last,
                    None => list.head,
                };
                self.problem(from, ProblemKind::Collector, words);
                return (list, false);
            }
            places.insert(op, called.clone());
            if let Some(kept) = self.kept.get(&op) {
                let words = format!("it is on {kept}, and still in {called}");
                self.problem(op, ProblemKind::FreeList, words);
            }
            let prev = self.bytes.word(at + PREV).unwrap_or(0);
            let is_link = prev & !PREV_FLAGS == before;
            any_collecting |= prev & COLLECTING != 0;
            if let Some(head) = self.objects.get_mut(&op).and_then(|o| o.gc.as_mut())
                && prev & COLLECTING != 0
                && !is_link
            {
                head.gc_refs = Some(prev >> PREV_SHIFT);
            }
            if prev & COLLECTING == 0 && !is_link {
                let words = format!(
                    "its _gc_prev leads to {:#06x}, and the head before it in {called} is at \
                     {before:#06x}",
                    prev & !PREV_FLAGS
                );
                self.problem(op, ProblemKind::Collector, words);
            }
            list.objects.push(op);
            before = at;
            at = next(self.bytes, at) & !UNREACHABLE;
        }
        // While a pass runs, the list is linked in one direction only.
        let last = self.bytes.word(head + PREV).unwrap_or(0);
        if last != before && !any_collecting && !self.any_collecting() {
            let words = format!(
                "the last object of {called} has its head at {before:#06x}, and _gc_prev of the \
                 list leads to {last:#06x}"
            );
            self.problem(list.head, ProblemKind::Collector, words);
        }
        (list, true)
    }

    fn any_collecting(&self) -> bool {
        let mut heads = self.objects.values().filter_map(|object| object.gc);
        heads.any(GcHead::is_collecting)
    }

    /// Why what a list leads to cannot be in it.
    fn no_member(
        &self,
        list: &str,
        at: u64,
        op: Addr,
        places: &BTreeMap<Addr, String>,
    ) -> Option<String> {
        if at == 0 {
            return Some(format!("{list} breaks off here: _gc_next is 0"));
        }
        if let Some(other) = places.get(&op) {
            return Some(if other == list {
                format!("{list} runs in a circle: from here back to {op}")
            } else {
                format!("{list} leads from here to {op}, which is in {other}")
            });
        }
        let freed = self.block_at(op.get()).is_some_and(|block| block.free);
        let kept = self.kept.get(&op);
        let container = self
            .objects
            .get(&op)
            .is_some_and(|object| object.gc.is_some())
            || kept.is_some_and(|list| list.is_container());
        match (freed, container) {
            (true, _) => Some(format!("{list} leads from here to {op}: a freed block")),
            (_, false) => Some(format!("{list} leads from here to {op}: no container")),
            _ => None,
        }
    }

    fn tracked_nowhere(&mut self, places: &BTreeMap<Addr, String>) {
        let lost: Vec<Addr> = self
            .objects
            .values()
            .filter(|object| object.gc.is_some_and(GcHead::is_tracked))
            .filter(|object| !places.contains_key(&object.addr))
            .map(|object| object.addr)
            .collect();
        for addr in lost {
            let words = "its head says that it is tracked, and it is in no list";
            self.problem(addr, ProblemKind::Collector, words);
        }
        let tracked = |op: &Addr| {
            let next = op.get().checked_sub(PyGC_Head::SIZE - NEXT);
            next.and_then(|next| self.bytes.word(next)) != Some(0)
        };
        let kept = self
            .kept
            .iter()
            .filter(|(op, list)| list.is_container() && !places.contains_key(op) && tracked(op));
        let kept: Vec<_> = kept.map(|(op, list)| (*op, *list)).collect();
        for (addr, list) in kept {
            let words = format!("it is on {list}, and its head says that it is tracked");
            self.problem(addr, ProblemKind::FreeList, words);
        }
    }

    /// The objects that the trashcan put off, the next one first.
    pub(super) fn trash(&mut self) -> Vec<Addr> {
        let mut chain = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = self.root_word("trash_delete_later");
        while let Some(op) = next {
            if chain.len() >= MAX_OBJECTS {
                self.truncated = true;
                break;
            }
            let known = self
                .objects
                .get(&op)
                .is_some_and(|object| object.gc.is_some());
            if !known || !seen.insert(op) {
                let at = ROOT.plus(offset(Root::FIELDS, "trash_delete_later"));
                let words = match known {
                    true => format!("the trashcan's chain runs in a circle at {op}"),
                    false => format!("the trashcan's chain leads to {op}: no container"),
                };
                if known || !self.truncated {
                    self.problem(at, ProblemKind::Collector, words);
                }
                break;
            }
            chain.push(op);
            let head = self.objects.get(&op).and_then(|object| object.gc);
            next = head.and_then(|head| Addr::new(head.prev & !PREV_FLAGS));
        }
        chain
    }

    /// The weak references of each object, in the order of its list.
    pub(super) fn weak_references(&mut self) {
        const FIRST: [&str; 3] = ["weaklist", "tp_weaklist", "func_weakreflist"];
        const WR_NEXT: u64 = offset(PyWeakReference::FIELDS, "wr_next");
        const WR_OBJECT: u64 = offset(PyWeakReference::FIELDS, "wr_object");
        const WR_PREV: u64 = offset(PyWeakReference::FIELDS, "wr_prev");
        let first = |object: &Object| {
            let mut slots = object.slots.iter();
            let slot = slots.find(|slot| FIRST.contains(&slot.label.as_str()))?;
            Some((object.addr, slot.to?))
        };
        let lists: Vec<(Addr, Addr)> = self.objects.values().filter_map(first).collect();
        for (owner, first) in lists {
            let mut list: Vec<Addr> = Vec::new();
            let mut wrong = None;
            let mut next = Some(first);
            while let Some(weak) = next {
                // What is no weak reference is said where the place is looked at.
                let is_weak = self
                    .objects
                    .get(&weak)
                    .is_some_and(|o| o.kind == Kind::Weakref);
                if !is_weak || list.len() >= MAX_OBJECTS {
                    break;
                }
                let word = |field| self.bytes.addr(weak.get() + field);
                if list.contains(&weak) {
                    wrong = Some(format!("its weak references run in a circle at {weak}"));
                    break;
                }
                if word(WR_OBJECT) != Some(owner) {
                    wrong = Some(format!(
                        "in its list of weak references, {weak} is not to it"
                    ));
                } else if word(WR_PREV) != list.last().copied() {
                    wrong = Some(format!(
                        "in its list of weak references, wr_prev of {weak} is wrong"
                    ));
                }
                list.push(weak);
                next = word(WR_NEXT);
            }
            if let Some(words) = wrong {
                self.problem(owner, ProblemKind::Object, words);
            }
            if let Some(object) = self.objects.get_mut(&owner) {
                object.weakrefs = list;
            }
        }
    }
}
