//! A toy lab: cells, objects that refer to one other object or to none. Some of it is right, and
//! each way of being wrong is here once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use exam::Kit;
use memory::object::{PyObject, PyTypeObject};
use memory::{Addr, Allocator, Heap, Memory, MemoryError, Region, Root, Slots, plain, record};

record! {
    /// A cell.
    pub(crate) struct Object[24] {
        0 => ob_refcnt: u64,
        8 => ob_type: Addr,
        16 => contents: Option<Addr>,
    }
}

/// The type of cells, in the data region.
const CELL_TYPE: Addr = Addr::at(0x3000);
const HEAP: u64 = 0x4000;

/// The right lab.
pub(crate) const RIGHT: Kit = kit(start, &[CELLS]);
/// The right lab with these alignments.
pub(crate) const fn aligned_to(alignments: &'static [u64]) -> Kit {
    Kit {
        alignments,
        ..RIGHT
    }
}

/// Its dealloc calls itself for each cell of a chain.
pub(crate) const NAIVE: Kit = kit(
    start,
    &[Slots {
        dealloc: naive_dealloc,
        ..CELLS
    }],
);
/// Its dealloc forgets what the cell refers to.
pub(crate) const LEAKY: Kit = kit(
    start,
    &[Slots {
        dealloc: leaky_dealloc,
        ..CELLS
    }],
);
/// The right lab, run once more by a later one.
pub(crate) const AGAIN: Kit = Kit {
    again: Some(exam::Again {
        task: "8.1",
        now: "its cells live in your pools",
    }),
    ..RIGHT
};
/// The same, with a task of the later lab that is not done.
pub(crate) const AGAIN_UNTOUCHED: Kit = Kit {
    start: |_| todo!("8.1 one of three"),
    ..AGAIN
};

/// It cannot be started.
pub(crate) const FULL: Kit = kit(|_| Err(MemoryError::NoMemory { requested: 64 }), &[CELLS]);
/// Its first task is not done.
pub(crate) const UNTOUCHED: Kit = kit(|_| todo!("1.3 lay out the regions"), &[CELLS]);

const fn kit(start: fn(&Heap) -> Result<(), MemoryError>, types: &'static [Slots]) -> Kit {
    Kit {
        object: Allocator {
            malloc: |memory, size| plain::malloc(memory, size, grow),
            realloc: |memory, block, size| plain::realloc(memory, block, size, grow),
            free: plain::free,
        },
        types,
        start,
        alignments: &[8, 16],
        again: None,
    }
}

const CELLS: Slots = Slots {
    name: "cell",
    basicsize: Object::SIZE,
    alloc: |heap, ty, _| {
        let op = heap.malloc(Object::SIZE)?;
        let cell = Object::at(heap.memory, op);
        cell.ob_refcnt().set(1);
        cell.ob_type().set(ty);
        cell.contents().set(None);
        Ok(op)
    },
    dealloc,
    free: |heap, op| heap.free(op),
    ..Slots::BASE
};

fn grow(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    let record = Root::of(memory).region(Region::Heap);
    let end = record.end().get();
    record.end().set(end + bytes);
    Ok(Addr::at(end))
}

fn start(heap: &Heap) -> Result<(), MemoryError> {
    let root = Root::of(heap.memory);
    for (region, start, end, limit) in [
        (Region::Text, 0x2000, 0x2000, 0x3000),
        (Region::Data, 0x3000, 0x4000, 0x4000),
        (Region::Heap, HEAP, HEAP, heap.memory.size()),
        (Region::Stack, heap.memory.size(), heap.memory.size(), HEAP),
    ] {
        let record = root.region(region);
        record.start().set(start);
        record.end().set(end);
        record.limit().set(limit);
    }
    let ty = PyTypeObject::at(heap.memory, CELL_TYPE);
    heap.memory.fill(CELL_TYPE, PyTypeObject::SIZE, 0);
    ty.ob_refcnt().set(1);
    ty.ob_type().set(CELL_TYPE);
    ty.tp_basicsize().set(Object::SIZE);
    ty.tp_name().set(Addr::at(0x3100));
    heap.memory.write_bytes(Addr::at(0x3100), b"cell\0\0\0\0");
    Ok(())
}

/// A new cell that holds `contents`, whose reference it takes over.
pub(crate) fn cell(heap: &Heap, contents: Option<Addr>) -> Result<Addr, MemoryError> {
    let op = heap.alloc(CELL_TYPE, 0)?;
    Object::at(heap.memory, op).contents().set(contents);
    Ok(op)
}

