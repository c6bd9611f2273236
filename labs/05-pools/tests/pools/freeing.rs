//! Tasks 5.9 and 5.10: `free`, and a pool that is not full any more, or empty.

use std::collections::BTreeSet;

use exam::HeapExam;
use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Classic, Further, Geometry, Modern, Root};
use pools::PoolSource;
use pools::free::{back_in_use, give_pool_back};

use super::support::{
    HEAPS, Kits, audit, block, capacity, class_of_42, count, first_empty, free, freeblock,
    freepools, header, malloc, mallocs, pool_of, ring, used,
};

#[test]
fn task_5_9_the_freed_block_is_the_next_one() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [_, b, _] = ["a", "b", "c"].map(|name| malloc(exam, name, 42));
        let pool = pool_of::<G>(b);
        exam.name(pool, "pool");
        free(exam, "b", b);
        exam.equal("freeblock", Some(b), freeblock(exam, pool));
        exam.equal("count", 2, count(exam, pool));
        exam.equal(
            "the first word of b: the block that was first on the free list",
            Some(block(pool, 48, 3)),
            Addr::new(exam.word(b)),
        );
        let d = malloc(exam, "d", 42);
        exam.equal("d", b, d);
        audit::<G>(exam, [pool]);
    }
    exam::task("5.9", "the block that was freed last is handed out next")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_9_in_the_opposite_order() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = mallocs(exam, 6, 42);
        let names = ["a", "b", "c", "d", "e", "f"];
        for (&block, name) in blocks.iter().zip(names) {
            exam.name(block, name);
        }
        for index in [1, 4, 2, 0] {
            free(exam, names[index], blocks[index]);
        }
        for index in [0, 2, 4, 1] {
            let block = exam.try_event("malloc(42)", |heap| heap.malloc(42));
            exam.equal("the block", blocks[index], block);
        }
        audit::<G>(exam, [pool_of::<G>(blocks[0])]);
    }
    exam::task("5.9", "freed blocks come back in the opposite order")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_9_three_words() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("The pool stays a used one. The three words are: freeblock, count, and the first word of the block, which is written and not read.");
        let [_, b, _] = ["a", "b", "c"].map(|name| malloc(exam, name, 42));
        let pool = pool_of::<G>(b);
        exam.forbid(b.plus(8), 40);
        exam.forbid(pool.plus(16), PoolHeader::SIZE - 16);
        free(exam, "b", b);
        let work = exam.work();
        exam.equal(
            "words loaded by free: freeblock, count",
            2,
            work.manager.loads,
        );
        exam.equal(
            "words stored by free: freeblock, count, the link",
            3,
            work.manager.stores,
        );
    }
    exam::task(
        "5.9",
        "giving a block back costs three words, read or written",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_9_a_block_on_every_page_of_the_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("A pool may have more pages than one: its header is where the pool begins, not where the block's page begins.");
        let blocks = mallocs(exam, capacity::<G>(512) - 1, 512);
        let pool = pool_of::<G>(blocks[0]);
        exam.name(pool, "pool");
        let number = blocks.len() as u64;
        for (index, &block) in blocks.iter().enumerate().skip(1).step_by(4) {
            exam.name(block, format!("block {index}"));
            free(exam, &format!("block {index}"), block);
            exam.equal("freeblock of the pool", Some(block), freeblock(exam, pool));
            exam.equal("count of the pool", number - 1, count(exam, pool));
            let again = exam.try_event("malloc(512)", |heap| heap.malloc(512));
            exam.equal("the next block", block, again);
        }
        audit::<G>(exam, [pool]);
    }
    exam::task("5.9", "free finds the pool of any block")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_9_other_blocks_keep_their_bytes() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b, c] = ["a", "b", "c"].map(|name| malloc(exam, name, 48));
        exam.event("a, b and c are filled", |heap| {
            for (block, byte) in [(a, 1), (b, 2), (c, 3)] {
                heap.memory.write_bytes(block, &[byte; 48]);
            }
        });
        free(exam, "b", b);
        for (name, block, byte) in [("a", a, 1u8), ("c", c, 3)] {
            let bytes = exam.event(format!("{name} is read"), |heap| {
                heap.memory.read_bytes(block, 48)
            });
            exam.equal(&format!("the bytes of {name}"), vec![byte; 48], bytes);
        }
        let bytes = exam.quietly(|heap| heap.memory.read_bytes(b.plus(8), 40));
        exam.equal(
            "the bytes of b behind its first word, which nobody clears",
            vec![2; 40],
            bytes,
        );
        audit::<G>(exam, [pool_of::<G>(a)]);
    }
    exam::task(
        "5.9",
        "freeing a block writes one word of it, and no word of another",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_a_full_pool_gets_a_free_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let blocks = mallocs(exam, capacity::<G>(48), 42);
        let pool = pool_of::<G>(blocks[0]);
        exam.name(pool, "pool");
        exam.equal(
            "the list, while the pool is full",
            Vec::<Addr>::new(),
            ring(exam, szidx),
        );
        exam.name(blocks[9], "block 9");
        free(exam, "block 9", blocks[9]);
        exam.equal("the list of its class", vec![pool], ring(exam, szidx));
        exam.equal(
            "the block's first word: no other block is free",
            0,
            exam.word(blocks[9]),
        );
        let again = malloc(exam, "again", 42);
        exam.equal("the next block", blocks[9], again);
        exam.equal(
            "the list, with the pool full again",
            Vec::<Addr>::new(),
            ring(exam, szidx),
        );
        audit::<G>(exam, [pool]);
    }
    exam::task(
        "5.10",
        "a full pool is used again as soon as one of its blocks is free",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_in_front_of_the_others() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let full = mallocs(exam, capacity::<G>(48), 42);
        let other = pool_of::<G>(malloc(exam, "one more", 42));
        let pool = pool_of::<G>(full[0]);
        exam.name(pool, "the full pool");
        exam.name(other, "the other pool");
        exam.equal("the list of the class", vec![other], ring(exam, szidx));
        free(exam, "a block of the full pool", full[3]);
        exam.equal(
            "the list of the class",
            vec![pool, other],
            ring(exam, szidx),
        );
        let next = malloc(exam, "next", 42);
        exam.equal("the next block", full[3], next);
        audit::<G>(exam, [pool, other]);
    }
    exam::task(
        "5.10",
        "a pool that was full comes in front, so that it is filled first",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_back_in_use_reads_the_class_of_the_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = G::CLASSES - 1;
        let pool = used::<G>(exam, "pool", szidx);
        exam.manager_event("the pool is full", |heap| {
            pools::used::unlink(heap.memory, pool);
        });
        exam.manager_event("back_in_use(pool)", |heap| {
            back_in_use(PoolHeader::at(heap.memory, pool));
        });
        for other in 0..G::CLASSES {
            let expected = if other == szidx {
                vec![pool]
            } else {
                Vec::new()
            };
            exam.equal(
                &format!("the list of class {other}"),
                expected,
                ring(exam, other),
            );
        }
    }
    exam::task("5.10", "a pool comes on the list of its own class")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_the_last_block_of_a_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let a = malloc(exam, "a", 42);
        let pool = pool_of::<G>(a);
        exam.name(pool, "pool");
        free(exam, "a", a);
        exam.equal("count", 0, count(exam, pool));
        exam.equal(
            "the list of its class",
            Vec::<Addr>::new(),
            ring(exam, szidx),
        );
        exam.equal("the list of empty pools", vec![pool], freepools(exam));
        exam.equal("freeblock, which stays", Some(a), freeblock(exam, pool));
        let class = header(exam, pool, |h| h.szidx().get());
        exam.equal("szidx, which stays", szidx as u32, class);
        audit::<G>(exam, [pool]);
    }
    exam::task(
        "5.10",
        "a pool without an allocated block goes to the empty ones",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_an_empty_pool_serves_another_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b] = ["a", "b"].map(|name| malloc(exam, name, 42));
        let pool = pool_of::<G>(a);
        exam.name(pool, "pool");
        free(exam, "b", b);
        free(exam, "a", a);
        let large = malloc(exam, "large", 512);
        exam.equal(
            "large: the first block of the same pool",
            block(pool, 512, 0),
            large,
        );
        exam.equal(
            "the list of empty pools",
            Vec::<Addr>::new(),
            freepools(exam),
        );
        let old = ring(exam, class_of_42::<G>());
        exam.equal("the list of its old class", Vec::<Addr>::new(), old);
        let again = malloc(exam, "again", 42);
        exam.check(
            "a request of 42 bytes gets another pool",
            pool_of::<G>(again) != pool,
        );
        audit::<G>(exam, [pool, pool_of::<G>(again)]);
    }
    exam::task(
        "5.10",
        "an empty pool may be used for blocks of another size",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_an_empty_pool_leaves_the_middle_of_a_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = class_of_42::<G>();
        let number = capacity::<G>(48);
        let blocks = mallocs(exam, 3 * number, 42);
        let rows: Vec<&[Addr]> = blocks.chunks(number as usize).collect();
        let pools = [0, 1, 2].map(|index| pool_of::<G>(rows[index][0]));
        for (index, pool) in pools.into_iter().enumerate() {
            exam.name(pool, format!("pool {index}"));
        }
        for (index, row) in rows.iter().enumerate() {
            free(exam, &format!("one block of pool {index}"), row[0]);
        }
        exam.equal(
            "the list",
            vec![pools[2], pools[1], pools[0]],
            ring(exam, szidx),
        );
        super::support::frees(exam, "all other blocks of pool 1", &rows[1][1..]);
        exam.equal(
            "the list, without pool 1",
            vec![pools[2], pools[0]],
            ring(exam, szidx),
        );
        exam.equal("the list of empty pools", vec![pools[1]], freepools(exam));
        audit::<G>(exam, pools);
    }
    exam::task("5.10", "an empty pool leaves its list wherever it stands")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

