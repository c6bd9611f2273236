//! The format: what is written is read again, and what is damaged is refused.

use std::collections::HashSet;

use proptest::prelude::*;
use traces::{ALL, Encoder, Event, NotLive, TextProblem, Trace, TraceError, from_text, to_text};

/// A trace from arbitrary numbers: each is a new block, or picks a live one to resize or free.
fn encode(numbers: &[(u8, u32)]) -> (Vec<u8>, Vec<Event>) {
    let mut encoder = Encoder::new("a program", "3.11.2");
    let (mut live, mut events) = (Vec::new(), Vec::new());
    for &(kind, number) in numbers {
        let event = match kind % 5 {
            2 if !live.is_empty() => Event::Realloc {
                id: live[number as usize % live.len()],
                size: number,
            },
            3 | 4 if !live.is_empty() => Event::Free {
                id: live.swap_remove(number as usize % live.len()),
            },
            _ => Event::Alloc {
                id: 0,
                size: number >> (number % 32),
            },
        };
        let id = encoder.event(event).unwrap();
        events.push(match event {
            Event::Alloc { size, .. } => {
                live.push(id);
                Event::Alloc { id, size }
            }
            other => other,
        });
    }
    (encoder.finish(), events)
}

/// Ids are dense, and only live blocks are resized and freed. Returns the blocks live at the end.
fn follow(events: impl Iterator<Item = Event>, slots: usize) -> usize {
    let mut live = HashSet::new();
    for event in events {
        match event {
            Event::Alloc { id, .. } => {
                assert!((id as usize) < slots, "{event:?} of {slots} slots");
                assert!(live.insert(id), "{event:?}: live already");
            }
            Event::Realloc { id, .. } => assert!(live.contains(&id), "{event:?}"),
            Event::Free { id } => assert!(live.remove(&id), "{event:?}"),
        }
    }
    live.len()
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(numbers in prop::collection::vec(any::<(u8, u32)>(), 0..600)) {
        let (bytes, events) = encode(&numbers);
        let trace = Trace::read(&bytes).unwrap();
        prop_assert_eq!((trace.program(), trace.python()), ("a program", "3.11.2"));
        prop_assert_eq!(trace.len(), events.len() as u64);
        prop_assert_eq!(trace.events().collect::<Vec<_>>(), events);
        follow(trace.events(), trace.slots());
        // Through text and back, it is the same file.
        prop_assert_eq!(from_text(&to_text(&trace)).unwrap(), bytes);
    }

    #[test]
    fn a_head_frees_what_is_left(
        numbers in prop::collection::vec(any::<(u8, u32)>(), 0..200),
        count in 0..250u64,
    ) {
        let (bytes, events) = encode(&numbers);
        let trace = Trace::read(&bytes).unwrap();
        let head: Vec<Event> = trace.head(count).collect();
        let whole = events.len().min(count as usize);
        prop_assert_eq!(&head[..whole], &events[..whole]);
        let freed = |event: &Event| matches!(event, Event::Free { .. });
        prop_assert!(head[whole..].iter().all(freed));
        prop_assert_eq!(follow(head.into_iter(), trace.slots()), 0);
    }

    #[test]
    fn damaged_bytes_are_refused_or_another_whole_trace(
        numbers in prop::collection::vec(any::<(u8, u32)>(), 0..200),
        flips in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4),
        keep in any::<prop::sample::Index>(),
    ) {
        let (mut bytes, _) = encode(&numbers);
        for (place, with) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= with;
        }
        for file in [&bytes[..], &bytes[..keep.index(bytes.len())]] {
            if let Ok(trace) = Trace::read(file) {
                prop_assert_eq!(trace.events().count() as u64, trace.len());
                follow(trace.events(), trace.slots());
            }
        }
    }

    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..300), marked: bool) {
        let mut file = if marked { b"PHTR\x01".to_vec() } else { Vec::new() };
        file.extend(bytes);
        let _ = Trace::read(&file);
    }

    #[test]
    fn any_text_at_all(text in "([afr#x] ?[0-9]{0,3} ?[0-9a]{0,12}\n){0,20}") {
        if let Ok(bytes) = from_text(&text) {
            Trace::read(&bytes).unwrap();
        }
    }
}

