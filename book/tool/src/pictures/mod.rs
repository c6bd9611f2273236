//! The book's heap pictures: one module for each chapter, each picture computed while the book is
//! built. A chapter shows one with `{{#picture name}}`.

pub mod ch00;
pub mod ch01;
pub mod ch02;
pub mod ch03;
pub mod ch04;
pub mod ch05;
pub mod ch06;
pub mod ch07;
pub mod ch08;
pub mod draw;
pub mod fields;
pub mod program;
pub mod steps;

/// Where a picture's content comes from. The reader sees it as a tag beside the caption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Computed by the labs' model of CPython.
    Model,
    /// Measured on a real process.
    Measured,
}

impl Kind {
    /// The word on the tag.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Measured => "measured",
        }
    }
}

/// One picture, in the two forms that a page carries.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What a chapter calls it: lower-case words joined by `-`, unique in the book.
    pub name: String,
    /// One sentence of Markdown that says what to see. It is also what a screen reader says in
    /// place of the drawing.
    pub caption: String,
    /// Where its content comes from.
    pub kind: Kind,
    /// The drawing: one `<svg>` element with a `viewBox`. Colours come from `currentColor` and the
    /// theme's variables (`var(--fg)`, `var(--bg)`, …), so that it follows light and dark.
    pub svg: String,
    /// The same picture in monospaced text.
    pub text: String,
}

/// Every picture of the book, in the chapters' order.
#[must_use]
pub fn all() -> Vec<Picture> {
    [
        ch00::pictures(),
        ch01::pictures(),
        ch02::pictures(),
        ch03::pictures(),
        ch04::pictures(),
        ch05::pictures(),
        ch06::pictures(),
        ch07::pictures(),
        ch08::pictures(),
    ]
    .concat()
}
