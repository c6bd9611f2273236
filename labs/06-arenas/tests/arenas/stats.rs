//! Task 6.14: what the allocator can say about itself.

use arenas::stats::{MallocStats, carved_pools, malloc_stats};
use exam::HeapExam;
use memory::pool::walk::State;
use memory::{Addr, Classic, Geometry, Modern};

use super::support::{HEAPS, in_order};

fn stats<G: Geometry>(exam: &HeapExam) -> MallocStats {
    let stats = exam.manager_event("malloc_stats", |heap| malloc_stats::<G>(heap.memory));
    exam.equal("words written", 0, exam.work().manager.stores);
    stats
}

fn blocks(exam: &HeapExam, many: u64, size: u64) -> Vec<Addr> {
    let label = format!("{many} blocks of {size} bytes");
    let blocks = exam.event(label, |heap| {
        (0..many)
            .map(|_| heap.malloc(size))
            .collect::<Result<Vec<Addr>, _>>()
    });
    exam.ok("malloc", blocks)
}

fn free(exam: &HeapExam, label: &str, blocks: &[Addr]) {
    exam.event(label, |heap| {
        blocks.iter().for_each(|&addr| heap.free(addr));
    });
}

#[test]
fn task_6_14_an_empty_heap() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let found = stats::<G>(exam);
        exam.equal(
            "arenas",
            (0, 0, 0),
            (found.total, found.highwater, found.current),
        );
        exam.equal("unused pools", 0, found.pools.unused_pools);
        exam.equal("allocated blocks", 0, found.allocated_blocks());
        exam.equal(
            "rows of the table",
            G::CLASSES,
            found.pools.classes.len() as u64,
        );
    }
    exam::task("6.14", "where there is no arena, nothing is counted")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_14_each_carved_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let first = blocks(exam, 1, 48)[0];
        blocks(exam, 1, 512);
        blocks(exam, 1, 100);
        let expected: Vec<Addr> = (0..3)
            .map(|number| {
                Addr::at(first.get() / G::POOL_SIZE * G::POOL_SIZE + number * G::POOL_SIZE)
            })
            .collect();
        let found = exam.manager_event("carved_pools", |heap| carved_pools::<G>(heap.memory));
        exam.equal("carved pools", expected, found);
    }
    exam::task("6.14", "the pools that were carved, and no others")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_14_a_full_pool_is_found() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let szidx = 48 / G::ALIGNMENT - 1;
        let room = exam.look(|_| pools::capacity::<G>(szidx));
        blocks(exam, room + 5, 48);
        let found = stats::<G>(exam);
        let row = &found.pools.classes[szidx as usize];
        exam.equal(
            "48 bytes: (num pools, blocks in use, avail blocks)",
            (2, room + 5, room - 5),
            (row.num_pools, row.blocks_in_use, row.avail_blocks),
        );
        exam.equal("unused pools, carved or not", 62, found.pools.unused_pools);
        exam.equal("allocated blocks", room + 5, found.allocated_blocks());
    }
    exam::task(
        "6.14",
        "a full pool is on no list, and counted all the same",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_14_arenas_now_and_ever() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mine = blocks(exam, 20_000, 512);
        let before = stats::<G>(exam);
        free(exam, "all are freed", &mine);
        blocks(exam, 1, 64);
        let found = stats::<G>(exam);
        exam.equal(
            "(total, reclaimed, highwater, current)",
            (before.total, before.total - 1, before.total, 1),
            (found.total, found.reclaimed, found.highwater, found.current),
        );
        exam.equal("unused pools", 63, found.pools.unused_pools);
    }
    exam::task("6.14", "arenas are counted: ever, given back, at most, now")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_14_as_the_records_say() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut random = exam.random();
        let mut mine = Vec::new();
        for size in [16, 40, 100, 333, 512, 600] {
            mine.extend(blocks(exam, 2500, size));
        }
        random.shuffle(&mut mine);
        free(
            exam,
            "two thirds are freed, in random order",
            &mine[..10_000],
        );
        let walk = in_order(exam);
        let found = stats::<G>(exam);
        exam.equal("arenas", walk.arenas.len() as u64, found.current);
        let unused: u64 = walk.arenas.iter().map(|arena| arena.nfreepools).sum();
        exam.equal("unused pools", unused, found.pools.unused_pools);
        for (szidx, row) in (0..).zip(&found.pools.classes) {
            let mine = || {
                walk.pools()
                    .filter(move |pool| pool.szidx == Some(szidx) && pool.state != State::Empty)
            };
            exam.equal(
                &format!("class {szidx}: (num pools, blocks in use)"),
                (mine().count() as u64, mine().map(|pool| pool.count).sum()),
                (row.num_pools, row.blocks_in_use),
            );
        }
    }
    exam::task("6.14", "the sums are those of the pools' headers")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}
