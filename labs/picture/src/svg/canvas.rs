//! Writing SVG: shapes, text that is escaped, and how wide text is.

use std::fmt::Write;

use crate::text::{chars, cut};

/// The size of letters, in units of the `viewBox`.
pub(crate) const FONT: f64 = 13.0;
/// The size of small letters.
pub(crate) const SMALL: f64 = 11.0;
/// The height of a row of text.
pub(crate) const ROW: f64 = 20.0;
/// The width of a character, in parts of the size of letters: that of the usual monospaced fonts,
/// and a little more.
const ADVANCE: f64 = 0.615;

/// A drawing that grows.
#[derive(Default)]
pub(crate) struct Canvas {
    pub(crate) body: String,
}

impl Canvas {
    pub(crate) fn raw(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    pub(crate) fn rect(
        &mut self,
        class: &str,
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        radius: f64,
    ) {
        let _ = writeln!(
            self.body,
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>"#,
            num(x),
            num(y),
            num(width.max(0.0)),
            num(height.max(0.0)),
            num(radius),
        );
    }

    pub(crate) fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        let _ = writeln!(
            self.body,
            r#"<path class="{class}" d="M{} {}L{} {}"/>"#,
            num(x1),
            num(y1),
            num(x2),
            num(y2),
        );
    }

    pub(crate) fn path(&mut self, class: &str, d: &str) {
        let _ = writeln!(self.body, r#"<path class="{class}" d="{d}"/>"#);
    }

    pub(crate) fn circle(&mut self, class: &str, x: f64, y: f64, r: f64) {
        let _ = writeln!(
            self.body,
            r#"<circle class="{class}" cx="{}" cy="{}" r="{}"/>"#,
            num(x),
            num(y),
            num(r),
        );
    }

    /// Text whose left end (`start`), middle (`middle`) or right end (`end`) is at `x`; `y` is the
    /// line that the letters stand on.
    pub(crate) fn text(&mut self, class: &str, anchor: Anchor, x: f64, y: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let _ = writeln!(
            self.body,
            r#"<text class="{class}" x="{}" y="{}"{anchor}>{}</text>"#,
            num(x),
            num(y),
            escape(text),
        );
    }

    /// A small filled triangle whose point is at `x`, `y`.
    pub(crate) fn head(&mut self, class: &str, x: f64, y: f64, right: bool) {
        let back = if right { x - 7.0 } else { x + 7.0 };
        self.path(
            class,
            &format!(
                "M{} {}L{} {}L{} {}Z",
                num(x),
                num(y),
                num(back),
                num(y - 4.0),
                num(back),
                num(y + 4.0)
            ),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A number with at most one digit behind the point: the same on every machine.
pub(crate) fn num(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// The width of `text` in units.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    chars(text) as f64 * size * ADVANCE
}

/// As much of `text` as fits into `room` units.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    cut(text, (room / (size * ADVANCE)).floor().max(1.0) as usize)
}

/// `text` for use inside an element or an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no other control characters.
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}
