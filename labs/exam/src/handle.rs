//! What a test does: events, expectations, looks into the memory.

use std::fmt::{Debug, Display};

use memory::{Addr, Heap, Memory};

use crate::attempt::Attempt;
use crate::failure;
use crate::range::{Range, Work};
use crate::trap::{self, Caught};
use crate::{BlockInfo, Kit, Random};

/// A test on a heap: events are given the [`Heap`].
#[derive(Clone, Copy, Debug)]
pub struct OnHeap {
    pub(crate) kit: Kit,
}

/// A test on a memory without objects: events are given the [`Memory`].
#[derive(Clone, Copy, Debug)]
pub struct OnMemory;

/// A test without a memory.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// The handle of a test on a heap.
pub type HeapExam = Exam<OnHeap>;
/// The handle of a test on a memory.
pub type MemoryExam = Exam<OnMemory>;
/// The handle of a test without a memory.
pub type PlainExam = Exam<Plain>;

/// The handle with which a test runs its events and says what it expects.
pub struct Exam<S> {
    stage: S,
    pub(crate) attempt: Attempt,
}

impl<S> Exam<S> {
    pub(crate) fn new(stage: S, attempt: Attempt) -> Exam<S> {
        Exam { stage, attempt }
    }

    /// Expects two values to be equal. `what` names the value: `"live blocks"`, `"len(a)"`.
    pub fn equal<T: PartialEq<U> + Debug, U: Debug>(&self, what: &str, expected: T, found: U) {
        if expected != found {
            let body = failure::unequal(what, &expected, &found, |text| self.attempt.named(text));
            self.attempt.fail(body);
        }
    }

    /// Expects two texts of several lines to be equal; shows a diff if they are not.
    pub fn equal_text(&self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.attempt.fail(failure::diff(what, expected, found));
        }
    }

    /// Expects something that must hold: `exam.check("the block is aligned", block.is_aligned(16))`.
    pub fn check(&self, what: &str, holds: bool) {
        if !holds {
            self.attempt.fail(vec![
                format!("expected  {what}"),
                "found     it does not hold".to_owned(),
            ]);
        }
    }

    /// Expects success, and returns its value. `what` names what was done: `"push_frame(main)"`.
    pub fn ok<T, E: Display>(&self, what: &str, result: Result<T, E>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => {
                let mut body = vec![format!("expected  {what} succeeds")];
                let words = self.attempt.named(&format!("Err: {error}"));
                body.extend(failure::row("found", &words));
                self.attempt.fail(body)
            }
        }
    }

    /// Expects an error, and returns it.
    pub fn err<T: Debug, E>(&self, what: &str, result: Result<T, E>) -> E {
        match result {
            Err(error) => error,
            Ok(value) => self.attempt.fail(vec![
                format!("expected  {what} is an error"),
                format!(
                    "found     {}",
                    self.attempt.named(&format!("Ok({value:?})"))
                ),
            ]),
        }
    }

    /// Expects a counted number to be at most `limit`: `exam.at_most("words stored", 4, work.stores)`.
    pub fn at_most(&self, what: &str, limit: u64, found: u64) {
        if found > limit {
            self.attempt.fail(vec![format!(
                "expected  {what} <= {limit}      found  {found}"
            )]);
        }
    }

    /// Fails with words of the test's own.
    pub fn fail(&self, words: &str) -> ! {
        let words = self.attempt.named(words);
        self.attempt.fail(failure::row("found", &words))
    }

    /// A line about what this test does, shown with each of its failures. Said before the events
    /// that it explains.
    pub fn note(&self, words: impl Into<String>) {
        self.attempt.log.borrow_mut().notes.push(words.into());
    }

    /// Gives an address a name: from now on failures and pictures say it with the address. A name
    /// that was another address's is that one's no longer, as with a variable.
    pub fn name(&self, addr: impl Into<Option<Addr>>, name: impl Into<String>) {
        let name = name.into();
        let mut log = self.attempt.log.borrow_mut();
        log.names.retain(|_, other| *other != name);
        if let Some(addr) = addr.into() {
            log.names.insert(addr.get(), name);
        }
    }

    /// Random numbers, the same in each run of the test.
    #[must_use]
    pub fn random(&self) -> Random {
        Random::new()
    }

    /// How many events there were.
    #[must_use]
    pub fn events(&self) -> usize {
        self.attempt.log.borrow().events.len()
    }
}

