//! Start-up. Given.

use memory::object::{PyTypeObject, TPFLAGS_TYPE_SUBCLASS};
use memory::{GcState, Heap, MemoryError, gc};
use objects::types::{index, type_at};

use crate::gc_list::gc_list_init;

/// The thresholds of the three generations: lab 7 is about them.
const THRESHOLDS: [u64; 3] = [700, 10, 10];

/// [`objects::start`](objects::start()), with a collector: its lists must be there before the first
/// container is. (`_PyGC_InitState`, `Modules/gcmodule.c`.)
///
/// # Errors
/// Those of `objects::start`.
pub fn start(heap: &Heap) -> Result<(), MemoryError> {
    let state = GcState::of(heap.memory);
    for (number, threshold) in (0..gc::NUM_GENERATIONS).zip(THRESHOLDS) {
        let generation = state.generation(number);
        gc_list_init(heap, generation.addr());
        generation.threshold().set(threshold);
    }
    gc_list_init(heap, state.permanent_generation().addr());
    state.enabled().set(1);
    objects::start(heap)?;
    let flags = PyTypeObject::at(heap.memory, type_at(heap, index::TYPE)).tp_flags();
    flags.set(flags.get() | TPFLAGS_TYPE_SUBCLASS);
    Ok(())
}
