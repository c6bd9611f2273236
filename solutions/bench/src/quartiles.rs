//! What is kept of many measurements of the same thing.

/// Three values with a quarter of the measurements between each two of them.
///
/// The lower one is what results here are compared by. Whatever disturbs a measurement makes it
/// longer and never shorter, so the lower half is the quiet one; the minimum alone is too lucky.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter of the measurements is smaller.
    pub lower: f64,
    /// Half of them are.
    pub median: f64,
    /// Three quarters are.
    pub upper: f64,
}

impl Quartiles {
    /// Of these measurements, in any order; between two of them, on the straight line.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn of(values: &[f64]) -> Quartiles {
        assert!(!values.is_empty(), "no measurement, no quartiles");
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * (sorted.len() - 1) as f64;
            let (below, above) = (
                sorted[place.floor() as usize],
                sorted[place.ceil() as usize],
            );
            below + (above - below) * place.fract()
        };
        Quartiles {
            lower: at(0.25),
            median: at(0.5),
            upper: at(0.75),
        }
    }
}

/// The geometric mean: for ratios, where half and double cancel out. 1 if there are none.
#[must_use]
pub fn geomean(ratios: &[f64]) -> f64 {
    let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (logs / ratios.len().max(1) as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_known_values() {
        let quartiles = Quartiles::of(&[5.0, 1.0, 3.0, 2.0, 4.0]);
        let expected = Quartiles {
            lower: 2.0,
            median: 3.0,
            upper: 4.0,
        };
        assert_eq!(quartiles, expected);
        assert_eq!(Quartiles::of(&[1.0, 2.0]).median, 1.5);
        assert_eq!(Quartiles::of(&[7.0]).upper, 7.0);
    }

    #[test]
    fn half_and_double_cancel_out() {
        assert!((geomean(&[0.5, 2.0]) - 1.0).abs() < 1e-12);
        assert!((geomean(&[4.0, 9.0]) - 6.0).abs() < 1e-12);
        assert_eq!(geomean(&[]), 1.0);
    }
}
