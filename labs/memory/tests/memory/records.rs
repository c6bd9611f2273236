//! Typed views.

use std::panic::catch_unwind;

use memory::{Addr, Memory, Root, record};

record! {
    /// One field of each type.
    struct Sample[48] {
        /// .
        0 => word: u64,
        /// .
        8 => signed: i64,
        /// .
        16 => float: f64,
        /// .
        24 => must: Addr,
        /// .
        32 => may: Option<Addr>,
        /// .
        40 => half: u32,
        /// .
        44 => byte: u8,
    }
}

fn memory() -> Memory {
    Memory::new(Memory::MIN_SIZE).expect("a range")
}

#[test]
fn fields_hold_what_was_set_at_their_offsets() {
    let memory = memory();
    let at = Addr::at(0x3000);
    let sample = Sample::at(&memory, at);
    sample.word().set(1);
    sample.signed().set(-2);
    sample.float().set(-0.5);
    sample.must().set(Addr::at(0x40));
    sample.may().set(Some(Addr::at(0x50)));
    sample.half().set(0x7fff_ffff);
    sample.byte().set(200);
    assert_eq!(sample.word().get(), 1);
    assert_eq!(sample.signed().get(), -2);
    assert_eq!(sample.float().get(), -0.5);
    assert_eq!(sample.must().get(), Addr::at(0x40));
    assert_eq!(sample.may().get(), Some(Addr::at(0x50)));
    assert_eq!(sample.half().get(), 0x7fff_ffff);
    assert_eq!(sample.byte().get(), 200);
    let words: Vec<u64> = (0..6).map(|n| memory.load(at.plus(8 * n))).collect();
    let half_and_byte = 0x7fff_ffff | 200 << 32;
    let float = (-0.5_f64).to_bits();
    assert_eq!(
        words,
        [1, (-2_i64) as u64, float, 0x40, 0x50, half_and_byte]
    );
    assert_eq!(Sample::SIZE, 48);
    assert_eq!(Sample::FIELDS[3], ("must", 24));
    assert_eq!(sample.addr(), at);
    assert_eq!(sample.half().addr(), at.plus(40));
}

#[test]
fn replace_returns_what_was_there() {
    let memory = memory();
    let field = Sample::at(&memory, Addr::at(0x3000)).may();
    assert_eq!(field.replace(Some(Addr::at(8))), None);
    assert_eq!(field.replace(None), Some(Addr::at(8)));
    assert_eq!(memory.load(field.addr()), 0);
}

#[test]
fn null_where_an_address_must_be_says_where() {
    let panic = catch_unwind(|| {
        let memory = memory();
        Sample::at(&memory, Addr::at(0x3000)).must().get()
    });
    let panic = panic.expect_err("the field is NULL");
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(text.contains("0x3018") && text.contains("NULL"), "{text}");
    let memory = memory();
    assert_eq!(Sample::at(&memory, Addr::at(0x3000)).must().checked(), None);
}

#[test]
fn the_root_record_says_whose_memory_this_is() {
    let memory = memory();
    let root = Root::of(&memory);
    assert_eq!(memory.read_bytes(Addr::at(0x1000), 8), b"PRIVHEAP");
    assert_eq!(root.magic().get(), memory::root::MAGIC);
    assert_eq!(root.version().get(), memory::root::VERSION);
    assert_eq!(root.size().get(), Memory::MIN_SIZE);
    assert_eq!(root.alignment().get(), 16);
    assert_eq!(root.frame().get(), None);
}

/// No field of the root record lies on another one or on a region record.
#[test]
fn the_root_records_fields_do_not_overlap() {
    let mut words: Vec<u64> = Root::FIELDS.iter().map(|field| field.1).collect();
    words.extend((48..144).step_by(8));
    let all = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), all);
    assert!(words.iter().all(|offset| offset + 8 <= Root::SIZE));
}
