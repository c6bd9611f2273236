"""The numbers that lab 7's tests expect, printed by CPython: `python3.11 cpython.py`.

Each line names a test (without `task_7_`). Its output with 3.11.7 is in cpython.3.11.out.
"""
import gc
import weakref

try:
    from _testcapi import with_tp_del
except ImportError:
    with_tp_del = None


class C:
    pass


def say(name, *values):
    print(f"{name}:", *values)


def settle():
    gc.collect()
    gc.freeze()
    gc.collect()


def lost(cls=C):
    op = cls()
    op.me = op


settle()

# ---- 7.1, 7.2
gc.set_threshold(1000)
say("1_set_threshold", gc.get_threshold())
gc.set_threshold(400, 5)
say("1_set_threshold", gc.get_threshold())
gc.set_threshold(50, 3, 2)
say("1_set_threshold", gc.get_threshold())
gc.disable()
gc.set_threshold(700, 10, 10)
say("1_the_switch", gc.isenabled(), gc.get_threshold())
gc.collect()


def net(work):
    """How much count0 grows while `work` runs, less what the call itself makes."""
    gc.collect()
    for function in (nothing, nothing, work):
        before = gc.get_count()[0]
        function()
        grown = gc.get_count()[0] - before
        if function is not work:
            own = grown
    return grown - own


def nothing():
    for _ in range(1000):
        pass


def dropped():
    for _ in range(1000):
        C()


def kept():
    for i in range(1000):
        keep[i] = C()


def gone():
    kept()
    for i in range(1000):
        keep[i] = None


keep = [None] * 1000
say("2_net", net(dropped), net(gone), net(kept))
keep = [C() for _ in range(100)]
gc.collect()
del keep
say("2_never_below_zero", gc.get_count()[0])

# ---- 7.5
gc.collect()
x = []
gc.collect(0)
say("5_counts", gc.get_count()[1:])
gc.collect(1)
say("5_counts", gc.get_count()[1:])
gc.collect(2)
say("5_counts", gc.get_count()[1:])


def where(op):
    return [n for n in range(3) if any(op is other for other in gc.get_objects(generation=n))]


x = [1]
x.append(x)
places = [where(x)]
for n in range(3):
    gc.collect(n)
    places.append(where(x))
say("5_growing_old", places)
del x
gc.collect()

old = []
old.append(old)
gc.collect()
young = []
young.append(young)
old.append(young)
del old, young
say("5_old_garbage_keeps_young_objects", gc.collect(0), gc.collect(1), gc.collect(2))

made = []
op = C()
op.me = op
wr = weakref.ref(op, lambda wr: made.append([]))
live = []
del op
found = gc.collect(0)
say("5_survivors_are_older", found, where(made[0]), where(live), where(wr))

saved = []


class Save:
    def __del__(self):
        saved.append(self)


lost(Save)
say("5_what_comes_back", gc.collect(0), where(saved[0]))
saved.clear()
gc.collect()

t = tuple([5000])
a = []
d = {1: a}
d.clear()
row = [where(t), where(d)]
for n in range(3):
    gc.collect(n)
    row.append((where(t), where(d)))
say("5_tuples_each_time_dicts_when_full", row)

keep = []
op = C()
op.me = op
keep.append(weakref.ref(op, lambda wr: keep.pop()))
del op
say("5_weak_references_that_are_freed_count", gc.collect())

stats = gc.get_stats()
lost()
lost()
gc.collect(0)
lost()
gc.collect(1)
lost()
gc.collect(2)
new = gc.get_stats()
say("5_statistics", [tuple(n[k] - s[k] for k in s) for s, n in zip(stats, new)])

# ---- 7.6
for n in (-1, 3):
    try:
        gc.collect(n)
    except ValueError as error:
        say("6_no_such_generation", error)


class Collect:
    def __del__(self):
        inner.append(gc.collect())


inner = []
lost(Collect)
lost(Collect)
say("6_never_two_at_once", gc.collect(), inner)
lost()
say("6_collect_when_disabled", gc.isenabled(), gc.collect())
for _ in range(100):
    lost()
found = [gc.collect()]
lost(Save)
found.append(gc.collect())
for _ in range(100):
    lost()
lost(Save)
found.append(gc.collect())
saved.clear()
found.append(gc.collect())
say("6_resurrection_does_not_block_others", found)

# ---- 7.8
gc.enable()


def row(thresholds, count):
    log = []

    def callback(phase, info):
        if phase == "start":
            log.append((i, info["generation"]))

    settle()
    keep = [None] * count
    gc.callbacks.append(callback)
    gc.set_threshold(*thresholds)
    for i in range(count):
        keep[i] = C()
    gc.set_threshold(700, 10, 10)
    gc.callbacks.remove(callback)
    gc.unfreeze()
    return log


