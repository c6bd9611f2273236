//! The number of a task, *n.k*: lab n, task k of it.

use std::fmt;

/// Task *n.k*. Ordered by number, so 3.10 comes after 3.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// The lab's number.
    pub lab: u16,
    /// The task's number within its lab, from 1.
    pub number: u16,
}

impl TaskId {
    /// Reads `3.4`. Leading zeros and a task 0 are refused, so that a task has one spelling.
    pub fn parse(text: &str) -> Option<TaskId> {
        let (lab, number) = text.split_once('.')?;
        Some(TaskId {
            lab: lab_number(lab)?,
            number: positive(number)?,
        })
    }

    /// The task a test belongs to: `task_3_4_…`, whatever modules the name stands in. Where a module is
    /// called so too, the test is the module's: a lab that runs an earlier lab's tests once more has
    /// them in a module `task_8_1_…`.
    pub fn of_test(name: &str) -> Option<TaskId> {
        name.split("::").find_map(TaskId::of_name)
    }

    fn of_name(name: &str) -> Option<TaskId> {
        let mut parts = name.strip_prefix("task_")?.splitn(3, '_');
        Some(TaskId {
            lab: lab_number(parts.next()?)?,
            number: positive(parts.next()?)?,
        })
    }

    /// The anchor of the task's section in its chapter: `task-3-4`.
    pub fn anchor(self) -> String {
        format!("task-{}-{}", self.lab, self.number)
    }

    /// What the names of the task's tests begin with: `task_3_4_`.
    pub fn test_prefix(self) -> String {
        format!("task_{}_{}_", self.lab, self.number)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.lab, self.number)
    }
}

/// The warm-up is lab 0.
fn lab_number(text: &str) -> Option<u16> {
    if text == "0" { Some(0) } else { positive(text) }
}

fn positive(text: &str) -> Option<u16> {
    if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_one_spelling() {
        let id = TaskId::parse("3.10").unwrap();
        assert_eq!((id.lab, id.number), (3, 10));
        assert_eq!(id.to_string(), "3.10");
        for wrong in [
            "", "3", "3.", ".4", "3.04", "03.4", "3.0", "3.4.1", "+3.4", "3.x", "3.99999",
        ] {
            assert_eq!(TaskId::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn ten_comes_after_nine() {
        assert!(TaskId::parse("3.9") < TaskId::parse("3.10"));
        assert!(TaskId::parse("3.10") < TaskId::parse("4.1"));
    }

    #[test]
    fn tests_name_their_task() {
        let of = |name| TaskId::of_test(name).map(|id| id.to_string());
        assert_eq!(of("task_3_4_frees"), Some("3.4".into()));
        assert_eq!(of("lab::deep::task_3_10_frees"), Some("3.10".into()));
        assert_eq!(of("task_3_4"), Some("3.4".into()));
        assert_eq!(
            of("lab::task_8_1_earlier::lab_3::task_3_4_frees"),
            Some("8.1".into()),
            "an earlier lab's test, run once more"
        );
        assert_eq!(of("task_3_frees"), None);
        assert_eq!(of("frees"), None);
        assert_eq!(of("my_task_3_4_frees"), None);
    }
}
