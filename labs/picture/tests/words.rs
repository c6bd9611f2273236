//! The fields of one object, and the region map.

mod build;

use build::program;
use memory::root::ROOT;
use picture::{Names, Picture, Words, fields, fields_text};

#[test]
fn the_words_of_an_int_and_of_an_instance() {
    let heap = program();
    let snapshot = heap.snapshot();
    let picture = Picture::of(&snapshot, &Names::new());
    let mut text = String::new();
    for what in ["int 1025", "'beetle'", "Car", "list"] {
        let object = picture
            .objects
            .values()
            .find(|object| object.short() == what);
        text.push_str(&format!("{what}\n"));
        let lines = fields(&snapshot, object.expect(what).addr);
        text.push_str(&fields_text(&lines, 100));
    }
    let frame = &picture.frames[0];
    text.push_str(&fields_text(&fields(&snapshot, frame.addr), 100));
    insta::assert_snapshot!(text);
}

#[test]
fn the_root_record_has_fields_and_a_gap_has_none() {
    let snapshot = program().snapshot();
    let root = fields(&snapshot, ROOT);
    assert_eq!(root[0].name, "magic");
    assert_eq!(root[0].meaning, "\"PRIVHEAP\"");
    assert!(fields(&snapshot, ROOT.plus(0x800)).is_empty());
    assert_eq!(fields_text(&[], 80), "");
}

#[test]
fn the_region_map() {
    let picture = Picture::of(&program().snapshot(), &Names::new());
    let map = picture.region_map(false, &Words::ENGLISH);
    let ascii = picture.region_map(true, &Words::ENGLISH);
    insta::assert_snapshot!(format!("{map}\n{ascii}"));
}

#[test]
fn the_words_of_a_pool_an_arena_and_a_gc_head() {
    use build::pools::{USED, allocator};
    let heap = allocator();
    let list = heap.list(&[]);
    let head = memory::object::PyGC_Head::of(&heap.memory, list);
    head._gc_next().set(0x1141);
    head._gc_prev().set(4 << 2 | 3);
    let snapshot = heap.snapshot();
    let mut text = String::new();
    for addr in [USED, heap.arena(1).addr(), list] {
        text.push_str(&fields_text(&fields(&snapshot, addr), 100));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}
