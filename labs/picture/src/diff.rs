//! What changed from one picture to the next.

use std::collections::{BTreeMap, BTreeSet};

use memory::Addr;

use crate::model::{
    ArenaPart, BlockState, FreeListName, FreeListPart, Holds, Object, Picture, PoolList, PoolPart,
};

/// What became of each object and frame between two pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What happened at each address: of an object or a frame.
    pub marks: BTreeMap<Addr, Mark>,
    /// The places that hold another address than before: local variables, items, attributes.
    pub slots: Vec<Addr>,
    /// The pools that came, or whose header is another than before.
    pub pools: BTreeSet<Addr>,
    /// The blocks of pools that were handed out, given back or carved.
    pub cells: BTreeSet<Addr>,
    /// The arenas that came, or whose record is another than before.
    pub arenas: BTreeSet<Addr>,
    /// The free lists that have other objects than before, or in another order.
    pub lists: BTreeSet<FreeListName>,
}

/// What happened to an object or a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was not there before.
    New,
    /// It is not there any more. What it was, in a few characters.
    Gone(String),
    /// It is still there, and something of it is another.
    Changed {
        /// The count before, if it is another now.
        refcnt: Option<u64>,
    },
}

impl Diff {
    /// Compares two pictures of the same memory, `before` and `after`.
    #[must_use]
    pub fn between(before: &Picture, after: &Picture) -> Diff {
        let mut diff = Diff::default();
        let old: BTreeMap<Addr, _> = before.frames.iter().map(|f| (f.addr, f)).collect();
        let new: BTreeMap<Addr, _> = after.frames.iter().map(|f| (f.addr, f)).collect();
        for frame in &after.frames {
            match old.get(&frame.addr) {
                Some(old) if old.name == frame.name => {
                    if diff.places(&old.locals, &frame.locals) {
                        diff.changed(frame.addr, None);
                    }
                }
                _ => {
                    diff.marks.insert(frame.addr, Mark::New);
                }
            }
        }
        for frame in &before.frames {
            // Where the chain of frames is lost, the frames behind that may still be there.
            if !new.contains_key(&frame.addr) && after.lost_frame().is_none() {
                let gone = Mark::Gone(format!("{}()", frame.name));
                diff.marks.insert(frame.addr, gone);
            }
        }
        for object in after.objects.values() {
            match before.object(object.addr) {
                Some(old) if same(old, object) => {
                    let refcnt = (old.refcnt != object.refcnt).then_some(old.refcnt);
                    let slots = diff.places(&old.slots, &object.slots);
                    if slots || refcnt.is_some() || old.value != object.value {
                        diff.changed(object.addr, refcnt);
                    }
                }
                // A static object is found when somebody first refers to it; it was there before.
                None if object.is_static => {}
                // It may have been there, and left out of the picture.
                None if before.truncated => {}
                _ => {
                    diff.marks.insert(object.addr, Mark::New);
                }
            }
        }
        for object in before.objects.values() {
            if !object.is_static && !after.truncated && after.object(object.addr).is_none() {
                diff.marks.insert(object.addr, Mark::Gone(object.short()));
            }
        }
        diff.pools(before, after);
        diff.kept(before, after);
        diff
    }

    fn kept(&mut self, before: &Picture, after: &Picture) {
        let lists = |picture: &Picture| -> BTreeMap<FreeListName, FreeListPart> {
            let lists = picture.kept.iter().flat_map(|kept| &kept.lists);
            lists.map(|list| (list.name, list.clone())).collect()
        };
        let (old, new) = (lists(before), lists(after));
        let names = old.keys().chain(new.keys());
        let changed = names.filter(|name| old.get(name) != new.get(name));
        self.lists.extend(changed);
        // What was allocated and is kept now, or the other way round, is so for no pool.
        let kept = |picture: &Picture| -> BTreeSet<Addr> {
            let blocks = picture.blocks.iter();
            let kept = blocks.filter(|block| matches!(block.holds, Holds::Kept(..)));
            kept.map(|block| block.start).collect()
        };
        self.cells.extend(&kept(before) ^ &kept(after));
    }

    fn pools(&mut self, before: &Picture, after: &Picture) {
        let Some(after) = &after.pools else { return };
        let before = before.pools.as_ref();
        for (addr, arena) in &after.arenas {
            // One that only moved up in the list is what it was.
            let record = |arena: &ArenaPart| ArenaPart {
                usable: arena.usable.map(|_| 0),
                ..arena.clone()
            };
            let old = before.and_then(|pools| pools.arenas.get(addr));
            if old.map(record) != Some(record(arena)) {
                self.arenas.insert(*addr);
            }
        }
        for (addr, pool) in &after.pools {
            let old = before.and_then(|pools| pools.pools.get(addr));
            if old == Some(pool) {
                continue;
            }
            // A pool that only moved up in its list is what it was.
            let lists = |pool: &PoolPart| -> Vec<PoolList> {
                pool.lists.iter().map(|(list, _)| *list).collect()
            };
            let record = |pool: &PoolPart| PoolPart {
                lists: Vec::new(),
                ..pool.clone()
            };
            if old.is_some_and(|old| record(old) == record(pool) && lists(old) == lists(pool)) {
                continue;
            }
            self.pools.insert(*addr);
            let known: BTreeMap<Addr, BlockState> = match old {
                Some(old) if old.block_size == pool.block_size => old.blocks().collect(),
                _ => BTreeMap::new(),
            };
            for (addr, now) in PoolPart::blocks(pool) {
                let old = known.get(&addr).copied();
                if old.unwrap_or(BlockState::Untouched) != now {
                    self.cells.insert(addr);
                }
            }
        }
    }

    /// What happened at `addr`.
    #[must_use]
    pub fn mark(&self, addr: Addr) -> Option<&Mark> {
        self.marks.get(&addr)
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
            && self.slots.is_empty()
            && self.pools.is_empty()
            && self.arenas.is_empty()
            && self.lists.is_empty()
    }

    fn changed(&mut self, addr: Addr, refcnt: Option<u64>) {
        self.marks.insert(addr, Mark::Changed { refcnt });
    }

    /// Notes the places that hold another address; whether there are any, or one came or went.
    fn places(&mut self, old: &[crate::model::Slot], new: &[crate::model::Slot]) -> bool {
        let before: BTreeMap<Addr, Option<Addr>> = old.iter().map(|s| (s.at, s.to)).collect();
        let mut any = old.len() != new.len();
        for slot in new {
            if before.get(&slot.at) != Some(&slot.to) {
                self.slots.push(slot.at);
                any = true;
            }
        }
        any
    }
}

fn same(old: &Object, new: &Object) -> bool {
    old.ob_type == new.ob_type && old.start == new.start
}
