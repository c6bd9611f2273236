//! What each type's struct says: the value of an object, the references that it holds, and the
//! blocks that it owns.

use memory::object::{
    DictKeysKind, PreHeader, PyASCIIObject, PyCompactUnicodeObject, PyDictKeysObject, PyDictObject,
    PyFloatObject, PyFunctionObject, PyGC_Head, PyListObject, PyLongObject, PySetObject,
    PyTupleObject, PyTypeObject, PyWeakReference, SetEntry, str_state,
};
use memory::{Addr, WORD};

use crate::bytes::{Bytes, offset};
use crate::find::{Finder, TypeInfo};
use crate::model::{Kind, Link, MAX_SLOTS, Object, Owned, ProblemKind};

/// The layout of objects of the static type called `name`.
pub(crate) fn kind_of(name: &str) -> Kind {
    match name {
        "NoneType" => Kind::None,
        "bool" => Kind::Bool,
        "int" => Kind::Int,
        "float" => Kind::Float,
        "str" => Kind::Str,
        "list" => Kind::List,
        "tuple" => Kind::Tuple,
        "dict" => Kind::Dict,
        "set" | "frozenset" => Kind::Set,
        "weakref" | "ReferenceType" | "weakref.ReferenceType" | "weakref.ref" => Kind::Weakref,
        "type" => Kind::Type,
        "function" => Kind::Function,
        _ => Kind::Other,
    }
}

/// Reads what the struct of `object` holds.
pub(crate) fn fill(finder: &mut Finder<'_>, object: &mut Object, info: &TypeInfo) {
    let at = object.addr.get();
    object.value = value(finder.bytes, at, info).unwrap_or_default();
    match info.kind {
        Kind::None | Kind::Float | Kind::Other | Kind::Instance => {}
        Kind::Bool | Kind::Int => {
            let digits = finder
                .bytes
                .word(at + offset(PyLongObject::FIELDS, "ob_size"))
                .map_or(0, |size| (size as i64).unsigned_abs());
            object.end = end(at, PyLongObject::SIZE, 4, digits.max(1));
        }
        Kind::Str => {
            if let Some((start, length, kind)) = characters(finder.bytes, at) {
                object.end = start.saturating_add(length.saturating_add(1).saturating_mul(kind));
            }
        }
        Kind::List => list(finder, object),
        Kind::Tuple => tuple(finder, object),
        Kind::Dict => dict(finder, object),
        Kind::Set => set(finder, object),
        Kind::Weakref => weakref(finder, object),
        Kind::Type => class(finder, object),
        Kind::Function => function(finder, object),
    }
    if info.managed_dict {
        attributes(finder, object, info);
    }
    if let Some(at) = info.weaklist {
        push(
            finder,
            object,
            "weaklist",
            object.addr.get() + at,
            Link::Internal,
        );
    }
}

fn end(at: u64, size: u64, item: u64, items: u64) -> u64 {
    at.saturating_add(size)
        .saturating_add(items.saturating_mul(item))
}

fn push(finder: &Finder<'_>, object: &mut Object, label: &str, at: u64, link: Link) {
    if let Some(slot) = finder.slot(label, at, link) {
        object.slots.push(slot);
    }
}

