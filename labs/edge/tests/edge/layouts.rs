use std::alloc::Layout;

use edge::Edge;

use crate::block::Block;

/// Sizes around every boundary: none, the classes, the end of the pools, pages, and what is large.
fn sizes() -> Vec<usize> {
    if cfg!(miri) {
        return vec![0, 1, 16, 17, 512, 513, 5000];
    }
    let mut sizes: Vec<usize> = (0..=40).chain(500..=530).chain(1000..1004).collect();
    sizes.extend([4095, 4096, 4097, 16384, 65536, 100_000]);
    sizes.extend([(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20]);
    sizes
}

fn layouts() -> impl Iterator<Item = Layout> {
    sizes().into_iter().flat_map(|size| {
        (0..=16)
            .step_by(if cfg!(miri) { 4 } else { 1 })
            .map(move |power| Layout::from_size_align(size, 1 << power).unwrap())
    })
}

#[test]
fn every_layout_is_served_and_aligned() {
    let edge = Edge::new();
    let mut blocks = Vec::new();
    for (number, layout) in layouts().enumerate() {
        blocks.push(Block::new(&edge, layout, number as u64));
        // Enough of them live together to see that none overlaps another.
        if blocks.len() > 60 {
            blocks.swap_remove(number * 7 % 60).free(&edge);
        }
    }
    for block in blocks {
        block.free(&edge);
    }
    assert_eq!(edge.statistics().blocks(), 0);
}

#[test]
fn zeroed_means_zeroed_also_where_something_was() {
    let edge = Edge::new();
    for (number, layout) in layouts().enumerate() {
        if layout.align() > 4096 {
            continue;
        }
        Block::new(&edge, layout, number as u64).free(&edge);
        Block::zeroed(&edge, layout, number as u64).free(&edge);
    }
}

/// So large that its pages are given back each time; its first and its last bytes share pages with others.
#[test]
#[cfg_attr(miri, ignore = "needs more than the small range under Miri")]
fn the_ends_of_a_large_zeroed_block_are_zeroed_too() {
    let edge = Edge::new();
    for size in [(33 << 20) + 100, (33 << 20) + 3000] {
        let layout = Layout::from_size_align(size, 8).unwrap();
        for number in 0..3 {
            Block::new(&edge, layout, number).free(&edge);
            Block::zeroed(&edge, layout, number).free(&edge);
        }
    }
}

#[test]
fn realloc_keeps_the_bytes_and_the_alignment() {
    let edge = Edge::new();
    let sizes = sizes();
    for align in [1, 16, 32, 64, 4096] {
        for step in [1, 5, 17] {
            let layout = Layout::from_size_align(sizes[0], align).unwrap();
            let mut block = Block::new(&edge, layout, step as u64);
            let up = sizes.iter().step_by(step);
            let down = sizes.iter().rev().step_by(step);
            for &size in up.chain(down) {
                block.resize(&edge, size);
            }
            block.free(&edge);
        }
    }
    assert_eq!(edge.statistics().blocks(), 0);
}

#[test]
#[cfg_attr(miri, ignore = "needs more than the small range under Miri")]
fn the_last_large_block_grows_where_it_is() {
    let edge = Edge::new();
    let layout = Layout::from_size_align(1 << 20, 8).unwrap();
    let mut block = Block::new(&edge, layout, 1);
    let place = block.ptr;
    for size in 2..=64 {
        block.resize(&edge, size << 20);
    }
    assert_eq!(block.ptr, place, "63 MiB were copied for nothing");
    block.free(&edge);
}

#[test]
fn what_cannot_be_is_refused() {
    use std::alloc::GlobalAlloc;
    let edge = Edge::new();
    for align in [1, 16, 4096] {
        let most = isize::MAX as usize / 2;
        let layout = Layout::from_size_align(most, align).unwrap();
        if cfg!(miri) {
            continue;
        }
        // SAFETY: the layout is not empty.
        assert!(unsafe { edge.alloc(layout) }.is_null());
        let mut block = Block::new(&edge, Layout::from_size_align(100, align).unwrap(), 7);
        // SAFETY: the block is live and has this layout.
        assert!(unsafe { edge.realloc(block.ptr.as_ptr(), block.layout, most) }.is_null());
        block.resize(&edge, 90);
        block.free(&edge);
    }
}
