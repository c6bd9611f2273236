//! The lanes of arrows between two columns: each object that arrows lead to has a lane of its own,
//! a vertical line that all its arrows share. They are put in an order in which they cross each
//! other least.

/// The side of the gap that an arrow's end is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// One end of an arrow: a side of the gap, and how far down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) side: Side,
    pub(crate) y: f64,
}

/// The arrows to one object.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// Where they start. The class of each line, too.
    pub(crate) sources: Vec<(End, &'static str)>,
    /// Where they lead.
    pub(crate) target: End,
}

impl Lane {
    fn ends(&self) -> impl Iterator<Item = End> + '_ {
        self.sources
            .iter()
            .map(|(end, _)| *end)
            .chain([self.target])
    }

    pub(crate) fn span(&self) -> (f64, f64) {
        self.ends().fold((f64::MAX, f64::MIN), |(low, high), end| {
            (low.min(end.y), high.max(end.y))
        })
    }
}

/// How often `left` and `right` cross if they lie in this order.
fn crossings(left: &Lane, right: &Lane) -> u32 {
    let between = |y: f64, span: (f64, f64)| (span.0 - 1.0..=span.1 + 1.0).contains(&y);
    let of_right = right.ends().filter(|end| end.side == Side::Left);
    let of_left = left.ends().filter(|end| end.side == Side::Right);
    let right_over_left = of_right.filter(|end| between(end.y, left.span())).count();
    let left_over_right = of_left.filter(|end| between(end.y, right.span())).count();
    (right_over_left + left_over_right) as u32
}

/// An order of the lanes from left to right with few crossings: that of their targets, improved by
/// moving one lane at a time as long as that helps.
pub(crate) fn order(lanes: &[Lane]) -> Vec<usize> {
    let count = lanes.len();
    let mut order: Vec<usize> = (0..count).collect();
    if count > 60 {
        return order;
    }
    let costs: Vec<Vec<u32>> = lanes
        .iter()
        .map(|left| lanes.iter().map(|right| crossings(left, right)).collect())
        .collect();
    let total = |order: &[usize]| -> u32 {
        let pairs = (0..count).flat_map(|i| (i + 1..count).map(move |j| (i, j)));
        pairs.map(|(i, j)| costs[order[i]][order[j]]).sum()
    };
    let mut best = total(&order);
    for _ in 0..count {
        let mut improved = false;
        for from in 0..count {
            for to in 0..count {
                let mut moved = order.clone();
                let lane = moved.remove(from);
                moved.insert(to, lane);
                let cost = total(&moved);
                if cost < best {
                    (order, best, improved) = (moved, cost, true);
                }
            }
        }
        if !improved {
            break;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(sources: &[f64], target: f64) -> Lane {
        let left = |y| End {
            side: Side::Left,
            y,
        };
        Lane {
            sources: sources.iter().map(|y| (left(*y), "a")).collect(),
            target: End {
                side: Side::Right,
                y: target,
            },
        }
    }

    #[test]
    fn lanes_that_need_not_cross_do_not() {
        // The upper arrow leads down a little, the lower one farther: the lower goes left.
        let lanes = [lane(&[10.0], 30.0), lane(&[20.0], 50.0)];
        let order = order(&lanes);
        assert_eq!(order, [1, 0]);
        assert_eq!(crossings(&lanes[1], &lanes[0]), 0);
        assert!(crossings(&lanes[0], &lanes[1]) > 0);
    }
}