impl PlainExam {
    /// Does something and counts it as an event: failures name it.
    pub fn event<T>(&self, label: impl Into<String>, code: impl FnOnce() -> T) -> T {
        self.attempt.begin(label.into());
        let caught = trap::catch(code);
        self.attempt.finish(caught)
    }

    /// As [`event`](Exam::event), for code that must succeed.
    pub fn try_event<T, E: Display>(
        &self,
        label: impl Into<String>,
        code: impl FnOnce() -> Result<T, E>,
    ) -> T {
        let label = label.into();
        let result = self.event(label.clone(), code);
        self.ok(&label, result)
    }
}

/// Events, with what they are given.
macro_rules! events {
    ($exam:ty, $given:ty, $make:expr) => {
        impl $exam {
            /// Does something and counts it as an event: it gets a number, it is watched, and
            /// failures name it by its label: `exam.event("decref(a)", |heap| decref(heap, a))`.
            pub fn event<T>(&self, label: impl Into<String>, code: impl FnOnce($given) -> T) -> T {
                self.attempt.begin(label.into());
                let caught = self.caught(code);
                self.attempt.finish(caught)
            }

            /// As `event`, for code that must succeed.
            pub fn try_event<T, E: Display>(
                &self,
                label: impl Into<String>,
                code: impl FnOnce($given) -> Result<T, E>,
            ) -> T {
                let label = label.into();
                let result = self.event(label.clone(), code);
                self.ok(&label, result)
            }

            /// An event in which the watch must report, or the code panic, with `words`.
            pub fn fails<T>(
                &self,
                label: impl Into<String>,
                words: &str,
                code: impl FnOnce($given) -> T,
            ) {
                self.attempt.begin(label.into());
                let caught = self.caught(code);
                self.attempt.finish_failing(words, caught);
            }

            /// Looks at something between two events, through functions of the lab. Not counted.
            pub fn look<T>(&self, code: impl FnOnce($given) -> T) -> T {
                self.attempt.looks(true);
                let caught = self.caught(code);
                let value = self.attempt.looked(caught);
                self.attempt.looks(false);
                value
            }

            fn caught<T>(&self, code: impl FnOnce($given) -> T) -> Caught<T> {
                self.attempt.with_memory(|memory| {
                    let make: fn(&Self, &Memory, &mut dyn FnMut($given)) = $make;
                    let mut code = Some(code);
                    let mut value = None;
                    match trap::catch(|| {
                        make(self, memory, &mut |given| {
                            value = code.take().map(|code| code(given));
                        });
                    }) {
                        Caught::Returned(()) => match value {
                            Some(value) => Caught::Returned(value),
                            None => Caught::Stopped,
                        },
                        Caught::Panicked(panicked) => Caught::Panicked(panicked),
                        Caught::Reported(violation) => Caught::Reported(violation),
                        Caught::Stopped => Caught::Stopped,
                    }
                })
            }

            /// Looks at something between two events, unwatched: at what nobody may touch.
            pub fn quietly<T>(&self, code: impl FnOnce($given) -> T) -> T {
                self.attempt.quietly(|| self.look(code))
            }

            /// An event that calls a part of the allocator itself: `pool_extend`, and not
            /// `heap.malloc`. It may do what the allocator may, and its work counts as the
            /// allocator's. Call functions of the lab in it, not `heap.malloc`: blocks that it
            /// hands out are nobody's.
            pub fn manager_event<T>(
                &self,
                label: impl Into<String>,
                code: impl FnOnce($given) -> T,
            ) -> T {
                self.attempt.begin(label.into());
                let caught = self.attempt.managing(|| self.caught(code));
                self.attempt.finish(caught)
            }

            /// Looks at something between two events as a part of the allocator does, which may
            /// read all of the heap. Not counted.
            pub fn manager_look<T>(&self, code: impl FnOnce($given) -> T) -> T {
                self.attempt.looks(true);
                let caught = self.attempt.managing(|| self.caught(code));
                let value = self.attempt.looked(caught);
                self.attempt.looks(false);
                value
            }

            /// How many blocks were allocated in events and are not freed. Those that were allocated
            /// when the heap was started do not count.
            #[must_use]
            pub fn live_blocks(&self) -> u64 {
                self.attempt.with_range(Range::live_blocks).len() as u64
            }

            /// Expects so many blocks to be live, as [`live_blocks`](Self::live_blocks) counts them,
            /// and lists them if there are others.
            pub fn leaks(&self, expected: u64) {
                self.attempt.leaks(expected);
            }

            /// Whether `addr` lies in a block that was allocated and is not freed.
            #[must_use]
            pub fn is_live(&self, addr: Addr) -> bool {
                self.block_at(addr)
                    .is_some_and(|block| block.died.is_none())
            }

            /// The block that has the word at `addr`, live, or freed and not handed out again since.
            #[must_use]
            pub fn block_at(&self, addr: Addr) -> Option<BlockInfo> {
                self.attempt
                    .with_range(|range| range.watched().block_at(addr))
            }

            /// The work of the last event.
            #[must_use]
            pub fn work(&self) -> Work {
                self.attempt.with_range(Range::work)
            }

            /// How many pages of 4 KiB are touched now: read or written, and not given back since.
            #[must_use]
            pub fn pages_touched(&self) -> u64 {
                self.attempt.with_range(Range::pages_touched)
            }

            /// Whether the page that holds `addr` is touched.
            #[must_use]
            pub fn is_touched(&self, addr: Addr) -> bool {
                self.attempt
                    .with_range(|range| range.watched().is_touched(addr))
            }

            /// The process forks here, between two events, as far as memory goes: all pages that are
            /// touched now are shared with the other process, until this one writes to them.
            ///
            /// ```ignore
            /// exam.share();
            /// exam.event("a = b", |heap| new_ref(heap, b));
            /// exam.equal("pages copied", 1, exam.copied_pages());
            /// ```
            pub fn share(&self) {
                self.attempt.with_range(|range| range.watched().share());
            }

            /// How many pages of 4 KiB were shared by the last [`share`](Self::share).
            #[must_use]
            pub fn shared_pages(&self) -> u64 {
                self.attempt.with_range(Range::shared_pages)
            }

            /// How many of the shared pages have been written since, by an event or by the test: the
            /// operating system has copied them. One byte is enough, and the value that it had
            /// already. A page that was given back before it was written is none of them.
            #[must_use]
            pub fn copied_pages(&self) -> u64 {
                self.attempt.with_range(Range::copied_pages)
            }

            /// Forbids the next event to touch the `len` bytes from `addr` on.
            pub fn forbid(&self, addr: Addr, len: u64) {
                self.attempt.log.borrow_mut().forbidden.push((addr, len));
            }

            /// The program is loaded: from now on the text that is in use must not be written.
            pub fn protect_text(&self) {
                self.attempt
                    .with_range(|range| range.watched().protect_text());
            }

            /// The word at `addr`, read without the watch's knowledge.
            #[must_use]
            pub fn word(&self, addr: Addr) -> u64 {
                self.attempt.with_range(|range| range.word(addr))
            }

            /// Draws only what has to do with `addr`, and other such addresses, in pictures.
            pub fn focus(&self, addr: impl Into<Option<Addr>>) {
                self.attempt.log.borrow_mut().focus.extend(addr.into());
            }

            /// Shows each word of the object, frame or code at `addr` below pictures.
            pub fn detail(&self, addr: impl Into<Option<Addr>>) {
                self.attempt.log.borrow_mut().details.extend(addr.into());
            }

            /// Prints the memory as it is now.
            pub fn show(&self) {
                let lines = self.attempt.picture(&[]);
                eprintln!("  {}", lines.join("\n  "));
            }
        }
    };
}

events!(HeapExam, &Heap<'_>, |exam, memory, code| {
    let kit = exam.stage.kit;
    code(&Heap {
        memory,
        object: kit.object,
        types: kit.types,
    });
});
events!(MemoryExam, &Memory, |_, memory, code| code(memory));
