//! Random numbers that are the same on every machine.

/// A row of random numbers from a fixed seed (xorshift64*). The same in every run of a test, so
/// that a failure comes again; `HEAP_SEED` in the environment chooses another row.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The seed without `HEAP_SEED`.
    pub const SEED: u64 = 1025;

    /// The row of the seed that the environment names, or of [`Random::SEED`].
    #[must_use]
    pub fn new() -> Random {
        let chosen = Random::chosen().ok().flatten();
        Random::from_seed(chosen.unwrap_or(Random::SEED))
    }

    /// The row of `seed`.
    #[must_use]
    pub fn from_seed(seed: u64) -> Random {
        // One step of splitmix64, so that neighbouring seeds give unlike rows and none is zero.
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random {
            state: (mixed ^ (mixed >> 31)) | 1,
        }
    }

    /// The seed in `HEAP_SEED`, if there is one; an error says what is wrong with it.
    pub(crate) fn chosen() -> Result<Option<u64>, String> {
        let Some(text) = std::env::var_os("HEAP_SEED") else {
            return Ok(None);
        };
        let text = text.to_string_lossy();
        match text.trim().parse() {
            Ok(seed) => Ok(Some(seed)),
            Err(_) => Err(format!(
                "HEAP_SEED is `{text}`: a whole number from 0 to {} is expected",
                u64::MAX
            )),
        }
    }

    /// The next number, any of 64 bits.
    pub fn word(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number in `0..end`.
    ///
    /// # Panics
    /// If `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "there is no number below 0");
        let wide = u128::from(self.word()) * u128::from(end);
        (wide >> 64) as u64
    }

    /// An index of something `len` long.
    ///
    /// # Panics
    /// If `len` is 0.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// Whether something happens that happens in `of` cases out of `out_of`.
    pub fn chance(&mut self, of: u64, out_of: u64) -> bool {
        self.below(out_of) < of
    }

    /// One of `items`.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.index(items.len())]
    }

    /// Puts `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

impl Default for Random {
    fn default() -> Self {
        Random::new()
    }
}
