//! Heaps made by hand: every record is written here, no lab's code runs.

#![allow(dead_code, unreachable_pub)]

pub mod kept;
pub mod pools;

use memory::object::*;
use memory::root::FIRST_FREE;
use memory::{Addr, Code, Frame, Memory, MemoryError, Region, Root, Snapshot, WORD, plain};
use picture::{Names, Picture};

/// A memory that is being filled.
pub struct Build {
    pub memory: Memory,
    pub ty: Types,
}

/// The static types.
#[derive(Clone, Copy)]
pub struct Types {
    pub type_: Addr,
    pub object: Addr,
    pub none: Addr,
    pub int: Addr,
    pub float: Addr,
    pub str_: Addr,
    pub list: Addr,
    pub tuple: Addr,
    pub dict: Addr,
    pub set: Addr,
    pub weakref: Addr,
}

/// What is seen of it, without names.
pub fn picture(heap: &Build) -> Picture {
    Picture::of(&heap.snapshot(), &Names::new())
}

/// What the picture says is wrong with it: where, and what.
pub fn said(heap: &Build) -> Vec<String> {
    let problems = picture(heap).problems;
    problems
        .iter()
        .map(|problem| format!("{} {}", problem.addr, problem.words))
        .collect()
}

pub fn grow(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    let heap = Root::of(memory).region(Region::Heap);
    let end = heap.end().get();
    if end + bytes > heap.limit().get() {
        return Err(MemoryError::NoMemory { requested: bytes });
    }
    heap.end().set(end + bytes);
    Ok(Addr::at(end))
}

const STACK: u64 = 0x10_0000;

impl Build {
    /// A range of 1 MiB with four regions, the static types, None, True, False and the small ints.
    pub fn new() -> Build {
        Build::with_heap(0x7000)
    }

    /// As [`new`](Build::new), with a heap that begins at `heap`: behind more room for data.
    pub fn with_heap(heap: u64) -> Build {
        let memory = Memory::new(1 << 20).expect("a range of 1 MiB");
        let root = Root::of(&memory);
        let lay = |region, start: u64, end: u64, limit: u64| {
            let record = root.region(region);
            record.start().set(start);
            record.end().set(end);
            record.limit().set(limit);
        };
        lay(Region::Text, FIRST_FREE.get(), FIRST_FREE.get(), 0x3000);
        lay(Region::Data, 0x3000, 0x3000, heap);
        lay(Region::Heap, heap, heap, 0x80000);
        lay(Region::Stack, STACK, STACK, 0xc0000);
        let dummy = Addr::at(0x3000);
        let mut build = Build {
            memory,
            ty: Types {
                type_: dummy,
                object: dummy,
                none: dummy,
                int: dummy,
                float: dummy,
                str_: dummy,
                list: dummy,
                tuple: dummy,
                dict: dummy,
                set: dummy,
                weakref: dummy,
            },
        };
        let table = build.data(16 * WORD);
        let gc = TPFLAGS_HAVE_GC;
        let mut count = 0;
        let mut make = |build: &Build, name: &str, size, item, flags| {
            let ty = build.static_type(name, size, item, flags);
            build.memory.store(table.plus(WORD * count), ty.get());
            count += 1;
            ty
        };
        let type_ = make(&build, "type", 112, 0, gc);
        build.ty = Types {
            type_,
            object: make(&build, "object", 16, 0, 0),
            none: make(&build, "NoneType", 16, 0, 0),
            int: make(&build, "int", 24, 4, 0),
            float: make(&build, "float", 24, 0, 0),
            str_: make(&build, "str", 48, 0, 0),
            list: make(&build, "list", 40, 0, gc),
            tuple: make(&build, "tuple", 24, 8, gc),
            dict: make(&build, "dict", 48, 0, gc),
            set: make(&build, "set", 200, 0, gc),
            weakref: make(&build, "weakref.ReferenceType", 64, 0, gc),
        };
        let root = Root::of(&build.memory);
        root.types().set(Some(table));
        root.ntypes().set(count);
        for index in 0..count {
            let ty = build.memory.load(table.plus(WORD * index));
            PyTypeObject::at(&build.memory, Addr::at(ty))
                .ob_type()
                .set(type_);
        }
        let none = build.data(16);
        build.header(none, 1, build.ty.none);
        root.none().set(Some(none));
        let small = build.data(32 * 262);
        for index in 0..262 {
            build.write_int(small.plus(32 * index), index as i64 - 5);
        }
        root.small_ints().set(Some(small));

        build
    }

