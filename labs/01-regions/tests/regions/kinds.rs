//! Tasks 1.4 and 1.5: what mappings are for, and which of them grow.

use std::collections::BTreeMap;

use exam::PlainExam;
use regions::{Kind, Mapping, Part, classify, find, growth, parse_maps, sizes};

use super::recorded::{DEBIAN, PYTHON_3_11, PYTHON_3_13, RUST, Recorded, reads};

/// Where each recorded thing lies: the kind's words, then those of the thing.
fn places(exam: &PlainExam, recorded: &Recorded) -> String {
    reads(exam);
    let mappings = recorded.mappings(exam);
    let exe = recorded.exe();
    let kinds = exam.event(format!("classify(…, {exe:?})"), || {
        classify(&mappings, exe)
    });
    exam.equal("one kind for each mapping", mappings.len(), kinds.len());
    let mut text = String::new();
    for (what, addr) in recorded.things() {
        let label = format!("find({addr:#x}), {what}");
        let kind = match exam.event(label, || find(&mappings, addr)) {
            Some(index) => kinds[index].to_string(),
            None => "nowhere".to_owned(),
        };
        text += &format!("{kind:<24}{what}\n");
    }
    text
}

/// Classifies lines that are all of the program `/bin/run`, one kind for each.
fn kinds(exam: &PlainExam, lines: &[(&str, Kind)]) {
    let text: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    reads(exam);
    let mappings = exam.try_event("parse_maps of the lines below", || parse_maps(&text));
    let found = exam.event("classify(…, \"/bin/run\")", || {
        classify(&mappings, "/bin/run")
    });
    exam.equal("kinds", lines.len(), found.len());
    let show = |kinds: Vec<Kind>| {
        let rows = lines.iter().zip(kinds);
        let rows = rows.map(|((line, _), kind)| format!("{kind:<24}{line}\n"));
        rows.collect::<String>()
    };
    let expected = show(lines.iter().map(|&(_, kind)| kind).collect());
    exam.equal_text("the kind of each mapping", &expected, &show(found));
}

#[test]
fn task_1_4_files_are_program_library_or_data_file() {
    exam::task(
        "1.4",
        "a file with code is a program or a library, with three parts",
    )
    .plain(|exam| {
        kinds(
            exam,
            &[
                (
                    "1000-2000 r--p 0 fe:00 7 /bin/run",
                    Kind::Program(Part::ReadOnly),
                ),
                (
                    "2000-3000 r-xp 0 fe:00 7 /bin/run",
                    Kind::Program(Part::Text),
                ),
                (
                    "3000-4000 rw-p 0 fe:00 7 /bin/run",
                    Kind::Program(Part::Data),
                ),
                (
                    "5000-6000 r--p 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::ReadOnly),
                ),
                (
                    "6000-7000 ---p 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::ReadOnly),
                ),
                (
                    "7000-8000 r-xp 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::Text),
                ),
                (
                    "8000-9000 rwxp 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::Text),
                ),
                (
                    "9000-a000 rw-p 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::Data),
                ),
                ("a000-b000 r--p 0 fe:00 9 /usr/share/words", Kind::File),
                ("b000-c000 rw-s 0 fe:00 9 /usr/share/words", Kind::File),
                ("c000-d000 r--s 0 fe:00 5 /lib/not-code.so", Kind::File),
                ("d000-e000 rw-s 0 00:01 3 /dev/zero (deleted)", Kind::File),
            ],
        );
    });
}

#[test]
fn task_1_4_labels_and_no_names() {
    exam::task(
        "1.4",
        "labels name heap and stack; memory without a name has rules",
    )
    .plain(|exam| {
        kinds(
            exam,
            &[
                ("1000-2000 rw-p 0 00:00 0 [heap]", Kind::Heap),
                ("2000-3000 rw-p 0 00:00 0", Kind::Anonymous),
                ("3000-4000 ---p 0 00:00 0", Kind::Reserved),
                ("4000-5000 rwxp 0 00:00 0", Kind::Anonymous),
                ("5000-6000 r--p 0 00:00 0", Kind::Anonymous),
                (
                    "6000-7000 rw-p 0 00:00 0 [anon: glibc: malloc]",
                    Kind::Anonymous,
                ),
                ("7000-8000 ---p 0 00:00 0 [anon: guard]", Kind::Reserved),
                ("8000-9000 r--p 0 00:00 0 [vvar]", Kind::Kernel),
                ("9000-a000 r-xp 0 00:00 0 [vdso]", Kind::Kernel),
                ("a000-b000 rw-p 0 00:00 0 [stack]", Kind::Stack),
                ("b000-c000 --xp 0 00:00 0 [vsyscall]", Kind::Kernel),
                (
                    "c000-d000 rw-s 0 00:00 0 [anon_shmem:room]",
                    Kind::Anonymous,
                ),
                ("d000-e000 ---s 0 00:00 0 [anon_shmem:room]", Kind::Reserved),
            ],
        );
    });
}

