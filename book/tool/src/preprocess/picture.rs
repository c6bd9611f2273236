//! `{{#picture name}}`: a heap picture, drawn inline, and its text twin.

use super::inline::{escape, markdown, plain};
use crate::pictures::Picture;

/// The HTML of the picture called `name`; `times` is how often the chapter has shown it, this time
/// included.
///
/// # Errors
/// A message for the author if there is no such picture, or it is not one `<svg>`.
pub fn html(pictures: &[Picture], name: &str, times: usize) -> Result<String, String> {
    let picture = pictures.iter().find(|p| p.name == name).ok_or_else(|| {
        let known: Vec<&str> = pictures.iter().map(|p| p.name.as_str()).collect();
        format!(
            "there is no picture `{name}` in book/tool/src/pictures; there are: {}",
            if known.is_empty() {
                "none yet".to_owned()
            } else {
                known.join(", ")
            }
        )
    })?;
    let id = match times {
        1 => format!("picture-{name}"),
        n => format!("picture-{name}-{n}"),
    };
    let svg = picture.svg.trim();
    let svg = svg
        .strip_prefix("<?xml")
        .and_then(|s| s.split_once("?>"))
        .map_or(svg, |(_, s)| s.trim());
    if !(svg.starts_with("<svg") && svg.ends_with("</svg>") && svg.contains("viewBox=")) {
        return Err(format!(
            "picture `{name}` is not one <svg> element with a viewBox"
        ));
    }
    let width = width(svg).ok_or_else(|| format!("picture `{name}`: its viewBox has no width"))?;
    let kind = picture.kind.word();
    Ok(format!(
        "<figure class=\"picture\" id=\"{id}\">\
         <div class=\"canvas\"><div class=\"drawing\" role=\"img\" aria-label=\"{label}\" \
         style=\"--drawn-width: {width}px\">{svg}</div></div>\
         <figcaption><span class=\"tag {kind}\">{kind}</span> {caption}</figcaption>\
         <details class=\"twin\"><summary>As text</summary><pre><code class=\"nohighlight\">{text}</code></pre></details>\
         </figure>",
        label = escape(&plain(&picture.caption)),
        svg = with_own_ids(svg, &id),
        caption = markdown(&picture.caption),
        text = escape(picture.text.trim_end()),
    ))
}

/// The width in the `viewBox`, in SVG units.
fn width(svg: &str) -> Option<f64> {
    let (_, rest) = svg.split_once("viewBox=\"")?;
    let (numbers, _) = rest.split_once('"')?;
    numbers
        .split([' ', ','])
        .filter(|n| !n.is_empty())
        .nth(2)?
        .parse()
        .ok()
}

/// `svg` with `prefix` before each id and each use of one, since several drawings share a page.
pub(super) fn with_own_ids(svg: &str, prefix: &str) -> String {
    [" id=\"", "url(#", "href=\"#"]
        .iter()
        .fold(svg.to_owned(), |svg, mark| {
            svg.replace(mark, &format!("{mark}{prefix}-"))
        })
}
