//! Tasks 5.3 to 5.5: carving blocks, and taking them.

use exam::HeapExam;
use memory::pool::PoolHeader;
use memory::{Addr, Classic, Geometry, Modern, PAGE};
use pools::pool::{init_pool, pool_extend, take_block};

use super::support::{
    HEAPS, block, capacity, carved, class_of_42, count, freeblock, header, pages, ring, used,
};

/// Something that must not be there any more.
const OLD: u64 = 0x6f6c_6421;

#[test]
fn task_5_3_the_header_of_a_new_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = carved::<G>(exam, "pool", class_of_42::<G>());
        let first = block(pool, 48, 0);
        exam.name(first, "the first block");
        let end = G::POOL_SIZE as u32;
        exam.equal(
            "szidx",
            class_of_42::<G>() as u32,
            header(exam, pool, |h| h.szidx().get()),
        );
        exam.equal("freeblock", Some(first), freeblock(exam, pool));
        exam.equal(
            "the first block's first word: no other block is free",
            0,
            exam.word(first),
        );
        exam.equal(
            "nextoffset",
            96,
            header(exam, pool, |h| h.nextoffset().get()),
        );
        exam.equal(
            "maxnextoffset",
            end - 48,
            header(exam, pool, |h| h.maxnextoffset().get()),
        );
    }
    exam::task(
        "5.3",
        "the first block of a pool is carved, and the header says where carving goes on",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_3_a_pool_that_was_used_before() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("The pages are full of old words: the pool has served another class before.");
        let pool = pages::<G>(exam, "pool");
        exam.manager_event("old words all over the pool", |heap| {
            for at in (0..G::POOL_SIZE).step_by(8) {
                heap.memory.store(pool.plus(at), OLD);
            }
        });
        exam.manager_event("init_pool(pool, 0)", |heap| {
            init_pool::<G>(heap.memory, pool, 0)
        });
        let first = block(pool, G::ALIGNMENT, 0);
        exam.equal("freeblock", Some(first), freeblock(exam, pool));
        exam.equal(
            "the first block's first word: no other block is free",
            0,
            exam.word(first),
        );
        let next = (PoolHeader::SIZE + G::ALIGNMENT) as u32;
        exam.equal(
            "nextoffset",
            next,
            header(exam, pool, |h| h.nextoffset().get()),
        );
        let last = (G::POOL_SIZE - G::ALIGNMENT) as u32;
        exam.equal(
            "maxnextoffset",
            last,
            header(exam, pool, |h| h.maxnextoffset().get()),
        );
        exam.equal(
            "the count, which is not init_pool's to change",
            OLD,
            count(exam, pool),
        );
        let links = header(exam, pool, |h| (h.nextpool().get(), h.prevpool().get()));
        let old = Some(Addr::at(OLD));
        exam.equal(
            "the links, which are not init_pool's to change",
            (old, old),
            links,
        );
    }
    exam::task("5.3", "nothing of what a pool was before stays")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_3_nothing_is_touched_early() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Only the header and the first word of the first block may be touched. A pool whose blocks are all linked at once touches all of its pages.");
        let pool = pages::<G>(exam, "pool");
        exam.forbid(
            pool.plus(PoolHeader::SIZE + 8),
            G::POOL_SIZE - PoolHeader::SIZE - 8,
        );
        exam.manager_event("init_pool(pool, 2)", |heap| {
            init_pool::<G>(heap.memory, pool, 2)
        });
        exam.equal("pages touched by init_pool", 1, exam.work().pages);
        exam.at_most("words stored by init_pool", 5, exam.work().stores);
    }
    exam::task("5.3", "the rest of the pool stays untouched")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_3_the_last_block_of_every_class_fits() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = pages::<G>(exam, "pool");
        for szidx in 0..G::CLASSES {
            exam.manager_event(format!("init_pool(pool, {szidx})"), |heap| {
                init_pool::<G>(heap.memory, pool, szidx);
            });
            let size = (szidx + 1) * G::ALIGNMENT;
            let (next, last) = header(exam, pool, |h| {
                (
                    u64::from(h.nextoffset().get()),
                    u64::from(h.maxnextoffset().get()),
                )
            });
            exam.equal(
                "nextoffset: the header and one block",
                PoolHeader::SIZE + size,
                next,
            );
            exam.equal(
                &format!("where a block of {size} bytes at maxnextoffset ends"),
                G::POOL_SIZE,
                last + size,
            );
        }
    }
    exam::task("5.3", "the largest offset of a block depends on its size")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

