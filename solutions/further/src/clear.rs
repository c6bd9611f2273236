//! The dead are freed in one walk, without breaking their cycles first.
//!
//! Lab 4 lets each dead object drop its references, and counting does the rest: a count is taken
//! down for each reference, and objects end in the order of the graph, through three slots each. That
//! is needed where ending an object may run code of the program. Where it cannot (see
//! [`Found::care`](crate::passes::Found)), nobody can see in which order the dead go: so they go in
//! the order of the list, which is mostly that of their addresses, and a reference from one to
//! another is simply forgotten.

use std::ptr::fn_addr_eq;

use memory::heap::FreeFn;
use memory::object::{PreHeader, PyDictValues, PyObject};
use memory::{Addr, GcState, Heap};

use cycles::gc_list::gc_list_init;
use cycles::head::{as_gc, is_gc, next};
use generations::alloc::counting_del;
use generations::index;
use objects::dict;
use refcounts::decref;

use crate::side::{DEAD, REACHED, Side};
use crate::traverse::{Container, Kind, Kinds, traverse};

/// Frees all objects of `list`; the byte of each of them, and of no other object, is [`DEAD`].
/// `list` is empty then. The bytes stay.
///
/// The caller knows that none of them needs care, and that all of them can go ([`all_can_go`]).
pub fn free_all(heap: &Heap, side: Side<'_>, list: Addr) {
    let (kinds, kept) = (Kinds::of(heap), Kept::of(heap));
    let mut drop = |held| {
        if side.byte(held).get() != DEAD {
            decref(heap, held);
        }
    };
    let mut gc = next(heap, list);
    while gc != list {
        let after = next(heap, gc);
        let container = Container::at(heap.memory, gc);
        let kind = kinds.kind(heap, container.ob_type().get());
        drop_references(heap, container, kind, &mut drop);
        free_blocks(heap, &kept, container, kind);
        gc = after;
    }
    gc_list_init(heap, list);
}

/// Whether no container ends with the objects of `list`, but these themselves: each that they
/// refer to has a reference from somewhere else. What has no head runs no code of the program when
/// it ends, and neither does an untracked tuple or dict, which refers to nothing else.
#[must_use]
pub fn all_can_go(heap: &Heap, side: Side<'_>, list: Addr) -> bool {
    let kinds = Kinds::of(heap);
    let mut can_go = true;
    let mut gc = next(heap, list);
    while gc != list && can_go {
        let container = Container::at(heap.memory, gc);
        let kind = kinds.kind(heap, container.ob_type().get());
        traverse(heap, container, kind, &mut |held| {
            let byte = side.byte(held).get();
            // What lives refers to it, or it is one of the dead.
            let is_held = [DEAD, REACHED].contains(&byte);
            if !is_held && is_gc(heap, held) && !is_untracked(heap, kinds, held) {
                let count = PyObject::at(heap.memory, held).ob_refcnt().get();
                can_go &= count > side.counted(held, byte);
            }
        });
        gc = next(heap, gc);
    }
    can_go
}

/// Whether `op`, a container, is a tuple or a dict that is not tracked: it refers to no container but
/// others of this kind.
fn is_untracked(heap: &Heap, kinds: Kinds, op: Addr) -> bool {
    let container = Container::at(heap.memory, as_gc(op));
    let kind = kinds.kind(heap, container.ob_type().get());
    [Kind::Tuple, Kind::Dict].contains(&kind) && container._gc_next().get() == 0
}

/// Gives everything that `container` owns to `drop`.
#[inline(always)]
fn drop_references(heap: &Heap, container: Container, kind: Kind, drop: &mut impl FnMut(Addr)) {
    match kind {
        // Not `traverse`, which leaves out keys that refer to nothing.
        Kind::Dict => dict::clear(heap, container.op(), drop),
        kind => traverse(heap, container, kind, drop),
    }
}

/// Frees the blocks of `container`, whose list is not needed any more.
#[inline(always)]
fn free_blocks(heap: &Heap, kept: &Kept, container: Container, kind: Kind) {
    match kind {
        Kind::List => {
            if let Some(items) = Addr::new(container.ob_item().get()) {
                heap.free(items);
            }
            free_or_keep(heap, kept.list, container);
        }
        Kind::Tuple => free_or_keep(heap, kept.tuple, container),
        Kind::Dict => free_or_keep(heap, kept.dict, container),
        Kind::Instance => {
            let front = PreHeader::of(heap.memory, container.op());
            if let Some(values) = front.values().get() {
                heap.free(PyDictValues::at(heap.memory, values).block());
            }
            heap.free(front.addr());
            one_less(heap);
        }
        Kind::Other => unreachable!("an object of another type needs care"),
    }
}

/// The `free` slots of types whose dead objects wait on a free list (lab 8); `None` for a type that has
/// lab 7's.
struct Kept {
    list: Option<FreeFn>,
    tuple: Option<FreeFn>,
    dict: Option<FreeFn>,
}

impl Kept {
    fn of(heap: &Heap) -> Kept {
        let own = |number: u64| {
            let free = heap.types[number as usize].free;
            (!fn_addr_eq(free, counting_del as FreeFn)).then_some(free)
        };
        Kept {
            list: own(index::LIST),
            tuple: own(index::TUPLE),
            dict: own(index::DICT),
        }
    }
}

/// Lab 7's `counting_del` of an object in a list that nobody needs any more, or the type's own slot.
#[inline(always)]
fn free_or_keep(heap: &Heap, slot: Option<FreeFn>, container: Container) {
    match slot {
        None => {
            heap.free(container.addr());
            one_less(heap);
        }
        Some(free) => {
            // It finds an object that is in no list.
            container._gc_next().set(0);
            container._gc_prev().set(0);
            container.ob_refcnt().set(0);
            free(heap, container.op());
        }
    }
}

/// The count of generation 0 is one less.
#[inline(always)]
fn one_less(heap: &Heap) {
    let count = GcState::of(heap.memory).generation(0).count();
    count.set(count.get().saturating_sub(1));
}
