//! What `cargo lab` and `cargo grade` stand on: find the course, cut a starter from a reference, stage and build one
//! lab, run each of its tests in its own process, and say what came of it.
//!
//! * [`course`] reads the `lab.toml` files below the course's root.
//! * [`cut`] turns a reference with markers into a starter; [`starter`] does so for a whole lab.
//! * [`stage`] puts chosen sources of a lab into a private workspace; [`build`] builds its tests there.
//! * [`run`] runs each test in its own process under limits, and gives its [`verdict`].
//! * [`learner`] tells how far a learner is, and whose code a lab stands on.

pub mod build;
pub mod cargo;
pub mod course;
pub mod cut;
mod error;
pub mod learner;
mod process;
pub mod run;
pub mod stage;
pub mod starter;
mod task;
mod tree;
pub mod verdict;

pub use error::Error;
pub use task::TaskId;
pub use tree::{Files, read_tree, write_if_changed};
