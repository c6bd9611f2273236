//! The pictures of chapter 4: the program's cycle, a collection pass by pass, and a collector with one
//! wrong line.

use cycles::clear::delete_garbage;
use cycles::gc_list::gc_list_init;
use cycles::passes::{clear_unreachable_mask, move_unreachable, subtract_refs, update_refs};
use memory::gc::{GcList, GcState};
use memory::object::PyGC_Head;
use memory::{Addr, Heap, Memory};
use objects::{ObjectError, list};
use refcounts::containers::list_append;
use refcounts::decref;

use super::Picture;
use super::draw::Draw;
use super::program::{Lab, Step, run};

/// Chapter 4: containers are tracked.
pub const CYCLES: Lab = Lab {
    types: &cycles::TYPES,
    start: cycles::start,
    drop: decref,
};

/// This chapter's pictures.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    let drawn = [itself(), program(), passes(), broken()];
    let mut pictures = Vec::new();
    for some in drawn {
        match some {
            Ok(some) => pictures.extend(some),
            Err(error) => panic!("the pictures of chapter 4: {error}"),
        }
    }
    pictures
}

/// A list that holds itself, and nobody else does.
fn itself() -> Result<Vec<Picture>, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let heap = heap(&memory);
    cycles::start(&heap)?;
    let a = list::new(&heap)?;
    list_append(&heap, a, a)?;
    decref(&heap, a);
    Ok(vec![
        Draw::new(
            "04-self",
            "After `del a`. The one reference to the list is its own first item.",
        )
        .only(&[a])
        .objects(&memory),
    ])
}

/// The program's two nodes while `main` runs, after it, and after a collection.
fn program() -> Result<Vec<Picture>, ObjectError> {
    let memory = run(CYCLES, Step::F1Returned)?;
    let before = Draw::new(
        "04-program",
        "The end of `main`. Each node has two references: a name, and the other node's `next`. Below, the list that runs through the heads of all tracked objects.",
    )
    .cycles(&memory);

    let memory = run(CYCLES, Step::Returned)?;
    let snapshot = memory.snapshot();
    let after = Draw::new(
        "04-returned",
        "`main` has returned. The car is gone, and the ints of `y` and `z`. The two nodes are not: each has one reference, in the other one.",
    )
    .cycles(&memory);

    let heap = heap(&memory);
    cycles::collect(&heap);
    let collected = Draw::new(
        "04-collected",
        "After `gc.collect()`, which returned 2. What changed is marked.",
    )
    .before(&snapshot)
    .cycles(&memory);
    Ok(vec![before, after, collected])
}

fn heap(memory: &Memory) -> Heap<'_> {
    Heap {
        memory,
        object: refcounts::PLAIN,
        types: &cycles::TYPES,
    }
}

/// `outer = [inner]`, and `a` and `b` in a cycle; only `outer` has a name.
struct Four {
    memory: Memory,
    young: Addr,
    unreachable: Addr,
    named: [(Addr, &'static str); 4],
}

impl Four {
    fn new() -> Result<Four, ObjectError> {
        let memory = Memory::new(1 << 20)?;
        let heap = heap(&memory);
        cycles::start(&heap)?;
        let [inner, a, b, outer] = [
            list::new(&heap)?,
            list::new(&heap)?,
            list::new(&heap)?,
            list::new(&heap)?,
        ];
        for (from, to) in [(outer, inner), (a, b), (b, a)] {
            list_append(&heap, from, to)?;
        }
        for op in [inner, a, b] {
            decref(&heap, op);
        }
        let state = GcState::of(&memory);
        let (young, unreachable) = (state.generation(0).addr(), state.list(GcList::Unreachable));
        gc_list_init(&heap, unreachable);
        Ok(Four {
            young,
            unreachable,
            named: [(inner, "inner"), (a, "a"), (b, "b"), (outer, "outer")],
            memory,
        })
    }

    fn draw(&self, name: &str, caption: &str) -> Picture {
        let only = self.named.map(|(op, _)| op);
        Draw::new(name, caption)
            .names(&self.named)
            .only(&only)
            .cycles(&self.memory)
    }
}

/// A collection of four lists, pass by pass.
fn passes() -> Result<Vec<Picture>, ObjectError> {
    let four = Four::new()?;
    let heap = heap(&four.memory);
    let mut pictures = vec![four.draw(
        "04-four",
        "Four lists in generation 0, in the order in which they were made. Only `outer` has a name in the program; the other names are only in this picture.",
    )];
    update_refs(&heap, four.young);
    pictures.push(four.draw(
        "04-update",
        "After `update_refs`: `gc_refs` of each list is its count. It stands where the way back was.",
    ));
    subtract_refs(&heap, four.young);
    pictures.push(four.draw(
        "04-subtract",
        "After `subtract_refs`: each reference that comes from one of the four is taken off. One is left, to `outer`: it must come from outside.",
    ));
    move_unreachable(&heap, four.young, four.unreachable);
    pictures.push(four.draw(
        "04-move",
        "After `move_unreachable`. `inner` was moved away and came back, behind `outer`. `a` and `b` are dead.",
    ));
    clear_unreachable_mask(&heap, four.unreachable);
    delete_garbage(&heap, four.unreachable, four.young);
    pictures.push(four.draw(
        "04-deleted",
        "After `delete_garbage`: clearing `a` dropped `b`, which dropped `a`.",
    ));
    Ok(pictures)
}

/// The third pass without the line before its last, and then one more list.
fn broken() -> Result<Vec<Picture>, ObjectError> {
    let four = Four::new()?;
    let heap = heap(&four.memory);
    let last = PyGC_Head::at(&four.memory, four.young)._gc_prev();
    let dead = list::new(&heap)?;
    list_append(&heap, dead, dead)?;
    decref(&heap, dead);
    let stale = last.get();
    update_refs(&heap, four.young);
    subtract_refs(&heap, four.young);
    move_unreachable(&heap, four.young, four.unreachable);
    last.set(stale);
    let new = list::new(&heap)?;
    let only = four.named.map(|(op, _)| op);
    Ok(vec![
        Draw::new(
            "04-broken",
            "The third pass of a collector with one wrong line has run. A fifth list, `dead`, of itself, had stood behind `outer`. Then a list `new` was made.",
        )
        .names(&four.named)
        .names(&[(dead, "dead"), (new, "new")])
        .only(&only)
        .generations(&four.memory),
    ])
}
