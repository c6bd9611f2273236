//! Tasks 6.4, 6.7, 6.9 and 6.10: pools out of arenas and back, and arenas back.

use arenas::source::{allocate_pool, carve_pool, free_pool, give_arena_back};
use exam::HeapExam;
use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, PoolHeader};
use memory::{Addr, Classic, Further, Geometry, MemoryError, Modern, PAGE};

use super::support::{
    FURTHER_ROWS, ROWS, arena, arrange, called, give_pools, leave, record, root, same, take_pools,
};

/// A new arena, as the lab makes it.
fn arena_of<G: Geometry>(exam: &HeapExam) -> (Addr, Addr) {
    let made = exam.manager_event("new_arena", |heap| {
        arenas::arena::new_arena::<G>(heap.memory).map(|arena| arena.addr())
    });
    let record = exam.ok("new_arena", made);
    match arena(exam, record, |arena| arena.address().get()) {
        Some(address) => (record, address),
        None => exam.fail("the new arena's `address` is NULL"),
    }
}

fn carve<G: Geometry>(exam: &HeapExam, record: Addr) -> Option<Addr> {
    exam.manager_event("carve_pool", |heap| {
        carve_pool::<G>(ArenaObject::at(heap.memory, record))
    })
}

#[test]
fn task_6_4_pools_in_a_row() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (record, address) = arena_of::<G>(exam);
        for number in 0..G::POOLS_IN_ARENA {
            let expected = address.plus(number * G::POOL_SIZE);
            exam.equal(
                &format!("pool number {number}"),
                Some(expected),
                carve::<G>(exam, record),
            );
            let next = arena(exam, record, |arena| arena.pool_address().get());
            let what = match number + 1 < G::POOLS_IN_ARENA {
                true => "pool_address, which moves on by the size of a pool",
                false => {
                    "pool_address, behind the last pool: it moves on as always, to the arena's end"
                }
            };
            exam.equal(what, Some(expected.plus(G::POOL_SIZE)), next);
        }
    }
    exam::task("6.4", "pools are carved one behind the other")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_4_what_a_carved_pool_knows() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (record, address) = arena_of::<G>(exam);
        let pool = carve::<G>(exam, record).unwrap_or(address);
        let (index, szidx) = exam.quietly(|heap| {
            let header = PoolHeader::at(heap.memory, pool);
            (header.arenaindex().get(), header.szidx().get())
        });
        exam.equal("arenaindex", (address.get() / G::ARENA_SIZE) as u32, index);
        exam.equal("szidx", DUMMY_SIZE_IDX, szidx);
        exam.equal(
            "words written: pool_address, arenaindex, szidx",
            3,
            exam.work().manager.stores,
        );
    }
    exam::task("6.4", "a carved pool knows its arena, and no size class")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_4_one_page_is_touched() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (record, address) = arena_of::<G>(exam);
        exam.note("of the first pool only the header may be touched, and nothing behind the pool");
        exam.forbid(
            address.plus(PoolHeader::SIZE),
            G::ARENA_SIZE - PoolHeader::SIZE,
        );
        carve::<G>(exam, record);
        exam.at_most("pages touched", 1, exam.work().pages);
    }
    exam::task("6.4", "carving a pool touches its header alone")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_4_free_pools_are_counted_elsewhere() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (record, _) = arena_of::<G>(exam);
        carve::<G>(exam, record);
        let nf = arena(exam, record, |arena| arena.nfreepools().get());
        exam.equal("nfreepools", 64, nf);
        arena(exam, record, |arena| arena.pool_address().set(None));
        exam.equal(
            "a pool of an arena without pool_address",
            None,
            carve::<G>(exam, record),
        );
    }
    exam::task("6.4", "carving counts no free pool")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

/// The number of an arena's place.
fn place<G: Geometry>(addr: Addr) -> u64 {
    addr.get() / G::ARENA_SIZE
}

fn counted(exam: &HeapExam) -> (u64, u64) {
    root(exam, |root| {
        (
            root.narenas_currently_allocated().get(),
            root.nempty_arenas().get(),
        )
    })
}

