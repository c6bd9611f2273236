//! Which objects are dead? Lab 4's question, answered in two passes that write to no object.
//!
//! Lab 4 takes five walks along the list for it: `update_refs`, `subtract_refs`,
//! `move_unreachable`, and afterwards one each that looks for tuples and for dicts; a sixth along the
//! dead takes their marks away. Here:
//!
//! 1. `count_refs` counts the references from the list to each object, in the
//!    [side table](crate::side).
//! 2. `move_unreachable` compares that with `ob_refcnt`, which it reads when it comes to the object,
//!    and follows the references of what lives. It untracks tuples and dicts on the way
//!    ([`Untracking`]), and notes what the later passes would look for.
//!
//! The result is lab 4's, with the objects in the same order in both lists. Only the flags differ:
//! nothing is marked as collecting, see [`mark_collecting`].

use memory::object::{PyDictKeysObject, PyDictObject, PyGC_Head, PyInstance, PyTupleObject};
use memory::{Addr, Heap};
use objects::types::is_exact;

use cycles::gc_list::{gc_list_append, gc_list_init, gc_list_remove};
use cycles::head::{COLLECTING, FINALIZED, as_gc, is_gc, next, set_next, set_prev};
use cycles::index;
use cycles::passes::refcount_is_too_small;
use cycles::track::is_tracked;
use cycles::untrack::{dict_maybe_untrack, may_be_tracked};
use refcounts::finalize::{has_finalizer, is_finalized};

use crate::ahead::Ahead;
use crate::side::{DEAD, REACHED, Side};
use crate::traverse::{Container, Kind, Kinds, traverse, traverse_list, traverse_other};

/// What the passes found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many objects live, without those that were untracked.
    pub alive: u64,
    /// How many are dead.
    pub dead: u64,
    /// Whether the tuples that live are still to be looked at.
    pub tuples: bool,
    /// Whether the dicts that live are still to be looked at, if that was asked for.
    pub dicts: bool,
    /// Whether one that is dead, or seemed to be for a while, may have a weak reference, be one, have
    /// a finalizer that has not run, or be of a type that is not known here. If not, no code of the
    /// program can run when the dead are freed.
    pub care: bool,
    /// Whether one of those is of a type that is not known here.
    pub others: bool,
}

/// Splits `base` as [`cycles::passes::deduce_unreachable`] does, but for the flags. `side` is all
/// zeros; afterwards the byte of each object of `unreachable` is [`DEAD`], and no other object's is.
///
/// `None`, with nothing but `side` written, if there are too many objects with very many references.
#[must_use]
pub fn deduce_unreachable(
    heap: &Heap,
    side: Side<'_>,
    base: Addr,
    unreachable: Addr,
    untracking: Untracking,
    is_full: bool,
) -> Option<Found> {
    let kinds = Kinds::of(heap);
    let objects = match is_full {
        true => count_refs::<false>(heap, side, kinds, base)?,
        false => count_refs::<true>(heap, side, kinds, base)?,
    };
    gc_list_init(heap, unreachable);
    let mut untracked = Untracked::new(untracking);
    let ahead = Ahead::of(heap, side, base);
    let found = move_unreachable(heap, side, kinds, ahead, base, unreachable, &mut untracked);
    untracked.finish(heap);
    Some(Found {
        alive: objects - found.dead - untracked.count,
        dicts: untracked.too_many,
        ..found
    })
}

/// Pass one: counts the references from the objects of `list`, to whatever they lead. Returns how many
/// objects there are; `None` if there are too many references to count.
fn count_refs<const MARK: bool>(
    heap: &Heap,
    side: Side<'_>,
    kinds: Kinds,
    list: Addr,
) -> Option<u64> {
    let (mut objects, mut counted) = (0, true);
    let mut ahead = Ahead::of(heap, side, list);
    let mut gc = next(heap, list).get();
    while gc != list.get() {
        ahead.step(heap, kinds, gc);
        let container = Container::at_offset(heap.memory, gc);
        gc = container._gc_next().get();
        objects += 1;
        let ty = container.ob_type().get();
        if kinds.is_list(ty) {
            traverse_list(heap, container, &mut |referent| {
                if !side.count_at::<MARK>(referent) {
                    counted = false;
                }
            });
        } else if !count_other::<MARK>(heap, side, container.op(), kinds.kind(heap, ty)) {
            counted = false;
        }
    }
    counted.then_some(objects)
}

/// [`count_refs`] for one object that is no list.
#[inline(never)]
fn count_other<const MARK: bool>(heap: &Heap, side: Side<'_>, op: Addr, kind: Kind) -> bool {
    let mut counted = true;
    traverse_other(heap, op, kind, &mut |referent| {
        counted &= side.count::<MARK>(referent);
    });
    counted
}

