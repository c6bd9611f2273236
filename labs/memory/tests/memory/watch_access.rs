//! The watch: accesses of the program.
//!
//! Each test shows one kind of report, and the accesses next to it that are right.

use memory::watch::{Access, Fault, Report, Watched, Who, Wild};
use memory::{Addr, Field, Heap, Memory, Region, Root};

use crate::common::{HEAP, SIZE, grow, heap, lay_out};

fn watched() -> Watched {
    let watched = Watched::new(SIZE).expect("a range");
    watched.event("the regions");
    lay_out(watched.memory(), SIZE / 2);
    watched
}

/// The report that `code` must cause.
#[track_caller]
fn report<T>(watched: &Watched, code: impl FnOnce(&Memory) -> T) -> Report {
    let before = watched.reports().len();
    let Err(report) = watched.catch(code) else {
        panic!("no report");
    };
    // It is recorded, once.
    assert_eq!(watched.reports()[before..], [(*report).clone()]);
    *report
}

/// The report, as its words; each of `words` is among them.
#[track_caller]
fn says<T>(watched: &Watched, words: &[&str], code: impl FnOnce(&Memory) -> T) -> Fault {
    let report = report(watched, code);
    let text = report.to_string();
    for word in words {
        assert!(text.contains(word), "no {word:?} in: {text}");
    }
    assert!(text.contains("event"), "{text}");
    report.fault
}

#[track_caller]
fn why(fault: Fault) -> Wild {
    match fault {
        Fault::Wild { why, .. } => why,
        other => panic!("not a wild address: {other}"),
    }
}

fn malloc(heap: &Heap, size: u64) -> Addr {
    heap.malloc(size).expect("room")
}

#[test]
fn before_there_are_regions_only_the_roots_page_may_be_used() {
    let watched = Watched::new(SIZE).expect("a range");
    watched.event("too early");
    assert_eq!(Root::of(watched.memory()).size().get(), SIZE);
    Root::of(watched.memory()).frame().set(None);
    watched.memory().store(Addr::at(0x1ff8), 1);
    for access in [0x2000, 0x8000, SIZE - 8] {
        let words = ["wild address", "not laid out", "event 1, too early"];
        let fault = says(&watched, &words, |memory| memory.load(Addr::at(access)));
        assert_eq!(why(fault), Wild::NotLaidOut);
    }
    lay_out(watched.memory(), 0x10000);
    watched.memory().store(Addr::at(0x2000), 1);
    watched.memory().store(Addr::at(0x37f8), 1);
}

#[test]
fn page_0_belongs_to_nobody() {
    let watched = watched();
    let fault = says(&watched, &["wild", "read at 0x0010", "NULL"], |memory| {
        memory.load(Addr::at(16))
    });
    assert_eq!(why(fault), Wild::Null);
    says(&watched, &["wild", "write at 0x0ff8", "NULL"], |memory| {
        memory.store(Addr::at(0xff8), 1);
    });
}

#[test]
fn addresses_are_looked_at_before_they_are_masked() {
    let watched = watched();
    for addr in [SIZE, SIZE + 0x2000, 1 << 63, u64::MAX - 7] {
        let words = ["wild", "beyond the end", &format!("{addr:#x}")];
        let fault = says(&watched, &words, |memory| memory.load(Addr::at(addr)));
        assert_eq!(why(fault), Wild::Beyond { size: SIZE });
    }
    says(&watched, &["beyond"], |memory| {
        memory.load_u8(Addr::at(u64::MAX))
    });
    says(&watched, &["beyond"], |memory| {
        memory.read_bytes(Addr::at(SIZE - 4), u64::MAX)
    });
    says(&watched, &["beyond"], |memory| {
        memory.copy(Addr::at(0x2000), Addr::at(SIZE - 8), 16);
    });
    says(&watched, &["beyond"], |memory| {
        memory.fill(Addr::at(0x3000), u64::MAX, 0);
    });
}

