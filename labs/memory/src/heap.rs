//! How objects get their memory and their behaviour.

use crate::object::{PyObject, PyTypeObject};
use crate::{Addr, Memory, MemoryError, Root};

/// The manager as a lab sees it: the memory, an allocator in it, and the behaviour of each type.
///
/// A `Heap` has no state of its own. The allocator and the slots are code; everything else is in
/// the range. So a `Heap` on a copy of the memory goes on where the first one stood.
#[derive(Clone, Copy, Debug)]
pub struct Heap<'m> {
    /// The range that everything lives in.
    pub memory: &'m Memory,
    /// Where blocks come from: CPython's object domain.
    pub object: Allocator,
    /// The slot table. A type object's `tp_slots` is an index into it, since a function's address
    /// cannot live in the range.
    pub types: &'m [Slots],
}

/// The functions of an allocator (CPython 3.11: `PyMemAllocatorEx`, `Include/cpython/pymem.h`).
#[derive(Clone, Copy, Debug)]
pub struct Allocator {
    /// Returns a block of at least so many bytes, aligned to the root record's `alignment`. Its
    /// bytes are not initialized. A request of 0 bytes is served as one of 1 byte.
    pub malloc: fn(&Memory, u64) -> Result<Addr, MemoryError>,
    /// Makes a block at least so many bytes large, in place or by moving it; the bytes up to the
    /// smaller of the two sizes stay. On an error the old block is as it was.
    pub realloc: fn(&Memory, Addr, u64) -> Result<Addr, MemoryError>,
    /// Takes a block back.
    pub free: fn(&Memory, Addr),
}

