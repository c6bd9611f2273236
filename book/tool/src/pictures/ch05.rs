//! The pictures of chapter 5: pools after a few requests, the program on pools, and a manager with one
//! wrong line.

use memory::Addr;
use memory::geometry::{Classic, Further};
use memory::pool::PoolHeader;
use objects::ObjectError;
use picture::PoolParts;

use super::draw::Draw;
use super::program::{Step, run_in_arenas};
use super::{Picture, steps};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let mut pictures = vec![
        steps::pools::<Classic>("A,B,C=42").draw(
            "05-pool",
            "Three requests of 42 bytes have been served. `A`, `B` and `C` have 48 bytes each. One block is carved in advance; the rest of the pool was never touched.",
        ),
        steps::pools::<Classic>("A,B,C=42 | -B").draw(
            "05-free",
            "`B` was given back. It is the first block of the free list now, and its first word is the address of the next one.",
        ),
        steps::pools::<Classic>("A,B,C=42 -B | -A").draw(
            "05-free-twice",
            "Then `A`. The list grows at its front: `A`, `B`, and the block that was carved in advance.",
        ),
        steps::pools::<Classic>("a1..a84=48 X=48").draw(
            "05-full",
            "The first pool is full: all of its 84 blocks are allocated. It is on no list. `X` is the first block of a second pool.",
        ),
        steps::pools::<Classic>("a1..a84=48 X=48 | -a9").draw(
            "05-full-no-more",
            "One block of the full pool was given back. The pool is used again, and comes in front of the other one: the next request gets that block.",
        ),
        steps::pools::<Classic>("a1..a20=48 X=48 | -a1..a20 -X").draw(
            "05-empty",
            "The last block was given back. The pool is empty and leaves its class's list. It keeps its free list, with the block on top that was freed last.",
        ),
        steps::pools::<Classic>("a1..a20=48 -a1..a20 | Y=500").draw(
            "05-another-class",
            "A request of 500 bytes takes the empty pool. It is carved anew, for blocks of 504 bytes.",
        ),
        steps::pools::<Further<Classic>>("A,B,C,D,E,F=48 -D,A,F,B,E,C | G,H,I=48").draw(
            "05-recarved",
            "With the switch `RECARVE`: six blocks were freed in a random order, and the pool was empty. The next three are handed out in the order of their addresses.",
        ),
        steps::pools::<Classic>("A,B,C,D,E,F=48 -D,A,F,B,E,C | G,H,I=48").draw(
            "05-not-recarved",
            "Without it, as in CPython: the next three are the last three that were freed, in the opposite order.",
        ),
        broken(),
    ];
    match program() {
        Ok(picture) => pictures.push(picture),
        Err(error) => panic!("the program on pools: {error}"),
    }
    pictures
}

/// A `free` that forgets the rest of the free list has freed `B` and then `D`.
fn broken() -> Picture {
    let run = steps::pools::<Classic>("A,B,C,D,E=42 -B");
    let (b, d) = (Addr::at(run.block("A").get() + 48), run.block("D"));
    run.memory.store(b, 0);
    let before = run.memory.snapshot();
    let header = PoolHeader::of::<Classic>(&run.memory, d);
    header.freeblock().set(Some(d));
    run.memory.store(d, 0);
    header.count().set(header.count().get() - 1);
    let names = ["A", "C", "E"].map(|name| (run.block(name), name));
    Draw::new(
        "05-broken",
        "Five requests of 42 bytes, then `free(B)`, then `free(D)`. The last event is marked.",
    )
    .names(&names)
    .names(&[(b, "B"), (d, "D")])
    .before(&before)
    .pools(&run.memory)
}

/// The pools that hold the car and the nodes, and the ints.
fn program() -> Result<Picture, ObjectError> {
    let memory = run_in_arenas(Step::Added)?;
    let seen = picture::Picture::of(&memory.snapshot(), &picture::Names::new());
    let pools = seen.pools.iter().flat_map(|pools| &pools.pools);
    let shown = pools.filter(|(_, pool)| [32, 56].contains(&pool.block_size));
    let parts = PoolParts {
        only: shown.map(|(addr, _)| *addr).collect(),
        ..PoolParts::POOLS
    };
    Ok(Draw::new(
        "05-program",
        "Two of the pools of the program, at its deepest point. The car and the two nodes lie in a pool of 56-byte blocks, together with strings of the same size class. The ints have a pool of 32-byte blocks.",
    )
    .parts(parts)
    .pools(&memory))
}
