//! What the tests run on, and how they look at arenas.

use exam::{HeapExam, Kit};
use memory::pool::walk::{Walk, walk};
use memory::pool::{ArenaObject, NFP2LASTA};
use memory::{
    Addr, Allocator, Classic, Field, Further, Geometry, Heap, Memory, MemoryError, Modern, Root,
    WORD, plain,
};
use regions::layout::{Sizes, layout};

/// A geometry's only alignment, for kits.
pub(crate) trait Aligned: Geometry {
    const ALIGNMENTS: &'static [u64] = &[Self::ALIGNMENT];
}
impl<G: Geometry> Aligned for G {}

const PLAIN: Allocator = Allocator {
    malloc: |memory, size| plain::malloc(memory, size, regions::grow_heap),
    realloc: |memory, block, size| plain::realloc(memory, block, size, regions::grow_heap),
    free: plain::free,
};

fn lay_out(heap: &Heap) -> Result<(), MemoryError> {
    let sizes = Sizes {
        text: 4096,
        data: 4096,
    };
    layout(heap.memory, sizes)
}

fn start<G: Geometry>(heap: &Heap) -> Result<(), MemoryError> {
    lay_out(heap)?;
    arenas::arena::start::<G>(heap.memory)
}

const fn bare<G: Geometry>() -> Kit {
    Kit {
        object: PLAIN,
        types: &[],
        start: lay_out,
        alignments: G::ALIGNMENTS,
        again: None,
    }
}

const fn rows<G: Geometry>() -> Kit {
    Kit {
        start: start::<G>,
        ..bare::<G>()
    }
}

const fn whole<G: Geometry>() -> Kit {
    Kit {
        object: Allocator {
            malloc: arenas::malloc::<G>,
            realloc: arenas::realloc::<G>,
            free: arenas::free::<G>,
        },
        ..rows::<G>()
    }
}

/// The regions are laid out, and nothing else.
pub(crate) const BARE: [(&str, Kit); 2] = [
    (Classic::NAME, bare::<Classic>()),
    (Modern::NAME, bare::<Modern>()),
];

/// The row of records is there. Blocks come from the plain allocator.
pub(crate) const ROWS: [(&str, Kit); 2] = [
    (Classic::NAME, rows::<Classic>()),
    (Modern::NAME, rows::<Modern>()),
];

/// The same with the switches of *Going further*.
pub(crate) const FURTHER_ROWS: [(&str, Kit); 2] = [
    (
        "Classic, with what goes further than CPython",
        rows::<Further<Classic>>(),
    ),
    (
        "Modern, with what goes further than CPython",
        rows::<Further<Modern>>(),
    ),
];

/// Blocks come from the lab's allocator.
pub(crate) const HEAPS: [(&str, Kit); 2] = [
    (Classic::NAME, whole::<Classic>()),
    (Modern::NAME, whole::<Modern>()),
];

/// The same, and once more with the switches of *Going further*.
pub(crate) const ALL_HEAPS: [(&str, Kit); 4] = [
    (Classic::NAME, whole::<Classic>()),
    (Modern::NAME, whole::<Modern>()),
    (
        "Classic, with what goes further than CPython",
        whole::<Further<Classic>>(),
    ),
    (
        "Modern, with what goes further than CPython",
        whole::<Further<Modern>>(),
    ),
];

