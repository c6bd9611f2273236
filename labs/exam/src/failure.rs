//! The words of a failing test.

use std::fmt::Debug;

/// Columns that a line of output may take.
const WIDTH: usize = 100;

/// How many events before the failing one are listed.
const HISTORY: usize = 6;

/// How many equal lines around a difference a diff shows.
const CONTEXT: usize = 3;

/// Everything that a failing test prints.
pub(crate) struct Failure {
    /// `3.2`.
    pub(crate) id: String,
    /// What the test shows.
    pub(crate) title: String,
    /// Under which conditions the test fails, where it passes under others.
    pub(crate) way: Vec<String>,
    /// What the test said about what it does.
    pub(crate) notes: Vec<String>,
    /// The labels of the events so far; the last one failed.
    pub(crate) events: Vec<String>,
    /// What is wrong, in lines without indentation.
    pub(crate) body: Vec<String>,
    /// The memory at that event, in lines without indentation.
    pub(crate) picture: Vec<String>,
}

impl Failure {
    /// The text, ending in a line's end.
    pub(crate) fn text(&self) -> String {
        let mut lines = vec![format!("task {}  {}", self.id, self.title)];
        let mut add = |indent: &str, text: &str| {
            for line in text.lines() {
                lines.push(format!("{indent}{line}").trim_end().to_owned());
            }
        };
        for note in self.way.iter().chain(&self.notes) {
            add("  ", &wrap(note, WIDTH - 2));
        }
        let first = match self.events.len() {
            few if few <= HISTORY + 2 => 0,
            many => many - HISTORY,
        };
        if first > 0 {
            add("  ", &format!("  … {first} events before these"));
        }
        for (index, label) in self.events.iter().enumerate().skip(first) {
            for line in row(&format!("event {}", index + 1), label) {
                add("  ", &line);
            }
        }
        for line in &self.body {
            add("  ", line);
        }
        if !self.picture.is_empty() {
            lines.push(String::new());
            for line in &self.picture {
                lines.push(format!("  {line}").trim_end().to_owned());
            }
        }
        lines.push(String::new());
        lines.push(format!(
            "  book   {}        hint   cargo lab hint {}",
            chapter(&self.id),
            self.id
        ));
        let mut text = lines.join("\n");
        text.push('\n');
        text
    }
}

/// Where the book explains a task.
pub(crate) fn chapter(id: &str) -> String {
    let file = match id.split('.').next().unwrap_or_default() {
        "0" => "00-one-line",
        "1" => "01-regions",
        "2" => "02-objects",
        "3" => "03-refcounts",
        "4" => "04-cycles",
        "5" => "05-pools",
        "6" => "06-arenas",
        "7" => "07-generations",
        "8" => "08-manager",
        _ => "SUMMARY",
    };
    format!("book/src/{file}.md#task-{}", id.replace('.', "-"))
}

/// A row of the failure: what, and then text that may take several lines.
pub(crate) fn row(head: &str, text: &str) -> Vec<String> {
    let text = wrap(text, WIDTH - 12);
    let mut lines = text.lines();
    let mut rows = vec![format!("{head:<9} {}", lines.next().unwrap_or_default())];
    rows.extend(lines.map(|line| format!("{:<9} {line}", "")));
    rows
}

/// Two values that should be equal: in one row if they are short, below each other if they are
/// not, and as a diff if they take many lines.
pub(crate) fn unequal(
    what: &str,
    expected: &dyn Debug,
    found: &dyn Debug,
    names: impl Fn(&str) -> String,
) -> Vec<String> {
    let short = (
        names(&format!("{expected:?}")),
        names(&format!("{found:?}")),
    );
    let left = format!("{what} = {}", short.0);
    if left.chars().count() + short.1.chars().count() + 28 <= WIDTH {
        return vec![format!("expected  {left}      found  {}", short.1)];
    }
    let indent = what.chars().count() + 3;
    if left.chars().count().max(indent + short.1.chars().count()) + 12 <= WIDTH {
        return vec![
            format!("expected  {left}"),
            format!("found     {:indent$}{}", "", short.1),
        ];
    }
    diff(
        what,
        &names(&format!("{expected:#?}")),
        &names(&format!("{found:#?}")),
    )
}

