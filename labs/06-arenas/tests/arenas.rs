//! Lab 6's tests: one module for each part of the allocator.

#[path = "arenas/domains.rs"]
mod domains;
#[path = "arenas/object.rs"]
mod object;
#[path = "arenas/records.rs"]
mod records;
#[path = "arenas/source.rs"]
mod source;
#[path = "arenas/stats.rs"]
mod stats;
#[path = "arenas/support.rs"]
mod support;
#[path = "arenas/usable.rs"]
mod usable;
#[path = "arenas/whole.rs"]
mod whole;