/// Pass two: moves what nothing outside of `young` leads to, to `unreachable`.
///
/// Objects that leave `young` one after the other are neighbours in `unreachable` too: their links
/// are right already. So links are written only where a row of dead objects begins and ends, and in
/// a list without dead objects not at all.
fn move_unreachable(
    heap: &Heap,
    side: Side<'_>,
    kinds: Kinds,
    mut ahead: Ahead,
    young: Addr,
    unreachable: Addr,
    untracked: &mut Untracked,
) -> Found {
    let mut found = Found::default();
    let mut brought_back = 0;
    let mut care = Care::default();
    // The last object that stays, and the last one of the row that leaves just now.
    let (mut before, mut row) = (young, None);
    let mut gc = next(heap, young);
    while gc != young {
        let container = Container::at(heap.memory, gc);
        let kind = kinds.kind(heap, container.ob_type().get());
        if kind == Kind::List && row.is_none() {
            let passed = pass_alive(heap, side, kinds, gc, young, &mut ahead, &mut brought_back);
            if let Some((last, next)) = passed {
                (before, gc) = (last, next);
                continue;
            }
        }
        ahead.step(heap, kinds, gc.get());
        if lives(heap, side, container) {
            if let Some(last) = row.take() {
                end_row(heap, before, last, gc, unreachable);
            }
            traverse(heap, container, kind, &mut |referent| {
                if visit_reachable(heap, side, referent.get(), young) {
                    brought_back += 1;
                }
            });
            if kind == Kind::Tuple && untracked.wants(heap, container.op()) {
                gc = untrack(heap, before, container);
                untracked.count += 1;
                continue;
            }
            if kind == Kind::Dict {
                untracked.note(heap, container.op());
            }
            before = gc;
        } else {
            if row.is_none() {
                begin_row(heap, gc, unreachable);
            }
            row = Some(gc);
            side.mark(container.op_at());
            side.byte(container.op()).set(DEAD);
            found.dead += 1;
            found.care |= care.needed(heap, container.op(), kind);
            found.others |= kind == Kind::Other;
        }
        gc = next(heap, gc);
        if gc == young
            && let Some(last) = row.take()
        {
            end_row(heap, before, last, gc, unreachable);
        }
    }
    found.dead -= brought_back;
    found
}

/// Takes the tuple `container` out of its list, in which it comes behind `before`. Returns what came
/// behind it.
fn untrack(heap: &Heap, before: Addr, container: Container) -> Addr {
    let after = next(heap, container.addr());
    set_next(heap, before, after);
    set_prev(heap, after, before);
    container._gc_next().set(0);
    container
        ._gc_prev()
        .set(container._gc_prev().get() & FINALIZED);
    after
}

/// The commonest case in a loop of its own: goes through the list from `gc` on as long as there are
/// lists that live. Returns the last of them, if there was one, and what comes behind it.
#[inline(never)]
fn pass_alive(
    heap: &Heap,
    side: Side<'_>,
    kinds: Kinds,
    gc: Addr,
    young: Addr,
    fetched: &mut Ahead,
    brought_back: &mut u64,
) -> Option<(Addr, Addr)> {
    let mut ahead = *fetched;
    let (mut before, mut at) = (0, gc.get());
    while at != young.get() {
        let container = Container::at_offset(heap.memory, at);
        if !kinds.is_list(container.ob_type().get()) || !lives(heap, side, container) {
            break;
        }
        // Known early, so that the next object can be on its way. What comes back goes behind the
        // last object, so only there can the link change.
        let mut after = container._gc_next().get();
        ahead.step(heap, kinds, at);
        traverse_list(heap, container, &mut |referent| {
            if visit_reachable(heap, side, referent, young) {
                *brought_back += 1;
            }
        });
        if after == young.get() {
            after = container._gc_next().get();
        }
        before = at;
        at = after;
    }
    *fetched = ahead;
    Some((Addr::new(before)?, Addr::at(at)))
}

/// Which of the objects that live are untracked, as lab 4's `untrack_tuples` and `untrack_dicts` would
/// do it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untracking {
    /// None.
    Nothing,
    /// Tuples.
    Tuples,
    /// First tuples, then dicts.
    TuplesAndDicts,
}

/// How many dicts can wait until all tuples are looked at.
const WAITING: usize = 64;

/// What is untracked in a pass.
///
/// A tuple can be judged when the pass comes to it: lab 4 judges all tuples in the same order, after the
/// pass. A dict cannot, since a tuple in it may be untracked later. But hardly any dict is in
/// question: one with an instance, a list or a dict in it stays tracked.
struct Untracked {
    untracking: Untracking,
    count: u64,
    dicts: [Option<Addr>; WAITING],
    waiting: usize,
    too_many: bool,
}

impl Untracked {
    fn new(untracking: Untracking) -> Untracked {
        Untracked {
            untracking,
            count: 0,
            dicts: [None; WAITING],
            waiting: 0,
            too_many: false,
        }
    }

