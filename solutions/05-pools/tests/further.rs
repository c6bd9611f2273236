//! What is given in lab 5, and no test of the lab asks for: the last two switches of *Going further*,
//! the start, and the texts of what is found.

use memory::pool::PoolHeader;
use memory::{Addr, Classic, Furthest, Geometry, Memory, Modern, Root};
use pools_solution as pools;
use pools_solution::inspect::{BadFree, BrokenFreeList};

type G = Furthest<Modern>;

fn heap() -> Memory {
    let memory = Memory::new(1 << 20).unwrap();
    regions::layout(&memory, regions::Sizes { text: 0, data: 0 }).unwrap();
    pools::start::<G>(&memory);
    memory
}

fn malloc(memory: &Memory, size: u64) -> Addr {
    pools::malloc::<G>(memory, size, &pools::fresh_pools::<G>()).unwrap()
}

fn free(memory: &Memory, block: Addr) {
    pools::free::<G>(memory, block, &pools::fresh_pools::<G>());
}

/// The pools on the list of class `szidx`.
fn used(memory: &Memory, szidx: u64) -> Vec<Addr> {
    let head = PoolHeader::used(memory, szidx);
    let mut pools = Vec::new();
    let mut header = head.next();
    while header.addr() != head.addr() {
        pools.push(header.addr());
        header = header.next();
    }
    pools
}

#[test]
fn so_many_blocks_are_carved_at_once() {
    let memory = heap();
    let first = malloc(&memory, 16);
    let header = PoolHeader::of::<G>(&memory, first);
    // The one that was handed out, and as many again as the switch says.
    let carved = 1 + G::CARVE_AT_ONCE;
    let offset = PoolHeader::SIZE + 16 * carved;
    assert_eq!(u64::from(header.nextoffset().get()), offset);
    for number in 1..carved {
        assert_eq!(malloc(&memory, 16), first.plus(16 * number));
    }
    // The last of them was taken: the next row is carved.
    let offset = offset + 16 * G::CARVE_AT_ONCE;
    assert_eq!(u64::from(header.nextoffset().get()), offset);
}

#[test]
fn no_block_is_carved_that_begins_on_another_page() {
    let memory = heap();
    let first = malloc(&memory, 512);
    let header = PoolHeader::of::<G>(&memory, first);
    // Blocks begin at 48 + 512 n: number 7 is the last one that begins below 4096.
    assert_eq!(header.nextoffset().get(), 48 + 8 * 512);
    let mut blocks = 1;
    while header.nextoffset().get() == 48 + 8 * 512 {
        malloc(&memory, 512);
        blocks += 1;
    }
    assert_eq!(blocks, 8);
    assert_eq!(header.nextoffset().get(), 48 + 16 * 512);
}

#[test]
fn a_pool_is_used_to_its_end() {
    let memory = heap();
    let room = pools::capacity::<G>(31);
    let blocks: Vec<Addr> = (0..room).map(|_| malloc(&memory, 512)).collect();
    let header = PoolHeader::of::<G>(&memory, blocks[0]);
    assert!(
        blocks
            .iter()
            .all(|&block| PoolHeader::of::<G>(&memory, block).addr() == header.addr())
    );
    assert_eq!(header.freeblock().get(), None);
    assert_eq!(used(&memory, 31), []);
}

#[test]
fn the_last_pool_of_a_class_stays_when_it_is_empty() {
    let memory = heap();
    let room = pools::capacity::<G>(31);
    let blocks: Vec<Addr> = (0..room + 1).map(|_| malloc(&memory, 512)).collect();
    let pool = |block| PoolHeader::of::<G>(&memory, block).addr();
    let (first, second) = (pool(blocks[0]), pool(blocks[room as usize]));
    for &block in &blocks[..room as usize] {
        free(&memory, block);
    }
    let freepools = Root::of(&memory).freepools();
    assert_eq!(freepools.get(), Some(first), "one of two goes");
    assert_eq!(used(&memory, 31), [second]);
    free(&memory, blocks[room as usize]);
    assert_eq!(freepools.get(), Some(first));
    assert_eq!(used(&memory, 31), [second], "the last one stays");
    assert_eq!(PoolHeader::at(&memory, second).count().get(), 0);
    assert_eq!(pool(malloc(&memory, 512)), second);
}

#[test]
fn the_root_record_names_the_geometry() {
    fn test<G: Geometry>() {
        let memory = Memory::new(1 << 20).unwrap();
        pools::start::<G>(&memory);
        let root = Root::of(&memory);
        assert_eq!(root.alignment().get(), G::ALIGNMENT);
        assert_eq!(root.pool_size().get(), G::POOL_SIZE);
        assert_eq!(root.keep_last_pool().get(), u64::from(G::KEEP_LAST_POOL));
    }
    test::<Classic>();
    test::<Modern>();
    test::<Furthest<Classic>>();
}

#[test]
fn what_is_found_is_said_in_words() {
    let link = Addr::at(0x8030);
    for (found, words) in [
        (
            BadFree::NeverAllocated,
            "no block was ever handed out there",
        ),
        (
            BadFree::MiddleOfBlock { start: link },
            "that is in the middle of the block at 0x8030",
        ),
        (BadFree::DoubleFree, "this block is free already"),
        (
            BadFree::Broken(BrokenFreeList { link }),
            "the pool's free list names 0x8030, which is no carved block of it, or is on the list \
             already",
        ),
    ] {
        assert_eq!(found.to_string(), words);
    }
}
