//! Tasks 6.11 and 6.12: `malloc`, `free` and `realloc` of the object allocator.

use arenas::arena::address_in_range;
use exam::HeapExam;
use memory::pool::PoolHeader;
use memory::{Addr, Classic, Geometry, MemoryError, Modern, PAGE, plain};

use super::support::{HEAPS, first_changed, in_order, leave, root, write_pattern};

/// A block, as the program asks for it.
fn block(exam: &HeapExam, size: u64) -> Addr {
    exam.try_event(format!("malloc({size})"), |heap| heap.malloc(size))
}

fn give(exam: &HeapExam, addr: Addr) {
    exam.event(format!("free({addr})"), |heap| heap.free(addr));
}

/// Whether a pool handed the block out.
fn from_a_pool<G: Geometry>(exam: &HeapExam, addr: Addr) -> bool {
    exam.manager_look(|heap| address_in_range::<G>(heap.memory, addr))
}

fn where_from<G: Geometry>(exam: &HeapExam, addr: Addr) -> &'static str {
    match from_a_pool::<G>(exam, addr) {
        true => "a pool",
        false => "the plain allocator",
    }
}

#[test]
fn task_6_11_small_requests_come_from_pools() {
    fn test<G: Geometry>(exam: &HeapExam) {
        for (size, expected) in [
            (1, "a pool"),
            (56, "a pool"),
            (511, "a pool"),
            (512, "a pool"),
            (513, "the plain allocator"),
            (5000, "the plain allocator"),
        ] {
            let addr = block(exam, size);
            let found = where_from::<G>(exam, addr);
            exam.equal(&format!("who serves {size} bytes"), expected, found);
        }
        in_order(exam);
    }
    exam::task(
        "6.11",
        "pools serve 1 to 512 bytes, the plain allocator what is larger",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_11_nothing_is_something() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (a, b) = (block(exam, 0), block(exam, 0));
        exam.equal(
            "who serves 0 bytes",
            "the plain allocator",
            where_from::<G>(exam, a),
        );
        exam.check("two blocks of 0 bytes are at two addresses", a != b);
        give(exam, a);
        give(exam, b);
        in_order(exam);
    }
    exam::task("6.11", "0 bytes are served by the plain allocator, as 1")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_11_a_block_goes_back_to_where_it_came_from() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let keep = block(exam, 48);
        let small = block(exam, 48);
        let large = block(exam, 2000);
        give(exam, small);
        let pool = exam.quietly(|heap| PoolHeader::of::<G>(heap.memory, small).freeblock().get());
        exam.equal("freeblock of its pool", Some(small), pool);
        give(exam, large);
        let again = block(exam, 2000);
        exam.equal("the next block of 2000 bytes", large, again);
        let again = block(exam, 48);
        exam.equal("the next block of 48 bytes", small, again);
        exam.check("another block is untouched", exam.is_live(keep));
        in_order(exam);
    }
    exam::task("6.11", "free finds the allocator that a block came from")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_11_the_first_block_touches_little() {
    fn test(exam: &HeapExam) {
        block(exam, 16);
        exam.note("the first block of all: the page of the root is touched already");
        // A page for the arena's record, one for the pool, and two if the pages in front of the arena
        // go to the plain allocator.
        exam.at_most("pages touched", 4, exam.work().pages);
        block(exam, 16);
        exam.equal("pages touched by the second one", 0, exam.work().pages);
    }
    exam::task("6.11", "of a new arena, one page is touched")
        .heaps(HEAPS)
        .run([test, test]);
}

