//! Whatever the bytes, a picture is drawn: no panic, no endless loop, problems where there are any.

mod build;

use build::program;
use memory::root::ROOT;
use memory::{Addr, Memory, Root};
use picture::{Diff, Names, Picture, SvgOptions, TextOptions, Words, fields, fields_text};
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
    fn a_root_of_random_words(words in prop::collection::vec((2u64..32, address()), 1..8)) {
        let heap = program();
        for (word, value) in words {
            heap.memory.store(ROOT.plus(word * 8), value);
        }
        draw(&heap.memory);
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
}
