//! Hashes, as CPython computes them. Given.
//!
//! Equal objects have equal hashes, also across types: `hash(1) == hash(1.0) == hash(True)`. The
//! hash of a `str` is a SipHash with a secret key, which CPython makes anew for each process;
//! `PYTHONHASHSEED=0` makes it zero, and here it always is. (crates.io has SipHash too; the
//! rounds are these thirty lines.)

use memory::object::PyASCIIObject;
use memory::{Addr, Heap};

use crate::error::ObjectError;
use crate::types::{self, index, type_at};
use crate::{float, int, str, tuple};

/// The hash of a number is its value modulo this prime (`_PyHASH_MODULUS`, `Include/pyhash.h`).
const MODULUS: u64 = (1 << 61) - 1;

/// The hash of `op`; never -1, which stands for *unknown*. (`PyObject_Hash`, `Objects/object.c`.)
///
/// # Errors
/// [`ObjectError::Type`] for a list, a dict, a set, and a tuple that holds one of these.
pub fn hash(heap: &Heap, op: Addr) -> Result<i64, ObjectError> {
    let ty = heap.type_of(op);
    let is = |index| ty == type_at(heap, index);
    let hash = if is(index::STR) {
        return Ok(hash_str(heap, op));
    } else if int::check(heap, op) {
        hash_int(heap, op)
    } else if is(index::FLOAT) {
        hash_float(heap, op)
    } else if is(index::TUPLE) {
        hash_tuple(heap, op)?
    } else if is(index::LIST) || is(index::DICT) || is(index::SET) {
        let name = types::name(heap, ty);
        return Err(ObjectError::Type(format!("unhashable type: '{name}'")));
    } else {
        // An object of any other type equals nothing but itself. (`_Py_HashPointer`.)
        op.get().rotate_right(4) as i64
    };
    Ok(if hash == -1 { -2 } else { hash })
}

/// The hash of the `str` at `op`, computed once and kept in it. (`unicode_hash`.)
pub fn hash_str(heap: &Heap, op: Addr) -> i64 {
    let kept = PyASCIIObject::at(heap.memory, op).hash();
    if kept.get() == -1 {
        let hash = match str::bytes(heap, op) {
            bytes if bytes.is_empty() => 0,
            bytes => siphash13(&bytes) as i64,
        };
        kept.set(if hash == -1 { -2 } else { hash });
    }
    kept.get()
}

fn hash_int(heap: &Heap, op: Addr) -> i64 {
    let (negative, digits) = int::digits(heap, op);
    let step = |rest: u64, &digit: &u32| {
        let value = (u128::from(rest) << int::SHIFT) + u128::from(digit);
        (value % u128::from(MODULUS)) as u64
    };
    let rest = digits.iter().rev().fold(0, step) as i64;
    if negative { -rest } else { rest }
}

/// (`_Py_HashDouble`, `Python/pyhash.c`.)
fn hash_float(heap: &Heap, op: Addr) -> i64 {
    let value = float::value(heap, op);
    if value.is_nan() {
        return op.get().rotate_right(4) as i64;
    }
    if value.is_infinite() {
        return if value > 0.0 { 314_159 } else { -314_159 };
    }
    let bits = value.abs().to_bits();
    let (fraction, exponent) = match bits >> 52 {
        0 => (bits, -1074),
        biased => (
            bits & ((1 << 52) - 1) | 1 << 52,
            biased.cast_signed() - 1075,
        ),
    };
    // 2^61 is 1 modulo the prime, so the exponent counts modulo 61.
    let shifted = u128::from(fraction) << exponent.rem_euclid(61);
    let rest = (shifted % u128::from(MODULUS)) as i64;
    if value < 0.0 { -rest } else { rest }
}

/// (`tuplehash`, `Objects/tupleobject.c`: xxHash.)
fn hash_tuple(heap: &Heap, op: Addr) -> Result<i64, ObjectError> {
    const PRIME_1: u64 = 11_400_714_785_074_694_791;
    const PRIME_2: u64 = 14_029_467_366_897_019_727;
    const PRIME_5: u64 = 2_870_177_450_012_600_261;
    let mut acc = PRIME_5;
    for item in tuple::items(heap, op) {
        let lane = hash(heap, item)?.cast_unsigned();
        acc = acc.wrapping_add(lane.wrapping_mul(PRIME_2));
        acc = acc.rotate_left(31).wrapping_mul(PRIME_1);
    }
    acc = acc.wrapping_add(tuple::len(heap, op) ^ (PRIME_5 ^ 3_527_539));
    Ok(if acc == u64::MAX {
        1_546_275_796
    } else {
        acc.cast_signed()
    })
}

/// SipHash with one round per word and three at the end, and a key of zeros. (`siphash13`,
/// `Python/pyhash.c`.)
fn siphash13(bytes: &[u8]) -> u64 {
    let mut v =
        [b"somepseu", b"dorandom", b"lygenera", b"tedbytes"].map(|word| u64::from_be_bytes(*word));
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
        v[3] ^= word;
        sip_round(&mut v);
        v[0] ^= word;
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    last[7] = bytes.len() as u8;
    let last = u64::from_le_bytes(last);
    v[3] ^= last;
    sip_round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for _ in 0..3 {
        sip_round(&mut v);
    }
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn sip_round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}