#[test]
fn task_1_4_bss_follows_the_programs_data() {
    exam::task(
        "1.4",
        "memory without a name directly behind the program's data is its bss",
    )
    .plain(|exam| {
        let data = Kind::Program(Part::Data);
        kinds(
            exam,
            &[
                ("2000-3000 rw-p 0 fe:00 7 /bin/run", data),
                ("3000-4000 rw-p 0 00:00 0", Kind::Bss),
                ("4000-5000 rwxp 0 00:00 0", Kind::Anonymous),
                ("5000-6000 rw-p 0 fe:00 8 /bin/run", data),
                ("6000-7000 r--p 0 00:00 0", Kind::Anonymous),
                ("8000-9000 rw-p 0 fe:00 8 /bin/run", data),
                ("a000-b000 rw-p 0 00:00 0", Kind::Anonymous),
                (
                    "b000-c000 r-xp 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::Text),
                ),
                (
                    "c000-d000 rw-p 0 fe:00 8 /lib/a.so",
                    Kind::Library(Part::Data),
                ),
                ("d000-e000 rw-p 0 00:00 0", Kind::Anonymous),
                ("e000-f000 rw-p 0 fe:00 8 /bin/run", data),
                ("f000-10000 ---p 0 00:00 0", Kind::Reserved),
                ("10000-11000 rw-p 0 fe:00 8 /bin/run", data),
                ("11000-12000 rw-p 0 00:00 0 [heap]", Kind::Heap),
            ],
        );
    });
}

#[test]
fn task_1_4_where_python_keeps_fourteen_things() {
    exam::task("1.4", "where a real Python 3.11 keeps fourteen things").plain(|exam| {
        let expected = "\
library data            None
library data            the int 7
library data            the type list
library data            the str 'a'
heap                    the class Car
anonymous               the function drive
anonymous               the code of drive
anonymous               the dict globals()
anonymous               int('5000')
heap                    bytes(600)
anonymous               the pointers of a list of 100000
anonymous               the frame of a Python call
stack                   the frame of a C call
library text            the C function PyList_New
";
        for recorded in [PYTHON_3_11, PYTHON_3_13] {
            exam.equal_text(recorded.name, expected, &places(exam, &recorded));
        }
        let in_program = expected.replace("library", "program");
        exam.equal_text(DEBIAN.name, &in_program, &places(exam, &DEBIAN));
    });
}

#[test]
fn task_1_4_where_rust_keeps_eight_things() {
    exam::task("1.4", "where a real Rust program keeps eight things").plain(|exam| {
        let expected = "\
program data            a static with a value
program bss             the end of a static of zeros
program read-only data  a string constant
program text            the function drive
stack                   a local variable of main
anonymous               a local variable of a thread
heap                    a Box
anonymous               the bytes of a Vec of 1 MiB
";
        exam.equal_text(RUST.name, expected, &places(exam, &RUST));
    });
}

/// A table of sizes in one line, for a failure.
fn table(name: &str, sizes: &BTreeMap<Kind, u64>) -> String {
    let size = |(kind, bytes): (&Kind, &u64)| format!("{kind} {bytes}");
    let sizes: Vec<String> = sizes.iter().map(size).collect();
    format!("{name}: {}", sizes.join(", "))
}

/// One row for each kind that grew.
fn rows(growth: &[(Kind, i64)]) -> String {
    let row = |(kind, bytes): &(Kind, i64)| format!("{kind:<24}{bytes:+}\n");
    growth.iter().map(row).collect()
}

const MIB: i64 = 1 << 20;