/// A source of the test's own: it writes the pool that it gets back into another word of the root.
const WRITES_DOWN: PoolSource = PoolSource {
    allocate: |_| Err(memory::MemoryError::NoMemory { requested: 1 }),
    free: |memory, pool| Root::of(memory).unused_arena_objects().set(Some(pool)),
};

/// What [`WRITES_DOWN`] got back.
fn written_down(exam: &HeapExam) -> Option<Addr> {
    exam.quietly(|heap| Root::of(heap.memory).unused_arena_objects().get())
}

#[test]
fn task_5_10_the_source_gets_the_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Lab 6 has another source. So an empty pool goes to the source that free was given, and not always to free_pool.");
        let pool = used::<G>(exam, "pool", 1);
        exam.manager_event("give_pool_back(pool), to a source of the test", |heap| {
            give_pool_back::<G>(PoolHeader::at(heap.memory, pool), &WRITES_DOWN);
        });
        exam.equal(
            "the pool that the source got",
            Some(pool),
            written_down(exam),
        );
        exam.equal(
            "the list of empty pools, which is another source's",
            None,
            first_empty(exam),
        );
        exam.equal("the list of its class", Vec::<Addr>::new(), ring(exam, 1));
    }
    exam::task("5.10", "an empty pool goes back to its source")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_free_hands_its_source_on() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let a = exam.manager_event("a = malloc(42), from the pools of this lab", |heap| {
            pools::malloc::<G>(heap.memory, 42, &pools::fresh_pools::<G>())
        });
        let a = exam.ok("a = malloc(42)", a);
        exam.name(a, "a");
        exam.manager_event("free(a), with a source of the test", |heap| {
            pools::free::<G>(heap.memory, a, &WRITES_DOWN);
        });
        exam.equal(
            "the pool that the source got",
            Some(pool_of::<G>(a)),
            written_down(exam),
        );
        exam.equal(
            "the list of empty pools, which is another source's",
            None,
            first_empty(exam),
        );
    }
    exam::task(
        "5.10",
        "free gives an empty pool to the source that it was called with",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_everything_comes_back() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let number = 3 * capacity::<G>(48);
        let blocks = mallocs(exam, number, 42);
        let pools: BTreeSet<Addr> = blocks.iter().map(|&block| pool_of::<G>(block)).collect();
        let touched = exam.pages_touched();
        super::support::frees(exam, "all blocks", &blocks);
        exam.leaks(0);
        let empty: BTreeSet<Addr> = freepools(exam).into_iter().collect();
        exam.equal("the empty pools: all of them", &pools, &empty);
        let again = mallocs(exam, number, 42);
        exam.equal(
            "pages touched by as many blocks again",
            0,
            exam.work().pages,
        );
        exam.equal("pages touched in all", touched, exam.pages_touched());
        let used: BTreeSet<Addr> = again.iter().map(|&block| pool_of::<G>(block)).collect();
        exam.equal("the pools of these blocks: the same ones", &pools, &used);
        audit::<G>(exam, pools);
    }
    exam::task("5.10", "what was given back is enough for as much again")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_a_full_heap_that_is_emptied() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let fill = |size: u64| {
            exam.event(format!("malloc({size}), until there is no more"), |heap| {
                let mut blocks = Vec::new();
                while let Ok(block) = heap.malloc(size) {
                    blocks.push(block);
                }
                blocks
            })
        };
        let blocks = fill(500);
        super::support::frees(exam, "all blocks", &blocks);
        let pools: BTreeSet<Addr> = blocks.iter().map(|&block| pool_of::<G>(block)).collect();
        audit::<G>(exam, pools.iter().copied());
        let others = fill(100);
        let used: BTreeSet<Addr> = others.iter().map(|&block| pool_of::<G>(block)).collect();
        exam.equal(
            "the pools: all of them, with blocks of another size",
            &pools,
            &used,
        );
        audit::<G>(exam, pools);
    }
    exam::task(
        "5.10",
        "after a full heap was emptied, all of it can be used for another size",
    )
    .heaps(HEAPS)
    .size(1 << 20)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_going_further_in_the_order_of_addresses() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("With the switch G::RECARVE an empty pool forgets its class: it is carved again, from its first block on.");
        let blocks = mallocs(exam, 6, 42);
        let pool = pool_of::<G>(blocks[0]);
        let shuffled = [3, 0, 5, 1, 4, 2].map(|index| blocks[index]);
        super::support::frees(exam, "all blocks, in a random order", &shuffled);
        let szidx = header(exam, pool, |h| h.szidx().get());
        exam.equal("szidx of the empty pool", DUMMY_SIZE_IDX, szidx);
        let again = mallocs(exam, 6, 42);
        exam.equal("the blocks that are handed out then", blocks, again);
        audit::<G>(exam, [pool]);
    }
    exam::task(
        "5.10",
        "Going further: an emptied pool is carved again in the order of addresses",
    )
    .heaps([
        (
            "Classic, with the switches of Going further",
            Further::<Classic>::POOLS,
        ),
        (
            "Modern, with the switches of Going further",
            Further::<Modern>::POOLS,
        ),
    ])
    .run([test::<Further<Classic>>, test::<Further<Modern>>]);
}