#[test]
fn task_6_7_the_first_pool_makes_an_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("arenas: (narenas_currently_allocated, nempty_arenas)");
        exam.equal("arenas", (0, 0), counted(exam));
        let pool = take_pools::<G>(exam, 1)[0];
        exam.equal("arenas", (1, 0), counted(exam));
        let at = record(exam, place::<G>(pool));
        let first = root(exam, |root| root.usable_arenas().get());
        exam.equal("usable_arenas", Some(at), first);
        let address = arena(exam, at, |arena| arena.address().get());
        exam.equal("the first pool of the arena", address, Some(pool));
        let nf = arena(exam, at, |arena| arena.nfreepools().get());
        exam.equal("nfreepools", 63, nf);
    }
    exam::task("6.7", "the first pool of all makes the first arena")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_7_sixty_four_pools_of_one_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 64);
        for (number, &pool) in (0..).zip(&pools) {
            let expected = pools[0].plus(number * G::POOL_SIZE);
            exam.equal(&format!("pool number {number}"), expected, pool);
        }
        let first = root(exam, |root| root.usable_arenas().get());
        exam.equal("usable_arenas, when all pools are taken", None, first);
        let other = take_pools::<G>(exam, 1)[0];
        exam.check(
            "the next pool is of another arena",
            place::<G>(other) != place::<G>(pools[0]),
        );
        exam.equal(
            "(narenas_currently_allocated, nempty_arenas)",
            (2, 0),
            counted(exam),
        );
    }
    exam::task(
        "6.7",
        "an arena gives all of its pools before the next one is made",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_7_of_the_fullest_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "C2 A5 B64");
        root(exam, |root| {
            root.nempty_arenas().set(1);
            // The heap covers their places.
            let heap = root.region(memory::Region::Heap);
            heap.end().set(6 * G::ARENA_SIZE);
        });
        let pools = take_pools::<G>(exam, 2);
        let places: Vec<u64> = pools.iter().map(|&pool| place::<G>(pool)).collect();
        exam.equal("places of the pools (C's is 4)", vec![4, 4], places);
        same::<G>(exam, "A5 B64");
        take_pools::<G>(exam, 5);
        same::<G>(exam, "B64");
        exam.equal("nempty_arenas", 1, counted(exam).1);
        take_pools::<G>(exam, 1);
        same::<G>(exam, "B63");
        exam.equal("nempty_arenas, when B is in use", 0, counted(exam).1);
    }
    exam::task("6.7", "pools come from the fullest arena")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

/// Puts pools on their arena's list of free ones by hand; the last one becomes the first.
fn free_by_hand(exam: &HeapExam, at: Addr, pools: &[Addr]) {
    exam.quietly(|heap| {
        let arena = ArenaObject::at(heap.memory, at);
        for &pool in pools {
            let next = arena.freepools().replace(Some(pool));
            let header = PoolHeader::at(heap.memory, pool);
            header.nextpool().set(next);
            header.szidx().set(5);
            header.freeblock().set(Some(pool.plus(480)));
            arena.nfreepools().set(arena.nfreepools().get() + 1);
        }
        let nf = arena.nfreepools().get();
        let root = memory::Root::of(heap.memory);
        root.usable_arenas().set(Some(at));
        for number in 0..=64 {
            let last = (number == nf).then_some(at);
            arenas::usable::nfp2lasta(heap.memory, number).set(last);
        }
    });
}

