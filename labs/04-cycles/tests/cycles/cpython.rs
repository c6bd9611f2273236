//! Task 4.13: what CPython's own tests ask of a collector, in our words and with the numbers of 3.11.
//!
//! Each test names the case it follows. `CASES.md` beside the reference lists them all, and those
//! that are left to lab 7 or left out.

use exam::HeapExam;
use memory::object::{PyFunctionObject, PyTypeObject, PyWeakReference};
use memory::{Addr, MemoryError};
use objects::{dict, function, instance, list, set, singletons, tuple};
use refcounts::containers::{dict_set_item, get_attr, list_append, set_attr};
use refcounts::decref;
use refcounts::finalize::is_finalized;

use super::support::{
    Does, KIT, Log, aim, alive, bound, class_of, class_with_del, collect, count, del, dict_with,
    empty_list, fresh, generation, give, hold, instance_of, name, native, refer, set_method,
    tracked, tuple_of, weak,
};

// ------------------------------------------------------------------ test_gc.py

#[test]
fn task_4_13_gc_containers_of_themselves() {
    exam::task(
        "4.13",
        "test_gc, test_list, test_dict, test_tuple, test_instance: 1, 1, 2, 1",
    )
    .heap(KIT)
    .run(|exam| {
        let l = empty_list(exam, "l");
        refer(exam, l, l);
        del(exam, "l", &[l]);
        exam.equal("l = []; l.append(l); del l; gc.collect()", 1, collect(exam));

        let d = exam.try_event("d = {}; d[1] = d", |heap| {
            let d = dict::new(heap)?;
            let one = objects::int::from_i64(heap, 1)?;
            dict_set_item(heap, d, one, d)?;
            decref(heap, one);
            Ok::<_, objects::ObjectError>(d)
        });
        del(exam, "d", &[d]);
        exam.equal("d = {}; d[1] = d; del d; gc.collect()", 1, collect(exam));

        let l = empty_list(exam, "l");
        let t = tuple_of(exam, "t", &[l]);
        refer(exam, l, t);
        del(exam, "t, l", &[t, l]);
        exam.equal(
            "l = []; t = (l,); l.append(t); del t, l; gc.collect()",
            2,
            collect(exam),
        );

        let a = class_of(exam, "A", None);
        let x = instance_of(exam, "a", a);
        give(exam, x, "next", x);
        del(exam, "a", &[x]);
        exam.equal("a = A(); a.a = a; del a; gc.collect()", 1, collect(exam));
    });
}

#[test]
fn task_4_13_gc_class() {
    exam::task(
        "4.13",
        "test_gc, test_class: a class that is its own attribute is collected",
    )
    .heap(KIT)
    .run(|exam| {
        let a = class_of(exam, "A", None);
        set_method(exam, a, "other", a);
        del(exam, "A", &[a]);
        exam.check("gc.collect() returns something", collect(exam) > 0);
        exam.leaks(0);
    });
}

#[test]
fn task_4_13_gc_method() {
    exam::task(
        "4.13",
        "test_gc, test_method: an instance with a bound method of itself",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let a = class_of(exam, "A", None);
        let x = instance_of(exam, "a", a);
        let method = bound(exam, log, "method", Does::Nothing, None);
        hold(exam, method, x);
        give(exam, x, "value", method);
        del(exam, "a, method", &[x, method]);
        exam.equal(
            "gc.collect(): the instance and the method",
            2,
            collect(exam),
        );
        exam.equal("who was called", "", log.read(exam));
    });
}

#[test]
fn task_4_13_gc_function() {
    exam::task(
        "4.13",
        "test_gc, test_function: a function and the dict of its global names: 2",
    )
    .heap(KIT)
    .run(|exam| {
        let d = exam.try_event("d = {}; exec('def f(): pass', d)", |heap| {
            let d = dict::new(heap)?;
            let code = regions::load_code(heap.memory, "f", &[])?;
            let f = function::new(heap, code, None)?;
            let globals = PyFunctionObject::at(heap.memory, f).func_globals();
            refcounts::set_ref(heap, globals, Some(refcounts::new_ref(heap, d)));
            dict_set_item(heap, d, name(heap, "value"), f)?;
            decref(heap, f);
            Ok::<_, objects::ObjectError>(d)
        });
        exam.equal("gc.collect()", 0, collect(exam));
        del(exam, "d", &[d]);
        exam.equal("gc.collect(): the dict and the function", 2, collect(exam));
    });
}

