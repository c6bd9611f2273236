//! Where the installed Pythons are, as libraries.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// A `libpython3` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibPython {
    /// The file.
    pub path: PathBuf,
    /// 11 of 3.11, from the file's name.
    pub minor: u32,
}

impl LibPython {
    /// The library at `path`, if that is how one is called: `libpython3.11.so.1.0`,
    /// `libpython3.7m.so`, `libpython3.12.dylib`.
    #[must_use]
    pub fn named(path: &Path) -> Option<LibPython> {
        let rest = path.file_name()?.to_str()?.strip_prefix("libpython3.")?;
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (minor, rest) = rest.split_at(digits);
        let rest = rest.strip_prefix('m').unwrap_or(rest);
        (rest.starts_with(".so") || rest == ".dylib").then_some(LibPython {
            path: path.to_owned(),
            minor: minor.parse().ok()?,
        })
    }

    /// `cpython-3.11`.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("cpython-3.{}", self.minor)
    }

    /// The directory to set as `PYTHONHOME`, so that this Python finds its own standard library and
    /// not that of another one of the same version: the directory above `lib`, or above
    /// `lib/x86_64-linux-gnu`. `None` if the library lies somewhere else; it then looks for itself.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        let landmark = format!("lib/python3.{}/os.py", self.minor);
        let mut above = self.path.ancestors().skip(2).take(2);
        above
            .find(|home| home.join(&landmark).is_file())
            .map(Path::to_owned)
    }
}

/// Variables that would change which allocator a Python uses, or which library it imports.
pub const DISTURBING: &[&str] = &[
    "PYTHONMALLOC",
    "PYTHONMALLOCSTATS",
    "PYTHONDEVMODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONTRACEMALLOC",
];

/// All libraries in the usual places, the system's own first: it is built with more care for speed
/// than one built by hand. A library is named once, however many links lead to it.
#[must_use]
pub fn installed() -> Vec<LibPython> {
    let mut places = system_directories();
    places.extend(pyenv_directories());
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut add = |path: &Path, found: &mut Vec<LibPython>| {
        if let (Some(library), Ok(real)) = (LibPython::named(path), path.canonicalize())
            && seen.insert(real)
        {
            found.push(library);
        }
    };
    for place in places {
        let mut files: Vec<PathBuf> = fs::read_dir(place)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        for file in files {
            add(&file, &mut found);
        }
    }
    if let Some(path) = of_command("python3") {
        add(&path, &mut found);
    }
    found
}

/// The library that is meant by `wanted`: a path to one, or a version such as `3.11`. Without a wish
/// 3.11, the course's version, and otherwise the newest.
#[must_use]
pub fn choose(wanted: Option<&str>) -> Option<LibPython> {
    if let Some(wanted) = wanted {
        if wanted.contains('/') {
            return LibPython::named(Path::new(wanted)).filter(|library| library.path.exists());
        }
        let minor: u32 = wanted.strip_prefix("3.")?.parse().ok()?;
        return installed()
            .into_iter()
            .find(|library| library.minor == minor);
    }
    let mut all = installed();
    // The sort is stable: of two with the same version, the system's stays in front.
    all.sort_by_key(|library| (library.minor != 11, std::cmp::Reverse(library.minor)));
    all.into_iter().next()
}

fn system_directories() -> Vec<PathBuf> {
    let mut places = Vec::new();
    for root in [
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/opt/homebrew/lib",
    ] {
        places.push(PathBuf::from(root));
        // Debian: /usr/lib/x86_64-linux-gnu and the like.
        places.push(Path::new(root).join(format!("{}-linux-gnu", env::consts::ARCH)));
    }
    places
}

fn pyenv_directories() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let mut places: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("lib"))
        .collect();
    places.sort();
    places
}

/// The library that the Python called `command` says it belongs to.
fn of_command(command: &str) -> Option<PathBuf> {
    let script = "import sysconfig, os; get = sysconfig.get_config_var; \
                  print(os.path.join(get('LIBDIR') or '', get('INSTSONAME') or ''))";
    let output = Command::new(command)
        .args(["-c", script])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries() {
        for (name, minor) in [
            ("/usr/lib/libpython3.11.so.1.0", Some(11)),
            ("libpython3.7m.so", Some(7)),
            ("libpython3.13.dylib", Some(13)),
            ("libpython3.so", None),
            ("libpython3.11.a", None),
            ("libpython2.7.so", None),
        ] {
            let found = LibPython::named(Path::new(name));
            assert_eq!(found.map(|library| library.minor), minor, "{name}");
        }
    }

    #[test]
    fn a_python_that_is_not_there() {
        assert_eq!(choose(Some("3.2")), None);
        assert_eq!(choose(Some("/nowhere/libpython3.11.so")), None);
        assert_eq!(choose(Some("three")), None);
    }
}
