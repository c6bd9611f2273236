//! `function`: what a `def` statement makes. Given.

use memory::object::PyFunctionObject;
use memory::{Addr, Code, Heap, MemoryError, Root, frame};

use crate::object::new_ref;
use crate::str;
use crate::types::{index, type_at};

/// A function with the code at `code`, a new reference. It holds references to its name and to the
/// dict of the global names. `defaults` is a tuple with the default values of its last parameters,
/// whose reference is stolen. (`PyFunction_New`, `Objects/funcobject.c`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap, code: Addr, defaults: Option<Addr>) -> Result<Addr, MemoryError> {
    let text = frame::c_string(heap.memory, Code::at(heap.memory, code).co_name().get());
    let name = str::intern(heap, &text)?;
    let op = heap.alloc(type_at(heap, index::FUNCTION), 0)?;
    let function = PyFunctionObject::at(heap.memory, op);
    let globals = Root::of(heap.memory).globals().get();
    (function.func_globals()).set(globals.map(|globals| new_ref(heap, globals)));
    function.func_name().set(Some(new_ref(heap, name)));
    function.func_qualname().set(Some(new_ref(heap, name)));
    function.func_code().set(code);
    function.func_defaults().set(defaults);
    Ok(op)
}

/// The code of the function at `op`: the address of a [`Code`] record in the text region.
pub fn code(heap: &Heap, op: Addr) -> Addr {
    PyFunctionObject::at(heap.memory, op).func_code().get()
}

/// The default values of the function at `op`, a tuple, borrowed.
pub fn defaults(heap: &Heap, op: Addr) -> Option<Addr> {
    PyFunctionObject::at(heap.memory, op).func_defaults().get()
}
