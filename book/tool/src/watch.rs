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
        // An editor's own files (.swp, ~) come and go while it saves.
        let name = path.file_name().map(|n| n.to_string_lossy());
        if name.is_some_and(|n| n.starts_with('.') || n.ends_with('~')) {
            return;
        }
        let Ok(metadata) = fs::metadata(path) else {
            return;
        };
        if metadata.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                self.add(&entry.path());
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
    loop {
        sleep(INTERVAL);
        let mut now = Look::at(paths);
        if now == *before {
            continue;
        }
        loop {
            sleep(STILL);
            let later = Look::at(paths);
            if later == now {
                break;
            }
            now = later;
        }
        if now != *before {
            return now;
        }
    }
}
