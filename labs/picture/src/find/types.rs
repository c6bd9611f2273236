//! Whether the bytes at an address are a type object, and what it says of its objects.

use memory::object::{
    PyObject, PyTypeObject, TPFLAGS_HAVE_GC, TPFLAGS_HEAPTYPE, TPFLAGS_MANAGED_DICT,
};
use memory::{Addr, WORD};

use super::{Finder, OB_TYPE, TypeInfo};
use crate::bytes::offset;
use crate::layouts;
use crate::model::{Kind, MAX_OBJECTS};

impl Finder<'_> {
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

    pub(super) fn read_type(&self, addr: Addr) -> Option<TypeInfo> {
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
    pub(super) fn kind(&self, addr: Addr, name: &str, heap_type: bool) -> Kind {
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

    pub(super) fn object_type(&mut self, addr: Addr) -> Option<TypeInfo> {
        if !addr.is_aligned(WORD) || !self.bytes.holds(addr.get(), PyObject::SIZE) {
            return None;
        }
        let ty = self.bytes.addr(addr.get() + OB_TYPE)?;
        self.type_info(ty)
    }
}
