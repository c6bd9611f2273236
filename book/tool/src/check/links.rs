//! Checks the links of a built site, offline.
//!
//! It reads what mdBook wrote and not what the authors wrote, so it sees the anchors that readers
//! will. Every link must lead into the site: to a file that is there, and to an id on its page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::html::{Piece, pieces};
use crate::http::percent_decode;

/// What the check found.
#[derive(Debug, Default)]
pub struct Report {
    /// One line for each finding, with the page it is on.
    pub problems: Vec<String>,
    /// How many pages were read.
    pub pages: usize,
    /// How many links into the site were followed.
    pub links: usize,
}

/// What one page offers to links and asks of the site.
#[derive(Debug, Default)]
struct Page {
    ids: BTreeSet<String>,
    /// Links of the page: what they are (`link`, `image`, …) and where they lead.
    links: Vec<(&'static str, String)>,
    /// Ids of the same page that an attribute refers to.
    uses: Vec<String>,
    problems: Vec<String>,
}

/// Checks every page of `site`.
///
/// # Errors
/// If a file of the site cannot be read.
pub fn check(site: &Path) -> Result<Report> {
    let mut files = BTreeSet::new();
    list(site, "", &mut files).with_context(|| format!("cannot read {}", site.display()))?;
    let mut pages = BTreeMap::new();
    for name in files.iter().filter(|name| name.ends_with(".html")) {
        let html =
            fs::read_to_string(site.join(name)).with_context(|| format!("cannot read {name}"))?;
        pages.insert(name.clone(), read(&html));
    }
    let mut report = Report {
        pages: pages.len(),
        ..Report::default()
    };
    for (name, page) in &pages {
        let mut found: Vec<String> = page.problems.clone();
        for (what, link) in &page.links {
            if is_external(link) {
                if *what != "link" {
                    found.push(format!("{what} `{link}` would be loaded from another site"));
                }
                continue;
            }
            report.links += 1;
            if let Err(problem) = follow(&files, &pages, name, link) {
                found.push(format!("{what} `{link}`: {problem}"));
            }
        }
        for id in page.uses.iter().filter(|id| !page.ids.contains(*id)) {
            found.push(format!(
                "an attribute refers to `#{id}`, which is not on the page"
            ));
        }
        report
            .problems
            .extend(found.into_iter().map(|f| format!("{name}: {f}")));
    }
    Ok(report)
}

fn list(folder: &Path, prefix: &str, files: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name);
        }
    }
    Ok(())
}

/// Whether a link has a scheme (`https:`, `mailto:`) or names another host.
fn is_external(link: &str) -> bool {
    let scheme = link.split_once(':').map(|(scheme, _)| scheme);
    link.starts_with("//")
        || scheme.is_some_and(|s| {
            s.starts_with(|c: char| c.is_ascii_alphabetic())
                && s.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

/// Looks for what `link`, on page `from`, leads to.
fn follow(
    files: &BTreeSet<String>,
    pages: &BTreeMap<String, Page>,
    from: &str,
    link: &str,
) -> Result<(), String> {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let path = percent_decode(path.split('?').next().unwrap_or_default());
    if path.starts_with('/') {
        return Err(
            "it is absolute, and breaks where the book is not at the top of its host".to_owned(),
        );
    }
    let target = if path.is_empty() {
        from.to_owned()
    } else {
        let mut parts: Vec<&str> = from.split('/').collect();
        parts.pop();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or("it leads out of the site")?;
                }
                name => parts.push(name),
            }
        }
        if path.ends_with('/') || parts.is_empty() {
            parts.push("index.html");
        }
        parts.join("/")
    };
    if !files.contains(&target) {
        return Err(format!("there is no file {target}"));
    }
    let fragment = percent_decode(fragment);
    match pages.get(&target) {
        Some(page) if !fragment.is_empty() && !page.ids.contains(&fragment) => {
            Err(format!("{target} has no `#{fragment}`"))
        }
        _ => Ok(()),
    }
}

/// Reads what one page offers and asks.
fn read(html: &str) -> Page {
    let mut page = Page::default();
    for piece in pieces(html) {
        let Piece::Open(tag, attributes) = &piece else {
            continue;
        };
        for (name, value) in attributes {
            match (tag.as_str(), name.as_str()) {
                (_, "id") => {
                    if value.is_empty() {
                        page.problems.push(format!("<{tag}> has an empty id"));
                    } else if !page.ids.insert(value.clone()) {
                        page.problems
                            .push(format!("id `{value}` stands on the page twice"));
                    }
                }
                ("a" | "area", "href" | "xlink:href") => page.links.push(("link", value.clone())),
                ("use" | "image", "href" | "xlink:href") => {
                    page.links.push(("image", value.clone()))
                }
                ("img" | "source" | "video" | "audio" | "embed", "src") => {
                    page.links.push(("image", value.clone()));
                }
                ("script", "src") => page.links.push(("script", value.clone())),
                ("iframe", "src") => page.links.push(("frame", value.clone())),
                ("link", "href") => page.links.push(("style or icon", value.clone())),
                (_, "for" | "aria-labelledby" | "aria-describedby" | "aria-controls") => {
                    page.uses
                        .extend(value.split_whitespace().map(str::to_owned));
                }
                _ => page.uses.extend(urls(value)),
            }
        }
        let is_image_without_text = tag == "img"
            && piece
                .attribute("alt")
                .is_none_or(|alt| alt.trim().is_empty());
        if is_image_without_text {
            let src = piece.attribute("src").unwrap_or("?");
            page.problems.push(format!(
                "image `{src}` has no text for those who cannot see it"
            ));
        }
    }
    page
}

/// The ids in an attribute's `url(#id)`.
fn urls(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split("url(").skip(1).filter_map(|rest| {
        let id = rest.trim_start_matches(['"', '\'']).strip_prefix('#')?;
        Some(id.split([')', '"', '\'']).next()?.to_owned())
    })
}

#[cfg(test)]
mod tests;
