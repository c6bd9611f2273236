//! Events as bytes: the inner format, before compression.

pub(crate) const MAGIC: &[u8; 4] = b"PHTR";
pub(crate) const VERSION: u8 = 1;

const SMALL_UNIT: u32 = 8;
const LARGEST_SMALL: u32 = 64;
const ALLOC: u8 = 65;
const REALLOC: u8 = 66;
const FREE: u8 = 67;
const YOUNG: u8 = 128;

/// An event with the block's age in place of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aged {
    Alloc { size: u32 },
    Realloc { age: u32, size: u32 },
    Free { age: u32 },
}

/// Appends `number`, seven bits to a byte.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front of `bytes`; `None` if they end or it does not fit.
pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes)?;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit only.
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

pub(crate) fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(first)
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    take_number(bytes)?.try_into().ok()
}

/// Appends an event.
pub(crate) fn put_event(out: &mut Vec<u8>, event: Aged) {
    match event {
        Aged::Alloc { size }
            if size.is_multiple_of(SMALL_UNIT) && size / SMALL_UNIT <= LARGEST_SMALL =>
        {
            out.push((size / SMALL_UNIT) as u8);
        }
        Aged::Alloc { size } => {
            out.push(ALLOC);
            put_number(out, size.into());
        }
        Aged::Realloc { age, size } => {
            out.push(REALLOC);
            put_number(out, size.into());
            put_number(out, age.into());
        }
        Aged::Free { age } if age < u32::from(YOUNG) => out.push(YOUNG + age as u8),
        Aged::Free { age } => {
            out.push(FREE);
            put_number(out, u64::from(age - u32::from(YOUNG)));
        }
    }
}

/// Takes an event off the front of `bytes`; `None` if there is no such event.
pub(crate) fn take_event(bytes: &mut &[u8]) -> Option<Aged> {
    Some(match take_byte(bytes)? {
        byte if u32::from(byte) <= LARGEST_SMALL => Aged::Alloc {
            size: u32::from(byte) * SMALL_UNIT,
        },
        ALLOC => Aged::Alloc {
            size: take_u32(bytes)?,
        },
        REALLOC => {
            let size = take_u32(bytes)?;
            let age = take_u32(bytes)?;
            Aged::Realloc { age, size }
        }
        FREE => Aged::Free {
            age: take_u32(bytes)?.checked_add(u32::from(YOUNG))?,
        },
        byte if byte >= YOUNG => Aged::Free {
            age: u32::from(byte - YOUNG),
        },
        _ => return None,
    })
}
