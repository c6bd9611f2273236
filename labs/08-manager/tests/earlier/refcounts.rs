//! Lab 3's tests, with objects in pools. All of them: none is left out.

use super::ground::POOLS as GROUND;
pub(crate) use super::ground::SIZE;

#[path = "../../../03-refcounts/tests/refcounts/attributes.rs"]
mod attributes;
#[path = "../../../03-refcounts/tests/refcounts/calls.rs"]
mod calls;
#[path = "../../../03-refcounts/tests/refcounts/containers.rs"]
mod containers;
#[path = "../../../03-refcounts/tests/refcounts/counts.rs"]
mod counts;
#[path = "../../../03-refcounts/tests/refcounts/finalizers.rs"]
mod finalizers;
#[path = "../../../03-refcounts/tests/refcounts/freeing.rs"]
mod freeing;
#[path = "../../../03-refcounts/tests/refcounts/programs.rs"]
mod programs;
#[path = "../../../03-refcounts/tests/refcounts/support.rs"]
mod support;
#[path = "../../../03-refcounts/tests/refcounts/trashcan.rs"]
mod trashcan;
#[path = "../../../03-refcounts/tests/refcounts/weakrefs.rs"]
mod weakrefs;
