//! `cargo bench -p bench --bench edge`: see `bench::edge`.

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    let programs = [
        ("reference", env!("CARGO_BIN_EXE_edge-reference").into()),
        ("system", env!("CARGO_BIN_EXE_edge-system").into()),
        ("mimalloc", env!("CARGO_BIN_EXE_edge-mimalloc").into()),
    ];
    bench::edge::run(&clap::Parser::parse(), &programs)
}

#[cfg(not(unix))]
fn main() {
    println!("skipped: this benchmark needs a Unix");
}
