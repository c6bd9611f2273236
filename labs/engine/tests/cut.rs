//! The cut: what it takes out, what it keeps, and what it refuses.

mod support;

use std::path::Path;

use engine::TaskId;
use engine::cut::cut;
use engine::starter::{manifest_of_starter, starter};
use pretty_assertions::assert_eq;
use support::{Fixture, place};

fn all_cut(source: &str) -> Result<String, String> {
    let file = Path::new("solutions/01-first/src/lib.rs");
    cut(file, source, &|_| false)
        .map(|cut| cut.text)
        .map_err(|error| error.to_string())
}

#[test]
fn a_range_becomes_a_todo_and_every_other_byte_stays() {
    let source = "//! Doc.\n\nfn a() -> u64 {\n    let x = 1;\n\t// task 1.1: say \"x\" \\ {y}\n    x\n    // end task 1.1\n}\r\n\n// task lists are sentences\n\
                  // ANCHOR: b\nfn b() {} // ANCHOR: not a line of its own\n  // ANCHOR_END: b\n  \nlast line without end";
    let expected = "//! Doc.\n\nfn a() -> u64 {\n    let x = 1;\n\ttodo!(\"1.1 say \\\"x\\\" \\\\ {{y}}\")\n}\r\n\n// task lists are sentences\n\
                    fn b() {} // ANCHOR: not a line of its own\n  \nlast line without end";
    assert_eq!(all_cut(source).unwrap(), expected);
}

#[test]
fn anchors_inside_a_range_go_with_it_and_out_of_a_kept_one() {
    let source = "// task 1.1: go\n// ANCHOR: x\na\n// ANCHOR_END: x\n// end task 1.1\n";
    assert_eq!(all_cut(source).unwrap(), "todo!(\"1.1 go\")\n");
    let kept = cut(Path::new("x.rs"), source, &|_| true).unwrap();
    assert_eq!((kept.text.as_str(), kept.ranges[0].lines), ("a\n", 1));
}

#[test]
fn line_ends_of_windows_stay() {
    let source = "fn a() {\r\n    // task 1.1: go\r\n    b();\r\n    // end task 1.1\r\n}\r\n";
    assert_eq!(
        all_cut(source).unwrap(),
        "fn a() {\r\n    todo!(\"1.1 go\")\r\n}\r\n"
    );
}

#[test]
fn kept_tasks_lose_only_their_markers_and_lines_are_counted() {
    let source = "// task 1.1: one\na\n\n  // a comment\nb // with code\n// end task 1.1\n// task 1.2: two\nc\n// end task 1.2\n// task 1.1: again\nd\n// end task 1.1\n";
    let first = TaskId { lab: 1, number: 1 };
    let cut = cut(Path::new("x.rs"), source, &|task| task == first).unwrap();
    assert_eq!(
        cut.text,
        "a\n\n  // a comment\nb // with code\ntodo!(\"1.2 two\")\nd\n"
    );
    let ranges: Vec<_> = cut
        .ranges
        .iter()
        .map(|r| (r.task.to_string(), r.words.as_str(), r.line, r.lines))
        .collect();
    let expected = [
        ("1.1", "one", 1, 2),
        ("1.2", "two", 7, 1),
        ("1.1", "again", 10, 1),
    ]
    .map(|(t, w, l, n)| (t.to_owned(), w, l, n));
    assert_eq!(ranges, expected);
}

#[test]
fn a_bad_marker_is_named_with_its_line() {
    let cases = [
        (
            "\n// task 1.1: a\nx\n",
            "2: task 1.1 has no `// end task 1.1`",
        ),
        (
            "// task 1.1: a\n// task 1.2: b\n",
            "2: task 1.2 begins inside task 1.1, which line 1 began",
        ),
        (
            "// task 1.1: a\n// end task 1.2\n",
            "2: task 1.2 ends here, but line 1 began task 1.1",
        ),
        (
            "x\n// end task 1.2\n",
            "2: task 1.2 ends here, but it never began",
        ),
        (
            "// task 1.1 add one\n",
            "1: `task 1.1 add one` has no words",
        ),
        ("// task 1.1:  \n", "1: `task 1.1:` has no words"),
        ("// task 1.01: a\n", "1: `task 1.01: a` has no task number"),
        ("// task 1: a\n", "1: `task 1: a` has no task number"),
        (
            "// task 1.1: a\n// end task\n",
            "2: `end task`: an end marker is",
        ),
    ];
    for (source, expected) in cases {
        let error = all_cut(source).expect_err(source);
        let expected = format!("solutions/01-first/src/lib.rs:{expected}");
        assert!(
            error.starts_with(&expected),
            "{error}\n  is not  {expected}"
        );
    }
}

#[test]
fn words_that_rustfmt_would_break_are_refused() {
    let marked = |words: &str| format!("    // task 1.1: {words}\n    x\n    // end task 1.1\n");
    // 4 blanks, todo!("1.1 …")
    let fits = "w".repeat(100 - 4 - r#"todo!("1.1 ")"#.len());
    assert!(all_cut(&marked(&fits)).is_ok());
    let error = all_cut(&marked(&format!("{fits}é"))).unwrap_err();
    assert!(
        error.contains("lib.rs:1: the words of task 1.1 are 1 characters too long"),
        "{error}"
    );
}

#[test]
fn a_lab_is_cut_with_its_manifest() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut");
    let course = fixture.course();
    let place = place(&course, "second");
    let cut = starter(&course.root, &place, &|_| false).unwrap();
    assert_eq!(cut.total_lines(), 1);
    let text = |path: &str| String::from_utf8(cut.files[path].clone()).unwrap();
    assert!(text("src/lib.rs").contains("\n    todo!(\"2.1 double it twice\")\n}\n"));
    let manifest = text("Cargo.toml");
    let expected = "first = { path = \"../01-first\" }";
    assert!(
        manifest.contains("name = \"second\"\n") && manifest.contains(expected),
        "{manifest}"
    );
    assert!(!manifest.contains("solution\""), "{manifest}");
    assert!(
        manifest.contains("unsafe_code = \"forbid\"\n")
            && manifest.contains("dead_code = \"allow\"\n")
    );
    assert!(!manifest.contains("[lints]"), "{manifest}");
}

#[test]
fn a_marker_of_another_lab_is_refused() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut other lab");
    fixture.edit(
        "solutions/02-second/src/lib.rs",
        "// task 2.1:",
        "// task 1.1:",
    );
    fixture.edit(
        "solutions/02-second/src/lib.rs",
        "// end task 2.1",
        "// end task 1.1",
    );
    let course = fixture.course();
    let error = starter(&course.root, &place(&course, "second"), &|_| false)
        .unwrap_err()
        .to_string();
    let file = Path::new("solutions").join("02-second").join("src/lib.rs");
    assert_eq!(
        error,
        format!("{}:6: task 1.1 is not a task of lab 2", file.display())
    );
}

#[test]
fn a_manifest_of_another_package_is_refused() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "cut manifest");
    let place = place(&fixture.course(), "second");
    let cut = |manifest: &str| {
        let workspace = fixture.read("Cargo.toml");
        manifest_of_starter(Path::new("Cargo.toml"), manifest, &workspace, &place)
            .unwrap_err()
            .to_string()
    };
    let error = cut("[package]\nname = \"second\"\n");
    assert_eq!(
        error,
        "Cargo.toml: the package is called `second`, not `second-solution`"
    );
    let error = cut("[package]\nname = \"second-solution\"\n");
    assert_eq!(
        error,
        "Cargo.toml: has no `[lints]` section with `workspace = true`"
    );
}
