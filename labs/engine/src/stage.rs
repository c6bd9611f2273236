//! A private workspace for one lab: chosen sources for it and for the labs under it, copies of the given crates, the
//! committed `Cargo.lock`, and a target directory of its own.
//!
//! A stage is used again and again for other sources, which is what makes it fast and what could make it lie: cargo
//! goes by modification times and would take one student's build for another's. So a file is written exactly when its
//! content changes, and the built tests must print the hash of the sources they were staged from (the canary).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::hash::Hasher;
use std::path::{Component, Path, PathBuf};

use fs4::FileExt;

use crate::Error;
use crate::build::{Build, Product, Workspace, build};
use crate::cargo::work_dir;
use crate::course::{Course, Place, toml_error};
use crate::process;
use crate::run::{Limits, Tests};
use crate::tree::{Files, read_text, read_tree, write_if_changed};

/// The test that a stage adds to the lab's own.
pub(crate) const CANARY_TEST: &str = "engine_canary";

/// Directories of a given crate that a lab does not need.
const NOT_STAGED: [&str; 4] = ["tests/", "benches/", "examples/", "target/"];

/// A private workspace. Only one process uses it at a time; another waits.
#[derive(Debug)]
pub struct Stage {
    root: PathBuf,
    target: PathBuf,
    _lock: File,
}

/// What was staged last.
#[derive(Debug, Clone)]
pub struct Staged {
    place: Place,
    canary: Option<String>,
}

/// Gives a lab's own files, `Cargo.toml` and `src/…`.
pub type Sources<'a> = &'a dyn Fn(&Place) -> Result<Files, Error>;

impl Stage {
    /// The stage called `name` of this course, below its target directory.
    pub fn open(course: &Course, name: &str) -> Result<Stage, Error> {
        let home = work_dir(course).join(name);
        let unusable = |error| Error::in_file(&home, format!("cannot be used as a stage: {error}"));
        fs::create_dir_all(&home).map_err(unusable)?;
        let lock = File::create(home.join("lock")).map_err(unusable)?;
        FileExt::lock(&lock).map_err(unusable)?;
        Ok(Stage {
            root: home.join("course"),
            target: home.join("target"),
            _lock: lock,
        })
    }

    /// Puts the lab at `place` on the stage, with `sources` for it and for the labs that it stands on, and the tests
    /// and given crates of `course`.
    pub fn fill(
        &mut self,
        course: &Course,
        place: &Place,
        sources: Sources<'_>,
    ) -> Result<Staged, Error> {
        self.put(course, place, sources, true)
    }

    /// The same without the canary, for a message of rustc that shows nothing but the lab's own lines.
    pub fn fill_plain(
        &mut self,
        course: &Course,
        place: &Place,
        sources: Sources<'_>,
    ) -> Result<Staged, Error> {
        self.put(course, place, sources, false)
    }

    /// Builds the tests of what is staged.
    pub fn build(&self, staged: &Staged, progress: &(dyn Fn(&str) + Sync)) -> Result<Build, Error> {
        let build = self.build_program(staged, Product::Test(&staged.place.package), progress)?;
        if let (Some(executable), Some(canary)) = (&build.executable, &staged.canary) {
            self.prove(staged, executable, canary)?;
        }
        Ok(build)
    }

    /// Builds another program of what is staged. Nothing proves that it is of those sources: it does not print their
    /// hash.
    pub fn build_program(
        &self,
        staged: &Staged,
        product: Product<'_>,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<Build, Error> {
        let workspace = Workspace {
            root: &self.root,
            target: &self.target,
        };
        build(workspace, &staged.place.package, product, progress)
    }

