//! Tests of the link checker.

use std::fs;

use super::check;
use crate::site;
use crate::testing::Fixture;

/// The problems of a site of these pages.
fn problems(pages: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, html) in pages {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, html).unwrap();
    }
    check(folder.path()).unwrap().problems
}

#[test]
fn links_that_lead_somewhere_pass() {
    let a = "<h2 id='task-3-4'>x</h2><a href='#task-3-4'></a><a href='b.html#한글'></a>\
             <a href='b.html#%ED%95%9C%EA%B8%80'></a><a href='b.html?q#한글'></a><a href='sub/c.html'></a>\
             <a href='./'></a><a href='https://example.org/#no'></a><a href='mailto:a@b.c'></a>\
             <img src='i.svg' alt='an i'><script>'<a href=\"no.html\">'</script>";
    let pages = [
        ("index.html", a),
        ("b.html", "<h1 id='한글'>한글</h1>"),
        (
            "sub/c.html",
            "<a href='../b.html#한글'></a><a href='..'></a>",
        ),
        ("i.svg", ""),
    ];
    assert_eq!(problems(&pages), [""; 0]);
}

#[test]
fn a_broken_link_is_named_with_its_page() {
    let found = problems(&[
        (
            "a.html",
            "<a href='no.html'></a><img src='no.png' alt='x'><a href='/b.html'></a><a href='../b.html'></a>",
        ),
        (
            "b.html",
            "<a href='a.html#task-3-4'></a><a href='#없음'></a>",
        ),
    ]);
    assert_eq!(
        found,
        [
            "a.html: link `no.html`: there is no file no.html",
            "a.html: image `no.png`: there is no file no.png",
            "a.html: link `/b.html`: it is absolute, and breaks where the book is not at the top of its host",
            "a.html: link `../b.html`: it leads out of the site",
            "b.html: link `a.html#task-3-4`: a.html has no `#task-3-4`",
            "b.html: link `#없음`: b.html has no `#없음`",
        ]
    );
}

#[test]
fn ids_images_and_other_sites_are_checked() {
    let found = problems(&[(
        "a.html",
        "<p id='x'></p><p id='x'></p><label for='y'></label><path marker-end='url(#z)'/>\
         <img src='a.html'><script src='https://example.org/x.js'></script>",
    )]);
    assert_eq!(
        found,
        [
            "a.html: id `x` stands on the page twice",
            "a.html: image `a.html` has no text for those who cannot see it",
            "a.html: script `https://example.org/x.js` would be loaded from another site",
            "a.html: an attribute refers to `#y`, which is not on the page",
            "a.html: an attribute refers to `#z`, which is not on the page",
        ]
    );
}

#[test]
fn a_built_book_has_sound_links_and_a_wrong_one_is_found() {
    let fixture = Fixture::new(
        "# One\n\n## Task 1.1: one {#task-1-1}\n\n## 참조 카운트\n\n[t](#task-1-1) [h](#참조-카운트)\n",
    );
    let site = site::build(&fixture.repo).unwrap();
    assert_eq!(check(site.folder()).unwrap().problems, [""; 0]);

    fixture.write("src/01-one.md", "# One\n\n[t](01-one.md#task-1-2)\n");
    let site = site::build(&fixture.repo).unwrap();
    let problems = check(site.folder()).unwrap().problems;
    assert!(
        problems.iter().any(
            |p| p == "01-one.html: link `01-one.html#task-1-2`: 01-one.html has no `#task-1-2`"
        ),
        "{problems:?}"
    );
}
