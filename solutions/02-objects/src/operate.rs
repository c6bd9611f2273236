//! What programs do with objects: compare them, add them, show them.

use memory::object::PyObject;
use memory::{Addr, Heap};

use crate::error::ObjectError;
use crate::object::new_ref;
use crate::types::{self, index, is_exact};
use crate::{dict, digits, float, int, list, set, str, tuple};

/// `a is b`: whether the two are one object.
pub fn is(a: Addr, b: Addr) -> bool {
    // task 2.12: compare the addresses
    a == b
    // end task 2.12
}

/// `a == b` as containers see it: the same object, or an equal value.
/// (`PyObject_RichCompareBool`, `Objects/object.c`.)
///
/// * An object equals itself, whatever it is.
/// * Two ints (bools are ints: [`int::check`]) are equal if they have the same sign and the same
///   digits ([`int::digits`]).
/// * Two tuples, or two lists, are equal if they have as many items, and each item equals the other's
///   in the same place.
/// * [`equal_others`] compares everything else, an int with a float among it.
pub fn equal(heap: &Heap, a: Addr, b: Addr) -> bool {
    // task 2.12: the same object, or the same value
    if is(a, b) {
        return true;
    }
    if int::check(heap, a) && int::check(heap, b) {
        return int::digits(heap, a) == int::digits(heap, b);
    }
    let both = |index| is_exact(heap, a, index) && is_exact(heap, b, index);
    let (these, those) = if both(index::TUPLE) {
        (tuple::items(heap, a), tuple::items(heap, b))
    } else if both(index::LIST) {
        (list::items(heap, a), list::items(heap, b))
    } else {
        return equal_others(heap, a, b);
    };
    let mut pairs = these.iter().zip(&those);
    these.len() == those.len() && pairs.all(|(&this, &that)| equal(heap, this, that))
    // end task 2.12
}

/// `a += b`: the object that the name on the left refers to afterwards, a new reference. Both
/// operands are borrowed. (`PyNumber_InPlaceAdd`, `Objects/abstract.c`.)
///
/// A list is changed in place: it takes the items of `b` ([`list::extend`]), and the result is the
/// list itself ([`new_ref`]). No other type here can do that, and the result is what [`add`] makes:
/// a new object.
///
/// # Errors
/// Those of [`list::extend`] and [`add`].
pub fn inplace_add(heap: &Heap, a: Addr, b: Addr) -> Result<Addr, ObjectError> {
    // task 2.12: change the list, or make a new object
    if is_exact(heap, a, index::LIST) {
        list::extend(heap, a, b)?;
        return Ok(new_ref(heap, a));
    }
    add(heap, a, b)
    // end task 2.12
}

/// `a + b`, a new reference; both operands are borrowed: numbers, or two `str`, tuples or lists.
/// Given. (`PyNumber_Add`.)
///
/// # Errors
/// [`ObjectError::Type`] in Python's words, and those of [`Heap::malloc`].
pub fn add(heap: &Heap, a: Addr, b: Addr) -> Result<Addr, ObjectError> {
    let both = |index| is_exact(heap, a, index) && is_exact(heap, b, index);
    let shared = |items: Vec<Addr>| items.into_iter().map(|item| new_ref(heap, item));
    if int::check(heap, a) && int::check(heap, b) {
        return add_ints(heap, int::digits(heap, a), int::digits(heap, b));
    }
    if let (Some(a), Some(b)) = (number(heap, a), number(heap, b)) {
        return Ok(float::from_f64(heap, a + b)?);
    }
    if both(index::STR) {
        let text = str::to_string(heap, a) + &str::to_string(heap, b);
        return Ok(str::new(heap, &text)?);
    }
    if both(index::TUPLE) {
        let items: Vec<Addr> = shared(tuple::items(heap, a))
            .chain(shared(tuple::items(heap, b)))
            .collect();
        return Ok(tuple::new(heap, &items)?);
    }
    if both(index::LIST) {
        let items: Vec<Addr> = shared(list::items(heap, a))
            .chain(shared(list::items(heap, b)))
            .collect();
        return Ok(list::from_items(heap, &items)?);
    }
    Err(unsupported(heap, "+", a, b))
}

/// `a - b` for numbers, a new reference; both operands are borrowed. Given.
///
/// # Errors
/// As [`add`].
pub fn sub(heap: &Heap, a: Addr, b: Addr) -> Result<Addr, ObjectError> {
    if int::check(heap, a) && int::check(heap, b) {
        let (negative, magnitude) = int::digits(heap, b);
        return add_ints(heap, int::digits(heap, a), (!negative, magnitude));
    }
    match (number(heap, a), number(heap, b)) {
        (Some(a), Some(b)) => Ok(float::from_f64(heap, a - b)?),
        _ => Err(unsupported(heap, "-", a, b)),
    }
}

/// `a * b`, a new reference; both operands are borrowed: numbers, or a list and an int. Given.
///
/// # Errors
/// As [`add`].
pub fn mul(heap: &Heap, a: Addr, b: Addr) -> Result<Addr, ObjectError> {
    if int::check(heap, a) && int::check(heap, b) {
        let ((negative_a, a), (negative_b, b)) = (int::digits(heap, a), int::digits(heap, b));
        let product = digits::mul(&a, &b);
        return Ok(int::from_digits(heap, negative_a != negative_b, &product)?);
    }
    if is_exact(heap, a, index::LIST)
        && let Some(times) = int::check(heap, b).then(|| int::to_i64(heap, b)).flatten()
    {
        return Ok(list::repeat(heap, a, times.max(0).unsigned_abs())?);
    }
    match (number(heap, a), number(heap, b)) {
        (Some(a), Some(b)) => Ok(float::from_f64(heap, a * b)?),
        _ => Err(unsupported(heap, "*", a, b)),
    }
}

