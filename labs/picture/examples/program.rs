//! Prints the picture of the book's program: as text, or with an argument as SVG.
//!
//! ```text
//! cargo run -p picture --example program
//! cargo run -p picture --example program -- regions frames objects counts blocks > program.svg
//! ```

#[path = "../tests/build/mod.rs"]
mod build;

use picture::{Names, Picture, SvgOptions, TextOptions, Words, fields, fields_text};

fn main() {
    let layers: Vec<String> = std::env::args().skip(1).collect();
    let heap = build::program();
    let has = |layer: &str| layers.iter().any(|l| l == layer);
    if has("broken") {
        let picture = Picture::of(&heap.snapshot(), &Names::new());
        let objects = &picture.objects;
        let find = |value: &str| objects.values().find(|o| o.value == value).map(|o| o.addr);
        if let (Some(x), Some(name)) = (find("1025"), find("'beetle'")) {
            heap.refcnt(x, 2);
            heap.free(name);
        }
    }
    let picture = Picture::of(&heap.snapshot(), &Names::new());
    if layers.is_empty() || has("text") {
        print!("{}", picture.text(&TextOptions::default()));
        println!("\n{}", picture.region_map(false, &Words::ENGLISH));
        for object in picture.objects.values().filter(|object| object.drawn) {
            println!("{} {}", object.addr, object.short());
            print!(
                "{}",
                fields_text(&fields(&heap.snapshot(), object.addr), 100)
            );
        }
        if let Some(frame) = picture.frames.first() {
            print!(
                "{}",
                fields_text(&fields(&heap.snapshot(), frame.addr), 100)
            );
        }
        return;
    }
    let svg = picture.svg(&SvgOptions {
        title: "The program while f2 runs".to_owned(),
        width: if has("wide") { 760 } else { 430 },
        regions: has("regions"),
        frames: has("frames"),
        objects: has("objects"),
        counts: has("counts"),
        blocks: has("blocks"),
        classes: has("classes"),
        sizes: has("sizes"),
        ..SvgOptions::default()
    });
    println!("{svg}");
}
