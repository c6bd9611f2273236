//! Cargo as a child process: which one, and in which environment.

use std::ffi::OsString;
use std::hash::Hasher;
use std::path::PathBuf;
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

/// Where this crate keeps what it makes of `course`: `target/engine`, or a directory of this clone's own below
/// `CARGO_TARGET_DIR`, which several clones may share.
pub fn work_dir(course: &Course) -> PathBuf {
    let Some(target) = std::env::var_os("CARGO_TARGET_DIR") else {
        return course.root.join("target").join("engine");
    };
    let root = course
        .root
        .canonicalize()
        .unwrap_or_else(|_| course.root.clone());
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(root.to_string_lossy().as_bytes());
    absolute(target).join(format!("engine-{:016x}", hasher.finish()))
}

/// Where the labs are built in place. Not `CARGO_TARGET_DIR` itself: cargo names a build by the package's path below its
/// workspace, so two clones that share a target directory get each other's builds.
pub(crate) fn builds_dir(course: &Course) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(_) => work_dir(course).join("target"),
        None => course.root.join("target"),
    }
}

/// `path` from the root of the file system.
fn absolute(path: OsString) -> PathBuf {
    std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(path))
}
