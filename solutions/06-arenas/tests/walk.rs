//! What the walk over all records says of a broken one: one word is changed, and it must be named.

use arenas_solution as arenas;
use memory::pool::walk::walk;
use memory::pool::{ArenaObject, NFP2LASTA, PoolHeader};
use memory::{Addr, Classic, Geometry, Memory, Root};

/// Three arenas with blocks of several classes, full, used and empty pools. Returns some blocks.
fn heap() -> (Memory, Vec<Addr>) {
    let memory = Memory::new(1 << 22).unwrap();
    let sizes = regions::layout::Sizes { text: 0, data: 0 };
    regions::layout::layout(&memory, sizes).unwrap();
    arenas::arena::start::<Classic>(&memory).unwrap();
    let mut blocks: Vec<Addr> = (0..3000)
        .map(|index| arenas::malloc::<Classic>(&memory, 48 + 464 * (index % 2)).unwrap())
        .collect();
    // A third goes, so that pools become empty, and of the last third two of three blocks.
    for index in (1000..3000).rev() {
        if index < 2000 || index % 3 != 0 {
            arenas::free::<Classic>(&memory, blocks.remove(index));
        }
    }
    walk(&memory).unwrap_or_else(|broken| panic!("{broken}"));
    (memory, blocks)
}

/// Breaks a heap, and expects these words.
fn says(words: &str, break_it: impl FnOnce(&Memory, &[Addr])) {
    let (memory, blocks) = heap();
    break_it(&memory, &blocks);
    match walk(&memory) {
        Ok(_) => panic!("nothing is said; expected: {words}"),
        Err(broken) => assert!(broken.what.contains(words), "{broken}\nexpected: {words}"),
    }
    let snapshot = memory.snapshot();
    assert!(walk(&snapshot).is_err(), "a snapshot says the same");
}

fn first(memory: &Memory) -> ArenaObject<'_> {
    let record = Root::of(memory).usable_arenas().get();
    ArenaObject::at(memory, record.unwrap())
}

fn header<'m>(memory: &'m Memory, block: Addr) -> PoolHeader<'m> {
    PoolHeader::of::<Classic>(memory, block)
}

/// A full pool.
fn full<'m>(memory: &'m Memory, blocks: &[Addr]) -> PoolHeader<'m> {
    let mut headers = blocks.iter().map(|&block| header(memory, block));
    headers.find(|it| it.freeblock().get().is_none()).unwrap()
}

/// A used pool.
fn used<'m>(memory: &'m Memory, blocks: &[Addr]) -> PoolHeader<'m> {
    let mut headers = blocks.iter().rev().map(|&block| header(memory, block));
    headers.find(|it| it.freeblock().get().is_some()).unwrap()
}

#[test]
fn a_pool_and_its_list() {
    says(
        "is full, and still on the list of used pools",
        |memory, blocks| {
            let pool = full(memory, blocks);
            pools::used::link_front(memory, pool.addr(), u64::from(pool.szidx().get()));
        },
    );
    says("is not on the list of used pools", |memory, blocks| {
        pools::used::unlink(memory, used(memory, blocks).addr());
    });
    says("on the list of used pools of class", |memory, blocks| {
        let pool = used(memory, blocks);
        pools::used::unlink(memory, pool.addr());
        pools::used::link_front(memory, pool.addr(), 20);
    });
    says("but its prevpool is", |memory, blocks| {
        used(memory, blocks).prevpool().set(Some(blocks[0]));
    });
    says("where no pool of an arena begins", |memory, blocks| {
        used(memory, blocks).nextpool().set(Some(blocks[0]));
    });
}

#[test]
fn a_pool_and_its_blocks() {
    says("is twice in the free list", |memory, blocks| {
        let pool = used(memory, blocks);
        let block = pool.freeblock().get().unwrap();
        memory.store(block, block.get());
    });
    says(
        "where none of its carved blocks begins",
        |memory, blocks| {
            let pool = used(memory, blocks);
            let block = pool.freeblock().get().unwrap();
            pool.freeblock().set(Some(block.plus(8)));
        },
    );
    says("allocated blocks, but", |memory, blocks| {
        let pool = used(memory, blocks);
        pool.count().set(pool.count().get() + 1);
    });
    says("has room for", |memory, blocks| {
        full(memory, blocks).count().set(1000);
    });
    says("its arenaindex is", |memory, blocks| {
        full(memory, blocks).arenaindex().set(9);
    });
    says("which does not exist", |memory, blocks| {
        full(memory, blocks).szidx().set(64);
    });
    says("carves its next block at offset", |memory, blocks| {
        let pool = used(memory, blocks);
        pool.nextoffset().set(pool.nextoffset().get() + 8);
    });
    says("carves its next block at offset", |memory, blocks| {
        let pool = full(memory, blocks);
        let size = 8 * (pool.szidx().get() + 1);
        pool.nextoffset().set(PoolHeader::SIZE as u32 + 1000 * size);
    });
    says("its maxnextoffset is", |memory, blocks| {
        full(memory, blocks).maxnextoffset().set(0);
    });
}

