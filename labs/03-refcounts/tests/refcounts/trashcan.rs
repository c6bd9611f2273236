//! Task 3.8: long chains.

use memory::object::PyGC_Head;
use memory::{Addr, Heap, Memory, MemoryError, Root};
use objects::{dict, instance, list, tuple};
use refcounts::decref;
use refcounts::trash::{deposit, destroy_chain, trash_begin, trash_end, trashcan};

use super::support::{Log, TRASHCAN_KIT, class_of, count, empty_list, make_witness, name, witness};

fn nesting(exam: &exam::HeapExam) -> u64 {
    exam.look(|heap| Root::of(heap.memory).trash_delete_nesting().get())
}

fn delete_later(exam: &exam::HeapExam) -> Option<Addr> {
    exam.look(|heap| Root::of(heap.memory).trash_delete_later().get())
}

fn gc_prev(exam: &exam::HeapExam, op: Addr) -> u64 {
    exam.look(|heap| PyGC_Head::of(heap.memory, op)._gc_prev().get())
}

#[test]
fn task_3_8_begin_and_end_count_the_nesting() {
    exam::task(
        "3.8",
        "trash_begin and trash_end count how deep they are nested",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let a = empty_list(exam, "a");
        for depth in 1..=3 {
            let off = exam.event("trash_begin(a)", |heap| trash_begin(heap, a));
            exam.equal("whether a is put off", false, off);
            exam.equal("the root's trash_delete_nesting", depth, nesting(exam));
        }
        for depth in (0..3).rev() {
            exam.event("trash_end()", trash_end);
            exam.equal("the root's trash_delete_nesting", depth, nesting(exam));
        }
        exam.equal(
            "the root's trash_delete_later",
            None::<Addr>,
            delete_later(exam),
        );
    });
}

#[test]
fn task_3_8_at_fifty_it_is_put_off() {
    exam::task("3.8", "fifty deep, an object is put off instead of ended")
        .heap(TRASHCAN_KIT)
        .run(|exam| {
            let (a, b) = (empty_list(exam, "a"), empty_list(exam, "b"));
            exam.event("trash_begin, fifty times", |heap| {
                for _ in 0..50 {
                    let _ = trash_begin(heap, a);
                }
            });
            exam.equal("the root's trash_delete_nesting", 50, nesting(exam));
            exam.equal(
                "the root's trash_delete_later",
                None::<Addr>,
                delete_later(exam),
            );
            exam.event("decref(a)", |heap| decref(heap, a));
            exam.equal("the root's trash_delete_nesting", 50, nesting(exam));
            exam.equal("the root's trash_delete_later", Some(a), delete_later(exam));
            exam.equal("live blocks: both lists", 2, exam.live_blocks());
            exam.event("decref(b)", |heap| decref(heap, b));
            exam.equal(
                "the root's trash_delete_later: the newest is first",
                Some(b),
                delete_later(exam),
            );
            exam.equal(
                "the link in b's _gc_prev",
                Some(a),
                Addr::new(gc_prev(exam, b)),
            );
            exam.equal(
                "the link in a's _gc_prev",
                None,
                Addr::new(gc_prev(exam, a)),
            );
            exam.event("trash_end, forty-nine times", |heap| {
                for _ in 0..49 {
                    trash_end(heap);
                }
            });
            exam.equal(
                "live blocks before the last trash_end",
                2,
                exam.live_blocks(),
            );
            exam.event("the last trash_end", trash_end);
            exam.equal("the root's trash_delete_nesting", 0, nesting(exam));
            exam.equal(
                "the root's trash_delete_later",
                None::<Addr>,
                delete_later(exam),
            );
            exam.leaks(0);
        });
}

