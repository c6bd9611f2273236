//! Finds the course and reads its labs: `labs/NN-name/lab.toml`, one for each lab.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::tree::{line_at, read_text};
use crate::{Error, TaskId};

/// Where a lab stands: `labs/03-refcounts`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The lab's number, 3.
    pub number: u16,
    /// The lab's package, `refcounts`.
    pub package: String,
    /// The directory's name in `labs/` and in `solutions/`, `03-refcounts`.
    pub directory: String,
}

/// A lab, as its `lab.toml` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    /// Its number, package and directory.
    pub place: Place,
    /// Its title, as in its chapter.
    pub title: String,
    /// Its chapter, a file in `book/src`.
    pub chapter: String,
    /// About how many hours it takes.
    pub hours: u32,
    /// A program in its `tests` that shows something when all tests have passed: `tests/<closing>.rs`.
    pub closing: Option<String>,
    /// Its tasks, in order: n.1, n.2, …
    pub tasks: Vec<Task>,
}

/// One task of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// Its title, the same as in its chapter's heading.
    pub title: String,
    /// A nudge, the idea, nearly the code.
    pub hints: [String; 3],
    /// The line of `lab.toml` where it begins.
    pub line: usize,
}

/// The course: a directory with `labs/`, `solutions/` and `book/`.
#[derive(Debug, Clone)]
pub struct Course {
    /// The root directory.
    pub root: PathBuf,
    /// The labs that have a `lab.toml`, in order.
    pub labs: Vec<Lab>,
    /// Lab directories without a `lab.toml`, in order.
    pub unfinished: Vec<Place>,
}

impl Course {
    /// The course that `start` lies in: the nearest directory upward with a `Cargo.toml` and a `labs` directory.
    pub fn find(start: &Path) -> Result<Course, Error> {
        start
            .ancestors()
            .find(|directory| directory.join("Cargo.toml").is_file() && directory.join("labs").is_dir())
            .map(Course::at)
            .unwrap_or_else(|| {
                Err(Error::new(format!(
                    "no course here: neither {} nor a directory above it has a Cargo.toml and a directory labs. \
                     Change into your clone of Private Heap first.",
                    start.display()
                )))
            })
    }

    /// The course whose root is `root`.
    pub fn at(root: &Path) -> Result<Course, Error> {
        let mut places = Vec::new();
        let labs_dir = root.join("labs");
        let unreadable = |error| Error::in_file(&labs_dir, format!("cannot be read: {error}"));
        for entry in fs::read_dir(&labs_dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.path().is_dir()
                && let Some(place) = entry.file_name().to_str().and_then(Place::parse)
            {
                places.push(place);
            }
        }
        places.sort();
        if let Some(pair) = places
            .windows(2)
            .find(|pair| pair[0].number == pair[1].number)
        {
            let message = format!("has the same number as labs/{}", pair[0].directory);
            return Err(Error::in_file(
                &Path::new("labs").join(&pair[1].directory),
                message,
            ));
        }
        let mut course = Course {
            root: root.to_owned(),
            labs: Vec::new(),
            unfinished: Vec::new(),
        };
        for place in places {
            let file = place.lab_toml();
            if root.join(&file).is_file() {
                let text = read_text(&root.join(&file))?;
                course.labs.push(parse_lab(&file, &text, place)?);
            } else {
                course.unfinished.push(place);
            }
        }
        Ok(course)
    }

    /// The lab called `name`: a number (`3`, `03`), a package (`refcounts`) or a directory (`03-refcounts`).
    pub fn lab(&self, name: &str) -> Result<&Lab, Error> {
        let name = name.trim_end_matches(['/', '\\']);
        let name = name.strip_prefix("labs/").unwrap_or(name);
        let found = self.labs.iter().find(|lab| {
            let place = &lab.place;
            place.package == name || place.directory == name || name.parse() == Ok(place.number)
        });
        found.ok_or_else(|| {
            let mut message = format!("there is no lab `{name}`. The labs are:");
            for lab in &self.labs {
                message += &format!("\n  {}  {}", lab.place.number, lab.place.package);
            }
            if name.parse::<u32>().is_ok() {
                message += "\nThe labs with other numbers are not out yet.";
            }
            Error::new(message)
        })
    }

    /// The lab whose package is `package`.
    pub fn by_package(&self, package: &str) -> Option<&Lab> {
        self.labs.iter().find(|lab| lab.place.package == package)
    }

