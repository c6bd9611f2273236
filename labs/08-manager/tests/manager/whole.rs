//! Task 8.15: the manager behind its trait. Each method must do what the lab does that it names, and
//! with the argument that it was given.

use exam::{HeapExam, blocks_of};
use manager::PrivateHeap;
use manager::index;
use memory::manager::{Event, FreeLists, Policy, Statistics};
use memory::object::PyFloatObject;
use memory::{
    Addr, Classic, Domain, GcState, Heap, Manager, Memory, MemoryError, Modern, Root, Ticks, WORD,
};
use objects::{float, list};
use refcounts::decref;

use super::support::{
    KIT, del, floats, generations_of, in_order, is_classic, new_dict, new_list, set_clock, type_of,
};

/// Calls `code` with the manager that lives in this memory, behind its trait.
fn with<T>(memory: &Memory, code: impl FnOnce(&dyn Manager) -> T) -> T {
    match is_classic(memory) {
        true => code(&PrivateHeap::<Classic, Ticks>::attach(memory)),
        false => code(&PrivateHeap::<Modern, Ticks>::attach(memory)),
    }
}

/// A method of the manager, as an event.
fn call<T>(exam: &HeapExam, label: &str, code: impl FnOnce(&dyn Manager) -> T) -> T {
    exam.event(format!("manager.{label}"), |heap| with(heap.memory, code))
}

#[test]
fn task_8_15_it_starts() {
    exam::task(
        "8.15",
        "a manager starts in a new range, and is found there again",
    )
    .memory()
    .run(|exam| {
        fn run<G: memory::Geometry>(memory: &Memory) -> Result<(u64, u64), MemoryError> {
            let manager = PrivateHeap::<G, Ticks>::start(memory)?;
            let op = list::new(&manager.heap())?;
            manager.new_ref(op);
            let found = PrivateHeap::<G, Ticks>::attach(memory);
            found.decref(op);
            let count = memory.load(op);
            found.decref(op);
            Ok((count, FreeLists::of(memory).lists().numfree().get()))
        }
        let (count, kept) =
            exam.try_event("start; a list; attach; decref", |memory| {
                match Root::of(memory).alignment().get() {
                    8 => run::<Classic>(memory),
                    _ => run::<Modern>(memory),
                }
            });
        exam.equal("the count of the list, for the second view", 1, count);
        exam.equal("kept lists, when it is dead", 1, kept);
    });
}

/// How many blocks are in pools, and how many are live in all.
fn blocks(exam: &HeapExam) -> (u64, u64) {
    let pools = in_order(exam).pools().map(|pool| pool.count).sum();
    (pools, exam.quietly(|heap| blocks_of(heap.memory)))
}

/// What a program does with blocks of a domain. `more` is how many blocks there are more in pools, and
/// in all, while it has a small one.
fn use_blocks(exam: &HeapExam, domain: Domain, more: (u64, u64)) {
    let part = |label: String,
                code: &dyn Fn(&Memory, &dyn Manager) -> Result<Addr, MemoryError>| {
        let result = exam.manager_event(format!("manager.{label}"), |heap| {
            with(heap.memory, |manager| code(heap.memory, manager))
        });
        exam.ok(&label, result)
    };
    let before = blocks(exam);
    let small = || {
        let block = part(format!("malloc({domain:?}, 48)"), &|memory, manager| {
            let block = manager.malloc(domain, 48)?;
            for word in 0..6 {
                memory.store(block.plus(WORD * word), 100 + word);
            }
            Ok(block)
        });
        let now = blocks(exam);
        let found = (now.0 - before.0, now.1 - before.1);
        exam.equal(
            &format!("blocks more in pools, and in all, for {domain:?}"),
            more,
            found,
        );
        block
    };
    let free = |block| {
        part(format!("free({domain:?}, …)"), &|_, manager| {
            manager.free(domain, block);
            Ok(block)
        });
        exam.equal(
            "blocks in pools, and in all, afterwards",
            before,
            blocks(exam),
        );
    };
    let words = |block: Addr, count: u64| -> Vec<u64> {
        (0..count)
            .map(|word| exam.word(block.plus(WORD * word)))
            .collect()
    };
    free(small());
    let block = small();
    let large = part(
        format!("realloc({domain:?}, …, 4000)"),
        &|memory, manager| {
            let block = manager.realloc(domain, block, 4000)?;
            for word in 6..500 {
                memory.store(block.plus(WORD * word), 100 + word);
            }
            Ok(block)
        },
    );
    exam.equal(
        "its first words",
        (100..106).collect::<Vec<u64>>(),
        words(large, 6),
    );
    let again = part(format!("realloc({domain:?}, …, 64)"), &|_, manager| {
        manager.realloc(domain, large, 64)
    });
    exam.equal(
        "its words",
        (100..108).collect::<Vec<u64>>(),
        words(again, 8),
    );
    free(again);
}

