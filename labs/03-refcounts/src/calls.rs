//! Names and calls: the references that frames own.

use memory::{Addr, Heap};
use objects::{ObjectError, names};

use crate::count::{decref, new_ref, xdecref};

/// Begins a call of the function whose code is at `code`; returns its frame. The frame takes a
/// reference of its own to each argument, and `args` stay borrowed: in Python 3.11 that is the +1 of
/// an argument. On an error every count is as it was.
///
/// # Errors
/// Those of [`names::call`], which steals.
pub fn call(heap: &Heap, code: Addr, args: &[Addr]) -> Result<Addr, ObjectError> {
    todo!("3.4 one more reference for each parameter")
}

/// Ends the call that is running: unbinds its local variables in order, gives up the reference that
/// each one held, and then pops the frame. (`_PyFrame_Clear`, `Python/frame.c`, 3.11.)
///
/// # Errors
/// Those of [`names::leave`], which hands over each reference.
pub fn leave(heap: &Heap) -> Result<(), ObjectError> {
    todo!("3.4 drop what each name held")
}

/// What local variable `index` of the frame at `frame` refers to: a *new* reference, for the
/// evaluation stack. (`LOAD_FAST`, `Python/ceval.c`, 3.11.)
///
/// # Errors
/// Those of [`names::load_fast`], which borrows.
pub fn load_fast(heap: &Heap, frame: Addr, index: u64) -> Result<Addr, ObjectError> {
    todo!("3.4 own what was borrowed")
}

/// `name = value`, for local variable `index` of the frame at `frame`: *steals* the reference to
/// `value` and gives up the one that the name held before. (`STORE_FAST`.)
pub fn store_fast(heap: &Heap, frame: Addr, index: u64, value: Addr) {
    todo!("3.4 drop what the name held before")
}

/// `del name`, for local variable `index` of the frame at `frame`. (`DELETE_FAST`.)
///
/// # Errors
/// Those of [`names::delete_fast`], which hands over the reference.
pub fn delete_fast(heap: &Heap, frame: Addr, index: u64) -> Result<(), ObjectError> {
    todo!("3.4 drop what the name held")
}

/// `name = value` for a global name, an interned `str`: *steals* the reference to `value` and gives
/// up the one that the name held before. Given. (`STORE_GLOBAL`.)
///
/// # Errors
/// Those of [`names::store_global`].
pub fn store_global(heap: &Heap, name: Addr, value: Addr) -> Result<(), ObjectError> {
    xdecref(heap, names::store_global(heap, name, value)?);
    Ok(())
}

/// `del name` for a global name, an interned `str`. Given. (`DELETE_GLOBAL`.)
///
/// # Errors
/// Those of [`names::delete_global`].
pub fn delete_global(heap: &Heap, name: Addr) -> Result<(), ObjectError> {
    let (key, value) = names::delete_global(heap, name)?;
    decref(heap, value);
    decref(heap, key);
    Ok(())
}
