//! The exam, tried on a toy lab.

use memory::{Addr, Allocator, Heap, Memory, MemoryError, Region, Root};

fn start(heap: &Heap) -> Result<(), MemoryError> {
    let record = Root::of(heap.memory).region(Region::Heap);
    record.start().set(0x4000);
    record.end().set(0x4000);
    record.limit().set(heap.memory.size());
    Ok(())
}

fn grow(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    let record = Root::of(memory).region(Region::Heap);
    let end = record.end().get();
    record.end().set(end + bytes);
    Ok(Addr::at(end))
}

const TOY: exam::Kit = exam::Kit {
    object: Allocator {
        malloc: |memory, size| memory::plain::malloc(memory, size, grow),
        realloc: |memory, block, size| memory::plain::realloc(memory, block, size, grow),
        free: memory::plain::free,
    },
    types: &[],
    start,
    alignments: &[8, 16],
};

#[test]
fn a_right_lab_passes_and_prints_nothing() {
    exam::task("3.2", "blocks are apart").heap(TOY).run(|exam| {
        let a = exam.try_event("a = malloc(16)", |heap| heap.malloc(16));
        exam.name(a, "a");
        let b = exam.try_event("b = malloc(16)", |heap| heap.malloc(16));
        exam.check("a and b are two blocks", a != b);
    });
}
