//! The pools after a few steps: a script of requests, run on the reference of lab 5 or lab 6.
//!
//! ```text
//! A=48          a block of 48 bytes, called A
//! A,B,C=48      three of them
//! a1..a84=48    84 of them, whose names are not drawn
//! -A  -A,B  -a2..a9     they are given back
//! A~64          A is made 64 bytes large (lab 6)
//! |             what changes from here on is marked
//! ```

use std::collections::{BTreeMap, BTreeSet};

use memory::{Addr, Allocator, Geometry, Memory, MemoryError, Snapshot};
use picture::PoolParts;
use pools::PoolSource;
use regions::{Sizes, layout};

use super::Picture;
use super::draw::Draw;

/// What a script left.
#[derive(Debug)]
pub struct Run {
    /// The memory.
    pub memory: Memory,
    /// The memory at the script's `|`.
    pub before: Option<Snapshot>,
    blocks: BTreeMap<String, Addr>,
    /// The names that are drawn.
    drawn: BTreeSet<String>,
}

/// Runs a script on lab 5's pools alone.
///
/// # Panics
/// If the script has a mistake, or the memory is full: the message names the token.
#[must_use]
pub fn pools<G: Geometry>(script: &str) -> Run {
    let allocator = Allocator {
        malloc: |memory, size| pools::malloc::<G>(memory, size, &source::<G>()),
        realloc: |_, _, size| Err(MemoryError::NoMemory { requested: size }),
        free: |memory, block| pools::free::<G>(memory, block, &source::<G>()),
    };
    run(script, allocator, |memory| {
        pools::start::<G>(memory);
        Ok(())
    })
}

/// Runs a script on lab 6's object allocator.
///
/// # Panics
/// As [`pools()`].
#[must_use]
pub fn arenas<G: Geometry>(script: &str) -> Run {
    let allocator = Allocator {
        malloc: arenas::malloc::<G>,
        realloc: arenas::realloc::<G>,
        free: arenas::free::<G>,
    };
    run(script, allocator, arenas::arena::start::<G>)
}

const fn source<G: Geometry>() -> PoolSource {
    pools::fresh_pools::<G>()
}

/// The range that scripts run in.
const RANGE: u64 = 64 << 20;

/// Small text and data regions: addresses stay short.
const SIZES: Sizes = Sizes {
    text: 4 << 10,
    data: 4 << 10,
};

fn run(
    script: &str,
    allocator: Allocator,
    start: impl Fn(&Memory) -> Result<(), MemoryError>,
) -> Run {
    let started = || {
        let memory = Memory::new(RANGE)?;
        layout(&memory, SIZES)?;
        start(&memory)?;
        Ok::<Memory, MemoryError>(memory)
    };
    let memory = match started() {
        Ok(memory) => memory,
        Err(error) => panic!("a picture's memory: {error}"),
    };
    let mut run = Run {
        memory,
        before: None,
        blocks: BTreeMap::new(),
        drawn: BTreeSet::new(),
    };
    for token in script.split_whitespace() {
        if let Err(why) = run.step(token, allocator) {
            panic!("the step `{token}` of `{script}`: {why}");
        }
    }
    run
}

/// The names in `A,B` or `a1..a9`, and whether they are drawn.
fn names(text: &str) -> Result<(Vec<String>, bool), String> {
    let Some((first, last)) = text.split_once("..") else {
        return Ok((text.split(',').map(str::to_owned).collect(), true));
    };
    let digits = |name: &str| {
        name.find(|c: char| c.is_ascii_digit())
            .unwrap_or(name.len())
    };
    let parse = |name: &str| {
        let (stem, number) = name.split_at(digits(name));
        let number: u64 = number
            .parse()
            .map_err(|_| format!("{name} has no number"))?;
        Ok::<_, String>((stem.to_owned(), number))
    };
    let ((stem, from), (other, to)) = (parse(first)?, parse(last)?);
    if stem != other || from > to {
        return Err(format!("{text} is no row of names"));
    }
    Ok(((from..=to).map(|n| format!("{stem}{n}")).collect(), false))
}

