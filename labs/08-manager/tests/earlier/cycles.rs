//! Lab 4's tests, with objects in pools. All of them: none is left out.

use super::ground::POOLS as GROUND;
pub(crate) use super::ground::SIZE;

#[path = "../../../04-cycles/tests/cycles/clearing.rs"]
mod clearing;
#[path = "../../../04-cycles/tests/cycles/cpython.rs"]
mod cpython;
#[path = "../../../04-cycles/tests/cycles/finalizers.rs"]
mod finalizers;
#[path = "../../../04-cycles/tests/cycles/heads.rs"]
mod heads;
#[path = "../../../04-cycles/tests/cycles/passes.rs"]
mod passes;
#[path = "../../../04-cycles/tests/cycles/programs.rs"]
mod programs;
#[path = "../../../04-cycles/tests/cycles/support.rs"]
mod support;
#[path = "../../../04-cycles/tests/cycles/tracking.rs"]
mod tracking;
#[path = "../../../04-cycles/tests/cycles/traversal.rs"]
mod traversal;
#[path = "../../../04-cycles/tests/cycles/untracking.rs"]
mod untracking;
#[path = "../../../04-cycles/tests/cycles/weak_references.rs"]
mod weak_references;
#[path = "../../../04-cycles/tests/cycles/whole.rs"]
mod whole;
