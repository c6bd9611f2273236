//! Prints the picture of the book's program: `cargo run -p picture --example program`.

#[path = "../tests/build/mod.rs"]
mod build;

use picture::{Names, Picture, TextOptions};

fn main() {
    let heap = build::program();
    let picture = Picture::of(&heap.snapshot(), &Names::new());
    print!("{}", picture.text(&TextOptions::default()));
}
