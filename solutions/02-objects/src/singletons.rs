//! `None`, `True` and `False`: one object each, for as long as the process lives.

use memory::object::{PyLongObject, PyObject};
use memory::{Addr, Heap, MemoryError, Root};
use regions::static_alloc;

use crate::object::{init, new_ref};
use crate::types::{index, type_at};

/// The size in bytes of `True` and of `False`: an int with one digit.
const BOOL_SIZE: u64 = PyLongObject::SIZE + 4;

/// Makes the three objects in static storage ([`static_alloc`]), in the order None, False, True,
/// and writes their addresses to the root's `none`, `false_` and `true_`.
///
/// `None` is nothing but a header, 16 bytes. `False` and `True` are ints with one digit, 28 bytes,
/// but of type `bool`: the digit is 0 or 1, and `ob_size` is 0 or 1 as in the ints of that value.
/// All three start with a count of 1.
///
/// # Errors
/// Those of [`static_alloc`].
pub fn init_singletons(heap: &Heap) -> Result<(), MemoryError> {
    // task 2.3: three static objects
    let root = Root::of(heap.memory);
    let none = static_alloc(heap.memory, PyObject::SIZE)?;
    init(heap, none, type_at(heap, index::NONE));
    root.none().set(Some(none));
    for (value, field) in [(0, root.false_()), (1, root.true_())] {
        let op = static_alloc(heap.memory, BOOL_SIZE)?;
        init(heap, op, type_at(heap, index::BOOL));
        let object = PyLongObject::at(heap.memory, op);
        object.ob_size().set(value);
        object.ob_digit(0).set(value as u32);
        field.set(Some(op));
    }
    Ok(())
    // end task 2.3
}

/// `None`, a new reference ([`new_ref`]).
pub fn none(heap: &Heap) -> Addr {
    // task 2.3: the one None
    let none = Root::of(heap.memory).none().get();
    new_ref(heap, none.expect("None is made at start-up"))
    // end task 2.3
}

/// `True` or `False`, a new reference. (`PyBool_FromLong`, `Objects/boolobject.c`.)
pub fn bool(heap: &Heap, value: bool) -> Addr {
    // task 2.3: one of the two bools
    let root = Root::of(heap.memory);
    let object = if value { root.true_() } else { root.false_() };
    new_ref(heap, object.get().expect("the bools are made at start-up"))
    // end task 2.3
}
