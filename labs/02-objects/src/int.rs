//! `int`: digits of 30 bits, and the small ones that are made once.
//!
//! | value | `ob_size` | `ob_digit` | bytes |
//! |---|---|---|---|
//! | 0 | 0 | 0 | 28 |
//! | 1 | 1 | 1 | 28 |
//! | -1 | -1 | 1 | 28 |
//! | 2^30 - 1 | 1 | 2^30 - 1 | 28 |
//! | 2^30 | 2 | 0, 1 | 32 |
//! | 10^18 | 2 | 660865024, 931322574 | 32 |
//! | 2^60 | 3 | 0, 0, 1 | 36 |

use memory::object::PyLongObject;
use memory::{Addr, Heap, MemoryError, Root};
use regions::static_alloc;

use crate::object::{init, new_ref};
use crate::types::{index, is_subtype, type_at};

/// Bits of a digit (`PyLong_SHIFT`, `Include/cpython/longintrepr.h`).
pub const SHIFT: u32 = 30;

/// A digit with all its bits set (`PyLong_MASK`).
pub const MASK: u32 = (1 << SHIFT) - 1;

/// The smallest of the ints that are made at start-up (`-_PY_NSMALLNEGINTS`).
pub const SMALLEST: i64 = -5;

/// The largest of the ints that are made at start-up (`_PY_NSMALLPOSINTS - 1`).
pub const LARGEST: i64 = 256;

/// How far two small ints lie apart, in bytes: 28 rounded up to a multiple of 16.
pub const SMALL_STEP: u64 = 32;

/// Writes the value of the int at `op`: `digits`, the lowest first, and `ob_size`, which is their
/// number, with a minus sign if the value is negative. Zero has no digits; its `ob_size` is 0, and
/// digit 0, for which there is room, is written as 0.
///
/// The highest digit is not 0. The object has room for the digits.
pub fn set_digits(heap: &Heap, op: Addr, negative: bool, digits: &[u32]) {
    todo!("2.4 the digits, and their number with the sign")
}

/// The digits of `value` without its sign, the lowest first: none for 0, and the highest is not 0.
pub fn digits_of(value: u64) -> Vec<u32> {
    todo!("2.4 cut the value into pieces of 30 bits")
}

/// Makes the ints from [`SMALLEST`] to [`LARGEST`] in static storage ([`static_alloc`]), all in one
/// piece, in ascending order and [`SMALL_STEP`] bytes apart, and writes the address of the first
/// one to the root's `small_ints`. Each starts with a count of 1.
/// (`_PyLong_Init` and `small_ints`, `Include/internal/pycore_global_objects.h`.)
///
/// # Errors
/// Those of [`static_alloc`].
pub fn init_small_ints(heap: &Heap) -> Result<(), MemoryError> {
    todo!("2.4 an object for each small value")
}

/// The int of this value, a new reference. (`PyLong_FromLong`, `Objects/longobject.c`.)
///
/// A small value has its object already, and the caller gets another reference to it
/// ([`new_ref`]). Any other value gets an object of its own, every time: through
/// [`Heap::alloc`], with one item for each digit.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn from_i64(heap: &Heap, value: i64) -> Result<Addr, MemoryError> {
    todo!("2.4 a small int that is there, or a new object")
}

/// The int with these digits, the lowest first, a new reference: for values that do not fit an
/// `i64`. High digits of 0 are left out, and small values are shared, as in [`from_i64`]. Given.
///
/// # Errors
/// Those of [`Heap::malloc`].
pub fn from_digits(heap: &Heap, negative: bool, digits: &[u32]) -> Result<Addr, MemoryError> {
    let used = digits.iter().rposition(|&digit| digit != 0);
    let digits = &digits[..used.map_or(0, |highest| highest + 1)];
    if digits.len() <= 1 {
        let value = i64::from(digits.first().copied().unwrap_or(0));
        return from_i64(heap, if negative { -value } else { value });
    }
    let op = heap.alloc(type_at(heap, index::INT), digits.len() as u64)?;
    set_digits(heap, op, negative, digits);
    Ok(op)
}

/// Whether the int (or bool) at `op` is negative, and its digits, the lowest first. Given.
pub fn digits(heap: &Heap, op: Addr) -> (bool, Vec<u32>) {
    let object = PyLongObject::at(heap.memory, op);
    let size = object.ob_size().get();
    let digits = (0..size.unsigned_abs()).map(|index| object.ob_digit(index).get());
    (size < 0, digits.collect())
}

/// The value of the int (or bool) at `op`, or `None` if an `i64` cannot hold it. Given.
pub fn to_i64(heap: &Heap, op: Addr) -> Option<i64> {
    let (negative, digits) = digits(heap, op);
    let mut value: i128 = 0;
    for &digit in digits.iter().rev() {
        value = value.checked_mul(1 << SHIFT)? + i128::from(digit);
    }
    i64::try_from(if negative { -value } else { value }).ok()
}

/// Whether `op` is an int, a bool included (`PyLong_Check`). Given.
pub fn check(heap: &Heap, op: Addr) -> bool {
    is_subtype(heap, heap.type_of(op), type_at(heap, index::INT))
}
