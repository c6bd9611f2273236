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
    todo!("2.3 three static objects")
}

/// `None`, a new reference ([`new_ref`]).
pub fn none(heap: &Heap) -> Addr {
    todo!("2.3 the one None")
}

/// `True` or `False`, a new reference. (`PyBool_FromLong`, `Objects/boolobject.c`.)
pub fn bool(heap: &Heap, value: bool) -> Addr {
    todo!("2.3 one of the two bools")
}
