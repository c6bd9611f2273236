//! Checks mdBook's `{{#include file:anchor}}`.
//!
//! mdBook itself only logs a missing file, and shows an empty block for a missing anchor.

use std::path::{Path, PathBuf};

/// What each `{{#include …}}` of a line asks for.
#[must_use]
pub fn find(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for word in ["{{#include ", "{{#rustdoc_include "] {
        for (start, _) in line.match_indices(word) {
            if line[..start].ends_with('\\') {
                continue;
            }
            let rest = &line[start + word.len()..];
            if let Some(end) = rest.find("}}") {
                found.push(rest[..end].trim());
            }
        }
    }
    found
}

/// Checks that `wanted` (`file`, `file:anchor` or `file:3:7`) exists, seen from `chapter`'s file,
/// and returns the file.
///
/// # Errors
/// A message for the author if the file, the anchor or its end is missing.
pub fn check(chapter: &Path, wanted: &str) -> Result<PathBuf, String> {
    let (name, part) = wanted.split_once(':').unwrap_or((wanted, ""));
    let file = chapter.parent().unwrap_or(Path::new("")).join(name);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("cannot include {name}: {error}"))?;
    let is_line_range = part.chars().all(|c| c.is_ascii_digit() || c == ':');
    if !is_line_range {
        let has = |mark: &str| {
            let mark = format!("{mark}: {part}");
            text.lines().any(|line| {
                line.split_once(&mark).is_some_and(|(_, rest)| {
                    !rest.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c))
                })
            })
        };
        if !has("ANCHOR") {
            return Err(format!(
                "cannot include {name}: it has no line `ANCHOR: {part}`"
            ));
        }
        if !has("ANCHOR_END") {
            return Err(format!(
                "cannot include {name}: anchor {part} has no `ANCHOR_END: {part}`"
            ));
        }
    }
    Ok(file)
}
