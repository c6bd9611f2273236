//! The pictures of chapter 3: the program with its counts, weak references, a cycle, and a manager
//! with one wrong line.

use memory::{Addr, Heap, Memory, Snapshot};
use objects::{ObjectError, class, instance, int, list, str};
use picture::{Diff, Names, SvgOptions, TextOptions};
use refcounts::calls::{call, leave, load_fast, store_fast, store_global};
use refcounts::containers::set_attr;
use refcounts::{decref, weakref};

use super::{Kind, Picture};

/// Draws some of them on a heap that has just started.
type Draw = fn(&Heap) -> Result<Vec<Picture>, ObjectError>;

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let mut pictures = Vec::new();
    for draw in [program, weak_references, broken, cycle] as [Draw; 4] {
        match with_heap(draw) {
            Ok(some) => pictures.extend(some),
            Err(error) => panic!("the pictures of chapter 3: {error}"),
        }
    }
    pictures
}

fn with_heap<T>(code: impl FnOnce(&Heap) -> Result<T, ObjectError>) -> Result<T, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = Heap {
        memory: &memory,
        object: refcounts::PLAIN,
        types: &refcounts::TYPES,
    };
    refcounts::start(&heap)?;
    code(&heap)
}

/// `class name: …` in a module: a global name refers to the class, which is returned borrowed.
fn global_class(heap: &Heap, name: &str) -> Result<Addr, ObjectError> {
    let class = class::new(heap, name, None)?;
    store_global(heap, str::intern(heap, name)?, class)?;
    Ok(class)
}

/// Binds a name, which takes over the reference to `value`.
fn bind(heap: &Heap, frame: Addr, index: u64, value: Addr) {
    store_fast(heap, frame, index, value);
}

/// `op.name = value`, which takes over the reference to `value`.
fn give(heap: &Heap, op: Addr, name: &str, value: Addr) -> Result<(), ObjectError> {
    let name = str::intern(heap, name)?;
    set_attr(heap, op, name, value)?;
    decref(heap, value);
    Ok(())
}

/// What `x = x OP n` does in a frame whose local variable 0 is `x`.
fn change(heap: &Heap, frame: Addr, change: fn(i64) -> i64) -> Result<(), ObjectError> {
    let x = load_fast(heap, frame, 0)?;
    let value = int::to_i64(heap, x).unwrap_or_default();
    let changed = int::from_i64(heap, change(value))?;
    decref(heap, x);
    bind(heap, frame, 0, changed);
    Ok(())
}

/// `book/python/program.py` up to the call of `f2`, and the two returns.
fn program(heap: &Heap) -> Result<Vec<Picture>, ObjectError> {
    let code = |name, locals: &[&str]| regions::load_code(heap.memory, name, locals);
    let main = code("main", &["car", "a", "b", "y", "z"])?;
    let (f1, f2) = (code("f1", &["x"])?, code("f2", &["x"])?);
    let (car_class, node_class) = (global_class(heap, "Car")?, global_class(heap, "Node")?);

    let main = call(heap, main, &[])?;
    let car = instance::new(heap, car_class)?;
    give(heap, car, "wheels", int::from_i64(heap, 4)?)?;
    bind(heap, main, 0, car);
    let (a, b) = (
        instance::new(heap, node_class)?,
        instance::new(heap, node_class)?,
    );
    give(heap, a, "value", str::new(heap, "left")?)?;
    give(heap, b, "value", int::from_i64(heap, 1025)?)?;
    let next = str::intern(heap, "next")?;
    set_attr(heap, a, next, b)?;
    set_attr(heap, b, next, a)?;
    bind(heap, main, 1, a);
    bind(heap, main, 2, b);
    let y = int::from_i64(heap, 5000)?;
    bind(heap, main, 3, y);

    let in_f1 = call(heap, f1, &[y])?;
    change(heap, in_f1, |x| x * 2)?;
    let x = load_fast(heap, in_f1, 0)?;
    let in_f2 = call(heap, f2, &[x])?;
    decref(heap, x);
    let mut pictures = vec![draw(
        heap,
        "03-program",
        "`f2` has just been called. The int 10000 has two references, `f1`'s `x` and `f2`'s `x`; the node that `a` names has two as well, `a` and the other node's `next`.",
        &[],
        None,
    )];

    let before = heap.memory.snapshot();
    change(heap, in_f2, |x| x + 1)?;
    pictures.push(draw(
        heap,
        "03-f2",
        "After `x = x + 1` in `f2`. Its `x` names a new int, and the count of 10000 is one lower.",
        &[],
        Some(&before),
    ));

    let before = heap.memory.snapshot();
    let result = load_fast(heap, in_f2, 0)?;
    leave(heap)?;
    leave(heap)?;
    bind(heap, main, 4, result);
    pictures.push(draw(
        heap,
        "03-f1-returned",
        "Both calls have returned. The int 10000 is gone: `f1`'s `x` was the last reference to it. The int 10001 lives on, because `z` names it.",
        &[],
        Some(&before),
    ));
    Ok(pictures)
}