#[test]
fn damage_is_named() {
    let (bytes, _) = encode(&[(0, 700), (2, 5), (3, 0)]);
    let header = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        Trace::read(&bytes).unwrap_err()
    };
    assert_eq!(header(&|file| file[0] = b'p'), TraceError::NotATrace);
    assert_eq!(header(&|file| file[4] = 2), TraceError::Version(2));
    assert_eq!(header(&|file| file.truncate(9)), TraceError::Header);
    assert_eq!(header(&|file| file[5] = 0xff), TraceError::Header);
    // "a program" and "3.11.2" end at byte 22; events, slots and length follow.
    assert_eq!(bytes[22..24], [3, 1]);
    assert_eq!(header(&|file| file[22] = 4), TraceError::Counts);
    assert_eq!(header(&|file| file[23] = 2), TraceError::Counts);
    assert_eq!(header(&|file| file[24] -= 1), TraceError::Compression);
    assert_eq!(header(&|file| file[24] += 1), TraceError::Compression);
    assert_eq!(
        header(&|file| *file.last_mut().unwrap() ^= 1),
        TraceError::Compression
    );
    assert_eq!(
        header(&|file| file.truncate(file.len() - 1)),
        TraceError::Compression
    );
}

/// 4 GiB are claimed by a file of 60 bytes: nobody takes them.
#[test]
fn a_huge_length_is_refused() {
    let mut file = b"PHTR\x01\x00\x00\x01\x01\xff\xff\xff\xff\x0f".to_vec();
    file.extend([0; 40]);
    assert_eq!(Trace::read(&file).unwrap_err(), TraceError::Compression);
}

/// A trace of these events, as the crate's first page describes it.
fn by_hand(events: u8, slots: u8, bytes: &[u8]) -> Vec<u8> {
    let mut file = b"PHTR\x01\x00\x00".to_vec();
    file.extend([events, slots, bytes.len() as u8]);
    file.extend(miniz_oxide::deflate::compress_to_vec_zlib(bytes, 10));
    file
}

