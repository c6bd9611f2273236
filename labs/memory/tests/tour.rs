//! The tour of Rust in chapter 0 of the book: each part of it is shown there, and runs here.

use memory::{Addr, Field, Memory, MemoryError, record};

// ANCHOR: record
record! {
    /// A number and the address of the next one: 16 bytes.
    pub struct Link[16] {
        /// The number.
        0 => number: u64,
        /// The next link, or NULL.
        8 => next: Option<Addr>,
    }
}
// ANCHOR_END: record

#[test]
fn a_borrowed_memory_can_be_written_to() -> Result<(), MemoryError> {
    // ANCHOR: borrow
    fn double(memory: &Memory, addr: Addr) {
        let word = memory.load(addr);
        memory.store(addr, 2 * word);
    }

    let memory = Memory::new(Memory::MIN_SIZE)?;
    let place = Addr::at(0x2000);
    memory.store(place, 1025);
    double(&memory, place);
    assert_eq!(memory.load(place), 2050);
    // ANCHOR_END: borrow
    Ok(())
}

#[test]
fn null_is_none() {
    // ANCHOR: option
    assert_eq!(Addr::new(0), None);
    assert_eq!(Addr::new(0x2000), Some(Addr::at(0x2000)));

    let next: Option<Addr> = Addr::new(0x2010);
    if let Some(addr) = next {
        assert_eq!(addr.plus(8).get(), 0x2018);
    }
    // ANCHOR_END: option
}

#[test]
fn a_record_names_its_words() -> Result<(), MemoryError> {
    let memory = Memory::new(Memory::MIN_SIZE)?;
    // ANCHOR: fields
    let link = Link::at(&memory, Addr::at(0x2000));
    link.number().set(1025);
    link.next().set(Some(Addr::at(0x2010)));

    assert_eq!(memory.load(Addr::at(0x2000)), 1025);
    assert_eq!(memory.load(Addr::at(0x2008)), 0x2010);

    let old = link.number().replace(7);
    assert_eq!(old, 1025);
    // ANCHOR_END: fields
    Ok(())
}

#[test]
fn a_chain_is_walked() -> Result<(), MemoryError> {
    let memory = Memory::new(Memory::MIN_SIZE)?;
    for (number, addr) in [(1, 0x2000), (2, 0x2010), (3, 0x2020)] {
        let link = Link::at(&memory, Addr::at(addr));
        link.number().set(number);
        link.next().set(if number < 3 {
            Addr::new(addr + 16)
        } else {
            None
        });
    }
    // ANCHOR: walk
    let mut last = 0;
    let mut next = Some(Addr::at(0x2000));
    while let Some(addr) = next {
        let link = Link::at(&memory, addr);
        last = link.number().get();
        next = link.next().get();
    }
    assert_eq!(last, 3);
    // ANCHOR_END: walk
    Ok(())
}

#[test]
fn an_error_is_passed_on() {
    // ANCHOR: error
    fn first_word(size: u64) -> Result<u64, MemoryError> {
        let memory = Memory::new(size)?;
        Ok(memory.load(Addr::at(0x2000)))
    }

    assert_eq!(first_word(1 << 16), Ok(0));
    assert_eq!(first_word(1000), Err(MemoryError::BadSize { size: 1000 }));
    // ANCHOR_END: error
}

#[test]
fn functions_are_values() -> Result<(), MemoryError> {
    let memory = Memory::new(Memory::MIN_SIZE)?;
    // ANCHOR: function
    struct Shape {
        size: u64,
        clear: fn(&Memory, Addr),
    }

    fn clear_link(memory: &Memory, addr: Addr) {
        Link::at(memory, addr).number().set(0);
    }

    fn keep(_memory: &Memory, _addr: Addr) {}

    const LINK: Shape = Shape {
        size: Link::SIZE,
        clear: clear_link,
    };
    const KEPT: Shape = Shape {
        clear: keep,
        ..LINK
    };

    let place = Addr::at(0x2000);
    Link::at(&memory, place).number().set(1025);
    (KEPT.clear)(&memory, place);
    assert_eq!(Link::at(&memory, place).number().get(), 1025);
    (LINK.clear)(&memory, place);
    assert_eq!(Link::at(&memory, place).number().get(), 0);
    assert_eq!(KEPT.size, 16);
    // ANCHOR_END: function
    Ok(())
}

#[test]
fn a_visitor_is_called_for_each() -> Result<(), MemoryError> {
    let memory = Memory::new(Memory::MIN_SIZE)?;
    // ANCHOR: visit
    fn traverse(memory: &Memory, addr: Addr, visit: &mut dyn FnMut(Addr)) {
        let next: Field<'_, Option<Addr>> = Link::at(memory, addr).next();
        if let Some(next) = next.get() {
            visit(next);
        }
    }

    let first = Addr::at(0x2000);
    Link::at(&memory, first).next().set(Some(Addr::at(0x2010)));
    let mut seen = Vec::new();
    traverse(&memory, first, &mut |addr| seen.push(addr));
    assert_eq!(seen, [Addr::at(0x2010)]);
    // ANCHOR_END: visit
    Ok(())
}
