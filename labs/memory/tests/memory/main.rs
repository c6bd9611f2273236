//! What the memory promises, by topic. The tests of the watch need the feature `watch`, which a
//! plain `cargo test` in the workspace turns on (`cargo test -p memory --features watch` alone).

mod common;

mod give_back;
mod heap;
mod pages;
mod plain;
mod plain_model;
mod pools;
mod records;
mod regions;
mod snapshots;
#[cfg(feature = "watch")]
mod watch_access;
#[cfg(feature = "watch")]
mod watch_allocator;
#[cfg(feature = "watch")]
mod watch_count;
mod words;
