//! `cargo bench -p bench --bench allocator`: see `bench::allocator`.

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    bench::allocator::run(&clap::Parser::parse())
}

#[cfg(not(unix))]
fn main() {
    println!("skipped: this benchmark needs a Unix");
}