    /// The built tests as something to run.
    pub fn tests<'a>(
        &self,
        directory: &'a Path,
        executable: &'a Path,
        limits: Limits,
    ) -> Tests<'a> {
        Tests {
            executable,
            directory,
            limits,
        }
    }

    /// The staged lab's directory, which its tests expect to be in.
    pub fn directory(&self, staged: &Staged) -> PathBuf {
        self.root.join(staged.place.lab_dir())
    }

    /// The stage's own copy of the course, as rustc names it in messages.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn put(
        &mut self,
        course: &Course,
        place: &Place,
        sources: Sources<'_>,
        canary: bool,
    ) -> Result<Staged, Error> {
        let gathered = gather(course, place, sources)?;
        let mut files = gathered.files;
        files.extend(tests_of(course, &gathered.labs)?);
        files.extend(programs_of(course, place)?);
        let canary = match canary {
            true => Some(add_canary(&mut files, place, &gathered.named)?),
            false => None,
        };
        let members = gathered
            .members
            .iter()
            .map(|member| toml::Value::from(member.as_str()))
            .collect();
        files.insert(
            "Cargo.toml".into(),
            stage_manifest(gathered.workspace, members).into_bytes(),
        );
        self.write(&files)?;
        self.write_lock(&course.root.join("Cargo.lock"))?;
        Ok(Staged {
            place: place.clone(),
            canary,
        })
    }

    /// Makes the stage hold exactly `files` (and cargo's lock).
    fn write(&self, files: &Files) -> Result<(), Error> {
        for (path, _) in read_tree(&self.root, "")? {
            if !files.contains_key(&path) && !path.starts_with("Cargo.lock") {
                let file = self.root.join(&path);
                fs::remove_file(&file).map_err(|error| {
                    Error::in_file(&file, format!("cannot be removed: {error}"))
                })?;
            }
        }
        for (path, bytes) in files {
            write_if_changed(&self.root.join(path), bytes)?;
        }
        Ok(())
    }

    /// Copies the committed lock file. Cargo shortens the stage's, so a second copy tells whether the course's changed.
    fn write_lock(&self, lock: &Path) -> Result<(), Error> {
        let bytes = fs::read(lock).unwrap_or_default();
        let changed = write_if_changed(&self.root.join("Cargo.lock.course"), &bytes)?;
        if !bytes.is_empty() && (changed || !self.root.join("Cargo.lock").is_file()) {
            write_if_changed(&self.root.join("Cargo.lock"), &bytes)?;
        }
        Ok(())
    }

    fn prove(&self, staged: &Staged, executable: &Path, canary: &str) -> Result<(), Error> {
        let limits = Limits::default();
        let arguments = ["--exact", "--nocapture", CANARY_TEST];
        let (_, output) = process::run(executable, &arguments, &self.directory(staged), &limits)?;
        let output = String::from_utf8_lossy(&output);
        if canary
            .lines()
            .all(|expected| output.lines().any(|line| line == expected))
        {
            return Ok(());
        }
        Err(Error::in_file(
            executable,
            format!(
                "was not built from the staged sources of `{}` ; delete {} and try again",
                staged.place.package,
                self.target.display()
            ),
        ))
    }
}

/// The files of a lab and of all that it depends on by path.
pub(crate) struct Gathered {
    /// The course's own manifest.
    workspace: toml::Table,
    /// Every file, by its path below the course's root.
    pub(crate) files: Files,
    /// The directories of the packages.
    members: BTreeSet<String>,
    /// The labs among them, in order.
    pub(crate) labs: BTreeSet<Place>,
    /// The lab and the labs in its own manifest, by the names that its tests know them by.
    named: BTreeMap<String, Place>,
}

/// Follows the dependencies of the lab at `place` and gathers all files, each lab's from `sources`.
pub(crate) fn gather(
    course: &Course,
    place: &Place,
    sources: Sources<'_>,
) -> Result<Gathered, Error> {
    let known = course
        .labs
        .iter()
        .map(|lab| &lab.place)
        .chain(&course.unfinished);
    let places: BTreeMap<String, &Place> = known
        .map(|place| (format!("labs/{}", place.directory), place))
        .collect();
    let mut gathered = Gathered {
        workspace: read_toml(&course.root, Path::new("Cargo.toml"))?,
        files: Files::new(),
        members: BTreeSet::new(),
        labs: BTreeSet::new(),
        named: BTreeMap::from([(place.package.replace('-', "_"), place.clone())]),
    };
    let first = format!("labs/{}", place.directory);
    let mut waiting = VecDeque::from([first.clone()]);
    while let Some(member) = waiting.pop_front() {
        if !gathered.members.insert(member.clone()) {
            continue;
        }
        let own = match places.get(&member) {
            Some(&place) => {
                gathered.labs.insert(place.clone());
                sources(place)?
            }
            None => given(&course.root, &member)?,
        };
        let manifest = Path::new(&member).join("Cargo.toml");
        let text = own
            .get("Cargo.toml")
            .ok_or_else(|| Error::in_file(&manifest, "is missing"))?;
        let text = String::from_utf8_lossy(text);
        let table = text
            .parse()
            .map_err(|error| toml_error(&manifest, &text, &error))?;
        for (name, below) in gathered.path_dependencies(&member, &table)? {
            if member == first
                && let Some(&lab) = places.get(&below)
            {
                gathered.named.insert(name, lab.clone());
            }
            waiting.push_back(below);
        }
        gathered.files.extend(
            own.into_iter()
                .map(|(path, bytes)| (format!("{member}/{path}"), bytes)),
        );
    }
    Ok(gathered)
}

impl Gathered {
    /// The dependencies of `member` that are directories of the course, by the name that its code uses.
    fn path_dependencies(
        &self,
        member: &str,
        manifest: &toml::Table,
    ) -> Result<Vec<(String, String)>, Error> {
        let shared = self
            .workspace
            .get("workspace")
            .and_then(|table| table.get("dependencies"));
        let mut found = Vec::new();
        for dependencies in dependency_tables(manifest) {
            for (name, value) in dependencies {
                let inherited = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                let (base, value) = match inherited {
                    true => ("", shared.and_then(|shared| shared.get(name))),
                    false => (member, Some(value)),
                };
                let Some(path) = value
                    .and_then(|value| value.get("path"))
                    .and_then(|path| path.as_str())
                else {
                    continue;
                };
                let below = normal(&Path::new(base).join(path)).ok_or_else(|| {
                    let file = Path::new(member).join("Cargo.toml");
                    Error::in_file(&file, format!("`{name}` lies outside the course: {path}"))
                })?;
                found.push((name.replace('-', "_"), below));
            }
        }
        Ok(found)
    }
}