/// Three weak references to one car, in the order of its list.
fn weak_references(heap: &Heap) -> Result<Vec<Picture>, ObjectError> {
    let car_class = global_class(heap, "Car")?;
    let car = instance::new(heap, car_class)?;
    // Any object may stand for the callbacks here: nothing is called.
    let (first, second) = (str::new(heap, "callback 1")?, str::new(heap, "callback 2")?);
    let one = weakref::new(heap, car, Some(first))?;
    let two = weakref::new(heap, car, Some(second))?;
    let basic = weakref::new(heap, car, None)?;
    decref(heap, first);
    decref(heap, second);
    let names = [
        (car, "car"),
        (basic, "basic"),
        (two, "second"),
        (one, "first"),
    ];
    Ok(vec![draw(
        heap,
        "03-weakrefs",
        "A car with three weak references (dashed), which do not count: its count is 1. The two with a callback own a reference to it.",
        &names,
        None,
    )])
}

/// `a = []`, `b = [a]`, `del a`, by a manager whose `append` takes no reference of its own.
fn broken(heap: &Heap) -> Result<Vec<Picture>, ObjectError> {
    let a = list::new(heap)?;
    let b = list::new(heap)?;
    list::append(heap, b, a)?;
    decref(heap, a);
    Ok(vec![draw(
        heap,
        "03-broken",
        "After `a = []`, `b = []`, `b.append(a)` and `del a`, drawn by a manager with one wrong line.",
        &[(b, "b")],
        None,
    )])
}

/// Two nodes that refer to each other, and no name.
fn cycle(heap: &Heap) -> Result<Vec<Picture>, ObjectError> {
    let node_class = global_class(heap, "Node")?;
    let (one, two) = (
        instance::new(heap, node_class)?,
        instance::new(heap, node_class)?,
    );
    give(heap, one, "value", int::from_i64(heap, 1025)?)?;
    give(heap, two, "value", int::from_i64(heap, 1026)?)?;
    let next = str::intern(heap, "next")?;
    set_attr(heap, one, next, two)?;
    set_attr(heap, two, next, one)?;
    decref(heap, one);
    decref(heap, two);
    Ok(vec![draw(
        heap,
        "03-cycle",
        "Both names are gone. Each node's count is 1, and its one reference is in the other node.",
        &[],
        None,
    )])
}

fn draw(
    heap: &Heap,
    name: &str,
    caption: &str,
    named: &[(Addr, &str)],
    before: Option<&Snapshot>,
) -> Picture {
    let after = heap.memory.snapshot();
    let names: Names = named.iter().copied().collect();
    let picture = picture::Picture::of(&after, &names);
    let before = before.map(|before| picture::Picture::of(before, &names));
    let diff = before.map(|before| Diff::between(&before, &picture));
    let svg = SvgOptions {
        title: caption.replace('`', ""),
        changed: diff.as_ref(),
        ..SvgOptions::default()
    };
    let text = TextOptions {
        changed: diff.as_ref(),
        max_lines: 30,
        ..TextOptions::default()
    };
    Picture {
        name: name.to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: picture.svg(&svg),
        text: picture.text(&text),
    }
}
