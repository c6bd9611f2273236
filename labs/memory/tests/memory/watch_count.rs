//! The watch: counted work, touched pages, and the exam's own looks.

use memory::watch::{Side, Watched, Work};
use memory::{Addr, Region, Root};

use crate::common::{HEAP, SIZE, grow, heap, lay_out};

fn watched() -> Watched {
    let watched = Watched::new(SIZE).expect("a range");
    lay_out(watched.memory(), SIZE / 2);
    watched
}

fn of(loads: u64, stores: u64, pages: u64) -> Side {
    Side {
        loads,
        stores,
        pages,
    }
}

#[test]
fn words_and_pages_are_counted() {
    let watched = watched();
    let memory = watched.memory();
    let count = |code: &dyn Fn()| {
        let before = watched.work();
        code();
        watched.work() - before
    };
    let program = |loads, stores, pages| Work {
        program: of(loads, stores, pages),
        manager: of(0, 0, 0),
    };
    let at = Addr::at(0x3000);
    assert_eq!(count(&|| memory.store(at, 1)), program(0, 1, 1));
    assert_eq!(count(&|| memory.store(at.plus(8), 1)), program(0, 1, 0));
    assert_eq!(count(&|| _ = memory.load(at)), program(1, 0, 0));
    assert_eq!(count(&|| _ = memory.load_u8(at)), program(1, 0, 0));
    assert_eq!(count(&|| _ = memory.load_u32(at)), program(1, 0, 0));
    assert_eq!(count(&|| memory.store_u8(at, 1)), program(0, 1, 0));
    assert_eq!(count(&|| drop(memory.read_bytes(at, 17))), program(3, 0, 0));
    assert_eq!(count(&|| memory.fill(at, 64, 0)), program(0, 8, 0));
    assert_eq!(count(&|| memory.copy(at, at.plus(8), 16)), program(2, 2, 0));
    assert_eq!(count(&|| memory.write_bytes(at, &[])), program(0, 0, 0));
    // Reading touches a page as well.
    assert_eq!(
        count(&|| _ = memory.load(Addr::at(0x2000))),
        program(1, 0, 1)
    );
    grow(memory, 4 * 4096).expect("room");
    let pages = |at, len| count(&|| memory.fill(Addr::at(at), len, 0)).program.pages;
    assert_eq!(pages(HEAP + 4088, 16), 2);
    assert_eq!(pages(HEAP, 4 * 4096), 2);
}

#[test]
fn the_allocators_work_is_its_own() {
    let watched = watched();
    let heap = heap(watched.memory());
    let before = watched.work();
    let a = heap.malloc(100).expect("room");
    let work = watched.work() - before;
    assert_eq!(work.program, of(0, 0, 0));
    assert!(work.manager.loads > 0 && work.manager.stores > 0);
    assert_eq!(work.manager.pages, 1);
    assert_eq!(work.total(), work.manager);
    let before = watched.work();
    heap.memory.store(a, 1);
    heap.memory.store(a.plus(8), 1);
    assert_eq!((watched.work() - before).total(), of(0, 2, 0));
    assert_eq!((watched.work() - before).program.words(), 2);
}

#[test]
fn a_shared_page_that_is_written_is_copied_once() {
    let watched = watched();
    let memory = watched.memory();
    let start = grow(memory, 8 * 4096).expect("room").get();
    let page = |number: u64| Addr::at(start + number * 4096);
    for number in 0..6 {
        memory.store(page(number), 1);
    }
    assert_eq!((watched.shared_pages(), watched.copied_pages()), (0, 0));
    memory.store(page(0), 2);
    assert_eq!(watched.copied_pages(), 0, "nobody shares yet");
    watched.share();
    let shared = watched.touched_pages();
    assert_eq!(
        (watched.shared_pages(), watched.copied_pages()),
        (shared, 0)
    );
    let copied = |what: &str, more: u64, code: &dyn Fn()| {
        let before = watched.copied_pages();
        code();
        assert_eq!(watched.copied_pages() - before, more, "{what}");
    };
    copied("read", 0, &|| drop(memory.read_bytes(page(0), 4096)));
    copied("one byte", 1, &|| memory.store_u8(page(0).plus(4095), 9));
    copied("the same page", 0, &|| memory.fill(page(0), 4096, 9));
    copied("the same value", 1, &|| memory.store(page(1), 1));
    copied("across two", 2, &|| memory.fill(page(3).minus(8), 16, 0));
    copied("copied from", 0, &|| memory.copy(page(4), page(0), 8));
    copied("copied to", 1, &|| memory.copy(page(0), page(4), 8));
    copied("never touched before", 0, &|| memory.store(page(6), 1));
    copied("given back and used anew", 0, &|| {
        memory.give_back(page(5), 4096);
        memory.store(page(5), 1);
    });
    copied("a write that is refused", 0, &|| {
        assert!(
            watched
                .catch(|memory| memory.store(Addr::at(8), 1))
                .is_err()
        );
    });
    copied("the exam's own look and write", 1, &|| {
        watched.quietly(|memory| memory.store(Addr::at(0x1ff8), memory.load(Addr::at(0x1ff8))));
    });
    assert_eq!(watched.shared_pages(), shared, "as many as there were");
    assert_eq!(watched.copied_pages(), 6);
    watched.share();
    assert_eq!(watched.shared_pages(), watched.touched_pages());
    assert_eq!(watched.copied_pages(), 0, "shared anew");
}

