//! Task 6.13: the three domains.

use arenas::arena::address_in_range;
use arenas::domain::allocator_name;
use arenas::{AllocatorName, Domains, domains};
use exam::HeapExam;
use memory::{Addr, Allocator, Classic, Geometry, MemoryError, Modern, WORD};

use super::support::{HEAPS, in_order};

#[test]
fn task_6_13_what_pythonmalloc_chooses() {
    exam::task("6.13", "PYTHONMALLOC names an allocator").plain(|exam| {
        for (value, expected) in [
            (None, Some(AllocatorName::Pymalloc)),
            (Some(""), Some(AllocatorName::Pymalloc)),
            (Some("default"), Some(AllocatorName::Pymalloc)),
            (Some("pymalloc"), Some(AllocatorName::Pymalloc)),
            (Some("malloc"), Some(AllocatorName::Malloc)),
            (Some("Malloc"), None),
            (Some("mimalloc"), None),
            (Some(" malloc"), None),
        ] {
            let found = exam.event(format!("allocator_name({value:?})"), || {
                allocator_name(value)
            });
            exam.equal("the allocator", expected, found);
        }
    });
}

/// Takes 40 bytes with an allocator and gives them back; whether a pool served them.
fn served_by_a_pool<G: Geometry>(exam: &HeapExam, what: &str, allocator: Allocator) -> bool {
    let label = format!("40 bytes of the domain {what}, and 400 for it");
    let found = exam.manager_event(label, |heap| {
        let memory = heap.memory;
        let block = (allocator.malloc)(memory, 40)?;
        let before = address_in_range::<G>(memory, block);
        let block = (allocator.realloc)(memory, block, 400)?;
        let after = address_in_range::<G>(memory, block);
        (allocator.free)(memory, block);
        Ok::<_, MemoryError>((before, after))
    });
    let (before, after) = exam.ok("malloc and realloc", found);
    exam.equal(
        "whether a pool serves it, before and after realloc",
        before,
        after,
    );
    in_order(exam);
    before
}

fn served<G: Geometry>(exam: &HeapExam, all: &Domains) -> [bool; 3] {
    [
        served_by_a_pool::<G>(exam, "raw", all.raw),
        served_by_a_pool::<G>(exam, "mem", all.mem),
        served_by_a_pool::<G>(exam, "object", all.object),
    ]
}

#[test]
fn task_6_13_who_serves_a_domain() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let all = exam.look(|_| domains::<G>(AllocatorName::Pymalloc));
        let found = served::<G>(exam, &all);
        exam.equal(
            "with pymalloc: whether a pool serves raw, mem, object",
            [false, true, true],
            found,
        );
        let all = exam.look(|_| domains::<G>(AllocatorName::Malloc));
        let found = served::<G>(exam, &all);
        exam.equal(
            "with malloc: whether a pool serves raw, mem, object",
            [false, false, false],
            found,
        );
    }
    exam::task(
        "6.13",
        "pools serve objects and memory of Python, and not raw memory",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

/// `[None] * items` as CPython's `list` asks for it: the header is an object, the items are memory of
/// Python. Returns both blocks.
fn list(exam: &HeapExam, all: &Domains, items: u64) -> (Addr, Addr) {
    let label = format!("a list of {items} items: header and items");
    let made = exam.manager_event(label, |heap| {
        // PyGC_Head, ob_refcnt, ob_type, ob_size, ob_item, allocated
        let header = (all.object.malloc)(heap.memory, 7 * WORD)?;
        let items = (all.mem.malloc)(heap.memory, items * WORD)?;
        Ok::<_, MemoryError>((header, items))
    });
    exam.ok("both blocks", made)
}

#[test]
fn task_6_13_a_list_is_two_blocks() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let all = exam.look(|_| domains::<G>(AllocatorName::Pymalloc));
        for (items, small) in [(1, true), (64, true), (65, false), (1000, false)] {
            let (header, block) = list(exam, &all, items);
            let found = exam.manager_look(|heap| {
                [header, block].map(|addr| address_in_range::<G>(heap.memory, addr))
            });
            exam.equal(
                &format!("whether header and {items} items lie in pools"),
                [true, small],
                found,
            );
            exam.manager_event("the list is freed", |heap| {
                (all.mem.free)(heap.memory, block);
                (all.object.free)(heap.memory, header);
            });
        }
        let walk = in_order(exam);
        exam.equal("allocated blocks in pools", 0, walk.blocks().count());
    }
    exam::task("6.13", "a list is two blocks, from two domains")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}
