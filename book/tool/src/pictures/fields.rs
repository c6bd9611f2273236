//! One object, drawn field by field: offset, name, what it holds.

use memory::{Addr, Memory};
use picture::{FieldLine, fields};

/// The fields of the object at `addr`, as a drawing and as text. `label` says which object it is.
#[must_use]
pub fn drawn(memory: &Memory, addr: Addr, label: &str) -> (String, String) {
    let lines = fields(&memory.snapshot(), addr);
    (svg(&lines, label), text(&lines))
}

/// What a field holds, in words if they say more than the number.
fn content(line: &FieldLine) -> String {
    if line.meaning.is_empty() {
        return (line.value.cast_signed()).to_string();
    }
    line.meaning.clone()
}

/// The part of the block that an offset belongs to.
fn part(offset: i64) -> &'static str {
    match offset {
        ..-16 => "in front",
        -16..0 => "GC head",
        0..16 => "header",
        16.. => "",
    }
}

fn text(lines: &[FieldLine]) -> String {
    let width = lines.iter().map(|line| line.name.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        let row = format!(
            "{:>4}  {:<width$}  {:<8}  {}",
            line.offset,
            line.name,
            part(line.offset),
            content(line)
        );
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

const ROW: usize = 26;
const LEFT: usize = 52;
const NAME: usize = 150;
const WIDTH: usize = 560;

fn svg(lines: &[FieldLine], label: &str) -> String {
    let height = ROW * lines.len() + 34;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{0}\" style=\"max-width:{WIDTH}px\"><title>{0}</title>\
         <g font-family=\"var(--mono-font, monospace)\" font-size=\"13\" fill=\"currentColor\">\
         <text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{0}</text>",
        escape(label)
    );
    for (row, line) in lines.iter().enumerate() {
        let top = 26 + ROW * row;
        let middle = top + 18;
        let opacity = match part(line.offset) {
            "header" => "0.18",
            "" => "0",
            _ => "0.08",
        };
        svg += &format!(
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\" opacity=\"0.75\">{}</text>\
             <rect x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{ROW}\" fill=\"currentColor\" \
             fill-opacity=\"{opacity}\" stroke=\"currentColor\" stroke-opacity=\"0.6\"/>\
             <text x=\"{}\" y=\"{middle}\">{}</text>\
             <text x=\"{}\" y=\"{middle}\">{}</text>",
            LEFT - 8,
            line.offset,
            WIDTH - LEFT - 2,
            LEFT + 8,
            escape(&cut(&line.name, 19)),
            LEFT + 8 + NAME,
            escape(&cut(&content(line), 44)),
        );
    }
    svg + "</g></svg>"
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