/// The tests of these labs, by their path below the course's root. A lab that runs the tests of earlier
/// ones once more reads them where they are.
pub(crate) fn tests_of(course: &Course, labs: &BTreeSet<Place>) -> Result<Files, Error> {
    let mut tests = Files::new();
    for place in labs {
        let directory = course.root.join(place.lab_dir()).join("tests");
        tests.extend(read_tree(
            &directory,
            &format!("labs/{}/tests", place.directory),
        )?);
    }
    Ok(tests)
}

/// The examples of the lab at `place`, and the programs beside its manifest, which its own may start.
fn programs_of(course: &Course, place: &Place) -> Result<Files, Error> {
    let mut files = read_tree(&course.root.join(place.lab_dir()), "")?;
    files.retain(|path, _| {
        path.starts_with("examples/") || (!path.contains('/') && path.ends_with(".py"))
    });
    Ok(files
        .into_iter()
        .map(|(path, bytes)| (format!("labs/{}/{path}", place.directory), bytes))
        .collect())
}

fn dependency_tables(manifest: &toml::Table) -> Vec<&toml::Table> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets
        .into_iter()
        .flatten()
        .filter_map(|(_, target)| target.as_table());
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    std::iter::once(manifest)
        .chain(targets)
        .flat_map(|table| {
            kinds
                .iter()
                .filter_map(|kind| table.get(*kind).and_then(toml::Value::as_table))
        })
        .collect()
}

/// A given crate without what only its own tests need, so that nothing more must be downloaded for a lab.
fn given(root: &Path, member: &str) -> Result<Files, Error> {
    let mut files = read_tree(&root.join(member), "")?;
    files.retain(|path, _| {
        !NOT_STAGED
            .iter()
            .any(|directory| path.starts_with(directory))
    });
    let mut manifest = read_toml(root, &Path::new(member).join("Cargo.toml"))?;
    for key in ["dev-dependencies", "test", "bench", "example"] {
        manifest.remove(key);
    }
    files.insert("Cargo.toml".into(), manifest.to_string().into_bytes());
    Ok(files)
}

fn stage_manifest(mut workspace: toml::Table, members: Vec<toml::Value>) -> String {
    if let Some(table) = workspace
        .get_mut("workspace")
        .and_then(toml::Value::as_table_mut)
    {
        table.remove("default-members");
        table.remove("exclude");
        table.insert("members".into(), members.into());
    }
    workspace.to_string()
}

/// Compiles a hash of its sources into each lab that the tests can name, and a test that prints them all.
fn add_canary(
    files: &mut Files,
    place: &Place,
    labs: &BTreeMap<String, Place>,
) -> Result<String, Error> {
    let mut expected = Vec::new();
    let mut code = String::new();
    for (name, lab) in labs {
        let directory = format!("labs/{}/", lab.directory);
        let hash = hash(
            files
                .iter()
                .filter(|(path, _)| path.starts_with(&directory)),
        );
        let constant = format!("\n#[doc(hidden)]\npub const ENGINE_CANARY: &str = \"{hash}\";\n");
        append(files, &format!("{directory}src/lib.rs"), &constant)?;
        code += &format!("    println!(\"engine canary {name} {{}}\", {name}::ENGINE_CANARY);\n");
        expected.push(format!("engine canary {name} {hash}"));
    }
    let tests = format!("labs/{}/tests/{}.rs", place.directory, place.package);
    append(
        files,
        &tests,
        &format!("\n#[test]\nfn {CANARY_TEST}() {{\n{code}}}\n"),
    )?;
    Ok(expected.join("\n"))
}

fn append(files: &mut Files, path: &str, text: &str) -> Result<(), Error> {
    let bytes = files
        .get_mut(path)
        .ok_or_else(|| Error::in_file(Path::new(path), "is missing"))?;
    bytes.extend(text.as_bytes());
    Ok(())
}

/// A hash of files and their paths.
pub(crate) fn hash<'a>(files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) -> String {
    let mut hasher = fnv::FnvHasher::default();
    for (path, bytes) in files {
        hasher.write(path.as_bytes());
        hasher.write_u64(bytes.len() as u64);
        hasher.write(bytes);
    }
    format!("{:016x}", hasher.finish())
}

fn read_toml(root: &Path, file: &Path) -> Result<toml::Table, Error> {
    let text = read_text(&root.join(file))?;
    text.parse()
        .map_err(|error| toml_error(file, &text, &error))
}

/// `labs/03-refcounts/../01-regions` as `labs/01-regions`; nothing if it leaves the course.
fn normal(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::ParentDir => drop(parts.pop()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(parts.join("/"))
}
