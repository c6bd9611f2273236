//! `cargo grade cut`: writes `labs/NN-name/{Cargo.toml,src}` from `solutions/NN-name`, and never what a learner wrote.
//!
//! Beside each reference, `starter.lock` records a hash of every file that the last cut wrote. A file of the starter
//! whose hash is recorded is still as it was cut and may be replaced; any other was changed by hand.

use std::collections::BTreeMap;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use engine::course::{Course, Place};
use engine::starter::{Starter, starter};
use engine::{Error, Files, read_tree, write_if_changed};

const LOCK: &str = "starter.lock";

/// A lab's cut and what lies in `labs/` now.
struct Plan<'a> {
    place: &'a Place,
    new: Starter,
    old: Files,
    recorded: BTreeMap<String, String>,
}

/// Writes the starters of all labs, or of one. Writes nothing at all when a file was changed by hand, unless `force`.
/// Gives whether all went well.
pub fn write(course: &Course, lab: Option<&str>, force: bool) -> Result<bool> {
    let plans = plans(course, lab)?;
    let changed: Vec<PathBuf> = plans.iter().flat_map(Plan::changed_by_hand).collect();
    if !changed.is_empty() && !force {
        eprintln!(
            "These files are not as the last cut wrote them, and the cut would replace them:"
        );
        for file in &changed {
            eprintln!("  {}", file.display());
        }
        eprintln!(
            "Nothing was written. If they are your own solution, they stay yours: you need no cut.\n\
             If you maintain the course, move your change to solutions/, or run\n  \
             cargo grade cut --force\n\
             which keeps a copy of them under target/grade/replaced."
        );
        return Ok(false);
    }
    if !changed.is_empty() {
        let kept = keep_copies(course, &changed)?;
        println!("kept the replaced files in {}", kept.display());
    }
    for plan in &plans {
        plan.write(course)?;
        plan.print(course);
    }
    Ok(true)
}

/// Compares what the cut would write with what lies in `labs/`, byte for byte, and prints every difference. Gives
/// whether there is none.
pub fn check(course: &Course, lab: Option<&str>) -> Result<bool> {
    let mut same = true;
    for plan in plans(course, lab)? {
        for difference in plan.differences(course)? {
            eprintln!("{difference}");
            same = false;
        }
    }
    if !same {
        eprintln!("The starters are not what the references cut to. Run: cargo grade cut");
    }
    Ok(same)
}

fn plans<'a>(course: &'a Course, lab: Option<&str>) -> Result<Vec<Plan<'a>>> {
    let mut places: Vec<&Place> = course
        .labs
        .iter()
        .map(|lab| &lab.place)
        .chain(&course.unfinished)
        .collect();
    places.sort();
    if let Some(name) = lab {
        let named = |place: &&Place| {
            place.package == name || place.directory == name || name.parse() == Ok(place.number)
        };
        places.retain(named);
        if places.is_empty() {
            bail!("there is no lab `{name}` in labs/");
        }
    }
    places
        .into_iter()
        .map(|place| Plan::new(course, place))
        .collect()
}

