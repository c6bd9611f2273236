//! The SVG face: its shape, and that arrows keep out of boxes.

mod build;

use build::{Build, picture, program};
use picture::svg::Order;
use picture::{Diff, SvgOptions};

fn small() -> Build {
    let heap = Build::new();
    let x = heap.int(1025);
    let list = heap.list(&[heap.incref(x), heap.small(7)]);
    heap.frame("f1", &[("x", Some(x)), ("items", Some(list))]);
    heap
}

#[test]
fn a_small_heap_as_svg() {
    let svg = picture(&small()).svg(&SvgOptions::default());
    insta::assert_snapshot!(svg);
}

/// Name, attributes and text of each element, in order; panics if tags do not match.
fn elements(svg: &str) -> Vec<(String, String, String)> {
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "a stray >: {text}");
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split(' ').next().expect("a name").trim_end_matches('/');
        let inner = rest.split('<').next().unwrap_or("");
        let attributes = tag[name.len()..].to_owned();
        found.push((name.to_owned(), attributes, inner.to_owned()));
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

fn number(attributes: &str, name: &str) -> f64 {
    attribute(attributes, name)
        .and_then(|value| value.parse().ok())
        .unwrap_or(0.0)
}

/// The corners of a path of `M x y`, `H x`, `V y`, `Q … x y`.
fn corners(d: &str) -> Vec<(f64, f64)> {
    let mut numbers: Vec<f64> = Vec::new();
    let mut points = Vec::new();
    let mut here = (0.0, 0.0);
    let mut command = ' ';
    let mut flush = |command: char, numbers: &mut Vec<f64>| {
        match (command, numbers.as_slice()) {
            ('M' | 'L', [x, y]) => here = (*x, *y),
            ('H', [x]) => here.0 = *x,
            ('V', [y]) => here.1 = *y,
            ('Q', [_, _, x, y]) => here = (*x, *y),
            (' ', []) => return,
            other => panic!("{other:?}"),
        }
        points.push(here);
        numbers.clear();
    };
    let mut token = String::new();
    for c in d.chars().chain([' ']) {
        if c.is_ascii_alphabetic() || c == ' ' {
            if !token.is_empty() {
                numbers.push(token.parse().expect("a number"));
                token.clear();
            }
            if c.is_ascii_alphabetic() {
                flush(command, &mut numbers);
                command = c;
            }
        } else {
            token.push(c);
        }
    }
    flush(command, &mut numbers);
    points
}

#[test]
fn arrows_keep_out_of_boxes() {
    let heap = program();
    let before = picture(&heap);
    heap.frame(
        "g",
        &[("p", Some(heap.list(&[heap.int(1026), heap.str("z")])))],
    );
    let after = picture(&heap);
    let diff = Diff::between(&before, &after);
    let mut arrows = 0;
    for width in [340, 430, 640, 900] {
        for (classes, statics) in [(false, false), (true, false), (true, true)] {
            for order in [Order::Address, Order::Reference] {
                let svg = after.svg(&SvgOptions {
                    width,
                    classes,
                    statics,
                    order,
                    changed: Some(&diff),
                    ..SvgOptions::default()
                });
                let elements = elements(&svg);
                let boxes: Vec<[f64; 4]> = elements
                    .iter()
                    .filter(|(name, attributes, _)| {
                        name == "rect" && attributes.contains("ph-card")
                    })
                    .map(|(_, a, _)| {
                        let (x, y) = (number(a, "x"), number(a, "y"));
                        [x, y, x + number(a, "width"), y + number(a, "height")]
                    })
                    .collect();
                for (_, attributes, _) in elements
                    .iter()
                    .filter(|(name, a, _)| name == "path" && a.contains("ph-arrow"))
                {
                    arrows += 1;
                    let corners = corners(&attribute(attributes, "d").expect("a path"));
                    for pair in corners.windows(2) {
                        let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
                        for [left, top, right, bottom] in &boxes {
                            let beside = x1.max(x2) <= left + 0.2 || x1.min(x2) >= right - 0.2;
                            let above = y1.max(y2) <= top + 0.2 || y1.min(y2) >= bottom - 0.2;
                            assert!(beside || above, "{pair:?} in {left} {top}\n{svg}");
                        }
                    }
                }
            }
        }
    }
    assert!(arrows > 200);
}

