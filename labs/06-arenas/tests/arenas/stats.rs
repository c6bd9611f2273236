//! Task 6.14: what the allocator can say about itself.

use arenas::stats::{MallocStats, carved_pools, malloc_stats};
use exam::HeapExam;
use memory::pool::walk::State;
use memory::{Addr, Classic, Geometry, Modern};

use super::support::{HEAPS, ROWS, give_pools, in_order, take_pools};

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

/// Pools in few words: `"A0..63 B0..9"` are all of A's and the first ten of B's. A is the arena of
/// `first`.
fn runs<G: Geometry>(first: Addr, pools: &[Addr]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for pool in pools {
        let number = pool.get().wrapping_sub(first.get()) / G::POOL_SIZE;
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number && number % G::POOLS_IN_ARENA > 0 => {
                *last = number;
            }
            _ => runs.push((number, number)),
        }
    }
    let words = runs.iter().map(|(from, to)| {
        let arena = match u8::try_from(from / G::POOLS_IN_ARENA) {
            Ok(index) if index < 26 => char::from(b'A' + index),
            _ => '?',
        };
        let (from, to) = (from % G::POOLS_IN_ARENA, to % G::POOLS_IN_ARENA);
        format!("{arena}{from}..{to}")
    });
    words.collect::<Vec<String>>().join(" ")
}

#[test]
fn task_6_14_pools_of_all_arenas() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 3 * 64 + 10);
        exam.note("arenas A, B and C are full, and of D 10 pools are carved");
        give_pools::<G>(exam, "all pools of A but one are given back", &pools[..63]);
        give_pools::<G>(exam, "all pools of C are given back", &pools[128..192]);
        exam.note(
            "usable_arenas: D, then A. B is full, so it is on no list. C was given back: it has no \
             address, and the rest of its record is old",
        );
        let carved = |exam: &HeapExam| {
            let found = exam.manager_event("carved_pools", |heap| carved_pools::<G>(heap.memory));
            runs::<G>(pools[0], &found)
        };
        exam.equal_text(
            "carved pools of all arenas that there are, the full ones too, in the order of addresses",
            "A0..63 B0..63 D0..9",
            &carved(exam),
        );
        let found = stats::<G>(exam);
        exam.equal(
            "unused pools: 63 of A and 54 of D (C's record still has a number: it is no arena)",
            63 + 54,
            found.pools.unused_pools,
        );
    }
    exam::task(
        "6.14",
        "full arenas are counted, and those that went are not",
    )
    .heaps(ROWS)
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