#[test]
fn task_4_13_gc_trashcan() {
    exam::task("4.13", "test_gc, test_trashcan: deep nests whose finalizers collect in between")
        .heap(KIT)
        .big()
        .run(|exam| {
            exam.note("Nests of 150 lists, and of 150 dicts, each with an object whose __del__ calls gc.collect() at every 17th call.");
            let log = Log::new(exam);
            let (ouch, _) = class_with_del(exam, log, "ouch", Does::Seldom, None);
            let before = exam.live_blocks();
            for _ in 0..2 {
                let nest = exam.try_event("t = [t, Ouch()], 150 times", |heap| {
                    let mut t = list::new(heap)?;
                    for _ in 0..150 {
                        let new = instance::new(heap, ouch)?;
                        t = list::from_items(heap, &[t, new])?;
                    }
                    Ok::<_, MemoryError>(t)
                });
                del(exam, "t", &[nest]);
                let nest = exam.try_event("v = {1: v, 2: Ouch()}, 150 times", |heap| {
                    let mut v = dict::new(heap)?;
                    for _ in 0..150 {
                        let outer = dict::new(heap)?;
                        let new = instance::new(heap, ouch)?;
                        for (key, value) in [(1, v), (2, new)] {
                            let key = objects::int::from_i64(heap, key)?;
                            dict_set_item(heap, outer, key, value)?;
                            decref(heap, key);
                            decref(heap, value);
                        }
                        v = outer;
                    }
                    Ok::<_, objects::ObjectError>(v)
                });
                del(exam, "v", &[nest]);
            }
            exam.equal("how many were finalized", 600, log.len(exam));
            exam.equal("live blocks", before, exam.live_blocks());
        });
}

#[test]
fn task_4_13_gc_boom() {
    exam::task("4.13", "test_gc, test_boom and its kin: the collector asks no attribute of the dead but __del__: 2")
        .heap(KIT)
        .run(|exam| {
            exam.note("Python 2's collector looked for __del__ in each instance, and a __getattr__ could run in the middle of its work. The class here has one method, which must not be called.");
            let log = Log::new(exam);
            let boom = class_of(exam, "Boom", None);
            let method = native(exam, log, "called", Does::BreakBoth, None);
            set_method(exam, boom, "value", method);
            let [a, b] = ["a", "b"].map(|label| instance_of(exam, label, boom));
            give(exam, a, "next", b);
            give(exam, b, "next", a);
            exam.equal("gc.collect()", 0, collect(exam));
            del(exam, "a, b", &[a, b]);
            exam.equal("gc.collect()", 2, collect(exam));
            exam.equal("who was called", "", log.read(exam));
        });
}

#[test]
fn task_4_13_gc_is_tracked() {
    exam::task(
        "4.13",
        "test_gc, test_is_tracked: which objects are tracked",
    )
    .heap(KIT)
    .run(|exam| {
        let ask = |op| exam.look(|heap| cycles::is_tracked(heap, op));
        let user = class_of(exam, "UserClass", None);
        let object = exam.try_event("UserClass()", |heap| instance::new(heap, user));
        let atoms = exam.try_event("None, 1, 1.0, True, 'a'", |heap| {
            Ok::<_, MemoryError>([
                ("None", singletons::none(heap)),
                ("1", objects::int::from_i64(heap, 1)?),
                ("1.0", objects::float::from_f64(heap, 1.0)?),
                ("True", singletons::bool(heap, true)),
                ("'a'", objects::str::new(heap, "a")?),
                ("type", objects::type_at(heap, cycles::index::TYPE)),
                ("int", objects::type_at(heap, cycles::index::INT)),
                ("object", objects::type_at(heap, cycles::index::OBJECT)),
            ])
        });
        for (label, op) in atoms {
            exam.equal(&format!("gc.is_tracked({label})"), false, ask(op));
        }
        let containers = exam.try_event("[], set()", |heap| {
            Ok::<_, MemoryError>([("[]", list::new(heap)?), ("set()", set::new(heap)?)])
        });
        for (label, op) in containers
            .into_iter()
            .chain([("UserClass", user), ("UserClass()", object)])
        {
            exam.equal(&format!("gc.is_tracked({label})"), true, ask(op));
        }
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal(
            "gc.is_tracked(UserClass()), after a collection",
            true,
            ask(object),
        );
    });
}