impl<'a> Plan<'a> {
    fn new(course: &Course, place: &'a Place) -> Result<Plan<'a>> {
        let new = starter(&course.root, place, &|_| false)?;
        if let Some(lab) = course.by_package(&place.package) {
            for (file, range) in &new.ranges {
                if lab.tasks.iter().all(|task| task.id != range.task) {
                    let message =
                        format!("{} has no task {}", place.lab_toml().display(), range.task);
                    return Err(Error::at(file, range.line, message).into());
                }
            }
        }
        let directory = course.root.join(place.lab_dir());
        let mut old = read_tree(&directory.join("src"), "src")?;
        if let Ok(manifest) = fs::read(directory.join("Cargo.toml")) {
            old.insert("Cargo.toml".into(), manifest);
        }
        let lock = fs::read_to_string(course.root.join(place.solution_dir()).join(LOCK))
            .unwrap_or_default();
        let recorded = lock.lines().filter_map(|line| line.split_once("  "));
        let recorded = recorded
            .map(|(hash, path)| (path.to_owned(), hash.to_owned()))
            .collect();
        Ok(Plan {
            place,
            new,
            old,
            recorded,
        })
    }

    fn file(&self, path: &str) -> PathBuf {
        self.place.lab_dir().join(path)
    }

    /// The starter's files that the cut would replace or remove, but that no cut wrote.
    fn changed_by_hand(&self) -> Vec<PathBuf> {
        let by_hand = |(path, bytes): &(&String, &Vec<u8>)| {
            self.new.files.get(*path) != Some(*bytes)
                && self.recorded.get(*path) != Some(&hash(bytes))
        };
        self.old
            .iter()
            .filter(by_hand)
            .map(|(path, _)| self.file(path))
            .collect()
    }

    fn lock(&self) -> String {
        let mut lock = String::from(
            "# What `cargo grade cut` wrote last: a hash of each file of the starter.\n",
        );
        for (path, bytes) in &self.new.files {
            lock += &format!("{}  {path}\n", hash(bytes));
        }
        lock
    }

    fn write(&self, course: &Course) -> Result<()> {
        let directory = course.root.join(self.place.lab_dir());
        for (path, bytes) in &self.new.files {
            write_if_changed(&directory.join(path), bytes)?;
        }
        for path in self
            .old
            .keys()
            .filter(|path| !self.new.files.contains_key(*path))
        {
            let file = directory.join(path);
            fs::remove_file(&file)
                .with_context(|| format!("{} cannot be removed", file.display()))?;
        }
        let lock = course.root.join(self.place.solution_dir()).join(LOCK);
        write_if_changed(&lock, self.lock().as_bytes())?;
        Ok(())
    }

    fn print(&self, course: &Course) {
        let changed = self
            .new
            .files
            .iter()
            .filter(|(path, bytes)| self.old.get(*path) != Some(*bytes))
            .count();
        println!(
            "{}  {} files, {changed} changed, {} lines for the reader",
            self.place.lab_dir().display(),
            self.new.files.len(),
            self.new.total_lines()
        );
        let Some(lab) = course.by_package(&self.place.package) else {
            println!("  no lab.toml yet: its tasks were not checked");
            return;
        };
        for task in &lab.tasks {
            println!(
                "  {:<5} {:>3} lines  {}",
                task.id.to_string(),
                self.new.lines(task.id),
                task.title
            );
        }
    }

    fn differences(&self, course: &Course) -> Result<Vec<String>> {
        let mut out = Vec::new();
        for (path, new) in &self.new.files {
            let file = self.file(path);
            match self.old.get(path) {
                None => out.push(format!("{}: is missing", file.display())),
                Some(old) if old != new => out.push(first_difference(&file, old, new)),
                Some(_) => {}
            }
        }
        for path in self
            .old
            .keys()
            .filter(|path| !self.new.files.contains_key(*path))
        {
            out.push(format!(
                "{}: the reference has no such file",
                self.file(path).display()
            ));
        }
        let lock = self.place.solution_dir().join(LOCK);
        if fs::read(course.root.join(&lock)).ok().as_deref() != Some(self.lock().as_bytes()) {
            out.push(format!("{}: does not record this cut", lock.display()));
        }
        Ok(out)
    }
}

fn first_difference(file: &Path, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let (mut old, mut new) = (old.split_inclusive('\n'), new.split_inclusive('\n'));
    let mut line = 0;
    loop {
        line += 1;
        let (is, cut) = (old.next(), new.next());
        if is != cut || is.is_none() {
            let show = |text: Option<&str>| {
                text.map_or("the end of the file".to_owned(), |text| format!("{text:?}"))
            };
            return format!(
                "{}:{line}: is {}, the cut gives {}",
                file.display(),
                show(is),
                show(cut)
            );
        }
    }
}

/// Copies `files` (below the root) to a new directory under `target/`, and gives that directory.
fn keep_copies(course: &Course, files: &[PathBuf]) -> Result<PathBuf> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let kept = Path::new("target/grade/replaced").join(seconds.to_string());
    for file in files {
        let to = course.root.join(&kept).join(file);
        let copy = || {
            fs::create_dir_all(to.parent().unwrap_or(&to))?;
            fs::copy(course.root.join(file), &to)
        };
        copy().with_context(|| {
            format!(
                "{} cannot be kept in {}; nothing was cut",
                file.display(),
                kept.display()
            )
        })?;
    }
    Ok(kept)
}

/// A hash that is the same on every system, whatever line ends git checked out.
fn hash(bytes: &[u8]) -> String {
    let mut hasher = fnv::FnvHasher::default();
    for line in bytes.split(|&byte| byte == b'\n') {
        hasher.write(line.strip_suffix(b"\r").unwrap_or(line));
        hasher.write_u8(b'\n');
    }
    format!("{:016x}", hasher.finish())
}
