//! `tuple`: the addresses of its items follow the header, in the same block. It never grows.

use memory::object::PyTupleObject;
use memory::{Addr, Heap, MemoryError, Root};

use crate::error::ObjectError;
use crate::object::{init, new_ref};
use crate::types::{index, type_at};

/// The tuple of these items, a new reference. It steals a reference to each item.
/// (`PyTuple_New` and `PyTuple_SET_ITEM`, `Objects/tupleobject.c`.)
///
/// There is one empty tuple, which the root's `empty_tuple` names: whoever asks for a tuple of no
/// items gets another reference to it ([`new_ref`]). Any other tuple is a new object, through
/// [`Heap::alloc`], with one item for each address.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, items: &[Addr]) -> Result<Addr, MemoryError> {
    todo!("2.6 one block with a place for each item")
}

/// The number of items of the tuple at `op`.
pub fn len(heap: &Heap, op: Addr) -> u64 {
    PyTupleObject::at(heap.memory, op).ob_size().get() as u64
}

/// Item `index` of the tuple at `op`, borrowed. A negative index counts from the end: -1 is the
/// last item.
///
/// # Errors
/// [`ObjectError::Index`] of `"tuple index"` if there is no such item.
pub fn get_item(heap: &Heap, op: Addr, index: i64) -> Result<Addr, ObjectError> {
    todo!("2.6 read one place")
}

/// All items of the tuple at `op`, borrowed. Given.
pub fn items(heap: &Heap, op: Addr) -> Vec<Addr> {
    let object = PyTupleObject::at(heap.memory, op);
    let items = (0..len(heap, op)).filter_map(|index| object.ob_item(index).get());
    items.collect()
}

/// Makes the empty tuple in static storage, its GC head in front of it. Given.
///
/// # Errors
/// Those of [`regions::static_alloc`].
pub fn init_empty(heap: &Heap) -> Result<(), MemoryError> {
    let ty = type_at(heap, index::TUPLE);
    let front = crate::object::presize(heap, ty);
    let op = regions::static_alloc(heap.memory, front + PyTupleObject::SIZE)?.plus(front);
    init(heap, op, ty);
    Root::of(heap.memory).empty_tuple().set(Some(op));
    Ok(())
}