    /// Task `id` and its lab.
    pub fn task(&self, id: TaskId) -> Result<(&Lab, &Task), Error> {
        let lab = self.lab(&id.lab.to_string())?;
        let found = lab.tasks.iter().find(|task| task.id == id);
        found.map(|task| (lab, task)).ok_or_else(|| {
            let mut message = format!(
                "there is no task {id}. The tasks of lab {} are:",
                lab.place.number
            );
            for task in &lab.tasks {
                message += &format!("\n  {}  {}", task.id, task.title);
            }
            Error::new(message)
        })
    }
}

impl Place {
    /// Reads a directory's name: two digits, a dash, the package.
    pub fn parse(directory: &str) -> Option<Place> {
        let (digits, package) = directory.split_once('-')?;
        let number = digits
            .parse()
            .ok()
            .filter(|_| digits.len() == 2 && !package.is_empty())?;
        Some(Place {
            number,
            package: package.to_owned(),
            directory: directory.to_owned(),
        })
    }

    /// `labs/NN-name`, where the learner works.
    pub fn lab_dir(&self) -> PathBuf {
        Path::new("labs").join(&self.directory)
    }

    /// `solutions/NN-name`, where the reference is.
    pub fn solution_dir(&self) -> PathBuf {
        Path::new("solutions").join(&self.directory)
    }

    /// `labs/NN-name/lab.toml`.
    pub fn lab_toml(&self) -> PathBuf {
        self.lab_dir().join("lab.toml")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabToml {
    number: Spanned<u16>,
    package: Spanned<String>,
    title: String,
    chapter: String,
    hours: u32,
    closing: Option<String>,
    #[serde(default)]
    task: Vec<Spanned<TaskToml>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskToml {
    id: Spanned<String>,
    title: Spanned<String>,
    hints: Spanned<Vec<Spanned<String>>>,
}

/// Reads one `lab.toml`; `file` is named in errors.
pub fn parse_lab(file: &Path, text: &str, place: Place) -> Result<Lab, Error> {
    let lab: LabToml = toml::from_str(text).map_err(|error| toml_error(file, text, &error))?;
    let at = |span: std::ops::Range<usize>, message: String| {
        Error::at(file, line_at(text, span.start), message)
    };
    if *lab.number.get_ref() != place.number {
        let message = format!(
            "number is {}, but the directory's number is {}",
            lab.number.get_ref(),
            place.number
        );
        return Err(at(lab.number.span(), message));
    }
    if *lab.package.get_ref() != place.package {
        let message = format!(
            "package is `{}`, but the directory is called {}",
            lab.package.get_ref(),
            place.directory
        );
        return Err(at(lab.package.span(), message));
    }
    let mut tasks = Vec::new();
    for (task, number) in lab.task.into_iter().zip(1..) {
        let begins = line_at(text, task.span().start);
        let task = task.into_inner();
        let expected = TaskId {
            lab: place.number,
            number,
        };
        if TaskId::parse(task.id.get_ref()) != Some(expected) {
            let message = format!(
                "the id is `{}`, but this task comes as {expected}",
                task.id.get_ref()
            );
            return Err(at(task.id.span(), message));
        }
        if task.title.get_ref().trim().is_empty() {
            return Err(at(
                task.title.span(),
                format!("task {expected} has an empty title"),
            ));
        }
        let span = task.hints.span();
        let hints: Vec<Spanned<String>> = task.hints.into_inner();
        if let Some(empty) = hints.iter().find(|hint| hint.get_ref().trim().is_empty()) {
            return Err(at(
                empty.span(),
                format!("task {expected} has an empty hint"),
            ));
        }
        let hints: Vec<String> = hints.into_iter().map(Spanned::into_inner).collect();
        let hints = hints.try_into().map_err(|hints: Vec<String>| {
            let message = format!(
                "task {expected} has {} hints; a task has exactly three: a nudge, the idea, nearly the code",
                hints.len()
            );
            at(span, message)
        })?;
        tasks.push(Task {
            id: expected,
            title: task.title.into_inner(),
            hints,
            line: begins,
        });
    }
    if tasks.is_empty() {
        return Err(Error::in_file(file, "has no [[task]]"));
    }
    Ok(Lab {
        place,
        title: lab.title,
        chapter: lab.chapter,
        hours: lab.hours,
        closing: lab.closing,
        tasks,
    })
}

/// An error of the TOML parser, with the line that it is in.
pub(crate) fn toml_error(file: &Path, text: &str, error: &toml::de::Error) -> Error {
    let message = error.message().trim_end().replace('\n', ", ");
    match error.span() {
        Some(span) => Error::at(file, line_at(text, span.start), message),
        None => Error::in_file(file, message),
    }
}
