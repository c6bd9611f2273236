//! A copy of the course in miniature for one test to work on, in a directory whose name has a space and Hangul.

#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};

use engine::course::{Course, Lab, Place};
use engine::stage::Stage;

/// The copy.
pub struct Fixture {
    /// Its root.
    pub root: PathBuf,
}

impl Fixture {
    /// A fresh copy called `name` below `scratch`, cargo's directory for integration tests.
    pub fn new(scratch: &str, name: &str) -> Fixture {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|above| above.join("labs/engine/tests/fixture"));
        let source = source
            .into_iter()
            .find(|source| source.is_dir())
            .expect("the fixture is in labs/engine/tests");
        let root = Path::new(scratch).join(format!("{name} 배움"));
        let _ = fs::remove_dir_all(&root);
        for (path, bytes) in engine::read_tree(&source, "").unwrap() {
            if !path.starts_with("target/") {
                engine::write_if_changed(&root.join(path), &bytes).unwrap();
            }
        }
        Fixture { root }
    }

    /// The course as it is now.
    pub fn course(&self) -> Course {
        Course::at(&self.root).unwrap()
    }

    /// Replaces the one `find` in `file`.
    pub fn edit(&self, file: &str, find: &str, replace: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(find).count(), 1, "{find:?} in {file}");
        self.write(file, &text.replacen(find, replace, 1));
    }

    /// Writes `file`.
    pub fn write(&self, file: &str, text: &str) {
        engine::write_if_changed(&self.root.join(file), text.as_bytes()).unwrap();
    }

    /// Reads `file`.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Removes `file`.
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.root.join(file)).unwrap();
    }
}

/// Opens a stage for tests.
pub fn stage(course: &Course) -> Stage {
    Stage::open(course, "test").unwrap()
}

/// The place of the lab called `name`.
pub fn place(course: &Course, name: &str) -> Place {
    lab(course, name).place.clone()
}

/// The lab called `name`.
pub fn lab<'a>(course: &'a Course, name: &str) -> &'a Lab {
    course.lab(name).unwrap()
}
