//! Tuning: measure, choose, measure again.

/// The thresholds that you choose for the [`service`](crate::service), the youngest generation's first.
///
/// The test runs the service for 6000 requests, with them and with CPython's 700, 10, 10, and measures.
/// With yours it must have cost, of what 700, 10, 10 cost on your manager:
///
/// | | at most |
/// |---|---|
/// | the longest collection | 30 % |
/// | all collections together | 110 % |
/// | the most memory at once | 40 % |
///
/// Collections are measured in words of memory that they read and write, memory in pages. To try some:
///
/// ```text
/// cargo lab run tune 500 10 10
/// ```
#[must_use]
pub fn thresholds() -> [u64; 3] {
    todo!("8.14 three numbers, and a reason")
}
