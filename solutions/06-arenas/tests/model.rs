//! The whole allocator against a plain map of what should be live: random requests of all sizes, in
//! every geometry, with and without the switches of *Going further*.
//!
//! The long campaign, ten million operations for each geometry (half a minute in all):
//! `cargo test --release -p arenas-solution --test model -- --ignored --nocapture`.
//! `HEAP_SEED=7` chooses other numbers, `HEAP_OPS=1000000` how many operations.

use std::collections::BTreeMap;

use arenas_solution as arenas;
use exam::Random;
use memory::pool::walk::walk;
use memory::{Addr, Classic, Further, Furthest, Geometry, Memory, Modern, plain};

/// A block that should be live.
#[derive(Clone, Copy)]
struct Block {
    addr: Addr,
    size: u64,
    mark: u64,
}

/// In which order blocks are freed.
#[derive(Clone, Copy, Debug)]
enum Order {
    Random,
    Lifo,
    Fifo,
    /// All but every n-th.
    Sieve(usize),
}

struct Model<'m> {
    memory: &'m Memory,
    live: Vec<Block>,
    random: Random,
}

fn pattern(mark: u64, word: u64) -> u64 {
    (mark ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(17)
}

impl Model<'_> {
    fn write(&self, block: Block) {
        for word in 0..block.size / 8 {
            self.memory
                .store(block.addr.plus(8 * word), pattern(block.mark, word));
        }
        for byte in block.size / 8 * 8..block.size {
            self.memory
                .store_u8(block.addr.plus(byte), block.mark as u8);
        }
    }

    fn check(&self, block: Block, size: u64) {
        for word in 0..size / 8 {
            let at = block.addr.plus(8 * word);
            assert_eq!(
                self.memory.load(at),
                pattern(block.mark, word),
                "the word at {at} of the block of {} bytes at {}",
                block.size,
                block.addr
            );
        }
        if size == block.size {
            for byte in size / 8 * 8..size {
                assert_eq!(self.memory.load_u8(block.addr.plus(byte)), block.mark as u8);
            }
        }
    }

    fn size(&mut self) -> u64 {
        match self.random.below(100) {
            0 => self.random.below(2),
            1..70 => self.random.below(129),
            70..90 => self.random.below(513),
            90..99 => self.random.below(4097),
            _ => self.random.below(40_000),
        }
    }

    fn malloc<G: Geometry>(&mut self) {
        let size = self.size();
        let mark = self.random.word();
        if let Ok(addr) = arenas::malloc::<G>(self.memory, size) {
            assert!(addr.is_aligned(G::ALIGNMENT), "{addr}");
            let block = Block { addr, size, mark };
            self.write(block);
            self.live.push(block);
        }
    }

    fn realloc<G: Geometry>(&mut self) {
        let index = self.random.index(self.live.len());
        let (size, mark) = (self.size(), self.random.word());
        let old = self.live[index];
        self.check(old, old.size);
        match arenas::realloc::<G>(self.memory, old.addr, size) {
            Ok(addr) => {
                self.check(Block { addr, ..old }, size.min(old.size));
                let block = Block { addr, size, mark };
                self.write(block);
                self.live[index] = block;
            }
            Err(_) => self.check(old, old.size),
        }
    }

    fn free<G: Geometry>(&mut self, index: usize) {
        let block = self.live.swap_remove(index);
        self.check(block, block.size);
        arenas::free::<G>(self.memory, block.addr);
    }

    /// All records agree, and what they say is live is what should be.
    fn agree(&self) {
        let found = match walk(self.memory) {
            Ok(found) => found,
            Err(broken) => panic!("{broken}"),
        };
        plain::check(self.memory).unwrap_or_else(|broken| panic!("{broken}"));
        let mut blocks: BTreeMap<u64, u64> = BTreeMap::new();
        for (addr, size) in found.blocks() {
            assert!(blocks.insert(addr.get(), size).is_none());
        }
        for block in plain::blocks(self.memory).flatten() {
            let arena = |at: u64| {
                found.arenas.iter().any(|arena| {
                    (arena.addr.get()..arena.addr.get() + found.arena_size).contains(&at)
                })
            };
            let (start, end) = (block.addr.get(), block.addr.get() + block.size);
            assert!(!arena(start) && !arena(end - 1), "in an arena: {block:?}");
            if block.live {
                assert!(blocks.insert(start, block.size).is_none());
            }
        }
        assert_eq!(blocks.len(), self.live.len(), "blocks that are allocated");
        let mut last = 0;
        for (&start, &size) in &blocks {
            assert!(start >= last, "overlap at {start:#x}");
            last = start + size;
        }
        for block in &self.live {
            let size = blocks.get(&block.addr.get()).copied();
            assert!(
                size.is_some_and(|size| size >= block.size),
                "the block at {} is not allocated",
                block.addr
            );
        }
    }
}

