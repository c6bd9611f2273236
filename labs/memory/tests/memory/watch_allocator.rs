//! The watch: calls of the allocator, and what it does inside them.

use std::cell::Cell;

use memory::watch::{CallKind, Fault, Watched, Who};
use memory::{Addr, Allocator, Heap, Memory, Region, Root, plain};

use crate::common::{HEAP, PLAIN, SIZE, grow, heap, lay_out};

fn watched() -> Watched {
    let watched = Watched::new(SIZE).expect("a range");
    watched.event("the regions");
    lay_out(watched.memory(), SIZE / 2);
    watched
}

thread_local! {
    /// What the broken allocator of a test answers, or where it writes.
    static TELL: Cell<u64> = const { Cell::new(0) };
}

fn told() -> Addr {
    Addr::at(TELL.get())
}

/// The plain allocator with other functions in places.
fn with(watched: &Watched, object: Allocator) -> Heap<'_> {
    Heap {
        object,
        ..heap(watched.memory())
    }
}

fn malloc(heap: &Heap, size: u64) -> Addr {
    heap.malloc(size).expect("room")
}

/// The report that `code` must cause: its words are among the report's.
#[track_caller]
fn says<T>(watched: &Watched, who: Who, words: &[&str], code: impl FnOnce() -> T) -> Fault {
    let Err(report) = watched.catch(|_| code()) else {
        panic!("no report");
    };
    let text = report.to_string();
    for word in words {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    assert_eq!(report.who, who, "{text}");
    // The watch is as usable as before.
    watched.event("after a report");
    assert_eq!(watched.live_blocks().len() as u64, watched.live_count());
    report.fault
}

/// An allocator whose `malloc` answers [`told`], after the plain one has been called.
const TOLD: Allocator = Allocator {
    malloc: |memory, size| {
        plain::malloc(memory, size, grow)?;
        Ok(told())
    },
    realloc: |memory, block, size| {
        plain::realloc(memory, block, size, grow)?;
        Ok(told())
    },
    free: plain::free,
};

#[test]
fn blocks_that_overlap_are_reported() {
    let watched = watched();
    watched.event("first");
    let first = malloc(&heap(watched.memory()), 48);
    let _rest = malloc(&heap(watched.memory()), 480);
    let broken = with(&watched, TOLD);
    for addr in [first, first.plus(16), first.plus(32), first.minus(32)] {
        TELL.set(addr.get());
        watched.event("second");
        let words = ["overlap", "(64 bytes)", "(48 bytes)", "in event", "first"];
        let fault = says(&watched, Who::Manager, &words, || broken.malloc(64));
        let Fault::Overlap { other, .. } = fault else {
            panic!("{fault}");
        };
        assert_eq!(other.addr, first);
    }
    assert_eq!(watched.live_count(), 2);
}

#[test]
fn neighbours_do_not_overlap() {
    let watched = watched();
    let first = malloc(&heap(watched.memory()), 40);
    malloc(&heap(watched.memory()), 400);
    let broken = with(&watched, TOLD);
    TELL.set(first.get() + 48);
    // Into the plain allocator's block behind it, which is live: that is the only overlap.
    assert!(watched.catch(|_| broken.malloc(8)).is_err());
    let second = watched.live_blocks()[1].addr;
    heap(watched.memory()).free(second);
    TELL.set(first.get() + 48);
    assert!(watched.catch(|_| broken.malloc(8)).is_ok());
    assert_eq!(watched.live_count(), 2);
}

#[test]
#[cfg_attr(miri, ignore = "needs more room")]
fn a_large_block_gives_its_pages_back_without_a_report() {
    let watched = watched();
    let large = 2 * plain::LARGE;
    let ran = watched.catch(|memory| {
        let heap = heap(memory);
        let [first, second, _behind] = [large; 3].map(|size| malloc(&heap, size));
        heap.free(first);
        heap.realloc(second, 100).expect("room");
        heap.realloc(second, large).expect("room");
        heap.realloc(second, 3 * large).expect("room")
    });
    assert!(
        ran.is_ok(),
        "{}",
        ran.err()
            .map_or_else(String::new, |report| report.to_string())
    );
    assert_eq!(watched.live_count(), 2);
}

#[test]
fn blocks_outside_the_heap_are_reported() {
    let watched = watched();
    malloc(&heap(watched.memory()), 8);
    let broken = with(&watched, TOLD);
    for addr in [
        0x10,
        0x3000,
        HEAP - 16,
        HEAP + 0x3000 - 16,
        SIZE - 64,
        SIZE,
        u64::MAX - 15,
    ] {
        TELL.set(addr);
        let fault = says(
            &watched,
            Who::Manager,
            &["outside the heap", "32 bytes"],
            || broken.malloc(32),
        );
        assert!(matches!(fault, Fault::OutsideHeap { .. }), "{fault}");
    }
    assert_eq!(watched.live_count(), 1);
}

#[test]
fn blocks_that_are_not_aligned_are_reported() {
    for alignment in [8, 16] {
        let watched = watched();
        Root::of(watched.memory()).alignment().set(alignment);
        let end = malloc(&heap(watched.memory()), 8).plus(512);
        let broken = with(&watched, TOLD);
        TELL.set(end.align_down(16).expect("not 0").get() + alignment / 2);
        let words = ["misaligned block", &format!("multiple of {alignment}")];
        says(&watched, Who::Manager, &words, || broken.malloc(8));
        TELL.set(end.align_down(16).expect("not 0").get() + alignment);
        assert!(watched.catch(|_| broken.malloc(8)).is_ok());
    }
}

#[test]
fn a_block_is_freed_once() {
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("a = malloc(48)");
    let a = malloc(&heap, 48);
    watched.event("free(a)");
    heap.free(a);
    watched.event("free(a) again");
    let words = [
        "event 4, free(a) again",
        "double free: free(",
        "allocated in event 2, a = malloc(48), and freed in event 3, free(a)",
    ];
    let fault = says(&watched, Who::Program, &words, || heap.free(a));
    let Fault::DoubleFree { call, .. } = fault else {
        panic!("{fault}");
    };
    assert_eq!(call, CallKind::Free);
    let words = ["double free: realloc("];
    says(&watched, Who::Program, &words, || heap.realloc(a, 100));
    // Once more handed out, it can be freed once more.
    let b = malloc(&heap, 48);
    assert_eq!(a, b);
    heap.free(b);
    assert_eq!(watched.leaks(), None);
    plain::check(watched.memory()).expect("in order");
}

#[test]
fn what_was_never_handed_out_is_not_freed() {
    let watched = watched();
    let heap = heap(watched.memory());
    let a = malloc(&heap, 48);
    for addr in [
        8,
        0x1000,
        0x3000,
        HEAP,
        a.get() - 8,
        a.get() + 48 + 8,
        SIZE,
        u64::MAX,
    ] {
        for call in ["free", "realloc"] {
            let words = ["never allocated", &format!("{call}({:#06x})", addr)];
            says(&watched, Who::Program, &words, || match call {
                "free" => heap.free(Addr::at(addr)),
                _ => drop(heap.realloc(Addr::at(addr), 8)),
            });
        }
    }
    for addr in [a.plus(8), a.plus(47), a.plus(1)] {
        let words = [
            "middle of a block",
            "48 bytes",
            &format!("is {} bytes", addr.since(a)),
        ];
        says(&watched, Who::Program, &words, || heap.free(addr));
    }
    assert_eq!(watched.live_count(), 1);
    heap.free(a);
}

#[test]
fn an_allocator_that_writes_into_a_live_block_is_reported() {
    let watched = watched();
    watched.event("a");
    let a = malloc(&heap(watched.memory()), 40);
    watched.memory().fill(a, 40, 0);
    let b = malloc(&heap(watched.memory()), 40);
    let broken = with(
        &watched,
        Allocator {
            malloc: |memory, size| {
                memory.store(told(), 7);
                plain::malloc(memory, size, grow)
            },
            realloc: |memory, block, size| {
                memory.fill(told(), 3, 7);
                plain::realloc(memory, block, size, grow)
            },
            free: |memory, block| {
                memory.copy(Addr::at(0x3000), told(), 8);
                plain::free(memory, block);
            },
        },
    );
    TELL.set(a.get() + 32);
    let words = [
        "the allocator wrote into a live block",
        "offset 32",
        "40 bytes",
    ];
    let fault = says(&watched, Who::Manager, &words, || broken.malloc(8));
    let Fault::ManagerWrote { addr, block } = fault else {
        panic!("{fault}");
    };
    assert_eq!((addr, block.addr), (a.plus(32), a));
    let words = ["the allocator wrote"];
    says(&watched, Who::Manager, &words, || broken.realloc(b, 8));
    says(&watched, Who::Manager, &words, || broken.free(b));
    // The program may, and what it wrote is still there.
    assert_eq!(watched.memory().load(a.plus(32)), 0);
}

#[test]
fn an_allocator_may_read_everything_and_write_what_is_free() {
    let watched = watched();
    let a = malloc(&heap(watched.memory()), 40);
    let curious = with(
        &watched,
        Allocator {
            malloc: |memory, size| {
                // As `address_in_range` did: a look at the start of the page, whoever has it.
                let _ = memory.load(told());
                plain::malloc(memory, size, grow)
            },
            free: |memory, block| {
                memory.fill(block, 40, 0xdd);
                plain::free(memory, block);
            },
            ..PLAIN
        },
    );
    TELL.set(a.get());
    malloc(&curious, 8);
    curious.free(a);
    assert_eq!(watched.reports(), []);
}

#[test]
fn the_allocator_is_held_to_the_heap_too() {
    let watched = watched();
    watched.protect_text();
    malloc(&heap(watched.memory()), 8);
    let broken = with(
        &watched,
        Allocator {
            malloc: |memory, size| {
                memory.store(told(), 1);
                plain::malloc(memory, size, grow)
            },
            ..PLAIN
        },
    );
    for (addr, words) in [
        (8, "NULL"),
        (0x2000, "write to text"),
        (0x4000, "no region"),
        (HEAP + 0x1000, "above the break"),
        (HEAP + 0x803, "misaligned write"),
        (SIZE - 8, "below the top"),
        (SIZE + 0x3000, "beyond the end"),
    ] {
        TELL.set(addr);
        says(&watched, Who::Manager, &[words], || broken.malloc(8));
    }
    for addr in [0x1800, 0x3000, HEAP + 0xf00] {
        TELL.set(addr);
        malloc(&broken, 8);
    }
}

#[test]
fn realloc_keeps_what_was_written() {
    let watched = watched();
    let forgetful = Allocator {
        realloc: |memory, block, size| {
            let moved = plain::malloc(memory, size, grow)?;
            memory.copy(block, moved, TELL.get());
            plain::free(memory, block);
            Ok(moved)
        },
        ..PLAIN
    };
    let heap = with(&watched, forgetful);
    let cases = [
        (40, 80, 40, None),
        (40, 80, 39, Some(39)),
        (40, 80, 0, Some(0)),
        (40, 16, 16, None),
        (40, 16, 15, Some(15)),
    ];
    for (byte, (old, new, copied, lost)) in (1..).zip(cases) {
        watched.event("malloc and fill");
        let block = malloc(&heap, old);
        heap.memory.fill(block, old, byte);
        TELL.set(copied);
        watched.event("realloc");
        match lost {
            None => {
                let moved = heap.realloc(block, new).expect("room");
                let kept = old.min(new);
                let bytes = heap.memory.read_bytes(moved, kept);
                assert_eq!(bytes, vec![byte; kept as usize]);
                if new > old {
                    let unwritten = watched.catch(|memory| memory.load_u8(moved.plus(old)));
                    assert!(unwritten.is_err());
                }
                heap.free(moved);
            }
            Some(offset) => {
                let words = ["contents lost", &format!("offset {offset} ")];
                says(&watched, Who::Manager, &words, || heap.realloc(block, new));
            }
        }
    }
    // Bytes that nobody wrote may be anything.
    let block = malloc(&heap, 40);
    TELL.set(0);
    heap.realloc(block, 80).expect("room");
}

#[test]
fn a_realloc_that_fails_leaves_the_block_as_it_was() {
    let watched = watched();
    let plain_heap = heap(watched.memory());
    let block = malloc(&plain_heap, 40);
    plain_heap.memory.fill(block, 40, 1);
    assert!(plain_heap.realloc(block, 1 << 40).is_err());
    assert_eq!(plain_heap.memory.read_bytes(block, 40), [1; 40]);
    assert_eq!(watched.live_count(), 1);
    let broken = with(
        &watched,
        Allocator {
            realloc: |memory, block, size| {
                memory.store(block.plus(8), 0);
                plain::realloc(memory, block, size, grow)
            },
            ..PLAIN
        },
    );
    let words = ["contents lost", "offset 8 "];
    says(&watched, Who::Manager, &words, || {
        broken.realloc(block, 1 << 40)
    });
}

#[test]
fn a_block_in_place_stays_the_block_that_it_was() {
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("born");
    let block = malloc(&heap, 100);
    heap.memory.fill(block, 100, 1);
    watched.event("grown");
    assert_eq!(heap.realloc(block, 200), Ok(block));
    let info = watched.block_at(block.plus(192)).expect("the block");
    assert_eq!((info.size, &*info.born.label), (200, "born"));
    assert_eq!(heap.memory.read_bytes(block, 100), [1; 100]);
    heap.memory.fill(block, 200, 2);
    watched.event("shrunk");
    assert_eq!(heap.realloc(block, 40), Ok(block));
    assert_eq!(heap.memory.read_bytes(block, 40), [2; 40]);
    assert!(watched.catch(|memory| memory.load(block.plus(40))).is_err());
    let tail = watched.block_at(block.plus(192)).expect("what it was");
    assert_eq!(tail.died.map(|event| event.number), Some(4));
    assert_eq!(watched.live_count(), 1);
}

#[test]
fn bytes_that_were_cut_off_are_not_written_when_they_come_back() {
    let watched = watched();
    let heap = heap(watched.memory());
    let block = malloc(&heap, 64);
    heap.memory.fill(block, 64, 1);
    for size in [34, 80] {
        assert_eq!(heap.realloc(block, size), Ok(block));
    }
    assert_eq!(heap.memory.read_bytes(block, 34), [1; 34]);
    for offset in [34, 39, 40, 63] {
        let read = watched.catch(|memory| memory.load_u8(block.plus(offset)));
        assert!(read.is_err(), "{offset}");
    }
}

#[test]
fn realloc_moves_into_what_it_frees() {
    let watched = watched();
    let sliding = Allocator {
        realloc: |memory, block, _| {
            memory.copy(block, block.minus(16), 40);
            Ok(block.minus(16))
        },
        ..PLAIN
    };
    let first = malloc(&heap(watched.memory()), 8);
    let block = malloc(&heap(watched.memory()), 40);
    watched.memory().fill(block, 40, 9);
    heap(watched.memory()).free(first);
    let moved = with(&watched, sliding).realloc(block, 40).expect("room");
    assert_eq!(watched.memory().read_bytes(moved, 40), [9; 40]);
    assert_eq!(watched.live_blocks()[0].addr, moved);
    let old = watched.catch(|memory| memory.load(moved.plus(40)));
    assert!(old.is_err());
}

#[test]
fn pages_with_a_live_block_are_not_given_back() {
    let watched = watched();
    let heap = heap(watched.memory());
    let a = malloc(&heap, 3 * 4096);
    let page = Addr::at(a.get().next_multiple_of(4096));
    let words = ["pages with a live block", "4096 bytes"];
    says(&watched, Who::Program, &words, || {
        heap.memory.give_back(page, 4096);
    });
    heap.memory.fill(a, 3 * 4096, 1);
    let touched = watched.touched_pages();
    heap.free(a);
    heap.memory.give_back(page, 4096);
    assert!(!watched.is_touched(page));
    assert_eq!(watched.touched_pages(), touched - 1);
    let before = watched.work();
    let b = malloc(&heap, 3 * 4096);
    heap.memory.fill(b, 3 * 4096, 1);
    assert_eq!((watched.work() - before).total().pages, 1);
    assert_eq!(watched.touched_pages(), touched);
}

#[test]
fn blocks_live_at_the_end_are_leaks_with_their_events() {
    let watched = watched();
    let heap = heap(watched.memory());
    assert_eq!(watched.leaks(), None);
    watched.event("a = [1025]");
    let a = malloc(&heap, 56);
    watched.event("b = 1.5");
    let b = malloc(&heap, 24);
    watched.event("del a");
    heap.free(a);
    let report = watched.leaks().expect("b");
    let text = report.to_string();
    assert!(text.contains("leak: 1 live blocks, 24 bytes"), "{text}");
    assert!(text.contains("allocated in event 3, b = 1.5"), "{text}");
    for _ in 0..20 {
        malloc(&heap, 100);
    }
    let text = watched.leaks().expect("21").to_string();
    assert!(text.contains("21 live blocks, 2024 bytes"), "{text}");
    assert!(text.ends_with("and 13 more"), "{text}");
    let mut live = watched.live_blocks();
    assert_eq!(live.len(), 21);
    assert!(live.is_sorted_by_key(|block| block.addr));
    assert!(live.iter().any(|block| block.addr == b));
    for block in live.drain(..) {
        heap.free(block.addr);
    }
    assert_eq!(watched.leaks(), None);
}

#[test]
fn a_call_that_panics_is_over_at_the_next_event() {
    let watched = watched();
    let untouched = with(
        &watched,
        Allocator {
            malloc: |_, _| std::panic::resume_unwind(Box::new("5.1 not started")),
            ..PLAIN
        },
    );
    watched.event("malloc");
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(untouched.malloc(8));
    }));
    assert!(panic.is_err());
    watched.event("afterwards");
    let before = watched.work();
    let a = malloc(&heap(watched.memory()), 8);
    watched.memory().store(a, 1);
    assert_eq!((watched.work() - before).program.stores, 1);
    assert_eq!(watched.live_count(), 1);
}

