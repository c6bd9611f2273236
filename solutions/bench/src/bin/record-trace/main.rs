//! Records what a Python program asks of its object allocator:
//!
//! ```text
//! cargo run -p bench --release --bin record-trace -- -o json.trace solutions/bench/programs/json_rows.py
//! ```
//!
//! An installed `libpython` runs the program, in a process of its own, with hooks in front of the
//! allocators of the domains *object* and *mem*, from before the interpreter starts until after it is
//! finalized. Each call goes through a pipe to this process, which makes a trace of it (crate
//! `traces`). So the trace does not depend on how the program ends: `sys.exit` is as good as the last
//! line. Only a program that ends without finalization (`os._exit`, a signal) has no whole trace,
//! and then none is written.

#[cfg(unix)]
mod hooks;
#[cfg(unix)]
mod record;
#[cfg(unix)]
mod wire;

#[cfg(unix)]
fn main() -> anyhow::Result<()> {
    match hooks::wanted() {
        Some(child) => hooks::run(child),
        None => record::run(clap::Parser::parse()),
    }
}

#[cfg(not(unix))]
fn main() {
    eprintln!("record-trace needs a Unix: libpython is loaded with dlopen");
    std::process::exit(1);
}
