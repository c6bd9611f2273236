//! A small book in a temporary folder, for the tests. The folder's name has Hangul and a space in it.

use std::fs;
use std::path::Path;

use mdbook_driver::MDBook;
use tempfile::TempDir;

use crate::html::{Piece, pieces};
use crate::pictures::{Kind, Picture};
use crate::preprocess::{self, Findings};
use crate::repo::Repo;

/// A clone that holds only a book.
pub(crate) struct Fixture {
    _folder: TempDir,
    pub(crate) repo: Repo,
}

impl Fixture {
    /// A book with the real theme and one chapter, `01-one.md`.
    pub(crate) fn new(chapter: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("빈 칸 heap ")
            .tempdir()
            .unwrap();
        let book = folder.path().join("book");
        for name in ["src", "python", "diagrams"] {
            fs::create_dir_all(book.join(name)).unwrap();
        }
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::copy(real.join("book.toml"), book.join("book.toml")).unwrap();
        copy(&real.join("theme"), &book.join("theme"));
        let fixture = Self {
            repo: Repo::at(folder.path()).unwrap(),
            _folder: folder,
        };
        fixture.write("src/SUMMARY.md", "# Summary\n\n- [One](01-one.md)\n");
        fixture.write("src/01-one.md", chapter);
        fixture
    }

    /// Writes a file below `book/`.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.repo.book().join(name), text).unwrap();
    }

    /// The chapter's expanded Markdown and what was found.
    pub(crate) fn expand(&self) -> (String, Findings) {
        let mut book = MDBook::load(self.repo.book()).unwrap().book;
        let findings = preprocess::expand(&mut book, &self.repo, &[picture()]);
        let content = book.iter().find_map(|item| match item {
            mdbook_driver::book::BookItem::Chapter(chapter) => Some(chapter.content.clone()),
            _ => None,
        });
        (content.unwrap(), findings)
    }

    /// The messages of the errors in the chapter.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.expand()
            .1
            .errors
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A picture called `two-boxes`.
pub(crate) fn picture() -> Picture {
    Picture {
        name: "two-boxes".to_owned(),
        caption: "Two boxes with `x < 1`.".to_owned(),
        kind: Kind::Model,
        svg: "<svg viewBox=\"0 0 100 50\"><defs><marker id=\"arrow\"/></defs>\n\n\
              <path marker-end=\"url(#arrow)\"/></svg>"
            .to_owned(),
        text: "┌─┐\n\n└─┘".to_owned(),
    }
}

/// The text inside each element called `tag`.
pub(crate) fn texts(page: &str, tag: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut open = false;
    for piece in pieces(page) {
        match piece {
            Piece::Open(name, _) if name == tag => {
                open = true;
                texts.push(String::new());
            }
            Piece::Close(name) if name == tag => open = false,
            Piece::Text(text) if open => texts.last_mut().unwrap().push_str(&text),
            _ => {}
        }
    }
    texts
}
