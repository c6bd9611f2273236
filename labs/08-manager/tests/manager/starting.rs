//! Task 8.1: who serves which domain, and the start of everything.

use exam::{HeapExam, Kit};
use manager::start::{allocator, start};
use manager::{Table, index};
use memory::manager::{FreeLists, Pauses, Schedule, Ticks};
use memory::{
    Addr, Allocator, Classic, Domain, GcState, Geometry, Heap, MemoryError, Modern, Region, Root,
    Slots, WORD, plain,
};
use objects::{class, dict, float, instance, list, str};
use refcounts::containers::{list_append, set_attr};
use refcounts::decref;

use super::support::{Aligned, PLAIN, collect, in_order};

const DOMAINS: [(Domain, &str); 3] = [
    (Domain::Raw, "raw"),
    (Domain::Mem, "mem"),
    (Domain::Object, "object"),
];

/// The regions and the row of arenas, and nothing else.
const fn rows<G: Geometry>() -> Kit {
    Kit {
        object: arenas::pymalloc::<G>(),
        types: &[],
        start: |heap| {
            objects::start::lay_out(heap.memory)?;
            arenas::arena::start::<G>(heap.memory)
        },
        alignments: G::ALIGNMENTS,
        again: None,
    }
}

const ROWS: [(&str, Kit); 2] = [
    (Classic::NAME, rows::<Classic>()),
    (Modern::NAME, rows::<Modern>()),
];

/// A range that is new. Whoever asks for something that the start has not made yet is told what it is.
const fn bare<G: Geometry>() -> Kit {
    Kit {
        object: Allocator {
            malloc: |memory, size| {
                let root = Root::of(memory);
                assert!(
                    root.region(Region::Heap).start().get() != 0,
                    "a block is asked for, and the regions are not laid out yet"
                );
                assert!(
                    root.arenas().get().is_some(),
                    "a block is asked for, and there is no row of arenas yet: arenas::arena::start \
                     comes before generations::start"
                );
                arenas::malloc::<G>(memory, size)
            },
            ..arenas::pymalloc::<G>()
        },
        types: &ASKING,
        start: |_| Ok(()),
        alignments: G::ALIGNMENTS,
        again: None,
    }
}

const BARE: [(&str, Kit); 2] = [
    (Classic::NAME, bare::<Classic>()),
    (Modern::NAME, bare::<Modern>()),
];

/// The types of this step. Dicts and lists ask for the free lists when they are made, as they will
/// from task 8.3 on.
const ASKING: [Slots; index::COUNT] = {
    let mut types = Table::<Ticks>::PLAIN;
    types[index::LIST as usize].alloc = |heap, ty, nitems| {
        ask_for_free_lists(heap);
        generations::alloc::gc_alloc(heap, ty, nitems)
    };
    types[index::DICT as usize].alloc = |heap, ty, nitems| {
        ask_for_free_lists(heap);
        generations::alloc::dict_alloc(heap, ty, nitems)
    };
    types
};

fn ask_for_free_lists(heap: &Heap) {
    assert!(
        Root::of(heap.memory).free_lists().get().is_some(),
        "a list or dict is made, and there are no free lists yet: make_records comes before \
         generations::start"
    );
}

/// Where `block` lies, in words.
fn place(exam: &HeapExam, block: Addr) -> &'static str {
    let walk = in_order(exam);
    let inside = walk
        .arenas
        .iter()
        .any(|arena| (arena.addr.get()..arena.addr.get() + walk.arena_size).contains(&block.get()));
    match inside {
        true => "in a pool",
        false => "outside all arenas",
    }
}

/// How many blocks are allocated in pools, and how many by the plain allocator.
fn allocated(exam: &HeapExam) -> (u64, usize) {
    let pools = in_order(exam).pools().map(|pool| pool.count).sum();
    let chunks = exam.quietly(|heap| {
        let chunks = plain::blocks(heap.memory);
        chunks
            .filter(|chunk| chunk.as_ref().is_ok_and(|chunk| chunk.live))
            .count()
    });
    (pools, chunks)
}

#[test]
fn task_8_1_who_serves_a_domain() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let before = allocated(exam);
        for (domain, name) in DOMAINS {
            let expected = match domain {
                Domain::Raw => "outside all arenas",
                Domain::Mem | Domain::Object => "in a pool",
            };
            let label = format!("allocator({name}).malloc(32)");
            let block = exam.manager_event(label.clone(), |heap| {
                (allocator::<G>(domain).malloc)(heap.memory, 32)
            });
            let block = exam.ok(&label, block);
            let what = format!("where a block of 32 bytes of the domain {name} lies");
            exam.equal(&what, expected, place(exam, block));
            exam.quietly(|heap| {
                for word in 0..4 {
                    heap.memory.store(block.plus(WORD * word), 1025 + word);
                }
            });
            let label = format!("allocator({name}).realloc(block, 2000)");
            let larger = exam.manager_event(label.clone(), |heap| {
                (allocator::<G>(domain).realloc)(heap.memory, block, 2000)
            });
            let larger = exam.ok(&label, larger);
            exam.equal(
                &format!("the words that were in the block of the domain {name}"),
                [1025, 1026, 1027, 1028],
                [0, 1, 2, 3].map(|word| exam.word(larger.plus(WORD * word))),
            );
            let what = format!("where a block of 2000 bytes of the domain {name} lies");
            exam.equal(&what, "outside all arenas", place(exam, larger));
            exam.manager_event(format!("allocator({name}).free(block)"), |heap| {
                (allocator::<G>(domain).free)(heap.memory, larger);
            });
            exam.equal(
                &format!("blocks in pools and others, when that of the domain {name} is freed"),
                before,
                allocated(exam),
            );
        }
    }
    exam::task(
        "8.1",
        "raw memory comes from the plain allocator; memory of Python and objects come from pools",
    )
    .heaps(ROWS)
    .run([test::<Classic>, test::<Modern>]);
}

