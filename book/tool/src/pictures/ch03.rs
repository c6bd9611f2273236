//! The pictures of chapter 3.

use super::Picture;

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    Vec::new()
}
