//! Finding everything that a snapshot holds, from the root record on.
//!
//! The order is fixed: regions, static types, frames, global names, the caller's names, what they
//! lead to, and last the blocks that nothing leads to. Each step is bounded, and each address is
//! looked at before it is followed.

mod arenas;
mod check;
mod collector;
mod kept;
mod objects;
mod pools;
mod roots;
mod types;

use std::collections::{BTreeMap, VecDeque};

use memory::object::PyObject;
use memory::root::ROOT;
use memory::{Addr, Region, Root, Snapshot};

use crate::Names;
use crate::blocks::{self, Found};
use crate::bytes::{Bytes, offset};
use crate::model::{
    FreeListName, Globals, Kind, Link, MAX_BLOCKS, MAX_OBJECTS, MAX_PROBLEMS, Object, Picture,
    Problem, ProblemKind, RegionPart, Slot, Target,
};

const OB_REFCNT: u64 = offset(PyObject::FIELDS, "ob_refcnt");
const OB_TYPE: u64 = offset(PyObject::FIELDS, "ob_type");

impl Picture {
    /// Reads a snapshot, however broken it is. An address in `names` is looked at even if nothing
    /// in the heap leads to it.
    #[must_use]
    pub fn of(snapshot: &Snapshot, names: &Names) -> Picture {
        Finder::new(snapshot).picture(snapshot, names)
    }
}

/// What is known of a type object.
#[derive(Clone, Debug)]
pub(crate) struct TypeInfo {
    pub(crate) addr: Addr,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) basicsize: u64,
    pub(crate) heap_type: bool,
    pub(crate) managed_dict: bool,
    pub(crate) cached_keys: Option<Addr>,
    pub(crate) weaklist: Option<u64>,
    /// How many bytes stand in front of an object of the type.
    pub(crate) head: u64,
}

pub(crate) struct Finder<'s> {
    pub(crate) bytes: Bytes<'s>,
    regions: Vec<RegionPart>,
    metatype: Option<Addr>,
    static_types: Vec<Addr>,
    types: BTreeMap<Addr, Option<TypeInfo>>,
    blocks: Vec<Found>,
    has_blocks: bool,
    /// The objects on free lists.
    kept: BTreeMap<Addr, FreeListName>,
    objects: BTreeMap<Addr, Object>,
    queue: VecDeque<Addr>,
    problems: Vec<Problem>,
    truncated: bool,
}

impl<'s> Finder<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot) -> Finder<'s> {
        Finder {
            bytes: Bytes::new(snapshot),
            regions: Vec::new(),
            metatype: None,
            static_types: Vec::new(),
            types: BTreeMap::new(),
            blocks: Vec::new(),
            has_blocks: false,
            kept: BTreeMap::new(),
            objects: BTreeMap::new(),
            queue: VecDeque::new(),
            problems: Vec::new(),
            truncated: false,
        }
    }
}

