//! Pages given back to the operating system.

use memory::{Addr, Memory};

use crate::common::SIZE;

#[test]
fn given_back_pages_read_as_zeros_and_their_neighbours_do_not() {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    memory.fill(Addr::at(0x3000), 0x6000, 0xaa);
    memory.give_back(Addr::at(0x4000), 0x3000);
    for (page, byte) in [(0x3000, 0xaa), (0x4000, 0), (0x6000, 0), (0x7000, 0xaa)] {
        assert_eq!(memory.read_bytes(Addr::at(page), 4096), [byte; 4096]);
    }
    memory.store(Addr::at(0x5000), 7);
    assert_eq!(memory.load(Addr::at(0x5000)), 7);
}

#[test]
fn no_pages_are_given_back_by_a_length_of_0() {
    let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
    memory.store(Addr::at(0x3000), 7);
    memory.give_back(Addr::at(0x3000), 0);
    assert_eq!(memory.load(Addr::at(0x3000)), 7);
}

#[test]
fn whole_pages_of_the_range_or_a_panic_that_names_them() {
    for (addr, len) in [
        (0x3008, 4096),
        (0x3000, 100),
        (Memory::MIN_SIZE, 4096),
        (0x1000, Memory::MIN_SIZE),
        (u64::MAX - 4095, 4096),
        (0x1000, u64::MAX - 4095),
    ] {
        let panic = std::panic::catch_unwind(|| {
            let memory = Memory::new(Memory::MIN_SIZE).expect("a range");
            memory.give_back(Addr::at(addr), len);
        });
        let panic = panic.expect_err("not whole pages of the range");
        let text = panic.downcast_ref::<String>().expect("a text");
        assert!(text.contains(&format!("give_back({addr:#06x}")), "{text}");
    }
}

#[test]
fn a_whole_range_can_be_given_back_but_for_page_0() {
    let memory = Memory::new(SIZE).expect("a range");
    memory.store(Addr::at(SIZE - 8), 1);
    memory.give_back(Addr::at(4096), SIZE - 4096);
    assert_eq!(memory.load(Addr::at(SIZE - 8)), 0);
    assert_eq!(memory.load(Addr::at(4096)), 0);
}
