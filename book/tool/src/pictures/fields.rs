//! Objects and blocks, drawn word by word: offset, name, what it holds.

use memory::{Addr, Memory};
use picture::{FieldLine, fields};

/// One row: a field, or a place for an item.
#[derive(Clone, Debug)]
pub struct Row {
    /// The distance in bytes from the address of the table.
    pub offset: i64,
    /// The field's name.
    pub name: String,
    /// What it holds, in words.
    pub content: String,
}

/// One object or block.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is.
    pub label: String,
    /// Its fields, in the order of their addresses.
    pub rows: Vec<Row>,
    /// Whether it is an object: its header, and what stands in front, are shaded.
    pub object: bool,
}

impl Table {
    /// The fields of the object at `addr`.
    #[must_use]
    pub fn of(memory: &Memory, addr: Addr, label: &str) -> Table {
        let row = |line: FieldLine| Row {
            offset: line.offset,
            content: match line.name.as_str() {
                // Nothing is ever dropped in chapter 2, so its counts are too high.
                "ob_refcnt" => "a count, see chapter 3".to_owned(),
                _ if line.meaning.is_empty() => line.value.cast_signed().to_string(),
                _ => line.meaning,
            },
            name: line.name,
        };
        let lines = fields(&memory.snapshot(), addr);
        Table {
            label: label.to_owned(),
            rows: lines.into_iter().map(row).collect(),
            object: true,
        }
    }

    /// The part of its block that an offset belongs to, and how dark it is drawn.
    fn part(&self, offset: i64) -> (&'static str, &'static str) {
        match offset {
            _ if !self.object => ("", "0"),
            ..-16 => ("in front", "0.05"),
            -16..0 => ("GC head", "0.1"),
            0..16 => ("header", "0.2"),
            16.. => ("", "0"),
        }
    }
}

/// The tables, one below the other, as monospaced text.
#[must_use]
pub fn text(tables: &[Table]) -> String {
    let rows = tables.iter().flat_map(|table| &table.rows);
    let width = rows.map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for table in tables {
        text += &format!("{}\n", table.label);
        for row in &table.rows {
            let part = table.part(row.offset).0;
            let line = format!(
                "{:>4}  {:<width$}  {part:<8}  {}",
                row.offset, row.name, row.content
            );
            text += line.trim_end();
            text.push('\n');
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

const ROW: usize = 26;
const HEAD: usize = 34;
const LEFT: usize = 52;
const NAME: usize = 150;
const WIDTH: usize = 560;

/// The tables, one below the other, as a drawing. `title` says what a reader sees.
#[must_use]
pub fn svg(tables: &[Table], title: &str) -> String {
    let rows = |table: &Table| HEAD + ROW * table.rows.len();
    let height = tables.iter().map(rows).sum::<usize>() + 4;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{0}\" style=\"max-width:{WIDTH}px\"><title>{0}</title>\
         <g font-family=\"var(--mono-font, monospace)\" font-size=\"13\" fill=\"currentColor\">",
        escape(title)
    );
    let mut top = 0;
    for table in tables {
        svg += &format!(
            "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{}</text>",
            top + 22,
            escape(&table.label)
        );
        top += HEAD - 4;
        for row in &table.rows {
            let middle = top + 18;
            svg += &format!(
                "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\" opacity=\"0.75\">{}</text>\
                 <rect x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{ROW}\" fill=\"currentColor\" \
                 fill-opacity=\"{}\" stroke=\"currentColor\" stroke-opacity=\"0.6\"/>\
                 <text x=\"{}\" y=\"{middle}\">{}</text>\
                 <text x=\"{}\" y=\"{middle}\">{}</text>",
                LEFT - 8,
                row.offset,
                WIDTH - LEFT - 2,
                table.part(row.offset).1,
                LEFT + 8,
                escape(&cut(&row.name, 19)),
                LEFT + 8 + NAME,
                escape(&cut(&row.content, 44)),
            );
            top += ROW;
        }
        top += 4;
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
