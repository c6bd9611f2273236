//! What lab 8 adds: dead objects that wait on free lists, the policy, and the pauses.

use std::fmt;

use memory::manager::{
    PYDICT_MAXFREELIST, PYFLOAT_MAXFREELIST, PYLIST_MAXFREELIST, PYTUPLE_MAXFREELIST,
};
use memory::object::{PyDictObject, PyFloatObject, PyListObject, PyTupleObject};
use memory::{Addr, WORD};

/// The free lists, the policy and the pauses, once they were made (lab 8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The free lists that have anything: floats, lists, dicts, tuples by length.
    pub lists: Vec<FreeListPart>,
    /// When collections begin.
    pub schedule: Option<SchedulePart>,
    /// The pauses of each generation of which any was measured.
    pub pauses: Vec<PausesPart>,
}

impl Kept {
    /// The free list that the object at `addr` waits on.
    #[must_use]
    pub fn list_of(&self, addr: Addr) -> Option<FreeListName> {
        let list = (self.lists.iter()).find(|list| list.objects.contains(&addr));
        list.map(|list| list.name)
    }
}

/// One free list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeListPart {
    /// Whose objects wait on it.
    pub name: FreeListName,
    /// Where its `numfree` lies.
    pub at: Addr,
    /// `numfree`: how many objects it says that it has.
    pub numfree: u64,
    /// The objects, the one first that is handed out next, as far as the list could be followed.
    pub objects: Vec<Addr>,
}

/// Whose objects wait on a free list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FreeListName {
    /// Floats, linked through the word of their type.
    Float,
    /// Lists: a stack of addresses.
    List,
    /// Dicts: a stack of addresses.
    Dict,
    /// Tuples of one length, linked through their first item.
    Tuple(u64),
}

impl FreeListName {
    /// The name of the type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            FreeListName::Float => "float",
            FreeListName::List => "list",
            FreeListName::Dict => "dict",
            FreeListName::Tuple(_) => "tuple",
        }
    }

    /// The word of an object that holds the address of the next one; `None` if the list is a stack.
    #[must_use]
    pub fn link(self) -> Option<&'static str> {
        match self {
            FreeListName::Float => Some("ob_type"),
            FreeListName::Tuple(_) => Some("ob_item[0]"),
            FreeListName::List | FreeListName::Dict => None,
        }
    }

    /// How many objects are kept at most.
    #[must_use]
    pub fn most(self) -> u64 {
        match self {
            FreeListName::Float => PYFLOAT_MAXFREELIST,
            FreeListName::List => PYLIST_MAXFREELIST,
            FreeListName::Dict => PYDICT_MAXFREELIST,
            FreeListName::Tuple(_) => PYTUPLE_MAXFREELIST,
        }
    }

    /// The size of one of its objects in bytes, from its header on.
    #[must_use]
    pub fn size(self) -> u64 {
        match self {
            FreeListName::Float => PyFloatObject::SIZE,
            FreeListName::List => PyListObject::SIZE,
            FreeListName::Dict => PyDictObject::SIZE,
            FreeListName::Tuple(length) => PyTupleObject::SIZE + WORD * length,
        }
    }

    /// Whether its objects are containers, with a head in front of them.
    pub(crate) fn is_container(self) -> bool {
        self != FreeListName::Float
    }
}

impl fmt::Display for FreeListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FreeListName::Tuple(1) => f.write_str("the free list of tuples of 1 item"),
            FreeListName::Tuple(length) => write!(f, "the free list of tuples of {length} items"),
            name => write!(f, "the free list of {}s", name.type_name()),
        }
    }
}

/// The policy: the words of `memory::manager::Schedule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchedulePart {
    /// 0 automatic, 1 every so many nanoseconds, 2 after so many events, 3 never.
    pub policy: u64,
    /// How many nanoseconds or events.
    pub every: u64,
    /// The generation that is collected.
    pub generation: u64,
    /// When the last collection ended, or how many events there were since then.
    pub last: u64,
}

/// The pauses of one generation's collections, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PausesPart {
    /// Which generation.
    pub generation: u64,
    /// How many were measured.
    pub count: u64,
    /// Their sum.
    pub total: u64,
    /// The longest.
    pub longest: u64,
}
