//! Maps of real processes, and where they keep things. `tests/data/README.md` says how they were
//! recorded.

use exam::PlainExam;
use regions::{Mapping, parse_maps};

/// A process that wrote down its own maps and where it keeps things.
pub(crate) struct Recorded {
    pub(crate) name: &'static str,
    pub(crate) maps: &'static str,
    things: &'static str,
}

macro_rules! recorded {
    ($name:literal) => {
        Recorded {
            name: $name,
            maps: include_str!(concat!("../data/", $name, ".maps")),
            things: include_str!(concat!("../data/", $name, ".things")),
        }
    };
}

pub(crate) const PYTHON_3_11: Recorded = recorded!("python-3.11.7");
pub(crate) const PYTHON_3_13: Recorded = recorded!("python-3.13.0");
pub(crate) const DEBIAN: Recorded = recorded!("debian-3.11.2");
pub(crate) const RUST: Recorded = recorded!("rust");

/// Says, before the first event of a later task's test, whose work it stands on.
pub(crate) fn reads(exam: &PlainExam) {
    if exam.events() == 0 {
        exam.note("maps are read with your `parse_maps`: if that fails here, do task 1.2 first");
    }
}

impl Recorded {
    /// The maps, read by the lab.
    pub(crate) fn mappings(&self, exam: &PlainExam) -> Vec<Mapping> {
        let label = format!("parse_maps of tests/data/{}.maps", self.name);
        exam.try_event(label, || parse_maps(self.maps))
    }

    /// The path of the program.
    pub(crate) fn exe(&self) -> &'static str {
        let line = self.things.lines().nth(1).expect("a second line");
        line.strip_prefix("exe ").expect("the path of the program")
    }

    /// What the process has, and at which address.
    pub(crate) fn things(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.things.lines().skip(2).map(|line| {
            let (address, what) = line.split_once(' ').expect("an address and words");
            let address = u64::from_str_radix(address, 16).expect("a hexadecimal address");
            (what, address)
        })
    }
}