fn list(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    let bytes = finder.bytes;
    let word = |field| bytes.word(at + field).unwrap_or(0);
    let size = word(offset(PyListObject::FIELDS, "ob_size"));
    let allocated = word(offset(PyListObject::FIELDS, "allocated"));
    let items = bytes.addr(at + offset(PyListObject::FIELDS, "ob_item"));
    object.end = at.saturating_add(PyListObject::SIZE);
    let mut wrong = None;
    if (size as i64) < 0 {
        wrong = Some(format!("its ob_size is {}", size as i64));
    } else if allocated < size {
        wrong = Some(format!("ob_size {size} is more than allocated {allocated}"));
    } else if items.is_none() && allocated > 0 {
        wrong = Some(format!("allocated is {allocated}, and ob_item is NULL"));
    } else if allocated.saturating_mul(WORD) > bytes.size() {
        wrong = Some(format!("allocated is {allocated}, more than the range has"));
    }
    let damaged = wrong.is_some();
    if let Some(words) = wrong {
        finder.problem(object.addr, ProblemKind::Object, words);
    }
    let Some(items) = items else { return };
    if !damaged {
        object.owns.push(Owned {
            start: items,
            size: WORD * allocated,
            field: "ob_item",
        });
    }
    // The words of a block that was given back are no items.
    let freed = finder.block_at(items.get()).is_some_and(|block| block.free);
    let count = if freed || (size as i64) < 0 { 0 } else { size };
    for index in 0..count.min(MAX_SLOTS) {
        let Some(place) = items.get().checked_add(WORD * index) else {
            break;
        };
        push(finder, object, &index.to_string(), place, Link::Strong);
    }
}

fn tuple(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    let size = finder
        .bytes
        .word(at + offset(PyTupleObject::FIELDS, "ob_size"))
        .unwrap_or(0);
    if size > finder.bytes.size() / WORD {
        let words = format!("its ob_size is {}", size as i64);
        finder.problem(object.addr, ProblemKind::Object, words);
        return;
    }
    object.end = end(at, PyTupleObject::SIZE, WORD, size);
    for index in 0..size.min(MAX_SLOTS) {
        let place = at + PyTupleObject::SIZE + WORD * index;
        push(finder, object, &index.to_string(), place, Link::Strong);
    }
}

/// A table of a dict's keys.
struct Keys {
    size: u64,
    split: bool,
    /// The most values that an instance can have room for.
    capacity: u64,
    /// Where the key of each entry lies; its value is in the next word.
    entries: Vec<u64>,
}

fn keys(finder: &mut Finder<'_>, object: Addr, table: Addr) -> Option<Keys> {
    let at = table.get();
    let bytes = finder.bytes;
    let byte = |field| bytes.u8(at.checked_add(field)?);
    let log2_size = byte(offset(PyDictKeysObject::FIELDS, "dk_log2_size"))?;
    let log2_index_bytes = byte(offset(PyDictKeysObject::FIELDS, "dk_log2_index_bytes"))?;
    let kind = byte(offset(PyDictKeysObject::FIELDS, "dk_kind"))?;
    let usable = bytes.word(at + offset(PyDictKeysObject::FIELDS, "dk_usable"))?;
    let nentries = bytes.word(at + offset(PyDictKeysObject::FIELDS, "dk_nentries"))?;
    let room = if log2_size < 40 {
        (2_u64 << log2_size) / 3
    } else {
        0
    };
    let wrong = log2_size >= 40
        || log2_index_bytes < log2_size
        || log2_index_bytes > log2_size + 2
        || kind > DictKeysKind::SPLIT
        || nentries > room
        || usable > room - nentries;
    if wrong {
        finder.problem(
            object,
            ProblemKind::Object,
            format!("its table of keys at {table} is damaged: no such numbers of entries"),
        );
        return None;
    }
    let entry = PyDictKeysObject::entry_size(kind);
    let first = at + PyDictKeysObject::SIZE + (1 << log2_index_bytes);
    Some(Keys {
        size: PyDictKeysObject::size_for(log2_size, log2_index_bytes, kind),
        split: kind == DictKeysKind::SPLIT,
        capacity: usable + nentries,
        entries: (0..nentries.min(MAX_SLOTS))
            .map(|index| first + entry * index + entry - 16)
            .collect(),
    })
}