/// Looks at the root record, unwatched.
pub(crate) fn root<T>(exam: &HeapExam, look: impl FnOnce(Root<'_>) -> T) -> T {
    exam.quietly(|heap| look(Root::of(heap.memory)))
}

/// Where the record of the arena with this number is.
pub(crate) fn record(exam: &HeapExam, number: u64) -> Addr {
    let row = root(exam, |root| root.arenas().get());
    match row {
        Some(row) => row.plus(number * ArenaObject::SIZE),
        None => exam.fail("the root record's `arenas` is NULL: there is no row of records"),
    }
}

/// Looks at the arena record at `record`, unwatched.
pub(crate) fn arena<T>(
    exam: &HeapExam,
    record: Addr,
    look: impl FnOnce(ArenaObject<'_>) -> T,
) -> T {
    exam.quietly(|heap| look(ArenaObject::at(heap.memory, record)))
}

/// Where the heap region ends.
pub(crate) fn heap_end(exam: &HeapExam) -> u64 {
    root(exam, |root| root.region(memory::Region::Heap).end().get())
}

/// Takes pages of the heap until so many bytes are left.
pub(crate) fn leave(exam: &HeapExam, bytes: u64) {
    exam.event(
        format!("the heap has room for {bytes} bytes more"),
        |heap| {
            let region = Root::of(heap.memory).region(memory::Region::Heap);
            let room = region.limit().get() - region.end().get();
            regions::grow_heap(heap.memory, room - bytes).map(drop)
        },
    )
    .unwrap_or_else(|error| exam.fail(&error.to_string()));
}

// Arenas by letters: `"A3 B3 C7 D0"` are four arenas with 3, 3, 7 and 0 free pools.

/// The number of arena A's place.
const FIRST: u64 = 2;

/// The letters of a row of arenas, and how many free pools each has.
fn letters(text: &str) -> impl Iterator<Item = (u64, u32)> + '_ {
    text.split_whitespace().map(|word| {
        let (name, count) = word.split_at(1);
        let letter = name.as_bytes()[0];
        let number = u64::from(letter - b'A');
        (number, count.parse().unwrap_or(0))
    })
}

/// What arena number `index` from A on is called.
fn letter(index: u64) -> String {
    match u8::try_from(index) {
        Ok(index) if index < 26 => char::from(b'A' + index).to_string(),
        _ => format!("#{index}"),
    }
}

/// The record of the arena that this letter names.
pub(crate) fn called(exam: &HeapExam, name: char) -> Addr {
    record(exam, FIRST + u64::from(name as u8 - b'A'))
}

/// Writes the records as if the program had come to these arenas, usable ones in this order.
pub(crate) fn arrange<G: Geometry>(exam: &HeapExam, text: &str) {
    let arenas: Vec<(u64, u32)> = letters(text).collect();
    arrange_all::<G>(exam, &arenas);
    let words = |usable: bool| {
        text.split_whitespace()
            .zip(&arenas)
            .filter(|(_, arena)| (arena.1 > 0) == usable)
            .map(|(word, _)| word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (usable, full) = (words(true), words(false));
    exam.note(match (usable.as_str(), full.as_str()) {
        (usable, "") => format!("the usable arenas and their free pools: {usable}"),
        ("", full) => format!("no arena is usable; on no list: {full}"),
        (usable, full) => {
            format!("the usable arenas and their free pools: {usable}; on no list: {full}")
        }
    });
}

/// The same, for pairs of a number from 0 on and a number of free pools.
pub(crate) fn arrange_all<G: Geometry>(exam: &HeapExam, arenas: &[(u64, u32)]) {
    let row = record(exam, 0);
    let at = |index: u64| row.plus((FIRST + index) * ArenaObject::SIZE);
    for &(index, _) in arenas.iter().filter(|arena| arena.0 < 26) {
        exam.name(at(index), letter(index));
    }
    exam.quietly(|heap| {
        let memory = heap.memory;
        let root = Root::of(memory);
        for number in 0..=G::POOLS_IN_ARENA {
            memory.store(NFP2LASTA.plus(WORD * number), 0);
        }
        root.usable_arenas().set(None);
        root.narenas_currently_allocated().set(arenas.len() as u64);
        root.narenas_highwater().set(arenas.len() as u64);
        root.ntimes_arena_allocated().set(arenas.len() as u64);
        let mut before: Option<Addr> = None;
        for &(index, nf) in arenas {
            let arena = ArenaObject::at(memory, at(index));
            let address = (FIRST + index) * G::ARENA_SIZE;
            let end = address + G::ARENA_SIZE;
            arena.address().set(Addr::new(address));
            arena
                .pool_address()
                .set(Addr::new(end - u64::from(nf) * G::POOL_SIZE));
            arena.nfreepools().set(nf);
            arena.ntotalpools().set(G::POOLS_IN_ARENA as u32);
            arena.freepools().set(None);
            if nf == 0 {
                // On no list. What its links say means nothing.
                arena.nextarena().set(Some(at(index)));
                arena.prevarena().set(Some(at(index)));
                continue;
            }
            arena.prevarena().set(before);
            arena.nextarena().set(None);
            match before {
                Some(before) => ArenaObject::at(memory, before)
                    .nextarena()
                    .set(Some(arena.addr())),
                None => root.usable_arenas().set(Some(arena.addr())),
            }
            before = Some(arena.addr());
            table(memory, nf).set(before);
        }
    });
}

/// An entry of the table `nfp2lasta`.
fn table(memory: &Memory, nf: u32) -> Field<'_, Option<Addr>> {
    Field::at(memory, NFP2LASTA.plus(WORD * u64::from(nf)))
}

/// Expects the usable arenas, and the table of the last ones, to be as `text` says:
/// `"B3 A4 C7"`.
pub(crate) fn same<G: Geometry>(exam: &HeapExam, text: &str) {
    let arenas: Vec<(u64, u32)> = letters(text).collect();
    same_all::<G>(exam, &arenas);
}

/// The same, for pairs of a number from 0 on and a number of free pools.
pub(crate) fn same_all<G: Geometry>(exam: &HeapExam, arenas: &[(u64, u32)]) {
    let mut list = String::from("usable_arenas");
    let mut last = vec![None; G::POOLS_IN_ARENA as usize + 1];
    for &(index, nf) in arenas {
        list.push_str(&format!("  {}{nf}", letter(index)));
        last[nf as usize] = Some(index);
    }
    let mut lines = vec![list];
    for (nf, index) in last.into_iter().enumerate() {
        if let Some(index) = index {
            lines.push(format!("nfp2lasta[{nf}]  {}", letter(index)));
        }
    }
    exam.equal_text("arenas", &lines.join("\n"), &found::<G>(exam));
}

/// The list and the table as they are.
fn found<G: Geometry>(exam: &HeapExam) -> String {
    let row = record(exam, 0);
    let called = |at: Addr| {
        let number = at.get().wrapping_sub(row.get()) / ArenaObject::SIZE;
        match number.checked_sub(FIRST) {
            Some(index) if index < G::ARENA_SIZE => letter(index),
            _ => at.to_string(),
        }
    };
    exam.quietly(|heap| {
        let memory = heap.memory;
        let mut list = String::from("usable_arenas");
        let mut wrong = Vec::new();
        let mut before = None;
        let mut next = Root::of(memory).usable_arenas().get();
        let mut steps = 0;
        while let Some(at) = next {
            if steps == 300 {
                list.push_str("  … without end");
                break;
            }
            steps += 1;
            let arena = ArenaObject::at(memory, at);
            list.push_str(&format!("  {}{}", called(at), arena.nfreepools().get()));
            let prev = arena.prevarena().get();
            if prev != before {
                wrong.push(format!(
                    "prevarena of {} is {}",
                    called(at),
                    prev.map_or("NULL".to_owned(), called)
                ));
            }
            before = next;
            next = arena.nextarena().get();
        }
        let mut lines = vec![list];
        for nf in 0..=G::POOLS_IN_ARENA {
            if let Some(at) = table(memory, nf as u32).get() {
                lines.push(format!("nfp2lasta[{nf}]  {}", called(at)));
            }
        }
        lines.extend(wrong);
        lines.join("\n")
    })
}

/// Expects all records of pools and arenas to fit together.
pub(crate) fn in_order(exam: &HeapExam) -> Walk {
    let walked = exam.quietly(|heap| walk(heap.memory));
    match walked {
        Ok(walk) => {
            if let Err(broken) = exam.quietly(|heap| plain::check(heap.memory)) {
                exam.fail(&broken.to_string());
            }
            walk
        }
        Err(broken) => exam.fail(&format!("the records do not fit together: {broken}")),
    }
}

/// Takes so many pools, as lab 5's allocator does, and returns where they are.
pub(crate) fn take_pools<G: Geometry>(exam: &HeapExam, many: u64) -> Vec<Addr> {
    let label = format!("allocate_pool, {many} times");
    let pools = exam.manager_event(label.clone(), |heap| {
        let mut pools = Vec::new();
        for _ in 0..many {
            pools.push(arenas::source::allocate_pool::<G>(heap.memory)?);
        }
        Ok::<_, MemoryError>(pools)
    });
    exam.ok(&label, pools)
}

/// Gives pools back, as lab 5's allocator does, in this order.
pub(crate) fn give_pools<G: Geometry>(exam: &HeapExam, label: &str, pools: &[Addr]) {
    exam.manager_event(label.to_owned(), |heap| {
        for &pool in pools {
            arenas::source::free_pool::<G>(heap.memory, pool);
        }
    });
}

/// Gives a live block a pattern of its own, in each of its bytes.
pub(crate) fn write_pattern(heap: &Heap, block: Addr, size: u64, mark: u64) {
    for word in 0..size / WORD {
        heap.memory
            .store(block.plus(word * WORD), pattern(mark, word));
    }
    for byte in size / WORD * WORD..size {
        heap.memory.store_u8(block.plus(byte), mark as u8);
    }
}

/// The offset of the first byte that is not as [`write_pattern`] wrote it, of the first `kept` ones.
pub(crate) fn first_changed(
    heap: &Heap,
    block: Addr,
    size: u64,
    kept: u64,
    mark: u64,
) -> Option<u64> {
    for word in 0..kept.min(size) / WORD {
        if heap.memory.load(block.plus(word * WORD)) != pattern(mark, word) {
            return Some(word * WORD);
        }
    }
    if kept >= size {
        for byte in size / WORD * WORD..size {
            if heap.memory.load_u8(block.plus(byte)) != mark as u8 {
                return Some(byte);
            }
        }
    }
    None
}

fn pattern(mark: u64, word: u64) -> u64 {
    (mark ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(17)
}
