//! Tasks 5.8 to 5.10 together: many random requests, against a plain map of what should be live.

use std::collections::{BTreeMap, BTreeSet};

use exam::{HeapExam, Random};
use memory::{Addr, Classic, Geometry, Heap, Modern};

use super::support::{HEAPS, audit, pool_of};

/// In which order blocks are freed.
#[derive(Clone, Copy)]
enum Order {
    /// The newest first.
    Lifo,
    /// The oldest first.
    Fifo,
    /// Any.
    Random,
    /// Every 7th block is kept, the others go, the oldest first.
    Keep,
}

impl Order {
    fn words(self) -> &'static str {
        match self {
            Order::Lifo => "the newest block is freed first",
            Order::Fifo => "the oldest block is freed first",
            Order::Random => "blocks are freed in a random order",
            Order::Keep => "every 7th block stays",
        }
    }
}

/// How many calls an event makes.
const CALLS: usize = 250;

struct Model {
    /// The live blocks in the order in which they were handed out: a number, and where.
    live: BTreeMap<u64, (Addr, u64)>,
    made: u64,
    pools: BTreeSet<Addr>,
    random: Random,
}

impl Model {
    fn malloc<G: Geometry>(&mut self, heap: &Heap<'_>) -> Result<(), String> {
        let size = match self.random.below(10) {
            0 => 1 + self.random.below(512),
            1..4 => *self.random.pick(&[8, 9, 16, 17, 48, 49, 256, 511, 512]),
            _ => 1 + self.random.below(96),
        };
        let number = self.made;
        let block = heap
            .malloc(size)
            .map_err(|error| format!("call {number}: malloc({size}): {error}"))?;
        if !block.is_aligned(G::ALIGNMENT) {
            return Err(format!(
                "malloc({size}) is {block}, no multiple of {}",
                G::ALIGNMENT
            ));
        }
        heap.memory.write_bytes(block, &contents(number, size));
        self.live.insert(number, (block, size));
        self.pools.insert(pool_of::<G>(block));
        self.made += 1;
        Ok(())
    }

    fn free(&mut self, heap: &Heap<'_>, order: Order) -> Result<(), String> {
        let numbers = match order {
            Order::Lifo => self.live.keys().next_back().copied(),
            Order::Fifo => self.live.keys().next().copied(),
            Order::Random => {
                let index = self.random.index(self.live.len());
                self.live.keys().nth(index).copied()
            }
            Order::Keep => self.live.keys().find(|&number| number % 7 != 0).copied(),
        };
        let Some(number) = numbers else { return Ok(()) };
        let Some((block, size)) = self.live.remove(&number) else {
            return Ok(());
        };
        let found = heap.memory.read_bytes(block, size);
        let expected = contents(number, size);
        if let Some(at) = (0..size as usize).find(|&at| found[at] != expected[at]) {
            return Err(format!(
                "byte {at} of the block of {size} bytes at {block} is {}, and {} was written there: \
                 somebody else wrote into a live block",
                found[at], expected[at]
            ));
        }
        heap.free(block);
        Ok(())
    }
}

/// What the block with this number holds.
fn contents(number: u64, size: u64) -> Vec<u8> {
    let mut random = Random::from_seed(number);
    let mut bytes: Vec<u8> = Vec::new();
    while (bytes.len() as u64) < size {
        bytes.extend(random.word().to_le_bytes());
    }
    bytes.truncate(size as usize);
    bytes
}

fn campaign<G: Geometry>(exam: &HeapExam, order: Order, events: usize) {
    let mut model = Model {
        live: BTreeMap::new(),
        made: 0,
        pools: BTreeSet::new(),
        random: exam.random(),
    };
    for event in 0..events {
        // Waves: the heap fills for some events, and empties for some.
        let fills = event / 6 % 2 == 0;
        let label = format!("{CALLS} calls of malloc and free; {}", order.words());
        exam.try_event(label, |heap| {
            for _ in 0..CALLS {
                let few = model.live.len() < 4;
                if few || model.random.chance(if fills { 7 } else { 3 }, 10) {
                    model.malloc::<G>(heap)?;
                } else {
                    model.free(heap, order)?;
                }
            }
            Ok::<_, String>(())
        });
        exam.equal("live blocks", model.live.len() as u64, exam.live_blocks());
        audit::<G>(exam, model.pools.iter().copied());
    }
    exam.try_event("everything is freed", |heap| {
        while !model.live.is_empty() {
            model.free(heap, Order::Random)?;
        }
        Ok::<_, String>(())
    });
    exam.leaks(0);
    audit::<G>(exam, model.pools.iter().copied());
}

/// 2 geometries, 4 orders, 50 events of 250 calls: 100,000 calls.
const EVENTS: usize = 50;

#[test]
fn task_5_10_the_newest_first() {
    fn test<G: Geometry>(exam: &HeapExam) {
        campaign::<G>(exam, Order::Lifo, EVENTS);
    }
    exam::task("5.10", "many requests, the newest block freed first")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_the_oldest_first() {
    fn test<G: Geometry>(exam: &HeapExam) {
        campaign::<G>(exam, Order::Fifo, EVENTS);
    }
    exam::task("5.10", "many requests, the oldest block freed first")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_in_any_order() {
    fn test<G: Geometry>(exam: &HeapExam) {
        campaign::<G>(exam, Order::Random, EVENTS);
    }
    exam::task("5.10", "many requests, blocks freed in a random order")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_every_seventh_is_kept() {
    fn test<G: Geometry>(exam: &HeapExam) {
        campaign::<G>(exam, Order::Keep, EVENTS);
    }
    exam::task("5.10", "many requests, every seventh block stays")
        .heaps(HEAPS)
        .big()
        .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_5_10_moved_to_a_copy_in_the_middle() {
    fn test<G: Geometry>(exam: &HeapExam) {
        campaign::<G>(exam, Order::Random, 6);
    }
    exam::task(
        "5.10",
        "random requests go on in a copy of the memory as in the memory",
    )
    .heaps(HEAPS)
    .run([test::<Classic>, test::<Modern>]);
}
