//! One memory, drawn as a picture of the book: the drawing and its text twin show the same parts.

use memory::{Addr, Memory, Snapshot};
use picture::{Diff, Names, PoolParts, SvgOptions, TextOptions, Words};

use super::{Kind, Picture};

/// What is drawn, and how.
#[derive(Clone, Debug)]
pub struct Draw<'a> {
    name: &'a str,
    caption: &'a str,
    names: Names,
    before: Option<&'a Snapshot>,
    parts: PoolParts,
    only: Vec<Addr>,
    kept: bool,
    regions: bool,
}

impl<'a> Draw<'a> {
    /// A picture called `name` with this caption, in Markdown.
    #[must_use]
    pub fn new(name: &'a str, caption: &'a str) -> Draw<'a> {
        Draw {
            name,
            caption,
            names: Names::new(),
            before: None,
            parts: PoolParts::ALL,
            only: Vec::new(),
            kept: false,
            regions: false,
        }
    }

    /// Names for addresses.
    #[must_use]
    pub fn names(mut self, names: &[(Addr, &str)]) -> Draw<'a> {
        for (addr, name) in names {
            self.names.add(*addr, *name);
        }
        self
    }

    /// Marks what changed since this snapshot of the same memory.
    #[must_use]
    pub fn before(mut self, before: &'a Snapshot) -> Draw<'a> {
        self.before = Some(before);
        self
    }

    /// Which parts of the allocator are drawn.
    #[must_use]
    pub fn parts(mut self, parts: PoolParts) -> Draw<'a> {
        self.parts = parts;
        self
    }

    /// Only these objects, in the drawing; in the text, what has to do with them.
    #[must_use]
    pub fn only(mut self, objects: &[Addr]) -> Draw<'a> {
        self.only = objects.to_vec();
        self
    }

    /// With the free lists, the policy and the pauses.
    #[must_use]
    pub fn kept(mut self) -> Draw<'a> {
        self.kept = true;
        self
    }

    /// Everything that the parts ask for, and names, objects, regions and the collector's lists.
    #[must_use]
    pub fn whole(mut self, memory: &Memory) -> Picture {
        self.regions = true;
        self.kept = true;
        self.draw(memory, true, true, self.parts.clone())
    }

    /// Names and objects.
    #[must_use]
    pub fn objects(&self, memory: &Memory) -> Picture {
        self.draw(memory, true, false, PoolParts::NONE)
    }

    /// Names and objects with what the collector noted of them, and below them the collector's lists.
    #[must_use]
    pub fn cycles(&self, memory: &Memory) -> Picture {
        self.draw(memory, true, true, PoolParts::NONE)
    }

    /// The collector's lists alone.
    #[must_use]
    pub fn generations(&self, memory: &Memory) -> Picture {
        self.draw(memory, false, true, PoolParts::NONE)
    }

    /// Pools, arenas and their lists.
    #[must_use]
    pub fn pools(&self, memory: &Memory) -> Picture {
        self.draw(memory, false, false, self.parts.clone())
    }

    fn draw(&self, memory: &Memory, objects: bool, gc: bool, parts: PoolParts) -> Picture {
        let after = picture::Picture::of(&memory.snapshot(), &self.names);
        let before = self
            .before
            .map(|before| picture::Picture::of(before, &self.names));
        let diff = before.map(|before| Diff::between(&before, &after));
        let svg = SvgOptions {
            title: self.caption.replace('`', ""),
            regions: self.regions,
            frames: objects,
            objects,
            gc,
            kept: self.kept,
            only: self.only.clone(),
            pools: parts.clone(),
            changed: diff.as_ref(),
            ..SvgOptions::default()
        };
        let text = TextOptions {
            changed: diff.as_ref(),
            columns: objects,
            gc,
            kept: self.kept,
            focus: self.only.clone(),
            pools: parts,
            max_lines: 60,
            ..TextOptions::default()
        };
        Picture {
            name: self.name.to_owned(),
            caption: self.caption.to_owned(),
            kind: Kind::Model,
            svg: after.svg(&svg),
            text: match self.regions {
                true => after.region_map(false, &Words::ENGLISH) + "\n" + &after.text(&text),
                false => after.text(&text),
            },
        }
    }
}
