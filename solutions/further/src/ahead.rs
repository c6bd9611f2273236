//! Looking ahead: memory that will be needed is fetched before its turn.
//!
//! A walk along a list waits twice for an object that is not in the cache: for its head, with the link to
//! the next one, and for what hangs on it: a list's items, a dict's table, an instance's values. A
//! processor can wait for many places at once, but only if it knows of them early.
//!
//! * An [`Ahead`] runs some objects before a walk, and fetches what hangs on them.
//! * The links are the harder part: the address of an object is known only when its neighbour is there.
//!   So the addresses of the objects in generation 1 are noted when they come there, in a [`Log`]. When
//!   generation 1 is collected, hundreds of requests later, all heads are fetched together. The log is
//!   only a hint: an object that has died meanwhile is fetched for nothing, and one that is not in it is
//!   fetched when its turn comes.

use memory::object::{PreHeader, PyDictObject, PyGC_Head};
use memory::{Addr, Field, Heap, Memory, PAGE, WORD};

use cycles::head::next;

use crate::side::Side;
use crate::traverse::{Container, Kind, Kinds};

/// How many objects it looks ahead.
const AHEAD: usize = 24;
/// A heap of up to so many bytes is in the cache: to look ahead would cost more than it gains. (Tests of a
/// debug build always look ahead.)
const CACHED: u64 = if cfg!(debug_assertions) {
    PAGE
} else {
    16 << 20
};
/// After so many objects in the order of their addresses, each within a page of the one before, it does
/// not look ahead for a while: the processor sees an order by itself.
const ENOUGH: u64 = if cfg!(debug_assertions) { 4 } else { 64 };
/// For so many objects.
const PAUSE: u64 = if cfg!(debug_assertions) { 4 } else { 1024 };
/// How many bytes the processor fetches at once.
const LINE: u64 = 64;

/// What runs ahead of a walk along a list.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// The head that is looked at next. Or 0: it does not look ahead, or not any more. Or an odd number: it
    /// does not look ahead for half as many objects. (One word: a walk asks one question about it.)
    at: u64,
    /// How many heads in a row were near the one before.
    near: u64,
    /// Where the list ends.
    end: u64,
}

impl Ahead {
    /// Of a walk along `list` that begins.
    #[must_use]
    pub fn of(heap: &Heap, side: Side<'_>, list: Addr) -> Ahead {
        let end = list.get();
        let is_cached = side.heap_size() <= CACHED;
        Ahead {
            at: if is_cached { 0 } else { start(heap, end, end) },
            near: 0,
            end,
        }
    }

    /// The walk has come to the head `gc`.
    #[inline(always)]
    pub fn step(&mut self, heap: &Heap, kinds: Kinds, gc: u64) {
        if self.at != 0 {
            if self.at % 2 == 1 && self.at > 1 {
                self.at -= 2;
            } else {
                (self.at, self.near) = advance(heap, kinds, *self, gc);
            }
        }
    }
}

/// The new `at` and `near` of `ahead`, where the walk is at `gc`. (Not a part of the walks' loops: they have
/// no register to spare for it.)
#[cold]
#[inline(never)]
fn advance(heap: &Heap, kinds: Kinds, ahead: Ahead, gc: u64) -> (u64, u64) {
    let Ahead { at, near, end } = ahead;
    if at == 1 {
        return (start(heap, gc, end), 0);
    }
    look(heap, kinds, at);
    let next = Container::at_offset(heap.memory, at)._gc_next().get();
    if next == end {
        return (0, 0);
    }
    match near {
        _ if next.wrapping_sub(at) > PAGE => (next, 0),
        ENOUGH => (2 * PAUSE + 1, 0),
        _ => (next, near + 1),
    }
}

/// The head that comes [`AHEAD`] objects after `gc`, or 0 if the list ends before.
fn start(heap: &Heap, gc: u64, end: u64) -> u64 {
    let mut at = gc;
    for _ in 0..AHEAD {
        at = Container::at_offset(heap.memory, at)._gc_next().get();
        if at == end {
            return 0;
        }
    }
    at
}

/// Fetches what hangs on the object behind the head `at`.
#[inline(always)]
fn look(heap: &Heap, kinds: Kinds, at: u64) {
    let memory = heap.memory;
    let container = Container::at_offset(memory, at);
    match kinds.kind(heap, container.ob_type().get()) {
        Kind::List => memory.prefetch(container.ob_item().get()),
        Kind::Dict => {
            let table = PyDictObject::at(memory, container.op()).ma_keys().get();
            fetch(memory, table.map_or(0, Addr::get));
        }
        Kind::Instance => {
            let values = PreHeader::of(memory, container.op()).values().get();
            fetch(memory, values.map_or(0, Addr::get));
        }
        Kind::Tuple | Kind::Other => {}
    }
}

/// Fetches two lines from the offset `at` on.
#[inline(always)]
fn fetch(memory: &Memory, at: u64) {
    memory.prefetch(at);
    memory.prefetch(at.wrapping_add(LINE));
}

/// The log of the objects that came into generation 1 since it was collected: a view.
#[derive(Clone, Copy, Debug)]
pub struct Log<'m>(Side<'m>);

impl<'m> Log<'m> {
    /// How many objects it has room for.
    pub const ROOM: u64 = 8192;

    /// The log of `heap`, if it has a side table.
    #[must_use]
    pub fn of(heap: &Heap<'m>) -> Option<Log<'m>> {
        Side::of(heap).map(Log)
    }

    /// Notes the objects of `list`, as many as there is room for.
    pub fn note(self, heap: &Heap, list: Addr) {
        let mut logged = self.0.logged().get();
        let mut gc = next(heap, list);
        while gc != list && logged < Log::ROOM {
            self.entry(heap.memory, logged).set(gc.get());
            logged += 1;
            gc = next(heap, gc);
        }
        self.0.logged().set(logged);
    }

    /// Fetches the heads of all objects in it, with what lies beside them.
    pub fn fetch(self, heap: &Heap) {
        for number in 0..self.0.logged().get() {
            let gc = self.entry(heap.memory, number).get();
            // An instance begins before its head.
            heap.memory.prefetch(gc.wrapping_sub(PreHeader::SIZE));
            heap.memory.prefetch(gc.wrapping_add(2 * PyGC_Head::SIZE));
            self.0.prefetch(gc);
        }
    }

    /// Empties it.
    pub fn clear(self) {
        self.0.logged().set(0);
    }

    fn entry(self, memory: &'m Memory, number: u64) -> Field<'m, u64> {
        Field::behind(memory, self.0.log(), WORD * number)
    }
}
