//! Lab 8's tests: one module for each part of the manager.

#[path = "manager/clearing.rs"]
mod clearing;
#[path = "manager/forking.rs"]
mod forking;
#[path = "manager/freelists.rs"]
mod freelists;
#[path = "manager/locking.rs"]
mod locking;
#[path = "manager/measure.rs"]
mod measure;
#[path = "manager/oracle.rs"]
mod oracle;
#[path = "manager/pausing.rs"]
mod pausing;
#[path = "manager/policies.rs"]
mod policies;
#[path = "manager/programs.rs"]
mod programs;
#[path = "manager/racing.rs"]
mod racing;
#[path = "manager/starting.rs"]
mod starting;
#[path = "manager/statistics.rs"]
mod statistics;
#[path = "manager/support.rs"]
mod support;
#[path = "manager/tuning.rs"]
mod tuning;
#[path = "manager/whole.rs"]
mod whole;

// The tests of labs 2, 3, 4 and 7, which task 8.1 must not break.
#[path = "earlier/mod.rs"]
mod task_8_1_earlier;