fn heap<G: Geometry>(size: u64) -> Memory {
    let memory = Memory::new(size).unwrap();
    let sizes = regions::layout::Sizes {
        text: 4096,
        data: 4096,
    };
    regions::layout::layout(&memory, sizes).unwrap();
    arenas::arena::start::<G>(&memory).unwrap();
    memory
}

fn run<G: Geometry>(size: u64, seed: u64, ops: u64, every: u64) {
    let memory = heap::<G>(size);
    let mut model = Model {
        memory: &memory,
        live: Vec::new(),
        random: Random::from_seed(seed),
    };
    let orders = [
        Order::Random,
        Order::Lifo,
        Order::Sieve(7),
        Order::Fifo,
        Order::Sieve(1000),
    ];
    let mut done = 0;
    let mut round = 0;
    while done < ops {
        // A tide: the heap grows to a random height, is churned, and drains in one of the orders.
        let height = 1 + model.random.index(6000);
        for _ in 0..2 * height {
            match model.random.below(10) {
                0..6 => model.malloc::<G>(),
                6 if !model.live.is_empty() => model.realloc::<G>(),
                7.. if !model.live.is_empty() => {
                    let index = model.random.index(model.live.len());
                    model.free::<G>(index);
                }
                _ => {}
            }
            done += 1;
            if done % every == 0 {
                model.agree();
            }
        }
        let order = orders[round % orders.len()];
        round += 1;
        done += model.live.len() as u64;
        match order {
            Order::Random => {
                while !model.live.is_empty() {
                    let index = model.random.index(model.live.len());
                    model.free::<G>(index);
                }
            }
            Order::Lifo => {
                while let Some(last) = model.live.len().checked_sub(1) {
                    model.free::<G>(last);
                }
            }
            Order::Fifo => {
                model.live.reverse();
                while let Some(last) = model.live.len().checked_sub(1) {
                    model.free::<G>(last);
                }
            }
            Order::Sieve(n) => {
                let mut kept = Vec::new();
                for (index, block) in std::mem::take(&mut model.live).into_iter().enumerate() {
                    if index % n == 0 {
                        kept.push(block);
                    } else {
                        model.check(block, block.size);
                        arenas::free::<G>(&memory, block.addr);
                    }
                }
                model.live = kept;
            }
        }
        model.agree();
    }
    while !model.live.is_empty() {
        model.free::<G>(0);
    }
    model.agree();
    let found = walk(&memory).unwrap();
    assert!(found.pools().all(|pool| pool.count == 0));
    // With this switch each class may keep one pool, and so the arena that it lies in.
    let pools = if G::KEEP_LAST_POOL { G::CLASSES } else { 0 };
    assert!(found.arenas.len() as u64 <= G::KEPT_ARENAS.max(1) + pools);
    assert!(plain::blocks(&memory).all(|block| !block.unwrap().live));
}

const SIZE: u64 = 64 << 20;

#[test]
fn classic() {
    run::<Classic>(SIZE, 1, 100_000, 500);
}

#[test]
fn modern() {
    run::<Modern>(SIZE, 2, 100_000, 500);
}

#[test]
fn classic_further() {
    run::<Further<Classic>>(SIZE, 3, 100_000, 500);
}

#[test]
fn modern_further() {
    run::<Further<Modern>>(SIZE, 4, 100_000, 500);
}

#[test]
fn classic_furthest() {
    run::<Furthest<Classic>>(SIZE, 8, 100_000, 500);
}

#[test]
fn modern_furthest() {
    run::<Furthest<Modern>>(SIZE, 9, 100_000, 500);
}

#[test]
fn a_range_that_is_too_small() {
    run::<Classic>(1 << 20, 5, 50_000, 100);
    run::<Further<Classic>>(2 << 20, 6, 50_000, 100);
    run::<Modern>(4 << 20, 7, 50_000, 100);
    run::<Furthest<Classic>>(2 << 20, 10, 50_000, 100);
}

#[test]
#[ignore = "long; run it in release mode"]
fn campaign() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let ops = number("HEAP_OPS", 10_000_000);
    let seed = number("HEAP_SEED", 0);
    for (name, run) in [
        ("Classic", run::<Classic> as fn(u64, u64, u64, u64)),
        ("Modern", run::<Modern>),
        ("Further<Classic>", run::<Further<Classic>>),
        ("Further<Modern>", run::<Further<Modern>>),
        ("Furthest<Classic>", run::<Furthest<Classic>>),
        ("Furthest<Modern>", run::<Furthest<Modern>>),
    ] {
        let start = std::time::Instant::now();
        run(256 << 20, seed, ops, 20_000);
        println!("{name}: {ops} operations in {:.1?}", start.elapsed());
    }
}