/// Whether two objects are equal that are neither two ints nor two tuples nor two lists. Given.
pub fn equal_others(heap: &Heap, a: Addr, b: Addr) -> bool {
    let both = |index| is_exact(heap, a, index) && is_exact(heap, b, index);
    if both(index::STR) {
        return str::equal(heap, a, b);
    }
    if both(index::DICT) {
        let other = |key| dict::get_item(heap, b, key).ok().flatten();
        return dict::len(heap, a) == dict::len(heap, b)
            && (dict::items(heap, a).into_iter())
                .all(|(key, value)| other(key).is_some_and(|found| equal(heap, value, found)));
    }
    if both(index::SET) {
        return set::len(heap, a) == set::len(heap, b)
            && (set::items(heap, a).into_iter())
                .all(|item| set::contains(heap, b, item).unwrap_or(false));
    }
    match (number(heap, a), number(heap, b)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    }
}

/// `repr(op)`: how Python shows the object. Given.
///
/// A list in itself is shown as `[...]`. What has an address in CPython's text has it here too.
pub fn repr(heap: &Heap, op: Addr) -> String {
    repr_inside(heap, op, &mut Vec::new())
}

fn repr_inside(heap: &Heap, op: Addr, outer: &mut Vec<Addr>) -> String {
    let ty = heap.type_of(op);
    let is = |index| is_exact(heap, op, index);
    if is(index::NONE) {
        return "None".to_owned();
    }
    if is(index::BOOL) {
        let value = int::to_i64(heap, op) == Some(1);
        return if value { "True" } else { "False" }.to_owned();
    }
    if is(index::INT) {
        let (negative, magnitude) = int::digits(heap, op);
        let sign = if negative { "-" } else { "" };
        return format!("{sign}{}", digits::to_decimal(&magnitude));
    }
    if is(index::FLOAT) {
        return repr_float(float::value(heap, op));
    }
    if is(index::STR) {
        return repr_str(&str::to_string(heap, op));
    }
    let (open, items, close) = if is(index::LIST) {
        ("[", list::items(heap, op), "]")
    } else if is(index::TUPLE) {
        let close = if tuple::len(heap, op) == 1 { ",)" } else { ")" };
        ("(", tuple::items(heap, op), close)
    } else if is(index::SET) && set::len(heap, op) == 0 {
        return "set()".to_owned();
    } else if is(index::SET) {
        ("{", set::items(heap, op), "}")
    } else if is(index::DICT) {
        ("{", Vec::new(), "}")
    } else if is(index::TYPE) {
        return format!("<class '{}'>", types::name(heap, op));
    } else {
        return format!("<{} object at {op}>", types::name(heap, ty));
    };
    if outer.contains(&op) {
        return format!("{}...{}", open, close.trim_start_matches(','));
    }
    outer.push(op);
    let mut shown: Vec<String> = Vec::new();
    for item in items {
        shown.push(repr_inside(heap, item, outer));
    }
    if is(index::DICT) {
        for (key, value) in dict::items(heap, op) {
            let key = repr_inside(heap, key, outer);
            shown.push(format!("{key}: {}", repr_inside(heap, value, outer)));
        }
    }
    outer.pop();
    format!("{open}{}{close}", shown.join(", "))
}

/// (`float_repr`: the shortest digits that read back as the same value.)
fn repr_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn repr_str(text: &str) -> String {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    let mut shown = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            _ if character == quote => shown.extend(['\\', quote]),
            _ if character < ' ' || character == '\x7f' => {
                shown.push_str(&format!("\\x{:02x}", u32::from(character)));
            }
            _ => shown.push(character),
        }
    }
    shown.push(quote);
    shown
}

fn add_ints(
    heap: &Heap,
    (negative_a, a): (bool, Vec<u32>),
    (negative_b, b): (bool, Vec<u32>),
) -> Result<Addr, ObjectError> {
    let (negative, sum) = if negative_a == negative_b {
        (negative_a, digits::add(&a, &b))
    } else if digits::compare(&a, &b).is_ge() {
        (negative_a, digits::sub(&a, &b))
    } else {
        (negative_b, digits::sub(&b, &a))
    };
    Ok(int::from_digits(heap, negative, &sum)?)
}

/// The value of an int or a float as an `f64`.
fn number(heap: &Heap, op: Addr) -> Option<f64> {
    if is_exact(heap, op, index::FLOAT) {
        return Some(float::value(heap, op));
    }
    if !int::check(heap, op) {
        return None;
    }
    let (negative, magnitude) = int::digits(heap, op);
    let value: f64 = digits::to_decimal(&magnitude).parse().ok()?;
    Some(if negative { -value } else { value })
}

fn unsupported(heap: &Heap, operator: &str, a: Addr, b: Addr) -> ObjectError {
    let name = |op| types::name(heap, PyObject::at(heap.memory, op).ob_type().get());
    ObjectError::Type(format!(
        "unsupported operand type(s) for {operator}: '{}' and '{}'",
        name(a),
        name(b)
    ))
}
