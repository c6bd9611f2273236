//! Task 5.11: what each block of a pool is.

use exam::HeapExam;
use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Classic, Geometry, Modern};
use pools::inspect::BlockState::{Allocated, Free, Untouched};
use pools::inspect::{BlockState, BrokenFreeList, Place, block_states, place};

use super::support::{
    HEAPS, block, capacity, class_of_42, frees, malloc, mallocs, pages, pool_of, used,
};

/// `place(addr)` in words.
fn place_of<G: Geometry>(exam: &HeapExam, words: &str, addr: Addr) -> Option<Place> {
    exam.manager_event(format!("place({words})"), |heap| {
        place::<G>(heap.memory, addr)
    })
}

pub(crate) fn states<G: Geometry>(
    exam: &HeapExam,
    pool: Addr,
) -> Result<Vec<BlockState>, BrokenFreeList> {
    exam.manager_event("block_states(pool)", |heap| {
        block_states::<G>(heap.memory, pool)
    })
}

/// The states of the first blocks as letters: `A` allocated, `F` free, `.` untouched; and how many of
/// the rest are untouched.
fn letters(states: &[BlockState]) -> String {
    let end = states.iter().rposition(|&state| state != Untouched);
    let (first, rest) = states.split_at(end.map_or(0, |end| end + 1));
    let letter = |state: &BlockState| match state {
        Allocated => 'A',
        Free => 'F',
        Untouched => '.',
    };
    let first: String = first.iter().map(letter).collect();
    format!("{first}, and {} untouched", rest.len())
}

