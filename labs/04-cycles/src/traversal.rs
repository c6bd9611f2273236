//! How the passes traverse the objects of a list. Given.
//!
//! What an object refers to is in `tp_traverse`. A [`Traversal`] calls it for one object after the other,
//! and does three things on the way that a pass does not see:
//!
//! * It knows the commonest types, so that no function is called for a reference. (A C compiler that has
//!   measured a program does the same to CPython.)
//! * It looks ahead. A pass needs two words of memory for each reference: the type of the object and its
//!   head. In a heap larger than the cache it waits for them, 100 ns and more. A processor can wait for
//!   many words at once, but only if it knows of them. So some objects before their turn, the words that
//!   their references lead to are [prefetched](memory::Memory::prefetch).
//! * It notes what it has [`Seen`], so that walks can be left out that would find nothing. CPython walks
//!   along the list up to three more times, in a full collection: for tuples, for dicts, and to count.
//!   (1 to 3 ns an object each.)
//!
//! You may do without it: call `heap.slots(op).traverse` yourself, and return [`Seen::all_of`] the list.
//! Nothing but the time changes.
//!
//! # What it gains
//!
//! A full collection, alive, in ns per object; "random" are lists of two items, the next list and a random
//! one, "ring" are lists of one item. (Other programs running; CPython 3.11.2 in the same minutes.)
//!
//! | | ring, 10^5 | random, 10^5 | ring, 10^6 | random, 10^6 |
//! |---|---|---|---|---|
//! | CPython | 11.2 | 26.6 | 35 | 107 |
//! | no look ahead | 7.0 | 14.4 | 20 | 103 to 125 |
//! | a look ahead in a heap beyond 16 MiB | 7.3 | 15.4 | 20 | 38 |
//! | always, as a part of the passes' loops | 8.2 | 11.8 | 19 | 34 |
//! | always, and only the head and not the type | 8.1 | 12.4 | 18 | 62 |
//! | at 32 objects at once, and then not for 512 if all is near | 7.9 | 16.9 | 19 | 45 |

use std::ptr::fn_addr_eq;

use memory::heap::TraverseFn;
use memory::object::PyTypeObject;
use memory::{Addr, Field, Heap, Region, Root, WORD};

use crate::gc_list::gc_list_size;
use crate::head::{Container, from_gc, next};
use crate::tables::index;
use crate::traverse::{
    dict_traverse, each_attribute, each_entry, each_item, each_tuple_item, instance_traverse,
    list_traverse, tuple_traverse,
};

/// How many objects it looks ahead.
const AHEAD: usize = 24;
/// How many items of a list it looks at then.
const ITEMS: u64 = 4;
/// A heap of up to so many bytes is in the cache: to look ahead would cost more than it gains.
const CACHED: u64 = 16 << 20;

/// A walk along a list, in which some objects are traversed, in the order of the list.
#[derive(Clone, Copy, Debug)]
pub struct Traversal {
    /// The type `list`, if its slot is [`list_traverse`]; otherwise 0.
    list_type: u64,
    /// Where the list ends.
    end: u64,
    /// The head that it looks at next, or 0 if it does not look ahead.
    ahead: u64,
    seen: Seen,
}

impl Traversal {
    /// A walk along `list` that begins.
    #[must_use]
    pub fn of(heap: &Heap, list: Addr) -> Traversal {
        let region = Root::of(heap.memory).region(Region::Heap);
        let is_cached = region.end().get() - region.start().get() <= CACHED;
        Traversal {
            list_type: list_type(heap),
            end: list.get(),
            ahead: if is_cached { 0 } else { ahead_of(heap, list) },
            seen: Seen::default(),
        }
    }

    /// The head after `gc`, as [`next`](fn@next). Looks ahead.
    #[inline(always)]
    #[track_caller]
    pub fn next(&mut self, heap: &Heap, gc: Addr) -> Addr {
        if self.ahead != 0 {
            self.ahead = look_ahead(heap, self.ahead, self.end, self.list_type);
        }
        next(heap, gc)
    }

