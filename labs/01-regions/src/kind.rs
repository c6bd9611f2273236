//! What each mapping of a process is for, and which of them grow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::maps::{Backing, Mapping};

/// A part of a program or a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Machine code.
    Text,
    /// What is only read: constants, tables, the file's own headers.
    ReadOnly,
    /// What was given a value in the source, and may change.
    Data,
}

/// What a mapping is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A part of the program's own file.
    Program(Part),
    /// The program's static variables that start as zeros, and so need no bytes in its file (`.bss`).
    Bss,
    /// A part of a library.
    Library(Part),
    /// `[heap]`: what the break has grown over, where `malloc` takes small blocks from.
    Heap,
    /// `[stack]`: the main thread's C stack.
    Stack,
    /// Fresh pages that the process asked for while it ran (`mmap`).
    Anonymous,
    /// Addresses without any right: a guard below a stack, or room kept for later.
    Reserved,
    /// A file with no code in it.
    File,
    /// Pages that the kernel puts into each process: `[vdso]`, `[vvar]`, `[vsyscall]`.
    Kernel,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Part::Text => "text",
            Part::ReadOnly => "read-only data",
            Part::Data => "data",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Program(part) => return f.pad(&format!("program {part}")),
            Kind::Bss => "program bss",
            Kind::Library(part) => return f.pad(&format!("library {part}")),
            Kind::Heap => "heap",
            Kind::Stack => "stack",
            Kind::Anonymous => "anonymous",
            Kind::Reserved => "reserved",
            Kind::File => "file",
            Kind::Kernel => "kernel",
        })
    }
}

/// What each mapping is for: one kind for each mapping, in the same order. `exe` is the path of the
/// program's file, which a maps file does not say (Linux has it in `/proc/PID/exe`).
///
/// | backing | kind |
/// |---|---|
/// | the file `exe` | [`Program`](Kind::Program): text if the bytes may be run, otherwise data if they may be written, otherwise read-only |
/// | another file, of which *any* mapping may be run | [`Library`](Kind::Library), with the same three parts |
/// | any other file | [`File`](Kind::File) |
/// | the label `heap` | [`Heap`](Kind::Heap) |
/// | the label `stack` | [`Stack`](Kind::Stack) |
/// | a label that begins with `anon` | as if there were no label |
/// | any other label | [`Kernel`](Kind::Kernel) |
/// | nothing, and no right to read, write or run | [`Reserved`](Kind::Reserved) |
/// | nothing, writable, and it begins where a mapping of the program's *data* ends | [`Bss`](Kind::Bss) |
/// | nothing, otherwise | [`Anonymous`](Kind::Anonymous) |
///
/// A file's path says whether two mappings are of the same file. A library's bss is anonymous memory
/// too, but so is what the process asked for and got next to it: the map cannot tell them apart, and
/// this function does not try.
pub fn classify(mappings: &[Mapping], exe: &str) -> Vec<Kind> {
    todo!("1.4 say what each mapping is for")
}

/// How many bytes of addresses each kind has. A kind that no mapping has is missing.
pub fn sizes(mappings: &[Mapping], exe: &str) -> BTreeMap<Kind, u64> {
    todo!("1.5 add up the mappings of each kind")
}

/// By how many bytes each kind grew between two looks at the same process, most growth first; of
/// equal ones, the lesser kind first. A kind that shrank has a negative number and comes last; a
/// kind that is as it was is left out.
pub fn growth(before: &BTreeMap<Kind, u64>, after: &BTreeMap<Kind, u64>) -> Vec<(Kind, i64)> {
    todo!("1.5 subtract, leave out what is as it was, and sort")
}