#[test]
fn task_6_11_pages_come_with_the_blocks() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let first = block(exam, 512);
        let start = Addr::at(first.get() / G::ARENA_SIZE * G::ARENA_SIZE);
        let per_pool = (G::POOL_SIZE - PoolHeader::SIZE) / 512;
        exam.event(format!("{} more blocks", 3 * per_pool - 1), |heap| {
            for _ in 1..3 * per_pool {
                heap.malloc(512)?;
            }
            Ok::<_, MemoryError>(())
        })
        .unwrap_or_else(|error| exam.fail(&error.to_string()));
        let touched = (0..G::ARENA_SIZE / PAGE)
            .filter(|page| exam.is_touched(start.plus(page * PAGE)))
            .count() as u64;
        let expected = 3 * G::POOL_SIZE / PAGE;
        exam.equal(
            "pages of the arena touched, for three full pools",
            expected,
            touched,
        );
    }
    exam::task(
        "6.11",
        "an arena's pages are untouched until blocks in them are used",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_11_a_request_larger_than_the_range() {
    fn test(exam: &HeapExam) {
        let keep = block(exam, 100);
        for size in [1 << 40, u64::MAX, 65 << 20] {
            let result = exam.event(format!("malloc({size})"), |heap| heap.malloc(size));
            let error = exam.err(&format!("malloc({size})"), result);
            exam.equal(
                "the error",
                MemoryError::NoMemory { requested: size },
                error,
            );
        }
        in_order(exam);
        let next = block(exam, 100);
        exam.check("the heap goes on", next != keep);
    }
    exam::task(
        "6.11",
        "a request larger than the range is an error, and nothing else",
    )
    .heaps(HEAPS)
    .run([test, test]);
}

#[test]
fn task_6_11_no_arena_can_be_had() {
    fn test<G: Geometry>(exam: &HeapExam) {
        leave(exam, 3 * PAGE);
        exam.note("no arena fits into three pages: small requests go to the plain allocator too");
        let (a, b) = (block(exam, 48), block(exam, 48));
        exam.equal(
            "who serves 48 bytes",
            "the plain allocator",
            where_from::<G>(exam, a),
        );
        give(exam, a);
        give(exam, b);
        exam.equal("arenas", 0, in_order(exam).arenas.len());
    }
    exam::task(
        "6.11",
        "where no arena can be had, the plain allocator is the last chance",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

/// Blocks of `size` bytes until there are no more.
fn fill(exam: &HeapExam, size: u64) -> (Vec<Addr>, MemoryError) {
    exam.event(format!("malloc({size}) until it fails"), |heap| {
        let mut blocks = Vec::new();
        loop {
            match heap.malloc(size) {
                Ok(addr) => blocks.push(addr),
                Err(error) => return (blocks, error),
            }
        }
    })
}

#[test]
fn task_6_11_a_full_range() {
    fn test(exam: &HeapExam) {
        let (mut blocks, error) = fill(exam, 100);
        exam.equal("the error", MemoryError::NoMemory { requested: 100 }, error);
        let found = in_order(exam);
        let step = found.alignment;
        let room = found.arenas.len() as u64 * found.arena_size / 100_u64.next_multiple_of(step);
        exam.check(
            &format!(
                "{} blocks fit: nine tenths of what the arenas have room for, at least ({room})",
                blocks.len()
            ),
            blocks.len() as u64 * 10 >= room * 9,
        );
        exam.leaks(blocks.len() as u64);
        let half = blocks.split_off(blocks.len() / 2);
        exam.event("half of the blocks are freed", |heap| {
            half.iter().for_each(|&addr| heap.free(addr));
        });
        in_order(exam);
        let (again, _) = fill(exam, 100);
        exam.check(
            &format!("as many fit again ({}, found {})", half.len(), again.len()),
            again.len() >= half.len(),
        );
        exam.event("all are freed", |heap| {
            blocks
                .iter()
                .chain(&again)
                .for_each(|&addr| heap.free(addr));
        });
        in_order(exam);
        exam.leaks(0);
    }
    exam::task("6.11", "a full range says so, and the heap is in order")
        .heaps(HEAPS)
        .size(4 << 20)
        .run([test, test]);
}

#[test]
fn task_6_11_everything_goes_back() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let blocks = exam.event("60,000 blocks of 48 bytes", |heap| {
            (0..60_000)
                .map(|_| heap.malloc(48))
                .collect::<Result<Vec<Addr>, _>>()
        });
        let blocks = exam.ok("malloc", blocks);
        let arenas = in_order(exam).arenas.len();
        exam.check(
            &format!("several arenas are in use ({arenas})"),
            arenas >= 3,
        );
        exam.event("all are freed", |heap| {
            blocks.iter().for_each(|&addr| heap.free(addr));
        });
        let found = in_order(exam);
        exam.equal("arenas that are kept", 1, found.arenas.len());
        let kept = found.arenas.first().map_or(0, |arena| arena.addr.get());
        let elsewhere = blocks.iter().find(|block| {
            block.get() / G::ARENA_SIZE != kept / G::ARENA_SIZE && exam.is_touched(**block)
        });
        if let Some(addr) = elsewhere {
            exam.fail(&format!(
                "the arena of {addr} went, and a page of it is still touched"
            ));
        }
    }
    exam::task("6.11", "freeing everything gives all arenas back but one")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_11_one_survivor_keeps_an_arena() {
    fn test(exam: &HeapExam) {
        let blocks = exam.event("60,000 blocks of 48 bytes", |heap| {
            (0..60_000)
                .map(|_| heap.malloc(48))
                .collect::<Result<Vec<Addr>, _>>()
        });
        let blocks = exam.ok("malloc", blocks);
        let arenas = in_order(exam).arenas.len();
        exam.event("all but every 1000th are freed", |heap| {
            for (index, &addr) in blocks.iter().enumerate() {
                if index % 1000 != 0 {
                    heap.free(addr);
                }
            }
        });
        let found = in_order(exam);
        exam.equal("arenas that are left", arenas, found.arenas.len());
        exam.equal("blocks that are left", 60, found.blocks().count());
        let empty = found.pools().filter(|pool| pool.count == 0).count();
        exam.check(
            &format!(
                "most pools are empty ({empty} of {})",
                found.pools().count()
            ),
            empty * 10 > found.pools().count() * 3,
        );
    }
    exam::task("6.11", "one block in a thousand keeps every arena")
        .heaps(HEAPS)
        .big()
        .run([test, test]);
}

#[test]
fn task_6_11_what_was_never_allocated() {
    fn test(exam: &HeapExam) {
        let (small, large) = (block(exam, 64), block(exam, 3000));
        exam.note("each wrong call is reported before the allocator sees it");
        let wrong = small.plus(64 * 20);
        exam.fails(
            "free of a block that is not carved yet",
            "never allocated",
            |heap| {
                heap.free(wrong);
            },
        );
        exam.fails(
            "free of the middle of a block",
            "middle of a block",
            |heap| {
                heap.free(small.plus(16));
            },
        );
        exam.fails(
            "free of the middle of a large block",
            "middle of a block",
            |heap| {
                heap.free(large.plus(1024));
            },
        );
        give(exam, small);
        exam.fails("free of it once more", "double free", |heap| {
            heap.free(small)
        });
        in_order(exam);
        let again = block(exam, 64);
        exam.equal("the next block of 64 bytes", small, again);
        in_order(exam);
        exam.leaks(2);
    }
    exam::task("6.11", "a wrong free is reported, and the heap is in order")
        .heaps(HEAPS)
        .run([test, test]);
}

/// `realloc` of a block with a pattern in it, which must stay.
fn resized(exam: &HeapExam, addr: Addr, old: u64, new: u64) -> Addr {
    exam.event(format!("{old} bytes are written"), |heap| {
        write_pattern(heap, addr, old, 7);
    });
    let moved = exam.try_event(format!("realloc({addr}, {new})"), |heap| {
        heap.realloc(addr, new)
    });
    let changed = exam.event("the bytes are read", |heap| {
        first_changed(heap, moved, old, old.min(new), 7)
    });
    exam.equal(
        "the offset of the first byte that realloc lost",
        None,
        changed,
    );
    moved
}

#[test]
fn task_6_12_it_stays_where_it_fits() {
    fn test(exam: &HeapExam) {
        // 64 bytes are a class of both geometries: three quarters of it are 48.
        for (size, stays) in [(64, true), (60, true), (49, true), (48, false), (16, false)] {
            let addr = block(exam, 64);
            let moved = resized(exam, addr, 64, size);
            let words = match stays {
                true => "stays where it is",
                false => "moves into a smaller class",
            };
            if (moved == addr) != stays {
                let found = match stays {
                    true => format!("it moved to {moved}"),
                    false => format!("it stayed at {addr}"),
                };
                exam.fail(&format!(
                    "a block of 64 bytes for {size} bytes {words}; found: {found}"
                ));
            }
            give(exam, moved);
        }
        in_order(exam);
        exam.leaks(0);
    }
    exam::task(
        "6.12",
        "a block that stays more than three quarters full is not moved",
    )
    .heaps(HEAPS)
    .run([test, test]);
}

#[test]
fn task_6_12_within_its_class() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let addr = block(exam, 2 * G::ALIGNMENT - 3);
        let moved = resized(exam, addr, 2 * G::ALIGNMENT - 3, 2 * G::ALIGNMENT);
        exam.equal("the block, which had room enough", addr, moved);
        let moved = resized(exam, addr, 2 * G::ALIGNMENT, 2 * G::ALIGNMENT + 1);
        exam.check("one byte more is another block", moved != addr);
        in_order(exam);
        exam.leaks(1);
    }
    exam::task("6.12", "a block may grow to the end of its class")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_12_the_bytes_move_with_it() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let mut addr = block(exam, 24);
        let sizes = [24, 100, 333, 512, 513, 4000];
        for pair in sizes.windows(2) {
            let neighbour = block(exam, pair[1]);
            addr = resized(exam, addr, pair[0], pair[1]);
            give(exam, neighbour);
        }
        exam.equal(
            "who serves 4000 bytes",
            "the plain allocator",
            where_from::<G>(exam, addr),
        );
        in_order(exam);
        exam.leaks(1);
    }
    exam::task(
        "6.12",
        "a block that grows keeps its bytes, from class to class",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_12_no_more_than_fits() {
    fn test(exam: &HeapExam) {
        let (hole, behind) = (block(exam, 16), block(exam, 16));
        let large = block(exam, 64);
        exam.event("the block behind is written", |heap| {
            write_pattern(heap, behind, 16, 3);
        });
        give(exam, hole);
        let moved = resized(exam, large, 64, 16);
        exam.equal("the block, which had just been freed", hole, moved);
        let changed = exam.event("the block behind is read", |heap| {
            first_changed(heap, behind, 16, 16, 3)
        });
        exam.equal(
            "the offset of the first byte that realloc changed",
            None,
            changed,
        );
        in_order(exam);
    }
    exam::task(
        "6.12",
        "no more bytes are copied than the new block has room for",
    )
    .heaps(HEAPS)
    .run([test, test]);
}

#[test]
fn task_6_12_nothing_behind_the_old_block() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let (addr, _) = (block(exam, 16), block(exam, 16));
        give_one_of_each(exam, &[512, 4000]);
        exam.note("a block of 16 bytes, with another one behind it, grows");
        let size = pools::block_size::<G>(16 / G::ALIGNMENT - 1);
        for (large, at) in [(512, addr), (4000, block(exam, 16))] {
            let moved = exam.try_event(format!("realloc({at}, {large})"), |heap| {
                heap.realloc(at, large)
            });
            exam.check("it moved", moved != at);
            exam.at_most(
                &format!(
                    "words that realloc reads (of the old block only its {} words: behind its end \
                     are other blocks, or there is no memory)",
                    size / 8
                ),
                50,
                exam.work().manager.loads,
            );
        }
    }
    exam::task("6.12", "no more bytes are copied than the old block has")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

