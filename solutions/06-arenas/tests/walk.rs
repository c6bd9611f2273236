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
