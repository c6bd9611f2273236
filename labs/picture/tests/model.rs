//! What the picture says of whole heaps, and of broken ones.

mod build;

use build::{picture, program};
use memory::object::{PyDictObject, PyListObject, PyTypeObject, PyVarObject};
use memory::{Addr, Frame, Memory, Region, Root, Snapshot};
use picture::diff::Mark;
use picture::model::{Holds, MAX_OBJECTS};
use picture::{Diff, Names, Picture, TextOptions, Words};

fn said(picture: &Picture) -> Vec<String> {
    let problems = picture.problems.iter();
    problems
        .map(|problem| format!("{:?}: {}", problem.kind, problem.words))
        .collect()
}

fn text(picture: &Picture) -> String {
    picture.text(&TextOptions::default())
}

#[test]
fn a_correct_heap_has_no_problem() {
    let picture = picture(&program());
    assert_eq!(said(&picture), Vec::<String>::new());
    assert!(!picture.truncated);
    assert_eq!(picture.unreached().count(), 0);
    let objects = picture.objects.values();
    for object in objects.filter(|object| object.drawn && !object.is_static) {
        assert_eq!(
            object.refcnt,
            object.found,
            "{} {}",
            object.addr,
            object.short()
        );
    }
    assert!(
        picture
            .blocks
            .iter()
            .all(|block| block.holds != Holds::Unknown)
    );
}

#[test]
fn the_program_as_text() {
    insta::assert_snapshot!(text(&picture(&program())));
}

#[test]
fn the_same_bytes_give_the_same_picture() {
    assert_eq!(text(&picture(&program())), text(&picture(&program())));
}

#[test]
fn text_keeps_to_its_width_and_height() {
    let heap = program();
    for count in 0..40 {
        heap.frame(
            &format!("function_with_a_long_name_{count}"),
            &[("x", None)],
        );
    }
    for width in [60, 80, 100] {
        for max_lines in [8, 12, 25, 60] {
            for ascii in [false, true] {
                let options = TextOptions {
                    width,
                    max_lines,
                    ascii,
                    ..TextOptions::default()
                };
                let text = picture(&heap).text(&options);
                assert!(text.lines().count() <= max_lines, "{text}");
                let widest = text.lines().map(|line| line.chars().count()).max();
                assert!(widest.unwrap_or(0) <= width, "{text}");
                assert!(!ascii || text.is_ascii(), "{text}");
            }
        }
    }
}

#[test]
fn a_focus_shows_what_has_to_do_with_it() {
    let heap = program();
    let picture = picture(&heap);
    let car = picture
        .objects
        .values()
        .find(|object| object.type_name == "Car");
    let options = TextOptions {
        focus: vec![car.expect("a Car").addr],
        ..TextOptions::default()
    };
    insta::assert_snapshot!(picture.text(&options));
}

#[test]
fn a_focus_does_not_hide_a_block_that_leaks() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame("g", &[("p", Some(x))]);
    let leaked = heap.malloc(264);
    let options = TextOptions {
        focus: vec![x],
        ..TextOptions::default()
    };
    let text = picture(&heap).text(&options);
    let line = text.lines().find(|line| line.contains(&leaked.to_string()));
    assert!(
        line.is_some_and(|line| line.contains("? unreached")),
        "{text}"
    );
}

#[test]
fn a_count_too_small() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame("g", &[("p", Some(x)), ("q", Some(x))]);
    let picture = picture(&heap);
    assert_eq!(
        said(&picture),
        ["Count: ob_refcnt 1, and 2 references found"]
    );
    assert!(text(&picture).contains("refs 1, 2 found"));
    let without = TextOptions {
        counts: false,
        ..TextOptions::default()
    };
    assert!(!picture.text(&without).contains("refs"));
    assert!(!picture.text(&without).contains('!'));
}

#[test]
fn a_count_too_large_is_no_problem_and_is_seen() {
    let heap = program();
    let x = heap.int(1026);
    heap.refcnt(x, 3);
    heap.frame("g", &[("p", Some(x))]);
    let picture = picture(&heap);
    assert_eq!(said(&picture), Vec::<String>::new());
    assert_eq!(picture.object(x).expect("x").unexplained(), 2);
    assert!(text(&picture).contains("refs 3, 1 found"));
}

#[test]
fn a_leaked_object_is_found_through_its_block() {
    let heap = program();
    let lost = heap.list(&[heap.int(70_001)]);
    let picture = picture(&heap);
    assert_eq!(said(&picture), Vec::<String>::new());
    let unreached: Vec<Addr> = picture.unreached().map(|object| object.addr).collect();
    assert!(unreached.contains(&lost));
    let text = text(&picture);
    assert!(text.contains("? unreached"), "{text}");
}