#[test]
fn gaps_and_unused_parts_of_regions_are_wild() {
    let watched = watched();
    let end = |region, end| Wild::Unused { region, end };
    for (addr, expected) in [
        (0x2400, end(Region::Text, 0x2400)),
        (0x2ff8, end(Region::Text, 0x2400)),
        (0x3800, end(Region::Data, 0x3800)),
        (0x4000, Wild::Gap),
        (0x4ff8, Wild::Gap),
        (HEAP, Wild::AboveBreak { end: HEAP }),
        (HEAP + SIZE / 2 - 8, Wild::AboveBreak { end: HEAP }),
        (HEAP + SIZE / 2, Wild::Gap),
        (SIZE - 0x4008, Wild::Gap),
    ] {
        let fault = says(&watched, &["wild"], |memory| memory.load(Addr::at(addr)));
        assert_eq!(why(fault), expected, "{addr:#x}");
    }
    // Half in the data region and half behind it.
    let words =
        ["wild address: write of 8 bytes at 0x37fc, across the end of the data region (0x3800)"];
    let fault = says(&watched, &words, |memory| {
        memory.fill(Addr::at(0x37fc), 8, 0);
    });
    let (region, end, len) = (Region::Data, 0x3800, 8);
    assert_eq!(why(fault), Wild::Across { region, end, len });
    for addr in [0x2000, 0x23f8, 0x3000, 0x37f8] {
        assert_eq!(watched.memory().load(Addr::at(addr)), 0);
    }
}

#[test]
fn the_heap_ends_at_the_break() {
    let watched = watched();
    let page = grow(watched.memory(), 4096).expect("room");
    // No allocator has been called yet: the pages are the program's.
    watched.memory().store(page, 1);
    watched.memory().store(page.plus(4088), 1);
    assert_eq!(watched.memory().load(page.plus(16)), 0);
    says(
        &watched,
        &["above the break", "0x6000", "write"],
        |memory| {
            memory.store(page.plus(4096), 1);
        },
    );
}

#[test]
fn words_lie_at_multiples_of_their_size() {
    let watched = watched();
    for step in [1, 4, 7] {
        let addr = Addr::at(0x3000 + step);
        let fault = says(&watched, &["misaligned read", "8"], |memory| {
            memory.load(addr)
        });
        let access = Access::Read;
        assert_eq!(
            fault,
            Fault::Misaligned {
                access,
                addr,
                step: 8
            }
        );
    }
    says(&watched, &["misaligned write", "4"], |memory| {
        memory.store_u32(Addr::at(0x3002), 1);
    });
    watched.memory().store_u32(Addr::at(0x3004), 1);
    watched.memory().store_u8(Addr::at(0x3003), 1);
    watched.memory().write_bytes(Addr::at(0x3011), b"12345678");
    assert_eq!(
        watched.memory().read_bytes(Addr::at(0x3011), 8),
        b"12345678"
    );
}

#[test]
fn text_is_only_read_once_it_is_protected() {
    let watched = watched();
    watched.memory().store(Addr::at(0x2000), 1);
    watched.protect_text();
    assert_eq!(watched.memory().load(Addr::at(0x2000)), 1);
    says(&watched, &["write to text", "0x23f8"], |memory| {
        memory.store(Addr::at(0x23f8), 1);
    });
    says(&watched, &["write to text"], |memory| {
        memory.write_bytes(Addr::at(0x2003), b"a");
    });
    // Text that is loaded later can be written once more.
    let text = Root::of(watched.memory()).region(Region::Text);
    text.end().set(0x2800);
    watched.memory().store(Addr::at(0x2400), 1);
    watched.memory().store(Addr::at(0x3000), 1);
}

#[test]
fn a_frame_is_written_after_the_top_has_moved() {
    let watched = watched();
    let stack = Root::of(watched.memory()).region(Region::Stack);
    let words = [
        "below the stack: write",
        "below the top",
        "move the top first",
    ];
    says(&watched, &words, |memory| {
        memory.store(Addr::at(SIZE - 8), 1);
    });
    stack.start().set(SIZE - 32);
    watched.memory().store(Addr::at(SIZE - 8), 1);
    watched.memory().store(Addr::at(SIZE - 32), 1);
    says(&watched, &["below the top"], |memory| {
        memory.store(Addr::at(SIZE - 40), 1);
    });
}

