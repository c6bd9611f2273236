//! A question with choices, from a fenced block:
//!
//! ````text
//! ```question
//! What does `a is b` compare?
//! - [x] the addresses :: `is` asks whether both names refer to one object.
//! - [ ] the values :: That is `==`.
//! ```
//! ````
//!
//! It works without JavaScript: each choice is a radio button, and the style sheet shows the
//! explanation of the chosen one. On paper all explanations show.

use super::inline::{blocks, line};

/// A question with one right answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    text: String,
    answers: Vec<Answer>,
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    right: bool,
    text: String,
    why: String,
}

/// Reads the lines inside a `question` block.
///
/// # Errors
/// The line inside the block, from 1, and a message for the author.
pub fn parse(lines: &[&str]) -> Result<Question, (usize, String)> {
    let mut text = String::new();
    let mut answers: Vec<(usize, Answer)> = Vec::new();
    for (number, line) in (1..).zip(lines) {
        let choice = line.trim_start();
        let right = match () {
            () if choice.starts_with("- [x] ") || choice.starts_with("- [X] ") => Some(true),
            () if choice.starts_with("- [ ] ") => Some(false),
            () if choice.starts_with("- [") && !answers.is_empty() => {
                return Err((
                    number,
                    "an answer begins with `- [ ] ` or `- [x] `".to_owned(),
                ));
            }
            () => None,
        };
        match (right, answers.last_mut()) {
            (Some(right), _) => answers.push((
                number,
                Answer {
                    right,
                    text: choice[6..].to_owned(),
                    why: String::new(),
                },
            )),
            // A long answer goes on in the next line.
            (None, Some((_, answer))) => {
                answer.text.push('\n');
                answer.text.push_str(choice);
            }
            (None, None) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    for (number, answer) in &mut answers {
        let Some((text, why)) = answer.text.split_once(" :: ") else {
            let answer = answer.text.trim();
            return Err((
                *number,
                format!("answer `{answer}` has no explanation after ` :: `"),
            ));
        };
        (answer.text, answer.why) = (text.trim().to_owned(), why.trim().to_owned());
    }
    if text.trim().is_empty() {
        return Err((
            1,
            "the question itself is missing before its answers".to_owned(),
        ));
    }
    if answers.len() < 2 {
        return Err((
            1,
            format!("it has {} answers, expected at least 2", answers.len()),
        ));
    }
    match answers.iter().filter(|(_, a)| a.right).count() {
        1 => {}
        n => {
            return Err((
                1,
                format!("{n} answers are marked [x], expected exactly one"),
            ));
        }
    }
    Ok(Question {
        text: text.trim().to_owned(),
        answers: answers.into_iter().map(|(_, answer)| answer).collect(),
    })
}

impl Question {
    /// The question as a group of radio buttons. `id` is unique in the book, `number` counts the
    /// chapter's questions.
    #[must_use]
    pub fn html(&self, id: &str, number: usize) -> String {
        // A legend holds a line of text; what follows it (code, a list) stands below.
        let (legend, rest) = self.text.split_once("\n\n").unwrap_or((&self.text, ""));
        let mut html = format!(
            "<fieldset class=\"question\" id=\"{id}\"><legend><span class=\"number\">Question {number}.</span> {}</legend>",
            line(legend)
        );
        if !rest.trim().is_empty() {
            html += &format!("<div class=\"more\">{}</div>", blocks(rest));
        }
        for answer in &self.answers {
            let (class, word) = if answer.right {
                ("right", "Right.")
            } else {
                ("wrong", "Not this one.")
            };
            html += &format!(
                "<div class=\"answer {class}\"><label><input type=\"radio\" name=\"{id}\"> <span>{}</span></label>\
                 <div class=\"feedback\" aria-live=\"polite\"><div class=\"why\"><strong>{word}</strong> {}</div></div></div>",
                line(&answer.text),
                line(&answer.why),
            );
        }
        html + "</fieldset>"
    }
}