impl Run {
    fn step(&mut self, token: &str, allocator: Allocator) -> Result<(), String> {
        if token == "|" {
            self.before = Some(self.memory.snapshot());
        } else if let Some(text) = token.strip_prefix('-') {
            for name in names(text)?.0 {
                let block = self.blocks.remove(&name);
                let block = block.ok_or(format!("no block is called {name}"))?;
                (allocator.free)(&self.memory, block);
            }
        } else if let Some((text, size)) = token.split_once('=') {
            let size = parse_size(size)?;
            let (names, drawn) = names(text)?;
            for name in names {
                let block = (allocator.malloc)(&self.memory, size).map_err(|e| e.to_string())?;
                if self.blocks.insert(name.clone(), block).is_some() {
                    return Err(format!("{name} is in use"));
                }
                if drawn {
                    self.drawn.insert(name);
                } else {
                    self.drawn.remove(&name);
                }
            }
        } else if let Some((name, size)) = token.split_once('~') {
            let block = self.blocks.get(name).copied();
            let block = block.ok_or(format!("no block is called {name}"))?;
            let moved = (allocator.realloc)(&self.memory, block, parse_size(size)?);
            let moved = moved.map_err(|error| error.to_string())?;
            self.blocks.insert(name.to_owned(), moved);
        } else {
            return Err("no step looks like this".to_owned());
        }
        Ok(())
    }

    /// Where the block called `name` is.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn block(&self, name: &str) -> Addr {
        match self.blocks.get(name) {
            Some(block) => *block,
            None => panic!("no block is called {name}"),
        }
    }

    /// A picture of everything.
    #[must_use]
    pub fn draw(&self, name: &str, caption: &str) -> Picture {
        self.draw_parts(name, caption, PoolParts::ALL)
    }

    /// A picture of these parts.
    #[must_use]
    pub fn draw_parts(&self, name: &str, caption: &str, parts: PoolParts) -> Picture {
        let drawn = self
            .blocks
            .iter()
            .filter(|(name, _)| self.drawn.contains(*name));
        let names: Vec<(Addr, &str)> = drawn.map(|(name, at)| (*at, name.as_str())).collect();
        let mut draw = Draw::new(name, caption).names(&names).parts(parts);
        if let Some(before) = &self.before {
            draw = draw.before(before);
        }
        draw.pools(&self.memory)
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is no size"))
}

#[cfg(test)]
mod tests {
    use memory::geometry::{Classic, Modern};

    use super::*;

    #[test]
    fn a_script_runs_and_what_changed_is_marked() {
        let run = pools::<Classic>("A,B,C=48 | -B");
        let picture = run.draw("x", "c");
        assert!(picture.text.contains("██ A"), "{}", picture.text);
        assert!(picture.text.contains("~ "), "{}", picture.text);
        assert!(!picture.text.contains('!'), "{}", picture.text);
    }

    #[test]
    fn a_row_of_blocks_folds() {
        let run = arenas::<Modern>("a1..a400=48 -a1..a10 X=600");
        let picture = run.draw("x", "c");
        assert!(picture.text.contains("330 allocated"), "{}", picture.text);
        assert!(!picture.text.contains('!'), "{}", picture.text);
    }

    #[test]
    fn heaps_of_many_steps_have_no_problems() {
        let mut script = String::new();
        for i in 0..3000u64 {
            script.push_str(&format!("b{i}={} ", i * 37 % 600 + 1));
        }
        for i in (0..3000u64).filter(|i| i % 3 != 0 || i / 64 % 2 == 0) {
            script.push_str(&format!("-b{i} "));
        }
        for i in 0..500u64 {
            script.push_str(&format!("c{i}={} ", i * 91 % 512 + 1));
        }
        for run in [arenas::<Classic>(&script), arenas::<Modern>(&script)] {
            let seen = picture::Picture::of(&run.memory.snapshot(), &picture::Names::new());
            assert_eq!(seen.problems, []);
            assert!(!seen.truncated);
        }
    }

    #[test]
    #[should_panic(expected = "no block is called B")]
    fn a_mistake_names_its_token() {
        let _ = pools::<Classic>("A=48 -B");
    }
}
