//! Tuning: measure, choose, measure again.

/// The thresholds that you choose for the [`service`](crate::service) of the tests, the youngest
/// generation's first.
///
/// The tests run it with them and measure. Work is counted in words of memory that a collection reads
/// and writes; memory is the peak of all arenas. With CPython's 700, 10, 10 none of the goals is met.
#[must_use]
pub fn thresholds() -> [u64; 3] {
    todo!("8.14 three numbers, and a reason")
}
