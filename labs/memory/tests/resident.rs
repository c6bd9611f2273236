//! That pages given back are no longer in memory. A process of its own: Linux makes one mapping of two
//! that lie side by side, so the pages that other tests touch would be counted too.
#![cfg(all(target_os = "linux", not(miri)))]

use memory::{Addr, Memory};

/// Counts the pages of this mapping that are in memory.
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
fn given_back_pages_are_not_in_memory_any_more() {
    // The process has no other mapping as large.
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