#[test]
fn a_popped_frame_is_dead_and_says_since_when() {
    let watched = watched();
    let memory = watched.memory();
    let stack = Root::of(memory).region(Region::Stack);
    let (inner, outer) = (Addr::at(SIZE - 64), Addr::at(SIZE - 32));
    for (event, top) in [("push main", outer), ("push f1", inner)] {
        watched.event(event);
        stack.start().set(top.get());
        memory.fill(top, 32, 0);
    }
    assert_eq!(memory.load(inner), 0);
    watched.event("pop f1");
    stack.start().set(outer.get());
    watched.event("too late");
    assert_eq!(memory.load(outer), 0);
    let words = ["event 5", "popped frame", "popped in event 4, pop f1"];
    let fault = says(&watched, &words, |memory| memory.load(inner));
    let Fault::BelowTop { top, .. } = fault else {
        panic!("{fault}");
    };
    assert_eq!(top, SIZE - 32);
    watched.event("pop main");
    stack.start().set(SIZE);
    says(&watched, &["popped in event 6, pop main"], |memory| {
        memory.load(outer)
    });
    says(&watched, &["popped in event 4, pop f1"], |memory| {
        memory.load(inner)
    });
    // Pushed again: alive, and nothing of the old frame is the new frame's.
    watched.event("push f2");
    stack.start().set(inner.get());
    says(&watched, &["never written", "pushed"], |memory| {
        memory.load(outer)
    });
    memory.store(outer, 1);
    assert_eq!(memory.load(outer), 1);
}

#[test]
fn locals_are_written_before_they_are_read() {
    let watched = watched();
    let stack = Root::of(watched.memory()).region(Region::Stack);
    stack.start().set(SIZE - 32);
    watched.memory().store(Addr::at(SIZE - 24), 0);
    assert_eq!(watched.memory().load(Addr::at(SIZE - 24)), 0);
    let fault = says(&watched, &["never written", "stack"], |memory| {
        memory.load(Addr::at(SIZE - 16))
    });
    let (addr, block) = (Addr::at(SIZE - 16), None);
    assert_eq!(fault, Fault::NeverWritten { addr, block });
}

#[test]
fn a_block_is_used_within_the_bytes_that_were_asked_for() {
    let watched = watched();
    watched.event("a = malloc(20)");
    let heap = heap(watched.memory());
    let a = malloc(&heap, 20);
    heap.memory.fill(a, 20, 1);
    heap.memory.store_u32(a.plus(16), 7);
    assert_eq!(heap.memory.load_u8(a.plus(19)), 1 - 1);
    let words = [
        "past the end of a block",
        "(20 bytes)",
        "allocated in event 2",
        "a = malloc(20)",
    ];
    for (addr, len) in [(a.plus(16), 8), (a.plus(20), 4), (a.plus(24), 8)] {
        let fault = says(&watched, &words, |memory| match len {
            8 => memory.store(addr, 0),
            _ => memory.store_u32(addr, 0),
        });
        let Fault::PastBlock {
            block, len: found, ..
        } = fault
        else {
            panic!("{fault}");
        };
        assert_eq!((block.addr, found), (a, len));
    }
    says(&watched, &["past the end"], |memory| memory.fill(a, 21, 0));
    // The head in front of it, and the allocator's record.
    says(
        &watched,
        &["outside every block", "the allocator's"],
        |memory| memory.load(a.minus(8)),
    );
    says(&watched, &["outside every block"], |memory| {
        memory.load(Addr::at(HEAP))
    });
}

#[test]
fn what_was_freed_is_not_used_and_the_report_says_when() {
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("a = malloc(40)");
    let a = malloc(&heap, 40);
    heap.memory.fill(a, 40, 1);
    watched.event("free(a)");
    heap.free(a);
    watched.event("use a");
    for (offset, access) in [(0, Access::Read), (0, Access::Write), (32, Access::Read)] {
        let words = [
            "event 4, use a, the program: use after free",
            "allocated in event 2, a = malloc(40), and freed in event 3, free(a)",
        ];
        let fault = says(&watched, &words, |memory| match access {
            Access::Read => drop(memory.load(a.plus(offset))),
            Access::Write => memory.store(a.plus(offset), 1),
        });
        let Fault::UseAfterFree {
            access: found,
            block,
            ..
        } = fault
        else {
            panic!("{fault}");
        };
        assert_eq!((found, block.addr, block.size), (access, a, 40));
    }
    // Handed out again: another block, of which nothing is written.
    let b = malloc(&heap, 40);
    assert_eq!(a, b);
    says(&watched, &["never written"], |memory| memory.load(b));
    heap.memory.store(b, 1);
    assert_eq!(heap.memory.load(b), 1);
}

