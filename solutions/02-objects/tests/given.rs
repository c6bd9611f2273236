//! What is given in lab 2, where no task's test looks.

use memory::object::PyObject;
use memory::{Addr, Heap, Memory, MemoryError};
use objects_solution::{PLAIN, TYPES, int, names, object, start, str};

/// A dict that cannot grow leaves the count of the name as it was: no reference was stored.
#[test]
fn a_name_that_cannot_be_stored_is_not_counted() -> Result<(), Box<dyn std::error::Error>> {
    let memory = Memory::new(1 << 20)?;
    let heap = Heap {
        memory: &memory,
        object: PLAIN,
        types: TYPES,
    };
    start(&heap)?;
    let words: Vec<Addr> = (0..200)
        .map(|n| str::intern(&heap, &format!("name_{n}")))
        .collect::<Result<_, MemoryError>>()?;
    let value = int::from_i64(&heap, 1025)?;
    for size in [1 << 14, 1 << 10, 256, 64, 1] {
        while heap.malloc(size).is_ok() {}
    }
    let count = |op| PyObject::at(&memory, op).ob_refcnt().get();
    let failed = words.iter().find_map(|&name| {
        let before = count(name);
        let result = names::store_global(&heap, name, object::new_ref(&heap, value));
        result.is_err().then(|| (before, count(name)))
    });
    let (before, after) = failed.ok_or("the dict never had to grow")?;
    assert_eq!(before, after);
    Ok(())
}
