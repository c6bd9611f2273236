//! Pools and arenas: whole ones, and broken ones.

mod build;

use build::pools::{EMPTY, FULL, OTHER, POOL, SECOND, USED, allocator, carve, pools};
use build::{Build, picture, said};
use memory::pool::PoolHeader;
use memory::pool::walk::walk;
use memory::{Addr, Memory};
use picture::model::{BlockState, Holds, PoolState};
use picture::{Diff, Names, Picture, PoolParts, SvgOptions, TextOptions};

#[test]
fn whole_allocators_have_no_problem() {
    for heap in [pools(), allocator()] {
        assert_eq!(said(&heap), Vec::<String>::new());
    }
}

#[test]
fn the_states_of_pools_and_blocks() {
    let heap = pools();
    let picture = picture(&heap);
    let pools = picture.pools.expect("pools");
    let state = |addr: Addr| pools.pools[&addr].state;
    assert_eq!(state(USED), PoolState::Used);
    assert_eq!(state(FULL), PoolState::Full);
    assert_eq!(state(EMPTY), PoolState::Empty);
    let used = &pools.pools[&USED];
    let states: Vec<BlockState> = used.blocks().map(|(_, state)| state).take(6).collect();
    use BlockState::{Allocated, Free, Untouched};
    assert_eq!(
        states,
        [Allocated, Free, Allocated, Free, Allocated, Untouched]
    );
    assert_eq!(used.capacity, 84);
    assert_eq!(used.free, [used.block(3), used.block(1)]);
    assert_eq!(pools.freepools, [EMPTY]);
    // The blocks are blocks of the heap, and what was not carved is none.
    let carved = picture
        .blocks
        .iter()
        .filter(|b| b.start >= USED && b.start < FULL);
    assert_eq!(carved.count(), 5);
}

#[test]
fn an_object_in_a_pool_is_an_object() {
    let heap = pools();
    let place = |index: u64| USED.plus(PoolHeader::SIZE + 48 * index);
    heap.header(place(0), 1, heap.ty.float);
    heap.frame("f", &[("x", Some(place(0))), ("gone", Some(place(1)))]);
    let picture = picture(&heap);
    assert!(picture.object(place(0)).is_some());
    assert!(
        picture
            .blocks
            .iter()
            .any(|block| block.holds == Holds::Object(place(0)))
    );
    let text = picture.text(&TextOptions::default());
    assert!(
        text.contains("gone ──▶ 0x10060") && text.contains("✗ freed"),
        "{text}"
    );
    assert!(text.contains("0x10030 ██ float 0.0"), "{text}");
}

fn names() -> Names {
    let block = |index: u64| USED.plus(PoolHeader::SIZE + 48 * index);
    [(block(0), "A"), (block(2), "C"), (block(4), "E")]
        .into_iter()
        .collect()
}

#[test]
fn as_text() {
    let picture = Picture::of(&pools().snapshot(), &names());
    insta::assert_snapshot!("pools", picture.text(&TextOptions::default()));
    let picture = Picture::of(&allocator().snapshot(), &names());
    insta::assert_snapshot!("arenas", picture.text(&TextOptions::default()));
    let ascii = picture.text(&TextOptions {
        ascii: true,
        max_lines: 12,
        ..TextOptions::default()
    });
    assert!(ascii.is_ascii() && ascii.lines().count() <= 12, "{ascii}");
}

#[test]
fn what_changed_is_marked() {
    let heap = allocator();
    let before = picture(&heap);
    // Block 3 of the pool is handed out.
    let header = heap.pool_header(USED);
    header.count().set(4);
    header
        .freeblock()
        .set(Some(USED.plus(PoolHeader::SIZE + 48)));
    let after = picture(&heap);
    assert_eq!(after.problems, []);
    let diff = Diff::between(&before, &after);
    assert!(!diff.is_empty());
    let text = after.text(&TextOptions {
        changed: Some(&diff),
        ..TextOptions::default()
    });
    assert!(text.contains("~ pool 0x10000"), "{text}");
    assert!(text.contains("~ 0x100c0 ██"), "{text}");
    assert!(!text.contains("~ pool 0x13000"), "{text}");
    let svg = after.svg(&SvgOptions {
        pools: PoolParts::ALL,
        changed: Some(&diff),
        ..SvgOptions::default()
    });
    assert!(
        svg.contains("~ pool 0x10000") && svg.contains("ph-live ph-changed"),
        "{svg}"
    );
}

