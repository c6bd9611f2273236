//! The pictures of chapter 7: ages of blocks in recorded programs, the row of collections, three
//! lists, and a collector with one wrong line.

use std::fmt::Write as _;

use cycles::passes::{clear_unreachable_mask, deduce_unreachable};
use generations::lists::merge_younger;
use memory::{Addr, GcList, GcState, Heap, Memory};
use objects::{ObjectError, class, instance, list};
use refcounts::containers::list_append;
use refcounts::decref;
use traces::{ALL, Event, Trace};

use super::draw::Draw;
use super::program::{Lab, Step, run};
use super::{Kind, Picture};

/// Chapter 7: containers are tracked in three generations.
pub const GENERATIONS: Lab = Lab {
    types: &generations::TYPES,
    start: generations::start,
    drop: decref,
};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let mut pictures = vec![ages()];
    for some in [timeline(), program(), older(), broken()] {
        match some {
            Ok(some) => pictures.extend(some),
            Err(error) => panic!("the pictures of chapter 7: {error}"),
        }
    }
    pictures
}

fn heap(memory: &Memory) -> Heap<'_> {
    Heap {
        memory,
        object: generations::PLAIN,
        types: &generations::TYPES,
    }
}

// ------------------------------------------------------------------ ages

/// A block that is so many allocations old is asked whether it still lives.
const AGES: [usize; 4] = [10, 100, 1000, OLDEST];
const OLDEST: usize = 10_000;

/// How many of a hundred blocks of the trace are live when they are so old. A block so near to the
/// end that it cannot get as old as [`OLDEST`] is left out.
fn live_at(trace: &Trace, age: usize) -> usize {
    let mut born = vec![0; trace.slots()];
    let mut ages = Vec::new();
    for event in trace.events() {
        match event {
            Event::Alloc { id, .. } => {
                born[id as usize] = ages.len();
                ages.push(usize::MAX);
            }
            Event::Free { id } => {
                let born = born[id as usize];
                ages[born] = ages.len() - born;
            }
            Event::Realloc { .. } => {}
        }
    }
    let asked = ages.len() - OLDEST;
    let live = ages[..asked].iter().filter(|&&died| died > age).count();
    (100 * live + asked / 2) / asked
}

/// Six recorded programs: how many blocks get old.
fn ages() -> Picture {
    let caption = "Of a hundred blocks that a program took from CPython's object allocator, so many were still live when 10, 100, 1,000 and 10,000 further blocks had been allocated. Recorded with CPython 3.11, from the interpreter's start to its end.";
    let rows = ALL.iter().map(|file| {
        let trace = file.read();
        (file.name, AGES.map(|age| live_at(&trace, age)))
    });
    let rows: Vec<_> = rows.collect();
    let mut text = format!("{:12}", "");
    for age in AGES {
        let _ = write!(text, "{age:>9}");
    }
    let mut body = String::new();
    for (column, age) in AGES.iter().enumerate() {
        body += &label(110 + 120 * column, 18, &thousands(*age));
    }
    for (row, (name, live)) in rows.iter().enumerate() {
        let y = 28 + 30 * row;
        body += &label(4, y + 17, name);
        let _ = write!(text, "\n{name:12}");
        for (column, live) in live.iter().enumerate() {
            let x = 110 + 120 * column;
            let words = format!("{live} %");
            let _ = write!(text, "{words:>9}");
            let _ = write!(
                body,
                "<rect x='{x}' y='{y}' width='100' height='24' fill='none' stroke='currentColor' \
                 stroke-opacity='0.35'/><rect x='{x}' y='{y}' width='{live}' height='24' \
                 fill='currentColor' fill-opacity='0.2'/>"
            );
            body += &label(x + 8, y + 17, &words);
        }
    }
    text.push('\n');
    Picture {
        name: "07-ages".to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Measured,
        svg: svg(caption, 600, 34 + 30 * rows.len(), &body),
        text,
    }
}

fn thousands(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},000", number / 1000),
    }
}

pub(super) fn label(x: usize, y: usize, text: &str) -> String {
    format!("<text x='{x}' y='{y}'>{text}</text>")
}

pub(super) fn svg(title: &str, width: usize, height: usize, body: &str) -> String {
    let title = title.replace('`', "").replace('\'', "&#39;");
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' \
         aria-label='{title}' font-size='13' font-family='var(--mono-font, monospace)' \
         fill='currentColor'>{body}</svg>"
    )
}

// ------------------------------------------------------------------ which generation, when

/// The collections while so many instances are made and kept: after how many, and of which
/// generation.
fn collections(thresholds: [u64; 3], count: u64) -> Result<Vec<(u64, u64)>, ObjectError> {
    let memory = Memory::new(1 << 22)?;
    let heap = heap(&memory);
    generations::start(&heap)?;
    let class = class::new(&heap, "Point", None)?;
    generations::collect(&heap, 2)?;
    generations::freeze::freeze(&heap);
    generations::collect(&heap, 2)?;
    generations::threshold::set_threshold(&heap, &thresholds);
    let state = GcState::of(&memory);
    let ran = || [0, 1, 2].map(|number| state.stats(number).collections().get());
    let (mut row, mut before) = (Vec::new(), ran());
    for made in 1..=count {
        instance::new(&heap, class)?;
        let after = ran();
        if let Some(which) = (0..3).find(|&number| after[number] != before[number]) {
            row.push((made, which as u64));
        }
        before = after;
    }
    Ok(row)
}