/// Lab 1's functions inside the allocator are the allocator's, and its own nested calls its affair.
#[test]
fn what_an_allocator_calls_is_the_allocator() {
    let watched = watched();
    let nested = Allocator {
        realloc: |memory, block, size| {
            let heap = heap(memory);
            let moved = heap.malloc(size)?;
            memory.copy(block, moved, 8);
            heap.free(block);
            Ok(moved)
        },
        ..PLAIN
    };
    let heap = with(&watched, nested);
    let a = malloc(&heap, 8);
    heap.memory.store(a, 7);
    let before = watched.work();
    let b = heap.realloc(a, 100).expect("room");
    let work = watched.work() - before;
    assert_eq!(work.program.words(), 0);
    assert!(work.manager.words() > 10);
    assert_eq!(heap.memory.load(b), 7);
    assert_eq!(watched.live_count(), 1);
    heap.free(b);
    assert_eq!(watched.leaks(), None);
}

#[test]
fn the_copy_of_a_watched_memory_knows_what_the_first_one_knows() {
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("a");
    let a = malloc(&heap, 48);
    heap.memory.store(a, 5);
    // Beyond what a snapshot holds: below the top of the stack.
    let stack = Root::of(heap.memory).region(Region::Stack);
    stack.start().set(SIZE - 0x2000);
    heap.memory.store(Addr::at(SIZE - 0x2000), 6);
    stack.start().set(SIZE);
    let copy = watched.copy().expect("a copy");
    assert_eq!(copy.work(), watched.work());
    assert_eq!(copy.live_blocks(), watched.live_blocks());
    let here = copy.quietly(|memory| memory.load(Addr::at(SIZE - 0x2000)));
    assert_eq!(here, 6);
    // Each goes its own way, and both ways are the same.
    for watched in [&watched, &copy] {
        watched.event("go on");
        let heap = self::heap(watched.memory());
        assert_eq!(heap.memory.load(a), 5);
        let b = malloc(&heap, 100);
        heap.memory.store(b, 1);
        heap.free(a);
        let words = ["double free", "in event 2, a", "in event 3, go on"];
        says(watched, Who::Program, &words, || heap.free(a));
    }
    assert_eq!(copy.work(), watched.work());
    assert_eq!(copy.reports(), watched.reports());
    assert_eq!(copy.memory().snapshot(), watched.memory().snapshot());
    let only: fn(&Memory) = |memory| memory.store(Addr::at(0x3000), 1);
    only(copy.memory());
    assert_eq!(watched.memory().load(Addr::at(0x3000)), 0);
}

