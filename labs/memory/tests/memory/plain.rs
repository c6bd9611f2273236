//! The plain allocator, case by case. `plain_model` has the long random runs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use memory::plain::{self, Block, FENCE, FREE, LARGE, PREV_FREE};
use memory::{Addr, Memory, MemoryError, Region, Root};

use crate::common::{HEAP, Numbers, SIZE, grow, heap, lay_out};

/// Room for the heap.
const ROOM: u64 = SIZE / 2;

fn memory(alignment: u64) -> Memory {
    let memory = Memory::new(SIZE).expect("a range");
    lay_out(&memory, ROOM);
    Root::of(&memory).alignment().set(alignment);
    memory
}

fn malloc(memory: &Memory, size: u64) -> Addr {
    plain::malloc(memory, size, grow).expect("room")
}

fn realloc(memory: &Memory, block: Addr, size: u64) -> Addr {
    plain::realloc(memory, block, size, grow).expect("room")
}

fn all(memory: &Memory) -> Vec<Block> {
    plain::check(memory).expect("a heap in order");
    plain::blocks(memory)
        .collect::<Result<_, _>>()
        .expect("a heap in order")
}

fn live(memory: &Memory) -> usize {
    all(memory).iter().filter(|block| block.live).count()
}

#[test]
fn the_record_and_the_first_block_share_the_first_page() {
    let memory = memory(16);
    assert_eq!(Root::of(&memory).plain().get(), None);
    assert_eq!(all(&memory), []);
    let block = malloc(&memory, 100);
    assert_eq!(Root::of(&memory).plain().get(), Some(Addr::at(HEAP)));
    assert_eq!(block, Addr::at(HEAP + plain::Plain::SIZE + 16));
    assert_eq!(Root::of(&memory).region(Region::Heap).len(), 4096);
}

#[test]
fn blocks_are_aligned_and_large_enough() {
    for alignment in [8, 16] {
        let memory = memory(alignment);
        for size in 0..if cfg!(miri) { 24 } else { 300 } {
            let block = malloc(&memory, size);
            assert!(block.is_aligned(alignment), "{size} bytes at {block}");
            let found = all(&memory);
            let found = found.iter().find(|found| found.addr == block);
            let found = found.expect("the block is in the heap");
            // Alignment, and a rest that is too small for a chunk of its own.
            let at_most = (size + alignment + 24).max(48);
            assert!(found.live && (size..=at_most).contains(&found.size));
        }
    }
}

#[test]
fn a_smaller_alignment_wastes_less() {
    for (alignment, step) in [(8, 40), (16, 48)] {
        let memory = memory(alignment);
        let block = malloc(&memory, 32);
        assert_eq!(malloc(&memory, 32), block.plus(step));
    }
}

#[test]
fn blocks_of_0_bytes_are_blocks() {
    let memory = memory(8);
    let (a, b) = (malloc(&memory, 0), malloc(&memory, 0));
    assert_ne!(a, b);
    plain::free(&memory, a);
    plain::free(&memory, b);
    assert_eq!(live(&memory), 0);
}

#[test]
fn the_block_freed_last_is_the_next_one_handed_out() {
    let memory = memory(16);
    let blocks: Vec<Addr> = (0..8).map(|_| malloc(&memory, 48)).collect();
    plain::free(&memory, blocks[2]);
    plain::free(&memory, blocks[5]);
    assert_eq!(malloc(&memory, 48), blocks[5]);
    assert_eq!(malloc(&memory, 41), blocks[2]);
}

#[test]
fn free_neighbours_become_one_in_every_order() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let memory = memory(16);
        let blocks = [(); 4].map(|()| malloc(&memory, 56));
        for block in order {
            plain::free(&memory, blocks[block]);
        }
        let free: Vec<Block> = all(&memory).into_iter().filter(|b| !b.live).collect();
        assert_eq!(free[0].addr, blocks[0]);
        assert_eq!(free[0].size, 3 * 64 - 8, "{order:?}");
        assert_eq!(malloc(&memory, 3 * 64 - 8), blocks[0]);
    }
}

