//! `float`: a header and eight bytes of value. Given.

use memory::object::PyFloatObject;
use memory::{Addr, Heap, MemoryError};

use crate::types::{index, type_at};

/// The float of this value, a new reference. (`PyFloat_FromDouble`, `Objects/floatobject.c`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn from_f64(heap: &Heap, value: f64) -> Result<Addr, MemoryError> {
    let op = heap.alloc(type_at(heap, index::FLOAT), 0)?;
    PyFloatObject::at(heap.memory, op).ob_fval().set(value);
    Ok(op)
}

/// The value of the float at `op`.
pub fn value(heap: &Heap, op: Addr) -> f64 {
    PyFloatObject::at(heap.memory, op).ob_fval().get()
}