#[test]
fn a_copy_of_the_memory_knows_what_is_shared() {
    let watched = watched();
    let start = grow(watched.memory(), 2 * 4096).expect("room");
    watched.memory().fill(start, 2 * 4096, 1);
    watched.share();
    watched.memory().store(start, 1);
    let copy = watched.copy().expect("a copy");
    let both = [&watched, &copy].map(|watched| {
        watched.memory().store(start, 2);
        watched.memory().store(start.plus(4096), 2);
        (watched.shared_pages(), watched.copied_pages())
    });
    assert_eq!(both[0], both[1]);
    assert_eq!(both[0].1, 2);
}

#[test]
fn an_access_that_is_reported_is_not_counted() {
    let watched = watched();
    let before = watched.work();
    assert!(watched.catch(|memory| memory.load(Addr::at(8))).is_err());
    assert!(
        watched
            .catch(|memory| memory.store(Addr::at(0x4000), 1))
            .is_err()
    );
    assert_eq!(watched.work(), before);
    assert!(!watched.is_touched(Addr::at(0x4000)));
}

#[test]
fn the_exams_own_looks_are_neither_checked_nor_counted() {
    let watched = watched();
    let heap = heap(watched.memory());
    let a = heap.malloc(100).expect("room");
    let (before, pages) = (watched.work(), watched.touched_pages());
    watched.quietly(|memory| {
        for addr in [8, 0x4000, SIZE - 8, SIZE + 8, u64::MAX] {
            let _ = memory.load(Addr::at(addr));
        }
        assert_eq!(memory.load(a.minus(8)) & !7, 112);
        let _ = memory.load(Addr::at(0x3003));
        let root = Root::of(memory);
        let end = root.region(Region::Heap).end();
        end.set(end.get() + 4096);
        memory.store(a, 7);
    });
    assert_eq!(watched.work(), before);
    assert_eq!(watched.touched_pages(), pages);
    assert_eq!(watched.reports(), []);
    // What it wrote is written, and the regions are where it put them.
    assert_eq!(heap.memory.load(a), 7);
    // Over, and also when the look itself fails.
    assert!(watched.catch(|memory| memory.load(Addr::at(8))).is_err());
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        watched.quietly(|_| std::panic::resume_unwind(Box::new("no")));
    }));
    assert!(failed.is_err());
    assert!(watched.catch(|memory| memory.load(Addr::at(8))).is_err());
}

#[test]
fn snapshots_and_walks_count_nothing() {
    let watched = watched();
    let heap = heap(watched.memory());
    heap.malloc(100).expect("room");
    let before = watched.work();
    let _ = watched.memory().snapshot();
    assert_eq!(memory::plain::blocks(watched.memory()).count(), 2);
    memory::plain::check(watched.memory()).expect("in order");
    assert_eq!(watched.work(), before);
    assert_eq!(watched.reports(), []);
}

#[test]
fn a_snapshot_of_a_watched_memory_is_that_of_any() {
    let watched = watched();
    let plain = memory::Memory::new(SIZE).expect("a range");
    lay_out(&plain, SIZE / 2);
    for memory in [watched.memory(), &plain] {
        let heap = heap(memory);
        let a = heap.malloc(9000).expect("room");
        memory.store(a.plus(8000), 1);
        memory.store(Addr::at(0x3000), 1);
    }
    assert_eq!(watched.memory().snapshot(), plain.snapshot());
}

/// A million objects are allocated, used and freed while every access is watched.
#[test]
fn a_million_objects_are_watched_in_seconds() {
    let objects = if cfg!(miri) { 50 } else { 1_000_000 };
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("a million");
    let mut first = None;
    for _ in 0..objects {
        let Ok(block) = heap.malloc(16) else {
            break;
        };
        heap.memory.store(block, first.map_or(0, Addr::get));
        heap.memory.store(block.plus(8), 1);
        first = Some(block);
    }
    assert!(watched.live_count() >= objects.min(SIZE / 2 / 32 - 200));
    while let Some(block) = first {
        first = Addr::new(heap.memory.load(block));
        heap.free(block);
    }
    assert_eq!(watched.live_count(), 0);
    assert_eq!(watched.reports(), []);
}
