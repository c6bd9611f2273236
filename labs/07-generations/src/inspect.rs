//! What the module `gc` shows: objects, who refers to whom, statistics.

use cycles::gc_list::gc_list_size;
use cycles::head::{from_gc, is_gc, next};
use memory::{Addr, GcState, Heap, MemoryError, gc};
use objects::{ObjectError, list};
use refcounts::{decref, new_ref};

/// What collections of one generation did, since the start: the dict that Python shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many there were.
    pub collections: u64,
    /// How many objects they found dead and freed.
    pub collected: u64,
    /// How many objects they found dead and could not free.
    pub uncollectable: u64,
}

/// `gc.get_stats()`: the statistics of the three generations, the youngest first.
/// (`gc_get_stats_impl`, `Modules/gcmodule.c`, 3.11.)
#[must_use]
pub fn get_stats(heap: &Heap) -> [Stats; 3] {
    todo!("7.9 three records")
}

/// `gc.get_objects(generation)`: a new list of the objects in that generation, in their order; of
/// all three, the youngest first, for `None`. The list itself is left out, though it is tracked; so
/// are frozen objects. The list owns a reference to each object. (`gc_get_objects_impl`.)
///
/// # Errors
/// [`ObjectError::Value`] with the words [`NEGATIVE`] or [`TOO_OLD`] if there is no such generation;
/// those of [`list::new`] and [`list::append`]: then the list is given up.
pub fn get_objects(heap: &Heap, generation: Option<i64>) -> Result<Addr, ObjectError> {
    todo!("7.9 make a list, and fill it")
}

/// Appends the objects of generation `number` to the list `result`, each but the list itself.
/// (`append_objects`.)
///
/// # Errors
/// Those of [`list::append`].
pub fn append_objects(heap: &Heap, result: Addr, number: u64) -> Result<(), MemoryError> {
    todo!("7.9 once around one generation")
}

/// What Python says about generation -1.
pub const NEGATIVE: &str = "generation parameter cannot be negative";

/// What Python says about generation 3.
pub const TOO_OLD: &str =
    "generation parameter must be less than the number of available generations (3)";

/// `gc.get_referents(…)`: a new list of all that the objects in `objs` refer to, once for each
/// reference: what their `traverse` slots visit. An object that is no container refers to nothing.
/// (`gc_get_referents`.)
///
/// # Errors
/// Those of [`list::new`] and [`append`]; then the list is given up.
pub fn get_referents(heap: &Heap, objs: &[Addr]) -> Result<Addr, MemoryError> {
    todo!("7.10 one step of traverse")
}

/// `gc.get_referrers(…)`: a new list of the tracked objects that refer to any of the objects in
/// `objs`, each once, from generation 0 to generation 2. The list itself is left out.
///
/// Nobody notes down who refers to an object, so this looks at every tracked object. It does not see
/// referrers that are not tracked, or frozen, or no objects at all, like frames here.
/// (`gc_get_referrers`, `gc_referrers_for`.)
///
/// # Errors
/// Those of [`list::new`] and [`append`]; then the list is given up.
pub fn get_referrers(heap: &Heap, objs: &[Addr]) -> Result<Addr, MemoryError> {
    todo!("7.10 ask everybody")
}

/// Puts `op` behind the last item of the list `result`, with a reference of its own. Given.
/// (`PyList_Append`.)
///
/// # Errors
/// Those of [`list::append`]; the reference is then given up.
pub fn append(heap: &Heap, result: Addr, op: Addr) -> Result<(), MemoryError> {
    list::append(heap, result, new_ref(heap, op)).inspect_err(|_| decref(heap, op))
}

/// `result` if all went well; otherwise it is given up. Given.
///
/// # Errors
/// That of `done`.
pub fn list_or_error(
    heap: &Heap,
    result: Addr,
    done: Result<(), MemoryError>,
) -> Result<Addr, MemoryError> {
    done.inspect_err(|_| decref(heap, result)).map(|()| result)
}

/// `gc.is_tracked(op)`: whether a collection looks at `op`. Lab 4's.
pub use cycles::track::is_tracked;

/// `gc.is_finalized(op)`: whether the finalizer of `op` has run: lab 3's
/// [`is_finalized`](refcounts::finalize::is_finalized()) for a container, and false for what is none:
/// there is no head to look at. (`gc_is_finalized`.)
#[must_use]
pub fn is_finalized(heap: &Heap, op: Addr) -> bool {
    todo!("7.9 only containers have a head")
}

/// How many objects the list of generation `number` has. Given, for tests and pictures: Python has
/// `len(gc.get_objects(generation=number))`.
#[must_use]
pub fn generation_size(heap: &Heap, number: u64) -> u64 {
    gc_list_size(heap, GcState::of(heap.memory).generation(number).addr())
}
