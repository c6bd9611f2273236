//! What a run says about itself.

use serde::{Deserialize, Serialize};

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many requests are answered.
    pub requests: u64,
    /// How many sessions are kept.
    pub sessions: u64,
    /// How many entries the log keeps.
    pub log: u64,
    /// The first random number.
    pub seed: u64,
    /// Whether the service forgets something.
    pub ageing: bool,
}

impl Size {
    /// As the words after the name of the program.
    #[must_use]
    pub fn arguments(self) -> Vec<String> {
        let numbers = [self.requests, self.sessions, self.log, self.seed];
        let ageing = self.ageing.then(|| "--ageing".to_owned());
        let words = numbers.into_iter().map(|number| number.to_string());
        words.chain(ageing).collect()
    }

    /// From these words; `None` if they are others.
    #[must_use]
    pub fn parse(words: &[String]) -> Option<Size> {
        let (numbers, rest) = words.split_at_checked(4)?;
        let mut numbers = numbers.iter().map(|word| word.parse());
        let mut number = || numbers.next()?.ok();
        Some(Size {
            requests: number()?,
            sessions: number()?,
            log: number()?,
            seed: number()?,
            ageing: match rest {
                [] => false,
                [word] if word == "--ageing" => true,
                _ => return None,
            },
        })
    }
}

/// What one run did: the line of JSON that it prints. Times are CPU time of the thread in nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Collections of each generation, the youngest first.
    pub collections: [u64; 3],
    /// What each of them found dead.
    pub collected: [u64; 3],
    /// The time of all requests, with the collections in them.
    pub total_ns: u64,
    /// The time of all collections.
    pub collecting_ns: u64,
    /// The same for each generation.
    pub collecting_ns_by_generation: [u64; 3],
    /// The longest collection.
    pub longest_pause_ns: u64,
    /// 99 of 100 collections took no longer.
    pub p99_pause_ns: u64,
    /// The most memory that the process had, in bytes.
    pub peak_resident_bytes: u64,
    /// The most that it had before the service began.
    pub startup_resident_bytes: u64,
    /// How many containers the collector knows at the end.
    pub containers: u64,
}
