//! Tasks 1.1 to 1.3: the lines of a maps file.

use std::fmt::{Debug, Display};

use exam::PlainExam;
use regions::{
    Backing, Expected, Malformed, Mapping, MapsError, Perms, find, parse_line, parse_maps,
};

use super::recorded::{DEBIAN, PYTHON_3_11, PYTHON_3_13, RUST, reads};

const LIBPYTHON: &str = "7f4251815000-7f4251844000 r--p 00414000 fe:00 18714                      \
                         /usr/lib/libpython3.11.so.1.0";

/// Reads a line that is well formed.
fn line(exam: &PlainExam, text: &str) -> Mapping {
    exam.try_event(format!("parse_line({text:?})"), || parse_line(text))
}

/// Reads a line that is not, and compares the error.
fn wrong(exam: &PlainExam, text: &str, expected: Expected, found: &str) {
    let result = exam.event(format!("parse_line({text:?})"), || parse_line(text));
    let expected = Malformed::new(expected, found).to_string();
    exam.equal_text("the result", &format!("Err: {expected}"), &words(result));
}

/// A result in short: the words of an error, or of what was read.
fn words<T: Debug, E: Display>(result: Result<T, E>) -> String {
    match result {
        Err(error) => format!("Err: {error}"),
        Ok(value) => format!("Ok: {value:?}"),
    }
}

/// Reads a file that is wrong, and compares the error.
fn wrong_file(
    exam: &PlainExam,
    label: impl Into<String>,
    text: &str,
    (line, expected, found): (usize, Expected, &str),
) {
    let result = exam.event(label, || parse_maps(text));
    let malformed = Malformed::new(expected, found);
    let expected = MapsError { line, malformed }.to_string();
    exam.equal_text("the result", &format!("Err: {expected}"), &words(result));
}

#[test]
fn task_1_1_permissions_are_four_letters() {
    exam::task("1.1", "four letters say what may be done with the bytes").plain(|exam| {
        let perms = |read, write, execute, shared| Perms {
            read,
            write,
            execute,
            shared,
        };
        for (text, expected) in [
            ("r-xp", perms(true, false, true, false)),
            ("rw-p", perms(true, true, false, false)),
            ("---p", perms(false, false, false, false)),
            ("r--s", perms(true, false, false, true)),
            ("-w-p", perms(false, true, false, false)),
            ("rwxs", perms(true, true, true, true)),
        ] {
            let result = exam.event(format!("Perms::parse({text:?})"), || Perms::parse(text));
            exam.equal("the result", Ok(expected), result);
        }
    });
}

#[test]
fn task_1_1_other_letters_are_no_permissions() {
    exam::task("1.1", "anything but the four letters is an error").plain(|exam| {
        for text in [
            "", "r-x", "r-xpp", "rx-p", "wr-p", "r-x-", "R-xp", "r-xP", "r-é", "rwx ",
        ] {
            let result = exam.event(format!("Perms::parse({text:?})"), || Perms::parse(text));
            let expected = Malformed::new(Expected::Perms, text).to_string();
            exam.equal_text("the result", &format!("Err: {expected}"), &words(result));
        }
    });
}

#[test]
fn task_1_1_a_line_has_seven_parts() {
    exam::task("1.1", "a line of a real Python becomes a mapping").plain(|exam| {
        let mapping = line(exam, LIBPYTHON);
        let expected = Mapping {
            start: 0x7f42_5181_5000,
            end: 0x7f42_5184_4000,
            perms: Perms {
                read: true,
                write: false,
                execute: false,
                shared: false,
            },
            offset: 0x41_4000,
            device: (0xfe, 0),
            inode: 18714,
            backing: Backing::File {
                path: "/usr/lib/libpython3.11.so.1.0".to_owned(),
                deleted: false,
            },
        };
        exam.equal("the mapping", expected, mapping);
    });
}

