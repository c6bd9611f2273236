//! Long random runs of the plain allocator against a plain list of what should be live.
//!
//! The runs are the same every time. `HEAP_SEED=5 HEAP_CASES=2000 cargo test -p memory plain_model`
//! makes others.

use memory::{Addr, Memory, Root, plain};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::common::{SIZE, heap, lay_out};

#[derive(Clone, Debug)]
enum Step {
    Malloc(u64),
    /// Of the live block with this number, modulo how many there are.
    Realloc(usize, u64),
    Free(usize),
    /// Somebody else grows the heap.
    Grow,
}

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..130_u64, 2 => 0..1100_u64, 1 => 1000..5000_u64]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => size().prop_map(Step::Malloc),
        12 => (any::<usize>(), size()).prop_map(|(block, size)| Step::Realloc(block, size)),
        18 => any::<usize>().prop_map(Step::Free),
        1 => Just(Step::Grow),
    ]
}

/// A block that should be live: where, how large, and what its bytes are made of.
struct Live {
    addr: Addr,
    size: u64,
    mark: u64,
}

/// Bytes that repeat only after 251: so many of them, from the block's mark on, are in a block.
static PATTERN: [u8; 6000] = {
    let mut bytes = [0; 6000];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = (at % 251) as u8;
        at += 1;
    }
    bytes
};

impl Live {
    fn bytes(&self, len: u64) -> &'static [u8] {
        &PATTERN[(self.mark % 251) as usize..][..len as usize]
    }

    fn check(&self, memory: &Memory, len: u64) -> Result<(), TestCaseError> {
        let found = memory.read_bytes(self.addr, len);
        prop_assert!(found == self.bytes(len), "the bytes at {}", self.addr);
        Ok(())
    }
}

/// Runs the steps on a heap with room for so many bytes.
fn run(memory: &Memory, alignment: u64, room: u64, steps: &[Step]) -> Result<(), TestCaseError> {
    lay_out(memory, room);
    Root::of(memory).alignment().set(alignment);
    let heap = heap(memory);
    let mut live: Vec<Live> = Vec::new();
    for (mark, step) in steps.iter().enumerate() {
        let mark = mark as u64;
        match *step {
            Step::Malloc(size) => match heap.malloc(size) {
                Ok(addr) => {
                    let block = Live { addr, size, mark };
                    memory.write_bytes(addr, block.bytes(size));
                    live.push(block);
                }
                Err(_) => no_hole(memory, alignment, size)?,
            },
            Step::Realloc(which, size) if !live.is_empty() => {
                let at = which % live.len();
                let block = &mut live[at];
                match heap.realloc(block.addr, size) {
                    Ok(addr) => {
                        block.addr = addr;
                        block.check(memory, size.min(block.size))?;
                        (block.size, block.mark) = (size, mark);
                        memory.write_bytes(addr, block.bytes(size));
                    }
                    Err(_) => block.check(memory, block.size)?,
                }
            }
            Step::Free(which) if !live.is_empty() => {
                let block = live.swap_remove(which % live.len());
                block.check(memory, block.size)?;
                heap.free(block.addr);
            }
            Step::Grow => drop(crate::common::grow(memory, 4096)),
            Step::Realloc(..) | Step::Free(_) => {}
        }
        if mark.is_multiple_of(50) {
            same(memory, &live)?;
        }
    }
    same(memory, &live)?;
    for block in live.drain(..) {
        block.check(memory, block.size)?;
        heap.free(block.addr);
    }
    same(memory, &live)
}

/// The heap is in order and holds exactly these live blocks.
fn same(memory: &Memory, live: &[Live]) -> Result<(), TestCaseError> {
    if let Err(broken) = plain::check(memory) {
        return Err(TestCaseError::fail(broken.to_string()));
    }
    let mut expected: Vec<Addr> = live.iter().map(|block| block.addr).collect();
    expected.sort_unstable();
    let found: Vec<Addr> = plain::blocks(memory)
        .filter_map(Result::ok)
        .filter(|block| block.live)
        .map(|block| block.addr)
        .collect();
    prop_assert_eq!(found, expected);
    Ok(())
}

/// No free chunk would have done.
fn no_hole(memory: &Memory, alignment: u64, size: u64) -> Result<(), TestCaseError> {
    let need = (size + 8).next_multiple_of(alignment).max(32) - 8;
    for block in plain::blocks(memory).filter_map(Result::ok) {
        prop_assert!(
            block.live || block.size < need,
            "{size} bytes fit {block:?}"
        );
    }
    Ok(())
}

#[test]
fn blocks_keep_their_bytes_and_the_heap_stays_in_order() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (cases, steps) = if cfg!(miri) { (2, 60) } else { (70, 2000) };
    let config = Config {
        cases: number("HEAP_CASES").map_or(cases, |cases: u64| cases as u32),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        max_shrink_time: 10_000,
        ..Config::default()
    };
    let seed: u64 = number("HEAP_SEED").unwrap_or(0);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let plan = (
        prop_oneof![Just(8_u64), Just(16)],
        // Sometimes it is full most of the time.
        prop_oneof![Just(0x2000_u64), Just(0x10000), Just(SIZE / 2)],
        prop::collection::vec(step(), steps / 2..steps),
    );
    TestRunner::new_with_rng(config, rng)
        .run(&plan, |(alignment, room, steps)| {
            #[cfg(feature = "watch")]
            {
                let watched = memory::watch::Watched::new(SIZE).expect("a range");
                watched.event("the run");
                let ran = watched.catch(|memory| run(memory, alignment, room, &steps));
                prop_assert_eq!(watched.leaks(), None);
                ran.unwrap_or_else(|report| Err(TestCaseError::fail(report.to_string())))
            }
            #[cfg(not(feature = "watch"))]
            {
                let memory = Memory::new(SIZE).expect("a range");
                run(&memory, alignment, room, &steps)
            }
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
