//! What the tests share: kits, values by their Python spelling, fields to look at.

use exam::{HeapExam, Kit};
use memory::object::PyObject;
use memory::{Addr, Heap, MemoryError};
use objects::{ObjectError, TYPES, float, int, list, operate, str, tuple};

pub(crate) use super::SIZE;

/// Regions, and nothing in them.
pub(crate) const EMPTY: Kit = Kit {
    types: TYPES,
    ..super::GROUND
};

/// The whole lab: everything that start-up makes.
pub(crate) const KIT: Kit = Kit {
    start: |heap| {
        (EMPTY.start)(heap)?;
        objects::start(heap)
    },
    ..EMPTY
};

/// Regions and types.
pub(crate) const TYPED: Kit = Kit {
    start: |heap| {
        (EMPTY.start)(heap)?;
        objects::types::init_types(heap)
    },
    ..KIT
};

/// A word, shown as a hexadecimal number.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Hex(pub(crate) u64);

impl std::fmt::Debug for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#x}", self.0)?;
        match self.0 {
            OLD_BYTES => f.write_str(" (old bytes of the block)"),
            _ => Ok(()),
        }
    }
}

/// The word that freed blocks are full of where a test expects zeros.
pub(crate) const OLD_BYTES: u64 = u64::from_le_bytes([0xdb; 8]);

/// The count of `op`.
pub(crate) fn count(exam: &HeapExam, op: Addr) -> u64 {
    exam.look(|heap| PyObject::at(heap.memory, op).ob_refcnt().get())
}

/// How many bytes were asked for the block that `addr` begins or lies in.
pub(crate) fn block_size(exam: &HeapExam, what: &str, addr: Addr) -> u64 {
    match exam.block_at(addr) {
        Some(block) if block.died.is_none() => block.size,
        _ => exam.fail(&format!("{what} at {addr} lies in no live block")),
    }
}

/// The int of this value.
pub(crate) fn number(exam: &HeapExam, name: &str, value: i64) -> Addr {
    let op = exam.try_event(format!("{name} = {value}"), |heap| {
        int::from_i64(heap, value)
    });
    exam.name(op, name);
    op
}

/// How Python shows `op`.
pub(crate) fn shown(exam: &HeapExam, op: Addr) -> String {
    exam.look(|heap| operate::repr(heap, op))
}

/// Some objects to put somewhere: ints from 1001 on, made in one event each.
pub(crate) fn numbers<const N: usize>(exam: &HeapExam) -> [Addr; N] {
    let mut next = 1000;
    [(); N].map(|()| {
        next += 1;
        number(exam, &format!("n{}", next - 1000), next)
    })
}

/// The object that `text` writes in Python: an int, a float with a point, a str in quotes, or a list
/// or tuple of ints.
pub(crate) fn value(heap: &Heap, text: &str) -> Result<Addr, ObjectError> {
    let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let items = |inside: &str| -> Result<Vec<Addr>, ObjectError> {
        let items = inside.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        items.map(|item| value(heap, item)).collect()
    };
    if let Some(characters) = inside('\'', '\'') {
        return Ok(str::new(heap, characters)?);
    }
    if let Some(inside) = inside('(', ')') {
        return Ok(tuple::new(heap, &items(inside)?)?);
    }
    if let Some(inside) = inside('[', ']') {
        let items = items(inside)?;
        let op = list::new(heap)?;
        for item in items {
            list::append(heap, op, item)?;
        }
        return Ok(op);
    }
    if text.contains('.') {
        let value = text.parse().map_err(|_| wrong(text))?;
        return Ok(float::from_f64(heap, value)?);
    }
    let digits = text.trim_start_matches('-');
    let digits = objects::digits::from_decimal(digits).ok_or_else(|| wrong(text))?;
    Ok(int::from_digits(heap, text.starts_with('-'), &digits)?)
}

fn wrong(text: &str) -> ObjectError {
    ObjectError::Value(format!("the test cannot make {text}"))
}

/// The rows of a recorded file: columns separated by tabs.
pub(crate) fn rows(file: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    file.lines().map(|line| {
        let mut columns = line.split('\t');
        [(); 3].map(|()| columns.next().unwrap_or(""))
    })
}

/// Fills the heap until an allocation of `size` bytes fails.
pub(crate) fn fill_heap(exam: &HeapExam, size: u64) {
    exam.event("fill the heap", |heap| {
        for size in [1 << 20, 1 << 14, 1 << 10, 256, size] {
            while heap.malloc(size).is_ok() {}
        }
    });
}

/// The error of a heap that has no block of `requested` bytes.
pub(crate) fn no_memory(requested: u64) -> MemoryError {
    MemoryError::NoMemory { requested }
}
