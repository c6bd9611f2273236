//! Markdown to HTML for text inside our own blocks, and escaping.

use pulldown_cmark::{Event, Options, Parser, html};

/// The HTML of a piece of Markdown that is one line of text: without a `<p>` around it.
pub(super) fn line(text: &str) -> String {
    let html = blocks(text);
    html.strip_prefix("<p>")
        .and_then(|html| html.strip_suffix("</p>"))
        .filter(|html| !html.contains("<p>"))
        .map_or_else(|| html.clone(), str::to_owned)
}

/// The HTML of any Markdown.
pub(super) fn blocks(text: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(text.trim_matches('\n'), options));
    out.trim_end().to_owned()
}

/// The text of a piece of Markdown, for an attribute that a screen reader speaks.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    for event in Parser::new(text.trim()) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

/// A drawing in a frame that scrolls where it is too wide, and its words for a screen reader.
///
/// # Errors
/// A message for the author if `svg` is not one `<svg>` element with a `viewBox`.
pub(super) fn drawing(svg: &str, label: &str) -> Result<String, String> {
    let svg = svg.trim();
    if !(svg.starts_with("<svg") && svg.ends_with("</svg>")) {
        return Err("it is not one <svg> element".to_owned());
    }
    let width = width(svg).ok_or("its viewBox has no width")?;
    Ok(format!(
        "<div class=\"canvas\"><div class=\"drawing\" role=\"img\" aria-label=\"{}\" \
         style=\"--drawn-width: {width}px\">{svg}</div></div>",
        escape(label)
    ))
}

/// The width in the `viewBox`, in SVG units.
fn width(svg: &str) -> Option<f64> {
    let (_, rest) = svg.split_once("viewBox=")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (numbers, _) = rest[1..].split_once(quote)?;
    let mut numbers = numbers.split([' ', ',']).filter(|n| !n.is_empty());
    numbers.nth(2)?.parse().ok()
}

/// The text of a drawing, folded away: for those who cannot see it, and for copying.
pub(super) fn twin(text: &str) -> String {
    format!(
        "<details class=\"twin\"><summary>As text</summary>\
         <pre><code class=\"nohighlight\">{}</code></pre></details>",
        escape(text)
    )
}

/// `text` as the content of an element or of a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}
