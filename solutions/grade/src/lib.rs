//! What stands behind `cargo grade`: the cut of the starters from the references, and the gate that proves a lab.

pub mod cut;
pub mod gate;