#[test]
fn task_8_15_memory_of_each_domain() {
    exam::task(
        "8.15",
        "blocks come from the domain that is asked, and go back to it",
    )
    .heap(KIT)
    .run(|exam| {
        // An arena is there afterwards, and a pool of that size.
        let _list = new_list(exam, "a");
        use_blocks(exam, Domain::Mem, (1, 1));
        use_blocks(exam, Domain::Object, (1, 1));
        use_blocks(exam, Domain::Raw, (0, 1));
    });
}

#[test]
fn task_8_15_objects_and_counts() {
    exam::task(
        "8.15",
        "an object comes from its type's slot, and goes when its count says so",
    )
    .heap(KIT)
    .run(|exam| {
        let ty = type_of(exam, index::FLOAT);
        let made = |label: &str| {
            let op = call(exam, "alloc(float, 0)", |manager| {
                let op = manager.alloc(ty, 0)?;
                PyFloatObject::at(manager.heap().memory, op)
                    .ob_fval()
                    .set(1.5);
                Ok::<_, MemoryError>(op)
            });
            let op = exam.ok("alloc", op);
            exam.name(op, label);
            exam.equal("the count of the new object", 1, exam.word(op));
            op
        };
        let a = made("a");
        exam.equal("the value", 1.5, exam.look(|heap| float::value(heap, a)));
        let same = call(exam, "new_ref(a)", |manager| manager.new_ref(a));
        exam.equal("new_ref(a)", a, same);
        exam.equal("the count of a", 2, exam.word(a));
        call(exam, "decref(a)", |manager| manager.decref(a));
        exam.equal("the count of a", 1, exam.word(a));
        call(exam, "decref(a), the last one", |manager| manager.decref(a));
        exam.equal("kept floats", vec![a], floats(exam));
        let b = made("b");
        exam.equal("the block of b, which was kept", a, b);

        let ty = type_of(exam, index::TUPLE);
        let op = call(exam, "alloc(tuple, 3)", |manager| manager.alloc(ty, 3));
        let op = exam.ok("alloc", op);
        exam.equal("ob_size of a tuple with 3 items", 3, exam.word(op.plus(16)));
        del(exam, "the tuple", &[op]);
    });
}

#[test]
fn task_8_15_collections() {
    exam::task(
        "8.15",
        "collect collects the generation that it is told, and younger ones",
    )
    .heap(KIT)
    .run(|exam| {
        let collect = |generation: u64| {
            call(exam, &format!("collect({generation})"), |manager| {
                manager.collect(generation)
            })
        };
        let lists = ["young", "middle", "old"].map(|label| {
            let op = new_list(exam, label);
            exam.try_event(format!("{label}.append({label})"), |heap| {
                list::append(heap, op, refcounts::new_ref(heap, op))
            });
            op
        });
        exam.event("the test puts one of them into each generation", |heap| {
            for (number, op) in (0..).zip(lists) {
                let generation = GcState::of(heap.memory).generation(number).addr();
                cycles::gc_list::gc_list_move(heap, op.minus(16), generation);
            }
        });
        for op in lists {
            del(exam, "a name of a list that refers to itself", &[op]);
        }
        exam.equal("collect(3): there is no such generation", None, collect(3));
        exam.equal("collect(u64::MAX)", None, collect(u64::MAX));
        exam.equal("collect(0): the young one", Some(1), collect(0));
        exam.equal("collect(0): nothing", Some(0), collect(0));
        exam.equal("collect(1): the middle one", Some(1), collect(1));
        exam.equal("collect(2): the old one", Some(1), collect(2));
        exam.equal("collect(2): nothing", Some(0), collect(2));
    });
}