#[test]
fn as_a_drawing() {
    let picture = Picture::of(&allocator().snapshot(), &names());
    let svg = picture.svg(&SvgOptions {
        pools: PoolParts::ALL,
        ..SvgOptions::default()
    });
    insta::assert_snapshot!("arenas_svg", svg);
    // Every block by itself: more cells.
    let all = picture.svg(&SvgOptions {
        pools: PoolParts {
            fold: usize::MAX,
            only: vec![USED],
            ..PoolParts::POOLS
        },
        ..SvgOptions::default()
    });
    assert_eq!(all.matches("class=\"ph-live\"").count(), 3);
    assert!(all.matches("frameless ph-dash").count() > 70);
}

/// What is done to a whole heap, and what must then be said.
type Breaks = &'static [(&'static str, fn(&Build))];

const POOLS: Breaks = &[
    ("its count is 4, and 3 of its blocks are allocated", |b| {
        b.pool_header(USED).count().set(4);
    }),
    (
        "its free list leads out of the pool: the link in 0x10060 is 0x11030",
        |b| {
            b.memory.store(Addr::at(0x10060), 0x11030);
        },
    ),
    (
        "its free list leads to no block's start: freeblock is 0x10068",
        |b| {
            b.pool_header(USED).freeblock().set(Some(Addr::at(0x10068)));
        },
    ),
    (
        "its free list runs in a circle: the link in 0x10060 is 0x100c0",
        |b| {
            b.memory.store(Addr::at(0x10060), 0x100c0);
        },
    ),
    (
        "its free list holds a block that was not carved: freeblock is 0x10120",
        |b| {
            b.pool_header(USED).freeblock().set(Some(Addr::at(0x10120)));
        },
    ),
    (
        "its free list is empty, and 79 of its blocks are not carved",
        |b| {
            b.pool_header(USED).freeblock().set(None);
            b.pool_header(USED).count().set(5);
        },
    ),
    ("0x11000 it is full, and still on usedpools[3]", |b| {
        b.used_list(3, &[FULL])
    }),
    (
        "0x10000 it has blocks to give, and is not on usedpools[2]",
        |b| b.used_list(2, &[]),
    ),
    ("0x10000 it is on usedpools[4], and its szidx is 0x2", |b| {
        b.used_list(2, &[]);
        b.used_list(4, &[USED]);
    }),
    ("0x12000 it is empty, and not on freepools", |b| {
        b.root().freepools().set(None)
    }),
    (
        "its list freepools leads to 0x12000: it runs in a circle",
        |b| {
            b.pool_header(EMPTY).nextpool().set(Some(EMPTY));
        },
    ),
    (
        "its list freepools leads to 0x12010: no multiple of the size of a pool",
        |b| {
            b.root().freepools().set(Some(Addr::at(0x12010)));
        },
    ),
    (
        "0x10000 it is on two lists: usedpools[2] and freepools",
        |b| {
            b.pool_header(EMPTY).nextpool().set(Some(USED));
        },
    ),
    (
        "0x10000 it is on freepools, and 3 of its blocks are allocated",
        |b| {
            b.used_list(2, &[]);
            b.pool_header(EMPTY).nextpool().set(Some(USED));
            b.pool_header(USED).nextpool().set(None);
        },
    ),
    (
        "its prevpool is 0x0000, and the one before it in usedpools[2]",
        |b| {
            b.pool_header(USED).prevpool().set(None);
        },
    ),
    (
        "the list usedpools[2] breaks off here: nextpool is NULL",
        |b| {
            b.pool_header(USED).nextpool().set(None);
        },
    ),
    (
        "the list usedpools[2] leads from here to 0x60000: outside the heap",
        |b| {
            b.pool_header(USED).nextpool().set(Some(Addr::at(0x60000)));
        },
    ),
    (
        "the list usedpools[2] runs in a circle that its head is not on",
        |b| {
            b.pool_header(USED).nextpool().set(Some(USED));
        },
    ),
    ("the head usedpools[7] has no links", |b| {
        PoolHeader::used(&b.memory, 7).nextpool().set(None);
        PoolHeader::used(&b.memory, 7).prevpool().set(None);
    }),
    (
        "its nextoffset is 290: no block of 48 bytes begins there",
        |b| {
            b.pool_header(USED).nextoffset().set(290);
        },
    ),
    (
        "its maxnextoffset is 4096, and with blocks of 48 bytes it is 4048",
        |b| {
            b.pool_header(USED).maxnextoffset().set(4096);
        },
    ),
    ("its szidx is 99: no size class", |b| {
        b.pool_header(USED).szidx().set(99)
    }),
    ("the root's pool_size is 5000", |b| {
        b.root().pool_size().set(5000)
    }),
    ("the root's alignment is 3", |b| b.root().alignment().set(3)),
];

