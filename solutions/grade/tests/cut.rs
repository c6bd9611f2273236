//! `cargo grade cut`: what it writes, and what it never replaces.

#[path = "../../../labs/engine/tests/support/mod.rs"]
mod support;

use std::fs;
use std::process::{Command, Output};

use support::Fixture;

fn grade(fixture: &Fixture, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .args(arguments)
        .current_dir(fixture.root.join("labs"))
        .output()
        .unwrap();
    let said = String::from_utf8([stdout, stderr].concat()).unwrap();
    (status.success(), slashes(&said))
}

/// The paths of Windows, and whatever else is compared with them, with the slashes of all other systems.
fn slashes(text: &str) -> String {
    text.replace('\\', "/")
}

#[test]
fn what_was_cut_is_what_the_check_expects() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut twice");
    assert_eq!(grade(&fixture, &["cut", "--check"]), (true, String::new()));
    fixture.edit(
        "solutions/01-first/src/sums.rs",
        "add them all",
        "add all of them",
    );
    let (good, said) = grade(&fixture, &["cut", "--check"]);
    assert!(!good);
    let expected = "labs/01-first/src/sums.rs:7: is \"    todo!(\\\"1.2 add them all\\\")\\n\", \
                    the cut gives \"    todo!(\\\"1.2 add all of them\\\")\\n\"\n\
                    solutions/01-first/starter.lock: does not record this cut\n\
                    The starters are not what the references cut to. Run: cargo grade cut\n";
    assert_eq!(said, slashes(expected));
    let (good, said) = grade(&fixture, &["cut"]);
    assert!(
        good && said.contains("labs/01-first  3 files, 1 changed, 7 lines for the reader\n"),
        "{said}"
    );
    assert!(
        fixture
            .read("labs/01-first/src/sums.rs")
            .contains("add all of them")
    );
    assert_eq!(grade(&fixture, &["cut", "--check"]), (true, String::new()));
}

#[test]
fn what_a_learner_wrote_is_not_replaced() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut learner");
    fixture.edit(
        "labs/01-first/src/lib.rs",
        "todo!(",
        "number * 2 // mine todo!(",
    );
    let mine = fixture.read("labs/01-first/src/lib.rs");
    fixture.write("labs/01-first/src/notes.rs", "//! My own file.\n");
    fixture.edit(
        "solutions/02-second/src/lib.rs",
        "double it twice",
        "twice twice",
    );
    let (good, said) = grade(&fixture, &["cut"]);
    assert!(!good);
    assert!(
        said.contains(
            "  labs/01-first/src/lib.rs\n  labs/01-first/src/notes.rs\nNothing was written."
        ),
        "{said}"
    );
    assert_eq!(fixture.read("labs/01-first/src/lib.rs"), mine);
    assert!(
        fixture
            .read("labs/02-second/src/lib.rs")
            .contains("double it twice"),
        "not even another lab"
    );
    // The other lab alone may be cut.
    assert!(grade(&fixture, &["cut", "--lab", "2"]).0);
    assert!(
        fixture
            .read("labs/02-second/src/lib.rs")
            .contains("twice twice")
    );

    let (good, said) = grade(&fixture, &["cut", "--force"]);
    assert!(good, "{said}");
    let kept = said
        .lines()
        .next()
        .unwrap()
        .strip_prefix("kept the replaced files in ")
        .unwrap();
    assert_eq!(
        fixture.read(&format!("{kept}/labs/01-first/src/lib.rs")),
        mine
    );
    assert_eq!(
        fixture.read(&format!("{kept}/labs/01-first/src/notes.rs")),
        "//! My own file.\n"
    );
    assert!(
        fixture
            .read("labs/01-first/src/lib.rs")
            .contains("todo!(\"1.1")
    );
    assert!(!fixture.root.join("labs/01-first/src/notes.rs").exists());
    assert_eq!(grade(&fixture, &["cut", "--check"]), (true, String::new()));
}

#[test]
fn a_file_that_left_the_reference_leaves_the_starter() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut leaves");
    fixture.write("solutions/02-second/src/more.rs", "//! More.\n");
    assert!(grade(&fixture, &["cut"]).0);
    assert!(fixture.root.join("labs/02-second/src/more.rs").exists());
    fixture.remove("solutions/02-second/src/more.rs");
    let (good, said) = grade(&fixture, &["cut", "--check"]);
    assert!(
        !good && said.contains("labs/02-second/src/more.rs: the reference has no such file"),
        "{said}"
    );
    assert!(grade(&fixture, &["cut"]).0);
    assert!(!fixture.root.join("labs/02-second/src/more.rs").exists());
}

#[test]
fn only_manifest_and_sources_are_written() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut only");
    let before = engine::read_tree(&fixture.root.join("labs"), "").unwrap();
    for file in before
        .keys()
        .filter(|file| file.contains("/src/") && file.starts_with("0"))
    {
        fs::remove_file(fixture.root.join("labs").join(file)).unwrap();
    }
    assert!(grade(&fixture, &["cut"]).0);
    assert_eq!(
        engine::read_tree(&fixture.root.join("labs"), "").unwrap(),
        before
    );
}

#[test]
fn a_marker_of_no_task_stops_the_cut() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut unknown");
    fixture.edit(
        "solutions/02-second/src/lib.rs",
        "// task 2.1:",
        "// task 2.7:",
    );
    fixture.edit(
        "solutions/02-second/src/lib.rs",
        "// end task 2.1",
        "// end task 2.7",
    );
    let (good, said) = grade(&fixture, &["cut"]);
    assert!(!good);
    assert_eq!(
        said,
        "cargo grade: solutions/02-second/src/lib.rs:6: labs/02-second/lab.toml has no task 2.7\n"
    );
    let (good, said) = grade(&fixture, &["cut", "--lab", "nine"]);
    assert!(
        !good && said == "cargo grade: there is no lab `nine` in labs/\n",
        "{said}"
    );
}
