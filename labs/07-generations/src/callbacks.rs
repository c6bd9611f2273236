//! `gc.callbacks`: a program is told when a collection starts and stops.

use memory::{Addr, GcState, Heap, MemoryError};
use objects::{ObjectError, dict, int, list, str};
use refcounts::{decref, new_ref};

use crate::collect::Found;

/// Calls every callable in `callbacks`, the list `gc.callbacks`, from its first to its last, with
/// two arguments: the `str` `phase`, and the dict that [`info`] makes of the other three.
/// (`invoke_gc_callback`, `Modules/gcmodule.c`, 3.11.)
///
/// * `phase` and the dict are made once, given to every callback, and given up at the end. If there
///   is no memory for one of them, no callback is called.
/// * A callback may change the list: ask it anew for the item at each index, until there is none.
///   And keep the callback alive meanwhile: it may be the list that holds its last reference.
/// * What it returns is given up, and an error is lost (CPython prints it). What cannot be called
///   (no `call` slot) is left alone.
pub fn invoke_gc_callback(
    heap: &Heap,
    callbacks: Addr,
    phase: &str,
    generation: u64,
    found: Found,
) {
    todo!("7.11 two arguments, and everybody who wants to know")
}

/// [`invoke_gc_callback`], if there is a list `gc.callbacks` and it is not empty. Given.
pub fn tell(heap: &Heap, phase: &str, generation: u64, found: Found) {
    if let Some(callbacks) = GcState::of(heap.memory).callbacks().get()
        && list::len(heap, callbacks) > 0
    {
        invoke_gc_callback(heap, callbacks, phase, generation, found);
    }
}

/// A new dict: `{"generation": …, "collected": …, "uncollectable": …}`. Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn info(heap: &Heap, generation: u64, found: Found) -> Result<Addr, ObjectError> {
    let info = dict::new(heap)?;
    for (key, value) in [
        ("generation", generation),
        ("collected", found.collected),
        ("uncollectable", found.uncollectable),
    ] {
        if let Err(error) = set(heap, info, key, value) {
            decref(heap, info);
            return Err(error);
        }
    }
    Ok(info)
}

fn set(heap: &Heap, info: Addr, key: &str, value: u64) -> Result<(), ObjectError> {
    let key = str::new(heap, key)?;
    let value = int::from_i64(heap, value as i64).inspect_err(|_| decref(heap, key))?;
    let done = refcounts::containers::dict_set_item(heap, info, key, value);
    decref(heap, key);
    decref(heap, value);
    done
}

/// The list `gc.callbacks`, borrowed. Given.
///
/// # Panics
/// Before [`start`](crate::start()).
#[must_use]
pub fn callbacks(heap: &Heap) -> Addr {
    let callbacks = GcState::of(heap.memory).callbacks().get();
    callbacks.expect("gc.callbacks is made at start-up")
}

/// Makes the lists `gc.callbacks` and `gc.garbage`, empty. Given. (`_PyGC_Init`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn make_lists(heap: &Heap) -> Result<(), MemoryError> {
    let state = GcState::of(heap.memory);
    state.garbage().set(Some(list::new(heap)?));
    state.callbacks().set(Some(list::new(heap)?));
    Ok(())
}
