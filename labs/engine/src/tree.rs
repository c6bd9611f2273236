//! Reading a directory of files, in an order that is the same everywhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Error;

/// Files by their path below some directory, written with `/` on every system.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file below `directory`, each under `prefix/…`. A directory that is not there has no files. Names that begin
/// with a dot and editors' `~` copies are left out.
pub fn read_tree(directory: &Path, prefix: &str) -> Result<Files, Error> {
    let mut files = Files::new();
    if directory.is_dir() {
        read_into(directory, prefix, &mut files)?;
    }
    Ok(files)
}

fn read_into(directory: &Path, prefix: &str, files: &mut Files) -> Result<(), Error> {
    let unreadable = |error| Error::in_file(directory, format!("cannot be read: {error}"));
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Error::in_file(&path, "its name is not UTF-8"));
        };
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let below = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}/{name}")
        };
        if path.is_dir() {
            read_into(&path, &below, files)?;
        } else {
            files.insert(below, read(&path)?);
        }
    }
    Ok(())
}

/// The bytes of `file`, or an error that names it.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|error| Error::in_file(file, format!("cannot be read: {error}")))
}

/// The text of `file`, or an error that names it.
pub(crate) fn read_text(file: &Path) -> Result<String, Error> {
    String::from_utf8(read(file)?).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Error::at(
            file,
            good.iter().filter(|&&byte| byte == b'\n').count() + 1,
            "is not UTF-8 text",
        )
    })
}

/// Writes `bytes` to `file`, making its directories. A file that already has these bytes is left alone, so its
/// modification time moves exactly when its content does: cargo decides by that time what it must compile again.
pub fn write_if_changed(file: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let unwritable = |error| Error::in_file(file, format!("cannot be written: {error}"));
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).map_err(unwritable)?;
    }
    fs::write(file, bytes).map_err(unwritable)?;
    Ok(true)
}

/// The line, counted from 1, in which byte `offset` of `text` lies.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_exactly_when_its_content_changes() {
        let directory =
            std::env::temp_dir().join(format!("private-heap-tree-{}", std::process::id()));
        let file = directory.join("a/b.txt");
        let modified = || fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(write_if_changed(&file, b"one"), Ok(true));
        let first = modified();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(write_if_changed(&file, b"one"), Ok(false));
        assert_eq!(modified(), first);
        assert_eq!(write_if_changed(&file, b"two"), Ok(true));
        assert!(modified() > first);
        assert_eq!(read_tree(&directory, "x").unwrap()["x/a/b.txt"], b"two");
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn text_that_is_not_utf8_is_named_with_its_line() {
        let file = std::env::temp_dir().join(format!("private-heap-latin1-{}", std::process::id()));
        fs::write(&file, b"one\ntw\xf6\n").unwrap();
        let error = read_text(&file).unwrap_err();
        fs::remove_file(&file).unwrap();
        assert_eq!(
            (error.line, error.message.as_str()),
            (Some(2), "is not UTF-8 text")
        );
    }
}
