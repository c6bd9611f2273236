//! Lab 8's tests: one module for each part of the manager.

#[path = "manager/clearing.rs"]
mod clearing;
#[path = "manager/freelists.rs"]
mod freelists;
#[path = "manager/oracle.rs"]
mod oracle;
#[path = "manager/pausing.rs"]
mod pausing;
#[path = "manager/policies.rs"]
mod policies;
#[path = "manager/programs.rs"]
mod programs;
#[path = "manager/starting.rs"]
mod starting;
#[path = "manager/statistics.rs"]
mod statistics;
#[path = "manager/support.rs"]
mod support;

// The tests of labs 2, 3, 4 and 7, which task 8.1 must not break.
#[path = "earlier/mod.rs"]
mod task_8_1_earlier;
