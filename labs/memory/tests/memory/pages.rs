//! Aligned pages for somebody else, in the middle of the plain allocator's heap.

use memory::{Addr, Memory, MemoryError, PAGE, Region, Root, plain};

use crate::common::{HEAP, SIZE, grow, heap, lay_out};

const ARENA: u64 = 1 << 16;

fn end(memory: &Memory) -> u64 {
    Root::of(memory).region(Region::Heap).end().get()
}

fn range(room: u64) -> Memory {
    let memory = Memory::new(SIZE).unwrap();
    lay_out(&memory, room);
    memory
}

fn in_order(memory: &Memory) {
    plain::check(memory).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn they_begin_at_a_multiple_of_their_size_and_are_the_end_of_the_heap() {
    let memory = range(1 << 18);
    for size in [PAGE, 2 * PAGE, ARENA] {
        let pages = plain::aligned_pages(&memory, size, grow).unwrap();
        assert!(pages.is_aligned(size), "{pages} for {size}");
        assert_eq!(pages.get() + size, end(&memory));
        in_order(&memory);
    }
}

#[test]
fn no_more_than_the_gap_is_taken_beside_them() {
    let memory = range(1 << 18);
    assert_eq!(HEAP % ARENA, 0x5000, "there is a gap in front of them");
    let pages = plain::aligned_pages(&memory, ARENA, grow).unwrap();
    assert_eq!(pages.get(), ARENA);
    let next = plain::aligned_pages(&memory, ARENA, grow).unwrap();
    assert_eq!(next.get(), 2 * ARENA, "no gap between two of them");
}

#[test]
fn the_pages_in_front_of_them_are_the_plain_allocators() {
    let memory = range(1 << 18);
    let heap = heap(&memory);
    plain::aligned_pages(&memory, ARENA, grow).unwrap();
    let before = end(&memory);
    let room = ARENA - HEAP;
    // One block nearly as large as the gap, less the allocator's record.
    let block = heap.malloc(room - 2 * PAGE).unwrap();
    assert!(block.get() < ARENA, "{block} lies in the gap");
    assert_eq!(end(&memory), before, "the heap did not grow");
    in_order(&memory);
    heap.free(block);
    in_order(&memory);
}

#[test]
fn the_gap_is_used_too_when_the_plain_allocator_has_begun() {
    let memory = range(1 << 18);
    let heap = heap(&memory);
    let first = heap.malloc(100).unwrap();
    plain::aligned_pages(&memory, ARENA, grow).unwrap();
    in_order(&memory);
    let before = end(&memory);
    let second = heap.malloc(ARENA - HEAP - 3 * PAGE).unwrap();
    assert!(first < second && second.get() < ARENA);
    assert_eq!(end(&memory), before);
    // And behind them it goes on as well.
    let third = heap.malloc(3 * PAGE).unwrap();
    assert!(third.get() >= 2 * ARENA, "{third}");
    in_order(&memory);
    for block in [first, third, second] {
        heap.free(block);
        in_order(&memory);
    }
}

#[test]
fn a_row_of_them_between_blocks_of_all_sizes() {
    let memory = range(1 << 20 >> u32::from(cfg!(miri)) >> u32::from(cfg!(miri)));
    let heap = heap(&memory);
    let mut blocks = Vec::new();
    let mut taken: Vec<u64> = Vec::new();
    for step in 1_u64.. {
        let size = PAGE << (step % 3);
        let Ok(pages) = plain::aligned_pages(&memory, size, grow) else {
            break;
        };
        let Ok(block) = heap.malloc(step * 700 % 9000) else {
            break;
        };
        // What is written into the pages is nobody else's.
        memory.fill(pages, size, step as u8);
        blocks.push((block, step));
        taken.push(pages.get());
        in_order(&memory);
        if step % 2 == 0 {
            let (block, _) = blocks.swap_remove(blocks.len() / 2);
            heap.free(block);
        }
    }
    assert!(taken.len() > 3, "{}", taken.len());
    for (step, &pages) in (1_u64..).zip(&taken) {
        assert_eq!(memory.load_u8(Addr::at(pages)), step as u8);
        assert_eq!(memory.load_u8(Addr::at(pages + PAGE - 1)), step as u8);
    }
    for (block, _) in blocks {
        heap.free(block);
        in_order(&memory);
    }
}

#[test]
fn where_they_do_not_fit_nothing_changes() {
    // The gap and all but one page of them.
    let memory = range(ARENA - HEAP + ARENA - PAGE);
    let before = memory.snapshot();
    for size in [ARENA, 1 << 40, 1 << 63] {
        let error = plain::aligned_pages(&memory, size, grow).unwrap_err();
        assert_eq!(error, MemoryError::NoMemory { requested: size });
    }
    assert!(before == memory.snapshot());
    let half = plain::aligned_pages(&memory, ARENA / 2, grow);
    assert!(half.is_ok(), "smaller ones do fit");
}

#[test]
fn sizes_that_are_no_power_of_two_or_no_page_are_refused() {
    let memory = range(1 << 18);
    for size in [0, 1, PAGE / 2, PAGE + 1, 3 * PAGE, u64::MAX] {
        let error = plain::aligned_pages(&memory, size, grow).unwrap_err();
        assert_eq!(error, MemoryError::NoMemory { requested: size });
    }
    assert_eq!(end(&memory), HEAP);
}

#[test]
fn a_grow_that_gives_other_pages_is_refused() {
    let memory = range(1 << 18);
    let elsewhere = |memory: &Memory, bytes: u64| match bytes {
        0 => grow(memory, 0),
        // Somebody else was quicker.
        _ => grow(memory, PAGE).and_then(|_| grow(memory, bytes)),
    };
    let error = plain::aligned_pages(&memory, ARENA, elsewhere).unwrap_err();
    assert_eq!(error, MemoryError::NoMemory { requested: ARENA });
}

#[cfg(feature = "watch")]
#[test]
fn none_of_them_is_touched() {
    let watched = memory::watch::Watched::new(SIZE).unwrap();
    let memory = watched.memory();
    watched.quietly(|memory| lay_out(memory, 1 << 18));
    heap(memory).malloc(100).unwrap();
    watched.event("aligned pages");
    watched.forbid(Addr::at(ARENA), ARENA);
    let pages =
        watched.catch(|_| watched.managing(|memory| plain::aligned_pages(memory, ARENA, grow)));
    assert_eq!(pages.unwrap().unwrap(), Addr::at(ARENA));
    assert!((0..16).all(|page| !watched.is_touched(Addr::at(ARENA + page * PAGE))));
}
