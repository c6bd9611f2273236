//! When collections begin: by counts, by time, by events, or never.
//!
//! CPython begins a collection in the middle of an allocation, when a count says so. A program may know
//! better moments: between two requests, while it waits for the next key. It turns the counts off and
//! says at *safe points* where it is.
//!
//! What is collected at a better moment is not less. A policy moves the work; it does not save any.

use generations::collect;
use generations::threshold::{disable, enable};
use memory::manager::{Event, Policy, Schedule};
use memory::{Clock, Heap};

/// Chooses when collections begin: writes the policy into the [`Schedule`] ([`words_of`]), and enables
/// the collector for [`Automatic`](Policy::Automatic) and disables it for every other (lab 7's
/// [`enable`], [`disable`]).
///
/// `last` is where the policy's measure begins: the time now for [`Every`](Policy::Every), and 0 for
/// every other.
pub fn set_policy<C: Clock>(heap: &Heap, policy: Policy) {
    // task 8.8: four words and a switch
    let (number, every, generation) = words_of(policy);
    let schedule = Schedule::of(heap.memory);
    schedule.policy().set(number);
    schedule.every().set(every);
    schedule.generation().set(generation);
    let timed = matches!(policy, Policy::Every { .. });
    let now = if timed { C::now(heap.memory) } else { 0 };
    schedule.last().set(now);
    match policy {
        Policy::Automatic => enable(heap),
        _ => disable(heap),
    }
    // end task 8.8
}

/// A policy as the first three words of the [`Schedule`]: its number, its `interval` or `events`, its
/// `generation`. What it has no word for is 0. Given.
#[must_use]
pub fn words_of(policy: Policy) -> (u64, u64, u64) {
    match policy {
        Policy::Automatic => (0, 0, 0),
        Policy::Every {
            interval,
            generation,
        } => (1, interval, generation),
        Policy::After { events, generation } => (2, events, generation),
        Policy::Never => (3, 0, 0),
    }
}

/// The policy that was chosen last. Given.
#[must_use]
pub fn policy(heap: &Heap) -> Policy {
    let schedule = Schedule::of(heap.memory);
    let (every, generation) = (schedule.every().get(), schedule.generation().get());
    match schedule.policy().get() {
        0 => Policy::Automatic,
        1 => Policy::Every {
            interval: every,
            generation,
        },
        2 => Policy::After {
            events: every,
            generation,
        },
        _ => Policy::Never,
    }
}

/// The program is at a safe point. Collects the policy's generation (lab 7's [`collect()`]) if it is time,
/// and returns how many objects that found dead; otherwise 0.
///
/// * [`Every`](Policy::Every): it is time if the clock says at least `interval` more than `last`, at any
///   event. `last` is then the time *after* the collection: otherwise one that takes longer than the
///   interval would be followed by the next one at once, and the program would do nothing else.
/// * [`After`](Policy::After): [`Done`](Event::Done) counts: `last` is one more. It is time if that
///   reaches `events`; `last` is then 0. [`Idle`](Event::Idle) does nothing.
/// * [`Automatic`](Policy::Automatic) and [`Never`](Policy::Never): never here.
///
/// A generation that there is not is never collected: 0. A finalizer may choose another policy in the
/// middle of a collection: `last` is then what the new one needs, the time or 0.
pub fn safe_point<C: Clock>(heap: &Heap, event: Event) -> u64 {
    // task 8.8: is it time?
    let last = Schedule::of(heap.memory).last();
    let generation = match policy(heap) {
        Policy::Every {
            interval,
            generation,
        } => {
            if C::now(heap.memory).saturating_sub(last.get()) < interval {
                return 0;
            }
            generation
        }
        Policy::After { events, generation } if event == Event::Done => {
            last.set(last.get() + 1);
            if last.get() < events {
                return 0;
            }
            generation
        }
        _ => return 0,
    };
    let found = collect(heap, generation as i64).unwrap_or(0);
    let timed = matches!(policy(heap), Policy::Every { .. });
    last.set(if timed { C::now(heap.memory) } else { 0 });
    found
    // end task 8.8
}
