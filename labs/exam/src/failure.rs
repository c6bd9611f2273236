//! The words of a failing test.

use std::fmt::Debug;

/// Columns that a line of output may take.
const WIDTH: usize = 100;

/// How many events before the failing one are listed.
const HISTORY: usize = 6;

/// How many equal lines around a difference a diff shows.
const CONTEXT: usize = 3;

/// How many lines of a diff are shown, of a value and of a text.
const LINES: (usize, usize) = (14, 40);

/// How many lines in a row a value's diff shows as expected, or as found.
const ROW: usize = 5;

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
    format!("{file}.html#task-{}", id.replace('.', "-"))
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
    let short = (format!("{expected:?}"), format!("{found:?}"));
    let short = match in_hex(&short.0, &short.1, &names) {
        Some(both) => both,
        None => (names(&short.0), names(&short.1)),
    };
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
    let rows = diff_rows(
        what,
        &names(&format!("{expected:#?}")),
        &names(&format!("{found:#?}")),
        ROW,
    );
    first(rows, LINES.0)
}

/// Two numbers as addresses, if one of them is the address of something that has a name, or eight
/// times the same byte, as in a block that nobody has written yet.
fn in_hex(
    expected: &str,
    found: &str,
    names: &impl Fn(&str) -> String,
) -> Option<(String, String)> {
    let numbers: (u64, u64) = (expected.parse().ok()?, found.parse().ok()?);
    let hex = |number: u64| {
        let hex = format!("{number:#x}");
        let named = names(&hex);
        // No address is as small.
        if named == hex && number < 0x1000 {
            return (number.to_string(), false);
        }
        let old = number.rotate_left(8) == number && number != u64::MAX;
        let better = named != hex || old;
        (named, better)
    };
    let (expected, found) = (hex(numbers.0), hex(numbers.1));
    (expected.1 || found.1).then_some((expected.0, found.0))
}

/// The first rows of a diff, and how many more there are.
fn first(mut rows: Vec<String>, most: usize) -> Vec<String> {
    // A line that says that one line is left out takes one itself.
    if rows.len() > most + 1 {
        let more = rows.len() - most;
        rows.truncate(most);
        rows.push(format!("    … {more} more lines"));
    }
    rows
}

/// Two texts of many lines that should be equal. Of long equal parts only the ends are shown.
pub(crate) fn diff(what: &str, expected: &str, found: &str) -> Vec<String> {
    first(diff_rows(what, expected, found, usize::MAX), LINES.1)
}

/// All lines of a diff, but at most `row` in a row that are only expected, or only found.
fn diff_rows(what: &str, expected: &str, found: &str, row: usize) -> Vec<String> {
    let changes = diff::lines(expected.trim_end(), found.trim_end());
    let differs = |change: &diff::Result<&str>| !matches!(change, diff::Result::Both(..));
    let near = |index: usize| {
        let from = index.saturating_sub(CONTEXT);
        let to = (index + CONTEXT + 1).min(changes.len());
        changes[from..to].iter().any(differs)
    };
    let mut rows = vec![format!("{what}:  - expected   + found")];
    let mut left_out = 0;
    let mut run = (' ', 0);
    for (index, change) in changes.iter().enumerate() {
        if !near(index) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            rows.push(format!("    … {left_out} equal lines"));
            left_out = 0;
        }
        let (sign, line) = match change {
            diff::Result::Left(line) => ('-', line),
            diff::Result::Right(line) => ('+', line),
            diff::Result::Both(line, _) => (' ', line),
        };
        if sign != run.0 {
            rows.extend(rest_of(run, row));
            run = (sign, 0);
        }
        run.1 += 1;
        if sign == ' ' || run.1 <= row {
            rows.push(format!("  {sign} {line}"));
        }
    }
    rows.extend(rest_of(run, row));
    if left_out > 0 {
        rows.push(format!("    … {left_out} equal lines"));
    }
    rows
}

/// The line that stands for those of a run that were not shown.
fn rest_of((sign, lines): (char, usize), shown: usize) -> Option<String> {
    (sign != ' ' && lines > shown).then(|| format!("  {sign} … {} more lines", lines - shown))
}

