//! Whatever the bytes, a picture is drawn: no panic, no endless loop, problems where there are any.

mod build;

use build::kept::{Kept, kept};
use build::pools::{EMPTY, FULL, OTHER, SECOND, USED, allocator, pools};
use build::{Build, program};
use memory::gc::{GcList, GcState};
use memory::pool::{NFP2LASTA, USED_POOLS};
use memory::root::ROOT;
use memory::{Addr, Memory, Root};
use picture::{
    Diff, Names, Picture, PoolParts, SvgOptions, TextOptions, Words, fields, fields_text,
};
use proptest::prelude::*;

/// Draws every face.
fn draw(memory: &Memory) -> Picture {
    let names: Names = [(Addr::at(0x7000), "a"), (Addr::at(0x9009), "b")]
        .into_iter()
        .collect();
    let snapshot = memory.snapshot();
    let picture = Picture::of(&snapshot, &names);
    let whole = Picture::of(&program().snapshot(), &names);
    let diff = Diff::between(&whole, &picture);
    for focus in [vec![], vec![Addr::at(0x7c60), ROOT]] {
        let text = picture.text(&TextOptions {
            changed: Some(&diff),
            focus,
            ..TextOptions::default()
        });
        assert!(text.lines().count() <= 25, "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
    for width in [320, 700] {
        let svg = picture.svg(&SvgOptions {
            width,
            regions: true,
            blocks: true,
            classes: true,
            statics: true,
            sizes: true,
            pools: PoolParts::ALL,
            gc: true,
            kept: true,
            changed: Some(&diff),
            ..SvgOptions::default()
        });
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
    assert!(picture.region_map(true, &Words::ENGLISH).is_ascii());
    let seen = picture
        .objects
        .keys()
        .chain(picture.frames.iter().map(|frame| &frame.addr));
    let seen: Vec<Addr> = seen.copied().take(40).collect();
    for addr in seen
        .into_iter()
        .chain([ROOT, Addr::at(0x9009), Addr::at(u64::MAX)])
    {
        let lines = fields(&snapshot, addr);
        assert!(lines.len() < 200);
        let _ = fields_text(&lines, 80);
    }
    picture
}

/// An address that does harm: in a region, near its ends, odd, or wild.
fn address() -> impl Strategy<Value = u64> {
    prop_oneof![
        0x1000u64..0x9000,
        0x7000u64..0x9000,
        0xf_fe00u64..0x10_0010,
        (0x380u64..0x480).prop_map(|word| word * 32),
        any::<u64>(),
        Just(u64::MAX - 7),
        Just((1 << 20) - 8),
        0u64..32,
    ]
}

/// The words of a whole allocator that say something, and that nothing else says in their place.
fn telling(heap: &Build) -> Vec<Addr> {
    let arenas = heap.root().arenas().get().is_some();
    let mut words = Vec::new();
    let used = if arenas {
        vec![USED, SECOND, OTHER]
    } else {
        vec![USED]
    };
    for pool in used {
        words.extend((0..6).map(|word| pool.plus(8 * word)));
    }
    words.extend([0, 1, 4, 5].map(|word| EMPTY.plus(8 * word)));
    // Without arenas, a full pool is found by its header alone.
    let full = if arenas { vec![0, 1, 4, 5] } else { vec![0, 1] };
    words.extend(full.iter().map(|word| FULL.plus(8 * word)));
    words.push(EMPTY.plus(16));
    // The links of free blocks.
    words.extend([0x100c0, 0x10060, 0x12070, 0x12030].map(Addr::at));
    words.extend([0, 2, 3, 7].map(|class| USED_POOLS.plus(32 * class + 16)));
    words.extend([0, 2, 3, 7].map(|class| USED_POOLS.plus(32 * class + 24)));
    if arenas {
        words.extend([0x13090, 0x20030].map(Addr::at));
        for arena in [1, 2] {
            let record = heap.arena(arena).addr();
            words.extend((0..6).map(|word| record.plus(8 * word)));
        }
        words.extend([0, 13, 14, 15, 64].map(|entry| NFP2LASTA.plus(8 * entry)));
        words.push(heap.root().usable_arenas().addr());
        words.push(heap.root().narenas_currently_allocated().addr());
    } else {
        words.push(heap.root().freepools().addr());
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_heap_with_wrong_words(
        words in prop::collection::vec((0x7a00u64 / 8..0x8480 / 8, address()), 1..12),
        stack in prop::collection::vec((0xf_ff00u64 / 8..0x10_0000 / 8, address()), 0..3),
        low in prop::collection::vec((0x200u64..0x780, address()), 0..3),
    ) {
        let heap = program();
        for (word, value) in words.into_iter().chain(stack).chain(low) {
            heap.memory.store(Addr::at(word * 8), value);
        }
        draw(&heap.memory);
    }

    #[test]
    fn a_root_of_random_words(words in prop::collection::vec((2u64..110, address()), 1..8)) {
        let heap = program();
        for (word, value) in words {
            heap.memory.store(ROOT.plus(word * 8), value);
        }
        draw(&heap.memory);
    }

    #[test]
    fn a_collector_with_wrong_words(
        words in prop::collection::vec((0usize..100, address()), 1..8),
    ) {
        let heap = program();
        let good = Picture::of(&heap.snapshot(), &Names::new());
        let state = GcState::of(&heap.memory);
        let (one, two) = (state.generation(0).addr(), state.list(GcList::Unreachable));
        // Every second container in each list, and the words of all heads.
        let mut places = vec![one, one.plus(8), two, two.plus(8)];
        let mut last = [one, two];
        let containers = good.objects.values().filter(|object| object.gc.is_some());
        for (index, object) in containers.enumerate() {
            let head = object.addr.minus(16);
            heap.memory.store(last[index % 2], head.get());
            heap.memory.store(head.plus(8), last[index % 2].get());
            last[index % 2] = head;
            places.extend([head, head.plus(8)]);
        }
        for (last, list) in last.into_iter().zip([one, two]) {
            heap.memory.store(last, list.get());
            heap.memory.store(list.plus(8), last.get());
        }
        prop_assert!(Picture::of(&heap.snapshot(), &Names::new()).problems.is_empty());
        for (index, value) in words {
            heap.memory.store(places[index % places.len()], value);
        }
        heap.root().trash_delete_later().set(Some(places[4].plus(16)));
        draw(&heap.memory);
    }

    #[test]
    fn free_lists_with_wrong_words(
        words in prop::collection::vec((0usize..1000, kept_word()), 1..8),
    ) {
        let kept = kept();
        let telling = telling_of_kept(&kept);
        for (index, value) in words {
            kept.heap.memory.store(telling[index % telling.len()], value);
        }
        draw(&kept.heap.memory);
    }

    #[test]
    fn one_wrong_word_of_a_free_list_is_a_problem(index in 0usize..1000, value in kept_word()) {
        let kept = kept();
        let telling = telling_of_kept(&kept);
        let at = telling[index % telling.len()];
        prop_assume!(kept.heap.memory.load(at) != value);
        kept.heap.memory.store(at, value);
        prop_assert!(!draw(&kept.heap.memory).problems.is_empty(), "{} = {:#x}", at, value);
    }

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 4096..20_000)) {
        let memory = Memory::new(1 << 16).expect("a range");
        memory.write_bytes(ROOT.plus(48), &bytes);
        draw(&memory);
    }

    #[test]
    fn one_wrong_reference_is_a_problem(place in 0usize..6, wild in address()) {
        let heap = program();
        let frame = Root::of(&heap.memory).frame().get().expect("a frame");
        let good = Picture::of(&heap.snapshot(), &Names::new());
        prop_assert!(good.problems.is_empty());
        let is_object = Addr::new(wild).is_none_or(|addr| good.object(addr).is_some())
            || (heap.small(-5).get()..=heap.small(256).get()).contains(&wild) && wild % 32 == heap.small(0).get() % 32
            || (0x3000..0x7000).contains(&wild);
        prop_assume!(!is_object);
        let slot = good.frames[place % 3].locals.first().expect("a local").at;
        heap.memory.store(slot, wild);
        prop_assert!(frame.get() > 0);
        prop_assert!(!draw(&heap.memory).problems.is_empty());
    }

    #[test]
    fn an_allocator_with_wrong_words(
        arenas in any::<bool>(),
        words in prop::collection::vec((0usize..1000, harmful()), 1..8),
        anywhere in prop::collection::vec((0x200u64..0x8000, harmful()), 0..8),
    ) {
        let heap = if arenas { allocator() } else { pools() };
        let telling = telling(&heap);
        for (index, value) in words {
            heap.memory.store(telling[index % telling.len()], value);
        }
        for (word, value) in anywhere {
            heap.memory.store(Addr::at(word * 8), value);
        }
        draw(&heap.memory);
    }

    #[test]
    fn one_wrong_word_is_a_problem(
        arenas in any::<bool>(),
        index in 0usize..1000,
        value in harmful(),
    ) {
        let heap = if arenas { allocator() } else { pools() };
        let telling = telling(&heap);
        let at = telling[index % telling.len()];
        prop_assume!(heap.memory.load(at) != value);
        // Lab 5's pools are in no arena, so this half of a word says nothing.
        let half = !arenas && at.get() % 0x1000 == 32;
        prop_assume!(!half || heap.memory.load(at) >> 32 != value >> 32);
        heap.memory.store(at, value);
        prop_assert!(!draw(&heap.memory).problems.is_empty(), "{} = {:#x}", at, value);
    }
}

/// The words of free lists, and of the objects on them, that say something.
fn telling_of_kept(kept: &Kept) -> Vec<Addr> {
    let lists = kept.heap.free_lists();
    let mut words = vec![
        lists.float_numfree().addr(),
        lists.float_free_list().addr(),
        lists.lists().numfree().addr(),
        lists.lists().op(0).addr(),
        lists.lists().op(1).addr(),
        lists.dicts().op(0).addr(),
        lists.tuples(2).numfree().addr(),
        lists.tuples(2).free_list().addr(),
    ];
    words.extend(kept.floats.iter().flat_map(|op| [*op, op.plus(8)]));
    words.extend(
        kept.tuples
            .iter()
            .flat_map(|op| [*op, op.plus(8), op.plus(16), op.plus(24)]),
    );
    words.extend(kept.lists.iter().flat_map(|op| [*op, op.plus(8)]));
    words
}

/// A word that does harm in a free list: a small number, an object of the heap, or any.
fn kept_word() -> impl Strategy<Value = u64> {
    prop_oneof![
        0u64..100,
        (0xfc00u64 / 16..0xfe60 / 16).prop_map(|block| block * 16),
        (0u64..8).prop_map(|block| 0x10030 + 32 * block),
        address(),
    ]
}

/// A word that does harm in an allocator: a small number, a block, a pool, a record, or any.
fn harmful() -> impl Strategy<Value = u64> {
    prop_oneof![
        0u64..100,
        (0x10u64..0x40).prop_map(|pool| pool << 12),
        (0x10000u64 / 16..0x14000 / 16).prop_map(|block| block * 16),
        (0u64..20).prop_map(|record| 0x7000 + 64 * record),
        (0u64..40).prop_map(|head| USED_POOLS.get() + 32 * head),
        (any::<u16>(), any::<u16>()).prop_map(|(a, b)| u64::from(a) << 32 | u64::from(b)),
        address(),
    ]
}
