//! Prints the map of a live process with your kinds (Linux only):
//!
//! ```text
//! cargo run -p regions --example look -- 1234
//! ```
//!
//! Without a number it looks at itself. With two files, maps of one process that you have saved, it
//! prints what grew:
//!
//! ```text
//! cp /proc/1234/maps before; sleep 60; cp /proc/1234/maps after
//! cargo run -p regions --example look -- before after /usr/bin/python3.11
//! ```

use std::error::Error;
use std::{env, fs};

use regions::{classify, growth, parse_maps, sizes};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.as_slice() {
        [] => show("self"),
        [process] => show(process),
        [before, after, exe] => compare(before, after, exe),
        _ => Err("say the number of a process, or two saved maps and the program's path".into()),
    }
}

fn show(process: &str) -> Result<(), Box<dyn Error>> {
    let text = read(&format!("/proc/{process}/maps"))?;
    let exe = fs::read_link(format!("/proc/{process}/exe"))?;
    let mappings = parse_maps(&text)?;
    let kinds = classify(&mappings, &exe.to_string_lossy());
    for (mapping, kind) in mappings.iter().zip(kinds) {
        let kib = (mapping.end - mapping.start) / 1024;
        println!("{:016x}  {kib:>10} KiB  {kind}", mapping.start);
    }
    println!();
    for (kind, bytes) in sizes(&mappings, &exe.to_string_lossy()) {
        println!("{:>10} KiB  {kind}", bytes / 1024);
    }
    Ok(())
}

fn compare(before: &str, after: &str, exe: &str) -> Result<(), Box<dyn Error>> {
    let look = |file: &str| -> Result<_, Box<dyn Error>> {
        let mappings = parse_maps(&read(file)?).map_err(|error| format!("{file}: {error}"))?;
        Ok(sizes(&mappings, exe))
    };
    for (kind, bytes) in growth(&look(before)?, &look(after)?) {
        println!("{:>+10} KiB  {kind}", bytes / 1024);
    }
    Ok(())
}

fn read(file: &str) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))
}