#[test]
fn what_was_never_written_is_not_read() {
    let watched = watched();
    let heap = heap(watched.memory());
    let a = malloc(&heap, 100);
    let memory = heap.memory;
    memory.store(a, 1);
    memory.store_u32(a.plus(8), 1);
    memory.store_u8(a.plus(17), 1);
    memory.write_bytes(a.plus(29), &[1; 13]);
    assert_eq!(memory.load(a), 1);
    assert_eq!(memory.read_bytes(a.plus(29), 13), [1; 13]);
    for (from, len, first) in [
        (8, 8, 12),
        (16, 8, 16),
        (16, 2, 16),
        (17, 2, 18),
        (29, 14, 42),
        (28, 4, 28),
        (40, 8, 42),
        (99, 1, 99),
    ] {
        let fault = says(&watched, &["never written", "offset"], |memory| {
            memory.read_bytes(a.plus(from), len)
        });
        let Fault::NeverWritten { addr, .. } = fault else {
            panic!("{fault}");
        };
        assert_eq!(addr.since(a), first, "{from} and {len}");
    }
    says(&watched, &["never written"], |memory| {
        memory.load(a.plus(8))
    });
    memory.store_u32(a.plus(12), 1);
    assert_eq!(memory.load(a.plus(8)), 1 | 1 << 32);
}

#[test]
fn copies_take_along_what_was_never_written() {
    let watched = watched();
    let heap = heap(watched.memory());
    for shift in [0, 1, 8, 11] {
        let (a, b) = (malloc(&heap, 64), malloc(&heap, 80));
        heap.memory.fill(a, 10, 1);
        heap.memory.fill(a.plus(20), 4, 2);
        heap.memory.fill(b, 80, 3);
        heap.memory.copy(a, b.plus(shift), 64);
        let b = b.plus(shift);
        assert_eq!(heap.memory.read_bytes(b, 10), [1; 10]);
        assert_eq!(heap.memory.read_bytes(b.plus(20), 4), [2; 4]);
        for hole in [10, 19, 24, 63] {
            says(&watched, &["never written"], |memory| {
                memory.load_u8(b.plus(hole))
            });
        }
        assert_eq!(
            heap.memory.read_bytes(b.plus(64), 80 - 64 - shift).len() as u64,
            16 - shift
        );
    }
}

#[test]
fn null_in_a_field_says_where_and_in_which_block() {
    let watched = watched();
    let heap = heap(watched.memory());
    watched.event("make the object");
    let a = malloc(&heap, 16);
    heap.memory.fill(a, 16, 0);
    watched.event("read its type");
    let words = [
        "event 3, read its type",
        "NULL field",
        "offset 8",
        "make the object",
    ];
    let fault = says(&watched, &words, |memory| {
        Field::<Addr>::at(memory, a.plus(8)).get()
    });
    let Fault::NullField { addr, block } = fault else {
        panic!("{fault}");
    };
    assert_eq!((addr, block.map(|block| block.addr)), (a.plus(8), Some(a)));
    assert_eq!(Field::<Addr>::at(heap.memory, a.plus(8)).checked(), None);
}

#[test]
fn dealloc_nested_too_deep_is_a_report() {
    let watched = watched();
    let memory = watched.memory();
    // A type whose objects never stop to end themselves.
    static TYPES: [memory::Slots; 1] = [memory::Slots {
        name: "endless",
        basicsize: 16,
        alloc: |heap, _, _| heap.malloc(16),
        dealloc: |heap, op| heap.dealloc(op),
        free: |heap, op| heap.free(op),
        ..memory::Slots::BASE
    }];
    let heap = Heap {
        types: &TYPES,
        ..heap(memory)
    };
    let (ty, op) = (Addr::at(0x3000), Addr::at(0x3100));
    memory.store(op.plus(8), ty.get());
    // As after so many calls.
    let nesting = Root::of(memory).dealloc_nesting();
    nesting.set(memory::heap::MAX_DEALLOC_NESTING - 5);
    let fault = says(&watched, &["dealloc nested 10000 deep", "0x3100"], |_| {
        heap.dealloc(op);
    });
    let Fault::DeallocNested { op: found, .. } = fault else {
        panic!("{fault}");
    };
    assert_eq!(found, op);
}

