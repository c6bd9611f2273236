//! The arrows: which gap each runs in, and its line.

use std::collections::BTreeMap;

use memory::Addr;

use super::{Graph, MARGIN, TITLE, is_of};
use crate::model::Link;
use crate::svg::canvas::{Canvas, num};
use crate::svg::lanes::{End, Lane, Side, order};

impl Graph<'_> {
    /// For each gap between columns, the objects that arrows in it lead to, with the places that
    /// they start from: indices of boxes and rows.
    pub(super) fn gaps(&self, columns: usize) -> Vec<BTreeMap<Addr, Vec<(usize, usize)>>> {
        let mut gaps = vec![BTreeMap::new(); columns + 1];
        for (index, boxed) in self.boxes.iter().enumerate() {
            for (number, row) in boxed.rows.iter().enumerate() {
                let Some(to) = row.slot.and_then(|slot| slot.to) else {
                    continue;
                };
                let Some(target) = self.boxes.iter().find(|b| is_of(b, to)) else {
                    continue;
                };
                if row.inline.is_some() {
                    continue;
                }
                let gap = match (boxed.column, target.column) {
                    (0, _) => 0,
                    (from, to) => from.min(to).max(1),
                };
                let starts: &mut Vec<(usize, usize)> = gaps[gap].entry(to).or_default();
                starts.push((index, number));
            }
        }
        gaps
    }

    /// Draws the arrows; returns where they start.
    pub(super) fn arrows(
        &self,
        canvas: &mut Canvas,
        gaps: &[BTreeMap<Addr, Vec<(usize, usize)>>],
        columns: usize,
    ) -> Vec<(f64, f64)> {
        let mut dots = Vec::new();
        for (gap, targets) in gaps.iter().enumerate() {
            if targets.is_empty() {
                continue;
            }
            let edge = |column: usize| self.boxes.iter().find(|b| b.column == column);
            let left = edge(gap).map_or(MARGIN, |boxed| boxed.x + boxed.w);
            let right = if gap < columns {
                edge(gap + 1).map_or(left, |boxed| boxed.x)
            } else {
                f64::MAX
            };
            let mut used: Vec<f64> = Vec::new();
            let mut lanes = Vec::new();
            for (to, starts) in targets {
                let Some(target) = self.boxes.iter().find(|b| is_of(b, *to)) else {
                    continue;
                };
                let side = if target.column > gap {
                    Side::Right
                } else {
                    Side::Left
                };
                let y = target.y + TITLE / 2.0;
                used.push(y);
                lanes.push((starts, End { side, y }));
            }
            let lanes: Vec<Lane> = lanes
                .into_iter()
                .map(|(starts, target)| Lane {
                    sources: starts
                        .iter()
                        .map(|&(index, row)| {
                            let boxed = &self.boxes[index];
                            let side = if boxed.column > gap {
                                Side::Right
                            } else {
                                Side::Left
                            };
                            let row = &boxed.rows[row];
                            let y = free_place(row.y, &used, target.y);
                            let weak = row.slot.is_some_and(|slot| slot.link == Link::Weak);
                            let class = match (weak, row.changed) {
                                (true, _) => "ph-arrow ph-weak",
                                (_, true) => "ph-arrow ph-new-line",
                                _ => "ph-arrow",
                            };
                            (End { side, y }, class)
                        })
                        .collect(),
                    target,
                })
                .collect();
            let step = spacing(lanes.len() as f64);
            for (place, index) in order(&lanes).into_iter().enumerate() {
                let lane = &lanes[index];
                let x = left + 12.0 + step * (place as f64 + 0.5);
                let at = |end: End| if end.side == Side::Left { left } else { right };
                for (source, class) in &lane.sources {
                    let from = at(*source);
                    let to = at(lane.target);
                    canvas.path(
                        class,
                        &bend(from, source.y, x, lane.target.y, to, lane.target.side),
                    );
                    dots.push((from, source.y));
                }
                let to = at(lane.target);
                canvas.head(
                    "ph-head",
                    to,
                    lane.target.y,
                    lane.target.side == Side::Right,
                );
            }
        }
        dots
    }
}

/// The distance of two lanes.
pub(super) fn spacing(count: f64) -> f64 {
    if count <= 4.0 {
        10.0
    } else if count <= 8.0 {
        8.0
    } else {
        6.0
    }
}

/// A height near `y` at which no arrow of another lane ends.
pub(super) fn free_place(y: f64, used: &[f64], own: f64) -> f64 {
    [0.0, 5.0, -5.0]
        .into_iter()
        .map(|by| y + by)
        .find(|place| {
            used.iter()
                .all(|other| *other == own || (other - place).abs() > 3.0)
        })
        .unwrap_or(y)
}

/// A line from `x1`, `y1` over the lane at `lane` to `x2`, `y2`, with round corners, that ends
/// before the arrow's head.
pub(super) fn bend(x1: f64, y1: f64, lane: f64, y2: f64, x2: f64, side: Side) -> String {
    let end = if side == Side::Right {
        x2 - 6.0
    } else {
        x2 + 6.0
    };
    let radius = ((y2 - y1).abs() / 2.0).min(6.0);
    if radius < 0.6 {
        let straight = (x1 < lane) == (lane < end);
        return if straight {
            format!("M{} {}H{}", num(x1), num(y1), num(end))
        } else {
            format!("M{} {}H{}H{}", num(x1), num(y1), num(lane), num(end))
        };
    }
    let into = if x1 < lane { -radius } else { radius };
    let out = if end > lane { radius } else { -radius };
    let down = if y2 > y1 { radius } else { -radius };
    format!(
        "M{} {}H{}Q{} {} {} {}V{}Q{} {} {} {}H{}",
        num(x1),
        num(y1),
        num(lane + into),
        num(lane),
        num(y1),
        num(lane),
        num(y1 + down),
        num(y2 - down),
        num(lane),
        num(y2),
        num(lane + out),
        num(y2),
        num(end)
    )
}
