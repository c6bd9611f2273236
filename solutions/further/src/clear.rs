//! The dead are freed in one walk, without breaking their cycles first.
//!
//! Lab 4 lets each dead object drop its references, and counting does the rest: a count is taken
//! down for each reference, and objects end in the order of the graph, through three slots each. That
//! is needed where ending an object may run code of the program. Where it cannot (see
//! [`Found::care`](crate::passes::Found)), nobody can see in which order the dead go: so they go in
//! the order of the list, which is mostly that of their addresses, and a reference from one to
//! another is simply forgotten.

use memory::object::{PreHeader, PyDictValues};
use memory::{Addr, Heap};

use cycles::gc_list::gc_list_init;
use cycles::head::next;
use objects::dict;
use refcounts::decref;

use crate::side::{DEAD, Side};
use crate::traverse::{Container, Kind, Kinds, traverse};

/// Frees all objects of `list`; the byte of each of them, and of no other object, is [`DEAD`].
/// `list` is empty then.
///
/// The caller knows that none of them needs care, and that what they refer to and is not dead itself
/// either stays alive or can end without running code of the program.
pub fn free_all(heap: &Heap, side: Side<'_>, list: Addr) {
    let kinds = Kinds::of(heap);
    let mut drop = |held| {
        if side.byte(held).get() != DEAD {
            decref(heap, held);
        }
    };
    let mut gc = next(heap, list);
    while gc != list {
        let after = next(heap, gc);
        free(heap, Container::at(heap.memory, gc), kinds, &mut drop);
        gc = after;
    }
    gc_list_init(heap, list);
}

/// Gives everything that `container` owns to `drop`, and frees its blocks.
#[inline(always)]
fn free(heap: &Heap, container: Container, kinds: Kinds, drop: &mut impl FnMut(Addr)) {
    let kind = kinds.kind(heap, container.ob_type().get());
    match kind {
        Kind::List => {
            traverse(heap, container, kind, drop);
            if let Some(items) = Addr::new(container.ob_item().get()) {
                heap.free(items);
            }
            heap.free(container.addr());
        }
        Kind::Tuple => {
            traverse(heap, container, kind, drop);
            heap.free(container.addr());
        }
        Kind::Dict => {
            // Not `traverse`, which leaves out keys that refer to nothing.
            dict::clear(heap, container.op(), drop);
            heap.free(container.addr());
        }
        Kind::Instance => {
            traverse(heap, container, kind, drop);
            let front = PreHeader::of(heap.memory, container.op());
            if let Some(values) = front.values().get() {
                heap.free(PyDictValues::at(heap.memory, values).block());
            }
            heap.free(front.addr());
        }
        Kind::Other => unreachable!("an object of another type needs care"),
    }
}
