//! Copies of the range.

use memory::{Addr, Memory, Region, Root, Snapshot, SnapshotError};

use crate::common::{HEAP, grow, heap, lay_out};

const SMALL: u64 = Memory::MIN_SIZE;

/// A memory with something in each region.
fn memory() -> Memory {
    let memory = Memory::new(SMALL).expect("a range");
    lay_out(&memory, 0x3000);
    memory.store(Addr::at(0x2008), 1);
    memory.store(Addr::at(0x3008), 2);
    let block = heap(&memory).malloc(24).expect("room");
    memory.store(block, 3);
    Root::of(&memory)
        .region(Region::Stack)
        .start()
        .set(SMALL - 32);
    memory.store(Addr::at(SMALL - 32), 4);
    memory
}

#[test]
fn a_copy_has_the_same_words_at_the_same_addresses() {
    let memory = memory();
    let snapshot = memory.snapshot();
    let copy = Memory::attach(&snapshot).expect("a copy");
    assert_eq!(copy.size(), SMALL);
    for word in (0x1000..SMALL).step_by(8).map(Addr::at) {
        assert_eq!(memory.load(word), copy.load(word), "at {word}");
        assert_eq!(memory.load(word), snapshot.word(word), "at {word}");
    }
    assert_eq!(copy.snapshot(), snapshot);
    assert_eq!(copy.snapshot().first_difference(&snapshot), None);
}

#[test]
fn a_copy_goes_on_by_itself() {
    let memory = memory();
    let copy = Memory::attach(&memory.snapshot()).expect("a copy");
    let mine = heap(&memory).malloc(40);
    assert_eq!(mine, heap(&copy).malloc(40));
    copy.store(Addr::at(0x3010), 9);
    assert_eq!(memory.load(Addr::at(0x3010)), 0);
    let difference = memory.snapshot().first_difference(&copy.snapshot());
    assert_eq!(difference, Some((Addr::at(0x3010), 0, 9)));
    let difference = copy.snapshot().first_difference(&memory.snapshot());
    assert_eq!(difference, Some((Addr::at(0x3010), 9, 0)));
}

#[test]
fn only_pages_in_use_are_stored() {
    let memory = memory();
    // Above the break, and in the gap between text and data: in nobody's use.
    memory.store(Addr::at(HEAP + 0x2000), 5);
    let pages: Vec<u64> = memory.snapshot().pages().collect();
    assert_eq!(pages, [1, 2, 3, HEAP / 4096, SMALL / 4096 - 1]);
    assert_eq!(memory.snapshot().size(), SMALL);
    assert_eq!(memory.snapshot().page(0), None);
    assert_eq!(memory.snapshot().page(2).map(|page| page[8]), Some(1));
}

#[test]
fn before_there_are_regions_everything_is_stored() {
    let memory = Memory::new(SMALL).expect("a range");
    memory.store(Addr::at(0x8000), 5);
    memory.store(Addr::at(8), 6);
    let pages: Vec<u64> = memory.snapshot().pages().collect();
    assert_eq!(pages, [1, 8]);
}

#[test]
fn region_records_may_hold_anything() {
    let values = [u64::MAX, 0, 1, 0x1fff, SMALL - 1, SMALL, SMALL + 1, 1 << 40];
    let values = &values[..if cfg!(miri) { 2 } else { values.len() }];
    for region in Region::ALL {
        for &start in values {
            for &end in values {
                let memory = memory();
                let record = Root::of(&memory).region(region);
                record.start().set(start);
                record.end().set(end);
                let snapshot = memory.snapshot();
                assert_eq!(snapshot.word(Addr::at(0x1000)), memory::root::MAGIC);
                assert!(Memory::attach(&snapshot).is_ok());
            }
        }
    }
}

#[test]
fn bytes_are_read_back() {
    let snapshot = memory().snapshot();
    let bytes = snapshot.to_bytes();
    assert_eq!(Snapshot::from_bytes(&bytes), Ok(snapshot));
}

