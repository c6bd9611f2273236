//! Tests of building and installing a site.

use std::fs;

use super::{PREFIX, build};
use crate::testing::Fixture;

#[test]
fn a_site_replaces_an_earlier_one_and_leaves_nothing_else() {
    let fixture = Fixture::new("# One\n");
    let target = fixture.repo.target();
    let place = target.join("book");
    for text in ["first", "second"] {
        fixture.write("src/01-one.md", &format!("# One\n\n{text}\n"));
        build(&fixture.repo).unwrap().install(&place).unwrap();
        let page = fs::read_to_string(place.join("01-one.html")).unwrap();
        assert!(page.contains(text), "{page}");
    }
    let left: Vec<_> = fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["book"]);
}

#[test]
fn what_is_no_book_is_not_replaced() {
    let fixture = Fixture::new("# One\n");
    let place = fixture.repo.top().join("documents");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("letter.txt"), "dear").unwrap();
    let error = build(&fixture.repo)
        .unwrap()
        .install(&place)
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a built book"), "{error}");
    assert_eq!(
        fs::read_to_string(place.join("letter.txt")).unwrap(),
        "dear"
    );
}

#[test]
fn a_failed_build_leaves_nothing() {
    let fixture = Fixture::new("{{#picture none}}\n");
    build(&fixture.repo).unwrap_err();
    fixture.write("theme/index.hbs", "{{#if");
    fixture.write("src/01-one.md", "# One\n");
    build(&fixture.repo).unwrap_err();
    let left = fs::read_dir(fixture.repo.target())
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with(PREFIX)
        })
        .count();
    assert_eq!(left, 0);
}

#[test]
fn a_folder_without_a_book_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = crate::repo::Repo::at(folder.path())
        .unwrap_err()
        .to_string();
    assert!(error.contains("book/book.toml is missing"), "{error}");
}
