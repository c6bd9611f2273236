//! Words and bytes, in the range and beyond it.

use memory::{Addr, Memory, MemoryError};

const SMALL: u64 = Memory::MIN_SIZE;

fn memory() -> Memory {
    Memory::new(SMALL).expect("a range")
}

#[test]
fn a_word_is_what_was_stored_and_its_neighbours_are_not() {
    let memory = memory();
    let addr = Addr::at(0x3000);
    memory.store(addr, 0x0102_0304_0506_0708);
    assert_eq!(memory.load(addr), 0x0102_0304_0506_0708);
    assert_eq!(memory.load(addr.minus(8)), 0);
    assert_eq!(memory.load(addr.plus(8)), 0);
}

#[test]
fn words_are_little_endian_everywhere() {
    let memory = memory();
    memory.store(Addr::at(0x3000), 0x0102_0304_0506_0708);
    assert_eq!(memory.load_u8(Addr::at(0x3000)), 8);
    assert_eq!(memory.load_u32(Addr::at(0x3004)), 0x0102_0304);
    memory.store_u32(Addr::at(0x3000), 0xa0b0_c0d0);
    memory.store_u8(Addr::at(0x3007), 0xff);
    assert_eq!(memory.load(Addr::at(0x3000)), 0xff02_0304_a0b0_c0d0);
    let bytes = memory.read_bytes(Addr::at(0x3000), 8);
    assert_eq!(bytes, 0xff02_0304_a0b0_c0d0_u64.to_le_bytes());
}

#[test]
fn bytes_are_written_and_read_back() {
    let memory = memory();
    let text: Vec<u8> = (0..=255).collect();
    memory.write_bytes(Addr::at(0x3003), &text);
    assert_eq!(memory.read_bytes(Addr::at(0x3003), 256), text);
    assert_eq!(memory.read_bytes(Addr::at(0x3002), 2), [0, 0]);
    assert_eq!(memory.read_bytes(Addr::at(0x3003), 0), []);
}

#[test]
fn copies_may_overlap_in_both_directions() {
    for (from, to) in [(0x3000, 0x3003), (0x3003, 0x3000), (0x3000, 0x3000)] {
        let memory = memory();
        let text: Vec<u8> = (1..=100).collect();
        memory.write_bytes(Addr::at(from), &text);
        memory.copy(Addr::at(from), Addr::at(to), 100);
        assert_eq!(memory.read_bytes(Addr::at(to), 100), text);
    }
}

#[test]
fn fill_fills_so_many_bytes_and_no_more() {
    let memory = memory();
    memory.fill(Addr::at(0x3001), 9, 0xee);
    assert_eq!(memory.read_bytes(Addr::at(0x3000), 1), [0]);
    assert_eq!(memory.read_bytes(Addr::at(0x3001), 9), [0xee; 9]);
    assert_eq!(memory.read_bytes(Addr::at(0x300a), 1), [0]);
}

#[test]
fn a_wild_word_is_masked_into_the_range() {
    let memory = memory();
    memory.store(Addr::at(0x3000), 7);
    // Too far: the high bits do not count.
    assert_eq!(memory.load(Addr::at(SMALL + 0x3000)), 7);
    assert_eq!(memory.load(Addr::at((1 << 63) + 0x3000)), 7);
    // Misaligned: rounded down.
    assert_eq!(memory.load(Addr::at(0x3007)), 7);
    assert_eq!(memory.load_u32(Addr::at(0x3003)), 7);
    // The last word, by its own address and by the highest of all.
    memory.store(Addr::at(u64::MAX), 9);
    assert_eq!(memory.load(Addr::at(SMALL - 8)), 9);
    memory.store_u8(Addr::at(u64::MAX), 1);
    assert_eq!(memory.load_u8(Addr::at(SMALL - 1)), 1);
}

