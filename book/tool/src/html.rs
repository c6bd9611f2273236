//! Reads the elements and the text of a built page.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// A piece of a page, in the page's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An opening tag: its name and its attributes.
    Open(String, Vec<(String, String)>),
    /// A closing tag.
    Close(String),
    /// Text between tags, with its entities resolved.
    Text(String),
}

impl Piece {
    /// The value of an opening tag's attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match self {
            Self::Open(_, attributes) => attributes
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.as_str()),
            _ => None,
        }
    }
}

/// The pieces of `page`. Malformed HTML is read as a browser would.
#[must_use]
pub fn pieces(page: &str) -> Vec<Piece> {
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<Vec<Piece>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut pieces = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let name = tag.name.to_string();
                if tag.kind == TagKind::EndTag {
                    pieces.push(Piece::Close(name));
                    return TokenSinkResult::Continue;
                }
                let raw = match name.as_str() {
                    "script" => Some(RawKind::ScriptData),
                    "style" | "noscript" | "iframe" => Some(RawKind::Rawtext),
                    "title" | "textarea" => Some(RawKind::Rcdata),
                    _ => None,
                };
                let attributes = tag
                    .attrs
                    .into_iter()
                    .map(|a| (a.name.local.to_string(), a.value.to_string()))
                    .collect();
                pieces.push(Piece::Open(name, attributes));
                if let Some(raw) = raw.filter(|_| !tag.self_closing) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::CharacterTokens(text) => match pieces.last_mut() {
                Some(Piece::Text(last)) => last.push_str(&text),
                _ => pieces.push(Piece::Text(text.to_string())),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