#[test]
fn an_arena() {
    says("free pools, but", |memory, _| {
        first(memory).nfreepools().set(63);
    });
    says("is out of order", |memory, _| {
        // Two arenas change places in their numbers: both records stay right by themselves.
        let (root, a) = (Root::of(memory), first(memory));
        let b = ArenaObject::at(memory, a.nextarena().get().unwrap());
        root.usable_arenas().set(Some(b.addr()));
        a.nextarena().set(b.nextarena().get());
        b.nextarena().set(Some(a.addr()));
        b.prevarena().set(None);
        a.prevarena().set(Some(b.addr()));
    });
    says("the prevarena of", |memory, _| {
        let second = first(memory).nextarena().get().unwrap();
        ArenaObject::at(memory, second).prevarena().set(None);
    });
    says("is not on the list of usable arenas", |memory, _| {
        let arena = first(memory);
        arenas::usable::leave_equals(arena);
        arenas::usable::unlink(arena);
    });
    says("nfp2lasta[", |memory, _| {
        let nf = u64::from(first(memory).nfreepools().get());
        memory.store(NFP2LASTA.plus(8 * nf), 0);
    });
    says("its place is lost", |memory, _| {
        Root::of(memory).unused_arena_objects().set(None);
        // As after an arena was given back.
        let record = arenas::arena::arena_number(memory, 15);
        record.ntotalpools().set(64);
    });
    says("narenas_currently_allocated is", |memory, _| {
        Root::of(memory).narenas_currently_allocated().set(99);
    });
    says("carves its next pool at", |memory, _| {
        let arena = first(memory);
        arena.pool_address().set(
            arena
                .address()
                .get()
                .map(|it| it.plus(Classic::ARENA_SIZE * 2)),
        );
    });
    says(
        "where no carved pool of that arena begins",
        |memory, blocks| {
            first(memory).freepools().set(Some(blocks[3]));
        },
    );
}

/// An empty pool in the list `freepools` of its arena.
fn free(memory: &Memory) -> PoolHeader<'_> {
    let mut arenas = (0..16).map(|number| arenas::arena::arena_number(memory, number));
    let pool = arenas.find_map(|arena| arena.freepools().get());
    PoolHeader::at(memory, pool.unwrap())
}

#[test]
fn the_sizes_in_the_root_record() {
    type Set = fn(&Root);
    let wrong: [Set; 8] = [
        |root| root.alignment().set(4),
        |root| root.pool_size().set(3 << 12),
        |root| {
            root.pool_size().set(2048);
            root.arena_size().set(1 << 16);
        },
        |root| root.arena_size().set(3 << 16),
        // An arena smaller than a pool, of more pools than the table has words for, and larger than
        // the range.
        |root| root.pool_size().set(1 << 19),
        |root| root.arena_size().set(1 << 19),
        |root| {
            root.pool_size().set(1 << 20);
            root.arena_size().set(1 << 23);
        },
        |root| {
            root.pool_size().set(1 << 62);
            root.arena_size().set(1 << 62);
        },
    ];
    for set in wrong {
        says("names sizes that no allocator has", |memory, _| {
            set(&Root::of(memory));
        });
    }
}

#[test]
fn the_row_of_arena_records() {
    says("the row of arena records cannot be at", |memory, _| {
        Root::of(memory).arenas().set(None);
    });
    says("the row of arena records cannot be at", |memory, _| {
        Root::of(memory).maxarenas().set(17);
    });
    for row in [memory_end() - 15 * ArenaObject::SIZE, u64::MAX - 7] {
        says("the row of arena records cannot be at", |memory, _| {
            Root::of(memory).arenas().set(Addr::new(row));
        });
    }
    says("carves its next pool at", |memory, _| {
        let next = first(memory).pool_address();
        next.set(next.get().map(|it| it.minus(8)));
    });
    says("but its place begins at", |memory, _| {
        let address = first(memory).address();
        address.set(address.get().map(|it| it.plus(4096)));
    });
    says("says that it has 63 pools", |memory, _| {
        first(memory).ntotalpools().set(63);
    });
}

