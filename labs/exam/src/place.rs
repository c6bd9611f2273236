//! Where in the learner's code something happened.

use std::backtrace::Backtrace;
use std::panic::Location;
use std::path::{Path, PathBuf};

/// A line of source code.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    file: String,
    line: u32,
}

/// Code that is given, as it ends the path of a source file: what a learner's mistake goes through
/// on its way to the watch. Rust's own library lies in a directory `rustc`, or in its sources.
const GIVEN: [&str; 5] = [
    "/labs/memory/src/",
    "/labs/exam/src/",
    "/rustc/",
    "/lib/rustlib/src/",
    "/.cargo/registry/",
];

impl Place {
    /// The place of a panic that happens now. If that is in code that is given, the place is where
    /// the learner's code called it.
    pub(crate) fn of(location: &Location<'_>) -> Place {
        let place = Place {
            file: location.file().replace('\\', "/"),
            line: location.line(),
        };
        match place.is_given() {
            true => Place::innermost(&Backtrace::force_capture()).unwrap_or(place),
            false => place,
        }
    }

    /// Whether the code there is given. The compiler was told some paths from the workspace on.
    fn is_given(&self) -> bool {
        let file = format!("/{}", self.file);
        GIVEN.iter().any(|given| file.contains(given))
    }

    /// The innermost place of a backtrace that is not in code that is given.
    ///
    /// There is no other way to a backtrace's places in stable Rust than its text.
    pub(crate) fn innermost(trace: &Backtrace) -> Option<Place> {
        let text = trace.to_string();
        text.lines()
            .filter_map(|line| Place::parse(line.trim_start().strip_prefix("at ")?))
            .filter(|place| !place.is_given())
            // The C library names its own sources, which are nowhere on this machine.
            .find(|place| Path::new(&place.file).is_file())
            .map(Place::shortened)
    }

    /// `./src/count.rs:31:9`: the line and the column come last, and a path may have colons.
    fn parse(text: &str) -> Option<Place> {
        let (rest, _column) = text.trim_end().rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        let line = line.parse().ok()?;
        let file = match file.strip_prefix("./").or_else(|| file.strip_prefix(".\\")) {
            // Paths below the current directory, which is the lab's, are relative to it.
            Some(below) => match std::env::current_dir() {
                Ok(current) => current.join(below).to_string_lossy().into_owned(),
                Err(_) => below.to_owned(),
            },
            None => file.to_owned(),
        };
        Some(Place {
            file: file.replace('\\', "/"),
            line,
        })
    }

    /// With the path from the workspace on, as panics say it.
    fn shortened(self) -> Place {
        let shorter = root().and_then(|root| {
            let root = root.to_string_lossy().replace('\\', "/");
            let below = self.file.strip_prefix(&root)?.strip_prefix('/')?;
            Some(below.to_owned())
        });
        match shorter {
            Some(file) => Place { file, ..self },
            None => self,
        }
    }

    /// `labs/03-refcounts/src/count.rs:31`, and the line itself where it can be read.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}:{}", self.file, self.line)];
        let file = root().map(|root| root.join(&self.file));
        let text = file.and_then(|file| std::fs::read_to_string(file).ok());
        let code = text
            .as_deref()
            .and_then(|text| text.lines().nth((self.line as usize).saturating_sub(1)));
        lines.extend(code.map(|code| format!("  {}", code.trim())));
        lines
    }
}

/// The workspace: two directories above the lab that is being tested.
fn root() -> Option<PathBuf> {
    let lab = std::env::var_os("CARGO_MANIFEST_DIR")?;
    Some(Path::new(&lab).parent()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtraces_place_is_read_with_colons_and_spaces_in_its_path() {
        let place = Place::parse("/home/김 민수/a:b/src/count.rs:31:9").expect("a place");
        assert_eq!(place.file, "/home/김 민수/a:b/src/count.rs");
        assert_eq!(place.line, 31);
        let windows = Place::parse(r"C:\heap\src\count.rs:31:9").expect("a place");
        assert_eq!(windows.line, 31);
        assert!(windows.file.starts_with("C:/"), "{windows:?}");
        assert!(Place::parse("nothing of the kind").is_none());
    }
}
