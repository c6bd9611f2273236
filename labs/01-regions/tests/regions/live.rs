//! The map of the very process that runs these tests. Linux only.

use std::sync::atomic::{AtomicU64, Ordering};

use exam::PlainExam;
use regions::{Backing, Kind, Mapping, Part, classify, find, parse_maps};

use super::recorded::reads;

static COUNTED: AtomicU64 = AtomicU64::new(1025);
static ZEROS: [AtomicU64; 8192] = [const { AtomicU64::new(0) }; 8192];

/// Code of this program.
#[inline(never)]
fn drive(speed: u64) -> u64 {
    COUNTED.fetch_add(speed, Ordering::Relaxed)
}

/// The maps of this process and the path of its program.
fn maps(exam: &PlainExam) -> (Vec<Mapping>, String) {
    let text = std::fs::read_to_string("/proc/self/maps").expect("Linux has /proc/self/maps");
    let exe = std::env::current_exe().expect("Linux knows the program's path");
    let exe = exe
        .to_str()
        .expect("the path of this test is UTF-8")
        .to_owned();
    let mappings = exam.try_event("parse_maps of /proc/self/maps", || parse_maps(&text));
    (mappings, exe)
}

#[test]
fn task_1_2_this_process_is_read() {
    exam::task("1.2", "the map of this very process is read").plain(|exam| {
        let (mappings, exe) = maps(exam);
        let program = |mapping: &Mapping| match &mapping.backing {
            Backing::File { path, .. } => *path == exe,
            _ => false,
        };
        exam.check(
            "the program's own file is mapped",
            mappings.iter().any(program),
        );
    });
}

#[test]
fn task_1_4_where_this_process_keeps_things() {
    exam::task("1.4", "where this very process keeps its own things").plain(|exam| {
        reads(exam);
        let local = drive(1);
        let boxed = Box::new(local);
        let (mappings, exe) = maps(exam);
        let kinds = exam.event("classify", || classify(&mappings, &exe));
        exam.equal("one kind for each mapping", mappings.len(), kinds.len());
        exam.note("each of these lies in another place than the test expects:");
        let kind = |what: &str, addr: usize| {
            let label = format!("find({addr:#x}), {what}");
            match exam.event(label, || find(&mappings, addr as u64)) {
                Some(index) => kinds[index],
                None => exam.fail("no mapping holds this address"),
            }
        };
        let static_ = kind("a static with a value", (&raw const COUNTED).addr());
        exam.equal("kind", Kind::Program(Part::Data), static_);
        let zeros = kind(
            "the end of a static of zeros",
            (&raw const ZEROS[8191]).addr(),
        );
        exam.equal("kind", Kind::Bss, zeros);
        let function = kind("a function", drive as fn(u64) -> u64 as usize);
        exam.equal("kind", Kind::Program(Part::Text), function);
        let constant = kind("a string constant", "a constant".as_ptr().addr());
        exam.equal("kind", Kind::Program(Part::ReadOnly), constant);

        // A test runs in a thread, whose stack is anonymous memory, and malloc gives each thread an
        // arena of its own.
        let local = kind("a local variable", (&raw const local).addr());
        exam.check(
            "it is in a stack: the main thread's, or another's, which is anonymous",
            matches!(local, Kind::Stack | Kind::Anonymous),
        );
        let boxed = kind("a Box", (&raw const *boxed).addr());
        exam.check(
            "it is in the heap, or in an arena of this thread, which is anonymous",
            matches!(boxed, Kind::Heap | Kind::Anonymous),
        );
    });
}
