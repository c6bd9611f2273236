//! The pictures of chapter 2: names and objects, objects field by field, the program at work.

use memory::object::{PreHeader, PyDictValues, PyListObject};
use memory::{Addr, Heap, Memory, Root};
use objects::{ObjectError, function, int, list, names, object, operate, str, tuple, types};
use picture::{Names, SvgOptions, TextOptions};

use super::fields::{self, Row, Table};
use super::program::{OBJECTS, Step, run};
use super::{Kind, Picture};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    match all() {
        Ok(pictures) => pictures,
        Err(error) => panic!("the pictures of chapter 2: {error}"),
    }
}

fn all() -> Result<Vec<Picture>, ObjectError> {
    let mut pictures = naming()?;
    pictures.extend(objects()?);
    pictures.extend(program()?);
    pictures.push(grid()?);
    pictures.push(incident()?);
    Ok(pictures)
}

fn heap(memory: &Memory) -> Heap<'_> {
    Heap {
        memory,
        object: objects::PLAIN,
        types: objects::TYPES,
    }
}

fn started() -> Result<Memory, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    objects::start(&heap(&memory))?;
    Ok(memory)
}

/// A picture of the heap, without counts: they are chapter 3's.
fn draw(memory: &Memory, names: &Names, name: &str, caption: &str) -> Picture {
    draw_with(memory, names, name, caption, SvgOptions::default())
}

fn draw_with(
    memory: &Memory,
    names: &Names,
    name: &str,
    caption: &str,
    options: SvgOptions,
) -> Picture {
    let picture = picture::Picture::of(&memory.snapshot(), names);
    let text = TextOptions {
        counts: false,
        ..TextOptions::default()
    };
    let options = SvgOptions {
        title: caption.replace('`', ""),
        counts: false,
        problems: false,
        ..options
    };
    Picture {
        name: name.to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: picture.svg(&options),
        text: picture.text(&text),
    }
}

/// Objects and blocks, word by word.
fn record(tables: &[Table], name: &str, caption: &str) -> Picture {
    Picture {
        name: name.to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: fields::svg(tables, &caption.replace('`', "")),
        text: fields::text(tables),
    }
}

/// A place that may refer to an object.
fn place(heap: &Heap, offset: i64, name: String, op: Option<Addr>, empty: &str) -> Row {
    let content = match op {
        Some(op) => {
            let ty = types::name(heap, heap.type_of(op));
            format!("▶ {ty} {}", operate::repr(heap, op))
        }
        None => empty.to_owned(),
    };
    Row {
        offset,
        name,
        content,
    }
}

/// The block of items of the list at `op`.
fn items_block(heap: &Heap, op: Addr) -> Table {
    let list = PyListObject::at(heap.memory, op);
    let used = list::len(heap, op);
    let row = |index: u64| {
        let item = (index < used).then(|| list.item(index).get()).flatten();
        let name = format!("[{index}]");
        place(heap, 8 * index as i64, name, item, "room, not used")
    };
    let at = list.ob_item().get();
    Table {
        label: at.map_or_else(String::new, |at| format!("its block of items, at {at}")),
        rows: (0..list.allocated().get()).map(row).collect(),
        object: false,
    }
}

/// The block of values of the instance at `op`: what stands in front of the values, and the first
/// two of them.
fn values_block(heap: &Heap, op: Addr) -> Option<Table> {
    let at = PreHeader::of(heap.memory, op).values().get()?;
    let values = PyDictValues::at(heap.memory, at);
    let byte = |offset, name: &str, content: String| Row {
        offset,
        name: name.to_owned(),
        content,
    };
    let (order, used) = (values.order(0).get(), values.used().get());
    let first = values.value(0).get();
    let second = values.value(1).get();
    Some(Table {
        label: format!("its block of values, at {at}"),
        rows: vec![
            byte(-3, "order(0)", format!("value {order} was set first")),
            byte(-2, "used", format!("{used} value is set")),
            byte(
                -1,
                "prefix",
                format!("{} bytes are in front", values.prefix().get()),
            ),
            place(heap, 0, "value 0: wheels".to_owned(), first, "NULL"),
            place(
                heap,
                8,
                "value 1".to_owned(),
                second,
                "NULL, and so on: room for 29",
            ),
        ],
        object: false,
    })
}

/// `y = x`, `x = x + 1`, `z = 5000`, one picture after each.
fn naming() -> Result<Vec<Picture>, ObjectError> {
    let memory = started()?;
    let heap = &heap(&memory);
    let mut pictures = Vec::new();
    let code = regions::load_code(&memory, "main", &["x", "y", "z"])?;
    let frame = names::call(heap, code, &[])?;
    let mut take = |name, caption| {
        pictures.push(draw(&memory, &Names::default(), name, caption));
    };
    names::store_fast(heap, frame, 0, int::from_i64(heap, 5000)?);
    let x = names::load_fast(heap, frame, 0)?;
    names::store_fast(heap, frame, 1, object::new_ref(heap, x));
    take(
        "02-names-1",
        "`x = 5000`, then `y = x`: two names, one object. The second line made nothing.",
    );
    let sum = operate::add(heap, x, int::from_i64(heap, 1)?)?;
    names::store_fast(heap, frame, 0, sum);
    take(
        "02-names-2",
        "`x = x + 1`: a new object, and `x` refers to it now. `y` and the old object did not notice.",
    );
    names::store_fast(heap, frame, 2, int::from_i64(heap, 5000)?);
    take(
        "02-names-3",
        "`z = 5000`, computed anew: the value exists already, and a third object is made all the same.",
    );
    Ok(pictures)
}

