//! Task 5.12: whether an address may be freed.

use exam::HeapExam;
use memory::pool::{DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Classic, Geometry, Modern};
use pools::inspect::{BadFree, BrokenFreeList, check_free};

use super::support::{HEAPS, audit, block, capacity, free, frees, malloc, mallocs, pages, pool_of};

fn check<G: Geometry>(exam: &HeapExam, words: &str, addr: Addr, expected: Result<(), BadFree>) {
    let label = format!("check_free({words})");
    let found = exam.manager_event(label.clone(), |heap| check_free::<G>(heap.memory, addr));
    exam.equal("words stored by check_free", 0, exam.work().stores);
    exam.equal(&label, expected, found);
}

#[test]
fn task_5_12_a_block_that_is_allocated() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = mallocs(exam, 5, 42);
        let pool = pool_of::<G>(blocks[0]);
        frees(exam, "blocks 1 and 3", &[blocks[1], blocks[3]]);
        for number in [0, 2, 4] {
            check::<G>(exam, &format!("block {number}"), blocks[number], Ok(()));
        }
        free(exam, "block 2", blocks[2]);
        audit::<G>(exam, [pool]);
    }
    exam::task("5.12", "a block that the program owns may be freed")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_freed_twice() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "Freed twice, a block would be on the free list twice, and two requests would get it.",
        );
        let [a, b, _] = ["a", "b", "c"].map(|name| malloc(exam, name, 42));
        free(exam, "a", a);
        check::<G>(exam, "a", a, Err(BadFree::DoubleFree));
        free(exam, "b", b);
        check::<G>(exam, "a", a, Err(BadFree::DoubleFree));
        check::<G>(exam, "b", b, Err(BadFree::DoubleFree));
        let again = malloc(exam, "again", 42);
        exam.equal("again: the block that was freed last", b, again);
        check::<G>(exam, "again", again, Ok(()));
        exam.fails("free(a)", "double free", |heap| heap.free(a));
        audit::<G>(exam, [pool_of::<G>(a)]);
    }
    exam::task("5.12", "a block that is free must not be freed again")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_the_middle_of_a_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b] = ["a", "b"].map(|name| malloc(exam, name, 42));
        for offset in [1, 8, 40, 47] {
            let words = format!("a + {offset}");
            check::<G>(
                exam,
                &words,
                a.plus(offset),
                Err(BadFree::MiddleOfBlock { start: a }),
            );
        }
        check::<G>(
            exam,
            "b + 16",
            b.plus(16),
            Err(BadFree::MiddleOfBlock { start: b }),
        );
        free(exam, "a", a);
        let middle = Err(BadFree::MiddleOfBlock { start: a });
        check::<G>(exam, "a + 16, where a is free", a.plus(16), middle);
        exam.fails("free(b + 16)", "middle of", |heap| heap.free(b.plus(16)));
        check::<G>(exam, "b", b, Ok(()));
        audit::<G>(exam, [pool_of::<G>(a)]);
    }
    exam::task("5.12", "only the start of a block may be freed")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_never_allocated() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let a = malloc(exam, "a", 512);
        let pool = pool_of::<G>(a);
        exam.name(pool, "pool");
        let behind = pool.plus(48 + 512 * capacity::<G>(512));
        let never = Err(BadFree::NeverAllocated);
        check::<G>(exam, "the pool", pool, never);
        check::<G>(exam, "32 bytes into the header", pool.plus(32), never);
        check::<G>(exam, "an untouched block", block(pool, 512, 3), never);
        check::<G>(
            exam,
            "the middle of an untouched block",
            block(pool, 512, 3).plus(8),
            never,
        );
        check::<G>(
            exam,
            "what is left over behind the last block",
            behind,
            never,
        );
        exam.fails("free(an untouched block)", "never allocated", |heap| {
            heap.free(block(pool, 512, 3));
        });
        let b = malloc(exam, "b", 512);
        exam.equal("b, 512 bytes behind a", a.plus(512), b);
        audit::<G>(exam, [pool]);
    }
    exam::task("5.12", "what was never handed out must not be freed")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_a_pool_without_a_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pool = pages::<G>(exam, "pool");
        exam.manager_event("pool was never used: szidx = DUMMY_SIZE_IDX", |heap| {
            PoolHeader::at(heap.memory, pool)
                .szidx()
                .set(DUMMY_SIZE_IDX);
        });
        check::<G>(
            exam,
            "pool + 48",
            pool.plus(48),
            Err(BadFree::NeverAllocated),
        );
    }
    exam::task(
        "5.12",
        "in a pool that was never used there is nothing to free",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_a_pool_that_was_emptied() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b] = ["a", "b"].map(|name| malloc(exam, name, 42));
        frees(exam, "a and b", &[a, b]);
        check::<G>(exam, "a, whose pool is empty", a, Err(BadFree::DoubleFree));
        check::<G>(exam, "b, whose pool is empty", b, Err(BadFree::DoubleFree));
        audit::<G>(exam, [pool_of::<G>(a)]);
    }
    exam::task("5.12", "blocks of an empty pool are free already")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_12_nothing_can_be_said() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b, c] = ["a", "b", "c"].map(|name| malloc(exam, name, 42));
        free(exam, "b", b);
        exam.quietly(|heap| heap.memory.store(b, c.plus(8).get()));
        let broken = BadFree::Broken(BrokenFreeList { link: c.plus(8) });
        check::<G>(exam, "a, where b names the middle of c", a, Err(broken));
        check::<G>(
            exam,
            "the pool's header",
            pool_of::<G>(a),
            Err(BadFree::NeverAllocated),
        );
    }
    exam::task("5.12", "a broken free list is said to be one")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}