#[test]
fn task_1_1_the_last_column_says_what_is_behind() {
    exam::task(
        "1.1",
        "a label, a path, or nothing stands in the last column",
    )
    .plain(|exam| {
        let file = |path: &str, deleted| Backing::File {
            path: path.to_owned(),
            deleted,
        };
        let label = |text: &str| Backing::Label(text.to_owned());
        for (column, expected) in [
            ("", Backing::Nothing),
            (" ", Backing::Nothing),
            ("                          [heap]", label("heap")),
            ("                  [stack]", label("stack")),
            (" /usr/bin/python3.11", file("/usr/bin/python3.11", false)),
            (
                "    /opt/My Program  2/bin/run",
                file("/opt/My Program  2/bin/run", false),
            ),
            ("  /home/ana/힙/lib.so", file("/home/ana/힙/lib.so", false)),
            ("       /dev/zero (deleted)", file("/dev/zero", true)),
            (
                " /tmp/a (deleted) copy",
                file("/tmp/a (deleted) copy", false),
            ),
            (" [anon: glibc: malloc]", label("anon: glibc: malloc")),
            (
                " /tmp/ends in a space ",
                file("/tmp/ends in a space ", false),
            ),
            (" /memfd:[a] (deleted)", file("/memfd:[a]", true)),
            (
                " anon_inode:[perf_event]",
                file("anon_inode:[perf_event]", false),
            ),
        ] {
            let text = format!("00400000-0041f000 rw-p 00000000 00:00 0{column}");
            let mapping = line(exam, &text);
            exam.equal("backing", expected, mapping.backing);
        }
    });
}

#[test]
fn task_1_1_numbers_are_read_in_their_base() {
    exam::task("1.1", "only the inode is decimal").plain(|exam| {
        let mapping = line(exam, "10-ffffffffffffffff r--p 00000020 1f:2a 100 /a");
        exam.equal("start", 0x10, mapping.start);
        exam.equal("end", u64::MAX, mapping.end);
        exam.equal("offset", 0x20, mapping.offset);
        exam.equal("device", (0x1f, 0x2a), mapping.device);
        exam.equal("inode", 100, mapping.inode);
    });
}

#[test]
fn task_1_1_the_first_wrong_column_is_named() {
    exam::task("1.1", "an error names what was expected and what was found").plain(|exam| {
        for (text, expected, found) in [
            ("", Expected::Start, ""),
            ("hello", Expected::Start, "hello"),
            ("zz-41f000 r--p 0 0:0 0", Expected::Start, "zz"),
            ("-41f000 r--p 0 0:0 0", Expected::Start, ""),
            (
                "00400000 r--p 00000000 fe:00 1",
                Expected::Start,
                "00400000",
            ),
            ("400000-0x41f000 r--p 0 0:0 0", Expected::End, "0x41f000"),
            ("400000- r--p 0 0:0 0", Expected::End, ""),
            (
                "400000-41f000-42f000 r--p 0 0:0 0",
                Expected::End,
                "41f000-42f000",
            ),
            (
                "400000-10000000000000000 r--p 0 0:0 0",
                Expected::End,
                "10000000000000000",
            ),
            (
                "41f000-400000 r--p 0 0:0 0",
                Expected::EndAfterStart,
                "400000",
            ),
            (
                "400000-400000 r--p 0 0:0 0",
                Expected::EndAfterStart,
                "400000",
            ),
            ("400000-41f000 rwx 0 0:0 0", Expected::Perms, "rwx"),
            ("400000-41f000", Expected::Perms, ""),
            ("400000-41f000 r--p", Expected::Offset, ""),
            ("400000-41f000 r--p fe:00 0 12", Expected::Offset, "fe:00"),
            ("400000-41f000 r--p 0 fe00 12", Expected::Device, "fe00"),
            ("400000-41f000 r--p 0 fe:xx 12", Expected::Device, "fe:xx"),
            ("400000-41f000 r--p 0 fe: 12", Expected::Device, "fe:"),
            ("400000-41f000 r--p 0 fe:00", Expected::Inode, ""),
            ("400000-41f000 r--p 0 fe:00 12f", Expected::Inode, "12f"),
            ("400000-41f000 r--p 0 fe:00 -1", Expected::Inode, "-1"),
        ] {
            wrong(exam, text, expected, found);
        }
    });
}