    pub fn root(&self) -> Root<'_> {
        Root::of(&self.memory)
    }

    pub fn snapshot(&self) -> Snapshot {
        self.memory.snapshot()
    }

    fn region_take(&self, region: Region, size: u64) -> Addr {
        let record = self.root().region(region);
        let end = record.end().get();
        let size = size.next_multiple_of(16);
        assert!(end + size <= record.limit().get(), "{region} is full");
        record.end().set(end + size);
        Addr::at(end)
    }

    pub fn data(&self, size: u64) -> Addr {
        self.region_take(Region::Data, size)
    }

    pub fn text(&self, words: &str) -> Addr {
        let at = self.region_take(Region::Text, words.len() as u64 + 1);
        self.memory.write_bytes(at, words.as_bytes());
        at
    }

    pub fn malloc(&self, size: u64) -> Addr {
        plain::malloc(&self.memory, size, grow).expect("room in the heap")
    }

    pub fn free(&self, block: Addr) {
        plain::free(&self.memory, block);
    }

    pub fn header(&self, at: Addr, refcnt: u64, ty: Addr) {
        let object = PyObject::at(&self.memory, at);
        object.ob_refcnt().set(refcnt);
        object.ob_type().set(ty);
    }

    pub fn static_type(&self, name: &str, size: u64, item: u64, flags: u64) -> Addr {
        let at = self.data(PyTypeObject::SIZE);
        self.header(at, 1, self.ty.type_);
        let ty = PyTypeObject::at(&self.memory, at);
        ty.tp_name().set(self.text(name));
        ty.tp_basicsize().set(size);
        ty.tp_itemsize().set(item);
        ty.tp_flags().set(flags);
        at
    }

    /// A block for an object with `head` bytes in front of it.
    pub fn alloc(&self, head: u64, size: u64, ty: Addr) -> Addr {
        let block = self.malloc(head + size);
        self.memory.fill(block, head + size, 0);
        let op = block.plus(head);
        self.header(op, 1, ty);
        op
    }

    fn write_int(&self, at: Addr, value: i64) {
        self.header(at, 1, self.ty.int);
        let int = PyLongObject::at(&self.memory, at);
        int.ob_size().set(value.signum());
        int.ob_digit(0).set(value.unsigned_abs() as u32);
    }

    pub fn int(&self, value: i64) -> Addr {
        let op = self.alloc(0, 28, self.ty.int);
        self.write_int(op, value);
        op
    }

    pub fn small(&self, value: i64) -> Addr {
        let first = self.root().small_ints().get().expect("small ints");
        first.plus(32 * (value + 5) as u64)
    }

    pub fn none(&self) -> Addr {
        self.root().none().get().expect("None")
    }

    pub fn float(&self, value: f64) -> Addr {
        let op = self.alloc(0, 24, self.ty.float);
        PyFloatObject::at(&self.memory, op).ob_fval().set(value);
        op
    }

    pub fn str(&self, text: &str) -> Addr {
        let op = self.alloc(0, 48 + text.len() as u64 + 1, self.ty.str_);
        let s = PyASCIIObject::at(&self.memory, op);
        s.length().set(text.len() as u64);
        s.hash().set(-1);
        s.state()
            .set(1 << str_state::KIND_SHIFT | str_state::COMPACT | str_state::ASCII);
        self.memory.write_bytes(op.plus(48), text.as_bytes());
        op
    }

    /// Takes over a reference to each item.
    pub fn list(&self, items: &[Addr]) -> Addr {
        let op = self.alloc(16, 40, self.ty.list);
        let list = PyListObject::at(&self.memory, op);
        if !items.is_empty() {
            let room = items.len().next_multiple_of(4) as u64;
            let block = self.malloc(WORD * room);
            list.ob_item().set(Some(block));
            list.allocated().set(room);
        }
        list.ob_size().set(items.len() as i64);
        for (index, item) in items.iter().enumerate() {
            list.item(index as u64).set(Some(*item));
        }
        op
    }

    pub fn tuple(&self, items: &[Addr]) -> Addr {
        let op = self.alloc(16, 24 + WORD * items.len() as u64, self.ty.tuple);
        let tuple = PyTupleObject::at(&self.memory, op);
        tuple.ob_size().set(items.len() as i64);
        for (index, item) in items.iter().enumerate() {
            tuple.ob_item(index as u64).set(Some(*item));
        }
        op
    }

    fn keys(&self, kind: u8, entries: &[(Addr, Option<Addr>)]) -> Addr {
        let log2 = 3;
        let block = self.malloc(PyDictKeysObject::size_for(log2, log2, kind));
        let keys = PyDictKeysObject::at(&self.memory, block);
        keys.dk_refcnt().set(1);
        keys.dk_log2_size().set(log2);
        keys.dk_log2_index_bytes().set(log2);
        keys.dk_kind().set(kind);
        keys.dk_version().set(0);
        keys.dk_usable().set(5 - entries.len() as u64);
        keys.dk_nentries().set(entries.len() as u64);
        for (index, (key, value)) in entries.iter().enumerate() {
            keys.me_key(index as u64).set(Some(*key));
            keys.me_value(index as u64).set(*value);
        }
        block
    }

    /// A dict with at most five pairs; takes over a reference to each key and value.
    pub fn dict(&self, pairs: &[(Addr, Addr)]) -> Addr {
        let op = self.alloc(16, 48, self.ty.dict);
        let dict = PyDictObject::at(&self.memory, op);
        dict.ma_used().set(pairs.len() as u64);
        let entries: Vec<_> = pairs.iter().map(|(k, v)| (*k, Some(*v))).collect();
        dict.ma_keys()
            .set(Some(self.keys(DictKeysKind::UNICODE, &entries)));
        op
    }

    /// A class whose instances have the attributes `names`.
    pub fn class(&self, name: &str, names: &[&str]) -> Addr {
        let op = self.alloc(16, PyTypeObject::SIZE, self.ty.type_);
        let class = PyTypeObject::at(&self.memory, op);
        class.tp_name().set(self.text(name));
        class.tp_basicsize().set(PyInstance::SIZE);
        class
            .tp_flags()
            .set(TPFLAGS_HEAPTYPE | TPFLAGS_HAVE_GC | TPFLAGS_MANAGED_DICT);
        class.tp_base().set(Some(self.ty.object));
        class.tp_weaklistoffset().set(16);
        class.tp_dict().set(Some(self.dict(&[])));
        let entries: Vec<_> = names.iter().map(|n| (self.str(n), None)).collect();
        class
            .ht_cached_keys()
            .set(Some(self.keys(DictKeysKind::SPLIT, &entries)));
        op
    }

    /// An instance; takes over a reference to each value, and one more to the class.
    pub fn instance(&self, class: Addr, values: &[Addr]) -> Addr {
        let op = self.alloc(32, PyInstance::SIZE, class);
        self.incref(class);
        let prefix = PyDictValues::prefix_for(5);
        let block = self.malloc(PyDictValues::size_for(5));
        self.memory.fill(block, PyDictValues::size_for(5), 0);
        let at = PyDictValues::at(&self.memory, block.plus(prefix));
        at.prefix().set(prefix as u8);
        at.used().set(values.len() as u8);
        for (index, value) in values.iter().enumerate() {
            at.order(index as u64).set(index as u8);
            at.value(index as u64).set(Some(*value));
        }
        PreHeader::of(&self.memory, op)
            .values()
            .set(Some(at.addr()));
        op
    }

    /// Another value of an instance's attribute.
    pub fn set_attribute(&self, op: Addr, index: u64, value: Addr) {
        let values = PreHeader::of(&self.memory, op)
            .values()
            .get()
            .expect("values");
        PyDictValues::at(&self.memory, values)
            .value(index)
            .set(Some(value));
    }

    pub fn weakref(&self, to: Addr) -> Addr {
        let op = self.alloc(16, PyWeakReference::SIZE, self.ty.weakref);
        let weak = PyWeakReference::at(&self.memory, op);
        weak.wr_object().set(to);
        weak.hash().set(-1);
        PyInstance::at(&self.memory, to).weaklist().set(Some(op));
        op
    }

    pub fn incref(&self, op: Addr) -> Addr {
        let count = PyObject::at(&self.memory, op).ob_refcnt();
        count.set(count.get() + 1);
        op
    }

    pub fn refcnt(&self, op: Addr, count: u64) {
        PyObject::at(&self.memory, op).ob_refcnt().set(count);
    }

    /// Calls a function: its frame holds `locals`, and takes over a reference to each.
    pub fn frame(&self, name: &str, locals: &[(&str, Option<Addr>)]) -> Addr {
        let code = {
            let co_name = self.text(name);
            let names: Vec<Addr> = locals.iter().map(|(name, _)| self.text(name)).collect();
            let at = self.region_take(Region::Text, Code::SIZE + WORD * locals.len() as u64);
            let code = Code::at(&self.memory, at);
            code.co_name().set(co_name);
            code.co_nlocals().set(locals.len() as u64);
            for (index, name) in names.iter().enumerate() {
                code.co_varname(index as u64).set(*name);
            }
            at
        };
        let stack = self.root().region(Region::Stack);
        let size = Frame::size_for(locals.len() as u64);
        let top = stack.start().get() - size;
        stack.start().set(top);
        let frame = Frame::at(&self.memory, Addr::at(top));
        frame.f_code().set(code);
        frame.previous().set(self.root().frame().get());
        frame.size().set(size);
        for (index, (_, value)) in locals.iter().enumerate() {
            frame.local(index as u64).set(*value);
        }
        self.root().frame().set(Some(frame.addr()));
        frame.addr()
    }
}