#[test]
fn equal_blocks_that_nothing_leads_to_are_one_line() {
    let heap = program();
    let blocks: Vec<Addr> = (0..8).map(|_| heap.malloc(400)).collect();
    let all = text(&picture(&heap));
    assert_eq!(all.matches("? unreached").count(), 1, "{all}");
    assert!(all.contains("  … 7 more of 408 bytes, unreached"), "{all}");
    let names: Names = [(blocks[2].plus(16), "float")].into_iter().collect();
    let named = Picture::of(&heap.snapshot(), &names);
    let named = text(&named);
    assert!(
        named.contains(&format!("float ──▶ {}", blocks[2].plus(16))),
        "{named}"
    );
    assert!(
        named.contains(&format!("{}    408  ? type not known", pad(blocks[2]))),
        "{named}"
    );
    assert_eq!(named.matches("? unreached").count(), 3, "{named}");
    assert!(
        named.contains("  … 4 more of 408 bytes, unreached"),
        "{named}"
    );
}

fn pad(addr: Addr) -> String {
    format!("{:<8}", addr.to_string())
}

#[test]
fn a_tuple_of_one_has_a_comma() {
    let heap = program();
    let one = heap.tuple(&[heap.small(7)]);
    let two = heap.tuple(&[heap.small(7), heap.small(7)]);
    let names: Names = [(one, "a"), (two, "b")].into_iter().collect();
    let text = text(&Picture::of(&heap.snapshot(), &names));
    assert!(text.contains("tuple (7,) "), "{text}");
    assert!(text.contains("tuple (7, 7) "), "{text}");
}

#[test]
fn a_name_of_the_caller_reaches_an_object() {
    let heap = program();
    let held = heap.list(&[heap.small(1)]);
    let names: Names = [(held, "a")].into_iter().collect();
    let picture = Picture::of(&heap.snapshot(), &names);
    assert_eq!(picture.unreached().count(), 0);
    let text = text(&picture);
    assert!(text.contains(&format!("a ──▶ {held}")), "{text}");
    assert!(text.contains("refs 1\n"), "{text}");
}

#[test]
fn a_reference_to_a_freed_block() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame("g", &[("p", Some(x))]);
    heap.free(x);
    let picture = picture(&heap);
    let expected = format!("Reference: p of g() refers to {x}: a freed block");
    assert_eq!(said(&picture), [expected]);
    assert!(text(&picture).contains("✗ freed"));
}

#[test]
fn references_to_no_object() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame(
        "g",
        &[
            ("inside", Some(x.plus(8))),
            ("far", Some(Addr::at(0xdead_bee8))),
            ("null_page", Some(Addr::at(8))),
        ],
    );
    let picture = picture(&heap);
    let said = said(&picture);
    assert!(
        said.iter()
            .any(|s| s.contains("inside of g()") && s.ends_with("no object"))
    );
    assert!(
        said.iter()
            .any(|s| s.contains("far of g()") && s.ends_with("outside data and heap"))
    );
    assert!(said.iter().any(|s| s.contains("null_page of g()")));
    assert_eq!(said.len(), 3);
}

#[test]
fn a_list_with_more_items_than_room() {
    let heap = program();
    let list = heap.list(&[heap.small(1)]);
    heap.frame("g", &[("p", Some(list))]);
    PyListObject::at(&heap.memory, list).ob_size().set(6);
    let picture = picture(&heap);
    assert!(said(&picture).contains(&"Object: ob_size 6 is more than allocated 4".to_owned()));
    PyListObject::at(&heap.memory, list).ob_size().set(-1);
    let picture = Picture::of(&heap.snapshot(), &Names::new());
    assert_eq!(said(&picture), ["Object: its ob_size is -1"]);
}

#[test]
fn a_list_whose_block_was_freed() {
    let heap = program();
    let list = heap.list(&[heap.small(1)]);
    heap.frame("g", &[("p", Some(list))]);
    let items = PyListObject::at(&heap.memory, list)
        .ob_item()
        .get()
        .expect("items");
    heap.free(items);
    let expected = format!("Object: its ob_item {items} is a freed block");
    assert_eq!(said(&picture(&heap)), [expected]);
}

#[test]
fn a_list_that_is_larger_than_its_block() {
    let heap = program();
    let list = heap.list(&[heap.small(1)]);
    heap.frame("g", &[("p", Some(list))]);
    PyListObject::at(&heap.memory, list).allocated().set(100);
    let said = said(&picture(&heap));
    assert!(
        said.iter()
            .any(|s| s.contains("needs 800 bytes, and the block has")),
        "{said:?}"
    );
}

