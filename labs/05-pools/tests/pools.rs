//! Lab 5's tests: one module for each part of the allocator.

#[path = "pools/audit.rs"]
mod audit;
#[path = "pools/carving.rs"]
mod carving;
#[path = "pools/classes.rs"]
mod classes;
#[path = "pools/freeing.rs"]
mod freeing;
#[path = "pools/inspecting.rs"]
mod inspecting;
#[path = "pools/lists.rs"]
mod lists;
#[path = "pools/mallocs.rs"]
mod mallocs;
#[path = "pools/model.rs"]
mod model;
#[path = "pools/states.rs"]
mod states;
#[path = "pools/statistics.rs"]
mod statistics;
#[path = "pools/support.rs"]
mod support;
