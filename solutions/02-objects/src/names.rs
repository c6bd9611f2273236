//! Names: the local ones in frames, the global ones in a dict.
//!
//! A name is a place that refers to an object. The functions are called as the instructions of
//! CPython's bytecode that do the same (`Python/ceval.c`, 3.11).

use memory::{Addr, Frame, Heap, Root, frame};
use regions::{pop_frame, push_frame};

use crate::error::ObjectError;
use crate::{dict, object, str};

/// Begins a call of the function whose code is at `code`, with these arguments: pushes a frame
/// ([`push_frame`]) and binds its first local variables to `args`, in order. Steals the reference to
/// each argument. Returns the frame.
///
/// # Errors
/// [`ObjectError::Type`] if there are more arguments than local variables, in Python's words
/// (`f1() takes 1 positional argument but 2 were given`; [`too_many_arguments`] makes them), before
/// a frame is pushed; [`ObjectError::Memory`] from [`push_frame`]. The references are then still
/// the caller's.
pub fn call(heap: &Heap, code: Addr, args: &[Addr]) -> Result<Addr, ObjectError> {
    // task 2.9: push a frame and bind the arguments
    let nlocals = memory::Code::at(heap.memory, code).co_nlocals().get();
    if args.len() as u64 > nlocals {
        return Err(too_many_arguments(heap, code, args.len()));
    }
    let addr = push_frame(heap.memory, code)?;
    let frame = Frame::at(heap.memory, addr);
    for (index, &arg) in (0..).zip(args) {
        frame.local(index).set(Some(arg));
    }
    Ok(addr)
    // end task 2.9
}

/// Ends the call that is running: unbinds its local variables, in order, and pops its frame
/// ([`pop_frame`]). Each bound local variable held a reference: it is given to `drop`, after the
/// name is unbound. (`_PyFrame_Clear`, `Python/frame.c`.)
///
/// In this lab nobody needs the references: `leave(heap, &mut |_| {})`.
///
/// # Errors
/// [`ObjectError::Memory`] with [`NoFrame`](memory::MemoryError::NoFrame) if no call is running.
pub fn leave(heap: &Heap, drop: &mut dyn FnMut(Addr)) -> Result<(), ObjectError> {
    // task 2.9: give up each local's reference, then the frame
    let running = Root::of(heap.memory).frame().get();
    let running = running.ok_or(memory::MemoryError::NoFrame)?;
    let frame = Frame::at(heap.memory, running);
    for index in 0..frame.code().co_nlocals().get() {
        if let Some(old) = frame.local(index).replace(None) {
            drop(old);
        }
    }
    Ok(pop_frame(heap.memory)?)
    // end task 2.9
}

/// Binds local variable `index` of the frame at `frame` to the object `value`: steals the reference
/// and returns the old one, if the name was bound. (`STORE_FAST`.)
pub fn store_fast(heap: &Heap, frame: Addr, index: u64, value: Addr) -> Option<Addr> {
    // task 2.9: replace what the name refers to
    let frame = Frame::at(heap.memory, frame);
    frame.local(index).replace(Some(value))
    // end task 2.9
}

/// The object that local variable `index` of the frame at `frame` refers to, borrowed.
/// (`LOAD_FAST`.)
///
/// # Errors
/// [`ObjectError::UnboundLocal`] with the variable's name ([`local_name`]) while it is not bound.
pub fn load_fast(heap: &Heap, frame: Addr, index: u64) -> Result<Addr, ObjectError> {
    // task 2.9: read the name, if it is bound
    let bound = Frame::at(heap.memory, frame).local(index).get();
    bound.ok_or_else(|| ObjectError::UnboundLocal(local_name(heap, frame, index)))
    // end task 2.9
}

/// Unbinds local variable `index` (`del x`) and returns the reference that it held.
/// (`DELETE_FAST`.) Given.
///
/// # Errors
/// As [`load_fast`].
pub fn delete_fast(heap: &Heap, frame: Addr, index: u64) -> Result<Addr, ObjectError> {
    // ANCHOR: replace
    let old = Frame::at(heap.memory, frame).local(index).replace(None);
    // ANCHOR_END: replace
    old.ok_or_else(|| ObjectError::UnboundLocal(local_name(heap, frame, index)))
}

/// Binds the global name `name`, an interned `str`, to `value`: an entry of the dict that the
/// root's `globals` names. Steals the reference to `value` and returns the old one, if the name was
/// bound. (`STORE_GLOBAL`.) Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn store_global(heap: &Heap, name: Addr, value: Addr) -> Result<Option<Addr>, ObjectError> {
    let globals = globals(heap);
    let is_new = dict::get_str(heap, globals, name).is_none();
    let replaced = dict::set_str(heap, globals, name, value)?;
    if is_new {
        object::new_ref(heap, name);
    }
    Ok(replaced.value)
}

/// The object that the global name `name`, an interned `str`, refers to, borrowed.
/// (`LOAD_GLOBAL`.) Given.
///
/// # Errors
/// [`ObjectError::Name`] if the name is not bound.
pub fn load_global(heap: &Heap, name: Addr) -> Result<Addr, ObjectError> {
    let bound = dict::get_str(heap, globals(heap), name);
    bound.ok_or_else(|| ObjectError::Name(str::to_string(heap, name)))
}

/// Unbinds the global name `name` and returns the references that the dict held: to the name and to
/// the object. (`DELETE_GLOBAL`.) Given.
///
/// # Errors
/// As [`load_global`].
pub fn delete_global(heap: &Heap, name: Addr) -> Result<(Addr, Addr), ObjectError> {
    load_global(heap, name)?;
    dict::del_item(heap, globals(heap), name)
}

/// The dict of the global names.
fn globals(heap: &Heap) -> Addr {
    let globals = Root::of(heap.memory).globals().get();
    globals.expect("the dict of global names is made at start-up")
}

/// The name of local variable `index` of the frame at `frame`.
pub fn local_name(heap: &Heap, frame: Addr, index: u64) -> String {
    let code = Frame::at(heap.memory, frame).code();
    frame::c_string(heap.memory, code.co_varname(index).get())
}

/// Python's words for a call with too many arguments.
pub fn too_many_arguments(heap: &Heap, code: Addr, given: usize) -> ObjectError {
    let code = memory::Code::at(heap.memory, code);
    let name = frame::c_string(heap.memory, code.co_name().get());
    let takes = code.co_nlocals().get();
    let plural = if takes == 1 { "" } else { "s" };
    let verb = if given == 1 { "was" } else { "were" };
    ObjectError::Type(format!(
        "{name}() takes {takes} positional argument{plural} but {given} {verb} given"
    ))
}
