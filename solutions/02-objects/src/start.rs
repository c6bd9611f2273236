//! Start-up: everything that exists before the first line of a program runs. Given.

use memory::object::{PyFunctionObject, PySetObject, PyTypeObject};
use memory::{Heap, Memory, MemoryError, Region, Root};
use regions::{Sizes, layout};

use crate::types::{index, init_types, type_at};
use crate::{dict, int, singletons, tuple};

/// The room for code and for static storage: 64 KiB each.
pub const SIZES: Sizes = Sizes {
    text: 64 << 10,
    data: 64 << 10,
};

/// Lays out the regions in a fresh range ([`lay_out`]) and makes what is always there: the types,
/// `None`, `True` and `False`, the small ints, the empty tuple, and two dicts in the heap: the table of
/// interned strings and the global names. (`pycore_interp_init`, `Python/pylifecycle.c`.)
///
/// # Errors
/// Those of [`lay_out`], [`regions::static_alloc`] and [`Heap::malloc`].
pub fn start(heap: &Heap) -> Result<(), MemoryError> {
    lay_out(heap.memory)?;
    init_types(heap)?;
    for (index, offset) in [
        (index::TYPE, PyTypeObject::SIZE - 16),
        (index::SET, PySetObject::SIZE - 8),
        (index::FUNCTION, PyFunctionObject::SIZE - 40),
    ] {
        let ty = PyTypeObject::at(heap.memory, type_at(heap, index));
        ty.tp_weaklistoffset().set(offset);
    }
    singletons::init_singletons(heap)?;
    int::init_small_ints(heap)?;
    tuple::init_empty(heap)?;
    let root = Root::of(heap.memory);
    root.interned().set(Some(dict::new(heap)?));
    root.globals().set(Some(dict::new(heap)?));
    Ok(())
}

/// Lays out the regions with room for [`SIZES`], unless they are laid out already. So lab 8 can lay
/// them out first, and make its arenas in them, before [`start`] asks for the first block.
///
/// # Errors
/// Those of [`layout()`].
pub fn lay_out(memory: &Memory) -> Result<(), MemoryError> {
    if Root::of(memory).region(Region::Heap).start().get() == 0 {
        layout(memory, SIZES)?;
    }
    Ok(())
}
