//! Where the parts of the book lie in a clone.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A clone of the repository, known by its top folder.
#[derive(Clone, Debug)]
pub struct Repo {
    top: PathBuf,
}

impl Repo {
    /// The clone that this program was built in.
    ///
    /// Cargo names the package's folder when it runs the program. A program started by hand falls
    /// back to the folder it was compiled in.
    ///
    /// # Errors
    /// If that folder holds no book, as when the clone was moved after it was built.
    pub fn find() -> Result<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let top = package
            .ancestors()
            .nth(2)
            .context("the book's package lies at the top of the file system")?;
        Self::at(top)
    }

    /// The clone whose top folder is `top`.
    ///
    /// # Errors
    /// If `top` holds no `book/book.toml`.
    pub fn at(top: &Path) -> Result<Self> {
        let repo = Self {
            top: top.to_path_buf(),
        };
        if !repo.book().join("book.toml").is_file() {
            bail!(
                "there is no book in {}: book/book.toml is missing; run `cargo book` inside a clone",
                top.display()
            );
        }
        Ok(repo)
    }

    /// The top folder.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// `book/`: the book's configuration, chapters, programs and theme.
    #[must_use]
    pub fn book(&self) -> PathBuf {
        self.top.join("book")
    }

    /// `book/src/`: the chapters.
    #[must_use]
    pub fn chapters(&self) -> PathBuf {
        self.book().join("src")
    }

    /// `book/python/`: the Python programs and what they printed.
    #[must_use]
    pub fn programs(&self) -> PathBuf {
        self.book().join("python")
    }

    /// `book/diagrams/`: the mermaid diagrams, rendered ahead.
    #[must_use]
    pub fn diagrams(&self) -> PathBuf {
        self.book().join("diagrams")
    }

    /// `target/`: what the build leaves behind, never in git.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.top.join("target")
    }
}
