//! The programs of the benchmark `edge`, on mimalloc.

#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    bench::edge::programs::main()
}

#[cfg(not(unix))]
fn main() {}
