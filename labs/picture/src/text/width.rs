//! How wide text is in a terminal, and making it fit.

/// `parts` in lines of at most `width` characters, two spaces between them.
pub(crate) fn wrap(parts: &[String], width: usize) -> Vec<String> {
    wrap_with(parts, width, "  ")
}

pub(crate) fn wrap_with(parts: &[String], width: usize, between: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if chars(line) + chars(between) + chars(part) <= width => {
                line.push_str(between);
                line.push_str(part);
            }
            _ => lines.push(cut(part, width.max(8))),
        }
    }
    lines
}

/// The width of a text in a terminal, in columns: wide characters (Hangul, Han, kana) take two.
pub(crate) fn chars(text: &str) -> usize {
    text.chars().map(columns).sum()
}

pub(crate) fn columns(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(chars(text));
    format!("{text}{}", " ".repeat(missing))
}

/// `text`, or as much of it as fits, with a mark that something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if chars(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + columns(c) >= width {
            break;
        }
        used += columns(c);
        out.push(c);
    }
    out.push('…');
    out
}

/// A number with a comma after each three digits.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