#[test]
fn boxes_lie_in_the_view_and_apart() {
    for width in [340, 430, 640, 900] {
        let svg = picture(&program()).svg(&SvgOptions {
            width,
            classes: true,
            ..SvgOptions::default()
        });
        let elements = elements(&svg);
        let view = attribute(&elements[0].1, "viewBox").expect("a viewBox");
        let view: Vec<f64> = view
            .split(' ')
            .map(|n| n.parse().expect("a number"))
            .collect();
        let boxes: Vec<[f64; 4]> = elements
            .iter()
            .filter(|(name, a, _)| name == "rect" && a.contains("ph-card"))
            .map(|(_, a, _)| {
                let (x, y) = (number(a, "x"), number(a, "y"));
                [x, y, x + number(a, "width"), y + number(a, "height")]
            })
            .collect();
        assert_eq!(boxes.len(), 4 + 8);
        for (index, a) in boxes.iter().enumerate() {
            assert!(
                a[0] >= 0.0 && a[2] <= view[2] && a[3] <= view[3],
                "{a:?} {view:?}"
            );
            for b in &boxes[..index] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn every_object_is_in_it_as_text() {
    let heap = program();
    let picture = picture(&heap);
    let svg = picture.svg(&SvgOptions {
        regions: true,
        blocks: true,
        classes: true,
        ..SvgOptions::default()
    });
    let texts: Vec<String> = elements(&svg)
        .into_iter()
        .filter(|(name, _, _)| name == "text")
        .map(|(_, _, text)| text)
        .collect();
    for object in picture.objects.values().filter(|o| o.drawn && !o.is_static) {
        assert!(texts.contains(&object.addr.to_string()), "{}", object.addr);
        assert!(texts.contains(&object.short()), "{}", object.short());
    }
    for region in &picture.regions {
        assert!(texts.contains(&format!("{:#06x} – {:#06x}", region.start, region.end)));
    }
    assert!(texts.iter().any(|text| text == "refs 4"));
    assert!(texts.iter().any(|text| text == "free"));
}

#[test]
fn names_from_the_heap_are_escaped() {
    let heap = Build::new();
    let text = heap.str("<script>&\"");
    heap.frame("f<1>", &[("a&b", Some(text))]);
    let svg = picture(&heap).svg(&SvgOptions {
        title: "a < b & \"c\"".to_owned(),
        ..SvgOptions::default()
    });
    let names: Vec<String> = elements(&svg).into_iter().map(|e| e.0).collect();
    assert!(!names.iter().any(|name| name == "script"));
    assert!(svg.contains("&lt;script&gt;&amp;&quot;"));
}

#[test]
fn a_problem_is_said_in_words() {
    let heap = program();
    let x = heap.int(1026);
    heap.frame("g", &[("p", Some(x)), ("q", Some(x))]);
    let whole = picture(&heap).svg(&SvgOptions::default());
    assert!(whole.contains("! ob_refcnt 1, and 2"));
    heap.free(x);
    let freed = picture(&heap).svg(&SvgOptions::default());
    assert!(freed.contains(&format!("✗ {x} freed")));
    let quiet = picture(&heap).svg(&SvgOptions {
        counts: false,
        ..SvgOptions::default()
    });
    assert!(!quiet.contains("ob_refcnt") && !quiet.contains("refs"));
}

#[test]
fn what_changed_is_said_in_words() {
    let heap = program();
    let before = picture(&heap);
    let x = before
        .objects
        .values()
        .find(|o| o.value == "1025")
        .expect("1025");
    heap.incref(x.addr);
    heap.frame("g", &[("p", Some(x.addr))]);
    let after = picture(&heap);
    let diff = Diff::between(&before, &after);
    let svg = after.svg(&SvgOptions {
        changed: Some(&diff),
        ..SvgOptions::default()
    });
    assert!(svg.contains("refs 4→5") && svg.contains(">new<"));
    let diff = Diff::between(&after, &before);
    let svg = before.svg(&SvgOptions {
        changed: Some(&diff),
        ..SvgOptions::default()
    });
    assert!(svg.contains("refs 5→4") && svg.contains(">gone<") && svg.contains(">g()<"));
}
