//! One object or record, word by word: the name of each field, what it holds, and what that means.

use memory::gc::GcGeneration;
use memory::manager::{FreeFloat, FreeLists, Pauses, Schedule};
use memory::object::{
    PreHeader, PyASCIIObject, PyCompactUnicodeObject, PyDictKeysObject, PyDictObject,
    PyFloatObject, PyFunctionObject, PyGC_Head, PyInstance, PyListObject, PyLongObject, PyObject,
    PySetObject, PyTupleObject, PyTypeObject, PyWeakReference, TPFLAGS_HAVE_GC, TPFLAGS_HEAPTYPE,
    TPFLAGS_MANAGED_DICT, str_state,
};
use memory::pool::{ArenaObject, DUMMY_SIZE_IDX, PoolHeader};
use memory::root::ROOT;
use memory::{Addr, Code, Frame, Root, Snapshot, WORD};

use crate::bytes::offset;
use crate::find::{Finder, TypeInfo};
use crate::layouts;
use crate::model::{
    FreeListName, GcHead, GcListName, Kind, PREV_FLAGS, PREV_SHIFT, Picture, Pools, UNREACHABLE,
};
use crate::text::{chars, cut};

/// One field of an object or record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// Where it lies.
    pub at: Addr,
    /// The distance in bytes from the address that was asked for; negative for what stands in front
    /// of an object.
    pub offset: i64,
    /// Its size in bytes: 8, 4 or 1.
    pub size: u64,
    /// Its name: `ob_refcnt`, `ob_digit[0]`.
    pub name: String,
    /// What it holds.
    pub value: u64,
    /// What that means, in a few words; empty if the number says it all.
    pub meaning: String,
}

/// The most items of an object that are listed.
const ITEMS: u64 = 16;

/// The fields of the object, frame or code record at `addr`, or of the root record. Empty if no
/// such thing lies there.
#[must_use]
pub fn fields(snapshot: &Snapshot, addr: Addr) -> Vec<FieldLine> {
    let finder = Finder::new(snapshot);
    let mut reader = Reader {
        finder: &finder,
        base: addr.get(),
        lines: Vec::new(),
    };
    if addr == ROOT {
        reader.table(Root::FIELDS, 0);
        return reader.lines;
    }
    if let Some(info) = finder.type_at(addr) {
        reader.object(&info);
        return reader.lines;
    }
    let picture = Picture::of(snapshot, &crate::Names::new());
    if reader.kept(&picture, addr) {
        return reader.lines;
    }
    let pools = picture.pools.as_ref();
    let is_arena = |pools: &Pools| pools.arenas.values().any(|arena| arena.record == addr);
    let mut lists = picture.collector.iter().flat_map(|gc| &gc.lists);
    if pools.is_some_and(|pools| pools.pools.contains_key(&addr)) {
        reader.table(PoolHeader::FIELDS, 0);
    } else if pools.is_some_and(is_arena) {
        reader.table(ArenaObject::FIELDS, 0);
    } else if let Some(list) = lists.find(|list| list.head == addr) {
        match list.name {
            GcListName::Pass(_) => reader.table(PyGC_Head::FIELDS, 0),
            _ => reader.table(GcGeneration::FIELDS, 0),
        }
    } else if let Some(frame) = picture.frames.iter().find(|frame| frame.addr == addr) {
        reader.table(Frame::FIELDS, 0);
        for (index, local) in frame.locals.iter().enumerate() {
            let name = format!("localsplus[{index}] {}", local.label);
            reader.line(Frame::SIZE as i64 + 8 * index as i64, 8, &name);
        }
    } else if let Some(code) = picture.codes.iter().find(|code| code.addr == addr) {
        reader.table(Code::FIELDS, 0);
        for index in 0..code.varnames.len() {
            let name = format!("co_varname({index})");
            reader.line(Code::SIZE as i64 + 8 * index as i64, 8, &name);
        }
    }
    reader.lines
}

