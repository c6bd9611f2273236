//! What each task of the warm-up must do. Run them with `cargo test -p warmup`.

use memory::{Addr, Field, Memory};
use warmup::{Node, NotFound, find, push, sum, sum_from, swap};

/// Where the address of the first node is kept.
const FIRST: Addr = Addr::at(0x2000);

fn memory() -> Memory {
    Memory::new(Memory::MIN_SIZE).expect("64 KiB")
}

/// Writes a list of `values` and returns its first node. The nodes lie 16 bytes apart.
fn list(memory: &Memory, values: &[u64]) -> Option<Addr> {
    let mut next = None;
    for (index, &value) in values.iter().enumerate().rev() {
        let node = Node::at(memory, Addr::at(0x3000 + 16 * index as u64));
        node.value().set(value);
        node.next().set(next);
        next = Some(node.addr());
    }
    next
}

#[test]
fn task_0_1_two_words_change_places() {
    exam::task("0.1", "swap exchanges two words").plain(|exam| {
        let memory = memory();
        let (a, b) = (Addr::at(0x2000), Addr::at(0x2ff8));
        memory.store(a, 1025);
        memory.store(b, 7);
        swap(&memory, a, b);
        exam.equal(
            "the word at a, which was 1025, after swap(a, b)",
            7,
            memory.load(a),
        );
        exam.equal(
            "the word at b, which was 7, after swap(a, b)",
            1025,
            memory.load(b),
        );
        swap(&memory, a, a);
        exam.equal(
            "the word at a, which was 7, after swap(a, a)",
            7,
            memory.load(a),
        );
    });
}

#[test]
fn task_0_2_the_pushed_node_is_first() {
    exam::task("0.2", "push puts a node in front of a list").plain(|exam| {
        let memory = memory();
        let first = Field::at(&memory, FIRST);
        let (a, b) = (Addr::at(0x3000), Addr::at(0x3010));

        push(&memory, first, a);
        exam.equal("the first node after push(a)", Some(a), first.get());
        exam.equal(
            "the node after a, the only one",
            None,
            Node::at(&memory, a).next().get(),
        );

        push(&memory, first, b);
        exam.equal(
            "the first node after push(a), push(b)",
            Some(b),
            first.get(),
        );
        exam.equal(
            "the node after b",
            Some(a),
            Node::at(&memory, b).next().get(),
        );
        exam.equal(
            "the node after a, the last one",
            None,
            Node::at(&memory, a).next().get(),
        );
    });
}

#[test]
fn task_0_3_every_node_is_added() {
    exam::task("0.3", "sum adds the values of a list").plain(|exam| {
        let memory = memory();
        exam.equal("the sum of the empty list", 0, sum(&memory, None));
        exam.equal(
            "the sum of the list 5",
            5,
            sum(&memory, list(&memory, &[5])),
        );
        let first = list(&memory, &[1000, 20, 5]);
        exam.equal("the sum of the list 1000, 20, 5", 1025, sum(&memory, first));
        exam.equal(
            "the sum again: reading changes nothing",
            1025,
            sum(&memory, first),
        );
    });
}

#[test]
fn task_0_4_a_value_is_found_or_named() {
    exam::task(
        "0.4",
        "find returns a node or an error, and sum_from passes the error on",
    )
    .plain(|exam| {
        exam.note("sum_from adds with your `sum`: if that is wrong, do task 0.3 first");
        let memory = memory();
        let first = list(&memory, &[7, 8, 8, 9]);
        let found = find(&memory, first, 8);
        exam.equal(
            "find(8) in 7, 8, 8, 9: the first 8",
            Ok(Addr::at(0x3010)),
            found,
        );
        let missing = Err(NotFound { value: 10 });
        exam.equal("find(10) in 7, 8, 8, 9", missing, find(&memory, first, 10));
        exam.equal(
            "sum_from(8) in 7, 8, 8, 9",
            Ok(25),
            sum_from(&memory, first, 8),
        );
        let missing = Err(NotFound { value: 10 });
        exam.equal(
            "sum_from(10) in 7, 8, 8, 9",
            missing,
            sum_from(&memory, first, 10),
        );
    });
}
