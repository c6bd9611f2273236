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
    // task 8.14: three numbers, and a reason
    // The longest pause is a full collection: it goes through all that lives, and frees all old garbage
    // since the last one. What lives is the same for all thresholds. The old garbage is not: with 700,
    // 10, 10 it grows for 93,000 containers, and so does memory. So a full one must come far sooner: the
    // older thresholds are small. The youngest is not: requests that a collection meets alive grow old,
    // and the smaller it is, the more of them it meets. That would be work for nothing.
    [1000, 3, 1]
    // end task 8.14
}
