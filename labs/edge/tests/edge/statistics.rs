use std::alloc::Layout;

use edge::{Edge, Statistics};

use crate::block::Block;

#[test]
fn nothing_is_counted_before_the_first_request() {
    let now = Edge::new().statistics();
    assert_eq!(now.blocks(), 0);
    assert_eq!((now.arenas, now.arenas_ever), (0, 0));
}

#[test]
fn blocks_are_counted_by_size_class() {
    let edge = Edge::new();
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let blocks: Vec<Block> = [1, 16, 17, 512, 513, 5000]
        .iter()
        .map(|&size| Block::new(&edge, layout(size), 1))
        .collect();
    let now = edge.statistics();
    let in_use: Vec<(u64, u64)> = now
        .classes
        .iter()
        .filter(|class| class.pools > 0)
        .map(|class| (class.block_size, class.blocks))
        .collect();
    assert_eq!(in_use, [(16, 2), (32, 1), (512, 1)]);
    assert_eq!((now.large_blocks, now.blocks()), (2, 6));
    assert!(now.large_bytes >= 5513);
    assert_eq!((now.arenas, now.free_pools), (1, 64 - 3));
    for block in blocks {
        block.free(&edge);
    }
    let now = edge.statistics();
    let kept: u64 = now.classes.iter().map(|class| class.pools).sum();
    assert_eq!((now.blocks(), kept + now.free_pools), (0, 64));
}

#[test]
fn the_table_names_what_is_there() {
    let edge = Edge::new();
    let block = Block::new(&edge, Layout::new::<[u64; 6]>(), 1);
    let text = edge.statistics().to_string();
    for words in ["block size", "48", "1 now, 1 at most", "63 free pools"] {
        assert!(text.contains(words), "{words} is missing:\n{text}");
    }
    block.free(&edge);
}

#[test]
fn a_table_of_nothing() {
    let text = Statistics::default().to_string();
    assert!(text.contains("0 now, 0 at most"), "{text}");
}

#[test]
fn each_number_stands_in_its_column() {
    let mut all = Statistics {
        range: 4096,
        heap: 2048,
        arenas: 2,
        arenas_at_most: 3,
        arenas_ever: 4,
        free_pools: 5,
        large_blocks: 6,
        large_bytes: 7000,
        large_free: 800,
        ..Statistics::default()
    };
    for (szidx, pools) in [(2, 1), (31, 20)] {
        let class = &mut all.classes[szidx];
        class.block_size = 16 * (szidx as u64 + 1);
        class.pools = pools;
        class.blocks = 10 * pools;
        class.free_blocks = 7 * pools;
    }
    assert_eq!(
        all.to_string(),
        "\
class   block size   pools   blocks in use   free blocks
    2           48       1              10             7
   31          512      20             200           140
  all                   21             210           147

arenas         2 now, 3 at most, 4 ever made; 5 free pools
large blocks   6 of 7000 bytes together; 800 bytes free
the heap       2048 of 4096 bytes of address space"
    );
    assert_eq!(all.blocks(), 216);
}

#[test]
#[cfg_attr(miri, ignore = "needs more than the small range under Miri")]
fn what_went_is_counted_too() {
    let edge = Edge::new();
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let arenas = |edge: &Edge| {
        let blocks: Vec<Block> = (0..100_000)
            .map(|number| Block::new(edge, layout(512), number))
            .collect();
        blocks.into_iter().for_each(|block| block.free(edge));
    };
    arenas(&edge);
    arenas(&edge);
    let large = [2000, 3000, 4000].map(|size| Block::new(&edge, layout(size), 1));
    let [first, second, third] = large;
    let before = edge.statistics();
    second.free(&edge);
    let now = edge.statistics();
    assert!(now.large_free >= before.large_free + 3000, "{now}");
    // About fifty at once, of which some stay; the others are made twice.
    assert!(now.arenas_at_most > now.arenas + 20, "{now}");
    assert!(now.arenas_ever > now.arenas_at_most + 20, "{now}");
    first.free(&edge);
    third.free(&edge);
}
