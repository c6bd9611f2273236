//! What a picture is made of. Nothing here knows how it is drawn.

mod collector;
mod kept;
mod pools;

use std::collections::BTreeMap;

use memory::{Addr, Region};

use crate::Names;
pub(crate) use collector::{COLLECTING, PREV_FLAGS, PREV_SHIFT, UNREACHABLE};
pub use collector::{Collector, GcHead, GcListName, GcListPart};
pub use kept::{FreeListName, FreeListPart, Kept, PausesPart, SchedulePart};
pub use pools::{ArenaPart, BlockState, PoolList, PoolPart, PoolParts, PoolState, Pools, UsedList};

/// Everything that a snapshot's bytes say, ready to be drawn.
///
/// The same bytes and the same names give the same picture: every list is in a fixed order.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The size of the range in bytes.
    pub size: u64,
    /// Text, data, heap, stack.
    pub regions: Vec<RegionPart>,
    /// The code records that the frames lead to, by address.
    pub codes: Vec<CodePart>,
    /// The frames, the running one first.
    pub frames: Vec<FramePart>,
    /// The dict with the global names, and the names.
    pub globals: Option<Globals>,
    /// Every object that was found, by address: those in the heap, and of the static ones those
    /// that something refers to.
    pub objects: BTreeMap<Addr, Object>,
    /// The blocks of the heap, by address; empty while no allocator has handed out any.
    pub blocks: Vec<Block>,
    /// What the root record's table of static types lists.
    pub static_types: usize,
    /// The pools and arenas, once there are any (labs 5 and 6).
    pub pools: Option<Pools>,
    /// The collector's lists, once it was started (labs 4 and 7).
    pub collector: Option<Collector>,
    /// The objects that the trashcan put off, the next one first.
    pub trash: Vec<Addr>,
    /// Free lists, policy and pauses, once they were made (lab 8).
    pub kept: Option<Kept>,
    /// What is inconsistent, worst first, then by address.
    pub problems: Vec<Problem>,
    /// The caller's names.
    pub names: Names,
    /// Whether the heap has more objects, frames or blocks than a picture takes in
    /// ([`MAX_OBJECTS`], [`MAX_BLOCKS`]). It then says nothing of what is missing: an object that
    /// is not in it may still be there.
    pub truncated: bool,
}

/// How many objects and frames a picture takes in. What lies beyond is not looked at, so that the
/// work is bounded, whatever the bytes say.
pub const MAX_OBJECTS: usize = 4_000;

/// How many blocks a picture takes in.
pub const MAX_BLOCKS: usize = 40_000;

/// How many pools a picture takes in.
pub const MAX_POOLS: usize = 20_000;

/// How many references of one object are followed.
pub const MAX_SLOTS: u64 = 4_096;

/// How many problems are listed.
pub const MAX_PROBLEMS: usize = 100;

/// One of the four regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionPart {
    /// Which one.
    pub region: Region,
    /// The first used byte.
    pub start: u64,
    /// The first byte after the used part; of the heap, the break.
    pub end: u64,
    /// How far the region may grow.
    pub limit: u64,
}

impl RegionPart {
    /// The used bytes.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The bytes that the region may have at most.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        match self.region {
            Region::Stack => self.end.saturating_sub(self.limit),
            _ => self.limit.saturating_sub(self.start),
        }
    }

    /// Whether `at` lies in the used part.
    #[must_use]
    pub fn contains(&self, at: u64) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// A function's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePart {
    /// Where its record lies.
    pub addr: Addr,
    /// The function's name.
    pub name: String,
    /// The names of its local variables.
    pub varnames: Vec<String>,
}

/// The call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePart {
    /// Where it lies.
    pub addr: Addr,
    /// The function's name, or `?`.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its local variables.
    pub locals: Vec<Slot>,
}

/// The global names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Globals {
    /// The dict that holds them.
    pub dict: Addr,
    /// The names, in the order of the dict.
    pub names: Vec<Slot>,
}

