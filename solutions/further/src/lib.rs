//! *Going further* with the collector: the same collections, faster.
//!
//! CPython's collector, and that of labs 4 and 7 with it, does each thing in a pass of its own. This crate does
//! what CPython does not: see the modules. Everything that a program can see stays as it is: what is
//! freed, which callbacks and finalizers run and in what order, what comes back, what is returned, and
//! the order of the objects in the lists. `tests/same.rs` runs random programs on both.
//!
//! | module | what it does |
//! |---|---|
//! | [`side`] | counts references in a table of bytes, and not in the objects' heads |
//! | [`mod@traverse`] | knows the commonest types, so that no function is called for a reference |
//! | [`passes`] | two walks along the list instead of six |
//! | [`care`] | weak references and finalizers, without a question to lists, tuples and dicts |
//! | [`mod@clear`] | frees the dead in one walk where nobody can see in which order they go |
//! | [`mod@collect`] | leaves out the passes that cannot change anything |
//! | [`alloc`] | puts it into the slots of the types |
//!
//! # What it gains
//!
//! CPU time per object of a full collection, in ns, of lists with two references, one of them to a random
//! list; lab 7, this crate, and CPython 3.11.2 beside them. (`cargo bench -p bench --bench collector`; an
//! AMD EPYC with 1 MiB of level-2 cache, other programs running.)
//!
//! | objects | alive: lab 7 | this crate | CPython | garbage: lab 7 | this crate | CPython |
//! |---|---|---|---|---|---|---|
//! | 10^4 | 18.3 | 4.9 | 17.8 | 61.5 | 9.1 | 41.6 |
//! | 10^5 | 24.1 | 5.4 | 28.4 | 81.8 | 10.1 | 59.0 |
//! | 10^6 | 161 | 16.0 | 105 | 325 | 30.1 | 237 |
//! | 10^7 | 176 | 53.9 | 129 | 372 | 83.0 | 257 |
//!
//! Step by step, alive, 10^6 objects, in one session (CPython: 118 to 138):
//!
//! | what | ns |
//! |---|---|
//! | lab 4's passes | 200 |
//! | a byte for 16 bytes, given back to the system after each collection | 33 to 65 |
//! | a byte for 32 bytes | 29 |
//! | the link to the next list read before the items, NULL counted with the rest | 16 |
//!
//! With up to 1 MiB of the table cleared and not given back, a ring of 10^5 lists takes 4.1 and not 5.8 ns.
//!
//! # What did not help
//!
//! * To read the bytes that the next 64 objects will need before they are needed, in a loop of its own:
//!   38 instead of 16 ns with 10^6 objects; with 10^7 lists 54 instead of 57, only instances gained (58
//!   instead of 93).
//! * To begin blocks of 64 bytes at multiples of 64, so that a head and its object are in one line of the
//!   cache: no difference, for lab 4 or here. (A processor fetches the neighbour too.)
//! * Large pages for the whole range: lab 4's passes 175 instead of 200 ns, this crate's no difference.
//!
//! In a service that keeps 30,000 sessions (`cargo bench -p bench --bench service`) all collections together
//! take 0.54 to 0.56 of CPython's time and the longest 0.37 to 0.45. The short ones, of generations 0
//! and 1, gain nothing: 0.8 to 1.3, with other programs running. They are about objects that were made since the last one, some of them long
//! enough ago to have left the cache; to fetch each of them once takes more than half of the time, and
//! CPython has to do it too.
//!
//! The price of the table: its bytes are near as long as the heap is below some 100 MB, and not beyond.
//! So from 10^5 to 10^7 objects the time per object grows tenfold with random references, CPython's four-
//! to fivefold: by 49 ns against 100.
//!
//! All state is in the range; nothing is kept between collections but an address.
#![forbid(unsafe_code)]

pub mod ahead;
pub mod alloc;
pub mod care;
pub mod clear;
pub mod collect;
pub mod passes;
pub mod side;
pub mod traverse;

pub use alloc::TYPES;
pub use collect::collect;
pub use generations::{PLAIN, index, start};
