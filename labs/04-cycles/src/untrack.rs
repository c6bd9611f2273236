//! Tuples and dicts that can be in no cycle: the collector need not look at them.
//!
//! A cycle needs containers. A tuple of ints and strings refers to none, and since a tuple never
//! changes it never will. So each collection untracks such tuples. A dict changes: it is tracked
//! only when the first container comes into it, and a full collection untracks it when the last one
//! has left. (CPython up to 3.13; a dict is tracked from birth since 3.14.)

use memory::object::{DictKeysKind, PyDictKeysObject, PyDictObject, PyTupleObject};
use memory::{Addr, Heap, MemoryError};
use objects::object::generic_alloc;
use objects::types::{index, is_exact, type_at};

use crate::head::{Container, from_gc, is_gc, next};
use crate::track::{is_tracked, track, untrack};

/// Whether a reference to `op` could be part of a cycle: `op` is a container, and not a tuple that
/// is untracked already. A dict that is not tracked counts: it may be tracked one day.
/// (`_PyObject_GC_MAY_BE_TRACKED`, `Include/internal/pycore_object.h`.)
#[must_use]
pub fn may_be_tracked(heap: &Heap, op: Addr) -> bool {
    todo!("4.9 a container, but no untracked tuple")
}

/// Untracks the tuple `op` if none of its items [`may_be_tracked`]. A tuple with an item that is
/// NULL is still being filled: it is left alone. (`_PyTuple_MaybeUntrack`,
/// `Objects/tupleobject.c`.)
pub fn tuple_maybe_untrack(heap: &Heap, op: Addr) {
    todo!("4.9 look at each item")
}

/// Calls [`tuple_maybe_untrack`] for each tuple in `list`. An object that is untracked leaves the
/// list: know the next one before. (`untrack_tuples`, `Modules/gcmodule.c`.)
pub fn untrack_tuples(heap: &Heap, list: Addr) {
    todo!("4.9 each tuple of the list")
}

/// The `maintain_tracking` slot of dicts: the dict `op` has got `key` and `value`. If it is not
/// tracked and one of the two [`may_be_tracked`], tracks it. (`MAINTAIN_TRACKING`,
/// `Objects/dictobject.c`.)
pub fn maintain_tracking(heap: &Heap, op: Addr, key: Addr, value: Addr) {
    todo!("4.9 tracked from the first container on")
}

/// The `alloc` slot of dicts: an empty dict is not tracked. Given. (`new_dict`,
/// `Objects/dictobject.c`.)
///
/// # Errors
/// Those of [`generic_alloc`].
pub fn dict_alloc(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    generic_alloc(heap, ty, nitems)
}

/// Untracks the dict `op` if neither its values nor its keys [`may_be_tracked`]. Given.
/// (`_PyDict_MaybeUntrack`, `Objects/dictobject.c`.)
pub fn dict_maybe_untrack(heap: &Heap, op: Addr) {
    if let Some(table) = PyDictObject::at(heap.memory, op).ma_keys().get() {
        let keys = PyDictKeysObject::at(heap.memory, table);
        let are_strings = keys.dk_kind().get() == DictKeysKind::UNICODE;
        for entry in 0..keys.dk_nentries().get() {
            let Some(value) = keys.me_value(entry).get() else {
                continue;
            };
            let key = keys.me_key(entry).get().filter(|_| !are_strings);
            if may_be_tracked(heap, value) || key.is_some_and(|key| may_be_tracked(heap, key)) {
                return;
            }
        }
    }
    untrack(heap, op);
}

/// Calls [`dict_maybe_untrack`] for each dict in `list`. Given. (`untrack_dicts`,
/// `Modules/gcmodule.c`.)
pub fn untrack_dicts(heap: &Heap, list: Addr) {
    untrack_each(heap, list, index::DICT, dict_maybe_untrack);
}

/// Calls `maybe_untrack` for each object of `list` whose type is exactly the one with this place in
/// the slot table.
fn untrack_each(heap: &Heap, list: Addr, index: u64, maybe_untrack: fn(&Heap, Addr)) {
    todo!("4.9 know the next one before")
}
