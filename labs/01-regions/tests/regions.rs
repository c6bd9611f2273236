//! What lab 1 promises. Tests of task *n.k* are called `task_n_k_…`.

#[path = "regions/kinds.rs"]
mod kinds;
#[path = "regions/lines.rs"]
mod lines;
#[cfg(all(target_os = "linux", not(miri)))]
#[path = "regions/live.rs"]
mod live;
#[path = "regions/process.rs"]
mod process;
#[path = "regions/recorded.rs"]
mod recorded;
