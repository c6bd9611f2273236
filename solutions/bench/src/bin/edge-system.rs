//! The programs of the benchmark `edge`, on the system's `malloc`.

#[global_allocator]
static ALLOCATOR: std::alloc::System = std::alloc::System;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    bench::edge::programs::main()
}

#[cfg(not(unix))]
fn main() {}