#[test]
fn an_object_without_a_type() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame("g", &[("p", Some(x))]);
    heap.memory.store(x.plus(8), 0x7777);
    assert_eq!(
        said(&picture(&heap)),
        [format!("Reference: p of g() refers to {x}: no object")]
    );
}

#[test]
fn a_static_type_that_is_none() {
    let heap = program();
    let float = heap.ty.float;
    PyTypeObject::at(&heap.memory, float)
        .ob_type()
        .set(float.plus(8));
    let said = said(&picture(&heap));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("no type object"));
}

#[test]
fn frames_in_a_circle() {
    let heap = program();
    let running = heap.root().frame().get().expect("a frame");
    let caller = Frame::at(&heap.memory, running)
        .previous()
        .get()
        .expect("a caller");
    Frame::at(&heap.memory, caller)
        .previous()
        .set(Some(running));
    let picture = picture(&heap);
    assert_eq!(picture.frames.len(), 2);
    assert!(said(&picture).iter().any(|s| s.contains("circle")));
}

#[test]
fn regions_out_of_order() {
    let heap = program();
    let record = heap.root().region(Region::Data);
    record.start().set(0x2000);
    let said = said(&picture(&heap));
    assert!(
        said.iter()
            .any(|s| s.contains("the data region begins at 0x2000")),
        "{said:?}"
    );
}

#[test]
fn no_root_record() {
    let heap = program();
    heap.memory.store(memory::root::ROOT, 17);
    let picture = picture(&heap);
    assert!(said(&picture)[0].starts_with("Root: no root record"));
    let _ = text(&picture);
}

#[test]
fn two_objects_in_the_same_bytes() {
    let heap = program();
    let block = heap.malloc(64);
    heap.memory.fill(block, 64, 0);
    let tuple = block.plus(16);
    heap.header(tuple, 1, heap.ty.tuple);
    PyVarObject::at(&heap.memory, tuple).ob_size().set(30);
    heap.frame("g", &[("p", Some(tuple))]);
    let said = said(&picture(&heap));
    assert!(
        said.iter()
            .any(|s| s.starts_with("Overlap: the tuple needs")),
        "{said:?}"
    );
}

#[test]
fn a_damaged_chunk_head() {
    let heap = program();
    let x = heap.int(1026);
    heap.memory.store(x.minus(8), 3);
    let said = said(&picture(&heap));
    assert!(said.iter().any(|s| s.starts_with("Block: ")), "{said:?}");
}

#[test]
fn a_dict_that_counts_wrong() {
    let heap = program();
    let dict = heap.dict(&[(heap.str("k"), heap.small(1))]);
    heap.frame("g", &[("p", Some(dict))]);
    PyDictObject::at(&heap.memory, dict).ma_used().set(3);
    assert_eq!(
        said(&picture(&heap)),
        ["Object: ma_used is 3, and its table has 1 pairs"]
    );
}

#[test]
fn a_weak_reference_is_not_counted() {
    let heap = program();
    let car = picture(&heap)
        .objects
        .values()
        .find(|object| object.type_name == "Car")
        .map(|object| object.addr)
        .expect("a Car");
    let weak = heap.weakref(car);
    heap.frame("g", &[("w", Some(weak))]);
    let picture = picture(&heap);
    assert_eq!(said(&picture), Vec::<String>::new());
    assert!(text(&picture).contains(&format!("to ┄▶ {car}")));
}

#[test]
fn the_difference_of_two_pictures() {
    let heap = program();
    let before = picture(&heap);
    let x = before
        .objects
        .values()
        .find(|object| object.value == "1025")
        .map(|object| object.addr)
        .expect("the int 1025");
    heap.incref(x);
    let new = heap.list(&[x]);
    heap.frame("g", &[("p", Some(new))]);
    let after = picture(&heap);
    let diff = Diff::between(&before, &after);
    let options = TextOptions {
        changed: Some(&diff),
        focus: vec![new],
        ..TextOptions::default()
    };
    insta::assert_snapshot!(after.text(&options));
    let back = Diff::between(&after, &before);
    let options = TextOptions {
        changed: Some(&back),
        focus: vec![new],
        ..TextOptions::default()
    };
    insta::assert_snapshot!(before.text(&options));
    assert!(Diff::between(&before, &before).is_empty());
}