/// What a cell holds.
pub(crate) fn contents(heap: &Heap, op: Addr) -> Option<Addr> {
    Object::at(heap.memory, op).contents().get()
}

/// Lets a cell hold another one.
pub(crate) fn set_contents(heap: &Heap, op: Addr, contents: Addr) {
    Object::at(heap.memory, op).contents().set(Some(contents));
}

/// The last cell of a chain.
pub(crate) fn last(heap: &Heap, op: Addr) -> Addr {
    let mut op = op;
    while let Some(next) = contents(heap, op) {
        op = next;
    }
    op
}

/// One more reference.
pub(crate) fn incref(heap: &Heap, op: Addr) {
    let count = PyObject::at(heap.memory, op).ob_refcnt();
    count.set(count.get() + 1);
}

/// One reference less.
pub(crate) fn decref(heap: &Heap, op: Addr) {
    let count = PyObject::at(heap.memory, op).ob_refcnt();
    count.set(count.get() - 1);
    if count.get() == 0 {
        heap.dealloc(op);
    }
}

/// A chain of `length` cells; returns its head.
pub(crate) fn chain(heap: &Heap, length: u64) -> Result<Addr, MemoryError> {
    let mut head = cell(heap, None)?;
    for _ in 1..length {
        head = cell(heap, Some(head))?;
    }
    Ok(head)
}

fn dealloc(heap: &Heap, op: Addr) {
    let mut next = Some(op);
    while let Some(op) = next {
        next = contents(heap, op).filter(|&inner| {
            let count = PyObject::at(heap.memory, inner).ob_refcnt();
            count.set(count.get() - 1);
            count.get() == 0
        });
        (heap.slots(op).free)(heap, op);
    }
}

fn naive_dealloc(heap: &Heap, op: Addr) {
    if let Some(inner) = contents(heap, op) {
        decref(heap, inner);
    }
    (heap.slots(op).free)(heap, op);
}

fn leaky_dealloc(heap: &Heap, op: Addr) {
    (heap.slots(op).free)(heap, op);
}

/// Marks a cell with a number from a static counter, which is state outside of the memory.
pub(crate) fn number_from_a_static(heap: &Heap, op: Addr) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Object::at(heap.memory, op)
        .contents()
        .set(Addr::new(number * 16));
}

thread_local! {
    static LAST: Cell<Option<Addr>> = const { Cell::new(None) };
}

/// The allocator forgets everything at its start, so that only a second heap disturbs it.
pub(crate) const FORGETFUL: Kit = Kit {
    start: |heap| {
        LAST.set(None);
        start(heap)
    },
    ..RIGHT
};

/// A new cell that holds the last one made so, which a thread-local variable remembers.
pub(crate) fn linked_cell(heap: &Heap) -> Result<Addr, MemoryError> {
    let op = cell(heap, LAST.get())?;
    LAST.set(Some(op));
    Ok(op)
}

thread_local! {
    static LAST_OF: RefCell<BTreeMap<usize, Addr>> = const { RefCell::new(BTreeMap::new()) };
}

/// As `linked_cell`, with a list for each memory, known by its place in the machine's own memory.
pub(crate) fn linked_cell_of_a_memory(heap: &Heap) -> Result<Addr, MemoryError> {
    let memory = std::ptr::from_ref(heap.memory).addr();
    let last = LAST_OF.with_borrow(|last| last.get(&memory).copied());
    let op = cell(heap, last)?;
    LAST_OF.with_borrow_mut(|last| last.insert(memory, op));
    Ok(op)
}

/// Forgets the list of a memory that is used anew.
pub(crate) const FORGETS_A_MEMORY: Kit = Kit {
    start: |heap| {
        let memory = std::ptr::from_ref(heap.memory).addr();
        LAST_OF.with_borrow_mut(|last| last.remove(&memory));
        start(heap)
    },
    ..RIGHT
};

/// The items of an array, one too many.
pub(crate) fn sum(items: &[u64]) -> u64 {
    (0..=items.len()).map(|index| items[index]).sum()
}

/// Moves the heap's end to what a static says, which another memory has moved already.
pub(crate) fn grow_from_a_static(memory: &Memory) {
    static END: AtomicU64 = AtomicU64::new(0x10_0000);
    let end = END.fetch_add(0x1000, Ordering::Relaxed);
    Root::of(memory).region(Region::Heap).end().set(end);
}

/// The next number of a static counter, which no memory shows.
pub(crate) fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
