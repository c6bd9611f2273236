//! The graphs that are collected.

use anyhow::{Result, bail};

/// The shape of a graph. Each is strongly connected: node 0 leads to every other node, and if
/// nobody refers to node 0, the whole of it is garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Lists of one item: each holds the next one.
    Ring,
    /// Lists of two items: the next one, and any other.
    Random,
    /// Instances with two attributes: the next instance, and a list of one item, which is any other
    /// instance. Half of the objects are instances, half are lists.
    Instances,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 3] = [Shape::Ring, Shape::Random, Shape::Instances];

    /// What it is called in a workload's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Shape::Ring => "ring",
            Shape::Random => "random",
            Shape::Instances => "instances",
        }
    }

    /// The shape with this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn named(name: &str) -> Result<Shape> {
        match Shape::ALL.into_iter().find(|shape| shape.name() == name) {
            Some(shape) => Ok(shape),
            None => bail!("there is no graph {name}"),
        }
    }
}

/// Random numbers from 0 to `n` - 1, `n` of them: the same in every subject, CPython included.
pub fn targets(n: usize) -> impl Iterator<Item = usize> {
    let mut word: u64 = 1025;
    (0..n).map(move |_| {
        word = word
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (((word >> 32) * n as u64) >> 32) as usize
    })
}

/// `1e6` for 1,000,000, and `2e6` for twice that.
#[must_use]
pub fn power(n: usize) -> String {
    let zeros = n.to_string().len() - n.to_string().trim_end_matches('0').len();
    format!("{}e{zeros}", n / 10_usize.pow(zeros as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_in_range_and_many() {
        let found: Vec<usize> = targets(1000).collect();
        assert!(found.iter().all(|&at| at < 1000));
        let distinct: std::collections::HashSet<_> = found.iter().collect();
        // With replacement, 1 - 1/e of them are hit.
        assert!((580..690).contains(&distinct.len()), "{}", distinct.len());
    }

    #[test]
    fn names_of_sizes() {
        assert_eq!(power(10_000), "1e4");
        assert_eq!(power(2_000_000), "2e6");
        assert_eq!(power(7), "7e0");
    }
}