fn dict(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    object.end = at.saturating_add(PyDictObject::SIZE);
    let used = finder
        .bytes
        .word(at + offset(PyDictObject::FIELDS, "ma_used"))
        .unwrap_or(0);
    let table = finder
        .bytes
        .addr(at + offset(PyDictObject::FIELDS, "ma_keys"));
    let values = finder
        .bytes
        .addr(at + offset(PyDictObject::FIELDS, "ma_values"));
    let Some(table) = table else {
        if used > 0 {
            let words = format!("ma_used is {used}, and ma_keys is NULL");
            finder.problem(object.addr, ProblemKind::Object, words);
        }
        return;
    };
    let Some(keys) = keys(finder, object.addr, table) else {
        return;
    };
    if let Some(values) = values {
        split_values(finder, object, &keys, values);
        return;
    }
    let (key_link, value_link) = match (finder.is_interned_dict(object.addr), keys.split) {
        (true, _) => (Link::Hidden, Link::Hidden),
        (_, true) => (Link::Internal, Link::Strong),
        _ => (Link::Hidden, Link::Strong),
    };
    if !keys.split {
        object.owns.push(Owned {
            start: table,
            size: keys.size,
            field: "ma_keys",
        });
    }
    let mut pairs = 0;
    for &entry in &keys.entries {
        let key = finder.bytes.addr(entry);
        let (Some(key), Some(_)) = (key, finder.bytes.addr(entry + WORD)) else {
            continue;
        };
        pairs += 1;
        let label = label(finder, key);
        push(finder, object, "key", entry, key_link);
        push(finder, object, &label, entry + WORD, value_link);
    }
    if pairs != used && (keys.entries.len() as u64) < MAX_SLOTS {
        let words = format!("ma_used is {used}, and its table has {pairs} pairs");
        finder.problem(object.addr, ProblemKind::Object, words);
    }
}

/// The values of attributes whose names are shared.
fn split_values(finder: &Finder<'_>, object: &mut Object, keys: &Keys, values: Addr) {
    let at = values.get();
    let Some(prefix) = at.checked_sub(1).and_then(|at| finder.bytes.u8(at)) else {
        return;
    };
    if let Some(start) = at.checked_sub(u64::from(prefix)).and_then(Addr::new) {
        object.owns.push(Owned {
            start,
            size: u64::from(prefix) + WORD * keys.capacity,
            field: "values",
        });
    }
    for (index, &entry) in keys.entries.iter().enumerate() {
        let Some(place) = at.checked_add(WORD * index as u64) else {
            return;
        };
        if finder.bytes.addr(place).is_some() {
            let name = finder.bytes.addr(entry);
            let label = name.map_or("?".to_owned(), |key| label(finder, key));
            push(finder, object, &label, place, Link::Strong);
        }
    }
}

/// The attributes of an instance, found from in front of its GC head.
fn attributes(finder: &mut Finder<'_>, object: &mut Object, info: &TypeInfo) {
    let Some(pre) = object
        .addr
        .get()
        .checked_sub(PyGC_Head::SIZE + PreHeader::SIZE)
    else {
        return;
    };
    let values = finder.bytes.addr(pre + offset(PreHeader::FIELDS, "values"));
    let dict_at = pre + offset(PreHeader::FIELDS, "dict");
    if finder.bytes.addr(dict_at).is_some() {
        push(finder, object, "__dict__", dict_at, Link::Strong);
    }
    let Some(values) = values else { return };
    let Some(table) = info.cached_keys else {
        let words = "it has values, and its class has no shared keys (ht_cached_keys is NULL)";
        finder.problem(object.addr, ProblemKind::Object, words);
        return;
    };
    if let Some(keys) = keys(finder, object.addr, table) {
        split_values(finder, object, &keys, values);
    }
}

