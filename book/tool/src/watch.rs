//! Notices changed files by looking at them, several times a second.
//!
//! The operating systems' notifications would cost more crates, and they also report files being
//! read, so that a build would start the next one. A book has few files; looking is cheap.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// How long to wait between two looks.
pub const INTERVAL: Duration = Duration::from_millis(100);

/// How long the files must have been still before a change counts: an editor writes in steps.
const STILL: Duration = Duration::from_millis(60);

/// The size and the time of every file below some paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Look {
    /// Looks at every file of `paths` and below.
    #[must_use]
    pub fn at(paths: &[PathBuf]) -> Self {
        let mut look = Self::default();
        for path in paths {
            look.add(path);
        }
        look
    }

    /// Takes over what `earlier` saw of the same files.
    pub fn replace(&mut self, earlier: Self) {
        self.0.extend(earlier.0);
    }

    fn add(&mut self, path: &Path) {
        let Ok(metadata) = fs::metadata(path) else {
            return;
        };
        if metadata.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                // An editor's own files (.swp, ~) come and go while it saves.
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if !(name.starts_with('.') || name.ends_with('~')) {
                    self.add(&entry.path());
                }
            }
        } else {
            let seen = (metadata.len(), metadata.modified().ok());
            self.0.insert(path.to_path_buf(), seen);
        }
    }
}

/// Waits until the files of `paths` differ from `before` and are still, and returns the new look.
#[must_use]
pub fn changed(paths: &[PathBuf], before: &Look) -> Look {
    settled(before, || Look::at(paths), sleep)
}

fn settled(before: &Look, look: impl Fn() -> Look, pause: impl Fn(Duration)) -> Look {
    loop {
        pause(INTERVAL);
        let now = look();
        if now == *before {
            continue;
        }
        pause(STILL);
        if look() == now {
            return now;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A look at one file of this length.
    fn look(length: u64) -> Look {
        Look([(PathBuf::from("a.md"), (length, None))].into())
    }

    #[test]
    fn a_change_counts_when_it_is_over() {
        // What each look sees: nothing new, then a file being written in steps, then the end.
        let lengths = [3, 3, 0, 5, 7, 8, 9, 9];
        let at = Cell::new(0);
        let next = || {
            at.set(at.get() + 1);
            look(lengths[at.get() - 1])
        };
        assert_eq!(settled(&look(3), next, |_| ()), look(9));
        assert_eq!(at.get(), lengths.len());
    }

    #[test]
    fn files_come_and_go_and_those_of_editors_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().to_path_buf()];
        let write = |name: &str| fs::write(folder.path().join(name), "x").unwrap();
        let empty = Look::at(&paths);
        write(".a.md.swp");
        write("a.md~");
        assert_eq!(Look::at(&paths), empty);
        write("a.md");
        assert_ne!(Look::at(&paths), empty);
        fs::remove_file(folder.path().join("a.md")).unwrap();
        assert_eq!(Look::at(&paths), empty);
    }
}
