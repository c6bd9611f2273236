//! As much of HTTP/1.1 as a browser needs to read a book on this machine.
//!
//! A web framework would be half as many crates again as the whole tool, in every reader's first
//! build; what is needed is one page of code.

use std::io::{self, BufRead, Write};

/// A request, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, `GET` or another.
    pub method: String,
    /// The path without its query, percent-decoded, without the slash it begins with.
    pub path: String,
}

/// The longest request head that is read, in bytes.
const LONGEST_HEAD: u64 = 16 * 1024;

/// Reads a request's head. Nothing comes back from a connection that closed or sent no HTTP.
///
/// # Errors
/// If reading fails, or the head is longer than 16 KiB.
pub fn read_request(stream: impl io::Read) -> io::Result<Option<Request>> {
    let mut reader = io::BufReader::new(stream.take(LONGEST_HEAD));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 && reader.get_ref().limit() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the request's head is too long",
            ));
        }
        if header.trim_end().is_empty() {
            break;
        }
    }
    let mut words = first.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let path = target.split(['?', '#']).next().unwrap_or_default();
    Ok(Some(Request {
        method: method.to_owned(),
        path: percent_decode(path).trim_start_matches('/').to_owned(),
    }))
}

/// Resolves `%ED%95%9C`. What is no valid escape or no UTF-8 stays as it is or becomes `�`.
#[must_use]
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes a whole response and asks the browser to keep no copy.
///
/// # Errors
/// If the connection is gone.
pub fn write_response(
    mut stream: impl Write,
    status: &str,
    content_type: &str,
    body: &[u8],
    with_body: bool,
) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if with_body {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// The content type of a file, by its name.
#[must_use]
pub fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        "txt" | "md" | "py" | "out" | "toml" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}
