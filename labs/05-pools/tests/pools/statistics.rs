//! Task 5.13: statistics, as `sys._debugmallocstats()` prints them.

use std::collections::BTreeSet;

use exam::HeapExam;
use memory::{Addr, Classic, Geometry, Modern};
use pools::stats::{ClassStats, Stats, Totals, statistics};

use super::support::{HEAPS, capacity, class_of_42, free, frees, mallocs, pool_of};

fn pools_of<G: Geometry>(blocks: &[Addr]) -> BTreeSet<Addr> {
    blocks.iter().map(|&block| pool_of::<G>(block)).collect()
}

fn count<G: Geometry>(exam: &HeapExam, pools: &BTreeSet<Addr>) -> Stats {
    let stats = exam.manager_event(format!("statistics of {} pools", pools.len()), |heap| {
        statistics::<G>(heap.memory, pools.iter().copied())
    });
    exam.equal("words stored by statistics", 0, exam.work().stores);
    stats
}

fn row(stats: &Stats, szidx: u64) -> Option<ClassStats> {
    stats.classes.get(szidx as usize).copied()
}

#[test]
fn task_5_13_no_pools() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let stats = count::<G>(exam, &BTreeSet::new());
        exam.equal("rows", G::CLASSES, stats.classes.len() as u64);
        for szidx in 0..G::CLASSES {
            let expected = ClassStats {
                size: (szidx + 1) * G::ALIGNMENT,
                ..ClassStats::default()
            };
            exam.equal(&format!("row {szidx}"), Some(expected), row(&stats, szidx));
        }
        exam.equal("unused pools", 0, stats.unused_pools);
        exam.equal("the totals", Totals::default(), stats.totals::<G>());
    }
    exam::task("5.13", "there is a row for each size class")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_13_used_and_full_pools() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("The full pool is on no list, and is counted nevertheless.");
        let full = capacity::<G>(48);
        let blocks = mallocs(exam, full + 5, 42);
        frees(
            exam,
            "two of the last ones",
            &blocks[full as usize..full as usize + 2],
        );
        let stats = count::<G>(exam, &pools_of::<G>(&blocks));
        let expected = ClassStats {
            size: 48,
            num_pools: 2,
            blocks_in_use: full + 3,
            avail_blocks: full - 3,
        };
        let szidx = class_of_42::<G>();
        exam.equal("the row of 48 bytes", Some(expected), row(&stats, szidx));
        let others: u64 = stats.classes.iter().map(|row| row.num_pools).sum();
        exam.equal("pools in all rows", 2, others);
    }
    exam::task("5.13", "each pool is counted in the row of its class")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_13_unused_pools() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = mallocs(exam, 3, 42);
        let mut pools = pools_of::<G>(&blocks);
        pools.extend(pools_of::<G>(&mallocs(exam, 1, 512)));
        frees(exam, "all blocks of 42 bytes", &blocks);
        pools.insert(super::support::carved::<G>(exam, "new", 0));
        let stats = count::<G>(exam, &pools);
        exam.equal("unused pools", 2, stats.unused_pools);
        let szidx = class_of_42::<G>();
        let pools = row(&stats, szidx).map(|row| (row.num_pools, row.avail_blocks));
        exam.equal(
            "pools and blocks in the row of 48 bytes",
            Some((0, 0)),
            pools,
        );
        exam.equal(
            "bytes of unused pools",
            2 * G::POOL_SIZE,
            stats.totals::<G>().unused,
        );
    }
    exam::task(
        "5.13",
        "a pool without an allocated block belongs to no class",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_13_where_the_bytes_are() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Two pools of one class: each has a header, and 464 bytes left over at its end.");
        let blocks = mallocs(exam, capacity::<G>(512) + 3, 512);
        let stats = count::<G>(exam, &pools_of::<G>(&blocks));
        let expected = Totals {
            allocated: (capacity::<G>(512) + 3) * 512,
            available: (capacity::<G>(512) - 3) * 512,
            unused: 0,
            headers: 2 * 48,
            quantization: 2 * 464,
        };
        exam.equal("the totals", expected, stats.totals::<G>());
    }
    exam::task(
        "5.13",
        "a pool's bytes are in blocks, in its header, or left over",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_13_no_byte_is_missing() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut random = exam.random();
        let mut blocks = exam.try_event("300 blocks of random sizes", |heap| {
            (0..300)
                .map(|_| heap.malloc(1 + random.below(512)))
                .collect::<Result<Vec<_>, _>>()
        });
        let pools = pools_of::<G>(&blocks);
        random.shuffle(&mut blocks);
        for part in blocks.chunks(60) {
            let stats = count::<G>(exam, &pools);
            let in_use: u64 = stats.classes.iter().map(|row| row.blocks_in_use).sum();
            exam.equal("blocks in use", exam.live_blocks(), in_use);
            let totals = stats.totals::<G>();
            let sum = totals.allocated
                + totals.available
                + totals.unused
                + totals.headers
                + totals.quantization;
            exam.equal(
                "the sum of the totals: all pools",
                pools.len() as u64 * G::POOL_SIZE,
                sum,
            );
            frees(exam, "60 blocks", part);
        }
        let stats = count::<G>(exam, &pools);
        exam.equal(
            "unused pools at the end",
            pools.len() as u64,
            stats.unused_pools,
        );
    }
    exam::task("5.13", "every byte of every pool is somewhere")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_13_the_table() {
    fn test(exam: &HeapExam) {
        let mut blocks = mallocs(exam, 400, 42);
        blocks.extend(mallocs(exam, 10, 16));
        blocks.extend(mallocs(exam, 31, 512));
        free(exam, "one of 42 bytes", blocks[7]);
        let stats = count::<Modern>(exam, &pools_of::<Modern>(&blocks));
        let table = "\
class   size   num pools   blocks in use  avail blocks
-----   ----   ---------   -------------  ------------
    0     16           1              10          1011
    2     48           2             399           281
   31    512           1              31             0
";
        exam.equal_text("the table, as CPython prints it", table, &stats.to_string());
    }
    exam::task("5.13", "the table reads as that of sys._debugmallocstats()")
        .heaps([HEAPS[1]])
        .run([test]);
}
