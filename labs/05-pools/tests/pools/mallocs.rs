//! Tasks 5.7 and 5.8: a pool for a class, and `malloc`.

use exam::HeapExam;
use memory::pool::PoolHeader;
use memory::{Addr, Classic, Geometry, MemoryError, Modern, PAGE, Root};
use pools::malloc::new_pool;
use pools::{PoolSource, fresh_pools};

use super::support::{
    HEAPS, audit, block, capacity, class_of_42, count, freeblock, freepools, header, malloc,
    mallocs, pool_of, ring, used,
};

fn new<G: Geometry>(exam: &HeapExam, name: &str, szidx: u64) -> Addr {
    let label = format!("{name} = new_pool({szidx})");
    let pool = exam.manager_event(label.clone(), |heap| {
        new_pool::<G>(heap.memory, szidx, &fresh_pools::<G>())
    });
    let pool = exam.ok(&label, pool);
    exam.name(pool, name);
    pool
}

#[test]
fn task_5_7_a_pool_that_was_never_used() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let other = used::<G>(exam, "other", szidx);
        let pool = new::<G>(exam, "pool", szidx);
        exam.equal(
            "szidx",
            szidx as u32,
            header(exam, pool, |h| h.szidx().get()),
        );
        exam.equal("count", 0, count(exam, pool));
        exam.equal(
            "freeblock: the first block",
            Some(block(pool, 48, 0)),
            freeblock(exam, pool),
        );
        exam.equal(
            "the list of the class",
            vec![pool, other],
            ring(exam, szidx),
        );
    }
    exam::task(
        "5.7",
        "a new pool is carved, and comes in front of its class's list",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

/// An empty pool on the list of empty ones, which has served class `szidx` with blocks of 48 bytes. Its
/// free list names blocks 2, 0 and 1.
fn emptied<G: Geometry>(exam: &HeapExam, szidx: u64) -> Addr {
    let pool = new::<G>(exam, "pool", szidx);
    exam.manager_event(
        "pool has been emptied; its free list: blocks 2, 0, 1; its count is an old one: 77",
        |heap| {
            pools::used::unlink(heap.memory, pool);
            let header = PoolHeader::at(heap.memory, pool);
            header.nextoffset().set(48 + 3 * 48);
            header.count().set(77);
            header.freeblock().set(Some(block(pool, 48, 2)));
            heap.memory
                .store(block(pool, 48, 2), block(pool, 48, 0).get());
            heap.memory
                .store(block(pool, 48, 0), block(pool, 48, 1).get());
            heap.memory.store(block(pool, 48, 1), 0);
            pools::source::free_pool(heap.memory, pool);
        },
    );
    pool
}

#[test]
fn task_5_7_the_same_class_again() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let pool = emptied::<G>(exam, szidx);
        let again = new::<G>(exam, "again", szidx);
        exam.equal("the pool: the empty one", pool, again);
        exam.equal(
            "freeblock, which is still right",
            Some(block(pool, 48, 2)),
            freeblock(exam, pool),
        );
        let offset = header(exam, pool, |h| h.nextoffset().get());
        exam.equal("nextoffset, which is still right", 48 + 3 * 48, offset);
        exam.equal(
            "count: nothing is allocated, whatever it was before",
            0,
            count(exam, pool),
        );
        exam.equal("the list of the class", vec![pool], ring(exam, szidx));
        exam.equal(
            "the list of empty pools",
            Vec::<Addr>::new(),
            freepools(exam),
        );
    }
    exam::task(
        "5.7",
        "a pool that served the same class keeps its free list",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_7_another_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("A free list of blocks of 48 bytes, taken for blocks of 512 bytes, would hand out blocks that lie over each other.");
        let pool = emptied::<G>(exam, class_of_42::<G>());
        let szidx = G::CLASSES - 1;
        let again = new::<G>(exam, "again", szidx);
        exam.equal("the pool: the empty one", pool, again);
        exam.equal(
            "szidx",
            szidx as u32,
            header(exam, pool, |h| h.szidx().get()),
        );
        exam.equal(
            "freeblock: the first block",
            Some(block(pool, 512, 0)),
            freeblock(exam, pool),
        );
        exam.equal(
            "its first word: no other block is free",
            0,
            exam.word(block(pool, 512, 0)),
        );
        exam.equal(
            "nextoffset",
            48 + 512,
            header(exam, pool, |h| h.nextoffset().get()),
        );
        exam.equal("count: nothing is allocated", 0, count(exam, pool));
        exam.equal("the list of its new class", vec![pool], ring(exam, szidx));
        let old = ring(exam, class_of_42::<G>());
        exam.equal("the list of its old class", Vec::<Addr>::new(), old);
    }
    exam::task("5.7", "a pool that served another class is carved anew")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