#[test]
fn each_event_has_the_bytes_that_the_format_says() {
    let mut encoder = Encoder::new("", "");
    let mut bytes = Vec::new();
    for (size, written) in [
        (0, &[0][..]),
        (8, &[1]),
        (9, &[65, 9]),
        (512, &[64]),
        (520, &[65, 0x88, 4]),
        (u32::MAX, &[65, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ] {
        encoder.alloc(size);
        bytes.extend(written);
    }
    for _ in 6..130 {
        encoder.alloc(16);
        bytes.extend([2]);
    }
    // 130 blocks. The ages of the first ones are 129, 128, 127 and 126.
    encoder.realloc(0, 300).unwrap();
    bytes.extend([66, 0xac, 2, 0x81, 1]);
    for (id, written) in [(0, &[67, 1][..]), (1, &[67, 0]), (2, &[255]), (129, &[128])] {
        encoder.free(id).unwrap();
        bytes.extend(written);
    }
    let file = encoder.finish();
    assert_eq!(&file[..7], b"PHTR\x01\x00\x00");
    // 135 events, 130 slots, and how many bytes.
    let length = [bytes.len() as u8 | 0x80, (bytes.len() >> 7) as u8];
    assert_eq!(&file[7..13], &[[0x87, 1], [0x82, 1], length].concat()[..]);
    let unpacked = miniz_oxide::inflate::decompress_to_vec_zlib(&file[13..]).unwrap();
    assert_eq!(unpacked, bytes);
    assert_eq!(Trace::read(&file).unwrap().len(), 135);
}

#[test]
fn ids_are_used_again_the_last_one_first() {
    let mut encoder = Encoder::new("", "");
    let ids: Vec<u32> = (0..4).map(|size| encoder.alloc(size)).collect();
    assert_eq!(ids, [0, 1, 2, 3]);
    for id in [2, 0, 3] {
        encoder.free(id).unwrap();
    }
    let again: Vec<u32> = (0..4).map(|size| encoder.alloc(size)).collect();
    assert_eq!(again, [3, 0, 2, 4]);
}

#[test]
fn impossible_events_are_named() {
    let event = |number| Err(TraceError::Event { number });
    let age = |bytes: &[u8]| [&[1][..], bytes].concat();
    for (bytes, expected) in [
        // Nothing is that old: an age of 2^32, of 2^32 + 127, and one that does not fit into 64 bits.
        (age(&[67, 0x80, 0xff, 0xff, 0xff, 0x0f]), event(2)),
        (age(&[67, 0xff, 0xff, 0xff, 0xff, 0x0f]), event(2)),
        (
            age(&[
                66, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2,
            ]),
            event(2),
        ),
        // There are 1 block, no such kind of event, a number without an end, and a free of a free one.
        (age(&[129]), event(2)),
        (age(&[68]), event(2)),
        (age(&[65, 0x80]), event(2)),
        (age(&[128, 128]), event(3)),
        (age(&[128, 66, 1, 0]), event(3)),
    ] {
        let found = Trace::read(&by_hand(2, 1, &bytes)).map(|trace| trace.len());
        assert_eq!(found, expected, "{bytes:?}");
    }
    assert_eq!(
        Trace::read(&by_hand(2, 1, &[1, 128])).map(|it| it.len()),
        Ok(2)
    );
}

#[test]
fn names_are_utf8_and_one_line_of_text() {
    let file = b"PHTR\x01\x02\xc3\x28\x00\x00\x00\x00".to_vec();
    assert_eq!(Trace::read(&file).unwrap_err(), TraceError::Header);
    let encoder = Encoder::new("a\nb 1\r\nc.py", "3.11.2");
    let trace = Trace::read(&encoder.finish()).unwrap();
    assert_eq!(trace.program(), "a\nb 1\r\nc.py");
    let text = to_text(&trace);
    assert_eq!(text, "# program: a b 1  c.py\n# python: 3.11.2\n");
    assert!(from_text(&text).is_ok());
}

#[test]
fn an_encoder_knows_its_blocks() {
    let mut encoder = Encoder::new("", "");
    assert!(encoder.is_empty());
    assert_eq!(encoder.free(0), Err(NotLive { id: 0 }));
    assert_eq!((encoder.alloc(1), encoder.alloc(2)), (0, 1));
    encoder.free(0).unwrap();
    assert_eq!(encoder.realloc(0, 5), Err(NotLive { id: 0 }));
    assert_eq!(encoder.alloc(3), 0, "the id that was freed last");
    assert_eq!(encoder.len(), 4);
}

#[test]
fn text_by_hand() {
    let text = "# by hand\n\na 4096 48\n  r 4096 600 \nf 4096\n";
    let trace = Trace::read(&from_text(text).unwrap()).unwrap();
    assert_eq!(
        to_text(&trace),
        "# program: \n# python: \na 0 48\nr 0 600\nf 0\n"
    );
}

#[test]
fn wrong_lines_are_named() {
    for (text, line, problem, words) in [
        (
            "a 1 8\nb 2\n",
            2,
            TextProblem::Kind("b".into()),
            "line 2: 'b' is none of a, r, f and #",
        ),
        (
            "a 1\n",
            1,
            TextProblem::Words {
                expected: "a ID SIZE",
            },
            "line 1: such a line reads 'a ID SIZE'",
        ),
        (
            "\nf 1 2\n",
            2,
            TextProblem::Words { expected: "f ID" },
            "line 2: such a line reads 'f ID'",
        ),
        (
            "a 1 4294967296\n",
            1,
            TextProblem::Number("4294967296".into()),
            "line 1: '4294967296' is no number, or too large (sizes are below 2^32)",
        ),
        (
            "a 1 8\na 1 8\n",
            2,
            TextProblem::Taken(1),
            "line 2: block 1 is live already",
        ),
        (
            "a 1 8\nf 1\n\nf 1\n",
            4,
            TextProblem::NotLive(1),
            "line 4: no live block is called 1",
        ),
        (
            "r 7 8\n",
            1,
            TextProblem::NotLive(7),
            "line 1: no live block is called 7",
        ),
    ] {
        let error = from_text(text).unwrap_err();
        assert_eq!((error.line, &error.problem), (line, &problem));
        assert_eq!(error.to_string(), words);
    }
}

/// What the course ships: whole, from named programs, varied, and small.
#[test]
fn the_committed_traces() {
    let mut bytes = 0;
    for file in ALL {
        let trace = file.read();
        bytes += file.bytes.len();
        assert!(
            trace.program().contains(".py"),
            "{}: {}",
            file.name,
            trace.program()
        );
        assert!(
            trace.python().starts_with("3."),
            "{}: {}",
            file.name,
            trace.python()
        );
        assert!(
            (150_000..1_200_000).contains(&trace.len()),
            "{}: {}",
            file.name,
            trace.len()
        );
        let live = follow(trace.events(), trace.slots());
        assert!(
            live < trace.slots() / 4,
            "{}: {live} blocks stay",
            file.name
        );
    }
    assert!(ALL.len() >= 5);
    assert!(bytes < 1_000_000, "{bytes} bytes in all");
}
