//! Labels that the caller gives to addresses.

use memory::Addr;

/// Names for addresses, such as the variables of a test: `a`, `car`.
///
/// A named object is drawn even if nothing in the heap refers to it. A name is not a reference: it
/// counts for nothing in `ob_refcnt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    names: Vec<(Addr, String)>,
}

impl Names {
    /// No names.
    #[must_use]
    pub fn new() -> Names {
        Names::default()
    }

    /// Calls the object at `addr` `name`, as well.
    pub fn add(&mut self, addr: Addr, name: impl Into<String>) -> &mut Names {
        let entry = (addr, name.into());
        if !self.names.contains(&entry) {
            self.names.push(entry);
        }
        self
    }

    /// The names of `addr`, in the order in which they were given.
    pub fn of(&self, addr: Addr) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(move |(named, _)| *named == addr)
            .map(|(_, name)| name.as_str())
    }

    /// Every address and its name, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = (Addr, &str)> {
        self.names.iter().map(|(addr, name)| (*addr, name.as_str()))
    }

    /// Whether there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl<N: Into<String>> FromIterator<(Addr, N)> for Names {
    fn from_iter<I: IntoIterator<Item = (Addr, N)>>(iter: I) -> Names {
        let mut names = Names::new();
        for (addr, name) in iter {
            names.add(addr, name);
        }
        names
    }
}