#[test]
fn task_4_13_gc_is_finalized() {
    exam::task(
        "4.13",
        "test_gc, test_is_finalized: false, then true after a resurrection",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let storage = empty_list(exam, "storage");
        let (lazarus, _) = class_with_del(exam, log, "del", Does::Save, Some(storage));
        let one = instance_of(exam, "lazarus", lazarus);
        exam.equal(
            "gc.is_finalized(lazarus)",
            false,
            exam.look(|heap| is_finalized(heap, one)),
        );
        del(exam, "lazarus", &[one]);
        collect(exam);
        let back = exam.look(|heap| list::items(heap, storage));
        exam.equal("storage", vec![one], back);
        exam.equal(
            "gc.is_finalized(storage[0])",
            true,
            exam.look(|heap| is_finalized(heap, one)),
        );
    });
}

#[test]
fn task_4_13_gc_bug1055820b() {
    exam::task(
        "4.13",
        "test_gc, test_bug1055820b: a callback that asks all weak references gets None from all",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let ouch = empty_list(exam, "ouch");
        let c = class_of(exam, "C", None);
        let callback = native(exam, log, "asked", Does::Ask, None);
        hold(exam, callback, ouch);
        let [one, two] = ["one", "two"].map(|label| instance_of(exam, label, c));
        let wrs = [(one, "wr_1"), (two, "wr_2")].map(|(op, label)| {
            give(exam, op, "next", op);
            weak(exam, label, op, Some(callback))
        });
        aim(exam, callback, wrs[0]);
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal("len(ouch)", 0, exam.look(|heap| list::len(heap, ouch)));
        del(exam, "one, two", &[one, two]);
        exam.equal("gc.collect()", 2, collect(exam));
        let none = exam.look(refcounts::weakref::borrowed_none);
        exam.name(none, "None");
        exam.equal(
            "ouch: what the weak reference gave both callbacks",
            vec![none, none],
            exam.look(|heap| list::items(heap, ouch)),
        );
    });
}

#[test]
fn task_4_13_gc_bug21435() {
    exam::task(
        "4.13",
        "test_gc, test_bug21435: a finalizer that gives its dead object an attribute",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let a = class_of(exam, "A", None);
        let (b, _) = class_with_del(exam, log, "del", Does::SetNone, None);
        let before = exam.live_blocks();
        let [one, inner] = ["one", "inner"].map(|label| instance_of(exam, label, a));
        let two = instance_of(exam, "two", b);
        give(exam, two, "value", inner);
        give(exam, one, "next", two);
        give(exam, two, "next", one);
        del(exam, "one, two, inner", &[one, two, inner]);
        exam.equal(
            "gc.collect(): inner died when its attribute was replaced",
            2,
            collect(exam),
        );
        exam.equal("live blocks", before, exam.live_blocks());
    });
}

#[test]
fn task_4_13_gc_resurrection_only_happens_once() {
    exam::task(
        "4.13",
        "test_gc, test_resurrection_only_happens_once_per_object",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "resurrected_instances");
        let (lazarus, _) = class_with_del(exam, log, "del", Does::Save, Some(saved));
        let before = exam.live_blocks();
        let laz = instance_of(exam, "laz", lazarus);
        give(exam, laz, "next", laz);
        del(exam, "laz", &[laz]);
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal("how often __del__ was called", 1, log.len(exam));
        exam.equal(
            "len(resurrected_instances)",
            1,
            exam.look(|heap| list::len(heap, saved)),
        );
        exam.event("resurrected_instances.clear()", |heap| {
            cycles::clear::list_clear(heap, saved)
        });
        exam.equal("how often __del__ was called", 1, log.len(exam));
        exam.equal("gc.collect()", 1, collect(exam));
        exam.equal("how often __del__ was called", 1, log.len(exam));
        exam.equal("live blocks", before, exam.live_blocks());
    });
}

#[test]
fn task_4_13_gc_resurrection_is_transitive() {
    exam::task(
        "4.13",
        "test_gc, test_resurrection_is_transitive: what comes back is whole",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let saved = empty_list(exam, "resurrected_instances");
        let (lazarus, _) = class_with_del(exam, log, "del", Does::Save, Some(saved));
        let plain = class_of(exam, "Cargo", None);
        let laz = instance_of(exam, "laz", lazarus);
        let cargo = instance_of(exam, "cargo", plain);
        give(exam, cargo, "next", cargo);
        give(exam, laz, "value", cargo);
        give(exam, cargo, "value", laz);
        del(exam, "laz, cargo", &[laz, cargo]);
        exam.equal("gc.collect()", 0, collect(exam));
        let of_laz = exam.try_event("instance.cargo", |heap| {
            get_attr(heap, laz, name(heap, "value"))
        });
        exam.equal("instance.cargo", cargo, of_laz);
        del(exam, "that reference", &[of_laz]);
        exam.event("resurrected_instances.clear()", |heap| {
            cycles::clear::list_clear(heap, saved)
        });
        exam.equal("gc.collect()", 2, collect(exam));
    });
}

