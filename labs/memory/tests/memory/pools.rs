//! Where the records of pools and arenas lie.

use memory::pool::{ArenaObject, NFP2LASTA, PoolHeader, USED_POOLS};
use memory::{Addr, Classic, Further, Furthest, Geometry, Memory, Modern, PAGE, Root, WORD};

const SIZE: u64 = Memory::MIN_SIZE;

fn memory() -> Memory {
    Memory::new(SIZE).expect("a range")
}

#[test]
fn the_roots_page_has_room_for_all_of_them() {
    let memory = memory();
    let root = Root::of(&memory).addr();
    let first = PoolHeader::used(&memory, 0).addr();
    assert_eq!(first, USED_POOLS);
    assert!(root.plus(Root::SIZE) <= first);
    // A head is the first half of a header: up to its `prevpool`.
    let last = PoolHeader::used(&memory, Classic::CLASSES - 1);
    assert_eq!(last.prevpool().addr().plus(WORD), NFP2LASTA);
    assert!(NFP2LASTA.plus(WORD * 65) <= root.plus(PAGE));
}

#[test]
fn the_header_of_a_block_is_that_of_its_pool() {
    fn test<G: Geometry>(memory: &Memory) {
        let pool = Addr::at(2 * G::POOL_SIZE);
        for offset in [0, 47, 48, 1000, G::POOL_SIZE - 1] {
            assert_eq!(PoolHeader::of::<G>(memory, pool.plus(offset)).addr(), pool);
            // A wild header's fields are masked into the range, as in every access.
            let wild = PoolHeader::of::<G>(memory, pool.plus(offset + 7 * SIZE));
            PoolHeader::at(memory, pool).count().set(offset + 1);
            assert_eq!(wild.count().get(), offset + 1);
        }
    }
    test::<Classic>(&memory());
    test::<Modern>(&memory());
}

#[test]
fn the_header_behind_another_one() {
    let memory = memory();
    let head = PoolHeader::used(&memory, 3);
    head.nextpool().set(Some(Addr::at(0x5000)));
    assert_eq!(head.next().addr(), Addr::at(0x5000));
    PoolHeader::at(&memory, Addr::at(0x5000))
        .nextpool()
        .set(Some(head.addr()));
    assert_eq!(head.next().next().addr(), head.addr());
    // The fields behind a wild link are masked into the range.
    head.nextpool().set(Some(Addr::at(9 * SIZE + 0x5000)));
    assert_eq!(head.next().next().addr(), head.addr());
}

#[test]
fn the_fields_lie_where_the_pictures_say() {
    let pool = [
        ("count", 0),
        ("freeblock", 8),
        ("nextpool", 16),
        ("prevpool", 24),
        ("arenaindex", 32),
        ("szidx", 36),
        ("nextoffset", 40),
        ("maxnextoffset", 44),
    ];
    assert_eq!((PoolHeader::SIZE, PoolHeader::FIELDS), (48, &pool[..]));
    let arena = [
        ("address", 0),
        ("pool_address", 8),
        ("nfreepools", 16),
        ("ntotalpools", 20),
        ("freepools", 24),
        ("nextarena", 32),
        ("prevarena", 40),
    ];
    assert_eq!((ArenaObject::SIZE, ArenaObject::FIELDS), (64, &arena[..]));
}

/// The numbers that the book and CPython's comments name.
#[test]
fn the_geometries() {
    fn numbers<G: Geometry>() -> [u64; 5] {
        let bytes = [G::ALIGNMENT, G::POOL_SIZE, G::ARENA_SIZE];
        let [alignment, pool, arena] = bytes;
        [alignment, pool, arena, G::CLASSES, G::POOLS_IN_ARENA]
    }
    fn switches<G: Geometry>() -> (u64, bool, u64, bool) {
        let (kept, once) = (G::KEPT_ARENAS, G::CARVE_AT_ONCE);
        (kept, G::RECARVE, once, G::KEEP_LAST_POOL)
    }
    let classic = [8, 4 << 10, 256 << 10, 64, 64];
    let modern = [16, 16 << 10, 1 << 20, 32, 64];
    assert_eq!(numbers::<Classic>(), classic);
    assert_eq!(numbers::<Further<Classic>>(), classic);
    assert_eq!(numbers::<Furthest<Classic>>(), classic);
    assert_eq!(numbers::<Modern>(), modern);
    assert_eq!(numbers::<Further<Modern>>(), modern);
    assert_eq!(numbers::<Furthest<Modern>>(), modern);
    assert_eq!(switches::<Classic>(), (0, false, 1, false));
    assert_eq!(switches::<Modern>(), (0, false, 1, false));
    assert_eq!(switches::<Further<Modern>>(), (16, true, 1, false));
    assert_eq!(switches::<Furthest<Modern>>(), (16, true, 16, true));
}