impl Finder<'_> {
    fn picture(&mut self, snapshot: &Snapshot, names: &Names) -> Picture {
        let root_is_good = self.root();
        self.regions();
        if root_is_good {
            (self.blocks, self.has_blocks) = blocks::of(snapshot, &mut self.problems);
            self.truncated |= self.blocks.len() >= MAX_BLOCKS;
        }
        let pools = if root_is_good { self.pools() } else { None };
        self.has_blocks &= !self.blocks.is_empty();
        self.static_types();
        let kept = if root_is_good { self.kept() } else { None };
        let (mut frames, codes) = self.frames();
        for slot in frames.iter_mut().flat_map(|frame| &mut frame.locals) {
            slot.target = self.target(slot.to);
        }
        let globals = self.root_word("globals");
        // From the places that a program can name …
        for slot in frames.iter().flat_map(|frame| &frame.locals) {
            self.follow(slot);
        }
        let root_slots: Vec<Slot> = [
            "globals",
            "interned",
            "empty_tuple",
            "none",
            "true_",
            "false_",
        ]
        .iter()
        .filter_map(|name| self.root_slot(name, Link::Hidden))
        .chain(self.collector_slots())
        .collect();
        for slot in &root_slots {
            self.follow(slot);
        }
        for (addr, _) in names.iter() {
            if self.target(Some(addr)) == Target::Object {
                self.queue.push_back(addr);
            }
        }
        self.drain(true);
        // … and then the live blocks that nothing leads to: classes first, as they say what the
        // others are.
        self.unreached();
        let collector = self.collector();
        let trash = self.trash();
        self.weak_references();
        let globals = globals.map(|dict| Globals {
            dict,
            names: self
                .objects
                .get(&dict)
                .map(|object| object.slots.clone())
                .unwrap_or_default()
                .into_iter()
                .filter(|slot| slot.link == Link::Strong)
                .collect(),
        });
        self.drawn(&frames, globals.as_ref(), names);
        let blocks = self.used_blocks();
        self.overlaps();
        self.count(&frames, &root_slots);
        for frame in &frames {
            let place = format!("of {}()", frame.name);
            self.broken_slots(&frame.locals, &place);
        }
        let held: Vec<Object> = self.objects.values().cloned().collect();
        for object in &held {
            self.broken_slots(&object.slots, &format!("of the {}", object.type_name));
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by(|a, b| (a.kind, a.addr, &a.words).cmp(&(b.kind, b.addr, &b.words)));
        problems.dedup();
        problems.truncate(MAX_PROBLEMS);
        Picture {
            size: self.bytes.size(),
            regions: std::mem::take(&mut self.regions),
            codes,
            frames,
            globals,
            objects: std::mem::take(&mut self.objects),
            blocks,
            static_types: self.static_types.len(),
            pools,
            collector,
            trash,
            kept,
            problems,
            names: names.clone(),
            truncated: self.truncated,
        }
    }

    pub(crate) fn problem(&mut self, addr: Addr, kind: ProblemKind, words: impl Into<String>) {
        // More than are kept, so that the worst can be chosen, and still bounded.
        if self.problems.len() < 10 * MAX_PROBLEMS {
            self.problems.push(Problem {
                addr,
                kind,
                words: words.into(),
            });
        }
    }

    fn root_word(&self, field: &str) -> Option<Addr> {
        let at = Root::FIELDS.iter().find(|(name, _)| *name == field)?.1;
        self.bytes.addr(ROOT.get() + at)
    }

    fn root_slot(&self, field: &str, link: Link) -> Option<Slot> {
        let at = Root::FIELDS.iter().find(|(name, _)| *name == field)?.1;
        let slot = self.slot(field, ROOT.get() + at, link)?;
        slot.to.map(|_| slot)
    }

    pub(crate) fn region_of(&self, at: u64) -> Option<Region> {
        self.regions
            .iter()
            .find(|part| part.contains(at))
            .map(|part| part.region)
    }

    /// The place at `at`, which holds a reference; `None` if it cannot be read.
    pub(crate) fn slot(&self, label: &str, at: u64, link: Link) -> Option<Slot> {
        let word = self.bytes.word(at)?;
        Some(Slot {
            label: label.to_owned(),
            at: Addr::new(at)?,
            to: Addr::new(word),
            link,
            target: Target::Null,
        })
    }

    /// Puts what a place refers to on the list of what is to be looked at.
    fn follow(&mut self, slot: &Slot) {
        if let Some(to) = slot.to
            && !self.objects.contains_key(&to)
            && self.target(Some(to)) == Target::Object
        {
            self.queue.push_back(to);
        }
    }

    /// What lies at an address that should be an object's.
    fn target(&mut self, to: Option<Addr>) -> Target {
        let Some(to) = to else { return Target::Null };
        let at = to.get();
        let region = self.region_of(at);
        if !matches!(region, Some(Region::Data | Region::Heap)) {
            return Target::Outside;
        }
        if region == Some(Region::Heap)
            && self.has_blocks
            && let Some(block) = self.block_at(at)
            && block.free
        {
            return Target::Freed;
        }
        if self.kept.contains_key(&to) {
            return Target::Kept;
        }
        let Some(info) = self.object_type(to) else {
            return Target::NoObject;
        };
        // In the heap an object begins where its block does.
        if region == Some(Region::Heap)
            && self.has_blocks
            && self.block_at(at).map(|block| block.start) != at.checked_sub(info.head)
        {
            return Target::NoObject;
        }
        Target::Object
    }

    /// The block that `at` lies in.
    pub(crate) fn block_at(&self, at: u64) -> Option<Found> {
        let after = self.blocks.partition_point(|block| block.start <= at);
        let block = *self.blocks.get(after.checked_sub(1)?)?;
        (at - block.start < block.size).then_some(block)
    }

    /// Looks at everything on the list, and at what that leads to.
    fn drain(&mut self, reached: bool) {
        while let Some(addr) = self.queue.pop_front() {
            if self.objects.contains_key(&addr) {
                continue;
            }
            if self.objects.len() >= MAX_OBJECTS {
                self.truncated = true;
                self.queue.clear();
                return;
            }
            let Some(object) = self.object(addr, reached) else {
                continue;
            };
            for slot in &object.slots {
                self.follow(slot);
            }
            self.objects.insert(addr, object);
        }
    }
}