/// A source that has nothing.
const NOTHING: PoolSource = PoolSource {
    allocate: |_| Err(MemoryError::NoMemory { requested: 4711 }),
    free: |_, _| {},
};

#[test]
fn task_5_7_the_source_has_nothing() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let before = exam.quietly(|heap| heap.memory.snapshot());
        let found = exam.manager_event("new_pool(1), with a source that has nothing", |heap| {
            new_pool::<G>(heap.memory, 1, &NOTHING)
        });
        let error = exam.err("new_pool(1), with a source that has nothing", found);
        exam.equal(
            "the error: the source's own",
            MemoryError::NoMemory { requested: 4711 },
            error,
        );
        exam.equal("words stored", 0, exam.work().stores);
        let after = exam.quietly(|heap| heap.memory.snapshot());
        exam.check("the memory is as it was", before == after);
    }
    exam::task("5.7", "without a pool nothing is written")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_42_bytes() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let a = malloc(exam, "a", 42);
        let b = malloc(exam, "b", 42);
        let c = malloc(exam, "c", 41);
        let d = malloc(exam, "d", 48);
        let pool = pool_of::<G>(a);
        exam.name(pool, "pool");
        exam.equal("a: the first block of the pool", block(pool, 48, 0), a);
        exam.equal("b, 48 bytes behind a", block(pool, 48, 1), b);
        exam.equal("c, for 41 bytes, of the same class", block(pool, 48, 2), c);
        exam.equal("d, for 48 bytes, of the same class", block(pool, 48, 3), d);
        exam.equal("count", 4, count(exam, pool));
        audit::<G>(exam, [pool]);
    }
    exam::task(
        "5.8",
        "blocks for 41 to 48 bytes stand 48 bytes apart in one pool",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_a_pool_for_each_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut pools = Vec::new();
        for szidx in 0..G::CLASSES {
            let size = (szidx + 1) * G::ALIGNMENT;
            let large = malloc(exam, &format!("a block of {size} bytes"), size);
            let small = malloc(
                exam,
                &format!("another of class {szidx}"),
                size + 1 - G::ALIGNMENT,
            );
            let pool = pool_of::<G>(large);
            exam.check(
                &format!(
                    "requests of {} and {size} bytes share a pool",
                    size + 1 - G::ALIGNMENT
                ),
                pool == pool_of::<G>(small),
            );
            exam.check(
                &format!("the pool of {size} bytes serves no other class"),
                !pools.contains(&pool),
            );
            pools.push(pool);
        }
        audit::<G>(exam, pools);
    }
    exam::task(
        "5.8",
        "a pool has blocks of one class, and each class its own pools",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_four_words() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("There is a used pool of the class. The four words are: nextpool of the list's head, the pool's freeblock and count, and the first word of the block. All four are read; freeblock and count are then written, too. No other word of the header is of use to this event.");
        let a = malloc(exam, "a", 42);
        let pool = pool_of::<G>(a);
        exam.name(pool, "pool");
        let [first, second] = [1, 2].map(|number| block(pool, 48, number));
        exam.manager_event("two blocks are free", |heap| {
            let header = PoolHeader::at(heap.memory, pool);
            header.nextoffset().set(48 + 3 * 48);
            heap.memory.store(first, second.get());
            heap.memory.store(second, 0);
        });
        exam.forbid(pool.plus(16), PoolHeader::SIZE - 16);
        let b = malloc(exam, "b", 42);
        let work = exam.work();
        exam.equal("b: the first free block", first, b);
        exam.equal("words loaded by malloc", 4, work.manager.loads);
        exam.equal("words stored by malloc", 2, work.manager.stores);
        exam.equal("pages touched by malloc", 0, work.manager.pages);
    }
    exam::task(
        "5.8",
        "a block from a used pool costs four words, read or written",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_a_full_pool_and_the_next_one() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let number = capacity::<G>(48);
        let first = pool_of::<G>(mallocs(exam, number, 42)[0]);
        exam.name(first, "the full pool");
        exam.equal("its count", number, count(exam, first));
        exam.equal(
            "the list of its class",
            Vec::<Addr>::new(),
            ring(exam, szidx),
        );
        let next = malloc(exam, "the next block", 42);
        let second = pool_of::<G>(next);
        exam.check("the next block comes from another pool", second != first);
        exam.equal("the list of the class", vec![second], ring(exam, szidx));
        exam.equal("blocks that are live", number + 1, exam.live_blocks());
        audit::<G>(exam, [first, second]);
    }
    exam::task("5.8", "when a pool is full, the next one is begun")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_pages_are_touched_when_they_are_needed() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("A block of 512 bytes is carved when the one before it is taken: so as many pages are touched as these blocks lie in, and at most one more in each pool.");
        let before = exam.pages_touched();
        let mut pages = std::collections::BTreeSet::new();
        for number in 1..=3 * capacity::<G>(512) {
            let block = malloc(exam, "a block", 512);
            pages.insert(pool_of::<G>(block).get() / PAGE);
            pages.extend([block.get() / PAGE, block.plus(511).get() / PAGE]);
            exam.at_most(
                &format!("pages touched after {number} blocks"),
                pages.len() as u64 + 1,
                exam.pages_touched() - before,
            );
        }
    }
    exam::task(
        "5.8",
        "no page is touched long before a block in it is handed out",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_malloc_hands_its_source_on() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "Lab 6 has another source. So a new pool comes from the source that malloc was given.",
        );
        let found = exam.manager_event("malloc(42), with a source that has nothing", |heap| {
            pools::malloc::<G>(heap.memory, 42, &NOTHING)
        });
        let error = exam.err("malloc(42), with a source that has nothing", found);
        let expected = MemoryError::NoMemory { requested: 4711 };
        exam.equal("the error: the source's own", expected, error);
        exam.equal("words stored", 0, exam.work().stores);
    }
    exam::task(
        "5.8",
        "malloc takes a new pool from the source that it was called with",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_8_requests_that_no_class_serves() {
    fn test(exam: &HeapExam) {
        let a = malloc(exam, "a", 42);
        let before = exam.quietly(|heap| heap.memory.snapshot());
        for size in [0, 513, 4096, heap_size(exam), u64::MAX] {
            let label = format!("malloc({size})");
            let found = exam.event(label.clone(), |heap| heap.malloc(size));
            let error = exam.err(&label, found);
            exam.equal(&label, MemoryError::NoMemory { requested: size }, error);
            let after = exam.quietly(|heap| heap.memory.snapshot());
            exam.check("the memory is as it was", before == after);
        }
        let b = malloc(exam, "b", 42);
        exam.equal("b, 48 bytes behind a", a.plus(48), b);
    }
    exam::task(
        "5.8",
        "a request that no class serves is an error, and changes nothing",
    )
    .heaps(HEAPS)
    .run([test, test]);
}

fn heap_size(exam: &HeapExam) -> u64 {
    exam.quietly(|heap| 2 * heap.memory.size())
}

#[test]
fn task_5_8_a_full_heap() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = exam.event("malloc(500), until there is no more", |heap| {
            let mut blocks = Vec::new();
            while let Ok(block) = heap.malloc(500) {
                blocks.push(block);
            }
            blocks
        });
        let room = exam.quietly(|heap| {
            let heap = Root::of(heap.memory).region(memory::Region::Heap);
            (heap.limit().get() - heap.start().get()) / G::POOL_SIZE
        });
        let expected = room * capacity::<G>(512) - 3 * capacity::<G>(512);
        exam.check(
            &format!("about {room} pools are used before the heap is full"),
            blocks.len() as u64 >= expected,
        );
        let again = exam.event("malloc(500)", |heap| heap.malloc(500));
        exam.err("malloc(500) in a full heap", again);
        let pools: std::collections::BTreeSet<Addr> =
            blocks.into_iter().map(pool_of::<G>).collect();
        audit::<G>(exam, pools);
    }
    exam::task(
        "5.8",
        "a heap that is full is an error, and every record is in order",
    )
    .heaps(HEAPS)
    .size(1 << 20)
    .run([test::<Classic>, test::<Modern>]);
}