#[test]
fn task_4_13_gc_resurrection_does_not_block_cleanup() {
    exam::task(
        "4.13",
        "test_gc, test_resurrection_does_not_block_cleanup_of_other_objects: N, 0, N, 2",
    )
    .heap(KIT)
    .big()
    .run(|exam| {
        let log = Log::new(exam);
        let zs = empty_list(exam, "zs");
        let (z, _) = class_with_del(exam, log, "del", Does::Save, Some(zs));
        let a = class_of(exam, "A", None);
        let loops = |class: Addr, number: usize| {
            exam.try_event(format!("{number} instances, each in a loop"), |heap| {
                for _ in 0..number {
                    let op = instance::new(heap, class)?;
                    set_attr(heap, op, name(heap, "next"), op)?;
                    decref(heap, op);
                }
                Ok::<_, MemoryError>(())
            });
        };
        loops(a, 100);
        exam.equal("gc.collect(): 100 A", 100, collect(exam));
        loops(z, 1);
        exam.equal("gc.collect(): a Z, which comes back", 0, collect(exam));
        loops(a, 100);
        loops(z, 1);
        exam.equal("gc.collect(): 100 A and a Z", 100, collect(exam));
        exam.event("zs.clear()", |heap| cycles::clear::list_clear(heap, zs));
        exam.equal(
            "gc.collect(): both Z, whose finalizers have run",
            2,
            collect(exam),
        );
    });
}

#[test]
fn task_4_13_gc_trash_weakref_clear() {
    exam::task("4.13", "test_gc, test_trash_weakref_clear: a weak reference among the dead is never called")
        .heap(KIT)
        .run(|exam| {
            exam.note("y is no container but holds z: nobody can see that z is dead. The weak reference to z must be cleared before y dies in the middle of delete_garbage.");
            let log = Log::new(exam);
            let class = class_of(exam, "A", None);
            let a = instance_of(exam, "a", class);
            let z = instance_of(exam, "z", class);
            let y = native(exam, log, "y", Does::Nothing, None);
            let callback = native(exam, log, "callback", Does::Nothing, None);
            hold(exam, y, z);
            let wz = weak(exam, "wz", z, Some(callback));
            give(exam, a, "next", a);
            give(exam, a, "value", y);
            give(exam, a, "wr", wz);
            let cycle = empty_list(exam, "wr_cycle");
            refer(exam, cycle, wz);
            refer(exam, cycle, cycle);
            exam.equal("gc.collect()", 0, collect(exam));
            del(exam, "a, z, y, wz, wr_cycle", &[a, z, y, wz, cycle]);
            exam.equal("gc.collect(): a, wz and wr_cycle", 3, collect(exam));
            exam.equal("who was called", "", log.read(exam));
            exam.equal("the count of A: its name", 1, count(exam, class));
        });
}

#[test]
fn task_4_13_gc_function_tp_clear() {
    exam::task("4.13", "test_gc, test_function_tp_clear_leaves_consistent_state: a cleared function keeps its name")
        .heap(KIT)
        .run(|exam| {
            exam.note("A witness that hangs on the function's defaults looks at func_name when it dies, in the middle of tp_clear.");
            let log = Log::new(exam);
            let f = exam.try_event("def f(): …", |heap| {
                let code = regions::load_code(heap.memory, "f", &[])?;
                function::new(heap, code, None)
            });
            exam.name(f, "f");
            let field = exam.look(|heap| PyFunctionObject::at(heap.memory, f).func_qualname().addr());
            let w = super::support::witness_of(exam, log, "name", Some(field));
            let l = empty_list(exam, "l");
            refer(exam, l, f);
            let t = tuple_of(exam, "t", &[l, w]);
            exam.event("f's defaults are t", |heap| {
                let defaults = PyFunctionObject::at(heap.memory, f).func_defaults();
                refcounts::set_ref(heap, defaults, Some(refcounts::new_ref(heap, t)));
            });
            del(exam, "w, l, t, f", &[w, l, t, f]);
            exam.equal("gc.collect(): f, l and t", 3, collect(exam));
            exam.check("the witness saw a name", log.read(exam) != "name=0");
        });
}

// ------------------------------------------------------------------ test_finalization.py

/// What a class of a chain does in its finalizer.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Simple,
    Resurrector,
    Suicidal,
}