#[test]
fn realloc_shrinks_in_place_and_frees_the_rest() {
    let memory = memory(16);
    let block = malloc(&memory, 1000);
    let _behind = malloc(&memory, 8);
    assert_eq!(realloc(&memory, block, 100), block);
    let rest = all(&memory).into_iter().find(|found| !found.live);
    let rest = rest.expect("a free chunk");
    assert_eq!((rest.addr, rest.size), (block.plus(112), 1008 - 112 - 8));
    assert_eq!(realloc(&memory, block, 101), block);
}

#[test]
fn realloc_grows_into_a_free_neighbour() {
    let memory = memory(16);
    let block = malloc(&memory, 56);
    let next = malloc(&memory, 200);
    let _behind = malloc(&memory, 8);
    memory.write_bytes(block, &[7; 56]);
    plain::free(&memory, next);
    assert_eq!(realloc(&memory, block, 150), block);
    assert_eq!(memory.read_bytes(block, 56), [7; 56]);
    // What is left over is free, and the next request finds it.
    let rest = malloc(&memory, 56);
    assert_eq!(rest, block.plus(160));
    assert_eq!(live(&memory), 3);
}

#[test]
fn the_last_block_grows_with_the_heap_and_never_moves() {
    let memory = memory(16);
    let block = malloc(&memory, 8);
    let mut size = 8;
    while size < ROOM / 2 {
        memory.store(block.plus(size - 8), size);
        size += size / 8 / 8 * 8 + 64;
        assert_eq!(realloc(&memory, block, size), block);
    }
    assert_eq!(memory.load(block), 8);
    let used = Root::of(&memory).region(Region::Heap).len();
    assert!(used <= size + plain::Plain::SIZE + 4096 + 32, "{used}");
    assert_eq!(live(&memory), 1);
}

#[test]
fn realloc_moves_where_it_must_and_takes_the_bytes_along() {
    let memory = memory(8);
    let block = malloc(&memory, 30);
    let _behind = malloc(&memory, 8);
    let text: Vec<u8> = (0..30).collect();
    memory.write_bytes(block, &text);
    let moved = realloc(&memory, block, 300);
    assert_ne!(moved, block);
    assert_eq!(memory.read_bytes(moved, 30), text);
    assert_eq!(malloc(&memory, 30), block);
}

/// Three live blocks full of 0xee: a small one, one of `size` bytes, a small one.
fn three(heap: &memory::Heap<'_>, size: u64) -> [Addr; 3] {
    [1000, size, 1000].map(|size| {
        let block = heap.malloc(size).expect("room");
        heap.memory.fill(block, size, 0xee);
        block
    })
}

/// Whether so many bytes are still as [`three`] wrote them.
fn is_whole(memory: &Memory, block: Addr, size: u64) -> bool {
    let bytes = memory.read_bytes(block, size);
    bytes.iter().all(|&byte| byte == 0xee)
}

/// Whether the page from `at` on was given back.
fn is_gone(memory: &Memory, at: Addr) -> bool {
    memory.read_bytes(at, 4096).iter().all(|&byte| byte == 0)
}

