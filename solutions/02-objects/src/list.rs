//! `list`: a header of fixed size, and a block of its own for the addresses of the items.
//!
//! The second block is why a list can grow and stay where it is: whoever refers to the list refers
//! to the header.

use memory::object::PyListObject;
use memory::{Addr, Heap, MemoryError, WORD};

use crate::error::ObjectError;
use crate::object::new_ref;
use crate::tuple;
use crate::types::{self, index, is_exact, type_at};

/// A new empty list, a new reference: no items, no block for them. (`PyList_New(0)`,
/// `Objects/listobject.c`.)
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new(heap: &Heap) -> Result<Addr, MemoryError> {
    // task 2.7: an object whose words are all zero
    heap.alloc(type_at(heap, index::LIST), 0)
    // end task 2.7
}

/// Gives the list at `op` room for `newsize` items, and sets its `ob_size` to `newsize`. What the
/// places of new items hold is up to the caller. (`list_resize`, `Objects/listobject.c`.)
///
/// If the block has room already, and at least half of it stays in use
/// (`allocated >= newsize && newsize >= allocated / 2`), only `ob_size` changes.
///
/// Otherwise the block changes. It gets room for
///
/// * `room`, which is `newsize + newsize / 8 + 6`, rounded down to a multiple of 4: more than is
///   needed now, so that the next items find room;
/// * but if `newsize - ob_size` is more than `room - newsize` (many at once), `newsize` rounded up
///   to a multiple of 4;
/// * and none at all if `newsize` is 0.
///
/// The block comes from [`Heap::malloc`] if the list has none, and otherwise from
/// [`Heap::realloc`], which keeps the items. A block for no items is freed ([`Heap::free`]) and
/// `ob_item` becomes NULL. (CPython keeps a block of 1 byte then.) `allocated` and `ob_item` follow.
/// Divisions round down.
///
/// # Errors
/// Those of [`Heap::realloc`]; the list is then as it was.
pub fn resize(heap: &Heap, op: Addr, newsize: u64) -> Result<(), MemoryError> {
    // task 2.7: leave the block, or make it larger than was asked
    let list = PyListObject::at(heap.memory, op);
    let allocated = list.allocated().get();
    if allocated < newsize || newsize < allocated >> 1 {
        let size = list.ob_size().get() as u64;
        let mut room = (newsize + (newsize >> 3) + 6) & !3;
        if newsize > size && newsize - size > room - newsize {
            room = (newsize + 3) & !3;
        }
        let items = match (list.ob_item().get(), newsize) {
            (Some(items), 0) => {
                heap.free(items);
                None
            }
            (None, _) => Some(heap.malloc(WORD * room)?),
            (Some(items), _) => Some(heap.realloc(items, WORD * room)?),
        };
        list.ob_item().set(items);
        list.allocated().set(if newsize == 0 { 0 } else { room });
    }
    list.ob_size().set(newsize as i64);
    Ok(())
    // end task 2.7
}

/// Puts `item` behind the last item of the list at `op`, and steals the reference to it.
/// (`_PyList_AppendTakeRef`, `Include/internal/pycore_list.h`.)
///
/// # Errors
/// Those of [`resize`]; the list is then as it was, and the reference is still the caller's.
pub fn append(heap: &Heap, op: Addr, item: Addr) -> Result<(), MemoryError> {
    // task 2.8: one place more, and the address in it
    let list = PyListObject::at(heap.memory, op);
    let size = list.ob_size().get() as u64;
    resize(heap, op, size + 1)?;
    list.item(size).set(Some(item));
    Ok(())
    // end task 2.8
}

/// The number of items of the list at `op` (`PyList_Size`).
pub fn len(heap: &Heap, op: Addr) -> u64 {
    PyListObject::at(heap.memory, op).ob_size().get() as u64
}

/// Item `index` of the list at `op`, borrowed. A negative index counts from the end: -1 is the last
/// item. (`list_item` and `list_subscript`, `Objects/listobject.c`.)
///
/// # Errors
/// [`ObjectError::Index`] of `"list index"` if there is no such item.
pub fn get_item(heap: &Heap, op: Addr, index: i64) -> Result<Addr, ObjectError> {
    // task 2.8: read one place
    let place = place(heap, op, index).ok_or(ObjectError::Index("list index"))?;
    let item = PyListObject::at(heap.memory, op).item(place).get();
    item.ok_or(ObjectError::Index("list index"))
    // end task 2.8
}