#[test]
fn pages_that_are_forbidden_are_so_until_the_next_event() {
    let watched = watched();
    let heap = heap(watched.memory());
    let a = malloc(&heap, 20_000);
    let page = Addr::at(a.get().next_multiple_of(4096));
    watched.event("carve");
    watched.forbid(page, 4096);
    heap.memory.store(page.minus(8), 1);
    heap.memory.store(page.plus(4096), 1);
    for addr in [page, page.plus(4088)] {
        let words = ["event 2, carve", "page touched too early"];
        says(&watched, &words, |memory| memory.store(addr, 1));
    }
    says(&watched, &["too early"], |memory| {
        memory.fill(page.minus(8), 16, 0);
    });
    assert!(!watched.is_touched(page));
    watched.event("use");
    heap.memory.store(page, 1);
    assert!(watched.is_touched(page));
    watched.forbid(page, 32);
    says(
        &watched,
        &["event 3, use", "touched without need"],
        |memory| {
            memory.store(page.plus(24), 1);
        },
    );
}

#[test]
fn a_loop_without_end_is_a_report() {
    let watched = watched();
    watched.limit_events(1000);
    for _ in 0..3 {
        watched.event("walk");
        let fault = says(&watched, &["no end", "1000"], |memory| {
            loop {
                let _ = memory.load(Addr::at(0x3000));
            }
        });
        assert_eq!(fault, Fault::NoEnd { accesses: 1000 });
    }
    watched.event("in time");
    for _ in 0..999 {
        let _ = watched.memory().load(Addr::at(0x3000));
    }
}

#[test]
fn reports_name_the_event_and_who_did_it() {
    let watched = Watched::new(SIZE).expect("a range");
    let early = report(&watched, |memory| memory.load(Addr::at(8)));
    assert_eq!(early.event.number, 0);
    assert!(
        early
            .to_string()
            .starts_with("before the first event, the program: wild")
    );
    assert_eq!(watched.event("one"), 1);
    assert_eq!(watched.event("two"), 2);
    assert_eq!(watched.current_event().to_string(), "in event 2, two");
    let late = report(&watched, |memory| memory.load(Addr::at(8)));
    assert_eq!((late.event.number, &*late.event.label), (2, "two"));
    assert_eq!(late.who, Who::Program);
    assert!(
        late.to_string()
            .starts_with("event 2, two, the program: wild address: read at 0x0008")
    );
    assert_eq!(watched.take_reports(), [early, late]);
    assert_eq!(watched.reports(), []);
}

#[test]
fn other_panics_pass_through() {
    let watched = watched();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = watched.catch(|_| std::panic::resume_unwind(Box::new("mine")));
    }));
    let panic = panic.expect_err("a panic");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"mine"));
    assert_eq!(watched.reports(), []);
}

/// What is done while a report ends the code does not end it a second time.
#[test]
fn a_report_on_the_way_out_is_recorded_and_no_abort() {
    struct Late<'a>(&'a Memory);
    impl Drop for Late<'_> {
        fn drop(&mut self) {
            let _ = self.0.load(Addr::at(16));
        }
    }
    let watched = watched();
    let ended = watched.catch(|memory| {
        let _late = Late(memory);
        memory.load(Addr::at(8))
    });
    assert!(ended.is_err());
    let reports = watched.reports();
    assert_eq!(reports.len(), 2);
    assert!(reports[1].to_string().contains("0x0010"));
}

#[test]
fn an_unwatched_memory_reports_nothing() {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    assert_eq!(memory.load(Addr::at(8)), 0);
    memory.store(Addr::at(u64::MAX), 7);
    assert_eq!(memory.load(Addr::at(Memory::MIN_SIZE - 8)), 7);
}