/// One column for each collection: all generations that it looks at.
fn timeline() -> Result<Vec<Picture>, ObjectError> {
    let caption = "The first collections with `gc.set_threshold(50, 3, 2)`, while objects are made and kept. Each column is one collection, and reaches down from the generation that is due to generation 0: the younger ones are collected with it. Below, how many objects had been made.";
    let row = collections([50, 3, 2], 1020)?;
    let mut body = String::new();
    let mut text = String::new();
    for number in (0..3_u64).rev() {
        let y = 10 + 34 * (2 - number as usize);
        body += &label(4, y + 20, &format!("generation {number}"));
        let _ = write!(text, "generation {number}  ");
        for (column, &(_, which)) in row.iter().enumerate() {
            let x = 120 + 31 * column;
            let looked = number <= which;
            text += if looked { " ██" } else { " ··" };
            let opacity = if looked { 0.35 } else { 0.03 };
            let height = if looked && number > 0 { 34 } else { 26 };
            let _ = write!(
                body,
                "<rect x='{x}' y='{y}' width='22' height='{height}' fill='currentColor' \
                 fill-opacity='{opacity}'/>"
            );
            if number == which {
                body += &label(x + 7, y + 19, &which.to_string());
            }
        }
        text.push('\n');
    }
    body += &label(4, 128, "objects");
    for (column, &(made, _)) in row.iter().enumerate().step_by(5) {
        body += &label(120 + 31 * column, 128, &made.to_string());
    }
    let made: Vec<String> = row.iter().map(|(made, _)| made.to_string()).collect();
    let _ = writeln!(text, "objects: {}", made.join(", "));
    Ok(vec![Picture {
        name: "07-timeline".to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: svg(caption, 130 + 31 * row.len(), 138, &body),
        text,
    }])
}

// ------------------------------------------------------------------ lists

/// The program at the end of `main`, and after a collection of generation 0.
fn program() -> Result<Vec<Picture>, ObjectError> {
    let memory = run(GENERATIONS, Step::F1Returned)?;
    let before = Draw::new(
        "07-program",
        "The end of `main`, with the lists that run through the heads of all tracked objects. Nothing was collected yet: everything is in generation 0.",
    )
    .cycles(&memory);
    let snapshot = memory.snapshot();
    generations::collect(&heap(&memory), 0)?;
    let after = Draw::new(
        "07-program-older",
        "After `gc.collect(0)`, which returned 0. Who was young is in generation 1, and the counts say that there was one collection of generation 0.",
    )
    .before(&snapshot)
    .generations(&memory);
    Ok(vec![before, after])
}

/// Three lists that are born, each after a collection.
fn older() -> Result<Vec<Picture>, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = heap(&memory);
    // Without the lists `gc.garbage` and `gc.callbacks`.
    cycles::start(&heap)?;
    let a = list::new(&heap)?;
    generations::collect(&heap, 1)?;
    let b = list::new(&heap)?;
    generations::collect(&heap, 0)?;
    let (c, lost) = (list::new(&heap)?, list::new(&heap)?);
    list_append(&heap, lost, lost)?;
    decref(&heap, lost);
    let names = [(a, "a"), (b, "b"), (c, "c"), (lost, "lost")];
    let before = Draw::new(
        "07-three",
        "One list in each generation, and a lost one that refers to itself in generation 0.",
    )
    .names(&names)
    .generations(&memory);
    let snapshot = memory.snapshot();
    generations::collect(&heap, 0)?;
    let zero = Draw::new(
        "07-three-0",
        "After `gc.collect(0)`: `lost` is gone, `c` is in generation 1.",
    )
    .names(&names[..3])
    .before(&snapshot)
    .generations(&memory);
    let snapshot = memory.snapshot();
    generations::collect(&heap, 1)?;
    let one = Draw::new(
        "07-three-1",
        "After `gc.collect(1)`: `b` and `c` are in generation 2.",
    )
    .names(&names[..3])
    .before(&snapshot)
    .generations(&memory);
    Ok(vec![before, zero, one])
}

/// Two collections of generation 0 by a collector that leaves its survivors behind.
fn broken() -> Result<Vec<Picture>, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = heap(&memory);
    // Without the lists `gc.garbage` and `gc.callbacks`.
    cycles::start(&heap)?;
    let mut names: Vec<(Addr, &str)> = Vec::new();
    for name in ["a", "b", "c"] {
        names.push((list::new(&heap)?, name));
        if name != "c" {
            // A collection of generation 0, as far as the wrong line.
            let young = merge_younger(&heap, 0);
            let unreachable = GcState::of(&memory).list(GcList::Unreachable);
            deduce_unreachable(&heap, young, unreachable);
            clear_unreachable_mask(&heap, unreachable);
        }
    }
    Ok(vec![
        Draw::new(
            "07-broken",
            "After `a = []`, a collection of generation 0, `b = []`, another one, and `c = []`, drawn from a collector with one wrong line.",
        )
        .names(&names)
        .generations(&memory),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_cpythons() {
        let row = collections([50, 3, 2], 1020).unwrap();
        let which: Vec<u64> = row.iter().map(|&(_, which)| which).collect();
        let expected = include_str!("../../../python/07-row.3.11.out");
        let expected: Vec<u64> = (expected.lines())
            .filter(|line| line.starts_with("0 "))
            .flat_map(|line| line.split(' ').map(|number| number.parse().unwrap()))
            .collect();
        assert_eq!(expected[..], which[..expected.len()]);
    }

    #[test]
    fn most_blocks_die_young() {
        for file in ALL {
            let trace = file.read();
            let [soon, later] = [10, OLDEST].map(|age| live_at(&trace, age));
            assert!(later < soon && later < 50, "{}: {soon} {later}", file.name);
        }
    }
}