#[test]
fn task_3_8_the_link_leaves_the_flags() {
    exam::task("3.8", "the link shares its word with two flags, and leaves them alone")
        .heap(TRASHCAN_KIT)
        .run(|exam| {
            exam.note("Bit 0 of _gc_prev says FINALIZED. It must be there while the object is put off, or its finalizer would run twice.");
            let (a, b) = (empty_list(exam, "a"), empty_list(exam, "b"));
            exam.detail(a);
            exam.detail(b);
            exam.event("FINALIZED is set in both, both counts become 0", |heap| {
                for op in [a, b] {
                    PyGC_Head::of(heap.memory, op)._gc_prev().set(1);
                    heap.memory.store(op, 0);
                }
            });
            exam.event("deposit(a)", |heap| deposit(heap, a));
            exam.event("deposit(b)", |heap| deposit(heap, b));
            let bits = |word: u64| format!("{word:#x}");
            exam.equal("a's _gc_prev: no next, FINALIZED", bits(1), bits(gc_prev(exam, a)));
            exam.equal("b's _gc_prev: a, FINALIZED", bits(a.get() | 1), bits(gc_prev(exam, b)));
            exam.equal("the root's trash_delete_later", Some(b), delete_later(exam));
            exam.event("destroy_chain()", destroy_chain);
            exam.equal("the root's trash_delete_nesting", 0, nesting(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_8_the_link_goes_first() {
    exam::task("3.8", "an object that is taken off the list has only its flags in _gc_prev")
        .heap(TRASHCAN_KIT)
        .run(|exam| {
            exam.note("Two lists are put off, both FINALIZED, and the second one links to the first. Each holds an object that looks at the _gc_prev of its list when it dies.");
            let log = Log::new(exam);
            exam.try_event("two lists are put off", |heap| {
                for label in ["first", "second"] {
                    let a = list::new(heap)?;
                    let link = PyGC_Head::of(heap.memory, a)._gc_prev();
                    let w = make_witness(heap, log, label, Some(link.addr()))?;
                    list::append(heap, a, w)?;
                    link.set(1);
                    heap.memory.store(a, 0);
                    deposit(heap, a);
                }
                Ok::<_, MemoryError>(())
            });
            exam.event("destroy_chain()", destroy_chain);
            exam.equal("who died, and the _gc_prev of its list", "second=1, first=1", log.read(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_8_the_loop_is_not_nested_in_itself() {
    exam::task("3.8", "while put-off objects are ended, no second loop begins")
        .heap(TRASHCAN_KIT)
        .run(|exam| {
            exam.note("Lists of lists, all put off; each holds an object that writes the nesting when it dies. It is always the same: the loop, and the list.");
            let log = Log::new(exam);
            let field = exam.look(|heap| Root::of(heap.memory).trash_delete_nesting().addr());
            exam.try_event("four lists with a witness each are put off", |heap| {
                for label in ["one", "two", "three", "four"] {
                    let w = make_witness(heap, log, label, Some(field))?;
                    let a = list::from_items(heap, &[w])?;
                    heap.memory.store(a, 0);
                    deposit(heap, a);
                }
                Ok::<_, MemoryError>(())
            });
            exam.event("destroy_chain()", destroy_chain);
            exam.equal("who died, and how deep", "four=2, three=2, two=2, one=2", log.read(exam));
            exam.equal("the root's trash_delete_nesting", 0, nesting(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_3_8_never_deeper_than_fifty() {
    exam::task(
        "3.8",
        "a chain of 200 lists is never nested deeper than 50, and ends completely",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let field = exam.look(|heap| Root::of(heap.memory).trash_delete_nesting().addr());
        let chain = exam.try_event(
            "a chain of 200 lists, each with an object that writes the nesting",
            |heap| {
                let w = make_witness(heap, log, "", Some(field))?;
                let mut chain = list::from_items(heap, &[w])?;
                for _ in 1..200 {
                    let w = make_witness(heap, log, "", Some(field))?;
                    // The witness is behind the next list, so it dies first.
                    chain = list::from_items(heap, &[chain, w])?;
                }
                Ok::<_, MemoryError>(chain)
            },
        );
        exam.event("decref of the chain", |heap| decref(heap, chain));
        exam.equal("how many witnesses died", 200, log.len(exam));
        let depths: Vec<u64> = log
            .read(exam)
            .split(", ")
            .filter_map(|line| line.trim_start_matches('=').parse().ok())
            .collect();
        let expected: Vec<u64> = (1..=50).chain((0..150).map(|at| 2 + at % 49)).collect();
        let first_wrong = depths
            .iter()
            .zip(&expected)
            .position(|(found, expected)| found != expected);
        if let Some(at) = first_wrong {
            exam.equal(
                &format!("how deep list number {} was ended", at + 1),
                expected[at],
                depths[at],
            );
        }
        exam.equal("the root's trash_delete_nesting", 0, nesting(exam));
        exam.leaks(0);
    });
}

#[test]
fn task_3_8_what_the_trashcan_wraps() {
    exam::task(
        "3.8",
        "trashcan runs the deallocator once, or puts the object off",
    )
    .heap(TRASHCAN_KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let w = witness(exam, log, "w");
        let a = empty_list(exam, "a");
        let free: memory::heap::DeallocFn = |heap, op| (heap.slots(op).free)(heap, op);
        exam.event("the count of a becomes 0", |heap| heap.memory.store(a, 0));
        exam.event("trashcan(a) with a deallocator", |heap| {
            trashcan(heap, a, free)
        });
        exam.equal("live blocks: w", 1, exam.live_blocks());
        exam.equal("the root's trash_delete_nesting", 0, nesting(exam));
        exam.event("decref(w)", |heap| decref(heap, w));
        exam.leaks(0);
    });
}

/// On a memory that is not watched, for speed: what must hold is counted in blocks of the allocator.
#[test]
fn task_3_8_a_million_lists() {
    exam::task(
        "3.8",
        "a chain of a million lists is freed, fifty deep at most",
    )
    .again(TRASHCAN_KIT.again)
    .plain(|exam| {
        let memory = exam.try_event("a range of 256 MiB", || Memory::new(1 << 28));
        let heap = Heap {
            memory: &memory,
            object: TRASHCAN_KIT.object,
            types: TRASHCAN_KIT.types,
        };
        exam.try_event("start", || (TRASHCAN_KIT.start)(&heap));
        let before = live(&heap);
        let chain = exam.try_event("a chain of 1,000,000 lists", || {
            let mut chain = list::new(&heap)?;
            for _ in 1..1_000_000 {
                chain = list::from_items(&heap, &[chain])?;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.equal("live blocks", before + 1_999_999, live(&heap));
        exam.event("decref of the chain", || decref(&heap, chain));
        exam.equal("live blocks", before, live(&heap));
    });
}

fn live(heap: &Heap) -> u64 {
    exam::blocks_of(heap.memory)
}

#[test]
fn task_3_8_long_chains_of_other_types() {
    exam::task(
        "3.8",
        "long chains of lists, tuples, dicts and instances are freed, watched",
    )
    .heap(TRASHCAN_KIT)
    .big()
    .run(|exam| {
        let length = 20_000;
        let chain = exam.try_event("a chain of 20,000 tuples", |heap| {
            let mut chain = list::new(heap)?;
            for _ in 0..length {
                chain = tuple::new(heap, &[chain])?;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.event("decref of the chain", |heap| decref(heap, chain));
        exam.leaks(0);
        let chain = exam.try_event("a chain of 20,000 dicts", |heap| {
            let key = name(heap, "next");
            let mut chain = dict::new(heap)?;
            for _ in 0..length {
                let outer = dict::new(heap)?;
                let _ = dict::set_str(heap, outer, refcounts::new_ref(heap, key), chain)?;
                chain = outer;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.event("decref of the chain", |heap| decref(heap, chain));
        exam.leaks(0);
        let node = class_of(exam, "Node", None);
        let before = exam.live_blocks();
        let chain = exam.try_event("a chain of 20,000 instances", |heap| {
            let next = name(heap, "next");
            let mut chain = instance::new(heap, node)?;
            for _ in 1..length {
                let outer = instance::new(heap, node)?;
                instance::set_attr(heap, outer, next, chain)?;
                chain = outer;
            }
            Ok::<_, MemoryError>(chain)
        });
        exam.equal("the count of Node", 20_001, count(exam, node));
        exam.event("decref of the chain", |heap| decref(heap, chain));
        exam.equal("the count of Node", 1, count(exam, node));
        exam.equal(
            "live blocks: those of the class",
            before,
            exam.live_blocks(),
        );
    });
}