#[test]
#[cfg_attr(miri, ignore = "needs more room")]
fn a_large_block_that_is_freed_gives_its_pages_back() {
    for alignment in [8, 16] {
        let memory = memory(alignment);
        let heap = &heap(&memory);
        let [before, large, behind] = three(heap, LARGE);
        heap.free(large);
        let inside = large.get().next_multiple_of(4096) + 4096;
        for at in [inside, inside + LARGE / 2] {
            assert!(is_gone(&memory, Addr::at(at)));
        }
        assert!(is_whole(&memory, before, 1000) && is_whole(&memory, behind, 1000));
        assert_eq!(live(&memory), 2);
        // The next one of this size is expected to come back: it keeps its pages.
        assert_eq!(heap.malloc(LARGE), Ok(large));
        memory.fill(large, LARGE, 0xee);
        heap.free(large);
        assert!(is_whole(&memory, large.plus(16), LARGE - 32));
        // A larger one does not.
        let larger = heap.malloc(LARGE + 4096).expect("room");
        memory.fill(larger, LARGE + 4096, 0xee);
        heap.free(larger);
        assert!(is_gone(
            &memory,
            Addr::at(larger.get().next_multiple_of(4096) + 4096)
        ));
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs more room")]
fn a_smaller_block_that_is_freed_stays_as_it_is() {
    let memory = memory(16);
    let [_, block, _] = three(&heap(&memory), LARGE - 32);
    plain::free(&memory, block);
    assert!(is_whole(&memory, block.plus(16), LARGE - 64));
}

#[test]
#[cfg_attr(miri, ignore = "needs more room")]
fn realloc_gives_the_pages_back_that_it_cuts_off_or_leaves_behind() {
    let memory = memory(16);
    let heap = &heap(&memory);
    let [before, large, behind] = three(heap, 2 * LARGE);
    let middle = Addr::at((large.get() + LARGE + LARGE / 2) & !0xfff);
    assert_eq!(heap.realloc(large, 1000), Ok(large));
    assert!(is_gone(&memory, middle));
    assert!(is_whole(&memory, large, 1000));
    let wide = heap.realloc(large, 2 * LARGE).expect("room");
    memory.fill(wide, 2 * LARGE, 0xee);
    let moved = heap.realloc(wide, 4 * LARGE).expect("room");
    assert_ne!(moved, wide);
    assert!(is_gone(&memory, middle));
    assert!(is_whole(&memory, moved, 2 * LARGE));
    assert!(is_whole(&memory, before, 1000) && is_whole(&memory, behind, 1000));
    assert_eq!(live(&memory), 3);
}

#[test]
fn sizes_that_nobody_has_are_no_memory() {
    let memory = memory(16);
    let block = malloc(&memory, 50);
    memory.store(block, 7);
    let before = memory.snapshot();
    for size in [ROOM, SIZE, 1 << 40, 1 << 63, u64::MAX - 8, u64::MAX] {
        let none = Err(MemoryError::NoMemory { requested: size });
        assert_eq!(plain::malloc(&memory, size, grow), none);
        assert_eq!(plain::realloc(&memory, block, size, grow), none);
        assert_eq!(memory.snapshot().first_difference(&before), None);
    }
    let fresh = self::memory(16);
    assert!(plain::malloc(&fresh, u64::MAX, grow).is_err());
    assert!(plain::malloc(&fresh, ROOM, grow).is_err());
    malloc(&fresh, 50);
}

#[test]
fn a_full_heap_gives_every_byte_that_it_has_and_recovers() {
    let memory = memory(16);
    let mut blocks = Vec::new();
    while let Ok(block) = plain::malloc(&memory, 1000, grow) {
        blocks.push(block);
    }
    // All but the rests of pages that are too small for a chunk of their own.
    let most = (ROOM - plain::Plain::SIZE) / 1008;
    assert!(blocks.len() as u64 * 1000 >= most * 999, "{}", blocks.len());
    let _ = all(&memory);
    plain::free(&memory, blocks[0]);
    plain::free(&memory, blocks[1]);
    let two = plain::malloc(&memory, 2000, grow).expect("the hole");
    assert_eq!(two, blocks[0]);
    let full = plain::malloc(&memory, 1000, grow);
    assert_eq!(full, Err(MemoryError::NoMemory { requested: 1000 }));
    plain::free(&memory, two);
    for &block in &blocks[2..] {
        plain::free(&memory, block);
    }
    assert_eq!(all(&memory).len(), 1);
    malloc(&memory, ROOM - plain::Plain::SIZE - 24);
}

#[test]
fn a_full_heap_finds_the_one_chunk_that_is_large_enough() {
    let memory = memory(16);
    // All in the bin of 2048 to 2304 bytes, and only the first is as large as 2300.
    let holes: Vec<Addr> = (0..20)
        .map(|n| {
            let hole = malloc(&memory, if n == 0 { 2280 } else { 2072 });
            malloc(&memory, 8);
            hole
        })
        .collect();
    while plain::malloc(&memory, 2280, grow).is_ok() {}
    for &hole in &holes {
        plain::free(&memory, hole);
    }
    assert_eq!(plain::malloc(&memory, 2280, grow), Ok(holes[0]));
}

#[test]
fn pages_that_others_took_in_between_are_left_alone() {
    for alignment in [8, 16] {
        let memory = memory(alignment);
        let mut blocks = vec![malloc(&memory, 100)];
        let mut theirs = Vec::new();
        for n in 0..if cfg!(miri) { 6 } else { 20 } {
            let page = grow(&memory, 4096).expect("room");
            memory.fill(page, 4096, 0xee);
            theirs.push(page);
            blocks.push(malloc(&memory, 3000 + 300 * n));
            blocks.push(realloc(&memory, blocks[0], 8));
            blocks[0] = malloc(&memory, 100);
        }
        for page in &theirs {
            assert_eq!(memory.read_bytes(*page, 4096), [0xee; 4096]);
        }
        for window in all(&memory).windows(2) {
            assert!(window[0].addr.plus(window[0].size) < window[1].addr);
        }
        for block in blocks {
            plain::free(&memory, block);
        }
        assert_eq!(live(&memory), 0);
        for page in &theirs {
            assert_eq!(memory.read_bytes(*page, 4096), [0xee; 4096]);
        }
    }
}

/// A grow function of somebody who got it wrong.
#[test]
fn pages_from_nowhere_are_no_memory() {
    for wrong in [
        |_: &Memory, _: u64| Ok(Addr::at(u64::MAX - 4095)),
        |_: &Memory, _: u64| Ok(Addr::at(0x5004)),
        |_: &Memory, _: u64| Ok(Addr::at(SIZE - 8)),
    ] {
        let memory = memory(16);
        let none = Err(MemoryError::NoMemory { requested: 100 });
        assert_eq!(plain::malloc(&memory, 100, wrong), none);
        let block = malloc(&memory, 100);
        let _ = all(&memory);
        let none = Err(MemoryError::NoMemory { requested: 9000 });
        assert_eq!(plain::malloc(&memory, 9000, wrong), none);
        assert_eq!(plain::realloc(&memory, block, 9000, wrong), none);
        let _ = all(&memory);
    }
}

#[test]
fn what_is_no_live_block_is_refused_by_its_address() {
    let memory = memory(16);
    let block = malloc(&memory, 100);
    let freed = malloc(&memory, 100);
    let _behind = malloc(&memory, 100);
    plain::free(&memory, freed);
    for (addr, word) in [
        (freed, "free already"),
        (Addr::at(8), "no live block"),
        (block.plus(4), "no live block"),
        (Addr::at(HEAP), "no live block"),
        (Addr::at(u64::MAX), "no live block"),
        (Addr::at(SIZE - 8), "no live block"),
    ] {
        for call in ["free", "realloc"] {
            let panic = catch_unwind(AssertUnwindSafe(|| match call {
                "free" => plain::free(&memory, addr),
                _ => drop(plain::realloc(&memory, addr, 8, grow)),
            }));
            let panic = panic.expect_err("no live block");
            let text = panic.downcast_ref::<String>().expect("a text");
            assert!(text.contains(&format!("{call}({addr})")), "{text}");
            assert!(text.contains(word), "{text}");
        }
    }
    let _ = all(&memory);
}

#[test]
fn a_block_freed_twice_is_refused_whatever_became_of_its_chunk() {
    // The order of freeing, then the one that is freed again. The old head of a chunk that was
    // joined to the one in front of it looks like that of a live chunk.
    for (order, again) in [
        (&[0, 1][..], 1),
        (&[0, 1], 0),
        (&[1, 0], 1),
        (&[1, 0], 0),
        (&[0, 2, 1], 1),
        (&[0, 2, 1], 2),
        (&[0, 1, 2], 2),
        (&[0, 1, 2], 1),
    ] {
        let memory = memory(16);
        let blocks = [(); 4].map(|()| malloc(&memory, 100));
        for &index in order {
            plain::free(&memory, blocks[index]);
        }
        let before = all(&memory);
        let twice = catch_unwind(AssertUnwindSafe(|| plain::free(&memory, blocks[again])));
        let panic = twice.expect_err("a double free");
        let text = panic.downcast_ref::<String>().expect("a text");
        let call = format!("free({}): this block is free already", blocks[again]);
        assert!(text.contains(&call), "{text}");
        assert_eq!(all(&memory), before, "{order:?}, then {again}");
    }
}

/// A heap with live and free chunks and two rows.
fn some_heap() -> Memory {
    let memory = memory(16);
    let blocks = [(); 6].map(|()| malloc(&memory, 100));
    grow(&memory, 4096).expect("room");
    malloc(&memory, 5000);
    plain::free(&memory, blocks[1]);
    plain::free(&memory, blocks[4]);
    memory
}

#[test]
fn a_broken_word_is_found_and_named() {
    let block = |n: u64| HEAP + plain::Plain::SIZE + 16 + 112 * n;
    let cases = [
        (block(0) - 8, 0, "size"),
        (block(0) - 8, 113, "not the size"),
        (block(2) - 8, 112 | FREE | PREV_FREE, "behind a free chunk"),
        (block(0) - 8, FENCE, "fence before the end"),
        (block(0) - 8, 1 << 40 | FENCE, "fence that leads beyond"),
        (block(0) - 8, !7 | FENCE, "fence that leads beyond"),
        (
            block(0) - 8,
            112 | FENCE | FREE,
            "fence that is marked free",
        ),
        (
            block(0) - 8,
            112 | PREV_FREE,
            "wrong about the chunk in front",
        ),
        (block(0) - 8, 1 << 40, "size"),
        (block(0) - 8, !7, "size"),
        (block(1) + 96, 113, "not the size"),
        (block(2) - 8, 112, "wrong about the chunk in front"),
        (block(1), 8, "no free chunk"),
        (block(4), 0, "in no bin"),
        (block(4) + 8, 8, "link back"),
        (block(1), block(4) - 8, "link back"),
        (HEAP + 16, 0, "bitmap"),
        (HEAP, SIZE + 64, "beyond the end"),
        (HEAP, 0x5001, "beyond the end"),
        (HEAP + 8, SIZE, "beyond the end"),
        (HEAP + 8, block(3) - 8, "size"),
    ];
    let step = if cfg!(miri) { 8 } else { 1 };
    for (at, word, what) in cases.into_iter().step_by(step) {
        let memory = some_heap();
        plain::check(&memory).expect("in order so far");
        memory.store(Addr::at(at), word);
        let Err(broken) = plain::check(&memory) else {
            panic!("{word:#x} at {at:#x} was not found ({what})");
        };
        assert!(broken.to_string().contains(what), "{at:#x}: {broken}");
        assert!(plain::blocks(&memory).count() < 100);
    }
}

#[test]
fn a_walk_ends_on_any_heap() {
    let rounds = if cfg!(miri) { 2 } else { 3000 };
    let mut numbers = Numbers(88_172_645_463_325_252);
    for _ in 0..rounds {
        let memory = some_heap();
        for _ in 0..1 + numbers.below(4) {
            let at = HEAP + numbers.below(0x1000 / 8) * 8;
            let word = match numbers.below(4) {
                0 => numbers.below(512),
                1 => HEAP + numbers.below(0x3000),
                2 => numbers.below(u64::MAX),
                _ => memory.load(Addr::at(at)) ^ (1 << numbers.below(12)),
            };
            memory.store(Addr::at(at), word);
        }
        assert!(plain::blocks(&memory).count() < 1000);
        let _ = plain::check(&memory);
    }
}

/// Each request looks at a bounded number of words, however many chunks are free.
#[test]
#[cfg(feature = "watch")]
fn no_request_walks_a_long_list() {
    let chunks = if cfg!(miri) { 20 } else { 10_000 };
    let watched = memory::watch::Watched::new(SIZE).expect("a range");
    let memory = watched.memory();
    lay_out(memory, SIZE - 0x10000);
    let heap = crate::common::heap(memory);
    // Chunks of one large bin, none of which is large enough for what is asked for later.
    let blocks: Vec<Addr> = (0..2 * chunks)
        .map(|_| heap.malloc(1032).expect("room"))
        .collect();
    for block in blocks.iter().step_by(2) {
        heap.free(*block);
    }
    let before = watched.work();
    let block = heap.malloc(1128).expect("room");
    let words = (watched.work() - before).manager.words();
    assert!(words < 100, "{words} words for one malloc");
    let before = watched.work();
    heap.free(block);
    let words = (watched.work() - before).manager.words();
    assert!(words < 100, "{words} words for one free");
}