/// An int, a str, a tuple and a list, field by field.
fn objects() -> Result<Vec<Picture>, ObjectError> {
    let memory = started()?;
    let heap = &heap(&memory);
    let one = int::from_i64(heap, 5000)?;
    let two = int::from_i64(heap, 6000)?;
    let large = operate::add(
        heap,
        int::from_i64(heap, 1 << 30)?,
        int::from_i64(heap, -2)?,
    )?;
    let large = operate::mul(heap, large, int::from_i64(heap, -3)?)?;
    let text = str::new(heap, "wheels")?;
    let pair = tuple::new(
        heap,
        &[object::new_ref(heap, one), object::new_ref(heap, two)],
    )?;
    let items = list::new(heap)?;
    list::append(heap, items, object::new_ref(heap, one))?;
    list::append(heap, items, object::new_ref(heap, two))?;
    Ok(vec![
        record(
            &[Table::of(&memory, large, "the int -3221225466")],
            "02-int",
            "An int of two digits, field by field. The sign is in `ob_size`: -2 digits, \
             1073741818 + 2 · 2³⁰ in all.",
        ),
        record(
            &[Table::of(&memory, text, "the str 'wheels'")],
            "02-str",
            "A str of ASCII characters: 48 bytes of header, then one byte for each character and a 0.",
        ),
        record(
            &[Table::of(&memory, pair, "the tuple (5000, 6000)")],
            "02-tuple",
            "A tuple: the references follow the header. In front of it, in the same block, stands \
             the GC head.",
        ),
        record(
            &[
                Table::of(&memory, items, "the list [5000, 6000]"),
                items_block(heap, items),
            ],
            "02-list",
            "A list: a header of fixed size, and the address of another block, which has room for \
             four.",
        ),
    ])
}

/// The book's program: in `Car.__init__`, and at its deepest point.
fn program() -> Result<Vec<Picture>, ObjectError> {
    let none = Names::default();
    let deepest = run(OBJECTS, Step::Added)?;
    let in_init = run(OBJECTS, Step::InInit)?;
    let frame = Root::of(&deepest).frame().get();
    let main = frame.and_then(|frame| {
        let in_f1 = memory::Frame::at(&deepest, frame).previous().get()?;
        memory::Frame::at(&deepest, in_f1).previous().get()
    });
    let car = main.and_then(|main| memory::Frame::at(&deepest, main).local(0).get());
    let mut pictures = vec![
        draw(
            &deepest,
            &none,
            "02-program",
            "The program while `f2` runs: three frames, and the objects that their names refer to. \
             Each frame has an `x` or `y` of its own.",
        ),
        draw(
            &in_init,
            &none,
            "02-init",
            "`car = Car(4)`, inside `__init__`: `self` and `wheels` are local variables. `self` is \
             the reference to the instance; `wheels` will be gone with the frame, the attribute \
             will not.",
        ),
    ];
    if let Some(car) = car {
        let mut tables = vec![Table::of(&deepest, car, "the instance car")];
        tables.extend(values_block(&heap(&deepest), car));
        pictures.push(record(
            &tables,
            "02-instance",
            "An instance: two words in front of the GC head lead to its attributes. The values are \
             in a block of their own, in the order of the class's shared names.",
        ));
    }
    Ok(pictures)
}

/// `grid = [[0] * 3] * 3`, then `grid[0][0] = 1025`.
fn grid() -> Result<Picture, ObjectError> {
    let memory = started()?;
    let heap = &heap(&memory);
    let code = regions::load_code(&memory, "main", &["grid"])?;
    let frame = names::call(heap, code, &[])?;
    let zero = list::from_items(heap, &[int::from_i64(heap, 0)?])?;
    let row = list::repeat(heap, zero, 3)?;
    let one = list::from_items(heap, &[row])?;
    names::store_fast(heap, frame, 0, list::repeat(heap, one, 3)?);
    list::set_item(heap, row, 0, int::from_i64(heap, 1025)?)?;
    // The lists that only the computation knew.
    for op in [zero, one] {
        if let Some(items) = PyListObject::at(&memory, op).ob_item().get() {
            heap.free(items);
        }
        object::free(heap, op);
    }
    Ok(draw(
        &memory,
        &Names::default(),
        "02-grid",
        "`grid = [[0] * 3] * 3`, then `grid[0][0] = 1025`: one row, three references to it.",
    ))
}

/// `def handle(request, seen=[])`, after three calls.
fn incident() -> Result<Picture, ObjectError> {
    let memory = started()?;
    let heap = &heap(&memory);
    let code = regions::load_code(&memory, "handle", &["request", "seen"])?;
    let seen = list::new(heap)?;
    let defaults = tuple::new(heap, &[seen])?;
    let handle = function::new(heap, code, Some(defaults))?;
    names::store_global(heap, str::intern(heap, "handle")?, handle)?;
    for n in 1..=3 {
        list::append(heap, seen, str::new(heap, &format!("request {n}"))?)?;
    }
    let request = str::new(heap, "request 4")?;
    names::call(heap, code, &[request, object::new_ref(heap, seen)])?;
    Ok(draw_with(
        &memory,
        &Names::default(),
        "02-incident",
        "The fourth call of `handle`: its `seen` is the function's own list, and that has kept what \
         the first three calls appended.",
        SvgOptions {
            classes: true,
            ..SvgOptions::default()
        },
    ))
}
