//! Regions, frames and C strings.

use memory::frame::c_string;
use memory::{Addr, Code, Frame, Memory, Region, Root};

use crate::common::{HEAP, grow, lay_out};

fn memory() -> Memory {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    lay_out(&memory, 0x2000);
    memory
}

#[test]
fn each_address_is_in_the_region_whose_used_part_holds_it() {
    let memory = memory();
    grow(&memory, 4096).expect("room");
    let stack = Root::of(&memory).region(Region::Stack);
    stack.start().set(memory.size() - 64);
    for (addr, region) in [
        (0x8, None),
        (0x1000, None),
        (0x1fff, None),
        (0x2000, Some(Region::Text)),
        (0x23ff, Some(Region::Text)),
        (0x2400, None),
        (0x3000, Some(Region::Data)),
        (0x37ff, Some(Region::Data)),
        (0x3800, None),
        (HEAP - 1, None),
        (HEAP, Some(Region::Heap)),
        (HEAP + 4095, Some(Region::Heap)),
        (HEAP + 4096, None),
        (memory.size() - 65, None),
        (memory.size() - 64, Some(Region::Stack)),
        (memory.size() - 1, Some(Region::Stack)),
        (memory.size(), None),
        (u64::MAX, None),
    ] {
        assert_eq!(Region::of(&memory, Addr::at(addr)), region, "{addr:#x}");
    }
}

#[test]
fn nothing_is_in_a_region_before_they_are_laid_out() {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    for region in Region::ALL {
        assert!(Root::of(&memory).region(region).is_empty());
    }
    assert_eq!(Region::of(&memory, Addr::at(0x1000)), None);
}

#[test]
fn a_region_whose_end_lies_before_its_start_is_empty() {
    let memory = memory();
    let heap = Root::of(&memory).region(Region::Heap);
    heap.end().set(8);
    assert_eq!(heap.len(), 0);
    assert!(!heap.contains(Addr::at(HEAP)));
}

#[test]
fn frames_and_code_have_their_items_behind_them() {
    let memory = memory();
    let code = Code::at(&memory, Addr::at(0x2000));
    code.co_name().set(Addr::at(0x2100));
    code.co_nlocals().set(2);
    code.co_varname(1).set(Addr::at(0x2110));
    memory.write_bytes(Addr::at(0x2100), b"f1\0");
    memory.write_bytes(Addr::at(0x2110), b"car\0");
    assert_eq!(Frame::size_for(2), 40);
    let frame = Frame::at(&memory, Addr::at(memory.size() - 40));
    frame.f_code().set(code.addr());
    frame.local(1).set(Some(Addr::at(HEAP)));
    assert_eq!(memory.load(Addr::at(memory.size() - 8)), HEAP);
    assert_eq!(frame.local(0).get(), None);
    let name = |addr| c_string(&memory, addr);
    assert_eq!(name(frame.code().co_name().get()), "f1");
    assert_eq!(name(frame.code().co_varname(1).get()), "car");
}

#[test]
fn a_c_string_ends_whatever_it_finds() {
    let memory = memory();
    memory.fill(Addr::at(0x2000), 0x1000, b'a');
    assert_eq!(c_string(&memory, Addr::at(0x2000)).len(), 255);
    memory.write_bytes(Addr::at(0x2000), b"\xff!\0");
    assert_eq!(c_string(&memory, Addr::at(0x2000)), "\u{fffd}!");
    assert_eq!(c_string(&memory, Addr::at(0x2002)), "");
}