/// A ring of objects of these kinds, linked both ways, each with a weak reference from outside;
/// collected twice, the second time after the survivors were forgotten.
fn chain(exam: &HeapExam, kinds: &[Kind]) {
    let log = Log::new(exam);
    let survivors = empty_list(exam, "survivors");
    let classes = [
        class_with_del(exam, log, "simple", Does::Nothing, None).0,
        class_with_del(exam, log, "saved", Does::Save, Some(survivors)).0,
        class_with_del(exam, log, "suicide", Does::BreakBoth, None).0,
    ];
    let before = exam.live_blocks();
    let label = |at: usize| format!("n{at}");
    let nodes: Vec<Addr> = (kinds.iter().enumerate())
        .map(|(at, kind)| instance_of(exam, &label(at), classes[*kind as usize]))
        .collect();
    let mut wrs = Vec::new();
    for (at, &node) in nodes.iter().enumerate() {
        let after = nodes[(at + 1) % nodes.len()];
        give(exam, node, "next", after);
        give(exam, after, "prev", node);
        wrs.push(weak(exam, &format!("wr{at}"), node, None));
    }
    del(exam, "all nodes", &nodes);
    let found = collect(exam);
    exam.equal(
        "how often a __del__ was called",
        kinds.len() as u64,
        log.len(exam),
    );
    let saved: Vec<Addr> = (nodes.iter().zip(kinds))
        .filter(|(_, kind)| **kind == Kind::Resurrector)
        .map(|(node, _)| *node)
        .collect();
    let survived = exam.look(|heap| list::items(heap, survivors));
    exam.equal("survivors", &saved, &survived);
    for (at, &wr) in wrs.iter().enumerate() {
        exam.equal(
            &format!("whether wr{at}() gives its object"),
            false,
            alive(exam, wr),
        );
    }
    if !saved.is_empty() {
        exam.check(
            "nothing that a survivor leads to was counted",
            found < kinds.len() as u64,
        );
        exam.event("survivors.clear()", |heap| {
            cycles::clear::list_clear(heap, survivors)
        });
    }
    collect(exam);
    exam.equal(
        "how often a __del__ was called",
        kinds.len() as u64,
        log.len(exam),
    );
    exam.equal(
        "len(survivors)",
        0,
        exam.look(|heap| list::len(heap, survivors)),
    );
    del(exam, "the weak references", &wrs);
    exam.equal("live blocks", before, exam.live_blocks());
    generation(exam);
}

use Kind::{Resurrector, Simple, Suicidal};

#[test]
fn task_4_13_finalization_without_cycles() {
    exam::task(
        "4.13",
        "test_finalization, test_simple and test_simple_resurrect, without a cycle",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let survivors = empty_list(exam, "survivors");
        let (simple, _) = class_with_del(exam, log, "simple", Does::Nothing, None);
        let (saves, _) = class_with_del(exam, log, "saves", Does::Save, Some(survivors));
        let s = instance_of(exam, "s", simple);
        let wr = weak(exam, "wr", s, None);
        del(exam, "s", &[s]);
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal("who was called", "simple", log.read(exam));
        exam.equal("whether wr() gives its object", false, alive(exam, wr));
        let r = instance_of(exam, "r", saves);
        let wr = weak(exam, "wr", r, None);
        del(exam, "r", &[r]);
        collect(exam);
        exam.equal("who was called", "simple, saves", log.read(exam));
        exam.equal(
            "survivors",
            vec![r],
            exam.look(|heap| list::items(heap, survivors)),
        );
        exam.equal(
            "whether wr() gives its object: counting clears it later",
            true,
            alive(exam, wr),
        );
        exam.event("survivors.clear()", |heap| {
            cycles::clear::list_clear(heap, survivors)
        });
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal("who was called", "simple, saves", log.read(exam));
        exam.equal("whether wr() gives its object", false, alive(exam, wr));
    });
}

#[test]
fn task_4_13_finalization_self_cycles() {
    exam::task(
        "4.13",
        "test_finalization, self cycles: simple, resurrect, suicide",
    )
    .heap(KIT)
    .run(|exam| {
        chain(exam, &[Simple]);
        chain(exam, &[Resurrector]);
        chain(exam, &[Suicidal]);
    });
}

#[test]
fn task_4_13_finalization_homogenous() {
    exam::task(
        "4.13",
        "test_finalization, test_homogenous, …_resurrect, …_suicidal",
    )
    .heap(KIT)
    .run(|exam| {
        chain(exam, &[Simple; 3]);
        chain(exam, &[Resurrector; 3]);
        chain(exam, &[Suicidal; 3]);
    });
}