/// Three lines, of which the last has no end.
const THREE: &str = "00400000-0041f000 r--p 00000000 fe:00 7 /usr/bin/python3.11
0041f000-006d2000 r-xp 0001f000 fe:00 7 /usr/bin/python3.11
317a2000-3186d000 rw-p 00000000 00:00 0 [heap]";

/// The same, for a failure.
const LINES: &str = "mapping 0 is 400000-41f000, 1 is 41f000-6d2000, 2 is 317a2000-3186d000";

fn starts(mappings: &[Mapping]) -> Vec<u64> {
    mappings.iter().map(|mapping| mapping.start).collect()
}

#[test]
fn task_1_2_each_line_becomes_a_mapping() {
    exam::task("1.2", "a file has one mapping for each line, in order").plain(|exam| {
        for (what, text) in [
            ("three lines", THREE.to_owned()),
            ("three lines, each with an end", format!("{THREE}\n")),
            (
                "the same lines ending in \\r\\n",
                THREE.replace('\n', "\r\n"),
            ),
            (
                "the same with \\r\\n at the end too",
                format!("{THREE}\n").replace('\n', "\r\n"),
            ),
            (
                "the same with blank lines: two in front, one after each",
                format!("\n  \n{}\n\n", THREE.replace('\n', "\n\n")),
            ),
        ] {
            let mappings = exam.try_event(format!("parse_maps of {what}"), || parse_maps(&text));
            exam.equal(
                "starts",
                vec![0x40_0000, 0x41_f000, 0x317a_2000],
                starts(&mappings),
            );
            let heap = Backing::Label("heap".to_owned());
            exam.equal("backing of the last", heap, mappings[2].backing.clone());
        }
    });
}

#[test]
fn task_1_2_an_error_names_its_line() {
    exam::task("1.2", "an error says in which line it is").plain(|exam| {
        let second = "0041f000-006d2000";
        let heap = "317a2000-3186d000";
        for (what, text, line, expected, found) in [
            (
                "letters in line 2",
                THREE.replacen(second, "here", 1),
                2,
                Expected::Start,
                "here",
            ),
            (
                "a file that stops in line 3",
                THREE.replace(" rw-p 00000000 00:00 0 [heap]", ""),
                3,
                Expected::Perms,
                "",
            ),
            (
                "three blank lines, two mappings, and a third that begins with x-y",
                format!("\n\n\n{}", THREE.replace(heap, "x-y")),
                6,
                Expected::Start,
                "x",
            ),
            (
                "a wrong line with \\r\\n",
                THREE.replace(" 00:00 0 [heap]", "\r\n"),
                3,
                Expected::Device,
                "",
            ),
            (
                "two wrong lines",
                THREE.replace(heap, "!").replace(second, "?"),
                2,
                Expected::Start,
                "?",
            ),
        ] {
            let label = format!("parse_maps of {what}");
            wrong_file(exam, label, &text, (line, expected, found));
        }
    });
}

#[test]
fn task_1_2_mappings_ascend() {
    exam::task(
        "1.2",
        "a mapping may touch the one before it, and not overlap it",
    )
    .plain(|exam| {
        for (what, first, line, found) in [
            ("one byte too early", "0041efff-006d2000", 2, "41efff"),
            ("the same range twice", "00400000-0041f000", 2, "400000"),
            (
                "a mapping that belongs further up",
                "00001000-00002000",
                2,
                "1000",
            ),
        ] {
            let text = THREE.replace("0041f000-006d2000", first);
            let label = format!("parse_maps with {what}");
            wrong_file(exam, label, &text, (line, Expected::Ascending, found));
        }
    });
}