#[test]
fn frames_behind_a_lost_chain_are_not_said_to_be_gone() {
    let heap = program();
    heap.frame("g", &[]);
    let before = picture(&heap);
    let lost = Addr::at(0x8);
    heap.root().frame().set(Some(lost));
    let after = picture(&heap);
    assert_eq!(after.lost_frame(), Some(lost));
    assert_eq!(before.lost_frame(), None);
    let diff = Diff::between(&before, &after);
    let options = TextOptions {
        changed: Some(&diff),
        ..TextOptions::default()
    };
    let text = after.text(&options);
    assert!(!text.contains("()  gone"), "{text}");
    assert_eq!(text.matches("the chain of frames is lost here").count(), 1);
    // With a chain that ends well, the same frames are gone.
    heap.root().frame().set(None);
    let diff = Diff::between(&before, &picture(&heap));
    let gone = diff
        .marks
        .values()
        .filter(|mark| **mark == Mark::Gone("g()".into()));
    assert_eq!(gone.count(), 1);
}

#[test]
fn addresses_of_seven_digits_stay_in_their_columns() {
    let memory = Memory::new(1 << 26).expect("a range");
    let root = Root::of(&memory);
    for (region, start, end) in [
        (Region::Text, 0x2000, 0x3000),
        (Region::Data, 0x3000, 0x4000),
        (Region::Heap, 0x4000, 0x3ff_f000 - 0x1000),
        (Region::Stack, 0x3ff_f000, 0x400_0000),
    ] {
        root.region(region).start().set(start);
        root.region(region).end().set(end);
    }
    let map = Picture::of(&memory.snapshot(), &Names::new()).region_map(true, &Words::ENGLISH);
    let bars: Vec<_> = map.lines().filter_map(|line| line.find('|')).collect();
    assert_eq!(bars.len(), 4, "{map}");
    assert!(bars[..3].iter().all(|&at| at == bars[0]), "{map}");
    assert_eq!(bars[3], bars[0] + "<-".len(), "{map}");
    assert!(map.contains(".. 1 page\n"), "{map}");
}

#[test]
fn a_fresh_memory_and_an_empty_snapshot() {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    let picture = Picture::of(&memory.snapshot(), &Names::new());
    assert_eq!(said(&picture), Vec::<String>::new());
    assert!(picture.text(&TextOptions::default()).contains("empty"));
    let mut bytes = memory.snapshot().to_bytes();
    bytes.truncate(24);
    bytes[16] = 0;
    let empty = Snapshot::from_bytes(&bytes).expect("a snapshot without pages");
    let picture = Picture::of(&empty, &Names::new());
    assert!(said(&picture)[0].starts_with("Root"));
}

#[test]
fn a_chain_of_many_objects_is_cut_off() {
    let heap = program();
    let mut last = heap.none();
    for _ in 0..2000 {
        last = heap.tuple(&[last]);
    }
    heap.frame("g", &[("p", Some(last))]);
    let picture = picture(&heap);
    assert_eq!(said(&picture), Vec::<String>::new());
    assert!(picture.objects.len() > 2000);
    assert!(text(&picture).contains("more"));
}

#[test]
fn a_heap_that_is_too_large_says_so() {
    let heap = program();
    let before = picture(&heap);
    let mut last = heap.none();
    for _ in 0..MAX_OBJECTS {
        last = heap.tuple(&[last]);
    }
    heap.frame("g", &[("p", Some(last))]);
    let picture = picture(&heap);
    assert!(picture.truncated);
    assert_eq!(picture.objects.len(), MAX_OBJECTS);
    assert_eq!(said(&picture), Vec::<String>::new());
    let text = text(&picture);
    assert!(text.contains("4,000 objects are looked at"), "{text}");
    assert!(!text.contains("unreached"), "{text}");
    // What is left out is not said to be gone.
    let gone = Diff::between(&before, &picture);
    assert!(
        !gone
            .marks
            .values()
            .any(|mark| matches!(mark, Mark::Gone(_)))
    );
}

#[test]
fn two_lists_with_the_same_block() {
    let heap = program();
    let one = heap.list(&[heap.small(1)]);
    let other = heap.list(&[heap.small(2)]);
    heap.frame("g", &[("p", Some(one)), ("q", Some(other))]);
    let block = PyListObject::at(&heap.memory, one).ob_item().get();
    PyListObject::at(&heap.memory, other).ob_item().set(block);
    let said = said(&picture(&heap));
    assert_eq!(said.len(), 1, "{said:?}");
    let words = "Overlap: ob_item of the list";
    assert!(said[0].starts_with(words) && said[0].contains("overlaps ob_item of the list"));
}
