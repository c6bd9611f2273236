//! Prints where a running Rust program keeps things, then its own /proc/self/maps.
//!
//! ```text
//! rustc -O things.rs && ./things rust        writes rust.things and rust.maps
//! ```
//!
//! Addresses are real. Only the program's path is called /home/reader/things in the output.

use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, thread};

static COUNTED: AtomicU64 = AtomicU64::new(1025);
static ZEROS: [AtomicU64; 8192] = [const { AtomicU64::new(0) }; 8192];
static WORDS: &str = "a constant";

#[inline(never)]
fn drive(speed: u64) -> u64 {
    COUNTED.fetch_add(speed, Ordering::Relaxed)
}

fn main() {
    let name = env::args().nth(1).expect("a name for the two files");
    let local = drive(1);
    let boxed = Box::new(local);
    let large = vec![1_u8; 1 << 20];
    let of_thread = thread::spawn(|| {
        let local = drive(2);
        (&raw const local).addr()
    })
    .join()
    .expect("the thread does not panic");
    ZEROS[0].store(1, Ordering::Relaxed);
    let things = [
        ("a static with a value", (&raw const COUNTED).addr()),
        ("the end of a static of zeros", (&raw const ZEROS[8191]).addr()),
        ("a string constant", WORDS.as_ptr().addr()),
        ("the function drive", drive as fn(u64) -> u64 as usize),
        ("a local variable of main", (&raw const local).addr()),
        ("a local variable of a thread", of_thread),
        ("a Box", (&raw const *boxed).addr()),
        ("the bytes of a Vec of 1 MiB", large.as_ptr().addr()),
    ];
    let exe = env::current_exe().expect("Linux knows it");
    let exe = exe.to_str().expect("a path in UTF-8");
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let mut out = String::from("# Rust\nexe /home/reader/things\n");
    for (what, address) in things {
        out += &format!("{address:x} {what}\n");
    }
    fs::write(format!("{name}.maps"), maps.replace(exe, "/home/reader/things")).expect("maps");
    fs::write(format!("{name}.things"), out).expect("things");
}
