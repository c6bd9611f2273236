//! Finding everything that a snapshot holds, from the root record on.
//!
//! The order is fixed: regions, static types, frames, global names, the caller's names, what they
//! lead to, and last the blocks that nothing leads to. Each step is bounded, and each address is
//! looked at before it is followed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use memory::object::{
    PyObject, PyTypeObject, TPFLAGS_HAVE_GC, TPFLAGS_HEAPTYPE, TPFLAGS_MANAGED_DICT,
};
use memory::root::{MAGIC, ROOT, VERSION};
use memory::{Addr, Code, Frame, Region, RegionRecord, Root, Snapshot, WORD};

use crate::Names;
use crate::blocks::{self, Found};
use crate::bytes::{Bytes, offset};
use crate::layouts;
use crate::model::{
    Block, CodePart, FramePart, Globals, Holds, Kind, Link, MAX_BLOCKS, MAX_OBJECTS, MAX_PROBLEMS,
    MAX_SLOTS, Object, Picture, Problem, ProblemKind, RegionPart, Slot, Target,
};

const OB_REFCNT: u64 = offset(PyObject::FIELDS, "ob_refcnt");
const OB_TYPE: u64 = offset(PyObject::FIELDS, "ob_type");

impl Picture {
    /// Reads a snapshot, however broken it is. An address in `names` is looked at even if nothing
    /// in the heap leads to it.
    #[must_use]
    pub fn of(snapshot: &Snapshot, names: &Names) -> Picture {
        Finder::new(snapshot).picture(snapshot, names)
    }
}

/// What is known of a type object.
#[derive(Clone, Debug)]
pub(crate) struct TypeInfo {
    pub(crate) addr: Addr,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) basicsize: u64,
    pub(crate) heap_type: bool,
    pub(crate) managed_dict: bool,
    pub(crate) cached_keys: Option<Addr>,
    pub(crate) weaklist: Option<u64>,
    /// How many bytes stand in front of an object of the type.
    pub(crate) head: u64,
}

pub(crate) struct Finder<'s> {
    pub(crate) bytes: Bytes<'s>,
    regions: Vec<RegionPart>,
    metatype: Option<Addr>,
    static_types: Vec<Addr>,
    types: BTreeMap<Addr, Option<TypeInfo>>,
    blocks: Vec<Found>,
    has_blocks: bool,
    objects: BTreeMap<Addr, Object>,
    queue: VecDeque<Addr>,
    problems: Vec<Problem>,
    truncated: bool,
}

impl<'s> Finder<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot) -> Finder<'s> {
        Finder {
            bytes: Bytes::new(snapshot),
            regions: Vec::new(),
            metatype: None,
            static_types: Vec::new(),
            types: BTreeMap::new(),
            blocks: Vec::new(),
            has_blocks: false,
            objects: BTreeMap::new(),
            queue: VecDeque::new(),
            problems: Vec::new(),
            truncated: false,
        }
    }
}