/// Puts `item` in the place of item `index` of the list at `op`. Steals the reference to `item` and
/// returns the old item, whose reference is now the caller's. A negative index counts from the end.
/// (`PyList_SetItem`, `Objects/listobject.c`.)
///
/// # Errors
/// [`ObjectError::Index`] of `"list assignment index"` if there is no such item; the reference to
/// `item` is then still the caller's.
pub fn set_item(heap: &Heap, op: Addr, index: i64, item: Addr) -> Result<Addr, ObjectError> {
    // task 2.8: replace what one place holds
    let wrong = ObjectError::Index("list assignment index");
    let place = place(heap, op, index).ok_or(wrong.clone())?;
    let field = PyListObject::at(heap.memory, op).item(place);
    field.replace(Some(item)).ok_or(wrong)
    // end task 2.8
}

/// The place of item `index`, counted from the end if it is negative, if the list at `op` has it.
fn place(heap: &Heap, op: Addr, index: i64) -> Option<u64> {
    // task 2.8: count negative indices from the end
    let length = len(heap, op);
    let place = match index {
        ..0 => length.checked_add_signed(index)?,
        0.. => index as u64,
    };
    (place < length).then_some(place)
    // end task 2.8
}

/// Takes the last item off the list at `op` and returns it: its reference is now the caller's.
/// `None` if the list is empty. Given.
///
/// # Errors
/// Those of [`resize`].
pub fn pop(heap: &Heap, op: Addr) -> Result<Option<Addr>, MemoryError> {
    let Some(last) = len(heap, op).checked_sub(1) else {
        return Ok(None);
    };
    let item = PyListObject::at(heap.memory, op).item(last).get();
    resize(heap, op, last)?;
    Ok(item)
}

/// All items of the list at `op`, borrowed. Given.
pub fn items(heap: &Heap, op: Addr) -> Vec<Addr> {
    let list = PyListObject::at(heap.memory, op);
    let items = (0..len(heap, op)).filter_map(|index| list.item(index).get());
    items.collect()
}

/// A new list of these items with a block of exactly their number, as a list display such as
/// `[x, y, z]` makes it (`PyList_New(n)`); a new reference. It steals a reference to each item.
/// Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn from_items(heap: &Heap, items: &[Addr]) -> Result<Addr, MemoryError> {
    let op = with_room(heap, items.len() as u64)?;
    for (index, &item) in (0..).zip(items) {
        PyListObject::at(heap.memory, op)
            .item(index)
            .set(Some(item));
    }
    Ok(op)
}

/// `list * times`: a new list, a new reference. It holds the *same* items `times` times over: the
/// addresses are copied, and each copy is one more reference. (`list_repeat`.) Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn repeat(heap: &Heap, op: Addr, times: u64) -> Result<Addr, MemoryError> {
    let items = items(heap, op);
    let result = with_room(heap, times.saturating_mul(items.len() as u64))?;
    let copies = items.iter().cycle();
    for (index, &item) in (0..len(heap, result)).zip(copies) {
        let place = PyListObject::at(heap.memory, result).item(index);
        place.set(Some(new_ref(heap, item)));
    }
    Ok(result)
}

/// A new list of `count` items that the caller must fill in: its block has never been written.
fn with_room(heap: &Heap, count: u64) -> Result<Addr, MemoryError> {
    let op = new(heap)?;
    if count > 0 {
        let block = heap.malloc(WORD.saturating_mul(count));
        let block = block.inspect_err(|_| (heap.slots(op).free)(heap, op))?;
        let list = PyListObject::at(heap.memory, op);
        list.ob_item().set(Some(block));
        list.allocated().set(count);
        list.ob_size().set(count as i64);
    }
    Ok(op)
}

/// Puts the items of `other`, a list or a tuple, behind those of the list at `op`; each gets one
/// more reference. `other` may be the list itself. (`list_extend`.) Given.
///
/// # Errors
/// [`ObjectError::Type`] if `other` is neither; [`ObjectError::Memory`] if the list cannot grow: it
/// is then as it was.
pub fn extend(heap: &Heap, op: Addr, other: Addr) -> Result<(), ObjectError> {
    let added = if is_exact(heap, other, index::LIST) {
        items(heap, other)
    } else if is_exact(heap, other, index::TUPLE) {
        tuple::items(heap, other)
    } else {
        let name = types::name(heap, heap.type_of(other));
        let words = format!("'{name}' object is not iterable");
        return Err(ObjectError::Type(words));
    };
    if added.is_empty() {
        return Ok(());
    }
    let list = PyListObject::at(heap.memory, op);
    let count = added.len() as u64;
    let size = len(heap, op);
    if list.ob_item().get().is_none() {
        // `list_preallocate_exact`
        let room = count.next_multiple_of(2);
        list.ob_item().set(Some(heap.malloc(WORD * room)?));
        list.allocated().set(room);
        list.ob_size().set(count as i64);
    } else {
        resize(heap, op, size + count)?;
    }
    for (index, item) in (size..).zip(added) {
        list.item(index).set(Some(new_ref(heap, item)));
    }
    Ok(())
}