/// Starts the manager in a new range.
fn started<G: Geometry>(exam: &HeapExam) {
    // The exam has written what this geometry needs. In a new range stands 16.
    exam.quietly(|heap| Root::of(heap.memory).alignment().set(16));
    exam.try_event("start(heap)", start::<G>);
}

#[test]
fn task_8_1_everything_is_started() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note(
            "The range is new. The test's allocator and types say so if something is asked for that the start has not made yet.",
        );
        started::<G>(exam);
        exam.quietly(|heap| {
            let root = Root::of(heap.memory);
            exam.equal("the root's alignment", G::ALIGNMENT, root.alignment().get());
            let heap_start = root.region(Region::Heap).start().get();
            exam.check("the regions are laid out", heap_start != 0);
            exam.check("there is a row of arenas", root.arenas().get().is_some());
            exam.equal("arena_size", G::ARENA_SIZE, root.arena_size().get());
            exam.equal("pool_size", G::POOL_SIZE, root.pool_size().get());
            for (what, record) in [
                ("free lists", root.free_lists().get()),
                ("records of pauses", root.pauses().get()),
                ("record of the policy", root.schedule().get()),
            ] {
                let exists = record.is_some();
                exam.check(&format!("there are {what} (make_records)"), exists);
            }
            for (what, object) in [
                ("None", root.none().get()),
                ("the table of interned strings", root.interned().get()),
                ("gc.callbacks", GcState::of(heap.memory).callbacks().get()),
            ] {
                let exists = object.is_some();
                exam.check(&format!("there is {what} (generations::start)"), exists);
            }
        });
        let interned = exam.quietly(|heap| Root::of(heap.memory).interned().get());
        if let Some(interned) = interned {
            let what = "where the table of interned strings lies, the first object";
            exam.equal(what, "in a pool", place(exam, interned));
        }
        in_order(exam);
    }
    exam::task(
        "8.1",
        "start makes all there is, each step before what needs it",
    )
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_8_1_nothing_kept_nothing_measured() {
    fn test<G: Geometry>(exam: &HeapExam) {
        started::<G>(exam);
        exam.quietly(|heap| {
            let zeros = |what: &str, at: Addr, bytes: u64| {
                let words = (0..bytes / WORD).map(|word| heap.memory.load(at.plus(WORD * word)));
                exam.equal(what, 0, words.sum::<u64>());
            };
            let lists = FreeLists::of(heap.memory).addr();
            zeros(
                "the sum of all words of the free lists",
                lists,
                FreeLists::SIZE,
            );
            let pauses = Pauses::of(heap.memory, 0).addr();
            zeros(
                "the sum of all words of the pauses",
                pauses,
                3 * Pauses::BYTES,
            );
            let schedule = Schedule::of(heap.memory).addr();
            zeros(
                "the sum of all words of the policy",
                schedule,
                Schedule::SIZE,
            );
        });
    }
    exam::task(
        "8.1",
        "a manager that was just started keeps nothing and has measured nothing",
    )
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_8_1_a_program_runs() {
    exam::task(
        "8.1",
        "a program runs: objects, cycles, a collection; every block comes back",
    )
    .heap(PLAIN)
    .run(|exam| {
        let class = exam.try_event("class Node: pass", |heap| class::new(heap, "Node", None));
        exam.name(class, "Node");
        let before = exam.live_blocks();
        exam.try_event("n = Node(); n.next = [1025.0, {}, n]; del n", |heap| {
            let next = str::intern(heap, "next")?;
            let node = instance::new(heap, class)?;
            let items = [float::from_f64(heap, 1025.0)?, dict::new(heap)?];
            let all = list::from_items(heap, &items)?;
            list_append(heap, all, node)?;
            set_attr(heap, node, next, all)?;
            decref(heap, all);
            decref(heap, node);
            Ok::<_, MemoryError>(())
        });
        exam.equal("gc.collect(2): the node and the list", 2, collect(exam, 2));
        exam.leaks(before);
        in_order(exam);
    });
}

#[test]
fn task_8_1_no_static_storage_left() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.try_event("the regions, and static storage with 20 KiB left", |heap| {
            objects::start::lay_out(heap.memory)?;
            regions::static_alloc(heap.memory, 44 << 10)
        });
        let result = exam.event("start(heap)", start::<G>);
        exam.err("start(heap): the records do not fit into 20 KiB", result);
    }
    exam::task(
        "8.1",
        "a start without room for the records is an error, and no panic",
    )
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}

#[test]
fn task_8_1_no_room() {
    fn test<G: Geometry>(exam: &HeapExam) {
        let result = exam.event("start(heap)", start::<G>);
        exam.err(
            "start(heap) in a range of 128 KiB, which the first two regions fill",
            result,
        );
    }
    exam::task(
        "8.1",
        "a start in a range that is too small is an error, and no panic",
    )
    .size(1 << 17)
    .heaps(BARE)
    .run([test::<Classic>, test::<Modern>]);
}
