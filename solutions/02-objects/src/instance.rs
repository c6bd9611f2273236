//! Instances of classes: `Car(4)`.
//!
//! ```text
//!  -32  values ──▶ block: prefix | value 0 | value 1 | …     in the order of the class's shared keys
//!  -24  dict       NULL
//!  -16  GC head
//!    0  ob_refcnt
//!    8  ob_type ──▶ class ── ht_cached_keys ──▶ 'wheels', …
//!   16  weaklist
//! ```
//!
//! The names of the attributes are stored once, in the class; each instance has only the values. So
//! an instance is two blocks. (CPython 3.11; 3.10 gave each a dict, 3.13 puts the values into the
//! object's own block.)

use memory::object::{PreHeader, PyDictKeysObject, PyDictValues, PyObject, PyTypeObject};
use memory::{Addr, Heap, MemoryError};

use crate::error::ObjectError;
use crate::types::{index, is_exact, lookup, name as type_name};
use crate::{dict, function, hash, keys, names, object, str};

/// A new instance of the class at `class`, without attributes; a new reference. (`object_new` and
/// `init_inline_values`, `Objects/typeobject.c` and `dictobject.c`.)
///
/// It is an object from [`Heap::alloc`], and a block for values from [`new_values`] whose address
/// the [`PreHeader`] has as `values`. (The `dict` stays NULL.)
///
/// # Errors
/// Those of [`Heap::malloc`]. If there is no memory for the values, the object must not stay behind:
/// [`give_up`].
pub fn new(heap: &Heap, class: Addr) -> Result<Addr, MemoryError> {
    // task 2.10: the object, and a block of values in front of it
    let op = heap.alloc(class, 0)?;
    let values = new_values(heap, class).inspect_err(|_| give_up(heap, op))?;
    PreHeader::of(heap.memory, op).values().set(Some(values));
    Ok(op)
    // end task 2.10
}

/// Frees an instance that [`new`] could not finish, and takes its reference to its class back.
/// Given.
pub fn give_up(heap: &Heap, op: Addr) {
    let class = heap.type_of(op);
    (heap.slots(op).free)(heap, op);
    let count = PyObject::at(heap.memory, class).ob_refcnt();
    count.set(count.get() - 1);
}

/// A new block for the values of an instance of the class at `class`, all NULL; the address of value
/// 0. Given. (`new_values`, `Objects/dictobject.c`.)
///
/// It has room for as many values as the class's shared keys can still hold. Each new instance takes
/// one from what is still free, down to one, so a class's first instances get more room than later
/// ones: by then it is known how many attributes there are.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn new_values(heap: &Heap, class: Addr) -> Result<Addr, MemoryError> {
    let shared = PyDictKeysObject::at(heap.memory, shared_keys(heap, class));
    let usable = shared.dk_usable();
    if usable.get() > 1 {
        usable.set(usable.get() - 1);
    }
    let capacity = shared.dk_nentries().get() + usable.get();
    let (size, prefix) = (
        PyDictValues::size_for(capacity),
        PyDictValues::prefix_for(capacity),
    );
    let block = heap.malloc(size)?;
    heap.memory.fill(block, size, 0);
    let values = PyDictValues::at(heap.memory, block.plus(prefix));
    values.prefix().set(prefix as u8);
    Ok(values.addr())
}

/// The attribute `name`, an interned `str`, of the instance at `op`, borrowed.
/// (`_PyObject_GenericGetAttrWithDict`, `Objects/object.c`.)
///
/// It is looked for in the instance first ([`own_attr`]), then in its class and the base classes
/// ([`lookup`]).
///
/// # Errors
/// [`ObjectError::Attribute`] with the type's name and the attribute's ([`no_attribute`]).
pub fn get_attr(heap: &Heap, op: Addr, name: Addr) -> Result<Addr, ObjectError> {
    // task 2.10: the instance first, then its class
    let found = own_attr(heap, op, name).or_else(|| lookup(heap, heap.type_of(op), name));
    found.ok_or_else(|| no_attribute(heap, op, name))
    // end task 2.10
}

/// The attribute `name`, an interned `str`, that the instance at `op` has itself, borrowed.
///
/// An instance with a dict has it in the dict ([`dict::get_str`]). Otherwise [`key_index`] says
/// which value it is: no such key, or NULL in its place, is no such attribute.
pub fn own_attr(heap: &Heap, op: Addr, name: Addr) -> Option<Addr> {
    // task 2.10: the class knows which value it is
    let front = PreHeader::of(heap.memory, op);
    if let Some(names) = front.dict().get() {
        return dict::get_str(heap, names, name);
    }
    let index = key_index(heap, heap.type_of(op), name)?;
    let values = PyDictValues::at(heap.memory, front.values().get()?);
    values.value(index).get()
    // end task 2.10
}