/// Takes a block of each size and gives it back, so that the next one costs little.
fn give_one_of_each(exam: &HeapExam, sizes: &[u64]) {
    for &size in sizes {
        let (keep, addr) = (block(exam, size), block(exam, size));
        exam.check("two blocks are two", keep != addr);
        give(exam, addr);
    }
}

#[test]
fn task_6_12_a_large_block_stays_large() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let addr = block(exam, 2000);
        let moved = resized(exam, addr, 2000, 40);
        exam.equal(
            "who serves a block that shrank to 40 bytes",
            "the plain allocator",
            where_from::<G>(exam, moved),
        );
        give(exam, moved);
        in_order(exam);
        exam.leaks(0);
    }
    exam::task("6.12", "a block of the plain allocator stays with it")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_12_to_nothing() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let addr = block(exam, 40);
        let moved = resized(exam, addr, 40, 0);
        exam.check("a block of 0 bytes is a block", exam.is_live(moved));
        exam.equal(
            "who serves it",
            "the plain allocator",
            where_from::<G>(exam, moved),
        );
        give(exam, moved);
        in_order(exam);
        exam.leaks(0);
    }
    exam::task("6.12", "realloc to 0 bytes frees nothing: it moves")
        .heaps(HEAPS)
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_6_12_no_memory() {
    fn test(exam: &HeapExam) {
        let addr = block(exam, 200);
        let large = block(exam, 2000);
        for (what, block, old) in [("small", addr, 200), ("large", large, 2000)] {
            exam.event(format!("the {what} block is written"), |heap| {
                write_pattern(heap, block, old, 9);
            });
            let result = exam.event(format!("realloc(the {what} block, 2^30)"), |heap| {
                heap.realloc(block, 1 << 30)
            });
            exam.err("realloc to more than the range", result);
            let changed = exam.event("the bytes are read", |heap| {
                first_changed(heap, block, old, old, 9)
            });
            exam.equal("the offset of the first byte that changed", None, changed);
            exam.check("the old block is still allocated", exam.is_live(block));
        }
        in_order(exam);
        exam.leaks(2);
    }
    exam::task(
        "6.12",
        "where there is no memory, the old block is as it was",
    )
    .heaps(HEAPS)
    .run([test, test]);
}

#[test]
fn task_6_12_the_old_block_is_free() {
    fn test(exam: &HeapExam) {
        let addr = block(exam, 64);
        let moved = resized(exam, addr, 64, 200);
        let again = block(exam, 64);
        exam.equal("the next block of 64 bytes", addr, again);
        give(exam, moved);
        give(exam, again);
        exam.leaks(0);
        let walk = in_order(exam);
        exam.equal("allocated blocks in pools", 0, walk.blocks().count());
        let live = exam.quietly(|heap| {
            plain::blocks(heap.memory)
                .flatten()
                .filter(|b| b.live)
                .count()
        });
        exam.equal("live blocks of the plain allocator", 0, live);
        let arenas = root(exam, |root| root.narenas_currently_allocated().get());
        exam.equal("arenas", 1, arenas);
    }
    exam::task("6.12", "the block that was left is free")
        .heaps(HEAPS)
        .run([test, test]);
}