/// A used pool of the class of 42 bytes whose free list names these blocks, by number.
fn with_free<G: Geometry>(exam: &HeapExam, numbers: &[u64]) -> (Addr, Vec<Addr>) {
    let pool = used::<G>(exam, "pool", class_of_42::<G>());
    let blocks: Vec<Addr> = numbers
        .iter()
        .map(|&number| block(pool, 48, number))
        .collect();
    for (number, &block) in numbers.iter().zip(&blocks) {
        exam.name(block, format!("block {number}"));
    }
    exam.manager_event(format!("its free list: blocks {numbers:?}"), |heap| {
        let header = PoolHeader::at(heap.memory, pool);
        header.nextoffset().set(48 + 48 * 10);
        header.count().set(10 - numbers.len() as u64);
        header.freeblock().set(blocks.first().copied());
        for (index, &block) in blocks.iter().enumerate() {
            let next = blocks.get(index + 1).map_or(0, |next| next.get());
            heap.memory.store(block, next);
            heap.memory.store(block.plus(8), OLD);
        }
    });
    (pool, blocks)
}

fn take<G: Geometry>(exam: &HeapExam, pool: Addr, szidx: u64) -> Option<Addr> {
    exam.manager_event("take_block(pool)", |heap| {
        take_block::<G>(PoolHeader::at(heap.memory, pool), szidx)
    })
}

#[test]
fn task_5_4_along_the_free_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pool, blocks) = with_free::<G>(exam, &[5, 2, 7]);
        let szidx = class_of_42::<G>();
        exam.equal("the block", Some(blocks[0]), take::<G>(exam, pool, szidx));
        exam.equal("freeblock", Some(blocks[1]), freeblock(exam, pool));
        exam.equal("count", 8, count(exam, pool));
        exam.equal(
            "the next block",
            Some(blocks[1]),
            take::<G>(exam, pool, szidx),
        );
        exam.equal("freeblock", Some(blocks[2]), freeblock(exam, pool));
        exam.equal("count", 9, count(exam, pool));
        exam.equal(
            "the second word of a block that was taken",
            OLD,
            exam.word(blocks[0].plus(8)),
        );
    }
    exam::task("5.4", "blocks are taken in the order of the free list")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_4_the_head_of_an_empty_list_has_none() {
    fn test<G: Geometry>(exam: &HeapExam) {
        for szidx in 0..G::CLASSES {
            let found = exam
                .manager_event(format!("take_block(the head of class {szidx})"), |heap| {
                    take_block::<G>(PoolHeader::used(heap.memory, szidx).next(), szidx)
                });
            exam.equal("the block", None, found);
            exam.equal("words stored: a head has no count", 0, exam.work().stores);
        }
    }
    exam::task(
        "5.4",
        "what has no free block gives none, and is left as it is",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_4_three_words() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pool, blocks) = with_free::<G>(exam, &[3, 1, 4]);
        exam.forbid(blocks[0].plus(8), 40);
        exam.forbid(blocks[1], 48);
        exam.forbid(pool.plus(16), PoolHeader::SIZE - 16);
        take::<G>(exam, pool, class_of_42::<G>());
        let work = exam.work();
        exam.equal(
            "words loaded: freeblock, count, the block's first word",
            3,
            work.loads,
        );
        exam.equal("words stored: count, freeblock", 2, work.stores);
    }
    exam::task("5.4", "taking a block costs three words, read or written")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

fn extend<G: Geometry>(exam: &HeapExam, pool: Addr, szidx: u64) {
    exam.manager_event("pool_extend(pool)", |heap| {
        pool_extend::<G>(PoolHeader::at(heap.memory, pool), szidx);
    });
}