#[test]
fn bytes_beyond_the_range_are_left_out() {
    let memory = memory();
    let last = Addr::at(SMALL - 4);
    memory.write_bytes(last, b"abcdefgh");
    assert_eq!(memory.read_bytes(last, 8), b"abcd");
    assert_eq!(memory.read_bytes(last, u64::MAX), b"abcd");
    assert_eq!(memory.read_bytes(Addr::at(SMALL), 1), []);
    assert_eq!(memory.read_bytes(Addr::at(u64::MAX), u64::MAX), []);
    memory.fill(last, u64::MAX, 1);
    assert_eq!(memory.read_bytes(last, 4), [1; 4]);
    memory.fill(Addr::at(u64::MAX), 8, 2);
    // Four bytes fit at the target, and eight at the source.
    memory.write_bytes(Addr::at(0x3000), b"ijklmnop");
    memory.copy(Addr::at(0x3000), last, 8);
    assert_eq!(memory.read_bytes(last, 8), b"ijkl");
    memory.copy(last, Addr::at(0x4000), 8);
    assert_eq!(memory.read_bytes(Addr::at(0x4000), 8), b"ijkl\0\0\0\0");
    memory.copy(Addr::at(SMALL), Addr::at(0x4000), 8);
    assert_eq!(memory.read_bytes(Addr::at(0x4000), 4), b"ijkl");
}

#[test]
fn a_size_is_a_power_of_two_of_at_least_64_kib() {
    for size in [
        0,
        1,
        4096,
        SMALL - 1,
        SMALL + 4096,
        3 * SMALL,
        u64::MAX,
        1 << 63,
    ] {
        let error = Memory::new(size).expect_err("no such range");
        assert_eq!(error, MemoryError::BadSize { size });
        assert!(error.to_string().contains("power of two"), "{error}");
    }
}

#[test]
#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
fn a_range_that_the_system_refuses_is_an_error_with_its_reason() {
    let error = Memory::new(1 << 62).expect_err("no machine has so much address space");
    assert!(error.to_string().contains("did not reserve"), "{error}");
    assert!(error.to_string().contains("memory"), "{error}");
}

#[test]
fn a_memory_made_without_allocating_is_as_any_other() {
    let memory = Memory::without_allocating(SMALL).expect("a range");
    assert!(memory.snapshot() == self::memory().snapshot());
    assert!(Memory::without_allocating(SMALL + 1).is_none());
    assert!(Memory::without_allocating(4096).is_none());
}

#[test]
fn addresses_are_never_zero() {
    assert_eq!(Addr::new(0), None);
    assert_eq!(Addr::at(8).minus(8).get(), u64::MAX);
    assert_eq!(Addr::at(u64::MAX).plus(1).get(), u64::MAX);
    assert_eq!(Addr::at(4095).align_down(4096), None);
    assert_eq!(Addr::at(4097).align_down(4096), Some(Addr::at(4096)));
    assert_eq!(memory::addr::round_up(4097, 4096), Some(8192));
    assert_eq!(memory::addr::round_up(u64::MAX - 5, 4096), None);
    assert_eq!(Addr::at(0x20).to_string(), "0x0020");
}

#[test]
fn a_memory_goes_to_another_thread() {
    let memory = memory();
    memory.store(Addr::at(0x3000), 5);
    let back = std::thread::spawn(move || {
        memory.store(Addr::at(0x3008), memory.load(Addr::at(0x3000)) + 1);
        memory
    });
    assert_eq!(back.join().expect("no panic").load(Addr::at(0x3008)), 6);
}

/// Compiles only while `Memory` is not `Sync`: otherwise both impls below would fit.
#[test]
fn a_memory_is_never_used_by_two_threads_at_once() {
    trait Ambiguous<A> {
        fn holds() -> bool {
            true
        }
    }
    impl<T: ?Sized> Ambiguous<()> for T {}
    impl<T: ?Sized + Sync> Ambiguous<u8> for T {}
    assert!(<Memory as Ambiguous<_>>::holds());
    fn is_send<T: Send>() {}
    is_send::<Memory>();
    #[cfg(feature = "watch")]
    {
        assert!(<memory::watch::Watched as Ambiguous<_>>::holds());
        is_send::<memory::watch::Watched>();
    }
}
