//! The traces that come with the course.

use crate::Trace;

/// A trace in `files/`.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// What it is called, as in `trace/richards`. The program and the Python stand in the trace.
    pub name: &'static str,
    /// The file's bytes.
    pub bytes: &'static [u8],
}

impl File {
    /// The trace.
    ///
    /// # Panics
    /// If the file is damaged; a test reads each.
    #[must_use]
    pub fn read(&self) -> Trace {
        match Trace::read(self.bytes) {
            Ok(trace) => trace,
            Err(error) => panic!("files/{}.trace: {error}", self.name),
        }
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(File { name: $name, bytes: include_bytes!(concat!("../files/", $name, ".trace")) }),*]
    };
}

/// All of them, each a different kind of program:
///
/// | name | program | what it does to the heap |
/// |---|---|---|
/// | `ast` | parses, prints and compiles four modules | many small objects of many types, one big tree |
/// | `deltablue` | an incremental constraint solver | a web of objects, built and taken apart |
/// | `json` | rows to JSON text and back | dicts, strings and lists that live long |
/// | `raytrace` | draws spheres | floats and small instances, dead at once |
/// | `richards` | simulates an operating system | a few lasting objects, short-lived frames |
/// | `words` | counts and indexes a text's words | strings cut and joined, growing dicts and sets |
///
/// The programs are in `solutions/bench/programs`. Each was recorded there, as in
/// `cargo run -p bench --release --bin record-trace -- --python 3.11 -o ast.trace -S ast_files.py`;
/// `-S` leaves out what the installation has in its `site-packages`.
pub const ALL: &[File] = files!["ast", "deltablue", "json", "raytrace", "richards", "words"];
