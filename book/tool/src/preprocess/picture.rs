//! `{{#picture name}}`: a heap picture, drawn inline, and its text twin.

use super::inline::{drawing, line, plain, twin};
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
    let svg = with_own_ids(&picture.svg, &id);
    let drawing = drawing(&svg, &plain(&picture.caption))
        .map_err(|problem| format!("picture `{name}`: {problem}"))?;
    let kind = picture.kind.word();
    Ok(format!(
        "<figure class=\"picture\" id=\"{id}\">{drawing}\
         <figcaption><span class=\"tag {kind}\">{kind}</span> {}</figcaption>{}</figure>",
        line(&picture.caption),
        twin(picture.text.trim_end()),
    ))
}

/// `svg` with `prefix` before each id and each use of one, since several drawings share a page.
fn with_own_ids(svg: &str, prefix: &str) -> String {
    [" id=\"", " id='", "url(#", "href=\"#", "href='#"]
        .iter()
        .fold(svg.to_owned(), |svg, mark| {
            svg.replace(mark, &format!("{mark}{prefix}-"))
        })
}