#[test]
fn task_1_2_no_mapping_is_an_error() {
    exam::task("1.2", "a file without mappings says so").plain(|exam| {
        for text in ["", "\n", "\r\n\r\n", "   \n\t\n"] {
            let label = format!("parse_maps({text:?})");
            wrong_file(exam, label, text, (1, Expected::Mapping, ""));
        }
    });
}

#[test]
fn task_1_2_real_processes_are_read() {
    exam::task("1.2", "the recorded maps of four processes are read").plain(|exam| {
        for (recorded, labels) in [(PYTHON_3_11, 6), (PYTHON_3_13, 6), (DEBIAN, 6), (RUST, 6)] {
            let mappings = recorded.mappings(exam);
            exam.equal("mappings", recorded.maps.lines().count(), mappings.len());
            let label = |mapping: &&Mapping| matches!(mapping.backing, Backing::Label(_));
            exam.equal("labels", labels, mappings.iter().filter(label).count());
            let bytes: u64 = mappings
                .iter()
                .map(|mapping| mapping.end - mapping.start)
                .sum();
            exam.equal(
                "bytes % 4096, since mappings are whole pages",
                0,
                bytes % 4096,
            );
        }
    });
}

#[test]
fn task_1_3_a_mapping_holds_its_start_and_not_its_end() {
    exam::task("1.3", "an address is found in the mapping that holds it").plain(|exam| {
        reads(exam);
        exam.note(LINES);
        let mappings = exam.try_event("parse_maps of three lines", || parse_maps(THREE));
        for (addr, expected) in [
            (0x40_0000, Some(0)),
            (0x41_efff, Some(0)),
            (0x41_f000, Some(1)),
            (0x6d_1fff, Some(1)),
            (0x317a_2000, Some(2)),
            (0x3180_0000, Some(2)),
            (0x3186_cfff, Some(2)),
        ] {
            let index = exam.event(format!("find({addr:#x})"), || find(&mappings, addr));
            exam.equal("the index", expected, index);
        }
    });
}

#[test]
fn task_1_3_a_gap_holds_nothing() {
    exam::task("1.3", "an address in a gap lies in no mapping").plain(|exam| {
        reads(exam);
        exam.note(LINES);
        let mappings = exam.try_event("parse_maps of three lines", || parse_maps(THREE));
        for addr in [0, 0x3f_ffff, 0x6d_2000, 0x317a_1fff, 0x3186_d000, u64::MAX] {
            let index = exam.event(format!("find({addr:#x})"), || find(&mappings, addr));
            exam.equal("the index", None, index);
        }
        let index = exam.event("find(0x1000) in no mappings", || find(&[], 0x1000));
        exam.equal("the index", None, index);
    });
}

#[test]
fn task_1_3_every_edge_of_a_real_process() {
    exam::task("1.3", "the edges of each recorded mapping are found").plain(|exam| {
        reads(exam);
        for recorded in [PYTHON_3_11, PYTHON_3_13, DEBIAN, RUST] {
            let mappings = recorded.mappings(exam);
            for (index, mapping) in mappings.iter().enumerate() {
                let touches = mappings
                    .get(index + 1)
                    .filter(|next| next.start == mapping.end);
                for (addr, expected) in [
                    (mapping.start, Some(index)),
                    (mapping.end - 1, Some(index)),
                    (mapping.end, touches.map(|_| index + 1)),
                ] {
                    let (start, end) = (mapping.start, mapping.end);
                    let label = format!("find({addr:#x}), mapping {index} is {start:x}-{end:x}");
                    let found = exam.event(label, || find(&mappings, addr));
                    exam.equal("the index", expected, found);
                }
            }
        }
    });
}
