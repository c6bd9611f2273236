//! Prints the pictures of a collection, pass by pass: two dead nodes, and two that a name leads to.
//!
//! ```text
//! cargo run -p book --example passes             as text
//! cargo run -p book --example passes -- 2        the second picture as a drawing
//! ```

use book::pictures::Picture;
use book::pictures::draw::Draw;
use cycles::passes::{move_unreachable, subtract_refs, update_refs};
use memory::gc::{GcList, GcState};
use memory::{Heap, Memory};
use objects::{ObjectError, list};
use refcounts::decref;

fn main() -> Result<(), ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = Heap {
        memory: &memory,
        object: refcounts::PLAIN,
        types: &cycles::TYPES,
    };
    cycles::start(&heap)?;
    let mut ops = Vec::new();
    for _ in 0..4 {
        ops.push(list::new(&heap)?);
    }
    for (from, to) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        list::append(&heap, ops[from], objects::object::new_ref(&heap, ops[to]))?;
    }
    decref(&heap, ops[0]);
    decref(&heap, ops[1]);
    decref(&heap, ops[3]);
    let names = [(ops[0], "a"), (ops[1], "b"), (ops[2], "c"), (ops[3], "d")];
    let draw = |name: &str| Draw::new(name, name).names(&names).cycles(&memory);
    let state = GcState::of(&memory);
    let young = state.generation(0).addr();
    let unreachable = state.list(GcList::Unreachable);
    cycles::gc_list::gc_list_init(&heap, unreachable);
    let mut pictures: Vec<Picture> = vec![draw("before")];
    update_refs(&heap, young);
    pictures.push(draw("update_refs"));
    subtract_refs(&heap, young);
    pictures.push(draw("subtract_refs"));
    move_unreachable(&heap, young, unreachable);
    pictures.push(draw("move_unreachable"));
    match std::env::args()
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok())
    {
        Some(n) => println!("{}", pictures[n.min(pictures.len() - 1)].svg),
        None => {
            for picture in &pictures {
                println!("{}\n{}", picture.name, picture.text);
            }
        }
    }
    Ok(())
}