/// A place that holds the address of an object: a local variable, an item, an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it is called: `x`, `0`, `wheels`.
    pub label: String,
    /// Where the word lies.
    pub at: Addr,
    /// The address in it, or `None` for NULL: not bound.
    pub to: Option<Addr>,
    /// How it refers.
    pub link: Link,
    /// What lies at the address.
    pub target: Target,
}

/// How a place refers to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is counted in the object's `ob_refcnt`.
    Strong,
    /// It is not counted: a weak reference.
    Weak,
    /// It is counted, and the faces do not draw it: an object's type, a class's base and dict.
    Hidden,
    /// It is neither counted nor drawn, and must still lead to an object: the lists of weak
    /// references, the names in shared keys.
    Internal,
}

/// What lies at the address that a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: the address is NULL.
    Null,
    /// An object.
    Object,
    /// A block that was given back.
    Freed,
    /// A dead object that waits on a free list.
    Kept,
    /// Bytes that are no object.
    NoObject,
    /// A place outside data and heap.
    Outside,
}

impl Target {
    /// Whether the reference leads where none may lead.
    #[must_use]
    pub fn is_broken(self) -> bool {
        !matches!(self, Target::Null | Target::Object)
    }
}

/// What an object is, as far as its layout goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `None`.
    None,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `str`.
    Str,
    /// `list`.
    List,
    /// `tuple`.
    Tuple,
    /// `dict`.
    Dict,
    /// `set`.
    Set,
    /// A weak reference.
    Weakref,
    /// A type.
    Type,
    /// A function.
    Function,
    /// An instance of a class that a program made.
    Instance,
    /// An object of a type that the picture does not know more of.
    Other,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its address: that of its `PyObject` header.
    pub addr: Addr,
    /// Its first byte: that of the GC head or of what stands before it, if it has such.
    pub start: u64,
    /// The first byte after it.
    pub end: u64,
    /// The address of its type.
    pub ob_type: Addr,
    /// The name of its type.
    pub type_name: String,
    /// Its layout.
    pub kind: Kind,
    /// Its `ob_refcnt`.
    pub refcnt: u64,
    /// How many references to it were found that count.
    pub found: u64,
    /// Whether it lies in the data region: never freed, and its count says nothing.
    pub is_static: bool,
    /// Whether a frame, a global name or a caller's name leads to it.
    pub reached: bool,
    /// Whether names lead to it through references that the faces draw, or nothing leads to it.
    /// What is not drawn are the manager's own objects: attribute names, dicts of names.
    pub drawn: bool,
    /// Its value, if it has one of its own: `1025`, `'wheels'`, `2.5`, the name of a type. Empty
    /// for a container.
    pub value: String,
    /// The references that it holds.
    pub slots: Vec<Slot>,
    /// Blocks that belong to it and are no objects: start, size in bytes, and what it is for.
    pub owns: Vec<Owned>,
    /// Its GC head, if it is a container in the heap.
    pub gc: Option<GcHead>,
    /// The weak references to it, in the order of its list.
    pub weakrefs: Vec<Addr>,
}

impl Object {
    /// Its size in bytes, with what stands in front of it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Type and value in a few characters: `int 1025`, `'wheels'`, `Car`.
    #[must_use]
    pub fn short(&self) -> String {
        match self.kind {
            Kind::None | Kind::Bool | Kind::Str => self.value.clone(),
            Kind::Type => format!("class {}", self.value),
            _ if self.value.is_empty() => self.type_name.clone(),
            _ => format!("{} {}", self.type_name, self.value),
        }
    }

    /// The references that the faces draw.
    pub fn drawn_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots
            .iter()
            .filter(|slot| matches!(slot.link, Link::Strong | Link::Weak))
    }

    /// How many references to it are held by nobody whom the picture knows.
    #[must_use]
    pub fn unexplained(&self) -> u64 {
        self.refcnt.saturating_sub(self.found)
    }
}