/// Breaks the lines of `text` that are longer than `width` columns. What follows a break is
/// indented as its line is.
fn wrap(text: &str, width: usize) -> String {
    let mut rows = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let mut row = line[..indent].to_owned();
        let mut rest = line.trim();
        while !rest.is_empty() {
            // The spaces within a line belong to what it says: to a string that it quotes.
            let word = rest.trim_start();
            let gap = &rest[..rest.len() - word.len()];
            let end = word.find(char::is_whitespace).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            let taken = row.chars().count() + gap.chars().count() + word.chars().count();
            if !gap.is_empty() && taken > width {
                rows.push(std::mem::replace(&mut row, line[..indent].to_owned()));
            } else {
                row.push_str(gap);
            }
            row.push_str(word);
            rest = after;
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
    let number = |text: &str| text.parse::<u64>().ok();
    let own = id.split_once('.').and_then(|(lab, _)| number(lab));
    Some(match (todo == id, words) {
        (true, "") => format!("task {id}  not started"),
        (true, words) => format!("task {id}  not started: {words}"),
        // A task of an earlier lab: it need not be done to go on with this one.
        _ if own > number(lab) => format!(
            "task {id}  not started: it needs task {todo}; or: `cargo lab test {id}`, which lends you \
             the reference"
        ),
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
            line("not yet implemented: 1.2 lay out the regions").as_deref(),
            Some(
                "task 3.4  not started: it needs task 1.2; or: `cargo lab test 3.4`, which lends you \
                 the reference"
            )
        );
        assert_eq!(
            line("not yet implemented: 3.3").as_deref(),
            Some("task 3.4  not started: it needs task 3.3")
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
        assert_eq!(wrap("a  b   c", 8), "a  b   c", "spaces within a line stay");
        assert_eq!(wrap("  a  b   c", 7), "  a  b\n  c");
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
    fn the_diff_of_a_long_list_shows_a_few_lines_of_both() {
        let expected: Vec<u64> = (100..300).collect();
        let found: Vec<u64> = (400..600).collect();
        let rows = unequal("x", &expected, &found, str::to_owned);
        assert!(rows.len() <= LINES.0 + 1, "{rows:?}");
        assert!(rows.contains(&"  -     100,".to_owned()), "{rows:?}");
        assert!(rows.contains(&"  +     400,".to_owned()), "{rows:?}");
        assert!(
            rows.contains(&"  - … 195 more lines".to_owned()),
            "{rows:?}"
        );
        let many: Vec<u64> = (0..400).map(|i| i % 2 * i).collect();
        let rows = unequal("x", &many, &vec![7; 400], str::to_owned);
        assert!(rows.len() <= LINES.0 + 1, "{rows:?}");
        let text = |first: u64| {
            let lines: Vec<String> = (first..first + 100).map(|i| i.to_string()).collect();
            lines.join("\n")
        };
        let rows = diff("x", &text(0), &text(200));
        assert_eq!(
            rows.last().map(String::as_str),
            Some("    … 161 more lines")
        );
    }

    #[test]
    fn numbers_that_are_addresses_are_hexadecimal() {
        let names = |text: &str| text.replace("0x12100", "0x12100 (ty)");
        let row = |expected: u64, found: u64| unequal("x", &expected, &found, names).remove(0);
        assert_eq!(
            row(73728, 73984),
            "expected  x = 0x12000      found  0x12100 (ty)"
        );
        assert_eq!(row(73984, 0), "expected  x = 0x12100 (ty)      found  0");
        assert_eq!(row(1, 1025), "expected  x = 1      found  1025");
        assert_eq!(
            row(1, 1 << 62),
            "expected  x = 1      found  4611686018427387904"
        );
        let old = u64::from_ne_bytes([0xdb; 8]);
        assert_eq!(
            row(1, old),
            "expected  x = 1      found  0xdbdbdbdbdbdbdbdb"
        );
    }

    #[test]
    fn the_chapter_of_a_task() {
        assert_eq!(chapter("3.12"), "03-refcounts.html#task-3-12");
    }
}
