//! Finding the course and reading `lab.toml`.

mod support;

use std::path::Path;

use engine::TaskId;
use engine::course::{Course, Place, parse_lab};
use pretty_assertions::assert_eq;
use support::Fixture;

#[test]
fn the_course_is_found_from_any_directory_below() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "find");
    let course = Course::find(&fixture.root.join("labs/01-first/src")).unwrap();
    assert_eq!(course.root, fixture.root);
    let labs: Vec<_> = course
        .labs
        .iter()
        .map(|lab| (lab.place.number, lab.place.package.as_str()))
        .collect();
    assert_eq!(labs, [(1, "first"), (2, "second")]);
    let first = &course.labs[0];
    assert_eq!(
        (first.title.as_str(), first.chapter.as_str(), first.hours),
        ("Numbers", "01-first.md", 1)
    );
    assert_eq!(first.tasks[1].id, TaskId { lab: 1, number: 2 });
    assert_eq!(first.tasks[1].line, 12);
    assert_eq!(
        first.tasks[1].hints[2],
        "A loop:\n\n    for number in 1..=last\n"
    );
}

#[test]
fn outside_of_a_course_says_where_it_looked() {
    let nowhere = std::env::temp_dir();
    let error = Course::find(&nowhere).unwrap_err().to_string();
    assert!(
        error.starts_with("no course here: neither ")
            && error.contains(&nowhere.display().to_string()),
        "{error}"
    );
}

#[test]
fn a_lab_has_three_names_and_a_wrong_one_lists_them_all() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "names");
    let course = fixture.course();
    for name in [
        "2",
        "02",
        "second",
        "02-second",
        "labs/02-second",
        "labs/02-second/",
    ] {
        assert_eq!(course.lab(name).unwrap().place.package, "second", "{name}");
    }
    let error = course.lab("third").unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no lab `third`. The labs are:\n  1  first\n  2  second"
    );
    let error = course
        .task(TaskId { lab: 1, number: 7 })
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "there is no task 1.7. The tasks of lab 1 are:\n  1.1  twice\n  1.2  sums"
    );
}

#[test]
fn a_directory_without_lab_toml_is_unfinished() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "unfinished");
    fixture.remove("labs/02-second/lab.toml");
    let course = fixture.course();
    assert_eq!(course.labs.len(), 1);
    assert_eq!(course.unfinished, [Place::parse("02-second").unwrap()]);
}

#[test]
fn two_labs_of_one_number_are_refused() {
    let fixture = Fixture::new(env!("CARGO_TARGET_TMPDIR"), "twice");
    fixture.write("labs/02-third/lab.toml", "");
    let error = Course::at(&fixture.root).unwrap_err().to_string();
    assert!(
        error.ends_with("02-third: has the same number as labs/02-second"),
        "{error}"
    );
}

#[test]
fn directories_of_labs_have_a_number() {
    assert_eq!(
        Place::parse("03-refcounts").map(|place| (place.number, place.package)),
        Some((3, "refcounts".into()))
    );
    for name in ["memory", "3-refcounts", "003-x", "03-", "ab-x"] {
        assert_eq!(Place::parse(name), None, "{name}");
    }
}

const GOOD: &str = r#"number = 3
package = "refcounts"
title = "Counts"
chapter = "03.md"
hours = 7
[[task]]
id = "3.1"
title = "take"
hints = ["a",
  "b", "c"]
"#;

#[test]
fn a_mistake_in_lab_toml_is_named_with_its_line() {
    let read = |text: &str| {
        parse_lab(
            Path::new("lab.toml"),
            text,
            Place::parse("03-refcounts").unwrap(),
        )
    };
    assert_eq!(read(GOOD).unwrap().tasks.len(), 1);
    let cases = [
        (
            "number = 3",
            "number = 4",
            "lab.toml:1: number is 4, but the directory's number is 3",
        ),
        (
            "\"refcounts\"",
            "\"counts\"",
            "lab.toml:2: package is `counts`, but the directory is called 03-refcounts",
        ),
        (
            "\"3.1\"",
            "\"3.2\"",
            "lab.toml:7: the id is `3.2`, but this task comes as 3.1",
        ),
        (
            "\"3.1\"",
            "\"3.01\"",
            "lab.toml:7: the id is `3.01`, but this task comes as 3.1",
        ),
        (
            "\"take\"",
            "\" \"",
            "lab.toml:8: task 3.1 has an empty title",
        ),
        (
            ", \"c\"",
            "",
            "lab.toml:9: task 3.1 has 2 hints; a task has exactly three",
        ),
        (
            ", \"c\"",
            ", \"c\", \"d\"",
            "lab.toml:9: task 3.1 has 4 hints",
        ),
        ("\"b\"", "\"\"", "lab.toml:10: task 3.1 has an empty hint"),
        ("hours = 7", "hours = \"7\"", "lab.toml:5: invalid type"),
        (
            "title = \"take\"",
            "titel = \"take\"",
            "lab.toml:8: unknown field `titel`",
        ),
        ("hours = 7", "hours = ", "lab.toml:5: "),
    ];
    for (find, replace, expected) in cases {
        assert!(GOOD.contains(find), "{find}");
        let error = read(&GOOD.replacen(find, replace, 1))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{error}\n  is not  {expected}");
    }
    let none = GOOD.split("[[task]]").next().unwrap();
    assert_eq!(
        read(none).unwrap_err().to_string(),
        "lab.toml: has no [[task]]"
    );
}