#[test]
fn task_4_13_finalization_heterogenous_suicidal() {
    exam::task(
        "4.13",
        "test_finalization, test_heterogenous_suicidal_one, _two",
    )
    .heap(KIT)
    .run(|exam| {
        chain(exam, &[Suicidal, Simple, Suicidal, Simple]);
        chain(exam, &[Suicidal, Suicidal, Simple, Simple]);
    });
}

#[test]
fn task_4_13_finalization_heterogenous_resurrect() {
    exam::task(
        "4.13",
        "test_finalization, test_heterogenous_resurrect_one, _two, _three",
    )
    .heap(KIT)
    .run(|exam| {
        chain(exam, &[Resurrector, Simple, Resurrector, Simple]);
        chain(
            exam,
            &[Resurrector, Simple, Suicidal, Resurrector, Simple, Suicidal],
        );
        chain(
            exam,
            &[Resurrector, Resurrector, Simple, Simple, Suicidal, Suicidal],
        );
    });
}

// ------------------------------------------------------------------ test_weakref.py

#[test]
fn task_4_13_weakref_840829() {
    exam::task("4.13", "test_weakref, test_sf_bug_840829: a collection while an object dies of counting")
        .heap(KIT)
        .run(|exam| {
            exam.note("The callback calls gc.collect() while the object with count 0 is half ended. If it were still tracked, it would be freed a second time.");
            let log = Log::new(exam);
            let c = class_of(exam, "C", None);
            let before = exam.live_blocks();
            let callback = native(exam, log, "collect", Does::Collect, None);
            let one = instance_of(exam, "c", c);
            let wr = weak(exam, "wr", one, Some(callback));
            del(exam, "c", &[one]);
            exam.equal("who was called, and what gc.collect() gave it", "collect=0", log.read(exam));
            del(exam, "wr", &[wr]);
            let [c1, c2, inner] = ["c1", "c2", "inner"].map(|label| instance_of(exam, label, c));
            give(exam, c1, "value", inner);
            let wr = weak(exam, "wr", inner, Some(callback));
            give(exam, c2, "next", c1);
            del(exam, "inner, c1", &[inner, c1]);
            del(exam, "c2", &[c2]);
            exam.equal("who was called, and what gc.collect() gave it", "collect=0, collect=0", log.read(exam));
            del(exam, "wr, callback", &[wr, callback]);
            exam.equal("live blocks", before, exam.live_blocks());
        });
}

#[test]
fn task_4_13_weakref_callback_in_cycle() {
    exam::task("4.13", "test_weakref, test_callback_in_cycle: a weak reference to a dead class, with a callback in the cycle")
        .heap(KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let [j, ii] = ["J", "II"].map(|label| class_of(exam, label, None));
            for class in [j, ii] {
                set_method(exam, class, "other", class);
            }
            let i = instance_of(exam, "I", ii);
            give(exam, i, "value", j);
            let callback = bound(exam, log, "callback", Does::Nothing, None);
            hold(exam, callback, i);
            let wr = weak(exam, "wr", j, Some(callback));
            give(exam, i, "wr", wr);
            del(exam, "I, J, II, callback, wr", &[i, j, ii, callback, wr]);
            exam.check("gc.collect() returns something", collect(exam) > 0);
            exam.equal("who was called", "", log.read(exam));
            exam.leaks(0);
        });
}

#[test]
fn task_4_13_weakref_callback_reachable_one_way() {
    exam::task(
        "4.13",
        "test_weakref, test_callback_reachable_one_way and …_different_classes",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let [c, d] = ["C", "D"].map(|label| class_of(exam, label, None));
        for other in [c, d] {
            let c1 = instance_of(exam, "c1", other);
            let c2 = instance_of(exam, "c2", c);
            let callback = bound(exam, log, "callback", Does::Nothing, None);
            hold(exam, callback, c2);
            give(exam, c2, "next", c2);
            give(exam, c2, "value", c1);
            let wr = weak(exam, "wr", c1, Some(callback));
            give(exam, c2, "wr", wr);
            del(exam, "c1, c2, callback, wr", &[c1, c2, callback, wr]);
            exam.equal("gc.collect(): c1, c2, the callback, wr", 4, collect(exam));
            exam.equal("who was called", "", log.read(exam));
        }
    });
}