    /// Whether the tuple `op` is to be untracked: `tuple_maybe_untrack`.
    fn wants(&self, heap: &Heap, op: Addr) -> bool {
        let tuple = PyTupleObject::at(heap.memory, op);
        let mut items = (0..tuple.ob_size().get() as u64).map(|number| tuple.ob_item(number).get());
        self.untracking != Untracking::Nothing
            && items.all(|item| item.is_some_and(|item| !may_be_tracked(heap, item)))
    }

    /// Notes the dict `op`, if it may have to be untracked.
    fn note(&mut self, heap: &Heap, op: Addr) {
        if self.untracking != Untracking::TuplesAndDicts
            || !only_tuples_may_be_tracked(heap, op)
            || self.too_many
        {
            return;
        }
        match self.dicts.get_mut(self.waiting) {
            Some(place) => {
                *place = Some(op);
                self.waiting += 1;
            }
            None => self.too_many = true,
        }
    }

    /// Untracks the dicts that wait, if they are all that there are.
    fn finish(&mut self, heap: &Heap) {
        if !self.too_many {
            for op in self.dicts.into_iter().flatten() {
                dict_maybe_untrack(heap, op);
                self.count += u64::from(!is_tracked(heap, op));
            }
        }
    }
}

/// Whether the dict `op` has no container in it but perhaps tuples.
fn only_tuples_may_be_tracked(heap: &Heap, op: Addr) -> bool {
    let Some(table) = PyDictObject::at(heap.memory, op).ma_keys().get() else {
        return true;
    };
    let keys = PyDictKeysObject::at(heap.memory, table);
    let is_other = |item: Option<Addr>| {
        item.is_some_and(|item| is_gc(heap, item) && !is_exact(heap, item, index::TUPLE))
    };
    !(0..keys.dk_nentries().get())
        .any(|entry| is_other(keys.me_value(entry).get()) || is_other(keys.me_key(entry).get()))
}

/// Whether something outside of the list refers to `container`, or something that lives.
#[inline(always)]
fn lives(heap: &Heap, side: Side<'_>, container: Container<'_>) -> bool {
    let byte = side.byte_at(container.op_at()).get();
    byte == REACHED || is_held(heap, side, container, byte)
}

/// Whether the count of `container` is larger than what was counted.
#[inline]
fn is_held(heap: &Heap, side: Side<'_>, container: Container<'_>, byte: u8) -> bool {
    let count = container.ob_refcnt().get();
    let counted = side.counted(container.op(), byte);
    if count < counted {
        refcount_is_too_small(heap, container.op());
    }
    count > counted
}

/// A reference to `op`, perhaps NULL, from an object that lives. Whether `op` was taken for dead: it is
/// back at the end of `young` then.
#[inline(always)]
fn visit_reachable(heap: &Heap, side: Side<'_>, op: u64, young: Addr) -> bool {
    let was_dead = side.byte_at(op).replace(REACHED) == DEAD;
    if was_dead {
        bring_back(heap, op, young);
    }
    was_dead
}

#[inline(never)]
fn bring_back(heap: &Heap, op: u64, young: Addr) {
    let op = Addr::at(op);
    gc_list_remove(heap, as_gc(op));
    gc_list_append(heap, as_gc(op), young);
}

/// A row of dead objects begins with `gc`: it comes behind the last one of `unreachable`.
fn begin_row(heap: &Heap, gc: Addr, unreachable: Addr) {
    let last = cycles::head::prev(heap, unreachable);
    set_next(heap, last, gc);
    set_prev(heap, gc, last);
}

/// The row ends with `last`, and `after`, which stays, comes behind `before`.
fn end_row(heap: &Heap, before: Addr, last: Addr, after: Addr, unreachable: Addr) {
    set_next(heap, last, unreachable);
    set_prev(heap, unreachable, last);
    set_next(heap, before, after);
    set_prev(heap, after, before);
}

/// Which objects need care, with one answer kept: has the class a finalizer?
#[derive(Default)]
struct Care {
    class: Option<Addr>,
    has_finalizer: bool,
}

impl Care {
    /// See [`Found::care`].
    #[inline(always)]
    fn needed(&mut self, heap: &Heap, op: Addr, kind: Kind) -> bool {
        match kind {
            Kind::List | Kind::Tuple | Kind::Dict => false,
            Kind::Instance => self.instance(heap, op),
            Kind::Other => true,
        }
    }

    #[inline]
    fn instance(&mut self, heap: &Heap, op: Addr) -> bool {
        let class = heap.type_of(op);
        if self.class != Some(class) {
            self.class = Some(class);
            self.has_finalizer = has_finalizer(heap, op);
        }
        PyInstance::at(heap.memory, op).weaklist().get().is_some()
            || self.has_finalizer && !is_finalized(heap, op)
    }
}

/// Marks all objects of `list` as collecting: lab 4's and lab 7's passes look for that.
pub fn mark_collecting(heap: &Heap, list: Addr) {
    let mut gc = next(heap, list);
    while gc != list {
        let word = PyGC_Head::at(heap.memory, gc)._gc_prev();
        word.set(word.get() | COLLECTING);
        gc = next(heap, gc);
    }
}