const ARENAS: Breaks = &[
    (
        "0x20000 its nfreepools is 14, and 15 pools are not carved and 0 are in freepools",
        |b| {
            b.arena(2).nfreepools().set(14);
        },
    ),
    (
        "usable_arenas is out of order: 15 free pools here, and 13 in the next one",
        |b| {
            let (one, two) = (b.arena(1), b.arena(2));
            b.root().usable_arenas().set(Some(two.addr()));
            two.nextarena().set(Some(one.addr()));
            two.prevarena().set(None);
            one.nextarena().set(None);
            one.prevarena().set(Some(two.addr()));
        },
    ),
    (
        "nfp2lasta[13] is arena 0x20000, and the last with so many free pools is 0x10000",
        |b| {
            b.nfp2lasta(13).set(Some(b.arena(2).addr()));
        },
    ),
    (
        "nfp2lasta[15] is NULL, and the last arena with so many free pools is 0x20000",
        |b| {
            b.nfp2lasta(15).set(None);
        },
    ),
    (
        "nfp2lasta[3] is arena 0x10000, and no usable arena has so many free pools",
        |b| {
            b.nfp2lasta(3).set(Some(b.arena(1).addr()));
        },
    ),
    ("nfp2lasta[3] is arena 0x4242, no arena record", |b| {
        b.nfp2lasta(3).set(Some(Addr::at(0x4242)));
    }),
    (
        "0x20000 it has free pools, and is not in usable_arenas",
        |b| {
            b.arena(1).nextarena().set(None);
        },
    ),
    (
        "usable_arenas runs in a circle: it comes back to arena 0x10000",
        |b| {
            b.arena(2).nextarena().set(Some(b.arena(1).addr()));
        },
    ),
    (
        "usable_arenas leads to 0x7001: no record of an arena",
        |b| {
            b.root().usable_arenas().set(Some(Addr::at(0x7001)));
        },
    ),
    (
        "0x20000 its prevarena is NULL, and the record before it in usable_arenas is 0x7040",
        |b| {
            b.arena(2).prevarena().set(None);
        },
    ),
    (
        "unused_arena_objects leads to 0x7040: the record of an arena that exists",
        |b| {
            b.root().unused_arena_objects().set(Some(b.arena(1).addr()));
        },
    ),
    (
        "unused_arena_objects leads to 0x70c0: it runs in a circle",
        |b| {
            b.arena(3).nextarena().set(Some(b.arena(3).addr()));
        },
    ),
    (
        "the root's narenas_currently_allocated is 3, and there are 2",
        |b| {
            b.root().narenas_currently_allocated().set(3);
        },
    ),
    (
        "its pool_address is 0x14010: no pool of it begins there",
        |b| {
            b.arena(1).pool_address().set(Some(Addr::at(0x14010)));
        },
    ),
    ("its ntotalpools is 15, and it has 16", |b| {
        b.arena(1).ntotalpools().set(15)
    }),
    ("record 1 says that its arena is at 0x20000", |b| {
        b.arena(1).address().set(Some(Addr::at(0x20000)));
    }),
    ("0x13000 its arenaindex is 7, and it lies in arena 1", |b| {
        b.pool_header(SECOND).arenaindex().set(7);
    }),
    (
        "its list freepools leads to 0x20000: no carved pool of this arena",
        |b| {
            b.arena(1).freepools().set(Some(OTHER));
        },
    ),
    ("0x12000 it is empty, and not on freepools", |b| {
        b.arena(1).freepools().set(None)
    }),
    ("0x14000 it is no pool that was carved from an arena", |b| {
        b.pool(Addr::at(0x14000), 9, 2, &[1]);
        b.used_list(9, &[Addr::at(0x14000)]);
    }),
    ("0x13000 it is empty, and still on usedpools[2]", |b| {
        b.pool(SECOND, 2, 2, &[0, 1]);
        b.used_list(2, &[USED, SECOND]);
    }),
    ("the root's arena_size is 100", |b| {
        b.root().arena_size().set(100)
    }),
    (
        "the root's row of arena records does not lie in the range",
        |b| {
            b.root().maxarenas().set(1 << 60);
        },
    ),
];

