//! Tasks 6.1 to 6.3: the row of records, whose address this is, a new arena.

use arenas::arena::{address_in_range, arena_at, new_arena, start};
use exam::HeapExam;
use memory::addr::round_up;
use memory::pool::{ArenaObject, PoolHeader};
use memory::{Addr, Classic, Geometry, MemoryError, Modern, PAGE, Root};

use super::support::{BARE, ROWS, arena, arrange, heap_end, leave, record, root, same};

fn started<G: Geometry>(exam: &HeapExam) -> u64 {
    let end = heap_end(exam);
    exam.try_event("start", |heap| start::<G>(heap.memory));
    end
}

fn row_bytes<G: Geometry>(exam: &HeapExam) -> u64 {
    let size = exam.quietly(|heap| heap.memory.size());
    let records = size / G::ARENA_SIZE * ArenaObject::SIZE;
    round_up(records, PAGE).unwrap_or(records)
}

#[test]
fn task_6_1_the_root_finds_the_row() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let end = started::<G>(exam);
        let size = exam.quietly(|heap| heap.memory.size());
        let found = root(exam, |root| root.arenas().get());
        exam.equal("arenas", Addr::new(end), found);
        let found = root(exam, |root| root.maxarenas().get());
        exam.equal("maxarenas", size / G::ARENA_SIZE, found);
        let found = root(exam, |root| root.arena_size().get());
        exam.equal("arena_size", G::ARENA_SIZE, found);
    }
    exam::task("6.1", "start notes where the row of arena records is")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_1_the_row_is_whole_pages() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let end = started::<G>(exam);
        let pages = row_bytes::<G>(exam) / PAGE;
        let taken = (heap_end(exam) - end) / PAGE;
        exam.equal("pages that the heap has grown by", pages, taken);
    }
    exam::task("6.1", "the row takes as few pages as it fits into")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_1_a_small_range_has_a_small_row() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let end = started::<G>(exam);
        exam.equal(
            "bytes that the heap has grown by",
            PAGE,
            heap_end(exam) - end,
        );
        let found = root(exam, |root| root.maxarenas().get());
        exam.equal("maxarenas", (4 << 20) / G::ARENA_SIZE, found);
    }
    exam::task("6.1", "the row is as long as the range has places")
        .heaps(BARE)
        .size(4 << 20)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_1_no_record_is_touched() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let end = heap_end(exam);
        exam.note("the row of records must stay untouched: fresh pages read as zeros");
        exam.forbid(Addr::at(end), row_bytes::<G>(exam));
        exam.try_event("start", |heap| start::<G>(heap.memory));
    }
    exam::task("6.1", "start touches no record")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_1_pools_are_started() {
    fn test<G: Geometry>(exam: &HeapExam) {
        started::<G>(exam);
        let found = root(exam, |root| root.pool_size().get());
        exam.equal("pool_size", G::POOL_SIZE, found);
        for szidx in [0, G::CLASSES - 1] {
            let (next, head) = exam.quietly(|heap| {
                let head = PoolHeader::used(heap.memory, szidx);
                (head.nextpool().get(), head.addr())
            });
            exam.equal(
                &format!("nextpool of the head of class {szidx}"),
                Some(head),
                next,
            );
        }
    }
    exam::task("6.1", "start makes the lists of used pools too")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_1_no_room_for_the_row() {
    fn test<G: Geometry>(exam: &HeapExam) {
        leave(exam, 0);
        let result = exam.event("start", |heap| start::<G>(heap.memory));
        exam.err("start in a full heap", result);
        let found = root(exam, |root| root.arenas().get());
        exam.equal("arenas", None, found);
        let found = root(exam, |root| {
            (root.arena_size().get(), root.pool_size().get())
        });
        exam.equal("(arena_size, pool_size)", (0, 0), found);
    }
    exam::task("6.1", "where the row has no place, nothing is written")
        .heaps(BARE)
        .run([test::<Classic>, test::<Modern>]);
}

fn number<G: Geometry>(exam: &HeapExam, addr: Addr) -> u64 {
    let row = record(exam, 0);
    let found = exam.manager_event(format!("arena_at({addr})"), |heap| {
        arena_at::<G>(heap.memory, addr).addr()
    });
    exam.check(
        "arena_at is one of the row's records",
        found >= row && found.since(row).is_multiple_of(ArenaObject::SIZE),
    );
    found.since(row) / ArenaObject::SIZE
}

#[test]
fn task_6_2_the_record_of_a_place() {
    fn test<G: Geometry>(exam: &HeapExam) {
        for (addr, expected) in [
            (3 * G::ARENA_SIZE, 3),
            (3 * G::ARENA_SIZE + 1, 3),
            (4 * G::ARENA_SIZE - 1, 3),
            (4 * G::ARENA_SIZE, 4),
            (8, 0),
        ] {
            let found = number::<G>(exam, Addr::at(addr));
            exam.equal(
                &format!("the record's number for {addr:#x}"),
                expected,
                found,
            );
        }
    }
    exam::task("6.2", "each place of the range has its record")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_2_an_address_beyond_the_range() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let size = exam.quietly(|heap| heap.memory.size());
        exam.note(format!("the range has {size:#x} bytes"));
        let found = number::<G>(exam, Addr::at(size + 5 * G::ARENA_SIZE + 64));
        exam.equal("the record's number", 5, found);
    }
    exam::task("6.2", "an address beyond the range is masked into it")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

fn is_in<G: Geometry>(exam: &HeapExam, addr: u64) -> bool {
    exam.manager_event(format!("address_in_range({addr:#x})"), |heap| {
        address_in_range::<G>(heap.memory, Addr::at(addr))
    })
}

#[test]
fn task_6_2_an_address_is_in_an_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A1 C1");
        let a = 2 * G::ARENA_SIZE;
        for (addr, expected) in [
            (a - 1, false),
            (a, true),
            (a + G::POOL_SIZE + 48, true),
            (a + G::ARENA_SIZE - 1, true),
            (a + G::ARENA_SIZE, false),
            (a + 2 * G::ARENA_SIZE - 8, false),
            (a + 2 * G::ARENA_SIZE, true),
        ] {
            let found = is_in::<G>(exam, addr);
            exam.equal(&format!("address_in_range({addr:#x})"), expected, found);
        }
    }
    exam::task("6.2", "an address is in an arena, or in none")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_2_an_arena_that_was_given_back() {
    fn test<G: Geometry>(exam: &HeapExam) {
        arrange::<G>(exam, "A1");
        let at = record(exam, 2);
        exam.note("then A's address is set to NULL; the rest of its record stays as it was");
        arena(exam, at, |arena| arena.address().set(None));
        let found = is_in::<G>(exam, 2 * G::ARENA_SIZE + 64);
        exam.equal("address_in_range in A", false, found);
    }
    exam::task("6.2", "a record without an address is no arena")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_2_foreign_memory_is_not_read() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let block = exam.try_event("a block of the plain allocator", |heap| heap.malloc(5000));
        exam.forbid(Addr::at(block.get() / PAGE * PAGE), 2 * PAGE);
        let found = exam.manager_event("address_in_range(block)", |heap| {
            address_in_range::<G>(heap.memory, block)
        });
        exam.equal("address_in_range(block)", false, found);
        exam.at_most("words read", 2, exam.work().manager.loads);
        exam.equal("words written", 0, exam.work().manager.stores);
    }
    exam::task(
        "6.2",
        "the answer costs two words, and none of them is the block's",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

fn made<G: Geometry>(exam: &HeapExam) -> (Addr, Addr) {
    let made = exam.manager_event("new_arena", |heap| {
        new_arena::<G>(heap.memory).map(|arena| arena.addr())
    });
    let record = exam.ok("new_arena", made);
    let address = arena(exam, record, |arena| arena.address().get());
    match address {
        Some(address) => (record, address),
        None => exam.fail("the new arena's `address` is NULL"),
    }
}

#[test]
fn task_6_3_the_record_of_a_new_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (at, address) = made::<G>(exam);
        exam.check(
            &format!(
                "the arena's address ({address}) is a multiple of {:#x}",
                G::ARENA_SIZE
            ),
            address.is_aligned(G::ARENA_SIZE),
        );
        exam.equal(
            "the record that belongs to its place",
            record(exam, address.get() / G::ARENA_SIZE),
            at,
        );
        let found = arena(exam, at, |arena| arena.pool_address().get());
        exam.equal("pool_address", Some(address), found);
        let found = arena(exam, at, |arena| {
            (arena.nfreepools().get(), arena.ntotalpools().get())
        });
        exam.equal("(nfreepools, ntotalpools)", (64, 64), found);
        let found = arena(exam, at, |arena| {
            (
                arena.freepools().get(),
                arena.nextarena().get(),
                arena.prevarena().get(),
            )
        });
        exam.equal(
            "(freepools, nextarena, prevarena)",
            (None, None, None),
            found,
        );
    }
    exam::task(
        "6.3",
        "all pools of a new arena are free, and none is carved",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_3_nothing_in_it_is_touched() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let end = heap_end(exam);
        let place = round_up(end, G::ARENA_SIZE).unwrap_or(end);
        exam.note(format!(
            "no byte of the new arena, from {place:#x} on, may be touched"
        ));
        exam.forbid(Addr::at(place), 2 * G::ARENA_SIZE);
        let (_, address) = made::<G>(exam);
        exam.equal("the arena's address", Addr::at(place), address);
        exam.equal("the end of the heap", place + G::ARENA_SIZE, heap_end(exam));
    }
    exam::task("6.3", "an arena is made without touching it")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_3_the_list_is_the_callers_work() {
    fn test<G: Geometry>(exam: &HeapExam) {
        made::<G>(exam);
        same::<G>(exam, "");
    }
    exam::task("6.3", "a new arena is on no list, and not in the table")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

fn counts(exam: &HeapExam) -> (u64, u64, u64) {
    root(exam, |root| {
        (
            root.narenas_currently_allocated().get(),
            root.narenas_highwater().get(),
            root.ntimes_arena_allocated().get(),
        )
    })
}

#[test]
fn task_6_3_arenas_are_counted() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "counts: (narenas_currently_allocated, narenas_highwater, ntimes_arena_allocated)",
        );
        for many in 1..=3 {
            made::<G>(exam);
            exam.equal("counts", (many, many, many), counts(exam));
        }
        exam.note("then two arenas go, in the test: the root record counts 1 arena now");
        root(exam, |root| root.narenas_currently_allocated().set(1));
        made::<G>(exam);
        exam.equal("counts", (2, 3, 4), counts(exam));
    }
    exam::task("6.3", "the root record counts arenas: now, at most, ever")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

