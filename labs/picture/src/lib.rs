//! The picture of a heap, computed from a snapshot's bytes alone.
//!
//! Under construction.

mod blocks;
mod bytes;
pub mod diff;
mod find;
mod layouts;
pub mod model;
mod names;
pub mod svg;
pub mod text;
pub mod words;

pub use diff::Diff;
pub use model::Picture;
pub use names::Names;
pub use svg::SvgOptions;
pub use text::TextOptions;
pub use words::Words;