    /// Calls `visit` for each reference that the object behind the head `gc` owns, as the `traverse`
    /// slot of its type does.
    ///
    /// `visit` is copied for those types that are not common: then it need not have an address for the
    /// others, and what it holds can stay in registers.
    #[inline(always)]
    pub fn traverse(&mut self, heap: &Heap, gc: Addr, visit: impl Fn(&Heap, Addr) + Copy) {
        self.seen.objects += 1;
        let container = Container::at(heap.memory, gc);
        if container.ob_type().get() == self.list_type {
            each_item(heap, container.as_list(), &mut |referent| {
                visit(heap, referent)
            });
        } else {
            self.seen.types |= 1_u64.wrapping_shl(traverse_other(heap, from_gc(gc), visit));
        }
    }

    /// What has been traversed so far.
    #[must_use]
    pub fn seen(self) -> Seen {
        self.seen
    }
}

/// The head that comes [`AHEAD`] objects after `list`, or 0 if the list ends before.
fn ahead_of(heap: &Heap, list: Addr) -> u64 {
    let mut at = list.get();
    for _ in 0..AHEAD {
        at = Container::at_offset(heap.memory, at)._gc_next().get();
        if at == list.get() {
            return 0;
        }
    }
    at
}

/// Prefetches what the object behind the head `ahead` refers to. Returns the next head, or 0 if the
/// list ends. (Not a part of the passes' loops: they have no register to spare for it.)
#[cold]
#[inline(never)]
fn look_ahead(heap: &Heap, ahead: u64, end: u64, list_type: u64) -> u64 {
    let container = Container::at_offset(heap.memory, ahead);
    if container.ob_type().get() == list_type {
        let items = container.ob_item().get();
        for number in 0..container.ob_size().get().min(ITEMS) {
            let item = Field::<u64>::behind(heap.memory, items, WORD.wrapping_mul(number));
            Container::around(heap.memory, item.get()).prefetch();
        }
    }
    match container._gc_next().get() {
        next if next == end => 0,
        next => next,
    }
}

/// What a [`Traversal`] has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many objects.
    objects: u64,
    /// Bit n is 1 if the slots of one of them are number n (modulo 64). Lists are not noted.
    types: u64,
}

impl Seen {
    /// The objects of `list`, all of them.
    #[must_use]
    pub fn all_of(heap: &Heap, list: Addr) -> Seen {
        let mut walk = Traversal::of(heap, list);
        let mut gc = next(heap, list);
        while gc != list {
            walk.traverse(heap, gc, |_, _| {});
            gc = next(heap, gc);
        }
        walk.seen()
    }

    /// Whether there may be a tuple among them.
    #[must_use]
    pub fn tuples(self) -> bool {
        self.types & 1 << index::TUPLE != 0
    }

    /// Whether there may be a dict among them.
    #[must_use]
    pub fn dicts(self) -> bool {
        self.types & 1 << index::DICT != 0
    }

    /// How many of them are still in `list`, which had exactly these: fewer than were seen if tuples or
    /// dicts have been untracked. They are counted only if there were any.
    #[must_use]
    pub fn left_in(self, heap: &Heap, list: Addr) -> u64 {
        match self.tuples() || self.dicts() {
            true => gc_list_size(heap, list),
            false => self.objects,
        }
    }
}

/// An object that is no list, in a function of its own. Returns the number of its slots.
#[inline(never)]
fn traverse_other(heap: &Heap, op: Addr, visit: impl Fn(&Heap, Addr)) -> u32 {
    let visit = &mut |referent| visit(heap, referent);
    let ty = heap.type_of(op);
    let slot = heap.slots_of(ty).traverse;
    if fn_addr_eq(slot, instance_traverse as TraverseFn) {
        each_attribute(heap, op, visit);
    } else if fn_addr_eq(slot, tuple_traverse as TraverseFn) {
        each_tuple_item(heap, op, visit);
    } else if fn_addr_eq(slot, dict_traverse as TraverseFn) {
        each_entry(heap, op, visit);
    } else {
        slot(heap, op, visit);
    }
    PyTypeObject::at(heap.memory, ty).tp_slots().get() as u32
}

fn list_type(heap: &Heap) -> u64 {
    let types = Root::of(heap.memory).types().get();
    let place = types.map(|types| types.plus(WORD * index::LIST));
    let list = place.and_then(|place| Field::<Option<Addr>>::at(heap.memory, place).get());
    let slot = |ty| heap.slots_of(ty).traverse;
    match list {
        Some(ty) if fn_addr_eq(slot(ty), list_traverse as TraverseFn) => ty.get(),
        _ => 0,
    }
}
