//! `tp_clear`: breaking cycles, and a first collector.
//!
//! The collector frees nothing itself. It lets each dead object drop what it refers to, and
//! counting does the rest.

use memory::object::PyWeakReference;
use memory::object::{PreHeader, PyDictValues, PyFunctionObject, PyListObject, PyTypeObject};
use memory::{Addr, Field, GcList, GcState, Heap, WORD, gc};
use objects::{dict, set};
use refcounts::instance::shared_keys;
use refcounts::{decref, incref, new_ref, weakref, xdecref};

use crate::gc_list::{gc_list_is_empty, gc_list_move, gc_list_size};
use crate::head::{clear_collecting, from_gc, next};
use crate::passes::{clear_unreachable_mask, deduce_unreachable};

/// Empties a list, which lives on as `[]`: takes the block of items away from it (`ob_item` becomes
/// NULL, `ob_size` and `allocated` 0), *then* gives up the items, from the last to the first, and
/// frees the block. A list without a block is left alone. (`_list_clear`, `Objects/listobject.c`.)
///
/// Whoever looks at the list while its items die finds it empty.
pub fn list_clear(heap: &Heap, op: Addr) {
    todo!("4.7 empty it, then drop what it had")
}

/// Takes the attributes away from an instance. It keeps its class, and its empty block of values.
///
/// 1. If it has values: sets their `used` to 0, then goes through value 0 up to `dk_nentries`
///    ([`shared_keys`]), in order: the value's place becomes NULL, then the value is given up.
/// 2. If it has a dict: the field becomes NULL, then the dict is given up.
///
/// (`subtype_clear`, `Objects/typeobject.c`, and `_PyObject_ClearInstanceAttributes`,
/// `Objects/dictobject.c`, 3.11.)
pub fn instance_clear(heap: &Heap, op: Addr) {
    todo!("4.7 values, dict")
}

/// Empties a dict. Given. (`dict_tp_clear`, `Objects/dictobject.c`.)
pub fn dict_clear(heap: &Heap, op: Addr) {
    dict::clear(heap, op, &mut |held| decref(heap, held));
}

/// Empties a set. Given. (`set_clear_internal`, `Objects/setobject.c`.)
pub fn set_clear(heap: &Heap, op: Addr) {
    set::clear(heap, op, &mut |held| decref(heap, held));
}

/// Drops what a function refers to, except its names. Given. (`func_clear`,
/// `Objects/funcobject.c`, 3.11.)
pub fn func_clear(heap: &Heap, op: Addr) {
    let function = PyFunctionObject::at(heap.memory, op);
    for field in [
        function.func_globals(),
        function.func_module(),
        function.func_defaults(),
        function.func_kwdefaults(),
        function.func_doc(),
        function.func_dict(),
        function.func_closure(),
        function.func_annotations(),
    ] {
        xdecref(heap, field.replace(None));
    }
}

/// Empties the dict of a class; the class keeps it, and its base. Given. (`type_clear`,
/// `Objects/typeobject.c`.)
pub fn type_clear(heap: &Heap, op: Addr) {
    if let Some(names) = PyTypeObject::at(heap.memory, op).tp_dict().get() {
        dict_clear(heap, names);
    }
}

/// Makes a weak reference a dead one and drops its callback. Given. (`gc_clear`,
/// `Objects/weakrefobject.c`.)
pub fn weakref_clear(heap: &Heap, op: Addr) {
    weakref::unlink(heap, op);
    let callback = PyWeakReference::at(heap.memory, op).wr_callback();
    xdecref(heap, callback.replace(None));
}

/// Frees the objects in `collectable`, an ordinary list of objects that are all dead: breaks their
/// cycles. (`delete_garbage`.)
///
/// While the list is not empty, takes its first object:
///
/// 1. Unless [`saved`] keeps it, calls its `clear` slot. A reference of the collector's own, taken
///    before and given up after, keeps the object alive meanwhile.
/// 2. If it is *still* the first of the list, it is alive: a tuple, which has nothing to clear, or
///    an object that others still refer to. It is collecting no longer and goes to the end of `old`.
///    It may die later, when the others do.
///
/// By then it may be gone, and with it any other object of the list: after step 1, ask the list, and
/// never a link that you read before.
pub fn delete_garbage(heap: &Heap, collectable: Addr, old: Addr) {
    todo!("4.8 always the first of the list")
}

/// Puts `op` into the list `gc.garbage` if the flag `DEBUG_SAVEALL` asks for that: it is then to be
/// kept, not cleared. Whether it is. Given; lab 7 needs it.
#[must_use]
pub fn saved(heap: &Heap, op: Addr) -> bool {
    let state = GcState::of(heap.memory);
    if state.debug().get() & gc::debug::SAVEALL == 0 {
        return false;
    }
    if let Some(garbage) = state.garbage().get()
        && objects::list::append(heap, garbage, new_ref(heap, op)).is_err()
    {
        decref(heap, op);
    }
    true
}

/// A first collector, which knows nothing of weak references and finalizers. Returns how many
/// objects it found dead.
///
/// The list is generation 0. [`deduce_unreachable`] splits off the dead, into
/// [`GcList::Unreachable`]; [`clear_unreachable_mask`] makes that an ordinary list; its size is the
/// answer, whatever is freed then; and [`delete_garbage`] frees it. What stays alive goes back to
/// generation 0.
pub fn collect_cycles(heap: &Heap) -> u64 {
    todo!("4.8 find the dead, count them, free them")
}