/// Two arenas are made, and given back by hand: B's record is the first unused one.
fn two_unused<G: Geometry>(exam: &HeapExam) -> [(Addr, Addr); 2] {
    let (a, b) = (made::<G>(exam), made::<G>(exam));
    exam.name(a.0, "A's record");
    exam.name(b.0, "B's record");
    exam.note("then both arenas are given back, in the test: B's record is the first unused one");
    exam.quietly(|heap| {
        let [a, b] = [a.0, b.0].map(|at| ArenaObject::at(heap.memory, at));
        let root = Root::of(heap.memory);
        root.unused_arena_objects().set(Some(b.addr()));
        root.narenas_currently_allocated().set(0);
        b.nextarena().set(Some(a.addr()));
        a.nextarena().set(None);
        for arena in [a, b] {
            arena.address().set(None);
            // As arenas are when they go: everything was carved once.
            let junk = Addr::new(G::ARENA_SIZE + 4096);
            arena.pool_address().set(junk);
            arena.freepools().set(junk);
            arena.prevarena().set(junk);
            arena.nfreepools().set(63);
        }
    });
    [a, b]
}

#[test]
fn task_6_3_a_place_that_was_given_back_is_used_again() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let [(a, a_address), (b, b_address)] = two_unused::<G>(exam);
        let end = heap_end(exam);
        let (again, address) = made::<G>(exam);
        exam.equal("the record of the new arena", b, again);
        exam.equal("its address", b_address, address);
        let unused = root(exam, |root| root.unused_arena_objects().get());
        exam.equal("unused_arena_objects", Some(a), unused);
        let (again, address) = made::<G>(exam);
        exam.equal("the record of the next new arena", a, again);
        exam.equal("its address", a_address, address);
        let unused = root(exam, |root| root.unused_arena_objects().get());
        exam.equal("unused_arena_objects", None, unused);
        exam.equal("the end of the heap", end, heap_end(exam));
    }
    exam::task(
        "6.3",
        "the place of an arena that was given back is used first",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_3_a_record_that_is_used_again_is_as_new() {
    fn test<G: Geometry>(exam: &HeapExam) {
        two_unused::<G>(exam);
        let (at, address) = made::<G>(exam);
        let found = arena(exam, at, |arena| {
            (arena.pool_address().get(), arena.nfreepools().get())
        });
        exam.equal("(pool_address, nfreepools)", (Some(address), 64), found);
        let found = arena(exam, at, |arena| {
            (
                arena.freepools().get(),
                arena.nextarena().get(),
                arena.prevarena().get(),
            )
        });
        exam.equal(
            "(freepools, nextarena, prevarena)",
            (None, None, None),
            found,
        );
    }
    exam::task("6.3", "nothing of the arena before is left in a record")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_3_no_room_for_an_arena() {
    fn test<G: Geometry>(exam: &HeapExam) {
        leave(exam, G::ARENA_SIZE - PAGE);
        let end = heap_end(exam);
        let result = exam.manager_event("new_arena", |heap| {
            new_arena::<G>(heap.memory).map(|arena| arena.addr())
        });
        let error = exam.err("new_arena", result);
        exam.check(
            "the error is NoMemory",
            matches!(error, MemoryError::NoMemory { .. }),
        );
        exam.equal(
            "(narenas_currently_allocated, narenas_highwater, ntimes_arena_allocated)",
            (0, 0, 0),
            counts(exam),
        );
        exam.equal("the end of the heap", end, heap_end(exam));
    }
    exam::task("6.3", "where an arena has no place, nothing changes")
        .heaps(ROWS)
        .run([test::<Classic>, test::<Modern>]);
}