/// Two texts of many lines that should be equal. Of long equal parts only the ends are shown.
pub(crate) fn diff(what: &str, expected: &str, found: &str) -> Vec<String> {
    let changes = diff::lines(expected.trim_end(), found.trim_end());
    let differs = |change: &diff::Result<&str>| !matches!(change, diff::Result::Both(..));
    let near = |index: usize| {
        let from = index.saturating_sub(CONTEXT);
        let to = (index + CONTEXT + 1).min(changes.len());
        changes[from..to].iter().any(differs)
    };
    let mut rows = vec![format!("{what}:  - expected   + found")];
    let mut left_out = 0;
    for (index, change) in changes.iter().enumerate() {
        if !near(index) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            rows.push(format!("    … {left_out} equal lines"));
            left_out = 0;
        }
        rows.push(match change {
            diff::Result::Left(line) => format!("  - {line}"),
            diff::Result::Right(line) => format!("  + {line}"),
            diff::Result::Both(line, _) => format!("    {line}"),
        });
    }
    if left_out > 0 {
        rows.push(format!("    … {left_out} equal lines"));
    }
    rows
}

/// Breaks the lines of `text` that are longer than `width` columns. What follows a break is
/// indented as its line is.
fn wrap(text: &str, width: usize) -> String {
    let mut rows = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let mut row = line[..indent].to_owned();
        for word in line.split_whitespace() {
            let empty = row.trim().is_empty();
            if !empty && row.chars().count() + 1 + word.chars().count() > width {
                rows.push(std::mem::replace(&mut row, line[..indent].to_owned()));
            } else if !empty {
                row.push(' ');
            }
            row.push_str(word);
        }
        rows.push(row);
    }
    rows.join("\n")
}

/// The line of a test that reached a `todo!("3.4 words")`, or none if the panic was another one.
pub(crate) fn not_started(id: &str, message: &str) -> Option<String> {
    let rest = message.strip_prefix("not yet implemented: ")?;
    let (todo, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let (lab, task) = todo.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(lab) || !digits(task) {
        return None;
    }
    Some(match (todo == id, words) {
        (true, "") => format!("task {id}  not started"),
        (true, words) => format!("task {id}  not started: {words}"),
        (false, "") => format!("task {id}  not started: it needs task {todo}"),
        (false, words) => format!("task {id}  not started: it needs task {todo} ({words})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_todo_with_a_tasks_number_is_not_started() {
        let line = |message| not_started("3.4", message);
        assert_eq!(
            line("not yet implemented: 3.4 take the trash out").as_deref(),
            Some("task 3.4  not started: take the trash out")
        );
        assert_eq!(
            line("not yet implemented: 3.4").as_deref(),
            Some("task 3.4  not started")
        );
        assert_eq!(
            line("not yet implemented: 3.40 more").as_deref(),
            Some("task 3.4  not started: it needs task 3.40 (more)")
        );
        assert_eq!(
            line("not yet implemented: 1.2").as_deref(),
            Some("task 3.4  not started: it needs task 1.2")
        );
        for other in [
            "not yet implemented",
            "not yet implemented: think",
            "not yet implemented: 3. think",
            "not yet implemented: 3.x think",
            "not implemented: 3.4 think",
            "index out of bounds",
        ] {
            assert_eq!(line(other), None, "{other}");
        }
    }

    #[test]
    fn long_lines_are_broken_and_keep_their_indentation() {
        assert_eq!(wrap("a bc def", 5), "a bc\ndef");
        assert_eq!(wrap("  a bc def\nx", 6), "  a bc\n  def\nx");
        assert_eq!(wrap("longerthanall x", 4), "longerthanall\nx");
        assert_eq!(wrap("", 4), "");
    }

    #[test]
    fn values_stand_side_by_side_or_below_each_other_or_in_a_diff() {
        let rows = |expected: &[u64], found: &[u64]| unequal("x", &expected, &found, str::to_owned);
        assert_eq!(rows(&[1], &[2]), ["expected  x = [1]      found  [2]"]);
        let long: Vec<u64> = (100..112).collect();
        let two = rows(&long, &long);
        assert_eq!(two.len(), 2);
        assert_eq!(two[0].find('['), two[1].find('['));
        let longer: Vec<u64> = (100..150).collect();
        let diff = rows(&longer[1..], &longer);
        assert_eq!(diff[0], "x:  - expected   + found");
        assert!(diff.contains(&"  +     100,".to_owned()), "{diff:?}");
        assert!(diff.len() < 10, "equal lines are left out: {diff:?}");
    }

    #[test]
    fn the_chapter_of_a_task() {
        assert_eq!(chapter("3.12"), "book/src/03-refcounts.md#task-3-12");
    }
}
