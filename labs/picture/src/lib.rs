//! The picture of a heap, computed from a snapshot's bytes alone.
//!
//! A failing test shows the heap in which it failed, and each chapter of the book draws one. Both
//! come from here: a [`Picture`] is read from a [`Snapshot`](memory::Snapshot), and its faces draw
//! it. No lab's code runs, so that it draws the heap that *is*, not the one that a manager believes
//! in: a broken heap is drawn too, with what is inconsistent in it.
//!
//! ```
//! use memory::{Addr, Memory};
//! use picture::{Names, Picture, TextOptions};
//!
//! # let memory = Memory::new(Memory::MIN_SIZE)?;
//! # let car = Addr::at(0x2000);
//! let names: Names = [(car, "car")].into_iter().collect();
//! let picture = Picture::of(&memory.snapshot(), &names);
//! print!("{}", picture.text(&TextOptions::default()));
//! assert!(picture.problems.is_empty());
//! # Ok::<(), memory::MemoryError>(())
//! ```
//!
//! | what | gives |
//! |---|---|
//! | [`Picture::of`] | the model: regions, frames, names, objects, blocks, references, problems |
//! | [`Picture::text`] | the text face: what refers to what, and where the bytes lie |
//! | [`Picture::svg`] | the SVG face, for the book |
//! | [`Picture::region_map`] | the regions alone, a cell for each page |
//! | [`fields()`] | one object or record, word by word |
//! | [`Diff::between`] | what changed from one picture to the next, which the faces mark |
//!
//! # What is a problem
//!
//! A heap at rest, as it is between two operations of a correct manager, has no
//! [`Problem`](model::Problem). An object with *more* references than its `ob_refcnt` is one; an
//! object with fewer is not, as Rust code may hold the others. The faces show both numbers, and
//! [`Picture::unreached`] lists the objects to which nothing leads. Static objects are left out of
//! this: nobody frees them.
//!
//! Counted are the local variables of frames, items, keys and values, attributes, defaults and
//! closures of functions, callbacks of weak references, the class of an instance, what a class
//! holds (its name, its base, its dict), and what the root record holds. Not counted are weak
//! references, and the names in shared keys, which the dict of interned strings holds.
//!
//! # How to add a layer
//!
//! A layer, as pools and arenas are one, has four parts. Its *model* is a module of `model` with plain
//! data. Its *reader* is a module of `find`, called in `Finder::picture`: it reads its records through
//! `Bytes`, follows each list only to places that can be right, and pushes a
//! [`Problem`](model::Problem) for what contradicts itself. If the layer hands out the heap's blocks, it
//! also adds them to `Finder::blocks`, where an address is found to be in a freed block or in none.
//! Its *text* is a module of `text` whose lines stand below the columns, its *drawing* a module of
//! `svg`; an option of each face turns it on. New words go into [`Words`].

mod blocks;
mod bytes;
pub mod diff;
pub mod fields;
mod find;
mod layouts;
mod map;
pub mod model;
mod names;
pub mod svg;
pub mod text;
pub mod words;

pub use diff::Diff;
pub use fields::{FieldLine, fields, fields_text};
pub use model::{Picture, PoolParts};
pub use names::Names;
pub use svg::SvgOptions;
pub use text::{Parts, TextOptions};
pub use words::Words;
