//! The programs of the benchmark `edge`, on the allocator of labs 5 and 6.

#[global_allocator]
static ALLOCATOR: edge::Edge = edge::Edge::new();

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    bench::edge::programs::main()
}

#[cfg(not(unix))]
fn main() {}
