//! Cargo as a child process: which one, and in which environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::course::Course;

/// What a parent cargo leaves in the environment for its child and would mislead another cargo.
const INHERITED: [&str; 8] = [
    "CARGO",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_DIR",
    "MAKEFLAGS",
    "MFLAGS",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUST_RECURSION_COUNT",
    "RUST_TEST_THREADS",
];
const INHERITED_PREFIXES: [&str; 4] = [
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
];

/// The cargo that started us, or the one on the `PATH`, without what it set for us alone.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    without_parent(&mut command);
    command
}

/// Takes a parent cargo's variables out of a child's environment.
pub(crate) fn without_parent(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if INHERITED.contains(&text)
            || INHERITED_PREFIXES
                .iter()
                .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
}

/// Where this course's builds go: `CARGO_TARGET_DIR`, or `target` below the root.
pub fn target_dir(course: &Course) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => {
            std::path::absolute(&directory).unwrap_or_else(|_| PathBuf::from(directory))
        }
        None => course.root.join("target"),
    }
}

/// `path`, shortened to what comes below `root` where it does.
pub fn below<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
