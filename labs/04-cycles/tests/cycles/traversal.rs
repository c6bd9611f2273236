//! Task 4.3: what an object refers to.

use exam::HeapExam;
use memory::Addr;
use objects::{dict, instance, set};

use super::support::{
    TRAVERSING_KIT, class_of, del, dict_with, empty_list, fresh, give, instance_of, lists, name,
    refer, tuple_of, weak,
};

/// What the `traverse` slot of `op` visits, in order.
fn visited(exam: &HeapExam, label: &str, op: Addr) -> Vec<Addr> {
    let all = exam.event(format!("traverse({label})"), |heap| {
        let mut all = Vec::new();
        (heap.slots(op).traverse)(heap, op, &mut |referent| all.push(referent));
        all
    });
    exam.equal("words written by traverse", 0, exam.work().stores);
    all
}

#[test]
fn task_4_3_a_list() {
    exam::task(
        "4.3",
        "a list shows each item, from the last to the first, once for each reference",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        exam.equal(
            "what a list without a block shows",
            Vec::<Addr>::new(),
            visited(exam, "a", a),
        );
        let x = fresh(exam, "x", 5000);
        for item in [b, x, b, a] {
            refer(exam, a, item);
        }
        exam.equal(
            "what a = [b, x, b, a] shows",
            vec![a, b, x, b],
            visited(exam, "a", a),
        );
        exam.try_event("a.pop()", |heap| {
            let popped = objects::list::pop(heap, a)?;
            refcounts::xdecref(heap, popped);
            Ok::<_, memory::MemoryError>(())
        });
        exam.equal("what a shows then", vec![b, x, b], visited(exam, "a", a));
    });
}

#[test]
fn task_4_3_a_tuple() {
    exam::task(
        "4.3",
        "a tuple shows each item, from the last to the first, and skips NULL",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let [a, b] = lists(exam, ["a", "b"]);
        let t = tuple_of(exam, "t", &[a, b, a]);
        exam.equal(
            "what t = (a, b, a) shows",
            vec![a, b, a],
            visited(exam, "t", t),
        );
        let half = exam.try_event("a tuple of 3 that is being filled", |heap| {
            let op = heap.alloc(objects::type_at(heap, cycles::index::TUPLE), 3)?;
            refcounts::incref(heap, b);
            memory::object::PyTupleObject::at(heap.memory, op)
                .ob_item(1)
                .set(Some(b));
            Ok::<_, memory::MemoryError>(op)
        });
        exam.equal(
            "what it shows",
            vec![b],
            visited(exam, "the half-filled tuple", half),
        );
        let u = tuple_of(exam, "u", &[b, t]);
        exam.equal("what u = (b, t) shows", vec![t, b], visited(exam, "u", u));
    });
}

#[test]
fn task_4_3_an_instance() {
    exam::task("4.3", "an instance shows its attributes, and its class")
        .heap(TRAVERSING_KIT)
        .run(|exam| {
            exam.note("Each instance owns a reference to its class. If it did not show that, the class could never be found dead.");
            let node = class_of(exam, "Node", None);
            let one = instance_of(exam, "one", node);
            exam.equal("what an instance without attributes shows", vec![node], visited(exam, "one", one));
            let [a, b, c] = lists(exam, ["a", "b", "c"]);
            give(exam, one, "value", a);
            give(exam, one, "next", b);
            give(exam, one, "other", c);
            exam.equal(
                "value, next, other, class",
                vec![a, b, c, node],
                visited(exam, "one", one),
            );
            exam.try_event("del one.next", |heap| {
                refcounts::containers::del_attr(heap, one, name(heap, "next"))
            });
            exam.equal("value, other, class", vec![a, c, node], visited(exam, "one", one));
            let two = instance_of(exam, "two", node);
            give(exam, two, "next", one);
            exam.equal("what two shows, which has only next", vec![one, node], visited(exam, "two", two));
        });
}

#[test]
fn task_4_3_an_instance_with_a_dict() {
    exam::task(
        "4.3",
        "an instance whose __dict__ was touched shows that dict and its class",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let one = instance_of(exam, "one", node);
        let a = empty_list(exam, "a");
        give(exam, one, "value", a);
        let names = exam.try_event("one.__dict__", |heap| instance::materialize_dict(heap, one));
        exam.name(names, "one.__dict__");
        exam.equal("dict, class", vec![names, node], visited(exam, "one", one));
        exam.equal(
            "what the dict shows: its value",
            vec![a],
            visited(exam, "one.__dict__", names),
        );
    });
}

#[test]
fn task_4_3_what_is_made() {
    exam::task(
        "4.3",
        "an instance that is still being made has neither values nor a dict",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let node = class_of(exam, "Node", None);
        let one = exam.try_event("an instance without its block of values", |heap| {
            heap.alloc(node, 0)
        });
        exam.equal("what it shows", vec![node], visited(exam, "it", one));
        del(exam, "it", &[one]);
    });
}

#[test]
fn task_4_3_the_others() {
    exam::task(
        "4.3",
        "given: dicts, sets, functions, classes and weak references",
    )
    .heap(TRAVERSING_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        let d = dict_with(exam, "d", a);
        exam.equal(
            "a dict with str keys: its values",
            vec![a],
            visited(exam, "d", d),
        );
        let s = exam.try_event("s = set()", set::new);
        exam.equal("an empty set", Vec::<Addr>::new(), visited(exam, "s", s));
        let base = class_of(exam, "Base", None);
        let node = class_of(exam, "Node", Some(base));
        let names = exam.look(|heap| {
            let dict = memory::object::PyTypeObject::at(heap.memory, node).tp_dict();
            dict.get()
        });
        exam.equal(
            "a class: its dict, its base",
            names.into_iter().chain([base]).collect::<Vec<_>>(),
            visited(exam, "Node", node),
        );
        let one = instance_of(exam, "one", node);
        let wr = weak(exam, "wr", one, Some(a));
        exam.equal(
            "a weak reference: its callback, not its object",
            vec![a],
            visited(exam, "wr", wr),
        );
        let e = exam.try_event("{}", dict::new);
        exam.equal("an empty dict", Vec::<Addr>::new(), visited(exam, "{}", e));
        let all = empty_list(exam, "all");
        refer(exam, all, wr);
        refer(exam, all, s);
        exam.equal(
            "a list of both, your work again",
            vec![s, wr],
            visited(exam, "all", all),
        );
    });
}