impl Finder<'_> {
    fn picture(&mut self, snapshot: &Snapshot, names: &Names) -> Picture {
        let root_is_good = self.root();
        self.regions();
        if root_is_good {
            (self.blocks, self.has_blocks) = blocks::of(snapshot, &mut self.problems);
            self.truncated |= self.blocks.len() >= MAX_BLOCKS;
        }
        self.static_types();
        let (mut frames, codes) = self.frames();
        for slot in frames.iter_mut().flat_map(|frame| &mut frame.locals) {
            slot.target = self.target(slot.to);
        }
        let globals = self.root_word("globals");
        // From the places that a program can name …
        for slot in frames.iter().flat_map(|frame| &frame.locals) {
            self.follow(slot);
        }
        let root_slots: Vec<Slot> = [
            "globals",
            "interned",
            "empty_tuple",
            "none",
            "true_",
            "false_",
        ]
        .iter()
        .filter_map(|name| self.root_slot(name, Link::Hidden))
        .collect();
        for slot in &root_slots {
            self.follow(slot);
        }
        for (addr, _) in names.iter() {
            if self.target(Some(addr)) == Target::Object {
                self.queue.push_back(addr);
            }
        }
        self.drain(true);
        // … and then the live blocks that nothing leads to: classes first, as they say what the
        // others are.
        self.unreached();
        let globals = globals.map(|dict| Globals {
            dict,
            names: self
                .objects
                .get(&dict)
                .map(|object| object.slots.clone())
                .unwrap_or_default()
                .into_iter()
                .filter(|slot| slot.link == Link::Strong)
                .collect(),
        });
        self.drawn(&frames, globals.as_ref(), names);
        let blocks = self.used_blocks();
        self.overlaps();
        self.count(&frames, &root_slots);
        for frame in &frames {
            let place = format!("of {}()", frame.name);
            self.broken_slots(&frame.locals, &place);
        }
        let held: Vec<Object> = self.objects.values().cloned().collect();
        for object in &held {
            self.broken_slots(&object.slots, &format!("of the {}", object.type_name));
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by(|a, b| (a.kind, a.addr, &a.words).cmp(&(b.kind, b.addr, &b.words)));
        problems.dedup();
        problems.truncate(MAX_PROBLEMS);
        Picture {
            size: self.bytes.size(),
            regions: std::mem::take(&mut self.regions),
            codes,
            frames,
            globals,
            objects: std::mem::take(&mut self.objects),
            blocks,
            static_types: self.static_types.len(),
            strips: Vec::new(),
            problems,
            names: names.clone(),
            truncated: self.truncated,
        }
    }

    pub(crate) fn problem(&mut self, addr: Addr, kind: ProblemKind, words: impl Into<String>) {
        // More than are kept, so that the worst can be chosen, and still bounded.
        if self.problems.len() < 10 * MAX_PROBLEMS {
            self.problems.push(Problem {
                addr,
                kind,
                words: words.into(),
            });
        }
    }

    fn root_word(&self, field: &str) -> Option<Addr> {
        let at = Root::FIELDS.iter().find(|(name, _)| *name == field)?.1;
        self.bytes.addr(ROOT.get() + at)
    }

    fn root_slot(&self, field: &str, link: Link) -> Option<Slot> {
        let at = Root::FIELDS.iter().find(|(name, _)| *name == field)?.1;
        let slot = self.slot(field, ROOT.get() + at, link)?;
        slot.to.map(|_| slot)
    }

    fn root(&mut self) -> bool {
        let word = |at| self.bytes.word(ROOT.get() + at).unwrap_or(0);
        let (magic, version, size) = (word(0), word(8), word(16));
        let mut good = true;
        if magic != MAGIC {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!("no root record: its first word is {magic:#x}, not \"PRIVHEAP\""),
            );
            good = false;
        } else if version != VERSION {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!(
                    "the root record is of version {version}, and this picture reads {VERSION}"
                ),
            );
            good = false;
        } else if size != self.bytes.size() {
            self.problem(
                ROOT,
                ProblemKind::Root,
                format!(
                    "the root record says that the range has {size} bytes, and it has {}",
                    self.bytes.size()
                ),
            );
        }
        good
    }

    fn regions(&mut self) {
        let mut below = 0;
        for region in Region::ALL {
            let record = ROOT.get() + 48 + RegionRecord::SIZE * region as u64;
            let word = |field| self.bytes.word(record + field).unwrap_or(0);
            let part = RegionPart {
                region,
                start: word(offset(RegionRecord::FIELDS, "start")),
                end: word(offset(RegionRecord::FIELDS, "end")),
                limit: word(offset(RegionRecord::FIELDS, "limit")),
            };
            if part.start == 0 && part.end == 0 && part.limit == 0 {
                self.regions.push(part);
                continue;
            }
            let record = ROOT.plus(record - ROOT.get());
            let wrong = if part.end < part.start {
                Some(format!(
                    "the {region} region ends at {:#06x}, before its start {:#06x}",
                    part.end, part.start
                ))
            } else if part.end > self.bytes.size() {
                Some(format!(
                    "the {region} region ends at {:#06x}, beyond the range of {:#x} bytes",
                    part.end,
                    self.bytes.size()
                ))
            } else if region == Region::Stack && part.start < part.limit {
                Some(format!(
                    "the top of the stack, {:#06x}, lies below its limit {:#06x}",
                    part.start, part.limit
                ))
            } else if region != Region::Stack && part.end > part.limit {
                Some(format!(
                    "the {region} region ends at {:#06x}, beyond its limit {:#06x}",
                    part.end, part.limit
                ))
            } else if part.start < below {
                Some(format!(
                    "the {region} region begins at {:#06x}, before the end {below:#06x} of the one below it",
                    part.start
                ))
            } else {
                None
            };
            if let Some(words) = wrong {
                self.problem(record, ProblemKind::Region, words);
            }
            below = below.max(part.end);
            self.regions.push(part);
        }
    }

    pub(crate) fn region_of(&self, at: u64) -> Option<Region> {
        self.regions
            .iter()
            .find(|part| part.contains(at))
            .map(|part| part.region)
    }

    fn static_types(&mut self) {
        let (Some(table), Some(count)) = (
            self.root_word("types"),
            self.bytes.word(ROOT.get() + offset(Root::FIELDS, "ntypes")),
        ) else {
            return;
        };
        if count > 1024 || !self.bytes.holds(table.get(), count * WORD) {
            self.problem(
                table,
                ProblemKind::Type,
                format!("the table of static types has {count} entries, which cannot be"),
            );
            return;
        }
        let entries: Vec<Option<Addr>> = (0..count)
            .map(|index| self.bytes.addr(table.get() + WORD * index))
            .collect();
        self.metatype = entries
            .iter()
            .flatten()
            .copied()
            .find(|entry| self.bytes.addr(entry.get() + OB_TYPE) == Some(*entry));
        for (index, entry) in entries.into_iter().enumerate() {
            // A table under construction has empty places.
            let Some(entry) = entry else { continue };
            if self.type_info(entry).is_none() {
                self.problem(
                    table.plus(WORD * index as u64),
                    ProblemKind::Type,
                    format!(
                        "entry {index} of the table of static types is {entry}: no type object"
                    ),
                );
            }
            self.static_types.push(entry);
        }
    }

    /// What the bytes at `addr` say of a type, if it is one.
    pub(crate) fn type_info(&mut self, addr: Addr) -> Option<TypeInfo> {
        if let Some(known) = self.types.get(&addr) {
            return known.clone();
        }
        let info = self.read_type(addr);
        // Wild heaps lead to many addresses that are no types; remembering them is only for speed.
        if self.types.len() < MAX_OBJECTS {
            self.types.insert(addr, info.clone());
        }
        info
    }

    fn read_type(&self, addr: Addr) -> Option<TypeInfo> {
        let at = addr.get();
        if !addr.is_aligned(WORD) || !self.bytes.holds(at, PyTypeObject::SIZE) {
            return None;
        }
        // The type of a type is `type`, whose type is itself.
        let meta = self.bytes.addr(at + OB_TYPE)?;
        match self.metatype {
            Some(metatype) if meta != metatype => return None,
            None if self.bytes.addr(meta.get().checked_add(OB_TYPE)?) != Some(meta) => return None,
            _ => {}
        }
        let word = |name: &str| {
            let field = PyTypeObject::FIELDS.iter().find(|(n, _)| *n == name)?;
            self.bytes.word(at + field.1)
        };
        let name = self.bytes.c_string(word("tp_name")?)?;
        let flags = word("tp_flags")?;
        let basicsize = word("tp_basicsize")?;
        if basicsize > self.bytes.size() {
            return None;
        }
        let heap_type = flags & TPFLAGS_HEAPTYPE != 0;
        let gc = if flags & TPFLAGS_HAVE_GC != 0 { 16 } else { 0 };
        let managed_dict = flags & TPFLAGS_MANAGED_DICT != 0;
        Some(TypeInfo {
            addr,
            kind: self.kind(addr, &name, heap_type),
            name,
            basicsize,
            heap_type,
            managed_dict,
            cached_keys: word("ht_cached_keys").and_then(Addr::new),
            weaklist: word("tp_weaklistoffset")
                .filter(|&at| at >= PyObject::SIZE && at < basicsize),
            head: gc + if managed_dict { 16 } else { 0 },
        })
    }

    /// The layout of a type's objects: that of the first static type among its bases.
    fn kind(&self, addr: Addr, name: &str, heap_type: bool) -> Kind {
        if !heap_type {
            return layouts::kind_of(name);
        }
        let mut class = addr;
        for _ in 0..100 {
            let word = |field| self.bytes.word(class.get().checked_add(field)?);
            let base = word(offset(PyTypeObject::FIELDS, "tp_base")).and_then(Addr::new);
            let Some(base) = base else { break };
            class = base;
            let word = |field| self.bytes.word(class.get().checked_add(field)?);
            let flags = word(offset(PyTypeObject::FIELDS, "tp_flags")).unwrap_or(0);
            if flags & TPFLAGS_HEAPTYPE == 0 {
                let name = word(offset(PyTypeObject::FIELDS, "tp_name"))
                    .and_then(|name| self.bytes.c_string(name));
                return match layouts::kind_of(&name.unwrap_or_default()) {
                    Kind::Other => Kind::Instance,
                    kind => kind,
                };
            }
        }
        Kind::Instance
    }

    fn frames(&mut self) -> (Vec<FramePart>, Vec<CodePart>) {
        let mut frames = Vec::new();
        let mut codes: BTreeMap<Addr, CodePart> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut next = self.root_word("frame");
        while let Some(addr) = next {
            if !seen.insert(addr) {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "the frames run in a circle: this one is its own caller's caller",
                );
                break;
            }
            if seen.len() > MAX_OBJECTS {
                self.truncated = true;
                break;
            }
            if self.region_of(addr.get()) != Some(Region::Stack)
                || !addr.is_aligned(WORD)
                || !self.bytes.holds(addr.get(), Frame::SIZE)
            {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "a frame is said to be here, and this is not the used part of the stack",
                );
                break;
            }
            let at = addr.get();
            let word = |field| self.bytes.word(at + field).unwrap_or(0);
            let size = word(offset(Frame::FIELDS, "size"));
            let previous = self.bytes.addr(at + offset(Frame::FIELDS, "previous"));
            let code = self.bytes.addr(at + offset(Frame::FIELDS, "f_code"));
            let code = code.and_then(|code| {
                let part = match codes.get(&code) {
                    Some(part) => Some(part.clone()),
                    None => self.code(code),
                };
                part.inspect(|part| {
                    codes.insert(code, part.clone());
                })
            });
            let (name, varnames) = match code {
                Some(code) => (code.name, code.varnames),
                None => {
                    let words = "its f_code is no code record of the text region";
                    self.problem(addr, ProblemKind::Frame, words);
                    ("?".to_owned(), Vec::new())
                }
            };
            let needed = Frame::size_for(varnames.len() as u64);
            if size < needed || size % WORD != 0 {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    format!("its size is {size}, and {name}() needs {needed} bytes"),
                );
            }
            if previous.is_some_and(|previous| previous.get() < at.saturating_add(size)) {
                self.problem(
                    addr,
                    ProblemKind::Frame,
                    "its caller's frame does not lie behind it: frames overlap",
                );
            }
            let locals = varnames
                .iter()
                .enumerate()
                .filter_map(|(index, label)| {
                    let place = at + Frame::SIZE + WORD * index as u64;
                    self.slot(label, place, Link::Strong)
                })
                .collect();
            frames.push(FramePart {
                addr,
                name,
                size,
                locals,
            });
            next = previous;
        }
        (frames, codes.into_values().collect())
    }

    fn code(&self, addr: Addr) -> Option<CodePart> {
        let at = addr.get();
        if self.region_of(at) != Some(Region::Text) || !self.bytes.holds(at, Code::SIZE) {
            return None;
        }
        let name = self.bytes.word(at + offset(Code::FIELDS, "co_name"))?;
        let nlocals = self.bytes.word(at + offset(Code::FIELDS, "co_nlocals"))?;
        let name = self.bytes.c_string(name)?;
        if nlocals > 255 {
            return None;
        }
        let varnames = (0..nlocals)
            .map(|index| {
                self.bytes
                    .word(at + Code::SIZE + WORD * index)
                    .and_then(|varname| self.bytes.c_string(varname))
                    .unwrap_or_else(|| "?".to_owned())
            })
            .collect();
        Some(CodePart {
            addr,
            name,
            varnames,
        })
    }

    /// The place at `at`, which holds a reference; `None` if it cannot be read.
    pub(crate) fn slot(&self, label: &str, at: u64, link: Link) -> Option<Slot> {
        let word = self.bytes.word(at)?;
        Some(Slot {
            label: label.to_owned(),
            at: Addr::new(at)?,
            to: Addr::new(word),
            link,
            target: Target::Null,
        })
    }

    /// Puts what a place refers to on the list of what is to be looked at.
    fn follow(&mut self, slot: &Slot) {
        if let Some(to) = slot.to
            && !self.objects.contains_key(&to)
            && self.target(Some(to)) == Target::Object
        {
            self.queue.push_back(to);
        }
    }

    /// What lies at an address that should be an object's.
    fn target(&mut self, to: Option<Addr>) -> Target {
        let Some(to) = to else { return Target::Null };
        let at = to.get();
        let region = self.region_of(at);
        if !matches!(region, Some(Region::Data | Region::Heap)) {
            return Target::Outside;
        }
        if region == Some(Region::Heap)
            && self.has_blocks
            && let Some(block) = self.block_at(at)
            && block.free
        {
            return Target::Freed;
        }
        let Some(info) = self.object_type(to) else {
            return Target::NoObject;
        };
        // In the heap an object begins where its block does.
        if region == Some(Region::Heap)
            && self.has_blocks
            && self.block_at(at).map(|block| block.start) != at.checked_sub(info.head)
        {
            return Target::NoObject;
        }
        Target::Object
    }

    /// As `type_info` of the object at `addr`, without remembering.
    pub(crate) fn type_at(&self, addr: Addr) -> Option<TypeInfo> {
        if !addr.is_aligned(WORD) || !self.bytes.holds(addr.get(), PyObject::SIZE) {
            return None;
        }
        let ty = self.bytes.addr(addr.get() + OB_TYPE)?;
        match self.types.get(&ty) {
            Some(known) => known.clone(),
            None => self.read_type(ty),
        }
    }

    /// Whether the object at `addr` is the dict of interned strings.
    pub(crate) fn is_interned_dict(&self, addr: Addr) -> bool {
        self.root_word("interned") == Some(addr)
    }

    fn object_type(&mut self, addr: Addr) -> Option<TypeInfo> {
        if !addr.is_aligned(WORD) || !self.bytes.holds(addr.get(), PyObject::SIZE) {
            return None;
        }
        let ty = self.bytes.addr(addr.get() + OB_TYPE)?;
        self.type_info(ty)
    }

    /// The block that `at` lies in.
    pub(crate) fn block_at(&self, at: u64) -> Option<Found> {
        let after = self.blocks.partition_point(|block| block.start <= at);
        let block = *self.blocks.get(after.checked_sub(1)?)?;
        (at - block.start < block.size).then_some(block)
    }

    /// Looks at everything on the list, and at what that leads to.
    fn drain(&mut self, reached: bool) {
        while let Some(addr) = self.queue.pop_front() {
            if self.objects.contains_key(&addr) {
                continue;
            }
            if self.objects.len() >= MAX_OBJECTS {
                self.truncated = true;
                self.queue.clear();
                return;
            }
            let Some(object) = self.object(addr, reached) else {
                continue;
            };
            for slot in &object.slots {
                self.follow(slot);
            }
            self.objects.insert(addr, object);
        }
    }

    fn object(&mut self, addr: Addr, reached: bool) -> Option<Object> {
        let info = self.object_type(addr)?;
        let mut object = Object {
            addr,
            start: addr.get().saturating_sub(info.head),
            end: addr.get().saturating_add(info.basicsize),
            ob_type: info.addr,
            type_name: info.name.clone(),
            kind: info.kind,
            refcnt: self.bytes.word(addr.get() + OB_REFCNT)?,
            found: 0,
            is_static: self.region_of(addr.get()) == Some(Region::Data),
            reached,
            drawn: false,
            value: String::new(),
            slots: Vec::new(),
            owns: Vec::new(),
        };
        if object.is_static {
            // Static objects were laid down one behind the other, without heads.
            object.start = addr.get();
        }
        if (object.refcnt as i64) < 0 {
            let words = format!("its ob_refcnt is {}", object.refcnt as i64);
            self.problem(addr, ProblemKind::Object, words);
        }
        if info.heap_type
            && let Some(slot) = self.slot("ob_type", addr.get() + OB_TYPE, Link::Hidden)
        {
            object.slots.push(slot);
        }
        layouts::fill(self, &mut object, &info);
        object.slots.truncate(MAX_SLOTS as usize + 1);
        for index in 0..object.slots.len() {
            object.slots[index].target = self.target(object.slots[index].to);
        }
        if !object.is_static {
            self.extent(&object);
        }
        Some(object)
    }

    /// Whether an object and what it owns fit into their blocks.
    fn extent(&mut self, object: &Object) {
        if !self.has_blocks {
            return;
        }
        if let Some(block) = self.block_at(object.addr.get())
            && !block.free
            && object.end > block.start + block.size
        {
            let words = format!(
                "the {} needs {} bytes, and its block has {}",
                object.type_name,
                object.end.saturating_sub(block.start),
                block.size
            );
            self.problem(object.addr, ProblemKind::Overlap, words);
        }
        for owned in &object.owns {
            let words = match self.block_at(owned.start.get()) {
                Some(block) if block.free => {
                    format!("its {} {} is a freed block", owned.field, owned.start)
                }
                Some(block) if block.start != owned.start.get() => {
                    format!(
                        "its {} {} is not the start of a block",
                        owned.field, owned.start
                    )
                }
                Some(block) if owned.size > block.size => format!(
                    "its {} {} needs {} bytes, and the block has {}",
                    owned.field, owned.start, owned.size, block.size
                ),
                Some(_) => continue,
                None if self.region_of(owned.start.get()) == Some(Region::Data) => continue,
                None => format!(
                    "its {} {} is no block of the heap",
                    owned.field, owned.start
                ),
            };
            self.problem(object.addr, ProblemKind::Object, words);
        }
    }

    /// Objects in live blocks that nothing leads to.
    fn unreached(&mut self) {
        let known: BTreeSet<u64> = self
            .objects
            .values()
            .flat_map(|object| {
                let owned = object.owns.iter().map(|owned| owned.start.get());
                owned.chain([object.start])
            })
            .collect();
        let live: Vec<u64> = self
            .blocks
            .iter()
            .filter(|block| !block.free && !known.contains(&block.start))
            .map(|block| block.start)
            .collect();
        for only_types in [true, false] {
            for &start in &live {
                for head in [32, 16, 0] {
                    let Some(addr) = start.checked_add(head).and_then(Addr::new) else {
                        continue;
                    };
                    let is_type = self.bytes.addr(addr.get().saturating_add(OB_TYPE));
                    let is_type = is_type.is_some() && is_type == self.metatype;
                    let right = |info: TypeInfo| info.head == head;
                    if is_type == only_types
                        && self.block_at(addr.get()).is_some()
                        && self.object_type(addr).is_some_and(right)
                    {
                        self.queue.push_back(addr);
                        break;
                    }
                }
            }
            self.drain(false);
        }
    }

    /// Marks the objects that names lead to through references that the faces draw, and those that
    /// nothing leads to. What is left are the manager's own: attribute names, dicts of names.
    fn drawn(&mut self, frames: &[FramePart], globals: Option<&Globals>, names: &Names) {
        let locals = frames.iter().flat_map(|frame| &frame.locals);
        let globals = globals.iter().flat_map(|globals| &globals.names);
        let mut queue: Vec<Addr> = locals.chain(globals).filter_map(|slot| slot.to).collect();
        queue.extend(names.iter().map(|(addr, _)| addr));
        let unreached = self.objects.values().filter(|object| !object.reached);
        queue.extend(unreached.map(|object| object.addr));
        while let Some(addr) = queue.pop() {
            if let Some(object) = self.objects.get_mut(&addr)
                && !object.drawn
            {
                object.drawn = true;
                queue.extend(object.drawn_slots().filter_map(|slot| slot.to));
            }
        }
    }

    /// What each block is used for.
    fn used_blocks(&mut self) -> Vec<Block> {
        let mut holds: BTreeMap<u64, Holds> = BTreeMap::new();
        for object in self.objects.values() {
            for owned in &object.owns {
                holds.insert(owned.start.get(), Holds::Owned(object.addr, owned.field));
            }
        }
        for object in self.objects.values() {
            holds.insert(object.start, Holds::Object(object.addr));
        }
        self.blocks
            .iter()
            .filter_map(|block| {
                Some(Block {
                    start: Addr::new(block.start)?,
                    size: block.size,
                    holds: if block.free {
                        Holds::Free
                    } else {
                        holds.remove(&block.start).unwrap_or(Holds::Unknown)
                    },
                })
            })
            .collect()
    }

    /// Objects and owned blocks that have bytes in common.
    fn overlaps(&mut self) {
        let mut spans: Vec<(u64, u64, Addr, String)> = Vec::new();
        for object in self.objects.values().filter(|object| !object.is_static) {
            spans.push((object.start, object.end, object.addr, object.short()));
            // Shared keys belong to more than one object.
            for owned in object.owns.iter().filter(|o| o.field != "ma_keys") {
                let end = owned.start.get().saturating_add(owned.size);
                let what = format!("{} of the {}", owned.field, object.type_name);
                spans.push((owned.start.get(), end, object.addr, what));
            }
        }
        spans.sort();
        let mut overlapping = Vec::new();
        // The span that reaches farthest so far.
        let mut far: Option<&(u64, u64, Addr, String)> = None;
        for span in &spans {
            if let Some(before) = far
                && span.0 < before.1
            {
                overlapping.push((
                    span.2,
                    format!(
                        "{} {:#06x}..{:#06x} overlaps {} {:#06x}..{:#06x}",
                        span.3, span.0, span.1, before.3, before.0, before.1
                    ),
                ));
            }
            if far.is_none_or(|before| span.1 > before.1) {
                far = Some(span);
            }
        }
        for (addr, words) in overlapping {
            self.problem(addr, ProblemKind::Overlap, words);
        }
    }

    /// Counts the references to each object, and compares.
    fn count(&mut self, frames: &[FramePart], root_slots: &[Slot]) {
        let mut found: BTreeMap<Addr, u64> = BTreeMap::new();
        let locals = frames.iter().flat_map(|frame| &frame.locals);
        let held = self.objects.values().flat_map(|object| &object.slots);
        for slot in locals.chain(root_slots).chain(held) {
            if let (Some(to), Link::Strong | Link::Hidden) = (slot.to, slot.link) {
                *found.entry(to).or_default() += 1;
            }
        }
        let mut wrong = Vec::new();
        for object in self.objects.values_mut() {
            object.found = found.get(&object.addr).copied().unwrap_or(0);
            if !object.is_static && object.found > object.refcnt {
                wrong.push((object.addr, object.refcnt, object.found));
            }
        }
        for (addr, refcnt, found) in wrong {
            let plural = if found == 1 { "" } else { "s" };
            self.problem(
                addr,
                ProblemKind::Count,
                format!("ob_refcnt {refcnt}, and {found} reference{plural} found"),
            );
        }
    }

    /// Says which places lead to no object.
    fn broken_slots(&mut self, slots: &[Slot], place: &str) {
        for slot in slots {
            let Some(to) = slot.to else { continue };
            let target = self.target(Some(to));
            let what = match target {
                Target::Freed => "a freed block",
                Target::NoObject => "no object",
                Target::Outside => "outside data and heap",
                Target::Null | Target::Object => continue,
            };
            let words = format!("{} {place} refers to {to}: {what}", slot.label);
            self.problem(slot.at, ProblemKind::Reference, words);
        }
    }
}
