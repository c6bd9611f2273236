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
