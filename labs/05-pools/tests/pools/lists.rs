//! Tasks 5.2 and 5.6: the lists of used pools, and the list of empty ones.

use exam::HeapExam;
use memory::pool::{DUMMY_SIZE_IDX, PoolHeader, USED_POOLS};
use memory::{Addr, Classic, Geometry, Modern};
use pools::source::{allocate_pool, free_pool};
use pools::used::{init_used, link_front, unlink};

use super::support::{BARE, HEAPS, class_of_42, first_empty, freepools, header, pages, ring, used};

fn init<G: Geometry>(exam: &HeapExam) {
    exam.manager_event("init_used()", |heap| init_used::<G>(heap.memory));
}

fn link(exam: &HeapExam, name: &str, pool: Addr, szidx: u64) {
    exam.manager_event(format!("link_front({name}, {szidx})"), |heap| {
        link_front(heap.memory, pool, szidx);
    });
}

fn take_off(exam: &HeapExam, name: &str, pool: Addr) {
    exam.manager_event(format!("unlink({name})"), |heap| unlink(heap.memory, pool));
}

#[test]
fn task_5_2_an_empty_list_is_a_head_alone() {
    fn test<G: Geometry>(exam: &HeapExam) {
        init::<G>(exam);
        for szidx in 0..G::CLASSES {
            let head = exam.quietly(|heap| PoolHeader::used(heap.memory, szidx).addr());
            exam.name(head, format!("the head of class {szidx}"));
            let next = header(exam, head, |head| head.nextpool().get());
            exam.equal(
                &format!("nextpool of the head of class {szidx}"),
                Some(head),
                next,
            );
            let prev = header(exam, head, |head| head.prevpool().get());
            exam.equal(
                &format!("prevpool of the head of class {szidx}"),
                Some(head),
                prev,
            );
        }
    }
    exam::task("5.2", "at the start each list is a ring of its head alone")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_2_two_words_for_each_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        init::<G>(exam);
        let work = exam.work();
        exam.equal("words stored by init_used", 2 * G::CLASSES, work.stores);
        for szidx in 0..G::CLASSES {
            let head = exam.quietly(|heap| PoolHeader::used(heap.memory, szidx).addr());
            let block = header(exam, head, |head| head.freeblock().get());
            exam.equal(
                &format!("freeblock of the head of class {szidx}, which never has a block to give"),
                None,
                block,
            );
        }
        let end = USED_POOLS.plus(32 * G::CLASSES);
        exam.equal("the word behind the last head", 0, exam.word(end.plus(16)));
    }
    exam::task(
        "5.2",
        "init_used writes the two links of each head, and nothing else",
    )
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_2_the_first_pool_of_a_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        init::<G>(exam);
        let a = pages::<G>(exam, "a");
        let head = exam.quietly(|heap| PoolHeader::used(heap.memory, 2).addr());
        exam.name(head, "the head");
        link(exam, "a", a, 2);
        exam.equal("words stored by link_front", 4, exam.work().stores);
        exam.equal(
            "nextpool of a",
            Some(head),
            header(exam, a, |a| a.nextpool().get()),
        );
        exam.equal(
            "prevpool of a",
            Some(head),
            header(exam, a, |a| a.prevpool().get()),
        );
        exam.equal("the list of class 2", vec![a], ring(exam, 2));
        take_off(exam, "a", a);
        exam.equal("the list of class 2", Vec::<Addr>::new(), ring(exam, 2));
    }
    exam::task("5.2", "a pool comes on an empty list, and goes again")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_2_the_newest_is_in_front() {
    fn test<G: Geometry>(exam: &HeapExam) {
        init::<G>(exam);
        let [a, b, c] = ["a", "b", "c"].map(|name| pages::<G>(exam, name));
        for (name, pool) in [("a", a), ("b", b), ("c", c)] {
            link(exam, name, pool, 2);
        }
        exam.equal("the list of class 2", vec![c, b, a], ring(exam, 2));
        exam.equal("the list of class 1", Vec::<Addr>::new(), ring(exam, 1));
        exam.equal("the list of class 3", Vec::<Addr>::new(), ring(exam, 3));
    }
    exam::task("5.2", "a pool comes in front of its class's list")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_2_from_every_place() {
    fn test<G: Geometry>(exam: &HeapExam) {
        init::<G>(exam);
        let [a, b, c] = ["a", "b", "c"].map(|name| pages::<G>(exam, name));
        for (name, pool, left) in [("c", c, [b, a]), ("b", b, [c, a]), ("a", a, [c, b])] {
            for (name, pool) in [("a", a), ("b", b), ("c", c)] {
                link(exam, name, pool, 2);
            }
            take_off(exam, name, pool);
            exam.equal("words stored by unlink", 2, exam.work().stores);
            exam.equal(
                &format!("the list without {name}"),
                left.to_vec(),
                ring(exam, 2),
            );
            for pool in left {
                take_off(exam, "the next one", pool);
            }
            exam.equal("the list of class 2", Vec::<Addr>::new(), ring(exam, 2));
        }
    }
    exam::task(
        "5.2",
        "a pool leaves its list from the front, the middle and the end",
    )
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_2_any_order() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Ten pools come on two lists and leave them in a random order. Each list must be the same as a Vec that does the same.");
        init::<G>(exam);
        let pools: Vec<Addr> = (0..10)
            .map(|n| pages::<G>(exam, &format!("pool {n}")))
            .collect();
        let mut random = exam.random();
        let mut lists = [Vec::new(), Vec::new()];
        for _ in 0..100 {
            let pool = *random.pick(&pools);
            match lists.iter().position(|list| list.contains(&pool)) {
                Some(on) => {
                    lists[on].retain(|&other| other != pool);
                    take_off(exam, &pool.to_string(), pool);
                }
                None => {
                    let on = random.index(2);
                    lists[on].insert(0, pool);
                    link(exam, &pool.to_string(), pool, on as u64);
                }
            }
            for (szidx, list) in lists.iter().enumerate() {
                exam.equal(
                    &format!("the list of class {szidx}"),
                    list,
                    &ring(exam, szidx as u64),
                );
            }
        }
    }
    exam::task("5.2", "pools come and go in any order")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

fn allocate<G: Geometry>(exam: &HeapExam, name: &str) -> Addr {
    let label = format!("{name} = allocate_pool()");
    let pool = exam.manager_event(label.clone(), |heap| allocate_pool::<G>(heap.memory));
    let pool = exam.ok(&label, pool);
    exam.name(pool, name);
    pool
}

fn give(exam: &HeapExam, name: &str, pool: Addr) {
    exam.manager_event(format!("free_pool({name})"), |heap| {
        free_pool(heap.memory, pool)
    });
}

#[test]
fn task_5_6_a_new_pool() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let a = allocate::<G>(exam, "a");
        let pages = exam.work().pages;
        exam.check(
            "the pool begins at a multiple of its size",
            a.is_aligned(G::POOL_SIZE),
        );
        let szidx = header(exam, a, |a| a.szidx().get());
        exam.equal("szidx of a pool that was never used", DUMMY_SIZE_IDX, szidx);
        exam.equal("pages touched by allocate_pool", 1, pages);
        let b = allocate::<G>(exam, "b");
        exam.equal(
            "b: the next pool behind a, so one pool's size further",
            a.plus(G::POOL_SIZE),
            b,
        );
    }
    exam::task(
        "5.6",
        "a new pool has no class yet, and only its header is touched",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_6_the_last_one_given_back_comes_first() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [a, b, c] = ["a", "b", "c"].map(|name| allocate::<G>(exam, name));
        give(exam, "b", b);
        exam.equal("the list of empty pools", vec![b], freepools(exam));
        give(exam, "a", a);
        exam.equal("the list of empty pools", vec![a, b], freepools(exam));
        give(exam, "c", c);
        exam.equal("the list of empty pools", vec![c, a, b], freepools(exam));
        for expected in [c, a, b] {
            let pool = allocate::<G>(exam, "again");
            exam.equal("the pool that is handed out", expected, pool);
            exam.equal(
                "pages touched: none that was not before",
                0,
                exam.work().pages,
            );
        }
        exam.equal("the list of empty pools", None, first_empty(exam));
        let new = allocate::<G>(exam, "new");
        exam.check(
            "a pool that is in use is not handed out again",
            ![a, b, c].contains(&new),
        );
    }
    exam::task("5.6", "empty pools are used again before new pages are")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_6_an_empty_pool_keeps_its_header() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let a = allocate::<G>(exam, "a");
        let first = a.plus(PoolHeader::SIZE);
        exam.manager_event("a has served class 2", |heap| {
            let header = PoolHeader::at(heap.memory, a);
            header.szidx().set(2);
            header.freeblock().set(Some(first));
            header.nextoffset().set(144);
            header.maxnextoffset().set(4000);
        });
        give(exam, "a", a);
        let again = allocate::<G>(exam, "a again");
        exam.equal("the pool that is handed out", a, again);
        let found = header(exam, a, |a| {
            let offsets = (a.nextoffset().get(), a.maxnextoffset().get());
            (a.szidx().get(), a.freeblock().get(), offsets)
        });
        let (szidx, freeblock, offsets) = found;
        exam.equal("szidx, which new_pool needs", 2, szidx);
        exam.equal("freeblock, which new_pool may need", Some(first), freeblock);
        exam.equal(
            "nextoffset and maxnextoffset, which new_pool may need",
            (144, 4000),
            offsets,
        );
    }
    exam::task("5.6", "an empty pool keeps its class and its free list")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_6_free_pool_writes_one_link() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("Of the pool itself free_pool writes nextpool, and no other word.");
        let szidx = class_of_42::<G>();
        let pool = used::<G>(exam, "pool", szidx);
        take_off(exam, "pool", pool);
        let offsets = |h: PoolHeader<'_>| (h.nextoffset().get(), h.maxnextoffset().get());
        let prevpool = header(exam, pool, |h| h.prevpool().get());
        let freeblock = header(exam, pool, |h| h.freeblock().get());
        let before = header(exam, pool, offsets);
        give(exam, "pool", pool);
        let class = header(exam, pool, |h| h.szidx().get());
        exam.equal("szidx, which stays", szidx as u32, class);
        exam.equal(
            "prevpool, which stays: an empty pool has no use for it",
            prevpool,
            header(exam, pool, |h| h.prevpool().get()),
        );
        exam.equal(
            "freeblock, which stays",
            freeblock,
            header(exam, pool, |h| h.freeblock().get()),
        );
        exam.equal(
            "nextoffset and maxnextoffset, which stay",
            before,
            header(exam, pool, offsets),
        );
        exam.equal(
            "words stored by free_pool: freepools and nextpool",
            2,
            exam.work().stores,
        );
    }
    exam::task("5.6", "a pool that is given back keeps all but one link")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_6_no_pages_left() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut pools = Vec::new();
        let full = exam.manager_event("allocate_pool(), until there is no more", |heap| {
            loop {
                match allocate_pool::<G>(heap.memory) {
                    Ok(pool) if pools.len() < 1000 => pools.push(pool),
                    Ok(_) => return None,
                    Err(error) => return Some(error),
                }
            }
        });
        exam.check("a full heap is an error", full.is_some());
        let before = exam.quietly(|heap| heap.memory.snapshot());
        let again = exam.manager_event("allocate_pool()", |heap| allocate_pool::<G>(heap.memory));
        exam.err("allocate_pool() in a full heap", again);
        let after = exam.quietly(|heap| heap.memory.snapshot());
        exam.check("the memory is as it was", before == after);
        let last = pools[pools.len() / 2];
        give(exam, "one of them", last);
        let found = allocate::<G>(exam, "again");
        exam.equal("the pool that is handed out", last, found);
    }
    exam::task(
        "5.6",
        "a full heap gives no pool, and goes on when one comes back",
    )
    .heaps(HEAPS)
    .size(1 << 20)
    .run([test::<Classic>, test::<Modern>]);
}
