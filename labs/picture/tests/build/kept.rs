//! Free lists made by hand, on top of `Build`.

use memory::Addr;
use memory::manager::{FreeFloat, FreeLists, FreeStack, Pauses, Schedule};
use memory::object::{PyFloatObject, PyTupleObject};
use memory::pool::PoolHeader;

use super::Build;
use super::pools::USED;

impl Build {
    /// The three records of lab 8.
    pub fn start_kept(&self) {
        let root = self.root();
        root.free_lists().set(Some(self.data(FreeLists::SIZE)));
        root.pauses().set(Some(self.data(3 * Pauses::BYTES)));
        root.schedule().set(Some(self.data(Schedule::SIZE)));
    }

    pub fn free_lists(&self) -> FreeLists<'_> {
        FreeLists::of(&self.memory)
    }

    /// A float dies.
    pub fn keep_float(&self, op: Addr) {
        self.refcnt(op, 0);
        let lists = self.free_lists();
        let first = lists.float_free_list().replace(Some(op));
        FreeFloat::at(&self.memory, op).next().set(first);
        lists.float_numfree().set(lists.float_numfree().get() + 1);
    }

    /// A list, or a dict, dies.
    pub fn keep_on(&self, stack: FreeStack<'_>, op: Addr) {
        self.refcnt(op, 0);
        let numfree = stack.numfree().get();
        stack.op(numfree).set(Some(op));
        stack.numfree().set(numfree + 1);
    }

    /// A tuple dies.
    pub fn keep_tuple(&self, op: Addr) {
        self.refcnt(op, 0);
        let tuple = PyTupleObject::at(&self.memory, op);
        let kept = self.free_lists().tuples(tuple.ob_size().get() as u64);
        let first = kept.free_list().replace(Some(op));
        tuple.ob_item(0).set(first);
        kept.numfree().set(kept.numfree().get() + 1);
    }

    /// Block number `index` of the pool of floats.
    pub fn in_pool(&self, index: u64) -> Addr {
        USED.plus(PoolHeader::SIZE + 32 * index)
    }
}

/// Three kept floats, two lists, a dict and two tuples. The floats lie in a pool, with a live one and a
/// free block.
pub struct Kept {
    pub heap: Build,
    /// The one first that is handed out next.
    pub floats: [Addr; 3],
    pub lists: [Addr; 2],
    pub dict: Addr,
    pub tuples: [Addr; 2],
    pub live: Addr,
}

pub fn kept() -> Kept {
    let heap = Build::with_heap(0xf000);
    heap.start_kept();
    let lists = [heap.list(&[]), heap.list(&[])];
    let dict = heap.dict(&[]);
    let tuples = [0, 1].map(|_| heap.tuple(&[heap.small(1), heap.small(2)]));
    let pair = heap.tuple(&[heap.small(3), heap.small(4)]);
    heap.start_pools();
    heap.pool(USED, 1, 5, &[3]);
    heap.used_list(1, &[USED]);
    for index in [0, 1, 2, 4] {
        heap.header(heap.in_pool(index), 1, heap.ty.float);
    }
    let live = heap.in_pool(2);
    PyFloatObject::at(&heap.memory, live).ob_fval().set(2.5);
    heap.frame("f", &[("x", Some(live)), ("pair", Some(pair))]);
    let floats = [4, 0, 1].map(|index| heap.in_pool(index));
    for op in floats.into_iter().rev() {
        heap.keep_float(op);
    }
    for op in lists.into_iter().rev() {
        heap.keep_on(heap.free_lists().lists(), op);
    }
    // Its table went back when it died.
    let keys = memory::object::PyDictObject::at(&heap.memory, dict).ma_keys();
    if let Some(keys) = keys.replace(None) {
        heap.free(keys);
    }
    heap.keep_on(heap.free_lists().dicts(), dict);
    for op in tuples.into_iter().rev() {
        heap.keep_tuple(op);
    }
    Kept {
        heap,
        floats,
        lists,
        dict,
        tuples,
        live,
    }
}