/// The program that every chapter of the book draws, while `f2` runs.
pub fn program() -> Build {
    let b = Build::new();
    let car = b.class("Car", &["wheels", "name"]);
    let node = b.class("Node", &["next"]);
    let x = b.int(1025);
    let beetle = b.str("beetle");
    let my_car = b.instance(car, &[b.small(4), beetle]);
    let numbers = b.list(&[b.incref(x), b.small(7), b.incref(my_car)]);
    let left = b.instance(node, &[b.none()]);
    let right = b.instance(node, &[b.incref(left)]);
    b.set_attribute(left, 0, b.incref(right));
    b.frame(
        "main",
        &[
            ("y", Some(x)),
            ("car", Some(my_car)),
            ("numbers", Some(numbers)),
            ("a", Some(left)),
            ("b", Some(right)),
            ("z", None),
        ],
    );
    b.frame("f1", &[("x", Some(b.incref(x)))]);
    b.frame("f2", &[("x", Some(b.incref(x))), ("n", Some(b.small(3)))]);
    let names: Vec<_> = [("Car", car), ("Node", node)]
        .into_iter()
        .map(|(name, class)| (b.str(name), class))
        .collect();
    let globals = b.dict(&names);
    b.root().globals().set(Some(globals));
    let lost = b.int(70_000);
    b.free(lost);
    b
}
