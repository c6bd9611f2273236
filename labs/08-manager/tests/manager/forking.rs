//! Task 8.9: a fork, and the pages that it shares. `exam.share()` is the fork; the watch counts the
//! pages that are written afterwards.

use std::collections::BTreeSet;

use exam::HeapExam;
use manager::fork::{after_fork, before_fork, before_loading};
use memory::{Addr, GcState, Heap, MemoryError, PAGE};
use objects::{dict, int, list};
use refcounts::{decref, new_ref};

use super::support::{self, KIT, collect, collections, disable, generations_of};

fn is_enabled(exam: &HeapExam) -> bool {
    exam.quietly(|heap| GcState::of(heap.memory).enabled().get() != 0)
}

fn enable(exam: &HeapExam) {
    exam.event("gc.enable()", |heap| {
        GcState::of(heap.memory).enabled().set(1);
    });
}

/// A program of `modules` modules: a dict each, with ten functions, which are lists that know their
/// module, and a lost cycle. Returns the modules, which the caller owns.
fn load(heap: &Heap, modules: u64) -> Result<Vec<Addr>, objects::ObjectError> {
    let mut all = Vec::new();
    for _ in 0..modules {
        let module = dict::new(heap)?;
        for number in 0..10 {
            let function = list::from_items(heap, &[new_ref(heap, module)])?;
            let old = dict::set_item(heap, module, int::from_i64(heap, number)?, function)?;
            for op in [old.key, old.value].into_iter().flatten() {
                decref(heap, op);
            }
        }
        lose(heap)?;
        all.push(module);
    }
    Ok(all)
}

/// A list that refers to itself, and that nobody else refers to.
fn lose(heap: &Heap) -> Result<(), MemoryError> {
    let op = list::new(heap)?;
    list::append(heap, op, op)
}

fn loaded(exam: &HeapExam, modules: u64) -> Vec<Addr> {
    exam.try_event(
        format!("the parent loads a program of {modules} modules"),
        |heap| load(heap, modules),
    )
}

/// On how many pages the collector's objects are.
fn pages_of_containers(exam: &HeapExam) -> u64 {
    let pages: BTreeSet<u64> = generations_of(exam)
        .into_iter()
        .flatten()
        .map(|op| op.minus(16).get() / PAGE)
        .collect();
    pages.len() as u64
}

/// How many pages a collection may write that finds nothing old: the collector's records, and what it
/// tells its callbacks.
const FEW: u64 = 12;

#[test]
fn task_8_9_loading() {
    exam::task(
        "8.9",
        "while the parent loads its program, no collection makes holes in it",
    )
    .heap(KIT)
    .run(|exam| {
        exam.equal("gc.isenabled(), at first", true, is_enabled(exam));
        exam.event("before_loading", before_loading);
        exam.equal("gc.isenabled()", false, is_enabled(exam));
        let _modules = loaded(exam, 100);
        exam.equal(
            "collections of each generation",
            [0, 0, 0],
            collections(exam),
        );
    });
}

#[test]
fn task_8_9_old_objects_are_frozen() {
    exam::task(
        "8.9",
        "before the fork all objects become permanent, and the parent's collector stays disabled",
    )
    .heap(KIT)
    .run(|exam| {
        disable(exam);
        let modules = loaded(exam, 20);
        let [young, _, _, frozen] = generations_of(exam);
        exam.event("before_fork", before_fork);
        let now = generations_of(exam);
        exam.equal("objects in generation 0", 0, now[0].len());
        exam.equal(
            "permanent objects",
            frozen.len() + young.len(),
            now[3].len(),
        );
        exam.check(
            "a module is permanent",
            modules.iter().all(|module| now[3].contains(module)),
        );
        exam.equal("gc.isenabled()", false, is_enabled(exam));
        exam.try_event("the parent goes on: a = []", list::new);
        exam.event("before_fork, for the next child", before_fork);
        let now = generations_of(exam);
        exam.equal(
            "permanent objects",
            frozen.len() + young.len() + 1,
            now[3].len(),
        );
        exam.equal(
            "collections of each generation",
            [0, 0, 0],
            collections(exam),
        );
    });
}

#[test]
fn task_8_9_the_child_collects() {
    exam::task(
        "8.9",
        "the child's collector is enabled, and finds what the child loses, and nothing that was there before",
    )
    .heap(KIT)
    .run(|exam| {
        disable(exam);
        let _modules = loaded(exam, 20);
        exam.event("before_fork", before_fork);
        let [.., frozen] = generations_of(exam);
        exam.share();
        exam.event("after_fork, in the child", after_fork);
        exam.equal("gc.isenabled()", true, is_enabled(exam));
        let [.., now] = generations_of(exam);
        exam.equal("permanent objects", frozen.len(), now.len());
        exam.try_event("the child loses a list that refers to itself", lose);
        exam.equal("gc.collect(2)", 1, collect(exam, 2));
        exam.try_event("the child loses 1000 of them", |heap| {
            (0..1000).try_for_each(|_| lose(heap))
        });
        exam.check("they have begun a collection", collections(exam)[0] > 0);
    });
}

#[test]
fn task_8_9_shared_pages() {
    exam::task(
        "8.9",
        "without freeze a child's first collection copies every page with a container, and with it next to none",
    )
    .heap(KIT)
    .run(|exam| {
        disable(exam);
        let _modules = loaded(exam, 200);
        let pages = pages_of_containers(exam);
        exam.note(format!(
            "the parent's containers lie on {pages} pages; a child that collects without having frozen them \
             copies all of these"
        ));
        exam.share();
        collect(exam, 2);
        // What this test itself shows: nothing of it depends on the task.
        exam.check(
            "a collection without freeze copies every page with a container",
            exam.copied_pages() >= pages,
        );
        exam.event("before_fork", before_fork);
        exam.share();
        exam.event("after_fork, in the child", after_fork);
        collect(exam, 2);
        exam.at_most("pages copied by a collection in the child", FEW, exam.copied_pages());
        exam.try_event("the child answers a request, with 50 objects", |heap| {
            (0..50).try_for_each(|_| lose(heap))
        });
        let answered = exam.copied_pages();
        exam.equal("gc.collect(2)", 50, collect(exam, 2));
        exam.at_most("pages copied by that collection", FEW, exam.copied_pages() - answered);
    });
}

/// The whole, as a server does it. A collection while it loads is what task 8.9 is to avoid; so the
/// same is done once more with the collector on.
#[test]
fn task_8_9_no_holes() {
    exam::task(
        "8.9",
        "a child's new objects go to new pages, and not into holes between old ones",
    )
    .heap(KIT)
    .run(|exam| {
        exam.event("before_loading", before_loading);
        let _modules = loaded(exam, 300);
        exam.event("before_fork", before_fork);
        exam.share();
        exam.event("after_fork, in the child", after_fork);
        let copied = |exam: &HeapExam| {
            exam.try_event("the child makes 100 lists, and keeps them", |heap| {
                (0..100).try_for_each(|_| list::new(heap).map(|_| ()))
            });
            exam.copied_pages()
        };
        exam.at_most("pages copied", FEW, copied(exam));

        exam.note("another parent leaves its collector enabled, and its children's new objects go into holes");
        enable(exam);
        let _modules = loaded(exam, 300);
        support::collect(exam, 2);
        exam.event("gc.freeze()", generations::freeze::freeze);
        exam.share();
        exam.check("new objects in holes copy more pages", copied(exam) > FEW);
    });
}