/// Sets the attribute `name`, an interned `str`, of the instance at `op`: steals the reference to
/// `value` and returns the old value's, if there was one.
/// (`_PyObject_StoreInstanceAttribute`, `Objects/dictobject.c`.)
///
/// * An instance with a dict keeps it there ([`set_in_dict`]).
/// * Otherwise [`key_index`] says which value it is. If the class does not have the name yet, it is
///   added to the shared keys: [`add_key`] returns its index. If there is no room for it (`None`),
///   the instance gets a dict: [`set_in_dict`] makes it, moves the values into it, and sets the
///   attribute there.
/// * The value's place is replaced. A value that was NULL is new: the prefix notes its index as the
///   next in order (`order(used)`), and `used` grows by one.
///
/// # Errors
/// Those of [`Heap::malloc`]; the reference to `value` is then still the caller's.
pub fn set_attr(
    heap: &Heap,
    op: Addr,
    name: Addr,
    value: Addr,
) -> Result<Option<Addr>, MemoryError> {
    // task 2.10: find or make the place, and replace what it holds
    let front = PreHeader::of(heap.memory, op);
    let class = heap.type_of(op);
    let (Some(values), None) = (front.values().get(), front.dict().get()) else {
        return set_in_dict(heap, op, name, value);
    };
    let known = key_index(heap, class, name);
    let Some(index) = known.or_else(|| add_key(heap, class, name)) else {
        return set_in_dict(heap, op, name, value);
    };
    let values = PyDictValues::at(heap.memory, values);
    let old = values.value(index).replace(Some(value));
    if old.is_none() {
        let used = values.used();
        values.order(u64::from(used.get())).set(index as u8);
        used.set(used.get() + 1);
    }
    Ok(old)
    // end task 2.10
}

/// Begins a call of the method `name`, an interned `str`, of the object at `op`: `op.name(args…)`.
/// Returns the frame. (`LOAD_METHOD` and `CALL`, `Python/ceval.c`.)
///
/// The method is a function that [`get_attr`] finds. The call is an ordinary one ([`names::call`]
/// with the function's code), with one argument more in front: `op` itself, the parameter that
/// Python programmers call `self`. It steals the references to `args`; that to `op` is borrowed, so
/// `self` gets a reference of its own ([`object::new_ref`]).
///
/// # Errors
/// Those of [`get_attr`] and [`names::call`]; [`ObjectError::Type`] (made by [`not_callable`]) if
/// the attribute is not a function.
pub fn call_method(heap: &Heap, op: Addr, name: Addr, args: &[Addr]) -> Result<Addr, ObjectError> {
    // task 2.11: find the function, and call it with the object in front
    let method = get_attr(heap, op, name)?;
    if !is_exact(heap, method, index::FUNCTION) {
        return Err(not_callable(heap, method));
    }
    let mut all = vec![op];
    all.extend_from_slice(args);
    let frame = names::call(heap, function::code(heap, method), &all)?;
    object::new_ref(heap, op);
    Ok(frame)
    // end task 2.11
}

/// The index of `name` in the shared keys of the class at `class`. Given.
pub fn key_index(heap: &Heap, class: Addr, name: Addr) -> Option<u64> {
    let hash = hash::hash_str(heap, name);
    keys::find(heap, shared_keys(heap, class), name, hash)
}

/// Adds `name`, an interned `str`, to the shared keys of the class at `class` and returns its index;
/// `None` if they are full. Given. (`insert_into_dictkeys`.)
///
/// The table borrows the name: interned strings stay.
pub fn add_key(heap: &Heap, class: Addr, name: Addr) -> Option<u64> {
    let shared = shared_keys(heap, class);
    if PyDictKeysObject::at(heap.memory, shared).dk_usable().get() == 0 {
        return None;
    }
    let hash = hash::hash_str(heap, name);
    Some(keys::insert(heap.memory, shared, name, hash))
}

