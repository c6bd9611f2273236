//! Tests of the expansion of chapters.

use std::fs;

use crate::site;
use crate::testing::{Fixture, texts};

#[test]
fn a_program_shows_its_source_and_output_with_the_release() {
    let fixture = Fixture::new("# One\n\n{{#python add}}\n");
    fixture.write(
        "python/add.py",
        "print(1 < 2)\n\n\nprint('{{#include SUMMARY.md}}')\n",
    );
    fixture.write(
        "python/add.3.11.out",
        "# Python 3.11.7\nTrue\n\n{{#include SUMMARY.md}}\n",
    );
    let site = site::build(&fixture.repo).unwrap();
    let page = fs::read_to_string(site.folder().join("01-one.html")).unwrap();
    assert_eq!(
        texts(&page, "code"),
        [
            "print(1 < 2)\n\n\nprint('{{#include SUMMARY.md}}')",
            "True\n\n{{#include SUMMARY.md}}"
        ]
    );
    assert!(page.contains("printed by CPython 3.11.7"), "{page}");
}

#[test]
fn versions_that_print_the_same_stand_together() {
    let fixture = Fixture::new("{{#python p versions=\"3.10 3.11 3.13\"}}\n");
    fixture.write("python/p.py", "print(1)");
    fixture.write("python/p.3.10.out", "# Python 3.10.13\none\n");
    fixture.write("python/p.3.11.out", "# Python 3.11.7\none\n");
    fixture.write("python/p.3.13.out", "# Python 3.13.0\n");
    let (page, findings) = fixture.expand();
    assert!(findings.errors.is_empty(), "{:?}", findings.errors);
    assert!(
        page.contains("printed by CPython 3.10.13 and 3.11.7"),
        "{page}"
    );
    assert!(page.contains("CPython 3.13.0 prints nothing"), "{page}");
}

#[test]
fn what_is_missing_is_named_with_its_chapter_and_line() {
    let fixture = Fixture::new(
        "# One\n\n{{#python none}}\n{{#python unrecorded}}\n{{#python wrong}}\n{{#picture none}}\n\
         {{#python p versions=3.11}}\n",
    );
    fixture.write("python/unrecorded.py", "print(1)");
    fixture.write("python/wrong.py", "print(1)");
    fixture.write("python/wrong.3.11.out", "# Python 3.12.1\n1\n");
    let errors = fixture.errors();
    let expected = [
        "book/src/01-one.md:3: cannot show book/python/none.py: ",
        "book/src/01-one.md:4: there is no recorded output book/python/unrecorded.3.11.out: ",
        "book/src/01-one.md:5: book/python/wrong.3.11.out: the first line is `# Python 3.12.1`",
        "book/src/01-one.md:6: there is no picture `none` in book/tool/src/pictures; there are: two-boxes",
        "book/src/01-one.md:7: expected versions=\"3.11 3.13\", found `versions=3.11`",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:#?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(
        errors[1].contains("`cargo book record unrecorded`"),
        "{}",
        errors[1]
    );
    let stopped = site::build(&fixture.repo).unwrap_err().to_string();
    assert!(stopped.contains("01-one.md:3:"), "{stopped}");
}

#[test]
fn directives_in_code_stay_and_lost_ones_are_reported() {
    let fixture = Fixture::new(
        "````text\n{{#python a}}\n```question\n````\n\nWrite `{{#python a}}`.\n\nSee {{#picture two-boxes}}.\n\n{{#pictrue two-boxes}}\n",
    );
    let (page, findings) = fixture.expand();
    assert!(
        page.starts_with("````text\n{{#python a}}\n```question\n````\n"),
        "{page}"
    );
    let errors: Vec<_> = findings
        .errors
        .iter()
        .map(|e| (e.line, e.message.as_str()))
        .collect();
    assert_eq!(
        errors,
        [
            (8, "{{#picture …}} stands alone on its line, closed by }}"),
            (
                10,
                "{{#pictrue}} is unknown; there are #python, #picture and #include"
            ),
        ]
    );
}

#[test]
fn includes_must_find_their_file_and_anchor() {
    let fixture = Fixture::new(
        "```rust\n{{#include code.rs:one}}\n{{#include code.rs:two}}\n{{#include code.rs:on}}\n{{#include gone.rs}}\n{{#include code.rs:1:2}}\n```\n",
    );
    fixture.write(
        "src/code.rs",
        "// ANCHOR: one\nfn one() {}\n// ANCHOR_END: one\n// ANCHOR: two\n",
    );
    let (_, findings) = fixture.expand();
    let errors: Vec<_> = findings
        .errors
        .iter()
        .map(|e| (e.line, e.message.as_str()))
        .collect();
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert_eq!(
        errors[0],
        (
            3,
            "cannot include code.rs: anchor two has no `ANCHOR_END: two`"
        )
    );
    assert_eq!(
        errors[1],
        (4, "cannot include code.rs: it has no line `ANCHOR: on`")
    );
    assert_eq!(errors[2].0, 5);
    assert_eq!(findings.included.len(), 1);
}