#[test]
fn bytes_that_end_too_early_or_late_are_damaged_wherever_it_is() {
    let snapshot = memory().snapshot();
    let bytes = snapshot.to_bytes();
    let step = if cfg!(miri) { 997 } else { 1 };
    for len in (8..bytes.len()).step_by(step) {
        match Snapshot::from_bytes(&bytes[..len]) {
            Err(SnapshotError::Damaged { at, .. }) => assert!(at <= len, "{at} of {len}"),
            other => panic!("{len} of {} bytes give {other:?}", bytes.len()),
        }
    }
    for len in 0..8 {
        let short = Snapshot::from_bytes(&bytes[..len]);
        assert_eq!(short, Err(SnapshotError::NotASnapshot));
    }
    let mut long = bytes.clone();
    long.push(0);
    let Err(error) = Snapshot::from_bytes(&long) else {
        panic!("one byte too many");
    };
    let place = format!("the end of the snapshot at byte {}", bytes.len());
    assert!(error.to_string().contains(&place), "{error}");
}

/// `bytes` with the word at `at` replaced.
fn with_word(bytes: &[u8], at: usize, word: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
    bytes
}

#[test]
fn hostile_numbers_are_damage_and_cost_nothing() {
    let bytes = memory().snapshot().to_bytes();
    let pages = u64::from_le_bytes(bytes[16..24].try_into().expect("8"));
    let second = 24 + 8 + 4096;
    for (at, words) in [
        (8, vec![0, 1, 4096, SMALL / 2, SMALL + 1, u64::MAX]),
        (16, vec![0, pages - 1, pages + 1, 1 << 40, u64::MAX]),
        (24, vec![16, 1 << 52, u64::MAX, 2]),
        (second, vec![0, 1, 16, u64::MAX]),
    ] {
        for word in words {
            let damaged = Snapshot::from_bytes(&with_word(&bytes, at, word));
            let is_damaged = matches!(damaged, Err(SnapshotError::Damaged { .. }));
            assert!(is_damaged, "{word:#x} at byte {at} gives {damaged:?}");
        }
    }
    // A range that no machine has is refused when it is to be made.
    let huge = Snapshot::from_bytes(&with_word(&bytes, 8, 1 << 63)).expect("well-formed");
    let Err(SnapshotError::Memory(error)) = Memory::attach(&huge) else {
        panic!("a range of 2^63 bytes");
    };
    assert!(error.to_string().contains("9223372036854775808"), "{error}");
}

#[test]
fn another_version_is_refused_by_its_number() {
    let memory = memory();
    Root::of(&memory).version().set(7);
    let Err(error) = Memory::attach(&memory.snapshot()) else {
        panic!("version 7");
    };
    let (found, expected) = (7, memory::root::VERSION);
    assert_eq!(error, SnapshotError::OtherVersion { found, expected });
    assert!(error.to_string().contains("version 7"), "{error}");
    let mut bytes = memory.snapshot().to_bytes();
    bytes[7] = 9;
    let (found, expected) = (9, 1);
    let error = SnapshotError::OtherVersion { found, expected };
    assert_eq!(Snapshot::from_bytes(&bytes), Err(error));
}

#[test]
fn what_is_no_snapshot_is_refused() {
    for bytes in [&b""[..], b"PHSNAP", b"{\"json\": true, \"long\": 1}"] {
        assert_eq!(
            Snapshot::from_bytes(bytes),
            Err(SnapshotError::NotASnapshot)
        );
    }
    let memory = memory();
    Root::of(&memory).magic().set(1);
    let refused = Memory::attach(&memory.snapshot()).map(|memory| memory.size());
    assert_eq!(refused, Err(SnapshotError::NotASnapshot));
}

#[test]
fn growing_shows_in_the_next_snapshot() {
    let memory = memory();
    let page = grow(&memory, 4096).expect("room");
    memory.store(page, 77);
    assert_eq!(memory.snapshot().word(page), 77);
}
