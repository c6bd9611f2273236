//! `cargo bench -p bench --bench service`: see `bench::service`.

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    use bench::collector::child;
    use bench::service::report;

    match child::is_child() {
        Some(arguments) => report::child(&arguments),
        None => report::run(&clap::Parser::parse()),
    }
}

#[cfg(not(unix))]
fn main() {
    println!("skipped: this benchmark needs a Unix");
}
