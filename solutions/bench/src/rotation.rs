//! Whose turn it is.
//!
//! Whoever goes first finds the data cold, and whoever follows a hungry neighbour finds its own gone
//! from the cache. So of two rounds the second runs backwards, and the next two begin with another one.

/// The order of `count` participants in round `round`: each of 0 to `count - 1` once.
pub fn order(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |place| {
        let place = if round.is_multiple_of(2) {
            place
        } else {
            count - 1 - place
        };
        (place + round / 2) % count
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_takes_part_in_each_round_and_is_first_as_often_as_others() {
        for count in 1..10 {
            let mut first = vec![0; count];
            for round in 0..2 * count {
                let turns: Vec<usize> = order(round, count).collect();
                first[turns[0]] += 1;
                let mut sorted = turns;
                sorted.sort_unstable();
                assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            }
            assert_eq!(first, vec![2; count]);
        }
    }
}
