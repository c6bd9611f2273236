//! Lab 7's tests, with objects in pools. All of them: none is left out.

use super::ground::POOLS as GROUND;
pub(crate) use super::ground::SIZE;

#[path = "../../../07-generations/tests/generations/automatic.rs"]
mod automatic;
#[path = "../../../07-generations/tests/generations/callbacks.rs"]
mod callbacks;
#[path = "../../../07-generations/tests/generations/collections.rs"]
mod collections;
#[path = "../../../07-generations/tests/generations/counts.rs"]
mod counts;
#[path = "../../../07-generations/tests/generations/due.rs"]
mod due;
#[path = "../../../07-generations/tests/generations/freezing.rs"]
mod freezing;
#[path = "../../../07-generations/tests/generations/inspecting.rs"]
mod inspecting;
#[path = "../../../07-generations/tests/generations/legacies.rs"]
mod legacies;
#[path = "../../../07-generations/tests/generations/lists.rs"]
mod lists;
#[path = "../../../07-generations/tests/generations/oracle.rs"]
mod oracle;
#[path = "../../../07-generations/tests/generations/programs.rs"]
mod programs;
#[path = "../../../07-generations/tests/generations/support.rs"]
mod support;