/// A process before and after it grew.
const GROWN: [(&str, &str, &str); 4] = [
    (
        "bytes-3.11.7",
        include_str!("../data/bytes-3.11.7.before.maps"),
        include_str!("../data/bytes-3.11.7.after.maps"),
    ),
    (
        "calls-3.11.7",
        include_str!("../data/calls-3.11.7.before.maps"),
        include_str!("../data/calls-3.11.7.after.maps"),
    ),
    (
        "calls-3.10.13",
        include_str!("../data/calls-3.10.13.before.maps"),
        include_str!("../data/calls-3.10.13.after.maps"),
    ),
    (
        "room-3.11.7",
        include_str!("../data/room-3.11.7.before.maps"),
        include_str!("../data/room-3.11.7.after.maps"),
    ),
];

#[test]
fn task_1_5_sizes_add_up() {
    exam::task(
        "1.5",
        "the sizes of all kinds together are the sizes of all mappings",
    )
    .plain(|exam| {
        reads(exam);
        for recorded in [PYTHON_3_11, PYTHON_3_13, DEBIAN, RUST] {
            let mappings = recorded.mappings(exam);
            let found = exam.event("sizes", || sizes(&mappings, recorded.exe()));
            let len = |mapping: &Mapping| mapping.end - mapping.start;
            let all: u64 = mappings.iter().map(len).sum();
            exam.equal("bytes of all kinds", all, found.values().sum::<u64>());
            exam.check(
                "no kind has 0 bytes",
                !found.values().any(|&size| size == 0),
            );
        }
        let mappings = RUST.mappings(exam);
        let found = exam.event("sizes", || sizes(&mappings, RUST.exe()));
        let kib = |kind| found.get(&kind).map(|bytes| bytes / 1024);
        exam.equal(
            "KiB of program text",
            Some(272),
            kib(Kind::Program(Part::Text)),
        );
        exam.equal("KiB of bss", Some(64), kib(Kind::Bss));
        exam.equal("KiB of heap", Some(132), kib(Kind::Heap));
        exam.equal("KiB of stack", Some(132), kib(Kind::Stack));
        exam.equal("KiB of files", None, kib(Kind::File));
    });
}

#[test]
fn task_1_5_growth_is_sorted_and_signed() {
    exam::task(
        "1.5",
        "growth has the largest first, shrinking last, and nothing unchanged",
    )
    .plain(|exam| {
        let before = BTreeMap::from([
            (Kind::Program(Part::Text), 4096),
            (Kind::Heap, 8192),
            (Kind::Stack, 4096),
            (Kind::File, 4096),
            (Kind::Reserved, 40960),
        ]);
        let after = BTreeMap::from([
            (Kind::Program(Part::Text), 4096),
            (Kind::Heap, 12288),
            (Kind::Stack, 12288),
            (Kind::Anonymous, 4096),
            (Kind::Reserved, 4096),
        ]);
        exam.note(table("before", &before));
        exam.note(table("after", &after));
        let found = exam.event("growth(before, after)", || growth(&before, &after));
        let expected = [
            (Kind::Stack, 8192),
            (Kind::Heap, 4096),
            (Kind::Anonymous, 4096),
            (Kind::File, -4096),
            (Kind::Reserved, -36864),
        ];
        exam.equal_text("growth in bytes", &rows(&expected), &rows(&found));
        let found = exam.event("growth(before, before)", || growth(&before, &before));
        exam.equal_text("growth in bytes", "", &rows(&found));
    });
}

#[test]
fn task_1_5_what_grew_in_four_pythons() {
    exam::task("1.5", "what grew says what a Python did").plain(|exam| {
        let expected = [
            vec![(Kind::Heap, 64_040 * 1024), (Kind::Anonymous, 784 * 1024)],
            vec![(Kind::Anonymous, 1088 * 1024)],
            vec![(Kind::Anonymous, 4 * MIB), (Kind::Stack, 3940 * 1024)],
            vec![(Kind::Anonymous, 1024 * MIB)],
        ];
        reads(exam);
        for ((name, before, after), expected) in GROWN.into_iter().zip(expected) {
            let exe = match name.contains("3.10") {
                true => "/usr/bin/python3.10",
                false => "/usr/bin/python3.11",
            };
            let look = |when, text| {
                let label = format!("sizes of tests/data/{name}.{when}.maps");
                exam.event(label, || parse_maps(text).map(|maps| sizes(&maps, exe)))
            };
            let before = exam.ok("parse_maps", look("before", before));
            let after = exam.ok("parse_maps", look("after", after));
            let found = exam.event("growth(before, after)", || growth(&before, &after));
            let what = format!("growth of {name} in bytes");
            exam.equal_text(&what, &rows(&expected), &rows(&found));
        }
    });
}
