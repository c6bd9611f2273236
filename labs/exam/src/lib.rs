//! The test support of the labs: what your tests are written with, and what they print.
//!
//! A test is one task's promise, shown on a numbered row of events:
//!
//! ```ignore
//! #[test]
//! fn task_3_2_the_last_reference_frees() {
//!     exam::task("3.2", "the last decref frees the object")
//!         .heap(KIT)
//!         .run(|exam| {
//!             let a = exam.event("a = [1025]", |heap| list_of(heap, 1025));
//!             exam.event("decref(a)", |heap| decref(heap, a));
//!             exam.equal("live blocks", 0, exam.live_blocks());
//!         });
//! }
//! ```
//!
//! A test that fails says which event did it, what was expected and found, and shows the memory at
//! that event; you never need to read the test. An untouched task reads `not started`.
//!
//! Each test runs for every alignment of its kit, and twice for each: straight, and once more moved
//! to a *copy* of the memory in the middle, while another heap does the same events in between.
//! Both must leave the same words in memory after each event. So state that a lab keeps anywhere
//! else is found.
//!
//! | variable | what it does |
//! |---|---|
//! | `HEAP_SHOW=1` | shows the memory after each event (with `cargo test … -- --nocapture`) |
//! | `HEAP_SEED=7` | another seed for tests that draw random numbers |
//! | `HEAP_PATIENCE=300` | an event may take 300 seconds, instead of 20, before it is said not to come to an end |
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@task`] | [`task()`]: which task a test is for, on which memory it runs |
//! | [`handle`] | [`Exam`]: events, expectations, looks into the memory, what a fork shares |
//! | [`kit`] | [`Kit`]: the allocator and the types that a test runs on; [`Again`]: for a later lab |
//! | [`crew`] | [`Crew`]: the threads of a test that has several |
//! | [`random`] | [`Random`]: the same numbers on every machine |

mod attempt;
mod compare;
pub mod crew;
mod failure;
pub mod handle;
pub mod kit;
mod patience;
mod picture;
mod place;
pub mod random;
mod range;
mod run;
pub mod task;
mod trap;

pub use crew::Crew;
pub use handle::{Exam, HeapExam, MemoryExam, OnHeap, OnMemory, Plain, PlainExam};
pub use kit::{Again, Kit};
pub use memory::watch::{BlockInfo, Side};
pub use random::Random;
pub use range::{Work, blocks_of};
pub use task::{Task, task};