fn set(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    object.end = at.saturating_add(PySetObject::SIZE);
    let bytes = finder.bytes;
    let word = |field| bytes.word(at + field).unwrap_or(0);
    let used = word(offset(PySetObject::FIELDS, "used"));
    let mask = word(offset(PySetObject::FIELDS, "mask"));
    let Some(table) = bytes.addr(at + offset(PySetObject::FIELDS, "table")) else {
        return;
    };
    if mask >= bytes.size() / SetEntry::SIZE {
        let words = format!("its mask is {mask}, and no table is so large");
        finder.problem(object.addr, ProblemKind::Object, words);
        return;
    }
    if table.get() != at + 64 {
        object.owns.push(Owned {
            start: table,
            size: SetEntry::SIZE * (mask + 1),
            field: "table",
        });
    }
    let mut found = 0;
    for index in 0..=mask.min(4 * MAX_SLOTS) {
        let Some(entry) = table.get().checked_add(SetEntry::SIZE * index) else {
            break;
        };
        match bytes.addr(entry) {
            None => {}
            Some(key) if key == object.addr => {}
            Some(_) if found < MAX_SLOTS => {
                push(finder, object, &found.to_string(), entry, Link::Strong);
                found += 1;
            }
            Some(_) => found += 1,
        }
    }
    if found != used && mask <= 4 * MAX_SLOTS {
        let words = format!("used is {used}, and its table has {found} items");
        finder.problem(object.addr, ProblemKind::Object, words);
    }
}

fn weakref(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    object.end = at.saturating_add(PyWeakReference::SIZE);
    for (field, label, link) in [
        ("wr_object", "to", Link::Weak),
        ("wr_callback", "callback", Link::Strong),
        ("wr_prev", "wr_prev", Link::Internal),
        ("wr_next", "wr_next", Link::Internal),
    ] {
        let field = PyWeakReference::FIELDS.iter().find(|(n, _)| *n == field);
        if let Some((_, field)) = field {
            push(finder, object, label, at + field, link);
        }
    }
    object.slots.retain(|slot| slot.to.is_some());
}

fn class(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    object.end = at.saturating_add(PyTypeObject::SIZE);
    let base = at + offset(PyTypeObject::FIELDS, "tp_base");
    push(finder, object, "tp_base", base, Link::Hidden);
    let dict = at + offset(PyTypeObject::FIELDS, "tp_dict");
    push(finder, object, "tp_dict", dict, Link::Hidden);
    let name = at + offset(PyTypeObject::FIELDS, "ht_name");
    push(finder, object, "ht_name", name, Link::Hidden);
    let weak = at + offset(PyTypeObject::FIELDS, "tp_weaklist");
    push(finder, object, "tp_weaklist", weak, Link::Internal);
    // The shared names of the instances' attributes belong to the class.
    let shared = finder
        .bytes
        .addr(at + offset(PyTypeObject::FIELDS, "ht_cached_keys"));
    if let Some(table) = shared
        && let Some(keys) = keys(finder, object.addr, table)
    {
        object.owns.push(Owned {
            start: table,
            size: keys.size,
            field: "ht_cached_keys",
        });
        for &entry in &keys.entries {
            // The interned strings' dict holds the names; the table only borrows them.
            push(finder, object, "key", entry, Link::Internal);
        }
    }
    object.slots.retain(|slot| slot.to.is_some());
}

fn function(finder: &mut Finder<'_>, object: &mut Object) {
    let at = object.addr.get();
    object.end = at.saturating_add(PyFunctionObject::SIZE);
    for (name, field) in PyFunctionObject::FIELDS {
        let link = match *name {
            "ob_refcnt" | "ob_type" | "func_code" => continue,
            "func_weakreflist" => Link::Internal,
            "func_defaults" | "func_kwdefaults" | "func_closure" => Link::Strong,
            _ => Link::Hidden,
        };
        push(finder, object, name, at + field, link);
    }
    object.slots.retain(|slot| slot.to.is_some());
}

/// What a key or an attribute's name looks like beside its value.
fn label(finder: &Finder<'_>, key: Addr) -> String {
    let text = finder
        .type_at(key)
        .and_then(|info| Some((value(finder.bytes, key.get(), &info)?, info.kind)));
    match text {
        Some((text, Kind::Str)) => {
            let inner = text.trim_matches(['\'', '"']);
            let name = inner.chars().all(|c| c.is_alphanumeric() || c == '_');
            if name && !inner.is_empty() {
                inner.to_owned()
            } else {
                text
            }
        }
        Some((text, _)) => text,
        None => key.to_string(),
    }
}

