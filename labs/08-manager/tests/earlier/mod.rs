//! The tests of labs 2, 3, 4 and 7 once more, on the assembled manager: their objects live in pools.
//!
//! They are the same tests, none is left out, and none is copied. Each of those labs says in one place
//! what its heaps stand on (`GROUND` in its tests' root); here that is [`ground`].

mod ground;
#[path = "objects.rs"]
mod lab_2;
#[path = "refcounts.rs"]
mod lab_3;
#[path = "cycles.rs"]
mod lab_4;
#[path = "generations.rs"]
mod lab_7;