#[test]
fn a_picture_is_a_figure_with_words_and_a_twin() {
    let fixture =
        Fixture::new("# One\n\n- a list\n\n  {{#picture two-boxes}}\n\n{{#picture two-boxes}}\n");
    let (page, findings) = fixture.expand();
    assert!(findings.errors.is_empty(), "{:?}", findings.errors);
    // One line each, or a blank line inside would end the HTML.
    let figures: Vec<_> = page.lines().filter(|l| l.contains("<figure")).collect();
    insta::assert_snapshot!(figures.join("\n"));
}

#[test]
fn a_question_is_a_group_of_radio_buttons() {
    let fixture = Fixture::new(
        "```question\nWhat does `a is b` compare?\n\n    a = [1]\n\n- [x] the addresses :: `is` asks for\n  one object.\n- [ ] the values :: That is `==`.\n```\n",
    );
    let (page, findings) = fixture.expand();
    assert!(findings.errors.is_empty(), "{:?}", findings.errors);
    insta::assert_snapshot!(page.trim());
}

#[test]
fn a_wrong_question_names_its_number_and_line() {
    let good = "```question\nQ\n- [x] a :: b\n- [ ] c :: d\n```\n";
    for (block, line, message) in [
        (
            "Q\n- [x] a :: b\n- [ ] c",
            9,
            "answer `c` has no explanation after ` :: `",
        ),
        (
            "Q\n- [x] a :: b\n- [x] c :: d",
            7,
            "2 answers are marked [x], expected exactly one",
        ),
        (
            "Q\n- [ ] a :: b\n- [ ] c :: d",
            7,
            "0 answers are marked [x], expected exactly one",
        ),
        (
            "Q\n- [x] a :: b",
            7,
            "it has 1 answers, expected at least 2",
        ),
        (
            "- [x] a :: b\n- [ ] c :: d",
            7,
            "the question itself is missing before its answers",
        ),
        (
            "Q\n- [x] a :: b\n- [y] c :: d",
            9,
            "an answer begins with `- [ ] ` or `- [x] `",
        ),
    ] {
        let fixture = Fixture::new(&format!("{good}```question\n{block}\n```\n"));
        assert_eq!(
            fixture.errors(),
            [format!("book/src/01-one.md:{line}: question 2: {message}")]
        );
    }
}

#[test]
fn a_diagram_is_inlined_once_it_is_rendered() {
    let source = "flowchart LR\n  accTitle: Two\n  accDescr: A leads to B.\n  A --> B";
    let fixture = Fixture::new(&format!("# One\n\n```mermaid\n{source}\n```\n"));
    let site = site::build(&fixture.repo).unwrap();
    let page = fs::read_to_string(site.folder().join("01-one.html")).unwrap();
    assert!(
        page.contains("<pre class=\"mermaid\">flowchart LR"),
        "{page}"
    );
    let (_, findings) = fixture.expand();
    assert_eq!(findings.unrendered.len(), 1);
    assert_eq!(findings.unrendered[0].line, 3);

    let file = findings.diagrams.keys().next().unwrap();
    fixture.write(
        &format!("diagrams/{file}"),
        "<svg viewBox=\"0 0 9 9\">\n\n</svg>\n",
    );
    let (page, findings) = fixture.expand();
    assert!(findings.unrendered.is_empty(), "{:?}", findings.unrendered);
    assert!(page.contains("aria-label=\"Two. A leads to B.\""), "{page}");
    assert!(page.contains("<svg viewBox=\"0 0 9 9\">"), "{page}");
}

#[test]
fn a_diagram_needs_words() {
    let fixture = Fixture::new("```mermaid\nflowchart LR\n  A --> B\n```\n");
    let (_, findings) = fixture.expand();
    let messages: Vec<_> = findings
        .unrendered
        .iter()
        .map(|p| p.message.as_str())
        .collect();
    assert_eq!(messages.len(), 3);
    assert!(messages[1].contains("accTitle"), "{messages:?}");
    assert!(messages[2].contains("accDescr"), "{messages:?}");
}
