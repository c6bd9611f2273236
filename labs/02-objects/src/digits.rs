//! Arithmetic on digits of 30 bits. Given.
//!
//! Numbers are slices of digits, the lowest first, without sign. CPython's own school methods
//! (`x_add`, `x_sub`, `x_mul`, `x_divrem`, `Objects/longobject.c`), on the Rust side: an operand
//! during one operation is a temporary.

use std::cmp::Ordering;

use crate::int::{MASK, SHIFT};

/// The number without zeros at its high end.
pub fn trim(mut digits: Vec<u32>) -> Vec<u32> {
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

/// Which of two numbers is larger. Neither has zeros at its high end.
pub fn compare(a: &[u32], b: &[u32]) -> Ordering {
    let by_length = a.len().cmp(&b.len());
    by_length.then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// `a + b` (`x_add`).
pub fn add(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut carry = 0;
    let mut sum = Vec::with_capacity(long.len() + 1);
    for (index, &digit) in long.iter().enumerate() {
        carry += digit + short.get(index).copied().unwrap_or(0);
        sum.push(carry & MASK);
        carry >>= SHIFT;
    }
    sum.push(carry);
    trim(sum)
}

/// `a - b`, where `a` is not the smaller one (`x_sub`).
pub fn sub(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut borrow = 0;
    let mut difference = Vec::with_capacity(a.len());
    for (index, &digit) in a.iter().enumerate() {
        let taken = i64::from(digit) - i64::from(b.get(index).copied().unwrap_or(0)) - borrow;
        borrow = i64::from(taken < 0);
        difference.push((taken + (borrow << SHIFT)) as u32);
    }
    trim(difference)
}

/// `a * b` (`x_mul`).
pub fn mul(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut product = vec![0u32; a.len() + b.len()];
    for (i, &x) in a.iter().enumerate() {
        let mut carry = 0u64;
        for (j, &y) in b.iter().enumerate() {
            carry += u64::from(product[i + j]) + u64::from(x) * u64::from(y);
            product[i + j] = (carry & u64::from(MASK)) as u32;
            carry >>= SHIFT;
        }
        product[i + b.len()] = carry as u32;
    }
    trim(product)
}

/// The quotient and the remainder of `a` divided by `b`, which is not 0; bit by bit from the top.
pub fn divrem(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    if let [divisor] = b {
        let (quotient, rest) = divrem_digit(a, *divisor);
        return (quotient, trim(vec![rest]));
    }
    let mut quotient = vec![0; a.len()];
    let mut rest: Vec<u32> = Vec::new();
    for bit in (0..a.len() * SHIFT as usize).rev() {
        let (digit, shift) = (bit / SHIFT as usize, bit % SHIFT as usize);
        rest = add(&rest, &rest);
        if a[digit] >> shift & 1 == 1 {
            rest = add(&rest, &[1]);
        }
        if compare(&rest, b) != Ordering::Less {
            rest = sub(&rest, b);
            quotient[digit] |= 1 << shift;
        }
    }
    (trim(quotient), rest)
}

/// The quotient and the remainder of `a` divided by one digit, which is not 0 (`inplace_divrem1`).
pub fn divrem_digit(a: &[u32], divisor: u32) -> (Vec<u32>, u32) {
    let mut rest = 0u64;
    let mut quotient = vec![0; a.len()];
    for (index, &digit) in a.iter().enumerate().rev() {
        rest = rest << SHIFT | u64::from(digit);
        quotient[index] = (rest / u64::from(divisor)) as u32;
        rest %= u64::from(divisor);
    }
    (trim(quotient), rest as u32)
}

/// The number in decimal (`long_to_decimal_string`).
pub fn to_decimal(digits: &[u32]) -> String {
    const NINE_ZEROS: u32 = 1_000_000_000;
    let mut rest = trim(digits.to_vec());
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let (quotient, group) = divrem_digit(&rest, NINE_ZEROS);
        groups.push(group);
        rest = quotient;
    }
    let Some(highest) = groups.pop() else {
        return "0".to_owned();
    };
    let lower = groups.iter().rev().map(|group| format!("{group:09}"));
    std::iter::once(highest.to_string()).chain(lower).collect()
}

/// The number that `text`, decimal digits only, writes; `None` if it has anything else or nothing.
pub fn from_decimal(text: &str) -> Option<Vec<u32>> {
    let mut number = Vec::new();
    for character in text.chars() {
        let digit = character.to_digit(10)?;
        number = add(&mul(&number, &[10]), &[digit]);
    }
    (!text.is_empty()).then_some(trim(number))
}
