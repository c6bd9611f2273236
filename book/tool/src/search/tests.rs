//! Tests of the search index.

use std::fs;

use super::{INDEX, Section, sections};
use crate::site;
use crate::testing::Fixture;

#[test]
fn a_page_is_cut_at_its_headings() {
    let page = "<nav><h2 id='no'>No</h2></nav><main><h1 id='a'>참조 <code>카운트</code></h1>\
                <p>f<b>i</b>rst</p><p>second &lt;</p><svg><text>no</text></svg>\
                <h2 id='b'>Task</h2><pre>a\n  b</pre></main><p>no</p>";
    let section = |link: &str, title: &str, text: &str| Section {
        link: link.to_owned(),
        chapter: "참조 카운트".to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(
        sections("x.html", page),
        [
            section("x.html#a", "참조 카운트", "first second <"),
            section("x.html#b", "Task", "a b"),
        ]
    );
}

#[test]
fn a_built_book_has_an_index_with_its_hangul() {
    let fixture = Fixture::new("# One\n\n## 할당기는\n\n블록을 나눕니다.\n");
    let site = site::build(&fixture.repo).unwrap();
    let index = fs::read_to_string(site.folder().join(INDEX)).unwrap();
    let json = index
        .strip_prefix("window.searchIndex = ")
        .and_then(|i| i.strip_suffix(";\n"))
        .unwrap();
    let sections: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(sections[1]["link"], "01-one.html#할당기는");
    assert_eq!(sections[1]["title"], "할당기는");
    assert_eq!(sections[1]["text"], "블록을 나눕니다.");
    assert_eq!(sections.as_array().unwrap().len(), 2);
}