/// Takes the attribute `name` away from the instance at `op` and returns the reference that it held
/// (`del self.name`). Given.
///
/// # Errors
/// [`ObjectError::Attribute`] if the instance does not have it.
pub fn delete_attr(heap: &Heap, op: Addr, name: Addr) -> Result<Addr, ObjectError> {
    let front = PreHeader::of(heap.memory, op);
    if let Some(names) = front.dict().get() {
        return match dict::del_item(heap, names, name) {
            Ok((_, value)) => Ok(value),
            Err(_) => Err(no_attribute(heap, op, name)),
        };
    }
    let missing = || no_attribute(heap, op, name);
    let index = key_index(heap, heap.type_of(op), name).ok_or_else(missing)?;
    let values = front.values().get().ok_or_else(missing)?;
    let values = PyDictValues::at(heap.memory, values);
    let old = values.value(index).replace(None).ok_or_else(missing)?;
    let used = u64::from(values.used().get());
    let mut order: Vec<u8> = (0..used).map(|n| values.order(n).get()).collect();
    order.retain(|&at| u64::from(at) != index);
    for (n, &at) in (0..).zip(&order) {
        values.order(n).set(at);
    }
    values.used().set(order.len() as u8);
    Ok(old)
}

/// The values that the instance at `op` has itself, borrowed, in the order in which they were set,
/// with the names. Given.
pub fn own_attrs(heap: &Heap, op: Addr) -> Vec<(Addr, Addr)> {
    let front = PreHeader::of(heap.memory, op);
    if let Some(names) = front.dict().get() {
        return dict::items(heap, names);
    }
    let Some(values) = front.values().get() else {
        return Vec::new();
    };
    let values = PyDictValues::at(heap.memory, values);
    let shared = PyDictKeysObject::at(heap.memory, shared_keys(heap, heap.type_of(op)));
    let pair = |n| {
        let index = u64::from(values.order(n).get());
        Some((shared.me_key(index).get()?, values.value(index).get()?))
    };
    (0..u64::from(values.used().get()))
        .filter_map(pair)
        .collect()
}

/// Gives the instance at `op` a dict of its own, if it has none, moves the values into it, and frees
/// their block; returns the dict, borrowed. That is what touching `op.__dict__` does, and more
/// attributes than keys can be shared. Given. (`_PyObject_GetDictPtr` and
/// `make_dict_from_instance_attributes`; CPython's dict shares the keys at first.)
///
/// # Errors
/// Those of [`Heap::malloc`]; the instance is then as it was.
pub fn materialize_dict(heap: &Heap, op: Addr) -> Result<Addr, MemoryError> {
    let front = PreHeader::of(heap.memory, op);
    if let Some(names) = front.dict().get() {
        return Ok(names);
    }
    let names = dict::new(heap)?;
    for (name, value) in own_attrs(heap, op) {
        if let Err(error) = dict::set_str(heap, names, name, value) {
            dict::clear(heap, names, &mut |_| {});
            (heap.slots(names).free)(heap, names);
            return Err(error);
        }
    }
    for (name, _) in dict::items(heap, names) {
        object::new_ref(heap, name);
    }
    if let Some(values) = front.values().replace(None) {
        heap.free(PyDictValues::at(heap.memory, values).block());
    }
    front.dict().set(Some(names));
    Ok(names)
}

/// Sets the attribute in the instance's dict, which it makes if there is none yet
/// ([`materialize_dict`]). Steals the reference to `value` and returns the old value's. Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn set_in_dict(
    heap: &Heap,
    op: Addr,
    name: Addr,
    value: Addr,
) -> Result<Option<Addr>, MemoryError> {
    let names = materialize_dict(heap, op)?;
    let is_new = dict::get_str(heap, names, name).is_none();
    let old = dict::set_str(heap, names, name, value)?.value;
    if is_new {
        object::new_ref(heap, name);
    }
    Ok(old)
}

/// The error of an attribute that `op` does not have.
pub fn no_attribute(heap: &Heap, op: Addr, name: Addr) -> ObjectError {
    ObjectError::Attribute {
        type_name: type_name(heap, heap.type_of(op)),
        name: str::to_string(heap, name),
    }
}

/// The error of a call of something that cannot be called.
pub fn not_callable(heap: &Heap, op: Addr) -> ObjectError {
    let name = type_name(heap, heap.type_of(op));
    ObjectError::Type(format!("'{name}' object is not callable"))
}

/// The table of the names that the instances of `class` have in common.
fn shared_keys(heap: &Heap, class: Addr) -> Addr {
    let shared = PyTypeObject::at(heap.memory, class).ht_cached_keys().get();
    shared.expect("a class made by a class statement has shared keys")
}