/// A block that an object owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Where it begins.
    pub start: Addr,
    /// The bytes that the object uses of it.
    pub size: u64,
    /// The field that holds its address: `ob_item`, `values`, `ma_keys`.
    pub field: &'static str,
}

/// A block of the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first byte that the program may use.
    pub start: Addr,
    /// How many bytes it may use.
    pub size: u64,
    /// What it is used for.
    pub holds: Holds,
}

/// What a block is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// An object.
    Object(Addr),
    /// Something of an object: its items, its values, its keys.
    Owned(Addr, &'static str),
    /// Nothing: it was given back.
    Free,
    /// A dead object that waits on a free list. It was not given back.
    Kept(Addr, FreeListName),
    /// It is live, and nothing that the picture knows leads to it.
    Unknown,
}

/// Something in the bytes that cannot be right, or that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub addr: Addr,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, in words, without the address.
    pub words: String,
}

/// The kinds of problems, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The root record is not one, so nothing can be found.
    Root,
    /// A region lies where it cannot.
    Region,
    /// A frame, or the chain of frames, is damaged.
    Frame,
    /// A type is not one.
    Type,
    /// A reference leads to no object.
    Reference,
    /// The fields of an object contradict each other.
    Object,
    /// Two things have the same bytes.
    Overlap,
    /// The allocator's blocks are damaged.
    Block,
    /// A pool, or a list of pools, is damaged.
    Pool,
    /// An arena, or what is known of the arenas, is damaged.
    Arena,
    /// A free list, or an object on one, is damaged; or the policy or the pauses are.
    FreeList,
    /// The collector's lists, or the trashcan's chain, are damaged.
    Collector,
    /// An object has more references than it counts.
    Count,
}

impl Picture {
    /// The object at `addr`.
    #[must_use]
    pub fn object(&self, addr: Addr) -> Option<&Object> {
        self.objects.get(&addr)
    }

    /// The problems at `addr`.
    pub fn problems_at(&self, addr: Addr) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |p| p.addr == addr)
    }

    /// The region whose used part holds `at`.
    #[must_use]
    pub fn region_of(&self, at: u64) -> Option<Region> {
        self.regions
            .iter()
            .find(|part| part.contains(at))
            .map(|part| part.region)
    }

    /// Where the chain of frames leads to no frame. Those behind that cannot be found.
    #[must_use]
    pub fn lost_frame(&self) -> Option<Addr> {
        let lost = |problem: &&Problem| {
            problem.kind == ProblemKind::Frame
                && self.frames.iter().all(|frame| frame.addr != problem.addr)
        };
        self.problems.iter().find(lost).map(|problem| problem.addr)
    }

    /// Every place that refers to `addr`: who holds it, and the place.
    #[must_use]
    pub fn referrers(&self, addr: Addr) -> Vec<(Holder<'_>, &Slot)> {
        let frames = self
            .frames
            .iter()
            .flat_map(|frame| frame.locals.iter().map(move |s| (Holder::Frame(frame), s)));
        let globals = self
            .globals
            .iter()
            .flat_map(|globals| globals.names.iter().map(|s| (Holder::Globals, s)));
        let global_dict = self.globals.as_ref().map(|globals| globals.dict);
        let objects = self
            .objects
            .values()
            .filter(move |object| Some(object.addr) != global_dict)
            .flat_map(|object| {
                object
                    .slots
                    .iter()
                    .map(move |s| (Holder::Object(object), s))
            });
        frames
            .chain(globals)
            .chain(objects)
            .filter(|(_, slot)| slot.to == Some(addr))
            .collect()
    }

    /// The objects whose live blocks nothing leads to: what a leak looks like. Objects that only
    /// Rust code holds look the same.
    pub fn unreached(&self) -> impl Iterator<Item = &Object> {
        self.objects
            .values()
            .filter(|object| !object.reached && !object.is_static)
    }
}

/// Who holds a reference.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'p> {
    /// A local variable of a frame.
    Frame(&'p FramePart),
    /// A global name.
    Globals,
    /// An object.
    Object(&'p Object),
}
