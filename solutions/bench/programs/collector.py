"""One measurement of CPython's cycle collector, for benches/collector.rs.

    collector.py graph SHAPE N REPETITIONS
    collector.py passes SHAPE N
    collector.py automatic retain|churn N

`passes` is the garbage of `graph` with one object more, which has a finalizer and a weak reference with
a callback.

Prints one number a line with its name. All times are CPU time of this thread.
"""

import gc
import os
import sys
import time
import weakref

now = time.thread_time_ns


def resident():
    """Bytes of memory that this process has now, or 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def targets(n):
    """The second edge of each node: the same random numbers as in src/collector/graph.rs."""
    x = 1025
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        yield ((x >> 32) * n) >> 32


class Node:
    def __init__(self):
        self.next = None
        self.links = [None]


def build(shape, n):
    """The graph's node 0. Nothing but it keeps the others alive."""
    if shape == "ring":
        nodes = [[None] for _ in range(n)]
        for i in range(n):
            nodes[i - 1][0] = nodes[i]
    elif shape == "random":
        nodes = [[None, None] for _ in range(n)]
        for i in range(n):
            nodes[i - 1][0] = nodes[i]
        for node, target in zip(nodes, targets(n)):
            node[1] = nodes[target]
    elif shape == "instances":
        n //= 2
        nodes = [Node() for _ in range(n)]
        for i in range(n):
            nodes[i - 1].next = nodes[i]
        for node, target in zip(nodes, targets(n)):
            node.links[0] = nodes[target]
    else:
        raise SystemExit("no such graph: " + shape)
    return nodes[0]


def graph(shape, n, repetitions):
    gc.disable()
    before = resident()
    root = build(shape, n)
    print("bytes_per_object", (resident() - before) / n)
    for _ in range(repetitions + 1):
        start = now()
        found = gc.collect()
        print("alive", (now() - start) / n)
        assert found == 0, found
    del root
    start = now()
    found = gc.collect()
    print("garbage", (now() - start) / n)
    # An instance is two containers before 3.11: itself and its dict.
    assert found >= n, found


class Last:
    def __del__(self):
        pass


def passes(shape, n):
    gc.disable()
    last = Last()
    last.me = last
    last.root = build(shape, n)
    called = []
    wr = weakref.ref(last, called.append)
    gc.collect()
    del last
    start = now()
    found = gc.collect()
    print("garbage-passes", (now() - start) / n)
    assert found >= n + 1 and called == [wr], found


def automatic(kind, n):
    pauses = []
    begun = 0

    def watch(phase, info):
        nonlocal begun
        if phase == "start":
            begun = now()
        else:
            pauses.append(now() - begun)

    gc.callbacks.append(watch)
    gc.enable()
    start = now()
    if kind == "retain":
        keep = []
        for _ in range(n):
            keep.append([])
    else:
        for _ in range(n // 2):
            a = [None]
            b = [a]
            a[0] = b
    end = now()
    gc.disable()
    gc.callbacks.remove(watch)
    print("ns_per_object", (end - start) / n)
    print("collecting_ns", sum(pauses))
    print("longest_pause_ns", max(pauses))
    print("collections", len(pauses))


gc.collect()
gc.freeze()
if sys.argv[1] == "graph":
    graph(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
elif sys.argv[1] == "passes":
    passes(sys.argv[2], int(sys.argv[3]))
else:
    automatic(sys.argv[2], int(sys.argv[3]))
