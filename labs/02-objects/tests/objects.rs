//! What lab 2 promises. Tests of task *n.k* are called `task_n_k_…`.
//!
//! Sizes, growth and hashes are compared with what a CPython 3.11.7 said: `data/`.

#[path = "objects/common.rs"]
mod common;
#[path = "objects/headers.rs"]
mod headers;
#[path = "objects/instances.rs"]
mod instances;
#[path = "objects/lists.rs"]
mod lists;
#[path = "objects/names.rs"]
mod names;
#[path = "objects/python.rs"]
mod python;
#[path = "objects/values.rs"]
mod values;
