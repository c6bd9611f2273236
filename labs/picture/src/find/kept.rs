//! Free lists, the policy, the pauses.

use memory::manager::{
    FreeFloat, FreeLists, FreeStack, FreeTuples, PYTUPLE_NFREELISTS, Pauses, Schedule,
};
use memory::object::{PyGC_Head, PyTupleObject};
use memory::root::ROOT;
use memory::{Addr, Region, WORD};

use super::{Finder, OB_REFCNT};
use crate::bytes::offset;
use crate::model::{
    FreeListName, FreeListPart, Kept, Kind, MAX_OBJECTS, PausesPart, ProblemKind, SchedulePart,
};

/// Where the tuples' records begin in [`FreeLists`], then the stacks of lists and of dicts.
const TUPLES: u64 = 16;
const LISTS: u64 = TUPLES + FreeTuples::SIZE * PYTUPLE_NFREELISTS;
const DICTS: u64 = LISTS + FreeStack::SIZE;
const _: () = assert!(DICTS + FreeStack::SIZE == FreeLists::SIZE);

const STACK_NUMFREE: u64 = offset(FreeStack::FIELDS, "numfree");

impl Finder<'_> {
    /// What lab 8 keeps, once it was started. The objects on free lists are noted: from now on they
    /// are no objects.
    pub(super) fn kept(&mut self) -> Option<Kept> {
        let lists = self.static_record("free_lists", FreeLists::SIZE);
        let pauses = self.static_record("pauses", 3 * Pauses::BYTES);
        let schedule = self.static_record("schedule", Schedule::SIZE);
        lists.or(pauses).or(schedule)?;
        let mut kept = Kept::default();
        if let Some(lists) = lists {
            kept.lists = self.free_object_lists(lists);
        }
        if let Some(at) = schedule {
            kept.schedule = Some(self.schedule(at));
        }
        if let Some(at) = pauses {
            kept.pauses = self.pauses(at);
        }
        Some(kept)
    }

    /// Where a record of static storage lies that a word of the root leads to.
    fn static_record(&mut self, field: &str, size: u64) -> Option<Addr> {
        let at = self.root_word(field)?;
        let inside = |at: u64| self.region_of(at) == Some(Region::Data);
        let fits = self.bytes.holds(at.get(), size) && inside(at.get());
        if fits && at.is_aligned(WORD) && inside(at.get() + size - 1) {
            return Some(at);
        }
        let words = format!("the root's {field} is {at}: no place of such a record");
        self.problem(ROOT, ProblemKind::FreeList, words);
        None
    }

    fn free_object_lists(&mut self, at: Addr) -> Vec<FreeListPart> {
        let mut lists = Vec::new();
        let floats = at.plus(offset(FreeLists::FIELDS, "float_numfree"));
        let first = at.plus(offset(FreeLists::FIELDS, "float_free_list"));
        let link = offset(FreeFloat::FIELDS, "next");
        lists.push(self.linked(FreeListName::Float, floats, first, link));
        lists.push(self.stacked(FreeListName::List, at.plus(LISTS)));
        lists.push(self.stacked(FreeListName::Dict, at.plus(DICTS)));
        for length in 1..=PYTUPLE_NFREELISTS {
            let record = at.plus(TUPLES + FreeTuples::SIZE * (length - 1));
            let numfree = record.plus(offset(FreeTuples::FIELDS, "numfree"));
            let first = record.plus(offset(FreeTuples::FIELDS, "free_list"));
            let name = FreeListName::Tuple(length);
            lists.push(self.linked(name, numfree, first, PyTupleObject::SIZE));
        }
        lists.retain(|list| list.numfree > 0 || !list.objects.is_empty());
        lists
    }

    fn list_part(&mut self, name: FreeListName, at: Addr) -> FreeListPart {
        let list = FreeListPart {
            name,
            at,
            numfree: self.bytes.word(at.get()).unwrap_or(0),
            objects: Vec::new(),
        };
        if list.numfree > name.most() {
            let (numfree, most) = (list.numfree, name.most());
            let words = format!("numfree of {name} is {numfree}, and it keeps {most} at most");
            self.problem(at, ProblemKind::FreeList, words);
        }
        list
    }

    /// Objects each of which holds the address of the next one, `link` bytes behind its own.
    fn linked(&mut self, name: FreeListName, at: Addr, first: Addr, link: u64) -> FreeListPart {
        let mut list = self.list_part(name, at);
        let mut from = first;
        loop {
            let Some(op) = self.bytes.addr(from.get()) else {
                let (said, found) = (list.numfree, list.objects.len() as u64);
                if said != found {
                    let words = format!("numfree of {name} is {said}, and {found} are linked");
                    self.problem(at, ProblemKind::FreeList, words);
                }
                break;
            };
            if list.objects.len() >= MAX_OBJECTS {
                self.truncated = true;
                break;
            }
            if let Some(why) = self.keep(name, op) {
                let words = format!("{name} leads from here to {op}: {why}");
                self.problem(from, ProblemKind::FreeList, words);
                break;
            }
            list.objects.push(op);
            from = op.plus(link);
        }
        list
    }

    /// Addresses of objects, one behind the other.
    fn stacked(&mut self, name: FreeListName, at: Addr) -> FreeListPart {
        let mut list = self.list_part(name, at.plus(STACK_NUMFREE));
        for index in (0..list.numfree.min(FreeStack::ROOM)).rev() {
            let place = at.plus(WORD * index);
            let why = match self.bytes.addr(place.get()) {
                None => Some("NULL".to_owned()),
                Some(op) => match self.keep(name, op) {
                    None => {
                        list.objects.push(op);
                        None
                    }
                    Some(why) => Some(format!("{op}: {why}")),
                },
            };
            if let Some(why) = why {
                let words = format!("place {index} of {name} is {why}");
                self.problem(place, ProblemKind::FreeList, words);
            }
        }
        list
    }

    /// Notes that `op` is on the list called `name`; why it cannot be, if so.
    fn keep(&mut self, name: FreeListName, op: Addr) -> Option<String> {
        let at = op.get();
        let head = if name.is_container() {
            PyGC_Head::SIZE
        } else {
            0
        };
        let place = self.region_of(at) == Some(Region::Heap) && op.is_aligned(WORD);
        if !place || !self.bytes.holds(at, PyTupleObject::SIZE + WORD) {
            return Some("no place of an object".to_owned());
        }
        match self.kept.get(&op) {
            Some(other) if *other == name => return Some("it is on it already".to_owned()),
            Some(other) => return Some(format!("it is on {other} already")),
            None => {}
        }
        if self.has_blocks {
            match self.block_at(at) {
                Some(block) if block.free => return Some("a freed block".to_owned()),
                Some(block) if Some(block.start) == at.checked_sub(head) => {}
                _ => return Some("it is not where an object begins".to_owned()),
            }
        }
        self.kept.insert(op, name);
        self.check_kept(name, op);
        None
    }

    /// Whether what is on a free list is a dead object of the right type.
    fn check_kept(&mut self, name: FreeListName, op: Addr) {
        let mut wrong = Vec::new();
        let refcnt = self.bytes.word(op.get() + OB_REFCNT).unwrap_or(0);
        if refcnt != 0 {
            let refcnt = refcnt as i64;
            wrong.push(format!("it is on {name}, and its ob_refcnt is {refcnt}"));
        }
        let expected = match name {
            // The word of its type is the link.
            FreeListName::Float => None,
            FreeListName::List => Some(Kind::List),
            FreeListName::Dict => Some(Kind::Dict),
            FreeListName::Tuple(_) => Some(Kind::Tuple),
        };
        let info = self.object_type(op);
        match (expected, info) {
            (Some(kind), Some(info)) if info.kind != kind => {
                wrong.push(format!("it is on {name}, and its type is {}", info.name));
            }
            (Some(_), None) => wrong.push(format!("it is on {name}, and has no type")),
            _ => {}
        }
        let size = op.get() + offset(PyTupleObject::FIELDS, "ob_size");
        if let FreeListName::Tuple(length) = name
            && let Some(size) = self.bytes.word(size)
            && size != length
        {
            let size = size as i64;
            wrong.push(format!("it is on {name}, and its ob_size is {size}"));
        }
        for words in wrong {
            self.problem(op, ProblemKind::FreeList, words);
        }
    }

    fn schedule(&mut self, at: Addr) -> SchedulePart {
        let word = |field| self.bytes.word(at.get() + field).unwrap_or(0);
        let part = SchedulePart {
            policy: word(offset(Schedule::FIELDS, "policy")),
            every: word(offset(Schedule::FIELDS, "every")),
            generation: word(offset(Schedule::FIELDS, "generation")),
            last: word(offset(Schedule::FIELDS, "last")),
        };
        if part.policy > 3 || part.generation > 2 {
            let (policy, generation) = (part.policy, part.generation);
            let words = match part.policy {
                0..=3 => format!("the policy's generation is {generation}: there is none"),
                _ => format!("the policy is {policy}: there is none of that number"),
            };
            self.problem(at, ProblemKind::FreeList, words);
        }
        part
    }

    fn pauses(&mut self, at: Addr) -> Vec<PausesPart> {
        let mut parts = Vec::new();
        for generation in 0..3 {
            let at = at.plus(Pauses::BYTES * generation);
            let word = |field| self.bytes.word(at.get() + field).unwrap_or(0);
            let part = PausesPart {
                generation,
                count: word(offset(Pauses::FIELDS, "count")),
                total: word(offset(Pauses::FIELDS, "total")),
                longest: word(offset(Pauses::FIELDS, "longest")),
            };
            let buckets = (0..Pauses::BUCKETS).map(|bucket| word(Pauses::SIZE + WORD * bucket));
            let sum = buckets.fold(0, u64::saturating_add);
            if sum != part.count {
                let count = part.count;
                let words = format!(
                    "{count} pauses of generation {generation} are counted, and {sum} are in buckets"
                );
                self.problem(at, ProblemKind::FreeList, words);
            }
            if part.count > 0 {
                parts.push(part);
            }
        }
        parts
    }
}
