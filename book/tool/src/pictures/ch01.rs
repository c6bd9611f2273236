//! The pictures of chapter 1: the model process at four moments, and the map of a real Python.

use memory::{Memory, MemoryError, PAGE};
use picture::{Names, SvgOptions, TextOptions, Words};
use regions::{
    Kind as Region, Mapping, Part, Sizes, classify, find, grow_heap, layout, load_code, parse_maps,
    pop_frame, push_frame, static_alloc,
};

use super::{Kind, Picture};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let mut pictures = match process() {
        Ok(pictures) => pictures,
        Err(error) => panic!("the model process of chapter 1: {error}"),
    };
    pictures.push(real_python());
    pictures
}

/// The model process, step by step.
fn process() -> Result<Vec<Picture>, MemoryError> {
    let memory = Memory::new(Memory::MIN_SIZE)?;
    let mut pictures = Vec::new();
    layout(
        &memory,
        Sizes {
            text: 2 * PAGE,
            data: 3 * PAGE,
        },
    )?;
    let main = load_code(&memory, "main", &["car", "a", "b", "y", "z"])?;
    let f1 = load_code(&memory, "f1", &["x"])?;
    let f2 = load_code(&memory, "f2", &["x"])?;
    static_alloc(&memory, 9760)?;
    pictures.push(draw(
        &memory,
        "01-loaded",
        "Before the first call: code in text, static storage in data, an empty heap and an empty stack.",
    ));
    push_frame(&memory, main)?;
    grow_heap(&memory, 2 * PAGE)?;
    push_frame(&memory, f1)?;
    push_frame(&memory, f2)?;
    pictures.push(draw(
        &memory,
        "01-calls",
        "`main` has called `f1`, and `f1` has called `f2`: three frames, the newest at the lowest \
         address. The heap has grown by two pages.",
    ));
    pop_frame(&memory)?;
    pop_frame(&memory)?;
    pictures.push(draw(
        &memory,
        "01-returned",
        "Both calls have returned. Their frames are gone; the heap is as it was.",
    ));
    Ok(pictures)
}

fn draw(memory: &Memory, name: &str, caption: &str) -> Picture {
    let picture = picture::Picture::of(&memory.snapshot(), &Names::default());
    let options = SvgOptions {
        title: caption.replace('`', ""),
        regions: true,
        objects: false,
        counts: false,
        ..SvgOptions::default()
    };
    let mut text = picture.region_map(false, &Words::ENGLISH);
    if !picture.frames.is_empty() {
        let options = TextOptions {
            counts: false,
            blocks: false,
            ..TextOptions::default()
        };
        text = format!("{text}\n{}", picture.text(&options));
    }
    Picture {
        name: name.to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: picture.svg(&options),
        text,
    }
}

const MAPS: &str = include_str!("../../../../labs/01-regions/tests/data/python-3.11.7.maps");
const THINGS: &str = include_str!("../../../../labs/01-regions/tests/data/python-3.11.7.things");

/// One row of the measured picture.
enum Row {
    /// A mapping in which something of interest lies.
    Mapping {
        kind: String,
        bytes: u64,
        things: Vec<&'static str>,
    },
    /// Mappings beside each other in which nothing of interest lies.
    Others { count: usize, bytes: u64 },
    /// Addresses at which there is nothing.
    Gap { bytes: u64 },
}

/// The map of a real CPython 3.11.7, read and classified by the reference, with the things that
/// `tests/data/things.py` recorded.
fn real_python() -> Picture {
    let mappings = match parse_maps(MAPS) {
        Ok(mappings) => mappings,
        Err(error) => panic!("the recorded maps of chapter 1: {error}"),
    };
    let exe = THINGS.lines().find_map(|line| line.strip_prefix("exe "));
    let kinds = classify(&mappings, exe.unwrap_or_default());
    let mut things = vec![Vec::new(); mappings.len()];
    for line in THINGS.lines().skip(2) {
        let (address, thing) = line.split_once(' ').unwrap_or_default();
        let address = u64::from_str_radix(address, 16).unwrap_or(0);
        match find(&mappings, address) {
            Some(index) => things[index].push(thing),
            None => panic!("{thing} lies in no mapping of chapter 1"),
        }
    }
    let rows = rows(&mappings, &kinds, things);
    let caption =
        "Where a real CPython 3.11.7 keeps fourteen things. Low addresses are at the top.";
    Picture {
        name: "01-real-python".to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Measured,
        svg: svg(&rows, caption),
        text: text(&rows),
    }
}

