//! The table of `sys._debugmallocstats()`, which is given.

use arenas_solution::stats::MallocStats;
use pools::stats::{ClassStats, Stats};

#[test]
fn each_number_stands_behind_its_name() {
    let row = ClassStats {
        size: 48,
        num_pools: 2,
        blocks_in_use: 399,
        avail_blocks: 281,
    };
    let stats = MallocStats {
        pools: Stats {
            classes: vec![ClassStats::default(), row],
            unused_pools: 61,
        },
        total: 7,
        reclaimed: 4,
        highwater: 5,
        current: 3,
    };
    assert_eq!(
        stats.to_string(),
        "\
class   size   num pools   blocks in use  avail blocks
-----   ----   ---------   -------------  ------------
    1     48           2             399           281

# arenas allocated total           =        7
# arenas reclaimed                 =        4
# arenas highwater mark            =        5
# arenas allocated current         =        3
# unused pools                     =       61
"
    );
}
