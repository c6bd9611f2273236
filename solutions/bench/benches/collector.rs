//! `cargo bench -p bench --bench collector`: see `bench::collector`.

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    use bench::collector::{child, report, subject};

    match child::is_child() {
        Some(arguments) => subject::run(&arguments),
        None => report::run(&clap::Parser::parse()),
    }
}

#[cfg(not(unix))]
fn main() {
    println!("skipped: this benchmark needs a Unix");
}