fn rows(mappings: &[Mapping], kinds: &[Region], things: Vec<Vec<&'static str>>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut end = 0;
    for ((mapping, kind), things) in mappings.iter().zip(kinds).zip(things) {
        // Kernel pages at the top of the address space belong to no process.
        if mapping.start >= 1 << 47 {
            break;
        }
        // A gap is worth a row where more than a library could lie in it.
        if end > 0 && mapping.start - end > 1 << 30 {
            let bytes = mapping.start - end;
            rows.push(Row::Gap { bytes });
        }
        end = mapping.end;
        let bytes = mapping.end - mapping.start;
        if things.is_empty() {
            match rows.last_mut() {
                Some(Row::Others {
                    count,
                    bytes: others,
                }) => {
                    *count += 1;
                    *others += bytes;
                }
                _ => rows.push(Row::Others { count: 1, bytes }),
            }
            continue;
        }
        let kind = match kind {
            Region::Library(Part::Text) => "code of CPython (its library)".to_owned(),
            Region::Library(Part::Data) => "data of CPython (its library)".to_owned(),
            kind => kind.to_string(),
        };
        rows.push(Row::Mapping {
            kind,
            bytes,
            things,
        });
    }
    rows
}

impl Row {
    fn head(&self) -> String {
        match self {
            Row::Mapping { kind, bytes, .. } => format!("{kind}, {}", size(*bytes)),
            Row::Others { count: 1, bytes } => format!("one other mapping, {}", size(*bytes)),
            Row::Others { count, bytes } => format!("{count} other mappings, {}", size(*bytes)),
            Row::Gap { bytes } => format!("nothing, {}", size(*bytes)),
        }
    }

    fn things(&self) -> &[&'static str] {
        match self {
            Row::Mapping { things, .. } => things,
            _ => &[],
        }
    }
}

/// A number of bytes in the largest unit that leaves at least 1 of it.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        0x4000_0000..0x100_0000_0000 => format!("{} GiB", bytes >> 30),
        _ => format!("{} TiB", bytes >> 40),
    }
}

fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        text += &match row {
            Row::Mapping { .. } => format!("| {}\n", row.head()),
            _ => format!(": {}\n", row.head()),
        };
        for thing in row.things() {
            text += &format!("|     {thing}\n");
        }
    }
    text
}

const LINE: usize = 20;
const WIDTH: usize = 430;

fn svg(rows: &[Row], title: &str) -> String {
    let mut body = String::new();
    let mut y = 6;
    for row in rows {
        let things = row.things();
        let height = LINE * (1 + things.len()) + if things.is_empty() { 4 } else { 8 };
        let (dash, opacity, fill) = match row {
            Row::Mapping { .. } => ("", 1.0, 0.08),
            Row::Others { .. } => ("", 0.7, 0.0),
            Row::Gap { .. } => (" stroke-dasharray='2 5'", 0.7, 0.0),
        };
        body += &format!(
            "<g opacity='{opacity}'><rect x='1' y='{y}' width='{}' height='{height}' fill='currentColor' \
             fill-opacity='{fill}' stroke='currentColor'{dash}/>",
            WIDTH - 2
        );
        let weight = if things.is_empty() { 400 } else { 700 };
        body += &line(10, y + 16, weight, &row.head());
        for (index, thing) in things.iter().enumerate() {
            body += &line(28, y + 16 + LINE * (index + 1), 400, thing);
        }
        body += "</g>";
        y += height;
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {}' role='img' aria-label='{}' \
         font-size='13' font-family='var(--mono-font, monospace)' fill='currentColor'>{body}</svg>",
        y + 6,
        escape(title),
    )
}

fn line(x: usize, y: usize, weight: usize, text: &str) -> String {
    let text = escape(text);
    format!("<text x='{x}' y='{y}' font-weight='{weight}'>{text}</text>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_thing_is_drawn() {
        let picture = real_python();
        for line in THINGS.lines().skip(2) {
            let (_, thing) = line.split_once(' ').unwrap();
            assert!(
                picture.text.contains(&format!("|     {thing}\n")),
                "{thing}"
            );
            assert!(picture.svg.contains(&escape(thing)), "{thing}");
        }
    }

    #[test]
    fn the_model_process_shows_its_frames() {
        let pictures = process().unwrap();
        let of = |name| {
            pictures
                .iter()
                .find(|picture| picture.name == name)
                .unwrap()
        };
        assert!(of("01-calls").text.contains("f2()"));
        assert!(!of("01-returned").text.contains("f2()"));
        assert!(!of("01-loaded").text.contains("main()"));
    }
}