fn memory_end() -> u64 {
    heap().0.size()
}

#[test]
fn an_empty_pool() {
    says("is twice in its arena's list freepools", |memory, _| {
        let pool = free(memory);
        pool.nextpool().set(Some(pool.addr()));
    });
    says("is in its arena's list freepools with", |memory, _| {
        free(memory).count().set(1);
    });
    says("and in its arena's list freepools", |memory, _| {
        PoolHeader::used(memory, 0)
            .nextpool()
            .set(Some(free(memory).addr()));
    });
    says("has no size class, and is not in", |memory, blocks| {
        full(memory, blocks)
            .szidx()
            .set(memory::pool::DUMMY_SIZE_IDX);
    });
    says("has no allocated block, and is not in", |memory, blocks| {
        used(memory, blocks).count().set(0);
    });
    // Only on the list of its own class may it stay, and only where it is allowed to.
    says("has no allocated block, and is not in", |memory, blocks| {
        Root::of(memory).keep_last_pool().set(1);
        full(memory, blocks).count().set(0);
    });
    says("has no allocated block, and is not in", |memory, blocks| {
        Root::of(memory).keep_last_pool().set(1);
        let pool = used(memory, blocks);
        pools::used::unlink(memory, pool.addr());
        pools::used::link_front(memory, pool.addr(), 20);
        pool.count().set(0);
    });
}

#[test]
fn the_lists_of_used_pools() {
    says("the head of the used pools of class 3", |memory, blocks| {
        PoolHeader::used(memory, 3).freeblock().set(Some(blocks[0]));
    });
    says("was reached on that of class 5 before", |memory, _| {
        let pool = PoolHeader::used(memory, 5).nextpool().get();
        PoolHeader::used(memory, 63).nextpool().set(pool);
    });
    says("was reached on that of class", |memory, blocks| {
        let pool = used(memory, blocks);
        pool.nextpool().set(Some(pool.addr()));
    });
    says("nobody would find it", |memory, blocks| {
        let pool = used(memory, blocks);
        let size = 8 * (pool.szidx().get() + 1);
        pool.freeblock().set(None);
        pool.nextoffset().set(PoolHeader::SIZE as u32 + 2 * size);
        pool.count().set(2);
    });
}

#[test]
fn the_list_of_usable_arenas() {
    says(
        "where no record of an arena begins that exists",
        |memory, blocks| {
            first(memory).nextarena().set(Some(blocks[0]));
        },
    );
    says("is twice in the list of usable arenas", |memory, _| {
        let arena = first(memory);
        arena.nextarena().set(Some(arena.addr()));
    });
    says("has no free pool, and is on the list", |memory, blocks| {
        // The oldest arena: all its pools are in use.
        let arena = arenas::arena::arena_at::<Classic>(memory, blocks[0]);
        assert_eq!(arena.nfreepools().get(), 0);
        arenas::usable::link_front(arena);
    });
}

#[test]
fn the_list_of_unused_records() {
    fn record(memory: &Memory, number: u64) -> Addr {
        arenas::arena::arena_number(memory, number).addr()
    }
    for wrong in [
        |row: Addr| row.plus(8),
        |row: Addr| row.minus(ArenaObject::SIZE),
        |row: Addr| row.plus(16 * ArenaObject::SIZE),
    ] {
        says("the list of unused arena records leads to", |memory, _| {
            let row = record(memory, 0);
            Root::of(memory)
                .unused_arena_objects()
                .set(Some(wrong(row)));
        });
    }
    says(
        "is on the list of unused records, and its address is not 0",
        |memory, _| {
            let arena = first(memory).addr();
            Root::of(memory).unused_arena_objects().set(Some(arena));
        },
    );
    says("is twice in the list of unused ones", |memory, _| {
        let last = record(memory, 15);
        Root::of(memory).unused_arena_objects().set(Some(last));
        ArenaObject::at(memory, last).nextarena().set(Some(last));
    });
}

#[test]
fn the_counts_of_arenas() {
    says("nempty_arenas is 9", |memory, _| {
        Root::of(memory).nempty_arenas().set(9);
    });
    says("each of these must be at least as large", |memory, _| {
        Root::of(memory).narenas_highwater().set(0);
    });
    says("each of these must be at least as large", |memory, _| {
        Root::of(memory).ntimes_arena_allocated().set(1);
    });
}