/// Makes an object of type `ty` with `nitems` items; count 1, contents zero or NULL.
pub type AllocFn = fn(&Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError>;
/// Ends an object whose count fell to zero: releases what it refers to, then its memory.
pub type DeallocFn = fn(&Heap, op: Addr);
/// Calls `visit` with each object that `op` refers to, once for each reference.
pub type TraverseFn = fn(&Heap, op: Addr, visit: &mut dyn FnMut(Addr));
/// Drops the references of `op` that could be part of a cycle.
pub type ClearFn = fn(&Heap, op: Addr);
/// Calls the finalizer of `op` (`__del__`); `op` may be alive afterwards.
pub type FinalizeFn = fn(&Heap, op: Addr);
/// Calls `op` with `args`, which are borrowed; returns a new reference.
pub type CallFn = fn(&Heap, op: Addr, args: &[Addr]) -> Result<Addr, MemoryError>;
/// Told that the container `op` has got `key` and `value`, before anything else runs.
pub type MaintainTrackingFn = fn(&Heap, op: Addr, key: Addr, value: Addr);
/// Returns the memory of an object to where it came from.
pub type FreeFn = fn(&Heap, op: Addr);

/// The behaviour of a type: the slots of CPython's `PyTypeObject` that manage memory.
///
/// A later lab changes what an earlier one does by overriding a slot:
/// `Slots { dealloc: list_dealloc, ..objects::LIST }`.
/// (CPython 3.11: `struct _typeobject`, `Include/cpython/object.h`.)
///
/// An entry of the table takes 128 bytes, so that its place is a shift away from its number.
#[derive(Clone, Copy, Debug)]
#[repr(align(128))]
pub struct Slots {
    /// The name of the type, `tp_name`.
    pub name: &'static str,
    /// The size of an object in bytes, without its items and without what lies in front of it
    /// (`tp_basicsize`).
    pub basicsize: u64,
    /// The size of one item in bytes, 0 for types of fixed size (`tp_itemsize`).
    pub itemsize: u64,
    /// Whether a two-word GC head stands in front of the object (`Py_TPFLAGS_HAVE_GC`).
    pub gc: bool,
    /// `tp_alloc`.
    pub alloc: AllocFn,
    /// `tp_dealloc`.
    pub dealloc: DeallocFn,
    /// `tp_traverse`.
    pub traverse: TraverseFn,
    /// `tp_clear`.
    pub clear: ClearFn,
    /// `tp_finalize`, if objects of the type can have one.
    pub finalize: Option<FinalizeFn>,
    /// `tp_del`, if objects of the type can have one: a finalizer from before Python 3.4, which the
    /// cycle collector dares not call. Lab 7.
    pub del: Option<FinalizeFn>,
    /// `tp_call`, if objects of the type can be called.
    pub call: Option<CallFn>,
    /// What a dict calls when it has stored a key and a value: perhaps the collector must look at it
    /// from now on. No slot in CPython, but a macro of `Objects/dictobject.c`, `MAINTAIN_TRACKING`.
    pub maintain_tracking: MaintainTrackingFn,
    /// Gives back the blocks that the type keeps on a free list (`_PyList_ClearFreeList` and its
    /// like; no slot in CPython). Lab 8.
    pub clear_freelist: fn(&Heap),
    /// `tp_free`.
    pub free: FreeFn,
}

impl Slots {
    /// A type whose slots are all empty, to begin a type with: its objects refer to nothing and
    /// cannot be called. Those slots that each type must have panic: `alloc`, `dealloc`, `free`.
    pub const BASE: Slots = Slots {
        name: "",
        basicsize: PyObject::SIZE,
        itemsize: 0,
        gc: false,
        alloc: |heap, ty, _| missing("alloc", heap.slots_of(ty)),
        dealloc: |heap, op| missing("dealloc", heap.slots(op)),
        traverse: |_, _, _| {},
        clear: |_, _| {},
        finalize: None,
        del: None,
        call: None,
        maintain_tracking: |_, _, _, _| {},
        clear_freelist: |_| {},
        free: |heap, op| missing("free", heap.slots(op)),
    };
}

fn missing(slot: &str, slots: &Slots) -> ! {
    panic!("the type {} has no {slot} slot", slots.name)
}

// Out of line, and with its arguments by value: whoever asks for slots keeps them in registers.
#[cold]
#[inline(never)]
#[track_caller]
fn no_such_slots(ty: Addr, index: u64, types: usize) -> ! {
    panic!("{ty} is not a type object: its tp_slots is {index}, and there are {types} types")
}

/// How deep calls of [`Heap::dealloc`] may be nested before it stops the program: far deeper than
/// the trashcan lets it come, and far shallower than a stack that overflows.
pub const MAX_DEALLOC_NESTING: u64 = 10_000;

impl<'m> Heap<'m> {
    /// A block of at least `size` bytes (`PyObject_Malloc`). Its bytes are not initialized.
    ///
    /// # Errors
    /// [`NoMemory`](MemoryError::NoMemory) when the allocator has no such block.
    #[inline(always)] // so that a report names the line of the call, even a call in tail position
    pub fn malloc(&self, size: u64) -> Result<Addr, MemoryError> {
        #[cfg(feature = "watch")]
        let call = self.memory.watch_enter(crate::watch::Call::Malloc { size });
        let block = (self.object.malloc)(self.memory, size);
        #[cfg(feature = "watch")]
        self.memory.watch_leave(call, block.as_ref().ok().copied());
        block
    }

    /// The block at `block`, made at least `size` bytes large, perhaps at another address
    /// (`PyObject_Realloc`).
    ///
    /// # Errors
    /// [`NoMemory`](MemoryError::NoMemory); the old block is then as it was.
    #[inline(always)] // so that a report names the line of the call, even a call in tail position
    pub fn realloc(&self, block: Addr, size: u64) -> Result<Addr, MemoryError> {
        #[cfg(feature = "watch")]
        let call = self
            .memory
            .watch_enter(crate::watch::Call::Realloc { block, size });
        let moved = (self.object.realloc)(self.memory, block, size);
        #[cfg(feature = "watch")]
        self.memory.watch_leave(call, moved.as_ref().ok().copied());
        moved
    }

    /// Takes a block back (`PyObject_Free`).
    #[inline(always)] // so that a report names the line of the call, even a call in tail position
    pub fn free(&self, block: Addr) {
        #[cfg(feature = "watch")]
        let call = self.memory.watch_enter(crate::watch::Call::Free { block });
        (self.object.free)(self.memory, block);
        #[cfg(feature = "watch")]
        self.memory.watch_leave(call, None);
    }

    /// The type of `op` (`Py_TYPE`).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn type_of(&self, op: Addr) -> Addr {
        PyObject::at(self.memory, op).ob_type().get()
    }

    /// The slots of the type at `ty`.
    ///
    /// # Panics
    /// If `ty` is no type object of this heap: its `tp_slots` is no index of the slot table.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn slots_of(&self, ty: Addr) -> &'m Slots {
        let index = PyTypeObject::at(self.memory, ty).tp_slots().get();
        match self.types.get(index as usize) {
            Some(slots) => slots,
            None => no_such_slots(ty, index, self.types.len()),
        }
    }

    /// The slots of the type of `op`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn slots(&self, op: Addr) -> &'m Slots {
        self.slots_of(self.type_of(op))
    }

    /// Makes an object of type `ty` through its `alloc` slot.
    ///
    /// # Errors
    /// Those of the slot.
    pub fn alloc(&self, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
        (self.slots_of(ty).alloc)(self, ty, nitems)
    }

    /// Ends `op` through its type's `dealloc` slot (`_Py_Dealloc`), and counts how deep such calls
    /// are nested.
    ///
    /// # Panics
    /// If they are nested deeper than [`MAX_DEALLOC_NESTING`]: without a trashcan a long chain of
    /// objects would overflow the stack.
    #[track_caller]
    pub fn dealloc(&self, op: Addr) {
        let nesting = Root::of(self.memory).dealloc_nesting();
        let depth = nesting.get().saturating_add(1);
        #[cfg(feature = "watch")]
        if depth > MAX_DEALLOC_NESTING {
            self.memory.watch_nesting(op, MAX_DEALLOC_NESTING);
        }
        assert!(
            depth <= MAX_DEALLOC_NESTING,
            "dealloc nested {MAX_DEALLOC_NESTING} deep: each object of a long chain is ended inside \
             the end of the one before it"
        );
        nesting.set(depth);
        (self.slots(op).dealloc)(self, op);
        nesting.set(depth - 1);
    }
}
