//! Lab 2's tests, with objects in pools. All of them: none is left out.

use super::ground::POOLS as GROUND;
pub(crate) use super::ground::SIZE;

#[path = "../../../02-objects/tests/objects/common.rs"]
mod common;
#[path = "../../../02-objects/tests/objects/headers.rs"]
mod headers;
#[path = "../../../02-objects/tests/objects/instances.rs"]
mod instances;
#[path = "../../../02-objects/tests/objects/lists.rs"]
mod lists;
#[path = "../../../02-objects/tests/objects/names.rs"]
mod names;
#[path = "../../../02-objects/tests/objects/python.rs"]
mod python;
#[path = "../../../02-objects/tests/objects/values.rs"]
mod values;