#[test]
fn task_4_13_weakref_callback_in_cycle_resurrection() {
    exam::task("4.13", "test_weakref, test_callback_in_cycle_resurrection: only the callback from outside is called")
        .heap(KIT)
        .run(|exam| {
            let log = Log::new(exam);
            let alist = empty_list(exam, "alist");
            let c = class_of(exam, "C", None);
            let [c1, c2] = ["c1", "c2"].map(|label| instance_of(exam, label, c));
            give(exam, c1, "c", c2);
            give(exam, c2, "c", c1);
            let mut names = vec![c1, c2];
            for (holder, referent, label) in [(c1, c2, "cb1"), (c2, c1, "cb2")] {
                let callback = bound(exam, log, label, Does::Save, Some(alist));
                hold(exam, callback, holder);
                let wr = weak(exam, "wr", referent, Some(callback));
                give(exam, holder, "wr", wr);
                names.extend([callback, wr]);
            }
            let outside = native(exam, log, "C_went", Does::Nothing, None);
            let to_c = weak(exam, "wr", c, Some(outside));
            set_method(exam, c, "other", c);
            names.push(c);
            del(exam, "c1, c2, C", &names);
            exam.equal("who was called", "", log.read(exam));
            collect(exam);
            exam.equal("who was called", "C_went", log.read(exam));
            exam.equal("whether wr() gives the class", false, alive(exam, to_c));
            exam.equal("len(alist)", 0, exam.look(|heap| list::len(heap, alist)));
            exam.equal("gc.collect()", 0, collect(exam));
            exam.equal("who was called", "C_went", log.read(exam));
        });
}

#[test]
fn task_4_13_weakref_callbacks_on_callback() {
    exam::task(
        "4.13",
        "test_weakref, test_callbacks_on_callback: weak references to a callback",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_of(exam, "C", None);
        let [c, d] = ["c", "d"].map(|label| instance_of(exam, label, class));
        give(exam, c, "other", d);
        give(exam, d, "other", c);
        let c_cb = bound(exam, log, "c.cb", Does::Nothing, None);
        let d_cb = bound(exam, log, "d.cb", Does::Nothing, None);
        hold(exam, c_cb, c);
        hold(exam, d_cb, d);
        let c_wr = weak(exam, "c.wr", d, Some(c_cb));
        give(exam, c, "wr", c_wr);
        let d_wr = weak(exam, "d.wr", c_cb, Some(d_cb));
        give(exam, d, "wr", d_wr);
        let safe = native(exam, log, "safe", Does::Nothing, None);
        let external = weak(exam, "external_wr", c_cb, Some(safe));
        exam.equal(
            "whether external_wr() gives c.cb",
            true,
            alive(exam, external),
        );
        del(exam, "callback, c, d", &[c, d, c_cb, d_cb, c_wr, d_wr]);
        exam.equal("who was called", "", log.read(exam));
        collect(exam);
        exam.equal("who was called", "safe", log.read(exam));
        exam.equal(
            "whether external_wr() gives c.cb",
            false,
            alive(exam, external),
        );
        exam.equal("gc.collect()", 0, collect(exam));
        exam.equal("who was called", "safe", log.read(exam));
    });
}

#[test]
fn task_4_13_weakref_trashcan_16602() {
    exam::task("4.13", "test_weakref, test_trashcan_16602: a callback cannot reach an object that the trashcan put off")
        .heap(KIT)
        .run(|exam| {
            exam.note("A chain of 100 instances: each holds its parent's weak reference, whose callback asks the weak reference to the child. The children die first, and some are put off with count 0.");
            let log = Log::new(exam);
            let class = class_of(exam, "C", None);
            let before = exam.live_blocks();
            let got = empty_list(exam, "got");
            let asks = native(exam, log, "asks", Does::Ask, None);
            hold(exam, asks, got);
            let chain = exam.try_event("a chain of 100 instances, each with the next one", |heap| {
                let mut chain = list::new(heap)?;
                for _ in 0..100 {
                    let new = instance::new(heap, class)?;
                    instance::set_attr(heap, new, name(heap, "next"), chain)?;
                    chain = new;
                }
                Ok::<_, MemoryError>(chain)
            });
            // The object 50 deep: it is put off.
            let (deep, outer) = exam.look(|heap| {
                let mut op = chain;
                let mut outer = chain;
                for depth in 0..50 {
                    if depth == 49 {
                        outer = op;
                    }
                    op = instance::own_attr(heap, op, name(heap, "next")).unwrap_or(op);
                }
                (op, outer)
            });
            let to_deep = weak(exam, "to_deep", deep, None);
            aim(exam, asks, to_deep);
            let w = bound(exam, log, "w", Does::Nothing, None);
            let to_w = weak(exam, "to_w", w, Some(asks));
            // `w` dies with the object just outside: behind `next`, so that `deep` is put off before.
            give(exam, outer, "value", w);
            del(exam, "w", &[w]);
            del(exam, "the chain", &[chain]);
            let none = exam.look(refcounts::weakref::borrowed_none);
            exam.name(none, "None");
            exam.equal("what the weak reference to the put-off object gave", vec![none], exam.look(|heap| list::items(heap, got)));
            exam.equal("who was called", "asks", log.read(exam));
            del(exam, "got, asks, to_w, to_deep", &[got, asks, to_w, to_deep]);
            exam.equal("gc.collect()", 0, collect(exam));
            exam.equal("live blocks", before, exam.live_blocks());
        });
}

