//! Builds one lab's tests, or another program of it, and gives the executable, or rustc's own words.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Stdio};
use std::thread;

use serde::Deserialize;

use crate::Error;
use crate::cargo::cargo;

/// What came of a build.
#[derive(Debug, Clone)]
pub struct Build {
    /// The executable, unless there was a compile error.
    pub executable: Option<PathBuf>,
    /// Compile errors, as rustc renders them.
    pub errors: Vec<Message>,
    /// Warnings, as rustc renders them.
    pub warnings: Vec<Message>,
}

/// One message of rustc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The package that it is about.
    pub package: String,
    /// The message as rustc prints it, without colours.
    pub text: String,
}

/// A workspace in which a package can be built.
#[derive(Debug, Clone, Copy)]
pub struct Workspace<'a> {
    /// Its root directory.
    pub root: &'a Path,
    /// Where to build it.
    pub target: &'a Path,
}

/// What is built of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product<'a> {
    /// `tests/<name>.rs`.
    Test(&'a str),
    /// `examples/<name>.rs`.
    Example(&'a str),
}

impl Product<'_> {
    /// Cargo's word for it, in arguments and in messages.
    fn kind(self) -> &'static str {
        match self {
            Product::Test(_) => "test",
            Product::Example(_) => "example",
        }
    }

    /// What cargo is asked to do.
    fn arguments(&self) -> Vec<&str> {
        match self {
            Product::Test(name) => vec!["test", "--no-run", "--test", name],
            Product::Example(name) => vec!["build", "--example", name],
        }
    }
}

#[derive(Deserialize)]
struct CargoMessage {
    reason: String,
    target: Option<Target>,
    message: Option<Diagnostic>,
    executable: Option<PathBuf>,
    package_id: Option<String>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
    message: String,
}

/// Builds `product` of `package`, without network where that is enough. Each line of cargo's progress goes to
/// `progress`. An error is cargo's: no cargo, a broken manifest, no such test.
pub fn build(
    workspace: Workspace<'_>,
    package: &str,
    product: Product<'_>,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Build, Error> {
    match run_cargo(workspace, package, product, true, progress)? {
        Ok(build) => Ok(build),
        Err(said) if said.contains("offline") || said.contains("no matching package") => {
            progress("Some crates are not on this machine yet: fetching them");
            run_cargo(workspace, package, product, false, progress)?
                .map_err(|said| refused(workspace, package, &said))
        }
        Err(said) => Err(refused(workspace, package, &said)),
    }
}

fn refused(workspace: Workspace<'_>, package: &str, said: &str) -> Error {
    let said = said.trim();
    Error::new(format!(
        "cargo could not build `{package}` in {}:\n{said}",
        workspace.root.display()
    ))
}

/// The build, or cargo's own error text when it did not come to compiling.
fn run_cargo(
    workspace: Workspace<'_>,
    package: &str,
    product: Product<'_>,
    offline: bool,
    progress: &(dyn Fn(&str) + Sync),
) -> Result<Result<Build, String>, Error> {
    let mut command = cargo();
    command
        .current_dir(workspace.root)
        .args(product.arguments())
        .args(["--package", package])
        .args(["--message-format=json", "--color=never"]);
    if offline {
        command.arg("--offline");
    }
    command.arg("--target-dir").arg(workspace.target);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        Error::new(format!(
            "cargo cannot be started ({error}). Is Rust installed? See https://rustup.rs"
        ))
    })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut build = Build {
        executable: None,
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    let mut finished = false;
    let said = thread::scope(|scope| {
        let said = scope.spawn(|| forward(stderr, progress));
        for line in stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).split(b'\n'))
        {
            let Ok(message) = line.map(|line| serde_json::from_slice::<CargoMessage>(&line)) else {
                break;
            };
            // A line that is no message is what a build script printed.
            if let Ok(message) = message {
                finished |= message.success == Some(true);
                build.take(message, product);
            }
        }
        said.join().unwrap_or_default()
    });
    let status = child
        .wait()
        .map_err(|error| Error::new(format!("cargo was lost: {error}")))?;
    match (
        status.success() && finished,
        build.errors.is_empty(),
        build.executable.is_some(),
    ) {
        (true, true, true) => Ok(Ok(build)),
        (_, false, _) => {
            build.executable = None;
            Ok(Ok(build))
        }
        _ => Ok(Err(said)),
    }
}

impl Build {
    fn take(&mut self, message: CargoMessage, product: Product<'_>) {
        let is_product = message
            .target
            .is_some_and(|target| target.kind.iter().any(|kind| kind == product.kind()));
        if message.reason == "compiler-artifact" && is_product {
            self.executable = message.executable;
            return;
        }
        let Some(diagnostic) = message.message else {
            return;
        };
        let text = diagnostic.rendered.unwrap_or(diagnostic.message);
        // rustc closes with a count, which says nothing new.
        let closing = text.starts_with("error: aborting due to") || text.contains(" emitted\n");
        let package = package_name(&message.package_id.unwrap_or_default());
        match diagnostic.level.as_str() {
            "warning" if !closing => self.warnings.push(Message { package, text }),
            level if level.starts_with("error") && !closing => {
                self.errors.push(Message { package, text })
            }
            _ => {}
        }
    }
}

/// The package's name in `path+file:///…/labs/01-regions#regions@0.1.0`, or `…/labs/memory#0.1.0`.
fn package_name(id: &str) -> String {
    let (source, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    let name = fragment.split('@').next().unwrap_or_default();
    let named = fragment.contains('@') || !name.starts_with(|first: char| first.is_ascii_digit());
    if named {
        name.to_owned()
    } else {
        source.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

fn forward(stderr: Option<ChildStderr>, progress: &(dyn Fn(&str) + Sync)) -> String {
    let mut said = String::new();
    for line in stderr
        .into_iter()
        .flat_map(|stderr| BufReader::new(stderr).lines())
    {
        let Ok(line) = line else { break };
        progress(&line);
        said += &line;
        said.push('\n');
    }
    said
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn a_package_id_names_its_package() {
        assert_eq!(
            package_name("path+file:///a/labs/01-regions#regions@0.1.0"),
            "regions"
        );
        assert_eq!(package_name("path+file:///a/labs/memory#0.1.0"), "memory");
        assert_eq!(
            package_name("registry+https://github.com/rust-lang/crates.io-index#diff@0.1.13"),
            "diff"
        );
    }
}
