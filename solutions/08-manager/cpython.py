"""The numbers that lab 8's tests of free lists expect, printed by CPython: `python3.11 cpython.py`.

Each line names a test (without `task_8_`). Its output with 3.11.7 is in cpython.3.11.out.
"""
import gc
import os
import re
import sys
import tempfile

gc.disable()


def say(name, *values):
    print(f"{name}:", *values)


def kept():
    """What sys._debugmallocstats() says of free lists: {name: number}, and the lines."""
    with tempfile.TemporaryFile() as file:
        old = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(old, 2)
        os.close(old)
        file.seek(0)
        lines = [line for line in file.read().decode().splitlines() if " free " in line]
    found = [re.match(r" *(\d+) free (.*)s \* ", line) for line in lines]
    return {line[2]: int(line[1]) for line in found if line}, lines


def many(make, number):
    """How many of `number` dead containers were given back, as the count of generation 0 says."""
    row = [None] * number
    gc.collect()
    i = 0
    while i < number:
        row[i] = make()
        i += 1
    before = gc.get_count()[0]
    i = 0
    while i < number:
        row[i] = None
        i += 1
    # The first answer of gc.get_count() is a tuple that counts as well.
    return before + 1 - gc.get_count()[0]


def first_kept_last(make, number, most):
    """Whether those that die first are kept, and the last of them comes back first."""
    row = [None] * number
    again = [None] * most
    gc.collect()
    i = 0
    while i < number:
        row[i] = make()
        i += 1
    addresses = [id(op) for op in row]
    addresses.reverse()
    i = 0
    while i < number:
        row[i] = None
        i += 1
    i = 0
    while i < most:
        again[i] = make()
        i += 1
    return [id(op) for op in again] == addresses[-most:]


def floats(number):
    gc.collect()
    row = [i + 0.5 for i in range(number)]
    del row
    return kept()[0]["PyFloatObject"]


def tuples(length):
    gc.collect()
    row = [(None,) * length for _ in range(2500)]
    del row
    return kept()[0].get(f"{length}-sized PyTupleObject")


say("2_a_hundred_and_no_more", floats(150), first_kept_last(lambda: float("1.5"), 150, 100))
say("3_eighty_and_no_more: given back of 100 lists, dicts", many(lambda: [], 100), many(lambda: {}, 100))
say("4_two_thousand_of_each_length", *[tuples(n) for n in (2, 19, 20, 21)])


def counts():
    """Nothing here makes a container but what is counted, and gc.get_count() itself."""
    keep = [None] * 1000
    gc.collect()
    a = gc.get_count()[0]
    i = 0
    while i < 1000:
        [i]
        i += 1
    b = gc.get_count()[0]
    say("5_what_the_counts_say, dropped", a, b)
    gc.collect()
    a = gc.get_count()[0]
    i = 0
    while i < 1000:
        keep[i] = [i]
        i += 1
    b = gc.get_count()[0]
    i = 0
    while i < 1000:
        keep[i] = None
        i += 1
    c = gc.get_count()[0]
    i = 0
    while i < 1000:
        keep[i] = [i]
        i += 1
    d = gc.get_count()[0]
    gc.collect()
    e = gc.get_count()[0]
    i = 0
    while i < 1000:
        keep[i] = None
        i += 1
    f = gc.get_count()[0]
    i = 0
    while i < 100:
        keep[i] = [i]
        i += 1
    g = gc.get_count()[0]
    gc.collect(1)
    h = gc.get_count()[0]
    i = 0
    while i < 1000:
        [i]
        i += 1
    i = 0
    while i < 1000:
        {i: i}
        i += 1
    i = 0
    while i < 1000:
        (i,)
        i += 1
    say("5_what_the_counts_say, kept", a, b, c, d, e, f, g, h, gc.get_count()[0])


counts()
gc.collect()
row = [i + 0.5 for i in range(100)]
del row
for line in kept()[1]:
    say("7_as_cpython_prints_it", repr(line))