log = row((50, 3, 2), 3100)
say("8_a_row_with_50_3_2", "".join(str(g) for _, g in log)[:60])
log = row((10, 2, 1), 1400)
say("8_a_row_with_10_2_1", "".join(str(g) for _, g in log)[:120])
log = row((100, 10, 10), 120_000)
say("8_full_collections_grow_rare", [i // 100 for i, g in log if g == 2],
    [sum(g == n for _, g in log) for n in range(3)])

gc.disable()
settle()
keep = [C() for _ in range(2000)]
say("8_disabled", gc.get_count()[0] >= 2000)
gc.enable()
before = gc.get_count()[1]
keep.append(C())
say("8_disabled, the next object collects", gc.get_count()[1] - before)
gc.disable()
keep = [C() for _ in range(700)]
gc.collect()
gc.set_threshold(1)
a, b = C(), C()
gc.enable()
c = C()
gc.disable()
say("8_the_new_object_is_tracked_last", where(b), where(c))
gc.set_threshold(700)

# ---- 7.9, 7.10
for n in (-1, 3):
    try:
        gc.get_objects(generation=n)
    except ValueError as error:
        say("9_no_such_generation", error)
shown = []


class Shown:
    def __del__(self):
        shown.append(id(self) in map(id, gc.get_objects()))
        shown.append(len(gc.get_referrers(self)))


lost(Shown)
gc.collect()
say("9_not_while_it_is_finalized, 10_no_referrers_while_finalized", shown)
say("9_is_tracked", [gc.is_tracked(op) for op in (
    5000, (), tuple([5000]), tuple([[]]), [], {1: 5000}, {1: []}, set(), say, C, C())])
say("10_get_referents", sorted(gc.get_referents([1001, 1002, 1001])), gc.get_referents((1003,)),
    gc.get_referents(1), gc.get_referents(int), gc.get_referents(),
    len(gc.get_referents((1003,), [1001, 1002, 1001], 1001)))


class D:
    pass


op = D()
op.value = a = []
say("10_get_referents, an instance", sorted(type(op).__name__ for op in gc.get_referents(op)))
x = [7]
p, q = [x, x], [x]
r = [q]
say("10_get_referrers, each once", [sum(op is other for other in gc.get_referrers(x, q)) for op in (p, q, r)])

# ---- 7.11
calls = []
gc.callbacks.append(lambda phase, info: calls.append(("cb1", phase, *info.values())))
gc.callbacks.append(lambda phase, info: calls.append(("cb2", phase, *info.values())))
gc.collect()
calls.clear()
lost()
lost()
gc.collect(1)
gc.callbacks.clear()
say("11_start_and_stop", calls)

# ---- 7.12, 7.13
if with_tp_del:
    seen = []

    @with_tp_del
    class Legacy:
        def __tp_del__(self):
            seen.append("del")

    gc.collect()
    lost(Legacy)
    lost()
    found = gc.collect()
    say("12_a_cycle_with_a_legacy_finalizer", found, len(gc.garbage), seen, gc.collect())
    del gc.garbage[0].me, gc.garbage[:]
    say("12_a_cycle_with_a_legacy_finalizer, broken", seen)
    for _ in range(2):
        a, b = Legacy(), Legacy()
        a.other, b.other = b, a
        del a, b
    lost()
    told = []
    gc.callbacks.append(lambda phase, info: told.append((phase, *info.values())))
    found = gc.collect()
    say("12_the_numbers", found, told, len(gc.garbage))
    e = gc.garbage[-1]
    gc.garbage.clear()
    told.clear()
    found = gc.collect()
    say("12_the_numbers, again", found, told, len(gc.garbage))
    gc.callbacks.clear()
    for op in [e, *gc.garbage]:
        op.other = None
    del op, e
    gc.garbage.clear()

    class New:
        def __del__(self):
            seen.append("new")

    seen.clear()
    a, b = Legacy(), New()
    a.next, b.next = b, a
    wr = weakref.ref(b)
    del a, b
    found = gc.collect()
    say("12_what_it_may_need_stays_whole", found, len(gc.garbage), seen, wr() is not None,
        wr().next is gc.garbage[0])
    del gc.garbage[0].next, gc.garbage[:]
    gc.collect()

    @with_tp_del
    class Both:
        def __del__(self):
            seen.append(("new", wr() is not None))

        def __tp_del__(self):
            seen.append(("tp_del", wr() is not None))

    seen.clear()
    op = Both()
    wr = weakref.ref(op)
    del op
    say("13_on_the_path_of_counting", seen)

    @with_tp_del
    class Back:
        def __del__(self):
            seen.append("new")

        def __tp_del__(self):
            seen.append(gc.is_tracked(self))
            saved.append(self)

    seen.clear()
    op = Back()
    wr = weakref.ref(op)
    del op
    found = [len(saved), where(saved[0]), wr() is not None]
    saved.pop()
    say("13_coming_back_again_and_again", found, len(saved), seen)
    Back.__tp_del__ = lambda self: None
    saved.clear()

gc.collect()
gc.set_debug(gc.DEBUG_SAVEALL)
x = []
x.append(x)
del x
lost(Collect)
inner.clear()
found = gc.collect(0)
say("12_saveall", found, [type(op).__name__ for op in gc.garbage], inner, where(gc.garbage[0]))
gc.set_debug(0)
gc.garbage.clear()
gc.collect()

# ---- 7.14
settle()
gc.unfreeze()
x = []
x.append(x)
gc.freeze()
say("14_freeze", gc.get_freeze_count() > 0, [len(gc.get_objects(n)) < 5 for n in range(3)],
    gc.get_count()[1:])
del x
found = gc.collect()
gc.unfreeze()
say("14_no_collection_looks_at_them", found, gc.collect(), gc.get_freeze_count())
x = []
gc.freeze()
say("14_counting_frees_them", gc.is_tracked(x), where(x))