#[test]
fn task_6_7_free_pools_first() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 4);
        let at = record(exam, place::<G>(pools[0]));
        let next = arena(exam, at, |arena| arena.pool_address().get());
        exam.note("then pools 1 and 3 are put into freepools, in the test: 3 is the first");
        free_by_hand(exam, at, &[pools[1], pools[3]]);
        for (number, expected) in [(3, pools[3]), (1, pools[1])] {
            let pool = take_pools::<G>(exam, 1)[0];
            exam.equal(&format!("the pool: number {number}"), expected, pool);
            let (szidx, block) = exam.quietly(|heap| {
                let header = PoolHeader::at(heap.memory, pool);
                (header.szidx().get(), header.freeblock().get())
            });
            exam.equal("its szidx, as it was", 5, szidx);
            exam.equal("its freeblock, as it was", Some(pool.plus(480)), block);
        }
        let free = arena(exam, at, |arena| arena.freepools().get());
        exam.equal("freepools", None, free);
        let pool = take_pools::<G>(exam, 1)[0];
        exam.equal("the next pool, which is carved", next, Some(pool));
    }
    exam::task(
        "6.7",
        "a pool from freepools comes before one that is carved, as it is",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_7_pages_are_touched_when_they_are_needed() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let first = take_pools::<G>(exam, 1)[0];
        exam.note("an arena is in use; nothing behind the next pool's header may be touched");
        let next = first.plus(G::POOL_SIZE);
        exam.forbid(
            next.plus(PoolHeader::SIZE),
            G::ARENA_SIZE - G::POOL_SIZE - PoolHeader::SIZE,
        );
        take_pools::<G>(exam, 1);
        exam.at_most("pages touched", 1, exam.work().pages);
        let touched = (0..G::ARENA_SIZE / PAGE)
            .filter(|page| exam.is_touched(first.plus(page * PAGE)))
            .count();
        exam.equal("pages of the arena touched by two pools", 2, touched);
    }
    exam::task("6.7", "a pool costs one page until its blocks are used")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_no_arena_can_be_had() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mine = take_pools::<G>(exam, 64);
        leave(exam, G::ARENA_SIZE - PAGE);
        let result = exam.manager_event("allocate_pool", |heap| allocate_pool::<G>(heap.memory));
        let error = exam.err("allocate_pool in a full heap", result);
        exam.check(
            "the error is NoMemory",
            matches!(error, MemoryError::NoMemory { .. }),
        );
        exam.equal(
            "(narenas_currently_allocated, nempty_arenas)",
            (1, 0),
            counted(exam),
        );
        give_pools::<G>(exam, "free_pool(pool 7)", &mine[7..8]);
        let again = take_pools::<G>(exam, 1)[0];
        exam.equal("the pool, once there is one again", mine[7], again);
    }
    exam::task(
        "6.9",
        "a full heap is an error, and goes on when a pool is free again",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_in_front_of_its_arenas_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 6);
        let at = record(exam, place::<G>(pools[0]));
        for number in [1, 4, 2] {
            let before = arena(exam, at, |arena| arena.freepools().get());
            let label = format!("free_pool(pool {number})");
            give_pools::<G>(exam, &label, &pools[number..=number]);
            let free = arena(exam, at, |arena| arena.freepools().get());
            exam.equal("freepools", Some(pools[number]), free);
            let next =
                exam.quietly(|heap| PoolHeader::at(heap.memory, pools[number]).nextpool().get());
            exam.equal("its nextpool", before, next);
        }
        let nf = arena(exam, at, |arena| arena.nfreepools().get());
        exam.equal("nfreepools", 61, nf);
        let again: Vec<Addr> = take_pools::<G>(exam, 3);
        exam.equal(
            "the pools that are taken next",
            vec![pools[2], pools[4], pools[1]],
            again,
        );
    }
    exam::task(
        "6.9",
        "an empty pool goes to the front of its own arena's freepools",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_the_rest_of_its_header_stays() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 3);
        let pool = pools[1];
        let block = pool.plus(480);
        exam.note("then pool 1 gets, in the test, the header of one that has served class 5");
        exam.quietly(|heap| {
            let header = PoolHeader::at(heap.memory, pool);
            header.szidx().set(5);
            header.freeblock().set(Some(block));
            header.nextoffset().set(960);
            header.maxnextoffset().set(2000);
            header.prevpool().set(Some(pools[2]));
        });
        give_pools::<G>(exam, "free_pool(pool 1)", &pools[1..2]);
        let (szidx, freeblock, offsets, prevpool, index) = exam.quietly(|heap| {
            let header = PoolHeader::at(heap.memory, pool);
            (
                header.szidx().get(),
                header.freeblock().get(),
                (header.nextoffset().get(), header.maxnextoffset().get()),
                header.prevpool().get(),
                header.arenaindex().get(),
            )
        });
        exam.note("of its header, free_pool writes nextpool and nothing else");
        exam.equal(
            "szidx: an empty pool still knows the class that it served last",
            5,
            szidx,
        );
        exam.equal(
            "freeblock: an empty pool keeps its free list",
            Some(block),
            freeblock,
        );
        exam.equal(
            "(nextoffset, maxnextoffset), as they were",
            (960, 2000),
            offsets,
        );
        exam.equal(
            "prevpool, as it was: freepools is linked by nextpool alone",
            Some(pools[2]),
            prevpool,
        );
        exam.equal(
            "arenaindex, as it was",
            (pool.get() / G::ARENA_SIZE) as u32,
            index,
        );
    }
    exam::task("6.9", "of an empty pool only its link is written")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_each_arena_has_its_own_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 128);
        let (a, b) = (
            record(exam, place::<G>(pools[0])),
            record(exam, place::<G>(pools[64])),
        );
        give_pools::<G>(
            exam,
            "free_pool of one pool of each arena",
            &[pools[3], pools[70]],
        );
        let free = (
            arena(exam, a, |arena| arena.freepools().get()),
            arena(exam, b, |arena| arena.freepools().get()),
        );
        exam.equal("freepools of both", (Some(pools[3]), Some(pools[70])), free);
        let nf = (
            arena(exam, a, |arena| arena.nfreepools().get()),
            arena(exam, b, |arena| arena.nfreepools().get()),
        );
        exam.equal("nfreepools of both", (1, 1), nf);
        let first = root(exam, |root| root.usable_arenas().get());
        exam.equal(
            "usable_arenas: the one that became usable last",
            Some(b),
            first,
        );
    }
    exam::task(
        "6.9",
        "there is no list of all free pools: each arena has its own",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_a_few_words() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 3);
        exam.note("of the pool, nothing but its header may be touched");
        exam.forbid(pools[1].plus(PoolHeader::SIZE), 2 * G::POOL_SIZE);
        give_pools::<G>(exam, "free_pool(pool 1)", &pools[1..2]);
        exam.at_most("words read and written", 24, exam.work().manager.words());
        exam.equal("pages touched", 0, exam.work().pages);
    }
    exam::task("6.9", "giving a pool back costs a few words")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_the_last_usable_arena_stays() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 5);
        give_pools::<G>(exam, "all pools are given back", &pools);
        exam.note("arenas: (narenas_currently_allocated, nempty_arenas)");
        exam.equal("arenas", (1, 1), counted(exam));
        let at = record(exam, place::<G>(pools[0]));
        let nf = arena(exam, at, |arena| arena.nfreepools().get());
        exam.equal("nfreepools", 64, nf);
        let first = root(exam, |root| root.usable_arenas().get());
        exam.equal("usable_arenas", Some(at), first);
    }
    exam::task("6.10", "the last usable arena is kept when it is empty")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_an_arena_that_stays_keeps_its_free_pools() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 5);
        let order = [3, 0, 4, 2, 1];
        let mixed = order.map(|number| pools[number]);
        give_pools::<G>(exam, "pools 3, 0, 4, 2 and 1 are given back", &mixed);
        let at = record(exam, place::<G>(pools[0]));
        let (free, next) = arena(exam, at, |arena| {
            (arena.freepools().get(), arena.pool_address().get())
        });
        exam.note("this geometry does not ask for RECARVE");
        exam.equal(
            "freepools: the pool that was given back last is the first of the list, which stays",
            Some(pools[1]),
            free,
        );
        exam.equal(
            "pool_address: where the sixth pool will be carved, as it was",
            Some(pools[4].plus(G::POOL_SIZE)),
            next,
        );
        let again = take_pools::<G>(exam, 5);
        let expected: Vec<Addr> = order.iter().rev().map(|&number| pools[number]).collect();
        exam.equal("the next five pools: 1, 2, 4, 0 and 3", expected, again);
    }
    exam::task(
        "6.10",
        "without RECARVE, an arena that stays keeps its list of free pools",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_no_arena_goes_to_and_fro() {
    fn test<G: Geometry>(exam: &HeapExam) {
        take_pools::<G>(exam, 64);
        exam.note(
            "all 64 pools of an arena are taken. One more is taken and given back, 100 times",
        );
        exam.manager_event("allocate_pool and free_pool, 100 times", |heap| {
            for _ in 0..100 {
                let pool = allocate_pool::<G>(heap.memory)?;
                free_pool::<G>(heap.memory, pool);
            }
            Ok::<_, MemoryError>(())
        })
        .unwrap_or_else(|error| exam.fail(&error.to_string()));
        let times = root(exam, |root| root.ntimes_arena_allocated().get());
        exam.equal(
            "arenas that were ever made (ntimes_arena_allocated)",
            2,
            times,
        );
    }
    exam::task(
        "6.10",
        "a program at the edge of an arena does not make one again and again",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

/// Three arenas, all of their pools in use.
fn three<G: Geometry>(exam: &HeapExam) -> (Vec<Addr>, [Addr; 3]) {
    let pools = take_pools::<G>(exam, 192);
    let records = [0, 64, 128].map(|first| record(exam, place::<G>(pools[first])));
    for (at, name) in records.iter().zip(["A", "B", "C"]) {
        exam.name(*at, name);
    }
    exam.note("three arenas A, B and C, all pools in use");
    (pools, records)
}

#[test]
fn task_6_10_an_empty_arena_goes() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pools, [a, b, _]) = three::<G>(exam);
        give_pools::<G>(exam, "one pool of B is given back", &pools[64..65]);
        give_pools::<G>(exam, "all pools of A but one are given back", &pools[..63]);
        exam.equal("narenas_currently_allocated", 3, counted(exam).0);
        exam.note("B has 1 free pool, A has 63. In the list, A is behind B: it is the last one");
        give_pools::<G>(exam, "the other pools of B are given back", &pools[65..128]);
        let address = arena(exam, b, |arena| arena.address().get());
        exam.equal(
            "B's address: it became empty, and A was behind it",
            None,
            address,
        );
        exam.equal(
            "(narenas_currently_allocated, nempty_arenas)",
            (2, 0),
            counted(exam),
        );
        let unused = root(exam, |root| root.unused_arena_objects().get());
        exam.equal("unused_arena_objects", Some(b), unused);
        let first = root(exam, |root| root.usable_arenas().get());
        exam.equal("usable_arenas", Some(a), first);
        let links = arena(exam, a, |arena| {
            (arena.prevarena().get(), arena.nextarena().get())
        });
        exam.equal("A's prevarena and nextarena", (None, None), links);
        let last = exam.quietly(|heap| {
            (0..=64)
                .filter_map(|nf| Some((nf, arenas::usable::nfp2lasta(heap.memory, nf).get()?)))
                .collect::<Vec<_>>()
        });
        exam.equal(
            "the entries of nfp2lasta that are not NULL",
            vec![(63, a)],
            last,
        );
    }
    exam::task(
        "6.10",
        "an empty arena goes if it is not the last usable one",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_it_goes_before_it_moves() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pools, [a, b, _]) = three::<G>(exam);
        give_pools::<G>(
            exam,
            "all pools of B but one are given back",
            &pools[64..127],
        );
        give_pools::<G>(exam, "all pools of A but one are given back", &pools[..63]);
        exam.note(
            "A and B have 63 free pools each, and A moved up behind B's equals: B is the last one, \
             and A is in front of it",
        );
        let order = root(exam, |root| root.usable_arenas().get());
        exam.equal("usable_arenas", Some(a), order);
        give_pools::<G>(exam, "the last pool of A is given back", &pools[63..64]);
        let addresses = (
            arena(exam, a, |arena| arena.address().get()),
            arena(exam, b, |arena| arena.address().get()),
        );
        exam.equal(
            "the addresses of A and B",
            (None, Some(pools[64])),
            addresses,
        );
        exam.equal("nempty_arenas", 0, counted(exam).1);
    }
    exam::task(
        "6.10",
        "whether an empty arena is the last usable one is asked before it moves",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_its_pages_go_with_it() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pools, [a, ..]) = three::<G>(exam);
        give_pools::<G>(exam, "one pool of C is given back", &pools[128..129]);
        give_pools::<G>(exam, "one pool of B is given back", &pools[64..65]);
        let before = exam.pages_touched();
        give_pools::<G>(
            exam,
            "all pools of B but one are given back",
            &pools[65..127],
        );
        give_pools::<G>(exam, "all pools of A are given back", &pools[..64]);
        let address = arena(exam, a, |arena| arena.address().get());
        exam.equal(
            "A's address: A is empty and must go, since usable arenas are behind it",
            None,
            address,
        );
        let start = pools[0];
        for page in 0..G::ARENA_SIZE / PAGE {
            let addr = start.plus(page * PAGE);
            if exam.is_touched(addr) {
                exam.fail(&format!(
                    "A has gone (its address is NULL), but its page at {addr} is touched: either \
                     `Memory::give_back` was not called for all of the arena, or something was \
                     written there after the call"
                ));
            }
        }
        exam.equal(
            "pages that are touched no more",
            64,
            before - exam.pages_touched(),
        );
    }
    exam::task(
        "6.10",
        "the pages of an arena that goes are untouched again",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_its_place_is_used_again() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pools, [a, ..]) = three::<G>(exam);
        give_pools::<G>(exam, "one pool of C is given back", &pools[128..129]);
        give_pools::<G>(exam, "one pool of B is given back", &pools[64..65]);
        give_pools::<G>(exam, "two more pools of C are given back", &pools[129..131]);
        give_pools::<G>(exam, "63 pools of A are given back", &pools[..63]);
        give_pools::<G>(exam, "all pools of C are given back", &pools[131..]);
        give_pools::<G>(exam, "the last pool of A is given back", &pools[63..64]);
        let highwater = root(exam, |root| root.narenas_highwater().get());
        exam.equal("narenas_highwater", 3, highwater);
        let end = super::support::heap_end(exam);
        let rest = take_pools::<G>(exam, 1 + 64 + 64);
        exam.equal("the end of the heap", end, super::support::heap_end(exam));
        let mut places: Vec<u64> = rest.iter().map(|&pool| place::<G>(pool)).collect();
        places.dedup();
        exam.equal("arenas that these pools are in", 3, places.len());
        exam.equal("narenas_currently_allocated", 3, counted(exam).0);
        let address = arena(exam, a, |arena| arena.address().get());
        exam.equal("A's address", Some(pools[0]), address);
    }
    exam::task("6.10", "the next arena takes the place of one that went")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_the_middle_of_the_list() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A3 B64 C64 D64");
        exam.note("B and C are given back, in this order: first the middle, then its neighbour");
        for (name, left) in [('B', "A3 C64 D64"), ('C', "A3 D64")] {
            let at = called(exam, name);
            exam.manager_event(format!("give_arena_back({name})"), |heap| {
                give_arena_back::<G>(ArenaObject::at(heap.memory, at));
            });
            same::<G>(exam, left);
        }
        let at = called(exam, 'D');
        exam.manager_event("give_arena_back(D)", |heap| {
            give_arena_back::<G>(ArenaObject::at(heap.memory, at));
        });
        same::<G>(exam, "A3");
        exam.equal("narenas_currently_allocated", 1, counted(exam).0);
        let mut list = String::new();
        let mut next = root(exam, |root| root.unused_arena_objects().get());
        while let Some(at) = next
            && list.len() < 8
        {
            let name = ['A', 'B', 'C', 'D']
                .into_iter()
                .find(|&it| called(exam, it) == at);
            list.push(name.unwrap_or('?'));
            next = arena(exam, at, |arena| arena.nextarena().get());
        }
        exam.equal("unused_arena_objects", "DCB", list);
    }
    exam::task("6.10", "an arena that goes leaves list and table in order")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_9_a_pool_in_use_keeps_its_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (pools, records) = three::<G>(exam);
        let (kept, freed): (Vec<_>, Vec<_>) = pools
            .iter()
            .enumerate()
            .partition(|(index, _)| index % 64 == 40);
        let freed: Vec<Addr> = freed.into_iter().map(|(_, &pool)| pool).collect();
        give_pools::<G>(
            exam,
            "all pools but one of each arena are given back",
            &freed,
        );
        exam.equal("narenas_currently_allocated", 3, counted(exam).0);
        for (at, (_, pool)) in records.iter().zip(kept) {
            let address = arena(exam, *at, |arena| arena.address().get());
            exam.equal(
                "the arena of a pool that is in use",
                Addr::new(pool.get() / G::ARENA_SIZE * G::ARENA_SIZE),
                address,
            );
        }
    }
    exam::task("6.9", "one pool in use keeps a whole arena")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_10_further_some_empty_arenas_stay() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 20 * 64);
        give_pools::<G>(exam, "20 arenas become empty", &pools);
        exam.equal(
            "(narenas_currently_allocated, nempty_arenas)",
            (G::KEPT_ARENAS, G::KEPT_ARENAS),
            counted(exam),
        );
        take_pools::<G>(exam, 2 * 64 + 1);
        exam.equal(
            "(narenas_currently_allocated, nempty_arenas)",
            (G::KEPT_ARENAS, G::KEPT_ARENAS - 3),
            counted(exam),
        );
        let times = root(exam, |root| root.ntimes_arena_allocated().get());
        exam.equal("ntimes_arena_allocated", 20, times);
    }
    exam::task("6.10", "with KEPT_ARENAS, so many empty arenas stay")
        .heaps(FURTHER_ROWS)
        .run([test::<Further<Classic>>, test::<Further<Modern>>]);
}

#[test]
fn task_6_10_further_carved_again() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let pools = take_pools::<G>(exam, 5);
        let mixed = [pools[3], pools[0], pools[4], pools[2], pools[1]];
        give_pools::<G>(exam, "all 5 pools are given back, in another order", &mixed);
        let at = record(exam, place::<G>(pools[0]));
        let (free, next) = arena(exam, at, |arena| {
            (arena.freepools().get(), arena.pool_address().get())
        });
        exam.equal("freepools", None, free);
        exam.equal("pool_address", Some(pools[0]), next);
        let again = take_pools::<G>(exam, 5);
        exam.equal("the next five pools", pools, again);
    }
    exam::task(
        "6.10",
        "with RECARVE, an empty arena is carved again from its start",
    )
    .heaps(FURTHER_ROWS)
    .run([test::<Further<Classic>>, test::<Further<Modern>>]);
}