/// The value of an object that has one of its own.
pub(crate) fn value(bytes: Bytes<'_>, at: u64, info: &TypeInfo) -> Option<String> {
    match info.kind {
        Kind::None => Some("None".to_owned()),
        Kind::Bool => {
            let size = bytes.word(at + offset(PyLongObject::FIELDS, "ob_size"))?;
            Some(if size == 0 { "False" } else { "True" }.to_owned())
        }
        Kind::Int => int(bytes, at),
        Kind::Float => {
            let bits = bytes.word(at + offset(PyFloatObject::FIELDS, "ob_fval"))?;
            Some(float(f64::from_bits(bits)))
        }
        Kind::Str => string(bytes, at),
        Kind::Type => {
            let name = bytes.word(at + offset(PyTypeObject::FIELDS, "tp_name"))?;
            bytes.c_string(name)
        }
        Kind::Function => {
            let name = bytes.word(at + offset(PyFunctionObject::FIELDS, "func_name"))?;
            let text = string(bytes, name)?;
            Some(format!("{}()", text.trim_matches('\'')))
        }
        _ => None,
    }
}

fn int(bytes: Bytes<'_>, at: u64) -> Option<String> {
    let size = bytes.word(at + offset(PyLongObject::FIELDS, "ob_size"))? as i64;
    let digits = size.unsigned_abs();
    if digits > 4 {
        return Some(format!("of {digits} digits"));
    }
    let mut value: u128 = 0;
    for index in (0..digits).rev() {
        let digit = bytes.u32(at.checked_add(PyLongObject::SIZE + 4 * index)?)?;
        value = value << 30 | u128::from(digit & 0x3fff_ffff);
    }
    let sign = if size < 0 { "-" } else { "" };
    Some(format!("{sign}{value}"))
}

/// As Python prints it.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let text = format!("{value:?}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    match exponent.strip_prefix('-') {
        Some(exponent) => format!("{digits}e-{exponent:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    }
}

/// Where the characters of a str begin, how many there are, and how many bytes each takes.
fn characters(bytes: Bytes<'_>, at: u64) -> Option<(u64, u64, u64)> {
    let length = bytes.word(at.checked_add(offset(PyASCIIObject::FIELDS, "length"))?)?;
    let state = bytes.u32(at.checked_add(offset(PyASCIIObject::FIELDS, "state"))?)?;
    let kind = u64::from(state >> str_state::KIND_SHIFT & 0b111);
    let start = if state & str_state::ASCII != 0 {
        PyASCIIObject::SIZE
    } else {
        PyCompactUnicodeObject::SIZE
    };
    Some((at.checked_add(start)?, length, kind.max(1)))
}

/// The longest text that is shown of a str.
const MAX_TEXT: u64 = 24;

fn string(bytes: Bytes<'_>, at: u64) -> Option<String> {
    let (start, length, kind) = characters(bytes, at)?;
    let mut text = String::from("'");
    for index in 0..length.min(MAX_TEXT) {
        let place = start.checked_add(kind.checked_mul(index)?)?;
        let code = match kind {
            2 => u32::from(bytes.u8(place)?) | u32::from(bytes.u8(place + 1)?) << 8,
            4 => bytes.u32(place)?,
            _ => u32::from(bytes.u8(place)?),
        };
        match char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER) {
            '\'' => text.push_str("\\'"),
            '\n' => text.push_str("\\n"),
            c if c.is_control() => text.push(char::REPLACEMENT_CHARACTER),
            c => text.push(c),
        }
    }
    if length > MAX_TEXT {
        text.push('…');
    }
    text.push('\'');
    Some(text)
}
