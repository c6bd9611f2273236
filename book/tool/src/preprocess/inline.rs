//! Markdown to HTML for text inside our own blocks, and escaping.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// The HTML of a piece of Markdown. A single paragraph comes without its `<p>`.
pub(super) fn markdown(text: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let events: Vec<Event<'_>> = Parser::new_ext(text.trim(), options).collect();
    let paragraphs = events
        .iter()
        .filter(|e| matches!(e, Event::Start(Tag::Paragraph)))
        .count();
    let alone = paragraphs == 1
        && matches!(events.first(), Some(Event::Start(Tag::Paragraph)))
        && matches!(events.last(), Some(Event::End(TagEnd::Paragraph)));
    let mut out = String::new();
    if alone {
        let inner = events.len() - 1;
        html::push_html(&mut out, events.into_iter().take(inner).skip(1));
    } else {
        html::push_html(&mut out, events.into_iter());
    }
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