#[test]
fn task_5_5_one_more_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("The block behind those that are carved is full of old words.");
        let (pool, _) = with_free::<G>(exam, &[]);
        let next = block(pool, 48, 10);
        exam.name(next, "block 10");
        exam.manager_event("old words in block 10", |heap| {
            for at in (0..48).step_by(8) {
                heap.memory.store(next.plus(at), OLD);
            }
        });
        exam.forbid(next.plus(8), G::POOL_SIZE - (48 + 48 * 10) - 8);
        extend::<G>(exam, pool, class_of_42::<G>());
        exam.equal("freeblock", Some(next), freeblock(exam, pool));
        exam.equal(
            "the first word of the block: no other one is free",
            0,
            exam.word(next),
        );
        let offset = header(exam, pool, |h| h.nextoffset().get());
        exam.equal("nextoffset", 48 + 48 * 11, offset);
        exam.equal(
            "count: a free block is not allocated",
            10,
            count(exam, pool),
        );
        exam.equal(
            "the list of its class",
            vec![pool],
            ring(exam, class_of_42::<G>()),
        );
    }
    exam::task("5.5", "one more block is carved when the free list ends")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_5_the_last_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "The blocks of this class fill the pool to its last byte or leave less than a block.",
        );
        let size = 48;
        let szidx = class_of_42::<G>();
        let pool = used::<G>(exam, "pool", szidx);
        let last = capacity::<G>(size) - 1;
        exam.manager_event("all blocks but the last one are allocated", |heap| {
            let header = PoolHeader::at(heap.memory, pool);
            header.nextoffset().set((48 + size * last) as u32);
            header.freeblock().set(None);
            header.count().set(last);
        });
        extend::<G>(exam, pool, szidx);
        let expected = block(pool, size, last);
        exam.name(expected, "the last block");
        exam.equal("freeblock", Some(expected), freeblock(exam, pool));
        exam.equal("the list of its class", vec![pool], ring(exam, szidx));
    }
    exam::task("5.5", "the last block that fits is carved, too")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_5_a_block_that_ends_where_the_pool_ends() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Blocks of 16 bytes: the last one ends exactly where the pool ends, and begins at maxnextoffset.");
        let size = 16;
        let szidx = size / G::ALIGNMENT - 1;
        let pool = used::<G>(exam, "pool", szidx);
        exam.manager_event("all blocks but the last one are allocated", |heap| {
            let header = PoolHeader::at(heap.memory, pool);
            header.nextoffset().set((G::POOL_SIZE - size) as u32);
            header.freeblock().set(None);
            header.count().set(capacity::<G>(size) - 1);
        });
        extend::<G>(exam, pool, szidx);
        exam.equal(
            "freeblock",
            Some(pool.plus(G::POOL_SIZE - size)),
            freeblock(exam, pool),
        );
        let offset = header(exam, pool, |h| h.nextoffset().get());
        exam.equal(
            "nextoffset: the end of the pool",
            G::POOL_SIZE as u32,
            offset,
        );
    }
    exam::task("5.5", "a block may end where the pool ends")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_5_a_full_pool_leaves_its_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let other = used::<G>(exam, "other", szidx);
        let pool = used::<G>(exam, "pool", szidx);
        let blocks = capacity::<G>(48);
        let end = (48 + 48 * blocks) as u32;
        exam.manager_event("all blocks of the pool are allocated", |heap| {
            let header = PoolHeader::at(heap.memory, pool);
            header.nextoffset().set(end);
            header.freeblock().set(None);
            header.count().set(blocks);
        });
        extend::<G>(exam, pool, szidx);
        exam.equal(
            "the list of its class, without the full pool",
            vec![other],
            ring(exam, szidx),
        );
        exam.equal("freeblock of the full pool", None, freeblock(exam, pool));
        let offset = header(exam, pool, |h| h.nextoffset().get());
        exam.equal("nextoffset, where nothing was carved", end, offset);
    }
    exam::task(
        "5.5",
        "where no block fits any more, the pool is full, and on no list",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_5_a_pool_from_its_first_block_to_its_last() {
    fn test<G: Geometry>(exam: &HeapExam) {
        for size in [16, 48, 160, 512] {
            let szidx = size / G::ALIGNMENT - 1;
            let pool = used::<G>(exam, "pool", szidx);
            let blocks = capacity::<G>(size);
            let taken = exam.manager_event(format!("take_block, {blocks} times"), |heap| {
                let header = PoolHeader::at(heap.memory, pool);
                (0..blocks)
                    .map(|_| take_block::<G>(header, szidx))
                    .collect::<Vec<_>>()
            });
            for (number, found) in (0..).zip(taken) {
                let expected = Some(block(pool, size, number));
                exam.equal(&format!("block {number} of {size} bytes"), expected, found);
            }
            exam.equal("count", blocks, count(exam, pool));
            exam.equal("freeblock of the full pool", None, freeblock(exam, pool));
            exam.equal(
                "the list of its class",
                Vec::<Addr>::new(),
                ring(exam, szidx),
            );
        }
    }
    exam::task(
        "5.5",
        "fresh blocks come in the order of their addresses, until the pool is full",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_5_a_page_at_a_time() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("A pool of 16 KiB has four pages. A page is touched when its first block is carved, which is when the block before it is taken, and not before.");
        let size = 512;
        let szidx = size / G::ALIGNMENT - 1;
        let pool = used::<G>(exam, "pool", szidx);
        let before = exam.pages_touched();
        for taken in 1..capacity::<G>(size) {
            exam.manager_event(format!("take_block, number {taken}"), |heap| {
                take_block::<G>(PoolHeader::at(heap.memory, pool), szidx)
            });
            // One block more than is taken is carved, and its first word is touched.
            let touched = (block(pool, size, taken).get() - pool.get()) / PAGE + 1;
            exam.equal(
                &format!("pages of the pool that are touched, with {taken} blocks taken"),
                touched,
                exam.pages_touched() - before + 1,
            );
        }
    }
    exam::task(
        "5.5",
        "a page of a pool is touched when a block in it is needed",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}
