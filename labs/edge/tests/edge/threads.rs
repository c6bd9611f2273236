use std::alloc::Layout;
use std::sync::Mutex;
use std::thread;

use edge::Edge;
use fastrand::Rng;

use crate::block::Block;

const THREADS: usize = if cfg!(miri) { 3 } else { 8 };
const OPERATIONS: usize = if cfg!(miri) { 150 } else { 1_000_000 };

/// Each thread asks for blocks, resizes them, frees them, and puts some where others find them.
#[test]
fn threads_free_and_resize_each_others_blocks() {
    let edge = Edge::new();
    let shared: Vec<Mutex<Option<Block>>> = (0..64).map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (edge, shared) = (&edge, &shared);
            scope.spawn(move || work(edge, shared, thread as u64));
        }
    });
    for place in shared {
        if let Some(block) = place.into_inner().unwrap() {
            block.free(&edge);
        }
    }
    assert_eq!(edge.statistics().blocks(), 0);
}

fn work(edge: &Edge, shared: &[Mutex<Option<Block>>], thread: u64) {
    let mut random = Rng::with_seed(thread);
    let mut own: Vec<Block> = Vec::new();
    for operation in 0..OPERATIONS / THREADS {
        match random.u32(0..10) {
            0..4 => {
                let number = thread << 32 | operation as u64;
                let layout = layout(&mut random);
                let block = if random.u32(0..8) == 0 {
                    Block::zeroed(edge, layout, number)
                } else {
                    Block::new(edge, layout, number)
                };
                own.push(block);
            }
            4..6 if !own.is_empty() => {
                let size = layout(&mut random).size();
                let which = random.usize(0..own.len());
                own[which].resize(edge, size);
            }
            6..8 if !own.is_empty() => {
                own.swap_remove(random.usize(0..own.len())).free(edge);
            }
            _ => {
                // What somebody else left there is ours now.
                let mine = own.pop();
                let place = random.choice(shared).unwrap();
                let theirs = std::mem::replace(&mut *place.lock().unwrap(), mine);
                own.extend(theirs);
            }
        }
        if own.len() > 200 {
            own.swap_remove(random.usize(0..200)).free(edge);
        }
    }
    for block in own {
        block.free(edge);
    }
}

/// Mostly small, sometimes large or oddly aligned.
fn layout(random: &mut Rng) -> Layout {
    let size = match random.u32(0..1000) {
        0..900 => random.usize(0..600),
        900..998 => random.usize(0..5_000),
        _ => random.usize(0..300_000),
    };
    let align = match random.u32(0..20) {
        0 => 1 << random.u32(5..13),
        _ => 1 << random.u32(0..5),
    };
    Layout::from_size_align(size, align).unwrap()
}
