//! *Going further* with the collector: the same collections, faster.
//!
//! CPython's collector, and that of labs 4 and 7 with it, does each thing in a pass of its own. This crate
//! does what CPython does not: see the modules. Everything that a program can see stays as it is: what
//! is freed, which callbacks and finalizers run and in what order, what comes back, what is returned, and
//! the order of the objects in the lists. `tests/same.rs` runs random programs on both.
//!
//! | module | what it does |
//! |---|---|
//! | [`side`] | counts references in a table of bytes, and not in the objects' heads |
//! | [`mod@traverse`] | knows the commonest types, so that no function is called for a reference |
//! | [`passes`] | two walks along the list instead of six |
//! | [`care`] | weak references and finalizers, without a question to lists, tuples and dicts |
//! | [`mod@clear`] | frees the dead in one walk where nobody can see in which order they go |
//! | [`ahead`] | fetches memory before it is needed |
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
//! | 10^4 | 10.4 | 5.3 | 17.3 | 55.2 | 10.9 | 40.1 |
//! | 10^5 | 14.7 | 6.4 | 27.2 | 97.3 | 15.9 | 63.7 |
//! | 10^6 | 37.8 | 16.8 | 128 | 286 | 46.0 | 263 |
//! | 10^7 | 67.4 | 70.3 | 158 | 389 | 114 | 350 |
//!
//! Step by step, alive, 10^6 objects, in one session (CPython: 118 to 138). Lab 4's passes looked at no
//! object ahead then:
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
//! # In a service
//!
//! `cargo bench -p bench --bench service`: 30,000 sessions, 18,699 collections, CPython 3.11.2 in the same
//! runs, on two cores; the largest of each is from a quiet machine. Of CPython's time, or of its memory less its start-up:
//!
//! | | goal | lab 7 | without [`ahead`] | with it |
//! |---|---|---|---|---|
//! | all collections | 0.6 | 1.10 to 1.18 | 0.54 to 0.58 | 0.48 to 0.53 |
//! | longest pause | 0.5 | 1.02 to 1.12 | 0.37 to 0.53 | 0.39 to 0.45 |
//! | 99th percentile of the pauses | 0.5 | 1.48 to 1.58 | 1.20 to 1.34 | 0.60 to 0.72 |
//! | of generation 1, together | | 1.38 to 1.52 | 1.30 | 0.59 to 0.75 |
//! | peak memory, with our own start-up | 1.0 | 1.04 | 1.07 | 1.07 to 1.08 |
//!
//! One collection of 12 is of generation 1 and one of 435 is full, in both. So the 99th percentile lies
//! among the longer ones of generation 1. They are about 2000 objects that were made hundreds of
//! requests ago and have left the cache, and what was made since. The median of generation 1, in µs, in
//! short runs:
//!
//! | what | µs |
//! |---|---|
//! | CPython | 740 to 890 |
//! | this crate, without looking ahead | 655 to 786 |
//! | the heads fetched together from a log, and the first walk looks 16 objects ahead | 344 to 459 |
//! | their bytes of the table fetched with them, and the second walk looks ahead as well | 328 to 410 |
//! | 32 objects ahead and not 16 | 344 to 410 |
//!
//! A collection of generation 0 takes half as long again as CPython's (120 and 80 µs, on average); that
//! is a quarter of a pause of generation 1, and a part of what keeps the 99th percentile from its goal.
//!
//! A full collection has no log, which would cost four bytes or more for each object. It looks ahead, and
//! waits for the links: three quarters of the time of looking ahead is one load of the next head. Yet
//! it takes a sixth less. With lists in the order of addresses it took half as long again (23 and not
//! 15 ns), so it [pauses](ahead::Ahead) there: 16 ns.
//!
//! The peak memory is that of the objects, which is CPython's (110 MiB of arenas against 113 of which 3
//! are its start-up's, after 150,000 requests), and what comes to it: a 32nd for the table, and 3.5 MiB
//! for our own process, mostly its program. To give the table back would not make the peak lower: a
//! full collection needs all of it, and comes when the heap is largest.
//!
//! The price of the table: its bytes are near as long as the heap is below some 100 MB, and not beyond.
//! So from 10^5 to 10^7 objects the time per object grows elevenfold with random references, CPython's
//! sixfold: by 64 ns against 131. Lab 7's grows fivefold, and has caught up with this crate's by then.
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