#[test]
fn task_4_13_weakref_callback_gcs() {
    exam::task(
        "4.13",
        "test_weakref, test_callback_gcs: an object with __del__ whose callback collects",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let (class, _) = class_with_del(exam, log, "del", Does::Nothing, None);
        let callback = native(exam, log, "collect", Does::Collect, None);
        let x = instance_of(exam, "x", class);
        weak(exam, "wr", x, Some(callback));
        del(exam, "x", &[x]);
        exam.equal("who was called", "del, collect=0", log.read(exam));
    });
}

#[test]
fn task_4_13_weakref_multiple_callbacks() {
    exam::task(
        "4.13",
        "test_weakref, test_multiple_callbacks and test_callback_attribute_after_deletion",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let class = class_of(exam, "C", None);
        let callback = native(exam, log, "called", Does::Nothing, None);
        for in_cycle in [false, true] {
            let o = instance_of(exam, "o", class);
            let wrs = ["ref1", "ref2"].map(|label| weak(exam, label, o, Some(callback)));
            if in_cycle {
                give(exam, o, "next", o);
            }
            del(exam, "o", &[o]);
            exam.equal("gc.collect()", u64::from(in_cycle), collect(exam));
            for wr in wrs {
                exam.equal(
                    "whether the weak reference gives its object",
                    false,
                    alive(exam, wr),
                );
            }
            if !in_cycle {
                let callback =
                    exam.look(|heap| PyWeakReference::at(heap.memory, wrs[0]).wr_callback().get());
                exam.equal("ref1.__callback__, after the object's end", None, callback);
            }
        }
        exam.equal("how often the callback was called", 4, log.len(exam));
    });
}

#[test]
fn task_4_13_gc_dict_of_an_instance() {
    exam::task(
        "4.13",
        "an instance in a cycle whose __dict__ was touched: 2, as gc.collect() says since 3.11",
    )
    .heap(KIT)
    .run(|exam| {
        let class = class_of(exam, "C", None);
        let before = exam.live_blocks();
        let o = instance_of(exam, "o", class);
        give(exam, o, "next", o);
        exam.try_event("o.__dict__", |heap| instance::materialize_dict(heap, o));
        del(exam, "o", &[o]);
        exam.equal("gc.collect(): the instance and its dict", 2, collect(exam));
        exam.equal("live blocks", before, exam.live_blocks());
    });
}

#[test]
fn task_4_13_a_dead_class() {
    exam::task(
        "4.13",
        "a class in a cycle with its instances is found with them",
    )
    .heap(KIT)
    .run(|exam| {
        let log = Log::new(exam);
        let base = class_of(exam, "Base", None);
        let (node, finalizer) = class_with_del(exam, log, "del", Does::Nothing, None);
        let one = instance_of(exam, "one", node);
        set_method(exam, node, "other", one);
        let x = fresh(exam, "x", 5000);
        let t = exam.try_event("t = (5000,)", |heap| tuple::new(heap, &[x]));
        let d = dict_with(exam, "d", t);
        let l = exam.try_event("l = [d]", |heap| {
            let l = list::new(heap)?;
            list_append(heap, l, d)?;
            Ok::<_, MemoryError>(l)
        });
        give(exam, one, "value", l);
        let dict = exam.look(|heap| PyTypeObject::at(heap.memory, node).tp_dict().get());
        exam.check(
            "the class's dict is tracked",
            dict.is_some_and(|dict| tracked(exam, dict)),
        );
        del(exam, "Node, one, t, d, l", &[node, one, t, d, l]);
        exam.equal(
            "gc.collect(): class, its dict, instance, list, dict, tuple",
            6,
            collect(exam),
        );
        exam.equal("who was called", "del", log.read(exam));
        exam.equal("the count of __del__: its name", 1, count(exam, finalizer));
        exam.equal("the count of Base", 1, count(exam, base));
    });
}
