//! The recorder and the converter, as they are called.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bench::python;
use traces::{Event, Trace};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn record(output: &Path, program: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_record-trace"));
    command.env("RUST_BACKTRACE", "0").arg("-o").arg(output);
    command.args(program).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether there is a Python to record with; says so if not.
fn python() -> bool {
    let found = python::choose(None).is_some_and(|library| library.minor >= 8);
    if !found {
        println!("skipped: no libpython3 is installed");
    }
    found
}

#[test]
fn a_program_that_exits() {
    if !python() {
        return;
    }
    let path = file("exits.trace");
    let code = "import threading, sys\n\
                blocks = [bytes(100_001) for _ in range(5)]\n\
                thread = threading.Thread(target=lambda: [str(n) for n in range(999)])\n\
                thread.start(); thread.join(); sys.exit(3)";
    let output = record(&path, &["-S", "-c", code]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("exit status: 3; the trace is whole"),
        "{}",
        said(&output)
    );

    let trace = Trace::read(&std::fs::read(&path).unwrap()).unwrap();
    assert!(trace.python().starts_with("3."), "{}", trace.python());
    let large = |event: &Event| matches!(event, Event::Alloc { size: 100_034, .. });
    assert_eq!(trace.events().filter(large).count(), 5);
    // From start-up to finalization: most blocks are freed.
    let (mut allocated, mut freed) = (0, 0);
    for event in trace.events() {
        match event {
            Event::Alloc { .. } => allocated += 1,
            Event::Realloc { .. } => {}
            Event::Free { .. } => freed += 1,
        }
    }
    assert!(
        allocated > 10_000 && freed * 20 > allocated * 19,
        "{allocated} and {freed}"
    );
}

#[test]
fn a_fork_is_not_recorded() {
    if !python() {
        return;
    }
    let path = file("fork.trace");
    let code = "import os\n\
                if os.fork() == 0:\n    blocks = [bytes(100_001) for _ in range(9)]\n\
                else:\n    os.wait()";
    let output = record(&path, &["-S", "-c", code]);
    assert!(output.status.success(), "{}", said(&output));
    let trace = Trace::read(&std::fs::read(&path).unwrap()).unwrap();
    let large = |event: &Event| matches!(event, Event::Alloc { size: 100_034, .. });
    assert_eq!(trace.events().filter(large).count(), 0);
}

#[test]
fn what_cannot_be_recorded() {
    if !python() {
        return;
    }
    let path = file("not.trace");
    let _ = std::fs::remove_file(&path);
    for (program, words) in [
        (&["nowhere.py"][..], "cannot read the program nowhere.py"),
        (&["-S"], "which program?"),
        (
            &["-S", "-c", "import os; os._exit(0)"],
            "without Python's finalization",
        ),
        (
            &["-S", "-c", "import os; os.abort()"],
            "without Python's finalization",
        ),
    ] {
        let output = record(&path, program);
        assert!(!output.status.success(), "{program:?}");
        assert!(
            said(&output).contains(words),
            "{program:?}: {}",
            said(&output)
        );
    }
    let output = record(&file("nowhere/not.trace"), &["-S", "-c", "pass"]);
    assert!(said(&output).contains("cannot write"), "{}", said(&output));
    let directory = file("a directory 디렉터리");
    std::fs::create_dir_all(&directory).unwrap();
    // Before the program runs: it says nothing.
    let output = record(&directory, &["-S", "-c", "print('I ran')"]);
    assert!(
        said(&output).contains("is a directory"),
        "{}",
        said(&output)
    );
    assert!(output.stdout.is_empty());
    assert!(!path.exists() && !file("not.trace.part").exists());
    #[cfg(target_os = "linux")]
    {
        // Through a link, so that a recorder that replaces its output does not replace the device.
        let full = file("full");
        let _ = std::fs::remove_file(&full);
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let output = record(&full, &["-S", "-c", "pass"]);
        assert!(
            said(&output).contains("No space left on device"),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn text_and_back() {
    let (lines, trace, again) = (file("t.txt"), file("t.trace"), file("t.again"));
    let text = "# program: by hand\n# python: none\na 0 48\nr 0 64\na 1 8\nf 0\n";
    std::fs::write(&lines, text).unwrap();
    let convert = |from: &Path, to: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trace-text"));
        command
            .env("RUST_BACKTRACE", "0")
            .arg(from)
            .arg("-o")
            .arg(to);
        command.output().unwrap()
    };
    assert!(convert(&lines, &trace).status.success());
    assert!(convert(&trace, &again).status.success());
    assert_eq!(std::fs::read_to_string(&again).unwrap(), text);

    std::fs::write(&lines, "a 1 8\nf 2\n").unwrap();
    let output = convert(&lines, &trace);
    assert!(
        said(&output).contains("line 2: no live block is called 2"),
        "{}",
        said(&output)
    );
}

#[test]
fn what_cannot_be_converted() {
    let convert = |from: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trace-text"));
        command.env("RUST_BACKTRACE", "0").arg(from);
        command
    };
    let path = file("빈 파일.trace");
    std::fs::write(&path, "").unwrap();
    let output = convert(&path).output().unwrap();
    assert!(said(&output).contains("is empty"), "{}", said(&output));
    std::fs::write(&path, [0xff; 20]).unwrap();
    let output = convert(&path).output().unwrap();
    assert!(
        said(&output).contains("neither a trace nor text"),
        "{}",
        said(&output)
    );
    #[cfg(target_os = "linux")]
    {
        std::fs::write(&path, "a 1 8\n").unwrap();
        let full = std::fs::File::create("/dev/full").unwrap();
        let status = convert(&path).stdout(full).status().unwrap();
        assert!(!status.success(), "what does not fit is an error");
    }
}
