//! The book's own search index.
//!
//! mdBook's search cannot find Hangul: its indexer and its script both drop such words. So the index
//! is the plain text of every section, and the theme's script looks for substrings in it, which also
//! suits a language whose particles follow the noun without a space.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::html::{Piece, pieces};

/// The index's file in the site: a script, so that it also loads from a `file:` page.
pub const INDEX: &str = "search-index.js";

/// One section: a heading and what stands below it up to the next one.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Where it is: `01-regions.html#task-1-2`.
    pub link: String,
    /// The chapter's first heading.
    pub chapter: String,
    /// Its own heading.
    pub title: String,
    /// Its text, each run of white space as one space.
    pub text: String,
}

/// Writes the index of all chapters in `site` beside them.
///
/// # Errors
/// If a page cannot be read or the index cannot be written.
pub fn write_index(site: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(site).with_context(|| format!("cannot read {}", site.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_chapter = name.ends_with(".html")
            && !matches!(
                name.as_str(),
                "index.html" | "print.html" | "404.html" | "toc.html"
            );
        if is_chapter {
            names.push(name);
        }
    }
    names.sort();
    let mut all = Vec::new();
    for name in names {
        let file = site.join(&name);
        let page =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        all.extend(sections(&name, &page));
    }
    let file = site.join(INDEX);
    let json = serde_json::to_string(&all).context("cannot write the search index")?;
    fs::write(&file, format!("window.searchIndex = {json};\n"))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// The sections of one page's `<main>`.
#[must_use]
pub fn sections(name: &str, page: &str) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    let mut in_main = false;
    // Inside an element whose text nobody reads as such.
    let mut hidden = 0;
    let mut in_heading = false;
    for piece in pieces(page) {
        match &piece {
            Piece::Open(tag, _) if tag == "main" => in_main = true,
            Piece::Close(tag) if tag == "main" => in_main = false,
            _ if !in_main => {}
            Piece::Open(tag, _) if is_unread(tag) => hidden += 1,
            Piece::Close(tag) if is_unread(tag) => hidden -= 1,
            _ if hidden > 0 => {}
            Piece::Open(tag, _) if is_heading(tag) => {
                in_heading = true;
                let anchor = piece.attribute("id").unwrap_or_default();
                all.push(Section {
                    link: format!("{name}#{anchor}"),
                    ..Section::default()
                });
            }
            Piece::Close(tag) if is_heading(tag) => in_heading = false,
            Piece::Text(text) => {
                if let Some(section) = all.last_mut() {
                    let to = if in_heading {
                        &mut section.title
                    } else {
                        &mut section.text
                    };
                    to.push_str(text);
                }
            }
            // Words of neighbouring blocks are apart; those of inline elements are not.
            Piece::Open(tag, _) | Piece::Close(tag) if !is_inline(tag) => {
                if let Some(section) = all.last_mut() {
                    section.text.push(' ');
                }
            }
            _ => {}
        }
    }
    let chapter = all.first().map(|s| squeeze(&s.title)).unwrap_or_default();
    for section in &mut all {
        section.chapter.clone_from(&chapter);
        section.title = squeeze(&section.title);
        section.text = squeeze(&section.text);
    }
    all
}

fn is_heading(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_unread(tag: &str) -> bool {
    matches!(tag, "script" | "style" | "svg" | "template")
}

fn is_inline(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "abbr"
            | "b"
            | "code"
            | "em"
            | "i"
            | "kbd"
            | "mark"
            | "span"
            | "strong"
            | "sub"
            | "sup"
    )
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
