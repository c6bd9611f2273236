//! The blocks of the plain allocator, as its own records say. Those of pools join them later.

use memory::{Memory, Snapshot, plain};

use crate::model::{MAX_BLOCKS, Problem, ProblemKind};

/// A block as the allocator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: u64,
    pub(crate) size: u64,
    pub(crate) free: bool,
}

/// The blocks by address, and whether they are all: only then is an address in none of them wrong.
pub(crate) fn of(snapshot: &Snapshot, problems: &mut Vec<Problem>) -> (Vec<Found>, bool) {
    let Ok(memory) = Memory::attach(snapshot) else {
        // The root record is not one, which is said elsewhere, or there is no room for a copy.
        return (Vec::new(), false);
    };
    let mut blocks: Vec<Found> = Vec::new();
    let mut complete = true;
    for block in plain::blocks(&memory) {
        if blocks.len() >= MAX_BLOCKS {
            complete = false;
            break;
        }
        match block {
            Ok(block) => blocks.push(Found {
                start: block.addr.get(),
                size: block.size,
                free: !block.live,
            }),
            Err(broken) => {
                problems.push(Problem {
                    addr: broken.at,
                    kind: ProblemKind::Block,
                    words: format!("the word {:#x} is {}", broken.found, broken.what),
                });
                complete = false;
                break;
            }
        }
    }
    // The search for a block needs them in order.
    let ordered = blocks.is_sorted_by_key(|block| block.start);
    if !ordered {
        blocks.sort_by_key(|block| block.start);
    }
    (blocks, complete && ordered)
}