/// The fields as lines of text, without indentation, at most `width` characters each.
#[must_use]
pub fn fields_text(fields: &[FieldLine], width: usize) -> String {
    let values: Vec<String> = fields
        .iter()
        .map(|field| match field.size {
            8 => format!("{:016x}", field.value),
            4 => format!("{:08x}", field.value),
            _ => format!("{:02x}", field.value),
        })
        .collect();
    let names = fields.iter().map(|field| chars(&field.name));
    let names = names.max().unwrap_or(0).min(24);
    let mut out = String::new();
    for (field, value) in fields.iter().zip(values) {
        let name = cut(&field.name, 24);
        let pad = " ".repeat(names.saturating_sub(chars(&name)));
        let line = format!(
            "{:<8} {:>+4}  {name}{pad}  {value:>16}  {}",
            field.at.to_string(),
            field.offset,
            field.meaning
        );
        out.push_str(cut(line.trim_end(), width.max(40)).trim_end());
        out.push('\n');
    }
    out
}

struct Reader<'f> {
    finder: &'f Finder<'f>,
    base: u64,
    lines: Vec<FieldLine>,
}

impl Reader<'_> {
    fn line(&mut self, offset: i64, size: u64, name: &str) {
        let Some(at) = self.base.checked_add_signed(offset) else {
            return;
        };
        let value = match size {
            8 => self.finder.bytes.word(at),
            4 => self.finder.bytes.u32(at).map(u64::from),
            _ => self.finder.bytes.u8(at).map(u64::from),
        };
        let (Some(value), Some(at)) = (value, Addr::new(at)) else {
            return;
        };
        let meaning = self.meaning(name, value);
        self.lines.push(FieldLine {
            at,
            offset,
            size,
            name: name.to_owned(),
            value,
            meaning,
        });
    }

    /// The fields of a record that begins `start` bytes from the base.
    fn table(&mut self, fields: &[(&str, u64)], start: i64) {
        for &(name, field) in fields {
            let size = match name {
                "state" | "dk_version" | "arenaindex" | "szidx" | "nextoffset"
                | "maxnextoffset" | "nfreepools" | "ntotalpools" => 4,
                "dk_log2_size" | "dk_log2_index_bytes" | "dk_kind" => 1,
                _ => WORD,
            };
            self.line(start.saturating_add(field as i64), size, name);
        }
    }

    /// A kept float, whose type is not there, or a record of lab 8; whether `addr` is one.
    fn kept(&mut self, picture: &Picture, addr: Addr) -> bool {
        let Some(kept) = &picture.kept else {
            return false;
        };
        let root = |field: &str| {
            let (_, at) = Root::FIELDS.iter().find(|(name, _)| *name == field)?;
            self.finder.bytes.addr(ROOT.get() + at)
        };
        if kept.list_of(addr) == Some(FreeListName::Float) {
            self.line(0, WORD, "ob_refcnt");
            self.table(FreeFloat::FIELDS, 0);
            let value = offset(PyFloatObject::FIELDS, "ob_fval");
            self.line(value as i64, WORD, "ob_fval");
        } else if root("free_lists") == Some(addr) {
            self.table(FreeLists::FIELDS, 0);
        } else if root("schedule") == Some(addr) {
            self.table(Schedule::FIELDS, 0);
        } else if root("pauses") == Some(addr) {
            self.table(Pauses::FIELDS, 0);
        } else {
            return false;
        }
        true
    }

    fn object(&mut self, info: &TypeInfo) {
        let is_static = self.is_static();
        if !is_static && info.managed_dict {
            self.table(PreHeader::FIELDS, -(PyGC_Head::SIZE as i64) - 16);
        }
        if !is_static && info.head >= PyGC_Head::SIZE {
            self.table(PyGC_Head::FIELDS, -(PyGC_Head::SIZE as i64));
        }
        let at = self.base;
        match info.kind {
            Kind::Bool | Kind::Int => {
                self.table(PyLongObject::FIELDS, 0);
                let digits = offset(PyLongObject::FIELDS, "ob_size");
                let digits = self.finder.bytes.word(at + digits).unwrap_or(0) as i64;
                for index in 0..digits.unsigned_abs().min(ITEMS) {
                    let place = PyLongObject::SIZE + 4 * index;
                    self.line(place as i64, 4, &format!("ob_digit[{index}]"));
                }
            }
            Kind::Float => self.table(PyFloatObject::FIELDS, 0),
            Kind::Str => self.string(),
            Kind::List => self.table(PyListObject::FIELDS, 0),
            Kind::Tuple => {
                self.table(PyTupleObject::FIELDS, 0);
                let items = offset(PyTupleObject::FIELDS, "ob_size");
                let items = self.finder.bytes.word(at + items).unwrap_or(0);
                for index in 0..items.min(ITEMS) {
                    let place = PyTupleObject::SIZE + WORD * index;
                    self.line(place as i64, 8, &format!("ob_item[{index}]"));
                }
            }
            Kind::Dict => {
                self.table(PyDictObject::FIELDS, 0);
                let keys = offset(PyDictObject::FIELDS, "ma_keys");
                if let Some(keys) = self.finder.bytes.addr(at + keys) {
                    let start = keys.get().wrapping_sub(at) as i64;
                    self.table(PyDictKeysObject::FIELDS, start);
                }
            }
            Kind::Set => self.table(PySetObject::FIELDS, 0),
            Kind::Weakref => self.table(PyWeakReference::FIELDS, 0),
            Kind::Type => self.table(PyTypeObject::FIELDS, 0),
            Kind::Function => self.table(PyFunctionObject::FIELDS, 0),
            Kind::Instance if info.basicsize >= PyInstance::SIZE => {
                self.table(PyInstance::FIELDS, 0);
            }
            Kind::None | Kind::Instance | Kind::Other => self.table(PyObject::FIELDS, 0),
        }
    }

    /// Static objects lie in the data region and have nothing in front of them.
    fn is_static(&self) -> bool {
        let record = ROOT.get() + 48 + 24;
        let start = self.finder.bytes.word(record).unwrap_or(0);
        let end = self.finder.bytes.word(record + 8).unwrap_or(0);
        (start..end).contains(&self.base)
    }

    fn string(&mut self) {
        let at = self.base;
        let bytes = self.finder.bytes;
        let state = bytes.u32(at + offset(PyASCIIObject::FIELDS, "state"));
        let state = state.unwrap_or(0);
        let size = if state & str_state::ASCII != 0 {
            self.table(PyASCIIObject::FIELDS, 0);
            PyASCIIObject::SIZE
        } else {
            self.table(PyCompactUnicodeObject::FIELDS, 0);
            PyCompactUnicodeObject::SIZE
        };
        let kind = u64::from(state >> str_state::KIND_SHIFT & 0b111).max(1);
        let length = bytes.word(at + offset(PyASCIIObject::FIELDS, "length"));
        let length = length.unwrap_or(0).saturating_mul(kind);
        for word in 0..length.saturating_add(kind).div_ceil(8).min(ITEMS) {
            self.line((size + 8 * word) as i64, 8, "characters");
            if let Some(line) = self.lines.last_mut() {
                let text = line.value.to_le_bytes();
                let left = (length.saturating_sub(8 * word)).min(8) as usize;
                let shown = text[..left].iter().map(|&byte| match byte {
                    b' '..=b'~' => char::from(byte),
                    _ => '·',
                });
                line.meaning = shown.collect();
            }
        }
    }

    fn meaning(&self, name: &str, value: u64) -> String {
        let signed = value as i64;
        match name {
            "ob_fval" => return f64::from_bits(value).to_string(),
            "hash" if signed == -1 => return "not computed yet".to_owned(),
            "ob_size" | "hash" => return signed.to_string(),
            "tp_flags" => {
                let flags = [
                    (TPFLAGS_HEAPTYPE, "HEAPTYPE"),
                    (TPFLAGS_HAVE_GC, "HAVE_GC"),
                    (TPFLAGS_MANAGED_DICT, "MANAGED_DICT"),
                ];
                let set = flags.iter().filter(|(bit, _)| value & bit != 0);
                let set: Vec<&str> = set.map(|(_, name)| *name).collect();
                return set.join(" ");
            }
            "tp_name" | "co_name" => {
                let text = self.finder.bytes.c_string(value);
                return text.map_or("no text".to_owned(), |text| format!("▶ {text:?}"));
            }
            "magic" => return "\"PRIVHEAP\"".to_owned(),
            _ if name.starts_with("co_varname") => {
                let text = self.finder.bytes.c_string(value);
                return text.map_or("no text".to_owned(), |text| format!("▶ {text:?}"));
            }
            "state" => {
                let kind = value >> str_state::KIND_SHIFT & 0b111;
                let mut words = vec![format!("{kind} bytes a character")];
                if kind == 1 {
                    words[0] = "1 byte a character".to_owned();
                }
                if value as u32 & str_state::INTERNED != 0 {
                    words.insert(0, "interned".to_owned());
                }
                if value as u32 & str_state::ASCII != 0 {
                    words.push("ASCII".to_owned());
                }
                return words.join(", ");
            }
            "_gc_next" | "_gc_prev" if value == 0 => return "not tracked".to_owned(),
            "_gc_next" | "_gc_prev" => return gc_word(name, value),
            "szidx" if value == u64::from(DUMMY_SIZE_IDX) => return "never used".to_owned(),
            _ => {}
        }
        let is_address = matches!(
            name,
            "ob_type"
                | "values"
                | "dict"
                | "ob_item"
                | "table"
                | "weaklist"
                | "f_code"
                | "previous"
                | "wr_object"
                | "wr_callback"
                | "wr_prev"
                | "wr_next"
                | "tp_base"
                | "tp_dict"
                | "ht_cached_keys"
                | "tp_weaklist"
                | "ht_name"
                | "ma_keys"
                | "ma_values"
                | "weakreflist"
                | "utf8"
                | "freeblock"
                | "nextpool"
                | "prevpool"
                | "address"
                | "pool_address"
                | "freepools"
                | "nextarena"
                | "prevarena"
                | "next"
                | "float_free_list"
        ) || name.starts_with("func_")
            || name.starts_with("ob_item[")
            || name.starts_with("localsplus");
        match Addr::new(value) {
            None if is_address => "NULL".to_owned(),
            None => "0".to_owned(),
            Some(addr) => match self.finder.type_at(addr) {
                Some(info) => {
                    let short = layouts::value(self.finder.bytes, value, &info);
                    match (info.kind, short) {
                        (Kind::Type, Some(name)) => format!("▶ type {name}"),
                        (Kind::None | Kind::Bool | Kind::Str, Some(value)) => format!("▶ {value}"),
                        (_, Some(value)) => format!("▶ {} {value}", info.name),
                        (_, None) => format!("▶ {}", info.name),
                    }
                }
                None if is_address => format!("▶ {addr}"),
                // A small number as a person reads it.
                None if value >> 40 == 0 => value.to_string(),
                None => String::new(),
            },
        }
    }
}

/// What a word of a GC head holds: an address or a number, and marks.
fn gc_word(name: &str, value: u64) -> String {
    let (next, prev) = match name {
        "_gc_next" => (value, 0),
        _ => (0, value),
    };
    let head = GcHead {
        next,
        prev,
        gc_refs: None,
    };
    let rest = match name {
        "_gc_next" => value & !UNREACHABLE,
        _ => value & !PREV_FLAGS,
    };
    let mut parts = vec![format!("▶ {rest:#06x}")];
    if head.is_collecting() {
        // While a collection runs, the number may stand in place of the address.
        parts = vec![format!("▶ {rest:#06x} or gc_refs {}", prev >> PREV_SHIFT)];
    }
    parts.extend(head.marks().into_iter().map(str::to_owned));
    parts.join(" ")
}
