//! `{{#python name versions="3.11 3.13"}}`: a program of `book/python` and what CPython printed.

use std::collections::{BTreeMap, BTreeSet};

use super::inline::escape;
use crate::programs::Recording;
use crate::repo::Repo;

/// The version of CPython that the book is about.
pub const MODEL: &str = "3.11";

/// The HTML of a program and its recorded outputs. Notes in `programs` what it showed.
///
/// # Errors
/// A message for the author if the arguments, the program or a recording is wrong or missing.
pub fn html(
    repo: &Repo,
    arguments: &str,
    programs: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<String, String> {
    let (name, versions) = parse(arguments)?;
    let file = repo.programs().join(format!("{name}.py"));
    let source = std::fs::read_to_string(&file)
        .map_err(|error| format!("cannot show book/python/{name}.py: {error}"))?;
    programs
        .entry(name.to_owned())
        .or_default()
        .extend(versions.iter().map(|&v| v.to_owned()));

    let mut html = format!(
        "<div class=\"python\"><p class=\"filename\">{name}.py</p>\
         <pre><code class=\"language-python\">{}</code></pre>",
        escape(source.trim_end())
    );
    for (who, output) in outputs(repo, name, &versions)? {
        if output.is_empty() {
            html += &format!("<p class=\"printed-by\">{who} prints nothing</p>");
        } else {
            html += &format!(
                "<p class=\"printed-by\">printed by {who}</p>\
                 <pre class=\"printed\"><code class=\"nohighlight\">{}</code></pre>",
                escape(&output)
            );
        }
    }
    Ok(html + "</div>")
}

/// Who printed what. Versions that printed the same stand together.
fn outputs(repo: &Repo, name: &str, versions: &[&str]) -> Result<Vec<(String, String)>, String> {
    let mut outputs: Vec<(Vec<String>, String)> = Vec::new();
    for version in versions {
        let recording = Recording::read(repo, name, version).map_err(|error| {
            format!(
                "{error:#}; `cargo book record {name}` makes it where Python {version} is installed"
            )
        })?;
        match outputs
            .iter_mut()
            .find(|(_, output)| *output == recording.output)
        {
            Some((same, _)) => same.push(recording.version),
            None => outputs.push((vec![recording.version], recording.output)),
        }
    }
    let name_all = |versions: Vec<String>| match versions.split_last() {
        Some((last, [])) => format!("CPython {last}"),
        Some((last, rest)) => format!("CPython {} and {last}", rest.join(", ")),
        None => unreachable!("an output has a version"),
    };
    Ok(outputs
        .into_iter()
        .map(|(versions, output)| (name_all(versions), output))
        .collect())
}

/// The program's name and the versions from `name versions="3.11 3.13"`.
fn parse(arguments: &str) -> Result<(&str, Vec<&str>), String> {
    let (name, rest) = arguments
        .split_once(char::is_whitespace)
        .unwrap_or((arguments, ""));
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_".contains(c))
    {
        return Err(format!("expected a program's name, found `{name}`"));
    }
    let rest = rest.trim();
    if rest.is_empty() {
        return Ok((name, vec![MODEL]));
    }
    let versions: Vec<&str> = rest
        .strip_prefix("versions=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .map(|list| list.split_whitespace().collect())
        .unwrap_or_default();
    if versions.is_empty() {
        return Err(format!("expected versions=\"3.11 3.13\", found `{rest}`"));
    }
    Ok((name, versions))
}