/// What can be broken of an allocator of lab 6: the root's list of empty pools is lab 5's.
fn breaks_of_lab_6() -> impl Iterator<Item = &'static (&'static str, fn(&Build))> {
    let pools = POOLS
        .iter()
        .filter(|(words, _)| !words.contains("freepools"));
    pools.chain(ARENAS)
}

#[test]
fn each_break_is_named() {
    let of_lab_5 = POOLS.iter().map(|each| (pools as fn() -> Build, each));
    let of_lab_6 = breaks_of_lab_6().map(|each| (allocator as fn() -> Build, each));
    for (make, (words, break_it)) in of_lab_5.chain(of_lab_6) {
        let heap = make();
        break_it(&heap);
        let said = said(&heap);
        assert!(
            said.iter().any(|said| said.contains(words)),
            "{words}: {said:#?}"
        );
        let text = picture(&heap).text(&TextOptions::default());
        assert!(text.contains("! "), "{text}");
    }
}

/// `memory::pool::walk` reads the same records, for the tests of lab 6: it stops at the first that
/// is wrong, where a picture shows all. It lets nothing pass that a picture calls wrong.
#[test]
fn each_break_is_found_by_the_walk_too() {
    let whole = walk(&allocator().snapshot());
    assert!(whole.is_ok(), "{whole:?}");
    for (words, break_it) in breaks_of_lab_6() {
        let heap = allocator();
        break_it(&heap);
        assert!(walk(&heap.snapshot()).is_err(), "{words}");
    }
}

#[test]
fn one_break_is_not_twenty() {
    for (words, break_it) in POOLS.iter().take(8) {
        let heap = pools();
        break_it(&heap);
        assert!(said(&heap).len() <= 3, "{words}: {:#?}", said(&heap));
    }
}

#[test]
fn a_pool_that_was_just_handed_out_is_no_problem() {
    let heap = allocator();
    let arena = heap.arena(1);
    carve(&heap, Addr::at(0x14000));
    arena.pool_address().set(Some(Addr::at(0x15000)));
    arena.nfreepools().set(12);
    heap.nfp2lasta(13).set(None);
    heap.nfp2lasta(12).set(Some(arena.addr()));
    assert_eq!(said(&heap), Vec::<String>::new());
    let text = picture(&heap).text(&TextOptions::default());
    assert!(
        text.contains("pool 0x14000   never used   on no list"),
        "{text}"
    );
}

#[test]
fn a_pool_in_memory_of_the_plain_allocator() {
    let heap = Build::new();
    let block = heap.malloc(3 * POOL);
    heap.root().pool_size().set(POOL);
    heap.root().alignment().set(16);
    let pool = Addr::at(block.get().next_multiple_of(POOL));
    heap.pool(pool, 2, 5, &[1]);
    heap.used_list(2, &[pool]);
    let said = said(&heap);
    assert!(
        said.iter()
            .any(|said| said.contains("it lies in memory of the plain")),
        "{said:?}"
    );
}

#[test]
fn a_broken_pool_is_drawn() {
    let of_pools = POOLS.iter().map(|(_, b)| (pools as fn() -> Build, b));
    let of_arenas = ARENAS.iter().map(|(_, b)| (allocator as fn() -> Build, b));
    for (make, break_it) in of_pools.chain(of_arenas) {
        let heap = make();
        break_it(&heap);
        for width in [320, 430, 760] {
            let svg = picture(&heap).svg(&SvgOptions {
                width,
                pools: PoolParts::ALL,
                ..SvgOptions::default()
            });
            assert!(svg.contains("! 0x") && !svg.contains("NaN"), "{svg}");
        }
    }
}

#[test]
fn no_pools_before_the_root_says_so() {
    let memory = Memory::new(1 << 20).expect("a range");
    let picture = Picture::of(&memory.snapshot(), &Names::new());
    assert_eq!(picture.pools, None);
}
