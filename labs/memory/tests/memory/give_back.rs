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

/// Counts the pages of this mapping that are in memory. Not those of the whole process: other tests
/// run beside this one.
#[cfg(all(target_os = "linux", not(miri)))]
fn resident_kib(size: u64) -> Vec<u64> {
    let maps = std::fs::read_to_string("/proc/self/smaps").expect("smaps");
    let mut found = Vec::new();
    let mut here = false;
    for line in maps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some((start, end)) = words[0].split_once('-')
            && let (Ok(start), Ok(end)) =
                (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16))
        {
            here = end - start >= size;
        } else if here && words[0] == "Rss:" {
            found.push(words[1].parse().expect("a number"));
        }
    }
    found
}

#[test]
#[cfg(all(target_os = "linux", not(miri)))]
fn given_back_pages_are_not_in_memory_any_more() {
    // A size that no other test uses.
    let size = 1 << 30;
    let memory = Memory::new(size).expect("a range");
    let resident = || resident_kib(size).into_iter().max().unwrap_or(0);
    assert!(
        resident() < 1024,
        "a range costs memory before it is touched"
    );
    memory.fill(Addr::at(0x10000), 32 << 20, 1);
    let filled = resident();
    assert!(
        filled >= 32 << 10,
        "32 MiB were written, {filled} KiB are there"
    );
    memory.give_back(Addr::at(0x10000), 32 << 20);
    let left = resident();
    assert!(
        left < 1024,
        "32 MiB were given back, and {left} KiB are there"
    );
}

#[test]
fn a_whole_range_can_be_given_back_but_for_page_0() {
    let memory = Memory::new(SIZE).expect("a range");
    memory.store(Addr::at(SIZE - 8), 1);
    memory.give_back(Addr::at(4096), SIZE - 4096);
    assert_eq!(memory.load(Addr::at(SIZE - 8)), 0);
    assert_eq!(memory.load(Addr::at(4096)), 0);
}
