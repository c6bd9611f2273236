//! Catching a panic, or a report of the watch, without the noise of the default panic report.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use memory::watch::Violation;

use crate::place::Place;

/// A panic of the code under test.
#[derive(Clone, Debug)]
pub(crate) struct Panicked {
    /// What it said.
    pub(crate) message: String,
    /// Where the code is that panicked.
    pub(crate) place: Option<Place>,
}

/// What [`stop`] unwinds with: the reason has been written down already.
struct Stop;

thread_local! {
    /// `Some` while this thread runs code under test: what the last panic said.
    static TRAP: RefCell<Option<Option<Panicked>>> = const { RefCell::new(None) };
}

/// Puts a hook in front of the process's panic hook, once. It is silent in threads that [`catch`]
/// at the moment, and changes nothing for all others.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let caught = TRAP
                .try_with(|trap| match trap.borrow_mut().as_mut() {
                    Some(last) => {
                        *last = Some(Panicked::of(info));
                        true
                    }
                    None => false,
                })
                .unwrap_or(false);
            if !caught {
                others(info);
            }
        }));
    });
}

impl Panicked {
    /// One that has words and no place.
    pub(crate) fn saying(message: String) -> Panicked {
        Panicked {
            message,
            place: None,
        }
    }

    fn of(info: &PanicHookInfo<'_>) -> Panicked {
        let payload = info.payload();
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without words".to_owned());
        Panicked {
            message,
            place: info.location().map(Place::of),
        }
    }
}

/// What became of code that [`catch`] ran.
pub(crate) enum Caught<T> {
    /// It returned.
    Returned(T),
    /// It panicked.
    Panicked(Panicked),
    /// A report of the watch ended it.
    Reported(Box<Violation>),
    /// It called [`stop`].
    Stopped,
}

/// Runs `code` and catches its panic. Calls may be nested.
pub(crate) fn catch<T>(code: impl FnOnce() -> T) -> Caught<T> {
    install();
    let outer = TRAP.with(|trap| trap.replace(Some(None)));
    let result = panic::catch_unwind(AssertUnwindSafe(code));
    let last = TRAP.with(|trap| trap.replace(outer)).flatten();
    let payload = match result {
        Ok(value) => return Caught::Returned(value),
        Err(payload) if payload.is::<Stop>() => return Caught::Stopped,
        Err(payload) => payload,
    };
    // A panic of another thread of the test.
    let payload = match payload.downcast::<Panicked>() {
        Ok(panicked) => return Caught::Panicked(*panicked),
        Err(payload) => payload,
    };
    match payload.downcast::<Violation>() {
        Ok(violation) => Caught::Reported(violation),
        Err(_) => Caught::Panicked(last.unwrap_or(Panicked {
            message: "a panic that nobody reported".to_owned(),
            place: None,
        })),
    }
}

/// Unwinds to the nearest [`catch`], silently.
pub(crate) fn stop() -> ! {
    panic::resume_unwind(Box::new(Stop))
}
