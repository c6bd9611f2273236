//! The region map: where text, data, heap and stack lie, with a cell for each page.

use memory::{PAGE, Region};

use crate::model::{Picture, RegionPart};
use crate::text::{chars, thousands};
use crate::words::Words;

/// The most cells of a bar; where a region has more pages, a cell stands for several.
const CELLS: u64 = 40;

impl Picture {
    /// The regions as lines of text: each with its addresses and a bar of its pages. `█` is a page
    /// in use, a part of it where the page is used in part.
    #[must_use]
    pub fn region_map(&self, ascii: bool, words: &Words) -> String {
        let mut out = String::new();
        let mut below = 0_u64;
        let bars: Vec<String> = self.regions.iter().map(|part| bar(part, ascii)).collect();
        let widest = bars.iter().map(|bar| chars(bar)).max().unwrap_or(0);
        // Of all addresses the same, with `0x`.
        let most = self.regions.iter().flat_map(|part| [part.start, part.end]);
        let digits = format!("{:#08x}", most.max().unwrap_or(0)).len();
        for (part, bar) in self.regions.iter().zip(bars) {
            let name = match part.region {
                Region::Text => words.text,
                Region::Data => words.data,
                Region::Heap => words.heap,
                Region::Stack => words.stack,
            };
            if part.region == Region::Stack && below > 0 && part.start / PAGE > below.div_ceil(PAGE)
            {
                let pages = part.start / PAGE - below.div_ceil(PAGE);
                let word = if pages == 1 { words.page } else { words.pages };
                let line = format!("{:>1$}… {2} {word}", "", digits + 10, thousands(pages));
                out.push_str(&line);
                out.push('\n');
            }
            below = below.max(part.end);
            let line = format!(
                "{name:<6} {:#0digits$x}  {bar}{}  {:#0digits$x}  {} {}",
                part.start,
                " ".repeat(widest.saturating_sub(chars(&bar))),
                part.end,
                thousands(part.used()),
                words.bytes
            );
            out.push_str(&line);
            out.push('\n');
        }
        if ascii {
            out = out.replace('…', "..");
            out = out
                .chars()
                .map(|c| if c.is_ascii() { c } else { '?' })
                .collect();
        }
        out
    }
}

/// One cell a page, or more pages a cell where there are many.
fn bar(part: &RegionPart, ascii: bool) -> String {
    let first = part.start / PAGE;
    let pages = part.end.div_ceil(PAGE).saturating_sub(first);
    let cell = PAGE * pages.div_ceil(CELLS).max(1);
    let mut bar = String::from("|");
    let count = pages.saturating_mul(PAGE).div_ceil(cell);
    for index in 0..count {
        let from = (first * PAGE).saturating_add(index * cell);
        let to = from.saturating_add(cell);
        let used = part.end.min(to).saturating_sub(part.start.max(from));
        let eighths = (used * 8).div_ceil(cell).min(8) as usize;
        bar.push(match (ascii, eighths) {
            (true, 0) => '.',
            (true, 8) => '#',
            (true, _) => '+',
            // The stack fills its pages from the right.
            (false, 1..=7) if part.region == Region::Stack => '▐',
            (false, _) => [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'][eighths],
        });
    }
    bar.push('|');
    match part.region {
        Region::Heap => bar.push_str(if ascii { "->" } else { "▶" }),
        Region::Stack => bar.insert_str(0, if ascii { "<-" } else { "◀" }),
        _ => {}
    }
    if cell > PAGE {
        bar.push_str(&format!(" x{}", cell / PAGE));
    }
    bar
}
