//! The slots that begin a collection: lab 7's, with the collections of this crate.

use generations::alloc::count_alloc;
use generations::index;
use memory::{Addr, GcState, Heap, MemoryError, Slots};
use objects::object::generic_alloc;

use cycles::track::track;

use crate::collect::gc_collect_generations;

/// [`generations::TYPES`], with the collections of this crate.
pub const TYPES: [Slots; index::COUNT] = {
    let mut types = generations::TYPES;
    let mut at = 0;
    while at < types.len() {
        if types[at].gc {
            types[at].alloc = gc_alloc;
        }
        at += 1;
    }
    types[index::DICT as usize].alloc = dict_alloc;
    types
};

/// [`generations::alloc::gc_link`].
pub fn gc_link(heap: &Heap) {
    count_alloc(heap);
    let state = GcState::of(heap.memory);
    let young = state.generation(0);
    let (count, threshold) = (young.count().get(), young.threshold().get());
    if count > threshold
        && state.enabled().get() != 0
        && threshold != 0
        && state.collecting().get() == 0
    {
        state.collecting().set(1);
        gc_collect_generations(heap);
        state.collecting().set(0);
    }
}

/// [`generations::alloc::gc_alloc`].
///
/// # Errors
/// As there.
pub fn gc_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let op = dict_alloc(heap, ty, nitems)?;
    track(heap, op);
    Ok(op)
}

/// [`generations::alloc::dict_alloc`].
///
/// # Errors
/// As there.
pub fn dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let op = generic_alloc(heap, ty, nitems)?;
    gc_link(heap);
    Ok(op)
}
