//! `Heap`: types by their slots, and how deep `dealloc` nests.

use std::panic::{AssertUnwindSafe, catch_unwind};

use memory::heap::MAX_DEALLOC_NESTING;
use memory::object::{PyObject, PyTypeObject};
use memory::{Addr, Heap, Memory, Root, Slots};

use crate::common::{PLAIN, lay_out};

const TYPE: Addr = Addr::at(0x3000);
const OBJECT: Addr = Addr::at(0x3100);

static TYPES: [Slots; 1] = [Slots {
    name: "chain",
    basicsize: 24,
    alloc: |heap, _, _| heap.malloc(24),
    // Ends itself again, as a chain without a trashcan does, until it has been ended 20 times.
    dealloc: |heap, op| {
        let count = PyObject::at(heap.memory, op).ob_refcnt();
        if count.get() > 0 {
            count.set(count.get() - 1);
            heap.dealloc(op);
        }
    },
    free: |heap, op| heap.free(op),
    ..Slots::BASE
}];

fn memory() -> Memory {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    lay_out(&memory, 0x3000);
    PyObject::at(&memory, OBJECT).ob_type().set(TYPE);
    memory
}

fn heap(memory: &Memory) -> Heap<'_> {
    Heap {
        memory,
        object: PLAIN,
        types: &TYPES,
    }
}

#[test]
fn an_objects_slots_are_its_types() {
    let memory = memory();
    let heap = heap(&memory);
    assert_eq!(heap.type_of(OBJECT), TYPE);
    assert_eq!(heap.slots(OBJECT).name, "chain");
    assert!(heap.alloc(TYPE, 0).is_ok());
}

#[test]
fn what_is_no_type_is_named() {
    let memory = memory();
    PyTypeObject::at(&memory, TYPE).tp_slots().set(99);
    let panic = catch_unwind(AssertUnwindSafe(|| heap(&memory).slots(OBJECT)));
    let panic = panic.map(|slots| slots.name).expect_err("99 is no index");
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(text.contains("0x3000") && text.contains("99"), "{text}");
}

#[test]
fn nesting_is_counted_and_ends_where_it_began() {
    let memory = memory();
    PyObject::at(&memory, OBJECT).ob_refcnt().set(20);
    heap(&memory).dealloc(OBJECT);
    assert_eq!(PyObject::at(&memory, OBJECT).ob_refcnt().get(), 0);
    assert_eq!(Root::of(&memory).dealloc_nesting().get(), 0);
}

#[test]
fn nesting_too_deep_is_a_message_and_no_overflow() {
    let memory = memory();
    // As after so many calls.
    let nesting = Root::of(&memory).dealloc_nesting();
    // The last is no depth: somebody has written over it.
    for depth in [MAX_DEALLOC_NESTING - 10, u64::MAX] {
        nesting.set(depth);
        PyObject::at(&memory, OBJECT).ob_refcnt().set(20);
        let panic = catch_unwind(AssertUnwindSafe(|| heap(&memory).dealloc(OBJECT)));
        let panic = panic.expect_err("20 more are too many");
        let text = panic.downcast_ref::<&str>().copied().map(String::from);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        let text = text.expect("a text");
        assert!(text.contains("nested 10000 deep"), "{text}");
    }
}
