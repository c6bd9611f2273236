//! How long collections take.
//!
//! A collection stops the program. So the first question about a manager is how long, and how often. The
//! answer must not cost much: a counter for each size of a pause, not a list of all of them.
//!
//! ```text
//! pause in ns    0  1  2 ... 15 | 16 17 ... 31 | 32 34 ... 62 | 64 68 ...
//! bucket         0  1  2 ... 15 | 16 17 ... 31 | 32 33 ... 47 | 48 49 ...
//! ```
//!
//! Between a power of two and the next there are 16 buckets. So a bucket knows the length of its pauses
//! to a sixteenth, whether they take nanoseconds or seconds.

use generations::callbacks::callbacks;
use memory::manager::Pauses;
use memory::{Addr, Clock, Heap, Memory, MemoryError};
use objects::types::type_at;
use objects::{dict, int, list, singletons, str};

use crate::tables::index;

/// The bucket that a pause belongs to, as in the table above. The last one, for `u64::MAX`, is
/// [`Pauses::BUCKETS`] - 1.
///
/// Below 16 the pause itself. Otherwise its highest bit is bit `top`, 4 to 63, and the bucket is
/// `16 * (top - 3)` and the four bits below that one as a number.
#[must_use]
pub fn bucket(pause: u64) -> u64 {
    // task 8.6: the highest bit, and four more
    if pause < 16 {
        return pause;
    }
    let top = u64::from(pause.ilog2());
    16 * (top - 3) + (pause >> (top - 4)) % 16
    // end task 8.6
}

/// The longest pause that belongs to bucket `bucket`. Given.
#[must_use]
pub fn longest_in(bucket: u64) -> u64 {
    if bucket < 16 {
        return bucket;
    }
    let (top, low) = (bucket / 16 + 3, bucket % 16);
    let end = (u128::from(16 + low) + 1) << (top - 4);
    u64::try_from(end - 1).unwrap_or(u64::MAX)
}

/// Notes a pause: one more, the sum, the longest, and one more in its [`bucket`]. The sum stays at
/// `u64::MAX` if it would be larger.
pub fn record(pauses: Pauses, pause: u64) {
    // task 8.6: four words
    pauses.count().set(pauses.count().get() + 1);
    let total = pauses.total().get().saturating_add(pause);
    pauses.total().set(total);
    pauses.longest().set(pauses.longest().get().max(pause));
    let bucket = pauses.bucket(bucket(pause));
    bucket.set(bucket.get() + 1);
    // end task 8.6
}

/// A length that `permille` of 1000 pauses of all generations together do not exceed: the
/// [`longest_in`] of the first bucket that has at least that share at or below it. It is never more
/// than the longest pause. 0 if there was none.
///
/// `percentile(memory, 990)` is what is called the 99th percentile.
#[must_use]
pub fn percentile(memory: &Memory, permille: u64) -> u64 {
    // task 8.6: count from the short ones up
    let all = [0, 1, 2].map(|generation| Pauses::of(memory, generation));
    let sum = |word: fn(Pauses) -> u64| all.iter().map(|&pauses| word(pauses)).sum::<u64>();
    let count = sum(|pauses| pauses.count().get());
    let longest = all.map(|pauses| pauses.longest().get());
    let longest = longest.into_iter().max().unwrap_or(0);
    let mut seen = 0;
    for number in 0..Pauses::BUCKETS {
        for pauses in all {
            seen += pauses.bucket(number).get();
        }
        if seen * 1000 >= count * permille {
            return longest_in(number).min(longest);
        }
    }
    longest
    // end task 8.6
}

/// The `call` slot of the meter, which is called as a callback of `gc.callbacks`: with `"start"` or
/// `"stop"`, and a dict that has the number of the generation under `"generation"`.
///
/// At the start it notes the time ([`Clock::now`]) in [`Pauses::started`] of that generation; at the
/// stop it [`record`]s how long it was since then: 0 if the clock went backwards. Returns `None`, a new
/// reference. ([`phase_of`] and [`generation_of`] read the arguments.) Whatever else it is told, it notes
/// nothing.
///
/// # Errors
/// None.
pub fn meter_call<C: Clock>(heap: &Heap, _: Addr, args: &[Addr]) -> Result<Addr, MemoryError> {
    // task 8.6: two moments
    if let Some(generation) = generation_of(heap, args) {
        let pauses = Pauses::of(heap.memory, generation);
        let now = C::now(heap.memory);
        match phase_of(heap, args).as_str() {
            "start" => pauses.started().set(now),
            "stop" => record(pauses, now.saturating_sub(pauses.started().get())),
            _ => {}
        }
    }
    Ok(singletons::none(heap))
    // end task 8.6
}

/// What the callback is told: `"start"` or `"stop"`. Given.
#[must_use]
pub fn phase_of(heap: &Heap, args: &[Addr]) -> String {
    args.first()
        .map_or_else(String::new, |&phase| str::to_string(heap, phase))
}

/// Which generation is collected. Given.
#[must_use]
pub fn generation_of(heap: &Heap, args: &[Addr]) -> Option<u64> {
    let name = str::intern(heap, "generation").ok()?;
    let number = dict::get_item(heap, *args.get(1)?, name).ok()??;
    let number = u64::try_from(int::to_i64(heap, number)?).ok()?;
    (number < 3).then_some(number)
}

/// Begins to measure: a new meter is the last of `gc.callbacks` from now on. As long as nobody measures,
/// a collection tells nobody, and costs nothing more. Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn measure(heap: &Heap) -> Result<(), MemoryError> {
    let meter = heap.alloc(type_at(heap, index::METER), 0)?;
    list::append(heap, callbacks(heap), meter).inspect_err(|_| refcounts::decref(heap, meter))
}