#[test]
fn a_write_that_begins_behind_one_block_and_ends_in_the_next_is_reported() {
    let watched = watched();
    Root::of(watched.memory()).alignment().set(8);
    let row = with(
        &watched,
        Allocator {
            malloc: |memory, _| match TELL.get() {
                0 => Ok(Addr::at(HEAP + 24)),
                1 => Ok(Addr::at(HEAP)),
                at => {
                    memory.fill(Addr::at(at), 8, 7);
                    Ok(Addr::at(HEAP + 64))
                }
            },
            ..PLAIN
        },
    );
    grow(watched.memory(), 4096).expect("room");
    for (which, size) in [(0, 8), (1, 20)] {
        TELL.set(which);
        malloc(&row, size);
    }
    TELL.set(HEAP + 20);
    let words = ["the allocator wrote into a live block", "0x5018 (8 bytes)"];
    says(&watched, Who::Manager, &words, || row.malloc(8));
    // The last word of the first block goes on behind its 20 bytes.
    TELL.set(HEAP + 32);
    malloc(&row, 8);
}

#[test]
fn what_is_copied_from_text_and_data_is_written() {
    let watched = watched();
    let heap = heap(watched.memory());
    for from in [0x2000, 0x3000, 0x1000] {
        for shift in [0, 3] {
            let a = malloc(&heap, 32);
            heap.memory.copy(Addr::at(from), a.plus(shift), 16);
            assert_eq!(heap.memory.read_bytes(a.plus(shift), 16).len(), 16);
            let words = ["never written"];
            says(&watched, Who::Program, &words, || {
                heap.memory.load_u8(a.plus(shift + 16))
            });
        }
    }
}

#[test]
fn a_copy_that_is_made_quietly_is_watched() {
    let watched = watched();
    let copy = watched.quietly(|_| watched.copy()).expect("a copy");
    let words = ["from NULL"];
    says(&copy, Who::Program, &words, || {
        copy.memory().load(Addr::at(8))
    });
}

#[test]
fn regions_that_were_given_back_are_no_regions() {
    let watched = watched();
    let memory = watched.memory();
    memory.store(Addr::at(0x3000), 1);
    memory.give_back(Addr::at(0x1000), 4096);
    let words = ["not laid out"];
    says(&watched, Who::Program, &words, || {
        memory.load(Addr::at(0x3000))
    });
}

#[test]
fn below_a_smaller_frame_the_larger_one_is_still_a_popped_one() {
    let watched = watched();
    let memory = watched.memory();
    let stack = Root::of(memory).region(Region::Stack);
    stack.start().set(SIZE - 64);
    watched.event("pop f1");
    stack.start().set(SIZE);
    watched.event("push f2");
    stack.start().set(SIZE - 16);
    let words = ["popped frame", "pop f1"];
    says(&watched, Who::Program, &words, || {
        memory.load(Addr::at(SIZE - 48))
    });
}
