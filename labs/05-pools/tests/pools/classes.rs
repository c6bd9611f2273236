//! Task 5.1: size classes.

use exam::PlainExam;
use memory::geometry::SMALL_REQUEST_THRESHOLD;
use memory::{Classic, Geometry, Modern};
use pools::{block_size, capacity, size_class};

/// `with steps of 16 bytes: size_class(17)`.
fn call<G: Geometry>(words: &str) -> String {
    format!("with steps of {} bytes: {words}", G::ALIGNMENT)
}

fn class<G: Geometry>(exam: &PlainExam, size: u64, expected: Option<u64>) {
    let label = call::<G>(&format!("size_class({size})"));
    let found = exam.event(label.clone(), || size_class::<G>(size));
    exam.equal(&label, expected, found);
}

#[test]
fn task_5_1_requests_at_the_border_of_a_class() {
    exam::task(
        "5.1",
        "a request that fills a block exactly gets this block, and not the next larger one",
    )
    .plain(|exam| {
        for (size, expected) in [(1, 0), (7, 0), (8, 0), (9, 1), (16, 1), (17, 2), (512, 63)] {
            class::<Classic>(exam, size, Some(expected));
        }
        for (size, expected) in [
            (1, 0),
            (8, 0),
            (16, 0),
            (17, 1),
            (32, 1),
            (33, 2),
            (512, 31),
        ] {
            class::<Modern>(exam, size, Some(expected));
        }
    });
}

#[test]
fn task_5_1_what_pools_do_not_serve() {
    exam::task(
        "5.1",
        "a request of 0 bytes and one of more than 512 have no class",
    )
    .plain(|exam| {
        for size in [0, 513, 528, 4096, 1 << 40, u64::MAX - 1, u64::MAX] {
            class::<Classic>(exam, size, None);
            class::<Modern>(exam, size, None);
        }
        class::<Classic>(exam, SMALL_REQUEST_THRESHOLD, Some(63));
    });
}

#[test]
fn task_5_1_42_bytes_are_a_block_of_48() {
    fn test<G: Geometry>(exam: &PlainExam, expected: u64) {
        class::<G>(exam, 42, Some(expected));
        let label = call::<G>(&format!("block_size({expected})"));
        let size = exam.event(label.clone(), || block_size::<G>(expected));
        exam.equal(&label, 48, size);
    }
    exam::task("5.1", "42 bytes go into a block of 48").plain(|exam| {
        test::<Classic>(exam, 5);
        test::<Modern>(exam, 2);
    });
}

#[test]
fn task_5_1_the_smallest_block_that_is_large_enough() {
    fn test<G: Geometry>(exam: &PlainExam) {
        for size in 1..=SMALL_REQUEST_THRESHOLD {
            let label = call::<G>(&format!("block_size of size_class({size})"));
            let szidx = exam.event(label.clone(), || size_class::<G>(size));
            let Some(szidx) = szidx else {
                exam.fail(&format!(
                    "size_class({size}) is None: this request must be served"
                ));
            };
            let block = exam.event(label.clone(), || block_size::<G>(szidx));
            let needed = size.div_ceil(G::ALIGNMENT) * G::ALIGNMENT;
            exam.equal(&label, needed, block);
        }
    }
    exam::task(
        "5.1",
        "each request gets the smallest block that is large enough",
    )
    .plain(|exam| {
        test::<Classic>(exam);
        test::<Modern>(exam);
    });
}

#[test]
fn task_5_1_how_many_blocks_a_pool_has() {
    fn test<G: Geometry>(exam: &PlainExam, szidx: u64, expected: u64) {
        let pool = G::POOL_SIZE;
        let label = format!("a pool of {pool} bytes: capacity({szidx})");
        let found = exam.event(label.clone(), || capacity::<G>(szidx));
        exam.equal(&label, expected, found);
    }
    exam::task("5.1", "the header takes its part of the pool, and no block is cut off at the end")
        .plain(|exam| {
            exam.note("The header has 48 bytes. 84 and 340 blocks of 48 bytes were counted in real CPythons, before 3.10 and since.");
            test::<Classic>(exam, 5, 84);
            test::<Modern>(exam, 2, 340);
            test::<Classic>(exam, 0, 506);
            test::<Modern>(exam, 0, 1021);
            test::<Classic>(exam, 63, 7);
            test::<Modern>(exam, 31, 31);
        });
}

#[test]
fn task_5_1_no_room_for_one_more_block() {
    fn test<G: Geometry>(exam: &PlainExam) {
        for szidx in 0..G::CLASSES {
            let label = format!("a pool of {} bytes: capacity({szidx})", G::POOL_SIZE);
            let blocks = exam.event(label.clone(), || capacity::<G>(szidx));
            let size = (szidx + 1) * G::ALIGNMENT;
            exam.at_most(
                &format!("{label}: the header and {blocks} blocks of {size} bytes"),
                G::POOL_SIZE,
                48 + blocks * size,
            );
            let one_more = 48 + (blocks + 1) * size;
            exam.check(
                &format!("{label}: no room for one more block of {size} bytes than {blocks}"),
                one_more > G::POOL_SIZE,
            );
        }
    }
    exam::task("5.1", "a pool has as many blocks as fit").plain(|exam| {
        test::<Classic>(exam);
        test::<Modern>(exam);
    });
}