#[test]
fn task_8_15_thresholds_and_counts() {
    exam::task(
        "8.15",
        "thresholds, counts and is_tracked are the collector's",
    )
    .heap(KIT)
    .run(|exam| {
        let thresholds = || {
            exam.quietly(|heap| {
                let state = GcState::of(heap.memory);
                [0, 1, 2].map(|number| state.generation(number).threshold().get())
            })
        };
        call(exam, "set_threshold(&[500, 7, 6])", |manager| {
            manager.set_threshold(&[500, 7, 6]);
        });
        exam.equal("the thresholds", [500, 7, 6], thresholds());
        call(exam, "set_threshold(&[400])", |manager| {
            manager.set_threshold(&[400])
        });
        exam.equal("the thresholds", [400, 7, 6], thresholds());
        exam.event("the counts are set to 3, 2, 1", |heap| {
            for (number, count) in (0..).zip([3, 2, 1]) {
                GcState::of(heap.memory)
                    .generation(number)
                    .count()
                    .set(count);
            }
        });
        let counts = call(exam, "get_count()", |manager| manager.get_count());
        exam.equal("get_count()", [3, 2, 1], counts);
        let (a, b) = (new_list(exam, "a"), new_dict(exam, "b"));
        for (op, name, expected) in [(a, "a", true), (b, "b", false)] {
            let label = format!("is_tracked({name})");
            let found = call(exam, &label, |manager| manager.is_tracked(op));
            exam.equal(&label, expected, found);
        }
    });
}

/// A list that refers to itself, and that nobody else refers to.
fn lose(exam: &HeapExam) {
    exam.try_event("a list that refers to itself is lost", |heap| {
        let op = list::new(heap)?;
        list::append(heap, op, op)
    });
}

#[test]
fn task_8_15_policies() {
    exam::task(
        "8.15",
        "the policy is the one that is set, and safe points ask it",
    )
    .heap(KIT)
    .run(|exam| {
        let safe_point = |event: Event| {
            call(exam, &format!("safe_point({event:?})"), |manager| {
                manager.safe_point(event)
            })
        };
        let policy = Policy::After {
            events: 2,
            generation: 0,
        };
        call(exam, "set_policy(After 2, generation 0)", |manager| {
            manager.set_policy(policy)
        });
        lose(exam);
        exam.equal("safe_point(Done), the first", 0, safe_point(Event::Done));
        exam.equal("safe_point(Idle)", 0, safe_point(Event::Idle));
        exam.equal("safe_point(Done), the second", 1, safe_point(Event::Done));
        set_clock(exam, 1000);
        let policy = Policy::Every {
            interval: 50,
            generation: 0,
        };
        call(exam, "set_policy(Every 50, generation 0)", |manager| {
            manager.set_policy(policy)
        });
        lose(exam);
        set_clock(exam, 1049);
        exam.equal("safe_point(Idle) after 49", 0, safe_point(Event::Idle));
        set_clock(exam, 1050);
        exam.equal("safe_point(Idle) after 50", 1, safe_point(Event::Idle));
    });
}

#[test]
fn task_8_15_forks() {
    exam::task(
        "8.15",
        "before a fork all is frozen, and the new process collects",
    )
    .heap(KIT)
    .run(|exam| {
        let enabled = || exam.quietly(|heap| GcState::of(heap.memory).enabled().get() != 0);
        exam.event("gc.disable()", |heap| {
            GcState::of(heap.memory).enabled().set(0)
        });
        let a = new_list(exam, "a");
        call(exam, "before_fork()", |manager| manager.before_fork());
        let [young, _, _, permanent] = generations_of(exam);
        exam.equal("objects in generation 0", 0, young.len());
        exam.equal("the last permanent object", Some(&a), permanent.last());
        exam.equal("gc.isenabled()", false, enabled());
        call(exam, "after_fork()", |manager| manager.after_fork());
        exam.equal("gc.isenabled()", true, enabled());
        exam.equal(
            "permanent objects",
            permanent.len(),
            generations_of(exam)[3].len(),
        );
    });
}

#[test]
fn task_8_15_statistics() {
    exam::task(
        "8.15",
        "its statistics are the manager's, of the geometry that it has",
    )
    .heap(KIT)
    .run(|exam| {
        exam.try_event("something to count", |heap: &Heap| {
            let floats: Vec<Addr> = (0..5)
                .map(|number| float::from_f64(heap, f64::from(number)))
                .collect::<Result<_, _>>()?;
            let all = list::from_items(heap, &floats)?;
            let other = list::new(heap)?;
            decref(heap, all);
            list::append(heap, other, refcounts::new_ref(heap, other))
        });
        let found: Statistics =
            exam.manager_look(|heap| with(heap.memory, |manager| manager.statistics()));
        let expected = exam.manager_look(|heap| match is_classic(heap.memory) {
            true => manager::stats::statistics::<Classic>(heap),
            false => manager::stats::statistics::<Modern>(heap),
        });
        exam.equal("statistics()", expected, found);
        exam.equal("kept objects", 6, found.kept);
        exam.equal("young containers", 1, found.tracked[0]);
    });
}