#[test]
fn task_5_11_where_an_address_lies() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = used::<G>(exam, "pool", class_of_42::<G>());
        let last = capacity::<G>(48) - 1;
        let at = |number, offset| Some(Place { number, offset });
        for (words, bytes, expected) in [
            ("the pool itself", 0, None),
            ("40 bytes into the header", 40, None),
            ("the first block", 48, at(0, 0)),
            ("8 bytes into the first block", 56, at(0, 8)),
            ("the last byte of the first block", 95, at(0, 47)),
            ("the second block", 96, at(1, 0)),
            ("40 bytes into block 7", 48 + 7 * 48 + 40, at(7, 40)),
            ("the last block", 48 + 48 * last, at(last, 0)),
        ] {
            let found = place_of::<G>(exam, words, pool.plus(bytes));
            exam.equal(&format!("place({words})"), expected, found);
        }
    }
    exam::task(
        "5.11",
        "an address is so many bytes into a block, or in no block",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_behind_the_last_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Blocks of 512 bytes: behind the last one 464 bytes of the pool are left over.");
        let pool = used::<G>(exam, "pool", G::CLASSES - 1);
        let end = 48 + 512 * capacity::<G>(512);
        let before = place_of::<G>(exam, "the last byte of the last block", pool.plus(end - 1));
        let last = Place {
            number: capacity::<G>(512) - 1,
            offset: 511,
        };
        exam.equal("the last byte of the last block", Some(last), before);
        for behind in [end, end + 8, G::POOL_SIZE - 1] {
            let words = format!("{behind} bytes into the pool");
            let found = place_of::<G>(exam, &words, pool.plus(behind));
            exam.equal(
                &format!("place({words}), behind the last block"),
                None,
                found,
            );
        }
    }
    exam::task("5.11", "what is left over at the end of a pool is no block")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_a_pool_without_a_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = pages::<G>(exam, "pool");
        exam.note("Classes are numbered from 0 to G::CLASSES - 1: any other szidx is no class.");
        for (szidx, words) in [
            (DUMMY_SIZE_IDX, "DUMMY_SIZE_IDX"),
            (G::CLASSES as u32, "G::CLASSES"),
        ] {
            exam.manager_event(format!("pool was never used: szidx = {words}"), |heap| {
                PoolHeader::at(heap.memory, pool).szidx().set(szidx);
            });
            let found = place_of::<G>(exam, "pool + 48", pool.plus(48));
            exam.equal(&format!("place(pool + 48) with szidx {words}"), None, found);
            exam.equal(
                &format!("block_states(pool) with szidx {words}"),
                Ok(Vec::new()),
                states::<G>(exam, pool),
            );
        }
    }
    exam::task("5.11", "a pool that was never used has no blocks")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_a_fresh_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = used::<G>(exam, "pool", class_of_42::<G>());
        let found = states::<G>(exam, pool);
        exam.equal("words stored by block_states", 0, exam.work().stores);
        let found = exam.ok("block_states(pool)", found);
        exam.equal(
            "the number of blocks",
            capacity::<G>(48),
            found.len() as u64,
        );
        let rest = capacity::<G>(48) - 1;
        exam.equal(
            "the states",
            format!("F, and {rest} untouched"),
            letters(&found),
        );
    }
    exam::task(
        "5.11",
        "in a fresh pool one block is free, and the others are untouched",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_after_mallocs_and_frees() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = mallocs(exam, 7, 42);
        let pool = pool_of::<G>(blocks[0]);
        exam.name(pool, "pool");
        frees(
            exam,
            "blocks 5, 0 and 2",
            &[blocks[5], blocks[0], blocks[2]],
        );
        let found = states::<G>(exam, pool);
        let found = exam.ok("block_states(pool)", found);
        let rest = capacity::<G>(48) - 8;
        exam.equal(
            "the states",
            format!("FAFAAFAF, and {rest} untouched"),
            letters(&found),
        );
        for (number, &block) in blocks.iter().enumerate() {
            let expected = if exam.is_live(block) { Allocated } else { Free };
            exam.equal(&format!("block {number}"), expected, found[number]);
        }
    }
    exam::task("5.11", "a block is untouched, free or allocated")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_full_and_empty() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let number = capacity::<G>(48) as usize;
        let blocks = mallocs(exam, number as u64, 42);
        let pool = pool_of::<G>(blocks[0]);
        exam.name(pool, "pool");
        let full = states::<G>(exam, pool);
        exam.equal(
            "the states of a full pool",
            Ok(vec![Allocated; number]),
            full,
        );
        frees(exam, "all blocks", &blocks);
        let empty = states::<G>(exam, pool);
        exam.equal(
            "the states of an emptied pool",
            Ok(vec![Free; number]),
            empty,
        );
        let again = malloc(exam, "again", 42);
        exam.equal(
            "the next block: the one freed last",
            blocks[number - 1],
            again,
        );
    }
    exam::task(
        "5.11",
        "a full pool has no free block, and an emptied one no untouched block",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_11_a_free_list_that_is_broken() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Block 2 of six was freed last and block 4 before it. Somebody has written over the first word of block 4. A link is looked at before it is followed: does it lie in this pool at all?");
        let blocks = mallocs(exam, 6, 42);
        let pool = pool_of::<G>(blocks[0]);
        exam.name(pool, "pool");
        let other = malloc(exam, "a block of another class", 512);
        frees(exam, "blocks 4 and 2", &[blocks[4], blocks[2]]);
        for (words, link) in [
            ("block 2, which comes before it", blocks[2]),
            ("itself", blocks[4]),
            ("the middle of block 1", blocks[1].plus(8)),
            ("a block that was never carved", block(pool, 48, 9)),
            ("the header", pool),
            ("a block of another pool", other),
            ("an address far away", Addr::at(0x6b63_6174_7461_0000)),
        ] {
            exam.quietly(|heap| heap.memory.store(blocks[4], link.get()));
            let label = format!("block_states(pool), where block 4 names {words}");
            let found =
                exam.manager_event(label.clone(), |heap| block_states::<G>(heap.memory, pool));
            exam.equal(&label, Err(BrokenFreeList { link }), found);
        }
    }
    exam::task(
        "5.11",
        "a broken free list is named, and the walk along it ends",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}
