//! The subjects, and how each is started.

mod bump;
mod cpython;
mod foreign;
mod null;
mod reference;

use anyhow::Result;
use memory::{Furthest, Modern};

use crate::allocator::subject::{Runner, Running};
use crate::python::LibPython;

/// The replay alone: what of every other subject's number is not the allocator's.
pub const NULL: &str = "null";
/// The course's allocator, with every switch of *Going further*.
pub const REFERENCE: &str = "reference";
/// The course's allocator as CPython 3.11 does it.
pub const FAITHFUL: &str = "reference-faithful";

/// A way to start a subject.
pub struct Entry {
    /// What it is called in results.
    pub name: String,
    start: Box<dyn Fn() -> Result<Box<dyn Runner>>>,
}

impl Entry {
    fn new(name: &str, start: impl Fn() -> Result<Box<dyn Runner>> + 'static) -> Entry {
        Entry {
            name: name.to_owned(),
            start: Box::new(start),
        }
    }

    /// Starts it.
    ///
    /// # Errors
    /// If its memory cannot be reserved, or its library not be loaded.
    pub fn start(&self) -> Result<Box<dyn Runner>> {
        (self.start)()
    }
}

/// All subjects: ours, these Pythons, and the peers that are compiled in.
#[must_use]
pub fn all(pythons: &[LibPython]) -> Vec<Entry> {
    let mut entries = vec![
        Entry::new(REFERENCE, || {
            let subject = reference::Reference::<Furthest<Modern>>::start()?;
            Ok(Running::boxed(REFERENCE, subject))
        }),
        Entry::new(FAITHFUL, || {
            let subject = reference::Reference::<Modern>::start()?;
            Ok(Running::boxed(FAITHFUL, subject))
        }),
    ];
    for python in pythons {
        let python = python.clone();
        entries.push(Entry::new(&python.subject(), move || {
            let subject = cpython::CPython::start(&python)?;
            Ok(Running::boxed(&python.subject(), subject))
        }));
    }
    entries.extend([
        Entry::new("mimalloc", || {
            Ok(Running::boxed("mimalloc", foreign::Mimalloc))
        }),
        Entry::new("jemalloc", || {
            Ok(Running::boxed("jemalloc", foreign::Jemalloc))
        }),
        Entry::new("system", || Ok(Running::boxed("system", foreign::System))),
        Entry::new("bumpalo", || {
            Ok(Running::boxed("bumpalo", bump::Bump::default()))
        }),
        Entry::new(NULL, || Ok(Running::boxed(NULL, null::Null::default()))),
    ]);
    entries
}
