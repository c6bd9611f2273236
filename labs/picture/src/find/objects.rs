//! Objects: reading one, finding those that nothing leads to, and what the blocks are used for.

use std::collections::{BTreeMap, BTreeSet};

use memory::object::PyGC_Head;
use memory::{Addr, Region};

use super::{Finder, OB_REFCNT, OB_TYPE, TypeInfo};
use crate::Names;
use crate::layouts;
use crate::model::{
    Block, FramePart, FreeListName, Globals, Holds, Link, MAX_SLOTS, Object, ProblemKind,
};

impl Finder<'_> {
    pub(super) fn object(&mut self, addr: Addr, reached: bool) -> Option<Object> {
        let info = self.object_type(addr)?;
        let mut object = Object {
            addr,
            start: addr.get().saturating_sub(info.head),
            end: addr.get().saturating_add(info.basicsize),
            ob_type: info.addr,
            type_name: info.name.clone(),
            kind: info.kind,
            refcnt: self.bytes.word(addr.get() + OB_REFCNT)?,
            found: 0,
            is_static: self.region_of(addr.get()) == Some(Region::Data),
            reached,
            drawn: false,
            value: String::new(),
            slots: Vec::new(),
            owns: Vec::new(),
            gc: self.gc_head(addr, info.head),
            weakrefs: Vec::new(),
        };
        if object.is_static {
            // Static objects were laid down one behind the other, without heads.
            object.start = addr.get();
            object.gc = None;
        }
        if (object.refcnt as i64) < 0 {
            let words = format!("its ob_refcnt is {}", object.refcnt as i64);
            self.problem(addr, ProblemKind::Object, words);
        }
        if info.heap_type
            && let Some(slot) = self.slot("ob_type", addr.get() + OB_TYPE, Link::Hidden)
        {
            object.slots.push(slot);
        }
        layouts::fill(self, &mut object, &info);
        object.slots.truncate(MAX_SLOTS as usize + 1);
        for index in 0..object.slots.len() {
            object.slots[index].target = self.target(object.slots[index].to);
        }
        if !object.is_static {
            self.extent(&object);
        }
        Some(object)
    }

    /// Objects in live blocks that nothing leads to.
    pub(super) fn unreached(&mut self) {
        let known: BTreeSet<u64> = self
            .objects
            .values()
            .flat_map(|object| {
                let owned = object.owns.iter().map(|owned| owned.start.get());
                owned.chain([object.start])
            })
            .chain(self.kept_starts().map(|(start, ..)| start))
            .collect();
        let live: Vec<u64> = self
            .blocks
            .iter()
            .filter(|block| !block.free && !known.contains(&block.start))
            .map(|block| block.start)
            .collect();
        for only_types in [true, false] {
            for &start in &live {
                // In this order: a GC head's words are no type, but an item of a tuple can be one.
                for head in [0, 16, 32] {
                    let Some(addr) = start.checked_add(head).and_then(Addr::new) else {
                        continue;
                    };
                    let is_type = self.bytes.addr(addr.get().saturating_add(OB_TYPE));
                    let is_type = is_type.is_some() && is_type == self.metatype;
                    let right = |info: TypeInfo| info.head == head;
                    if is_type == only_types
                        && self.block_at(addr.get()).is_some()
                        && self.object_type(addr).is_some_and(right)
                    {
                        self.queue.push_back(addr);
                        break;
                    }
                }
            }
            self.drain(false);
        }
    }

    /// Where the blocks of the objects on free lists begin, with the objects and the lists.
    pub(super) fn kept_starts(&self) -> impl Iterator<Item = (u64, Addr, FreeListName)> + '_ {
        self.kept.iter().map(|(op, list)| {
            let head = if list.is_container() {
                PyGC_Head::SIZE
            } else {
                0
            };
            (op.get().saturating_sub(head), *op, *list)
        })
    }

    /// Marks the objects that names lead to through references that the faces draw, and those that
    /// nothing leads to. What is left are the manager's own: attribute names, dicts of names.
    pub(super) fn drawn(&mut self, frames: &[FramePart], globals: Option<&Globals>, names: &Names) {
        let locals = frames.iter().flat_map(|frame| &frame.locals);
        let globals = globals.iter().flat_map(|globals| &globals.names);
        let mut queue: Vec<Addr> = locals.chain(globals).filter_map(|slot| slot.to).collect();
        queue.extend(names.iter().map(|(addr, _)| addr));
        let unreached = self.objects.values().filter(|object| !object.reached);
        queue.extend(unreached.map(|object| object.addr));
        while let Some(addr) = queue.pop() {
            if let Some(object) = self.objects.get_mut(&addr)
                && !object.drawn
            {
                object.drawn = true;
                queue.extend(object.drawn_slots().filter_map(|slot| slot.to));
            }
        }
    }

    /// What each block is used for.
    pub(super) fn used_blocks(&mut self) -> Vec<Block> {
        let mut holds: BTreeMap<u64, Holds> = BTreeMap::new();
        for object in self.objects.values() {
            for owned in &object.owns {
                holds.insert(owned.start.get(), Holds::Owned(object.addr, owned.field));
            }
        }
        for object in self.objects.values() {
            holds.insert(object.start, Holds::Object(object.addr));
        }
        holds.extend(
            self.kept_starts()
                .map(|(start, op, list)| (start, Holds::Kept(op, list))),
        );
        self.blocks
            .iter()
            .filter_map(|block| {
                Some(Block {
                    start: Addr::new(block.start)?,
                    size: block.size,
                    holds: if block.free {
                        Holds::Free
                    } else {
                        holds.remove(&block.start).unwrap_or(Holds::Unknown)
                    },
                })
            })
            .collect()
    }
}
